//! Powers, plain and modular.

use super::arith::{floor_div, modulo, mul, neg, sub};
use super::bits::{bit_length, lshift};
use super::{BITS_MAX, Borrowed, Int, IntRef};
use crate::num::{NumError, NumResult};
use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;

/// `base ** exp` for an exponent that is not negative.
///
/// **Errors:** `MemoryError` when nobody can hold the result.
pub fn pow(base: IntRef<'_>, exp: IntRef<'_>) -> NumResult<Int> {
    debug_assert!(!exp.is_negative());
    if exp.is_zero() {
        return Ok(Int::ONE);
    }
    match base {
        IntRef::Small(v @ (0 | 1)) => return Ok(Int::Small(v)),
        IntRef::Small(-1) => return Ok(Int::Small(if exp.is_odd() { -1 } else { 1 })),
        IntRef::Small(2) => return lshift(IntRef::Small(1), exp),
        _ => {}
    }
    let Some(n) = exp.to_u64() else { return Err(NumError::Memory) };
    if let IntRef::Small(v) = base
        && let Some(result) = u32::try_from(n).ok().and_then(|n| v.checked_pow(n))
    {
        return Ok(Int::Small(result));
    }
    if (bit_length(base) - 1).checked_mul(n).is_none_or(|bits| bits > BITS_MAX) {
        return Err(NumError::Memory);
    }
    let mut buf = [0];
    let (negative, mag) = base.parts(&mut buf);
    Ok(Int::from_ubig(negative && n & 1 == 1, &Borrowed::new(mag).pow(n as usize)))
}

/// `pow(base, exp, modulus)`: the result has the sign of the modulus; a negative exponent asks for the inverse.
///
/// **Errors:** `ValueError` for a zero modulus or a base without inverse.
pub fn mod_pow(base: IntRef<'_>, exp: IntRef<'_>, modulus: IntRef<'_>) -> NumResult<Int> {
    if modulus.is_zero() {
        return Err(NumError::value("pow() 3rd argument cannot be 0"));
    }
    let positive = if modulus.is_negative() { neg(modulus) } else { modulus.to_owned() };
    if positive == Int::ONE {
        return Ok(Int::ZERO);
    }
    let m = positive.as_ref();
    let inverse;
    let flipped;
    let (base, exp) = if exp.is_negative() {
        inverse = mod_inverse(base, m)?;
        flipped = neg(exp);
        (inverse.as_ref(), flipped.as_ref())
    } else {
        (base, exp)
    };
    let reduced = modulo(base, m)?;
    let result = power_residue(&reduced, exp, m);
    if modulus.is_negative() && result != Int::ZERO {
        return Ok(sub(result.as_ref(), m));
    }
    Ok(result)
}

fn power_residue(base: &Int, exp: IntRef<'_>, m: IntRef<'_>) -> Int {
    // Moduli under 2^32 square in one word; longer ones use the library's precomputed division.
    if let (IntRef::Small(m @ 1..=0xffff_ffff), Int::Small(b)) = (m, base) {
        let mut buf = [0];
        let (_, limbs) = exp.parts(&mut buf);
        let m = m as u64;
        let b = *b as u64;
        let mut acc = 1 % m;
        for index in (0..bit_length(exp)).rev() {
            acc = acc * acc % m;
            if limbs[(index / 64) as usize] >> (index % 64) & 1 == 1 {
                acc = acc * b % m;
            }
        }
        return Int::Small(acc as i64);
    }
    let (mut bm, mut be, mut bb) = ([0], [0], [0]);
    let (_, m) = m.parts(&mut bm);
    let (_, e) = exp.parts(&mut be);
    let (_, b) = base.as_ref().parts(&mut bb);
    let ring = ConstDivisor::new(UBig::from_words(m));
    let power = ring.reduce(UBig::from_words(b)).pow(&Borrowed::new(e));
    Int::from_ubig(false, &power.residue())
}

/// The inverse of `a` modulo `m > 0`, in `0..m`.
///
/// **Errors:** `ValueError` when there is none.
pub fn mod_inverse(a: IntRef<'_>, m: IntRef<'_>) -> NumResult<Int> {
    let (mut r0, mut r1) = (m.to_owned(), modulo(a, m)?);
    let (mut t0, mut t1) = (Int::ZERO, Int::ONE);
    while r1 != Int::ZERO {
        let q = floor_div(r0.as_ref(), r1.as_ref())?;
        let r2 = sub(r0.as_ref(), mul(q.as_ref(), r1.as_ref()).as_ref());
        let t2 = sub(t0.as_ref(), mul(q.as_ref(), t1.as_ref()).as_ref());
        (r0, r1) = (r1, r2);
        (t0, t1) = (t1, t2);
    }
    if r0 != Int::ONE {
        return Err(NumError::value("base is not invertible for the given modulus"));
    }
    modulo(t0.as_ref(), m)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{i, s};
    use super::*;

    #[test]
    fn powers() {
        assert_eq!(
            pow(IntRef::Small(3), IntRef::Small(39)).unwrap(),
            Int::Small(4052555153018976267)
        );
        assert_eq!(s(&pow(IntRef::Small(-3), IntRef::Small(41)).unwrap()), "-36472996377170786403");
        assert_eq!(
            s(&pow(IntRef::Small(10), IntRef::Small(30)).unwrap()),
            "1000000000000000000000000000000"
        );
        assert_eq!(
            pow(IntRef::Small(-1), i("100000000000000000001").as_ref()).unwrap(),
            Int::Small(-1)
        );
        assert_eq!(
            pow(IntRef::Small(7), i("100000000000000000001").as_ref()),
            Err(NumError::Memory)
        );
    }

    #[test]
    fn modular_powers() {
        let p = |a, b, c| s(&mod_pow(i(a).as_ref(), i(b).as_ref(), i(c).as_ref()).unwrap());
        assert_eq!(p("3", "200", "13"), "9");
        assert_eq!(p("3", "200", "-13"), "-4");
        assert_eq!(p("-3", "3", "7"), "1");
        assert_eq!(p("38", "-1", "97"), "23");
        assert_eq!(p("5", "-3", "1"), "0");
        assert_eq!(p("0", "0", "5"), "1");
        assert_eq!(p("123456789", "987654321", "1000000007"), "652541198");
        assert_eq!(
            p(
                "123456789012345678901234567890",
                "98765432109876543210",
                "1000000000000000000000000000057"
            ),
            "327455648218123532448608791417"
        );
        assert_eq!(
            mod_pow(IntRef::Small(2), IntRef::Small(-1), IntRef::Small(4)),
            Err(NumError::value("base is not invertible for the given modulus"))
        );
    }
}
