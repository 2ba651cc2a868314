//! `_codecs`: the functions under the library's `codecs` and `encodings`.
//!
//! The registry of codecs and error handlers and the drivers are `heddle_object::types::str::codecs`; here are their
//! names. `charmap.rs` has the codecs that are given by a table, `handlers.rs` the error handlers as functions.

mod charmap;
mod handlers;

use heddle_object::text::codec::{
    BadEscape, ByteOrder, Codec, Decoder, decode_bytes_escape, encode_bytes_escape,
};
use heddle_object::types::bytes::Borrowed;
use heddle_object::types::str::codecs::{self, Errors};
use heddle_object::types::{Bytes, Str, Tuple, int};
use heddle_object::{Args, MethodDef, ModuleDef, Params, R, Thread, Value, ops};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_codecs",
    methods: METHODS,
    init: |th, _| handlers::register(th),
    ..ModuleDef::DEFAULT
};

macro_rules! encoders {
    ($($name:literal $codec:expr;)*) => {
        &[$(MethodDef::fast(
            $name, 1, 2,
            |th, _, a| encode_as(th, $name, $codec, a),
            concat!($name, "($module, str, errors=None, /)\n--\n\n"),
        )),*]
    };
}

macro_rules! decoders {
    ($($name:literal $codec:expr;)*) => {
        &[$(MethodDef::fast(
            $name, 1, 3,
            |th, _, a| decode_as(th, $name, $codec, a, false),
            concat!($name, "($module, data, errors=None, final=False, /)\n--\n\n"),
        )),*]
    };
}

use ByteOrder::{Big, Little, Mark};

const ENCODERS: &[MethodDef] = encoders! {
    "ascii_encode" Codec::Ascii;
    "latin_1_encode" Codec::Latin1;
    "raw_unicode_escape_encode" Codec::RawUnicodeEscape;
    "unicode_escape_encode" Codec::UnicodeEscape;
    "utf_16_be_encode" Codec::Utf16(Big);
    "utf_16_le_encode" Codec::Utf16(Little);
    "utf_32_be_encode" Codec::Utf32(Big);
    "utf_32_le_encode" Codec::Utf32(Little);
    "utf_7_encode" Codec::Utf7;
    "utf_8_encode" Codec::Utf8;
};

const DECODERS: &[MethodDef] = decoders! {
    "utf_16_be_decode" Codec::Utf16(Big);
    "utf_16_decode" Codec::Utf16(Mark);
    "utf_16_le_decode" Codec::Utf16(Little);
    "utf_32_be_decode" Codec::Utf32(Big);
    "utf_32_decode" Codec::Utf32(Mark);
    "utf_32_le_decode" Codec::Utf32(Little);
    "utf_7_decode" Codec::Utf7;
    "utf_8_decode" Codec::Utf8;
};

