//! Searching units in units: find, rfind, count, and a searcher that can be used many times.
//!
//! Bytes go straight to `memchr`. Wider units use it too, over their memory: a hit at an address
//! that is no unit's start is skipped. A needle that holds units wider than the text's can never
//! be found, which [`fit`] decides before any search.

use std::borrow::Cow;

use super::{StrRef, Unit};
use crate::each_kind;

/// The memory of the units.
pub fn as_bytes<U: Unit>(units: &[U]) -> &[u8] {
    // SAFETY: units are plain integers without padding; a byte has no alignment to keep, and
    // the length in bytes is that of the slice.
    unsafe { std::slice::from_raw_parts(units.as_ptr().cast::<u8>(), std::mem::size_of_val(units)) }
}

/// The needle in the unit size of the text, or None when it cannot occur there.
pub fn fit<U: Unit>(needle: StrRef<'_>) -> Option<Cow<'_, [U]>> {
    fn convert<A: Unit, U: Unit>(from: &[A]) -> Option<Cow<'_, [U]>> {
        use std::any::TypeId;
        if TypeId::of::<A>() == TypeId::of::<U>() {
            // SAFETY: both are the same type, as was just tested.
            return Some(Cow::Borrowed(unsafe {
                std::slice::from_raw_parts(from.as_ptr().cast::<U>(), from.len())
            }));
        }
        from.iter().map(|u| U::from_code(u.code())).collect::<Option<Vec<U>>>().map(Cow::Owned)
    }
    each_kind!(needle, n => convert(n))
}

/// The first place at or after `from` where `needle` occurs in `hay`.
pub fn find<U: Unit>(hay: &[U], needle: &[U], from: usize) -> Option<usize> {
    if from > hay.len() {
        return None;
    }
    match needle {
        [] => Some(from),
        [one] => one.position(&hay[from..]).map(|i| i + from),
        _ if needle.len() > hay.len() - from => None,
        _ => {
            let unit = size_of::<U>();
            let (bytes, wanted) = (as_bytes(hay), as_bytes(needle));
            if unit == 1 {
                return memchr::memmem::find(&bytes[from..], wanted).map(|i| i + from);
            }
            Searcher::new(needle).find(hay, from)
        }
    }
}

/// The last place where `needle` occurs in `hay`.
pub fn rfind<U: Unit>(hay: &[U], needle: &[U]) -> Option<usize> {
    match needle {
        [] => Some(hay.len()),
        [one] => one.rposition(hay),
        _ if needle.len() > hay.len() => None,
        _ => RevSearcher::new(needle).rfind(hay, hay.len()),
    }
}

/// How often `needle` occurs in `hay` without overlap, up to `max` times.
pub fn count<U: Unit>(hay: &[U], needle: &[U], max: usize) -> usize {
    if needle.is_empty() {
        return max.min(hay.len() + 1);
    }
    if let [one] = needle {
        return if size_of::<U>() == 1 && max >= hay.len() {
            memchr::memchr_iter(one.code() as u8, as_bytes(hay)).count()
        } else {
            hay.iter().filter(|&u| u == one).take(max).count()
        };
    }
    let searcher = Searcher::new(needle);
    let (mut from, mut n) = (0, 0);
    while n < max {
        match searcher.find(hay, from) {
            Some(i) => {
                n += 1;
                from = i + needle.len();
            }
            None => break,
        }
    }
    n
}

/// A needle prepared for several searches forwards. The needle must not be empty.
pub struct Searcher<'n, U> {
    needle: &'n [U],
    finder: Option<memchr::memmem::Finder<'n>>,
}

impl<'n, U: Unit> Searcher<'n, U> {
    /// Prepares the needle.
    pub fn new(needle: &'n [U]) -> Self {
        let finder = (needle.len() > 1).then(|| memchr::memmem::Finder::new(as_bytes(needle)));
        Searcher { needle, finder }
    }

    /// The first place at or after `from`.
    #[inline]
    pub fn find(&self, hay: &[U], from: usize) -> Option<usize> {
        let Some(finder) = &self.finder else {
            return self.needle[0].position(hay.get(from..)?).map(|i| i + from);
        };
        let bytes = as_bytes(hay);
        let unit = size_of::<U>();
        let mut at = from * unit;
        loop {
            let hit = at + finder.find(bytes.get(at..)?)?;
            if hit % unit == 0 {
                return Some(hit / unit);
            }
            at = hit + 1;
        }
    }
}

/// A needle prepared for several searches backwards. The needle must not be empty.
pub struct RevSearcher<'n, U> {
    needle: &'n [U],
    finder: Option<memchr::memmem::FinderRev<'n>>,
}

impl<'n, U: Unit> RevSearcher<'n, U> {
    /// Prepares the needle.
    pub fn new(needle: &'n [U]) -> Self {
        let finder = (needle.len() > 1).then(|| memchr::memmem::FinderRev::new(as_bytes(needle)));
        RevSearcher { needle, finder }
    }

