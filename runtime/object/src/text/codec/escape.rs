//! `unicode_escape`, `raw_unicode_escape`, and the escapes of bytes literals.

use super::super::ascii::hex_value;
use super::super::escape::{extend_escape, named};
use super::super::{StrBuilder, StrRef};
use super::CodecError;

/// Why hexadecimal digits could not be read, and where reading stopped.
enum Digits {
    Value(u32, usize),
    Short(usize),
    Bad(usize),
}

fn digits(src: &[u8], from: usize, n: usize) -> Digits {
    let mut value = 0u32;
    for at in from..from + n {
        let Some(&b) = src.get(at) else { return Digits::Short(at) };
        match hex_value(u32::from(b)) {
            Some(d) => value = value << 4 | u32::from(d),
            None => return Digits::Bad(at),
        }
    }
    Digits::Value(value, from + n)
}

/// Up to three octal digits from `at`, the first of which is known to be there.
fn octal(src: &[u8], at: usize) -> (u32, usize) {
    let mut value = 0;
    let mut i = at;
    while i < at + 3 {
        match src.get(i) {
            Some(&b @ b'0'..=b'7') => value = value * 8 + u32::from(b - b'0'),
            _ => break,
        }
        i += 1;
    }
    (value, i)
}

fn simple(b: u8) -> Option<u8> {
    Some(match b {
        b'\\' | b'\'' | b'"' => b,
        b'b' => 8,
        b't' => 9,
        b'n' => 10,
        b'r' => 13,
        b'f' => 12,
        b'v' => 11,
        b'a' => 7,
        _ => return None,
    })
}

pub(super) fn decode(
    src: &[u8],
    from: usize,
    complete: bool,
    out: &mut StrBuilder,
    first_bad: &mut Option<usize>,
) -> Result<usize, CodecError> {
    let mut at = from;
    while at < src.len() {
        let start = at;
        let plain = memchr::memchr(b'\\', &src[at..]).unwrap_or(src.len() - at);
        if plain > 0 {
            out.push_latin1(&src[at..at + plain]);
            at += plain;
            continue;
        }
        let fail = |end: usize, reason| Err(CodecError { start, end, reason });
        at += 1;
        let Some(&b) = src.get(at) else {
            return if complete { fail(at, "\\ at end of string") } else { Ok(start) };
        };
        at += 1;
        let (count, short) = match b {
            b'\n' => continue,
            b'0'..=b'7' => {
                let (value, end) = octal(src, at - 1);
                if value > 0o377 {
                    first_bad.get_or_insert(start);
                }
                out.push(value);
                at = end;
                continue;
            }
            b'x' => (2, "truncated \\xXX escape"),
            b'u' => (4, "truncated \\uXXXX escape"),
            b'U' => (8, "truncated \\UXXXXXXXX escape"),
            b'N' => {
                let malformed = "malformed \\N character escape";
                let Some(&brace) = src.get(at) else {
                    return if complete { fail(at, malformed) } else { Ok(start) };
                };
                if brace != b'{' {
                    return fail(at, malformed);
                }
                at += 1;
                let Some(len) = memchr::memchr(b'}', &src[at..]) else {
                    return if complete { fail(src.len(), malformed) } else { Ok(start) };
                };
                if len == 0 {
                    return fail(at, malformed);
                }
                let name = std::str::from_utf8(&src[at..at + len]).ok().and_then(named);
                at += len + 1;
                match name {
                    Some(c) => out.push(c),
                    None => return fail(at, "unknown Unicode character name"),
                }
                continue;
            }
            _ => {
                match simple(b) {
                    Some(c) => out.push(u32::from(c)),
                    None => {
                        first_bad.get_or_insert(start);
                        out.push(0x5C);
                        out.push(u32::from(b));
                    }
                }
                continue;
            }
        };
        match digits(src, at, count) {
            Digits::Value(c, end) if c < 0x11_0000 => {
                out.push(c);
                at = end;
            }
            Digits::Value(_, end) => return fail(end, "illegal Unicode character"),
            Digits::Short(end) if complete => return fail(end, short),
            Digits::Short(_) => return Ok(start),
            Digits::Bad(end) => return fail(end, short),
        }
    }
    Ok(src.len())
}