const OTHERS: &[MethodDef] = &[
    MethodDef::one(
        "_unregister_error",
        unregister_error,
        "_unregister_error($module, errors, /)\n--\n\nForget an error handler; tells whether there was one.",
    ),
    MethodDef::fast(
        "ascii_decode",
        1,
        2,
        |th, _, a| decode_as(th, "ascii_decode", Codec::Ascii, a, true),
        "ascii_decode($module, data, errors=None, /)\n--\n\n",
    ),
    MethodDef::one("charmap_build", charmap::build, "charmap_build($module, map, /)\n--\n\n"),
    MethodDef::fast(
        "charmap_decode",
        1,
        3,
        charmap::decode,
        "charmap_decode($module, data, errors=None, mapping=None, /)\n--\n\n",
    ),
    MethodDef::fast(
        "charmap_encode",
        1,
        3,
        charmap::encode,
        "charmap_encode($module, str, errors=None, mapping=None, /)\n--\n\n",
    ),
    MethodDef::kw(
        "decode",
        |th, _, a| through(th, a, false),
        "decode($module, /, obj, encoding='utf-8', errors='strict')\n--\n\nDecode with a registered codec.",
    ),
    MethodDef::kw(
        "encode",
        |th, _, a| through(th, a, true),
        "encode($module, /, obj, encoding='utf-8', errors='strict')\n--\n\nEncode with a registered codec.",
    ),
    MethodDef::fast(
        "escape_decode",
        1,
        2,
        escape_decode,
        "escape_decode($module, data, errors=None, /)\n--\n\n",
    ),
    MethodDef::fast(
        "escape_encode",
        1,
        2,
        escape_encode,
        "escape_encode($module, data, errors=None, /)\n--\n\n",
    ),
    MethodDef::fast(
        "latin_1_decode",
        1,
        2,
        |th, _, a| decode_as(th, "latin_1_decode", Codec::Latin1, a, true),
        "latin_1_decode($module, data, errors=None, /)\n--\n\n",
    ),
    MethodDef::one(
        "lookup",
        lookup,
        "lookup($module, encoding, /)\n--\n\nGive the functions of a codec as a tuple.",
    ),
    MethodDef::one(
        "lookup_error",
        lookup_error,
        "lookup_error($module, name, /)\n--\n\nGive an error handler.",
    ),
    MethodDef::fast(
        "raw_unicode_escape_decode",
        1,
        3,
        |th, _, a| decode_as(th, "raw_unicode_escape_decode", Codec::RawUnicodeEscape, a, true),
        "raw_unicode_escape_decode($module, data, errors=None, final=True, /)\n--\n\n",
    ),
    MethodDef::fast(
        "readbuffer_encode",
        1,
        2,
        readbuffer_encode,
        "readbuffer_encode($module, data, errors=None, /)\n--\n\n",
    ),
    MethodDef::one(
        "register",
        |th, _, f| codecs::register(th, f).map(|()| Value::none()),
        "register($module, search_function, /)\n--\n\nAdd a function that finds codecs by name.",
    ),
    MethodDef::fast(
        "register_error",
        2,
        2,
        register_error,
        "register_error($module, errors, handler, /)\n--\n\nSet the error handler of a name.",
    ),
    MethodDef::fast(
        "unicode_escape_decode",
        1,
        3,
        |th, _, a| decode_as(th, "unicode_escape_decode", Codec::UnicodeEscape, a, true),
        "unicode_escape_decode($module, data, errors=None, final=True, /)\n--\n\n",
    ),
    MethodDef::one(
        "unregister",
        |th, _, f| codecs::unregister(th, f).map(|()| Value::none()),
        "unregister($module, search_function, /)\n--\n\nForget a function that finds codecs.",
    ),
    MethodDef::fast(
        "utf_16_encode",
        1,
        3,
        |th, _, a| encode_ordered(th, "utf_16_encode", Codec::Utf16, a),
        "utf_16_encode($module, str, errors=None, byteorder=0, /)\n--\n\n",
    ),
    MethodDef::fast(
        "utf_16_ex_decode",
        1,
        4,
        |th, _, a| decode_ordered(th, "utf_16_ex_decode", Codec::Utf16, a),
        "utf_16_ex_decode($module, data, errors=None, byteorder=0, final=False,\n                 /)\n--\n\n",
    ),
    MethodDef::fast(
        "utf_32_encode",
        1,
        3,
        |th, _, a| encode_ordered(th, "utf_32_encode", Codec::Utf32, a),
        "utf_32_encode($module, str, errors=None, byteorder=0, /)\n--\n\n",
    ),
    MethodDef::fast(
        "utf_32_ex_decode",
        1,
        4,
        |th, _, a| decode_ordered(th, "utf_32_ex_decode", Codec::Utf32, a),
        "utf_32_ex_decode($module, data, errors=None, byteorder=0, final=False,\n                 /)\n--\n\n",
    ),
];

const COUNT: usize = ENCODERS.len() + DECODERS.len() + OTHERS.len();
static ALL: [MethodDef; COUNT] = crate::math::concat(&[ENCODERS, DECODERS, OTHERS]);
const METHODS: &[MethodDef] = &ALL;

// ---- arguments and results

fn str_arg(th: &mut Thread, f: &str, i: usize, v: Value) -> R<&'static Str> {
    match v.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("{f}() argument {i} must be str, not {tn}")))
        }
    }
}

