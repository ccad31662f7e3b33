//! What shops call memories and drives, in the languages that they write in.

use std::sync::LazyLock;

use super::wordset::{WordSet, word_list, word_table};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Memory,
    Drive,
    /// Memory or drive, by its size.
    Either,
    /// Neither: of a graphics card, a cache, a cloud.
    Other,
    /// A graphics card's name, after which its memory may stand.
    Model,
}

pub(super) static LABELS: LazyLock<WordSet<Label>> = LazyLock::new(|| WordSet::new(LABEL_WORDS));
/// What makes the capacity after it one that is not in the box.
pub(super) static LIMITS: LazyLock<WordSet<()>> = LazyLock::new(|| WordSet::new(&[((), LIMIT_WORDS)]));
pub(super) static LIMITS_AFTER: LazyLock<WordSet<()>> = LazyLock::new(|| {
    WordSet::new(word_table! {
        () =>
            "max" "max." "maximum" "maks" "maximal" "kadar" "まで" "까지" "supported" "optional";
    })
});

const LABEL_WORDS: &[(Label, &[&str])] = word_table! {
    Label::Memory =>
        "ram" "*ddr*" "sdram" "dimm" "sodimm" "so-dimm" "memory" "arbeitsspeicher" "hauptspeicher" "mémoire"
        "memoire" "memoria" "memória" "memorie" "geheugen" "*geheugen" "hukommelse" "*minne" "*muisti" "bellek"
        "belleği" "paměť" "paměti" "pamäť" "pamięć" "pamięci" "memória" "μνήμη" "оперативн*" "озу" "памят*"
        "пам'ят*" "メモリ" "メモリー" "内存" "記憶體" "메모리" "램" "แรม" "หน่วยความจำ" "ذاكرة" "رام" "זיכרון" "unified";
    Label::Drive =>
        "ssd" "ssds" "hdd" "sshd" "nvme" "emmc" "e-mmc" "ufs" "m.2" "m2" "pcie*" "sata*" "hard drive"
        "hard disk" "hard-drive" "harddrive" "harddisk" "solid state" "solid-state" "drive" "*festplatte"
        "massenspeicher" "disque" "disco" "storage" "stockage" "almacenamiento" "armazenamento" "archiviazione"
        "opslag" "opslagruimte" "opslagcapaciteit" "lagring" "*lagring" "lagringsplads" "hårddisk" "kiintolevy"
        "tallennustila" "dysk*" "disk" "diski" "depolama" "úložiště" "úložisko" "merevlemez" "tárhely"
        "stocare" "накопител*" "жестк*" "диск*" "ストレージ" "ハードディスク" "固态" "固態" "硬盘" "硬碟" "저장*" "하드" "ổ cứng"
        "ฮาร์ดดิสก์" "تخزين" "אחסון" "rom" "flash" "rpm" "hard" "δίσκος";
    Label::Either =>
        "speicher";
    Label::Other =>
        "vram" "gddr*" "video memory" "graphics memory" "graphics" "graphic" "*grafik*" "grafica" "gráfica"
        "graphique*" "videospeicher" "videogeheugen" "dedicated" "dediziert*" "dédié*" "vidéo" "video"
        "видеопамят*" "hbm*" "cache" "l2" "l3" "smart cache" "onedrive" "cloud" "dropbox" "google one"
        "google drive" "icloud" "microsd" "micro sd" "sd card" "usb stick" "optane" "ビデオメモリ" "显存" "顯示卡" "그래픽";
    Label::Model =>
        "rtx*" "gtx*" "geforce" "radeon" "quadro" "rx" "arc" "nvidia" "vga";
};

const LIMIT_WORDS: &[&str] = word_list! {
    "up to" "upto" "max" "max." "maximum" "maximal" "maximale" "maximalt" "maxi" "massima" "massimo" "máximo"
    "máxima" "maksimum" "maks" "maks." "expandable" "upgradable" "upgradeable" "upgrade to" "upgrades to"
    "extendable" "extensible" "supports" "support for" "takes" "take" "accepts" "capable of" "erweiterbar"
    "aufrüstbar" "bis" "bis zu" "unterstützt" "jusqu'à" "jusqu’à" "jusque" "évolutif" "évolutive" "hasta"
    "ampliable" "admite" "fino a" "espandibile" "até" "expansível" "suporta" "tot" "uitbreidbaar" "upp till"
    "op til" "opptil" "utbyggbart" "jopa" "do maks" "rozszerz*" "maksymaln*" "až" "až do" "rozšiřiteln*" "akár"
    "bővíthető" "până la" "pana la" "extensibil*" "en fazla" "artırılabilir" "до" "поддерж*" "расшир*"
    "максим*" "最大" "最高" "支持" "支援" "可扩展" "최대" "tối đa" "lên đến" "nâng cấp" "สูงสุด" "hingga" "حتى" "עד" "έως"
    "enintään" "korkeintaan" "inntil" "upptill" "nawet do" "slot" "slots" "add" "adding" "free slot" "second slot" "slot livre" "instead of" "statt" "more than"
};
