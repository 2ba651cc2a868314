//! Backing array of values: a collected cell that is not a Python object.

use crate::core::header::Header;
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::value::{Cell, Value};
use crate::error::R;
use crate::heap::Tracer;

/// `cap` slots in one cell; same layout as `heddle_sync::array::SlotArray`.
#[repr(C)]
pub struct ValueArray {
    /// Cell header; its shape is internal.
    pub header: Header,
    cap: usize,
}

// SAFETY: repr(C), header first.
unsafe impl Cell for ValueArray {}

const BASE: usize = size_of::<ValueArray>();

impl ValueArray {
    /// An array of empty slots.
    ///
    /// **Errors:** MemoryError, also when the size overflows.
    pub fn new(th: &mut Thread, cap: usize) -> R<&'static ValueArray> {
        // One word more than asked for: a pointer one past the end stays inside the cell.
        let bytes = cap.checked_mul(8).and_then(|b| b.checked_add(BASE + 8));
        let Some(bytes) = bytes else { return Err(th.memory_error()) };
        let p = th.alloc_zeroed(bytes)? as *mut ValueArray;
        // SAFETY: fresh memory of that size; the slots are zero, which is empty.
        unsafe {
            p.write(ValueArray {
                header: Header::new(crate::heap::value_array_shape(), th.slot.owner(), 0),
                cap,
            });
            Ok(&*p)
        }
    }

    /// An array that does not keep what it holds alive: a slot whose object dies becomes empty.
    ///
    /// **Errors:** as [`ValueArray::new`].
    pub fn new_weak(th: &mut Thread, cap: usize) -> R<&'static ValueArray> {
        let a = ValueArray::new(th, cap)?;
        a.header.set_shape(crate::heap::weak_array_shape());
        // SAFETY: the slots lie in the fresh cell and are empty.
        unsafe {
            th.rt.heap.weak_words(
                (&raw const *a).cast(),
                a.slots().as_ptr().cast::<heddle_sync::prim::AtomicU64>(),
                cap,
            );
        }
        Ok(a)
    }

    /// The array behind a word that may also be another cell.
    #[inline]
    pub fn from_value(v: Value) -> Option<&'static ValueArray> {
        let h = v.header()?;
        let s = h.shape_ptr();
        (std::ptr::eq(s, crate::heap::value_array_shape())
            || std::ptr::eq(s, crate::heap::weak_array_shape()))
        // SAFETY: the shape says what the cell is.
        .then(|| unsafe { &*v.as_ptr::<ValueArray>() })
    }

    /// The word that refers to this cell (in a traced slot; never given to Python code).
    pub fn as_value(&self) -> Value {
        Value::from_ref(self)
    }

    /// Number of slots.
    #[inline(always)]
    pub fn cap(&self) -> usize {
        self.cap
    }

    /// All slots.
    #[inline(always)]
    pub fn slots(&self) -> &'static [Slot] {
        // SAFETY: the cell has `cap` slots behind its fixed part.
        unsafe {
            std::slice::from_raw_parts(
                (self as *const ValueArray as *const u8).add(BASE) as *const Slot,
                self.cap,
            )
        }
    }

    /// A slot.
    #[inline(always)]
    pub fn slot(&self, i: usize) -> Option<&'static Slot> {
        self.slots().get(i)
    }

    /// What slot `i` holds.
    #[inline(always)]
    pub fn get(&self, i: usize) -> Option<Value> {
        self.slots().get(i)?.get()
    }

    /// Stores into slot `i`; nothing happens outside the array.
    #[inline(always)]
    pub fn set(&self, i: usize, v: Option<Value>) {
        if let Some(s) = self.slots().get(i) {
            s.set(v);
        }
    }

    /// Copies what fits from another array.
    pub fn copy_from(&self, other: &ValueArray) {
        for (to, from) in self.slots().iter().zip(other.slots()) {
            to.set(from.get());
        }
    }
}

/// Trace function of the cell.
///
/// # Safety
/// - `cell` is a [`ValueArray`].
pub unsafe fn trace_value_array(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: the caller's promise.
    unsafe {
        let a = &*(cell as *const ValueArray);
        t.words(cell.add(BASE) as *const u64, a.cap);
    }
}
