use image::{GenericImageView, Rgba, RgbaImage};

use super::*;

fn plan(format: Format, width: f64, height: f64, scale: f64) -> Plan {
    Plan {
        format,
        quality: 90,
        compression: Compression::Fast,
        scale,
        size: (width, height),
        is_cropped: false,
        one_colour: OneColour::Wrong,
        thumbnail_width: None,
    }
}

fn encoded(format: Format, width: u32, height: u32, dot: Option<(u32, u32)>) -> Bytes {
    let mut picture = RgbaImage::from_pixel(width, height, Rgba([30, 58, 138, 255]));
    if let Some((x, y)) = dot {
        picture.put_pixel(x, y, Rgba([255, 255, 255, 255]));
    }
    encode(&DynamicImage::ImageRgba8(picture), &plan(format, 1.0, 1.0, 1.0)).expect("a small picture")
}

#[test]
fn the_size_is_read_from_the_picture() {
    for format in Format::ALL {
        let finished =
            finish(encoded(format, 40, 20, Some((39, 19))), &plan(format, 20.0, 10.0, 2.0)).expect("usable");
        assert_eq!((finished.width, finished.height, finished.one_colour), (40, 20, false));
    }
}

#[test]
fn a_fraction_of_a_pixel_may_be_rounded_either_way_and_no_more() {
    let bytes = encoded(Format::Png, 15, 10, Some((1, 1)));
    for (width, is_right) in [(30.0, true), (31.0, true), (29.0, true), (32.0, false), (28.0, false)] {
        let finished = finish(bytes.clone(), &plan(Format::Png, width, 20.0, 0.5));
        assert_eq!(finished.is_ok(), is_right, "{width}");
    }
    let tiny = Plan { one_colour: OneColour::Right, ..plan(Format::Png, 1.0, 1.0, 0.1) };
    assert!(finish(encoded(Format::Png, 1, 1, None), &tiny).is_ok());
}

#[test]
fn what_was_captured_larger_is_cropped_to_what_was_asked_for() {
    for format in Format::ALL {
        let captured = encoded(format, 2, 63, Some((1, 62)));
        for (size, scale, pixels) in
            [((5.0, 630.0), 0.1, (1, 63)), ((1.0, 1.0), 0.1, (1, 1)), ((15.0, 630.0), 0.1, (2, 63))]
        {
            let plan = Plan {
                is_cropped: true,
                one_colour: OneColour::Right,
                ..plan(format, size.0, size.1, scale)
            };
            let cropped = finish(captured.clone(), &plan).expect("a picture");
            assert_eq!((cropped.width, cropped.height), pixels, "{format:?} {size:?}");
            // The dot lies outside of what is one pixel wide; in a JPEG it colours its surroundings.
            if format == Format::Png {
                assert_eq!(cropped.one_colour, pixels.0 == 1, "{size:?}");
            }
        }
    }
    let plan = Plan { is_cropped: true, ..plan(Format::Png, 1.0, 1.0, 1.0) };
    assert!(matches!(finish(Bytes::from_static(b"no picture"), &plan), Err(Unusable::Other(_))));
}

#[test]
fn a_wrong_size_is_named() {
    let bytes = encoded(Format::Jpeg, 40, 20, Some((3, 3)));
    let wrong = finish(bytes, &plan(Format::Jpeg, 40.0, 20.0, 2.0)).expect_err("half the size");
    assert_eq!(wrong.to_string(), "the captured picture is 40×20 pixels instead of 80×40");
}

#[test]
fn one_colour_is_blank_only_where_the_page_shows_something() {
    for format in Format::ALL {
        let bytes = encoded(format, 40, 20, None);
        let plan = plan(format, 40.0, 20.0, 1.0);
        assert!(matches!(finish(bytes.clone(), &plan), Err(Unusable::Blank)), "{format:?}");
        let accepted = finish(bytes, &Plan { one_colour: OneColour::Right, ..plan }).expect("usable");
        assert!(accepted.one_colour && (accepted.blank_ratio - 1.0).abs() < f64::EPSILON);
    }
}

