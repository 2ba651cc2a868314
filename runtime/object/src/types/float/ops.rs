//! The operators of `float`. Operands that are neither floats nor ints give `NotImplemented`.

use super::{float_of, new, operand};
use crate::core::thread::Thread;
use crate::core::ty::CompareOp;
use crate::core::value::Value;
use crate::error::R;
use crate::num::float::{self as algo, Power};
use crate::num::hash::hash_float;
use crate::num::int::{IntRef, cmp_float, from_f64_trunc};
use crate::types::{Tuple, complex, int};

/// Both operands as doubles, or the given way out.
macro_rules! doubles {
    ($th:expr, $a:expr, $b:expr) => {
        match (operand($th, $a)?, operand($th, $b)?) {
            (Some(a), Some(b)) => (a, b),
            _ => return Ok(Value::not_implemented()),
        }
    };
}

macro_rules! arithmetic {
    ($($(#[$doc:meta])* $name:ident $slow:ident $op:tt;)*) => {$(
        $(#[$doc])*
        #[inline(always)]
        pub fn $name(th: &mut Thread, a: Value, b: Value) -> R {
            if let (Some(x), Some(y)) = (a.as_flonum(), b.as_flonum()) {
                return new(th, x $op y);
            }
            $slow(th, a, b)
        }
        #[inline(never)]
        fn $slow(th: &mut Thread, a: Value, b: Value) -> R {
            let (a, b) = doubles!(th, a, b);
            new(th, a $op b)
        }
    )*};
}

arithmetic! {
    /// `a + b`
    add add_slow +;
    /// `a - b`
    subtract subtract_slow -;
    /// `a * b`
    multiply multiply_slow *;
}

macro_rules! divisions {
    ($($(#[$doc:meta])* $name:ident $f:expr;)*) => {$(
        $(#[$doc])*
        #[inline]
        pub fn $name(th: &mut Thread, a: Value, b: Value) -> R {
            let (a, b) = doubles!(th, a, b);
            match $f(a, b) {
                Ok(x) => new(th, x),
                Err(e) => Err(int::raise(th, e)),
            }
        }
    )*};
}

divisions! {
    /// `a / b`
    divide algo::true_div;
    /// `a % b`
    remainder algo::modulo;
    /// `a // b`
    floor_divide |a, b| algo::div_mod(a, b).map(|pair| pair.0);
}

/// `divmod(a, b)`
pub fn divmod(th: &mut Thread, a: Value, b: Value) -> R {
    let (a, b) = doubles!(th, a, b);
    match algo::div_mod(a, b) {
        Ok((q, r)) => {
            let q = new(th, q)?;
            let r = new(th, r)?;
            Ok(Value::from_ref(Tuple::new(th, &[q, r])?))
        }
        Err(e) => Err(int::raise(th, e)),
    }
}

/// `a ** b`; with a modulus only ints have an answer
pub fn power(th: &mut Thread, a: Value, b: Value, m: Value) -> R {
    if !m.is_none() {
        return Err(th.type_error(format_args!(
            "pow() 3rd argument not allowed unless all arguments are integers"
        )));
    }
    let (a, b) = doubles!(th, a, b);
    power_of(th, a, b)
}

fn power_of(th: &mut Thread, a: f64, b: f64) -> R {
    match algo::pow(a, b) {
        Ok(Power::Real(x)) => new(th, x),
        Ok(Power::Complex) => complex::power_of_reals(th, a, b),
        Err(e) => Err(int::raise(th, e)),
    }
}

/// `a ** b` of ints with a negative exponent.
pub fn power_of_ints(th: &mut Thread, a: IntRef<'_>, b: IntRef<'_>) -> R {
    match a.to_f64_checked().and_then(|a| Ok((a, b.to_f64_checked()?))) {
        Ok((a, b)) => power_of(th, a, b),
        Err(e) => Err(int::raise(th, e)),
    }
}

/// The operand of a unary slot, which is called with floats only.
#[inline(always)]
fn own(v: Value) -> f64 {
    float_of(v).unwrap_or(0.0)
}

/// `-a`
#[inline]
pub fn negative(th: &mut Thread, v: Value) -> R {
    new(th, -own(v))
}

/// `+a`, and `__float__`: an exact `float` of the same value
#[inline]
pub fn positive(th: &mut Thread, v: Value) -> R {
    if super::check_exact(v) { Ok(v) } else { new(th, own(v)) }
}

/// `abs(a)`
#[inline]
pub fn absolute(th: &mut Thread, v: Value) -> R {
    new(th, own(v).abs())
}

/// `int(a)`
pub fn int(th: &mut Thread, v: Value) -> R {
    match from_f64_trunc(own(v)) {
        Ok(i) => int::from_int(th, i),
        Err(e) => Err(int::raise(th, e)),
    }
}

/// `bool(a)`
#[inline]
pub fn bool(_: &mut Thread, v: Value) -> R<bool> {
    Ok(own(v) != 0.0)
}

/// `hash(a)`; NaN hashes by identity
#[inline]
pub fn hash(_: &mut Thread, v: Value) -> R<i64> {
    Ok(match hash_float(own(v)) {
        Some(h) => h,
        None => crate::num::hash::hash_pointer(v.word() as usize),
    })
}

#[inline(always)]
fn holds(op: CompareOp, a: f64, b: f64) -> bool {
    match op {
        CompareOp::Lt => a < b,
        CompareOp::Le => a <= b,
        CompareOp::Eq => a == b,
        CompareOp::Ne => a != b,
        CompareOp::Gt => a > b,
        CompareOp::Ge => a >= b,
    }
}

/// `a op b`, exact also between floats and ints
#[inline(always)]
pub fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    if let (Some(x), Some(y)) = (a.as_flonum(), b.as_flonum()) {
        return Ok(Value::bool(holds(op, x, y)));
    }
    compare_slow(th, a, b, op)
}

#[inline(never)]
fn compare_slow(_: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (Some(x), y) = (float_of(a), float_of(b)) else { return Ok(Value::not_implemented()) };
    if let Some(y) = y {
        return Ok(Value::bool(holds(op, x, y)));
    }
    let Some(i) = int::int_ref(b) else { return Ok(Value::not_implemented()) };
    Ok(Value::bool(match cmp_float(i, x) {
        // The order of the int and the float, seen from the float.
        Some(order) => op.holds(order.reverse()),
        None => op == CompareOp::Ne,
    }))
}
