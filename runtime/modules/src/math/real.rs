//! Functions of doubles.

use super::{raise, result, two};
use heddle_object::core::native::{Args, Params};
use heddle_object::num::float::repr;
use heddle_object::num::int::{self as algo, IntRef};
use heddle_object::types::{Tuple, float, int};
use heddle_object::{MethodDef, R, Raised, Thread, Value, ops};
use pymath::{Error, math};

/// Functions of one double, with CPython's wording of domain errors (`{}` stands for the argument).
macro_rules! unary {
    ($($name:ident $message:literal $doc:literal;)*) => {
        $(
            fn $name(th: &mut Thread, _: Value, x: Value) -> R {
                let x = float::as_f64(th, x)?;
                match math::$name(x) {
                    Ok(r) => float::new(th, r),
                    Err(e) => Err(refuse(th, e, $message, x)),
                }
            }
        )*
        const UNARY: &[MethodDef] = &[$(MethodDef::one(stringify!($name), $name, $doc)),*];
    };
}

#[cold]
fn refuse(th: &mut Thread, e: Error, message: &str, x: f64) -> Raised {
    if e == Error::EDOM && !message.is_empty() {
        return th.value_error(format_args!("{message}, got {}", repr(x)));
    }
    raise(th, e)
}

unary! {
    acos "expected a number in range from -1 up to 1" "acos($module, x, /)\n--\n\nReturn the arc cosine (measured in radians) of x.\n\nThe result is between 0 and pi.";
    acosh "expected argument value not less than 1" "acosh($module, x, /)\n--\n\nReturn the inverse hyperbolic cosine of x.";
    asin "expected a number in range from -1 up to 1" "asin($module, x, /)\n--\n\nReturn the arc sine (measured in radians) of x.\n\nThe result is between -pi/2 and pi/2.";
    asinh "" "asinh($module, x, /)\n--\n\nReturn the inverse hyperbolic sine of x.";
    atan "" "atan($module, x, /)\n--\n\nReturn the arc tangent (measured in radians) of x.\n\nThe result is between -pi/2 and pi/2.";
    atanh "expected a number between -1 and 1" "atanh($module, x, /)\n--\n\nReturn the inverse hyperbolic tangent of x.";
    cos "expected a finite input" "cos($module, x, /)\n--\n\nReturn the cosine of x (measured in radians).";
    cosh "" "cosh($module, x, /)\n--\n\nReturn the hyperbolic cosine of x.";
    erf "" "erf($module, x, /)\n--\n\nError function at x.";
    erfc "" "erfc($module, x, /)\n--\n\nComplementary error function at x.";
    exp "" "exp($module, x, /)\n--\n\nReturn e raised to the power of x.";
    exp2 "" "exp2($module, x, /)\n--\n\nReturn 2 raised to the power of x.";
    expm1 "" "expm1($module, x, /)\n--\n\nReturn exp(x)-1.\n\nThis function avoids the loss of precision involved in the direct evaluation of exp(x)-1 for small x.";
    fabs "" "fabs($module, x, /)\n--\n\nReturn the absolute value of the float x.";
    gamma "expected a noninteger or positive integer" "gamma($module, x, /)\n--\n\nGamma function at x.";
    lgamma "expected a noninteger or positive integer" "lgamma($module, x, /)\n--\n\nNatural logarithm of absolute value of Gamma function at x.";
    log1p "expected argument value > -1" "log1p($module, x, /)\n--\n\nReturn the natural logarithm of 1+x (base e).\n\nThe result is computed in a way which is accurate for x near zero.";
    sin "expected a finite input" "sin($module, x, /)\n--\n\nReturn the sine of x (measured in radians).";
    sinh "" "sinh($module, x, /)\n--\n\nReturn the hyperbolic sine of x.";
    tan "expected a finite input" "tan($module, x, /)\n--\n\nReturn the tangent of x (measured in radians).";
    tanh "" "tanh($module, x, /)\n--\n\nReturn the hyperbolic tangent of x.";
}

/// The platform's own, as CPython has it.
fn cbrt(th: &mut Thread, _: Value, x: Value) -> R {
    let x = float::as_f64(th, x)?;
    float::new(th, x.cbrt())
}

