//! `str`: the cell, and the type.
//!
//! The cell is here; `make.rs` has the constructors, `ops.rs` the slots, `iter.rs` the iterators, `search.rs`,
//! `methods.rs` and `tables.rs` the methods, `format.rs` and `percent.rs` the two kinds of formatting, `codecs.rs`
//! encoding, decoding and the registry of codecs. All algorithms are `crate::text`'s.

pub mod codecs;
pub mod convert;
pub mod format;
pub mod iter;
pub mod make;
pub mod methods;
pub mod ops;
pub mod percent;
pub mod search;
pub mod tables;

pub use iter::{STR_ASCII_ITER, STR_ITER};
pub use make::CellWriter;

use crate::core::header::Header;
use crate::core::shape::Shape;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec, flags};
use crate::error::R;
use crate::payload;
use crate::text::{Kind, StrRef};
use heddle_sync::prim::{AtomicU64, ord};
use std::borrow::Cow;

/// Bits of `aux`: bytes a code point takes (1, 2 or 4), whether all are ASCII, whether the string is interned.
pub const KIND_MASK: u32 = 7;
/// See [`KIND_MASK`].
pub const ASCII: u32 = 8;
/// See [`KIND_MASK`].
pub const INTERNED: u32 = 16;

/// Code points inline behind the fixed part, 1, 2 or 4 bytes each; never changed.
#[repr(C)]
pub struct Str {
    /// Cell header; `aux` holds kind and flags.
    pub header: Header,
    len: usize,
    /// Hash, 0 while not computed.
    pub(crate) hash: AtomicU64,
}

payload!(Str, STR);

/// `str`
pub static STR: StaticType = StaticType::new(TypeSpec {
    name: "str",
    basicsize: size_of::<Str>(),
    flags: flags::BASETYPE | flags::STR | flags::MATCH_SELF,
    doc: "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nText: a sequence of code points. \
          With an encoding or an error handler given,\nthe bytes of the object are decoded; else it is what its __str__() \
          gives.",
    slots: Slots {
        repr: Some(ops::repr),
        str: Some(ops::str),
        hash: Some(ops::hash),
        richcompare: Some(ops::compare),
        iter: Some(iter::iter),
        new: Some(make::new),
        remainder: Some(percent::remainder),
        len: Some(ops::len),
        getitem: Some(ops::getitem),
        contains: Some(ops::contains),
        concat: Some(ops::concat),
        repeat: Some(ops::repeat),
        ..Slots::NONE
    },
    methods: &methods::ALL,
    var_size: Some(str_bytes),
    ..TypeSpec::DEFAULT
});

/// The bits of `aux` for a kind.
#[inline(always)]
pub fn aux_of(kind: Kind) -> u32 {
    match kind {
        Kind::Ascii => 1 | ASCII,
        Kind::Latin1 => 1,
        Kind::Ucs2 => 2,
        Kind::Ucs4 => 4,
    }
}

/// Longest result of an operation that writes to a buffer of ours first: such a buffer cannot fail gracefully. Beyond any
/// memory in sight, and low enough that sizes in bytes do not overflow (arbitrary).
pub const LEN_MAX: usize = 1 << 36;

/// Offset of the code points.
pub const DATA: usize = size_of::<Str>();

