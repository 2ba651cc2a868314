//! `%` with bytes on the left.

use super::shared::look_at;
use super::{Borrowed, Bytes};
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::R;
use crate::names::n;
use crate::num::format::Percent;
use crate::ops;
use crate::text::StrRef;
use crate::text::percent::{Conversion, conversion};
use crate::types::str::percent::{Source, integer, real, unsupported};
use crate::types::{ByteArray, float, int};

/// `a % b` with `bytes` or a `bytearray` on the left; the result is of the same type.
pub fn remainder(th: &mut Thread, a: Value, b: Value) -> R {
    if a.cast::<Bytes>().is_none() && a.cast::<ByteArray>().is_none() {
        return Ok(Value::not_implemented());
    }
    let format = look_at(th, a, <[u8]>::to_vec);
    let out = fill(th, &format, b)?;
    super::ops::like(th, a, &out)
}

fn fill(th: &mut Thread, format: &[u8], args: Value) -> R<Vec<u8>> {
    let plain = args.cast::<Bytes>().is_some()
        || args.cast::<ByteArray>().is_some()
        || args.cast::<crate::types::Str>().is_some();
    let mut source = Source::new(args, plain);
    let mut out = Vec::with_capacity(format.len() + 16);
    let text = StrRef::Latin1(format);
    let mut at = 0;
    while at < format.len() {
        let plain = memchr::memchr(b'%', &format[at..]).unwrap_or(format.len() - at);
        out.extend_from_slice(&format[at..at + plain]);
        at += plain;
        if at == format.len() {
            break;
        }
        let (c, end) = match conversion(text, at + 1) {
            Ok(parsed) => parsed,
            Err("precision too big") => {
                return Err(th.value_error(format_args!("prec too big")));
            }
            Err(message) => return Err(th.value_error(format_args!("{message}"))),
        };
        at = end;
        if let Some((a, b)) = c.key {
            source.select(th, |th| Ok(Value::from_ref(Bytes::new(th, &format[a..b])?)))?;
        }
        let p = source.resolve(th, &c)?;
        if c.letter == u32::from(b'%') {
            out.push(b'%');
            continue;
        }
        let v = source.next(th)?;
        one(th, &c, &p, v, &mut out)?;
    }
    source.finish(th, "bytes")?;
    Ok(out)
}

fn one(th: &mut Thread, c: &Conversion, p: &Percent, v: Value, out: &mut Vec<u8>) -> R<()> {
    let letter = char::from_u32(c.letter).unwrap_or('\u{fffd}');
    match letter {
        'r' | 'a' => {
            let s = ops::ascii(th, v)?;
            let all = s.data();
            push_padded(out, &all[..p.precision.unwrap_or(usize::MAX).min(all.len())], p);
        }
        's' | 'b' => {
            let data = to_bytes(th, v)?;
            let all = data.as_slice();
            push_padded(out, &all[..p.precision.unwrap_or(usize::MAX).min(all.len())], p);
        }
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            let text = integer(th, letter, v, p)?;
            out.extend_from_slice(text.as_bytes());
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let Some(x) = float::try_f64(th, v)? else {
                let tn = v.type_of().name();
                return Err(th.type_error(format_args!("float argument required, not {tn}")));
            };
            out.extend_from_slice(real(letter, x, p).as_bytes());
        }
        'c' => {
            let b = character(th, v)?;
            push_padded(out, &[b], p);
        }
        _ => return Err(unsupported(th, c)),
    }
    Ok(())
}

fn push_padded(out: &mut Vec<u8>, s: &[u8], p: &Percent) {
    let fill = p.width.saturating_sub(s.len());
    out.resize(out.len() + if p.left { 0 } else { fill }, b' ');
    out.extend_from_slice(s);
    out.resize(out.len() + if p.left { fill } else { 0 }, b' ');
}

fn to_bytes(th: &mut Thread, v: Value) -> R<Borrowed> {
    if let Some(b) = v.cast::<Bytes>() {
        return Ok(Borrowed::Static(b.as_slice()));
    }
    if let Some(r) = ops::call_special(th, v, n().__bytes__, &[])? {
        return match r.cast::<Bytes>() {
            Some(b) => Ok(Borrowed::Static(b.as_slice())),
            None => {
                let tn = r.type_of().name();
                Err(th.type_error(format_args!("__bytes__ returned non-bytes (type {tn})")))
            }
        };
    }
    match Borrowed::try_of(th, v)? {
        Some(b) => Ok(b),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!(
                "%b requires a bytes-like object, or an object that implements __bytes__, not '{tn}'"
            )))
        }
    }
}

fn character(th: &mut Thread, v: Value) -> R<u8> {
    const WANT: &str = "%c requires an integer in range(256) or a single byte, not";
    let data = match (v.cast::<Bytes>(), v.cast::<ByteArray>()) {
        (Some(b), _) => Some((b.as_slice().to_vec(), "bytes")),
        (_, Some(b)) => Some((b.snapshot(th), "bytearray")),
        _ => None,
    };
    if let Some((b, name)) = data {
        if let [one] = b[..] {
            return Ok(one);
        }
        let k = b.len();
        return Err(th.type_error(format_args!("{WANT} a {name} object of length {k}")));
    }
    let Some(i) = ops::index_opt(th, v)? else {
        let tn = v.type_of().name();
        return Err(th.type_error(format_args!("{WANT} {tn}")));
    };
    match int::to_i64(i) {
        Some(i @ 0..=255) => Ok(i as u8),
        _ => Err(th.overflow_error(format_args!("%c arg not in range(256)"))),
    }
}