/// The error handler at `args[1]`.
fn errors_arg(th: &mut Thread, f: &str, args: &[Value]) -> R<Option<&'static Str>> {
    match args.get(1).filter(|e| !e.is_none()) {
        None => Ok(None),
        Some(e) => match e.cast::<Str>() {
            Some(s) => Ok(Some(s)),
            None => {
                let tn = e.type_of().name();
                Err(th.type_error(format_args!("{f}() argument 2 must be str or None, not {tn}")))
            }
        },
    }
}

fn one_str(th: &mut Thread, f: &str, v: Value) -> R<&'static Str> {
    match v.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("{f}() argument must be str, not {tn}")))
        }
    }
}

/// `(result, number)`
fn pair(th: &mut Thread, result: Value, used: usize) -> R {
    Ok(Value::from_ref(Tuple::new(th, &[result, Value::small_int(used as i64)])?))
}

fn bytes_pair(th: &mut Thread, data: &[u8], used: usize) -> R {
    let b = Value::from_ref(Bytes::new(th, data)?);
    pair(th, b, used)
}

/// What to decode: a buffer; the UTF-8 of a str where that is allowed.
fn data_arg(th: &mut Thread, v: Value, text: bool) -> R<Borrowed> {
    match v.cast::<Str>() {
        Some(s) if text => {
            let data = codecs::encode_with(th, Codec::Utf8, s, Errors::named(None))?;
            Ok(Borrowed::Copied(data))
        }
        _ => Borrowed::of(th, v),
    }
}

fn flag(th: &mut Thread, args: &[Value], i: usize, default: bool) -> R<bool> {
    match args.get(i) {
        Some(v) => ops::is_true(th, *v),
        None => Ok(default),
    }
}

// ---- codecs of the runtime

fn encode_as(th: &mut Thread, f: &str, codec: Codec, args: &[Value]) -> R {
    let s = str_arg(th, f, 1, args[0])?;
    let errors = errors_arg(th, f, args)?;
    let data = codecs::encode_with(th, codec, s, Errors::named(errors))?;
    bytes_pair(th, &data, s.len())
}

fn decode_as(th: &mut Thread, f: &str, codec: Codec, args: &[Value], complete: bool) -> R {
    let escapes = matches!(codec, Codec::UnicodeEscape | Codec::RawUnicodeEscape);
    let data = data_arg(th, args[0], escapes)?;
    let errors = errors_arg(th, f, args)?;
    let complete = flag(th, args, 2, complete)?;
    let (s, used) =
        codecs::decode_with(th, codec, data.as_slice(), Errors::named(errors), complete)?;
    pair(th, Value::from_ref(s), used)
}

fn order_arg(th: &mut Thread, args: &[Value]) -> R<ByteOrder> {
    let n = match args.get(2) {
        Some(n) => int::as_i32(th, *n)?,
        None => 0,
    };
    Ok(match n.signum() {
        -1 => Little,
        1 => Big,
        _ => Mark,
    })
}

type Family = fn(ByteOrder) -> Codec;

fn encode_ordered(th: &mut Thread, f: &str, family: Family, args: &[Value]) -> R {
    let order = order_arg(th, args)?;
    encode_as(th, f, family(order), &args[..args.len().min(2)])
}

fn decode_ordered(th: &mut Thread, f: &str, family: Family, args: &[Value]) -> R {
    let data = Borrowed::of(th, args[0])?;
    let errors = errors_arg(th, f, args)?;
    let order = order_arg(th, args)?;
    let complete = flag(th, args, 3, false)?;
    let mut decoder = Decoder::new(family(order), complete);
    let (s, used) = codecs::decode_from(th, &mut decoder, data.as_slice(), Errors::named(errors))?;
    let found = match decoder.codec() {
        Codec::Utf16(Little) | Codec::Utf32(Little) => -1,
        Codec::Utf16(Big) | Codec::Utf32(Big) => 1,
        _ => 0,
    };
    let items = [Value::from_ref(s), Value::small_int(used as i64), Value::small_int(found)];
    Ok(Value::from_ref(Tuple::new(th, &items)?))
}

