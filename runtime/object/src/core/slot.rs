//! A traced, shareable place for one value inside a cell.

use super::value::Value;
use heddle_sync::ord;
use heddle_sync::prim::AtomicU64;

/// One word of a cell that holds a value or nothing. Stores go through the write barrier.
#[repr(transparent)]
pub struct Slot(AtomicU64);

impl Slot {
    /// A slot that holds `v` in a cell that is being made.
    #[inline(always)]
    pub fn new(v: Option<Value>) -> Slot {
        Slot(AtomicU64::new(Value::slot_word(v)))
    }

    /// An empty slot.
    #[inline(always)]
    pub fn empty() -> Slot {
        Slot::new(None)
    }

    /// The value, if any.
    #[inline(always)]
    pub fn get(&self) -> Option<Value> {
        // ORDERING: Acquire; pairs with the Release in `set`. Carries: the initialised cell behind the value.
        // SAFETY: the word was stored by `set` or `new`.
        unsafe { Value::from_slot(self.0.load(ord!("slot.get", Acquire))) }
    }

    /// Stores a value or nothing. `owner` is the cell that the slot lies in.
    #[inline(always)]
    pub fn set(&self, v: Option<Value>) {
        // ORDERING: Release; pairs with the Acquire in `get`.
        self.0.store(Value::slot_word(v), ord!("slot.set", Release));
        crate::heap::write_barrier(self as *const Slot as *const u8, Value::slot_word(v));
    }

    /// Stores and gives back what was there, as one step.
    #[inline]
    pub fn swap(&self, v: Option<Value>) -> Option<Value> {
        // ORDERING: AcqRel; as `get` and `set` together.
        let old = self.0.swap(Value::slot_word(v), ord!("slot.swap", AcqRel));
        crate::heap::write_barrier(self as *const Slot as *const u8, Value::slot_word(v));
        // SAFETY: the word was stored by `set` or `new`.
        unsafe { Value::from_slot(old) }
    }

    /// Stores `new` if the slot still holds `old`.
    #[inline]
    pub fn compare_exchange(&self, old: Option<Value>, new: Option<Value>) -> bool {
        let ok = self
            .0
            .compare_exchange(
                Value::slot_word(old),
                Value::slot_word(new),
                ord!("slot.cas", AcqRel),
                ord!("slot.cas_fail", Acquire),
            )
            .is_ok();
        crate::heap::write_barrier(self as *const Slot as *const u8, Value::slot_word(new));
        ok
    }

    /// Address of the word, for the tracer.
    #[inline(always)]
    pub fn as_word(&self) -> *const u64 {
        self as *const Slot as *const u64
    }
}
