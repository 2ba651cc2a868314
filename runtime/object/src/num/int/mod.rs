//! Integers of any size, as sign and magnitude.
//!
//! Two forms of one thing: [`IntRef`] borrows an operand (a machine word, or limbs that lie in a heap cell), [`Int`] is
//! a result. Both are canonical: the big form is used exactly when the value does not fit an `i64`, so two values are
//! equal only if their forms are. Magnitudes are little-endian 64-bit limbs without leading zero limbs.
//!
//! Small operands never reach the limb code. Addition, comparison, shifts and bit operations on limbs are ours; long
//! multiplication, division, powers, radix conversion and gcd go to `dashu_int`, which reads our limbs in place.

mod arith;
mod bits;
mod bytes;
mod combi;
mod convert;
mod pow;
mod text;

pub use arith::{add, div_mod, floor_div, gcd, isqrt, modulo, mul, neg, sub};
pub use bits::{and, bit_count, bit_length, invert, lshift, or, rshift, xor};
pub use bytes::{byte_len, from_bytes, to_bytes};
pub use combi::{comb, factorial, perm};
pub(crate) use convert::decompose;
pub use convert::{as_integer_ratio, cmp_float, frexp, from_f64_trunc, round_to_power, true_div};
pub use pow::{mod_inverse, mod_pow, pow};
pub use text::{
    MAX_STR_DIGITS_DEFAULT, ParseError, digits_limit_error, parse, parse_checked, to_decimal,
    to_radix,
};

use dashu_int::UBig;
use smallvec::SmallVec;
use std::cmp::Ordering;
use std::mem::ManuallyDrop;

/// The magnitude of a big integer. Six limbs inline: results up to 384 bits need no native allocation.
pub type Limbs = SmallVec<[u64; 6]>;

/// Results longer than this are refused as out of memory before they are computed.
///
/// **Units/shape:** bits; 2^37 is 16 GiB of magnitude, which no run of ours can hold. Arbitrary.
pub const BITS_MAX: u64 = 1 << 37;

/// A borrowed integer operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntRef<'a> {
    Small(i64),
    /// Does not fit an `i64`.
    Big {
        negative: bool,
        mag: &'a [u64],
    },
}

/// An integer result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Int {
    Small(i64),
    /// Does not fit an `i64`.
    Big {
        negative: bool,
        mag: Limbs,
    },
}

impl<'a> IntRef<'a> {
    /// An operand from sign and limbs; leading zero limbs are allowed.
    #[inline]
    pub fn new(negative: bool, mag: &'a [u64]) -> IntRef<'a> {
        let mag = trim(mag);
        match small_of(negative, mag) {
            Some(small) => IntRef::Small(small),
            None => IntRef::Big { negative, mag },
        }
    }

    #[inline]
    pub fn is_negative(self) -> bool {
        match self {
            IntRef::Small(v) => v < 0,
            IntRef::Big { negative, .. } => negative,
        }
    }

    #[inline]
    pub fn is_zero(self) -> bool {
        matches!(self, IntRef::Small(0))
    }

    #[inline]
    pub fn is_odd(self) -> bool {
        match self {
            IntRef::Small(v) => v & 1 != 0,
            IntRef::Big { mag, .. } => mag[0] & 1 != 0,
        }
    }

    /// The value as a machine word.
    #[inline]
    pub fn to_i64(self) -> Option<i64> {
        match self {
            IntRef::Small(v) => Some(v),
            IntRef::Big { .. } => None,
        }
    }

    /// The value as an unsigned machine word.
    #[inline]
    pub fn to_u64(self) -> Option<u64> {
        match self {
            IntRef::Small(v) => u64::try_from(v).ok(),
            IntRef::Big { negative: false, mag: &[v] } => Some(v),
            IntRef::Big { .. } => None,
        }
    }

    /// The low 64 bits in two's complement, whatever the size.
    #[inline]
    pub fn low_u64(self) -> u64 {
        match self {
            IntRef::Small(v) => v as u64,
            IntRef::Big { negative: false, mag } => mag[0],
            IntRef::Big { negative: true, mag } => mag[0].wrapping_neg(),
        }
    }

    /// Sign and limbs; `buf` holds the limb of a small value.
    #[inline]
    pub(crate) fn parts<'b>(self, buf: &'b mut [u64; 1]) -> (bool, &'b [u64])
    where
        'a: 'b,
    {
        match self {
            IntRef::Small(0) => (false, &[]),
            IntRef::Small(v) => {
                buf[0] = v.unsigned_abs();
                (v < 0, &buf[..])
            }
            IntRef::Big { negative, mag } => (negative, mag),
        }
    }

    pub fn to_owned(self) -> Int {
        match self {
            IntRef::Small(v) => Int::Small(v),
            IntRef::Big { negative, mag } => Int::Big { negative, mag: Limbs::from_slice(mag) },
        }
    }
}

impl Int {
    pub const ZERO: Int = Int::Small(0);
    pub const ONE: Int = Int::Small(1);

    /// The canonical form of a sign and limbs.
    #[inline]
    pub fn new(negative: bool, mut mag: Limbs) -> Int {
        let len = trim(&mag).len();
        mag.truncate(len);
        match small_of(negative, &mag) {
            Some(small) => Int::Small(small),
            None => Int::Big { negative, mag },
        }
    }

