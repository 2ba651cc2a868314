//! Properties of code points as CPython's `str` understands them, for Unicode 16.0.
//!
//! Code points below 256 are answered from a table built once; all others from ICU's tries and
//! the numeric values in `unicode_num.rs`. Lone surrogates have no properties.

use std::sync::OnceLock;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::props::{
    CaseIgnorable, Cased, GeneralCategory, Lowercase, Uppercase, XidContinue, XidStart,
};
use icu_properties::{
    CodePointMapData, CodePointMapDataBorrowed, CodePointSetData, CodePointSetDataBorrowed,
};

use super::unicode_num::{DECIMAL_ZEROS, NUMERIC_RUNS, Run};
use super::{StrBuf, StrBuilder, StrRef};

const CATEGORY: CodePointMapDataBorrowed<'static, GeneralCategory> = CodePointMapData::new();
const LOWER: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<Lowercase>();
const UPPER: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<Uppercase>();
const CASED: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<Cased>();
const IGNORABLE: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<CaseIgnorable>();
const START: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<XidStart>();
const CONTINUE: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<XidContinue>();

const ALPHA: u16 = 1;
const DECIMAL: u16 = 2;
const DIGIT: u16 = 4;
const NUMERIC: u16 = 8;
const LOWER_BIT: u16 = 16;
const UPPER_BIT: u16 = 32;
const PRINTABLE: u16 = 64;
const CASED_BIT: u16 = 128;
const IGNORABLE_BIT: u16 = 256;
const START_BIT: u16 = 512;
const CONTINUE_BIT: u16 = 1024;
const TITLE: u16 = 2048;

fn flags_slow(c: u32) -> u16 {
    use GeneralCategory as G;
    let category = CATEGORY.get32(c);
    let mut f = 0;
    match category {
        G::UppercaseLetter | G::LowercaseLetter | G::ModifierLetter | G::OtherLetter => f |= ALPHA,
        G::TitlecaseLetter => f |= ALPHA | TITLE,
        _ => {}
    }
    let hidden = matches!(
        category,
        G::Unassigned
            | G::Control
            | G::Format
            | G::Surrogate
            | G::PrivateUse
            | G::LineSeparator
            | G::ParagraphSeparator
            | G::SpaceSeparator
    );
    if !hidden || c == 0x20 {
        f |= PRINTABLE;
    }
    if category == G::DecimalNumber {
        f |= DECIMAL | DIGIT | NUMERIC;
    } else if let Some(run) = numeric_run(c) {
        f |= if run.digit { DIGIT | NUMERIC } else { NUMERIC };
    }
    for (set, bit) in [
        (LOWER, LOWER_BIT),
        (UPPER, UPPER_BIT),
        (CASED, CASED_BIT),
        (IGNORABLE, IGNORABLE_BIT),
        (START, START_BIT),
        (CONTINUE, CONTINUE_BIT),
    ] {
        if set.contains32(c) {
            f |= bit;
        }
    }
    f
}

#[inline]
fn has(c: u32, bit: u16) -> bool {
    static TABLE: OnceLock<[u16; 256]> = OnceLock::new();
    let table = TABLE.get_or_init(|| std::array::from_fn(|c| flags_slow(c as u32)));
    match table.get(c as usize) {
        Some(f) => f & bit != 0,
        None => has_wide(c, bit),
    }
}

fn has_wide(c: u32, bit: u16) -> bool {
    match bit {
        LOWER_BIT => LOWER.contains32(c),
        UPPER_BIT => UPPER.contains32(c),
        CASED_BIT => CASED.contains32(c),
        IGNORABLE_BIT => IGNORABLE.contains32(c),
        START_BIT => START.contains32(c),
        CONTINUE_BIT => CONTINUE.contains32(c),
        _ => flags_slow(c) & bit != 0,
    }
}

fn numeric_run(c: u32) -> Option<&'static Run> {
    let i = NUMERIC_RUNS.partition_point(|run| run.first <= c);
    let run = NUMERIC_RUNS.get(i.checked_sub(1)?)?;
    (c - run.first < run.count).then_some(run)
}

