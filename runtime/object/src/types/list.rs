//! `list`: the cell. Lock-free readers, one writer: the core is `heddle_sync::array` (docs/design/core.md).

use crate::core::header::Header;
use crate::core::thread::Thread;
use crate::core::ty::{StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::payload;
use crate::types::{Tuple, ValueArray};
use heddle_sync::array::{SlotArray, SlotVec};

/// Backing array and length.
#[repr(C)]
pub struct List {
    /// Cell header.
    pub header: Header,
    pub(crate) vec: SlotVec,
}

payload!(List, LIST);

/// Byte offset of the list core, for inline code (add `SlotVec::ITEMS_OFFSET` or `LEN_OFFSET`).
pub const VEC_OFFSET: usize = std::mem::offset_of!(List, vec);

/// `list`
pub static LIST: StaticType = StaticType::new(TypeSpec {
    name: "list",
    basicsize: size_of::<List>(),
    flags: flags::BASETYPE | flags::LIST | flags::SEQUENCE | flags::MATCH_SELF,
    trace: trace_list,
    ..TypeSpec::DEFAULT
});

impl List {
    /// A list of these items.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    pub fn new(th: &mut Thread, items: &[Value]) -> R<&'static List> {
        let array = if items.is_empty() { None } else { Some(ValueArray::new(th, items.len())?) };
        let l = th.alloc::<List>(LIST.shape(), 0, |header| List { header, vec: SlotVec::new() })?;
        if let Some(a) = array {
            for (slot, v) in a.slots().iter().zip(items) {
                slot.set(Some(*v));
            }
            l.vec.replace_storage(a.as_slot_array(), items.len());
        }
        Ok(l)
    }

    /// Number of items; may be stale at once when others mutate.
    #[inline(always)]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.vec.len()
    }

    /// Item `i`, lock-free.
    #[inline(always)]
    pub fn get(&self, i: usize) -> Option<Value> {
        // SAFETY: slots hold value words; the array keeps them alive.
        self.vec.get(i).and_then(|w| unsafe { Value::from_slot(w) })
    }

    /// Appends. **Escapes:** no.
    #[inline]
    pub fn push(&self, th: &mut Thread, v: Value) -> R<()> {
        th.critical(&self.header, |th| {
            if !self.vec.push_in_capacity(v.word()) {
                self.reserve(th, self.vec.len() + 1)?;
                self.vec.push_in_capacity(v.word());
            }
            crate::heap::write_barrier(self as *const List as *const u8, v.word());
            Ok(())
        })
    }

    /// Removes the last item. **Escapes:** no.
    pub fn pop_last(&self, th: &mut Thread) -> Option<Value> {
        // SAFETY: slots hold value words.
        th.critical(&self.header, |_| self.vec.pop().and_then(|w| unsafe { Value::from_slot(w) }))
    }

    /// Makes room for at least `want` items in all. Inside a critical section.
    pub(crate) fn reserve(&self, th: &mut Thread, want: usize) -> R<()> {
        if self.vec.capacity() >= want {
            return Ok(());
        }
        // CPython's growth: an eighth more, and a little.
        let Some(cap) = want.checked_add((want >> 3) + 6).map(|c| c & !3) else {
            return Err(th.memory_error());
        };
        let new = ValueArray::new(th, cap)?;
        // SAFETY: the array is fresh.
        let n = unsafe { self.vec.copy_to(new.as_slot_array()) };
        self.vec.replace_storage(new.as_slot_array(), n);
        crate::heap::write_barrier(self as *const List as *const u8, new.as_value().word());
        Ok(())
    }

    /// The items at this moment, as a tuple.
    pub fn snapshot(&self, th: &mut Thread) -> R<&'static Tuple> {
        th.critical(&self.header, |th| {
            let n = self.len();
            // SAFETY: all items are written below, before any safepoint.
            let t = unsafe { Tuple::alloc(th, crate::types::TUPLE.shape(), n, 0)? };
            for i in 0..n {
                let v = self.get(i).unwrap_or_else(Value::none);
                // SAFETY: within the tuple.
                unsafe { t.items_ptr().add(i).write(v) };
            }
            Ok(t)
        })
    }
}

impl ValueArray {
    /// The cell as the list core sees it.
    #[inline(always)]
    pub fn as_slot_array(&self) -> *mut SlotArray {
        self as *const ValueArray as *mut SlotArray
    }
}

const _: () = {
    assert!(heddle_sync::array::CAP_OFFSET == 16);
    assert!(heddle_sync::array::SLOTS_OFFSET == size_of::<ValueArray>());
};

unsafe fn trace_list(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a list cell; the word is null or a live array.
    unsafe {
        let l = &*(cell as *const List);
        t.word(*(&raw const l.vec as *const u64));
    }
}
