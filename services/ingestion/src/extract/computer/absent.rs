//! What is said not to be in the box, and which lines speak of something else.

use std::sync::LazyLock;

use super::Evidence;
use super::keys::Part;
use super::plain::lower;
use super::wordset::{WordSet, word_list, word_table};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Absent {
    pub(super) memory: bool,
    pub(super) drive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    Both,
    Memory,
    Drive,
}

static MISSING: LazyLock<WordSet<Missing>> = LazyLock::new(|| {
    WordSet::new(word_table! {
        Missing::Both =>
            "barebone" "barebones" "bare bone" "bare-bone" "ベアボーン" "准系统" "準系統" "베어본" "no ram/ssd" "no ram/hdd"
            "no ram or ssd" "no ram, no ssd" "no ram no ssd" "no ram / ssd" "ohne ram/ssd" "ohne ram und ssd"
            "sans ram ni ssd" "sin ram ni ssd";
        Missing::Memory =>
            "no ram" "without ram" "no memory" "w/o ram" "ohne ram" "ohne arbeitsspeicher" "kein ram" "sans ram"
            "sans mémoire" "sin ram" "sin memoria" "senza ram" "sem ram" "sem memória" "zonder ram" "bez ram"
            "bez pamięci" "uten ram" "utan ram" "uden ram" "ilman ram" "fără ram" "без озу" "без памяти" "ramsiz"
            "メモリなし" "メモリ無し" "无内存" "램 미포함" "ram not included";
        Missing::Drive =>
            "no ssd" "no hdd" "no hard drive" "no hard disk" "no storage" "no drive" "no os drive" "no drives"
            "without ssd" "without hdd" "without hard drive" "w/o ssd" "w/o hdd" "ohne ssd" "ohne hdd"
            "ohne festplatte" "ohne laufwerk" "keine festplatte" "keine ssd" "sans ssd" "sans disque"
            "sans stockage" "sin ssd" "sin disco" "sin almacenamiento" "senza ssd" "senza disco" "senza hard disk"
            "sem ssd" "sem hd" "sem disco" "zonder ssd" "zonder schijf" "zonder opslag" "bez ssd" "bez dysku"
            "bez disku" "uten ssd" "utan ssd" "utan hårddisk" "uden ssd" "fără ssd" "fără hdd" "без ssd"
            "без диска" "без накопителя" "ssdなし" "ストレージなし" "无硬盘" "ssd removed" "hard drive removed" "drive removed"
            "ssd not included" "hdd not included" "storage not included" "ssd 미포함" "diskless";
    })
});

/// The whole value of a row.
const NOTHING: &[&str] = word_list! {
    "none" "no" "not included" "n/a" "0 gb" "0gb" "ohne" "keine" "keiner" "kein" "nicht enthalten"
    "nicht vorhanden" "aucun" "aucune" "sans" "ninguno" "ninguna" "sin" "no incluido" "nessuno" "nessuna"
    "senza" "non incluso" "nenhum" "nenhuma" "sem" "geen" "niet inbegrepen" "brak" "žádný" "bez" "nincs" "nu"
    "fără" "yok" "ingen" "inget" "ei ole" "нет" "отсутствует" "なし" "无" "無" "없음" "미포함" "không" "barebone"
    "no ram" "no ssd" "no hdd" "no hard drive"
};

/// A line with one of these compares, requires or recommends.
static COMPARED: LazyLock<WordSet<()>> = LazyLock::new(|| {
    WordSet::new(word_table! {
        () =>
            "compatible with" "recommended" "requires" "required" "minimum requirements" "system requirements"
            "older" "previous" "predecessor" "compared" "compare" "faster than" "better than" "than the" "versus"
            "vs" "vs." "voraussetzung*" "empfohlen" "mindestens" "kompatibel" "vorgänger" "im vergleich"
            "recommandé" "requis" "précédent" "recomendado" "requisitos" "compatível" "consigliato" "richiesto"
            "wymagan*" "zalecan*" "other configurations" "also available" "auch erhältlich" "upgrade options"
            "tested with" "tested on" "getestet" "trade-in" "trade in" "cũ" "thế hệ trước" "предыдущ*" "совместим*"
            "従来" "前モデル" "対応";
    })
});

pub(super) fn is_comparison(line: &str) -> bool {
    COMPARED.first(&lower(line)).is_some()
}

impl Absent {
    pub(super) fn of(evidence: &Evidence) -> Absent {
        let mut absent = Absent { memory: false, drive: false };
        let decided = evidence.chosen.iter().any(|(part, _)| part.is_some());
        let texts = [&evidence.title].into_iter().chain(evidence.chosen.iter().map(|(_, text)| text));
        let lines = evidence.lines.iter().filter(|_| !decided);
        for text in texts.chain(evidence.rows.iter().map(|row| &row.value)).chain(lines.take(60)) {
            for (missing, _) in MISSING.find_all(&lower(text)) {
                absent.memory |= missing != Missing::Drive;
                absent.drive |= missing != Missing::Memory;
            }
        }
        let nothing = |wanted: Part| {
            let mut values = evidence.about(wanted).map(lower);
            values.next().is_some_and(|first| NOTHING.contains(&first.as_str()))
                && values.all(|value| NOTHING.contains(&value.as_str()))
        };
        absent.memory |= nothing(Part::Memory);
        absent.drive |= nothing(Part::Drive);
        absent
    }
}
