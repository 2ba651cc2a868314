//! Sums, products, quotients.
//!
//! Division is Python's: the quotient is floored and the remainder has the divisor's sign.

use super::{Borrowed, Int, IntRef, Limbs, cmp_mag};
use crate::num::{DIVISION_BY_ZERO, NumError, NumResult};
use dashu_int::ops::{DivRem, Gcd, SquareRoot};
use std::cmp::Ordering;

/// Products of operands up to this many limbs are made here; longer ones by the library, whose call overhead and
/// allocation then no longer matter. Arbitrary, near the point where Karatsuba starts to pay.
const SCHOOLBOOK_LIMBS_MAX: usize = 16;

/// `a + b`.
#[inline]
pub fn add(a: IntRef<'_>, b: IntRef<'_>) -> Int {
    if let (IntRef::Small(x), IntRef::Small(y)) = (a, b) {
        return match x.checked_add(y) {
            Some(sum) => Int::Small(sum),
            None => Int::from_i128(x as i128 + y as i128),
        };
    }
    signed_sum(a, b, false)
}

/// `a - b`.
#[inline]
pub fn sub(a: IntRef<'_>, b: IntRef<'_>) -> Int {
    if let (IntRef::Small(x), IntRef::Small(y)) = (a, b) {
        return match x.checked_sub(y) {
            Some(difference) => Int::Small(difference),
            None => Int::from_i128(x as i128 - y as i128),
        };
    }
    signed_sum(a, b, true)
}

#[inline(never)]
fn signed_sum(a: IntRef<'_>, b: IntRef<'_>, flip: bool) -> Int {
    let (mut ba, mut bb) = ([0], [0]);
    let (na, a) = a.parts(&mut ba);
    let (nb, b) = b.parts(&mut bb);
    let nb = nb != flip;
    if na == nb {
        return Int::new(na, add_mag(a, b));
    }
    match cmp_mag(a, b) {
        Ordering::Equal => Int::ZERO,
        Ordering::Greater => Int::new(na, sub_mag(a, b)),
        Ordering::Less => Int::new(nb, sub_mag(b, a)),
    }
}

/// Sum of two magnitudes.
pub(super) fn add_mag(a: &[u64], b: &[u64]) -> Limbs {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut out = Limbs::with_capacity(long.len() + 1);
    let mut carry = false;
    for (x, y) in long.iter().zip(short) {
        let (sum, c) = x.carrying_add(*y, carry);
        out.push(sum);
        carry = c;
    }
    for x in &long[short.len()..] {
        let (sum, c) = x.carrying_add(0, carry);
        out.push(sum);
        carry = c;
    }
    if carry {
        out.push(1);
    }
    out
}

/// Difference of two magnitudes, `a >= b`.
pub(super) fn sub_mag(a: &[u64], b: &[u64]) -> Limbs {
    let mut out = Limbs::with_capacity(a.len());
    let mut borrow = false;
    for (x, y) in a.iter().zip(b) {
        let (d, c) = x.borrowing_sub(*y, borrow);
        out.push(d);
        borrow = c;
    }
    for x in &a[b.len()..] {
        let (d, c) = x.borrowing_sub(0, borrow);
        out.push(d);
        borrow = c;
    }
    debug_assert!(!borrow);
    out
}

/// Adds one to a magnitude in place.
pub(super) fn increment(mag: &mut Limbs) {
    for limb in mag.iter_mut() {
        let (sum, carry) = limb.overflowing_add(1);
        *limb = sum;
        if !carry {
            return;
        }
    }
    mag.push(1);
}

/// `-a`.
#[inline]
pub fn neg(a: IntRef<'_>) -> Int {
    match a {
        IntRef::Small(v) => match v.checked_neg() {
            Some(v) => Int::Small(v),
            None => Int::from_i128(-(v as i128)),
        },
        IntRef::Big { negative, mag } => Int::new(!negative, Limbs::from_slice(mag)),
    }
}

/// `a * b`.
#[inline]
pub fn mul(a: IntRef<'_>, b: IntRef<'_>) -> Int {
    if let (IntRef::Small(x), IntRef::Small(y)) = (a, b) {
        return match x.checked_mul(y) {
            Some(product) => Int::Small(product),
            None => Int::from_i128(x as i128 * y as i128),
        };
    }
    mul_long(a, b)
}

