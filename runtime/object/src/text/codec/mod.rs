//! The encodings that the runtime itself knows, and the error handlers that need no Python code.
//!
//! A [`Decoder`] writes to a [`StrBuilder`] until it is done or meets an error, which it reports
//! as a range and a reason; whoever drives it decides what stands in for the range and where to
//! go on. [`decode`] and [`encode`] drive with a built-in [`Handler`]; drivers that ask Python
//! handlers live with the type `str`. Ranges and reasons are those of CPython's exceptions.

mod escape;
mod utf16;
mod utf7;
mod utf8;

use super::{StrBuf, StrBuilder, StrRef};
use crate::each_kind;

pub use escape::{BadEscape, decode_bytes_escape, encode_bytes_escape};
pub use utf7::Utf7State;

/// What could not be decoded or encoded, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodecError {
    /// Where the trouble starts.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// CPython's words for it.
    pub reason: &'static str,
}

pub(crate) const NO_SURROGATES: &str = "surrogates not allowed";
const NOT_ASCII: &str = "ordinal not in range(128)";
const NOT_LATIN1: &str = "ordinal not in range(256)";

/// Order of the bytes in UTF-16 and UTF-32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// A byte order mark decides (and is written); without one it is little-endian.
    Mark,
    /// Little-endian.
    Little,
    /// Big-endian.
    Big,
}

/// An encoding without state between texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// UTF-8.
    Utf8,
    /// ASCII.
    Ascii,
    /// ISO 8859-1.
    Latin1,
    /// UTF-16.
    Utf16(ByteOrder),
    /// UTF-32.
    Utf32(ByteOrder),
    /// UTF-7.
    Utf7,
    /// As in string literals.
    UnicodeEscape,
    /// As in raw string literals of old.
    RawUnicodeEscape,
}

impl Codec {
    /// The encoding for a name, if it is one of those known here. Case, and the difference
    /// between `-`, `_` and a blank, do not matter.
    pub fn named(name: &str) -> Option<Codec> {
        let mut buf = [0u8; 20];
        if name.len() > buf.len() {
            return None;
        }
        for (slot, b) in buf.iter_mut().zip(name.bytes()) {
            *slot = match b {
                b'-' | b' ' => b'_',
                _ => b.to_ascii_lowercase(),
            };
        }
        use ByteOrder::{Big, Little, Mark};
        Some(match &buf[..name.len()] {
            b"utf_8" | b"utf8" | b"u8" | b"cp65001" => Codec::Utf8,
            b"ascii" | b"us_ascii" | b"646" => Codec::Ascii,
            b"latin_1" | b"latin1" | b"latin" | b"iso_8859_1" | b"iso8859_1" | b"8859"
            | b"cp819" | b"l1" => Codec::Latin1,
            b"utf_16" | b"utf16" => Codec::Utf16(Mark),
            b"utf_16_le" | b"utf_16le" | b"utf16_le" => Codec::Utf16(Little),
            b"utf_16_be" | b"utf_16be" | b"utf16_be" => Codec::Utf16(Big),
            b"utf_32" | b"utf32" => Codec::Utf32(Mark),
            b"utf_32_le" | b"utf_32le" | b"utf32_le" => Codec::Utf32(Little),
            b"utf_32_be" | b"utf_32be" | b"utf32_be" => Codec::Utf32(Big),
            b"utf_7" | b"utf7" | b"u7" => Codec::Utf7,
            b"unicode_escape" => Codec::UnicodeEscape,
            b"raw_unicode_escape" => Codec::RawUnicodeEscape,
            _ => return None,
        })
    }

