//! The parser of format specifiers.
//!
//! `[[fill]align][sign][z][#][0][width][grouping][.precision][grouping][type]`

use crate::num::digits::decimal_digit;
use crate::num::{NumError, NumResult};

/// Where the padding goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
    Center,
    /// Between sign and digits.
    AfterSign,
}

/// Which signs are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Minus,
    Plus,
    Space,
}

/// What separates groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    None,
    Comma,
    Underscore,
    /// Every four digits: binary, octal and hexadecimal.
    UnderscoreFour,
}

impl Grouping {
    pub(super) fn separator(self) -> Option<char> {
        match self {
            Grouping::None => None,
            Grouping::Comma => Some(','),
            Grouping::Underscore | Grouping::UnderscoreFour => Some('_'),
        }
    }
    pub(super) fn size(self) -> usize {
        if self == Grouping::UnderscoreFour { 4 } else { 3 }
    }
}

/// A parsed specifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    pub fill: u32,
    pub align: Align,
    /// `None` when the specifier says nothing.
    pub sign: Option<Sign>,
    pub no_negative_zero: bool,
    pub alternate: bool,
    pub width: usize,
    pub grouping: Grouping,
    pub precision: Option<usize>,
    pub fraction_grouping: Grouping,
    /// The type code, or the default of the object's type (0 where that is "no code").
    pub code: u32,
}

const TOO_MANY_DIGITS: &str = "Too many decimal digits in format string";

impl Spec {
    /// Parses a specifier, given as code points.
    ///
    /// **Units/shape:** `type_name` is that of the object, for messages; `default_code` stands for a missing code.
    /// **Errors:** `ValueError`.
    pub fn parse(
        text: &[u32],
        default_code: u32,
        default_align: Align,
        type_name: &str,
    ) -> NumResult<Spec> {
        let mut spec = Spec {
            fill: ' ' as u32,
            align: default_align,
            sign: None,
            no_negative_zero: false,
            alternate: false,
            width: 0,
            grouping: Grouping::None,
            precision: None,
            fraction_grouping: Grouping::None,
            code: default_code,
        };
        let at = |pos: usize| text.get(pos).and_then(|&c| char::from_u32(c));
        let align_of = |pos: usize| match at(pos)? {
            '<' => Some(Align::Left),
            '>' => Some(Align::Right),
            '^' => Some(Align::Center),
            '=' => Some(Align::AfterSign),
            _ => None,
        };
        let mut pos = 0;
        let (mut has_fill, mut has_align) = (false, false);
        if let Some(align) = align_of(1) {
            (spec.fill, spec.align) = (text[0], align);
            (has_fill, has_align) = (true, true);
            pos = 2;
        } else if let Some(align) = align_of(0) {
            spec.align = align;
            has_align = true;
            pos = 1;
        }
        spec.sign = match at(pos) {
            Some('+') => Some(Sign::Plus),
            Some('-') => Some(Sign::Minus),
            Some(' ') => Some(Sign::Space),
            _ => None,
        };
        pos += spec.sign.is_some() as usize;
        if at(pos) == Some('z') {
            spec.no_negative_zero = true;
            pos += 1;
        }
        if at(pos) == Some('#') {
            spec.alternate = true;
            pos += 1;
        }
        if !has_fill && at(pos) == Some('0') {
            spec.fill = '0' as u32;
            if !has_align && default_align == Align::Right {
                spec.align = Align::AfterSign;
            }
            pos += 1;
        }
        if let Some(width) = integer(text, &mut pos)? {
            spec.width = width;
        }
        spec.grouping = grouping(text, &mut pos)?;
        if at(pos) == Some('.') {
            pos += 1;
            spec.precision = integer(text, &mut pos)?;
            spec.fraction_grouping = grouping(text, &mut pos)?;
            if spec.precision.is_none() && spec.fraction_grouping == Grouping::None {
                return Err(NumError::value("Format specifier missing precision"));
            }
        }
        match text.len() - pos {
            0 => {}
            1 => spec.code = text[pos],
            _ => {
                let shown: String =
                    text.iter().map(|&c| char::from_u32(c).unwrap_or('\u{fffd}')).collect();
                return Err(NumError::value(format!(
                    "Invalid format specifier '{shown}' for object of type '{type_name}'"
                )));
            }
        }
        spec.check_grouping()?;
        Ok(spec)
    }

    fn check_grouping(&mut self) -> NumResult<()> {
        let code = char::from_u32(self.code);
        for grouping in [&mut self.grouping, &mut self.fraction_grouping] {
            if *grouping == Grouping::None {
                continue;
            }
            match code {
                Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F' | '\0') => {}
                Some('b' | 'o' | 'x' | 'X') if *grouping == Grouping::Underscore => {
                    *grouping = Grouping::UnderscoreFour;
                }
                _ => {
                    let separator = grouping.separator().unwrap_or(',');
                    return Err(NumError::value(format!(
                        "Cannot specify '{separator}' with {}.",
                        quote(self.code)
                    )));
                }
            }
        }
        Ok(())
    }

    /// The type code as a character.
    pub(super) fn code(&self) -> Option<char> {
        char::from_u32(self.code)
    }

    /// The error of a type code that the object does not know.
    pub(super) fn unknown_code(&self, type_name: &str) -> NumError {
        NumError::value(format!(
            "Unknown format code {} for object of type '{type_name}'",
            quote(self.code)
        ))
    }
}

/// A code point in single quotes, as `\xNN` outside printable ASCII.
fn quote(code: u32) -> String {
    match char::from_u32(code) {
        Some(c) if code > 32 && code < 128 => format!("'{c}'"),
        _ => format!("'\\x{code:x}'"),
    }
}

fn integer(text: &[u32], pos: &mut usize) -> NumResult<Option<usize>> {
    let mut value: Option<usize> = None;
    // Digits of every script count, as for int().
    while let Some(digit) = text.get(*pos).and_then(|&c| decimal_digit(c)) {
        let next = value.unwrap_or(0).checked_mul(10).and_then(|v| v.checked_add(digit as usize));
        match next {
            Some(v) if v <= isize::MAX as usize => value = Some(v),
            _ => return Err(NumError::value(TOO_MANY_DIGITS)),
        }
        *pos += 1;
    }
    Ok(value)
}

fn grouping(text: &[u32], pos: &mut usize) -> NumResult<Grouping> {
    let at = |pos: usize| text.get(pos).and_then(|&c| char::from_u32(c));
    let found = match at(*pos) {
        Some(',') => Grouping::Comma,
        Some('_') => Grouping::Underscore,
        _ => return Ok(Grouping::None),
    };
    *pos += 1;
    match (found, at(*pos)) {
        (Grouping::Comma, Some('_')) | (Grouping::Underscore, Some(',')) => {
            Err(NumError::value("Cannot specify both ',' and '_'."))
        }
        (Grouping::Comma, Some(',')) => Err(NumError::value("Cannot specify ',' with ','.")),
        (Grouping::Underscore, Some('_')) => Err(NumError::value("Cannot specify '_' with '_'.")),
        _ => Ok(found),
    }
}
