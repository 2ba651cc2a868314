//! What `bytes` and `bytearray` know of letters: ASCII only, the rest of the bytes have no case.

/// White space for bytes.
#[inline]
pub fn is_space(b: u8) -> bool {
    matches!(b, 9..=13 | 32)
}

/// A line boundary for `bytes.splitlines`.
#[inline]
pub fn is_line_break(b: u8) -> bool {
    matches!(b, b'\n' | b'\r')
}

/// `bytes.swapcase`.
pub fn swapcase(s: &[u8]) -> Vec<u8> {
    s.iter().map(|&b| if b.is_ascii_alphabetic() { b ^ 0x20 } else { b }).collect()
}

/// `bytes.title`.
pub fn title(s: &[u8]) -> Vec<u8> {
    let mut in_word = false;
    let mapped = s.iter().map(|&b| {
        let out = if in_word { b.to_ascii_lowercase() } else { b.to_ascii_uppercase() };
        in_word = b.is_ascii_alphabetic();
        out
    });
    mapped.collect()
}

/// `bytes.capitalize`.
pub fn capitalize(s: &[u8]) -> Vec<u8> {
    let mut out = s.to_ascii_lowercase();
    if let Some(first) = out.first_mut() {
        first.make_ascii_uppercase();
    }
    out
}

/// `bytes.islower`.
pub fn islower(s: &[u8]) -> bool {
    !s.iter().any(u8::is_ascii_uppercase) && s.iter().any(u8::is_ascii_lowercase)
}

/// `bytes.isupper`.
pub fn isupper(s: &[u8]) -> bool {
    !s.iter().any(u8::is_ascii_lowercase) && s.iter().any(u8::is_ascii_uppercase)
}

/// `bytes.istitle`.
pub fn istitle(s: &[u8]) -> bool {
    let (mut cased, mut in_word) = (false, false);
    for &b in s {
        if b.is_ascii_uppercase() {
            if in_word {
                return false;
            }
            (in_word, cased) = (true, true);
        } else if b.is_ascii_lowercase() {
            if !in_word {
                return false;
            }
            cased = true;
        } else {
            in_word = false;
        }
    }
    cased
}

/// Whether all bytes pass and there is at least one.
pub fn all(s: &[u8], pass: impl Fn(u8) -> bool) -> bool {
    !s.is_empty() && s.iter().all(|&b| pass(b))
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Hexadecimal digits of the bytes, with a separator between groups: `group` bytes counted from
/// the right, or from the left when negative; 0 for none.
pub fn hex(s: &[u8], sep: u8, group: isize) -> Vec<u8> {
    let width = group.unsigned_abs();
    let mut out = Vec::with_capacity(s.len() * 3);
    for (i, &b) in s.iter().enumerate() {
        if i > 0 && width > 0 {
            let place = if group > 0 { s.len() - i } else { i };
            if place % width == 0 {
                out.push(sep);
            }
        }
        out.push(DIGITS[usize::from(b >> 4)]);
        out.push(DIGITS[usize::from(b & 15)]);
    }
    out
}

/// The value of a hexadecimal digit.
#[inline]
pub fn hex_value(c: u32) -> Option<u8> {
    match c {
        0x30..=0x39 => Some((c - 0x30) as u8),
        0x41..=0x46 => Some((c - 0x41 + 10) as u8),
        0x61..=0x66 => Some((c - 0x61 + 10) as u8),
        _ => None,
    }
}

/// Why a text is no sequence of hexadecimal bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadHex {
    /// A character that is no digit, at this place.
    At(usize),
    /// An odd number of digits.
    Odd,
}

/// Bytes from hexadecimal text; white space may stand between them.
pub fn from_hex(text: super::StrRef<'_>) -> Result<Vec<u8>, BadHex> {
    let mut out = Vec::with_capacity(text.len() / 2);
    let mut i = 0;
    while let Some(c) = text.get(i) {
        if c < 0x80 && is_space(c as u8) {
            i += 1;
            continue;
        }
        let high = hex_value(c).ok_or(BadHex::At(i))?;
        let Some(c) = text.get(i + 1) else { return Err(BadHex::Odd) };
        let low = hex_value(c).ok_or(BadHex::At(i + 1))?;
        out.push(high << 4 | low);
        i += 2;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::StrRef;

    #[test]
    fn hexes() {
        assert_eq!(hex(b"\x01\x02\x03", b':', 2), b"01:0203");
        assert_eq!(hex(b"\x01\x02\x03", b':', -2), b"0102:03");
        assert_eq!(hex(b"\xff", b':', 0), b"ff");
        assert_eq!(from_hex(StrRef::ascii("01 fF")), Ok(vec![1, 255]));
        assert_eq!(from_hex(StrRef::ascii("0")), Err(BadHex::Odd));
        assert_eq!(from_hex(StrRef::ascii("0g")), Err(BadHex::At(1)));
    }

    #[test]
    fn words() {
        assert_eq!(title(b"hello wORLD x9y"), b"Hello World X9Y");
        assert_eq!(capitalize(b"ABC"), b"Abc");
        assert_eq!(swapcase(b"aB[`"), b"Ab[`");
        assert!(istitle(b"Ab Cd") && !istitle(b"aB"));
    }
}
