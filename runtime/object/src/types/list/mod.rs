//! `list`: the cell. Lock-free readers, one writer: the core is `heddle_sync::array` (docs/design/core.md).
//!
//! Every mutation is here, in a critical section on the list; none of them escapes. `methods` holds what Python sees,
//! `sort` the sorting. Items are read without a lock; a reader that meets an empty slot below the length asks again
//! inside the section.

mod methods;
mod sort;

pub use methods::extend;
pub use sort::sort_list;

use crate::core::header::Header;
use crate::core::thread::Thread;
use crate::core::ty::{StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::{Tracer, write_barrier};
use crate::payload;
use crate::types::items::Items;
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
    doc: "Built-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\nThe argument must be an iterable if specified.",
    slots: methods::SLOTS,
    methods: methods::METHODS,
    trace: trace_list,
    ..TypeSpec::DEFAULT
});

impl List {
    /// A list of these items.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    #[inline]
    pub fn new(th: &mut Thread, items: &[Value]) -> R<&'static List> {
        if items.is_empty() {
            return th
                .alloc::<List>(LIST.shape(), 0, |header| List { header, vec: SlotVec::new() });
        }
        let array = ValueArray::new(th, items.len())?;
        for (slot, v) in array.slots().iter().zip(items) {
            slot.set(Some(*v));
        }
        List::from_array(th, array, items.len())
    }

    /// An empty list with room for `cap` items.
    pub fn with_capacity(th: &mut Thread, cap: usize) -> R<&'static List> {
        if cap == 0 {
            return List::new(th, &[]);
        }
        let array = ValueArray::new(th, cap)?;
        List::from_array(th, array, 0)
    }

    /// A list whose storage is `array`, which nobody else uses; its first `len` slots are filled.
    pub fn from_array(th: &mut Thread, array: &'static ValueArray, len: usize) -> R<&'static List> {
        debug_assert!(len <= array.cap());
        let l = th.alloc::<List>(LIST.shape(), 0, |header| List { header, vec: SlotVec::new() })?;
        l.vec.replace_storage(array.as_slot_array(), len);
        Ok(l)
    }

    /// Number of items; may be stale at once when others mutate.
    #[inline(always)]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.vec.len()
    }

    /// Item `i`, lock-free. Nothing out of range, and in the rare moment when a writer moves items.
    #[inline(always)]
    pub fn get(&self, i: usize) -> Option<Value> {
        // SAFETY: slots hold value words; the array keeps them alive.
        self.vec.get(i).and_then(|w| unsafe { Value::from_slot(w) })
    }

    /// Item `i`; nothing only when it is out of range.
    #[inline(always)]
    pub fn at(&self, th: &mut Thread, i: usize) -> Option<Value> {
        match self.get(i) {
            Some(v) => Some(v),
            None => self.at_slow(th, i),
        }
    }

    #[cold]
    #[inline(never)]
    fn at_slow(&self, th: &mut Thread, i: usize) -> Option<Value> {
        if i >= self.len() {
            return None;
        }
        th.critical_leaf(&self.header, || self.get(i))
    }

    /// Replaces item `i`; false when it is out of range. **Escapes:** no.
    #[inline(always)]
    pub fn set(&self, th: &mut Thread, i: usize, v: Value) -> bool {
        let done = th.critical_leaf(&self.header, || self.vec.set(i, v.word()).is_some());
        self.barrier(v);
        done
    }

    #[inline(always)]
    fn barrier(&self, v: Value) {
        write_barrier(self as *const List as *const u8, v.word());
    }

    /// Appends. **Escapes:** no.
    #[inline(always)]
    pub fn push(&self, th: &mut Thread, v: Value) -> R<()> {
        if th.critical_leaf(&self.header, || self.vec.push_in_capacity(v.word())) {
            self.barrier(v);
            return Ok(());
        }
        self.push_slow(th, v)
    }

    #[cold]
    #[inline(never)]
    fn push_slow(&self, th: &mut Thread, v: Value) -> R<()> {
        th.critical(&self.header, |th| {
            self.reserve(th, self.vec.len() + 1)?;
            self.vec.push_in_capacity(v.word());
            Ok(())
        })?;
        self.barrier(v);
        Ok(())
    }

    /// Appends all. **Escapes:** no.
    pub fn extend(&self, th: &mut Thread, items: &[Value]) -> R<()> {
        th.critical(&self.header, |th| {
            self.reserve(th, self.vec.len() + items.len())?;
            for v in items {
                self.vec.push_in_capacity(v.word());
                self.barrier(*v);
            }
            Ok(())
        })
    }

    /// Inserts before index `i`, at the end when that is behind it. **Escapes:** no.
    pub fn insert(&self, th: &mut Thread, i: isize, v: Value) -> R<()> {
        th.critical(&self.header, |th| {
            let len = self.vec.len();
            self.reserve(th, len + 1)?;
            let i = if i < 0 { i.saturating_add(len as isize).max(0) as usize } else { i as usize };
            self.vec.insert_in_capacity(i.min(len), v.word());
            Ok(())
        })?;
        self.barrier(v);
        Ok(())
    }

    /// Removes the last item. **Escapes:** no.
    #[inline]
    pub fn pop_last(&self, th: &mut Thread) -> Option<Value> {
        th.critical_leaf(&self.header, || {
            // SAFETY: slots hold value words.
            self.vec.pop().and_then(|w| unsafe { Value::from_slot(w) })
        })
    }

    /// Removes and gives the item at index `i` (negative: from the end). **Escapes:** no.
    pub fn pop_at(&self, th: &mut Thread, i: isize) -> Option<Value> {
        th.critical_leaf(&self.header, || {
            let i = crate::types::items::place(i, self.vec.len())?;
            let v = self.get(i);
            self.vec.remove(i, 1);
            v
        })
    }

    /// Removes everything. **Escapes:** no.
    pub fn clear(&self, th: &mut Thread) {
        th.critical_leaf(&self.header, || {
            self.vec.replace_storage(std::ptr::null_mut(), 0);
        });
    }

    /// Removes item `i` if it is still `v`; false when the list changed meanwhile. **Escapes:** no.
    pub fn remove_if(&self, th: &mut Thread, i: usize, v: Value) -> bool {
        th.critical_leaf(&self.header, || {
            let same = self.get(i) == Some(v);
            if same {
                self.vec.remove(i, 1);
            }
            same
        })
    }

    /// Turns the order around. **Escapes:** no.
    pub fn reverse(&self, th: &mut Thread) {
        th.critical_leaf(&self.header, || {
            let len = self.vec.len();
            for i in 0..len / 2 {
                let j = len - 1 - i;
                if let (Some(a), Some(b)) = (self.get(i), self.get(j)) {
                    self.vec.set(i, b.word());
                    self.vec.set(j, a.word());
                }
            }
        });
    }

    /// Replaces the items from `start` to `stop` (clipped) by others. **Escapes:** no.
    pub fn splice(
        &self,
        th: &mut Thread,
        bounds: impl FnOnce(usize) -> (usize, usize),
        items: &[Value],
    ) -> R<()> {
        th.critical(&self.header, |th| {
            let len = self.vec.len();
            let (start, stop) = bounds(len);
            let (start, stop) = (start.min(len), stop.min(len));
            let stop = stop.max(start);
            let old = stop - start;
            if items.len() > old {
                self.reserve(th, len + (items.len() - old))?;
                self.vec.open_gap(stop, items.len() - old);
            } else if old > items.len() {
                self.vec.remove(start + items.len(), old - items.len());
            }
            for (i, v) in items.iter().enumerate() {
                self.vec.set(start + i, v.word());
                self.barrier(*v);
            }
            Ok(())
        })
    }

    /// Removes the items at `first`, `first + step`, ... (`count` of them; `step > 0`, all in range). Inside a critical
    /// section.
    pub(crate) fn remove_stepped(&self, first: usize, step: usize, count: usize) {
        let len = self.vec.len();
        let (mut to, mut left) = (first, count);
        for from in first..len {
            if left > 0 && (from - first) % step == 0 {
                left -= 1;
                continue;
            }
            if let Some(v) = self.get(from) {
                self.vec.set(to, v.word());
            }
            to += 1;
        }
        self.vec.truncate(to);
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
        write_barrier(self as *const List as *const u8, new.as_value().word());
        Ok(())
    }

    /// Takes all items out: their storage and number. The list is empty afterwards. **Escapes:** no.
    pub(crate) fn take_storage(&self, th: &mut Thread) -> (*mut SlotArray, usize) {
        th.critical_leaf(&self.header, || {
            let len = self.vec.len();
            (self.vec.replace_storage(std::ptr::null_mut(), 0), len)
        })
    }

    /// Gives the list this storage, of which `len` slots are filled. Inside a critical section.
    pub(crate) fn put_storage(&self, array: &'static ValueArray, len: usize) {
        self.vec.replace_storage(array.as_slot_array(), len);
        write_barrier(self as *const List as *const u8, array.as_value().word());
    }

    /// The items at this moment, as a tuple.
    pub fn snapshot(&self, th: &mut Thread) -> R<&'static Tuple> {
        th.critical(&self.header, |th| {
            Tuple::from_fn(th, self.len(), |i| self.get(i).unwrap_or_else(Value::none))
        })
    }

    /// A list of what `select` chooses: given the length, the first index, the step and the number of items, all in
    /// range. **Escapes:** no.
    pub fn select(
        &self,
        th: &mut Thread,
        select: impl FnOnce(usize) -> (isize, isize, usize),
    ) -> R<&'static List> {
        th.critical(&self.header, |th| {
            let (start, step, count) = select(self.len());
            if count == 0 {
                return List::new(th, &[]);
            }
            let array = ValueArray::new(th, count)?;
            let mut i = start;
            for slot in array.slots() {
                slot.set(self.get(i as usize));
                i += step;
            }
            List::from_array(th, array, count)
        })
    }

    /// A copy. **Escapes:** no.
    pub fn copy(&self, th: &mut Thread) -> R<&'static List> {
        self.select(th, |len| (0, 1, len))
    }
}

impl Items for List {
    #[inline]
    fn count(&self) -> usize {
        self.len()
    }
    #[inline]
    fn item(&self, th: &mut Thread, i: usize) -> Option<Value> {
        self.at(th, i)
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
