//! Chromium's command line, each switch with its reason.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;

/// What differs from one launch to the next.
#[derive(Debug, Clone)]
pub(crate) struct LaunchOptions {
    pub(crate) proxy: SocketAddr,
    pub(crate) scale: f64,
    pub(crate) window: (u32, u32),
    pub(crate) user_agent: Option<String>,
    pub(crate) accept_languages: Option<String>,
    pub(crate) sandbox: bool,
    /// Every frame of its pages is asked for, one at a time.
    pub(crate) frame_control: bool,
}

/// Switches that never change.
const ALWAYS: [(&str, &str); 40] = [
    ("--remote-debugging-pipe", "no port that other processes could reach; its EOF ends the browser with us"),
    ("--headless", "the full browser shows windows otherwise; headless-shell ignores it"),
    ("--proxy-bypass-list=<-loopback>", "without it loopback and link-local never see the egress proxy"),
    (
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        "WebRTC past the proxy: headless-shell's name",
    ),
    ("--webrtc-ip-handling-policy=disable_non_proxied_udp", "the same, by the full browser's name"),
    ("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "Chromium itself resolves nothing"),
    ("--disable-quic", "UDP has no way through the proxy"),
    ("--dns-prefetch-disable", "nothing to prefetch where nothing is resolved"),
    ("--no-pings", "hyperlink auditing is nobody's wish here"),
    ("--no-first-run", "no welcome work in a profile that lives for minutes"),
    ("--no-default-browser-check", "the same"),
    ("--no-service-autorun", "the same"),
    ("--disable-background-networking", "the full browser calls home otherwise"),
    ("--disable-component-update", "the same"),
    ("--disable-sync", "the same"),
    ("--disable-default-apps", "the same"),
    ("--disable-domain-reliability", "the same"),
    ("--disable-client-side-phishing-detection", "the same"),
    ("--metrics-recording-only", "the same"),
    ("--disable-breakpad", "no crash reports, hence no crash reporter process"),
    ("--disable-crash-reporter", "the same"),
    ("--disable-extensions", "none are wanted"),
    ("--disable-hang-monitor", "hung pages end by their request's deadline"),
    ("--disable-prompt-on-repost", "there is nobody to ask"),
    ("--block-new-web-contents", "no popups: nobody looks at them, and one that waits makes its opener wait"),
    ("--disable-background-timer-throttling", "several pages work at once, none is in the foreground"),
    ("--disable-backgrounding-occluded-windows", "the same"),
    ("--disable-renderer-backgrounding", "the same"),
    ("--disable-ipc-flooding-protection", "a throttled page is slow, and its deadline bounds it already"),
    ("--disable-blink-features=AutomationControlled", "shops must be seen as a person sees them"),
    ("--disable-features=Translate,MediaRouter,OptimizationHints,AcceptCHFrame", "background work of no use"),
    ("--disable-gpu", "software rasterisation; measured faster than SwiftShader here"),
    ("--disable-checker-imaging", "pictures are decoded before they are painted: a capture never misses one"),
    ("--disk-cache-size=1", "contexts share no cache and live for one request"),
    ("--hide-scrollbars", "no scrollbar belongs in a picture"),
    ("--mute-audio", "no audio device is needed"),
    ("--log-level=1", "what pages write to their consoles is not ours to log"),
    ("--password-store=basic", "no keyring is asked for"),
    (
        "--blink-settings=imageAnimationPolicy=2",
        "pictures that move show their first frame, not whatever frame they are at",
    ),
    ("--font-render-hinting=none", "the same glyph shapes at every scale"),
];

impl LaunchOptions {
    /// The whole command line after the program's name.
    pub(crate) fn arguments(&self, profile: &Path, small_shm: bool) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = ALWAYS.iter().map(|(switch, _)| OsString::from(*switch)).collect();
        let mut add = |switch: String| arguments.push(switch.into());
        add(format!("--user-data-dir={}", profile.display()));
        add(format!("--proxy-server=http://{}", self.proxy));
        // A default scale by switch instead of by emulation saves 12 % of a capture's CPU.
        add(format!("--force-device-scale-factor={}", self.scale));
        add(format!("--window-size={},{}", self.window.0, self.window.1));
        if let Some(user_agent) = &self.user_agent {
            // Emulation per page covers the page and its workers; this covers whatever it does not.
            add(format!("--user-agent={user_agent}"));
        }
        if let Some(languages) = &self.accept_languages {
            // `navigator.languages` of a worker follows this switch only.
            add(format!("--accept-lang={languages}"));
        }
        if small_shm {
            add("--disable-dev-shm-usage".to_owned());
        }
        if self.frame_control {
            // The first lets a page be opened so, the second is what the command asks for. With them a page that is
            // not driven never draws.
            add("--enable-begin-frame-control".to_owned());
            add("--run-all-compositor-stages-before-draw".to_owned());
        }
        if !self.sandbox {
            add("--no-sandbox".to_owned());
        }
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(sandbox: bool) -> LaunchOptions {
        LaunchOptions {
            proxy: ([127, 0, 0, 1], 4000).into(),
            scale: 2.0,
            window: (1200, 630),
            user_agent: None,
            accept_languages: None,
            sandbox,
            frame_control: false,
        }
    }

    #[test]
    fn the_sandbox_is_on_unless_it_was_given_up() {
        let on = options(true).arguments(Path::new("/p"), false);
        assert!(!on.iter().any(|switch| switch == "--no-sandbox"));
        let off = options(false).arguments(Path::new("/p"), false);
        assert!(off.iter().any(|switch| switch == "--no-sandbox"));
    }

    #[test]
    fn no_switch_undoes_a_protection() {
        let forbidden = [
            "disable-web-security",
            "allow-file-access",
            "ignore-certificate",
            "single-process",
            "debugging-port",
        ];
        for switch in options(true).arguments(Path::new("/p"), true) {
            let switch = switch.to_string_lossy().into_owned();
            assert!(!forbidden.iter().any(|word| switch.contains(word)), "{switch}");
        }
    }

    #[test]
    fn every_switch_is_given_once_and_has_a_reason() {
        let mut names: Vec<_> = ALWAYS.iter().map(|(switch, _)| switch.split('=').next()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALWAYS.len());
        assert!(ALWAYS.iter().all(|(_, reason)| reason.len() > 5));
    }
}
