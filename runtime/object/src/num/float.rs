//! Doubles: text in both directions, rounding, Python's division and powers.
//!
//! Text comes from two sources: the shortest digits that read back as the same double (`repr`), laid out here by
//! Python's thresholds, and the standard library's exact digits for a given precision.

use super::int::{self, Int};
use super::{DIVISION_BY_ZERO, NumError, NumResult};

/// Below this many decimal digits before the point, `repr` writes no exponent.
const REPR_POINT_MAX: f64 = 1e16;
/// From this magnitude on, `repr` writes no exponent.
const REPR_POINT_MIN: f64 = 1e-4;

/// `repr(x)`.
pub fn repr(x: f64) -> String {
    let mut out = String::with_capacity(24);
    push_repr(&mut out, x);
    out
}

/// Appends `repr(x)`.
pub fn push_repr(out: &mut String, x: f64) {
    if !x.is_finite() {
        out.push_str(if x.is_nan() {
            "nan"
        } else if x > 0.0 {
            "inf"
        } else {
            "-inf"
        });
        return;
    }
    let mut buffer = zmij::Buffer::new();
    let magnitude = x.abs();
    if magnitude == 0.0 || (REPR_POINT_MIN..REPR_POINT_MAX).contains(&magnitude) {
        out.push_str(buffer.format_finite(x));
        return;
    }
    if x < 0.0 {
        out.push('-');
    }
    let shortest = Digits::shortest(magnitude);
    shortest.push_exponential(out, 'e', 0);
}

/// Decimal digits `d1 d2 d3 ...` and where the point stands: the value is `0.d1d2d3... * 10^point`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Digits {
    pub digits: Vec<u8>,
    pub point: i32,
}

impl Digits {
    /// The shortest digits that read back as `x`, which is finite and not negative.
    pub(crate) fn shortest(x: f64) -> Digits {
        if x == 0.0 {
            return Digits { digits: vec![b'0'], point: 1 };
        }
        let mut buffer = zmij::Buffer::new();
        Digits::scan(buffer.format_finite(x))
    }

    /// `count` significant digits of `x`, correctly rounded; `count` is at least 1.
    pub(crate) fn significant(x: f64, count: usize) -> Digits {
        // No double has more than 767 significant digits: what follows is zeros.
        let kept = count.min(800);
        let text = format!("{x:.*e}", kept - 1);
        let mut parsed = Digits::scan_keeping_zeros(&text);
        parsed.digits.resize(count, b'0');
        parsed
    }

    /// Reads `12.5e3`-like text, dropping zeros at both ends.
    fn scan(text: &str) -> Digits {
        let mut parsed = Digits::scan_keeping_zeros(text);
        let leading = parsed.digits.iter().take_while(|&&d| d == b'0').count();
        parsed.digits.drain(..leading);
        parsed.point -= leading as i32;
        while parsed.digits.last() == Some(&b'0') {
            parsed.digits.pop();
        }
        parsed
    }

    fn scan_keeping_zeros(text: &str) -> Digits {
        let (mantissa, exponent) = match text.split_once('e') {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().unwrap_or(0)),
            None => (text, 0),
        };
        let point = mantissa.find('.').unwrap_or(mantissa.len()) as i32;
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        Digits { digits, point: point + exponent }
    }

    /// `d.ddde+XX` with at least `fraction_min` digits after the point.
    pub(crate) fn push_exponential(&self, out: &mut String, letter: char, fraction_min: usize) {
        out.push(self.digits[0] as char);
        let fraction = &self.digits[1..];
        if !fraction.is_empty() || fraction_min > 0 {
            out.push('.');
            out.extend(fraction.iter().map(|&d| d as char));
            out.extend(std::iter::repeat_n('0', fraction_min.saturating_sub(fraction.len())));
        }
        push_exponent(out, letter, self.point - 1);
    }

    /// `ddd.ddd` without an exponent, and without a point when there is no fraction.
    pub(crate) fn push_positional(&self, out: &mut String) {
        let len = self.digits.len() as i32;
        if self.point <= 0 {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', -self.point as usize));
            out.extend(self.digits.iter().map(|&d| d as char));
        } else {
            for index in 0..self.point.max(len) {
                if index == self.point {
                    out.push('.');
                }
                out.push(self.digits.get(index as usize).map_or('0', |&d| d as char));
            }
        }
    }
}

