//! The built-in error handlers as functions, for those who look them up by name.

use heddle_object::text::StrBuilder;
use heddle_object::text::codec::{Handler, Replacement};
use heddle_object::types::bytes::Borrowed;
use heddle_object::types::descr::BuiltinFunction;
use heddle_object::types::str::codecs;
use heddle_object::types::{Bytes, Exception, Str, Tuple, exceptions as exc, int};
use heddle_object::{MethodDef, R, Raised, Thread, Value};

static FUNCTIONS: [MethodDef; 8] = [
    MethodDef::one(
        "strict_errors",
        |th, _, e| handle(th, Handler::Strict, e),
        "strict_errors($module, exc, /)\n--\n\nRaise the exception.",
    ),
    MethodDef::one(
        "ignore_errors",
        |th, _, e| handle(th, Handler::Ignore, e),
        "ignore_errors($module, exc, /)\n--\n\nLeave out what is wrong.",
    ),
    MethodDef::one(
        "replace_errors",
        |th, _, e| handle(th, Handler::Replace, e),
        "replace_errors($module, exc, /)\n--\n\nPut a mark in the place of what is wrong.",
    ),
    MethodDef::one(
        "backslashreplace_errors",
        |th, _, e| handle(th, Handler::Backslash, e),
        "backslashreplace_errors($module, exc, /)\n--\n\nPut escapes in the place of what is wrong.",
    ),
    MethodDef::one(
        "xmlcharrefreplace_errors",
        |th, _, e| handle(th, Handler::XmlCharRef, e),
        "xmlcharrefreplace_errors($module, exc, /)\n--\n\nPut XML character references in the place of what is wrong.",
    ),
    MethodDef::one(
        "namereplace_errors",
        |th, _, e| handle(th, Handler::Name, e),
        "namereplace_errors($module, exc, /)\n--\n\nPut the names of characters in their place.",
    ),
    MethodDef::one(
        "surrogateescape",
        |th, _, e| handle(th, Handler::SurrogateEscape, e),
        "surrogateescape($module, exc, /)\n--\n\nTurn wrong bytes into lone surrogates, and back.",
    ),
    MethodDef::one(
        "surrogatepass",
        |th, _, e| handle(th, Handler::SurrogatePass, e),
        "surrogatepass($module, exc, /)\n--\n\nTreat surrogates like other code points.",
    ),
];

/// Registers them.
pub(super) fn register(th: &mut Thread) -> R<()> {
    for (name, def) in Handler::NAMES.iter().zip(&FUNCTIONS) {
        let f = BuiltinFunction::new(th, def, Value::none(), None)?;
        let name = Str::new(th, name)?;
        codecs::register_error(th, name, f)?;
    }
    Ok(())
}

fn field(e: &Exception, i: usize) -> i64 {
    e.field(i).and_then(int::to_i64).unwrap_or(0)
}

/// Where the trouble is, clamped to the object.
fn range(e: &Exception, len: usize) -> (usize, usize) {
    let n = len as i64;
    let start = field(e, 2).clamp(0, (n - 1).max(0));
    let end = field(e, 3).clamp(n.min(1), n).max(start);
    (start as usize, end as usize)
}

#[cold]
fn unknown(th: &mut Thread, v: Value) -> Raised {
    let tn = v.type_of().name();
    th.type_error(format_args!("don't know how to handle {tn} in error callback"))
}

fn answer(th: &mut Thread, text: Value, at: usize) -> R {
    Ok(Value::from_ref(Tuple::new(th, &[text, Value::small_int(at as i64)])?))
}

fn handle(th: &mut Thread, h: Handler, v: Value) -> R {
    if h == Handler::Strict {
        return Err(if v.is_instance(&exc::BASE_EXCEPTION) {
            th.set_exception(v)
        } else {
            th.type_error(format_args!("codec must pass exception instance"))
        });
    }
    let Some(e) = v.cast::<Exception>() else { return Err(unknown(th, v)) };
    let encoding = e.field(0).and_then(|s| s.cast::<Str>()).map(|s| s.to_string_lossy());
    let encoding = encoding.as_deref().unwrap_or("");
    let object = e.field(1);
    if v.is_instance(&exc::UNICODE_ENCODE_ERROR) {
        let Some(s) = object.and_then(|o| o.cast::<Str>()) else { return Err(unknown(th, v)) };
        let (start, end) = range(e, s.len());
        return match h.on_encode(encoding, s.view(), start, end) {
            Some(Replacement::Text(t)) => {
                let text = Str::from_bytes(th, &t, true)?;
                answer(th, Value::from_ref(text), end)
            }
            Some(Replacement::Bytes(b)) => {
                let b = Bytes::new(th, &b)?;
                answer(th, Value::from_ref(b), end)
            }
            None => Err(th.set_exception(v)),
        };
    }
    if v.is_instance(&exc::UNICODE_DECODE_ERROR) {
        if matches!(h, Handler::XmlCharRef | Handler::Name) {
            return Err(unknown(th, v));
        }
        let Some(object) = object else { return Err(unknown(th, v)) };
        let data = Borrowed::of(th, object)?;
        let data = data.as_slice();
        let (start, end) = range(e, data.len());
        let mut out = StrBuilder::new();
        return match h.on_decode(encoding, data, start, end, &mut out) {
            Some(at) => {
                let text = Str::from_buf(th, &out.finish())?;
                answer(th, Value::from_ref(text), at)
            }
            None => Err(th.set_exception(v)),
        };
    }
    if v.is_instance(&exc::UNICODE_TRANSLATE_ERROR) {
        let Some(s) = object.and_then(|o| o.cast::<Str>()) else { return Err(unknown(th, v)) };
        let (start, end) = range(e, s.len());
        let mut out = StrBuilder::new();
        match h {
            Handler::Ignore => {}
            Handler::Replace => out.push_n(0xFFFD, end - start),
            Handler::Backslash => match h.on_encode(encoding, s.view(), start, end) {
                Some(Replacement::Text(t)) => out.push_ascii(&t),
                _ => return Err(unknown(th, v)),
            },
            _ => return Err(unknown(th, v)),
        }
        let text = Str::from_buf(th, &out.finish())?;
        return answer(th, Value::from_ref(text), end);
    }
    Err(unknown(th, v))
}
