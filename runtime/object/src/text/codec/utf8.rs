//! UTF-8. Checking is the standard library's, whose errors are cut as CPython cuts them: at the
//! longest prefix that could have become a sequence.

use super::super::{StrBuilder, StrRef};
use super::{CodecError, NO_SURROGATES};

pub(super) fn decode(
    src: &[u8],
    from: usize,
    complete: bool,
    out: &mut StrBuilder,
) -> Result<usize, CodecError> {
    let rest = &src[from..];
    let e = match std::str::from_utf8(rest) {
        Ok(text) => {
            out.push_str(text);
            return Ok(src.len());
        }
        Err(e) => e,
    };
    let good = &rest[..e.valid_up_to()];
    if let Ok(text) = std::str::from_utf8(good) {
        out.push_str(text);
    }
    let start = from + good.len();
    match e.error_len() {
        None if !complete => Ok(start),
        None => Err(CodecError { start, end: src.len(), reason: "unexpected end of data" }),
        Some(n) => {
            let reason = match src[start] {
                0x80..0xC2 | 0xF5..=0xFF => "invalid start byte",
                _ => "invalid continuation byte",
            };
            Err(CodecError { start, end: start + n, reason })
        }
    }
}

/// Adds the bytes of one code point, surrogates included.
#[inline]
pub(super) fn push(out: &mut Vec<u8>, c: u32) {
    match c {
        0..0x80 => out.push(c as u8),
        0x80..0x800 => out.extend([0xC0 | (c >> 6) as u8, 0x80 | (c & 63) as u8]),
        0x800..0x1_0000 => {
            out.extend([0xE0 | (c >> 12) as u8, 0x80 | (c >> 6 & 63) as u8, 0x80 | (c & 63) as u8]);
        }
        _ => out.extend([
            0xF0 | (c >> 18) as u8,
            0x80 | (c >> 12 & 63) as u8,
            0x80 | (c >> 6 & 63) as u8,
            0x80 | (c & 63) as u8,
        ]),
    }
}

pub(super) fn encode(text: StrRef<'_>, from: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let is_surrogate = |c: u32| (0xD800..0xE000).contains(&c);
    match text {
        StrRef::Ascii(u) => out.extend_from_slice(&u[from..]),
        StrRef::Latin1(u) => {
            out.reserve(u.len() - from + 16);
            u[from..].iter().for_each(|&b| push(out, u32::from(b)));
        }
        _ => {
            out.reserve(text.len() - from + 16);
            for i in from..text.len() {
                let c = text.at(i);
                if is_surrogate(c) {
                    let run = (i..text.len()).take_while(|&j| is_surrogate(text.at(j))).count();
                    return Err(CodecError { start: i, end: i + run, reason: NO_SURROGATES });
                }
                push(out, c);
            }
        }
    }
    Ok(())
}
