//! `bytes`: the cell, the type, and borrowing the bytes of any object.
//!
//! `ops.rs` has the slots and the constructor, `shared.rs` the methods that `bytearray` has too, `percent.rs`
//! formatting, `iter.rs` the iterators of both.

pub mod iter;
pub mod ops;
pub mod percent;
pub mod shared;

use crate::core::header::Header;
use crate::core::native::MethodDef;
use crate::core::shape::{HEAD_DROP, HEAD_FINALIZER, Shape};
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, Type, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::heap::Tracer;
use crate::payload;
use crate::types::ByteArray;
use heddle_sync::prim::{AtomicPtr, AtomicU64, ord};

/// Bytes inline behind the fixed part; never changed.
#[repr(C)]
pub struct Bytes {
    /// Cell header.
    pub header: Header,
    len: usize,
    /// Hash, 0 while not computed.
    hash: AtomicU64,
}

payload!(Bytes, BYTES);

/// Offset of the first byte.
pub const DATA: usize = size_of::<Bytes>();

/// `bytes`
pub static BYTES: StaticType = StaticType::new(TypeSpec {
    name: "bytes",
    basicsize: size_of::<Bytes>(),
    flags: flags::BASETYPE | flags::BYTES | flags::MATCH_SELF,
    doc: "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> \
          bytes\nbytes(int) -> that many zero bytes\nbytes() -> no bytes\n\nA sequence of bytes that never changes.",
    slots: Slots {
        repr: Some(ops::repr),
        str: Some(ops::str),
        hash: Some(ops::hash),
        richcompare: Some(ops::compare),
        iter: Some(iter::iter_bytes),
        new: Some(ops::new),
        remainder: Some(percent::remainder),
        len: Some(|_, v| Ok(ops::own(v).len())),
        getitem: Some(ops::getitem),
        contains: Some(shared::contains),
        concat: Some(shared::concat),
        repeat: Some(shared::repeat),
        buffer: Some(ops::buffer),
        ..Slots::NONE
    },
    methods: &METHODS,
    var_size: Some(bytes_size),
    ..TypeSpec::DEFAULT
});

const OWN: &[MethodDef] = &[
    MethodDef::noargs(
        "__bytes__",
        ops::bytes_method,
        "__bytes__($self, /)\n--\n\nGive exactly these bytes.",
    ),
    MethodDef::noargs("__getnewargs__", ops::getnewargs, ""),
    MethodDef::noargs(
        "__sizeof__",
        ops::sizeof,
        "__sizeof__($self, /)\n--\n\nGive the size in memory, in bytes.",
    ),
];

static METHODS: [MethodDef; OWN.len() + shared::METHODS.len()] = concat(OWN, shared::METHODS);

/// Two lists of methods as one.
pub(crate) const fn concat<const N: usize>(a: &[MethodDef], b: &[MethodDef]) -> [MethodDef; N] {
    let mut out = [b[0]; N];
    let mut i = 0;
    while i < N {
        out[i] = if i < a.len() { a[i] } else { b[i - a.len()] };
        i += 1;
    }
    out
}

unsafe fn bytes_size(cell: *const u8) -> usize {
    // SAFETY: called with a bytes cell.
    DATA + unsafe { (*(cell as *const Bytes)).len }
}

/// No bytes, then each single byte; made when first wanted, kept for good (see [`trace_singles`]).
static SINGLES: [AtomicPtr<Bytes>; 257] = [const { AtomicPtr::new(std::ptr::null_mut()) }; 257];

/// Reports the cached ones; a root of the collector.
pub fn trace_singles(t: &mut Tracer) {
    for p in &SINGLES {
        // ORDERING: Relaxed; the world is stopped.
        let p = p.load(ord!("bytes.trace_single", Relaxed));
        // SAFETY: null or a cell that this function keeps alive.
        if let Some(b) = unsafe { p.as_ref() } {
            t.value(Value::from_ref(b));
        }
    }
}