/// `e+05`: a sign always, two digits at least.
pub(crate) fn push_exponent(out: &mut String, letter: char, exponent: i32) {
    use std::fmt::Write;
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "{letter}{}{:02}",
        if exponent < 0 { '-' } else { '+' },
        exponent.unsigned_abs()
    );
}

/// Parses a float literal as `float()` accepts it: blanks around, a sign, underscores between digits, `inf`, `nan`.
///
/// The caller has turned other scripts' digits and blanks into ASCII.
pub fn parse(text: &[u8]) -> Option<f64> {
    let text = trim_blanks(text);
    let (value, used) = parse_prefix(text, true)?;
    (used == text.len()).then_some(value)
}

pub(crate) fn trim_blanks(text: &[u8]) -> &[u8] {
    let is_blank = |c: &u8| matches!(c, b' ' | b'\t'..=b'\r');
    let start = text.iter().position(|c| !is_blank(c)).unwrap_or(text.len());
    let end = text.iter().rposition(|c| !is_blank(c)).map_or(start, |last| last + 1);
    &text[start..end]
}

/// Parses the longest float at the start of `text`: the value and the bytes used.
pub fn parse_prefix(text: &[u8], underscores: bool) -> Option<(f64, usize)> {
    let mut at = 0;
    let negative = match text.first() {
        Some(b'-') => {
            at = 1;
            true
        }
        Some(b'+') => {
            at = 1;
            false
        }
        _ => false,
    };
    let signed = |x: f64| if negative { -x } else { x };
    let word = |at: usize, word: &[u8]| {
        text.len() >= at + word.len() && text[at..at + word.len()].eq_ignore_ascii_case(word)
    };
    if word(at, b"infinity") {
        return Some((signed(f64::INFINITY), at + 8));
    }
    if word(at, b"inf") {
        return Some((signed(f64::INFINITY), at + 3));
    }
    if word(at, b"nan") {
        return Some((signed(f64::NAN), at + 3));
    }
    let mut clean = String::with_capacity(text.len());
    // Digits with single underscores between them.
    let run = |mut at: usize, clean: &mut String| {
        let start = at;
        loop {
            match text.get(at) {
                Some(&d) if d.is_ascii_digit() => {
                    clean.push(d as char);
                    at += 1;
                }
                Some(b'_')
                    if underscores
                        && at > start
                        && text.get(at + 1).is_some_and(u8::is_ascii_digit) =>
                {
                    at += 1;
                }
                _ => return at,
            }
        }
    };
    let whole = run(at, &mut clean);
    let mut end = whole;
    let mut any = whole > at;
    if text.get(whole) == Some(&b'.') {
        clean.push('.');
        end = run(whole + 1, &mut clean);
        any |= end > whole + 1;
    }
    if !any {
        return None;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let mut mark = end + 1;
        let mut exponent = String::from("e");
        if let Some(sign @ (b'+' | b'-')) = text.get(mark) {
            exponent.push(*sign as char);
            mark += 1;
        }
        let last = run(mark, &mut exponent);
        if last > mark {
            clean.push_str(&exponent);
            end = last;
        }
    }
    clean.parse::<f64>().ok().map(|x| (signed(x), end))
}

/// `x * 2^exp`, exact when the result is representable, infinite beyond the range.
///
/// Rounds at most once as long as `x` has no more significant bits than the result can hold.
pub(crate) fn ldexp_exact(x: f64, exp: i32) -> f64 {
    let power = |e: i32| f64::from_bits(((e + 1023) as u64) << 52);
    let mut x = x;
    let mut exp = exp;
    while exp > 1023 {
        x *= power(1023);
        exp -= 1023;
        if x.is_infinite() {
            return x;
        }
    }
    while exp < -969 {
        if x == 0.0 {
            return x;
        }
        // Stay among the normal numbers until the last step, so that only it rounds.
        let step = (exp + 53).max(-969);
        x *= power(step);
        exp -= step;
        if exp >= -969 {
            break;
        }
    }
    x * power(exp)
}