/// The one that programs call most.
fn sqrt(th: &mut Thread, _: Value, x: Value) -> R {
    let x = float::as_f64(th, x)?;
    if x < 0.0 {
        return Err(refuse(th, Error::EDOM, "expected a nonnegative input", x));
    }
    float::new(th, x.sqrt())
}

macro_rules! binary {
    ($($name:ident $f:expr, $doc:literal;)*) => {
        $(
            fn $name(th: &mut Thread, _: Value, args: &[Value]) -> R {
                let (x, y) = two(th, args)?;
                let r: Result<f64, Error> = $f(x, y);
                result(th, r)
            }
        )*
        const BINARY: &[MethodDef] = &[$(MethodDef::fast(stringify!($name), 2, 2, $name, $doc)),*];
    };
}

binary! {
    atan2 math::atan2, "atan2($module, y, x, /)\n--\n\nReturn the arc tangent (measured in radians) of y/x.\n\nUnlike atan(y/x), the signs of both x and y are considered.";
    copysign math::copysign, "copysign($module, x, y, /)\n--\n\nReturn a float with the magnitude (absolute value) of x but the sign of y.\n\nOn platforms that support signed zeros, copysign(1.0, -0.0)\nreturns -1.0.\n";
    fmod math::fmod, "fmod($module, x, y, /)\n--\n\nReturn fmod(x, y), according to platform C.\n\nx % y may differ.";
    pow math::pow, "pow($module, x, y, /)\n--\n\nReturn x**y (x to the power of y).";
    remainder math::remainder, "remainder($module, x, y, /)\n--\n\nDifference between x and the closest integer multiple of y.\n\nReturn x - n*y where n*y is the closest integer multiple of y.\nIn the case where x is exactly halfway between two multiples of\ny, the nearest even value of n is used. The result is always exact.";
}

macro_rules! tests {
    ($($name:ident $f:expr, $doc:literal;)*) => {
        $(
            fn $name(th: &mut Thread, _: Value, x: Value) -> R {
                let x = float::as_f64(th, x)?;
                let f: fn(f64) -> bool = $f;
                Ok(Value::bool(f(x)))
            }
        )*
        const TESTS: &[MethodDef] = &[$(MethodDef::one(stringify!($name), $name, $doc)),*];
    };
}

tests! {
    isfinite |x| x.is_finite(), "isfinite($module, x, /)\n--\n\nReturn True if x is neither an infinity nor a NaN, and False otherwise.";
    isinf |x| x.is_infinite(), "isinf($module, x, /)\n--\n\nReturn True if x is a positive or negative infinity, and False otherwise.";
    isnan |x| x.is_nan(), "isnan($module, x, /)\n--\n\nReturn True if x is a NaN (not a number), and False otherwise.";
}

const OTHERS: [MethodDef; 16] = [
    MethodDef::one("cbrt", cbrt, "cbrt($module, x, /)\n--\n\nReturn the cube root of x."),
    MethodDef::one("sqrt", sqrt, "sqrt($module, x, /)\n--\n\nReturn the square root of x."),
    MethodDef::one(
        "degrees",
        degrees,
        "degrees($module, x, /)\n--\n\nConvert angle x from radians to degrees.",
    ),
    MethodDef::one(
        "radians",
        radians,
        "radians($module, x, /)\n--\n\nConvert angle x from degrees to radians.",
    ),
    MethodDef::one(
        "frexp",
        frexp,
        "frexp($module, x, /)\n--\n\nReturn the mantissa and exponent of x, as pair (m, e).\n\nm is a float and e is an \
         int, such that x = m * 2.**e.\nIf x is 0, m and e are both 0.  Else 0.5 <= abs(m) < 1.0.",
    ),
    MethodDef::fast(
        "ldexp",
        2,
        2,
        ldexp,
        "ldexp($module, x, i, /)\n--\n\nReturn x * (2**i).\n\nThis is essentially the inverse of frexp().",
    ),
    MethodDef::one(
        "modf",
        modf,
        "modf($module, x, /)\n--\n\nReturn the fractional and integer parts of x.\n\nBoth results carry the sign of x \
         and are floats.",
    ),
    MethodDef::fast(
        "log",
        1,
        2,
        log,
        "log(x, [base=math.e])\nReturn the logarithm of x to the given base.\n\nIf the base is not specified, returns the \
         natural logarithm (base e) of x.",
    ),
    MethodDef::one("log2", log2, "log2($module, x, /)\n--\n\nReturn the base 2 logarithm of x."),
    MethodDef::one(
        "log10",
        log10,
        "log10($module, x, /)\n--\n\nReturn the base 10 logarithm of x.",
    ),
    MethodDef::kw(
        "isclose",
        isclose,
        "isclose($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)\n--\n\nDetermine whether two floating-point numbers \
         are close in value.",
    ),
    MethodDef::kw(
        "nextafter",
        nextafter,
        "nextafter($module, x, y, /, *, steps=None)\n--\n\nReturn the floating-point value the given number of steps \
         after x towards y.",
    ),
    MethodDef::one(
        "ulp",
        ulp,
        "ulp($module, x, /)\n--\n\nReturn the value of the least significant bit of the float x.",
    ),
    MethodDef::fast(
        "fma",
        3,
        3,
        fma,
        "fma($module, x, y, z, /)\n--\n\nFused multiply-add operation.\n\nCompute (x * y) + z with a single round.",
    ),
    MethodDef::fast(
        "hypot",
        0,
        u16::MAX,
        hypot,
        "hypot(*coordinates) -> value\n\nMultidimensional Euclidean distance from the origin to a point.",
    ),
    MethodDef::fast(
        "dist",
        2,
        2,
        dist,
        "dist($module, p, q, /)\n--\n\nReturn the Euclidean distance between two points p and q.",
    ),
];

