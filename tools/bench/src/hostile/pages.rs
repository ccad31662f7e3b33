//! The hostile pages: what their scripts do. Each is bounded in what it can do to the machine, not in time.

use super::Hostile;

/// A heading comes first: such a page is never blank.
pub(crate) fn document(script: &str, number: usize) -> String {
    format!(
        "<!doctype html><meta charset=utf-8><title>Hostile {number}</title><body style='background:#fff'>\
         <h1>Hostile {number}</h1><p class=price>$1.00</p><script>{script}</script>"
    )
}

/// `None` where the hostility is the server's, the client's or the address's.
pub(crate) fn script(kind: Hostile) -> Option<&'static str> {
    Some(match kind {
        Hostile::EndlessLoop => "for (;;) {}",
        // the parser of selectors recurses without a bound of its own
        Hostile::CrashingPage => "document.querySelector(':not('.repeat(50000) + 'a' + ')'.repeat(50000))",
        Hostile::MemoryBomb => {
            "globalThis.kept = Array.from({length: 16}, (_, i) => new Uint8Array(16 << 20).fill(i + 1))"
        }
        Hostile::DialogStorm => {
            "addEventListener('beforeunload', event => event.preventDefault()); \
             for (let i = 0; i < 200; i++) { alert(i); confirm(i); prompt(i) }"
        }
        Hostile::PopupStorm => {
            "for (let i = 0; i < 200; i++) window.open('about:blank#' + i); \
             setInterval(() => window.open('/'), 1)"
        }
        Hostile::HugeDom => {
            "let nodes = ''; for (let i = 0; i < 100000; i++) nodes += '<i>' + i + '</i>'; \
             document.body.insertAdjacentHTML('beforeend', nodes)"
        }
        Hostile::WorkerBomb => {
            "const forever = URL.createObjectURL(new Blob(['for (;;) {}'])); \
             for (let i = 0; i < 24; i++) new Worker(forever)"
        }
        Hostile::EndlessResponse
        | Hostile::EgressFlood
        | Hostile::RedirectLoop
        | Hostile::ConnectionReset
        | Hostile::InvalidInput
        | Hostile::ClientLeaves
        | Hostile::ForbiddenUrl
        | Hostile::SlowName => return None,
    })
}

/// Fetches all at once what never ends.
pub(crate) const FLOOD: &str = "for (let i = 0; i < 4; i++) \
     fetch('/flood?' + i).then(async answer => { for await (const part of answer.body); })";
