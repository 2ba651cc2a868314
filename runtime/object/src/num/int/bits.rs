//! Shifts and bit operations, as if on two's complement of unlimited length.

use super::arith::increment;
use super::{BITS_MAX, Int, IntRef, Limbs};
use crate::num::{NumError, NumResult};

/// `a << n`.
///
/// **Errors:** `ValueError` for a negative count, `OverflowError` or `MemoryError` for results nobody can hold.
#[inline]
pub fn lshift(a: IntRef<'_>, n: IntRef<'_>) -> NumResult<Int> {
    if let (IntRef::Small(x), IntRef::Small(count @ 0..=63)) = (a, n) {
        let shifted = x << count;
        if shifted >> count == x {
            return Ok(Int::Small(shifted));
        }
    }
    lshift_long(a, n)
}

#[inline(never)]
fn lshift_long(a: IntRef<'_>, n: IntRef<'_>) -> NumResult<Int> {
    if n.is_negative() {
        return Err(NumError::value("negative shift count"));
    }
    if a.is_zero() {
        return Ok(Int::ZERO);
    }
    let count = match n {
        IntRef::Small(count) => count as u64,
        IntRef::Big { .. } => return Err(NumError::overflow("too many digits in integer")),
    };
    if count > BITS_MAX {
        return Err(if count > 1 << 60 {
            NumError::overflow("too many digits in integer")
        } else {
            NumError::Memory
        });
    }
    let mut buf = [0];
    let (negative, mag) = a.parts(&mut buf);
    let (words, bits) = ((count / 64) as usize, (count % 64) as u32);
    let mut out = Limbs::with_capacity(words + mag.len() + 1);
    out.resize(words, 0);
    let mut carry = 0u64;
    for &limb in mag {
        out.push(limb << bits | carry);
        carry = if bits == 0 { 0 } else { limb >> (64 - bits) };
    }
    out.push(carry);
    Ok(Int::new(negative, out))
}

/// `a >> n`, rounding towards minus infinity.
///
/// **Errors:** `ValueError` for a negative count.
#[inline]
pub fn rshift(a: IntRef<'_>, n: IntRef<'_>) -> NumResult<Int> {
    if let (IntRef::Small(x), IntRef::Small(count @ 0..)) = (a, n) {
        return Ok(Int::Small(x >> count.min(63)));
    }
    if n.is_negative() {
        return Err(NumError::value("negative shift count"));
    }
    let mut buf = [0];
    let (negative, mag) = a.parts(&mut buf);
    let count = n.to_u64().unwrap_or(u64::MAX);
    let words = usize::try_from(count / 64).unwrap_or(usize::MAX);
    if words >= mag.len() {
        return Ok(Int::Small(if negative { -1 } else { 0 }));
    }
    let bits = (count % 64) as u32;
    let (out, dropped) = shr_mag(mag, words, bits);
    let mut out = out;
    if negative && dropped {
        increment(&mut out);
    }
    Ok(Int::new(negative, out))
}

/// Magnitude shifted right, and whether a one was shifted out. `words < mag.len()`, `bits < 64`.
pub(super) fn shr_mag(mag: &[u64], words: usize, bits: u32) -> (Limbs, bool) {
    let kept = &mag[words..];
    let mut dropped = mag[..words].iter().any(|&limb| limb != 0);
    let mut out = Limbs::with_capacity(kept.len() + 1);
    if bits == 0 {
        out.extend_from_slice(kept);
    } else {
        dropped |= kept[0] << (64 - bits) != 0;
        for (index, &limb) in kept.iter().enumerate() {
            let high = kept.get(index + 1).copied().unwrap_or(0);
            out.push(limb >> bits | high << (64 - bits));
        }
    }
    (out, dropped)
}

/// The limbs of the two's complement form, one after another, sign-extended for ever.
struct Twos<'a> {
    negative: bool,
    mag: &'a [u64],
    index: usize,
    carry: bool,
}

