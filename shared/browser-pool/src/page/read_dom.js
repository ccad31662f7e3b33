// The rendered document as text, at most `limit` UTF-16 units of it, and how the parts of it look that a serialised page
// does not tell: amounts, headings, pictures. Every part listed has its number in the text, in an attribute named `mark`.
//
// The attributes are set on the page's own elements and taken off again, within one task: no script of the page runs in
// between, and a copy of a large page would take longer than all of the rest. A page cannot know the name before.
//
// How much is looked at has bounds in elements, text nodes, parts and time; `looked` and `cut` tell what they did.
((limit, mark, budget, mostElements, mostTexts) => {
  // A page can name a form field "getBoundingClientRect"; the prototypes' own functions cannot be overridden so.
  const call = Function.prototype.call;
  const got = (prototype, name) => call.bind(Object.getOwnPropertyDescriptor(prototype, name).get);
  const all = call.bind(Document.prototype.querySelectorAll);
  const count = call.bind(Document.prototype.getElementsByTagName);
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
  const shadow = got(Element.prototype, 'shadowRoot');
  const next = call.bind(TreeWalker.prototype.nextNode);
  const clone = call.bind(Node.prototype.cloneNode);
  const inner = call.bind(Element.prototype.getHTML);

  // Shadow trees that are open belong to what is read. They are looked for in the beginning of a large page only.
  const MOST_HOSTS_LOOKED_AT = 20000, MOST_SHADOWS = 500;
  const shadows = [];
  const findShadows = () => {
    let left = MOST_HOSTS_LOOKED_AT;
    for (let scope = root, at = 0; scope !== undefined; scope = shadows[at++]) {
      const walker = walk(document, scope, NodeFilter.SHOW_ELEMENT);
      for (let node = next(walker); node !== null && left > 0 && shadows.length < MOST_SHADOWS; node = next(walker), left -= 1) {
        const tree = shadow(node);
        if (tree !== null) shadows.push(tree);
      }
    }
  };
  const markup = () => {
    if (shadows.length === 0) return outer(root);
    const shell = outer(clone(root, false)), end = shell.lastIndexOf('</');
    return shell.slice(0, end) + inner(root, { shadowRoots: shadows }) + shell.slice(end);
  };
  const serialised = () => {
    const type = doctype ? new XMLSerializer().serializeToString(doctype) : '';
    const text = type + (root ? markup() : '');
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

    const isLate = () => performance.now() > until;
    const headings = all(document, 'h1, h2, h3, [itemprop="name"]');
    for (let at = 0; at < headings.length && at < MOST_HEADINGS && !isLate(); at += 1) add(headings[at], textBox(headings[at]));

    const end = elements.length + MOST_AMOUNTS;
    const DIGIT = /\p{Nd}/u;
    const listAmounts = (scope) => {
      const walker = walk(document, scope, NodeFilter.SHOW_TEXT);
      for (let node = next(walker); node !== null; node = next(walker)) {
        if (elements.length >= end) return 'parts';
        if (looked >= mostTexts) return 'texts';
        looked += 1;
        if (looked % 64 === 0 && isLate()) return 'time';
        const units = length(node);
        if (units === 0 || units > LONGEST * 3) continue;
        const text = data(node);
        if (!DIGIT.test(text) || text.trim().length > LONGEST) continue;
        const holder = parent(node);
        if (holder !== null && !listed.has(holder)) add(holder, textBox(node));
      }
      return '';
    };
    for (const scope of [root, ...shadows]) {
      cut = listAmounts(scope);
      if (cut !== '') break;
    }

    const pictures = all(document, 'img');
    const natural = [got(HTMLImageElement.prototype, 'naturalWidth'), got(HTMLImageElement.prototype, 'naturalHeight')];
    const current = got(HTMLImageElement.prototype, 'currentSrc');
    for (let at = 0; at < pictures.length && at < MOST_IMAGES && !isLate(); at += 1) {
      const picture = pictures[at], address = current(picture);
      if (!listed.has(picture)) add(picture, box(picture));
      images.push([listed.get(picture), natural[0](picture), natural[1](picture), address.length > 2000 || !address.startsWith('http') ? '' : address.toWellFormed()]);
    }
  };

  let looked = 0, cut = '';
  const elements = [], images = [], listed = new Map();
  try {
    if (root) findShadows();
    // Asking for one box lays the whole page out: of a page that no reader could read nothing is asked.
    if (mark !== '' && root) {
      if (count(document, '*').length > mostElements) cut = 'elements';
      else list(elements, images, listed);
    }
  } catch {
    // The text matters more than how it looks.
    elements.length = images.length = 0;
    listed.clear();
  }
  try {
    for (const [element, number] of listed) set(element, mark, String(number));
    return { html: serialised(), elements, images, looked, cut };
  } finally {
    for (const element of listed.keys()) unset(element, mark);
  }
})
