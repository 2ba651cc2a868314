//! `bytearray`: the cell, and changing it.
//!
//! The bytes lie in a cell of plain memory of their own, from `start` on: cutting off the front moves only that. All
//! access is in critical sections. While somebody holds a buffer (`exports`), the memory stays where it is and keeps its
//! size. Holders that died without a release are found by a collection, which is tried before `BufferError` is raised:
//! CPython would have released them at once.
//!
//! `ops.rs` has the slots and methods.

pub mod ops;

use crate::core::header::Header;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec, flags};
use crate::core::value::{Cell, Value};
use crate::error::R;
use crate::heap::Tracer;
use crate::payload;
use crate::types::bytes::{iter, percent, shared};
use heddle_sync::prim::{AtomicPtr, AtomicUsize, ord};

/// See the module's text. All zero is a valid empty one.
#[repr(C)]
pub struct ByteArray {
    /// Cell header.
    pub header: Header,
    data: AtomicPtr<RawBytes>,
    start: AtomicUsize,
    len: AtomicUsize,
    exports: AtomicUsize,
}

payload!(ByteArray, BYTEARRAY);

/// `bytearray`
pub static BYTEARRAY: StaticType = StaticType::new(TypeSpec {
    name: "bytearray",
    basicsize: size_of::<ByteArray>(),
    flags: flags::BASETYPE | flags::MATCH_SELF,
    doc: "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\n\
          bytearray(bytes_or_buffer) -> bytearray\nbytearray(int) -> that many zero bytes\nbytearray() -> no bytes\n\n\
          A sequence of bytes that can be changed.",
    slots: Slots {
        repr: Some(ops::repr),
        str: Some(ops::str),
        hash: Some(crate::ops::hash_not_implemented),
        richcompare: Some(ops::compare),
        iter: Some(iter::iter_bytearray),
        new: Some(ops::new),
        init: Some(ops::init),
        remainder: Some(percent::remainder),
        len: Some(|_, v| Ok(ops::own(v).len())),
        getitem: Some(ops::getitem),
        setitem: Some(ops::setitem),
        contains: Some(shared::contains),
        concat: Some(shared::concat),
        repeat: Some(shared::repeat),
        inplace_concat: Some(ops::iadd),
        inplace_repeat: Some(ops::imul),
        buffer: Some(ops::buffer),
        release_buffer: Some(ops::release_buffer),
        ..Slots::NONE
    },
    methods: &ops::METHODS,
    trace: trace_bytearray,
    ..TypeSpec::DEFAULT
});

unsafe fn trace_bytearray(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a bytearray cell.
    let b = unsafe { &*(cell as *const ByteArray) };
    // ORDERING: Relaxed; the world is stopped.
    t.word(b.data.load(ord!("bytearray.trace", Relaxed)) as u64);
}

/// A cell of plain memory; never seen by Python code.
#[repr(C)]
struct RawBytes {
    header: Header,
    cap: usize,
}

// SAFETY: repr(C), header first.
unsafe impl Cell for RawBytes {}

impl RawBytes {
    fn new(th: &mut Thread, cap: usize) -> R<*mut RawBytes> {
        // One word more than asked for: a pointer one past the end stays inside the cell.
        let Some(size) = cap.checked_add(size_of::<RawBytes>() + 8) else {
            return Err(th.memory_error());
        };
        let p = th.alloc_bytes(size)? as *mut RawBytes;
        // SAFETY: fresh memory of that size.
        unsafe {
            p.write(RawBytes {
                header: Header::new(crate::heap::raw_bytes_shape(), th.slot.owner(), 0),
                cap,
            });
        }
        Ok(p)
    }

    /// # Safety
    /// - `p` is a live cell.
    unsafe fn bytes(p: *mut RawBytes) -> *mut u8 {
        // SAFETY: the memory lies behind the fixed part.
        unsafe { (p as *mut u8).add(size_of::<RawBytes>()) }
    }
}

/// What a change may answer: done, or that somebody holds the memory.
pub(super) enum Change<T> {
    Done(T),
    Held,
}