/// All of them.
pub(super) const METHODS: &[MethodDef] = &super::concat::<COUNT>(&[UNARY, BINARY, TESTS, &OTHERS]);

const COUNT: usize = UNARY.len() + BINARY.len() + TESTS.len() + OTHERS.len();

fn degrees(th: &mut Thread, _: Value, x: Value) -> R {
    let x = float::as_f64(th, x)?;
    float::new(th, x * (180.0 / std::f64::consts::PI))
}

fn radians(th: &mut Thread, _: Value, x: Value) -> R {
    let x = float::as_f64(th, x)?;
    float::new(th, x * (std::f64::consts::PI / 180.0))
}

fn pair(th: &mut Thread, a: Value, b: Value) -> R {
    Ok(Value::from_ref(Tuple::new(th, &[a, b])?))
}

fn frexp(th: &mut Thread, _: Value, x: Value) -> R {
    let x = float::as_f64(th, x)?;
    let (m, e) = if x == 0.0 || !x.is_finite() { (x, 0) } else { math::frexp(x) };
    let m = float::new(th, m)?;
    pair(th, m, Value::small_int(e as i64))
}

fn ldexp(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let x = float::as_f64(th, args[0])?;
    let Some(e) = int::int_ref(args[1]) else {
        return Err(th.type_error(format_args!("Expected an int as second argument to ldexp.")));
    };
    if x == 0.0 || !x.is_finite() {
        return float::new(th, x);
    }
    // Beyond this the result is 0 or infinite whatever x is.
    let e = match e.to_i64() {
        Some(e) => e.clamp(-5000, 5000),
        None if e.is_negative() => -5000,
        None => 5000,
    };
    let r = math::ldexp(x, e as i32);
    result(th, r)
}

fn modf(th: &mut Thread, _: Value, x: Value) -> R {
    let x = float::as_f64(th, x)?;
    let (fraction, whole) = if x.is_infinite() {
        (0f64.copysign(x), x)
    } else {
        ((x - x.trunc()).copysign(x), x.trunc())
    };
    let fraction = float::new(th, if x.is_nan() { x } else { fraction })?;
    let whole = float::new(th, whole)?;
    pair(th, fraction, whole)
}

/// A logarithm of any real number; `f` and `unit` are the logarithm of doubles and that of 2.
fn logarithm(th: &mut Thread, x: Value, f: fn(f64) -> f64, unit: f64) -> R<f64> {
    if let Some(i) = int::int_ref(x) {
        if i <= IntRef::Small(0) {
            return Err(th.value_error(format_args!("expected a positive input")));
        }
        return Ok(match i.to_f64() {
            Some(x) => f(x),
            None => {
                let (m, e) = algo::frexp(i);
                f(m) + unit * e as f64
            }
        });
    }
    let v = float::as_f64(th, x)?;
    if v <= 0.0 {
        return Err(th.value_error(format_args!("expected a positive input, got {}", repr(v))));
    }
    Ok(f(v))
}

