//! Integers as text.
//!
//! Parsing follows Python's grammar for `int()`: surrounding blanks, a sign, a base prefix, single underscores between
//! digits. The caller has already turned other scripts' digits and blanks into ASCII.

use super::{Borrowed, Int, IntRef, Limbs};
use crate::num::{NumError, NumResult};
use dashu_int::UBig;

/// Default of `sys.get_int_max_str_digits()`.
pub const MAX_STR_DIGITS_DEFAULT: usize = 4300;

/// Texts up to this long are never refused (the limit cannot be set below it).
const UNLIMITED_DIGITS: usize = 640;

/// Up to this many limbs decimal conversion divides limb by limb; beyond, the library splits. Arbitrary.
const SIMPLE_LIMBS_MAX: usize = 40;

const TEN_19: u64 = 10_000_000_000_000_000_000;

/// Why a text is no integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// Not a literal of that base: the message quotes the original object.
    Invalid,
    /// More digits than the limit in force.
    TooManyDigits { digits: usize, limit: usize },
}

/// The error of text longer than the limit; `digits` is known when parsing only.
pub fn digits_limit_error(limit: usize, digits: Option<usize>) -> NumError {
    NumError::value(match digits {
        Some(digits) => format!(
            "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; \
             use sys.set_int_max_str_digits() to increase the limit"
        ),
        None => format!(
            "Exceeds the limit ({limit} digits) for integer string conversion; \
             use sys.set_int_max_str_digits() to increase the limit"
        ),
    })
}

/// [`parse_checked`] without a limit on digits.
pub fn parse(text: &[u8], base: u32) -> Result<Int, ParseError> {
    parse_checked(text, base, 0)
}

