//! Shapes of the cells that are not Python objects: shapes themselves, backing arrays, dict tables.

use super::HEAD_INTERNAL;
use super::Tracer;
use crate::core::header::Header;
use crate::core::shape::{Shape, trace_shape};
use crate::core::ty::OWNER_SHARED;
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;

/// A shape in static memory, written at start.
struct InternalShape(UnsafeCell<MaybeUninit<Shape>>);

// SAFETY: written once at start, before any other thread exists.
unsafe impl Sync for InternalShape {}

impl InternalShape {
    const fn new() -> InternalShape {
        InternalShape(UnsafeCell::new(MaybeUninit::zeroed()))
    }

    #[inline(always)]
    fn get(&'static self) -> &'static Shape {
        // SAFETY: written once at start, before anything asks.
        unsafe { &*(self.0.get() as *const Shape) }
    }

    /// # Safety
    /// - Once, at start, while there is one thread.
    unsafe fn write(&'static self, trace: unsafe fn(*mut u8, &mut Tracer)) {
        let header = Header::new(SHAPE_CELL.get(), OWNER_SHARED, 0);
        // SAFETY: the caller's promise.
        unsafe { (*self.0.get()).write(Shape::internal(header, trace, HEAD_INTERNAL)) };
    }
}

static SHAPE_CELL: InternalShape = InternalShape::new();
static DICT_TABLE: InternalShape = InternalShape::new();
static VALUE_ARRAY: InternalShape = InternalShape::new();
static WEAK_ARRAY: InternalShape = InternalShape::new();
static RAW_BYTES: InternalShape = InternalShape::new();

/// Shape of shapes.
#[inline(always)]
pub fn shape_cell_shape() -> *const Shape {
    SHAPE_CELL.get()
}

/// Shape of shapes.
#[inline(always)]
pub fn shape_cell_shape_ref() -> &'static Shape {
    SHAPE_CELL.get()
}

/// Shape of [`crate::types::array::ValueArray`].
#[inline(always)]
pub fn value_array_shape() -> &'static Shape {
    VALUE_ARRAY.get()
}

/// Shape of [`crate::types::array::ValueArray`]s that hold weakly.
#[inline(always)]
pub fn weak_array_shape() -> &'static Shape {
    WEAK_ARRAY.get()
}

/// Shape of plain memory, such as a `bytearray`'s.
#[inline(always)]
pub fn raw_bytes_shape() -> &'static Shape {
    RAW_BYTES.get()
}

/// Shape of dict tables.
#[inline(always)]
pub fn dict_table_shape() -> &'static Shape {
    DICT_TABLE.get()
}

/// Writes the shapes of internal cells. Once, at start.
pub fn init_internal_shapes() {
    // SAFETY: called by `init_types`, whose contract is the same.
    unsafe {
        SHAPE_CELL.write(trace_shape);
        DICT_TABLE.write(crate::types::dict::trace_dict_table);
        VALUE_ARRAY.write(crate::types::array::trace_value_array);
        WEAK_ARRAY.write(crate::core::ty::trace_nothing);
        RAW_BYTES.write(crate::core::ty::trace_nothing);
    }
}
