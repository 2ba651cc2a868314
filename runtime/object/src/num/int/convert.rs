//! Between integers and doubles, exactly or correctly rounded.
//!
//! The library's own conversion rounds wrongly once in some tens of thousands of values, so all of this is ours.

use super::arith::div_rem_mag;
use super::bits::{lshift, mag_bits, shr_mag};
use super::{Int, IntRef, Limbs, trim};
use crate::num::float::ldexp_exact;
use crate::num::{DIVISION_BY_ZERO, NumError, NumResult};
use std::cmp::Ordering;

impl IntRef<'_> {
    /// The nearest double, ties to even; `None` beyond the range of doubles.
    #[inline]
    pub fn to_f64(self) -> Option<f64> {
        match self {
            IntRef::Small(v) => Some(v as f64),
            IntRef::Big { negative, mag } => {
                let value = mag_to_f64(mag)?;
                Some(if negative { -value } else { value })
            }
        }
    }

    /// The nearest double.
    ///
    /// **Errors:** `OverflowError` beyond the range of doubles.
    #[inline]
    pub fn to_f64_checked(self) -> NumResult<f64> {
        self.to_f64().ok_or_else(|| NumError::overflow("int too large to convert to float"))
    }
}

/// The top 64 bits with the highest set, ones below folded into bit 0: rounding needs no more.
fn top_bits(mag: &[u64]) -> u64 {
    let top = mag[mag.len() - 1];
    let shift = top.leading_zeros();
    if mag.len() == 1 {
        return top << shift;
    }
    let next = mag[mag.len() - 2];
    let (bits, rest) = if shift == 0 {
        (top, next != 0)
    } else {
        (top << shift | next >> (64 - shift), next << shift != 0)
    };
    let sticky = rest || mag[..mag.len() - 2].iter().any(|&limb| limb != 0);
    bits | sticky as u64
}

fn mag_to_f64(mag: &[u64]) -> Option<f64> {
    let bits = mag_bits(mag);
    if bits == 0 {
        return Some(0.0);
    }
    if bits > 1024 {
        return None;
    }
    let value = ldexp_exact(top_bits(mag) as f64, bits as i32 - 64);
    value.is_finite().then_some(value)
}

/// `a / b`, correctly rounded.
///
/// **Errors:** division by zero; `OverflowError` when the quotient is beyond the range of doubles.
pub fn true_div(a: IntRef<'_>, b: IntRef<'_>) -> NumResult<f64> {
    const EXACT: u64 = 1 << 53;
    if b.is_zero() {
        return Err(NumError::ZeroDivision(DIVISION_BY_ZERO));
    }
    if let (IntRef::Small(x), IntRef::Small(y)) = (a, b)
        && x.unsigned_abs() <= EXACT
        && y.unsigned_abs() <= EXACT
    {
        return Ok(x as f64 / y as f64);
    }
    let (mut ba, mut bb) = ([0], [0]);
    let (na, a) = a.parts(&mut ba);
    let (nb, b) = b.parts(&mut bb);
    let value = div_mag(a, b)?;
    Ok(if na != nb { -value } else { value })
}

fn div_mag(a: &[u64], b: &[u64]) -> NumResult<f64> {
    let overflow = || NumError::overflow("integer division result too large for a float");
    if a.is_empty() {
        return Ok(0.0);
    }
    // The quotient lies between 2^(diff-1) and 2^(diff+1).
    let diff = mag_bits(a) as i64 - mag_bits(b) as i64;
    if diff > 1024 {
        return Err(overflow());
    }
    if diff < -1076 {
        return Ok(0.0);
    }
    // Two bits more than a double holds, or than a subnormal double of this size holds, and a sticky bit.
    let shift = diff.max(-1021) - 55;
    let (scaled, mut sticky) = if shift <= 0 {
        let scaled = lshift(IntRef::new(false, a), IntRef::Small(-shift))?;
        let mut buf = [0];
        (Limbs::from_slice(scaled.as_ref().parts(&mut buf).1), false)
    } else {
        let words = (shift / 64) as usize;
        if words >= a.len() { (Limbs::new(), true) } else { shr_mag(a, words, (shift % 64) as u32) }
    };
    let (quotient, remainder) = div_rem_mag(trim(&scaled), b);
    sticky |= !remainder.is_empty();
    let q = trim(&quotient).first().copied().unwrap_or(0);
    let bits = 64 - q.leading_zeros() as i64;
    let extra = bits.max(-1021 - shift) - 53;
    let half = 1u64 << (extra - 1);
    let mut rounded = q;
    if q & half != 0 && (q & (half - 1) != 0 || sticky || q & (half << 1) != 0) {
        rounded += half;
    }
    rounded &= !(half | (half - 1));
    let value = ldexp_exact(rounded as f64, shift as i32);
    if value.is_finite() { Ok(value) } else { Err(overflow()) }
}

