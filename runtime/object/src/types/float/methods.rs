//! The constructor and the methods of `float`.

use super::{FLOAT, check_exact, float_of, new as new_float, new_in_class, try_f64};
use crate::core::native::{Args, GetSetDef, MethodDef, check_positional};
use crate::core::thread::Thread;
use crate::core::ty::Type;
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::num::float as algo;
use crate::num::format::{Align, Spec, format_float};
use crate::num::int::{self as int_algo, Int};
use crate::ops;
use crate::types::int::new::{ascii, bytes_like, code_points, literal, rendered};
use crate::types::{Str, Tuple, int};

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::one(
        "from_number",
        from_number,
        "from_number($type, number, /)\n--\n\nConvert real number to a floating-point number.",
    )
    .class(),
    MethodDef::noargs("conjugate", same, "conjugate($self, /)\n--\n\nReturn self, the complex conjugate of any float."),
    MethodDef::noargs(
        "__trunc__",
        trunc,
        "__trunc__($self, /)\n--\n\nReturn the Integral closest to x between 0 and x.",
    ),
    MethodDef::noargs("__floor__", floor, "__floor__($self, /)\n--\n\nReturn the floor as an Integral."),
    MethodDef::noargs("__ceil__", ceil, "__ceil__($self, /)\n--\n\nReturn the ceiling as an Integral."),
    MethodDef::fast(
        "__round__",
        0,
        1,
        round,
        "__round__($self, ndigits=None, /)\n--\n\nReturn the Integral closest to x, rounding half toward even.",
    ),
    MethodDef::noargs(
        "as_integer_ratio",
        as_integer_ratio,
        "as_integer_ratio($self, /)\n--\n\nReturn a pair of integers, whose ratio is exactly equal to the original float.",
    ),
    MethodDef::one(
        "fromhex",
        fromhex,
        "fromhex($type, string, /)\n--\n\nCreate a floating-point number from a hexadecimal string.",
    )
    .class(),
    MethodDef::noargs(
        "hex",
        hex,
        "hex($self, /)\n--\n\nReturn a hexadecimal representation of a floating-point number.",
    ),
    MethodDef::noargs("is_integer", is_integer, "is_integer($self, /)\n--\n\nReturn True if the float is an integer."),
    MethodDef::noargs("__getnewargs__", getnewargs, "__getnewargs__($self, /)\n--\n\n"),
    MethodDef::one("__getformat__", getformat, "__getformat__($type, typestr, /)\n--\n\nYou probably don't want to use this function.")
        .class(),
    MethodDef::one(
        "__format__",
        format,
        "__format__($self, format_spec, /)\n--\n\nFormats the float according to format_spec.",
    ),
];

pub(super) static GETSET: &[GetSetDef] = &[
    GetSetDef::ro("real", same, "the real part of a complex number"),
    GetSetDef::ro("imag", zero, "the imaginary part of a complex number"),
];

/// Methods are called with floats only.
fn value(v: Value) -> f64 {
    float_of(v).unwrap_or(0.0)
}

fn raised<T>(th: &mut Thread, r: crate::num::NumResult<T>) -> R<T> {
    r.map_err(|e| int::raise(th, e))
}

/// `repr(a)`
pub fn repr(th: &mut Thread, v: Value) -> R {
    ascii(th, &algo::repr(value(v)))
}

/// `float.__new__`
pub fn new(th: &mut Thread, ty: Value, args: &[Value], kwnames: Option<Value>) -> R {
    // A subclass with its own `__init__` may take keywords.
    let init = |ty: &Type| ty.slots().init.map(|f| f as usize);
    if ty.cast_type().is_none_or(|ty| init(ty) == init(FLOAT.ty())) {
        Args::new(args, kwnames).no_keywords(th, "float")?;
    }
    let args = Args::new(args, kwnames).pos;
    check_positional(th, "float", args.len(), 0, 1)?;
    let v = match args.first() {
        Some(x) => from_object(th, *x)?,
        None => new_float(th, 0.0)?,
    };
    in_class(th, ty, v)
}

/// `v`, an exact float, as an instance of `ty`.
fn in_class(th: &mut Thread, ty: Value, v: Value) -> R {
    if ty == FLOAT.value() {
        return Ok(v);
    }
    match ty.cast_type() {
        Some(ty) => new_in_class(th, ty, value(v)),
        None => Ok(v),
    }
}

