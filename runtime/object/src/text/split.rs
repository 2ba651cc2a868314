//! Splitting: on white space, on a separator, into lines, into three.
//!
//! Each function reports ranges to a closure, so that the caller makes the pieces; those that
//! split from the right report the last piece first.

use std::ops::ControlFlow;

use super::Unit;
use super::search::{self, RevSearcher, Searcher};

/// What a splitter reports to: it may stop the walk by an error.
pub type Piece<'f, E> = &'f mut dyn FnMut(usize, usize) -> Result<(), E>;

/// Splits at runs of white space, at most `max` times.
pub fn split_space<U: Unit, E>(
    text: &[U],
    max: usize,
    is_space: impl Fn(U) -> bool,
    piece: Piece<'_, E>,
) -> Result<(), E> {
    let (mut i, n) = (0, text.len());
    let mut left = max;
    loop {
        while i < n && is_space(text[i]) {
            i += 1;
        }
        if i == n {
            return Ok(());
        }
        if left == 0 {
            // The rest is one piece, with the white space at its end.
            return piece(i, n);
        }
        left -= 1;
        let start = i;
        while i < n && !is_space(text[i]) {
            i += 1;
        }
        piece(start, i)?;
    }
}

/// The same from the right.
pub fn rsplit_space<U: Unit, E>(
    text: &[U],
    max: usize,
    is_space: impl Fn(U) -> bool,
    piece: Piece<'_, E>,
) -> Result<(), E> {
    let mut i = text.len();
    let mut left = max;
    loop {
        while i > 0 && is_space(text[i - 1]) {
            i -= 1;
        }
        if i == 0 {
            return Ok(());
        }
        if left == 0 {
            return piece(0, i);
        }
        left -= 1;
        let end = i;
        while i > 0 && !is_space(text[i - 1]) {
            i -= 1;
        }
        piece(i, end)?;
    }
}

/// Splits at a separator, which must not be empty, at most `max` times.
pub fn split_on<U: Unit, E>(
    text: &[U],
    sep: &[U],
    max: usize,
    piece: Piece<'_, E>,
) -> Result<(), E> {
    let searcher = Searcher::new(sep);
    let mut start = 0;
    let mut left = max;
    while left > 0 {
        let Some(hit) = searcher.find(text, start) else { break };
        piece(start, hit)?;
        start = hit + sep.len();
        left -= 1;
    }
    piece(start, text.len())
}

/// The same from the right.
pub fn rsplit_on<U: Unit, E>(
    text: &[U],
    sep: &[U],
    max: usize,
    piece: Piece<'_, E>,
) -> Result<(), E> {
    let searcher = RevSearcher::new(sep);
    let mut end = text.len();
    let mut left = max;
    while left > 0 {
        let Some(hit) = searcher.rfind(text, end) else { break };
        piece(hit + sep.len(), end)?;
        end = hit;
        left -= 1;
    }
    piece(0, end)
}

/// Splits into lines; `keep` leaves the line breaks in. `\r\n` is one break.
pub fn split_lines<U: Unit, E>(
    text: &[U],
    keep: bool,
    is_break: impl Fn(U) -> bool,
    piece: Piece<'_, E>,
) -> Result<(), E> {
    let (mut i, n) = (0, text.len());
    while i < n {
        let start = i;
        while i < n && !is_break(text[i]) {
            i += 1;
        }
        let mut end = i;
        if i < n {
            let crlf = text[i].code() == 13 && i + 1 < n && text[i + 1].code() == 10;
            i += if crlf { 2 } else { 1 };
            if keep {
                end = i;
            }
        }
        piece(start, end)?;
    }
    Ok(())
}

/// Where the separator stands, for `partition` (or from the right, for `rpartition`).
pub fn partition<U: Unit>(text: &[U], sep: &[U], right: bool) -> Option<(usize, usize)> {
    let hit = if right { search::rfind(text, sep) } else { search::find(text, sep, 0) }?;
    Some((hit, hit + sep.len()))
}

/// What remains between the units that `cut` names at either end.
pub fn strip<U: Unit>(
    text: &[U],
    left: bool,
    right: bool,
    cut: impl Fn(U) -> bool,
) -> (usize, usize) {
    let (mut start, mut end) = (0, text.len());
    if left {
        while start < end && cut(text[start]) {
            start += 1;
        }
    }
    if right {
        while end > start && cut(text[end - 1]) {
            end -= 1;
        }
    }
    (start, end)
}

/// The set of units that a strip removes, quick to ask for the usual small ones.
pub struct CutSet<'a, U> {
    units: &'a [U],
    /// One bit for each low six bits that occur, as a filter.
    bloom: u64,
}

impl<'a, U: Unit> CutSet<'a, U> {
    /// The set of these units.
    pub fn new(units: &'a [U]) -> Self {
        CutSet { units, bloom: units.iter().fold(0, |b, u| b | 1 << (u.code() & 63)) }
    }

    /// Whether the unit is in the set.
    #[inline]
    pub fn has(&self, u: U) -> bool {
        self.bloom >> (u.code() & 63) & 1 == 1 && self.units.contains(&u)
    }
}

/// Calls `f` for each place where `needle` (not empty) occurs, without overlap, until it breaks.
pub fn each_match<U: Unit>(text: &[U], needle: &[U], mut f: impl FnMut(usize) -> ControlFlow<()>) {
    let searcher = Searcher::new(needle);
    let mut from = 0;
    while let Some(hit) = searcher.find(text, from) {
        if f(hit).is_break() {
            return;
        }
        from = hit + needle.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(run: impl FnOnce(Piece<'_, ()>) -> Result<(), ()>) -> Vec<(usize, usize)> {
        let mut out = Vec::new();
        run(&mut |a, b| {
            out.push((a, b));
            Ok(())
        })
        .unwrap();
        out
    }

    fn texts(s: &'static [u8], ranges: &[(usize, usize)]) -> Vec<&'static [u8]> {
        ranges.iter().map(|&(a, b)| &s[a..b]).collect()
    }

    #[test]
    fn splits() {
        let s = b"  a b  c ";
        let space = |u: u8| u == b' ';
        let all = collect(|p| split_space(s, usize::MAX, space, p));
        assert_eq!(texts(s, &all), [b"a", b"b", b"c"]);
        let one = collect(|p| split_space(s, 1, space, p));
        assert_eq!(texts(s, &one), [&b"a"[..], b"b  c "]);
        let right = collect(|p| rsplit_space(s, 1, space, p));
        assert_eq!(texts(s, &right), [&b"c"[..], b"  a b"]);
        let s = b"a,,b";
        assert_eq!(texts(s, &collect(|p| split_on(s, b",", 9, p))), [&b"a"[..], b"", b"b"]);
        assert_eq!(texts(s, &collect(|p| rsplit_on(s, b",", 1, p))), [&b"b"[..], b"a,"]);
        let s = b"a\r\nb\n\nc";
        let br = |u: u8| u == b'\n' || u == b'\r';
        let lines = collect(|p| split_lines(s, false, br, p));
        assert_eq!(texts(s, &lines), [&b"a"[..], b"b", b"", b"c"]);
        let kept = collect(|p| split_lines(s, true, br, p));
        assert_eq!(texts(s, &kept), [&b"a\r\n"[..], b"b\n", b"\n", b"c"]);
    }

    #[test]
    fn strips() {
        let set = CutSet::new(b"xy");
        assert_eq!(strip(b"xyaxy", true, true, |u| set.has(u)), (2, 3));
        assert_eq!(strip(b"xyx", true, true, |u| set.has(u)), (3, 3));
    }
}
