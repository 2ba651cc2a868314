//! Hashes that Python code can see: equal numbers hash equal whatever their type, and sets of them iterate alike.
//!
//! Numbers hash to their residue modulo the Mersenne prime 2^61 - 1; strings by SipHash-1-3 under the process's key;
//! tuples by the mixing steps of xxHash. No hash is -1, the C API's mark of an error, for which -2 stands in.

use super::complex::Complex;
use super::int::IntRef;
use siphasher::sip::SipHasher13;
use std::hash::Hasher;

/// The exponent of the prime modulus of numeric hashes.
pub const HASH_BITS: u32 = 61;
/// The prime modulus of numeric hashes.
pub const HASH_MODULUS: u64 = (1 << HASH_BITS) - 1;
/// The hash of positive infinity.
pub const HASH_INF: i64 = 314159;
/// The factor of the imaginary part.
pub const HASH_IMAG: u64 = 1000003;

/// -1 is no hash.
#[inline]
pub fn not_minus_one(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

/// `hash(a)` of an integer.
#[inline]
pub fn hash_int(a: IntRef<'_>) -> i64 {
    match a {
        IntRef::Small(v) => {
            let mut residue = v.unsigned_abs();
            residue = (residue & HASH_MODULUS) + (residue >> HASH_BITS);
            if residue >= HASH_MODULUS {
                residue -= HASH_MODULUS;
            }
            signed(v < 0, residue)
        }
        IntRef::Big { negative, mag } => {
            let residue = mag.iter().rev().fold(0u64, |acc, &limb| {
                // 2^64 is 8 modulo the prime.
                let wide = (acc as u128) << 3;
                fold(wide + limb as u128)
            });
            signed(negative, residue)
        }
    }
}

#[inline]
fn fold(wide: u128) -> u64 {
    let folded = (wide & HASH_MODULUS as u128) as u64 + (wide >> HASH_BITS) as u64;
    if folded >= HASH_MODULUS { folded - HASH_MODULUS } else { folded }
}

#[inline]
fn signed(negative: bool, residue: u64) -> i64 {
    not_minus_one(if negative { -(residue as i64) } else { residue as i64 })
}

/// `hash(x)` of a double; `None` for NaN, which hashes by identity.
#[inline]
pub fn hash_float(x: f64) -> Option<i64> {
    let whole = x as i64;
    if whole as f64 == x && whole != i64::MAX {
        return Some(hash_int(IntRef::Small(whole)));
    }
    hash_float_slow(x)
}

#[inline(never)]
fn hash_float_slow(x: f64) -> Option<i64> {
    if x.is_nan() {
        return None;
    }
    if x.is_infinite() {
        return Some(if x > 0.0 { HASH_INF } else { -HASH_INF });
    }
    // mantissa * 2^exponent: multiplying by a power of two rotates the 61 bits of a residue.
    let (mantissa, exponent) = super::int::decompose(x);
    let residue = fold(mantissa as u128);
    let turn = exponent.rem_euclid(HASH_BITS as i32) as u32;
    let rotated = if turn == 0 {
        residue
    } else {
        (residue << turn & HASH_MODULUS) | residue >> (HASH_BITS - turn)
    };
    Some(signed(x < 0.0, rotated))
}

/// `hash(z)` of a complex number; `None` when a part is NaN: the caller gives that part's identity hash to
/// [`combine_complex`].
pub fn hash_complex(z: Complex) -> Option<i64> {
    Some(combine_complex(hash_float(z.re)?, hash_float(z.im)?))
}

/// The hash of a complex number from those of its parts.
pub fn combine_complex(re: i64, im: i64) -> i64 {
    not_minus_one((re as u64).wrapping_add(HASH_IMAG.wrapping_mul(im as u64)) as i64)
}

/// The hash of an address, for identity hashes: the low bits, always zero, are rotated away.
#[inline]
pub fn hash_pointer(address: usize) -> i64 {
    not_minus_one((address as u64).rotate_right(4) as i64)
}

/// The key of string hashes: two words, drawn at random at start or derived from `PYTHONHASHSEED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashKey(pub u64, pub u64);

impl HashKey {
    /// The key that a seed stands for; 0 switches randomisation off.
    ///
    /// **Source:** CPython fills its secret from a linear congruential generator started at the seed.
    pub fn from_seed(seed: u32) -> HashKey {
        if seed == 0 {
            return HashKey(0, 0);
        }
        let mut state = seed;
        let mut bytes = [0u8; 16];
        for byte in &mut bytes {
            state = state.wrapping_mul(214013).wrapping_add(2531011);
            *byte = (state >> 16) as u8;
        }
        let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|index| bytes[at + index]));
        HashKey(word(0), word(8))
    }
}