    #[inline]
    pub fn as_ref(&self) -> IntRef<'_> {
        match self {
            Int::Small(v) => IntRef::Small(*v),
            Int::Big { negative, mag } => IntRef::Big { negative: *negative, mag },
        }
    }

    #[inline]
    pub fn from_i128(v: i128) -> Int {
        match i64::try_from(v) {
            Ok(v) => Int::Small(v),
            Err(_) => Int::from_u128(v < 0, v.unsigned_abs()),
        }
    }

    #[inline]
    pub fn from_u64(v: u64) -> Int {
        match i64::try_from(v) {
            Ok(v) => Int::Small(v),
            Err(_) => Int::Big { negative: false, mag: Limbs::from_slice(&[v]) },
        }
    }

    #[inline]
    pub fn from_u128(negative: bool, mag: u128) -> Int {
        Int::new(negative, Limbs::from_slice(&[mag as u64, (mag >> 64) as u64]))
    }

    pub(crate) fn from_ubig(negative: bool, mag: &UBig) -> Int {
        Int::new(negative, Limbs::from_slice(mag.as_words()))
    }
}

impl From<i64> for Int {
    fn from(v: i64) -> Int {
        Int::Small(v)
    }
}

impl PartialOrd for IntRef<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for IntRef<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (*self, *other) {
            (IntRef::Small(a), IntRef::Small(b)) => a.cmp(&b),
            (IntRef::Small(_), IntRef::Big { negative, .. }) => {
                if negative {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            (IntRef::Big { negative, .. }, IntRef::Small(_)) => {
                if negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (IntRef::Big { negative: na, mag: a }, IntRef::Big { negative: nb, mag: b }) => {
                match (na, nb) {
                    (false, false) => cmp_mag(a, b),
                    (true, true) => cmp_mag(b, a),
                    (true, false) => Ordering::Less,
                    (false, true) => Ordering::Greater,
                }
            }
        }
    }
}

/// Compares two magnitudes without leading zero limbs.
#[inline]
pub(crate) fn cmp_mag(a: &[u64], b: &[u64]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// Drops leading zero limbs.
#[inline]
pub(crate) fn trim(mag: &[u64]) -> &[u64] {
    let mut len = mag.len();
    while len > 0 && mag[len - 1] == 0 {
        len -= 1;
    }
    &mag[..len]
}

#[inline]
fn small_of(negative: bool, mag: &[u64]) -> Option<i64> {
    match *mag {
        [] => Some(0),
        [v] if !negative && v <= i64::MAX as u64 => Some(v as i64),
        [v] if negative && v <= 1 << 63 => Some((v as i64).wrapping_neg()),
        _ => None,
    }
}

/// A `UBig` that borrows limbs: an operand for the library without a copy.
pub(crate) struct Borrowed<'a> {
    big: ManuallyDrop<UBig>,
    _limbs: std::marker::PhantomData<&'a [u64]>,
}

impl<'a> Borrowed<'a> {
    /// **Units/shape:** `mag` has no leading zero limb.
    #[inline]
    pub(crate) fn new(mag: &'a [u64]) -> Borrowed<'a> {
        debug_assert!(mag.last() != Some(&0));
        // SAFETY: the value is never mutated, moved out or dropped (ManuallyDrop, and only `&UBig` leaves), and the
        // lifetime parameter keeps the limbs alive for as long as it is reachable.
        let big = unsafe {
            UBig::from_static_words(std::mem::transmute::<&'a [u64], &'static [u64]>(mag))
        };
        Borrowed { big: ManuallyDrop::new(big), _limbs: std::marker::PhantomData }
    }
}

impl std::ops::Deref for Borrowed<'_> {
    type Target = UBig;
    #[inline]
    fn deref(&self) -> &UBig {
        &self.big
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A value from decimal text.
    pub(crate) fn i(text: &str) -> Int {
        parse(text.as_bytes(), 10).expect("a decimal literal")
    }

    /// The decimal text of a value.
    pub(crate) fn s(v: &Int) -> String {
        to_decimal(v.as_ref())
    }

    #[test]
    fn the_small_form_is_used_exactly_when_it_fits() {
        assert_eq!(i("9223372036854775807"), Int::Small(i64::MAX));
        assert_eq!(i("-9223372036854775808"), Int::Small(i64::MIN));
        assert!(matches!(i("9223372036854775808"), Int::Big { negative: false, .. }));
        assert!(matches!(i("-9223372036854775809"), Int::Big { negative: true, .. }));
        assert_eq!(Int::new(true, Limbs::new()), Int::Small(0));
    }

    #[test]
    fn order_follows_value() {
        let sorted = [
            "-100000000000000000000",
            "-99999999999999999999",
            "-5",
            "0",
            "7",
            "99999999999999999999999",
        ];
        for (m, a) in sorted.iter().enumerate() {
            for (n, b) in sorted.iter().enumerate() {
                assert_eq!(i(a).as_ref().cmp(&i(b).as_ref()), m.cmp(&n), "{a} {b}");
            }
        }
    }
}
