//! `cmath`, on `pymath`.

use heddle_object::core::module_def::ModuleDef;
use heddle_object::core::native::Params;
use heddle_object::types::{Module, Tuple, complex, float};
use heddle_object::{Args, MethodDef, R, Raised, Thread, Value};
use pymath::{Error, cmath};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "cmath",
    doc: "This module provides access to mathematical functions for complex\nnumbers.",
    methods: &ALL,
    init,
    ..ModuleDef::DEFAULT
};

fn init(th: &mut Thread, module: &'static Module) -> R<()> {
    use std::f64::consts;
    for (name, x) in [
        ("pi", consts::PI),
        ("e", consts::E),
        ("tau", consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        let v = float::new(th, x)?;
        module.set(th, name, v)?;
    }
    for (name, im) in [("infj", f64::INFINITY), ("nanj", f64::NAN)] {
        let v = complex::from_parts(th, 0.0, im)?;
        module.set(th, name, v)?;
    }
    Ok(())
}

#[cold]
fn raise(th: &mut Thread, e: Error) -> Raised {
    match e {
        Error::EDOM => th.value_error(format_args!("math domain error")),
        Error::ERANGE => th.overflow_error(format_args!("math range error")),
    }
}

/// The library's own type of complex numbers, whose crate we do not depend on: one of its constants, changed.
macro_rules! number {
    ($th:expr, $v:expr) => {{
        let z = complex::as_complex($th, $v)?;
        let mut w = cmath::INFJ;
        (w.re, w.im) = (z.re, z.im);
        w
    }};
}

macro_rules! functions {
    ($($name:ident $doc:literal;)*) => {
        $(
            fn $name(th: &mut Thread, _: Value, z: Value) -> R {
                let z = number!(th, z);
                match cmath::$name(z) {
                    Ok(w) => complex::from_parts(th, w.re, w.im),
                    Err(e) => Err(raise(th, e)),
                }
            }
        )*
        const FUNCTIONS: &[MethodDef] = &[$(MethodDef::one(stringify!($name), $name, $doc)),*];
    };
}

functions! {
    acos "acos($module, z, /)\n--\n\nReturn the arc cosine of z.";
    acosh "acosh($module, z, /)\n--\n\nReturn the inverse hyperbolic cosine of z.";
    asin "asin($module, z, /)\n--\n\nReturn the arc sine of z.";
    asinh "asinh($module, z, /)\n--\n\nReturn the inverse hyperbolic sine of z.";
    atan "atan($module, z, /)\n--\n\nReturn the arc tangent of z.";
    atanh "atanh($module, z, /)\n--\n\nReturn the inverse hyperbolic tangent of z.";
    cos "cos($module, z, /)\n--\n\nReturn the cosine of z.";
    cosh "cosh($module, z, /)\n--\n\nReturn the hyperbolic cosine of z.";
    exp "exp($module, z, /)\n--\n\nReturn the exponential value e**z.";
    log10 "log10($module, z, /)\n--\n\nReturn the base-10 logarithm of z.";
    sin "sin($module, z, /)\n--\n\nReturn the sine of z.";
    sinh "sinh($module, z, /)\n--\n\nReturn the hyperbolic sine of z.";
    sqrt "sqrt($module, z, /)\n--\n\nReturn the square root of z.";
    tan "tan($module, z, /)\n--\n\nReturn the tangent of z.";
    tanh "tanh($module, z, /)\n--\n\nReturn the hyperbolic tangent of z.";
}

const OTHERS: &[MethodDef] = &[
    MethodDef::fast(
        "log",
        1,
        2,
        log,
        "log($module, z, base=<unrepresentable>, /)\n--\n\nlog(z[, base]) -> the logarithm of z to the given base.\n\n\
         If the base is not specified, returns the natural logarithm (base e) of z.",
    ),
    MethodDef::one(
        "phase",
        phase,
        "phase($module, z, /)\n--\n\nReturn argument, also known as the phase angle, of a complex.",
    ),
    MethodDef::one(
        "polar",
        polar,
        "polar($module, z, /)\n--\n\nConvert a complex from rectangular coordinates to polar coordinates.\n\nr is the \
         distance from 0 and phi the phase angle.",
    ),
    MethodDef::fast(
        "rect",
        2,
        2,
        rect,
        "rect($module, r, phi, /)\n--\n\nConvert from polar coordinates to rectangular coordinates.",
    ),
    MethodDef::one(
        "isfinite",
        isfinite,
        "isfinite($module, z, /)\n--\n\nReturn True if both the real and imaginary parts of z are finite, else False.",
    ),
    MethodDef::one(
        "isinf",
        isinf,
        "isinf($module, z, /)\n--\n\nChecks if the real or imaginary part of z is infinite.",
    ),
    MethodDef::one(
        "isnan",
        isnan,
        "isnan($module, z, /)\n--\n\nChecks if the real or imaginary part of z not a number (NaN).",
    ),
    MethodDef::kw(
        "isclose",
        isclose,
        "isclose($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)\n--\n\nDetermine whether two complex numbers are \
         close in value.",
    ),
];

static ALL: [MethodDef; FUNCTIONS.len() + OTHERS.len()] = crate::math::concat(&[FUNCTIONS, OTHERS]);

fn log(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let z = number!(th, args[0]);
    let base = match args.get(1) {
        Some(b) => Some(number!(th, *b)),
        None => None,
    };
    match cmath::log(z, base) {
        Ok(w) => complex::from_parts(th, w.re, w.im),
        Err(e) => Err(raise(th, e)),
    }
}

fn phase(th: &mut Thread, _: Value, z: Value) -> R {
    let z = number!(th, z);
    match cmath::phase(z) {
        Ok(x) => float::new(th, x),
        Err(e) => Err(raise(th, e)),
    }
}

fn polar(th: &mut Thread, _: Value, z: Value) -> R {
    let z = number!(th, z);
    match cmath::polar(z) {
        Ok((r, phi)) => {
            let r = float::new(th, r)?;
            let phi = float::new(th, phi)?;
            Ok(Value::from_ref(Tuple::new(th, &[r, phi])?))
        }
        Err(e) => Err(raise(th, e)),
    }
}

fn rect(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let r = float::as_f64(th, args[0])?;
    let phi = float::as_f64(th, args[1])?;
    match cmath::rect(r, phi) {
        Ok(w) => complex::from_parts(th, w.re, w.im),
        Err(e) => Err(raise(th, e)),
    }
}

fn isfinite(th: &mut Thread, _: Value, z: Value) -> R {
    Ok(Value::bool(cmath::isfinite(number!(th, z))))
}

fn isinf(th: &mut Thread, _: Value, z: Value) -> R {
    Ok(Value::bool(cmath::isinf(number!(th, z))))
}

fn isnan(th: &mut Thread, _: Value, z: Value) -> R {
    Ok(Value::bool(cmath::isnan(number!(th, z))))
}

fn isclose(th: &mut Thread, _: Value, args: &Args) -> R {
    const P: Params<4> = Params::new(["a", "b", "rel_tol", "abs_tol"], 2).kwonly(2);
    let [a, b, relative, absolute] = args.bind(th, "isclose", &P)?;
    let (Some(a), Some(b)) = (a, b) else { return Ok(Value::none()) };
    let (a, b) = (number!(th, a), number!(th, b));
    let mut number = |v: Option<Value>, default| v.map_or(Ok(default), |v| float::as_f64(th, v));
    let (relative, absolute) = (number(relative, 1e-9)?, number(absolute, 0.0)?);
    match cmath::isclose(a, b, Some(relative), Some(absolute)) {
        Ok(close) => Ok(Value::bool(close)),
        Err(_) => Err(th.value_error(format_args!("tolerances must be non-negative"))),
    }
}