#[test]
fn one_colour_may_be_wrong_only_if_it_is_a_certain_one() {
    for format in Format::ALL {
        let bytes = encoded(format, 40, 20, None);
        let with = |colour| {
            let plan = Plan { one_colour: OneColour::WrongIf(colour), ..plan(format, 40.0, 20.0, 1.0) };
            finish(bytes.clone(), &plan)
        };
        assert!(matches!(with([30, 58, 138, 255]), Err(Unusable::Blank)), "{format:?}");
        assert!(matches!(with([34, 55, 140, 255]), Err(Unusable::Blank)), "{format:?}");
        for other in [[255, 255, 255, 255], [30, 58, 180, 255], [30, 58, 138, 0]] {
            assert!(with(other).is_ok(), "{format:?} {other:?}");
        }
    }
}

#[test]
fn the_blank_ratio_is_the_share_of_the_commonest_colour() {
    let mut picture = RgbaImage::from_pixel(100, 100, Rgba([255, 255, 255, 255]));
    for y in 0..100 {
        for x in 0..25 {
            picture.put_pixel(x, y, Rgba([200, 0, 0, 255]));
        }
    }
    let plan = plan(Format::Png, 100.0, 100.0, 1.0);
    let bytes = encode(&DynamicImage::ImageRgba8(picture), &plan).expect("a small picture");
    let ratio = finish(bytes, &plan).expect("usable").blank_ratio;
    assert!((0.7..0.8).contains(&ratio), "{ratio}");
}

#[test]
fn what_does_not_decode_to_the_end_is_unusable() {
    for format in Format::ALL {
        let whole = encoded(format, 64, 64, Some((5, 5)));
        let half = whole.slice(..whole.len() / 2);
        for bytes in [Bytes::new(), Bytes::from_static(b"not a picture"), half] {
            let result = finish(bytes, &plan(format, 64.0, 64.0, 1.0));
            assert!(
                matches!(result, Err(Unusable::Png(_) | Unusable::Jpeg(_) | Unusable::Other(_))),
                "{format:?} {result:?}"
            );
        }
    }
}

#[test]
fn a_thumbnail_keeps_the_ratio_and_is_never_enlarged() {
    for format in Format::ALL {
        let bytes = encoded(format, 80, 42, Some((3, 3)));
        for (wanted, size) in [(40, (40, 21)), (7, (7, 4)), (80, (80, 42))] {
            let plan = Plan { thumbnail_width: Some(wanted), ..plan(format, 40.0, 21.0, 2.0) };
            let small = finish(bytes.clone(), &plan).expect("usable");
            assert_eq!((small.width, small.height), size);
            assert_eq!(decode(&small.bytes, format).expect("it decodes").dimensions(), size);
        }
        let larger = Plan { thumbnail_width: Some(81), ..plan(format, 40.0, 21.0, 2.0) };
        let refused = finish(bytes, &larger).expect_err("it would be enlarged").to_string();
        assert_eq!(refused, "expected at most the picture's own width, which is 80 pixels here, got 81");
    }
}

#[test]
fn compression_keeps_every_pixel() {
    for is_transparent in [false, true] {
        let picture = RgbaImage::from_fn(300, 200, |x, y| {
            Rgba([x as u8, y as u8, (x * y) as u8, if is_transparent { x as u8 } else { 255 }])
        });
        let fast = plan(Format::Png, 300.0, 200.0, 1.0);
        let mut large = Vec::new();
        let mut encoder = png::Encoder::new(&mut large, 300, 200);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_compression(png::Compression::NoCompression);
        encoder.write_header().and_then(|mut writer| writer.write_image_data(&picture)).expect("in memory");
        let balanced = Plan { compression: Compression::Balanced, ..fast };
        let smaller = finish(Bytes::from(large.clone()), &balanced).expect("usable");
        assert!(smaller.bytes.len() < large.len() / 2, "{} of {}", smaller.bytes.len(), large.len());
        assert_eq!(decode(&smaller.bytes, Format::Png).expect("it decodes").to_rgba8(), picture);
    }
}