/// The integer part.
///
/// **Errors:** `OverflowError` for infinities, `ValueError` for NaN.
pub fn from_f64_trunc(x: f64) -> NumResult<Int> {
    // Both bounds are exact doubles.
    if (-9223372036854775808.0..9223372036854775808.0).contains(&x) {
        return Ok(Int::Small(x as i64));
    }
    if x.is_nan() {
        return Err(NumError::value("cannot convert float NaN to integer"));
    }
    if x.is_infinite() {
        return Err(NumError::overflow("cannot convert float infinity to integer"));
    }
    let (mantissa, exponent) = decompose(x);
    let mut out = lshift(Int::from_u64(mantissa).as_ref(), IntRef::Small(exponent as i64))?;
    if x < 0.0 {
        out = super::neg(out.as_ref());
    }
    Ok(out)
}

/// `|x| = mantissa * 2^exponent` for a finite `x`.
pub(crate) fn decompose(x: f64) -> (u64, i32) {
    let bits = x.to_bits();
    let field = (bits >> 52 & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) }
}

/// Numerator and positive denominator in lowest terms.
///
/// **Errors:** `OverflowError` for infinities, `ValueError` for NaN.
pub fn as_integer_ratio(x: f64) -> NumResult<(Int, Int)> {
    if x.is_infinite() {
        return Err(NumError::overflow("cannot convert Infinity to integer ratio"));
    }
    if x.is_nan() {
        return Err(NumError::value("cannot convert NaN to integer ratio"));
    }
    let (mut mantissa, mut exponent) = decompose(x);
    if mantissa == 0 {
        return Ok((Int::ZERO, Int::ONE));
    }
    let zeros = mantissa.trailing_zeros();
    mantissa >>= zeros;
    exponent += zeros as i32;
    let signed = if x < 0.0 { -(mantissa as i64) } else { mantissa as i64 };
    if exponent >= 0 {
        Ok((lshift(IntRef::Small(signed), IntRef::Small(exponent as i64))?, Int::ONE))
    } else {
        Ok((Int::Small(signed), lshift(IntRef::Small(1), IntRef::Small(-exponent as i64))?))
    }
}

/// The order of an integer and a double by their exact values; `None` for NaN.
#[inline]
pub fn cmp_float(a: IntRef<'_>, x: f64) -> Option<Ordering> {
    if let IntRef::Small(v) = a
        && v.unsigned_abs() <= 1 << 53
    {
        return (v as f64).partial_cmp(&x);
    }
    cmp_float_long(a, x)
}

