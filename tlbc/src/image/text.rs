//! Text as Python has it: Unicode that may contain lone surrogates.

use std::borrow::Cow;
use std::fmt;

/// A string constant or a name.
///
/// Nearly all text is valid Unicode and kept as such. Text with lone surrogates is kept as WTF-8: UTF-8 with
/// surrogates encoded like other code points of three bytes. (A high surrogate followed by a low one stays two code
/// points, as in Python; the bytes are never read as UTF-16.)
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PyText(Repr);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Repr {
    Utf8(Box<str>),
    Wtf8(Box<[u8]>),
}

impl PyText {
    /// From code points up to U+10FFFF, surrogates allowed; larger numbers become U+FFFD.
    pub fn from_code_points(points: impl IntoIterator<Item = u32>) -> PyText {
        let mut bytes = vec![];
        let mut surrogates = false;
        for point in points {
            match char::from_u32(point) {
                Some(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                None if (0xD800..0xE000).contains(&point) => {
                    surrogates = true;
                    bytes.extend_from_slice(&[
                        0xED,
                        0x80 | (point >> 6 & 0x3F) as u8,
                        0x80 | (point & 0x3F) as u8,
                    ]);
                }
                None => bytes.extend_from_slice("\u{FFFD}".as_bytes()),
            }
        }
        if !surrogates {
            match String::from_utf8(bytes) {
                Ok(text) => return PyText(Repr::Utf8(text.into())),
                Err(error) => bytes = error.into_bytes(),
            }
        }
        PyText(Repr::Wtf8(bytes.into()))
    }

    /// From WTF-8 bytes; `None` when they are not.
    pub fn from_wtf8(bytes: &[u8]) -> Option<PyText> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text.into()),
            Err(_) => {
                let mut points = vec![];
                let mut rest = bytes;
                while !rest.is_empty() {
                    let (point, len) = decode(rest)?;
                    points.push(point);
                    rest = &rest[len..];
                }
                Some(PyText::from_code_points(points))
            }
        }
    }

    /// The text, when it has no surrogates.
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Repr::Utf8(text) => Some(text),
            Repr::Wtf8(_) => None,
        }
    }

    /// The WTF-8 bytes; UTF-8 when there are no surrogates.
    pub fn as_wtf8(&self) -> &[u8] {
        match &self.0 {
            Repr::Utf8(text) => text.as_bytes(),
            Repr::Wtf8(bytes) => bytes,
        }
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.as_wtf8().is_empty()
    }

    /// The code points.
    pub fn code_points(&self) -> impl Iterator<Item = u32> + '_ {
        let mut rest = self.as_wtf8();
        std::iter::from_fn(move || {
            let (point, len) = decode(rest)?;
            rest = &rest[len..];
            Some(point)
        })
    }

    /// The text with each surrogate replaced by U+FFFD, for messages.
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        match self.as_str() {
            Some(text) => Cow::Borrowed(text),
            None => self
                .code_points()
                .map(|point| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect(),
        }
    }
}

/// The first code point of WTF-8 bytes and its length; `None` at the end and for anything else.
fn decode(bytes: &[u8]) -> Option<(u32, usize)> {
    let tail = |i: usize| match bytes.get(i) {
        Some(&b) if b & 0xC0 == 0x80 => Some(u32::from(b & 0x3F)),
        _ => None,
    };
    let first = u32::from(*bytes.first()?);
    let (point, len, least) = match first {
        0..0x80 => (first, 1, 0),
        0xC0..0xE0 => ((first & 0x1F) << 6 | tail(1)?, 2, 0x80),
        0xE0..0xF0 => ((first & 0xF) << 12 | tail(1)? << 6 | tail(2)?, 3, 0x800),
        0xF0..0xF8 => ((first & 7) << 18 | tail(1)? << 12 | tail(2)? << 6 | tail(3)?, 4, 0x1_0000),
        _ => return None,
    };
    (point >= least && point <= 0x10_FFFF).then_some((point, len))
}

impl Default for PyText {
    fn default() -> PyText {
        "".into()
    }
}

impl From<&str> for PyText {
    fn from(text: &str) -> PyText {
        PyText(Repr::Utf8(text.into()))
    }
}

impl From<String> for PyText {
    fn from(text: String) -> PyText {
        PyText(Repr::Utf8(text.into()))
    }
}

impl PartialEq<str> for PyText {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for PyText {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(other)
    }
}

impl fmt::Debug for PyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            Some(text) => fmt::Debug::fmt(text, f),
            None => write!(f, "{:?} (with surrogates)", self.to_str_lossy()),
        }
    }
}

impl fmt::Display for PyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_str_lossy())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_surrogates_is_a_str() {
        let text = PyText::from_code_points("añ€😀".chars().map(u32::from));
        assert_eq!(text, "añ€😀");
        assert_eq!(text, PyText::from("añ€😀"));
    }

    #[test]
    fn surrogates_survive_and_pairs_do_not_merge() {
        let points = [0x61, 0xD83D, 0xDE00, 0x20AC, 0xDFFF];
        let text = PyText::from_code_points(points);
        assert_eq!(text.as_str(), None);
        assert_eq!(text.code_points().collect::<Vec<_>>(), points);
        assert_eq!(PyText::from_wtf8(text.as_wtf8()), Some(text.clone()));
        assert_eq!(text.to_str_lossy(), "a\u{FFFD}\u{FFFD}€\u{FFFD}");
    }

    #[test]
    fn malformed_bytes_are_refused() {
        for bytes in [&b"\xFF"[..], b"\xC0\x80", b"\xE2\x82", b"\xF5\x80\x80\x80", b"\x80"] {
            assert_eq!(PyText::from_wtf8(bytes), None, "{bytes:?}");
        }
    }
}