#[inline(never)]
fn mul_long(a: IntRef<'_>, b: IntRef<'_>) -> Int {
    let (mut ba, mut bb) = ([0], [0]);
    let (na, a) = a.parts(&mut ba);
    let (nb, b) = b.parts(&mut bb);
    if a.is_empty() || b.is_empty() {
        return Int::ZERO;
    }
    if a.len().min(b.len()) <= SCHOOLBOOK_LIMBS_MAX {
        return Int::new(na != nb, mul_mag(a, b));
    }
    let product = if std::ptr::eq(a, b) {
        Borrowed::new(a).sqr()
    } else {
        &*Borrowed::new(a) * &*Borrowed::new(b)
    };
    Int::from_ubig(na != nb, &product)
}

fn mul_mag(a: &[u64], b: &[u64]) -> Limbs {
    let mut out = Limbs::from_elem(0, a.len() + b.len());
    for (shift, &x) in a.iter().enumerate() {
        let mut carry = 0;
        for (slot, &y) in out[shift..].iter_mut().zip(b) {
            (*slot, carry) = x.carrying_mul_add(y, *slot, carry);
        }
        out[shift + b.len()] = carry;
    }
    out
}

/// Floored quotient and remainder with the divisor's sign.
///
/// **Errors:** division by zero.
#[inline]
pub fn div_mod(a: IntRef<'_>, b: IntRef<'_>) -> NumResult<(Int, Int)> {
    if let (IntRef::Small(x), IntRef::Small(y)) = (a, b) {
        if y == 0 {
            return Err(NumError::ZeroDivision(DIVISION_BY_ZERO));
        }
        if y != -1 {
            let (q, r) = floor_parts(x, y);
            return Ok((Int::Small(q), Int::Small(r)));
        }
        return Ok((neg(a), Int::ZERO));
    }
    div_mod_long(a, b)
}

#[inline(always)]
fn floor_parts(x: i64, y: i64) -> (i64, i64) {
    let (q, r) = (x / y, x % y);
    if r != 0 && (r ^ y) < 0 { (q - 1, r + y) } else { (q, r) }
}

#[inline(never)]
fn div_mod_long(a: IntRef<'_>, b: IntRef<'_>) -> NumResult<(Int, Int)> {
    if b.is_zero() {
        return Err(NumError::ZeroDivision(DIVISION_BY_ZERO));
    }
    let (mut ba, mut bb) = ([0], [0]);
    let (na, a) = a.parts(&mut ba);
    let (nb, b) = b.parts(&mut bb);
    let (mut quotient, remainder) = div_rem_mag(a, b);
    if na != nb && !remainder.is_empty() {
        increment(&mut quotient);
        return Ok((Int::new(true, quotient), Int::new(nb, sub_mag(b, &remainder))));
    }
    Ok((Int::new(na != nb, quotient), Int::new(nb, remainder)))
}

/// Truncated quotient and remainder of magnitudes, both without leading zero limbs; `b` is not zero.
pub(super) fn div_rem_mag(a: &[u64], b: &[u64]) -> (Limbs, Limbs) {
    if cmp_mag(a, b) == Ordering::Less {
        return (Limbs::new(), Limbs::from_slice(a));
    }
    let (q, r) = (&*Borrowed::new(a)).div_rem(&*Borrowed::new(b));
    (Limbs::from_slice(q.as_words()), Limbs::from_slice(r.as_words()))
}

/// `a // b`.
///
/// **Errors:** division by zero.
#[inline]
pub fn floor_div(a: IntRef<'_>, b: IntRef<'_>) -> NumResult<Int> {
    div_mod(a, b).map(|pair| pair.0)
}

/// `a % b`.
///
/// **Errors:** division by zero.
#[inline]
pub fn modulo(a: IntRef<'_>, b: IntRef<'_>) -> NumResult<Int> {
    div_mod(a, b).map(|pair| pair.1)
}

/// Greatest common divisor, never negative.
pub fn gcd(a: IntRef<'_>, b: IntRef<'_>) -> Int {
    let (mut ba, mut bb) = ([0], [0]);
    let (_, a) = a.parts(&mut ba);
    let (_, b) = b.parts(&mut bb);
    match (a, b) {
        ([], x) | (x, []) => Int::new(false, Limbs::from_slice(x)),
        (&[x], &[y]) => Int::from_u64(gcd_word(x, y)),
        _ => Int::from_ubig(false, &(&*Borrowed::new(a)).gcd(&*Borrowed::new(b))),
    }
}

