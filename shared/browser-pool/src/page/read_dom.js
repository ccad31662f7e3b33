// The rendered document as text, at most `limit` UTF-16 units of it, and how the parts of it look that a serialised page
// does not tell: amounts, headings, pictures. Every part listed has its number in the text, in an attribute named `mark`.
//
// The attributes are set on the page's own elements and taken off again, within one task: no script of the page runs in
// between, and a copy of a large page would take longer than all of the rest. A page cannot know the name before.
((limit, mark, budget) => {
  // A page can name a form field "getBoundingClientRect"; the prototypes' own functions cannot be overridden so.
  const call = Function.prototype.call;
  const got = (prototype, name) => call.bind(Object.getOwnPropertyDescriptor(prototype, name).get);
  const all = call.bind(Document.prototype.querySelectorAll);
  const walk = call.bind(Document.prototype.createTreeWalker);
  const range = call.bind(Document.prototype.createRange);
  const root = got(Document.prototype, 'documentElement')(document);
  const doctype = got(Document.prototype, 'doctype')(document);
  const parent = got(Node.prototype, 'parentElement');
  const length = got(CharacterData.prototype, 'length');
  const data = got(CharacterData.prototype, 'data');
  const outer = got(Element.prototype, 'outerHTML');
  const set = call.bind(Element.prototype.setAttribute);
  const unset = call.bind(Element.prototype.removeAttribute);
  const isDisplayed = call.bind(Element.prototype.checkVisibility);
  const box = call.bind(Element.prototype.getBoundingClientRect);
  const serialised = () => {
    const type = doctype ? new XMLSerializer().serializeToString(doctype) : '';
    const text = type + (root ? outer(root) : '');
    // Half of a surrogate pair is no text: a page can hold one, and the cut can make one.
    return (text.length > limit ? text.slice(0, limit) : text).toWellFormed();
  };

  const list = (elements, images, listed) => {
    const MOST_AMOUNTS = 400, MOST_HEADINGS = 60, MOST_IMAGES = 120, LONGEST = 32, LEVELS = 5;
    const until = performance.now() + budget;
    const left = scrollX, top = scrollY;
    const whole = (number) => Math.max(-1e6, Math.min(1e6, Math.round(number))) || 0;

    // What is seen of one element, looked up once: siblings have their ancestors in common.
    const known = new Map();
    const look = (element) => {
      let seen = known.get(element);
      if (seen === undefined) {
        const style = getComputedStyle(element);
        const own = box(element);
        const flows = style.display !== 'contents';
        seen = {
          struck: style.textDecorationLine.includes('line-through'),
          // A line through a block is not drawn through these.
          apart: style.float !== 'none' || style.position === 'absolute' || style.position === 'fixed' ||
            (style.display.startsWith('inline-') && style.display !== 'inline'),
          // Clipped to a dot, as texts for screen readers are, or folded up.
          clipped: flows && (own.width <= 1 || own.height <= 1) && style.overflow !== 'visible',
          font: parseFloat(style.fontSize),
        };
        known.set(element, seen);
      }
      return seen;
    };
    const HIDDEN = 1, OUTSIDE = 2, STRUCK = 4;
    const add = (element, area) => {
      let flags = 0;
      if (!isDisplayed(element, { visibilityProperty: true, opacityProperty: true })) flags |= HIDDEN;
      else if (area.width === 0 || area.height === 0) flags |= HIDDEN;
      if (area.width > 0 && (area.right + left <= 0 || area.bottom + top <= 0)) flags |= OUTSIDE;
      let level = 0;
      for (let at = element, through = true; at !== null && level < LEVELS; at = parent(at), level += 1) {
        const seen = look(at);
        if (through && seen.struck) flags |= STRUCK;
        if (seen.clipped) flags |= OUTSIDE;
        through &&= !seen.apart;
      }
      listed.set(element, elements.length);
      elements.push([flags, whole(look(element).font), whole(area.left + left), whole(area.top + top), whole(area.width), whole(area.height)]);
    };

    // The text's own box: an element's may be none (`display: contents`) or the whole line.
    const span = range(document);
    const spanOf = call.bind(Range.prototype.selectNodeContents);
    const spanBox = call.bind(Range.prototype.getBoundingClientRect);
    const textBox = (node) => { spanOf(span, node); return spanBox(span); };

    const headings = all(document, 'h1, h2, h3, [itemprop="name"]');
    for (let at = 0; at < headings.length && at < MOST_HEADINGS; at += 1) add(headings[at], textBox(headings[at]));

    const next = call.bind(TreeWalker.prototype.nextNode);
    const walker = walk(document, root, NodeFilter.SHOW_TEXT);
    const end = elements.length + MOST_AMOUNTS;
    const DIGIT = /\p{Nd}/u;
    for (let looked = 1, node = next(walker); node !== null && elements.length < end; looked += 1, node = next(walker)) {
      if (looked % 256 === 0 && performance.now() > until) break;
      const units = length(node);
      if (units === 0 || units > LONGEST * 3) continue;
      const text = data(node);
      if (!DIGIT.test(text) || text.trim().length > LONGEST) continue;
      const holder = parent(node);
      if (holder !== null && !listed.has(holder)) add(holder, textBox(node));
    }

    const pictures = all(document, 'img');
    const natural = [got(HTMLImageElement.prototype, 'naturalWidth'), got(HTMLImageElement.prototype, 'naturalHeight')];
    const current = got(HTMLImageElement.prototype, 'currentSrc');
    for (let at = 0; at < pictures.length && at < MOST_IMAGES && performance.now() <= until; at += 1) {
      const picture = pictures[at], address = current(picture);
      if (!listed.has(picture)) add(picture, box(picture));
      images.push([listed.get(picture), natural[0](picture), natural[1](picture), address.length > 2000 || !address.startsWith('http') ? '' : address.toWellFormed()]);
    }
  };

  if (!root || mark === '') return { html: serialised(), elements: [], images: [] };
  const elements = [], images = [], listed = new Map();
  try {
    list(elements, images, listed);
  } catch {
    // The text matters more than how it looks.
    elements.length = images.length = 0;
    listed.clear();
  }
  try {
    for (const [element, number] of listed) set(element, mark, String(number));
    return { html: serialised(), elements, images };
  } finally {
    for (const element of listed.keys()) unset(element, mark);
  }
})
