//! `complex`.

use crate::core::header::Header;
use crate::core::native::{Args, GetSetDef, MethodDef, Params};
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots, StaticType, Type, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::names::n;
use crate::num::complex::{self as algo, Complex as Number, Operand};
use crate::num::format::{Align, Spec, format_complex};
use crate::num::hash::{combine_complex, hash_float, hash_pointer};
use crate::num::int::cmp_float;
use crate::ops;
use crate::payload;
use crate::types::exceptions::DEPRECATION_WARNING;
use crate::types::int::new::{ascii, code_points, literal, rendered};
use crate::types::{Str, Tuple, float, int};
use std::cmp::Ordering;

/// Two doubles in a cell.
#[repr(C)]
pub struct Complex {
    /// Cell header.
    pub header: Header,
    value: Pair,
}

#[repr(C)]
struct Pair {
    re: f64,
    im: f64,
}

payload!(Complex, COMPLEX);

/// `complex`
pub static COMPLEX: StaticType = StaticType::new(TypeSpec {
    name: "complex",
    basicsize: size_of::<Complex>(),
    flags: flags::BASETYPE,
    doc: "complex(real=0, imag=0)\n--\n\nCreate a complex number from a string or numbers.\n\n\
          If a string is given, parse it as a complex number.\n\
          If a single number is given, convert it to a complex number.\n\
          If the 'real' or 'imag' arguments are given, create a complex number\n\
          with the specified real and imaginary components.",
    slots: Slots {
        repr: Some(repr),
        hash: Some(hash),
        richcompare: Some(compare),
        new: Some(new),
        bool: Some(truth),
        add: Some(add),
        subtract: Some(subtract),
        multiply: Some(multiply),
        true_divide: Some(divide),
        power: Some(power),
        negative: Some(negative),
        positive: Some(positive),
        absolute: Some(absolute),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::one(
            "from_number",
            from_number,
            "from_number($type, number, /)\n--\n\nConvert number to a complex floating-point number.",
        )
        .class(),
        MethodDef::noargs(
            "conjugate",
            conjugate,
            "conjugate($self, /)\n--\n\nReturn the complex conjugate of its argument. (3-4j).conjugate() == 3+4j.",
        ),
        MethodDef::noargs(
            "__complex__",
            positive,
            "__complex__($self, /)\n--\n\nConvert this value to exact type complex.",
        ),
        MethodDef::noargs("__getnewargs__", getnewargs, "__getnewargs__($self, /)\n--\n\n"),
        MethodDef::one(
            "__format__",
            format,
            "__format__($self, format_spec, /)\n--\n\nConvert to a string according to format_spec.",
        ),
    ],
    getset: &[
        GetSetDef::ro("real", real, "the real part of a complex number"),
        GetSetDef::ro("imag", imag, "the imaginary part of a complex number"),
    ],
    ..TypeSpec::DEFAULT
});

/// A `complex`.
///
/// **Errors:** MemoryError. **Escapes:** no.
pub fn from_parts(th: &mut Thread, re: f64, im: f64) -> R {
    th.alloc::<Complex>(COMPLEX.shape(), 0, |header| Complex { header, value: Pair { re, im } })
        .map(Value::from_ref)
}

fn from_number_value(th: &mut Thread, z: Number) -> R {
    from_parts(th, z.re, z.im)
}

fn in_class(th: &mut Thread, ty: &'static Type, z: Number) -> R {
    if std::ptr::eq(ty, COMPLEX.ty()) {
        return from_number_value(th, z);
    }
    let v = crate::ty::alloc_instance(th, ty)?;
    // SAFETY: the instance begins with the layout of `Complex` and nobody else has seen it.
    unsafe { (*v.as_ptr::<Complex>()).value = Pair { re: z.re, im: z.im } };
    Ok(v)
}

/// The number that `v` is: a `complex` or an instance of a subclass.
#[inline]
pub fn complex_of(v: Value) -> Option<Number> {
    let z = v.cast::<Complex>()?;
    Some(Number::new(z.value.re, z.value.im))
}

/// Slots and methods are called with complex numbers only.
fn own(v: Value) -> Number {
    complex_of(v).unwrap_or(Number::new(0.0, 0.0))
}

fn operand(th: &mut Thread, v: Value) -> R<Option<Operand>> {
    if let Some(z) = complex_of(v) {
        return Ok(Some(Operand::Complex(z)));
    }
    Ok(float::operand(th, v)?.map(Operand::Real))
}

macro_rules! operands {
    ($th:expr, $a:expr, $b:expr) => {
        match (operand($th, $a)?, operand($th, $b)?) {
            (Some(a), Some(b)) => (a, b),
            _ => return Ok(Value::not_implemented()),
        }
    };
}