impl ByteArray {
    /// A `bytearray` of these bytes.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    pub fn new(th: &mut Thread, data: &[u8]) -> R<&'static ByteArray> {
        let v = crate::ty::alloc_instance(th, BYTEARRAY.ty())?;
        let b = ops::own(v);
        if !data.is_empty() {
            let raw = RawBytes::new(th, data.len())?;
            // SAFETY: room for the bytes; nobody else sees the cell yet.
            unsafe {
                std::ptr::copy_nonoverlapping(data.as_ptr(), RawBytes::bytes(raw), data.len());
            }
            b.set_data(raw, 0, data.len());
        }
        Ok(b)
    }

    fn set_data(&self, raw: *mut RawBytes, start: usize, len: usize) {
        // ORDERING: Release for the memory's contents, which the tracer's pause and critical sections order as well;
        // Relaxed for the numbers, which are used in critical sections only (`len` also as a hint).
        self.data.store(raw, ord!("bytearray.set_data", Release));
        self.start.store(start, ord!("bytearray.set_start", Relaxed));
        self.len.store(len, ord!("bytearray.set_len", Relaxed));
        crate::heap::write_barrier(self as *const ByteArray as *const u8, raw as u64);
    }

    /// Number of bytes; may be stale at once when other threads change it.
    #[inline]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        // ORDERING: Relaxed; a hint outside critical sections, exact inside.
        self.len.load(ord!("bytearray.len", Relaxed))
    }

    /// First byte, number of bytes, and how many there is room for. In a critical section.
    fn parts(&self) -> (*mut u8, usize, usize) {
        // ORDERING: Relaxed; the critical section orders them.
        let raw = self.data.load(ord!("bytearray.data", Relaxed));
        if raw.is_null() {
            return (std::ptr::NonNull::dangling().as_ptr(), 0, 0);
        }
        let start = self.start.load(ord!("bytearray.start", Relaxed));
        // SAFETY: a live cell (traced), of which `start` bytes are skipped.
        unsafe { (RawBytes::bytes(raw).add(start), self.len(), (*raw).cap - start) }
    }

    /// Runs `f`, which touches no object, on the bytes in a critical section.
    #[inline]
    pub fn read<T>(&self, th: &mut Thread, f: impl FnOnce(&[u8]) -> T) -> T {
        th.critical(&self.header, |_| {
            let (p, len, _) = self.parts();
            // SAFETY: `len` initialised bytes; the section keeps other changes out (holders of buffers excepted, whose
            // writes are the program's races).
            f(unsafe { std::slice::from_raw_parts(p, len) })
        })
    }

    /// As [`ByteArray::read`], with leave to write.
    pub(super) fn write<T>(&self, th: &mut Thread, f: impl FnOnce(&mut [u8]) -> T) -> T {
        th.critical(&self.header, |_| f(self.bytes_mut()))
    }

    /// The bytes. In a critical section, one borrow at a time.
    #[allow(clippy::mut_from_ref)]
    pub(super) fn bytes_mut(&self) -> &mut [u8] {
        let (p, len, _) = self.parts();
        // SAFETY: as for `read`.
        unsafe { std::slice::from_raw_parts_mut(p, len) }
    }

    /// The bytes as they are now.
    pub fn snapshot(&self, th: &mut Thread) -> Vec<u8> {
        self.read(th, <[u8]>::to_vec)
    }

    /// The byte at `i`.
    pub fn get(&self, th: &mut Thread, i: usize) -> Option<u8> {
        self.read(th, |s| s.get(i).copied())
    }

    /// Number of bytes that there is room for.
    pub(super) fn capacity(&self, th: &mut Thread) -> usize {
        th.critical(&self.header, |_| self.parts().2)
    }

    /// Runs a change in a critical section; when somebody holds the memory, once more after a collection.
    ///
    /// **Errors:** BufferError, what `f` gives. **Escapes:** `f` no, the collection may run finalizers.
    pub(super) fn change<T>(
        &self,
        th: &mut Thread,
        mut f: impl FnMut(&mut Thread, &ByteArray) -> R<Change<T>>,
    ) -> R<T> {
        if let Change::Done(t) = th.critical(&self.header, |th| f(th, self))? {
            return Ok(t);
        }
        crate::types::memoryview::clear_stack_below();
        crate::heap::gc::collect(th);
        th.poll()?;
        match th.critical(&self.header, |th| f(th, self))? {
            Change::Done(t) => Ok(t),
            Change::Held => Err(th
                .buffer_error(format_args!("Existing exports of data: object cannot be re-sized"))),
        }
    }

    /// Makes it `new` bytes long; added ones have any value. In a critical section. False when somebody holds the memory.
    pub(super) fn resize(&self, th: &mut Thread, new: usize) -> R<bool> {
        let (p, len, room) = self.parts();
        if new == len {
            return Ok(true);
        }
        if self.is_held() {
            return Ok(false);
        }
        if new <= room && new >= room / 2 {
            // ORDERING: Relaxed; in a critical section.
            self.len.store(new, ord!("bytearray.resize", Relaxed));
            return Ok(true);
        }
        // CPython's growth: an eighth more and a little, or exactly when it jumps or shrinks by much.
        let cap = if room > 0 && new > room && new <= room + room / 8 + 8 {
            new + new / 8 + if new < 9 { 3 } else { 6 }
        } else {
            new
        };
        let raw = RawBytes::new(th, cap)?;
        // SAFETY: both have room for the shorter of the two lengths.
        unsafe { std::ptr::copy_nonoverlapping(p, RawBytes::bytes(raw), len.min(new)) };
        self.set_data(raw, 0, new);
        Ok(true)
    }

    /// Cuts off the first `n` bytes. In a critical section, when nobody holds the memory.
    pub(super) fn drop_front(&self, n: usize) {
        // ORDERING: Relaxed; in a critical section.
        let start = self.start.load(ord!("bytearray.front", Relaxed));
        self.start.store(start + n, ord!("bytearray.set_front", Relaxed));
        self.len.store(self.len() - n, ord!("bytearray.front_len", Relaxed));
    }

    pub(super) fn is_held(&self) -> bool {
        // ORDERING: Relaxed; changed in critical sections only.
        self.exports.load(ord!("bytearray.exports", Relaxed)) != 0
    }

    pub(super) fn hold(&self, th: &mut Thread) -> (*mut u8, usize) {
        th.critical(&self.header, |_| {
            // ORDERING: Relaxed; as above.
            self.exports.fetch_add(1, ord!("bytearray.hold", Relaxed));
            let (p, len, _) = self.parts();
            (p, len)
        })
    }

    pub(super) fn unhold(&self, th: &mut Thread) {
        th.critical(&self.header, |_| {
            // ORDERING: Relaxed; as above.
            let n = self.exports.load(ord!("bytearray.held", Relaxed));
            self.exports.store(n.saturating_sub(1), ord!("bytearray.unhold", Relaxed));
        });
    }

    /// The value that the cell is.
    pub fn value(&self) -> Value {
        Value::from_ref(self)
    }
}
