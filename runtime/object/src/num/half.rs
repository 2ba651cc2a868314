//! Half precision floats (IEEE 754 binary16), for `struct` and `memoryview`.

/// The value of a half.
pub fn to_f64(h: u16) -> f64 {
    let sign = if h & 0x8000 != 0 { -1.0 } else { 1.0 };
    let exponent = i32::from(h >> 10 & 31);
    let mantissa = u64::from(h & 0x3FF);
    match exponent {
        // Subnormal: a multiple of 2^-24.
        0 => sign * mantissa as f64 / 16_777_216.0,
        31 if mantissa == 0 => sign * f64::INFINITY,
        31 => f64::from_bits(u64::from(h >> 15) << 63 | 0x7FF << 52 | mantissa << 42),
        _ => {
            let bits = ((exponent - 15 + 1023) as u64) << 52 | mantissa << 42;
            sign * f64::from_bits(bits)
        }
    }
}

/// The nearest half, ties to even; nothing when a finite value is too large for one.
pub fn from_f64(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    if x.is_nan() {
        let payload = (x.to_bits() >> 42 & 0x3FF) as u16;
        return Some(sign | 0x7C00 | if payload == 0 { 0x200 } else { payload });
    }
    if x.is_infinite() {
        return Some(sign | 0x7C00);
    }
    let magnitude = x.abs();
    // A half is a multiple of its last place; below 2^-14 that is 2^-24.
    let exponent = ((magnitude.to_bits() >> 52) as i32 - 1023).max(-14);
    let ulp = f64::from_bits(((exponent - 10 + 1023) as u64) << 52);
    let units = (magnitude / ulp).round_ties_even() as u32;
    // Rounding up to the next power of two carries into the exponent by itself.
    let bits = (((exponent + 14) as u32) << 10) + units;
    if bits >= 0x7C00 { None } else { Some(sign | bits as u16) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_survives() {
        for h in 0..=u16::MAX {
            let x = to_f64(h);
            if !x.is_nan() {
                assert_eq!(from_f64(x), Some(h), "{h:#x} {x}");
            }
        }
        assert_eq!(from_f64(65504.0), Some(0x7BFF));
        assert_eq!(from_f64(65519.9), Some(0x7BFF));
        assert_eq!(from_f64(65520.0), None);
        assert_eq!(from_f64(2f64.powi(-25)), Some(0));
        assert_eq!(from_f64(2f64.powi(-25) * 1.1), Some(1));
    }
}
