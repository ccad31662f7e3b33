//! Which row of a table tells of which part, in the languages of shops.

use std::sync::LazyLock;

use super::super::words::Phrases;
use super::plain::lower;
use super::wordset::word_list;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Processor,
    Graphics,
    Memory,
    Drive,
}

/// The part of which a row tells the name or the size, by its key and else by the heading that it stands under.
pub(super) fn part(group: Option<&str>, key: &str) -> Option<Part> {
    let key = lower(key);
    let group_low = group.map(lower).unwrap_or_default();
    if let Some(part) = of_words(&key) {
        // "Graphics: memory" is the card's
        let of_card = part == Part::Memory && is_of_graphics(&group_low) && !RAM_WORD.occur_in(&key);
        return (!of_card).then_some(part);
    }
    let about = ABOUT.iter().any(|word| key == *word || key.starts_with(&format!("{word} ")));
    if about { of_words(&group_low) } else { None }
}

fn is_of_graphics(lower: &str) -> bool {
    GRAPHICS.iter().any(|word| lower.contains(word))
}

/// Keys that say nothing without the heading that they stand under.
const ABOUT: &[&str] = word_list! {
    "model" "type" "name" "modell" "typ" "size" "capacity" "kapazität" "größe" "modèle" "capacité" "modelo"
    "capacidad" "description" "installed" "модель" "amount" "total" "série" "series" "serie" "taille" "nom"
    "tamaño" "tamanho" "nombre" "nome" "tipo" "modello" "capacità" "dimensione" "dimensioni" "grootte"
    "capaciteit" "naam" "størrelse" "storlek" "koko" "kapasitet" "kapacitet" "kapasiteetti" "navn" "namn"
    "nimi" "malli" "tyyppi" "wielkość" "pojemność" "nazwa" "velikost" "kapacita" "název" "méret" "kapacitás"
    "típus" "boyut" "kapasite" "capacitate" "dimensiune" "размер" "объем" "объём" "тип" "название" "容量" "サイズ"
    "種類" "モデル" "类型" "型号" "大小" "용량" "크기" "모델"
};

/// The row speaks of a limit, a speed or the like.
pub(super) fn is_no_part(key: &str) -> bool {
    NEVER.occur_in(&lower(key))
}

fn of_words(lower: &str) -> Option<Part> {
    if lower.len() > 60 || NEVER.occur_in(lower) {
        return None;
    }
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let graphics = has(GRAPHICS);
    let drive = has(DRIVE);
    if graphics {
        let memory = (has(MEMORY) || lower.contains("speicher") || RAM_WORD.occur_in(lower))
            && !has(&["card", "karte", "carte", "tarjeta", "chip", "gpu"]);
        return (!memory).then_some(Part::Graphics);
    }
    if has(MEMORY) && has(&["video", "vidéo", "vídeo", "видео", "відео", "ビデオ"]) {
        return None;
    }
    if has(PROCESSOR) {
        return Some(Part::Processor);
    }
    let memory = has(MEMORY) || RAM_WORD.occur_in(lower);
    // "Memory / storage" tells of both, "Memory storage capacity" of the drive
    if drive
        && memory
        && ["/", "&", "+", ",", " and ", " und ", " et ", " y ", " e "]
            .iter()
            .any(|mark| lower.contains(mark))
    {
        return None;
    }
    if drive && has(CLOUD) {
        return None;
    }
    if drive && !RAM_WORD.occur_in(lower) {
        return Some(Part::Drive);
    }
    if memory {
        return Some(Part::Memory);
    }
    (lower == "speicher" || lower == "interner speicher").then_some(Part::Drive)
}

static RAM_WORD: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::new(&["ram", "озу", "램", "แรม", "arbeitsspeicher"]));

/// A key with one of these tells of the part, but neither its name nor its size.
static NEVER: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(word_list! {
        "max" "max." "maximum" "maximal" "maximale" "maximaler" "maximalt" "máximo" "máxima" "massima"
        "massimo" "maks" "maks." "maksymalna" "maksymalny" "maximální" "supported" "support" "supports"
        "expandable" "erweiterbar" "slots" "slot" "steckplätze" "emplacements" "ranuras" "speed" "frequency"
        "takt" "taktfrequenz" "taktung" "fréquence" "frecuencia" "frequenza" "taktowanie" "frecventa"
        "frecvență" "geschwindigkeit" "vitesse" "velocidad" "velocità" "cache" "cores" "kerne" "threads"
        "brand" "marke" "manufacturer" "hersteller" "fabricant" "count" "anzahl" "number of" "interface"
        "schnittstelle" "bus" "socket" "sockel" "technology" "technologie" "tecnología" "rpm" "drehzahl"
        "wattage" "tdp" "bandwidth" "card reader" "card slot" "memory card" "speicherkarten" "kartenleser"
        "optical" "optisches" "laufwerk optisch" "floppy" "compatible" "kompatibel" "expansion" "upgrade"
        "cooling" "cooler" "kühler" "warranty" "garantie" "weight" "interfaces" "ports" "bracket" "free"
        "freie" "vacant" "макс" "максимальный" "максимальная" "частота" "тактовая" "слотов" "ядер" "最大" "快取"
        "cloud" "flash memory" "coprocessor output"
    })
});

