// Run in an isolated world of the page. Answers with the fields' fingerprint once it has stood still for long enough,
// else only when asked to stop by the page going away. FIELDS is the caller's expression. Asked again, it answers for
// the time from then on only, and the question before gets an empty answer.
//
// How long is enough, in ms: `calm` for what came with the document, `doubted` for what a script has put there or
// nothing else on the page says, `swapped` for what has been replaced already or the markup contradicts.
(async (calm, doubted, swapped, fields) => {
  const TURN = 10, LONGEST_PARSED = 3000, MOST_ELEMENTS = 100000;
  const watched = globalThis.__watched ??= (() => {
    const watched = { turn: 0, changed: performance.now(), mutated: true, last: '', first: null, missed: false, swaps: 0, wake: () => {} };
    const observer = new MutationObserver(() => { watched.changed = performance.now(); watched.mutated = true; watched.wake(); });
    const observe = () => {
      watched.changed = performance.now();
      observer.observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
    };
    // Until it has been parsed a document changes all the time: to be told of each element would cost more than to look.
    if (document.readyState === 'loading') document.addEventListener('readystatechange', observe, { once: true });
    else observe();
    return watched;
  })();
  const RUNS = 'script:not([type]), script[type=""], script[type="module" i], script[type*="javascript" i]';
  // Scripts that the document defers have run by then.
  const isParsed = () => (performance.getEntriesByType('navigation')[0]?.domContentLoadedEventEnd ?? 0) > 0;
  const pause = (ms) => new Promise(done => { watched.wake = done; setTimeout(done, ms); });
  const turn = new Promise(done => setTimeout(done, 0));

  let agreement = 0;
  const look = () => {
    watched.mutated = false;
    let now = '';
    try {
      const found = fields();
      [now, agreement] = found ? [String(found[0]).slice(0, 2000).toWellFormed(), found[1]] : ['', 0];
    } catch { now = ''; }
    // Not there although all of the document was: whatever comes now, a script has brought.
    if (now === '' && isParsed()) watched.missed = true;
    if (now === watched.last) return false;
    if (watched.last !== '' && now !== '') watched.swaps += 1;
    if (now !== '') watched.first ??= performance.now();
    watched.last = now;
    return true;
  };
  // The fields are there, and the rest of the document is still on its way. No shop's has that many elements.
  const isHeld = () => watched.last !== '' && !isParsed() && performance.now() - watched.first < LONGEST_PARSED &&
    document.getElementsByTagName('*').length < MOST_ELEMENTS;
  const enough = () => {
    if (watched.last === '') return Infinity;
    if (watched.swaps > 0) return swapped;
    if (!watched.missed && !document.querySelector(RUNS)) return calm;
    return agreement < 0 ? swapped : watched.missed || agreement === 0 ? doubted : calm;
  };

  const mine = watched.turn += 1;
  let stood = 0, before = performance.now(), looked = -Infinity, cost = 0;
  watched.mutated = true;
  await turn;
  while (watched.turn === mine) {
    // Every look lays out what has been parsed so far: of a large document that would be most of the work.
    if (isHeld()) {
      stood = 0;
      watched.mutated = true;
      await new Promise(done => setTimeout(done, TURN));
      before = performance.now();
      continue;
    }
    if (document.readyState === 'loading') watched.mutated = true;
    const time = performance.now();
    // A turn counts for what it should have taken: of a thread that is kept from running, the clock tells nothing.
    stood += Math.min(time - before, 2 * TURN);
    before = time;
    // Changes ask for a look, the clock for what no mutation tells (styles, shadows, time). A page that takes long to
    // be looked at is looked at less often.
    const due = Math.max(watched.mutated ? TURN : watched.last === '' ? 100 : 3 * TURN, 3 * cost);
    const is_last = stood >= enough();
    if (is_last || time - looked >= due) {
      if (look()) stood = 0;
      looked = performance.now();
      cost = looked - time;
      if (is_last && stood >= enough()) return watched.last;
    }
    await pause(watched.last === '' && !watched.mutated ? 100 : TURN);
    if (watched.mutated) await new Promise(done => setTimeout(done, TURN));
  }
  return '';
})
