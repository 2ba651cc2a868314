//! The core of a list: one writer (in a critical section), readers without locks.
//!
//! A `SlotVec` is a length and a pointer to a `SlotArray`, a block of words that knows its own capacity. A reader loads
//! the length, then the array once, checks its index against both, and loads the slot; an empty slot (0) or a failed
//! check sends it to the locked path. The array it holds may be older or newer than the length it saw, so both checks
//! are needed. Whoever allocates the arrays keeps an old one alive as long as a reader may hold it: the collector does,
//! because readers keep the pointer on their stack. Growing makes a new array, fills it and publishes it.

use crate::prim::{AtomicPtr, AtomicU64, AtomicUsize, Interior, fence, ord, recheck, seeded, step};
use core::ptr::null_mut;

/// A block of words, inside a collected cell: 16 bytes of object header, the capacity, the slots.
#[repr(C)]
pub struct SlotArray {
    /// The object header; not this module's.
    pub header: [u64; 2],
    cap: usize,
    interior: Interior,
    slots: [AtomicU64; 0],
}

/// Where the capacity lies in a `SlotArray`.
pub const CAP_OFFSET: usize = core::mem::offset_of!(SlotArray, cap);
/// Where the slots begin.
pub const SLOTS_OFFSET: usize = core::mem::offset_of!(SlotArray, slots);

#[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
const _: () = assert!(CAP_OFFSET == 16 && SLOTS_OFFSET == 24);

impl SlotArray {
    /// Bytes for a block of `cap` slots.
    pub const fn bytes(cap: usize) -> usize {
        SLOTS_OFFSET + cap * size_of::<AtomicU64>()
    }

    /// Sets up a block of `cap` empty slots; leaves the object header alone.
    ///
    /// # Safety
    /// - `memory` is aligned to `align_of::<SlotArray>()`, writable for `bytes(cap)`, and not shared yet.
    pub unsafe fn init(memory: *mut u8, cap: usize) -> *mut SlotArray {
        let array = memory.cast::<SlotArray>();
        // SAFETY: inside the memory, by the caller's duty.
        unsafe {
            (&raw mut (*array).cap).write(cap);
            let first = memory.add(SLOTS_OFFSET).cast::<AtomicU64>();
            for i in 0..cap {
                first.add(i).write(AtomicU64::new(0));
            }
        }
        array
    }

    /// How many slots it has.
    #[inline(always)]
    pub fn cap(&self) -> usize {
        self.cap
    }

    /// The slots.
    #[inline(always)]
    pub fn slots(&self) -> &[AtomicU64] {
        // SAFETY: `cap` slots follow, set up by `init`, alive as long as the block.
        unsafe { core::slice::from_raw_parts(self.slots.as_ptr(), self.cap) }
    }
}

/// Length and storage of a list; 16 bytes.
#[repr(C)]
pub struct SlotVec {
    items: AtomicPtr<SlotArray>,
    len: AtomicUsize,
}

impl SlotVec {
    /// Offset of the pointer to the array.
    pub const ITEMS_OFFSET: usize = core::mem::offset_of!(SlotVec, items);
    /// Offset of the length.
    pub const LEN_OFFSET: usize = core::mem::offset_of!(SlotVec, len);

    /// Empty, without storage.
    #[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
    pub const fn new() -> SlotVec {
        SlotVec { items: AtomicPtr::new(null_mut()), len: AtomicUsize::new(0) }
    }
    /// Empty, without storage.
    #[cfg(any(heddle_loom, heddle_shuttle, heddle_wm))]
    pub fn new() -> SlotVec {
        SlotVec { items: AtomicPtr::new(null_mut()), len: AtomicUsize::new(0) }
    }

    // ---- readers: anybody, any time

    /// The length at some moment.
    #[inline(always)]
    pub fn len(&self) -> usize {
        // ORDERING: Acquire; pairs with the Release of the writer's length: slots below it are filled in the array
        // that is loaded next. Model: array (mutant `array.len=Relaxed`).
        self.len.load(ord!("array.len", Acquire))
    }

    /// Is it empty at this moment?
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The current array.
    #[inline(always)]
    fn items(&self) -> Option<&SlotArray> {
        // ORDERING: Acquire; pairs with the Release of `publish`. Carries: capacity and slots of the new array.
        // Model: array (mutant `array.items=Relaxed`).
        // SAFETY: the array is alive while a reader may hold it, see the module head.
        unsafe { self.items.load(ord!("array.items", Acquire)).as_ref() }
    }

