//! The browser's side of the protocol: targets, contexts, sessions, and which answer a method gets.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use test_support::fake::Mode;

use crate::page::Page;

const PRODUCT: &str = "HeadlessChrome/156.0.8078.79";
const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
    HeadlessChrome/156.0.0.0 Safari/537.36";
pub(crate) const PRODUCT_LINE: &str = "Chromium 156.0.8078.79 (fake)";

/// What the process does after a message.
pub(crate) enum Next {
    GoOn,
    Exit(u8),
    Hang,
    CutPipe,
}

pub(crate) struct Browser {
    mode: Mode,
    scale: f64,
    contexts: Vec<String>,
    /// by target id
    pages: HashMap<String, Page>,
    /// session id → target id
    sessions: HashMap<String, String>,
    made: u64,
}

impl Browser {
    pub(crate) fn new(mode: Mode, arguments: &[OsString]) -> Browser {
        let scale = arguments.iter().find_map(|argument| {
            argument.to_str()?.strip_prefix("--force-device-scale-factor=")?.parse().ok()
        });
        Browser {
            mode,
            scale: scale.unwrap_or(1.0),
            contexts: Vec::new(),
            pages: HashMap::new(),
            sessions: HashMap::new(),
            made: 0,
        }
    }

    pub(crate) fn receive(&mut self, call: &Value) -> Next {
        let method = call["method"].as_str().unwrap_or_default();
        if method == "Page.captureScreenshot" {
            match self.mode {
                Mode::DiesOnCapture => return Next::Exit(139),
                Mode::HangsOnCapture => return Next::Hang,
                Mode::CutsPipeOnCapture => return Next::CutPipe,
                _ => {}
            }
        }
        match call["sessionId"].as_str() {
            None => self.browser_call(call, method),
            Some(session) => self.page_call(call, session, method),
        }
    }

    fn browser_call(&mut self, call: &Value, method: &str) -> Next {
        let params = &call["params"];
        match method {
            "Browser.getVersion" => answer(call, &version()),
            "Browser.close" => {
                answer(call, &json!({}));
                if self.mode != Mode::IgnoresClose {
                    return Next::Exit(0);
                }
            }
            "Target.createBrowserContext" => {
                let id = self.new_id();
                self.contexts.push(id.clone());
                answer(call, &json!({ "browserContextId": id }));
            }
            "Target.getBrowserContexts" => answer(call, &json!({ "browserContextIds": self.contexts })),
            "Target.disposeBrowserContext" => self.dispose(call, params),
            "Target.createTarget" => self.create_target(call, params),
            "Target.getTargets" => {
                let infos: Vec<Value> = self.pages.values().map(Page::info).collect();
                answer(call, &json!({ "targetInfos": infos }));
            }
            "Target.attachToTarget" => self.attach(call, params),
            "Target.closeTarget" => {
                self.close_target(params["targetId"].as_str().unwrap_or_default());
                answer(call, &json!({ "success": true }));
            }
            "SystemInfo.getProcessInfo" => answer(call, &json!({ "processInfo": [] })),
            // every other method succeeds and says nothing
            _ => answer(call, &json!({})),
        }
        Next::GoOn
    }

    fn page_call(&mut self, call: &Value, session: &str, method: &str) -> Next {
        let Some(page) = self.sessions.get(session).and_then(|target| self.pages.get_mut(target)) else {
            refuse(call, -32001, "Session with given id not found.");
            return Next::GoOn;
        };
        match method {
            "Target.detachFromTarget" => {
                self.sessions.remove(session);
                answer(call, &json!({}));
            }
            "Page.close" => {
                let target = page.target_id.clone();
                answer(call, &json!({}));
                self.close_target(&target);
            }
            "Page.captureScreenshot" if self.mode == Mode::DiesOnDeadly && page.shows("deadly") => {
                return Next::Exit(139);
            }
            "Page.captureScreenshot" if self.mode == Mode::RendererDiesOnCapture => {
                page.crashed = true;
                event(Some(session), "Inspector.targetCrashed", &json!({}));
                let crash = json!({ "targetId": page.target_id, "status": "crashed", "errorCode": 11 });
                event(None, "Target.targetCrashed", &crash);
            }
            "Page.captureScreenshot" => capture(self.mode, call, page),
            // a page without a renderer answers nothing
            _ if page.crashed => {}
            _ => page.receive(call, session, method),
        }
        Next::GoOn
    }

