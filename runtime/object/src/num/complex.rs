//! Complex arithmetic and text.
//!
//! Mixed operations keep a real operand real (no zero imaginary part is invented for it), and products and quotients
//! recover the infinities that the textbook formulas turn into NaN.
//!
//! **Source:** C11, Annex G; Smith, "Algorithm 116: Complex division".

use super::float::{parse_prefix, trim_blanks};
use super::format;
use super::{DIVISION_BY_ZERO, NumError, NumResult};

/// A complex number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complex {
    pub re: f64,
    pub im: f64,
}

impl Complex {
    #[inline]
    pub const fn new(re: f64, im: f64) -> Complex {
        Complex { re, im }
    }
    #[inline]
    fn is_finite(self) -> bool {
        self.re.is_finite() && self.im.is_finite()
    }
    #[inline]
    fn is_infinite(self) -> bool {
        self.re.is_infinite() || self.im.is_infinite()
    }
    #[inline]
    fn is_zero(self) -> bool {
        self.re == 0.0 && self.im == 0.0
    }
    #[inline]
    pub fn conjugate(self) -> Complex {
        Complex::new(self.re, -self.im)
    }
}

/// One operand of a binary operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    Real(f64),
    Complex(Complex),
}

impl Operand {
    /// The operand as a complex number with a zero imaginary part if need be.
    #[inline]
    pub fn widen(self) -> Complex {
        match self {
            Operand::Real(re) => Complex::new(re, 0.0),
            Operand::Complex(z) => z,
        }
    }
}

/// `a + b`.
#[inline]
pub fn add(a: Operand, b: Operand) -> Complex {
    match (a, b) {
        (Operand::Complex(z), Operand::Real(r)) | (Operand::Real(r), Operand::Complex(z)) => {
            Complex::new(z.re + r, z.im)
        }
        _ => {
            let (a, b) = (a.widen(), b.widen());
            Complex::new(a.re + b.re, a.im + b.im)
        }
    }
}

/// `a - b`.
#[inline]
pub fn sub(a: Operand, b: Operand) -> Complex {
    match (a, b) {
        (Operand::Complex(z), Operand::Real(r)) => Complex::new(z.re - r, z.im),
        (Operand::Real(r), Operand::Complex(z)) => Complex::new(r - z.re, -z.im),
        _ => {
            let (a, b) = (a.widen(), b.widen());
            Complex::new(a.re - b.re, a.im - b.im)
        }
    }
}

/// `a * b`.
#[inline]
pub fn mul(a: Operand, b: Operand) -> Complex {
    match (a, b) {
        (Operand::Complex(z), Operand::Real(r)) | (Operand::Real(r), Operand::Complex(z)) => {
            Complex::new(z.re * r, z.im * r)
        }
        _ => product(a.widen(), b.widen()),
    }
}

/// An infinite part as ±1, any other as ±0.
fn boxed(part: f64) -> f64 {
    (if part.is_infinite() { 1f64 } else { 0.0 }).copysign(part)
}

fn product(a: Complex, b: Complex) -> Complex {
    let (ac, bd, ad, bc) = (a.re * b.re, a.im * b.im, a.re * b.im, a.im * b.re);
    let plain = Complex::new(ac - bd, ad + bc);
    if !(plain.re.is_nan() && plain.im.is_nan()) {
        return plain;
    }
    let no_nan = |part: f64| if part.is_nan() { 0f64.copysign(part) } else { part };
    let (mut x, mut y) = (a, b);
    let mut recover = false;
    if x.is_infinite() {
        x = Complex::new(boxed(x.re), boxed(x.im));
        y = Complex::new(no_nan(y.re), no_nan(y.im));
        recover = true;
    }
    if y.is_infinite() {
        y = Complex::new(boxed(y.re), boxed(y.im));
        x = Complex::new(no_nan(x.re), no_nan(x.im));
        recover = true;
    }
    if !recover && [ac, bd, ad, bc].iter().any(|part| part.is_infinite()) {
        x = Complex::new(no_nan(x.re), no_nan(x.im));
        y = Complex::new(no_nan(y.re), no_nan(y.im));
        recover = true;
    }
    if !recover {
        return plain;
    }
    Complex::new(
        f64::INFINITY * (x.re * y.re - x.im * y.im),
        f64::INFINITY * (x.re * y.im + x.im * y.re),
    )
}

/// `a / b`.
///
/// **Errors:** division by zero.
pub fn div(a: Operand, b: Operand) -> NumResult<Complex> {
    let zero = Err(NumError::ZeroDivision(DIVISION_BY_ZERO));
    match (a, b) {
        (Operand::Complex(z), Operand::Real(r)) => {
            if r == 0.0 {
                return zero;
            }
            Ok(Complex::new(z.re / r, z.im / r))
        }
        _ => quotient(a, b.widen()).map_or(zero, Ok),
    }
}