/// Parses an integer literal in `base` (0: as the prefix says).
///
/// **Units/shape:** `limit` is in decimal digits, 0 for none; it does not apply to bases that are powers of two.
pub fn parse_checked(text: &[u8], base: u32, limit: usize) -> Result<Int, ParseError> {
    let is_blank = |c: &u8| matches!(c, b' ' | b'\t'..=b'\r');
    let start = text.iter().position(|c| !is_blank(c)).ok_or(ParseError::Invalid)?;
    let end = text.iter().rposition(|c| !is_blank(c)).map_or(0, |last| last + 1);
    let mut rest = &text[start..end];
    let negative = match rest[0] {
        sign @ (b'+' | b'-') => {
            rest = &rest[1..];
            sign == b'-'
        }
        _ => false,
    };
    let prefix = match rest {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    let mut only_zero = false;
    let base = if base == 0 {
        if prefix == 0 {
            // "0", "00", "0_0" are zero; "010" is the old octal form and refused.
            only_zero = rest.first() == Some(&b'0');
            10
        } else {
            prefix
        }
    } else {
        base
    };
    if prefix == base {
        rest = &rest[2..];
        if rest.first() == Some(&b'_') {
            rest = &rest[1..];
        }
    }
    let value = parse_digits(rest, base, limit, negative)?;
    if only_zero && value != Int::ZERO { Err(ParseError::Invalid) } else { Ok(value) }
}

#[inline]
fn digit_of(c: u8) -> u32 {
    match c {
        b'0'..=b'9' => (c - b'0') as u32,
        b'a'..=b'z' => (c - b'a') as u32 + 10,
        b'A'..=b'Z' => (c - b'A') as u32 + 10,
        _ => 99,
    }
}

fn parse_digits(text: &[u8], base: u32, limit: usize, negative: bool) -> Result<Int, ParseError> {
    // Short texts: one pass, no buffer.
    if text.len() <= 12 || (base == 10 && text.len() <= 18) {
        let mut value = 0i64;
        let mut last_underscore = true;
        for &c in text {
            if c == b'_' {
                if last_underscore {
                    return Err(ParseError::Invalid);
                }
                last_underscore = true;
                continue;
            }
            let digit = digit_of(c);
            if digit >= base {
                return Err(ParseError::Invalid);
            }
            last_underscore = false;
            value = value * base as i64 + digit as i64;
        }
        if last_underscore {
            return Err(ParseError::Invalid);
        }
        return Ok(Int::Small(if negative { -value } else { value }));
    }
    let mut digits = Vec::with_capacity(text.len());
    let mut last_underscore = true;
    for &c in text {
        if c == b'_' {
            if last_underscore {
                return Err(ParseError::Invalid);
            }
            last_underscore = true;
            continue;
        }
        if digit_of(c) >= base {
            return Err(ParseError::Invalid);
        }
        last_underscore = false;
        digits.push(c);
    }
    if last_underscore {
        return Err(ParseError::Invalid);
    }
    if base.is_power_of_two() {
        return Ok(parse_power_of_two(&digits, base.trailing_zeros(), negative));
    }
    if limit > 0 && digits.len() > UNLIMITED_DIGITS && digits.len() > limit {
        return Err(ParseError::TooManyDigits { digits: digits.len(), limit });
    }
    if digits.len() > SIMPLE_LIMBS_MAX * 12 {
        // Only ASCII letters and digits are left.
        let text = std::str::from_utf8(&digits).map_err(|_| ParseError::Invalid)?;
        let mag = UBig::from_str_radix(text, base).map_err(|_| ParseError::Invalid)?;
        return Ok(Int::from_ubig(negative, &mag));
    }
    let mut mag = Limbs::new();
    let (mut chunk_len, mut chunk_base) = (1, base as u64);
    while let Some(next) = chunk_base.checked_mul(base as u64) {
        chunk_base = next;
        chunk_len += 1;
    }
    let first = digits.len() % chunk_len;
    let (head, tail) = digits.split_at(first);
    for chunk in std::iter::once(head).filter(|head| !head.is_empty()).chain(tail.chunks(chunk_len))
    {
        let mut carry = chunk.iter().fold(0u64, |acc, &c| acc * base as u64 + digit_of(c) as u64);
        for limb in mag.iter_mut() {
            (*limb, carry) = limb.carrying_mul(chunk_base, carry);
        }
        if carry != 0 {
            mag.push(carry);
        }
    }
    Ok(Int::new(negative, mag))
}

fn parse_power_of_two(digits: &[u8], bits: u32, negative: bool) -> Int {
    let mut mag = Limbs::with_capacity(digits.len() * bits as usize / 64 + 1);
    let (mut acc, mut filled) = (0u64, 0);
    for &c in digits.iter().rev() {
        let digit = digit_of(c) as u64;
        acc |= digit << filled;
        filled += bits;
        if filled >= 64 {
            mag.push(acc);
            filled -= 64;
            acc = if filled == 0 { 0 } else { digit >> (bits - filled) };
        }
    }
    mag.push(acc);
    Int::new(negative, mag)
}

/// Decimal text.
pub fn to_decimal(a: IntRef<'_>) -> String {
    match a {
        IntRef::Small(v) => v.to_string(),
        IntRef::Big { negative, mag } if mag.len() <= SIMPLE_LIMBS_MAX => {
            simple_decimal(negative, mag)
        }
        IntRef::Big { negative, mag } => {
            let sign = if negative { "-" } else { "" };
            format!("{sign}{}", &*Borrowed::new(mag))
        }
    }
}

impl IntRef<'_> {
    /// Decimal text under a limit of digits (0: none).
    ///
    /// **Errors:** `ValueError` beyond the limit.
    pub fn to_decimal_checked(self, limit: usize) -> NumResult<String> {
        if let (IntRef::Big { mag, .. }, true) = (self, limit > 0) {
            // A lower bound of the digits first, so that a huge value is refused without converting it.
            let at_least = super::bits::mag_bits(mag).saturating_sub(1) as u128 * 30102 / 100_000;
            if at_least > limit.max(UNLIMITED_DIGITS) as u128 {
                return Err(digits_limit_error(limit, None));
            }
        }
        let text = to_decimal(self);
        let digits = text.len() - self.is_negative() as usize;
        if limit > 0 && digits > UNLIMITED_DIGITS && digits > limit {
            return Err(digits_limit_error(limit, None));
        }
        Ok(text)
    }
}

/// Divides `hi * 2^64 + lo` by 10^19, `hi < 10^19`: 10^19 has its top bit set, so one multiplication by its reciprocal
/// gives the quotient up to one.
///
/// **Source:** Möller and Granlund, "Improved division by invariant integers".
#[inline(always)]
fn div_ten_19(hi: u64, lo: u64) -> (u64, u64) {
    const RECIPROCAL: u64 = (u128::MAX / TEN_19 as u128 - (1 << 64)) as u64;
    let q = (RECIPROCAL as u128 * hi as u128).wrapping_add((hi as u128) << 64 | lo as u128);
    let mut q1 = ((q >> 64) as u64).wrapping_add(1);
    let mut r = lo.wrapping_sub(q1.wrapping_mul(TEN_19));
    if r > q as u64 {
        q1 = q1.wrapping_sub(1);
        r = r.wrapping_add(TEN_19);
    }
    if r >= TEN_19 {
        q1 = q1.wrapping_add(1);
        r -= TEN_19;
    }
    (q1, r)
}

