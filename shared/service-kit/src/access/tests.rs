use std::fs;
use std::path::PathBuf;

use axum::http::HeaderValue;
use axum::http::header::AUTHORIZATION;

use super::*;
use crate::settings::defaults;

const FIRST: &str = "first-token-of-the-api";
const SECOND: &str = "second-token-of-the-api";

fn with_token(value: &str) -> HeaderMap {
    HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(value).expect("a header value"))])
}

fn bearer_of(token: &str) -> HeaderMap {
    with_token(&format!("Bearer {token}"))
}

fn access(list: &str, per_minute: u32, at_once: usize) -> Access {
    let api_tokens = Some(TokenList::parse(list).expect("a valid list"));
    let settings =
        AccessSettings { api_tokens, token_rate: per_minute, token_concurrency: at_once, ..defaults() };
    Access::new(&settings).expect("no file to read")
}

#[test]
fn without_tokens_everybody_is_let_in() {
    assert!(Access::open().admit(&HeaderMap::new(), Basic::Refused).expect("open").is_none());
    assert!(
        Access::new(&defaults())
            .expect("no file")
            .admit(&bearer_of("anything"), Basic::Refused)
            .expect("open")
            .is_none()
    );
}

#[test]
fn who_has_a_token_is_let_in_by_name() {
    let digest = data_encoding::HEXUPPER.encode(&tokens::digest(SECOND));
    let access = access(&format!("api:{FIRST}, worker:sha256:{digest},"), 0, 0);
    for (token, name) in [(FIRST, "api"), (SECOND, "worker")] {
        for scheme in ["Bearer", "bearer", "BEARER"] {
            let caller = access
                .admit(&with_token(&format!("{scheme} {token}")), Basic::Refused)
                .expect("valid")
                .expect("guarded");
            assert_eq!(&*caller.name, name);
        }
    }
}

#[test]
fn who_has_none_is_refused_and_nothing_of_it_is_shown() {
    let access = access(&format!("api:{FIRST}"), 0, 0);
    let almost = &FIRST[..FIRST.len() - 1];
    let twice = {
        let mut headers = bearer_of(FIRST);
        headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer other"));
        headers
    };
    let cases = [
        HeaderMap::new(),
        bearer_of("wrong-token-of-somebody"),
        bearer_of(almost),
        bearer_of(&format!("{FIRST}x")),
        bearer_of(&FIRST.to_uppercase()),
        bearer_of(&data_encoding::HEXLOWER.encode(&tokens::digest(FIRST))),
        bearer_of(""),
        with_token(FIRST),
        with_token(&format!("Basic {FIRST}")),
        with_token("Bearer"),
        twice,
    ];
    for headers in cases {
        let error = access.admit(&headers, Basic::Refused).expect_err("no valid token");
        assert_eq!((error.kind, error.status().as_u16()), (ErrorKind::Unauthorized, 401), "{headers:?}");
        assert!(
            error.message.starts_with("authorization: ") && !error.message.contains("token-of"),
            "{error}"
        );
    }
    assert!(!format!("{access:?}").contains(FIRST), "not kept");
}

#[test]
fn the_rate_is_each_callers_and_says_when_to_come_back() {
    let access = access(&format!("api:{FIRST},api:{FIRST}-rotated,worker:{SECOND}"), 2, 0);
    let admit = |token: &str| access.admit(&bearer_of(token), Basic::Refused);
    assert!(admit(FIRST).is_ok() && admit(&format!("{FIRST}-rotated")).is_ok(), "two a minute");
    let error = admit(FIRST).expect_err("the third");
    assert_eq!((error.kind, error.retriable), (ErrorKind::RateLimited, true));
    assert_eq!(error.message, "more than 2 requests a minute with this token, try later");
    let response = axum::response::IntoResponse::into_response(error);
    assert_eq!(response.headers()["retry-after"], "30", "one every thirty seconds");
    assert!(admit(SECOND).is_ok(), "others have their own");
}

