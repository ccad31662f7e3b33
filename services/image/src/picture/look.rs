//! Every pixel of a picture, once: does it decode, how large is it, how much of it is one colour.

use std::io::Cursor;

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::{Unusable, decode};
use crate::options::Format;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Looked {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Red, green, blue and alpha where every pixel is the same.
    pub(super) only_colour: Option<[u8; 4]>,
    pub(super) blank_ratio: f64,
}

pub(super) fn look(bytes: &[u8], format: Format) -> Result<Looked, Unusable> {
    match format {
        Format::Png => look_by_row(bytes),
        Format::Jpeg => look_at_brightness(bytes),
        Format::Webp => look_at_all(bytes, format),
    }
}

fn look_at_all(bytes: &[u8], format: Format) -> Result<Looked, Unusable> {
    let picture = decode(bytes, format)?;
    let mut colours = Colours::new(usize::from(picture.color().bytes_per_pixel()));
    let row = (picture.width() as usize * colours.pixel_bytes).max(1);
    picture.as_bytes().chunks(row).for_each(|row| colours.add(row));
    Ok(colours.looked(picture.width(), picture.height()))
}

/// A JPEG holds its brightness apart, which takes half the time of all its colours.
fn look_at_brightness(bytes: &[u8]) -> Result<Looked, Unusable> {
    let grey = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::Luma)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX));
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), grey);
    let pixels = decoder.decode()?;
    let Some((width, height)) = decoder.dimensions() else { return look_at_all(bytes, Format::Jpeg) };
    let mut brightness = Colours::new(1);
    pixels.chunks(width.max(1)).for_each(|row| brightness.add(row));
    let looked = brightness
        .looked(u32::try_from(width).unwrap_or(u32::MAX), u32::try_from(height).unwrap_or(u32::MAX));
    // Colours can differ at one brightness.
    if looked.only_colour.is_some() { look_at_all(bytes, Format::Jpeg) } else { Ok(looked) }
}

/// The whole of the largest picture would be 200 MB.
fn look_by_row(bytes: &[u8]) -> Result<Looked, Unusable> {
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info()?;
    let (width, height) = (reader.info().width, reader.info().height);
    let mut colours = Colours::new(reader.info().bytes_per_pixel());
    while let Some(row) = reader.next_row()? {
        colours.add(row.data());
    }
    Ok(colours.looked(width, height))
}

fn rgba(pixel: &[u8]) -> [u8; 4] {
    match *pixel {
        [red, green, blue, alpha] => [red, green, blue, alpha],
        [red, green, blue] => [red, green, blue, u8::MAX],
        [grey, alpha] => [grey, grey, grey, alpha],
        _ => {
            let grey = pixel.first().copied().unwrap_or_default();
            [grey, grey, grey, u8::MAX]
        }
    }
}

/// Counts by the upper four bits of red, green and blue, of one pixel in [`EVERY`] both ways.
struct Colours {
    pixel_bytes: usize,
    first: Option<Vec<u8>>,
    one_colour: bool,
    rows: usize,
    counts: Vec<u32>,
}

const EVERY: usize = 4;

impl Colours {
    fn new(pixel_bytes: usize) -> Self {
        Self { pixel_bytes, first: None, one_colour: true, rows: 0, counts: vec![0; 1 << 12] }
    }

    fn add(&mut self, row: &[u8]) {
        // After the first difference nothing is compared any more.
        if self.one_colour {
            let first = self.first.get_or_insert_with(|| row[..self.pixel_bytes].to_vec());
            self.one_colour = row.chunks_exact(self.pixel_bytes).all(|pixel| pixel == &first[..]);
        }
        if self.rows.is_multiple_of(EVERY) {
            for pixel in row.chunks_exact(self.pixel_bytes).step_by(EVERY) {
                let channel = |at: usize| usize::from(pixel[at.min(self.pixel_bytes - 1)] >> 4);
                self.counts[channel(0) << 8 | channel(1) << 4 | channel(2)] += 1;
            }
        }
        self.rows += 1;
    }

    fn looked(&self, width: u32, height: u32) -> Looked {
        let all: u32 = self.counts.iter().sum();
        let most = self.counts.iter().max().copied().unwrap_or(0);
        let only_colour = self.first.as_deref().filter(|_| self.one_colour).map(rgba);
        let blank_ratio = if self.one_colour { 1.0 } else { f64::from(most) / f64::from(all.max(1)) };
        Looked { width, height, only_colour, blank_ratio }
    }
}
