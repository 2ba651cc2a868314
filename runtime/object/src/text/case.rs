//! Case: full mappings (one code point may become three), the final sigma, and the questions
//! `islower`, `isupper`, `istitle`.

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_locale_core::LanguageIdentifier;
use writeable::Writeable;

use super::unicode::{is_case_ignorable, is_cased, is_lower, is_title, is_upper};
use super::{StrBuf, StrBuilder, StrRef};

const MAPPER: CaseMapperBorrowed<'static> = CaseMapper::new();
const SIGMA: u32 = 0x3A3;

/// Up to three code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapped {
    codes: [u32; 3],
    len: u8,
}

impl Mapped {
    const fn one(c: u32) -> Mapped {
        Mapped { codes: [c, 0, 0], len: 1 }
    }

    /// The code points.
    #[inline]
    pub fn codes(&self) -> &[u32] {
        &self.codes[..usize::from(self.len)]
    }
}

impl std::fmt::Write for Mapped {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        for c in s.chars() {
            let Some(slot) = self.codes.get_mut(usize::from(self.len)) else {
                return Err(std::fmt::Error);
            };
            *slot = u32::from(c);
            self.len += 1;
        }
        Ok(())
    }
}

fn full<'t, W: Writeable + 't>(
    c: u32,
    buf: &'t mut [u8; 4],
    map: impl FnOnce(&'t str) -> W,
) -> Mapped {
    let Some(ch) = char::from_u32(c) else { return Mapped::one(c) };
    let mut out = Mapped { codes: [0; 3], len: 0 };
    match map(ch.encode_utf8(buf)).write_to(&mut out) {
        Ok(()) => out,
        Err(_) => Mapped::one(c),
    }
}

/// The full uppercase mapping of one code point.
pub fn upper(c: u32) -> Mapped {
    if c < 0x80 {
        return Mapped::one(u32::from((c as u8).to_ascii_uppercase()));
    }
    full(c, &mut [0; 4], |s| MAPPER.uppercase(s, &LanguageIdentifier::UNKNOWN))
}

/// The full lowercase mapping of one code point, without regard to its context.
pub fn lower(c: u32) -> Mapped {
    if c < 0x80 {
        return Mapped::one(u32::from((c as u8).to_ascii_lowercase()));
    }
    // The only lowercase mapping to more than one code point is that of the dotted capital I.
    if c == 0x130 {
        return Mapped { codes: [0x69, 0x307, 0], len: 2 };
    }
    Mapped::one(char::from_u32(c).map_or(c, |ch| u32::from(MAPPER.simple_lowercase(ch))))
}

/// The full titlecase mapping of one code point.
pub fn title(c: u32) -> Mapped {
    if c < 0x80 {
        return Mapped::one(u32::from((c as u8).to_ascii_uppercase()));
    }
    let Some(ch) = char::from_u32(c) else { return Mapped::one(c) };
    // Where upper and title differ by the simple mapping (the digraphs and Georgian), the
    // simple one is the full one.
    let (simple_title, simple_upper) = (MAPPER.simple_titlecase(ch), MAPPER.simple_uppercase(ch));
    if simple_title != simple_upper {
        return Mapped::one(u32::from(simple_title));
    }
    let up = upper(c);
    if up.len == 1 {
        return Mapped::one(u32::from(simple_title));
    }
    full(c, &mut [0; 4], |s| {
        MAPPER.titlecase_segment_with_only_case_data(
            s,
            &LanguageIdentifier::UNKNOWN,
            Default::default(),
        )
    })
}

/// The full case folding of one code point.
pub fn fold(c: u32) -> Mapped {
    if c < 0x80 {
        return Mapped::one(u32::from((c as u8).to_ascii_lowercase()));
    }
    full(c, &mut [0; 4], |s| MAPPER.fold(s))
}

/// A capital sigma at the end of a word becomes the final small one.
fn lower_sigma(s: StrRef<'_>, i: usize) -> u32 {
    let before = (0..i).rev().map(|j| s.at(j)).find(|&c| !is_case_ignorable(c));
    if !before.is_some_and(is_cased) {
        return 0x3C3;
    }
    let after = (i + 1..s.len()).map(|j| s.at(j)).find(|&c| !is_case_ignorable(c));
    if after.is_some_and(is_cased) { 0x3C3 } else { 0x3C2 }
}

fn push_lower(out: &mut StrBuilder, s: StrRef<'_>, i: usize, c: u32) {
    if c < 0x80 {
        out.push(u32::from((c as u8).to_ascii_lowercase()));
    } else if c == SIGMA {
        out.push(lower_sigma(s, i));
    } else {
        push(out, lower(c));
    }
}

#[inline]
fn push(out: &mut StrBuilder, m: Mapped) {
    for &c in m.codes() {
        out.push(c);
    }
}

fn map_each(s: StrRef<'_>, map: impl Fn(u32) -> Mapped) -> StrBuf {
    let mut out = StrBuilder::with_kind(s.kind(), s.len());
    for c in s.chars() {
        push(&mut out, map(c));
    }
    out.finish()
}

/// `str.lower`.
pub fn str_lower(s: StrRef<'_>) -> StrBuf {
    if let StrRef::Ascii(u) = s {
        return StrBuf::Ascii(u.to_ascii_lowercase());
    }
    let mut out = StrBuilder::with_kind(s.kind(), s.len());
    for (i, c) in s.chars().enumerate() {
        push_lower(&mut out, s, i, c);
    }
    out.finish()
}

/// `str.upper`.
pub fn str_upper(s: StrRef<'_>) -> StrBuf {
    match s {
        StrRef::Ascii(u) => StrBuf::Ascii(u.to_ascii_uppercase()),
        _ => map_each(s, upper),
    }
}

/// `str.casefold`.
pub fn str_casefold(s: StrRef<'_>) -> StrBuf {
    match s {
        StrRef::Ascii(u) => StrBuf::Ascii(u.to_ascii_lowercase()),
        _ => map_each(s, fold),
    }
}

/// `str.swapcase`.
pub fn str_swapcase(s: StrRef<'_>) -> StrBuf {
    let mut out = StrBuilder::with_kind(s.kind(), s.len());
    for (i, c) in s.chars().enumerate() {
        if is_upper(c) {
            push_lower(&mut out, s, i, c);
        } else if is_lower(c) {
            push(&mut out, upper(c));
        } else {
            out.push(c);
        }
    }
    out.finish()
}

/// `str.capitalize`.
pub fn str_capitalize(s: StrRef<'_>) -> StrBuf {
    let mut out = StrBuilder::with_kind(s.kind(), s.len());
    for (i, c) in s.chars().enumerate() {
        if i == 0 {
            push(&mut out, title(c));
        } else {
            push_lower(&mut out, s, i, c);
        }
    }
    out.finish()
}

/// `str.title`.
pub fn str_title(s: StrRef<'_>) -> StrBuf {
    let mut out = StrBuilder::with_kind(s.kind(), s.len());
    let mut in_word = false;
    for (i, c) in s.chars().enumerate() {
        if in_word {
            push_lower(&mut out, s, i, c);
        } else {
            push(&mut out, title(c));
        }
        in_word = is_cased(c);
    }
    out.finish()
}

/// `str.islower`: nothing upper, something lower.
pub fn str_islower(s: StrRef<'_>) -> bool {
    let mut cased = false;
    for c in s.chars() {
        if is_upper(c) || is_title(c) {
            return false;
        }
        cased |= is_lower(c);
    }
    cased
}

/// `str.isupper`: nothing lower, something upper.
pub fn str_isupper(s: StrRef<'_>) -> bool {
    let mut cased = false;
    for c in s.chars() {
        if is_lower(c) || is_title(c) {
            return false;
        }
        cased |= is_upper(c);
    }
    cased
}

/// `str.istitle`: upper only at the start of words, lower only inside.
pub fn str_istitle(s: StrRef<'_>) -> bool {
    let (mut cased, mut in_word) = (false, false);
    for c in s.chars() {
        if is_upper(c) || is_title(c) {
            if in_word {
                return false;
            }
            (in_word, cased) = (true, true);
        } else if is_lower(c) {
            if !in_word {
                return false;
            }
            cased = true;
        } else {
            in_word = false;
        }
    }
    cased
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(f: fn(StrRef<'_>) -> StrBuf, s: &str) -> String {
        f(StrBuf::from(s).view()).view().to_string_lossy()
    }

    #[test]
    fn mappings() {
        assert_eq!(run(str_upper, "stra\u{df}e \u{149}"), "STRASSE \u{2bc}N");
        assert_eq!(
            run(str_lower, "\u{3a3}\u{391}\u{3a3} \u{3a3}"),
            "\u{3c3}\u{3b1}\u{3c2} \u{3c3}"
        );
        assert_eq!(run(str_lower, "\u{130}"), "i\u{307}");
        assert_eq!(run(str_title, "hello \u{1c6}x o'neil \u{fb01}"), "Hello \u{1c5}x O'Neil Fi");
        assert_eq!(run(str_capitalize, "\u{df}AB"), "Ssab");
        assert_eq!(run(str_casefold, "\u{df}\u{130}"), "ssi\u{307}");
        assert_eq!(run(str_swapcase, "aB\u{df}"), "AbSS");
        assert_eq!(run(str_upper, "\u{ff}"), "\u{178}");
    }

    #[test]
    fn questions() {
        let t = |s: &str| StrBuf::from(s);
        assert!(str_islower(t("a1").view()) && !str_islower(t("1").view()));
        assert!(str_isupper(t("A1").view()) && !str_isupper(t("Aa").view()));
        assert!(str_istitle(t("Ab Cd").view()) && !str_istitle(t("AB").view()));
    }
}