fn simple_decimal(negative: bool, mag: &[u64]) -> String {
    let mut work = Limbs::from_slice(mag);
    // 64 bits are at most 19.27 digits.
    let mut chunks: smallvec::SmallVec<[u64; 8]> = smallvec::SmallVec::new();
    while !work.is_empty() {
        let mut remainder = 0;
        for limb in work.iter_mut().rev() {
            (*limb, remainder) = div_ten_19(remainder, *limb);
        }
        chunks.push(remainder);
        while work.last() == Some(&0) {
            work.pop();
        }
    }
    let mut out = Vec::with_capacity(chunks.len() * 19 + 1);
    if negative {
        out.push(b'-');
    }
    let mut chunks = chunks.iter().rev();
    let first = chunks.next().copied().unwrap_or(0);
    out.extend_from_slice(first.to_string().as_bytes());
    for &chunk in chunks {
        let at = out.len();
        out.resize(at + 19, b'0');
        let mut rest = chunk;
        for slot in out[at..].iter_mut().rev() {
            *slot = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
    }
    // Only ASCII was written.
    String::from_utf8(out).unwrap_or_default()
}

/// Digits of `|a|` in base `2^bits` (1, 3 or 4), without sign or prefix.
pub fn to_radix(a: IntRef<'_>, bits: u32, upper: bool) -> String {
    let mut buf = [0];
    let (_, mag) = a.parts(&mut buf);
    let total = super::bits::mag_bits(mag);
    if total == 0 {
        return "0".to_owned();
    }
    let alphabet: &[u8; 16] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    let count = total.div_ceil(bits as u64);
    let mut out = String::with_capacity(count as usize);
    for index in (0..count).rev() {
        let at = index * bits as u64;
        let (word, shift) = ((at / 64) as usize, (at % 64) as u32);
        let mut digit = mag[word] >> shift;
        if shift + bits > 64 && word + 1 < mag.len() {
            digit |= mag[word + 1] << (64 - shift);
        }
        out.push(alphabet[(digit & ((1 << bits) - 1)) as usize] as char);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::{i, s};
    use super::*;

    #[test]
    fn literals() {
        let p = |text: &str, base| parse(text.as_bytes(), base).map(|v| s(&v)).ok();
        assert_eq!(p(" -0x_ff\n", 0).as_deref(), Some("-255"));
        assert_eq!(p("0xff", 16).as_deref(), Some("255"));
        assert_eq!(p("0b_1", 2).as_deref(), Some("1"));
        assert_eq!(p("0b1", 16).as_deref(), Some("177"));
        assert_eq!(p("0_0", 0).as_deref(), Some("0"));
        assert_eq!(p("010", 0), None);
        assert_eq!(p("010", 10).as_deref(), Some("10"));
        assert_eq!(
            p("1_000_000_000_000_000_000_000", 10).as_deref(),
            Some("1000000000000000000000")
        );
        for bad in
            ["", " ", "+", "-", "_1", "1_", "1__0", "0x", "1 2", "--1", "\u{0}", "0x_", "0x__1"]
        {
            assert_eq!(p(bad, 0), None, "{bad:?}");
        }
        assert_eq!(p("zz", 36).as_deref(), Some("1295"));
        assert_eq!(
            p("zzzzzzzzzzzzzzzzzzzzzzzz", 36).as_deref(),
            Some("22452257707354557240087211123792674815")
        );
        assert_eq!(p("-ffffffffffffffffffff", 16).as_deref(), Some("-1208925819614629174706175"));
        assert_eq!(p("7777777777777777777777777", 8).as_deref(), Some("37778931862957161709567"));
        assert_eq!(p("2", 2), None);
    }

    #[test]
    fn decimal_round_trips_on_both_sides_of_the_library_boundary() {
        for len in [19usize, 20, 38, 39, 40, 100, 400, 481, 770, 790, 2000, 4300] {
            let text: String = (0..len).map(|n| char::from(b'1' + (n * 7 % 9) as u8)).collect();
            assert_eq!(s(&i(&text)), text);
            let negative = format!("-{}0000000000000000000000", &text[..len - 1]);
            assert_eq!(s(&i(&negative)), negative);
        }
    }

    #[test]
    fn other_bases() {
        let hex = |t: &str, upper| to_radix(i(t).as_ref(), 4, upper);
        assert_eq!(hex("-255", false), "ff");
        assert_eq!(hex("1208925819614629174706175", true), "FFFFFFFFFFFFFFFFFFFF");
        assert_eq!(
            to_radix(i("37778931862957161709567").as_ref(), 3, false),
            "7777777777777777777777777"
        );
        assert_eq!(to_radix(i("18446744073709551617").as_ref(), 1, false).len(), 65);
        assert_eq!(to_radix(IntRef::Small(0), 3, false), "0");
    }

    #[test]
    fn the_limit_counts_digits() {
        let text = "9".repeat(5000);
        assert_eq!(
            parse_checked(text.as_bytes(), 10, 4300),
            Err(ParseError::TooManyDigits { digits: 5000, limit: 4300 })
        );
        assert!(parse_checked(text.as_bytes(), 16, 4300).is_ok());
        let value = i(&text);
        assert!(value.as_ref().to_decimal_checked(4300).is_err());
        assert!(value.as_ref().to_decimal_checked(5000).is_ok());
        assert!(value.as_ref().to_decimal_checked(4999).is_err());
    }
}