// ---- escapes of bytes

fn escape_decode(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let data = data_arg(th, args[0], true)?;
    let errors = errors_arg(th, "escape_decode", args)?;
    let data = data.as_slice();
    let mode = errors.map(|e| e.to_string_lossy());
    let instead: Option<&[u8]> = match mode.as_deref() {
        Some("replace") => Some(b"?"),
        Some("ignore") => Some(b""),
        _ => None,
    };
    match decode_bytes_escape(data, instead) {
        Ok((out, bad)) => {
            if let Some(at) = bad {
                codecs::warn_escape(th, data, at)?;
            }
            bytes_pair(th, &out, data.len())
        }
        Err(BadEscape::Trailing) => Err(th.value_error(format_args!("Trailing \\ in string"))),
        Err(BadEscape::Hex(at)) => Err(match mode.as_deref() {
            None | Some("strict") => {
                th.value_error(format_args!("invalid \\x escape at position {at}"))
            }
            Some(other) => {
                th.value_error(format_args!("decoding error; unknown error handling code: {other}"))
            }
        }),
    }
}

fn escape_encode(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let Some(b) = args[0].cast::<Bytes>() else {
        let tn = args[0].type_of().name();
        return Err(
            th.type_error(format_args!("escape_encode() argument 1 must be bytes, not {tn}"))
        );
    };
    errors_arg(th, "escape_encode", args)?;
    let data = b.as_slice();
    bytes_pair(th, &encode_bytes_escape(data), data.len())
}

fn readbuffer_encode(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let data = data_arg(th, args[0], true)?;
    errors_arg(th, "readbuffer_encode", args)?;
    let data = data.as_slice();
    bytes_pair(th, data, data.len())
}

// ---- the registry

fn lookup(th: &mut Thread, _: Value, name: Value) -> R {
    let name = one_str(th, "lookup", name)?;
    codecs::lookup(th, &name.to_string_lossy()).map(|t| Value::from_ref(t))
}

fn lookup_error(th: &mut Thread, _: Value, name: Value) -> R {
    let name = one_str(th, "lookup_error", name)?;
    codecs::lookup_error(th, name)
}

fn register_error(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let name = str_arg(th, "register_error", 1, args[0])?;
    codecs::register_error(th, name, args[1])?;
    Ok(Value::none())
}

fn unregister_error(th: &mut Thread, _: Value, name: Value) -> R {
    let name = one_str(th, "_unregister_error", name)?;
    codecs::unregister_error(th, name).map(Value::bool)
}

/// `encode` and `decode` through any registered codec.
fn through(th: &mut Thread, args: &Args, encoding: bool) -> R {
    let f = if encoding { "encode" } else { "decode" };
    let [object, name, errors] =
        args.bind(th, f, &Params::new(["obj", "encoding", "errors"], 1))?;
    let named = |th: &mut Thread, what: &str, v: Option<Value>| match v {
        None => Ok(None),
        Some(v) => match v.cast::<Str>() {
            Some(s) => Ok(Some(s)),
            None => {
                let tn = v.type_of().name();
                Err(th.type_error(format_args!("{f}() argument '{what}' must be str, not {tn}")))
            }
        },
    };
    let name = named(th, "encoding", name)?;
    let errors = named(th, "errors", errors)?;
    let Some(object) = object else { return Ok(Value::none()) };
    let text = name.map(|n| n.to_string_lossy());
    let text = text.as_deref().unwrap_or("utf-8");
    if let Some(codec) = Codec::named(text) {
        if encoding && let Some(s) = object.cast::<Str>() {
            let data = codecs::encode_with(th, codec, s, Errors::named(errors))?;
            return Ok(Value::from_ref(Bytes::new(th, &data)?));
        }
        if !encoding && object.cast::<Str>().is_none() {
            return codecs::decode(th, object, name, errors).map(|s| Value::from_ref(s));
        }
    }
    codecs::call_codec(th, text, object, errors, encoding, false)
}
