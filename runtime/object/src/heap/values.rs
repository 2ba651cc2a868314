//! The heap's containers and tracer in terms of values.

use super::roots::RootWord;
use super::{Heap, Tracer};
use crate::core::slot::Slot;
use crate::core::value::Value;

impl Tracer {
    /// Reports a value.
    #[inline(always)]
    pub fn value(&mut self, v: Value) {
        self.word(v.word());
    }

    /// Reports what may be a value.
    #[inline(always)]
    pub fn option(&mut self, v: Option<Value>) {
        self.word(Value::slot_word(v));
    }

    /// Reports a slot.
    #[inline(always)]
    pub fn slot(&mut self, s: &Slot) {
        // SAFETY: a slot is one readable word, and the world is stopped.
        self.word(unsafe { *s.as_word() });
    }
}

/// A value that native code keeps outside of stacks and objects, for as long as the handle lives.
///
/// Costs a lock to make and to drop; reading and writing are plain atomic accesses. Not for hot paths.
pub struct Root(RootWord);

impl Root {
    /// A handle.
    pub fn new(heap: &'static Heap, v: Option<Value>) -> Root {
        Root(RootWord::new(heap, Value::slot_word(v)))
    }

    /// What it holds.
    #[inline]
    pub fn get(&self) -> Option<Value> {
        // SAFETY: the word was stored by `new` or `set`, and the collector keeps it alive.
        unsafe { Value::from_slot(self.0.get()) }
    }

    /// Replaces what it holds.
    #[inline]
    pub fn set(&self, v: Option<Value>) {
        self.0.set(Value::slot_word(v));
    }
}
