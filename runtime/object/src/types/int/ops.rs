//! The operators of `int`.
//!
//! The slot functions begin with the case of two words, inline, so that the interpreter may call them directly; all
//! else is out of line. Operands that are no ints give `NotImplemented`.

use super::{exact, from_int, int_ref, raise};
use crate::core::thread::Thread;
use crate::core::ty::CompareOp;
use crate::core::value::Value;
use crate::error::R;
use crate::num::hash::hash_int;
use crate::num::int::{self, IntRef};
use crate::types::{Tuple, float};

/// Both operands as ints, or the given way out.
macro_rules! ints {
    ($a:expr, $b:expr) => {
        match (int_ref($a), int_ref($b)) {
            (Some(a), Some(b)) => (a, b),
            _ => return Ok(Value::not_implemented()),
        }
    };
}

/// `a + b`
#[inline(always)]
pub fn add(th: &mut Thread, a: Value, b: Value) -> R {
    if Value::both_small_int(a, b) {
        // The tag of one operand is the tag of the sum; 64-bit overflow is 63-bit overflow.
        let (sum, overflow) = ((a.word() - 1) as i64).overflowing_add(b.word() as i64);
        if !overflow {
            // SAFETY: the low bit is set.
            return Ok(unsafe { Value::from_word(sum as u64) });
        }
    }
    add_slow(th, a, b)
}

#[inline(never)]
fn add_slow(th: &mut Thread, a: Value, b: Value) -> R {
    let (a, b) = ints!(a, b);
    from_int(th, int::add(a, b))
}

/// `a - b`
#[inline(always)]
pub fn subtract(th: &mut Thread, a: Value, b: Value) -> R {
    if Value::both_small_int(a, b) {
        let (difference, overflow) = (a.word() as i64).overflowing_sub((b.word() - 1) as i64);
        if !overflow {
            // SAFETY: the low bit is set.
            return Ok(unsafe { Value::from_word(difference as u64) });
        }
    }
    subtract_slow(th, a, b)
}

#[inline(never)]
fn subtract_slow(th: &mut Thread, a: Value, b: Value) -> R {
    let (a, b) = ints!(a, b);
    from_int(th, int::sub(a, b))
}

/// `a * b`
#[inline(always)]
pub fn multiply(th: &mut Thread, a: Value, b: Value) -> R {
    if Value::both_small_int(a, b) {
        let (product, overflow) =
            ((a.word() - 1) as i64).overflowing_mul(b.as_small_int_unchecked());
        if !overflow {
            // SAFETY: the low bit is set.
            return Ok(unsafe { Value::from_word(product as u64 | 1) });
        }
    }
    multiply_slow(th, a, b)
}

#[inline(never)]
fn multiply_slow(th: &mut Thread, a: Value, b: Value) -> R {
    let (a, b) = ints!(a, b);
    from_int(th, int::mul(a, b))
}

macro_rules! bitwise {
    ($($(#[$doc:meta])* $name:ident $slow:ident $words:expr;)*) => {$(
        $(#[$doc])*
        #[inline(always)]
        pub fn $name(th: &mut Thread, a: Value, b: Value) -> R {
            if Value::both_small_int(a, b) {
                let f: fn(i64, i64) -> i64 = $words;
                return Ok(Value::small_int(f(a.as_small_int_unchecked(), b.as_small_int_unchecked())));
            }
            $slow(th, a, b)
        }
        #[inline(never)]
        fn $slow(th: &mut Thread, a: Value, b: Value) -> R {
            let (a, b) = ints!(a, b);
            from_int(th, int::$name(a, b))
        }
    )*};
}

bitwise! {
    /// `a & b`
    and and_slow |a, b| a & b;
    /// `a | b`
    or or_slow |a, b| a | b;
    /// `a ^ b`
    xor xor_slow |a, b| a ^ b;
}

/// `a << b`
#[inline]
pub fn lshift(th: &mut Thread, a: Value, b: Value) -> R {
    let (a, b) = ints!(a, b);
    match int::lshift(a, b) {
        Ok(i) => from_int(th, i),
        Err(e) => Err(raise(th, e)),
    }
}

/// `a >> b`
#[inline]
pub fn rshift(th: &mut Thread, a: Value, b: Value) -> R {
    if let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int())
        && b >= 0
    {
        return Ok(Value::small_int(a >> b.min(63)));
    }
    let (a, b) = ints!(a, b);
    match int::rshift(a, b) {
        Ok(i) => from_int(th, i),
        Err(e) => Err(raise(th, e)),
    }
}

/// `a // b`
#[inline]
pub fn floor_divide(th: &mut Thread, a: Value, b: Value) -> R {
    if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int())
        && y > 0
    {
        let (q, r) = (x / y, x % y);
        return Ok(Value::small_int(q - (r < 0) as i64));
    }
    floor_divide_slow(th, a, b)
}

