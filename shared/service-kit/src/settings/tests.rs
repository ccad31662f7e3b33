use std::ffi::OsString;

use clap::{CommandFactory, Parser};

use super::*;

#[derive(Debug, Parser)]
#[command(name = "a-service")]
struct Cli {
    #[command(flatten)]
    server: ServerSettings,
    #[command(flatten)]
    browsers: BrowserSettings,
    #[command(flatten)]
    telemetry: TelemetrySettings,
}

fn parsed(flags: &[&str]) -> Result<Cli, Refused> {
    parse_from(["a-service"].iter().chain(flags).map(OsString::from))
}

#[test]
fn the_defaults_are_the_contracts() {
    let server: ServerSettings = defaults();
    assert_eq!(server.listen.to_string(), "0.0.0.0:8000");
    assert_eq!(server.max_body_bytes, 5 << 20);
    assert_eq!((server.drain_delay.as_secs(), server.drain_timeout.as_secs()), (5, 65));
    assert_eq!(server.exit_when_unhealthy.as_secs(), 120);
    assert!(!server.strict_requests);
    let browsers: BrowserSettings = defaults();
    assert_eq!(browsers.max_queue, 512);
    assert_eq!((browsers.browser_pool_size, browsers.page_pool_size), (None, None));
    assert!(!browsers.allow_no_sandbox && browsers.egress_allow.is_empty() && browsers.dns_server.is_none());
}

