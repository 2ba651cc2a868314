//! Integers as byte strings, in either order, signed or not.

use super::bits::bit_length;
use super::{Int, IntRef, Limbs};
use crate::num::{NumError, NumResult};

/// The value that `bytes` spell.
pub fn from_bytes(bytes: &[u8], little: bool, signed: bool) -> Int {
    let at = |index: usize| if little { bytes[index] } else { bytes[bytes.len() - 1 - index] };
    let negative = signed && !bytes.is_empty() && at(bytes.len() - 1) & 0x80 != 0;
    let mut out = Limbs::with_capacity(bytes.len() / 8 + 1);
    let mut index = 0;
    while index < bytes.len() {
        let mut limb = if negative { u64::MAX } else { 0 };
        for shift in 0..8.min(bytes.len() - index) {
            limb &= !(0xff << (shift * 8));
            limb |= (at(index + shift) as u64) << (shift * 8);
        }
        out.push(limb);
        index += 8;
    }
    if negative {
        let mut carry = true;
        for limb in out.iter_mut() {
            (*limb, carry) = (!*limb).carrying_add(0, carry);
        }
        if carry {
            out.push(1);
        }
    }
    Int::new(negative, out)
}

/// The bytes that a two's complement (`signed`) or plain form of `a` needs.
pub fn byte_len(a: IntRef<'_>, signed: bool) -> u64 {
    let bits = bit_length(a);
    if !signed {
        return bits.div_ceil(8);
    }
    // A negative power of two needs no extra sign bit.
    let exact = a.is_negative() && {
        let mut buf = [0];
        let (_, mag) = a.parts(&mut buf);
        mag[..mag.len() - 1].iter().all(|&l| l == 0) && mag[mag.len() - 1].is_power_of_two()
    };
    (bits + !exact as u64).div_ceil(8)
}

/// Appends `len` bytes of `a`.
///
/// **Errors:** `OverflowError` when `a` does not fit, or is negative and the form is unsigned.
pub fn to_bytes(
    a: IntRef<'_>,
    len: usize,
    little: bool,
    signed: bool,
    out: &mut Vec<u8>,
) -> NumResult<()> {
    if a.is_negative() && !signed {
        return Err(NumError::overflow("can't convert negative int to unsigned"));
    }
    if !a.is_zero() && byte_len(a, signed) > len as u64 {
        return Err(NumError::overflow("int too big to convert"));
    }
    let mut buf = [0];
    let (negative, mag) = a.parts(&mut buf);
    let start = out.len();
    out.reserve(len);
    let mut carry = true;
    let mut index = 0;
    while out.len() - start < len {
        let mut limb = mag.get(index).copied().unwrap_or(0);
        if negative {
            (limb, carry) = (!limb).carrying_add(0, carry);
        }
        let take = 8.min(len - (out.len() - start));
        out.extend_from_slice(&limb.to_le_bytes()[..take]);
        index += 1;
    }
    if !little {
        out[start..].reverse();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{i, s};
    use super::*;

    fn bytes(v: &str, len: usize, little: bool, signed: bool) -> NumResult<Vec<u8>> {
        let mut out = Vec::new();
        to_bytes(i(v).as_ref(), len, little, signed, &mut out).map(|()| out)
    }

    #[test]
    fn round_trips() {
        assert_eq!(bytes("258", 2, false, false).unwrap(), [1, 2]);
        assert_eq!(bytes("-128", 1, false, true).unwrap(), [0x80]);
        assert_eq!(bytes("-129", 2, true, true).unwrap(), [0x7f, 0xff]);
        assert_eq!(bytes("0", 0, true, true).unwrap(), [0u8; 0]);
        assert_eq!(bytes("128", 1, false, true), Err(NumError::overflow("int too big to convert")));
        assert_eq!(
            bytes("-1", 1, false, false),
            Err(NumError::overflow("can't convert negative int to unsigned"))
        );
        for v in [
            "-1",
            "-18446744073709551616",
            "18446744073709551615",
            "-170141183460469231731687303715884105728",
        ] {
            for little in [true, false] {
                let b = bytes(v, 17, little, true).unwrap();
                assert_eq!(s(&from_bytes(&b, little, true)), v);
            }
        }
        assert_eq!(byte_len(i("-170141183460469231731687303715884105728").as_ref(), true), 16);
        assert_eq!(
            s(&from_bytes(&[0x80, 0, 0, 0, 0, 0, 0, 0], false, true)),
            "-9223372036854775808"
        );
        assert_eq!(s(&from_bytes(&[0xff; 9], false, false)), "4722366482869645213695");
        assert_eq!(
            s(&from_bytes(&[0, 0, 0, 0, 0, 0, 0, 0, 0x80], true, true)),
            "-2361183241434822606848"
        );
    }
}