    /// The word at `i`, or `None`: out of range, or a torn view. Then ask again under the lock.
    #[inline(always)]
    pub fn get(&self, i: usize) -> Option<u64> {
        let len = self.len();
        let array = self.items()?;
        let fits = recheck!("array.cap_check", i < array.cap);
        if i >= len || !fits {
            return None;
        }
        // SAFETY: below the capacity of this very array (a seeded mutant may read past it, into its own test memory).
        let slot = unsafe { &*array.slots.as_ptr().add(i) };
        // ORDERING: Acquire; pairs with the Release of the store. Carries: the contents of the object it points to.
        // Model: array (mutant `array.slot=Relaxed`).
        match slot.load(ord!("array.slot", Acquire)) {
            0 => None,
            word => Some(word),
        }
    }

    /// The slots at some moment, for a walk: each may be empty or change. Valid until the next safepoint.
    #[inline]
    pub fn snapshot(&self) -> &[AtomicU64] {
        let len = self.len();
        match self.items() {
            Some(array) => &array.slots()[..len.min(array.cap)],
            None => &[],
        }
    }

    /// Loads a slot of a snapshot.
    #[inline(always)]
    pub fn load_slot(slot: &AtomicU64) -> u64 {
        // ORDERING: Acquire; as in `get`. Model: array (mutant `array.walk=Relaxed`).
        slot.load(ord!("array.walk", Acquire))
    }

    // ---- the writer: one at a time, in a critical section on the list

    /// The array and length as the writer left them.
    #[inline]
    fn own(&self) -> (&[AtomicU64], usize) {
        // ORDERING: Relaxed twice; writers exclude each other, and that exclusion orders them.
        let len = self.len.load(ord!("array.own_len", Relaxed));
        // SAFETY: the current array is alive.
        match unsafe { self.items.load(ord!("array.own_items", Relaxed)).as_ref() } {
            Some(array) => (array.slots(), len),
            None => (&[], len),
        }
    }

