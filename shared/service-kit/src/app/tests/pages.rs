//! The pages for people, as the router serves them.

use super::*;

#[tokio::test]
async fn the_page_its_files_and_its_figures_are_there() {
    let service = service();
    let page = service.get("/").await;
    assert_eq!(
        (page.status, &page.headers[CONTENT_TYPE]),
        (StatusCode::OK, &"text/html; charset=utf-8".parse().expect("a value"))
    );
    assert!(page.text.contains("<title>wishes</title>") && page.text.contains("<p>wish"));
    assert!(
        page.headers["content-security-policy"].to_str().expect("text").starts_with("default-src 'none';")
    );
    for (path, media_type) in [
        ("/ui/style.css", "text/css; charset=utf-8"),
        ("/ui/show.js", "text/javascript; charset=utf-8"),
        ("/ui/status.js", "text/javascript; charset=utf-8"),
        ("/ui/playground.js", "text/javascript; charset=utf-8"),
        ("/ui/icon.svg", "image/svg+xml"),
        ("/docs/", "text/html; charset=utf-8"),
        ("/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("/docs/swagger-ui.css", "text/css; charset=utf-8"),
        ("/status", "application/json"),
    ] {
        let answer = service.get(path).await;
        assert_eq!(
            (answer.status, &answer.headers[CONTENT_TYPE]),
            (StatusCode::OK, &media_type.parse().expect("a value")),
            "{path}"
        );
        assert!(answer.headers.contains_key("content-security-policy"), "{path}");
    }
    for path in ["/docs/index.html", "/docs/oauth2-redirect.html", "/ui/", "/ui/page.html"] {
        assert_error(&service.get(path).await, 404, "invalid_request");
    }
}

#[tokio::test]
async fn the_figures_are_those_of_the_metrics() {
    let service = service();
    service.wish(r#"{"say": "yes"}"#).await;
    service.wish(r#"{"say": "late"}"#).await;
    service.get("/nowhere").await;
    let status = service.get("/status").await.json();
    assert_eq!((&status["service"], &status["version"]), (&"wishes".into(), &"1.2.3".into()));
    assert_eq!((&status["health"]["status"], &status["pages"]["in_use"]), (&"healthy".into(), &1.into()));
    let failures = status["failures"].as_array().expect("a list");
    assert_eq!(failures.len(), 1);
    assert_eq!((&failures[0]["stage"], &failures[0]["fault"]), (&"load".into(), &"service".into()));
    assert_eq!((&failures[0]["endpoint"], &failures[0]["status"]), (&"/v1/wish".into(), &408.into()));
}

#[tokio::test]
async fn the_sampling_begins_at_once_and_ends_when_it_is_told_to() {
    let (kit, settings) = kit(HealthStatus::Healthy, Phase::Serving, &defaults());
    let sampling = kit.sample();
    let Routers { public, .. } = kit.app(OpenApiRouter::new().routes(routes!(wish)), &settings);
    let service = Service { app: public, admin: None, lifecycle: kit.lifecycle.clone() };
    while service.get("/status").await.json()["requests"]["window_s"] == 0.0 {
        tokio::task::yield_now().await;
    }
    service.wish(r#"{"say": "yes"}"#).await;
    let all = service.get("/status").await.json()["requests"]["all"].clone();
    assert_eq!((&all["requests"], &all["success_ratio"]), (&1.into(), &1.0.into()));
    sampling.end().await;
}

#[tokio::test]
async fn with_a_listener_for_operations_the_status_is_only_there_and_has_no_playground() {
    let settings = ServerSettings { admin_listen: "127.0.0.1:0".parse().ok(), ..defaults() };
    let public = service_with(HealthStatus::Healthy, Phase::Serving, &settings);
    let admin = Service { app: public.admin.clone().expect("asked for"), ..public };
    let public = service_with(HealthStatus::Healthy, Phase::Serving, &settings);
    for path in ["/", "/status", "/ui/status.js"] {
        assert_error(&public.get(path).await, 404, "invalid_request");
        assert_eq!(admin.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert!(!admin.get("/").await.text.contains("playground"));
    assert_eq!(public.get("/docs/").await.status, StatusCode::OK);
    assert!(public.get("/openapi.json").await.json()["paths"]["/status"].is_null());
}

#[tokio::test]
async fn without_pages_there_are_none_and_no_password_is_taken() {
    let service =
        service_with(HealthStatus::Healthy, Phase::Serving, &ServerSettings { ui: false, ..defaults() });
    for path in ["/", "/status", "/docs", "/docs/", "/ui/style.css"] {
        assert_error(&service.get(path).await, 404, "invalid_request");
    }
}
