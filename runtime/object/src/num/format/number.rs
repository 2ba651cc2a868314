//! Formatting by a parsed specifier.

use super::spec::{Align, Grouping, Sign, Spec};
use super::{FloatFlags, FloatForm, Rendered, float_text};
use crate::num::complex::Complex;
use crate::num::int::{self, IntRef};
use crate::num::{NumError, NumResult};

/// The pieces of a number before grouping and padding.
struct Number<'a> {
    negative: bool,
    prefix: &'a str,
    /// Digits before the point.
    whole: &'a str,
    /// Digits after the point; `None` when there is no point.
    fraction: Option<&'a str>,
    /// Exponent, percent sign, or a word.
    rest: &'a str,
}

/// Lays out a number: groups its digits, pads it to the width.
fn layout(number: &Number<'_>, spec: &Spec) -> Rendered {
    let mut head = String::new();
    match (number.negative, spec.sign) {
        (true, _) => head.push('-'),
        (false, Some(Sign::Plus)) => head.push('+'),
        (false, Some(Sign::Space)) => head.push(' '),
        _ => {}
    }
    head.push_str(number.prefix);
    let mut tail = String::new();
    if let Some(fraction) = number.fraction {
        tail.push('.');
        push_fraction(&mut tail, fraction, spec.fraction_grouping);
    }
    tail.push_str(number.rest);
    let fixed = head.len() + tail.chars().count();
    let zero_filled = spec.fill == '0' as u32 && spec.align == Align::AfterSign;
    let min_digits = if zero_filled { spec.width.saturating_sub(fixed) } else { 0 };
    let mut body = if number.whole.is_empty() {
        String::new()
    } else {
        group(number.whole, min_digits, spec.grouping)
    };
    let padding = spec.width.saturating_sub(fixed + body.len());
    body.push_str(&tail);
    let mut rendered = Rendered { left: 0, head, mid: 0, body, right: 0, fill: spec.fill };
    match spec.align {
        Align::Left => rendered.right = padding,
        Align::Right => rendered.left = padding,
        Align::AfterSign => rendered.mid = padding,
        Align::Center => {
            rendered.left = padding / 2;
            rendered.right = padding - padding / 2;
        }
    }
    rendered
}

/// Separates groups from the right and extends with zeros to `min_width`. A separator never leads, so the result may
/// be one longer than asked for.
fn group(digits: &str, min_width: usize, grouping: Grouping) -> String {
    let Some(separator) = grouping.separator() else {
        let mut out = "0".repeat(min_width.saturating_sub(digits.len()));
        out.push_str(digits);
        return out;
    };
    let size = grouping.size();
    let mut reversed = Vec::with_capacity(digits.len() * 4 / 3 + min_width);
    let mut source = digits.bytes().rev();
    let (mut left, mut min) = (digits.len() as isize, min_width as isize);
    loop {
        let take = (size as isize).min(left.max(min).max(1));
        for _ in 0..take {
            reversed.push(source.next().unwrap_or(b'0'));
        }
        left -= take.min(left);
        min -= take;
        if left <= 0 && min <= 0 {
            break;
        }
        min -= 1;
        reversed.push(separator as u8);
    }
    reversed.reverse();
    // Only ASCII was written.
    String::from_utf8(reversed).unwrap_or_default()
}

fn push_fraction(out: &mut String, digits: &str, grouping: Grouping) {
    let Some(separator) = grouping.separator() else {
        out.push_str(digits);
        return;
    };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % grouping.size() == 0 {
            out.push(separator);
        }
        out.push(digit);
    }
}

