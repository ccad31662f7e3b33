//! A consistent browser identity: what the headers, `navigator`, workers and client hints say.

use chromiumoxide::cdp::browser_protocol::emulation::{
    SetUserAgentOverrideParams, UserAgentBrandVersion, UserAgentMetadata,
};

use crate::config::Identity;

/// The identity of one browser, made for its version.
#[derive(Debug, Clone)]
pub(crate) struct Presented {
    accept_language: String,
    user_agent: String,
    version: String,
}

impl Presented {
    /// `product` is Chromium's own, as in `HeadlessChrome/156.0.8078.79`.
    pub(crate) fn new(identity: &Identity, product: &str) -> Self {
        let version = product.rsplit('/').next().unwrap_or(product).to_owned();
        let user_agent = identity.user_agent.clone().unwrap_or_else(|| desktop_chrome(&version));
        Self { accept_language: identity.accept_language.clone(), user_agent, version }
    }

    /// The command that gives a page, or a worker, this identity; with `user_agent` in its place when given.
    pub(crate) fn command(&self, user_agent: Option<&str>) -> SetUserAgentOverrideParams {
        let user_agent = user_agent.unwrap_or(&self.user_agent);
        SetUserAgentOverrideParams {
            user_agent: user_agent.to_owned(),
            accept_language: Some(self.accept_language.clone()),
            platform: Some(platform(user_agent).navigator.to_owned()),
            user_agent_metadata: chrome_version(user_agent)
                .map(|claimed| self.client_hints(user_agent, claimed)),
        }
    }

    /// Client hints exist for Chromium's family only; another browser's user agent comes without them.
    fn client_hints(&self, user_agent: &str, claimed: &str) -> UserAgentMetadata {
        let major = claimed.split('.').next().unwrap_or(claimed);
        // A reduced user agent says 156.0.0.0; the hints tell the real build when it is ours.
        let full = if self.version.split('.').next() == Some(major) { &self.version } else { claimed };
        let brands = |version: &str, filler: &str| {
            [("Chromium", version), ("Google Chrome", version), ("Not:A-Brand", filler)]
                .map(|(brand, version)| UserAgentBrandVersion {
                    brand: brand.to_owned(),
                    version: version.to_owned(),
                })
                .to_vec()
        };
        let platform = platform(user_agent);
        UserAgentMetadata {
            brands: Some(brands(major, "8")),
            full_version_list: Some(brands(full, "8.0.0.0")),
            platform: platform.hint.to_owned(),
            platform_version: platform.version.to_owned(),
            architecture: if platform.mobile { "" } else { "x86" }.to_owned(),
            model: String::new(),
            mobile: platform.mobile,
            bitness: Some(if platform.mobile { "" } else { "64" }.to_owned()),
            wow64: Some(false),
            form_factors: None,
        }
    }
}

/// Chrome's reduced user agent, as a desktop Linux sends it.
pub(crate) fn desktop_chrome(version: &str) -> String {
    let major = version.split('.').next().unwrap_or("0");
    format!(
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"
    )
}

struct Platform {
    navigator: &'static str,
    hint: &'static str,
    version: &'static str,
    mobile: bool,
}

fn platform(user_agent: &str) -> Platform {
    let (navigator, hint, version) = if user_agent.contains("Windows") {
        ("Win32", "Windows", "15.0.0")
    } else if user_agent.contains("Android") {
        ("Linux armv81", "Android", "14.0.0")
    } else if user_agent.contains("iPhone") || user_agent.contains("iPad") {
        ("iPhone", "iOS", "17.0.0")
    } else if user_agent.contains("Mac OS X") {
        ("MacIntel", "macOS", "14.0.0")
    } else {
        ("Linux x86_64", "Linux", "")
    };
    Platform { navigator, hint, version, mobile: user_agent.contains("Mobile") }
}

/// `Chrome/156.0.0.0` → `156.0.0.0`.
fn chrome_version(user_agent: &str) -> Option<&str> {
    let rest = user_agent.split("Chrome/").nth(1)?;
    rest.split(|c: char| c != '.' && !c.is_ascii_digit()).next().filter(|version| !version.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presented() -> Presented {
        let identity = Identity { user_agent: None, accept_language: "en-US,en".to_owned() };
        Presented::new(&identity, "HeadlessChrome/156.0.8078.79")
    }

    #[test]
    fn the_default_is_a_desktop_chrome_of_the_same_version_that_never_says_headless() {
        let command = presented().command(None);
        assert!(command.user_agent.contains("Chrome/156.0.0.0"), "{}", command.user_agent);
        let text = serde_json::to_string(&command).expect("json");
        assert!(!text.contains("Headless"), "{text}");
        assert!(text.contains("156.0.8078.79"), "{text}");
    }

    #[test]
    fn hints_follow_a_given_user_agent() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";
        let command = presented().command(Some(windows));
        let hints = command.user_agent_metadata.expect("a Chrome has hints");
        assert_eq!((hints.platform.as_str(), command.platform.as_deref()), ("Windows", Some("Win32")));
        assert_eq!(hints.brands.expect("brands")[0].version, "120");
    }

    #[test]
    fn a_browser_without_client_hints_gets_none() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert!(presented().command(Some(firefox)).user_agent_metadata.is_none());
    }
}
