// Run in an isolated world once the document was set or fetched. Answers when everything that a picture needs is
// there, each wait capped by the budget (ms), and says what was not, what will be captured and what is wrong with it.
//
// In one piece, or in two (`phase` "before", then "after") where something of the document's own world has to happen
// in between.
(async options => {
  const { phase, budget, css, selector, delay, moving, transparent, area, most } = options;
  const mostHeight = width => Math.max(1, Math.floor(Math.min(most.side, most.pixels / width)));
  // A document can name a form field "checkVisibility": the prototypes' own functions cannot be replaced so.
  const isVisible = Function.prototype.call.bind(Element.prototype.checkVisibility);
  const boxOf = Function.prototype.call.bind(Element.prototype.getBoundingClientRect);
  const started = performance.now();
  const late = [];
  const capped = (what, promise) => {
    const left = Math.max(0, budget - (performance.now() - started));
    let timer;
    const limit = new Promise(done => { timer = setTimeout(() => { late.push(what); done(); }, left); });
    const tolerated = Promise.resolve(promise).catch(error => {
      if (String(error.message).startsWith('unusable:')) throw error;
    });
    return Promise.race([tolerated, limit]).finally(() => clearTimeout(timer));
  };
  const frame = () => new Promise(done => requestAnimationFrame(done));
  const root = () => document.body || document.documentElement;
  const visible = element =>
    isVisible(element, { opacityProperty: true, visibilityProperty: true }) &&
    boxOf(element).width > 0 && boxOf(element).height > 0;
  const find = (field, text) => {
    try {
      return document.querySelector(text);
    } catch {
      throw new Error(`unusable:${field}:not a valid CSS selector`);
    }
  };

  const load = async () => {
    if (css !== null) {
      const style = document.createElement('style');
      style.textContent = css;
      (root() || document.appendChild(document.createElement('html'))).append(style);
    }
    if (document.readyState !== 'complete') {
      await capped('load', new Promise(done => addEventListener('load', done, { once: true })));
    }
  };

  const appears = async () => {
    const isThere = () => {
      const element = find('wait_for', selector);
      return element !== null && visible(element);
    };
    while (!isThere()) {
      // What only a style sheet or an animation shows changes nothing in the tree: look again now and then.
      await new Promise(done => {
        const observer = new MutationObserver(() => { observer.disconnect(); done(); });
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
        setTimeout(() => { observer.disconnect(); done(); }, 100);
      });
      if (late.includes('wait_for')) return;
    }
  };

  const scroller = () => document.scrollingElement || document.documentElement;
  // Lines that run from top to bottom: such a page grows to the side, and not downwards.
  const isVertical = () =>
    [document.documentElement, document.body].some(
      element => element && !getComputedStyle(element).writingMode.startsWith('horizontal'));
  const sizeOf = () => {
    const element = scroller();
    return {
      width: element ? Math.max(element.scrollWidth, innerWidth) : innerWidth,
      height: element ? Math.max(element.scrollHeight, innerHeight) : innerHeight,
    };
  };
  // Where the page begins: above or to the left of what it shows first where it is written from the right, or laid out
  // in reverse. Only whether one can scroll there is tried: where that ends may be the page's own choice.
  const originOf = () => {
    const { width, height } = sizeOf();
    const [left, top] = [scrollX, scrollY];
    scrollTo({ left: -1e7, top: -1e7, behavior: 'instant' });
    const origin = { x: scrollX < 0 ? innerWidth - width : 0, y: scrollY < 0 ? innerHeight - height : 0 };
    scrollTo({ left, top, behavior: 'instant' });
    return origin;
  };

  // Pictures that load on sight, and scripts that wait for a place to come into view: past all of it once.
  const seeAll = async () => {
    for (const lazy of document.querySelectorAll('[loading=lazy]')) lazy.loading = 'eager';
    const origin = originOf();
    const end = () => Math.min(scroller().scrollHeight, mostHeight(innerWidth));
    // Each step takes a frame, and a low window would take thousands of them.
    const step = (side, whole) => Math.max(side, Math.ceil(whole / 200));
    for (let y = 0; y < end(); y += step(innerHeight, end())) {
      scrollTo({ top: y + origin.y, behavior: 'instant' });
      await frame();
    }
    if (isVertical()) {
      const far = Math.min(scroller().scrollWidth, most.side);
      for (let x = 0; x < far; x += step(innerWidth, far)) {
        scrollTo({ left: x + origin.x, behavior: 'instant' });
        await frame();
      }
    }
    scrollTo({ left: 0, top: 0, behavior: 'instant' });
    await frame();
  };

  // Looking at every element's style takes its time, and most documents name no such picture. One that is still on its
  // way is in no list of resources yet, and the load does not wait for it.
  const namesPictures = () =>
    document.scripts.length || performance.getEntriesByType('resource').length ||
    (document.documentElement && /url\(|image-set|cross-fade/i.test(document.documentElement.outerHTML));
  const backgrounds = () => {
    if (!namesPictures()) return [];
    const urls = new Set();
    const elements = Array.from(document.querySelectorAll('*')).slice(0, 3000);
    for (const element of elements) {
      for (const pseudo of elements.length < 500 ? [null, '::before', '::after'] : [null]) {
        const style = getComputedStyle(element, pseudo);
        for (const value of [style.backgroundImage, style.maskImage, style.borderImageSource, style.listStyleImage]) {
          if (value && value !== 'none') for (const [, , url] of value.matchAll(/url\((["']?)(.*?)\1\)/g)) urls.add(url);
        }
      }
    }
    return Array.from(urls).slice(0, 200);
  };
  const decoded = url => {
    const image = new Image();
    image.src = url;
    return image.decode().catch(() => {});
  };
  const resources = async () => {
    // Layout first: a web font is only asked for once some text needs it.
    if (document.documentElement) boxOf(document.documentElement);
    await capped('fonts', document.fonts.ready);
    if (area.kind === 'full_page') await capped('lazy images', seeAll());
    // Small pictures are decoded when they are painted, and decoding them before would do it twice.
    const isSmall = image => image.complete && image.naturalWidth * image.naturalHeight <= 131072;
    const images = Array.from(document.images).filter(image => !isSmall(image));
    const files = backgrounds().filter(url => !url.startsWith('data:'));
    await capped('images', Promise.all(images.map(image => image.decode().catch(() => {})).concat(files.map(decoded))));
  };

  // To their end; those that have none, to their beginning. Reaching the end may begin others.
  const settle = () => {
    let settled = 0;
    for (let round = 0; round < 5; round++) {
      const running = document.getAnimations().filter(animation => animation.playState === 'running');
      if (!running.length) break;
      for (const animation of running.slice(0, 2000)) {
        settled++;
        try {
          animation.finish();
        } catch {
          animation.pause();
          animation.currentTime = 0;
        }
      }
    }
    for (const svg of Array.from(document.querySelectorAll('svg')).slice(0, 200)) {
      if (svg.querySelector('animate, animateTransform, animateMotion, set')) {
        settled++;
        svg.pauseAnimations();
        svg.setCurrentTime(0);
      }
    }
    return settled;
  };

  // In coordinates of the document, whose zero is where it is before any scrolling.
  // Chromium shows every picture's first frame, but for SVGs that are animated by a style sheet of their own.
  const movesByStyle = image => {
    const [, kind, data] = image.src.match(/^data:image\/svg\+xml([^,]*),(.*)$/s) || [];
    try {
      return data !== undefined && /@(-webkit-)?keyframes/i.test(/base64/i.test(kind) ? atob(data) : decodeURIComponent(data));
    } catch {
      return false;
    }
  };

  const areaOf = origin => {
    const whole = sizeOf();
    let rect = { x: scrollX, y: scrollY, width: innerWidth, height: innerHeight };
    let isCut = whole.width > innerWidth || whole.height > innerHeight;
    if (area.kind === 'full_page') {
      const isWide = isVertical();
      rect = {
        x: isWide ? origin.x : 0, y: origin.y, width: isWide ? whole.width : innerWidth, height: whole.height,
      };
      isCut = whole.width > rect.width;
    } else if (area.kind === 'clip') {
      rect = { ...area.rect, x: area.rect.x + origin.x, y: area.rect.y + origin.y };
      isCut = false;
    } else if (area.kind === 'element') {
      [rect, isCut] = elementArea(origin);
    }
    return { whole, ...limited(rect, isCut) };
  };

  const elementArea = origin => {
    const element = find('selector', area.selector);
    if (!element) throw new Error('unusable:selector:nothing on the page matches it');
    const box = boxOf(element);
    const [left, top] = [Math.floor(box.left + scrollX), Math.floor(box.top + scrollY)];
    const [x, y] = [Math.max(origin.x, left), Math.max(origin.y, top)];
    const rect = { x, y, width: Math.ceil(box.right + scrollX) - x, height: Math.ceil(box.bottom + scrollY) - y };
    if (!visible(element) || rect.width < 1 || rect.height < 1) {
      throw new Error('unusable:selector:the element that matches is not visible');
    }
    return [rect, left < x || top < y];
  };

  // What is too large keeps its beginning.
  const limited = (rect, isCut) => {
    const width = Math.min(rect.width, most.side);
    const height = Math.min(rect.height, mostHeight(width));
    if (width === rect.width && height === rect.height) return { rect, isCut };
    const x = rect.x < 0 ? rect.x + rect.width - width : rect.x;
    return { rect: { x, y: rect.y, width, height }, isCut: true };
  };

  // The colour of a picture that has only one, by a few of its pixels; null where it has more. What comes from elsewhere
  // may not be read, and throws.
  const onlyColour = image => {
    const side = 32;
    const context = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true });
    context.drawImage(image, 0, 0, side, side);
    const pixels = context.getImageData(0, 0, side, side).data;
    return pixels.every((value, at) => value === pixels[at % 4]) ? Array.from(pixels.subarray(0, 4)) : null;
  };
  // The colour that is left where an element is not painted; null where that is more than a colour.
  const groundOf = element => {
    const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const styles = [];
    for (let up = element; up; up = up.parentElement) styles.unshift(getComputedStyle(up));
    if (styles.some(style => style.backgroundImage !== 'none' || style.colorScheme !== 'normal')) return null;
    for (const color of [transparent ? 'transparent' : 'white', ...styles.map(style => style.backgroundColor)]) {
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
    }
    return Array.from(context.getImageData(0, 0, 1, 1).data);
  };

  // What a capture of this area that is of one colour would mean: that it is wrong (`something`), because there is text
  // or a picture of more than one colour; that it is as it should be (`nothing`); or, where all that is shown are
  // pictures of one colour or such as may not be looked into, that it is wrong if the colour is the one below them.
  const contentOf = rect => {
    if (!root()) return 'nothing';
    const [x, y] = [rect.x - scrollX, rect.y - scrollY];
    const inArea = box =>
      box.bottom > y && box.right > x && box.top < y + rect.height && box.left < x + rect.width;
    const texts = document.createTreeWalker(root(), NodeFilter.SHOW_TEXT);
    for (let seen = 0; seen < 3000 && texts.nextNode(); seen++) {
      const { data, parentElement } = texts.currentNode;
      if (!/\S/.test(data) || !parentElement || /^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE)$/.test(parentElement.tagName)) continue;
      if (!visible(parentElement) || /^rgba\(.*, 0\)$/.test(getComputedStyle(parentElement).color)) continue;
      const range = document.createRange();
      range.selectNodeContents(texts.currentNode);
      const box = range.getBoundingClientRect();
      // What is for screen readers alone is cut to a pixel.
      const cut = boxOf(parentElement);
      if (Math.min(box.width, cut.width) > 1 && Math.min(box.height, cut.height) > 1 && inArea(box)) return 'something';
    }
    const below = [];
    for (const image of Array.from(document.images).slice(0, 500)) {
      if (image.naturalWidth <= 1 || !visible(image) || !inArea(boxOf(image))) continue;
      const ground = groundOf(image);
      let colour;
      try {
        colour = onlyColour(image);
        if (!colour) return 'something';
      } catch {
        below.push(ground);
        continue;
      }
      const differs = ground && colour[3] === 255 && colour.some((value, at) => Math.abs(value - ground[at]) > 24);
      if (differs) below.push(ground);
    }
    if (!below.length) return 'nothing';
    const isSame = below.every(colour => colour && colour.join() === below[0].join());
    return isSame ? { pictures_over: below[0] } : 'something';
  };

  // The families that styles name first; whether they are installed is asked once for each.
  const fontsUsed = () => {
    const failed = Array.from(document.fonts).filter(font => font.status === 'error').map(font => font.family);
    const own = new Set(Array.from(document.fonts, font => font.family.replace(/["']/g, '').toLowerCase()));
    const generic = /^(serif|sans-serif|monospace|cursive|fantasy|system-ui|ui-.*|math|emoji|fangsong|inherit|initial|-.*)$/;
    const first = new Set();
    for (const element of Array.from(document.querySelectorAll('body, body *')).slice(0, 1000)) {
      const family = getComputedStyle(element).fontFamily.split(',')[0].replace(/["']/g, '').trim();
      if (family && !generic.test(family) && !own.has(family.toLowerCase())) first.add(family);
    }
    return { failed: Array.from(new Set(failed)), families: Array.from(first).slice(0, 20) };
  };

  let loaded = 0;
  if (phase !== 'after') {
    await load();
    loaded = performance.now() - started;
    if (selector !== null) await capped('wait_for', appears());
    if (late.includes('wait_for')) return { loaded, late };
  }
  await resources();
  if (phase === 'before') return { loaded, late };
  if (delay > 0) await capped('delay', new Promise(done => setTimeout(done, delay)));
  const settled = moving ? 0 : settle();
  if (document.scripts.length || settled || delay > 0 || phase === 'after') {
    // What scripts have drawn needs frames of its own.
    await capped('frames', frame().then(frame));
  }
  if (!moving && Array.from(document.images).some(movesByStyle)) late.push('moving pictures');
  // Only a capture of an area of its own is measured from where the page begins.
  const origin = area.kind === 'viewport' ? { x: scrollX, y: scrollY } : originOf();
  const { rect, whole, isCut } = areaOf(origin);
  const captured = { ...rect, x: rect.x - origin.x, y: rect.y - origin.y };
  const fonts = fontsUsed();
  return {
    loaded, late, isCut, content: contentOf(rect), area: captured, width: whole.width, height: whole.height,
    fontsFailed: fonts.failed, families: fonts.families,
  };
})