pub(super) fn decode_raw(
    src: &[u8],
    from: usize,
    complete: bool,
    out: &mut StrBuilder,
) -> Result<usize, CodecError> {
    let mut at = from;
    while at < src.len() {
        let start = at;
        let plain = memchr::memchr(b'\\', &src[at..]).unwrap_or(src.len() - at);
        if plain > 0 {
            out.push_latin1(&src[at..at + plain]);
            at += plain;
            continue;
        }
        at += 1;
        let Some(&b) = src.get(at) else {
            if complete {
                out.push(0x5C);
                continue;
            }
            return Ok(start);
        };
        at += 1;
        let (count, short) = match b {
            b'u' => (4, "truncated \\uXXXX escape"),
            b'U' => (8, "truncated \\UXXXXXXXX escape"),
            _ => {
                out.push(0x5C);
                out.push(u32::from(b));
                continue;
            }
        };
        let fail = |end: usize, reason| Err(CodecError { start, end, reason });
        match digits(src, at, count) {
            Digits::Value(c, end) if c < 0x11_0000 => {
                out.push(c);
                at = end;
            }
            Digits::Value(_, end) => return fail(end, "\\Uxxxxxxxx out of range"),
            Digits::Short(end) if complete => return fail(end, short),
            Digits::Short(_) => return Ok(start),
            Digits::Bad(end) => return fail(end, short),
        }
    }
    Ok(src.len())
}

pub(super) fn encode(text: StrRef<'_>, out: &mut Vec<u8>) {
    for c in text.chars() {
        match c {
            0x5C => out.extend(b"\\\\"),
            0x09 => out.extend(b"\\t"),
            0x0A => out.extend(b"\\n"),
            0x0D => out.extend(b"\\r"),
            0x20..0x7F => out.push(c as u8),
            _ => extend_escape(out, c),
        }
    }
}

pub(super) fn encode_raw(text: StrRef<'_>, out: &mut Vec<u8>) {
    for c in text.chars() {
        match u8::try_from(c) {
            Ok(b) => out.push(b),
            Err(_) => extend_escape(out, c),
        }
    }
}

/// What is wrong with the escapes of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadEscape {
    /// A backslash at the very end.
    Trailing,
    /// `\x` without two digits; the place of its backslash.
    Hex(usize),
}

/// Decodes the escapes of a bytes literal. `on_bad_hex` says what to do with a bad `\x`:
/// `Some(bytes)` goes on with these in its place. Gives the bytes and the place of the first
/// unknown escape.
pub fn decode_bytes_escape(
    src: &[u8],
    on_bad_hex: Option<&[u8]>,
) -> Result<(Vec<u8>, Option<usize>), BadEscape> {
    let mut out = Vec::with_capacity(src.len());
    let mut first_bad = None;
    let mut at = 0;
    while at < src.len() {
        let plain = memchr::memchr(b'\\', &src[at..]).unwrap_or(src.len() - at);
        out.extend_from_slice(&src[at..at + plain]);
        at += plain;
        if at == src.len() {
            break;
        }
        let start = at;
        let Some(&b) = src.get(at + 1) else { return Err(BadEscape::Trailing) };
        at += 2;
        match b {
            b'\n' => {}
            b'0'..=b'7' => {
                let (value, end) = octal(src, at - 1);
                if value > 0o377 {
                    first_bad.get_or_insert(start);
                }
                out.push(value as u8);
                at = end;
            }
            b'x' => match digits(src, at, 2) {
                Digits::Value(value, end) => {
                    out.push(value as u8);
                    at = end;
                }
                Digits::Short(end) | Digits::Bad(end) => {
                    out.extend(on_bad_hex.ok_or(BadEscape::Hex(start))?);
                    at = end;
                }
            },
            _ => match simple(b) {
                Some(c) => out.push(c),
                None => {
                    first_bad.get_or_insert(start);
                    out.extend([b'\\', b]);
                }
            },
        }
    }
    Ok((out, first_bad))
}

/// The inverse of [`decode_bytes_escape`].
pub fn encode_bytes_escape(src: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(src.len());
    for &b in src {
        match b {
            b'\'' | b'\\' => out.extend([b'\\', b]),
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            0x20..0x7F => out.push(b),
            _ => extend_escape(&mut out, u32::from(b)),
        }
    }
    out
}
