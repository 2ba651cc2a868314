//! The methods of `int`.

use super::new::{ascii, bytes_like, code_points, is_int_type, rendered};
use super::{check, exact, from_int, from_u64, int_ref, max_str_digits, raise};
use crate::core::native::{Args, GetSetDef, MethodDef, Params};
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::R;
use crate::num::format::{Align, Spec, format_int};
use crate::num::int::{self, IntRef};
use crate::ops;
use crate::types::{Str, Tuple};

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::noargs(
        "conjugate",
        same,
        "conjugate($self, /)\n--\n\nReturns self, the complex conjugate of any int.",
    ),
    MethodDef::noargs(
        "bit_length",
        bit_length,
        "bit_length($self, /)\n--\n\nNumber of bits necessary to represent self in binary.",
    ),
    MethodDef::noargs(
        "bit_count",
        bit_count,
        "bit_count($self, /)\n--\n\nNumber of ones in the binary representation of the absolute value of self.",
    ),
    MethodDef::kw(
        "to_bytes",
        to_bytes,
        "to_bytes($self, /, length=1, byteorder='big', *, signed=False)\n--\n\n\
         Return an array of bytes representing an integer.",
    ),
    MethodDef::kw(
        "from_bytes",
        from_bytes,
        "from_bytes($type, /, bytes, byteorder='big', *, signed=False)\n--\n\n\
         Return the integer represented by the given array of bytes.",
    )
    .class(),
    MethodDef::noargs(
        "as_integer_ratio",
        as_integer_ratio,
        "as_integer_ratio($self, /)\n--\n\nReturn a pair of integers, whose ratio is equal to the original int.",
    ),
    MethodDef::noargs(
        "is_integer",
        is_integer,
        "is_integer($self, /)\n--\n\nReturns True. Exists for duck type compatibility with float.is_integer.",
    ),
    MethodDef::noargs(
        "__trunc__",
        same,
        "__trunc__($self, /)\n--\n\nTruncating an Integral returns itself.",
    ),
    MethodDef::noargs(
        "__floor__",
        same,
        "__floor__($self, /)\n--\n\nFlooring an Integral returns itself.",
    ),
    MethodDef::noargs(
        "__ceil__",
        same,
        "__ceil__($self, /)\n--\n\nCeiling of an Integral returns itself.",
    ),
    MethodDef::fast(
        "__round__",
        0,
        1,
        round,
        "__round__($self, ndigits=None, /)\n--\n\nRounding an Integral returns itself.",
    ),
    MethodDef::noargs("__getnewargs__", getnewargs, "__getnewargs__($self, /)\n--\n\n"),
    MethodDef::one(
        "__format__",
        format,
        "__format__($self, format_spec, /)\n--\n\nConvert to a string according to format_spec.",
    ),
    MethodDef::noargs(
        "__sizeof__",
        sizeof,
        "__sizeof__($self, /)\n--\n\nReturns size in memory, in bytes.",
    ),
];

pub(super) static GETSET: &[GetSetDef] = &[
    GetSetDef::ro("real", same, "the real part of a complex number"),
    GetSetDef::ro("imag", zero, "the imaginary part of a complex number"),
    GetSetDef::ro("numerator", same, "the numerator of a rational number in lowest terms"),
    GetSetDef::ro("denominator", one, "the denominator of a rational number in lowest terms"),
];

fn value(v: Value) -> IntRef<'static> {
    // Methods are called with ints only.
    int_ref(v).unwrap_or(IntRef::Small(0))
}

fn same(th: &mut Thread, v: Value) -> R {
    exact(th, v)
}

fn zero(_: &mut Thread, _: Value) -> R {
    Ok(Value::small_int(0))
}

fn one(_: &mut Thread, _: Value) -> R {
    Ok(Value::small_int(1))
}

fn bit_length(th: &mut Thread, v: Value) -> R {
    from_u64(th, int::bit_length(value(v)))
}

fn bit_count(th: &mut Thread, v: Value) -> R {
    from_u64(th, int::bit_count(value(v)))
}

fn is_integer(_: &mut Thread, _: Value) -> R {
    Ok(Value::bool(true))
}

fn as_integer_ratio(th: &mut Thread, v: Value) -> R {
    let numerator = exact(th, v)?;
    Ok(Value::from_ref(Tuple::new(th, &[numerator, Value::small_int(1)])?))
}

fn getnewargs(th: &mut Thread, v: Value) -> R {
    let i = exact(th, v)?;
    Ok(Value::from_ref(Tuple::new(th, &[i])?))
}

fn sizeof(_: &mut Thread, v: Value) -> R {
    let limbs = match value(v) {
        IntRef::Small(_) => 0,
        IntRef::Big { mag, .. } => mag.len() as i64,
    };
    Ok(Value::small_int(16 + 8 * limbs))
}

fn round(th: &mut Thread, v: Value, args: &[Value]) -> R {
    let ndigits = match args {
        [] => return exact(th, v),
        [n, ..] if n.is_none() => return exact(th, v),
        [n, ..] => ops::index(th, *n)?,
    };
    let n = value(ndigits);
    if !n.is_negative() {
        return exact(th, v);
    }
    match int::round_to_power(value(v), n) {
        Ok(i) => from_int(th, i),
        Err(e) => Err(raise(th, e)),
    }
}