impl Bytes {
    /// These bytes.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    #[inline]
    pub fn new(th: &mut Thread, data: &[u8]) -> R<&'static Bytes> {
        match data {
            [] => Bytes::single(th, 0),
            [b] => Bytes::single(th, usize::from(*b) + 1),
            _ => Bytes::fresh(th, data.len(), |out| out.copy_from_slice(data)),
        }
    }

    fn single(th: &mut Thread, i: usize) -> R<&'static Bytes> {
        // ORDERING: Acquire; pairs with the Release below. Carries: the cell, made by another thread.
        let p = SINGLES[i].load(ord!("bytes.single", Acquire));
        // SAFETY: null or a cell that `trace_singles` keeps alive.
        if let Some(b) = unsafe { p.as_ref() } {
            return Ok(b);
        }
        let byte = [(i.wrapping_sub(1) & 0xFF) as u8];
        let data = if i == 0 { &[][..] } else { &byte[..] };
        let b = Bytes::fresh(th, data.len(), |out| out.copy_from_slice(data))?;
        let new = b as *const Bytes as *mut Bytes;
        // ORDERING: AcqRel and Acquire; as above. The first stays, so that there is one of each.
        let set = SINGLES[i].compare_exchange(
            std::ptr::null_mut(),
            new,
            ord!("bytes.set_single", AcqRel),
            ord!("bytes.set_single_fail", Acquire),
        );
        match set {
            Ok(_) => Ok(b),
            // SAFETY: as above; not null, or the exchange had succeeded.
            Err(first) => Ok(unsafe { &*first }),
        }
    }

    /// `len` bytes that `f` writes; they are zero before.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    pub fn fresh(th: &mut Thread, len: usize, f: impl FnOnce(&mut [u8])) -> R<&'static Bytes> {
        // SAFETY: the data is written right away.
        let (b, p) = unsafe { Bytes::alloc(th, BYTES.shape(), len, 0)? };
        // SAFETY: `len` bytes behind the fixed part, which `alloc` has zeroed; nobody else sees the cell yet.
        f(unsafe { std::slice::from_raw_parts_mut(p, len) });
        Ok(b)
    }

    /// A cell and the address of its bytes, which are zero, with `extra` zero bytes behind them.
    ///
    /// # Safety
    /// - `shape` is that of `bytes` or of a subclass.
    /// - The data is written before the cell is shared.
    pub unsafe fn alloc(
        th: &mut Thread,
        shape: &'static Shape,
        len: usize,
        extra: usize,
    ) -> R<(&'static Bytes, *mut u8)> {
        let Some(size) = len.checked_add(DATA + 8 + extra) else { return Err(th.memory_error()) };
        let p = th.alloc_zeroed(size)? as *mut Bytes;
        // SAFETY: fresh memory of that size.
        unsafe {
            p.write(Bytes {
                header: Header::new(shape, th.slot.owner(), 0),
                len,
                hash: AtomicU64::new(0),
            });
            Ok((&*p, (p as *mut u8).add(DATA)))
        }
    }

    /// An instance of `ty`, which is `bytes` or a subclass of it.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    pub fn in_class(th: &mut Thread, ty: &'static Type, data: &[u8]) -> R {
        if std::ptr::eq(ty, BYTES.ty()) {
            return Ok(Value::from_ref(Bytes::new(th, data)?));
        }
        let shape = match ty.instance_shape() {
            Some(shape) => shape,
            None => crate::ty::root_shape(th, ty)?,
        };
        let extra = if ty.attrs_offset != 0 { 8 + 8 } else { 0 };
        // SAFETY: the data is written right away, where there is room for it.
        let cell = unsafe {
            let (cell, p) = Bytes::alloc(th, shape, data.len(), extra)?;
            std::ptr::copy_nonoverlapping(data.as_ptr(), p, data.len());
            cell
        };
        if shape.head.flags & (HEAD_FINALIZER | HEAD_DROP) != 0 {
            th.register_special(shape, cell as *const Bytes as *mut u8)?;
        }
        Ok(Value::from_ref(cell))
    }

    /// Number of bytes.
    #[inline(always)]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The bytes.
    #[inline(always)]
    pub fn as_slice(&self) -> &'static [u8] {
        // SAFETY: `len` bytes behind the fixed part, never changed.
        unsafe {
            std::slice::from_raw_parts((self as *const Bytes as *const u8).add(DATA), self.len)
        }
    }

    /// The hash, computed once.
    pub fn hash(&self) -> i64 {
        // ORDERING: Relaxed; a number that is the same whoever computes it.
        let h = self.hash.load(ord!("bytes.hash", Relaxed));
        if h != 0 {
            return h as i64;
        }
        let h = crate::names::hash_bytes(self.as_slice());
        // ORDERING: Relaxed; as above.
        self.hash.store(h as u64, ord!("bytes.set_hash", Relaxed));
        h
    }
}