    /// The last place that ends at or before `end`.
    #[inline]
    pub fn rfind(&self, hay: &[U], end: usize) -> Option<usize> {
        let Some(finder) = &self.finder else {
            return self.needle[0].rposition(hay.get(..end)?);
        };
        let bytes = as_bytes(hay);
        let unit = size_of::<U>();
        let mut end = end * unit;
        loop {
            let hit = finder.rfind(bytes.get(..end)?)?;
            if hit % unit == 0 {
                return Some(hit / unit);
            }
            // The next candidate starts one byte earlier, so it ends one byte earlier.
            end = hit + std::mem::size_of_val(self.needle) - 1;
        }
    }
}

/// Python's slice bounds for `find` and its relatives: negative ones count from the end, and
/// all are clamped. The start may lie behind the end, in which case nothing is found.
pub fn clamp(len: usize, start: Option<isize>, end: Option<isize>) -> (usize, usize) {
    let n = len as isize;
    let mut end = end.unwrap_or(n);
    if end > n {
        end = n;
    } else if end < 0 {
        end = (end + n).max(0);
    }
    let mut start = start.unwrap_or(0);
    if start < 0 {
        start = (start + n).max(0);
    }
    (start as usize, end as usize)
}

/// `str.find` within bounds from [`clamp`].
pub fn str_find(hay: StrRef<'_>, needle: StrRef<'_>, start: usize, end: usize) -> Option<usize> {
    if start > end {
        return None;
    }
    each_kind!(hay, h => {
        let n = fit(needle)?;
        find(&h[..end], &n, start)
    })
}

/// `str.rfind` within bounds from [`clamp`].
pub fn str_rfind(hay: StrRef<'_>, needle: StrRef<'_>, start: usize, end: usize) -> Option<usize> {
    if start > end {
        return None;
    }
    each_kind!(hay, h => {
        let n = fit(needle)?;
        rfind(&h[start..end], &n).map(|i| i + start)
    })
}

/// `str.count` within bounds from [`clamp`].
pub fn str_count(hay: StrRef<'_>, needle: StrRef<'_>, start: usize, end: usize) -> usize {
    if start > end {
        return 0;
    }
    each_kind!(hay, h => match fit(needle) {
        Some(n) => count(&h[start..end], &n, usize::MAX),
        None => 0,
    })
}

/// Whether `part` stands at `at` in `text`.
pub fn str_at(text: StrRef<'_>, part: StrRef<'_>, at: usize) -> bool {
    match at.checked_add(part.len()) {
        Some(end) if end <= text.len() => text.slice(at, end).same(part),
        _ => false,
    }
}

/// `startswith` (or `endswith`, with `at_end`) within bounds from [`clamp`].
pub fn str_tail_match(
    text: StrRef<'_>,
    part: StrRef<'_>,
    start: usize,
    end: usize,
    at_end: bool,
) -> bool {
    if start > end || part.len() > end - start {
        return false;
    }
    str_at(text, part, if at_end { end - part.len() } else { start })
}

/// The same for bytes.
pub fn tail_match(text: &[u8], part: &[u8], start: usize, end: usize, at_end: bool) -> bool {
    if start > end {
        return false;
    }
    let text = &text[start..end];
    if at_end { text.ends_with(part) } else { text.starts_with(part) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::StrBuf;

    #[test]
    fn wide_search_skips_hits_between_units() {
        let hay: Vec<u16> = vec![0x0001, 0x0100, 0x0001, 0x0100, 0x0100];
        assert_eq!(find(&hay, &[0x0100, 0x0100], 0), Some(3));
        assert_eq!(rfind(&hay, &[0x0001, 0x0100]), Some(2));
        assert_eq!(find(&hay, &[0x0001, 0x0100], 1), Some(2));
        assert_eq!(count(&hay, &[0x0001, 0x0100], usize::MAX), 2);
        assert_eq!(count(&[1u16, 1, 1, 1], &[1, 1], usize::MAX), 2);
    }

    #[test]
    fn narrow_needle_in_wide_text_and_back() {
        let hay = StrBuf::from("a\u{20ac}b\u{1f600}b");
        let len = hay.view().len();
        assert_eq!(str_find(hay.view(), StrBuf::from("b").view(), 0, len), Some(2));
        assert_eq!(str_rfind(hay.view(), StrBuf::from("b").view(), 0, len), Some(4));
        assert_eq!(str_find(StrRef::ascii("abc"), StrBuf::from("\u{20ac}").view(), 0, 3), None);
        assert_eq!(str_find(StrRef::ascii("abc"), StrRef::EMPTY, 3, 3), Some(3));
        assert_eq!(str_find(StrRef::ascii("abc"), StrRef::EMPTY, 4, 3), None);
        assert_eq!(str_count(StrRef::ascii("abc"), StrRef::EMPTY, 0, 3), 4);
    }

    #[test]
    fn empty_needles() {
        assert_eq!(find::<u8>(b"", b"", 0), Some(0));
        assert_eq!(rfind::<u8>(b"ab", b""), Some(2));
        assert_eq!(clamp(5, Some(-2), Some(-1)), (3, 4));
        assert_eq!(clamp(5, Some(-9), Some(99)), (0, 5));
        assert_eq!(clamp(5, Some(7), None), (7, 5));
    }
}