#[inline(never)]
fn cmp_float_long(a: IntRef<'_>, x: f64) -> Option<Ordering> {
    if x.is_nan() {
        return None;
    }
    if x.is_infinite() {
        return Some(if x > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let whole = from_f64_trunc(x).ok()?;
    let fraction = x - x.trunc();
    Some(
        a.cmp(&whole.as_ref())
            .then_with(|| 0.0f64.partial_cmp(&fraction).unwrap_or(Ordering::Equal)),
    )
}

/// `a` rounded to a multiple of `10**-ndigits`, ties to even; `ndigits` is negative.
pub fn round_to_power(a: IntRef<'_>, ndigits: IntRef<'_>) -> NumResult<Int> {
    // 10**k with k beyond the digits of a: the result is 0 (half of such a power exceeds |a|).
    let k = match ndigits {
        IntRef::Small(n) if n.unsigned_abs() <= super::bits::bit_length(a) => n.unsigned_abs(),
        _ => return Ok(Int::ZERO),
    };
    let unit = super::pow(IntRef::Small(10), IntRef::Small(k as i64))?;
    let (q, r) = super::div_mod(a, unit.as_ref())?;
    let twice = lshift(r.as_ref(), IntRef::Small(1))?;
    let up = match twice.as_ref().cmp(&unit.as_ref()) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => q.as_ref().is_odd(),
    };
    let q = if up { super::add(q.as_ref(), IntRef::Small(1)) } else { q };
    Ok(super::mul(q.as_ref(), unit.as_ref()))
}

/// `floor(log2)`-style scaling for logarithms: `|a| = m * 2^e` with `m` a double in `[0.5, 1)`, rounded.
pub fn frexp(a: IntRef<'_>) -> (f64, i64) {
    let mut buf = [0];
    let (negative, mag) = a.parts(&mut buf);
    if mag.is_empty() {
        return (0.0, 0);
    }
    let bits = mag_bits(mag) as i64;
    let m = ldexp_exact(top_bits(mag) as f64, -64);
    let (m, bits) = if m == 1.0 { (0.5, bits + 1) } else { (m, bits) };
    (if negative { -m } else { m }, bits)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{i, s};
    use super::*;

    #[test]
    fn to_double_rounds_to_even() {
        for (text, bits) in [
            ("9007199254740993", 0x4340000000000000u64),
            ("9007199254740995", 0x4340000000000002),
            ("18446744073709551615", 0x43f0000000000000),
            ("295147905179352825857", 0x4430000000000000),
            ("295147905179352858625", 0x4430000000000001),
        ] {
            assert_eq!(i(text).as_ref().to_f64().unwrap().to_bits(), bits, "{text}");
        }
        let max = from_f64_trunc(f64::MAX).unwrap();
        assert_eq!(max.as_ref().to_f64(), Some(f64::MAX));
        let ulp_half = lshift(IntRef::Small(1), IntRef::Small(970)).unwrap();
        let over = super::super::add(max.as_ref(), ulp_half.as_ref());
        assert_eq!(over.as_ref().to_f64(), None);
        assert_eq!(
            super::super::sub(over.as_ref(), IntRef::Small(1)).as_ref().to_f64(),
            Some(f64::MAX)
        );
    }

    #[test]
    fn true_division() {
        let d = |a: &str, b: &str| true_div(i(a).as_ref(), i(b).as_ref());
        assert_eq!(d("1", "3").unwrap(), 1.0 / 3.0);
        assert_eq!(d("-9007199254740993", "2").unwrap(), -4503599627370496.5);
        assert_eq!(d("123456789012345678901234567890", "987654321").unwrap(), 1.249999988734375e20);
        let p = |n| super::super::pow(IntRef::Small(10), IntRef::Small(n)).unwrap();
        let (big, small) = (p(400), p(92));
        assert_eq!(true_div(big.as_ref(), small.as_ref()).unwrap(), 1e308);
        assert_eq!(true_div(IntRef::Small(1), p(320).as_ref()).unwrap(), 1e-320);
        assert_eq!(true_div(IntRef::Small(5), p(324).as_ref()).unwrap(), 5e-324);
        assert_eq!(true_div(IntRef::Small(2), p(324).as_ref()).unwrap(), 0.0);
        assert_eq!(true_div(IntRef::Small(-3), p(324).as_ref()).unwrap(), -5e-324);
        assert!(true_div(big.as_ref(), IntRef::Small(1)).is_err());
    }

    #[test]
    fn comparison_is_exact() {
        assert_eq!(
            cmp_float(i("9007199254740993").as_ref(), 9007199254740992.0),
            Some(Ordering::Greater)
        );
        assert_eq!(
            cmp_float(i("18446744073709551616").as_ref(), 18446744073709551616.0),
            Some(Ordering::Equal)
        );
        assert_eq!(
            cmp_float(i("-9007199254740994").as_ref(), -9007199254740994.0),
            Some(Ordering::Equal)
        );
        assert_eq!(cmp_float(IntRef::Small(1), f64::NAN), None);
        assert_eq!(
            cmp_float(i("-100000000000000000000").as_ref(), f64::NEG_INFINITY),
            Some(Ordering::Greater)
        );
    }

    #[test]
    fn ratios_and_rounding() {
        let (n, d) = as_integer_ratio(-0.1).unwrap();
        assert_eq!((s(&n), s(&d)), ("-3602879701896397".into(), "36028797018963968".into()));
        assert_eq!(s(&from_f64_trunc(-1e20).unwrap()), "-100000000000000000000");
        for (a, n, r) in [
            (25, -1, 20),
            (35, -1, 40),
            (-25, -1, -20),
            (-26, -1, -30),
            (5, -1, 0),
            (5, -9, 0),
            (951, -3, 1000),
        ] {
            assert_eq!(
                round_to_power(IntRef::Small(a), IntRef::Small(n)).unwrap(),
                Int::Small(r),
                "{a} {n}"
            );
        }
    }
}
