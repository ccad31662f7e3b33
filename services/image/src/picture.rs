//! Looking at a picture before it is returned: it decodes, it has the size that was asked for, and it is not of one
//! colour where the page shows something. Pure, and tens of milliseconds of work.

use std::io::Cursor;

use browser_pool::{ShotFormat, Viewport};
use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{GenericImageView, ImageFormat, ImageReader};

use crate::options::Format;

/// A picture that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Checked {
    /// Pixels, read from the picture itself.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Every pixel is the same.
    pub(crate) one_colour: bool,
}

/// Why a picture is not returned.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("the captured picture does not decode")]
    Png(#[from] png::DecodingError),
    #[error("the captured picture does not decode")]
    Jpeg(#[from] image::ImageError),
    #[error("the captured picture is {width}×{height} pixels instead of {wanted_width}×{wanted_height}")]
    Size { width: u32, height: u32, wanted_width: u32, wanted_height: u32 },
    #[error("the captured picture cannot be cropped to the size that was asked for")]
    Crop(#[source] image::ImageError),
    #[error("the captured picture is blank although the page is not")]
    Blank,
}

/// Decodes every pixel. `has_content`: the page shows something, so that one colour alone would be wrong.
pub(crate) fn check(
    bytes: &[u8],
    format: Format,
    viewport: Viewport,
    has_content: bool,
) -> Result<Checked, Unusable> {
    let checked = match format {
        Format::Png => look_at_png(bytes)?,
        Format::Jpeg => look_at_jpeg(bytes)?,
    };
    check_size(checked, viewport)?;
    if checked.one_colour && has_content {
        return Err(Unusable::Blank);
    }
    Ok(checked)
}

/// The upper left part of a picture that was captured larger than what was asked for, in its own format.
pub(crate) fn crop(bytes: &[u8], format: ShotFormat, wanted: Viewport) -> Result<Bytes, Unusable> {
    let side = |css: u32, captured: u32| {
        let pixels = (f64::from(css) * wanted.scale).round() as u32;
        pixels.max(1).min(captured)
    };
    let container = match format {
        ShotFormat::Png => ImageFormat::Png,
        ShotFormat::Jpeg { .. } => ImageFormat::Jpeg,
    };
    let whole = ImageReader::with_format(Cursor::new(bytes), container).decode().map_err(Unusable::Crop)?;
    let part = whole.crop_imm(0, 0, side(wanted.width, whole.width()), side(wanted.height, whole.height()));
    let mut cropped = Cursor::new(Vec::new());
    match format {
        ShotFormat::Png => part.write_to(&mut cropped, container),
        ShotFormat::Jpeg { quality } => {
            part.write_with_encoder(JpegEncoder::new_with_quality(&mut cropped, quality))
        }
    }
    .map_err(Unusable::Crop)?;
    Ok(cropped.into_inner().into())
}

/// Chromium rounds a fraction of a pixel one way or the other.
fn check_size(checked: Checked, viewport: Viewport) -> Result<(), Unusable> {
    let wanted = |side: u32| (f64::from(side) * viewport.scale).max(1.0);
    let is_right = |pixels: u32, side: u32| (f64::from(pixels) - wanted(side)).abs() < 1.0;
    if is_right(checked.width, viewport.width) && is_right(checked.height, viewport.height) {
        return Ok(());
    }
    Err(Unusable::Size {
        width: checked.width,
        height: checked.height,
        wanted_width: wanted(viewport.width).round() as u32,
        wanted_height: wanted(viewport.height).round() as u32,
    })
}

/// Row by row: the whole of the largest picture would be 200 MB.
fn look_at_png(bytes: &[u8]) -> Result<Checked, Unusable> {
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info()?;
    let (width, height) = (reader.info().width, reader.info().height);
    let pixel_bytes = reader.info().bytes_per_pixel();
    let mut first: Option<Vec<u8>> = None;
    let mut one_colour = true;
    while let Some(row) = reader.next_row()? {
        // After the first difference rows are only decoded.
        if one_colour {
            let first = first.get_or_insert_with(|| row.data()[..pixel_bytes].to_vec());
            one_colour = row.data().chunks_exact(pixel_bytes).all(|pixel| pixel == &first[..]);
        }
    }
    Ok(Checked { width, height, one_colour })
}

fn look_at_jpeg(bytes: &[u8]) -> Result<Checked, Unusable> {
    let picture = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg).decode()?;
    let (width, height) = picture.dimensions();
    let pixel_bytes = usize::from(picture.color().bytes_per_pixel());
    let mut pixels = picture.as_bytes().chunks_exact(pixel_bytes);
    let first = pixels.next();
    let one_colour = pixels.all(|pixel| Some(pixel) == first);
    Ok(Checked { width, height, one_colour })
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    fn encoded(format: Format, width: u32, height: u32, dot: Option<(u32, u32)>) -> Vec<u8> {
        let mut picture = RgbImage::from_pixel(width, height, Rgb([30, 58, 138]));
        if let Some((x, y)) = dot {
            picture.put_pixel(x, y, Rgb([255, 255, 255]));
        }
        let mut bytes = Cursor::new(Vec::new());
        let format = match format {
            Format::Png => ImageFormat::Png,
            Format::Jpeg => ImageFormat::Jpeg,
        };
        picture.write_to(&mut bytes, format).expect("a small picture can be encoded");
        bytes.into_inner()
    }

    fn viewport(width: u32, height: u32, scale: f64) -> Viewport {
        Viewport { width, height, scale }
    }

    #[test]
    fn the_size_is_read_from_the_picture() {
        for format in Format::ALL {
            let bytes = encoded(format, 40, 20, Some((39, 19)));
            let checked = check(&bytes, format, viewport(20, 10, 2.0), true).expect("usable");
            assert_eq!(checked, Checked { width: 40, height: 20, one_colour: false });
        }
    }

    #[test]
    fn a_fraction_of_a_pixel_may_be_rounded_either_way_and_no_more() {
        let bytes = encoded(Format::Png, 15, 10, Some((1, 1)));
        for (width, is_right) in [(30, true), (31, true), (29, true), (32, false), (28, false)] {
            let checked = check(&bytes, Format::Png, viewport(width, 20, 0.5), true);
            assert_eq!(checked.is_ok(), is_right, "{width}");
        }
        let tiny = encoded(Format::Png, 1, 1, None);
        assert!(check(&tiny, Format::Png, viewport(1, 1, 0.1), false).is_ok());
    }

    #[test]
    fn what_was_captured_larger_is_cropped_to_what_was_asked_for() {
        for (format, shot) in
            [(Format::Png, ShotFormat::Png), (Format::Jpeg, ShotFormat::Jpeg { quality: 90 })]
        {
            let captured = encoded(format, 2, 63, Some((1, 62)));
            for (wanted, width, height) in
                [(viewport(5, 630, 0.1), 1, 63), (viewport(1, 1, 0.1), 1, 1), (viewport(15, 630, 0.1), 2, 63)]
            {
                let cropped = crop(&captured, shot, wanted).expect("a picture");
                let checked = check(&cropped, format, wanted, false).expect("usable");
                assert_eq!((checked.width, checked.height), (width, height), "{format:?} {wanted:?}");
                // The dot lies outside of what is one pixel wide; in a JPEG it colours its surroundings.
                if format == Format::Png {
                    assert_eq!(checked.one_colour, width == 1, "{wanted:?}");
                }
            }
        }
        let broken = crop(b"no picture", ShotFormat::Png, viewport(1, 1, 1.0));
        assert!(matches!(broken, Err(Unusable::Crop(_))));
    }

    #[test]
    fn a_wrong_size_is_named() {
        let bytes = encoded(Format::Jpeg, 40, 20, Some((3, 3)));
        let wrong = check(&bytes, Format::Jpeg, viewport(40, 20, 2.0), true).expect_err("half the size");
        assert_eq!(wrong.to_string(), "the captured picture is 40×20 pixels instead of 80×40");
    }

    #[test]
    fn one_colour_is_blank_only_where_the_page_shows_something() {
        for format in Format::ALL {
            let bytes = encoded(format, 40, 20, None);
            let size = viewport(40, 20, 1.0);
            assert!(matches!(check(&bytes, format, size, true), Err(Unusable::Blank)));
            assert!(check(&bytes, format, size, false).expect("usable").one_colour);
        }
    }

    #[test]
    fn what_does_not_decode_to_the_end_is_unusable() {
        for format in Format::ALL {
            let whole = encoded(format, 64, 64, Some((5, 5)));
            let half = &whole[..whole.len() / 2];
            for bytes in [&b""[..], b"not a picture", half] {
                let result = check(bytes, format, viewport(64, 64, 1.0), true);
                assert!(matches!(result, Err(Unusable::Png(_) | Unusable::Jpeg(_))), "{format:?} {result:?}");
            }
        }
    }
}