fn add(th: &mut Thread, a: Value, b: Value) -> R {
    let (a, b) = operands!(th, a, b);
    from_number_value(th, algo::add(a, b))
}

fn subtract(th: &mut Thread, a: Value, b: Value) -> R {
    let (a, b) = operands!(th, a, b);
    from_number_value(th, algo::sub(a, b))
}

fn multiply(th: &mut Thread, a: Value, b: Value) -> R {
    let (a, b) = operands!(th, a, b);
    from_number_value(th, algo::mul(a, b))
}

fn divide(th: &mut Thread, a: Value, b: Value) -> R {
    let (a, b) = operands!(th, a, b);
    match algo::div(a, b) {
        Ok(z) => from_number_value(th, z),
        Err(e) => Err(int::raise(th, e)),
    }
}

fn power(th: &mut Thread, a: Value, b: Value, m: Value) -> R {
    let (a, b) = operands!(th, a, b);
    if !m.is_none() {
        return Err(th.value_error(format_args!("complex modulo")));
    }
    power_of(th, a.widen(), b.widen())
}

fn power_of(th: &mut Thread, a: Number, b: Number) -> R {
    match algo::pow(a, b) {
        Ok(z) => from_number_value(th, z),
        Err(e) => Err(int::raise(th, e)),
    }
}

/// A negative real to a fractional power.
pub fn power_of_reals(th: &mut Thread, a: f64, b: f64) -> R {
    power_of(th, Number::new(a, 0.0), Number::new(b, 0.0))
}

fn negative(th: &mut Thread, v: Value) -> R {
    let z = own(v);
    from_parts(th, -z.re, -z.im)
}

fn positive(th: &mut Thread, v: Value) -> R {
    if v.is_exact::<Complex>() { Ok(v) } else { from_number_value(th, own(v)) }
}

fn absolute(th: &mut Thread, v: Value) -> R {
    match algo::abs(own(v)) {
        Ok(x) => float::new(th, x),
        Err(e) => Err(int::raise(th, e)),
    }
}

fn truth(_: &mut Thread, v: Value) -> R<bool> {
    let z = own(v);
    Ok(z.re != 0.0 || z.im != 0.0)
}

fn hash(_: &mut Thread, v: Value) -> R<i64> {
    let z = own(v);
    // A NaN part hashes by the identity of the whole.
    let part = |x: f64| hash_float(x).unwrap_or_else(|| hash_pointer(v.word() as usize));
    Ok(combine_complex(part(z.re), part(z.im)))
}

fn compare(_: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let Some(z) = complex_of(a) else { return Ok(Value::not_implemented()) };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let equal = if let Some(w) = complex_of(b) {
        z.re == w.re && z.im == w.im
    } else if let Some(x) = float::float_of(b) {
        z.re == x && z.im == 0.0
    } else if let Some(i) = int::int_ref(b) {
        z.im == 0.0 && cmp_float(i, z.re) == Some(Ordering::Equal)
    } else {
        return Ok(Value::not_implemented());
    };
    Ok(Value::bool(equal == (op == CompareOp::Eq)))
}

fn repr(th: &mut Thread, v: Value) -> R {
    ascii(th, &algo::repr(own(v)))
}

fn real(th: &mut Thread, v: Value) -> R {
    float::new(th, own(v).re)
}

fn imag(th: &mut Thread, v: Value) -> R {
    float::new(th, own(v).im)
}

fn conjugate(th: &mut Thread, v: Value) -> R {
    from_number_value(th, own(v).conjugate())
}

fn getnewargs(th: &mut Thread, v: Value) -> R {
    let re = real(th, v)?;
    let im = imag(th, v)?;
    Ok(Value::from_ref(Tuple::new(th, &[re, im])?))
}

fn format(th: &mut Thread, v: Value, spec: Value) -> R {
    let Some(spec) = spec.cast::<Str>() else {
        let tn = spec.type_of().name();
        return Err(th.type_error(format_args!("__format__() argument must be str, not {tn}")));
    };
    if spec.len() == 0 {
        return Ok(Value::from_ref(ops::str(th, v)?));
    }
    let result = Spec::parse(&code_points(spec), 0, Align::Right, "complex")
        .and_then(|spec| format_complex(own(v), &spec));
    match result {
        Ok(r) => rendered(th, r),
        Err(e) => Err(int::raise(th, e)),
    }
}