/// The hash of a string's or bytes object's buffer.
#[inline]
pub fn hash_bytes(key: HashKey, bytes: &[u8]) -> i64 {
    if bytes.is_empty() {
        return 0;
    }
    let mut hasher = SipHasher13::new_with_keys(key.0, key.1);
    hasher.write(bytes);
    not_minus_one(hasher.finish() as i64)
}

/// Hashes a tuple item by item.
#[derive(Clone, Copy, Debug)]
pub struct TupleHasher {
    acc: u64,
}

const XX_PRIME_1: u64 = 11400714785074694791;
const XX_PRIME_2: u64 = 14029467366897019727;
const XX_PRIME_5: u64 = 2870177450012600261;

impl TupleHasher {
    #[inline]
    #[allow(clippy::new_without_default)]
    pub fn new() -> TupleHasher {
        TupleHasher { acc: XX_PRIME_5 }
    }

    /// Takes in the hash of the next item.
    #[inline]
    pub fn write(&mut self, hash: i64) {
        self.acc = self.acc.wrapping_add((hash as u64).wrapping_mul(XX_PRIME_2));
        self.acc = self.acc.rotate_left(31).wrapping_mul(XX_PRIME_1);
    }

    /// The hash of a slice: its parts, whose number is fixed.
    #[inline]
    pub fn finish_without_length(self) -> i64 {
        if self.acc == u64::MAX { 1546275796 } else { self.acc as i64 }
    }

    /// The hash of a tuple of `len` items.
    #[inline]
    pub fn finish(self, len: usize) -> i64 {
        let acc = self.acc.wrapping_add(len as u64 ^ (XX_PRIME_5 ^ 3527539));
        if acc == u64::MAX { 1546275796 } else { acc as i64 }
    }
}

/// The hash of a tuple from those of its items.
pub fn hash_tuple(items: &[i64]) -> i64 {
    let mut hasher = TupleHasher::new();
    for &item in items {
        hasher.write(item);
    }
    hasher.finish(items.len())
}

#[cfg(test)]
mod tests {
    use super::super::int::tests::i;
    use super::*;

    #[test]
    fn numbers() {
        for (text, hash) in [
            ("0", 0),
            ("-1", -2),
            ("2305843009213693951", 0),
            ("2305843009213693952", 1),
            ("-2305843009213693952", -2),
            ("9223372036854775807", 3),
            ("-9223372036854775808", -4),
            ("18446744073709551616", 8),
            ("123456789012345678901234567890", 248789772095949448),
            ("-100000000000000000000000000000000000000000", -49916784014012194),
        ] {
            assert_eq!(hash_int(i(text).as_ref()), hash, "{text}");
        }
        for (x, hash) in [
            (0.5, 1152921504606846976),
            (-1.0, -2),
            (1e300, 1224995262755759164),
            (0.1, 230584300921369408),
            (-2.5, -1152921504606846978),
            (5e-324, 16777216),
            (1e20, 848750603811160107),
            (f64::INFINITY, 314159),
            (9223372036854775808.0, 4),
        ] {
            assert_eq!(hash_float(x), Some(hash), "{x}");
        }
        assert_eq!(hash_complex(Complex { re: 1.5, im: -2.5 }), Some(-2305843009215693957));
    }

    #[test]
    fn text_and_tuples() {
        let key = HashKey::from_seed(0);
        assert_eq!(hash_bytes(key, b"abc"), -4594863902769663758);
        assert_eq!(hash_bytes(key, b""), 0);
        assert_eq!(hash_bytes(HashKey::from_seed(42), b"abc"), 3869580338025362921);
        assert_eq!(hash_tuple(&[]), 5740354900026072187);
        assert_eq!(hash_tuple(&[1, 2, 3]), 529344067295497451);
    }
}
