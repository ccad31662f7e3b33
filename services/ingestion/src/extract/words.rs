//! What shops write, in the languages that they write it in. Only words and their matching; what follows from
//! a word is decided where it is asked for.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// A set of phrases that are looked for as whole words where the script has words.
pub(super) struct Phrases {
    finder: Option<AhoCorasick>,
}

impl std::fmt::Debug for Phrases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Phrases").finish_non_exhaustive()
    }
}

impl Phrases {
    /// `phrases` are lowercase.
    pub(super) fn new(phrases: &[&str]) -> Phrases {
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(phrases).ok();
        Phrases { finder }
    }

    /// The byte range of the first phrase in `lower`, text that is lowercase already.
    pub(super) fn find(&self, lower: &str) -> Option<std::ops::Range<usize>> {
        let finder = self.finder.as_ref()?;
        finder.find_iter(lower).map(|hit| hit.range()).find(|range| is_word(lower, range))
    }

    pub(super) fn occur_in(&self, lower: &str) -> bool {
        self.find(lower).is_some()
    }
}

/// No letter continues the phrase on either side. Scripts without spaces always match.
fn is_word(text: &str, range: &std::ops::Range<usize>) -> bool {
    let joins = |a: Option<char>, b: Option<char>| match (a, b) {
        (Some(a), Some(b)) => {
            a.is_alphanumeric() && b.is_alphanumeric() && !is_unspaced(a) && !is_unspaced(b)
        }
        _ => false,
    };
    let inside = text.get(range.clone()).unwrap_or_default();
    let before = text.get(..range.start).and_then(|t| t.chars().next_back());
    let after = text.get(range.end..).and_then(|t| t.chars().next());
    !joins(before, inside.chars().next()) && !joins(inside.chars().next_back(), after)
}

/// Kana, Han, Hangul and Thai, which put no space between words.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

