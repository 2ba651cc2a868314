//! Making strings: an owned one, and a writer that widens on demand.

use super::{Kind, StrRef, Unit};
use crate::each_kind;

/// A string that owns its code points; always of the narrowest kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StrBuf {
    /// See [`Kind::Ascii`].
    Ascii(Vec<u8>),
    /// See [`Kind::Latin1`].
    Latin1(Vec<u8>),
    /// See [`Kind::Ucs2`].
    Ucs2(Vec<u16>),
    /// See [`Kind::Ucs4`].
    Ucs4(Vec<u32>),
}

impl StrBuf {
    /// The string, borrowed.
    #[inline]
    pub fn view(&self) -> StrRef<'_> {
        match self {
            StrBuf::Ascii(u) => StrRef::Ascii(u),
            StrBuf::Latin1(u) => StrRef::Latin1(u),
            StrBuf::Ucs2(u) => StrRef::Ucs2(u),
            StrBuf::Ucs4(u) => StrRef::Ucs4(u),
        }
    }

    /// From code points, one by one.
    pub fn from_codes(codes: impl IntoIterator<Item = u32>) -> StrBuf {
        let mut out = StrBuilder::new();
        for c in codes {
            out.push(c);
        }
        out.finish()
    }
}

impl From<&str> for StrBuf {
    fn from(s: &str) -> StrBuf {
        let mut out = StrBuilder::with_capacity(s.len());
        out.push_str(s);
        out.finish()
    }
}

#[derive(Debug)]
enum Store {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

/// Writes a string piece by piece. It starts with one byte a code point and is copied once to a
/// wider store when a wider code point arrives, so text of one kind is written straight.
#[derive(Debug)]
pub struct StrBuilder {
    store: Store,
    /// All code points written so far, or-ed together; meaningful for one-byte stores.
    bits: u32,
}

impl Default for StrBuilder {
    fn default() -> Self {
        StrBuilder::new()
    }
}

impl StrBuilder {
    /// An empty string.
    #[inline]
    pub fn new() -> StrBuilder {
        StrBuilder { store: Store::One(Vec::new()), bits: 0 }
    }

    /// An empty string with room for `n` code points of one byte.
    #[inline]
    pub fn with_capacity(n: usize) -> StrBuilder {
        StrBuilder { store: Store::One(Vec::with_capacity(n)), bits: 0 }
    }

    /// An empty string with room for `n` code points of the given kind.
    pub fn with_kind(kind: Kind, n: usize) -> StrBuilder {
        let store = match kind {
            Kind::Ascii | Kind::Latin1 => Store::One(Vec::with_capacity(n)),
            Kind::Ucs2 => Store::Two(Vec::with_capacity(n)),
            Kind::Ucs4 => Store::Four(Vec::with_capacity(n)),
        };
        StrBuilder { store, bits: 0 }
    }

    /// Code points written so far.
    #[inline]
    pub fn len(&self) -> usize {
        match &self.store {
            Store::One(v) => v.len(),
            Store::Two(v) => v.len(),
            Store::Four(v) => v.len(),
        }
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes room for `n` more code points of the present kind.
    pub fn reserve(&mut self, n: usize) {
        match &mut self.store {
            Store::One(v) => v.reserve(n),
            Store::Two(v) => v.reserve(n),
            Store::Four(v) => v.reserve(n),
        }
    }

    /// The last code point written.
    pub fn last(&self) -> Option<u32> {
        match &self.store {
            Store::One(v) => v.last().map(|&c| u32::from(c)),
            Store::Two(v) => v.last().map(|&c| u32::from(c)),
            Store::Four(v) => v.last().copied(),
        }
    }

    /// What was written so far; its kind may be wider than needed.
    pub fn view(&self) -> StrRef<'_> {
        match &self.store {
            Store::One(v) if self.bits < 0x80 => StrRef::Ascii(v),
            Store::One(v) => StrRef::Latin1(v),
            Store::Two(v) => StrRef::Ucs2(v),
            Store::Four(v) => StrRef::Ucs4(v),
        }
    }

    /// Adds one code point.
    #[inline]
    pub fn push(&mut self, c: u32) {
        self.bits |= c;
        match &mut self.store {
            Store::One(v) if c < 0x100 => v.push(c as u8),
            Store::Two(v) if c < 0x1_0000 => v.push(c as u16),
            Store::Four(v) => v.push(c),
            _ => self.push_wider(c),
        }
    }

    #[cold]
    fn push_wider(&mut self, c: u32) {
        self.widen(c, 16);
        match &mut self.store {
            Store::One(v) => v.push(c as u8),
            Store::Two(v) => v.push(c as u16),
            Store::Four(v) => v.push(c),
        }
    }

    /// Makes the store wide enough for code points with these bits, and room for `more`.
    fn widen(&mut self, bits: u32, more: usize) {
        let wanted = Kind::for_bits(bits);
        match &self.store {
            Store::One(v) if wanted == Kind::Ucs2 => {
                let mut wide = Vec::with_capacity(v.capacity().max(v.len() + more));
                wide.extend(v.iter().map(|&u| u16::from(u)));
                self.store = Store::Two(wide);
            }
            Store::One(v) if wanted == Kind::Ucs4 => {
                let mut wide = Vec::with_capacity(v.capacity().max(v.len() + more));
                wide.extend(v.iter().map(|&u| u32::from(u)));
                self.store = Store::Four(wide);
            }
            Store::Two(v) if wanted == Kind::Ucs4 => {
                let mut wide = Vec::with_capacity(v.capacity().max(v.len() + more));
                wide.extend(v.iter().map(|&u| u32::from(u)));
                self.store = Store::Four(wide);
            }
            _ => {}
        }
    }

