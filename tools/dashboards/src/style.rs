//! What a figure is measured in and what a colour means, the same on every panel.

/// What a panel's figures are measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    RequestsPerSecond,
    EventsPerSecond,
    /// A share of 1, shown in per cent.
    Share,
    Milliseconds,
    Seconds,
    Bytes,
    BytesPerSecond,
    /// Of processor cores, browsers, pages: a number of things.
    Count,
}

impl Unit {
    /// Grafana's name of it.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::RequestsPerSecond => "reqps",
            Self::EventsPerSecond => "ops",
            Self::Share => "percentunit",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "Bps",
            Self::Count => "short",
        }
    }
}

/// A colour has one meaning on all dashboards; what has no meaning gets one of the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    /// Success, all is well.
    Good,
    /// The caller's fault, and what is planned: nobody has to do anything.
    Neutral,
    /// A site's fault, and what nears a limit.
    Warning,
    /// The service's own fault, and what is beyond a limit.
    Bad,
    /// The main figure of a panel that is neither good nor bad.
    Main,
    /// What stands beside the main figure.
    Second,
    /// The third of its kind.
    Third,
}

impl Colour {
    pub(crate) fn hex(self) -> &'static str {
        match self {
            Self::Good => "#73BF69",
            Self::Neutral => "#8E9199",
            Self::Warning => "#FF9830",
            Self::Bad => "#F2495C",
            Self::Main => "#5794F2",
            Self::Second => "#B877D9",
            Self::Third => "#4CC9C0",
        }
    }
}