/// `float.hex()`.
pub fn hex(x: f64) -> String {
    if !x.is_finite() {
        return repr(x);
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    if x == 0.0 {
        return format!("{sign}0x0.0p+0");
    }
    let bits = x.to_bits();
    let field = (bits >> 52 & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (lead, exponent) = if field == 0 { (0, -1022) } else { (1, field - 1023) };
    format!("{sign}0x{lead}.{fraction:013x}p{exponent:+}")
}

/// `float.fromhex()`.
///
/// **Errors:** `ValueError` for text of another form, `OverflowError` beyond the range of doubles.
pub fn from_hex(text: &[u8]) -> NumResult<f64> {
    let invalid = || NumError::value("invalid hexadecimal floating-point string");
    let too_large = || NumError::overflow("hexadecimal value too large to represent as a float");
    let mut text = trim_blanks(text);
    let negative = match text.first() {
        Some(sign @ (b'+' | b'-')) => {
            let negative = *sign == b'-';
            text = &text[1..];
            negative
        }
        _ => false,
    };
    let signed = |x: f64| if negative { -x } else { x };
    if text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity") {
        return Ok(signed(f64::INFINITY));
    }
    if text.eq_ignore_ascii_case(b"nan") {
        return Ok(signed(f64::NAN));
    }
    if let [b'0', b'x' | b'X', rest @ ..] = text {
        text = rest;
    }
    let is_hex = |c: &&u8| c.is_ascii_hexdigit();
    let whole = text.iter().take_while(is_hex).count();
    let (mut digits, mut rest) = (text[..whole].to_vec(), &text[whole..]);
    let mut fraction = 0;
    if rest.first() == Some(&b'.') {
        fraction = rest[1..].iter().take_while(is_hex).count();
        digits.extend_from_slice(&rest[1..1 + fraction]);
        rest = &rest[1 + fraction..];
    }
    if digits.is_empty() {
        return Err(invalid());
    }
    let mut exponent = 0i64;
    if let [b'p' | b'P', tail @ ..] = rest {
        let (sign, tail) = match tail {
            [b'-', tail @ ..] => (-1, tail),
            [b'+', tail @ ..] => (1, tail),
            tail => (1, tail),
        };
        if tail.is_empty() || !tail.iter().all(u8::is_ascii_digit) {
            return Err(invalid());
        }
        // Far beyond any use, but short of overflow in the sums below.
        exponent =
            tail.iter().fold(0i64, |acc, d| (acc * 10 + (d - b'0') as i64).min(1 << 50)) * sign;
    } else if !rest.is_empty() {
        return Err(invalid());
    }
    exponent -= 4 * fraction as i64;
    let leading = digits.iter().take_while(|&&d| d == b'0').count();
    let digits = &digits[leading..];
    if digits.is_empty() {
        return Ok(signed(0.0));
    }
    // The first 15 digits and a sticky bit for the rest: more than any rounding needs.
    let mut mantissa = 0u64;
    let kept = digits.len().min(15);
    for d in &digits[..kept] {
        mantissa = mantissa << 4 | (*d as char).to_digit(16).unwrap_or(0) as u64;
    }
    let sticky = digits[kept..].iter().any(|&d| d != b'0');
    exponent += 4 * (digits.len() - kept) as i64;
    let width = 64 - mantissa.leading_zeros() as i64;
    let top = exponent + width;
    if top > 1024 {
        return Err(too_large());
    }
    if top < -1074 {
        return Ok(signed(0.0));
    }
    // Bits to cut so that the rest is representable: by the precision or by the subnormal limit.
    let cut = (width - 53).max(-1074 - exponent);
    if cut > 0 {
        let half = 1u64 << (cut - 1);
        let odd = if cut < 64 { mantissa >> cut & 1 == 1 } else { false };
        let low = mantissa & (half - 1);
        let up = mantissa & half != 0 && (low != 0 || sticky || odd);
        mantissa = (if cut < 64 { mantissa >> cut } else { 0 }) + up as u64;
        exponent += cut;
    }
    // Now exact; only the range is left to check.
    let value = ldexp_exact(mantissa as f64, exponent as i32);
    if value.is_infinite() { Err(too_large()) } else { Ok(signed(value)) }
}

/// `round(x, ndigits)`: correctly rounded on the exact decimal value, ties to even.
///
/// **Errors:** `OverflowError` when rounding up leaves the range of doubles.
pub fn round(x: f64, ndigits: i64) -> NumResult<f64> {
    if !x.is_finite() || x == 0.0 || ndigits > 323 {
        return Ok(x);
    }
    if ndigits < -308 {
        return Ok(0.0 * x);
    }
    if ndigits >= 0 {
        // The standard library rounds the exact value, ties to even.
        return Ok(format!("{x:.*}", ndigits as usize).parse().unwrap_or(x));
    }
    let cut = ndigits.unsigned_abs() as usize;
    let magnitude = x.abs();
    let whole = magnitude.trunc();
    let text = format!("{whole:.0}").into_bytes();
    let padded: Vec<u8> =
        std::iter::repeat_n(b'0', (cut + 1).saturating_sub(text.len())).chain(text).collect();
    let (kept, dropped) = padded.split_at(padded.len() - cut);
    let rest = dropped[1..].iter().any(|&d| d != b'0') || whole != magnitude;
    let odd = kept.last().is_some_and(|d| d & 1 == 1);
    let up = dropped[0] > b'5' || dropped[0] == b'5' && (rest || odd);
    let mut kept = kept.to_vec();
    if up {
        let mut index = kept.len();
        loop {
            if index == 0 {
                kept.insert(0, b'1');
                break;
            }
            index -= 1;
            if kept[index] != b'9' {
                kept[index] += 1;
                break;
            }
            kept[index] = b'0';
        }
    }
    let text = format!("{}e{cut}", String::from_utf8_lossy(&kept));
    let value: f64 = text.parse().unwrap_or(magnitude);
    if value.is_infinite() {
        return Err(NumError::overflow("rounded value too large to represent"));
    }
    Ok(value.copysign(x))
}

/// `round(x)` to an integer, ties to even.
///
/// **Errors:** as for [`int::from_f64_trunc`].
pub fn round_to_int(x: f64) -> NumResult<Int> {
    int::from_f64_trunc(x.round_ties_even())
}

/// Floored quotient, and remainder with the divisor's sign.
///
/// **Errors:** division by zero.
pub fn div_mod(x: f64, y: f64) -> NumResult<(f64, f64)> {
    if y == 0.0 {
        return Err(NumError::ZeroDivision(DIVISION_BY_ZERO));
    }
    let mut rem = x % y;
    let mut quotient = (x - rem) / y;
    if rem == 0.0 {
        // A zero remainder has the divisor's sign too.
        rem = 0f64.copysign(y);
    } else if (y < 0.0) != (rem < 0.0) {
        rem += y;
        quotient -= 1.0;
    }
    let floored = if quotient == 0.0 {
        0f64.copysign(x / y)
    } else {
        // `quotient` is within rounding of an integer: take that one.
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    };
    Ok((floored, rem))
}

/// `x % y`.
///
/// **Errors:** division by zero.
#[inline]
pub fn modulo(x: f64, y: f64) -> NumResult<f64> {
    if y == 0.0 {
        return Err(NumError::ZeroDivision(DIVISION_BY_ZERO));
    }
    let rem = x % y;
    if rem == 0.0 {
        return Ok(0f64.copysign(y));
    }
    Ok(if (y < 0.0) != (rem < 0.0) { rem + y } else { rem })
}

/// `x / y`.
///
/// **Errors:** division by zero.
#[inline]
pub fn true_div(x: f64, y: f64) -> NumResult<f64> {
    if y == 0.0 { Err(NumError::ZeroDivision(DIVISION_BY_ZERO)) } else { Ok(x / y) }
}

/// The outcome of `x ** y` on doubles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Power {
    Real(f64),
    /// A negative number to a fractional power: the answer is complex.
    Complex,
}