    /// Adds one code point `n` times.
    pub fn push_n(&mut self, c: u32, n: usize) {
        if n == 0 {
            return;
        }
        self.bits |= c;
        self.widen(c, n);
        match &mut self.store {
            Store::One(v) => v.resize(v.len() + n, c as u8),
            Store::Two(v) => v.resize(v.len() + n, c as u16),
            Store::Four(v) => v.resize(v.len() + n, c),
        }
    }

    /// Adds bytes that are known to be ASCII.
    #[inline]
    pub fn push_ascii(&mut self, bytes: &[u8]) {
        debug_assert!(bytes.is_ascii());
        match &mut self.store {
            Store::One(v) => v.extend_from_slice(bytes),
            Store::Two(v) => v.extend(bytes.iter().map(|&b| u16::from(b))),
            Store::Four(v) => v.extend(bytes.iter().map(|&b| u32::from(b))),
        }
    }

    /// Adds bytes, each of them a code point.
    pub fn push_latin1(&mut self, bytes: &[u8]) {
        self.push_units(bytes);
    }

    /// Adds Rust's text.
    pub fn push_str(&mut self, s: &str) {
        if s.is_ascii() {
            return self.push_ascii(s.as_bytes());
        }
        // The largest first byte of a sequence tells the width of the widest code point, and
        // each is met once, so the store is made wide enough before any is written.
        let bits = match s.bytes().max().unwrap_or(0) {
            0..=0xC3 => 0xFF,
            0xC4..=0xEF => 0xFFFF,
            _ => 0x1F_FFFF,
        };
        self.widen(bits, s.len());
        let mut seen = 0;
        let codes = s.chars().map(u32::from).inspect(|&c| seen |= c);
        match &mut self.store {
            Store::One(v) => v.extend(codes.map(|c| c as u8)),
            Store::Two(v) => v.extend(codes.map(|c| c as u16)),
            Store::Four(v) => v.extend(codes),
        }
        self.bits |= seen;
    }

    /// Adds a string or a slice of one.
    #[inline]
    pub fn push_ref(&mut self, s: StrRef<'_>) {
        match s {
            StrRef::Ascii(units) => self.push_ascii(units),
            other => each_kind!(other, units => self.push_units(units)),
        }
    }

    /// Adds code points of any width.
    pub fn push_units<U: Unit>(&mut self, units: &[U]) {
        let bits = U::bits(units);
        self.bits |= bits;
        self.widen(bits, units.len());
        match &mut self.store {
            Store::One(v) => v.extend(units.iter().map(|u| u.code() as u8)),
            Store::Two(v) => v.extend(units.iter().map(|u| u.code() as u16)),
            Store::Four(v) => v.extend(units.iter().map(|u| u.code())),
        }
    }

    /// Forgets all after the first `n` code points.
    pub fn truncate(&mut self, n: usize) {
        match &mut self.store {
            Store::One(v) => v.truncate(n),
            Store::Two(v) => v.truncate(n),
            Store::Four(v) => v.truncate(n),
        }
        // What was cut off may have been the widest: count again.
        self.bits = self.view().bits();
    }

    /// Gives the string, of the narrowest kind.
    pub fn finish(self) -> StrBuf {
        let narrow_enough = |needed: Kind| Kind::for_bits(self.bits) == needed;
        match self.store {
            Store::One(v) if self.bits < 0x80 => StrBuf::Ascii(v),
            Store::One(v) => StrBuf::Latin1(v),
            Store::Two(v) if narrow_enough(Kind::Ucs2) => StrBuf::Ucs2(v),
            Store::Four(v) if narrow_enough(Kind::Ucs4) => StrBuf::Ucs4(v),
            Store::Two(v) => narrow(&v),
            Store::Four(v) => narrow(&v),
        }
    }
}

impl std::fmt::Write for StrBuilder {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        self.push_str(s);
        Ok(())
    }
}

/// Copies units into the narrowest store that holds them.
pub fn narrow<U: Unit>(units: &[U]) -> StrBuf {
    match Kind::for_bits(U::bits(units)) {
        Kind::Ascii => StrBuf::Ascii(units.iter().map(|u| u.code() as u8).collect()),
        Kind::Latin1 => StrBuf::Latin1(units.iter().map(|u| u.code() as u8).collect()),
        Kind::Ucs2 => StrBuf::Ucs2(units.iter().map(|u| u.code() as u16).collect()),
        Kind::Ucs4 => StrBuf::Ucs4(units.iter().map(|u| u.code()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widens_and_narrows() {
        let mut b = StrBuilder::new();
        b.push_str("ab");
        assert!(matches!(b.view(), StrRef::Ascii(_)));
        b.push(0xe9);
        assert!(matches!(b.view(), StrRef::Latin1(_)));
        b.push(0x20ac);
        b.push_n(0x1f600, 2);
        assert_eq!(b.len(), 6);
        b.truncate(2);
        assert_eq!(b.finish(), StrBuf::Ascii(b"ab".to_vec()));
        let mut b = StrBuilder::with_kind(Kind::Ucs4, 4);
        b.push_ref(StrRef::Ucs4(&[0x61, 0xe9]));
        assert_eq!(b.finish(), StrBuf::Latin1(vec![0x61, 0xe9]));
    }
}
