//! One page: what it was told to show, and the events that go with it.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::browser::{answer, event};
use crate::picture;

/// What every address shows.
const SITE: &str = "<!doctype html><html lang=\"en\"><head><title>Fake product</title></head>\
    <body><h1>Fake product</h1><p>$99.50</p><button>Add to cart</button></body></html>";
const BLANK: &str = "<html><head></head><body></body></html>";

pub(crate) struct Page {
    pub(crate) target_id: String,
    pub(crate) context_id: String,
    pub(crate) crashed: bool,
    url: String,
    html: String,
    size: (f64, f64),
    scale: f64,
    loads: u64,
    /// domains whose events this page's sessions asked for
    enabled: HashSet<String>,
}

impl Page {
    pub(crate) fn new(target_id: String, context_id: String, scale: f64) -> Page {
        Page {
            target_id,
            context_id,
            crashed: false,
            url: "about:blank".to_owned(),
            html: BLANK.to_owned(),
            size: (800.0, 600.0),
            scale,
            loads: 0,
            enabled: HashSet::new(),
        }
    }

    pub(crate) fn info(&self) -> Value {
        json!({
            "targetId": self.target_id, "type": "page", "title": "", "url": self.url, "attached": true,
            "canAccessOpener": false, "browserContextId": self.context_id,
        })
    }

    /// Takes `width`, `height` and `deviceScaleFactor` where they are given and not 0.
    pub(crate) fn resize(&mut self, params: &Value) {
        let given = |name: &str| params[name].as_f64().filter(|value| *value > 0.0);
        self.size = (given("width").unwrap_or(self.size.0), given("height").unwrap_or(self.size.1));
        self.scale = given("deviceScaleFactor").unwrap_or(self.scale);
    }

    pub(crate) fn receive(&mut self, call: &Value, session: &str, method: &str) {
        let params = &call["params"];
        match method {
            "Page.setLifecycleEventsEnabled" => {
                self.enabled.insert("lifecycle".to_owned());
                answer(call, &json!({}));
            }
            "Page.setDocumentContent" => {
                params["html"].as_str().unwrap_or_default().clone_into(&mut self.html);
                answer(call, &json!({}));
                self.loaded(session);
            }
            "Page.navigate" => self.navigate(call, session),
            "Page.getFrameTree" => answer(call, &json!({ "frameTree": { "frame": self.frame() } })),
            "Page.createIsolatedWorld" => answer(call, &json!({ "executionContextId": 2 })),
            "Page.addScriptToEvaluateOnNewDocument" => answer(call, &json!({ "identifier": "1" })),
            "Page.getLayoutMetrics" => answer(call, &self.layout()),
            "Runtime.evaluate" => {
                let value = self.evaluate(params["expression"].as_str().unwrap_or_default());
                answer(call, &json!({ "result": value }));
            }
            "Runtime.callFunctionOn" => {
                let value = self.evaluate(params["functionDeclaration"].as_str().unwrap_or_default());
                answer(call, &json!({ "result": value }));
            }
            "DOM.getDocument" => answer(call, &json!({ "root": self.root() })),
            "DOM.getOuterHTML" => answer(call, &json!({ "outerHTML": self.html })),
            "Emulation.setDeviceMetricsOverride" => {
                self.resize(params);
                answer(call, &json!({}));
            }
            enable if enable.ends_with(".enable") => self.enable(call, session, enable),
            // every other method succeeds and says nothing
            _ => answer(call, &json!({})),
        }
    }

    pub(crate) fn shows(&self, text: &str) -> bool {
        self.html.contains(text)
    }

    /// The result of `Page.captureScreenshot`; `None` for a format that there is not.
    pub(crate) fn picture(&self, params: &Value, blank: bool) -> Option<Value> {
        let clip = &params["clip"];
        let width = clip["width"].as_f64().unwrap_or(self.size.0);
        let height = clip["height"].as_f64().unwrap_or(self.size.1);
        let scale = self.scale * clip["scale"].as_f64().unwrap_or(1.0);
        let pixels = |length: f64| (length * scale).round().clamp(1.0, 16_384.0) as u32;
        let data = picture::encode(params["format"].as_str(), pixels(width), pixels(height), blank)?;
        Some(json!({ "data": data }))
    }

    fn enable(&mut self, call: &Value, session: &str, method: &str) {
        let domain = method.trim_end_matches(".enable").to_owned();
        if domain == "Runtime" && !self.enabled.contains(&domain) {
            let auxiliary = json!({ "isDefault": true, "type": "default", "frameId": self.target_id });
            let context = json!({
                "id": 1, "origin": "://", "name": "", "uniqueId": format!("{}.1", self.target_id),
                "auxData": auxiliary,
            });
            event(Some(session), "Runtime.executionContextCreated", &json!({ "context": context }));
        }
        self.enabled.insert(domain);
        answer(call, &json!({}));
    }