/// `x ** y`.
///
/// **Errors:** `ZeroDivisionError` for zero to a negative power; `OverflowError` with the platform's errno (see
/// [`ERANGE_MESSAGE`]).
pub fn pow(x: f64, y: f64) -> NumResult<Power> {
    let odd = |y: f64| y.abs() % 2.0 == 1.0;
    if y == 0.0 || x == 1.0 {
        return Ok(Power::Real(1.0));
    }
    if x.is_nan() {
        return Ok(Power::Real(x));
    }
    if y.is_nan() {
        return Ok(Power::Real(y));
    }
    if y.is_infinite() {
        let x = x.abs();
        return Ok(Power::Real(if x == 1.0 {
            1.0
        } else if (y > 0.0) == (x > 1.0) {
            f64::INFINITY
        } else {
            0.0
        }));
    }
    if x.is_infinite() {
        let magnitude = if y > 0.0 { f64::INFINITY } else { 0.0 };
        return Ok(Power::Real(if odd(y) { magnitude.copysign(x) } else { magnitude }));
    }
    if x == 0.0 {
        if y < 0.0 {
            return Err(NumError::ZeroDivision("zero to a negative power"));
        }
        return Ok(Power::Real(if odd(y) { x } else { 0.0 }));
    }
    if x < 0.0 && y != y.floor() {
        return Ok(Power::Complex);
    }
    let magnitude = x.abs().powf(y);
    if magnitude.is_infinite() {
        return Err(NumError::Overflow(ERANGE_MESSAGE.into()));
    }
    Ok(Power::Real(if x < 0.0 && odd(y) { -magnitude } else { magnitude }))
}

