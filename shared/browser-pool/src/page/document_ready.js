// Run in an isolated world right after the document was set. Answers when everything that a picture needs is
// there, each wait capped by the budget (ms), and says what was not.
(async (budget, css) => {
  // A document can name a form field "checkVisibility": the prototypes' own functions cannot be replaced so.
  const isVisible = Function.prototype.call.bind(Element.prototype.checkVisibility);
  const boxOf = Function.prototype.call.bind(Element.prototype.getBoundingClientRect);
  const started = performance.now();
  const late = [];
  const capped = (what, promise) => {
    const left = Math.max(0, budget - (performance.now() - started));
    let timer;
    const limit = new Promise(done => { timer = setTimeout(() => { late.push(what); done(); }, left); });
    return Promise.race([Promise.resolve(promise).catch(() => {}), limit]).finally(() => clearTimeout(timer));
  };
  if (css !== null) {
    const style = document.createElement('style');
    style.textContent = css;
    const root = document.body || document.documentElement || document.appendChild(document.createElement('html'));
    root.append(style);
  }
  if (document.readyState !== 'complete') {
    await capped('load', new Promise(done => addEventListener('load', done, { once: true })));
  }
  const loaded = performance.now() - started;
  // Layout first: a web font is only asked for once some text needs it.
  if (document.documentElement) boxOf(document.documentElement);
  await capped('fonts', document.fonts.ready);
  await capped('images', Promise.all(Array.from(document.images, image => image.decode().catch(() => {}))));
  if (document.scripts.length) {
    // What scripts have drawn needs frames of its own.
    await capped('frames', new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
  }
  const visible = element =>
    isVisible(element, { opacityProperty: true, visibilityProperty: true }) &&
    boxOf(element).width > 0 && boxOf(element).height > 0;
  const inView = box => box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  // A picture of this page cannot be blank when it shows text, or something that draws itself.
  const showsSomething = () => {
    const root = document.body || document.documentElement;
    if (!root) return false;
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let seen = 0; seen < 3000 && texts.nextNode(); seen++) {
      const { data, parentElement } = texts.currentNode;
      if (!/\S/.test(data) || !parentElement || /^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE)$/.test(parentElement.tagName)) continue;
      if (!visible(parentElement) || /^rgba\(.*, 0\)$/.test(getComputedStyle(parentElement).color)) continue;
      const range = document.createRange();
      range.selectNodeContents(texts.currentNode);
      const box = range.getBoundingClientRect();
      if (box.width > 1 && box.height > 1 && inView(box)) return true;
    }
    for (const image of Array.from(document.images).slice(0, 500)) {
      if (image.naturalWidth > 1 && visible(image) && inView(boxOf(image))) return true;
    }
    return false;
  };
  return { loaded, late, scripts: document.scripts.length > 0, content: showsSomething() };
})
