//! The heap's containers and tracer in terms of values.

use super::roots::{RootWord, RootWords};
use super::{Heap, Tracer};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
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

/// A growable vector of values that the collector sees.
///
/// **Threads:** changed only by an attached thread. Making and dropping one takes a lock; nothing else does.
pub struct RootVec(RootWords);

impl RootVec {
    /// An empty vector.
    pub fn new(th: &Thread) -> RootVec {
        RootVec(RootWords::new(&th.rt.heap))
    }

    /// A vector of these items.
    pub fn with(th: &Thread, items: &[Value]) -> RootVec {
        let mut v = RootVec::new(th);
        v.extend(items);
        v
    }

    /// Appends.
    #[inline]
    pub fn push(&mut self, v: Value) {
        self.0.as_mut_vec().push(v.word());
    }

    /// Removes the last item.
    #[inline]
    pub fn pop(&mut self) -> Option<Value> {
        // SAFETY: only words of values are pushed.
        self.0.as_mut_vec().pop().and_then(|w| unsafe { Value::from_slot(w) })
    }

    /// Appends all.
    #[inline]
    pub fn extend(&mut self, items: &[Value]) {
        self.0.as_mut_vec().extend(items.iter().map(|v| v.word()));
    }

    /// Keeps the first `n` items.
    pub fn truncate(&mut self, n: usize) {
        self.0.as_mut_vec().truncate(n);
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Number of items.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.as_vec().len()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items.
    #[inline]
    pub fn as_slice(&self) -> &[Value] {
        let v = self.0.as_vec();
        // SAFETY: a value is a transparent word that is not 0, and only words of values are pushed.
        unsafe { std::slice::from_raw_parts(v.as_ptr() as *const Value, v.len()) }
    }

    /// The items, to be changed in place.
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [Value] {
        let v = self.0.as_mut_vec();
        // SAFETY: as `as_slice`.
        unsafe { std::slice::from_raw_parts_mut(v.as_mut_ptr() as *mut Value, v.len()) }
    }

    /// The vector of words behind it, for the functions of [`Heap`] that fill one.
    pub fn words(&mut self) -> &mut RootWords {
        &mut self.0
    }
}

impl std::ops::Deref for RootVec {
    type Target = [Value];
    #[inline]
    fn deref(&self) -> &[Value] {
        self.as_slice()
    }
}
