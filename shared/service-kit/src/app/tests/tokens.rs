//! Tokens, as the router asks for them.

use super::*;
use crate::access::TokenList;
use crate::settings::AccessSettings;

const TOKEN: &str = "a-token-of-the-api-itself";

fn guarded(access: AccessSettings) -> Service {
    let api_tokens = Some(TokenList::parse(&format!("api:{TOKEN}")).expect("a valid list"));
    let settings = ServerSettings { access: AccessSettings { api_tokens, ..access }, ..defaults() };
    service_with(HealthStatus::Healthy, Phase::Serving, &settings)
}

fn wishing_with(token: &str, json: &'static str) -> Request<HttpBody> {
    let mut request = wishing(json.into());
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().expect("a value"));
    request
}

#[tokio::test]
async fn with_tokens_the_work_needs_one_and_nothing_else_does() {
    let service = guarded(defaults());
    let refused = service.wish(r#"{"say": "yes"}"#).await;
    assert_error(&refused, 401, "unauthorized");
    assert_eq!(refused.headers["www-authenticate"], "Bearer");
    let wrong = service.send(wishing_with("some-other-token-of-nobody", "not even JSON")).await;
    let body = assert_error(&wrong, 401, "unauthorized");
    assert!(!body["error_message"].as_str().expect("text").contains("nobody"));
    assert_eq!(service.send(wishing_with(TOKEN, r#"{"say": "yes"}"#)).await.status, StatusCode::OK);
    for path in ["/health", "/live", "/ready", "/metrics", "/openapi.json"] {
        assert_eq!(service.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert_error(&service.get("/nowhere").await, 404, "invalid_request");
    let scrape = service.get("/metrics").await.text;
    let series = "playwright_requests_failure_total{endpoint=\"/v1/wish\",error_type=\"unauthorized\",fault=\"caller\"}";
    assert_eq!(value(&scrape, series), Some("2"));
}

#[tokio::test]
async fn who_asks_too_much_is_told_when_to_come_back() {
    let service = guarded(AccessSettings { token_rate: 1, ..defaults() });
    let wish = || service.send(wishing_with(TOKEN, r#"{"say": "yes"}"#));
    assert_eq!(wish().await.status, StatusCode::OK);
    let refused = wish().await;
    let body = assert_error(&refused, 429, "rate_limited");
    let after: u64 = refused.headers["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!(body["retriable"] == true && (55..=60).contains(&after), "{after}");
    let service = guarded(AccessSettings { token_concurrency: 1, ..defaults() });
    let hanging = service.send(wishing_with(TOKEN, r#"{"say": "hang"}"#));
    let other = service.send(wishing_with(TOKEN, r#"{"say": "yes"}"#));
    let refused = tokio::select! {
        biased;
        _ = hanging => unreachable!("it hangs"),
        refused = other => refused,
    };
    assert_error(&refused, 429, "rate_limited");
    let again = service.send(wishing_with(TOKEN, r#"{"say": "yes"}"#)).await;
    assert_eq!(again.status, StatusCode::OK, "the place is free when its request has gone");
}