/// `v.__complex__()`, if there is one.
fn special(th: &mut Thread, v: Value) -> R<Option<Number>> {
    let Some(r) = ops::call_special(th, v, n().__complex__, &[])? else { return Ok(None) };
    let (tn, rn) = (v.type_of().name(), r.type_of().name());
    let Some(z) = complex_of(r) else {
        return Err(
            th.type_error(format_args!("{tn}.__complex__() must return a complex, not {rn}"))
        );
    };
    if !r.is_exact::<Complex>() {
        let text = format!(
            "{tn}.__complex__() must return a complex, not {rn}.  The ability to return an instance of a strict \
             subclass of complex is deprecated, and may not be supported in a future version of Python."
        );
        (th.hooks.warn)(th, &DEPRECATION_WARNING, &text)?;
    }
    Ok(Some(z))
}

/// Any number as a complex one: complex numbers, `__complex__`, then what `float()` takes.
///
/// **Errors:** TypeError ("must be real number, not str"). **Escapes:** yes.
pub fn as_complex(th: &mut Thread, v: Value) -> R<Number> {
    if let Some(z) = complex_of(v) {
        return Ok(z);
    }
    if let Some(z) = special(th, v)? {
        return Ok(z);
    }
    Ok(Number::new(float::as_f64(th, v)?, 0.0))
}

/// A part given to the constructor.
enum Part {
    Real(f64),
    Complex(Number),
}

impl Part {
    fn re(&self) -> f64 {
        match self {
            Part::Real(x) => *x,
            Part::Complex(z) => z.re,
        }
    }
}

fn bad_part(th: &mut Thread, name: &str, v: Value) -> crate::error::Raised {
    let tn = v.type_of().name();
    th.type_error(format_args!("complex() argument '{name}' must be a real number, not {tn}"))
}

fn real_or_complex(th: &mut Thread, name: &str, v: Value, alone: bool) -> R<Part> {
    let known = if let Some(z) = complex_of(v) {
        Some(z)
    } else if name == "real" {
        special(th, v)?
    } else {
        None
    };
    if let Some(z) = known {
        if !alone {
            let tn = v.type_of().name();
            let text = format!("complex() argument '{name}' must be a real number, not {tn}");
            (th.hooks.warn)(th, &DEPRECATION_WARNING, &text)?;
        }
        return Ok(Part::Complex(z));
    }
    let slots = v.type_of().slots();
    if slots.float.is_none() && slots.index.is_none() && !float::check(v) {
        if alone {
            let tn = v.type_of().name();
            return Err(th.type_error(format_args!(
                "complex() argument must be a string or a number, not {tn}"
            )));
        }
        return Err(bad_part(th, name, v));
    }
    Ok(Part::Real(float::as_f64(th, v)?))
}

fn new(th: &mut Thread, ty: Value, args: &[Value], kwnames: Option<Value>) -> R {
    const P: Params<2> = Params::new(["real", "imag"], 0);
    let args = Args::new(args, kwnames);
    let [re, im] = args.bind(th, "complex", &P)?;
    let Some(ty) = ty.cast_type() else {
        return Err(th.type_error(format_args!("complex.__new__(X): X is not a type object")));
    };
    // The only form that takes text.
    let alone = im.is_none() && args.nkw() == 0;
    if let Some(x) = re
        && alone
    {
        if x.is_exact::<Complex>() && std::ptr::eq(ty, COMPLEX.ty()) {
            return Ok(x);
        }
        if let Some(s) = x.cast::<Str>() {
            return match algo::parse(&literal(s)) {
                Some(z) => in_class(th, ty, z),
                None => Err(th.value_error(format_args!("complex() arg is a malformed string"))),
            };
        }
    }
    let first = match re {
        Some(x) => real_or_complex(th, "real", x, alone)?,
        None => Part::Real(0.0),
    };
    let second = match im {
        Some(x) => Some(real_or_complex(th, "imag", x, false)?),
        None => None,
    };
    // real + imag * 1j, where either may be complex.
    let mut z = match first {
        Part::Real(x) => Number::new(x, 0.0),
        Part::Complex(z) => z,
    };
    if let Some(second) = second {
        let first_is_complex = matches!(first, Part::Complex(_));
        z.im = if first_is_complex { z.im + second.re() } else { second.re() };
        if let Part::Complex(w) = second {
            z.re -= w.im;
        }
    }
    in_class(th, ty, z)
}

fn from_number(th: &mut Thread, class: Value, x: Value) -> R {
    if x.is_exact::<Complex>() && class == COMPLEX.value() {
        return Ok(x);
    }
    let z = as_complex(th, x)?;
    let v = from_number_value(th, z)?;
    if class == COMPLEX.value() { Ok(v) } else { ops::call1(th, class, v) }
}