/// The value of a decimal digit, as for `int()` and `str.isdecimal`.
#[inline]
pub fn decimal(c: u32) -> Option<u32> {
    if c < 0x80 {
        return (0x30..0x3A).contains(&c).then(|| c - 0x30);
    }
    let i = DECIMAL_ZEROS.partition_point(|&zero| zero <= c);
    let value = c - DECIMAL_ZEROS[i - 1];
    (value < 10).then_some(value)
}

/// The value of a digit of any kind, as for `str.isdigit`.
pub fn digit(c: u32) -> Option<u32> {
    decimal(c).or_else(|| {
        let run = numeric_run(c).filter(|run| run.digit)?;
        Some(run.numerator as u32 + (c - run.first) * run.step)
    })
}

/// The numeric value of a code point, as for `str.isnumeric`.
pub fn numeric(c: u32) -> Option<f64> {
    if let Some(d) = decimal(c) {
        return Some(f64::from(d));
    }
    let run = numeric_run(c)?;
    let numerator = run.numerator + i64::from((c - run.first) * run.step);
    Some(numerator as f64 / f64::from(run.denominator))
}

/// The general category, for `unicodedata.category`.
pub fn category(c: u32) -> GeneralCategory {
    CATEGORY.get32(c)
}

/// A letter: general category L.
#[inline]
pub fn is_alpha(c: u32) -> bool {
    has(c, ALPHA)
}

/// See [`decimal`].
#[inline]
pub fn is_decimal(c: u32) -> bool {
    has(c, DECIMAL)
}

/// See [`digit`].
#[inline]
pub fn is_digit(c: u32) -> bool {
    has(c, DIGIT)
}

/// See [`numeric`].
#[inline]
pub fn is_numeric(c: u32) -> bool {
    has(c, NUMERIC)
}

/// A letter or a number of any kind.
#[inline]
pub fn is_alnum(c: u32) -> bool {
    has(c, ALPHA | DECIMAL | DIGIT | NUMERIC)
}

/// The derived property Lowercase.
#[inline]
pub fn is_lower(c: u32) -> bool {
    has(c, LOWER_BIT)
}

/// The derived property Uppercase.
#[inline]
pub fn is_upper(c: u32) -> bool {
    has(c, UPPER_BIT)
}

/// General category Lt.
#[inline]
pub fn is_title(c: u32) -> bool {
    has(c, TITLE)
}

/// Has a case: lower, upper or title.
#[inline]
pub fn is_cased(c: u32) -> bool {
    has(c, CASED_BIT)
}

/// Is passed over when the context of a sigma is looked at.
#[inline]
pub fn is_case_ignorable(c: u32) -> bool {
    has(c, IGNORABLE_BIT)
}

/// Is shown as it is by `repr`.
#[inline]
pub fn is_printable(c: u32) -> bool {
    has(c, PRINTABLE)
}

/// May start an identifier (the underscore included).
#[inline]
pub fn is_id_start(c: u32) -> bool {
    c == 0x5F || has(c, START_BIT)
}

/// May continue an identifier.
#[inline]
pub fn is_id_continue(c: u32) -> bool {
    has(c, CONTINUE_BIT)
}

/// White space for `str`: category Zs, or bidirectional class WS, B or S.
#[inline]
pub fn is_space(c: u32) -> bool {
    match c {
        0..0x80 => matches!(c, 9..=13 | 28..=32),
        0x85 | 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000 => true,
        _ => false,
    }
}

/// A line boundary for `str.splitlines`.
#[inline]
pub fn is_line_break(c: u32) -> bool {
    matches!(c, 10..=13 | 28..=30 | 0x85 | 0x2028 | 0x2029)
}