    fn create_target(&mut self, call: &Value, params: &Value) {
        if self.mode == Mode::RefusesPages {
            return refuse(call, -32000, "Failed to open a new tab");
        }
        let context = params["browserContextId"].as_str().unwrap_or("default");
        if context != "default" && !self.contexts.iter().any(|known| known == context) {
            return refuse(call, -32602, "Failed to find browser context with id");
        }
        let id = self.new_id();
        let mut page = Page::new(id.clone(), context.to_owned(), self.scale);
        page.resize(params);
        event(None, "Target.targetCreated", &json!({ "targetInfo": page.info() }));
        self.pages.insert(id.clone(), page);
        answer(call, &json!({ "targetId": id }));
    }

    fn attach(&mut self, call: &Value, params: &Value) {
        let session = self.new_id();
        let target = params["targetId"].as_str().unwrap_or_default();
        let Some(page) = self.pages.get(target) else {
            return refuse(call, -32602, "No target with given id found");
        };
        let attached =
            json!({ "sessionId": session, "targetInfo": page.info(), "waitingForDebugger": false });
        self.sessions.insert(session.clone(), target.to_owned());
        event(None, "Target.attachedToTarget", &attached);
        answer(call, &json!({ "sessionId": session }));
    }

    fn dispose(&mut self, call: &Value, params: &Value) {
        if self.mode == Mode::DisposeHangs {
            return;
        }
        let context = params["browserContextId"].as_str().unwrap_or_default();
        let Some(position) = self.contexts.iter().position(|known| known == context) else {
            return refuse(call, -32602, "Failed to find context with id");
        };
        self.contexts.swap_remove(position);
        let targets: Vec<String> = self
            .pages
            .values()
            .filter(|page| page.context_id == context)
            .map(|page| page.target_id.clone())
            .collect();
        for target in targets {
            self.close_target(&target);
        }
        answer(call, &json!({}));
    }

    fn close_target(&mut self, target: &str) {
        if self.pages.remove(target).is_none() {
            return;
        }
        let sessions: Vec<String> = self
            .sessions
            .iter()
            .filter(|(_, of)| *of == target)
            .map(|(session, _)| session.clone())
            .collect();
        for session in sessions {
            self.sessions.remove(&session);
            let detached = json!({ "sessionId": session, "targetId": target });
            event(None, "Target.detachedFromTarget", &detached);
        }
        event(None, "Target.targetDestroyed", &json!({ "targetId": target }));
    }

    fn new_id(&mut self) -> String {
        self.made += 1;
        format!("{:016X}{:016X}", std::process::id(), self.made)
    }
}

fn capture(mode: Mode, call: &Value, page: &Page) {
    let blank = mode == Mode::BlankCapture;
    let Some(picture) = page.picture(&call["params"], blank) else {
        return refuse(call, -32000, "Unable to capture screenshot");
    };
    let Mode::SlowCapture(ms) = mode else {
        return answer(call, &picture);
    };
    let call = call.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(ms));
        answer(&call, &picture);
    });
}

fn version() -> Value {
    json!({
        "protocolVersion": "1.3", "product": PRODUCT, "revision": "@0000000000000000000000000000000000000000",
        "userAgent": USER_AGENT, "jsVersion": "15.6.100",
    })
}

pub(crate) fn answer(call: &Value, result: &Value) {
    send(&with_session(call, json!({ "id": call["id"], "result": result })));
}

pub(crate) fn refuse(call: &Value, code: i64, message: &str) {
    send(&with_session(call, json!({ "id": call["id"], "error": { "code": code, "message": message } })));
}

pub(crate) fn event(session: Option<&str>, method: &str, params: &Value) {
    let mut message = json!({ "method": method, "params": params });
    if let Some(session) = session {
        message["sessionId"] = json!(session);
    }
    send(&message);
}

fn with_session(call: &Value, mut message: Value) -> Value {
    if let Some(session) = call["sessionId"].as_str() {
        message["sessionId"] = json!(session);
    }
    message
}

fn send(message: &Value) {
    let mut bytes = message.to_string().into_bytes();
    bytes.push(0);
    let mut out = io::stdout().lock();
    if out.write_all(&bytes).and_then(|()| out.flush()).is_err() {
        // nobody listens any more: the real one ends too
        std::process::exit(0);
    }
}
