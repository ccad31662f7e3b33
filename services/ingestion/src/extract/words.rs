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
        "you may also", "also be interested", "interested in these", "consider a similar", "people who viewed", "shoppers also", "recommended for you", "you'll love", "we think you", "others bought", "shop the look", "often bought",
        "قد يعجبك", "منتجات مشابهة", "منتجات ذات صلة", "מוצרים דומים", "אולי יעניין", "mohlo by se", "mohlo by vás", "zákazníci také", "související", "súvisiace", "mohlo by sa", "może ci się", "może cię", "klienci kupili", "zobacz także", "zobacz również", "inni kupili", "ez is érdekelheti", "mások ezt", "kapcsolódó termékek", "s-ar putea", "ați putea", "clienții au", "produse recomandate",
        "du kanske", "andra kunder", "kunder köpte", "du vil kanskje", "andre kjøpte", "andre så også", "måske også", "andre købte", "andre kunder", "saatat pitää", "muut ostivat", "samankaltaisia", "ilginizi çekebilir", "bunları da", "birlikte alınan", "σχετικά προϊόντα", "ίσως σας",
        "talvez você", "pode gostar", "pode interessar", "compre junto", "potrebbero interessarti", "ti potrebbe", "potrebbero piacerti", "altri clienti", "spesso acquistati", "quizás te", "podría interesarte", "podrían gustarte", "otros clientes", "productos relacionados", "vous pourriez aimer", "les clients ont", "nous vous recommandons", "on vous recommande",
        "misschien vind", "klanten kochten", "bekeken ook", "anderen kochten", "andere klanten", "vaak samen", "sản phẩm tương tự", "sản phẩm liên quan", "có thể bạn", "一緒に買", "一緒に購入", "よく一緒に", "こちらもおすすめ", "あなたへの", "閲覧した商品", "함께 구매", "이런 상품", "看了又看", "买了又买", "您可能", "与此同类",
        "kunden sahen", "kunden haben", "andere kunden", "auch gekauft", "auch interessant", "passend dazu", "das könnte", "с этим покупают", "вам может", "вам также", "другие покупатели", "схожі товари", "купують разом",
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
        "カートに入れる", "カートへ入れる", "カートに追加", "かごに追加", "かごに入れる", "カゴに入れる", "買い物かごに入れる", "買い物カゴに入れる", "注文する", "購入", "今すぐ買う", "加入购物车", "立即购买", "加入購物車", "장바구니", "구매하기",
        "thêm vào giỏ", "mua ngay", "หยิบใส่ตะกร้า", "ซื้อเลย", "أضف إلى السلة", "أضف إلى العربة", "أضف إلى عربة التسوق", "اشتر الآن", "اشتري الآن", "הוסף לסל";
    /// The product cannot be ordered.
    OUT_OF_STOCK:
        "out of stock", "out-of-stock", "sold out", "currently unavailable", "temporarily unavailable",
        "no longer available", "not available", "unavailable", "discontinued", "back in stock soon", "out of print", "no stock", "0 in stock", "not in stock",
        "coming soon", "bientôt disponible", "demnächst verfügbar", "bald verfügbar", "demnächst", "próximamente", "prossimamente", "em breve", "wkrótce", "скоро в продаже", "近日発売", "inte tillgänglig", "mevcut değil", "niet verkrijgbaar", "no longer sold",
        "dieses angebot wurde", "dieses angebot ist beendet", "mis fin à cette", "annonce a été", "finalizó este anuncio", "este anuncio ha", "inserzione è stata", "listing is no longer", "ended listing",
        "listing was ended", "listing has ended", "listing ended", "bidding has ended", "bidding ended", "this listing sold", "item has been sold", "has been sold", "auction has ended", "temporarily out",
        "angebot wurde beendet", "angebot beendet", "auktion beendet", "wurde beendet", "wurde verkauft", "vente terminée", "annonce terminée", "a été vendu", "est terminée", "ha finalizado", "anuncio finalizado", "se ha vendido",
        "inserzione scaduta", "è terminata", "è stata chiusa", "is beëindigd", "aanbieding beëindigd", "zostało zakończone", "aukcja zakończona",
        "ausverkauft", "nicht auf lager", "nicht verfügbar", "derzeit nicht", "nicht vorrätig", "nicht lieferbar", "vergriffen", "nicht mehr lieferbar", "nicht mehr verfügbar", "zurzeit nicht", "momentan nicht",
        "actuellement indisponible", "indisponible", "rupture de stock", "en rupture", "rupture", "épuisé", "épuisée", "hors stock", "n'est plus disponible", "plus disponible",
        "no disponible", "agotado", "agotada", "sin existencias", "sin stock", "no está disponible", "fuera de stock", "non disponibile", "esaurito", "esaurita", "non è disponibile", "terminato",
        "indisponível", "esgotado", "esgotada", "sem estoque", "sem stock", "fora de estoque", "não disponível", "niet op voorraad", "uitverkocht", "niet beschikbaar", "niet leverbaar", "niet langer leverbaar",
        "slut i lager", "ej i lager", "slutsåld", "slutsålt", "tillfälligt slut", "utgått", "ikke tilgjengelig", "ikke tilgængelig", "ei saatavilla", "loppuunmyyty", "utsolgt", "udsolgt", "ikke på lager", "loppu varastosta",
        "niedostępny", "niedostępna", "chwilowo niedostępny", "produkt niedostępny", "brak w magazynie", "brak towaru", "wyprzedane", "wyprzedany", "nie je skladom", "vypredané", "momentálně nedostupné", "nedostupné", "nu este în stoc", "nu este in stoc", "fără stoc", "stoc epuizat", "indisponibil", "není skladem", "vyprodáno",
        "nincs készleten", "nincs raktáron", "elfogyott", "stokta yok", "stokta bulunmuyor", "tükendi", "нет в наличии", "нет на складе", "закончился", "распродано", "снят с производства", "εξαντλήθηκε", "μη διαθέσιμο", "немає в наявності",
        "在庫切れ", "在庫なし", "売り切れ", "売切れ", "品切れ", "完売", "販売終了", "現在在庫切れ", "現在お取り扱いできません", "現在、お取り扱いできません", "缺貨", "售完", "無貨", "无货", "暂时缺货", "缺货", "售罄", "已售完", "품절", "일시품절", "hết hàng", "สินค้าหมด",
        "غير متوفر", "نفدت الكمية", "אזל מהמלאי", "bán hết", "재고 없음";
    /// It was offered and is not any more, in the words of the sentence that tells when and why.
    ENDED:
        "listing was ended", "listing has ended", "listing ended", "this listing sold", "bidding has ended", "bidding ended", "auction has ended", "auction was ended", "this item has been sold", "this listing has been removed",
        "angebot wurde beendet", "dieses angebot ist beendet", "auktion beendet", "auktion wurde beendet", "dieser artikel wurde verkauft", "anzeige wurde gelöscht", "anzeige ist nicht mehr verfügbar",
        "vente terminée", "annonce terminée", "mis fin à cette", "annonce a été supprimée", "objet a été vendu", "este anuncio ha finalizado", "finalizó este anuncio", "subasta ha finalizado", "inserzione scaduta", "inserzione è stata chiusa", "asta è terminata",
        "aanbieding beëindigd", "veiling is beëindigd", "oferta została zakończona", "zostało zakończone", "aukcja zakończona";
    /// Begins a sentence about the very thing that is offered.
    THIS_THING:
        "this product is", "this item is", "this unit is", "this device is", "this laptop is", "this computer is", "this pc is", "this phone is", "this listing is for a", "dieses produkt ist", "dieser artikel ist", "dieses gerät ist", "dieser laptop ist", "dieser computer ist",
        "ce produit est", "cet article est", "cet appareil est", "este producto es", "este producto está", "este artículo es", "este equipo es", "este produto é", "este artigo é", "questo prodotto è", "questo articolo è", "dit product is", "dit artikel is", "den här produkten är", "denna produkt är", "dette produktet er", "dette produkt er", "tämä tuote on", "ten produkt jest", "tento produkt je", "ez a termék";
    /// The product can be ordered.
    IN_STOCK:
        "in stock", "in-stock", "available now", "ships within", "left in stock", "available", "ready to ship", "ships today", "ships in", "low stock",
        "متوفر في المخزون", "في المخزون", "sofort lieferbar", "sofort verfügbar", "an lager", "ab lager", "nur noch", "disponibles", "disponible inmediatamente", "em stock", "pronta entrega", "estoque disponível", "leverbaar", "direct leverbaar", "finns i lager", "finns på lager",
        "dostępna", "od ręki", "na stanie", "dostępne", "na sklade", "készleten", "есть в наличии", "на складе", "в наявності", "διαθέσιμο", "即納", "在庫有", "当日出荷", "现货", "現貨", "재고있음", "còn", "disponível em estoque", "stoklarda", "stokta",
        "auf lager", "lieferbar", "verfügbar", "vorrätig", "en stock", "disponible", "disponibile", "disponibilità immediata",
        "em estoque", "disponível", "op voorraad", "i lager", "på lager", "varastossa", "dostępny", "w magazynie",
        "in stoc", "în stoc", "skladem", "raktáron", "stokta var", "в наличии", "є в наявності",
        "在庫あり", "有货", "有現貨", "재고 있음", "còn hàng", "มีสินค้า", "متوفر", "במלאי";
    /// Orders are taken before the product is out.
    PREORDER:
        "preorder", "pre-order", "pre order", "available for preorder", "vorbestellen", "vorbestellung", "vorbestellbar", "erscheint am", "précommandez", "en précommande", "pré-commande", "pre-orden", "preorden", "prenota", "prenotabile",
        "em pré-venda", "pre-venda", "pre-orderen", "reserveer", "förhandsbeställ", "forhåndsbestill", "forudbestil", "ennakkotilaa", "przedsprzedaży", "předobjednávka", "predobjednávka", "előrendelés", "előrendelhető", "precomandă", "ön sipariş", "予約受付中", "예약구매", "đặt trước", "précommande", "précommander",
        "reserva", "preventa", "preordina", "pré-venda", "förbeställ", "przedsprzedaż", "предзаказ", "予約", "预售", "예약";
    /// A way to get the product, of several.
    PICKUP:
        "pickup", "pick up", "pick-up", "in store", "in-store", "store", "stores", "click & collect", "click and collect", "collect", "abholung", "abholen", "filiale", "filialen", "im markt", "markt", "retrait", "magasin", "en magasin", "boutique", "boutiques", "recogida", "en tienda", "tienda",
        "ritiro", "negozio", "in negozio", "retirada", "na loja", "loja", "ophalen", "afhalen", "winkel", "butik", "butikk", "i butik", "myymälä", "odbiór", "w salonie", "salon", "ridicare", "magazin", "prodejna", "na prodejně", "üzlet", "mağaza", "самовывоз", "магазин", "店舗", "店頭", "门店", "매장";
    /// Asks to be told when the product can be had again.
    NOTIFY:
        "notify me", "notify when available", "email me when", "e-mail me when", "email when available", "alert me", "back in stock alert", "back-in-stock", "tell me when", "keep me posted", "join the waitlist", "join waitlist",
        "benachrichtigen", "benachrichtigung", "wenn wieder verfügbar", "verfügbarkeitsalarm", "m'alerter", "m’alerter", "prévenez-moi", "me prévenir", "être alerté", "alerte stock", "avísame", "avisarme", "notificarme", "avisadme",
        "avvisami", "avvertimi", "avise-me", "avisem-me", "notifique-me", "houd me op de hoogte", "mail mij", "mail me", "stuur mij een", "bevaka", "meddela mig", "varsle meg", "giv mig besked", "ilmoita kun", "powiadom", "powiadom mnie",
        "hlídat", "upozornit", "anunță-mă", "értesítés", "értesítsen", "haber ver", "gelince haber", "сообщить о поступлении", "уведомить", "повідомити", "入荷通知", "再入荷", "入荷お知らせ", "到货通知", "貨到通知", "재입고", "입고 알림", "nhận thông báo";
    /// The key of a row that tells whether there is any.
    STOCK_LABEL:
        "availability", "stock", "stock status", "stock level", "availability status", "inventory", "verfügbarkeit", "lagerbestand", "lagerstatus", "lieferstatus", "bestand", "disponibilité", "disponibilite", "stock en ligne", "disponibilidad", "existencias",
        "disponibilidade", "estoque", "disponibilità", "beschikbaarheid", "voorraad", "lager", "tillgänglighet", "tilgjengelighet", "lagerstatus", "saatavuus", "varasto", "dostępność", "stan magazynowy", "disponibilitate", "stoc", "dostupnost", "dostupnosť",
        "elérhetőség", "készlet", "stok durumu", "stok", "наличие", "наявність", "διαθεσιμότητα", "在庫", "在庫状況", "库存", "庫存", "재고", "tình trạng", "tình trạng hàng", "สถานะสินค้า", "التوفر", "זמינות";
    /// The key of a row with the number that all shops share.
    GTIN_LABEL:
        "ean", "gtin", "upc", "gtin-13", "gtin13", "gtin-14", "ean code", "ean-code", "ean-13", "ean13", "upc code", "barcode", "isbn", "isbn-13", "jan", "janコード", "код ean", "strichcode", "code-barres", "codice ean", "código ean", "código de barras", "global trade identification number", "kod ean", "ean-kod";
    /// Almost new is not new.
    LIKE_NEW:
        "like new", "as new", "wie neu", "neuwertig", "comme neuf", "comme neuve", "como nuevo", "como nueva", "come nuovo", "como novo", "como nova", "als nieuw", "zo goed als nieuw", "som ny", "nyskick", "kuin uusi", "jak nowy", "jako nový", "ako nový", "újszerű", "ca nou", "yeni gibi", "как новый", "як новий", "未使用に近い", "九成新", "새것 같은", "như mới",
        "als ersatzteil", "für bastler", "defekt", "pour pièces", "para piezas", "per parti di ricambio", "na części", "uszkodzony", "voor onderdelen", "на запчасти", "на запчастини", "never used", "opened - never used";
    /// How well it has been kept, said only of what had an owner.
    GRADE:
        "very good", "good", "excellent", "fair", "acceptable", "pristine", "good condition", "grade a", "grade b", "grade c", "a grade", "sehr gut", "gut", "akzeptabel", "bon état", "très bon état", "état correct", "parfait état", "très bon", "muy bueno", "muy bien", "bueno", "buen estado", "excelente", "ottimo", "buono", "molto buono", "accettabile",
        "bom", "muito bom", "goed", "zeer goed", "bra skick", "god stand", "hyvä", "dobry", "bardzo dobry", "klasa a", "klasa a-", "klasa b", "třída a", "foarte bun", "bun", "çok iyi", "iyi", "хорошее", "отличное", "非常に良い", "良い", "美品", "可", "良品";
    /// Of a title's words, those that tell that the thing had an owner.
    USED_IN_TITLE:
        "pre-owned", "preowned", "pre owned", "second hand", "second-hand", "open box", "open-box", "openbox", "for parts", "for parts or not working", "parts only", "ex-display", "ex display", "used laptop", "used laptops", "used pc", "used desktop", "(used)", "[used]", "- used", "used -",
        "gebraucht", "gebrauchte", "gebrauchter", "gebrauchtes", "gebrauchtware", "b-ware", "vorführgerät", "d'occasion", "- occasion", "(occasion)", "usado", "usados", "usada", "segunda mano", "seminuevo", "usato", "usati", "seconda mano", "seminovo", "gebruikt", "gebruikte", "tweedehands",
        "begagnad", "begagnade", "brukt", "brugt", "brugte", "käytetty", "używany", "używane", "uzywany", "poużywany", "folosit", "použitý", "použité", "bazarový", "használt", "ikinci el", "2. el", "б/у", "бу ноутбук", "подержанный", "вживаний", "中古", "ジャンク", "二手", "중고", "đã qua sử dụng", "มือสอง", "مستعمل", "משומש";
    /// Said of nothing but goods that never had an owner.
    SURELY_NEW:
        "brand new", "brand-new", "factory sealed", "factory-sealed", "sealed in box", "new in box", "new & sealed", "new and sealed", "fabrikneu", "neuware", "originalverpackt", "neuf sous blister", "référence neuve", "produit neuf", "article neuf", "état neuf", "produits neufs", "nuevo y sellado", "producto nuevo", "a estrenar", "precintado",
        "prodotto nuovo", "nuovo di zecca", "sigillato", "produto novo", "novo e lacrado", "lacrado", "gloednieuw", "splinternieuw", "fabrieksnieuw", "helt ny", "fabriksny", "splitterny", "fabrycznie nowy", "fabrycznie nowe", "nowy produkt", "nieużywany", "produs nou", "nou, sigilat", "nový nepoužitý", "zcela nový", "nepoužité zboží",
        "gyári új", "bontatlan", "sıfır ürün", "sıfır, kapalı kutu", "kapalı kutu", "совершенно новый", "новый товар", "в заводской упаковке", "новий товар", "新品", "未開封", "未使用", "全新", "새상품", "새 제품", "mới 100%", "hàng mới", "nguyên seal", "ของใหม่", "جديد كليا", "חדש באריזה";
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
        "protection", "warranty", "coverage", "insurance", "gift card", "credit", "cashback", "cash back", "rebate", "rebates", "reward", "rewards", "points", "coupon", "voucher",
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
    /// What stands before the number of pieces that a lower price is for.
    BUY_SEVERAL:
        "buy", "when you buy", "order", "kaufen sie", "bei kauf von", "bei abnahme von", "achetez", "achetez-en", "comprar", "compre", "compra", "acquista", "acquistane", "koop", "köp", "køb", "kjøp", "osta", "kup", "kupte", "vegyen", "cumpărați", "купите";
    /// The amount is the least of several.
    FROM:
        "from", "starting at", "as low as", "ab", "schon ab", "à partir de", "a partir de", "dès", "desde", "a partire da", "da", "vanaf", "från", "fra", "alkaen", "od", "от", "od:", "już od", "începând de la", "de la", "-tól", "itibaren", "から", "起";
    /// Nothing is at this address.
    NOT_FOUND:
        "404", "page not found", "not found", "page cannot be found", "can't find that page", "couldn't find that page", "could not be found",
        "page doesn't exist", "page does not exist", "no longer exists", "product unavailable", "product not found", "item not found", "looking for something",
        "this listing was ended", "listing you're looking for", "we looked everywhere", "item is no longer available", "dogs of amazon", "something went wrong",
        "page you requested", "page isn't available", "page is missing", "seite nicht gefunden", "nicht gefunden", "seite existiert nicht", "nicht mehr im sortiment", "artikel existiert nicht", "existiert nicht", "page introuvable", "introuvable", "n'existe pas", "n'existe plus",
        "page non trouvée", "cette page n'existe", "página no encontrada", "no encontrada", "no encontrado", "no existe", "no hemos encontrado", "no hemos podido encontrar", "no encontramos", "ya no existe", "ya no está en", "no podemos encontrar", "pagina non trovata", "non trovata", "non esiste", "non abbiamo trovato", "non è stata trovata", "página não encontrada", "não encontrada", "não encontramos", "não existe",
        "pagina niet gevonden", "niet gevonden", "sidan hittades inte", "sidan finns inte", "har utgått ur sortimentet", "finns inte längre", "produkten har utgått", "siden finnes ikke", "siden blev ikke fundet", "sivua ei löydy",
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
        "refurbished", "refurb", "renewed", "restored", "refurbed", "factory recertified", "recertified", "certified refurb", "grade a refurbished", "ex-lease", "ex lease", "off-lease", "reconditioned", "remanufactured", "factory refurbished", "certified pre-owned", "manufacturer refurbished", "seller refurbished", "excellent - refurbished", "certified refurbished",
        "generalüberholt", "generalüberholte", "generalüberholter", "generalüberholtes", "wiederaufbereitet", "aufbereitet", "erneuert", "leasingrückläufer", "reconditionné", "reconditionnée", "reconditionnés", "reconditionnées", "reconditionnes", "reconditionne", "remis à neuf", "reacondicionado", "reacondicionada", "reacondicionados", "reacondicionadas", "restaurado", "ricondizionato", "ricondizionata", "ricondizionati", "rigenerato", "rigenerati",
        "recondicionado", "recondicionada", "recondicionados", "remanufaturado", "gereviseerd", "refurbish", "opgeknapt", "renoverad", "rekonditionerad", "renoveret", "istandsat", "kunnostettu", "odnowiony", "odnowione", "odnowiona", "odnawiany", "poleasingowy", "poleasingowe", "poleasingowa", "regenerowany", "recondiționat", "reconditionat", "repasovaný", "repasované",
        "felújított", "yenilenmiş", "yenilenmis", "восстановленный", "восстановленные", "восстановлен", "ανακατασκευασμένο", "ανακατασκευασμένα", "refabricado", "repasovane", "repasovaná", "renovované", "再生品", "メーカー再生品", "整備品", "整備済", "відновлений", "整備済み", "リファビッシュ", "翻新", "官翻", "리퍼", "리퍼비시", "tân trang", "مجدد", "מחודש";
    /// Had an owner before.
    USED:
        "ex-display", "ex display", "open box item", "b-stock", "damaged box", "gebrauchte", "gebrauchter", "usados", "usati", "gebruikte", "begagnade", "brugte", "používané", "ジャンク", "ジャンク品", "中古品", "vorführgerät", "rückläufer",
        "used", "pre-owned", "preowned", "pre owned", "second hand", "second-hand", "secondhand", "open box", "open-box", "used - like new", "used - very good", "used - good", "used - acceptable", "like new", "for parts or not working", "parts only", "very good", "acceptable",
        "gebraucht", "gebrauchtware", "b-ware", "occasion", "d'occasion", "usado", "usada", "segunda mano", "de segunda mano", "seminuevo", "usato", "seconda mano", "seminovo", "gebruikt", "tweedehands", "begagnad", "brukt", "brugt", "käytetty",
        "używany", "używane", "uzywany", "folosit", "second", "použitý", "bazar", "használt", "ikinci el", "kullanılmış", "б/у", "подержанный", "вживаний", "中古", "ユーズド", "二手", "중고", "đã qua sử dụng", "cũ", "มือสอง", "مستعمل", "משומש";
    /// Never had an owner.
    NEW:
        "new", "brand new", "new with box", "new with tags", "new other", "brand-new", "factory sealed", "new (other)", "neu", "brandneu", "neuware", "neuf", "neuve", "nuevo", "nueva", "nuovo", "nuova", "novo", "nova", "nieuw", "ny", "helt ny", "ny vare", "uusi",
        "nowy", "nowe", "nou", "noua", "sigilat", "nový", "nové", "új", "sıfır", "yeni", "новый", "новое", "новая", "новий", "新品", "未使用", "全新", "새상품", "mới", "ใหม่", "جديد", "חדש";
    /// The key of a row that names the maker.
    BRAND_LABEL:
        "brand", "brand name", "brand / manufacturer", "product brand", "vendor", "by brand", "marke / hersteller", "marke/hersteller", "nom de la marque", "nombre de la marca", "nome da marca", "nome del marchio", "marchio", "merknaam", "varemærke", "valmistaja", "tuotemerkki", "výrobca", "μάρκα", "κατασκευαστής", "manufacturer", "make", "maker", "marke", "hersteller", "marque", "fabricant", "marca", "fabricante", "produttore", "merk", "fabrikant", "märke", "varumärke", "tillverkare", "merke", "mærke", "producent", "marka",
        "brand:", "producător", "producator", "značka", "výrobce", "gyártó", "márka", "üretici", "бренд", "производитель", "виробник", "ブランド", "ブランド名", "メーカー", "品牌", "制造商", "브랜드", "제조사", "thương hiệu", "ยี่ห้อ", "العلامة التجارية", "מותג";
    /// The key of a row that names the model.
    MODEL_LABEL:
        "model", "model number", "model no", "model no.", "item model number", "mpn", "part number", "manufacturer part number", "mfr part number", "modell", "modellnummer", "herstellernummer", "modèle", "référence fabricant", "numéro de modèle",
        "modelo", "número de modelo", "modello", "numero modello", "modelnummer", "cod producător", "model produs", "модель", "артикул производителя", "型番", "モデル番号", "型号", "모델명";
    /// The key of a row that tells the condition.
    CONDITION_LABEL:
        "condition", "item condition", "product condition", "condition grade", "condição do item", "estado del producto", "estado do produto", "estado del artículo", "état du produit", "état de l'article", "produktzustand", "gerätezustand", "artikelzustand:", "condizione prodotto", "stan produktu", "stan przedmiotu", "stav zboží", "stav produktu", "ürün durumu", "kosmetisk stand", "商品状態", "состояние товара", "κατάσταση", "staat van het product", "toestand", "produktskick", "zustand", "artikelzustand", "état", "etat", "estado", "condición", "condizione", "condizioni", "stato", "condição", "staat", "conditie", "skick", "tilstand", "stand", "kunto",
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