/// `None`: the divisor is zero.
fn quotient(a: Operand, b: Complex) -> Option<Complex> {
    let (re_size, im_size) = (b.re.abs(), b.im.abs());
    let wide = a.widen();
    let plain = if re_size >= im_size {
        if re_size == 0.0 {
            return None;
        }
        let ratio = b.im / b.re;
        let denominator = b.re + b.im * ratio;
        match a {
            Operand::Real(r) => Complex::new(r / denominator, -r * ratio / denominator),
            Operand::Complex(z) => Complex::new(
                (z.re + z.im * ratio) / denominator,
                (z.im - z.re * ratio) / denominator,
            ),
        }
    } else if im_size >= re_size {
        let ratio = b.re / b.im;
        let denominator = b.re * ratio + b.im;
        match a {
            Operand::Real(r) => Complex::new(r * ratio / denominator, -r / denominator),
            Operand::Complex(z) => Complex::new(
                (z.re * ratio + z.im) / denominator,
                (z.im * ratio - z.re) / denominator,
            ),
        }
    } else {
        Complex::new(f64::NAN, f64::NAN)
    };
    if !(plain.re.is_nan() && plain.im.is_nan()) {
        return Some(plain);
    }
    if wide.is_infinite() && b.is_finite() {
        let (x, y) = (boxed(wide.re), boxed(wide.im));
        return Some(Complex::new(
            f64::INFINITY * (x * b.re + y * b.im),
            f64::INFINITY * (y * b.re - x * b.im),
        ));
    }
    if b.is_infinite() && wide.is_finite() {
        let (x, y) = (boxed(b.re), boxed(b.im));
        return Some(Complex::new(
            0.0 * (wide.re * x + wide.im * y),
            0.0 * (wide.im * x - wide.re * y),
        ));
    }
    Some(plain)
}

/// `a ** b`.
///
/// **Errors:** `ZeroDivisionError` for zero to a negative or complex power, `OverflowError` beyond the doubles.
pub fn pow(a: Complex, b: Complex) -> NumResult<Complex> {
    let zero = NumError::ZeroDivision("zero to a negative or complex power");
    // Small whole exponents: by multiplication, which is exact for exact parts.
    let result = if b.im == 0.0 && b.re == b.re.floor() && b.re.abs() <= 100.0 {
        let power = whole_power(a, b.re.abs() as u32);
        if b.re > 0.0 {
            power
        } else {
            quotient(Operand::Complex(Complex::new(1.0, 0.0)), power).ok_or(zero)?
        }
    } else if a.is_zero() {
        if b.im != 0.0 || b.re < 0.0 {
            return Err(zero);
        }
        Complex::new(0.0, 0.0)
    } else {
        let size = a.re.hypot(a.im);
        let angle = a.im.atan2(a.re);
        let mut length = size.powf(b.re);
        let mut phase = angle * b.re;
        if b.im != 0.0 {
            length *= (-angle * b.im).exp();
            phase += b.im * size.ln();
        }
        Complex::new(length * phase.cos(), length * phase.sin())
    };
    if result.is_infinite() {
        Err(NumError::overflow("complex exponentiation"))
    } else {
        Ok(result)
    }
}

fn whole_power(a: Complex, n: u32) -> Complex {
    let mut result = Complex::new(1.0, 0.0);
    let mut square = a;
    let mut rest = n;
    let mut first = true;
    while rest > 0 {
        if rest & 1 == 1 {
            result = if first { square } else { product(result, square) };
            first = false;
        }
        rest >>= 1;
        if rest > 0 {
            square = product(square, square);
        }
    }
    result
}

/// `abs(z)`.
///
/// **Errors:** `OverflowError` when finite parts give an infinite length.
pub fn abs(z: Complex) -> NumResult<f64> {
    let length = z.re.hypot(z.im);
    if length.is_infinite() && z.is_finite() {
        return Err(NumError::overflow("absolute value too large"));
    }
    Ok(length)
}

/// `repr(z)`.
pub fn repr(z: Complex) -> String {
    let mut out = String::with_capacity(32);
    if z.re == 0.0 && z.re.is_sign_positive() {
        format::push_shortest(&mut out, z.im);
        out.push('j');
        return out;
    }
    out.push('(');
    format::push_shortest(&mut out, z.re);
    if z.im.is_nan() || z.im.is_sign_positive() {
        out.push('+');
    }
    format::push_shortest(&mut out, z.im);
    out.push_str("j)");
    out
}

