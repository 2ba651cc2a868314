//! The format mini-language and the numeric part of `%`.
//!
//! Owns the parser of format specifiers ([`Spec`]), the layout of signs, prefixes, digit groups and padding
//! ([`Rendered`]), and the formatting of numbers and strings by them. `spec.rs` parses, `number.rs` formats, this file
//! has the digits of doubles and `%`.

mod number;
mod spec;

pub use number::{StrLayout, format_complex, format_float, format_int, layout_str};
pub use spec::{Align, Grouping, Sign, Spec};

use super::float::{self, Digits};
use super::int::{self, IntRef};

/// Which digits of a double to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatForm {
    /// `d.ddde+XX`
    Exponent,
    /// `ddd.ddd`
    Fixed,
    /// One or the other, by magnitude; trailing zeros go.
    General,
    /// The shortest digits that read back.
    Repr,
}

/// How to show them.
#[derive(Clone, Copy, Debug, Default)]
pub struct FloatFlags {
    /// Keep the point and trailing zeros.
    pub alternate: bool,
    /// Write `1.0`, not `1`, when no exponent is shown.
    pub dot_zero: bool,
    pub upper: bool,
}

/// The text of `|x|` without a sign.
pub fn float_text(x: f64, form: FloatForm, precision: usize, flags: FloatFlags) -> String {
    let mut out = String::with_capacity(24);
    let letter = if flags.upper { 'E' } else { 'e' };
    let x = x.abs();
    if x.is_nan() {
        return (if flags.upper { "NAN" } else { "nan" }).to_owned();
    }
    if x.is_infinite() {
        return (if flags.upper { "INF" } else { "inf" }).to_owned();
    }
    match form {
        FloatForm::Fixed => {
            // A double has at most 1,074 digits after the point; the formatter's own limit is 65,535.
            let exact = precision.min(1100);
            use std::fmt::Write;
            // Writing to a String cannot fail.
            let _ = write!(out, "{x:.exact$}");
            out.extend(std::iter::repeat_n('0', precision - exact));
            if flags.alternate && precision == 0 {
                out.push('.');
            }
        }
        FloatForm::Exponent => {
            let digits = Digits::significant(x, precision + 1);
            push_scientific(&mut out, &digits, letter, flags.alternate);
        }
        FloatForm::General | FloatForm::Repr => {
            let (mut digits, limit) = if form == FloatForm::Repr {
                (Digits::shortest(x), 16)
            } else {
                let count = precision.max(1);
                (Digits::significant(x, count), count as i64 - flags.dot_zero as i64)
            };
            if !(flags.alternate && form == FloatForm::General) {
                while digits.digits.len() > 1 && digits.digits.last() == Some(&b'0') {
                    digits.digits.pop();
                }
            }
            if digits.point <= -4 || digits.point as i64 > limit {
                push_scientific(&mut out, &digits, letter, flags.alternate);
            } else {
                digits.push_positional(&mut out);
                if !out.contains('.') {
                    if flags.dot_zero {
                        out.push_str(".0");
                    } else if flags.alternate {
                        out.push('.');
                    }
                }
            }
        }
    }
    out
}

fn push_scientific(out: &mut String, digits: &Digits, letter: char, alternate: bool) {
    if alternate && digits.digits.len() == 1 {
        out.push(digits.digits[0] as char);
        out.push('.');
        float::push_exponent(out, letter, digits.point - 1);
    } else {
        digits.push_exponential(out, letter, 0);
    }
}

/// Appends the shortest text of `x` as complex numbers show their parts: `1`, not `1.0`.
pub(crate) fn push_shortest(out: &mut String, x: f64) {
    if x.is_sign_negative() && !x.is_nan() {
        out.push('-');
    }
    out.push_str(&float_text(x, FloatForm::Repr, 0, FloatFlags::default()));
}

/// A formatted value before padding is written: `left` fills, `head`, `mid` fills, `body`, `right` fills.
///
/// The fill is any code point, also a lone surrogate, so the pieces are kept apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub left: usize,
    /// Sign and prefix.
    pub head: String,
    pub mid: usize,
    pub body: String,
    pub right: usize,
    pub fill: u32,
}

impl Rendered {
    /// The whole text, when the fill is a character (not a lone surrogate).
    pub fn into_text(self) -> Result<String, Rendered> {
        let Some(fill) = char::from_u32(self.fill) else { return Err(self) };
        if self.left + self.mid + self.right == 0 && self.head.is_empty() {
            return Ok(self.body);
        }
        let padding = (self.left + self.mid + self.right) * fill.len_utf8();
        let mut out = String::with_capacity(self.head.len() + self.body.len() + padding);
        out.extend(std::iter::repeat_n(fill, self.left));
        out.push_str(&self.head);
        out.extend(std::iter::repeat_n(fill, self.mid));
        out.push_str(&self.body);
        out.extend(std::iter::repeat_n(fill, self.right));
        Ok(out)
    }