    /// The name that exceptions carry.
    pub fn name(self) -> &'static str {
        match self {
            Codec::Utf8 => "utf-8",
            Codec::Ascii => "ascii",
            Codec::Latin1 => "latin-1",
            Codec::Utf16(ByteOrder::Mark) => "utf-16",
            Codec::Utf16(ByteOrder::Little) => "utf-16-le",
            Codec::Utf16(ByteOrder::Big) => "utf-16-be",
            Codec::Utf32(ByteOrder::Mark) => "utf-32",
            Codec::Utf32(ByteOrder::Little) => "utf-32-le",
            Codec::Utf32(ByteOrder::Big) => "utf-32-be",
            Codec::Utf7 => "utf7",
            Codec::UnicodeEscape => "unicodeescape",
            Codec::RawUnicodeEscape => "rawunicodeescape",
        }
    }

    /// Encodes from `from` to the end of the text, or up to what cannot be encoded. A byte order
    /// mark is written by [`Codec::start`], not here.
    pub fn encode(
        self,
        text: StrRef<'_>,
        from: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        match self {
            Codec::Utf8 => utf8::encode(text, from, out),
            Codec::Ascii => encode_narrow(text, from, out, 0x80, NOT_ASCII),
            Codec::Latin1 => encode_narrow(text, from, out, 0x100, NOT_LATIN1),
            Codec::Utf16(order) => utf16::encode16(text, from, out, order == ByteOrder::Big),
            Codec::Utf32(order) => utf16::encode32(text, from, out, order == ByteOrder::Big),
            Codec::Utf7 => {
                utf7::encode(text, out);
                Ok(())
            }
            Codec::UnicodeEscape => {
                escape::encode(text, out);
                Ok(())
            }
            Codec::RawUnicodeEscape => {
                escape::encode_raw(text, out);
                Ok(())
            }
        }
    }

    /// Writes what comes before the first code point: the byte order mark.
    pub fn start(self, out: &mut Vec<u8>) {
        match self {
            Codec::Utf16(ByteOrder::Mark) => out.extend([0xFF, 0xFE]),
            Codec::Utf32(ByteOrder::Mark) => out.extend([0xFF, 0xFE, 0, 0]),
            _ => {}
        }
    }

    /// Bytes of the smallest unit; a replacement by bytes must keep to it.
    pub fn unit_bytes(self) -> usize {
        match self {
            Codec::Utf16(_) => 2,
            Codec::Utf32(_) => 4,
            _ => 1,
        }
    }

    /// The largest code point, plus one, that a handler's replacement text may hold.
    pub fn replacement_limit(self) -> u32 {
        if self == Codec::Latin1 { 0x100 } else { 0x80 }
    }
}

/// Decodes one text; keeps the state that is needed to go on after an error.
#[derive(Debug)]
pub struct Decoder {
    codec: Codec,
    /// Whether the end of the input is the end of the text. If not, an incomplete sequence at
    /// the end is left alone.
    complete: bool,
    started: bool,
    utf7: Utf7State,
    /// Where the first unknown escape stands: a reason for a warning, not for an error.
    pub first_bad_escape: Option<usize>,
}

impl Decoder {
    /// A decoder for one text.
    pub fn new(codec: Codec, complete: bool) -> Decoder {
        Decoder {
            codec,
            complete,
            started: false,
            utf7: Utf7State::default(),
            first_bad_escape: None,
        }
    }

    /// The encoding; for UTF-16 and UTF-32 the byte order is known once decoding has begun.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// The name of the encoding for exceptions.
    pub fn name(&self) -> &'static str {
        match self.codec {
            // Without a mark the native order is assumed, and named.
            Codec::Utf16(ByteOrder::Mark) if self.started => "utf-16-le",
            Codec::Utf32(ByteOrder::Mark) if self.started => "utf-32-le",
            codec => codec.name(),
        }
    }

    /// Decodes from `from` on. Gives the number of bytes of `src` that are done with, which is
    /// less than all only for incomplete input.
    pub fn decode(
        &mut self,
        src: &[u8],
        from: usize,
        out: &mut StrBuilder,
    ) -> Result<usize, CodecError> {
        let from = if self.started { from } else { self.detect(src, from) };
        match self.codec {
            Codec::Utf8 => utf8::decode(src, from, self.complete, out),
            Codec::Ascii => decode_ascii(src, from, out),
            Codec::Latin1 => {
                out.push_latin1(&src[from..]);
                Ok(src.len())
            }
            Codec::Utf16(o) => utf16::decode16(src, from, self.complete, o == ByteOrder::Big, out),
            Codec::Utf32(o) => utf16::decode32(src, from, self.complete, o == ByteOrder::Big, out),
            Codec::Utf7 => utf7::decode(src, from, self.complete, &mut self.utf7, out),
            Codec::UnicodeEscape => {
                escape::decode(src, from, self.complete, out, &mut self.first_bad_escape)
            }
            Codec::RawUnicodeEscape => escape::decode_raw(src, from, self.complete, out),
        }
    }

    /// Looks for a byte order mark.
    fn detect(&mut self, src: &[u8], from: usize) -> usize {
        self.started = true;
        let rest = &src[from..];
        let (codec, skip) = match self.codec {
            Codec::Utf16(ByteOrder::Mark) => match rest {
                [0xFF, 0xFE, ..] => (Codec::Utf16(ByteOrder::Little), 2),
                [0xFE, 0xFF, ..] => (Codec::Utf16(ByteOrder::Big), 2),
                _ => return from,
            },
            Codec::Utf32(ByteOrder::Mark) => match rest {
                [0xFF, 0xFE, 0, 0, ..] => (Codec::Utf32(ByteOrder::Little), 4),
                [0, 0, 0xFE, 0xFF, ..] => (Codec::Utf32(ByteOrder::Big), 4),
                _ => return from,
            },
            _ => return from,
        };
        self.codec = codec;
        from + skip
    }
}

