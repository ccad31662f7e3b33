//! What happens to a picture between the capture and the answer: it is looked at (it decodes, it has the right size, it
//! is not of one colour where the page shows something), and where that was asked for cropped, scaled down or
//! recompressed. Pure, and tens of milliseconds of work.

mod look;
#[cfg(test)]
mod tests;

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, ImageReader};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::look::Looked;
use crate::options::Format;

/// How a PNG is compressed. Chromium's own small PNG is not offered: it blocks every page of the browser for half a
/// second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Compression {
    /// As captured.
    Fast,
    /// Recompressed here: smaller, for some more milliseconds.
    Balanced,
}

impl Compression {
    pub(crate) const DEFAULT: Self = Self::Fast;
}

/// What a captured picture is to become.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plan {
    pub(crate) format: Format,
    /// Of a picture that is encoded again.
    pub(crate) quality: u8,
    pub(crate) compression: Compression,
    /// CSS pixels that are in the picture, and pixels per CSS pixel.
    pub(crate) size: (f64, f64),
    pub(crate) scale: f64,
    /// More was captured than is wanted: the upper left part of it is.
    pub(crate) is_cropped: bool,
    pub(crate) one_colour: OneColour,
    pub(crate) thumbnail_width: Option<u32>,
}

/// Whether a picture of one colour is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OneColour {
    Right,
    Wrong,
    /// If it is this one: red, green, blue, alpha.
    WrongIf([u8; 4]),
}

impl OneColour {
    fn is_wrong(self, colour: [u8; 4]) -> bool {
        // What JPEG and WebP lose of a colour.
        const NEAR: u8 = 12;
        match self {
            Self::Right => false,
            Self::Wrong => true,
            Self::WrongIf(wrong) => wrong.iter().zip(colour).all(|(one, other)| one.abs_diff(other) <= NEAR),
        }
    }
}

/// A picture that may be returned.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finished {
    pub(crate) bytes: Bytes,
    /// Pixels, read from the picture itself.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Every pixel is the same.
    pub(crate) one_colour: bool,
    /// The share of the pixels that have the most frequent colour, or one that is hard to tell from it.
    pub(crate) blank_ratio: f64,
}

/// Why a picture is not returned.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("the captured picture does not decode")]
    Png(#[from] png::DecodingError),
    #[error("the captured picture does not decode")]
    Jpeg(#[from] zune_jpeg::errors::DecodeErrors),
    #[error("the captured picture does not decode")]
    Other(#[from] image::ImageError),
    #[error("the captured picture is {width}×{height} pixels instead of {wanted_width}×{wanted_height}")]
    Size { width: u32, height: u32, wanted_width: u32, wanted_height: u32 },
    #[error("the captured picture cannot be encoded again")]
    Encoding(#[source] image::ImageError),
    #[error("the captured picture cannot be compressed")]
    Compressing(#[from] png::EncodingError),
    #[error("expected at most the picture's own width, which is {width} pixels here, got {wanted}")]
    Thumbnail { wanted: u32, width: u32 },
    #[error("the captured picture is blank although the page is not")]
    Blank,
}

/// Looks at every pixel, then does what is planned.
pub(crate) fn finish(captured: Bytes, plan: &Plan) -> Result<Finished, Unusable> {
    let bytes = if plan.is_cropped { crop(&captured, plan)? } else { captured };
    let looked = look::look(&bytes, plan.format)?;
    check_size(&looked, plan)?;
    if looked.only_colour.is_some_and(|colour| plan.one_colour.is_wrong(colour)) {
        return Err(Unusable::Blank);
    }
    let Looked { width, height, only_colour, blank_ratio } = looked;
    let finished = Finished { bytes, width, height, one_colour: only_colour.is_some(), blank_ratio };
    match plan.thumbnail_width {
        Some(wanted) if wanted > width => Err(Unusable::Thumbnail { wanted, width }),
        Some(wanted) if wanted < width => scale_down(&finished, wanted, plan),
        _ if plan.format == Format::Png && plan.compression == Compression::Balanced => {
            Ok(Finished { bytes: compress(&finished.bytes)?, ..finished })
        }
        _ => Ok(finished),
    }
}

/// Chromium rounds a fraction of a pixel one way or the other.
fn check_size(looked: &Looked, plan: &Plan) -> Result<(), Unusable> {
    let wanted = |side: f64| (side * plan.scale).max(1.0);
    let is_right = |pixels: u32, side: f64| (f64::from(pixels) - wanted(side)).abs() < 1.0;
    if is_right(looked.width, plan.size.0) && is_right(looked.height, plan.size.1) {
        return Ok(());
    }
    Err(Unusable::Size {
        width: looked.width,
        height: looked.height,
        wanted_width: wanted(plan.size.0).round() as u32,
        wanted_height: wanted(plan.size.1).round() as u32,
    })
}

fn crop(bytes: &[u8], plan: &Plan) -> Result<Bytes, Unusable> {
    let side = |css: f64, captured: u32| ((css * plan.scale).round() as u32).max(1).min(captured);
    let whole = decode(bytes, plan.format)?;
    let part = whole.crop_imm(0, 0, side(plan.size.0, whole.width()), side(plan.size.1, whole.height()));
    encode(&part, plan)
}

fn scale_down(finished: &Finished, width: u32, plan: &Plan) -> Result<Finished, Unusable> {
    let whole = decode(&finished.bytes, plan.format)?;
    let height = f64::from(finished.height) * f64::from(width) / f64::from(finished.width);
    let small = whole.resize_exact(width, (height.round() as u32).max(1), FilterType::CatmullRom);
    let bytes = encode(&small, plan)?;
    Ok(Finished { bytes, width: small.width(), height: small.height(), ..finished.clone() })
}

fn decode(bytes: &[u8], format: Format) -> Result<DynamicImage, Unusable> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), container(format));
    // The size of what is decoded is bounded where it is asked for.
    reader.no_limits();
    Ok(reader.decode()?)
}

fn encode(picture: &DynamicImage, plan: &Plan) -> Result<Bytes, Unusable> {
    let mut bytes = Cursor::new(Vec::new());
    match plan.format {
        Format::Jpeg => picture
            .to_rgb8()
            .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, plan.quality))
            .map_err(Unusable::Encoding)?,
        Format::Png | Format::Webp => {
            picture.write_to(&mut bytes, container(plan.format)).map_err(Unusable::Encoding)?;
        }
    }
    Ok(bytes.into_inner().into())
}

fn container(format: Format) -> ImageFormat {
    match format {
        Format::Png => ImageFormat::Png,
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Webp => ImageFormat::WebP,
    }
}

/// The same pixels in fewer bytes, without the alpha channel where nothing is transparent.
fn compress(bytes: &[u8]) -> Result<Bytes, Unusable> {
    let picture = decode(bytes, Format::Png)?;
    let (width, height) = (picture.width(), picture.height());
    let has_alpha = picture.color().has_alpha() && picture.to_rgba8().pixels().any(|pixel| pixel.0[3] != 255);
    let (pixels, color) = if has_alpha {
        (picture.into_rgba8().into_raw(), png::ColorType::Rgba)
    } else {
        (picture.into_rgb8().into_raw(), png::ColorType::Rgb)
    };
    let mut smaller = Vec::with_capacity(bytes.len());
    let mut encoder = png::Encoder::new(&mut smaller, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(smaller.into())
}