/// `float(x)`: an exact `float`.
///
/// **Errors:** TypeError, ValueError, OverflowError. **Escapes:** yes.
pub fn from_object(th: &mut Thread, x: Value) -> R {
    if check_exact(x) {
        return Ok(x);
    }
    if let Some(s) = x.cast::<Str>() {
        return parse(th, &literal(s), x);
    }
    if let Some(f) = try_f64(th, x)? {
        return new_float(th, f);
    }
    if let Some(bytes) = bytes_like(th, x, false)? {
        return parse(th, &bytes, x);
    }
    let tn = x.type_of().name();
    Err(th
        .type_error(format_args!("float() argument must be a string or a real number, not '{tn}'")))
}

fn parse(th: &mut Thread, text: &[u8], original: Value) -> R {
    match algo::parse(text) {
        Some(f) => new_float(th, f),
        None => Err(invalid(th, original)),
    }
}

#[cold]
fn invalid(th: &mut Thread, original: Value) -> Raised {
    match ops::repr(th, original) {
        Ok(shown) => th.value_error(format_args!(
            "could not convert string to float: {}",
            shown.to_string_lossy()
        )),
        Err(e) => e,
    }
}

fn from_number(th: &mut Thread, class: Value, x: Value) -> R {
    if check_exact(x) && class == FLOAT.value() {
        return Ok(x);
    }
    let f = super::as_f64(th, x)?;
    let v = new_float(th, f)?;
    if class == FLOAT.value() { Ok(v) } else { ops::call1(th, class, v) }
}

fn same(th: &mut Thread, v: Value) -> R {
    super::ops::positive(th, v)
}

fn zero(th: &mut Thread, _: Value) -> R {
    new_float(th, 0.0)
}

fn to_int(th: &mut Thread, x: f64) -> R {
    let i = raised(th, int_algo::from_f64_trunc(x))?;
    int::from_int(th, i)
}

fn trunc(th: &mut Thread, v: Value) -> R {
    to_int(th, value(v))
}

fn floor(th: &mut Thread, v: Value) -> R {
    to_int(th, value(v).floor())
}

fn ceil(th: &mut Thread, v: Value) -> R {
    to_int(th, value(v).ceil())
}

fn round(th: &mut Thread, v: Value, args: &[Value]) -> R {
    let x = value(v);
    match args.first() {
        Some(n) if !n.is_none() => {
            let n = ops::index_clamped(th, *n)?;
            let rounded = raised(th, algo::round(x, n as i64))?;
            new_float(th, rounded)
        }
        _ => {
            let i = raised(th, algo::round_to_int(x))?;
            int::from_int(th, i)
        }
    }
}

fn pair(th: &mut Thread, a: Int, b: Int) -> R {
    let a = int::from_int(th, a)?;
    let b = int::from_int(th, b)?;
    Ok(Value::from_ref(Tuple::new(th, &[a, b])?))
}

fn as_integer_ratio(th: &mut Thread, v: Value) -> R {
    let (n, d) = raised(th, int_algo::as_integer_ratio(value(v)))?;
    pair(th, n, d)
}

fn fromhex(th: &mut Thread, class: Value, text: Value) -> R {
    let Some(s) = text.cast::<Str>() else {
        let tn = text.type_of().name();
        return Err(th.type_error(format_args!("fromhex() argument must be str, not {tn}")));
    };
    let text: Vec<u8> =
        code_points(s).into_iter().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
    let x = raised(th, algo::from_hex(&text))?;
    let v = new_float(th, x)?;
    if class == FLOAT.value() { Ok(v) } else { ops::call1(th, class, v) }
}

fn hex(th: &mut Thread, v: Value) -> R {
    ascii(th, &algo::hex(value(v)))
}

fn is_integer(_: &mut Thread, v: Value) -> R {
    let x = value(v);
    Ok(Value::bool(x.is_finite() && x.floor() == x))
}

fn getnewargs(th: &mut Thread, v: Value) -> R {
    let f = new_float(th, value(v))?;
    Ok(Value::from_ref(Tuple::new(th, &[f])?))
}

fn getformat(th: &mut Thread, _: Value, kind: Value) -> R {
    let known = kind.cast::<Str>().is_some_and(|s| s.eq_str("double") || s.eq_str("float"));
    if !known {
        return Err(
            th.value_error(format_args!("__getformat__() argument 1 must be 'double' or 'float'"))
        );
    }
    ascii(
        th,
        if cfg!(target_endian = "little") { "IEEE, little-endian" } else { "IEEE, big-endian" },
    )
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
    let result = Spec::parse(&code_points(spec), 0, Align::Right, &tn)
        .and_then(|spec| format_float(value(v), &spec, &tn));
    let r = raised(th, result)?;
    rendered(th, r)
}
