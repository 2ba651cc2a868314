//! UTF-16 and UTF-32.

use super::super::{StrBuilder, StrRef};
use super::{CodecError, NO_SURROGATES};

pub(super) fn decode16(
    src: &[u8],
    from: usize,
    complete: bool,
    big: bool,
    out: &mut StrBuilder,
) -> Result<usize, CodecError> {
    let unit = |at: usize| -> Option<u32> {
        let pair = *src.get(at..)?.first_chunk::<2>()?;
        Some(u32::from(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }))
    };
    let mut at = from;
    while let Some(c) = unit(at) {
        let (c, width) = match c {
            0xD800..0xDC00 => match unit(at + 2) {
                Some(low @ 0xDC00..0xE000) => (0x1_0000 + ((c - 0xD800) << 10) + (low - 0xDC00), 4),
                Some(_) => {
                    let reason = "illegal UTF-16 surrogate";
                    return Err(CodecError { start: at, end: at + 2, reason });
                }
                None if !complete => return Ok(at),
                None => {
                    let reason = "unexpected end of data";
                    return Err(CodecError { start: at, end: src.len(), reason });
                }
            },
            0xDC00..0xE000 => {
                return Err(CodecError { start: at, end: at + 2, reason: "illegal encoding" });
            }
            _ => (c, 2),
        };
        out.push(c);
        at += width;
    }
    if at < src.len() && complete {
        return Err(CodecError { start: at, end: src.len(), reason: "truncated data" });
    }
    Ok(at)
}

pub(super) fn decode32(
    src: &[u8],
    from: usize,
    complete: bool,
    big: bool,
    out: &mut StrBuilder,
) -> Result<usize, CodecError> {
    let mut at = from;
    while let Some(four) = src[at..].first_chunk::<4>() {
        let c = if big { u32::from_be_bytes(*four) } else { u32::from_le_bytes(*four) };
        let reason = match c {
            0xD800..0xE000 => "code point in surrogate code point range",
            0x11_0000.. => "code point not in range(0x110000)",
            _ => {
                out.push(c);
                at += 4;
                continue;
            }
        };
        return Err(CodecError { start: at, end: at + 4, reason });
    }
    if at < src.len() && complete {
        return Err(CodecError { start: at, end: src.len(), reason: "truncated data" });
    }
    Ok(at)
}

pub(super) fn encode16(
    text: StrRef<'_>,
    from: usize,
    out: &mut Vec<u8>,
    big: bool,
) -> Result<(), CodecError> {
    let mut put = |u: u16| out.extend(if big { u.to_be_bytes() } else { u.to_le_bytes() });
    for i in from..text.len() {
        match text.at(i) {
            0xD800..0xE000 => {
                return Err(CodecError { start: i, end: i + 1, reason: NO_SURROGATES });
            }
            c @ 0x1_0000.. => {
                put((0xD800 + ((c - 0x1_0000) >> 10)) as u16);
                put((0xDC00 + (c & 0x3FF)) as u16);
            }
            c => put(c as u16),
        }
    }
    Ok(())
}

pub(super) fn encode32(
    text: StrRef<'_>,
    from: usize,
    out: &mut Vec<u8>,
    big: bool,
) -> Result<(), CodecError> {
    for i in from..text.len() {
        let c = text.at(i);
        if (0xD800..0xE000).contains(&c) {
            return Err(CodecError { start: i, end: i + 1, reason: NO_SURROGATES });
        }
        out.extend(if big { c.to_be_bytes() } else { c.to_le_bytes() });
    }
    Ok(())
}