/// The text of the platform's range error: raised as `OverflowError(34, text)`.
pub const ERANGE_MESSAGE: &str = "Numerical result out of range";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repr_layout() {
        for (x, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (9999999999999998.0, "9999999999999998.0"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (-1.5e-7, "-1.5e-07"),
            (5e-324, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (1e22, "1e+22"),
            (f64::NEG_INFINITY, "-inf"),
            (-f64::NAN, "nan"),
            (100.0, "100.0"),
            (0.00012345, "0.00012345"),
        ] {
            assert_eq!(repr(x), text);
        }
    }

    #[test]
    fn literals() {
        assert_eq!(parse(b" 1_0.5e-1_0\n"), Some(1.05e-9));
        assert_eq!(parse(b".5"), Some(0.5));
        assert_eq!(parse(b"5."), Some(5.0));
        assert_eq!(parse(b"-Infinity"), Some(f64::NEG_INFINITY));
        assert!(parse(b"+NaN").unwrap().is_nan());
        assert_eq!(parse(b"1e400"), Some(f64::INFINITY));
        for bad in [
            "", ".", "e5", "1e", "1_", "_1", "1__0", "1_.5", "1._5", "1e_5", "infi", "0x1", "1 2",
            "--1",
        ] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(parse_prefix(b"1.5ex", true), Some((1.5, 3)));
    }

    #[test]
    fn hexadecimal() {
        assert_eq!(hex(-0.1), "-0x1.999999999999ap-4");
        assert_eq!(hex(5e-324), "0x0.0000000000001p-1022");
        assert_eq!(hex(0.0), "0x0.0p+0");
        for x in [1.0, -0.1, 5e-324, f64::MAX, f64::MIN_POSITIVE, 3.7e-310, 1e300] {
            assert_eq!(from_hex(hex(x).as_bytes()).unwrap(), x);
        }
        assert_eq!(from_hex(b"0x.8p0").unwrap(), 0.5);
        assert_eq!(from_hex(b" 1.8p1 ").unwrap(), 3.0);
        assert_eq!(from_hex(b"-inf").unwrap(), f64::NEG_INFINITY);
        assert_eq!(from_hex(b"0x1.00000000000008p0").unwrap(), 1.0);
        assert_eq!(from_hex(b"0x1.000000000000080001p0").unwrap(), 1.0000000000000002);
        assert_eq!(from_hex(b"0x1p-1075").unwrap(), 0.0);
        assert_eq!(from_hex(b"0x1.8p-1075").unwrap(), 5e-324);
        assert_eq!(from_hex(b"0x1.fffffffffffff7p1023").unwrap(), f64::MAX);
        assert!(from_hex(b"0x1.fffffffffffff8p1023").is_err());
        assert!(from_hex(b"0x1p1024").is_err());
        assert!(from_hex(b"0x").is_err());
        assert!(from_hex(b"1p").is_err());
        assert_eq!(from_hex(b"0x1p-99999999999999999999").unwrap(), 0.0);
    }

    #[test]
    fn rounding() {
        for (x, n, r) in [
            (2.675, 2, 2.67),
            (0.5, 0, 0.0),
            (1.5, 0, 2.0),
            (2.5, 0, 2.0),
            (0.25, 1, 0.2),
            (0.35, 1, 0.3),
            (25.0, -1, 20.0),
            (35.0, -1, 40.0),
            (25.000001, -1, 30.0),
            (-149.99, -2, -100.0),
            (50.0, -2, 0.0),
            (51.0, -2, 100.0),
            (1e23, -22, 1e23),
            (99.5, -1, 100.0),
            (5.015, 2, 5.01),
            (1.7976931348623157e308, -300, 1.79769313e308),
            (0.1, 400, 0.1),
        ] {
            assert_eq!(round(x, n).unwrap(), r, "{x} {n}");
        }
        assert!(round(-0.4, 0).unwrap().is_sign_negative());
        assert!(round(f64::MAX, -308).is_err());
        assert_eq!(round_to_int(2.5).unwrap(), Int::Small(2));
    }

    #[test]
    fn division() {
        assert_eq!(div_mod(7.0, -2.0).unwrap(), (-4.0, -1.0));
        assert_eq!(div_mod(-1.0, 1e300).unwrap(), (-1.0, 1e300));
        assert_eq!(div_mod(1.0, 0.1).unwrap(), (9.0, 0.09999999999999995));
        let (q, r) = div_mod(-0.0, 3.0).unwrap();
        assert!(q.is_sign_negative() && r.is_sign_positive());
        assert!(modulo(4.0, -2.0).unwrap().is_sign_negative());
        assert!(div_mod(1.0, 0.0).is_err());
    }

    #[test]
    fn powers() {
        let real = |x, y| match pow(x, y) {
            Ok(Power::Real(r)) => r,
            other => panic!("{other:?}"),
        };
        assert_eq!(real(-2.0, 3.0), -8.0);
        assert_eq!(real(1.0, f64::NAN), 1.0);
        assert_eq!(real(-1.0, f64::INFINITY), 1.0);
        assert_eq!(real(f64::NEG_INFINITY, 3.0), f64::NEG_INFINITY);
        assert!(real(f64::NEG_INFINITY, -3.0).is_sign_negative());
        assert_eq!(pow(-8.0, 1.0 / 3.0).unwrap(), Power::Complex);
        assert_eq!(pow(0.0, -1.0), Err(NumError::ZeroDivision("zero to a negative power")));
        assert!(pow(10.0, 400.0).is_err());
        assert_eq!(real(10.0, -400.0), 0.0);
    }

    #[test]
    fn scaling() {
        assert_eq!(ldexp_exact(1.0, -1074), 5e-324);
        assert_eq!(ldexp_exact(3.0, -1075), 1e-323);
        assert_eq!(ldexp_exact(1.0, 1024), f64::INFINITY);
        assert_eq!(ldexp_exact((1u64 << 53) as f64, -1127), 5e-324);
        assert_eq!(ldexp_exact(5e-324, 2097), 2f64.powi(1023));
    }
}