/// `str.isidentifier`, without regard to keywords.
pub fn is_identifier(s: StrRef<'_>) -> bool {
    if let StrRef::Ascii(u) = s {
        return matches!(u.first(), Some(b'_' | b'a'..=b'z' | b'A'..=b'Z'))
            && u.iter().all(|&b| b == b'_' || b.is_ascii_alphanumeric());
    }
    let mut chars = s.chars();
    chars.next().is_some_and(is_id_start) && chars.all(is_id_continue)
}

/// The forms of normalization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Canonical composition.
    Nfc,
    /// Compatibility composition: what identifiers are compared in.
    Nfkc,
    /// Canonical decomposition.
    Nfd,
    /// Compatibility decomposition.
    Nfkd,
}

impl Form {
    /// The form by its name, such as `NFKC`.
    pub fn named(name: &str) -> Option<Form> {
        match name {
            "NFC" => Some(Form::Nfc),
            "NFKC" => Some(Form::Nfkc),
            "NFD" => Some(Form::Nfd),
            "NFKD" => Some(Form::Nfkd),
            _ => None,
        }
    }
}

/// The text in a form of normalization; lone surrogates stay and part what is around them.
pub fn normalize(s: StrRef<'_>, form: Form) -> StrBuf {
    fn run(form: Form, text: &str) -> std::borrow::Cow<'_, str> {
        match form {
            Form::Nfc => ComposingNormalizerBorrowed::new_nfc().normalize(text),
            Form::Nfkc => ComposingNormalizerBorrowed::new_nfkc().normalize(text),
            Form::Nfd => DecomposingNormalizerBorrowed::new_nfd().normalize(text),
            Form::Nfkd => DecomposingNormalizerBorrowed::new_nfkd().normalize(text),
        }
    }
    let mut out = StrBuilder::with_capacity(s.len());
    if let StrRef::Ascii(u) = s {
        out.push_ascii(u);
        return out.finish();
    }
    let mut part = String::with_capacity(s.len());
    for c in s.chars() {
        match char::from_u32(c) {
            Some(c) => part.push(c),
            None => {
                out.push_str(&run(form, &part));
                part.clear();
                out.push(c);
            }
        }
    }
    out.push_str(&run(form, &part));
    out.finish()
}

/// The text that `int`, `float` and `complex` parse: white space of any kind becomes a blank and
/// decimal digits become ASCII. Any other code point outside ASCII becomes `?` and ends the
/// text, which no grammar accepts.
pub fn to_ascii_number(s: StrRef<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    for c in s.chars() {
        if c < 0x80 {
            out.push(c as u8);
        } else if is_space(c) {
            out.push(b' ');
        } else if let Some(d) = decimal(c) {
            out.push(b'0' + d as u8);
        } else {
            out.push(b'?');
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(decimal(0x0665), Some(5));
        assert_eq!(digit(0xB2), Some(2));
        assert_eq!(numeric(0xBD), Some(0.5));
        assert_eq!(numeric(0x4E07), Some(10000.0));
        assert_eq!(decimal(0xB2), None);
        assert_eq!(numeric(0x41), None);
        assert_eq!(decimal(0x1D7FF), Some(9));
    }

    #[test]
    fn decimals_agree_with_the_category() {
        for c in 0..0x11_0000 {
            assert_eq!(
                decimal(c).is_some(),
                category(c) == GeneralCategory::DecimalNumber,
                "{c:x}"
            );
        }
    }

    #[test]
    fn identifiers_and_forms() {
        assert!(is_identifier(StrBuf::from("\u{e9}t\u{e9}").view()));
        assert!(!is_identifier(StrRef::ascii("1a")));
        assert!(!is_identifier(StrRef::EMPTY));
        let fi = normalize(StrBuf::from("\u{fb01}").view(), Form::Nfkc);
        assert_eq!(fi.view().to_string_lossy(), "fi");
        let lone = StrBuf::from_codes([0x65, 0x301, 0xD800]);
        assert_eq!(normalize(lone.view(), Form::Nfc), StrBuf::from_codes([0xe9, 0xD800]));
    }
}