/// Binary gcd of two words, neither zero.
fn gcd_word(mut a: u64, mut b: u64) -> u64 {
    let shift = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        if a > b {
            std::mem::swap(&mut a, &mut b);
        }
        b -= a;
    }
    a << shift
}

/// The integer square root of a value that is not negative.
pub fn isqrt(a: IntRef<'_>) -> Int {
    debug_assert!(!a.is_negative());
    match a {
        IntRef::Small(v) => Int::Small(v.isqrt()),
        IntRef::Big { mag, .. } => Int::from_ubig(false, &Borrowed::new(mag).sqrt()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{i, s};
    use super::*;

    #[test]
    fn sums_cross_the_word_boundary_both_ways() {
        let big = add(IntRef::Small(i64::MAX), IntRef::Small(1));
        assert_eq!(s(&big), "9223372036854775808");
        assert_eq!(sub(big.as_ref(), IntRef::Small(1)), Int::Small(i64::MAX));
        assert_eq!(sub(big.as_ref(), big.as_ref()), Int::ZERO);
        assert_eq!(s(&sub(IntRef::Small(i64::MIN), IntRef::Small(1))), "-9223372036854775809");
        assert_eq!(s(&neg(IntRef::Small(i64::MIN))), "9223372036854775808");
        assert_eq!(neg(i("9223372036854775808").as_ref()), Int::Small(i64::MIN));
        let carry = i("340282366920938463463374607431768211455");
        assert_eq!(
            s(&add(carry.as_ref(), IntRef::Small(1))),
            "340282366920938463463374607431768211456"
        );
    }

    #[test]
    fn division_floors() {
        for (a, b, q, r) in [
            ("7", "2", "3", "1"),
            ("-7", "2", "-4", "1"),
            ("7", "-2", "-4", "-1"),
            ("-7", "-2", "3", "-1"),
            ("-9223372036854775808", "-1", "9223372036854775808", "0"),
            ("100000000000000000000000", "7", "14285714285714285714285", "5"),
            ("-100000000000000000000000", "7", "-14285714285714285714286", "2"),
            ("100000000000000000000000", "-7", "-14285714285714285714286", "-2"),
            ("5", "-100000000000000000000000", "-1", "-99999999999999999999995"),
            ("-5", "-100000000000000000000000", "0", "-5"),
            (
                "123456789012345678901234567890123456789012345678901234567890",
                "-98765432109876543210987654321",
                "-1249999989",
                "-9150380657605538064913062110",
            ),
        ] {
            let (q2, r2) = div_mod(i(a).as_ref(), i(b).as_ref()).unwrap();
            let back = add(mul(q2.as_ref(), i(b).as_ref()).as_ref(), r2.as_ref());
            assert_eq!(s(&back), a);
            if a.len() < 30 {
                assert_eq!((s(&q2).as_str(), s(&r2).as_str()), (q, r), "{a} {b}");
            }
        }
        assert_eq!(
            div_mod(IntRef::Small(1), IntRef::Small(0)),
            Err(NumError::ZeroDivision("division by zero"))
        );
    }

    #[test]
    fn products_agree_across_the_library_boundary() {
        let mut mag = Limbs::from_elem(u64::MAX, 40);
        mag[3] = 12345;
        let long = Int::new(true, mag);
        let short = Int::new(false, Limbs::from_elem(u64::MAX - 5, 17));
        let product = mul(long.as_ref(), short.as_ref());
        let mag_of = |v: &Int| match v {
            Int::Big { mag, .. } => mag.clone(),
            Int::Small(_) => unreachable!("big"),
        };
        assert_eq!(
            mag_of(&product),
            Limbs::from_slice(super::super::trim(&mul_mag(&mag_of(&long), &mag_of(&short))))
        );
        assert!(product.as_ref().is_negative());
    }

    #[test]
    fn gcd_and_roots() {
        assert_eq!(gcd(IntRef::Small(-12), IntRef::Small(18)), Int::Small(6));
        assert_eq!(gcd(IntRef::Small(0), IntRef::Small(i64::MIN)), i("9223372036854775808"));
        assert_eq!(gcd(i("100000000000000000000").as_ref(), i("-15").as_ref()), Int::Small(5));
        assert_eq!(
            s(&isqrt(i("152415787532388367501905199875019052100").as_ref())),
            "12345678901234567890"
        );
    }
}
