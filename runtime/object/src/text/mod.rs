//! Text and bytes as plain data: every algorithm of `str` and `bytes` that needs no object.
//!
//! A string is an array of code points held in the narrowest of three unit sizes that fits its
//! largest one, and strings of ASCII only are marked as such ([`Kind`]). Surrogates are code
//! points like any other. Two strings are equal only if their kinds are, since the kind is
//! always the narrowest one; a *slice* of a string may be wider than it needs to be, and
//! [`StrBuilder`] narrows it again.
//!
//! Read `mod.rs` and `build.rs` first; `search.rs`, `split.rs` and `edit.rs` are generic over
//! the unit and serve bytes as well; `unicode.rs` and `case.rs` hold the character properties
//! (Unicode 16.0); `codec/` the encodings; `field.rs` and `percent.rs` the grammars of
//! `str.format` and of `%`.

pub mod ascii;
pub mod build;
pub mod case;
pub mod codec;
pub mod edit;
pub mod escape;
pub mod field;
pub mod percent;
pub mod search;
pub mod split;
pub mod unicode;
mod unicode_num;

use std::cmp::Ordering;

pub use build::{StrBuf, StrBuilder};

/// How the code points of a string are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// One byte each, all below 0x80.
    Ascii = 0,
    /// One byte each, at least one of 0x80 or more.
    Latin1 = 1,
    /// Two bytes each, at least one of 0x100 or more.
    Ucs2 = 2,
    /// Four bytes each, at least one of 0x10000 or more.
    Ucs4 = 3,
}

impl Kind {
    /// The narrowest kind for code points whose bits, or-ed together, are `bits`.
    #[inline]
    pub fn for_bits(bits: u32) -> Kind {
        match bits {
            0..0x80 => Kind::Ascii,
            0x80..0x100 => Kind::Latin1,
            0x100..0x1_0000 => Kind::Ucs2,
            _ => Kind::Ucs4,
        }
    }

    /// Bytes per code point.
    #[inline]
    pub fn unit_bytes(self) -> usize {
        match self {
            Kind::Ascii | Kind::Latin1 => 1,
            Kind::Ucs2 => 2,
            Kind::Ucs4 => 4,
        }
    }

    /// The kind with the number `n` (its discriminant); only the two low bits count.
    #[inline]
    pub fn from_bits(n: u8) -> Kind {
        match n & 3 {
            0 => Kind::Ascii,
            1 => Kind::Latin1,
            2 => Kind::Ucs2,
            _ => Kind::Ucs4,
        }
    }
}

/// A unit in which code points are stored: `u8`, `u16` or `u32`.
pub trait Unit: Copy + Eq + Ord + Send + Sync + std::fmt::Debug + 'static {
    /// The code point of this unit.
    fn code(self) -> u32;
    /// The unit for a code point, if it fits.
    fn from_code(code: u32) -> Option<Self>;
    /// The unit for a code point of which is known that it fits.
    fn cast(code: u32) -> Self;
    /// The first place of `self` in `hay`.
    fn position(self, hay: &[Self]) -> Option<usize>;
    /// The last place of `self` in `hay`.
    fn rposition(self, hay: &[Self]) -> Option<usize>;
    /// All bits of the units, or-ed together.
    fn bits(units: &[Self]) -> u32;
}

impl Unit for u8 {
    #[inline]
    fn code(self) -> u32 {
        u32::from(self)
    }
    #[inline]
    fn from_code(code: u32) -> Option<u8> {
        u8::try_from(code).ok()
    }
    #[inline]
    fn cast(code: u32) -> u8 {
        code as u8
    }
    #[inline]
    fn position(self, hay: &[u8]) -> Option<usize> {
        memchr::memchr(self, hay)
    }
    #[inline]
    fn rposition(self, hay: &[u8]) -> Option<usize> {
        memchr::memrchr(self, hay)
    }
    #[inline]
    fn bits(units: &[u8]) -> u32 {
        u32::from(units.iter().fold(0, |acc, &u| acc | u))
    }
}

/// Units looked at together when searching for one: wide enough to vectorize. Arbitrary.
const SCAN_UNITS: usize = 32;