    fn navigate(&mut self, call: &Value, session: &str) {
        call["params"]["url"].as_str().unwrap_or("about:blank").clone_into(&mut self.url);
        let is_blank = self.url == "about:blank";
        (if is_blank { BLANK } else { SITE }).clone_into(&mut self.html);
        self.loads += 1;
        let loader = self.loader();
        let started = json!({ "frameId": self.target_id });
        self.emit(session, "Page", "Page.frameStartedLoading", &started);
        if !is_blank {
            let request = json!({
                "requestId": loader, "loaderId": loader, "documentURL": self.url, "type": "Document",
                "frameId": self.target_id, "timestamp": self.clock(), "wallTime": 1_795_426_200.0 + self.clock(),
                "request": {
                    "url": self.url, "method": "GET", "headers": {}, "initialPriority": "VeryHigh",
                    "referrerPolicy": "strict-origin-when-cross-origin",
                },
                "initiator": { "type": "other" }, "redirectHasExtraInfo": false, "hasUserGesture": false,
            });
            self.emit(session, "Network", "Network.requestWillBeSent", &request);
            let response = json!({
                "requestId": loader, "loaderId": loader, "timestamp": self.clock(), "type": "Document",
                "frameId": self.target_id, "hasExtraInfo": false,
                "response": {
                    "url": self.url, "status": 200, "statusText": "OK", "mimeType": "text/html",
                    "charset": "utf-8", "headers": { "content-type": "text/html; charset=utf-8" },
                    "connectionReused": false, "connectionId": 1, "encodedDataLength": 512,
                    "securityState": "insecure", "protocol": "http/1.1",
                },
            });
            self.emit(session, "Network", "Network.responseReceived", &response);
        }
        let navigated = json!({ "frame": self.frame(), "type": "Navigation" });
        self.emit(session, "Page", "Page.frameNavigated", &navigated);
        answer(call, &json!({ "frameId": self.target_id, "loaderId": loader }));
        let finished = json!({ "requestId": loader, "timestamp": self.clock(), "encodedDataLength": 512 });
        self.emit(session, "Network", "Network.loadingFinished", &finished);
        self.loaded(session);
    }

    fn loaded(&self, session: &str) {
        let at = json!({ "timestamp": self.clock() });
        self.emit(session, "Page", "Page.domContentEventFired", &at);
        self.emit(session, "Page", "Page.loadEventFired", &at);
        for name in ["DOMContentLoaded", "load", "networkAlmostIdle", "networkIdle"] {
            let lifecycle = json!({
                "frameId": self.target_id, "loaderId": self.loader(), "name": name, "timestamp": self.clock(),
            });
            self.emit(session, "lifecycle", "Page.lifecycleEvent", &lifecycle);
        }
        self.emit(session, "Page", "Page.frameStoppedLoading", &json!({ "frameId": self.target_id }));
    }

    fn emit(&self, session: &str, domain: &str, method: &str, params: &Value) {
        if self.enabled.contains(domain) {
            event(Some(session), method, params);
        }
    }

    /// There is no JavaScript here: the document where it is asked for, else "true".
    fn evaluate(&self, expression: &str) -> Value {
        if expression.contains("{ html: serialised()") {
            // Asked for a document and how it looks.
            let read = json!({ "html": self.html, "elements": [], "images": [] });
            return json!({ "type": "object", "value": read });
        }
        if expression.contains("measureText") {
            // Asked which fonts are missing: none.
            return json!({ "type": "object", "value": { "missing": [], "own": false } });
        }
        if expression.contains("document.fonts") {
            // Asked whether a document is ready: it is, and it shows something.
            let ready = json!({ "loaded": 1.0, "late": [], "scripts": false, "content": "something" });
            return json!({ "type": "object", "value": ready });
        }
        if expression.contains("outerHTML") {
            return json!({ "type": "string", "value": self.html });
        }
        json!({ "type": "boolean", "value": true })
    }

    fn frame(&self) -> Value {
        json!({
            "id": self.target_id, "loaderId": self.loader(), "url": self.url, "domainAndRegistry": "",
            "securityOrigin": "://", "mimeType": "text/html", "secureContextType": "InsecureScheme",
            "crossOriginIsolatedContextType": "NotIsolated", "gatedAPIFeatures": [],
        })
    }

    fn root(&self) -> Value {
        json!({
            "nodeId": 1, "backendNodeId": 1, "nodeType": 9, "nodeName": "#document", "localName": "",
            "nodeValue": "", "childNodeCount": 1, "documentURL": self.url,
        })
    }

    fn layout(&self) -> Value {
        let (width, height) = self.size;
        let view = json!({ "pageX": 0, "pageY": 0, "clientWidth": width, "clientHeight": height });
        let visual = json!({
            "offsetX": 0, "offsetY": 0, "pageX": 0, "pageY": 0, "clientWidth": width, "clientHeight": height,
            "scale": 1,
        });
        let content = json!({ "x": 0, "y": 0, "width": width, "height": height });
        json!({
            "layoutViewport": view, "visualViewport": visual, "contentSize": content,
            "cssLayoutViewport": view, "cssVisualViewport": visual, "cssContentSize": content,
        })
    }

    fn loader(&self) -> String {
        format!("{}-{}", self.target_id, self.loads)
    }

    fn clock(&self) -> f64 {
        1000.0 + self.loads as f64
    }
}