/// Formats an integer (type name `int` or `bool` in messages; both default to `d`).
///
/// **Units/shape:** `limit` is that of decimal digits, 0 for none.
/// **Errors:** `ValueError`, `OverflowError` (from `c`, or from a float code when the value is too large).
pub fn format_int(
    a: IntRef<'_>,
    spec: &Spec,
    type_name: &str,
    limit: usize,
) -> NumResult<Rendered> {
    let code = spec.code();
    match code {
        Some('b' | 'c' | 'd' | 'o' | 'x' | 'X' | 'n') => {}
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
            return format_float(a.to_f64_checked()?, spec, type_name);
        }
        _ => return Err(spec.unknown_code(type_name)),
    }
    if spec.precision.is_some() {
        return Err(NumError::value("Precision not allowed in integer format specifier"));
    }
    if spec.no_negative_zero {
        return Err(NumError::value(
            "Negative zero coercion (z) not allowed in integer format specifier",
        ));
    }
    if code == Some('c') {
        if spec.sign.is_some() {
            return Err(NumError::value("Sign not allowed with integer format specifier 'c'"));
        }
        if spec.alternate {
            return Err(NumError::value(
                "Alternate form (#) not allowed with integer format specifier 'c'",
            ));
        }
        let Some(value) = a.to_i64() else {
            return Err(NumError::overflow("Python int too large to convert to C long"));
        };
        if !(0..0x110000).contains(&value) {
            return Err(NumError::overflow("%c arg not in range(0x110000)"));
        }
        // A lone surrogate cannot be held here; its replacement is as unprintable.
        let c = char::from_u32(value as u32).unwrap_or('\u{fffd}').to_string();
        let number = Number { negative: false, prefix: "", whole: "", fraction: None, rest: &c };
        return Ok(layout(&number, spec));
    }
    let (prefix, digits) = match code {
        Some('b') => ("0b", int::to_radix(a, 1, false)),
        Some('o') => ("0o", int::to_radix(a, 3, false)),
        Some('x') => ("0x", int::to_radix(a, 4, false)),
        Some('X') => ("0X", int::to_radix(a, 4, true)),
        _ => ("", a.to_decimal_checked(limit)?),
    };
    let digits = digits.strip_prefix('-').unwrap_or(&digits);
    let prefix = if spec.alternate { prefix } else { "" };
    Ok(layout(
        &Number { negative: a.is_negative(), prefix, whole: digits, fraction: None, rest: "" },
        spec,
    ))
}

/// The form, default precision and flags that a float type code stands for.
fn float_style(spec: &Spec, type_name: &str) -> NumResult<(FloatForm, usize, FloatFlags)> {
    let mut flags = FloatFlags { alternate: spec.alternate, ..FloatFlags::default() };
    let form = match spec.code() {
        Some('\0') => {
            flags.dot_zero = true;
            if spec.precision.is_some() { FloatForm::General } else { FloatForm::Repr }
        }
        Some('e') => FloatForm::Exponent,
        Some('f' | '%') => FloatForm::Fixed,
        Some('g' | 'n') => FloatForm::General,
        Some('E') => {
            flags.upper = true;
            FloatForm::Exponent
        }
        Some('F') => {
            flags.upper = true;
            FloatForm::Fixed
        }
        Some('G') => {
            flags.upper = true;
            FloatForm::General
        }
        _ => return Err(spec.unknown_code(type_name)),
    };
    let precision = spec.precision.unwrap_or(6);
    if precision > i32::MAX as usize {
        return Err(NumError::value("precision too big"));
    }
    Ok((form, precision, flags))
}

/// Splits `ddd.ddde+XX` into its pieces.
fn split<'a>(text: &'a str, negative: bool) -> Number<'a> {
    let whole_end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (whole, tail) = text.split_at(whole_end);
    let (fraction, rest) = match tail.strip_prefix('.') {
        None => (None, tail),
        Some(tail) => {
            let end = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
            (Some(&tail[..end]), &tail[end..])
        }
    };
    Number { negative, prefix: "", whole, fraction, rest }
}

/// Whether the minus sign is shown: not for NaN, nor for what rounds to zero when that is asked for.
fn shows_minus(x: f64, text: &str, spec: &Spec) -> bool {
    if !x.is_sign_negative() || x.is_nan() {
        return false;
    }
    if !spec.no_negative_zero {
        return true;
    }
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    !mantissa.bytes().all(|c| matches!(c, b'0' | b'.' | b'%'))
}

/// Formats a double.
///
/// **Errors:** `ValueError` for a type code that floats do not know.
pub fn format_float(x: f64, spec: &Spec, type_name: &str) -> NumResult<Rendered> {
    let (form, precision, flags) = float_style(spec, type_name)?;
    let percent = spec.code() == Some('%');
    let mut text = float_text(if percent { x * 100.0 } else { x }, form, precision, flags);
    if percent {
        text.push('%');
    }
    let negative = shows_minus(x, &text, spec);
    Ok(layout(&split(&text, negative), spec))
}