fn decode_ascii(src: &[u8], from: usize, out: &mut StrBuilder) -> Result<usize, CodecError> {
    let rest = &src[from..];
    if rest.is_ascii() {
        out.push_ascii(rest);
        return Ok(src.len());
    }
    let bad = rest.iter().position(|&b| b >= 0x80).unwrap_or(rest.len());
    out.push_ascii(&rest[..bad]);
    Err(CodecError { start: from + bad, end: from + bad + 1, reason: NOT_ASCII })
}

fn encode_narrow(
    text: StrRef<'_>,
    from: usize,
    out: &mut Vec<u8>,
    limit: u32,
    reason: &'static str,
) -> Result<(), CodecError> {
    match text {
        StrRef::Ascii(u) => {
            out.extend_from_slice(&u[from..]);
            return Ok(());
        }
        StrRef::Latin1(u) if limit == 0x100 => {
            out.extend_from_slice(&u[from..]);
            return Ok(());
        }
        _ => {}
    }
    each_kind!(text, units => {
        let rest = &units[from..];
        for (i, u) in rest.iter().enumerate() {
            let c = u32::from(*u);
            if c >= limit {
                let run = rest[i..].iter().take_while(|&&u| u32::from(u) >= limit).count();
                return Err(CodecError { start: from + i, end: from + i + run, reason });
            }
            out.push(c as u8);
        }
        Ok(())
    })
}

/// The error handlers that the runtime knows by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handler {
    /// Raise.
    Strict,
    /// Leave it out.
    Ignore,
    /// U+FFFD, or `?` when encoding.
    Replace,
    /// `\xNN` and its longer relatives.
    Backslash,
    /// `&#N;`; encoding only.
    XmlCharRef,
    /// `\N{...}`; encoding only.
    Name,
    /// Bytes that cannot be decoded travel as lone surrogates.
    SurrogateEscape,
    /// Surrogates are encoded and decoded like other code points.
    SurrogatePass,
}

impl Handler {
    /// The handler for a name.
    pub fn named(name: &str) -> Option<Handler> {
        Some(match name {
            "strict" => Handler::Strict,
            "ignore" => Handler::Ignore,
            "replace" => Handler::Replace,
            "backslashreplace" => Handler::Backslash,
            "xmlcharrefreplace" => Handler::XmlCharRef,
            "namereplace" => Handler::Name,
            "surrogateescape" => Handler::SurrogateEscape,
            "surrogatepass" => Handler::SurrogatePass,
            _ => return None,
        })
    }

    /// All names, for registering.
    pub const NAMES: [&'static str; 8] = [
        "strict",
        "ignore",
        "replace",
        "backslashreplace",
        "xmlcharrefreplace",
        "namereplace",
        "surrogateescape",
        "surrogatepass",
    ];

    /// Writes what stands for the bytes `start..end`; gives where to go on, or None when the
    /// error is to be raised. `encoding` is the name in the exception: `surrogatepass` asks it.
    pub fn on_decode(
        self,
        encoding: &str,
        src: &[u8],
        start: usize,
        end: usize,
        out: &mut StrBuilder,
    ) -> Option<usize> {
        match self {
            Handler::Strict | Handler::XmlCharRef | Handler::Name => None,
            Handler::Ignore => Some(end),
            Handler::Replace => {
                out.push(0xFFFD);
                Some(end)
            }
            Handler::Backslash => {
                for &b in &src[start..end] {
                    super::escape::push_escape(out, u32::from(b));
                }
                Some(end)
            }
            Handler::SurrogateEscape => {
                // At most four bytes make one ill-formed sequence.
                let bad = src[start..end].iter().take(4).take_while(|&&b| b >= 0x80);
                let n = bad.map(|&b| out.push(0xDC00 + u32::from(b))).count();
                (n > 0).then_some(start + n)
            }
            Handler::SurrogatePass => {
                let (width, c) = pass_unit(encoding, src, start)?;
                if !(0xD800..0xE000).contains(&c) {
                    return None;
                }
                out.push(c);
                Some(start + width)
            }
        }
    }

