//! Whether a captured picture is what was asked for. Told from its first and last bytes, so that the check costs the
//! machine nothing that a measurement would notice; the pictures of a warm-up are decoded whole.

use image::GenericImageView;

use super::work::Encoding;

const SIZE: (u32, u32) = (2400, 1260);
/// In characters of base64: holds every segment that comes before a JPEG's size.
const HEAD: usize = 16 << 10;
/// In characters of base64.
const TAIL: usize = 16;
/// A card that shows anything is larger, in characters of base64.
const LEAST: usize = 20_000;

/// What is wrong with a picture.
pub(crate) fn fault(base64: &str, encoding: Encoding) -> Option<String> {
    let size = match encoding {
        Encoding::Png => png_size(&decoded(base64.get(..HEAD))),
        Encoding::Jpeg => jpeg_size(&decoded(base64.get(..HEAD))),
    };
    let tail = decoded(base64.len().checked_sub(TAIL).and_then(|start| base64.get(start..)));
    let is_whole = match encoding {
        // the last chunk: its name, then its checksum
        Encoding::Png => tail.ends_with(b"IEND\xaeB`\x82"),
        Encoding::Jpeg => tail.ends_with(&[0xff, 0xd9]),
    };
    let is_right = size == Some(SIZE) && is_whole && base64.len() >= LEAST;
    (!is_right).then(|| format!("size {size:?}, whole: {is_whole}, {} characters of base64", base64.len()))
}

/// The same, of a picture that is decoded: it must show something too.
pub(crate) fn fault_when_decoded(base64: &str, encoding: Encoding) -> Option<String> {
    if let Some(fault) = fault(base64, encoding) {
        return Some(fault);
    }
    let decoded = image::load_from_memory(&decoded(Some(base64)));
    let Ok(picture) = decoded else { return Some("it can't be decoded".to_owned()) };
    if picture.dimensions() != SIZE {
        return Some(format!("decoded size {:?}", picture.dimensions()));
    }
    let pixels = picture.to_rgb8();
    let first = *pixels.get_pixel(0, 0);
    pixels.pixels().all(|pixel| *pixel == first).then(|| "it is blank".to_owned())
}

fn decoded(base64: Option<&str>) -> Vec<u8> {
    base64.and_then(|text| base64_simd::STANDARD.decode_to_vec(text).ok()).unwrap_or_default()
}

fn png_size(head: &[u8]) -> Option<(u32, u32)> {
    let ihdr = head.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(4..16)?.strip_prefix(b"IHDR")?;
    let (width, height) = ihdr.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height.first_chunk::<4>()?)))
}

/// Goes from segment to segment until one that starts a frame.
fn jpeg_size(head: &[u8]) -> Option<(u32, u32)> {
    let mut rest = head.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let (&[0xff, marker, high, low], _) = rest.split_first_chunk::<4>()? else { return None };
        // all start-of-frame markers but three tables that lie between them
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let &[height_high, height_low, width_high, width_low] = rest.get(5..9)?.first_chunk::<4>()?;
            let size = |high, low| u32::from(u16::from_be_bytes([high, low]));
            return Some((size(width_high, width_low), size(height_high, height_low)));
        }
        rest = rest.get(2 + usize::from(u16::from_be_bytes([high, low]))..)?;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;

    /// Noise, so that it is as large as a card.
    fn picture(width: u32, height: u32, format: ImageFormat) -> String {
        let noise = |x: u32, y: u32| Rgb([(x * 7) as u8 ^ (y * 13) as u8, (x * y) as u8, (x ^ y) as u8]);
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_fn(width, height, noise).write_to(&mut bytes, format).expect("encoded");
        base64_simd::STANDARD.encode_to_string(bytes.get_ref())
    }

    #[test]
    fn size_format_and_end_are_seen() {
        for (encoding, format) in [(Encoding::Png, ImageFormat::Png), (Encoding::Jpeg, ImageFormat::Jpeg)] {
            let right = picture(2400, 1260, format);
            assert_eq!(fault_when_decoded(&right, encoding), None);
            assert!(fault(&right[..right.len() - 400], encoding).is_some(), "cut short");
            assert!(fault(&picture(1200, 630, format), encoding).is_some(), "too small");
            let other = if encoding == Encoding::Png { Encoding::Jpeg } else { Encoding::Png };
            assert!(fault(&right, other).is_some(), "another format");
        }
        assert!(fault("", Encoding::Png).is_some());
    }
}
