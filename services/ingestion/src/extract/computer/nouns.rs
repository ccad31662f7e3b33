//! What computers are called, and what is sold for computers or in them and is none.

use std::sync::LazyLock;

use super::wordset::{WordSet, word_list, word_table};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noun {
    Computer,
    /// A name of computers that is also a word before other nouns: "PC fan", "Desktop memory".
    MaybeComputer,
    /// Comes with computers as well as alone.
    Thing,
    /// A part that no computer's title names otherwise.
    Part,
    /// A module that a computer's title names as what its slots take.
    Module,
}

pub(super) static NOUNS: LazyLock<WordSet<Noun>> = LazyLock::new(|| WordSet::new(TABLE));
/// Before a computer's name: the thing is meant for one.
pub(super) static FOR: LazyLock<WordSet<()>> = LazyLock::new(|| WordSet::new(&[((), FOR_WORDS)]));
/// Before a thing's name: it comes with the computer.
pub(super) static WITH: LazyLock<WordSet<()>> = LazyLock::new(|| WordSet::new(&[((), WITH_WORDS)]));

const TABLE: &[(Noun, &[&str])] = word_table! {
    Noun::Computer =>
        "laptop" "laptops" "laptopy" "*laptop" "notebook" "notebooks" "*notebook" "notebooki" "ultrabook"
        "ultrabooks" "chromebook" "chromebooks" "chromebox" "macbook" "macbooks" "imac" "mac mini" "mac studio"
        "mac pro" "mini pc" "mini pcs" "mini-pc" "mini-pcs" "minipc" "mini-computer" "mini computer"
        "mini desktop" "desktop pc" "desktop-pc" "desktop computer" "desktop computers" "desktops"
        "gaming desktop" "tower desktop" "workstation" "workstations" "*workstation" "all-in-one" "all in one"
        "aio pc" "gaming pc" "gaming-pc" "gamer pc" "gaming pcs" "copilot+ pc" "tower pc" "komplett-pc"
        "komplettsystem" "barebone" "thin client" "thin-client" "zero client" "nuc" "2-in-1 laptop"
        "convertible" "netbook" "subnotebook" "steam deck" "rog ally" "legion go" "computer systems"
        "pc-systeme" "pc systems" "thinkpad" "thinkcentre" "thinkstation" "thinkbook" "ideapad" "ideacentre"
        "yoga slim" "optiplex" "elitedesk" "prodesk" "elitebook" "probook" "zbook" "latitude" "vivobook"
        "zenbook" "proart p16" "inspiron" "vostro" "macmini" "surface pro" "surface laptop" "surface book"
        "surface go" "pavilion" "expertbook" "travelmate" "esprimo" "lifebook" "veriton" "proliant" "poweredge"
        "pc portable" "pc portables" "pc fixe" "pc de bureau" "pc gamer" "ordinateur" "ordinateurs"
        "ordinateur portable" "tour pc" "unité centrale" "ordenador" "ordenadores" "portátil" "portátiles"
        "portatil" "sobremesa" "computador" "computadora" "computadores" "computer portatile" "portatile"
        "pc fisso" "pc desktop" "pc da gaming" "notebook gamer" "rechner" "*rechner" "gaming-rechner"
        "standrechner" "tischrechner pc" "komputer" "komputery" "komputer stacjonarny" "zestaw komputerowy"
        "zestaw gracza" "počítač" "počítače" "počítačová sestava" "herní pc" "számítógép" "asztali számítógép"
        "bilgisayar" "dizüstü" "masaüstü bilgisayar" "hepsi bir arada" "dator" "datorer" "*dator" "bærbar"
        "bærbar pc" "stationær computer" "stasjonær pc" "kannettava" "pöytäkone" "tietokone"
        "kannettava tietokone" "calculator" "sistem pc" "desktop gaming" "υπολογιστής" "φορητός" "ноутбук"
        "ноутбуки" "ультрабук" "компьютер" "компьютеры" "комп'ютер" "моноблок" "системный блок"
        "системний блок" "мини-пк" "неттоп" "ノートパソコン" "ノートpc" "デスクトップパソコン" "デスクトップpc" "ゲーミングpc" "ゲーミングノート"
        "クリエイターpc" "ミニpc" "パソコン" "笔记本" "筆電" "笔记本电脑" "台式机" "台式电脑" "一体机" "主机" "迷你主机" "桌上型電腦" "迷你電腦" "노트북" "데스크탑"
        "데스크톱" "미니pc" "컴퓨터" "본체" "máy tính" "máy tính xách tay" "โน้ตบุ๊ก" "โน๊ตบุ๊ค" "คอมพิวเตอร์" "لابتوب"
        "حاسوب" "كمبيوتر" "كمبيوتر محمول" "מחשב" "מחשב נייד";
    Noun::MaybeComputer =>
        "pc" "pcs" "desktop" "computer" "computers" "tower" "server" "mac" "デスクトップ" "ordi" "ПК" "пк";
    Noun::Thing =>
        "monitor" "monitors" "*monitor" "display" "screen protector" "tv" "television" "fernseher" "téléviseur"
        "televisor" "projector" "beamer" "charger" "ladegerät" "chargeur" "cargador" "caricabatterie"
        "carregador" "oplader" "ładowarka" "nabíječka" "зарядн*" "充電器" "充电器" "adapter" "*adapter" "adaptateur"
        "adaptador" "adattatore" "power supply" "psu" "netzteil" "*netzteil" "alimentation"
        "fuente de alimentación" "alimentatore" "zasilacz" "блок питания" "voeding" "*voeding" "keyboard"
        "tastatur" "*tastatur" "clavier" "teclado" "tastiera" "toetsenbord" "klawiatura" "klávesnice"
        "клавиатура" "キーボード" "键盘" "mouse" "maus" "souris" "ratón" "muis" "mysz" "мышь" "マウス" "battery" "akku"
        "*akku" "batterie" "batería" "batteria" "bateria" "accu" "аккумулятор" "stand" "ständer" "*ständer"
        "support" "soporte" "supporto" "standaard" "podstawka" "подставка" "bag" "sleeve" "backpack" "case"
        "case for" "cover" "tasche" "*tasche" "rucksack" "*rucksack" "hülle" "*hülle" "sacoche" "housse"
        "sac à dos" "funda" "mochila" "maletín" "custodia" "borsa" "zaino" "*tas" "hoes" "*hoes" "torba"
        "plecak" "etui" "väska" "*väska" "taske" "сумка" "рюкзак" "чехол" "バッグ" "ケース" "docking station"
        "docking stations" "dockingstation" "*dockingstation" "dock" "station d'accueil" "usb hub" "usb-c hub"
        "hub" "cable" "*kabel" "kabel" "câble" "cavo" "кабель" "cooler" "cooling pad" "*kühler" "ventirad"
        "webcam" "speaker" "speakers" "lautsprecher" "headset" "headphones" "kopfhörer" "sticker" "skin"
        "printer" "drucker" "imprimante" "impresora" "stampante" "принтер" "router" "switch" "access point"
        "enclosure" "gehäuse" "*gehäuse" "boîtier" "caja" "carcasa" "obudowa" "корпус" "behuizing"
        "flash drive" "usb stick" "memory card" "speicherkarte" "card reader" "external hard drive"
        "external ssd" "externe festplatte" "portable ssd" "accessories" "accessory" "zubehör" "*zubehör"
        "accessoires" "accesorios" "accessori" "acessórios" "akcesoria" "příslušenství" "аксессуары" "software"
        "license" "licence" "lizenz" "office 2021" "antivirus" "phone" "phones" "smartphone" "smartphones"
        "telefon" "téléphone" "teléfono" "telefono" "celular" "móvil" "cellulare" "smartfon" "смартфон"
        "телефон" "スマートフォン" "スマホ" "手机" "手機" "스마트폰" "điện thoại" "iphone" "galaxy" "pixel" "redmi" "هاتف"
        "tablet" "tablets" "tablette" "tableta" "планшет" "タブレット" "平板" "태블릿" "máy tính bảng" "ipad"
        "galaxy tab" "kindle" "e-reader" "ereader" "smartwatch" "watch" "camera" "drone" "playstation" "xbox"
        "nintendo" "ps5" "konsole" "console" "nas" "synology" "qnap" "diskless" "diskstation" "raspberry pi"
        "tv box" "android tv" "desk" "schreibtisch" "chair" "stuhl" "bureau gamer" "kvm" "ups" "usv" "شاشة"
        "حقيبة" "شاحن" "מסך" "モニター" "显示器" "顯示器" "모니터" "màn hình" "монитор" "монітор" "écran" "écrans"
        "pantalla" "schermo" "ekran" "näyttö" "skærm" "skjerm" "skärm" "*skärm" "beeldscherm" "obrazovka"
        "book" "workbench" "poster" "game key" "course";
    Noun::Part =>
        "graphics card" "graphics cards" "video card" "video cards" "*grafikkarte" "*grafikkarten"
        "carte graphique" "cartes graphiques" "tarjeta gráfica" "tarjetas gráficas" "scheda video"
        "schede video" "scheda grafica" "placa de vídeo" "placas de vídeo" "placă video" "placa video"
        "videokaart" "videokaarten" "karta graficzna" "karty graficzne" "grafická karta" "grafické karty"
        "grafikkort" "näytönohjain" "videokártya" "ekran kartı" "видеокарта" "видеокарты" "відеокарта"
        "グラフィックボード" "グラフィックカード" "显卡" "顯示卡" "그래픽카드" "card màn hình" "การ์ดจอ" "egpu" "gpu dock" "motherboard"
        "motherboards" "mainboard" "mainboards" "carte mère" "cartes mères" "placa base" "placa-mãe"
        "placa mãe" "scheda madre" "schede madri" "moederbord" "moederborden" "płyta główna" "płyty główne"
        "základní deska" "alaplap" "anakart" "moderkort" "bundkort" "hovedkort" "emolevy" "placă de bază"
        "placa de baza" "материнская плата" "マザーボード" "主板" "主機板" "메인보드" "bo mạch chủ" "memory kit" "ram kit"
        "memory module" "memory modules" "desktop memory" "laptop memory" "server memory" "pc ram"
        "arbeitsspeicher-kit" "speicherriegel" "barrette" "barrettes mémoire" "módulo de memoria"
        "módulo de memória" "modulo ram" "geheugenmodule" "werkgeheugen kit" "moduł pamięci" "pamięci ram"
        "internal ssd" "ssd interne" "interne ssd" "ssd interno"
        "internal hard drive" "hard drives" "solid state drive" "ssds" "ssd-festplatte" "dysk ssd" "dyski ssd"
        "disque ssd" "disco ssd" "disque dur interne" "твердотельный накопитель" "cpu cooler" "cpu-kühler"
        "cpu fan" "heatsink" "heat sink" "water cooling" "aio cooler" "thermal paste" "case fan" "pc case"
        "pc cases" "pc-gehäuse" "computer case" "tower case" "desktop processor" "desktop processors"
        "boxed processor" "processors" "cpus" "prozessoren" "processeurs" "procesadores" "processori"
        "processadores" "procesory" "процессоры" "replacement" "palmrest" "lcd screen" "hinge" "ersatzteil"
        "spare part" "pièce détachée" "laptop stand" "laptop bag" "laptop charger" "laptop battery"
        "laptop sleeve" "laptop backpack" "notebook stand" "notebook-ständer" "laptop cooler" "laptop parts"
        "laptop accessories" "computer accessories" "pc accessories" "computer desk" "computer parts"
        "pc parts" "pc components" "components" "composants" "componentes" "componenti" "komponenten"
        "pc-komponenten" "komponentit" "podzespoły" "komponenty" "комплектующие" "onderdelen" "pc-onderdelen"
        "external graphics";
    Noun::Module =>
        "udimm" "sodimm" "so-dimm" "rdimm";
};

const FOR_WORDS: &[&str] = word_list! {
    "for" "für" "fürs" "pour" "para" "per" "voor" "dla" "do" "pro" "för" "til" "till" "для" "na" "pentru"
    "için" "compatible with" "compatible" "kompatibel" "compatible avec" "compatible con" "passend" "fits"
    "works with" "対応" "fra" "from your" "szuper"
};
const WITH_WORDS: &[&str] = word_list! {
    "with" "mit" "avec" "con" "com" "met" "med" "z" "ze" "s" "se" "cu" "ile" "с" "и" "and" "und" "et" "y" "e"
    "i" "og" "och" "en" "incl" "inkl" "including" "w" "plus" "+" "&" "backlit"
};
