(() => {
  // Asked every few milliseconds while a page loads: one query and some rectangles, no layout of its own.
  // A page can name a form field "querySelectorAll"; the prototypes' own functions cannot be overridden so.
  const call = Function.prototype.call;
  const all = call.bind(Document.prototype.querySelectorAll);
  const closest = call.bind(Element.prototype.closest);
  const rectangles = call.bind(Element.prototype.getClientRects);
  const isDisplayed = call.bind(Element.prototype.checkVisibility);
  const content = call.bind(Object.getOwnPropertyDescriptor(Node.prototype, 'textContent').get);

  const walk = call.bind(Document.prototype.createTreeWalker);
  const next = call.bind(TreeWalker.prototype.nextNode);
  const parent = call.bind(Object.getOwnPropertyDescriptor(Node.prototype, 'parentElement').get);

  const LOOKED_AT = 80;
  const OUTSIDE = '[aria-busy="true"], [class*="skeleton" i], [class*="shimmer" i], [class*="placeholder" i], template, noscript';
  const ASIDE = 'footer, nav, [class*="carousel" i], [class*="recommend" i], [class*="related" i], [class*="minicart" i]';

  const isSeen = (element) =>
    rectangles(element).length > 0 &&
    isDisplayed(element, { visibilityProperty: true, opacityProperty: true }) &&
    closest(element, OUTSIDE) === null;
  const words = (element, longest) => {
    const text = content(element);
    return text.length > 2000 ? '' : text.replace(/\s+/gu, ' ').trim().slice(0, longest);
  };
  const first = (selector, read) => {
    const elements = all(document, selector);
    const end = Math.min(elements.length, LOOKED_AT);
    for (let at = 0; at < end; at += 1) {
      const found = isSeen(elements[at]) ? read(elements[at]) : '';
      if (found) return found;
    }
    return '';
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
    const line = words(element, 80);
    const match = AMOUNT.exec(line);
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
  return state === '' ? '' : `${title.slice(0, 60)}|${state}`;
})()