/// A bad value of every setting is refused with a message that names the variable and what would be valid.
#[test]
fn bad_values_are_refused_by_the_name_of_the_variable() {
    let cases = [
        ("--listen=localhost", "PLAYWRIGHT_LISTEN (or --listen): expected an IP address and a port"),
        (
            "--max-connections=0",
            "PLAYWRIGHT_MAX_CONNECTIONS (or --max-connections): expected an integer from 1 to",
        ),
        (
            "--max-body-bytes=5MiB",
            "PLAYWRIGHT_MAX_BODY_BYTES (or --max-body-bytes): expected an integer from 1024 to",
        ),
        (
            "--header-timeout-s=0",
            "PLAYWRIGHT_HEADER_TIMEOUT_S (or --header-timeout-s): expected seconds from 1 to",
        ),
        (
            "--body-timeout-s=nan",
            "PLAYWRIGHT_BODY_TIMEOUT_S (or --body-timeout-s): expected seconds from 1 to",
        ),
        ("--idle-timeout-s=0", "PLAYWRIGHT_IDLE_TIMEOUT_S (or --idle-timeout-s): expected seconds from 1 to"),
        (
            "--write-timeout-s=0.5",
            "PLAYWRIGHT_WRITE_TIMEOUT_S (or --write-timeout-s): expected seconds from 1 to",
        ),
        (
            "--strict-requests=maybe",
            "PLAYWRIGHT_STRICT_REQUESTS (or --strict-requests): expected true or false",
        ),
        ("--ui=maybe", "PLAYWRIGHT_UI (or --ui): expected true or false"),
        (
            "--drain-delay-s=-1",
            "PLAYWRIGHT_DRAIN_DELAY_S (or --drain-delay-s): expected seconds from 0 to 300",
        ),
        (
            "--drain-timeout-s=1e9",
            "PLAYWRIGHT_DRAIN_TIMEOUT_S (or --drain-timeout-s): expected seconds from 0 to",
        ),
        (
            "--exit-when-unhealthy-s=x",
            "PLAYWRIGHT_EXIT_WHEN_UNHEALTHY_S (or --exit-when-unhealthy-s): expected seconds",
        ),
        (
            "--browser-pool-size=65",
            "PLAYWRIGHT_BROWSER_POOL_SIZE (or --browser-pool-size): expected an integer from 1 to 64",
        ),
        (
            "--page-pool-size=0",
            "PLAYWRIGHT_PAGE_POOL_SIZE (or --page-pool-size): expected an integer from 1 to 1024",
        ),
        (
            "--admin-listen=9000",
            "PLAYWRIGHT_ADMIN_LISTEN (or --admin-listen): expected an IP address and a port",
        ),
        ("--token-rate=-1", "PLAYWRIGHT_TOKEN_RATE (or --token-rate): expected an integer from 0 to 1000000"),
        (
            "--token-concurrency=x",
            "PLAYWRIGHT_TOKEN_CONCURRENCY (or --token-concurrency): expected an integer from 0 to",
        ),
        ("--max-queue=-1", "PLAYWRIGHT_MAX_QUEUE (or --max-queue): expected an integer from 0 to"),
        (
            "--max-queue-bytes=1",
            "PLAYWRIGHT_MAX_QUEUE_BYTES (or --max-queue-bytes): expected an integer from",
        ),
        (
            "--allow-no-sandbox=perhaps",
            "PLAYWRIGHT_ALLOW_NO_SANDBOX (or --allow-no-sandbox): expected true or false",
        ),
        (
            "--recycle-after-pages=x",
            "PLAYWRIGHT_RECYCLE_AFTER_PAGES (or --recycle-after-pages): expected an integer",
        ),
        ("--recycle-after-s=x", "PLAYWRIGHT_RECYCLE_AFTER_S (or --recycle-after-s): expected seconds from 0"),
        ("--recycle-above-mb=x", "PLAYWRIGHT_RECYCLE_ABOVE_MB (or --recycle-above-mb): expected an integer"),
        ("--egress-allow=a:1,b", "PLAYWRIGHT_EGRESS_ALLOW (or --egress-allow): expected host:port"),
        (
            "--dns-server=nowhere",
            "PLAYWRIGHT_DNS_SERVER (or --dns-server): expected an IP address and a port",
        ),
        ("--log-level=loud", "LOG_LEVEL (or --log-level): expected error, warn, info"),
        ("--log-format=xml", "PLAYWRIGHT_LOG_FORMAT (or --log-format): expected json, human, auto"),
        (
            "--otel-exporter-otlp-endpoint=collector:4317",
            "OTEL_EXPORTER_OTLP_ENDPOINT (or --otel-exporter-otlp-endpoint): expected an http:// address",
        ),
        (
            "--otel-exporter-otlp-traces-endpoint=https://collector",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT (or --otel-exporter-otlp-traces-endpoint): expected an http:// address",
        ),
        (
            "--otel-exporter-otlp-protocol=http/json",
            "OTEL_EXPORTER_OTLP_PROTOCOL (or --otel-exporter-otlp-protocol): expected grpc, http/protobuf",
        ),
        (
            "--otel-exporter-otlp-traces-protocol=thrift",
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL (or --otel-exporter-otlp-traces-protocol): expected grpc, http/protobuf",
        ),
        (
            "--otel-exporter-otlp-timeout=0",
            "OTEL_EXPORTER_OTLP_TIMEOUT (or --otel-exporter-otlp-timeout): expected an integer from 1 to",
        ),
        (
            "--otel-resource-attributes=nothing",
            "OTEL_RESOURCE_ATTRIBUTES (or --otel-resource-attributes): expected name=value pairs",
        ),
        (
            "--otel-traces-sampler=xray",
            "OTEL_TRACES_SAMPLER (or --otel-traces-sampler): expected always_on, always_off, traceidratio",
        ),
        (
            "--otel-traces-sampler-arg=2",
            "OTEL_TRACES_SAMPLER_ARG (or --otel-traces-sampler-arg): expected a number from 0 to 1",
        ),
        ("--otel-sdk-disabled=maybe", "OTEL_SDK_DISABLED (or --otel-sdk-disabled): expected true or false"),
        (
            "--otel-bsp-max-queue-size=0",
            "OTEL_BSP_MAX_QUEUE_SIZE (or --otel-bsp-max-queue-size): expected an integer from 1 to",
        ),
        (
            "--otel-bsp-max-export-batch-size=x",
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE (or --otel-bsp-max-export-batch-size): expected an integer from 1",
        ),
        (
            "--otel-bsp-schedule-delay=soon",
            "OTEL_BSP_SCHEDULE_DELAY (or --otel-bsp-schedule-delay): expected an integer from 1 to",
        ),
    ];
    for (flag, message) in cases {
        let refused = parsed(&[flag]).expect_err(flag).to_string();
        let got = flag.split_once('=').map_or("", |(_, value)| value.rsplit(',').next().unwrap_or(value));
        assert!(refused.starts_with(message), "{flag}: {refused}");
        assert!(refused.ends_with(&format!("got \"{got}\"")), "{flag}: {refused}");
    }
    let secret = parsed(&["--api-tokens=api:short"]).expect_err("too short").to_string();
    assert_eq!(
        secret,
        "PLAYWRIGHT_API_TOKENS (or --api-tokens): entry 1: expected a token of 16 to 512 visible ASCII characters, or \
         sha256: and 64 hexadecimal digits"
    );
    let tried: Vec<_> = cases.iter().map(|(flag, _)| flag.split('=').next().unwrap_or(flag)).collect();
    for arg in Cli::command().get_arguments() {
        let flag = format!("--{}", arg.get_long().expect("every setting has a flag"));
        let takes_anything = [
            "--chromium-path",
            "--api-tokens-file",
            "--api-tokens",
            "--otel-service-name",
            // secret, and tried where it is read
            "--otel-exporter-otlp-headers",
        ]
        .contains(&flag.as_str());
        assert!(takes_anything || tried.contains(&flag.as_str()), "{flag} is not tried");
    }
}