    /// What stands for the code points `start..end`; None when the error is to be raised.
    pub fn on_encode(
        self,
        encoding: &str,
        text: StrRef<'_>,
        start: usize,
        end: usize,
    ) -> Option<Replacement> {
        let mut s = Vec::new();
        let bad = text.slice(start, end);
        match self {
            Handler::Strict => return None,
            Handler::Ignore => {}
            Handler::Replace => s.resize(end - start, b'?'),
            Handler::Backslash => bad.chars().for_each(|c| super::escape::extend_escape(&mut s, c)),
            Handler::XmlCharRef => bad.chars().for_each(|c| s.extend(format!("&#{c};").bytes())),
            Handler::Name => {
                for c in bad.chars() {
                    match super::escape::name(c) {
                        Some(name) => s.extend(format!("\\N{{{name}}}").bytes()),
                        None => super::escape::extend_escape(&mut s, c),
                    }
                }
            }
            Handler::SurrogateEscape => {
                for c in bad.chars() {
                    if !(0xDC80..0xDD00).contains(&c) {
                        return None;
                    }
                    s.push((c - 0xDC00) as u8);
                }
                return Some(Replacement::Bytes(s));
            }
            Handler::SurrogatePass => {
                for c in bad.chars() {
                    if !(0xD800..0xE000).contains(&c) {
                        return None;
                    }
                    match pass_codec(encoding)? {
                        Codec::Utf8 => utf8::push(&mut s, c),
                        Codec::Utf16(ByteOrder::Big) => s.extend((c as u16).to_be_bytes()),
                        Codec::Utf16(_) => s.extend((c as u16).to_le_bytes()),
                        Codec::Utf32(ByteOrder::Big) => s.extend(c.to_be_bytes()),
                        _ => s.extend(c.to_le_bytes()),
                    }
                }
                return Some(Replacement::Bytes(s));
            }
        }
        Some(Replacement::Text(s))
    }
}

/// What an error handler puts in the place of code points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// ASCII text, still to be encoded.
    Text(Vec<u8>),
    /// Bytes for the output as they are.
    Bytes(Vec<u8>),
}

fn pass_codec(encoding: &str) -> Option<Codec> {
    match Codec::named(encoding) {
        Some(c @ (Codec::Utf8 | Codec::Utf16(_) | Codec::Utf32(_))) => Some(c),
        _ => None,
    }
}

/// The unit at `start`, read as if surrogates were allowed, and its width in bytes.
fn pass_unit(encoding: &str, src: &[u8], start: usize) -> Option<(usize, u32)> {
    let rest = &src[start..];
    Some(match pass_codec(encoding)? {
        Codec::Utf8 => match rest {
            [a @ 0xE0..=0xEF, b @ 0x80..=0xBF, c @ 0x80..=0xBF, ..] => {
                (3, u32::from(*a & 15) << 12 | u32::from(*b & 63) << 6 | u32::from(*c & 63))
            }
            _ => return None,
        },
        Codec::Utf16(order) => {
            let unit = *rest.first_chunk::<2>()?;
            let big = order == ByteOrder::Big;
            (2, u32::from(if big { u16::from_be_bytes(unit) } else { u16::from_le_bytes(unit) }))
        }
        Codec::Utf32(order) => {
            let unit = *rest.first_chunk::<4>()?;
            let big = order == ByteOrder::Big;
            (4, if big { u32::from_be_bytes(unit) } else { u32::from_le_bytes(unit) })
        }
        _ => return None,
    })
}

/// Decodes with a built-in handler. Gives the text and the number of bytes used.
pub fn decode(
    decoder: &mut Decoder,
    src: &[u8],
    handler: Handler,
) -> Result<(StrBuf, usize), CodecError> {
    let mut out = StrBuilder::new();
    let mut at = 0;
    loop {
        match decoder.decode(src, at, &mut out) {
            Ok(used) => return Ok((out.finish(), used)),
            Err(e) => {
                at = handler.on_decode(decoder.name(), src, e.start, e.end, &mut out).ok_or(e)?;
            }
        }
    }
}

/// Encodes with a built-in handler.
pub fn encode(codec: Codec, text: StrRef<'_>, handler: Handler) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::with_capacity(text.len() * codec.unit_bytes());
    codec.start(&mut out);
    let mut at = 0;
    loop {
        let Err(e) = codec.encode(text, at, &mut out) else { return Ok(out) };
        match handler.on_encode(codec.name(), text, e.start, e.end).ok_or(e)? {
            Replacement::Text(s) => codec.encode(StrRef::Ascii(&s), 0, &mut out)?,
            Replacement::Bytes(b) if b.len() % codec.unit_bytes() == 0 => out.extend(b),
            Replacement::Bytes(_) => return Err(e),
        }
        at = e.end;
    }
}

#[cfg(test)]
mod tests;