impl Str {
    /// A string of code points below 256.
    pub fn from_bytes(th: &mut Thread, b: &[u8], ascii: bool) -> R<&'static Str> {
        let aux = if ascii { 1 | ASCII } else { 1 };
        // SAFETY: the data is written right away.
        let (t, p) = unsafe { Str::alloc(th, STR.shape(), b.len(), aux, 0)? };
        // SAFETY: room for the bytes.
        unsafe { std::ptr::copy_nonoverlapping(b.as_ptr(), p, b.len()) };
        Ok(t)
    }

    /// A string cell and the address of its code points, with `extra` zero bytes behind them.
    ///
    /// # Safety
    /// - `shape` is that of `str` or of a subclass.
    /// - The data is written before the string is shared.
    pub unsafe fn alloc(
        th: &mut Thread,
        shape: &'static Shape,
        len: usize,
        aux: u32,
        extra: usize,
    ) -> R<(&'static Str, *mut u8)> {
        let width = (aux & KIND_MASK) as usize;
        let bytes = len.checked_mul(width).and_then(|b| b.checked_add(DATA + 8 + extra));
        let Some(bytes) = bytes else { return Err(th.memory_error()) };
        let p =
            if extra == 0 { th.alloc_bytes(bytes)? } else { th.alloc_zeroed(bytes)? } as *mut Str;
        // SAFETY: fresh memory of that size.
        unsafe {
            p.write(Str {
                header: Header::new(shape, th.slot.owner(), aux),
                len,
                hash: AtomicU64::new(0),
            });
            Ok((&*p, (p as *mut u8).add(DATA)))
        }
    }

    /// Number of code points.
    #[inline(always)]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Bytes of a code point.
    #[inline(always)]
    pub fn width(&self) -> usize {
        (self.header.aux() & KIND_MASK) as usize
    }

    /// Whether all code points are ASCII.
    #[inline(always)]
    pub fn is_ascii(&self) -> bool {
        self.header.aux() & ASCII != 0
    }

    /// Whether this is the interned string of its text.
    #[inline(always)]
    pub fn is_interned(&self) -> bool {
        self.header.aux() & INTERNED != 0
    }

    /// The text, for the algorithms of [`crate::text`].
    #[inline(always)]
    pub fn view(&self) -> StrRef<'static> {
        let aux = self.header.aux();
        // SAFETY: `len` code points of the width that `aux` tells behind the fixed part, which ends on 8 bytes; they
        // never change.
        unsafe {
            let p = (self as *const Str as *const u8).add(DATA);
            match aux & (KIND_MASK | ASCII) {
                2 => StrRef::Ucs2(std::slice::from_raw_parts(p as *const u16, self.len)),
                4 => StrRef::Ucs4(std::slice::from_raw_parts(p as *const u32, self.len)),
                1 => StrRef::Latin1(std::slice::from_raw_parts(p, self.len)),
                _ => StrRef::Ascii(std::slice::from_raw_parts(p, self.len)),
            }
        }
    }

    /// The raw code points.
    #[inline(always)]
    pub fn data(&self) -> &'static [u8] {
        // SAFETY: `len` code points of `width` bytes behind the fixed part, never changed.
        unsafe {
            std::slice::from_raw_parts(
                (self as *const Str as *const u8).add(DATA),
                self.len * self.width(),
            )
        }
    }

    /// The code point at `i`.
    #[inline]
    pub fn code_point(&self, i: usize) -> u32 {
        let d = self.data();
        match self.width() {
            1 => d[i] as u32,
            2 => u16::from_ne_bytes([d[2 * i], d[2 * i + 1]]) as u32,
            _ => u32::from_ne_bytes([d[4 * i], d[4 * i + 1], d[4 * i + 2], d[4 * i + 3]]),
        }
    }

    /// The text, borrowed when it is ASCII.
    pub fn as_str(&self) -> Option<&'static str> {
        // SAFETY: ASCII is UTF-8.
        self.is_ascii().then(|| unsafe { std::str::from_utf8_unchecked(self.data()) })
    }

    /// The text; lone surrogates become U+FFFD.
    pub fn to_string_lossy(&self) -> Cow<'static, str> {
        match self.as_str() {
            Some(s) => Cow::Borrowed(s),
            None => Cow::Owned(
                (0..self.len)
                    .map(|i| char::from_u32(self.code_point(i)).unwrap_or('\u{fffd}'))
                    .collect(),
            ),
        }
    }

    /// Whether the text is `s`.
    pub fn eq_str(&self, s: &str) -> bool {
        match self.as_str() {
            Some(t) => t == s,
            None => self.to_string_lossy() == s,
        }
    }

    /// Whether both have the same text.
    #[inline]
    pub fn eq(&self, other: &Str) -> bool {
        std::ptr::eq(self, other)
            || (self.len == other.len
                && self.width() == other.width()
                && self.data() == other.data())
    }

    /// The hash, computed once.
    #[inline]
    pub fn hash(&self) -> i64 {
        // ORDERING: Relaxed; a number that is the same whoever computes it.
        let h = self.hash.load(ord!("str.hash", Relaxed));
        if h != 0 { h as i64 } else { self.hash_slow() }
    }

    #[cold]
    #[inline(never)]
    fn hash_slow(&self) -> i64 {
        let h = crate::names::hash_bytes(self.data());
        // ORDERING: Relaxed; as above.
        self.hash.store(h as u64, ord!("str.set_hash", Relaxed));
        h
    }

    /// The interned string of the same text.
    ///
    /// **Errors:** MemoryError. **Threads:** may take the intern table's lock. **Escapes:** no.
    #[inline]
    pub fn interned(&'static self, th: &mut Thread) -> R<&'static Str> {
        if self.is_interned() { Ok(self) } else { crate::names::intern(th, self) }
    }
}

unsafe fn str_bytes(cell: *const u8) -> usize {
    // SAFETY: called with a str cell.
    let s = unsafe { &*(cell as *const Str) };
    DATA + s.len * s.width()
}