    /// The whole text as code points.
    pub fn code_points(&self) -> impl Iterator<Item = u32> + '_ {
        std::iter::repeat_n(self.fill, self.left)
            .chain(self.head.chars().map(u32::from))
            .chain(std::iter::repeat_n(self.fill, self.mid))
            .chain(self.body.chars().map(u32::from))
            .chain(std::iter::repeat_n(self.fill, self.right))
    }
}

/// The flags, width and precision of one `%` conversion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Percent {
    /// `-`
    pub left: bool,
    /// `+`
    pub plus: bool,
    /// blank
    pub space: bool,
    /// `#`
    pub alternate: bool,
    /// `0`
    pub zero: bool,
    pub width: usize,
    pub precision: Option<usize>,
}

impl Percent {
    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        }
    }

    fn pad(&self, head: &str, body: &str) -> String {
        let used = head.len() + body.len();
        let fill = self.width.saturating_sub(used);
        let mut out = String::with_capacity(used + fill);
        if !self.left && !self.zero {
            out.extend(std::iter::repeat_n(' ', fill));
        }
        out.push_str(head);
        if !self.left && self.zero {
            out.extend(std::iter::repeat_n('0', fill));
        }
        out.push_str(body);
        if self.left {
            out.extend(std::iter::repeat_n(' ', fill));
        }
        out
    }
}

/// `%d`, `%i`, `%u`, `%o`, `%x` and `%X`.
///
/// **Units/shape:** `limit` is that of decimal digits, 0 for none.
/// **Errors:** `ValueError` beyond the limit.
pub fn percent_int(
    a: IntRef<'_>,
    conversion: char,
    flags: &Percent,
    limit: usize,
) -> super::NumResult<String> {
    let (prefix, digits) = match conversion {
        'o' => ("0o", int::to_radix(a, 3, false)),
        'x' => ("0x", int::to_radix(a, 4, false)),
        'X' => ("0X", int::to_radix(a, 4, true)),
        _ => {
            let mut text = a.to_decimal_checked(limit)?;
            if a.is_negative() {
                text.remove(0);
            }
            ("", text)
        }
    };
    let mut head = flags.sign(a.is_negative()).to_owned();
    if flags.alternate {
        head.push_str(prefix);
    }
    let zeros = flags.precision.unwrap_or(0).saturating_sub(digits.len());
    let body = if zeros > 0 { "0".repeat(zeros) + &digits } else { digits };
    Ok(flags.pad(&head, &body))
}

/// `%e`, `%f`, `%g` and their capitals.
pub fn percent_float(x: f64, conversion: char, flags: &Percent) -> String {
    let form = match conversion {
        'e' | 'E' => FloatForm::Exponent,
        'f' | 'F' => FloatForm::Fixed,
        _ => FloatForm::General,
    };
    let style = FloatFlags {
        alternate: flags.alternate,
        dot_zero: false,
        upper: conversion.is_ascii_uppercase(),
    };
    let body = float_text(x, form, flags.precision.unwrap_or(6), style);
    flags.pad(flags.sign(x.is_sign_negative() && !x.is_nan()), &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent() {
        let f = Percent::default();
        assert_eq!(
            percent_int(IntRef::Small(-255), 'x', &Percent { alternate: true, ..f }, 0).unwrap(),
            "-0xff"
        );
        let wide = Percent { width: 8, zero: true, ..f };
        assert_eq!(percent_int(IntRef::Small(-5), 'd', &wide, 0).unwrap(), "-0000005");
        assert_eq!(
            percent_int(
                IntRef::Small(5),
                'd',
                &Percent { precision: Some(3), plus: true, ..wide },
                0
            )
            .unwrap(),
            "+0000005"
        );
        assert_eq!(
            percent_int(
                IntRef::Small(5),
                'd',
                &Percent { precision: Some(3), left: true, ..wide },
                0
            )
            .unwrap(),
            "005     "
        );
        assert_eq!(
            percent_float(1234.5678, 'f', &Percent { precision: Some(2), width: 10, ..f }),
            "   1234.57"
        );
        assert_eq!(
            percent_float(f64::INFINITY, 'f', &Percent { zero: true, width: 6, ..f }),
            "000inf"
        );
        assert_eq!(percent_float(-1.5, 'G', &f), "-1.5");
        assert_eq!(
            percent_float(1e10, 'g', &Percent { alternate: true, precision: Some(1), ..f }),
            "1.e+10"
        );
        assert_eq!(percent_float(0.0, 'e', &f), "0.000000e+00");
        assert_eq!(percent_float(1e6, 'g', &f), "1e+06");
        assert_eq!(percent_float(123456.0, 'g', &f), "123456");
        assert_eq!(percent_float(123456.0, 'g', &Percent { alternate: true, ..f }), "123456.");
    }
}
