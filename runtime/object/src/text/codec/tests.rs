//! Tests of the encodings; expected values are CPython 3.14's.

use super::*;

fn dec(codec: Codec, src: &[u8], handler: Handler) -> Result<String, CodecError> {
    decode(&mut Decoder::new(codec, true), src, handler).map(|(s, _)| s.view().to_string_lossy())
}

fn err(start: usize, end: usize, reason: &'static str) -> CodecError {
    CodecError { start, end, reason }
}

#[test]
fn utf8_errors() {
    let strict = |s: &[u8]| dec(Codec::Utf8, s, Handler::Strict).unwrap_err();
    assert_eq!(strict(b"a\xff"), err(1, 2, "invalid start byte"));
    assert_eq!(strict(b"\xe2\x82a"), err(0, 2, "invalid continuation byte"));
    assert_eq!(strict(b"\xe2\x82"), err(0, 2, "unexpected end of data"));
    assert_eq!(strict(b"\xed\xa0\x80"), err(0, 1, "invalid continuation byte"));
    assert_eq!(strict(b"\xf4\x90\x80\x80"), err(0, 1, "invalid continuation byte"));
    assert_eq!(strict(b"\xc0\x80"), err(0, 1, "invalid start byte"));
    assert_eq!(dec(Codec::Utf8, b"a\xe2\x82b", Handler::Replace).unwrap(), "a\u{fffd}b");
    assert_eq!(dec(Codec::Utf8, b"a\xe2\x82b", Handler::Backslash).unwrap(), "a\\xe2\\x82b");
    let (s, used) =
        decode(&mut Decoder::new(Codec::Utf8, false), b"ab\xe2\x82", Handler::Strict).unwrap();
    assert_eq!((s, used), (StrBuf::Ascii(b"ab".to_vec()), 2));
}

#[test]
fn surrogate_handlers() {
    let d = &mut Decoder::new(Codec::Utf8, true);
    let (s, _) = decode(d, b"\xff\xed\xa0\x80", Handler::SurrogateEscape).unwrap();
    assert_eq!(s, StrBuf::Ucs2(vec![0xDCFF, 0xDCED, 0xDCA0, 0xDC80]));
    let back = encode(Codec::Utf8, s.view(), Handler::SurrogateEscape).unwrap();
    assert_eq!(back, b"\xff\xed\xa0\x80");
    let d = &mut Decoder::new(Codec::Utf8, true);
    let (s, _) = decode(d, b"\xed\xa0\x80x", Handler::SurrogatePass).unwrap();
    assert_eq!(s, StrBuf::Ucs2(vec![0xD800, 0x78]));
    assert_eq!(encode(Codec::Utf8, s.view(), Handler::SurrogatePass).unwrap(), b"\xed\xa0\x80x");
    assert_eq!(
        encode(Codec::Utf8, s.view(), Handler::Strict),
        Err(err(0, 1, "surrogates not allowed"))
    );
    let le = Codec::Utf16(ByteOrder::Little);
    assert_eq!(encode(le, s.view(), Handler::SurrogatePass).unwrap(), b"\0\xd8x\0");
}

#[test]
fn narrow_encodings() {
    let s = StrBuf::from("a\u{e9}\u{20ac}\u{20ac}b");
    let ascii = |h| encode(Codec::Ascii, s.view(), h);
    assert_eq!(ascii(Handler::Strict), Err(err(1, 4, "ordinal not in range(128)")));
    assert_eq!(ascii(Handler::Replace).unwrap(), b"a???b");
    assert_eq!(ascii(Handler::XmlCharRef).unwrap(), b"a&#233;&#8364;&#8364;b");
    assert_eq!(ascii(Handler::Backslash).unwrap(), b"a\\xe9\\u20ac\\u20acb");
    let name = b"a\\N{LATIN SMALL LETTER E WITH ACUTE}\\N{EURO SIGN}\\N{EURO SIGN}b";
    assert_eq!(ascii(Handler::Name).unwrap(), name);
    let latin = encode(Codec::Latin1, s.view(), Handler::Strict);
    assert_eq!(latin, Err(err(2, 4, "ordinal not in range(256)")));
}

#[test]
fn wide_encodings() {
    let s = StrBuf::from("a\u{1f600}");
    let u16 = encode(Codec::Utf16(ByteOrder::Mark), s.view(), Handler::Strict).unwrap();
    assert_eq!(u16, b"\xff\xfea\0\x3d\xd8\0\xde");
    assert_eq!(dec(Codec::Utf16(ByteOrder::Mark), &u16, Handler::Strict).unwrap(), "a\u{1f600}");
    let u32 = encode(Codec::Utf32(ByteOrder::Big), s.view(), Handler::Strict).unwrap();
    assert_eq!(u32, b"\0\0\0a\0\x01\xf6\0");
    let le = Codec::Utf16(ByteOrder::Little);
    assert_eq!(dec(le, b"\0\xd8a\0", Handler::Strict), Err(err(0, 2, "illegal UTF-16 surrogate")));
    assert_eq!(dec(le, b"\0\xdc", Handler::Strict), Err(err(0, 2, "illegal encoding")));
    assert_eq!(dec(le, b"a\0\0\xd8b", Handler::Strict), Err(err(2, 5, "unexpected end of data")));
    assert_eq!(dec(le, b"a\0b", Handler::Strict), Err(err(2, 3, "truncated data")));
}

#[test]
fn escapes() {
    let ue = |s: &[u8]| dec(Codec::UnicodeEscape, s, Handler::Strict);
    assert_eq!(
        ue(b"a\\n\\x41\\u20ac\\U0001f600\\101\\N{EURO SIGN}\\q").unwrap(),
        "a\nA\u{20ac}\u{1f600}A\u{20ac}\\q"
    );
    assert_eq!(ue(b"a\\x4"), Err(err(1, 4, "truncated \\xXX escape")));
    assert_eq!(ue(b"\\xg"), Err(err(0, 2, "truncated \\xXX escape")));
    assert_eq!(ue(b"\\"), Err(err(0, 1, "\\ at end of string")));
    assert_eq!(ue(b"\\U00110000"), Err(err(0, 10, "illegal Unicode character")));
    assert_eq!(ue(b"\\N{no such}"), Err(err(0, 11, "unknown Unicode character name")));
    let raw = dec(Codec::RawUnicodeEscape, b"\\n\\u20ac\\\\u0041\\", Handler::Strict).unwrap();
    assert_eq!(raw, "\\n\u{20ac}\\\\u0041\\");
    let bytes = decode_bytes_escape(b"a\\n\\x41\\101\\q", None).unwrap();
    assert_eq!(bytes, (b"a\nAA\\q".to_vec(), Some(11)));
    assert_eq!(decode_bytes_escape(b"a\\xz", None), Err(BadEscape::Hex(1)));
}

#[test]
fn utf7_round_trip() {
    for text in ["a+b", "\u{20ac}-\u{e9}x", "\u{1f600}", "~\\", "Hi Mom \u{263a}!"] {
        let s = StrBuf::from(text);
        let bytes = encode(Codec::Utf7, s.view(), Handler::Strict).unwrap();
        assert_eq!(dec(Codec::Utf7, &bytes, Handler::Strict).unwrap(), text, "{bytes:?}");
    }
    let s = StrBuf::from("Hi Mom \u{263a}!");
    assert_eq!(encode(Codec::Utf7, s.view(), Handler::Strict).unwrap(), b"Hi Mom +Jjo!");
}
