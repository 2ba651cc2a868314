//! Making strings: from text in any form, single characters from a cache, `str(...)`.

use super::{DATA, STR, Str, aux_of};
use crate::core::native::{Args, Params};
use crate::core::shape::{HEAD_DROP, HEAD_FINALIZER};
use crate::core::thread::Thread;
use crate::core::ty::Type;
use crate::core::value::Value;
use crate::each_kind;
use crate::error::R;
use crate::names;
use crate::ops;
use crate::text::{Kind, StrBuf, StrRef, Unit};
use heddle_sync::prim::{AtomicPtr, ord};

/// The empty string, then the strings of one code point below 256. All are interned, hence immortal, and are made when
/// they are first wanted.
static SINGLES: [AtomicPtr<Str>; 257] = [const { AtomicPtr::new(std::ptr::null_mut()) }; 257];

#[inline(always)]
fn cached(th: &mut Thread, i: usize) -> R<&'static Str> {
    // ORDERING: Acquire; pairs with the Release below. Carries: the cell, made by another thread.
    let p = SINGLES[i].load(ord!("str.single", Acquire));
    // SAFETY: null or an immortal string.
    match unsafe { p.as_ref() } {
        Some(s) => Ok(s),
        None => fill_single(th, i),
    }
}

#[cold]
#[inline(never)]
fn fill_single(th: &mut Thread, i: usize) -> R<&'static Str> {
    let c = (i.wrapping_sub(1) & 0xFF) as u8;
    let bytes = if i == 0 { &[][..] } else { std::slice::from_ref(&c) };
    let s = Str::from_bytes(th, bytes, bytes.is_ascii())?;
    let s = names::intern(th, s)?;
    // ORDERING: Release; pairs with the Acquire above. Whoever is second stores the same address.
    SINGLES[i].store(s as *const Str as *mut Str, ord!("str.set_single", Release));
    Ok(s)
}

impl Str {
    /// The empty string.
    #[inline]
    pub fn empty(th: &mut Thread) -> R<&'static Str> {
        cached(th, 0)
    }

    /// The string of one code point, surrogates included.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    #[inline]
    pub fn from_code_point(th: &mut Thread, c: u32) -> R<&'static Str> {
        if c < 256 { cached(th, c as usize + 1) } else { Str::from_view(th, StrRef::Ucs4(&[c])) }
    }

    /// A string of this text.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    pub fn new(th: &mut Thread, s: &str) -> R<&'static Str> {
        if s.is_ascii() {
            return match s.as_bytes() {
                [] => cached(th, 0),
                [b] => cached(th, usize::from(*b) + 1),
                bytes => Str::from_bytes(th, bytes, true),
            };
        }
        Str::from_buf(th, &StrBuf::from(s))
    }

    /// A string of this text, which may be a slice of a wider one.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    #[inline]
    pub fn from_view(th: &mut Thread, s: StrRef<'_>) -> R<&'static Str> {
        match s.len() {
            0 => return cached(th, 0),
            1 if s.at(0) < 256 => return cached(th, s.at(0) as usize + 1),
            _ => {}
        }
        let kind = s.needed_kind();
        Str::build(th, kind, s.len(), |w| w.put(s))
    }

    /// A string of this text.
    #[inline]
    pub fn from_buf(th: &mut Thread, s: &StrBuf) -> R<&'static Str> {
        Str::from_view(th, s.view())
    }

    /// A string of `len` code points of a kind, written by `f`, which must write all of them and no wider ones.
    ///
    /// **Errors:** MemoryError. **Panics:** when `f` writes less or more. **Escapes:** no.
    #[inline]
    pub fn build(
        th: &mut Thread,
        kind: Kind,
        len: usize,
        f: impl FnOnce(&mut CellWriter),
    ) -> R<&'static Str> {
        if len == 0 {
            return cached(th, 0);
        }
        // SAFETY: the data is written right away.
        let (s, p) = unsafe { Str::alloc(th, STR.shape(), len, aux_of(kind), 0)? };
        let mut w = CellWriter { p, kind, left: len };
        f(&mut w);
        assert_eq!(w.left, 0, "a string was left unfinished");
        Ok(s)
    }

    /// An instance of `ty`, which is `str` or a subclass of it, with the text of `s`.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    pub fn in_class(th: &mut Thread, ty: &'static Type, s: &Str) -> R {
        let shape = match ty.instance_shape() {
            Some(shape) => shape,
            None => crate::ty::root_shape(th, ty)?,
        };
        // The attribute word lies behind the text.
        let extra = if ty.attrs_offset != 0 { 8 + 8 } else { 0 };
        let aux = s.header.aux() & (super::KIND_MASK | super::ASCII);
        let data = s.data();
        // SAFETY: the data is written right away, behind the fixed part, where there is room for it.
        let cell = unsafe {
            let (cell, p) = Str::alloc(th, shape, s.len(), aux, extra)?;
            debug_assert_eq!(p as usize, cell as *const Str as usize + DATA);
            std::ptr::copy_nonoverlapping(data.as_ptr(), p, data.len());
            cell
        };
        if shape.head.flags & (HEAD_FINALIZER | HEAD_DROP) != 0 {
            th.register_special(shape, cell as *const Str as *mut u8)?;
        }
        Ok(Value::from_ref(cell))
    }

    /// The string itself when it is exactly a `str`, else a `str` with its text: what methods give that change nothing.
    #[inline]
    pub fn exact(&'static self, th: &mut Thread) -> R<&'static Str> {
        if Value::from_ref(self).is_exact::<Str>() {
            Ok(self)
        } else {
            Str::from_view(th, self.view())
        }
    }
}

