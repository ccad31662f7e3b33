(() => {
  // Asked every few milliseconds while a page loads: some queries and rectangles, and styles of what looks like a price.
  // A page can name a form field "querySelectorAll"; the prototypes' own functions cannot be overridden so.
  const call = Function.prototype.call;
  const allOf = [call.bind(Document.prototype.querySelectorAll), call.bind(DocumentFragment.prototype.querySelectorAll)];
  const all = (scope, selector) => allOf[scope === document ? 0 : 1](scope, selector);
  const closest = call.bind(Element.prototype.closest);
  const rectangles = call.bind(Element.prototype.getClientRects);
  const isDisplayed = call.bind(Element.prototype.checkVisibility);
  const content = call.bind(Object.getOwnPropertyDescriptor(Node.prototype, 'textContent').get);

  const walk = call.bind(Document.prototype.createTreeWalker);
  const next = call.bind(TreeWalker.prototype.nextNode);
  const parent = call.bind(Object.getOwnPropertyDescriptor(Node.prototype, 'parentElement').get);
  const shadow = call.bind(Object.getOwnPropertyDescriptor(Element.prototype, 'shadowRoot').get);
  const attribute = call.bind(Element.prototype.getAttribute);

  const LOOKED_AT = 80;
  const OUTSIDE = '[aria-busy="true"], [data-loading="true"], [class*="price" i][class*="loading" i], [class*="skeleton" i], [class*="shimmer" i], [class*="placeholder" i], template, noscript';
  const ASIDE = 'footer, nav, [class*="carousel" i], [class*="recommend" i], [class*="related" i], [class*="minicart" i]';

  const isSeen = (element) =>
    rectangles(element).length > 0 &&
    isDisplayed(element, { visibilityProperty: true, opacityProperty: true }) &&
    closest(element, OUTSIDE) === null;
  const squeezed = (text, longest) => text.length > 2000 ? '' : text.replace(/\s+/gu, ' ').trim().slice(0, longest);
  const words = (element, longest) => squeezed(content(element), longest);

  // The document, and the shadow trees that are open: those are looked for only where the document lacks something.
  const MOST_HOSTS_LOOKED_AT = 3000;
  let trees = null;
  const shadows = () => {
    if (trees !== null) return trees;
    trees = [];
    let left = MOST_HOSTS_LOOKED_AT;
    for (let scope = document, at = 0; scope !== undefined; scope = trees[at++]) {
      const walker = walk(document, scope, NodeFilter.SHOW_ELEMENT);
      for (let node = next(walker); node !== null && left > 0; node = next(walker), left -= 1) {
        const tree = shadow(node);
        if (tree !== null) trees.push(tree);
      }
    }
    return trees;
  };
  const firstIn = (scope, selector, read) => {
    const elements = all(scope, selector);
    const end = Math.min(elements.length, LOOKED_AT);
    for (let at = 0; at < end; at += 1) {
      const found = isSeen(elements[at]) ? read(elements[at]) : '';
      if (found) return found;
    }
    return '';
  };
  const first = (selector, read) => {
    const found = firstIn(document, selector, read);
    if (found) return found;
    for (const tree of shadows()) {
      const inside = firstIn(tree, selector, read);
      if (inside) return inside;
    }
    return '';
  };

  // A former price often comes before the one that is paid. A line goes through all that stands in the element.
  const isStruck = (element, top) => {
    for (let at = element, level = 0; at !== null && level < 4; at = parent(at), level += 1) {
      if (getComputedStyle(at).textDecorationLine.includes('line-through')) return true;
      if (at === top) return false;
    }
    return false;
  };
  const unstruck = (element, longest) => {
    if (isStruck(element, null)) return '';
    const walker = walk(document, element, NodeFilter.SHOW_TEXT);
    let text = '';
    for (let looked = 0, node = next(walker); node !== null && looked < 20; node = next(walker), looked += 1) {
      const holder = parent(node);
      text += holder === element || holder === null || !isStruck(holder, element) ? content(node) : ' ';
    }
    return squeezed(text, longest);
  };

  // A sign of letters is one by itself: the R of a model called SER5 is no rand.
  const WORD = String.raw`zł|kč|kr|ft|lei|руб|р\.|грн|лв|บาท|rs\.?|rp|rm|tl|chf|fr\.|usd|eur|gbp|cad|aud|aed|sar|ر\.س|د\.إ|د\.ك|ج\.م|درهم|ريال|دينار|r\s?(?=\d)`;
  const SIGN = String.raw`(?:[\p{Sc}円元원]|(?<!\p{L})(?:${WORD})(?!\p{L}))`;
  const NUMBER = String.raw`\p{Nd}[\p{Nd}.,٫٬'’\s]*`;
  const AMOUNT = new RegExp(`${SIGN}\\s*(${NUMBER})|(${NUMBER})\\s*${SIGN}`, 'iu');
  const GONE =
    /out of stock|sold out|unavailable|no longer available|ausverkauft|nicht (?:verfügbar|auf lager)|indisponible|rupture de stock|agotado|no disponible|esaurito|non disponibile|esgotado|indisponível|uitverkocht|slut i lager|utsolgt|niedostępny|stoc epuizat|vyprodáno|nincs készleten|tükendi|нет в наличии|在庫切れ|売り切れ|缺货|售罄|품절/iu;

  // a price of nothing is a skeleton's
  const amount = (element) => {
    if (!AMOUNT.test(words(element, 80))) return '';
    const match = AMOUNT.exec(unstruck(element, 80));
    const number = match === null ? '' : (match[1] ?? match[2]).trim();
    return /[^0\P{Nd}]/u.test(number) && closest(element, ASIDE) === null ? number : '';
  };
  const notice = (element) => {
    const line = words(element, 60);
    return GONE.test(line) && closest(element, ASIDE) === null ? line : '';
  };

  const title = first('h1, #productTitle, [itemprop="name"], [data-testid*="title" i], [class*="product-title" i], [class*="product-name" i]', (element) => {
    const line = words(element, 200);
    return line.length > 2 ? line : '';
  });
  if (title === '') return '';
  // pages that name nothing: a short text that is an amount and hardly more
  const plain = () => {
    const walker = walk(document, document.documentElement, NodeFilter.SHOW_TEXT);
    for (let looked = 0; looked < 1500; looked += 1) {
      const node = next(walker);
      if (node === null) return '';
      const text = content(node);
      if (text.length > 40 || !/\p{Nd}/u.test(text)) continue;
      const holder = parent(node);
      const found = holder !== null && words(holder, 24) === words(holder, 80) ? amount(holder) : '';
      if (found !== '' && isSeen(holder)) return found;
    }
    return '';
  };
  // buy boxes first, so that the fingerprint is the product's and not an advert's
  const boxes =
    '[itemprop="price"], .priceToPay, #corePrice_feature_div .a-price, #price_inside_buybox, .x-price-primary, .product-buy-box .price-current, [data-testid="price-wrap"]';
  const price = first(boxes, amount) || first('[id*="price" i], [class*="price" i], [data-testid*="price" i], [class*="preis" i], [class*="prix" i], [class*="precio" i], [class*="cena" i], [class*="amount" i]', amount) || plain();
  const state = price || first('#availability, #outOfStock, [id*="stock" i], [class*="stock" i], [id*="availab" i], [class*="availab" i], [class*="sold" i], button[disabled], [aria-disabled="true"]', notice);
  if (state === '') return '';

  // What the markup says of the price: pages are drawn twice, and the two may differ until the second time.
  const LONGEST_MARKUP = 200000;
  const value = (text) => {
    const ascii = text.replace(/\p{Nd}/gu, (digit) => String(digit.codePointAt(0) & 15)).replace(/[٫]/gu, '.').replace(/[^\d.,]/gu, '');
    const [, whole, cents] = /^(.*?)(?:[.,](\d{1,2}))?$/u.exec(ascii.replace(/[.,]+$/u, ''));
    return Number(`${whole.replace(/[.,]/gu, '') || 0}.${cents ?? 0}`);
  };
  const agreement = () => {
    const said = [];
    let left = LONGEST_MARKUP;
    for (const script of all(document, 'script[type="application/ld+json" i]')) {
      const text = content(script);
      left -= text.length;
      if (left < 0) break;
      for (const [, number] of text.matchAll(/"(?:price|lowPrice|highPrice)"\s*:\s*"?([\d.,]+)/gu)) said.push(number);
    }
    for (const tag of all(document, 'meta[property$="price:amount"], [itemprop="price"][content]')) said.push(attribute(tag, 'content') ?? '');
    const shown = value(price);
    const says = (number) => Math.abs(Number(number) - shown) < 0.005 || value(number) === shown;
    return said.length === 0 ? 0 : said.some(says) ? 1 : -1;
  };
  return [`${title.slice(0, 60)}|${state}`, price === '' ? 0 : agreement()];
})()
