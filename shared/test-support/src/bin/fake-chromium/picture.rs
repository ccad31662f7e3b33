//! A real picture of the size that was asked for.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// The encoded picture in base64; PNG where no format is named, as Chromium does. `None` for an unknown format.
pub(crate) fn encode(format: Option<&str>, width: u32, height: u32, blank: bool) -> Option<String> {
    let format = match format {
        None | Some("png") => ImageFormat::Png,
        Some("jpeg") => ImageFormat::Jpeg,
        Some(_) => return None,
    };
    let picture =
        RgbImage::from_fn(width, height, |x, y| if blank { Rgb([255, 255, 255]) } else { stripe(x, y) });
    let mut encoded = Cursor::new(Vec::new());
    picture.write_to(&mut encoded, format).ok()?;
    Some(base64_simd::STANDARD.encode_to_string(encoded.into_inner()))
}

/// Broad diagonal stripes: clearly not blank, and cheap to encode.
fn stripe(x: u32, y: u32) -> Rgb<u8> {
    if (x / 40 + y / 40).is_multiple_of(2) { Rgb([24, 40, 72]) } else { Rgb([240, 180, 60]) }
}