/// Parses what `complex()` accepts as text; `None` when it is malformed.
///
/// The caller has turned other scripts' digits and blanks into ASCII.
pub fn parse(text: &[u8]) -> Option<Complex> {
    let mut text = trim_blanks(text);
    if let [b'(', inner @ .., b')'] = text {
        text = trim_blanks(inner);
    }
    let is_unit = |rest: &[u8]| matches!(rest, [b'j' | b'J']);
    let Some((first, used)) = parse_prefix(text, true) else {
        let (sign, rest) = match text {
            [b'-', rest @ ..] => (-1.0, rest),
            [b'+', rest @ ..] => (1.0, rest),
            rest => (1.0, rest),
        };
        return is_unit(rest).then_some(Complex::new(0.0, sign));
    };
    let rest = &text[used..];
    match rest {
        [] => Some(Complex::new(first, 0.0)),
        _ if is_unit(rest) => Some(Complex::new(0.0, first)),
        [sign @ (b'+' | b'-'), tail @ ..] => {
            let (im, tail) = match parse_prefix(rest, true) {
                Some((im, used)) => (im, &rest[used..]),
                None => (if *sign == b'-' { -1.0 } else { 1.0 }, tail),
            };
            is_unit(tail).then_some(Complex::new(first, im))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn c(re: f64, im: f64) -> Operand {
        Operand::Complex(Complex::new(re, im))
    }

    #[test]
    fn text() {
        for (re, im, text) in [
            (0.0, 1.0, "1j"),
            (-0.0, 1.0, "(-0+1j)"),
            (1.0, -2.5, "(1-2.5j)"),
            (1e16, 1e-5, "(1e+16+1e-05j)"),
            (f64::NAN, f64::NAN, "(nan+nanj)"),
            (0.0, f64::INFINITY, "infj"),
            (1.0, f64::NEG_INFINITY, "(1-infj)"),
            (0.0, -0.0, "-0j"),
        ] {
            assert_eq!(repr(Complex::new(re, im)), text);
        }
        for (text, re, im) in [
            ("1", 1.0, 0.0),
            ("j", 0.0, 1.0),
            ("-J", 0.0, -1.0),
            (" ( 1.5e3-2_0j ) ", 1500.0, -20.0),
            ("1+j", 1.0, 1.0),
            ("infj", 0.0, f64::INFINITY),
            ("-inf+1j", f64::NEG_INFINITY, 1.0),
        ] {
            assert_eq!(parse(text.as_bytes()), Some(Complex::new(re, im)), "{text}");
        }
        for bad in ["", "1 + 2j", "1+2", "(1", "1)", "j1", "1jj", "++j", "()", "1+2j3"] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn arithmetic() {
        assert_eq!(mul(c(1.0, 2.0), c(3.0, -4.0)), Complex::new(11.0, 2.0));
        assert_eq!(div(c(11.0, 2.0), c(3.0, -4.0)).unwrap(), Complex::new(1.0, 2.0));
        assert!(div(c(1.0, 0.0), c(0.0, 0.0)).is_err());
        // A real operand stays real: no NaN from 0 * inf.
        assert_eq!(
            mul(Operand::Real(2.0), c(f64::INFINITY, 1.0)),
            Complex::new(f64::INFINITY, 2.0)
        );
        let z = mul(c(f64::INFINITY, f64::NAN), c(1.0, 1.0));
        assert!(z.re.is_infinite());
        assert!(sub(Operand::Real(1.0), c(1.0, 0.0)).im.is_sign_negative());
        assert_eq!(abs(Complex::new(3.0, -4.0)).unwrap(), 5.0);
        assert!(abs(Complex::new(1e308, 1.7e308)).is_err());
    }

    #[test]
    fn powers() {
        let p = |re, im, n| pow(Complex::new(re, im), Complex::new(n, 0.0));
        assert_eq!(p(1.0, 2.0, 3.0).unwrap(), Complex::new(-11.0, -2.0));
        assert_eq!(p(0.0, 2.0, -1.0).unwrap(), Complex::new(0.0, -0.5));
        assert_eq!(p(0.0, 0.0, 0.0).unwrap(), Complex::new(1.0, 0.0));
        assert!(p(0.0, 0.0, -1.0).is_err());
        assert!(pow(Complex::new(0.0, 0.0), Complex::new(1.0, 1.0)).is_err());
        assert_eq!(p(1e200, 1.0, 2.0), Err(NumError::overflow("complex exponentiation")));
        let z = pow(Complex::new(-8.0, 0.0), Complex::new(1.0 / 3.0, 0.0)).unwrap();
        assert_eq!((z.re, z.im), (1.0000000000000002, 1.7320508075688772));
    }
}