/// Formats a complex number.
///
/// **Errors:** `ValueError`.
pub fn format_complex(z: Complex, spec: &Spec) -> NumResult<Rendered> {
    const NAME: &str = "complex";
    if spec.code() == Some('%') {
        return Err(spec.unknown_code(NAME));
    }
    let (form, precision, mut flags) = float_style(spec, NAME)?;
    if spec.fill == '0' as u32 {
        return Err(NumError::value("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == Align::AfterSign {
        return Err(NumError::value(
            "'=' alignment flag is not allowed in complex format specifier",
        ));
    }
    flags.dot_zero = false;
    // Without a type code the text is that of str(): parentheses, and no real part when it is positive zero.
    let plain = spec.code() == Some('\0');
    let skip_real = plain && z.re == 0.0 && z.re.is_sign_positive();
    let parenthesized = plain && !skip_real;
    // The parts have no width of their own; the whole is padded.
    let part = |x: f64, sign: Option<Sign>| {
        let text = float_text(x, form, precision, flags);
        let inner = Spec { width: 0, align: Align::Right, fill: ' ' as u32, sign, ..*spec };
        let negative = shows_minus(x, &text, spec);
        let rendered = layout(&split(&text, negative), &inner);
        rendered.head + &rendered.body
    };
    let mut body = String::new();
    if parenthesized {
        body.push('(');
    }
    if !skip_real {
        body.push_str(&part(z.re, spec.sign));
    }
    body.push_str(&part(z.im, if skip_real { spec.sign } else { Some(Sign::Plus) }));
    body.push('j');
    if parenthesized {
        body.push(')');
    }
    let (left, right) = pad(spec, body.len());
    Ok(Rendered { left, head: String::new(), mid: 0, body, right, fill: spec.fill })
}

fn pad(spec: &Spec, len: usize) -> (usize, usize) {
    let padding = spec.width.saturating_sub(len);
    match spec.align {
        Align::Left => (0, padding),
        Align::Center => (padding / 2, padding - padding / 2),
        _ => (padding, 0),
    }
}

/// Where the parts of a formatted string go: `left` fills, `take` code points of it, `right` fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrLayout {
    pub left: usize,
    pub take: usize,
    pub right: usize,
}

/// Lays out a string of `len` code points.
///
/// **Errors:** `ValueError`.
pub fn layout_str(len: usize, spec: &Spec) -> NumResult<StrLayout> {
    if spec.code() != Some('s') {
        return Err(spec.unknown_code("str"));
    }
    let refusal = match spec.sign {
        Some(Sign::Space) => Some("Space not allowed in string format specifier"),
        Some(_) => Some("Sign not allowed in string format specifier"),
        None if spec.no_negative_zero => {
            Some("Negative zero coercion (z) not allowed in string format specifier")
        }
        None if spec.alternate => Some("Alternate form (#) not allowed in string format specifier"),
        None if spec.align == Align::AfterSign => {
            Some("'=' alignment not allowed in string format specifier")
        }
        None => None,
    };
    if let Some(message) = refusal {
        return Err(NumError::value(message));
    }
    let take = spec.precision.map_or(len, |precision| precision.min(len));
    let (left, right) = pad(spec, take);
    Ok(StrLayout { left, take, right })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(text: &str) -> Vec<u32> {
        text.chars().map(u32::from).collect()
    }

    fn int_fmt(v: &str, spec: &str) -> Result<String, String> {
        let v = int::parse(v.as_bytes(), 10).map_err(|_| "literal".to_owned())?;
        Spec::parse(&points(spec), 'd' as u32, Align::Right, "int")
            .and_then(|spec| format_int(v.as_ref(), &spec, "int", 4300))
            .map(|r| r.into_text().expect("a character"))
            .map_err(|e| match e {
                NumError::Value(m) | NumError::Overflow(m) => m.into_owned(),
                other => format!("{other:?}"),
            })
    }

    fn float_fmt(x: f64, spec: &str) -> Result<String, String> {
        Spec::parse(&points(spec), 0, Align::Right, "float")
            .and_then(|spec| format_float(x, &spec, "float"))
            .map(|r| r.into_text().expect("a character"))
            .map_err(|e| format!("{e:?}"))
    }

    fn complex_fmt(re: f64, im: f64, spec: &str) -> Result<String, NumError> {
        Spec::parse(&points(spec), 0, Align::Right, "complex")
            .and_then(|spec| format_complex(Complex::new(re, im), &spec))
            .map(|r| r.into_text().expect("a character"))
    }

    #[test]
    fn integers() {
        for (v, spec, text) in [
            ("1234567", ",", "1,234,567"),
            ("1234", "010,", "00,001,234"),
            ("1234", "09,", "0,001,234"),
            ("1234", "08,", "0,001,234"),
            ("-1234", "08,", "-001,234"),
            ("255", "#_x", "0xff"),
            ("123456789", "_x", "75b_cd15"),
            ("255", "#010x", "0x000000ff"),
            ("-255", "#X", "-0XFF"),
            ("5", "+", "+5"),
            ("5", " ", " 5"),
            ("-5", "*^7", "**-5***"),
            ("-5", "x=7", "-xxxxx5"),
            ("5", "<3", "5  "),
            ("65", "c", "A"),
            ("65", "5c", "    A"),
            ("3", ".2f", "3.00"),
            ("1", "%", "100.000000%"),
            ("12345678901234567890123", ",d", "12,345,678,901,234,567,890,123"),
            ("0", "b", "0"),
            ("5", "n", "5"),
            ("10", "0<5", "10000"),
        ] {
            assert_eq!(int_fmt(v, spec).as_deref(), Ok(text), "{v} {spec}");
        }
        for (spec, message) in [
            ("s", "Unknown format code 's' for object of type 'int'"),
            (".3d", "Precision not allowed in integer format specifier"),
            ("zd", "Negative zero coercion (z) not allowed in integer format specifier"),
            (",x", "Cannot specify ',' with 'x'."),
            (",n", "Cannot specify ',' with 'n'."),
            (",_", "Cannot specify both ',' and '_'."),
            ("_,", "Cannot specify both ',' and '_'."),
            ("+c", "Sign not allowed with integer format specifier 'c'"),
            (".", "Format specifier missing precision"),
            ("10dd", "Invalid format specifier '10dd' for object of type 'int'"),
            ("99999999999999999999d", "Too many decimal digits in format string"),
            ("\u{e9}", "Unknown format code '\\xe9' for object of type 'int'"),
        ] {
            assert_eq!(int_fmt("5", spec).err().as_deref(), Some(message), "{spec}");
        }
        assert_eq!(int_fmt("-1", "c").err().as_deref(), Some("%c arg not in range(0x110000)"));
    }

    #[test]
    fn floats() {
        for (x, spec, text) in [
            (1234.5678, ",.2f", "1,234.57"),
            (1234567.891, "015,.1f", "0,001,234,567.9"),
            (0.5, "%", "50.000000%"),
            (1.0, "", "1.0"),
            (1e16, "", "1e+16"),
            (123456789.0, ".3", "1.23e+08"),
            (100.0, ".3", "1e+02"),
            (10.0, ".3", "10.0"),
            (1.0, "g", "1"),
            (1.0, "#g", "1.00000"),
            (-0.0001, "z.1f", "0.0"),
            (-0.0001, ".1f", "-0.0"),
            (-0.06, "z.1f", "-0.1"),
            (f64::NAN, "+08.1f", "+0000nan"),
            (f64::NEG_INFINITY, "F", "-INF"),
            (1.5, "E", "1.500000E+00"),
            (123456.1234567, "_.7_f", "123_456.123_456_7"),
            (1234.5, ".,f", "1234.500,000"),
            (2.5, ".0f", "2"),
            (2.5, "#.0f", "2."),
            (1e100, ".0e", "1e+100"),
            (0.00001, "g", "1e-05"),
            (1.0, ".1200f", &format!("1.{}", "0".repeat(1200))),
        ] {
            assert_eq!(float_fmt(x, spec).as_deref(), Ok(text), "{x} {spec}");
        }
        assert!(
            float_fmt(1.0, "d")
                .unwrap_err()
                .contains("Unknown format code 'd' for object of type 'float'")
        );
    }

    #[test]
    fn complex_numbers() {
        for (re, im, spec, text) in [
            (1.5, -2.5, "", "(1.5-2.5j)"),
            (0.0, 1.0, "", "1j"),
            (0.0, 1.0, ".2f", "0.00+1.00j"),
            (1.0, 2.0, ">12", "      (1+2j)"),
            (1.0, 2.0, ".3", "(1+2j)"),
            (1000.0, 2000.0, ",.1f", "1,000.0+2,000.0j"),
            (1.0, f64::NAN, "+f", "+1.000000+nanj"),
        ] {
            assert_eq!(complex_fmt(re, im, spec).as_deref(), Ok(text), "{spec}");
        }
        assert!(complex_fmt(1.0, 2.0, "010").is_err());
        assert!(complex_fmt(1.0, 2.0, "=10").is_err());
    }

    #[test]
    fn strings() {
        let s = |len, spec: &str| {
            Spec::parse(&points(spec), 's' as u32, Align::Left, "str")
                .and_then(|spec| layout_str(len, &spec))
        };
        assert_eq!(s(3, "*^8.2"), Ok(StrLayout { left: 3, take: 2, right: 3 }));
        assert_eq!(s(3, "05"), Ok(StrLayout { left: 0, take: 3, right: 2 }));
        assert_eq!(
            s(3, "=5"),
            Err(NumError::value("'=' alignment not allowed in string format specifier"))
        );
        assert_eq!(
            s(3, "d"),
            Err(NumError::value("Unknown format code 'd' for object of type 'str'"))
        );
        assert_eq!(s(3, ","), Err(NumError::value("Cannot specify ',' with 's'.")));
    }
}