/// Writes the code points of a fresh string, front to back.
pub struct CellWriter {
    p: *mut u8,
    kind: Kind,
    left: usize,
}

impl CellWriter {
    /// Writes a text. **Panics** when there is no room for it.
    #[inline]
    pub fn put(&mut self, s: StrRef<'_>) {
        assert!(s.len() <= self.left, "a string is too short for its parts");
        each_kind!(s, units => self.put_units(units));
    }

    /// Writes one code point. **Panics** when there is no room for it.
    #[inline]
    pub fn put_one(&mut self, c: u32) {
        self.put(StrRef::Ucs4(&[c]));
    }

    #[inline(always)]
    fn put_units<U: Unit>(&mut self, units: &[U]) {
        /// # Safety
        /// - `p` has room for as many `D`, and is aligned for them.
        #[inline(always)]
        unsafe fn copy<U: Unit, D: Unit>(units: &[U], p: *mut D) {
            if size_of::<U>() == size_of::<D>() {
                // SAFETY: units of one size are the same type; room is the caller's promise.
                unsafe {
                    std::ptr::copy_nonoverlapping(units.as_ptr().cast::<D>(), p, units.len())
                };
                return;
            }
            for (i, u) in units.iter().enumerate() {
                // SAFETY: the caller's promise.
                unsafe { p.add(i).write(D::cast(u.code())) };
            }
        }
        // SAFETY: `put` has compared with what is left; the data of a cell is 8-byte aligned and `p` moves by units.
        unsafe {
            match self.kind {
                Kind::Ascii | Kind::Latin1 => copy(units, self.p),
                Kind::Ucs2 => copy(units, self.p.cast::<u16>()),
                Kind::Ucs4 => copy(units, self.p.cast::<u32>()),
            }
            self.p = self.p.add(units.len() * self.kind.unit_bytes());
        }
        self.left -= units.len();
    }
}

/// `str(...)`
pub fn new(th: &mut Thread, ty: Value, args: &[Value], kwnames: Option<Value>) -> R {
    if kwnames.is_none() && ty == STR.value() {
        match args {
            [x] => return Ok(Value::from_ref(ops::str(th, *x)?)),
            [] => return Ok(Value::from_ref(Str::empty(th)?)),
            _ => {}
        }
    }
    const P: Params<3> = Params::new(["object", "encoding", "errors"], 0);
    let a = Args::new(args, kwnames);
    if a.pos.len() > 3 {
        let n = a.pos.len() + a.nkw();
        return Err(th.type_error(format_args!("str expected at most 3 arguments, got {n}")));
    }
    let [object, encoding, errors] = a.bind(th, "str", &P)?;
    for (name, v) in [("encoding", encoding), ("errors", errors)] {
        if let Some(v) = v
            && v.cast::<Str>().is_none()
        {
            let tn = v.type_of().name();
            return Err(
                th.type_error(format_args!("str() argument '{name}' must be str, not {tn}"))
            );
        }
    }
    let s = match object {
        None => Str::empty(th)?,
        Some(x) if encoding.is_none() && errors.is_none() => ops::str(th, x)?,
        Some(x) => super::codecs::from_encoded(th, x, encoding, errors)?,
    };
    if ty == STR.value() {
        return Ok(Value::from_ref(s));
    }
    match ty.cast_type() {
        Some(ty) => Str::in_class(th, ty, s),
        None => Ok(Value::from_ref(s)),
    }
}
