//! Making a changed copy: replace, pad, expand tabs, fill with zeros, remove.
//!
//! Everything writes to a [`StrBuilder`]; the bytes twins write to a `Vec`. Both reach the same
//! search code.

use std::ops::ControlFlow;

use super::search::{Searcher, fit};
use super::split::each_match;
use super::{StrBuf, StrBuilder, StrRef, Unit};
use crate::each_kind;

/// `str.replace`. None when nothing is replaced, so that the caller can give the same object.
pub fn str_replace(
    text: StrRef<'_>,
    old: StrRef<'_>,
    new: StrRef<'_>,
    max: usize,
) -> Option<StrBuf> {
    if max == 0 || old.len() > text.len() {
        return None;
    }
    let mut out;
    if old.is_empty() {
        if new.is_empty() {
            return None;
        }
        let gaps = max.min(text.len() + 1);
        out = StrBuilder::with_capacity(text.len() + gaps.saturating_mul(new.len()));
        for i in 0..gaps {
            out.push_ref(new);
            if i < text.len() {
                out.push(text.at(i));
            }
        }
        if gaps < text.len() {
            out.push_ref(text.slice(gaps, text.len()));
        }
        return Some(out.finish());
    }
    each_kind!(text, units => {
        let needle = fit(old)?;
        let mut left = max;
        let mut done = 0;
        let mut first = None;
        // Nothing is allocated until there is a hit.
        each_match(units, &needle, |hit| {
            first = Some(hit);
            ControlFlow::Break(())
        });
        first?;
        out = StrBuilder::with_kind(text.kind().max(new.kind()), units.len() + new.len());
        each_match(units, &needle, |hit| {
            out.push_ref(text.slice(done, hit));
            out.push_ref(new);
            done = hit + needle.len();
            left -= 1;
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        out.push_ref(text.slice(done, units.len()));
        Some(out.finish())
    })
}

/// `bytes.replace`. None when nothing is replaced.
pub fn replace(text: &[u8], old: &[u8], new: &[u8], max: usize) -> Option<Vec<u8>> {
    if max == 0 || old.len() > text.len() {
        return None;
    }
    if old.is_empty() {
        if new.is_empty() {
            return None;
        }
        let gaps = max.min(text.len() + 1);
        let mut out = Vec::with_capacity(text.len() + gaps.saturating_mul(new.len()));
        for i in 0..gaps {
            out.extend_from_slice(new);
            out.extend(text.get(i));
        }
        out.extend_from_slice(text.get(gaps..).unwrap_or(&[]));
        return Some(out);
    }
    let searcher = Searcher::new(old);
    let mut hit = searcher.find(text, 0)?;
    let mut out = Vec::with_capacity(text.len() + new.len());
    let (mut done, mut left) = (0, max);
    loop {
        out.extend_from_slice(&text[done..hit]);
        out.extend_from_slice(new);
        done = hit + old.len();
        left -= 1;
        if left == 0 {
            break;
        }
        match searcher.find(text, done) {
            Some(next) => hit = next,
            None => break,
        }
    }
    out.extend_from_slice(&text[done..]);
    Some(out)
}

/// How many fill units go left and right of a text of `len` in `width`, for `center`. The odd
/// one goes left exactly when both the padding and the width are odd.
pub fn center_padding(len: usize, width: usize) -> (usize, usize) {
    let pad = width.saturating_sub(len);
    let left = pad / 2 + (pad & width & 1);
    (left, pad - left)
}

/// A text with `left` fill code points before it and `right` after it.
pub fn str_pad(text: StrRef<'_>, left: usize, right: usize, fill: u32) -> StrBuf {
    let mut out = StrBuilder::with_kind(text.kind(), text.len() + left + right);
    out.push_n(fill, left);
    out.push_ref(text);
    out.push_n(fill, right);
    out.finish()
}

/// The same for bytes.
pub fn pad(text: &[u8], left: usize, right: usize, fill: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + left + right);
    out.resize(left, fill);
    out.extend_from_slice(text);
    out.resize(left + text.len() + right, fill);
    out
}

/// `zfill`: zeros go behind a leading sign. `width` is larger than the text's length.
pub fn str_zfill(text: StrRef<'_>, width: usize) -> StrBuf {
    let zeros = width.saturating_sub(text.len());
    let mut out = StrBuilder::with_kind(text.kind(), width);
    let sign = usize::from(matches!(text.get(0), Some(0x2B | 0x2D)));
    out.push_ref(text.slice(0, sign));
    out.push_n(0x30, zeros);
    out.push_ref(text.slice(sign, text.len()));
    out.finish()
}

/// The same for bytes.
pub fn zfill(text: &[u8], width: usize) -> Vec<u8> {
    let zeros = width.saturating_sub(text.len());
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let mut out = Vec::with_capacity(text.len() + zeros);
    out.extend_from_slice(&text[..sign]);
    out.resize(sign + zeros, b'0');
    out.extend_from_slice(&text[sign..]);
    out
}

/// Length of the text with its tabs expanded; None when that overflows.
pub fn expanded_len<U: Unit>(text: &[U], tab: usize) -> Option<usize> {
    let (mut column, mut total) = (0usize, 0usize);
    for u in text {
        match u.code() {
            9 if tab == 0 => {}
            9 => {
                let n = tab - column % tab;
                column = column.checked_add(n)?;
                total = total.checked_add(n)?;
            }
            c => {
                column = if c == 10 || c == 13 { 0 } else { column + 1 };
                total = total.checked_add(1)?;
            }
        }
    }
    isize::try_from(total).ok()?;
    Some(total)
}

/// Writes the text with its tabs expanded, through `put(unit code, times)`.
pub fn expand_tabs<U: Unit>(text: &[U], tab: usize, mut put: impl FnMut(u32, usize)) {
    let mut column = 0usize;
    for u in text {
        match u.code() {
            9 if tab == 0 => {}
            9 => {
                let n = tab - column % tab;
                column += n;
                put(0x20, n);
            }
            c => {
                column = if c == 10 || c == 13 { 0 } else { column + 1 };
                put(c, 1);
            }
        }
    }
}

/// Every `step`-th code point from `start`, `n` of them. The range must be within the text.
pub fn str_step(text: StrRef<'_>, start: usize, step: isize, n: usize) -> StrBuf {
    each_kind!(text, units => {
        let picked: Vec<_> =
            (0..n as isize).map(|i| units[(start as isize + i * step) as usize]).collect();
        super::build::narrow(&picked)
    })
}

/// The text `n` times.
pub fn str_repeat(text: StrRef<'_>, n: usize) -> StrBuf {
    match text {
        StrRef::Ascii(u) => StrBuf::Ascii(u.repeat(n)),
        StrRef::Latin1(u) => StrBuf::Latin1(u.repeat(n)),
        StrRef::Ucs2(u) => StrBuf::Ucs2(u.repeat(n)),
        StrRef::Ucs4(u) => StrBuf::Ucs4(u.repeat(n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(t: &str) -> StrBuf {
        StrBuf::from(t)
    }

    #[test]
    fn replaces() {
        let r = |t: &str, a: &str, b: &str, n| {
            str_replace(s(t).view(), s(a).view(), s(b).view(), n)
                .map(|x| x.view().to_string_lossy())
        };
        assert_eq!(r("aXbX", "X", "\u{20ac}", 9).as_deref(), Some("a\u{20ac}b\u{20ac}"));
        assert_eq!(r("aXbX", "X", "", 1).as_deref(), Some("abX"));
        assert_eq!(r("ab", "", "-", 9).as_deref(), Some("-a-b-"));
        assert_eq!(r("ab", "", "-", 1).as_deref(), Some("-ab"));
        assert_eq!(r("", "", "-", 9).as_deref(), Some("-"));
        assert_eq!(r("ab", "x", "-", 9), None);
        let narrowed = str_replace(s("a\u{20ac}").view(), s("\u{20ac}").view(), s("b").view(), 9);
        assert_eq!(narrowed, Some(StrBuf::Ascii(b"ab".to_vec())));
        assert_eq!(replace(b"ab", b"", b"-", 2), Some(b"-a-b".to_vec()));
        assert_eq!(replace(b"aaa", b"a", b"bc", 2), Some(b"bcbca".to_vec()));
    }

    #[test]
    fn pads() {
        assert_eq!(center_padding(1, 4), (1, 2));
        assert_eq!(center_padding(2, 5), (2, 1));
        assert_eq!(str_zfill(s("-5").view(), 4).view().to_string_lossy(), "-005");
        assert_eq!(zfill(b"+1", 5), b"+0001");
        let mut out = String::new();
        expand_tabs(b"a\tb\n\tc", 4, |c, n| {
            out.extend(std::iter::repeat_n(char::from_u32(c).unwrap(), n));
        });
        assert_eq!(out, "a   b\n    c");
        assert_eq!(expanded_len(b"a\tb\n\tc", 4), Some(out.len()));
    }
}
