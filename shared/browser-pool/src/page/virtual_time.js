// Run in the document's own world before the document is there: its clock stands still and its timers and frames
// wait until they are told how much time has passed; randomness is a fixed sequence.
((name, epoch) => {
  const RealDate = Date;
  const turns = new MessageChannel();
  const timers = new Map();
  let now = 0;
  let lastId = 0;
  let frames = [];

  function VirtualDate(...args) {
    if (!new.target) return new VirtualDate().toString();
    return Reflect.construct(RealDate, args.length ? args : [epoch + now], new.target);
  }
  VirtualDate.prototype = RealDate.prototype;
  VirtualDate.prototype.constructor = VirtualDate;
  Object.setPrototypeOf(VirtualDate, RealDate);
  VirtualDate.now = () => Math.floor(epoch + now);
  globalThis.Date = VirtualDate;
  performance.now = () => now;

  // mulberry32
  let state = 0x9e3779b9;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  Math.random = random;
  Crypto.prototype.getRandomValues = function (array) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = random() * 256;
    return array;
  };
  Crypto.prototype.randomUUID = () =>
    'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => Math.floor(random() * 16).toString(16));

  const call = (callback, args) => {
    try {
      if (typeof callback === 'function') callback(...args);
      else (0, eval)(String(callback));
    } catch (error) {
      reportError(error);
    }
  };
  const schedule = (callback, delay, every, args) => {
    const id = ++lastId;
    timers.set(id, { callback, due: now + Math.max(1, Number(delay) || 0), every, args });
    return id;
  };
  globalThis.setTimeout = (callback, delay, ...args) => schedule(callback, delay, 0, args);
  globalThis.setInterval = (callback, delay, ...args) =>
    schedule(callback, delay, Math.max(1, Number(delay) || 0), args);
  globalThis.requestIdleCallback = callback =>
    schedule(() => callback({ didTimeout: false, timeRemaining: () => 10 }), 1, 0, []);
  globalThis.clearTimeout = globalThis.clearInterval = globalThis.cancelIdleCallback = id => timers.delete(id);
  globalThis.requestAnimationFrame = callback => frames.push({ id: ++lastId, callback }) && lastId;
  globalThis.cancelAnimationFrame = id => { frames = frames.filter(frame => frame.id !== id); };

  const fireDue = until => {
    for (let fired = 0; fired < 10000; fired++) {
      let next;
      for (const [id, timer] of timers) {
        if (timer.due <= until && (!next || timer.due < next.timer.due)) next = { id, timer };
      }
      if (!next) return;
      const { id, timer } = next;
      now = Math.max(now, timer.due);
      if (timer.every) timer.due += timer.every; else timers.delete(id);
      call(timer.callback, timer.args);
    }
  };
  const turn = () => new Promise(done => {
    turns.port1.onmessage = done;
    turns.port2.postMessage(0);
  });
  // Lets so many milliseconds pass, sixty frames a second.
  const pass = async span => {
    const end = now + span;
    while (now < end) {
      const next = Math.min(end, now + 1000 / 60);
      fireDue(next);
      now = next;
      const batch = frames;
      frames = [];
      for (const { callback } of batch) call(callback, [now]);
      await turn();
    }
    return 0;
  };
  Object.defineProperty(globalThis, name, { value: pass });
})
