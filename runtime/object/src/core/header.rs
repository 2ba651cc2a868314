//! The 16 bytes at the start of every collected cell.

use super::shape::Shape;
use heddle_sync::header::HeaderWord;
use heddle_sync::prim::{AtomicPtr, ord};

/// First field of every cell: the shape, then lock, flags, owner and a word for the type's own use.
#[repr(C)]
pub struct Header {
    shape: AtomicPtr<Shape>,
    /// Lock byte, flags, owner index, `aux`.
    pub word: HeaderWord,
}

const _: () = assert!(size_of::<Header>() == 16);

impl Header {
    /// The header of a fresh cell owned by the thread with owner index `owner`.
    #[inline(always)]
    pub fn new(shape: *const Shape, owner: u16, aux: u32) -> Header {
        Header { shape: AtomicPtr::new(shape as *mut Shape), word: HeaderWord::new(owner, 0, aux) }
    }

    /// The shape.
    #[inline(always)]
    pub fn shape(&self) -> &'static Shape {
        // SAFETY: the word is set before the cell is shared, always to a live shape (the tracer keeps it alive).
        unsafe { &*self.shape_ptr() }
    }

    /// Address of the shape. Acquire: a reader that sees a shape sees the attribute slots it describes.
    #[inline(always)]
    pub fn shape_ptr(&self) -> *const Shape {
        // ORDERING: Acquire; pairs with the Release in `set_shape`. Carries: the slots written before the transition.
        // Model: shape_transition.
        self.shape.load(ord!("header.shape", Acquire))
    }

    /// Publishes a new shape, after the slots that it describes.
    ///
    /// **Threads:** inside a critical section on this object.
    #[inline(always)]
    pub fn set_shape(&self, shape: &Shape) {
        // ORDERING: Release; pairs with the Acquire in `shape_ptr`. Model: shape_transition.
        self.shape.store(shape as *const Shape as *mut Shape, ord!("header.set_shape", Release));
        crate::heap::write_barrier((&raw const *self).cast(), shape as *const Shape as u64);
    }

    /// The type's own 32 bits.
    #[inline(always)]
    pub fn aux(&self) -> u32 {
        // ORDERING: Relaxed; the type decides what guards its own bits.
        self.word.aux.load(ord!("header.aux", Relaxed))
    }

    /// Changes the type's own 32 bits.
    #[inline(always)]
    pub fn set_aux(&self, v: u32) {
        // ORDERING: Relaxed; as above.
        self.word.aux.store(v, ord!("header.set_aux", Relaxed));
    }
}