    /// Slots available without a new array.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.own().0.len()
    }

    #[inline(always)]
    fn put(slot: &AtomicU64, word: u64) {
        // ORDERING: Release; pairs with the Acquire of `get`. Model: array (mutant `array.put=Relaxed`).
        slot.store(word, ord!("array.put", Release));
    }

    #[inline(always)]
    fn own_word(slot: &AtomicU64) -> u64 {
        // ORDERING: Relaxed; the writer's own word.
        slot.load(ord!("array.own_slot", Relaxed))
    }

    #[inline(always)]
    fn set_len(&self, len: usize) {
        // ORDERING: Release; pairs with the Acquire of `len`. Model: array (mutant `array.set_len=Relaxed`).
        self.len.store(len, ord!("array.set_len", Release));
    }

    /// Replaces the word at `i`; gives the old one. `None` when out of range.
    #[inline]
    pub fn set(&self, i: usize, word: u64) -> Option<u64> {
        let (slots, len) = self.own();
        let slot = slots.get(i).filter(|_| i < len)?;
        let old = Self::own_word(slot);
        Self::put(slot, word);
        Some(old)
    }

    /// Appends if there is room.
    #[inline]
    pub fn push_in_capacity(&self, word: u64) -> bool {
        let (slots, len) = self.own();
        let Some(slot) = slots.get(len) else {
            return false;
        };
        if seeded!("array.len_first") {
            self.set_len(len + 1);
        }
        Self::put(slot, word);
        self.set_len(len + 1);
        true
    }

    /// Removes and gives the last word.
    #[inline]
    pub fn pop(&self) -> Option<u64> {
        let (slots, len) = self.own();
        let slot = &slots[len.checked_sub(1)?];
        let word = Self::own_word(slot);
        self.set_len(len - 1);
        Self::put(slot, 0);
        Some(word)
    }

    /// Inserts at `i <= len` if there is room.
    pub fn insert_in_capacity(&self, i: usize, word: u64) -> bool {
        let (slots, len) = self.own();
        if len >= slots.len() || i > len {
            return false;
        }
        Self::shift(slots, i, i + 1, len - i);
        Self::put(&slots[i], word);
        self.set_len(len + 1);
        true
    }

    /// Removes `count` words from `start`, in range.
    pub fn remove(&self, start: usize, count: usize) {
        let (slots, len) = self.own();
        let end = start + count;
        debug_assert!(end <= len);
        Self::shift(slots, end, start, len - end);
        self.set_len(len - count);
        slots[len - count..len].iter().for_each(|slot| Self::put(slot, 0));
    }

    /// Makes room for `count` empty words at `start`; the caller fills them at once with `set`. False without room.
    pub fn open_gap(&self, start: usize, count: usize) -> bool {
        let (slots, len) = self.own();
        if start > len || slots.len() - len < count {
            return false;
        }
        Self::shift(slots, start, start + count, len - start);
        slots[start..start + count].iter().for_each(|slot| Self::put(slot, 0));
        self.set_len(len + count);
        true
    }

    /// Shortens to `len`.
    pub fn truncate(&self, len: usize) {
        let (slots, old) = self.own();
        if len < old {
            self.set_len(len);
            slots[len..old].iter().for_each(|slot| Self::put(slot, 0));
        }
    }

    /// Moves `count` words inside the array, overlapping or not.
    fn shift(slots: &[AtomicU64], from: usize, to: usize, count: usize) {
        // ORDERING: Release fence, then Relaxed stores; pairs with the Acquire of `get`. One fence instead of a
        // Release each. Model: array (mutant `array.shift_fence=drop`).
        fence!("array.shift_fence", Release);
        let step = |i: usize| {
            // ORDERING: Relaxed; after the fence.
            slots[to + i].store(Self::own_word(&slots[from + i]), ord!("array.shift", Relaxed));
        };
        if from < to { (0..count).rev().for_each(step) } else { (0..count).for_each(step) }
    }

    /// Publishes a complete new array of which `len` words are filled; gives the old one, which readers may hold.
    pub fn replace_storage(&self, new: *mut SlotArray, len: usize) -> *mut SlotArray {
        // ORDERING: Relaxed; the writer's own pointer.
        let old = self.items.load(ord!("array.old_items", Relaxed));
        // A shorter list announces its length first, a longer one its array.
        // ORDERING: Relaxed; the writer's own word.
        if len < self.len.load(ord!("array.old_len", Relaxed)) {
            self.set_len(len);
        }
        // ORDERING: Release; pairs with the Acquire of `items`. Model: array (mutant `array.publish=Relaxed`).
        self.items.store(new, ord!("array.publish", Release));
        step!("array.len_after", self.set_len(len));
        old
    }

    /// Copies the current words into a new array that is not published yet; at most its capacity.
    ///
    /// # Safety
    /// - `new` came from `SlotArray::init` and nobody else sees it.
    pub unsafe fn copy_to(&self, new: *mut SlotArray) -> usize {
        let (slots, len) = self.own();
        // SAFETY: by the caller's duty.
        let target = unsafe { (*new).slots() };
        let len = len.min(target.len());
        for (to, from) in target.iter().zip(&slots[..len]) {
            // ORDERING: Relaxed; published as a whole by `replace_storage`.
            to.store(Self::own_word(from), ord!("array.copy", Relaxed));
        }
        len
    }
}

impl Default for SlotVec {
    fn default() -> SlotVec {
        SlotVec::new()
    }
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests {
    use super::*;

    fn array(cap: usize) -> *mut SlotArray {
        let words = vec![0u64; SlotArray::bytes(cap) / 8].leak();
        // SAFETY: leaked words of the right size.
        unsafe { SlotArray::init(words.as_mut_ptr().cast(), cap) }
    }

    fn words(list: &SlotVec) -> Vec<u64> {
        list.snapshot().iter().map(SlotVec::load_slot).collect()
    }

    #[test]
    fn behaves_as_a_vector() {
        let list = SlotVec::new();
        assert_eq!(list.get(0), None);
        assert!(!list.push_in_capacity(1));
        list.replace_storage(array(4), 0);
        (1..=4).for_each(|n| assert!(list.push_in_capacity(n)));
        assert!(!list.push_in_capacity(5));
        let bigger = array(8);
        // SAFETY: fresh.
        let len = unsafe { list.copy_to(bigger) };
        list.replace_storage(bigger, len);
        assert!(list.insert_in_capacity(0, 9));
        assert!(list.insert_in_capacity(5, 8));
        assert_eq!(words(&list), [9, 1, 2, 3, 4, 8]);
        list.remove(1, 2);
        assert_eq!(words(&list), [9, 3, 4, 8]);
        assert!(list.open_gap(1, 2));
        assert_eq!(words(&list), [9, 0, 0, 3, 4, 8]);
        assert_eq!((list.set(1, 5), list.set(2, 6), list.set(6, 7)), (Some(0), Some(0), None));
        assert_eq!(list.pop(), Some(8));
        list.truncate(2);
        assert_eq!(words(&list), [9, 5]);
        assert_eq!(list.get(2), None);
    }
}
