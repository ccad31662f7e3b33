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
    /// One of several kinds of the callers' faults.
    NeutralShade(usize),
    /// One of several kinds of the sites' faults.
    WarningShade(usize),
    /// One of several kinds of the service's own faults.
    BadShade(usize),
    /// One of several things that are neither good nor bad.
    Plain(usize),
    /// The main figure of a panel that is neither good nor bad.
    Main,
    /// What stands beside the main figure.
    Second,
    /// The third of its kind.
    Third,
}

const NEUTRALS: [&str; 4] = ["#8E9199", "#B9BCC4", "#6A6D75", "#D0D2D8"];
const WARNINGS: [&str; 4] = ["#FF9830", "#FFCB7D", "#C15C17", "#FADE2A"];
const BADS: [&str; 5] = ["#F2495C", "#C4162A", "#FF9AA6", "#8F1D2C", "#E0226E"];
const PLAINS: [&str; 6] = ["#5794F2", "#B877D9", "#4CC9C0", "#8AB8FF", "#DEB6F2", "#3274D9"];

impl Colour {
    pub(crate) fn hex(self) -> &'static str {
        match self {
            Self::Good => "#73BF69",
            Self::Neutral => "#8E9199",
            Self::Warning => "#FF9830",
            Self::Bad => "#F2495C",
            Self::NeutralShade(number) => NEUTRALS[number % NEUTRALS.len()],
            Self::WarningShade(number) => WARNINGS[number % WARNINGS.len()],
            Self::BadShade(number) => BADS[number % BADS.len()],
            Self::Plain(number) => PLAINS[number % PLAINS.len()],
            Self::Main => PLAINS[0],
            Self::Second => PLAINS[1],
            Self::Third => PLAINS[2],
        }
    }
}