macro_rules! phrases {
    ($($(#[$doc:meta])* $name:ident: $($phrase:literal),+ $(,)?;)*) => {
        $($(#[$doc])* pub(super) static $name: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(&[$($phrase),+]));)*
    };
}

phrases! {
    /// Headings above other products.
    RECOMMENDATION:
        "also bought", "also viewed", "also like", "also love", "you may like", "you might", "may also",
        "customers who", "related products", "related items", "related", "similar items", "similar products",
        "similar", "recommended", "recommendations", "sponsored", "frequently bought", "bought together",
        "recently viewed", "inspired by", "more from", "compare with", "others also", "people also",
        "complete the look", "complete your", "pairs well", "goes well", "trending", "best sellers",
        "bestsellers", "top picks", "featured products", "new arrivals", "shop similar", "more to explore",
        "more like this", "popular products", "deals for you", "explore more", "accessories",
        "ähnliche", "kunden kauften", "könnte ihnen", "könnte dir", "könnte dich", "zuletzt angesehen",
        "empfehlungen", "empfohlen", "wird oft zusammen", "das passt dazu", "zubehör",
        "vous aimerez", "produits similaires", "clients ayant", "consultés récemment", "produits associés",
        "vous pourriez", "souvent achetés", "recommandés", "accessoires",
        "también te", "también compraron", "también vieron", "también le", "relacionados", "productos similares",
        "recomendados", "vistos recientemente", "comprados juntos", "te puede interesar", "te pueden",
        "potrebbe", "prodotti simili", "prodotti correlati", "visti di recente", "consigliati", "spesso comprati",
        "você também", "produtos relacionados", "quem viu", "quem comprou",
        "vind je", "vergelijkbare", "gerelateerde", "anderen bekeken", "relaterade", "liknande", "andra köpte",
        "relaterte", "lignende", "polecane", "podobne", "inni klienci", "produse similare", "recomandate",
        "te-ar putea", "podobné", "doporučujeme", "mohlo by se", "mohlo by vás", "mohlo by vám", "související", "hasonló", "ajánlott", "benzer", "ilgili ürünler",
        "похожие", "рекомендуем", "с этим товаром", "вместе с этим", "вы смотрели",
        "おすすめ", "関連商品", "この商品を見た", "この商品を買った", "最近チェック",
        "相关", "相關", "推荐", "推薦", "猜你喜欢", "관련 상품", "추천", "함께 본", "สินค้าที่คล้าย", "แนะนำ";
    /// A button that takes this product's order.
    BUY:
        "add to cart", "add to basket", "add to bag", "add to trolley", "buy now", "buy it now", "place bid",
        "add to order", "preorder", "pre-order", "pre order", "order now", "purchase", "buy",
        "in den warenkorb", "in den einkaufswagen", "jetzt kaufen", "vorbestellen",
        "ajouter au panier", "acheter", "acheter maintenant", "précommander", "añadir al carrito", "añadir al carro", "agregar a la bolsa", "agregar al carro", "añadir a la cesta",
        "agregar al carrito", "comprar", "comprar ahora", "añadir a la bolsa", "aggiungi al carrello", "acquista", "compra ora",
        "adicionar ao carrinho", "comprar agora", "in winkelwagen", "in winkelmandje", "bestellen", "koop nu",
        "lägg i varukorg", "köp", "legg i handlekurv", "kjøp", "læg i kurv", "køb", "lisää ostoskoriin", "osta",
        "dodaj do koszyka", "kup teraz", "do koszyka", "adauga in cos", "adaugă în coș", "adaugă în coş", "cumpara",
        "do košíku", "koupit", "kosárba", "sepete ekle", "satın al", "в корзину", "купить", "добавить в корзину", "купити",
        "カートに入れる", "カートに追加", "購入", "今すぐ買う", "加入购物车", "立即购买", "加入購物車", "장바구니", "구매하기",
        "thêm vào giỏ", "mua ngay", "หยิบใส่ตะกร้า", "ซื้อเลย", "أضف إلى السلة", "اشتري الآن", "הוסף לסל";
    /// The product cannot be ordered.
    OUT_OF_STOCK:
        "out of stock", "out-of-stock", "sold out", "currently unavailable", "temporarily unavailable",
        "no longer available", "not available", "unavailable", "discontinued", "notify me when", "back in stock soon",
        "ausverkauft", "nicht auf lager", "nicht verfügbar", "derzeit nicht", "nicht vorrätig",
        "actuellement indisponible", "indisponible", "rupture de stock", "en rupture", "épuisé",
        "no disponible", "agotado", "sin existencias", "sin stock", "non disponibile", "esaurito",
        "indisponível", "esgotado", "sem estoque", "niet op voorraad", "uitverkocht", "niet beschikbaar",
        "slut i lager", "ej i lager", "slutsåld", "utsolgt", "udsolgt", "ikke på lager", "loppu varastosta",
        "niedostępny", "brak w magazynie", "wyprzedane", "stoc epuizat", "indisponibil", "není skladem", "vyprodáno",
        "nincs készleten", "elfogyott", "stokta yok", "tükendi", "нет в наличии", "закончился", "немає в наявності",
        "在庫切れ", "売り切れ", "品切れ", "現在お取り扱いできません", "缺货", "售罄", "已售完", "품절", "일시품절", "hết hàng", "สินค้าหมด",
        "غير متوفر", "אזל מהמלאי";
    /// The product can be ordered.
    IN_STOCK:
        "in stock", "in-stock", "available now", "ships within", "left in stock", "available", "ready to ship",
        "auf lager", "lieferbar", "verfügbar", "vorrätig", "en stock", "disponible", "disponibile", "disponibilità immediata",
        "em estoque", "disponível", "op voorraad", "i lager", "på lager", "varastossa", "dostępny", "w magazynie",
        "in stoc", "în stoc", "skladem", "raktáron", "stokta var", "в наличии", "є в наявності",
        "在庫あり", "有货", "有現貨", "재고 있음", "còn hàng", "มีสินค้า", "متوفر", "במלאי";
    /// Orders are taken before the product is out.
    PREORDER:
        "preorder", "pre-order", "pre order", "vorbestellen", "vorbestellung", "précommande", "précommander",
        "reserva", "preventa", "preordina", "pré-venda", "förbeställ", "przedsprzedaż", "предзаказ", "予約", "预售", "예약";
    /// What stands before an amount that is not paid now: the price before a discount.
    LIST_PRICE_LABEL:
        "was", "list price", "list", "msrp", "rrp", "regular price", "reg", "original price", "originally", "compare at",
        "retail price", "typical price", "before", "statt", "uvp", "ehemaliger preis", "unverb. preisempf",
        "prix conseillé", "au lieu de", "prix initial", "prix de base", "prix habituel", "antes", "precio anterior", "precio recomendado",
        "pvpr", "pvp", "prezzo consigliato", "prezzo di listino", "invece di", "listino", "de:", "preço de lista", "adviesprijs", "van",
        "ord. pris", "ord.pris", "ordinarie pris", "tidigare pris", "rek. pris", "før", "førpris", "vejl", "normalpris", "ovh", "cena regularna", "cena katalogowa", "prp", "pret vechi", "preț vechi", "comp. value", "reference price", "instead of", "street price", "precio normal", "precio regular", "preço normal", "prix normal", "normaler preis", "cena podstawowa", "priser före", "vorher", "alter preis", "prix barré", "ancien prix", "prix public", "pris før",
        "běžná cena", "původní cena", "pôvodná cena", "eredeti ár", "liste fiyatı", "önceki fiyat", "prezzo ridotto da", "prima", "anziché", "lista", "pvpr:", "старая цена", "参考価格", "希望小売価格", "定価", "原价", "原價", "市场价", "정가";
    /// The same, where it stands behind the amount.
    LIST_PRICE_SUFFIX:
        "rrp", "msrp", "uvp", "list price", "list", "was", "neuf", "prix conseillé", "pvpr", "adviesprijs", "listino";
    /// The lowest price before a discount, which European law wants beside it.
    LOWEST_PRICE:
        "lowest price", "lowest in", "last 30 days", "prior 30 days", "past 30 days", "niedrigster preis", "niedrigster gesamtpreis", "30-tage-bestpreis", "bestpreis der letzten", "letzten 30 tage", "prix le plus bas", "30 derniers jours",
        "precio más bajo", "últimos 30 días", "prezzo più basso", "ultimi 30 giorni", "laagste prijs", "afgelopen 30 dagen", "lägsta pris", "lägsta priset", "senaste 30 dagarna", "laveste pris", "siste 30 dager", "seneste 30 dage", "alin hinta", "najniższa cena",
        "nejnižší cena", "najnižšia cena", "posledních 30 dní", "legalacsonyabb", "elmúlt 30 nap", "cel mai mic preț", "cel mai mic pret", "ultimele 30 de zile", "preço mais baixo", "най-ниска цена", "najniža cijena", "χαμηλότερη τιμή";
    /// The amount is without the tax that a consumer pays.
    WITHOUT_TAX:
        "ex vat", "ex. vat", "exc vat", "exc. vat", "excl vat", "excl. vat", "excluding vat", "+ vat", "+vat", "plus vat", "without vat", "before vat", "vat excluded", "ex tax", "ex. tax", "excl. tax", "excl tax", "excluding tax", "before tax", "without tax", "tax excl", "ex gst", "ex. gst", "excl. gst", "excl gst", "excluding gst", "plus gst", "+ gst", "+gst",
        "zzgl. mwst", "zzgl. ust", "zzgl. gesetzl. mwst", "zzgl. 19", "exkl. mwst", "exkl. ust", "exkl. mehrwertsteuer", "ohne mwst", "netto", "nettopreis", "excl. btw", "excl btw", "exclusief btw", "ex btw", "ex. btw", "ht", "hors taxe", "hors taxes", "hors tva", "htva", "sin iva", "iva no incluido", "+ iva", "iva esclusa", "senza iva", "sem iva", "s/ iva", "iva excl",
        "exkl. moms", "exkl moms", "ex moms", "ex. moms", "ekskl. moms", "ekskl moms", "u/moms", "eks. mva", "ekskl. mva", "eks mva", "alv 0", "ilman alv", "bez dph", "bez vat", "cena netto", "nettó", "fără tva", "fara tva", "kdv hariç", "+ kdv", "+kdv", "vergiler hariç", "без ндс", "без пдв", "χωρίς φπα", "税抜", "税別", "本体価格", "不含税", "未稅", "부가세 별도", "vat 별도", "chưa vat", "chưa gồm vat";
    /// The amount includes it.
    WITH_TAX:
        "inc vat", "inc. vat", "incl vat", "incl. vat", "including vat", "inc tax", "inc. tax", "incl. tax", "including tax", "inc gst", "inc. gst", "incl. gst", "including gst", "inkl. mwst", "inkl. ust", "inkl. 19", "incl. btw", "incl btw", "inclusief btw", "ttc", "tvac", "iva incluido", "iva inclusa", "iva incl", "con iva", "iva inc", "c/ iva", "com iva",
        "inkl. moms", "inkl moms", "ink moms", "ink. moms", "inkl. mva", "m/moms", "sis. alv", "s dph", "vč. dph", "včetně dph", "z vat", "brutto", "bruttó", "cu tva", "tva inclus", "kdv dahil", "с ндс", "з пдв", "με φπα", "税込", "含税", "含稅", "부가세 포함";
    /// What stands around an amount that is saved, owed monthly, charged for something else, or a threshold.
    OTHER_AMOUNT:
        "used from", "new from", "refurbished from", "new & used", "more buying choices", "other sellers", "other offers",
        "save", "you save", "savings", "off", "discount", "per month", "/week", "/wk", "per week", "/mo", "/month", "a month", "monthly", "/ month",
        "mo.", "installments", "instalments", "interest-free", "interest free", "payments of", "apr", "financing", "finance", "afterpay", "klarna", "affirm",
        "shipping", "delivery", "postage", "orders over", "orders of", "free over", "free on", "spend", "minimum", "deposit",
        "protection", "warranty", "coverage", "insurance", "gift card", "credit", "cashback", "cash back", "reward", "rewards", "points", "coupon", "voucher",
        "trade-in", "trade in", "per unit", "per item", "each when", "per count", "/count", "/ count", "/oz", "/ oz", "/fl oz", "/lb", "/ lb", "/kg", "/ kg", "/l", "/ l", "/100", "/ 100", "per 100", "/ct", "/ea",
        "per ounce", "tax", "vat only", "fee", "starting bid", "import charges", "limit", "reviews", "ratings",
        "sparen", "ersparnis", "rabatt", "monat", "monatlich", "rate", "raten", "versand", "versandkosten", "lieferung", "grundpreis", "pro stück", "garantie", "gutschein", "pfand", "ab einem", "bestellwert",
        "économisez", "remise", "par mois", "/mois", "livraison", "frais de port", "assurance", "dès", "éco-part", "dont",
        "ahorra", "ahorras", "descuento", "al mes", "/mes", "envío", "gastos de envío", "garantía", "meses", "cuotas", "pedidos",
        "risparmi", "sconto", "al mese", "/mese", "spedizione", "spese", "garanzia", "rate da", "ordini",
        "economize", "desconto", "por mês", "/mês", "frete", "parcelas", "juros", "sem juros", "garantia",
        "bespaar", "korting", "per maand", "verzending", "verzendkosten", "bezorging", "spara", "frakt", "månad", "/mån", "spar", "fragt", "måned",
        "oszczędzasz", "miesięcznie", "rata", "dostawa", "wysyłka", "economisesti", "reducere", "transport", "lunar", "rate lunare", "livrare", "garantie extinsa",
        "ušetříte", "doprava", "měsíčně", "megtakarítás", "szállítás", "kargo", "taksit", "indirim", "скидка", "доставка", "экономия", "в месяц", "/мес", "рассрочка",
        "members pay", "member price", "members only", "for members", "club price", "with prime", "prime price", "prime member", "join prime", "with subscription", "subscribe", "mit abo", "prix membre", "prix adhérent", "precio socio", "prezzo soci", "clubprijs", "medlemspris", "klubbpris", "cena klubowa",
        "lease", "leasing", "leasen", "p/m", "p.m.", "/mdr", "pr. md", "pr md", "/md", "/monat", "pro monat", "im monat", "mtl", "mensuel", "mensualité", "mensualités", "/mth", "/mies", "mies.", "rat", "raty", "ratach", "kk", "/kk", "havale", "eft", "bank transfer", "wire transfer", "exchange", "reprise", "inzahlungnahme", "rachat", "ankauf", "emi", "no cost emi", "packaging fee", "handling",
        "recyclage", "recycling", "verwijderingsbijdrage", "vrg", "eco tax", "ecotax", "d3e", "raee", "serwis", "tryghedsaftale", "forsikring", "versicherung", "verlängerung", "installation", "einbau", "montage", "monterings", "open-box from", "open box from", "demovare",
        "no pix", "via pix", "com pix", "à vista", "no boleto",
        "sparst", "gespart", "sie sparen", "preisvorteil", "nachlass", "ahorro", "risparmia", "risparmio", "poupe", "economia", "bespaart", "voordeel", "sparar", "sparer", "säästät", "oszczędność", "taniej o", "rabat", "sleva", "ušetríte", "zľava", "kedvezmény", "economisești", "tasarruf", "выгода", "знижка", "економія",
        "porto", "envio", "portes", "toimitus", "levering", "doručení", "mån", "měs.", "/měs", "/mes.", "havi", "/hó", "/lună", "/ay", "月額", "分割", "分期", "/月", "期",
        "送料", "ポイント", "月々", "割引", "クーポン", "运费", "優惠券", "优惠券", "节省", "배송비", "할인", "포인트", "무이자";
    /// What takes the sting out of a shipping or tax word after the price: it is included, free, or added.
    INCLUDED:
        "free", "incl", "including", "includes", "included", "inc", "plus", "excl", "excluding", "ex", "with", "kostenlos", "kostenloser", "kostenfrei", "versandkostenfrei", "inkl", "inklusive", "zzgl", "zuzüglich", "exkl", "gratis",
        "gratuit", "gratuite", "gratuits", "hors", "ttc", "compris", "incluido", "incluida", "más", "gratuita", "inclusa", "incluse", "compresa", "incluso", "grátis", "frete grátis", "fri", "ink", "exklusive", "darmowa", "bezpłatna", "plus vat", "gratuit", "zdarma", "vč", "bez",
        "ingyenes", "dahil", "бесплатная", "бесплатно", "送料無料", "税込", "免运费", "包邮", "무료";
    /// What stands before the amount that is paid now.
    PRICE_LABEL:
        "price", "our price", "now", "sale price", "today", "your price", "price now", "special price", "deal price", "only", "total price", "buy it now",
        "preis", "unser preis", "jetzt", "nur", "prix", "maintenant", "precio", "precio final", "ahora", "prezzo", "ora", "preço", "por", "prijs", "nu", "pris", "hinta",
        "cena", "pret", "preț", "preţ", "ár", "fiyat", "цена", "ціна", "価格", "税込", "价格", "售价", "價格", "가격", "판매가", "giá", "ราคา", "السعر", "מחיר";
    /// The amount is the least of several.
    FROM:
        "from", "starting at", "as low as", "ab", "schon ab", "à partir de", "a partir de", "dès", "desde", "a partire da", "da", "vanaf", "från", "fra", "alkaen", "od", "от", "od:", "już od", "începând de la", "de la", "-tól", "itibaren", "から", "起";
    /// Nothing is at this address.
    NOT_FOUND:
        "404", "page not found", "not found", "page cannot be found", "can't find that page", "couldn't find that page", "could not be found",
        "page doesn't exist", "page does not exist", "no longer exists", "product unavailable", "product not found", "item not found", "looking for something",
        "this listing was ended", "listing you're looking for", "we looked everywhere", "item is no longer available", "dogs of amazon", "something went wrong",
        "seite nicht gefunden", "nicht gefunden", "existiert nicht", "page introuvable", "introuvable", "n'existe pas", "n'existe plus",
        "página no encontrada", "no encontrada", "no existe", "pagina non trovata", "non trovata", "non esiste", "página não encontrada", "não encontrada",
        "pagina niet gevonden", "niet gevonden", "sidan hittades inte", "siden finnes ikke", "siden blev ikke fundet", "sivua ei löydy",
        "strona nie istnieje", "nie znaleziono", "pagina nu a fost", "nu a fost gasita", "stránka nenalezena", "nem található", "sayfa bulunamadı",
        "страница не найдена", "не найдена", "не найден", "ページが見つかりません", "見つかりません", "页面不存在", "找不到", "찾을 수 없", "không tìm thấy";
    /// A test for robots stands in the way.
    CAPTCHA:
        "captcha", "robot or human", "are you a robot", "not a robot", "are you human", "verify you are human", "verify you're human", "human verification",
        "enter the characters you see", "type the characters", "press & hold", "press and hold", "activate and hold", "confirm you are human", "prove you're human", "security check", "checking your browser",
        "just a moment", "one more step", "kein roboter", "sind sie ein mensch", "bist du ein mensch", "pas un robot", "êtes-vous un humain", "no eres un robot", "no soy un robot", "eres humano", "non sei un robot", "não é um robô",
        "geen robot", "nie jesteś robotem", "вы не робот", "не робот", "ロボットではありません", "我不是机器人", "人机验证", "安全验证", "로봇이 아닙니다";
    /// The site refuses us.
    BLOCKED:
        "access denied", "access to this page has been denied", "access is denied", "request blocked", "you have been blocked", "attention required", "pardon our interruption", "unusual traffic", "automated access",
        "suspicious activity", "unusual activity", "403 forbidden", "forbidden", "request could not be satisfied", "request unsuccessful", "incident id", "bot detected", "too many requests", "rate limit", "service unavailable",
        "temporarily blocked", "not available in your country", "not available in your region", "virtual queue", "you are in line", "you are now in line", "waiting room", "queue-it", "enable javascript and cookies", "enable cookies",
        "zugriff verweigert", "accès refusé", "accès interdit", "acceso denegado", "accesso negato", "acesso negado", "toegang geweigerd", "dostęp zabroniony", "доступ ограничен", "доступ запрещен", "アクセスが拒否", "访问被拒绝", "접근이 거부";
    /// An account is asked for.
    LOGIN:
        "sign in", "log in", "login", "signin", "sign-in", "sign on", "anmelden", "einloggen", "connexion", "se connecter", "identifiez-vous", "iniciar sesión", "inicia sesión", "identifícate",
        "accedi", "entrar", "fazer login", "inloggen", "logga in", "logg inn", "log ind", "zaloguj", "autentificare", "přihlásit", "bejelentkezés", "giriş yap", "войти", "вход", "ログイン", "サインイン", "登录", "登入", "로그인", "đăng nhập";
    /// A page of results.
    LISTING:
        "search results", "results for", "results", "search", "shop all", "all products", "collections", "no results", "suchergebnisse", "treffer für", "résultats", "recherche", "resultados", "risultati", "zoekresultaten",
        "resultaten", "sökresultat", "søgeresultater", "wyniki", "rezultate", "výsledky", "találatok", "arama sonuçları", "результаты", "検索結果", "搜索结果", "검색 결과", "kết quả";
    /// Used and overhauled by somebody who answers for it.
    REFURBISHED:
        "refurbished", "refurb", "renewed", "reconditioned", "remanufactured", "factory refurbished", "certified pre-owned", "manufacturer refurbished", "seller refurbished", "excellent - refurbished", "certified refurbished",
        "generalüberholt", "wiederaufbereitet", "erneuert", "refurbed", "reconditionné", "reconditionnée", "reconditionnes", "reacondicionado", "reacondicionada", "restaurado", "ricondizionato", "ricondizionata", "rigenerato",
        "recondicionado", "recondicionada", "gereviseerd", "opgeknapt", "renoverad", "rekonditionerad", "renoveret", "istandsat", "kunnostettu", "odnowiony", "odnowione", "poleasingowy", "recondiționat", "reconditionat", "repasovaný", "repasované",
        "felújított", "yenilenmiş", "восстановленный", "відновлений", "整備済み", "リファビッシュ", "翻新", "官翻", "리퍼", "리퍼비시", "tân trang", "مجدد", "מחודש";
    /// Had an owner before.
    USED:
        "used", "pre-owned", "preowned", "pre owned", "second hand", "second-hand", "secondhand", "open box", "open-box", "used - like new", "used - very good", "used - good", "used - acceptable", "like new", "for parts or not working", "parts only", "very good", "acceptable",
        "gebraucht", "gebrauchtware", "b-ware", "occasion", "d'occasion", "usado", "usada", "segunda mano", "de segunda mano", "seminuevo", "usato", "seconda mano", "seminovo", "gebruikt", "tweedehands", "begagnad", "brukt", "brugt", "käytetty",
        "używany", "używane", "uzywany", "folosit", "second", "použitý", "bazar", "használt", "ikinci el", "kullanılmış", "б/у", "подержанный", "вживаний", "中古", "ユーズド", "二手", "중고", "đã qua sử dụng", "cũ", "มือสอง", "مستعمل", "משומש";
    /// Never had an owner.
    NEW:
        "new", "brand new", "new with box", "new with tags", "new other", "brand-new", "factory sealed", "new (other)", "neu", "brandneu", "neuware", "neuf", "neuve", "nuevo", "nueva", "nuovo", "nuova", "novo", "nova", "nieuw", "ny", "helt ny", "ny vare", "uusi",
        "nowy", "nowe", "nou", "noua", "sigilat", "nový", "nové", "új", "sıfır", "yeni", "новый", "новое", "новая", "новий", "新品", "未使用", "全新", "새상품", "mới", "ใหม่", "جديد", "חדש";
    /// The key of a row that names the maker.
    BRAND_LABEL:
        "brand", "brand name", "manufacturer", "make", "maker", "marke", "hersteller", "marque", "fabricant", "marca", "fabricante", "produttore", "merk", "fabrikant", "märke", "varumärke", "tillverkare", "merke", "mærke", "producent", "marka",
        "brand:", "producător", "producator", "značka", "výrobce", "gyártó", "márka", "üretici", "бренд", "производитель", "виробник", "ブランド", "ブランド名", "メーカー", "品牌", "制造商", "브랜드", "제조사", "thương hiệu", "ยี่ห้อ", "العلامة التجارية", "מותג";
    /// The key of a row that names the model.
    MODEL_LABEL:
        "model", "model number", "model no", "model no.", "item model number", "mpn", "part number", "manufacturer part number", "mfr part number", "modell", "modellnummer", "herstellernummer", "modèle", "référence fabricant", "numéro de modèle",
        "modelo", "número de modelo", "modello", "numero modello", "modelnummer", "cod producător", "model produs", "модель", "артикул производителя", "型番", "モデル番号", "型号", "모델명";
    /// The key of a row that tells the condition.
    CONDITION_LABEL:
        "condition", "item condition", "product condition", "zustand", "artikelzustand", "état", "etat", "estado", "condición", "condizione", "condizioni", "stato", "condição", "staat", "conditie", "skick", "tilstand", "stand", "kunto",
        "stan", "stare", "stav", "állapot", "durum", "состояние", "стан", "状態", "商品の状態", "コンディション", "成色", "狀況", "상태", "tình trạng", "สภาพ", "الحالة", "מצב";
}

#[cfg(test)]
mod tests {
    use super::{BUY, OTHER_AMOUNT, Phrases, REFURBISHED};

    #[test]
    fn phrases_match_whole_words_only() {
        let phrases = Phrases::new(&["was", "中古"]);
        assert!(phrases.occur_in("price was $5"));
        assert!(!phrases.occur_in("washing machine"));
        assert!(!phrases.occur_in("kansas was3"));
        assert!(phrases.occur_in("大中古車"), "scripts without spaces have no word boundary");
    }

    #[test]
    fn every_language_list_is_usable() {
        assert!(BUY.occur_in("add to cart"));
        assert!(REFURBISHED.occur_in("laptop generalüberholt 15\""));
        assert!(OTHER_AMOUNT.occur_in("$12.50/mo. for 12 months"));
    }
}
