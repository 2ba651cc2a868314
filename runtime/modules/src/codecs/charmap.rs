//! Codecs that are given by a table: one byte a code point.

use super::{bytes_pair, errors_arg, one_str, pair, str_arg};
use heddle_object::core::payload::{self, Native};
use heddle_object::heap::Tracer;
use heddle_object::text::codec::{Codec, CodecError};
use heddle_object::text::{StrBuilder, StrRef};
use heddle_object::types::bytes::Borrowed;
use heddle_object::types::exceptions::LOOKUP_ERROR;
use heddle_object::types::str::codecs::{self, Errors, Instead};
use heddle_object::types::{Bytes, Dict, Str, int};
use heddle_object::{MethodDef, R, Raised, StaticType, Thread, TypeSpec, Value, flags, ops};

const UNDEFINED: &str = "character maps to <undefined>";
/// Stands for "no character" in a decoding table.
const NONE: u32 = 0xFFFE;

/// The inverse of a decoding table.
struct EncodingMap {
    /// Code point and byte, by code point.
    pairs: Vec<(u16, u8)>,
}

impl Native for EncodingMap {
    fn static_type() -> &'static StaticType {
        &ENCODING_MAP
    }
    fn trace(&self, _: &mut Tracer) {}
}

impl EncodingMap {
    fn get(&self, c: u32) -> Option<u8> {
        let c = u16::try_from(c).ok()?;
        // Most tables begin with ASCII in its place.
        if let Some(&(d, b)) = self.pairs.get(usize::from(c))
            && d == c
        {
            return Some(b);
        }
        let i = self.pairs.binary_search_by_key(&c, |p| p.0).ok()?;
        Some(self.pairs[i].1)
    }
}

/// `EncodingMap`
pub static ENCODING_MAP: StaticType = StaticType::new(TypeSpec {
    name: "EncodingMap",
    flags: flags::DISALLOW_INSTANTIATION,
    methods: &[MethodDef::noargs(
        "size",
        |th, v| {
            let m = v.expect_native::<EncodingMap>(th)?;
            Ok(Value::small_int((size_of::<EncodingMap>() + 4 * m.pairs.len()) as i64))
        },
        "Return the size (in bytes) of this object.",
    )],
    ..payload::spec::<EncodingMap>()
});

pub(super) fn build(th: &mut Thread, _: Value, map: Value) -> R {
    let s = one_str(th, "charmap_build", map)?;
    let view = s.view();
    let len = view.len().min(256);
    let simple = view.get(0) == Some(0) && (1..len).all(|i| !matches!(view.at(i), 0 | 0x1_0000..));
    if !simple {
        let table = Dict::new(th)?;
        for i in 0..len {
            let c = Value::small_int(i64::from(view.at(i)));
            table.set_item(th, c, Value::small_int(i as i64))?;
        }
        return Ok(Value::from_ref(table));
    }
    let mut pairs: Vec<(u16, u8)> =
        (0..len).map(|i| (view.at(i) as u16, i as u8)).filter(|p| u32::from(p.0) != NONE).collect();
    // Of two bytes for one character the later one counts.
    pairs.reverse();
    pairs.sort_by_key(|p| p.0);
    pairs.dedup_by_key(|p| p.0);
    heddle_object::ty::ready_static(th, &ENCODING_MAP)?;
    payload::alloc(th, ENCODING_MAP.ty(), EncodingMap { pairs })
}

// ---- decoding

pub(super) fn decode(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let data = Borrowed::of(th, args[0])?;
    let errors = Errors::named(errors_arg(th, "charmap_decode", args)?);
    let mut input = data.as_slice();
    let len = input.len();
    let Some(mapping) = args.get(2).copied().filter(|m| !m.is_none()) else {
        let s = Str::from_view(th, StrRef::Latin1(input))?;
        return pair(th, Value::from_ref(s), len);
    };
    let table = mapping.cast::<Str>().map(|s| s.view());
    let mut out = StrBuilder::with_capacity(len);
    let mut at = 0;
    while let Some(&b) = input.get(at) {
        let defined = match table {
            Some(t) => match t.get(usize::from(b)) {
                Some(NONE) | None => false,
                Some(c) => {
                    out.push(c);
                    true
                }
            },
            None => decode_one(th, mapping, b, &mut out)?,
        };
        if defined {
            at += 1;
            continue;
        }
        let e = CodecError { start: at, end: at + 1, reason: UNDEFINED };
        at = codecs::recover_decode(th, errors, "charmap", &mut input, e, &mut out)?;
    }
    let s = Str::from_buf(th, &out.finish())?;
    pair(th, Value::from_ref(s), len)
}