impl<'a> Twos<'a> {
    fn new(negative: bool, mag: &'a [u64]) -> Twos<'a> {
        Twos { negative, mag, index: 0, carry: true }
    }
    #[inline]
    fn next(&mut self) -> u64 {
        let limb = self.mag.get(self.index).copied().unwrap_or(0);
        self.index += 1;
        if !self.negative {
            return limb;
        }
        let (value, carry) = (!limb).carrying_add(0, self.carry);
        self.carry = carry;
        value
    }
}

#[inline(always)]
fn bitwise(a: IntRef<'_>, b: IntRef<'_>, op: impl Fn(u64, u64) -> u64) -> Int {
    let (mut ba, mut bb) = ([0], [0]);
    let (na, a) = a.parts(&mut ba);
    let (nb, b) = b.parts(&mut bb);
    let negative = op(na as u64, nb as u64) & 1 != 0;
    let len = a.len().max(b.len()) + 1;
    let (mut ta, mut tb) = (Twos::new(na, a), Twos::new(nb, b));
    let mut out = Limbs::with_capacity(len);
    let mut carry = true;
    for _ in 0..len {
        let limb = op(ta.next(), tb.next());
        if negative {
            let (value, c) = (!limb).carrying_add(0, carry);
            carry = c;
            out.push(value);
        } else {
            out.push(limb);
        }
    }
    Int::new(negative, out)
}

/// `a & b`.
#[inline]
pub fn and(a: IntRef<'_>, b: IntRef<'_>) -> Int {
    match (a, b) {
        (IntRef::Small(x), IntRef::Small(y)) => Int::Small(x & y),
        // A mask that is not negative keeps only the low word, whatever the other operand.
        (IntRef::Small(mask), other) | (other, IntRef::Small(mask)) if mask >= 0 => {
            Int::Small(mask & other.low_u64() as i64)
        }
        _ => bitwise(a, b, |x, y| x & y),
    }
}

/// `a | b`.
#[inline]
pub fn or(a: IntRef<'_>, b: IntRef<'_>) -> Int {
    match (a, b) {
        (IntRef::Small(x), IntRef::Small(y)) => Int::Small(x | y),
        _ => bitwise(a, b, |x, y| x | y),
    }
}

/// `a ^ b`.
#[inline]
pub fn xor(a: IntRef<'_>, b: IntRef<'_>) -> Int {
    match (a, b) {
        (IntRef::Small(x), IntRef::Small(y)) => Int::Small(x ^ y),
        _ => bitwise(a, b, |x, y| x ^ y),
    }
}

/// `~a`.
#[inline]
pub fn invert(a: IntRef<'_>) -> Int {
    match a {
        IntRef::Small(v) => Int::Small(!v),
        IntRef::Big { negative, mag } => {
            let mut out = Limbs::from_slice(mag);
            if negative {
                // |a| - 1; the magnitude is not zero.
                for limb in out.iter_mut() {
                    let (value, borrow) = limb.overflowing_sub(1);
                    *limb = value;
                    if !borrow {
                        break;
                    }
                }
            } else {
                increment(&mut out);
            }
            Int::new(!negative, out)
        }
    }
}

/// The number of bits of `|a|` without leading zeros.
#[inline]
pub fn bit_length(a: IntRef<'_>) -> u64 {
    match a {
        IntRef::Small(v) => (64 - v.unsigned_abs().leading_zeros()) as u64,
        IntRef::Big { mag, .. } => mag_bits(mag),
    }
}

/// The number of bits of a magnitude.
#[inline]
pub(super) fn mag_bits(mag: &[u64]) -> u64 {
    match mag.last() {
        None => 0,
        Some(top) => mag.len() as u64 * 64 - top.leading_zeros() as u64,
    }
}

/// The number of ones in `|a|`.
pub fn bit_count(a: IntRef<'_>) -> u64 {
    match a {
        IntRef::Small(v) => v.unsigned_abs().count_ones() as u64,
        IntRef::Big { mag, .. } => mag.iter().map(|limb| limb.count_ones() as u64).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{i, s};
    use super::*;

    #[test]
    fn shifts() {
        assert_eq!(
            s(&lshift(IntRef::Small(1), IntRef::Small(64)).unwrap()),
            "18446744073709551616"
        );
        assert_eq!(
            s(&lshift(IntRef::Small(-3), IntRef::Small(100)).unwrap()),
            "-3802951800684688204490109616128"
        );
        assert_eq!(lshift(IntRef::Small(1), IntRef::Small(62)).unwrap(), Int::Small(1 << 62));
        assert_eq!(s(&lshift(IntRef::Small(1), IntRef::Small(63)).unwrap()), "9223372036854775808");
        assert_eq!(lshift(IntRef::Small(-1), IntRef::Small(63)).unwrap(), Int::Small(i64::MIN));
        assert_eq!(
            lshift(IntRef::Small(0), i("100000000000000000000").as_ref()).unwrap(),
            Int::ZERO
        );
        assert_eq!(rshift(IntRef::Small(-5), IntRef::Small(100)).unwrap(), Int::Small(-1));
        assert_eq!(
            rshift(i("-18446744073709551616").as_ref(), IntRef::Small(64)).unwrap(),
            Int::Small(-1)
        );
        assert_eq!(
            rshift(i("-18446744073709551617").as_ref(), IntRef::Small(64)).unwrap(),
            Int::Small(-2)
        );
        assert_eq!(
            s(&rshift(i("123456789012345678901234567890").as_ref(), IntRef::Small(3)).unwrap()),
            "15432098626543209862654320986"
        );
        assert_eq!(
            lshift(IntRef::Small(1), IntRef::Small(-1)),
            Err(NumError::value("negative shift count"))
        );
    }

    #[test]
    fn bit_operations_are_two_s_complement() {
        // x & y + x | y == x + y, x ^ y == (x | y) - (x & y)
        for a in [
            "-123456789012345678901234567890",
            "5",
            "-1",
            "18446744073709551615",
            "-18446744073709551616",
        ] {
            for b in ["98765432109876543210", "-7", "0", "-340282366920938463463374607431768211456"]
            {
                let (a, b) = (i(a), i(b));
                let (x, y) = (and(a.as_ref(), b.as_ref()), or(a.as_ref(), b.as_ref()));
                let sum = super::super::add(x.as_ref(), y.as_ref());
                assert_eq!(sum, super::super::add(a.as_ref(), b.as_ref()));
                let diff = super::super::sub(y.as_ref(), x.as_ref());
                assert_eq!(diff, xor(a.as_ref(), b.as_ref()));
                assert_eq!(invert(a.as_ref()), super::super::sub(IntRef::Small(-1), a.as_ref()));
            }
        }
        assert_eq!(and(IntRef::Small(255), i("-18446744073709551617").as_ref()), Int::Small(255));
    }

    #[test]
    fn lengths_and_counts() {
        assert_eq!(bit_length(IntRef::Small(i64::MIN)), 64);
        assert_eq!(bit_length(IntRef::Small(0)), 0);
        assert_eq!(bit_length(i("18446744073709551616").as_ref()), 65);
        assert_eq!(bit_count(IntRef::Small(-7)), 3);
    }
}