macro_rules! wide_unit {
    ($t:ty) => {
        impl Unit for $t {
            #[inline]
            fn code(self) -> u32 {
                u32::from(self)
            }
            #[inline]
            fn from_code(code: u32) -> Option<$t> {
                <$t>::try_from(code).ok()
            }
            #[inline]
            fn cast(code: u32) -> $t {
                code as $t
            }
            #[inline]
            fn position(self, hay: &[$t]) -> Option<usize> {
                let mut chunks = hay.chunks_exact(SCAN_UNITS);
                let mut base = 0;
                for chunk in &mut chunks {
                    if chunk.iter().fold(false, |hit, &u| hit | (u == self)) {
                        return chunk.iter().position(|&u| u == self).map(|i| base + i);
                    }
                    base += SCAN_UNITS;
                }
                chunks.remainder().iter().position(|&u| u == self).map(|i| base + i)
            }
            #[inline]
            fn rposition(self, hay: &[$t]) -> Option<usize> {
                hay.iter().rposition(|&u| u == self)
            }
            #[inline]
            fn bits(units: &[$t]) -> u32 {
                u32::from(units.iter().fold(0, |acc, &u| acc | u))
            }
        }
    };
}
wide_unit!(u16);
wide_unit!(u32);

/// A borrowed string or a slice of one.
#[derive(Clone, Copy, Debug)]
pub enum StrRef<'a> {
    /// Bytes below 0x80.
    Ascii(&'a [u8]),
    /// Code points below 0x100.
    Latin1(&'a [u8]),
    /// Code points below 0x10000.
    Ucs2(&'a [u16]),
    /// Any code points.
    Ucs4(&'a [u32]),
}

/// Runs one generic expression over the units of a [`StrRef`], whatever their size.
#[macro_export]
macro_rules! each_kind {
    ($s:expr, $units:ident => $body:expr) => {
        match $s {
            $crate::text::StrRef::Ascii($units) | $crate::text::StrRef::Latin1($units) => $body,
            $crate::text::StrRef::Ucs2($units) => $body,
            $crate::text::StrRef::Ucs4($units) => $body,
        }
    };
}

impl<'a> StrRef<'a> {
    /// The empty string.
    pub const EMPTY: StrRef<'static> = StrRef::Ascii(&[]);

    /// ASCII text given by Rust; other text must come through [`StrBuf`].
    #[inline]
    pub fn ascii(s: &'a str) -> StrRef<'a> {
        debug_assert!(s.is_ascii());
        StrRef::Ascii(s.as_bytes())
    }

    /// Number of code points.
    #[inline]
    pub fn len(self) -> usize {
        match self {
            StrRef::Ascii(u) | StrRef::Latin1(u) => u.len(),
            StrRef::Ucs2(u) => u.len(),
            StrRef::Ucs4(u) => u.len(),
        }
    }

    /// Whether there is nothing in it.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// How it is stored.
    #[inline]
    pub fn kind(self) -> Kind {
        match self {
            StrRef::Ascii(_) => Kind::Ascii,
            StrRef::Latin1(_) => Kind::Latin1,
            StrRef::Ucs2(_) => Kind::Ucs2,
            StrRef::Ucs4(_) => Kind::Ucs4,
        }
    }

    /// The code point at `i`. **Panics** when there is none.
    #[inline]
    pub fn at(self, i: usize) -> u32 {
        match self {
            StrRef::Ascii(u) | StrRef::Latin1(u) => u32::from(u[i]),
            StrRef::Ucs2(u) => u32::from(u[i]),
            StrRef::Ucs4(u) => u[i],
        }
    }

    /// The code point at `i`, if there is one.
    #[inline]
    pub fn get(self, i: usize) -> Option<u32> {
        match self {
            StrRef::Ascii(u) | StrRef::Latin1(u) => u.get(i).map(|&c| u32::from(c)),
            StrRef::Ucs2(u) => u.get(i).map(|&c| u32::from(c)),
            StrRef::Ucs4(u) => u.get(i).copied(),
        }
    }

    /// A part of it; its kind may be wider than the part needs. **Panics** out of range.
    #[inline]
    pub fn slice(self, start: usize, end: usize) -> StrRef<'a> {
        match self {
            StrRef::Ascii(u) => StrRef::Ascii(&u[start..end]),
            StrRef::Latin1(u) => StrRef::Latin1(&u[start..end]),
            StrRef::Ucs2(u) => StrRef::Ucs2(&u[start..end]),
            StrRef::Ucs4(u) => StrRef::Ucs4(&u[start..end]),
        }
    }

    /// All code points or-ed together: enough to tell the narrowest kind.
    #[inline]
    pub fn bits(self) -> u32 {
        match self {
            StrRef::Ascii(u) => u32::from(!u.is_empty()),
            StrRef::Latin1(u) => u8::bits(u),
            StrRef::Ucs2(u) => u16::bits(u),
            StrRef::Ucs4(u) => u32::bits(u),
        }
    }

    /// The kind that the content needs, which for a slice may be narrower than its own.
    #[inline]
    pub fn needed_kind(self) -> Kind {
        Kind::for_bits(self.bits())
    }

    /// Walks over the code points.
    pub fn chars(self) -> Chars<'a> {
        Chars { text: self, at: 0, end: self.len() }
    }

    /// The text of an ASCII string.
    #[inline]
    pub fn as_ascii(self) -> Option<&'a str> {
        match self {
            // ASCII is UTF-8, so this never fails; checking is cheap next to the uses of it.
            StrRef::Ascii(u) => std::str::from_utf8(u).ok(),
            _ => None,
        }
    }

    /// The memory that holds the code points; hashes are computed over it.
    pub fn as_bytes(self) -> &'a [u8] {
        match self {
            StrRef::Ascii(u) | StrRef::Latin1(u) => u,
            StrRef::Ucs2(u) => search::as_bytes(u),
            StrRef::Ucs4(u) => search::as_bytes(u),
        }
    }

    /// The same text as Rust's, with lone surrogates replaced by U+FFFD.
    pub fn to_string_lossy(self) -> String {
        if let StrRef::Ascii(u) = self {
            return String::from_utf8_lossy(u).into_owned();
        }
        self.chars().map(|c| char::from_u32(c).unwrap_or('\u{FFFD}')).collect()
    }

    /// The same text as Rust's, or None when it holds a lone surrogate.
    pub fn to_string_strict(self) -> Option<String> {
        match self {
            StrRef::Ascii(u) => std::str::from_utf8(u).ok().map(str::to_owned),
            _ => self.chars().map(char::from_u32).collect(),
        }
    }

    /// Whether it is equal to text given by Rust.
    pub fn eq_str(self, other: &str) -> bool {
        match self {
            StrRef::Ascii(u) => u == other.as_bytes(),
            _ => self.chars().eq(other.chars().map(u32::from)),
        }
    }

    /// Whether both hold the same code points. Works for slices as well.
    pub fn same(self, other: StrRef<'_>) -> bool {
        if self.len() != other.len() {
            return false;
        }
        match (self, other) {
            (StrRef::Ascii(a) | StrRef::Latin1(a), StrRef::Ascii(b) | StrRef::Latin1(b)) => a == b,
            (StrRef::Ucs2(a), StrRef::Ucs2(b)) => a == b,
            (StrRef::Ucs4(a), StrRef::Ucs4(b)) => a == b,
            _ => self.compare(other) == Ordering::Equal,
        }
    }

    /// Order by code points.
    pub fn compare(self, other: StrRef<'_>) -> Ordering {
        fn pairs<A: Unit, B: Unit>(a: &[A], b: &[B]) -> Ordering {
            for (x, y) in a.iter().zip(b) {
                match x.code().cmp(&y.code()) {
                    Ordering::Equal => {}
                    unequal => return unequal,
                }
            }
            a.len().cmp(&b.len())
        }
        match (self, other) {
            (StrRef::Ascii(a) | StrRef::Latin1(a), StrRef::Ascii(b) | StrRef::Latin1(b)) => {
                a.cmp(b)
            }
            (StrRef::Ucs2(a), StrRef::Ucs2(b)) => pairs(a, b),
            (StrRef::Ucs4(a), StrRef::Ucs4(b)) => pairs(a, b),
            _ => each_kind!(self, a => each_kind!(other, b => pairs(a, b))),
        }
    }
}