fn natural(th: &mut Thread, x: Value) -> R<f64> {
    logarithm(th, x, f64::ln, std::f64::consts::LN_2)
}

fn log(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let x = natural(th, args[0])?;
    let Some(&base) = args.get(1) else { return float::new(th, x) };
    let base = natural(th, base)?;
    if base == 0.0 {
        return Err(th.zero_division_error(format_args!("division by zero")));
    }
    float::new(th, x / base)
}

fn log2(th: &mut Thread, _: Value, x: Value) -> R {
    let r = logarithm(th, x, f64::log2, 1.0)?;
    float::new(th, r)
}

fn log10(th: &mut Thread, _: Value, x: Value) -> R {
    let r = logarithm(th, x, f64::log10, std::f64::consts::LOG10_2)?;
    float::new(th, r)
}

fn isclose(th: &mut Thread, _: Value, args: &Args) -> R {
    const P: Params<4> = Params::new(["a", "b", "rel_tol", "abs_tol"], 2).kwonly(2);
    let [a, b, relative, absolute] = args.bind(th, "isclose", &P)?;
    let mut number = |v: Option<Value>, default| v.map_or(Ok(default), |v| float::as_f64(th, v));
    let (a, b) = (number(a, 0.0)?, number(b, 0.0)?);
    let (relative, absolute) = (number(relative, 1e-9)?, number(absolute, 0.0)?);
    match math::isclose(a, b, Some(relative), Some(absolute)) {
        Ok(close) => Ok(Value::bool(close)),
        Err(_) => Err(th.value_error(format_args!("tolerances must be non-negative"))),
    }
}

fn nextafter(th: &mut Thread, _: Value, args: &Args) -> R {
    const P: Params<3> = Params::new(["x", "y", "steps"], 2).posonly(2).kwonly(2);
    let [x, y, steps] = args.bind(th, "nextafter", &P)?;
    let (Some(x), Some(y)) = (x, y) else { return Ok(Value::none()) };
    let (x, y) = two(th, &[x, y])?;
    let steps = match steps {
        Some(v) if !v.is_none() => {
            let i = ops::index(th, v)?;
            if int::is_negative(i) {
                return Err(th.value_error(format_args!("steps must be a non-negative integer")));
            }
            // As many steps as there are doubles are enough.
            Some(int::to_u64(i).unwrap_or(u64::MAX))
        }
        _ => None,
    };
    float::new(th, math::nextafter(x, y, steps))
}

fn ulp(th: &mut Thread, _: Value, x: Value) -> R {
    let x = float::as_f64(th, x)?;
    float::new(th, math::ulp(x))
}

fn fma(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let (x, y) = two(th, args)?;
    let z = float::as_f64(th, args[2])?;
    let r = x.mul_add(y, z);
    if r.is_finite() {
        return float::new(th, r);
    }
    if r.is_nan() {
        if !x.is_nan() && !y.is_nan() && !z.is_nan() {
            return Err(th.value_error(format_args!("invalid operation in fma")));
        }
    } else if x.is_finite() && y.is_finite() && z.is_finite() {
        return Err(th.overflow_error(format_args!("overflow in fma")));
    }
    float::new(th, r)
}

fn hypot(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let mut coordinates = Vec::with_capacity(args.len());
    for v in args {
        coordinates.push(float::as_f64(th, *v)?);
    }
    let zeros = vec![0.0; coordinates.len()];
    float::new(th, math::dist(&coordinates, &zeros))
}

fn dist(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let p = ops::to_tuple(th, args[0])?;
    let q = ops::to_tuple(th, args[1])?;
    if p.len() != q.len() {
        return Err(
            th.value_error(format_args!("both points must have the same number of dimensions"))
        );
    }
    let (mut a, mut b) = (Vec::with_capacity(p.len()), Vec::with_capacity(p.len()));
    for (x, y) in p.as_slice().iter().zip(q.as_slice()) {
        a.push(float::as_f64(th, *x)?);
        b.push(float::as_f64(th, *y)?);
    }
    float::new(th, math::dist(&a, &b))
}