/// The bytes of an object with a buffer: those of `bytes` themselves, a copy of all others, which may change.
pub enum Borrowed {
    /// Never changes.
    Static(&'static [u8]),
    /// As it was when it was asked for.
    Copied(Vec<u8>),
}

impl Borrowed {
    /// The bytes of an object.
    ///
    /// **Errors:** TypeError ("a bytes-like object is required, not 'int'"). **Escapes:** yes (`__buffer__`).
    #[inline]
    pub fn of(th: &mut Thread, v: Value) -> R<Borrowed> {
        match Borrowed::try_of(th, v)? {
            Some(b) => Ok(b),
            None => Err(not_bytes_like(th, v)),
        }
    }

    /// As [`Borrowed::of`]; nothing when the object has no buffer.
    pub fn try_of(th: &mut Thread, v: Value) -> R<Option<Borrowed>> {
        if let Some(b) = v.cast::<Bytes>() {
            return Ok(Some(Borrowed::Static(b.as_slice())));
        }
        if let Some(b) = v.cast::<ByteArray>() {
            return Ok(Some(Borrowed::Copied(b.snapshot(th))));
        }
        if v.type_of().slots().buffer.is_none() {
            return Ok(None);
        }
        with_buffer(th, v, false, |_, b| Ok(b.to_vec())).map(|b| Some(Borrowed::Copied(b)))
    }

    /// The bytes.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Borrowed::Static(b) => b,
            Borrowed::Copied(b) => b,
        }
    }
}

/// Runs `f` on the memory of an object with a buffer, which is not resized meanwhile. Other threads may write to it.
///
/// **Errors:** TypeError when it has no buffer; BufferError, what `f` gives. **Escapes:** yes (`__buffer__`).
pub fn with_buffer<T>(
    th: &mut Thread,
    v: Value,
    writable: bool,
    f: impl FnOnce(&mut Thread, &mut [u8]) -> R<T>,
) -> R<T> {
    let slots = v.type_of().slots();
    let Some(get) = slots.buffer else { return Err(not_bytes_like(th, v)) };
    if crate::types::memoryview::has_generic_buffer(v) {
        let view = crate::types::memoryview::of(th, v)?;
        let r = with_buffer(th, view, writable, f);
        if let Some(m) = view.cast::<crate::types::MemoryView>() {
            m.release(th)?;
        }
        return r;
    }
    let release = slots.release_buffer;
    let buffer = get(th, v, writable)?;
    let memory: &mut [u8] = if buffer.len == 0 {
        &mut []
    } else {
        // SAFETY: the exporter keeps `len` bytes in place until the release below. That other Python threads may write
        // to them is the contract of the protocol; `writable` was asked for by callers that write.
        unsafe { std::slice::from_raw_parts_mut(buffer.ptr, buffer.len) }
    };
    let r = f(th, memory);
    if let Some(release) = release {
        release(th, v);
    }
    r
}

/// "a bytes-like object is required, not 'int'"
#[cold]
pub fn not_bytes_like(th: &mut Thread, v: Value) -> Raised {
    let tn = v.type_of().name();
    th.type_error(format_args!("a bytes-like object is required, not '{tn}'"))
}

/// A `bytes` copy of a `bytearray`; nothing for any other object.
pub(crate) fn bytearray_copy(th: &mut Thread, v: Value) -> R<Option<Value>> {
    match v.cast::<ByteArray>() {
        Some(b) => {
            let data = b.snapshot(th);
            Ok(Some(Value::from_ref(Bytes::new(th, &data)?)))
        }
        None => Ok(None),
    }
}