/// `format(a, spec)`
pub fn format(th: &mut Thread, v: Value, spec: Value) -> R {
    let Some(spec) = spec.cast::<Str>() else {
        let tn = spec.type_of().name();
        return Err(th.type_error(format_args!("__format__() argument must be str, not {tn}")));
    };
    if spec.len() == 0 {
        return Ok(Value::from_ref(ops::str(th, v)?));
    }
    let tn = v.type_of().name();
    let result = Spec::parse(&code_points(spec), 'd' as u32, Align::Right, &tn)
        .and_then(|spec| format_int(value(v), &spec, &tn, max_str_digits()));
    match result {
        Ok(r) => rendered(th, r),
        Err(e) => Err(raise(th, e)),
    }
}

/// Reads a byte order: whether it is little-endian.
fn byte_order(th: &mut Thread, order: Option<Value>) -> R<bool> {
    let Some(order) = order else { return Ok(false) };
    let Some(s) = order.cast::<Str>() else {
        let tn = order.type_of().name();
        return Err(th.type_error(format_args!("argument 'byteorder' must be str, not {tn}")));
    };
    if s.eq_str("little") {
        Ok(true)
    } else if s.eq_str("big") {
        Ok(false)
    } else {
        Err(th.value_error(format_args!("byteorder must be either 'little' or 'big'")))
    }
}

fn flag(th: &mut Thread, v: Option<Value>) -> R<bool> {
    v.map_or(Ok(false), |v| ops::is_true(th, v))
}

fn to_bytes(th: &mut Thread, v: Value, args: &Args) -> R {
    const P: Params<3> = Params::new(["length", "byteorder", "signed"], 0).kwonly(2);
    let [length, order, signed] = args.bind(th, "to_bytes", &P)?;
    let length = match length {
        Some(l) => ops::index_isize(th, l)?,
        None => 1,
    };
    let little = byte_order(th, order)?;
    let signed = flag(th, signed)?;
    let Ok(length) = usize::try_from(length) else {
        return Err(th.value_error(format_args!("length argument must be non-negative")));
    };
    let mut out = Vec::new();
    if out.try_reserve_exact(length).is_err() {
        return Err(th.memory_error());
    }
    match int::to_bytes(value(v), length, little, signed, &mut out) {
        Ok(()) => Ok(Value::from_ref(crate::types::Bytes::new(th, &out)?)),
        Err(e) => Err(raise(th, e)),
    }
}

fn from_bytes(th: &mut Thread, class: Value, args: &Args) -> R {
    const P: Params<3> = Params::new(["bytes", "byteorder", "signed"], 1).kwonly(2);
    let [bytes, order, signed] = args.bind(th, "from_bytes", &P)?;
    let little = byte_order(th, order)?;
    let signed = flag(th, signed)?;
    let Some(source) = bytes else {
        return Err(th.type_error(format_args!("from_bytes() missing bytes")));
    };
    let bytes = bytes_of(th, source)?;
    let i = from_int(th, int::from_bytes(&bytes, little, signed))?;
    if class.cast_type().is_some_and(is_int_type) { Ok(i) } else { ops::call1(th, class, i) }
}

/// The bytes of a bytes-like object, of one with `__bytes__`, or of an iterable of small ints.
fn bytes_of(th: &mut Thread, source: Value) -> R<Vec<u8>> {
    if let Some(bytes) = bytes_like(th, source, false)? {
        return Ok(bytes);
    }
    let name = crate::names::n().__bytes__;
    if let Some((f, bound)) = crate::ty::lookup_special(th, source, name)? {
        let made = ops::call_bound(th, f, bound.then_some(source), &[])?;
        return match bytes_like(th, made, true)? {
            Some(bytes) => Ok(bytes),
            None => {
                let tn = made.type_of().name();
                Err(th.type_error(format_args!("__bytes__ returned non-bytes (type {tn})")))
            }
        };
    }
    let ty = source.type_of();
    let tn = ty.name();
    if check(source)
        || source.cast::<Str>().is_some()
        || ty.slots().iter.is_none() && !ops::is_sequence(source)
    {
        return Err(th.type_error(format_args!("cannot convert '{tn}' object to bytes")));
    }
    let mut out = Vec::new();
    ops::for_each(th, source, |th, item| {
        let i = ops::index(th, item)?;
        match super::to_i64(i).and_then(|i| u8::try_from(i).ok()) {
            Some(byte) => {
                out.push(byte);
                Ok(())
            }
            None => Err(th.value_error(format_args!("bytes must be in range(0, 256)"))),
        }
    })?;
    Ok(out)
}

/// `bin`, `oct` and `hex`: the digits with prefix and sign.
///
/// **Units/shape:** `bits` a digit is 1, 3 or 4. **Errors:** TypeError. **Escapes:** yes (`__index__`).
pub fn prefixed(th: &mut Thread, v: Value, bits: u32) -> R {
    let i = value(ops::index(th, v)?);
    let prefix = match bits {
        1 => "0b",
        3 => "0o",
        _ => "0x",
    };
    let sign = if i.is_negative() { "-" } else { "" };
    let text = format!("{sign}{prefix}{}", int::to_radix(i, bits, false));
    ascii(th, &text)
}