#[test]
fn good_values_are_obeyed() {
    let cli = parsed(&[
        "--listen=[::1]:9",
        "--strict-requests",
        "--allow-no-sandbox=YES",
        "--drain-delay-s=0.25",
        "--egress-allow=127.0.0.1:80,[::1]:8080,shop.internal:443",
        "--log-format=JSON",
        "--log-level=WARNING",
    ])
    .expect("valid");
    assert_eq!(cli.server.listen.to_string(), "[::1]:9");
    assert!(cli.server.strict_requests && cli.browsers.allow_no_sandbox);
    assert_eq!(cli.server.drain_delay, Duration::from_millis(250));
    assert_eq!(cli.browsers.egress_allow, ["127.0.0.1:80", "[::1]:8080", "shop.internal:443"]);
    assert_eq!(cli.telemetry.log_format, LogFormat::Json);
    assert_eq!(cli.telemetry.log_level, "WARNING");
}

#[test]
fn what_is_no_setting_is_refused_by_clap() {
    let refused = parsed(&["--max-queues=3"]).expect_err("no such flag");
    assert!(refused.to_string().contains("--max-queues"), "{refused}");
}

#[test]
fn every_setting_is_named_prefixed_and_explained() {
    for arg in Cli::command().get_arguments() {
        let env = arg.get_env().expect("every setting has a variable").to_string_lossy();
        let is_others = env == "LOG_LEVEL" || env.starts_with("OTEL_");
        assert!(env.starts_with("PLAYWRIGHT_") || is_others, "{env}");
        assert!(arg.get_help().is_some() && arg.get_help_heading().is_some(), "{env}");
    }
}

#[test]
fn help_says_what_is_valid() {
    let help = super::parse::with_valid_values(Cli::command()).render_long_help().to_string();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in
        ["[valid: an integer from 0 to 65536]", "[env: PLAYWRIGHT_MAX_QUEUE", "[default: 512]", "Browsers:"]
    {
        assert!(help.contains(part), "{part}\n---\n{help}");
    }
}

#[test]
fn the_page_says_name_default_range_and_meaning() {
    let section = page::section(&Cli::command());
    for part in [
        "### Browsers\n\n| variable | flag |",
        "| `PLAYWRIGHT_MAX_QUEUE` | `--max-queue` | `512` | an integer from 0 to 65536 | Requests that may wait",
        "| `PLAYWRIGHT_DNS_SERVER` | `--dns-server` | – | an IP address and a port",
        "| `LOG_LEVEL` | `--log-level` | `info` |",
    ] {
        assert!(section.contains(part), "{part}\n---\n{section}");
    }
}

#[test]
fn a_stale_page_is_noticed() {
    let page = std::env::temp_dir().join(format!("service-kit-page-{}.md", std::process::id()));
    let check = |text: &str| {
        std::fs::write(&page, text).expect("a temporary file can be written");
        page::check(&page, &Cli::command())
    };
    let fresh =
        format!("# x\n<!-- begin a-service -->{}<!-- end a-service -->\n", page::section(&Cli::command()));
    let results = (check("# x"), check("<!-- begin a-service --><!-- end a-service -->"), check(&fresh));
    std::fs::remove_file(&page).expect("the temporary file is there");
    assert!(matches!(results.0, Err(page::Stale::NoSection { .. })));
    assert!(matches!(results.1, Err(page::Stale::Different { .. })));
    assert!(results.2.is_ok());
}

#[test]
fn languages_are_tags_in_order() {
    assert!(languages("de-DE,de,en").is_ok());
    for broken in ["", "en,", "en;q=0.8", "en\r\nx: y", "en US"] {
        assert!(languages(broken).is_err(), "{broken}");
    }
}
