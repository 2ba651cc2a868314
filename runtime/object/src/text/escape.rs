//! How `repr` and `ascii` show text and bytes.

use super::unicode::is_printable;
use super::{StrBuf, StrBuilder, StrRef};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Adds `\xNN`, `\uNNNN` or `\UNNNNNNNN`, whichever is the shortest that fits.
pub fn push_escape(out: &mut StrBuilder, c: u32) {
    let (letter, digits) = match c {
        0..0x100 => (b'x', 2),
        0x100..0x1_0000 => (b'u', 4),
        _ => (b'U', 8),
    };
    out.push_ascii(&[b'\\', letter]);
    for i in (0..digits).rev() {
        out.push(u32::from(DIGITS[(c >> (4 * i) & 15) as usize]));
    }
}

/// The same, into bytes.
pub fn extend_escape(out: &mut Vec<u8>, c: u32) {
    let (letter, digits) = match c {
        0..0x100 => (b'x', 2),
        0x100..0x1_0000 => (b'u', 4),
        _ => (b'U', 8),
    };
    out.extend([b'\\', letter]);
    out.extend((0..digits).rev().map(|i| DIGITS[(c >> (4 * i) & 15) as usize]));
}

/// The quote that `repr` takes: double only when there are single ones and no double ones.
fn quote(single: bool, double: bool) -> u8 {
    if single && !double { b'"' } else { b'\'' }
}

/// `repr` of a string; with `ascii_only`, what `ascii()` gives.
pub fn str_repr(s: StrRef<'_>, ascii_only: bool) -> StrBuf {
    let has = |b: u8| s.chars().any(|c| c == u32::from(b));
    let q = match s {
        StrRef::Ascii(u) | StrRef::Latin1(u) => {
            quote(memchr::memchr(b'\'', u).is_some(), memchr::memchr(b'"', u).is_some())
        }
        _ => quote(has(b'\''), has(b'"')),
    };
    let mut out = StrBuilder::with_capacity(s.len() + 2);
    out.push(u32::from(q));
    if let StrRef::Ascii(u) = s {
        // Runs that need no escape are copied whole.
        let mut done = 0;
        for (i, &b) in u.iter().enumerate() {
            if (0x20..0x7F).contains(&b) && b != q && b != b'\\' {
                continue;
            }
            out.push_ascii(&u[done..i]);
            done = i + 1;
            push_one(&mut out, u32::from(b), q, ascii_only);
        }
        out.push_ascii(&u[done..]);
    } else {
        for c in s.chars() {
            push_one(&mut out, c, q, ascii_only);
        }
    }
    out.push(u32::from(q));
    out.finish()
}

fn push_one(out: &mut StrBuilder, c: u32, q: u8, ascii_only: bool) {
    match c {
        0x5C => out.push_ascii(b"\\\\"),
        0x09 => out.push_ascii(b"\\t"),
        0x0A => out.push_ascii(b"\\n"),
        0x0D => out.push_ascii(b"\\r"),
        _ if c == u32::from(q) => out.push_ascii(&[b'\\', q]),
        0x20..0x7F => out.push(c),
        _ if c < 0x80 || ascii_only || !is_printable(c) => push_escape(out, c),
        _ => out.push(c),
    }
}

/// `repr` of bytes, the `b` included.
pub fn bytes_repr(s: &[u8]) -> StrBuf {
    let q = quote(memchr::memchr(b'\'', s).is_some(), memchr::memchr(b'"', s).is_some());
    let mut out = Vec::with_capacity(s.len() + 3);
    out.extend([b'b', q]);
    for &b in s {
        match b {
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            _ if b == q || b == b'\\' => out.extend([b'\\', b]),
            0x20..0x7F => out.push(b),
            _ => extend_escape(&mut out, u32::from(b)),
        }
    }
    out.push(q);
    StrBuf::Ascii(out)
}

/// `repr` of the bytes in a bytearray: as of bytes, but a single quote is always escaped.
pub fn bytearray_repr(s: &[u8]) -> String {
    let q = quote(memchr::memchr(b'\'', s).is_some(), memchr::memchr(b'"', s).is_some());
    let mut out = Vec::with_capacity(s.len() + 3);
    out.extend([b'b', q]);
    for &b in s {
        match b {
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\'' | b'\\' => out.extend([b'\\', b]),
            0x20..0x7F => out.push(b),
            _ => extend_escape(&mut out, u32::from(b)),
        }
    }
    out.push(q);
    // All of it is ASCII.
    String::from_utf8(out).unwrap_or_default()
}

/// The name of a code point as in `\N{...}`.
pub fn name(c: u32) -> Option<String> {
    unicode_names2::name(char::from_u32(c)?).map(|n| n.to_string())
}

/// The code point with a name, by the rules of `\N{...}`.
pub fn named(name: &str) -> Option<u32> {
    unicode_names2::character(name).map(u32::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reprs() {
        let r = |s: &str| str_repr(StrBuf::from(s).view(), false).view().to_string_lossy();
        assert_eq!(r("a'b"), "\"a'b\"");
        assert_eq!(r("a'\"b"), "'a\\'\"b'");
        assert_eq!(
            r("\n\0\u{7f}\u{e9}\u{ad}\u{200b}\u{e000}"),
            "'\\n\\x00\\x7f\u{e9}\\xad\\u200b\\ue000'"
        );
        let a = |s: &str| str_repr(StrBuf::from(s).view(), true).view().to_string_lossy();
        assert_eq!(a("\u{e9}\u{20ac}\u{1f600}"), "'\\xe9\\u20ac\\U0001f600'");
        let lone = StrBuf::from_codes([0xD800]);
        assert_eq!(str_repr(lone.view(), false).view().to_string_lossy(), "'\\ud800'");
        assert_eq!(bytes_repr(b"a'\xff\\").view().to_string_lossy(), "b\"a'\\xff\\\\\"");
    }
}
