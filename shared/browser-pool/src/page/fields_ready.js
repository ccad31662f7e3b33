// Run in an isolated world of the page. Answers with the fields' fingerprint once it has been the same for
// `stable` ms, else only when asked to stop by the page going away. FIELDS is the caller's expression.
(async (stable, fields) => {
  let last = '', since = 0;
  const look = () => {
    let now = '';
    try { now = String(fields() || '').slice(0, 2000).toWellFormed(); } catch { now = ''; }
    const time = performance.now();
    if (now !== last) { last = now; since = time; }
    return now !== '' && time - since >= stable;
  };
  globalThis.__lastChange = performance.now();
  let wake = () => {};
  const observer = new MutationObserver(() => { globalThis.__lastChange = performance.now(); wake(); });
  observer.observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
  try {
    while (!look()) {
      // Changes wake it, the timer covers what no mutation tells (styles, time).
      await new Promise(done => { wake = done; setTimeout(done, last === '' ? 100 : 25); });
      await new Promise(done => setTimeout(done, 10));
    }
  } finally { observer.disconnect(); }
  return last;
})