const CLOUD: &[&str] =
    &["cloud", "moln", "skylagring", "nube", "nuvem", "nuage", "chmur", "облач", "クラウド", "云存储"];
const PROCESSOR: &[&str] = word_list! {
    "cpu" "processor" "prozessor" "processeur" "procesador" "procesor" "processore" "processador" "processzor"
    "procesorius" "işlemci" "suoritin" "prosessor" "επεξεργαστής" "процессор" "процесор" "プロセッサ" "处理器" "處理器"
    "프로세서" "bộ vi xử lý" "vi xử lý" "ซีพียู" "หน่วยประมวลผล" "المعالج" "معالج" "מעבד" "chipset & cpu" "puce"
};
const GRAPHICS: &[&str] = word_list! {
    "gpu" "graphic" "video card" "video adapter" "video controller" "grafik" "graphique" "gráfic" "grafic"
    "scheda video" "placa de vídeo" "placa video" "videokaart" "videokarte" "grafisch" "ekran kart"
    "karta graf" "näytönohjain" "skjermkort" "videokártya" "видеокарт" "графич" "відеокарт" "グラフィック" "グラボ" "显卡"
    "顯示卡" "顯卡" "그래픽" "card đồ họa" "การ์ดจอ" "graphics coprocessor" "vga" "κάρτα γραφικών" "بطاقة الرسوم"
    "كرت الشاشة" "כרטיס מסך"
};
const MEMORY: &[&str] = word_list! {
    "memory" "mémoire" "memoire" "memoria" "memória" "memorie" "geheugen" "hukommelse" "minne" "muisti"
    "bellek" "paměť" "pamäť" "pamięć" "pamiec" "μνήμη" "память" "памят" "пам'ять" "メモリ" "内存" "記憶體" "메모리"
    "หน่วยความจำ" "ذاكرة" "זיכרון" "ddr" "dimm"
};
const DRIVE: &[&str] = word_list! {
    "storage" "ssd" "hdd" "hard drive" "hard disk" "harddisk" "harddrive" "solid state" "disk drive"
    "festplatte" "massenspeicher" "speicherkapazität" "speicherplatz" "gesamtspeicher" "disque" "stockage"
    "disco" "almacenamiento" "armazenamento" "archiviazione" "opslag" "harde schijf" "schijf" "lagring"
    "hårddisk" "kiintolevy" "tallennus" "dysk" "depolama" "disk kapasite" "sabit disk" "úložiště" "pevný disk"
    "pevný disk" "úložisko" "merevlemez" "tárhely" "háttértár" "stocare" "накопител" "жестк" "жорстк" "диск"
    "ストレージ" "ハードディスク" "固态" "固態" "硬盘" "硬碟" "存储" "儲存" "저장" "하드" "ổ cứng" "lưu trữ" "ฮาร์ดดิสก์" "ความจุ"
    "التخزين" "القرص" "אחסון" "δίσκος" "emmc" "nvme" "flash storage"
};

#[cfg(test)]
mod tests {
    use super::{Part, part};

    #[test]
    fn rows_are_told_apart() {
        let cases = [
            ("RAM Memory Installed Size", Some(Part::Memory)),
            ("Arbeitsspeicher", Some(Part::Memory)),
            ("Maximum RAM supported", None),
            ("Graphics memory", None),
            ("Memoria de video", None),
            ("Grafikspeicher", None),
            ("Graphics Card Description", Some(Part::Graphics)),
            ("Hard Drive", Some(Part::Drive)),
            ("Flash Memory Size", None),
            ("Référence du processeur", Some(Part::Processor)),
            ("Processor Count", None),
            ("Ekran kartı", Some(Part::Graphics)),
            ("Мобильный процессор", Some(Part::Processor)),
            ("Weight", None),
        ];
        for (key, expected) in cases {
            assert_eq!(part(None, key), expected, "{key}");
        }
        assert_eq!(part(Some("Processor"), "Model"), Some(Part::Processor));
        assert_eq!(part(Some("Display"), "Model"), None);
        assert_eq!(part(Some("Minne"), "Størrelse"), Some(Part::Memory));
        assert_eq!(part(Some("Stockage"), "Capacité"), Some(Part::Drive));
        assert_eq!(part(Some("Grafikk"), "Minne"), None);
        assert_eq!(part(Some("Grafikkarte"), "Arbeitsspeicher"), Some(Part::Memory));
        assert_eq!(part(Some("グラフィック"), "容量"), Some(Part::Graphics));
    }
}