/// Writes what a mapping has for a byte; false when that is nothing.
fn decode_one(th: &mut Thread, mapping: Value, b: u8, out: &mut StrBuilder) -> R<bool> {
    let Some(x) = get(th, mapping, i64::from(b))? else { return Ok(false) };
    if let Some(s) = x.cast::<Str>() {
        if s.len() == 1 && s.code_point(0) == NONE {
            return Ok(false);
        }
        out.push_ref(s.view());
        return Ok(true);
    }
    if !int::check(x) {
        return Err(
            th.type_error(format_args!("character mapping must return integer, None or str"))
        );
    }
    match int::to_i64(x).and_then(|c| u32::try_from(c).ok()).filter(|&c| c < 0x11_0000) {
        Some(NONE) => Ok(false),
        Some(c) => {
            out.push(c);
            Ok(true)
        }
        None => Err(th.type_error(format_args!("character mapping must be in range(0x110000)"))),
    }
}

/// What a mapping has for a key; nothing for `None` and for keys that it does not have.
fn get(th: &mut Thread, mapping: Value, key: i64) -> R<Option<Value>> {
    match ops::getitem(th, mapping, Value::small_int(key)) {
        Ok(v) if v.is_none() => Ok(None),
        Ok(v) => Ok(Some(v)),
        Err(e) if th.catch(e, &LOOKUP_ERROR) => Ok(None),
        Err(e) => Err(e),
    }
}

// ---- encoding

pub(super) fn encode(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let s = str_arg(th, "charmap_encode", 1, args[0])?;
    let errors = Errors::named(errors_arg(th, "charmap_encode", args)?);
    let Some(mapping) = args.get(2).copied().filter(|m| !m.is_none()) else {
        let data = codecs::encode_with(th, Codec::Latin1, s, errors)?;
        return bytes_pair(th, &data, s.len());
    };
    let view = s.view();
    let mut out = Vec::with_capacity(view.len());
    let mut at = 0;
    while at < view.len() {
        if encode_one(th, mapping, view.at(at), &mut out)? {
            at += 1;
            continue;
        }
        // What cannot be encoded in a row is one error.
        let mut end = at + 1;
        let mut scratch = Vec::new();
        while end < view.len() && !encode_one(th, mapping, view.at(end), &mut scratch)? {
            end += 1;
        }
        let e = CodecError { start: at, end, reason: UNDEFINED };
        let (instead, next) = codecs::recover_encode(th, errors, "charmap", s, e)?;
        at = next;
        match instead {
            Instead::Bytes(b) => out.extend(b),
            Instead::Ascii(t) => put(th, mapping, StrRef::Ascii(&t), s, e, &mut out)?,
            Instead::Text(t) => put(th, mapping, t.view(), s, e, &mut out)?,
        }
    }
    bytes_pair(th, &out, view.len())
}

/// Encodes what a handler gave; the first error is raised when that cannot be encoded either.
fn put(
    th: &mut Thread,
    mapping: Value,
    text: StrRef<'_>,
    s: &'static Str,
    e: CodecError,
    out: &mut Vec<u8>,
) -> R<()> {
    for c in text.chars() {
        if !encode_one(th, mapping, c, out)? {
            return Err(codecs::raise_encode(th, "charmap", s, e));
        }
    }
    Ok(())
}

/// Writes what a mapping has for a code point; false when that is nothing.
fn encode_one(th: &mut Thread, mapping: Value, c: u32, out: &mut Vec<u8>) -> R<bool> {
    if mapping.is_type(&ENCODING_MAP)
        && let Some(m) = mapping.native::<EncodingMap>()
    {
        return Ok(match m.get(c) {
            Some(b) => {
                out.push(b);
                true
            }
            None => false,
        });
    }
    let Some(x) = get(th, mapping, i64::from(c))? else { return Ok(false) };
    if let Some(b) = x.cast::<Bytes>() {
        out.extend_from_slice(b.as_slice());
        return Ok(true);
    }
    if int::check(x) {
        return match int::to_i64(x) {
            Some(b @ 0..=255) => {
                out.push(b as u8);
                Ok(true)
            }
            _ => Err(th.type_error(format_args!("character mapping must be in range(256)"))),
        };
    }
    Err(wrong_type(th, x))
}

#[cold]
fn wrong_type(th: &mut Thread, x: Value) -> Raised {
    let tn = x.type_of().name();
    th.type_error(format_args!("character mapping must return integer, bytes or None, not {tn}"))
}