#[test]
fn requests_at_once_are_counted_until_they_end() {
    let access = access(&format!("api:{FIRST},worker:{SECOND}"), 0, 1);
    let first = access.admit(&bearer_of(FIRST), Basic::Refused).expect("the first");
    let error = access.admit(&bearer_of(FIRST), Basic::Refused).expect_err("the second at once");
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::RateLimited, "more than 1 requests at once with this token, try later")
    );
    assert!(access.admit(&bearer_of(SECOND), Basic::Refused).is_ok(), "others have their own");
    drop(first);
    assert!(access.admit(&bearer_of(FIRST), Basic::Refused).is_ok());
}

#[test]
fn lists_that_are_not_valid_are_refused_without_showing_them() {
    let short = "name:too-short";
    for (list, error) in [
        ("", TokensRefused::Empty),
        (" , ,", TokensRefused::Empty),
        ("only-a-token-without-a-name", TokensRefused::Name(1)),
        (":token-of-nobody-at-all", TokensRefused::Name(1)),
        ("a name:token-of-somebody-else", TokensRefused::Name(1)),
        (short, TokensRefused::Token(1)),
        ("api:first-token-of-the-api,worker:", TokensRefused::Token(2)),
        ("api:sha256:123456", TokensRefused::Token(1)),
        ("api:token with spaces in it", TokensRefused::Token(1)),
    ] {
        assert_eq!(TokenList::parse(list).expect_err("not valid"), error, "{list:?}");
        assert!(!error.to_string().contains("too-short"));
    }
}

struct File(PathBuf);

impl File {
    fn new(content: &str) -> Self {
        let name = format!("service-kit-tokens-{}-{:?}", std::process::id(), std::thread::current().id());
        let file = Self(std::env::temp_dir().join(name));
        file.write(content);
        file
    }

    /// Puts another file in its place, as secrets are replaced.
    fn write(&self, content: &str) {
        let new = self.0.with_extension("new");
        fs::write(&new, content).and_then(|()| fs::rename(&new, &self.0)).expect("a temporary file");
    }

    fn access(&self) -> Result<Access, AccessError> {
        Access::new(&AccessSettings { api_tokens_file: Some(self.0.clone()), ..defaults() })
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Asks until the answer is `wished`, within ten seconds.
fn eventually(access: &Access, token: &str, wished: bool) {
    let end = std::time::Instant::now() + Duration::from_secs(10);
    while access.admit(&bearer_of(token), Basic::Refused).is_ok() != wished {
        assert!(
            std::time::Instant::now() < end,
            "{token} is still {}",
            if wished { "refused" } else { "let in" }
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn tokens_rotate_without_a_restart_and_a_broken_file_locks_nobody_out() {
    let file = File::new(&format!("# callers\n\napi:{FIRST}\n"));
    let access = file.access().expect("a valid file");
    assert!(
        access.admit(&bearer_of(FIRST), Basic::Refused).is_ok()
            && access.admit(&bearer_of(SECOND), Basic::Refused).is_err()
    );
    file.write(&format!("api:{FIRST}\napi:{SECOND}\n"));
    eventually(&access, SECOND, true);
    assert!(access.admit(&bearer_of(FIRST), Basic::Refused).is_ok(), "both, while callers change over");
    file.write(&format!("api:{SECOND}\n"));
    eventually(&access, FIRST, false);
    for broken in ["", "nonsense"] {
        file.write(broken);
        std::thread::sleep(tokens_look_again());
        assert!(access.admit(&bearer_of(SECOND), Basic::Refused).is_ok(), "as before");
    }
    file.write(&format!("api:{FIRST}"));
    eventually(&access, FIRST, true);
}

/// Longer than a change goes unnoticed.
fn tokens_look_again() -> Duration {
    Duration::from_millis(600)
}

#[test]
fn a_file_that_is_not_valid_ends_the_start() {
    let file = File::new("api:short");
    let refused = file.access().expect_err("not valid").to_string();
    assert!(refused.starts_with("PLAYWRIGHT_API_TOKENS_FILE: entry 1: expected a token of"), "{refused}");
    drop(file);
    let gone = AccessSettings { api_tokens_file: Some("/nowhere/tokens".into()), ..defaults() };
    assert_eq!(
        Access::new(&gone).expect_err("no file").to_string(),
        "PLAYWRIGHT_API_TOKENS_FILE: can't be read"
    );
}