/// The code points of a string, in order. See [`StrRef::chars`].
#[derive(Clone, Debug)]
pub struct Chars<'a> {
    text: StrRef<'a>,
    at: usize,
    end: usize,
}

impl Iterator for Chars<'_> {
    type Item = u32;
    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.at == self.end {
            return None;
        }
        let c = self.text.at(self.at);
        self.at += 1;
        Some(c)
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.end - self.at, Some(self.end - self.at))
    }
}

impl DoubleEndedIterator for Chars<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<u32> {
        if self.at == self.end {
            return None;
        }
        self.end -= 1;
        Some(self.text.at(self.end))
    }
}

impl ExactSizeIterator for Chars<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_by_code_point_over_kinds() {
        let a = StrBuf::from("abc");
        let b = StrBuf::from("ab\u{e9}");
        let c = StrBuf::from("ab\u{20ac}");
        let d = StrBuf::from("ab\u{1f600}");
        let all = [&a, &b, &c, &d];
        for (i, x) in all.iter().enumerate() {
            for (j, y) in all.iter().enumerate() {
                assert_eq!(x.view().compare(y.view()), i.cmp(&j));
            }
        }
        assert_eq!(d.view().slice(0, 2).needed_kind(), Kind::Ascii);
        assert!(d.view().slice(0, 2).same(a.view().slice(0, 2)));
    }
}