#[inline(never)]
fn floor_divide_slow(th: &mut Thread, a: Value, b: Value) -> R {
    let (a, b) = ints!(a, b);
    match int::floor_div(a, b) {
        Ok(i) => from_int(th, i),
        Err(e) => Err(raise(th, e)),
    }
}

/// `a % b`
#[inline]
pub fn remainder(th: &mut Thread, a: Value, b: Value) -> R {
    if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int())
        && y > 0
    {
        return Ok(Value::small_int(x.rem_euclid(y)));
    }
    remainder_slow(th, a, b)
}

#[inline(never)]
fn remainder_slow(th: &mut Thread, a: Value, b: Value) -> R {
    let (a, b) = ints!(a, b);
    match int::modulo(a, b) {
        Ok(i) => from_int(th, i),
        Err(e) => Err(raise(th, e)),
    }
}

/// `divmod(a, b)`
pub fn divmod(th: &mut Thread, a: Value, b: Value) -> R {
    let (a, b) = ints!(a, b);
    match int::div_mod(a, b) {
        Ok((q, r)) => {
            let q = from_int(th, q)?;
            let r = from_int(th, r)?;
            Ok(Value::from_ref(Tuple::new(th, &[q, r])?))
        }
        Err(e) => Err(raise(th, e)),
    }
}

/// `a / b`
pub fn true_divide(th: &mut Thread, a: Value, b: Value) -> R {
    let (a, b) = ints!(a, b);
    match int::true_div(a, b) {
        Ok(x) => float::new(th, x),
        Err(e) => Err(raise(th, e)),
    }
}

/// `a ** b`, or `pow(a, b, m)`
pub fn power(th: &mut Thread, a: Value, b: Value, m: Value) -> R {
    let (x, y) = ints!(a, b);
    let result = if m.is_none() {
        if y.is_negative() {
            // Through floats, with their errors.
            return float::ops::power_of_ints(th, x, y);
        }
        int::pow(x, y)
    } else {
        let Some(m) = int_ref(m) else { return Ok(Value::not_implemented()) };
        int::mod_pow(x, y, m)
    };
    match result {
        Ok(i) => from_int(th, i),
        Err(e) => Err(raise(th, e)),
    }
}

/// The operand of a unary slot.
#[inline(always)]
fn operand(v: Value) -> IntRef<'static> {
    // The slots are called with ints only.
    int_ref(v).unwrap_or(IntRef::Small(0))
}

/// `-a`
#[inline]
pub fn negative(th: &mut Thread, v: Value) -> R {
    from_int(th, int::neg(operand(v)))
}

/// `+a`, and `__int__`, `__index__`: an exact `int` of the same value
#[inline]
pub fn positive(th: &mut Thread, v: Value) -> R {
    exact(th, v)
}

/// `abs(a)`
#[inline]
pub fn absolute(th: &mut Thread, v: Value) -> R {
    let a = operand(v);
    if a.is_negative() { from_int(th, int::neg(a)) } else { exact(th, v) }
}

/// `~a`
#[inline]
pub fn invert(th: &mut Thread, v: Value) -> R {
    from_int(th, int::invert(operand(v)))
}

/// `float(a)`
pub fn float(th: &mut Thread, v: Value) -> R {
    match operand(v).to_f64_checked() {
        Ok(x) => float::new(th, x),
        Err(e) => Err(raise(th, e)),
    }
}

/// `bool(a)`
#[inline]
pub fn bool(_: &mut Thread, v: Value) -> R<bool> {
    Ok(!operand(v).is_zero())
}

/// `hash(a)`
#[inline]
pub fn hash(_: &mut Thread, v: Value) -> R<i64> {
    Ok(hash_int(operand(v)))
}

/// `a op b`
#[inline(always)]
pub fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    if Value::both_small_int(a, b) {
        return Ok(Value::bool(op.holds((a.word() as i64).cmp(&(b.word() as i64)))));
    }
    compare_slow(th, a, b, op)
}

#[inline(never)]
fn compare_slow(_: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (a, b) = ints!(a, b);
    Ok(Value::bool(op.holds(a.cmp(&b))))
}
