//! Stand-in for the collector while it is being built: memory is never freed.

use crate::core::shape::{HEAD_INTERNAL, Shape};

/// Receives the pointers of a cell.
pub struct Tracer(());

impl Tracer {
    /// A value.
    pub fn value(&mut self, _v: crate::core::value::Value) {}
    /// A word that is a value or 0.
    pub fn word(&mut self, _w: u64) {}
    /// `n` such words.
    ///
    /// # Safety
    /// - `p` points to `n` words.
    pub unsafe fn words(&mut self, _p: *const u64, _n: usize) {}
}

/// Every store of a value into a cell calls this.
#[inline(always)]
pub fn write_barrier(_cell: *const u8, _word: u64) {}

/// A thread's allocator.
pub struct ThreadHeap {
    cur: usize,
    end: usize,
}

impl ThreadHeap {
    /// An empty one.
    pub fn new() -> ThreadHeap {
        ThreadHeap { cur: 0, end: 0 }
    }
    /// Memory for a cell.
    pub fn alloc(&mut self, bytes: usize) -> Option<*mut u8> {
        let bytes = bytes.checked_next_multiple_of(16)?;
        if bytes > 1 << 20 {
            let l = std::alloc::Layout::from_size_align(bytes, 16).ok()?;
            // SAFETY: not zero bytes.
            let p = unsafe { std::alloc::alloc_zeroed(l) };
            return (!p.is_null()).then_some(p);
        }
        if self.cur + bytes > self.end {
            let l = std::alloc::Layout::from_size_align(4 << 20, 16).ok()?;
            // SAFETY: not zero bytes.
            self.cur = unsafe { std::alloc::alloc_zeroed(l) } as usize;
            if self.cur == 0 {
                return None;
            }
            self.end = self.cur + (4 << 20);
        }
        let p = self.cur;
        self.cur += bytes;
        Some(p as *mut u8)
    }
    /// Zeroed memory for a cell.
    pub fn alloc_zeroed(&mut self, bytes: usize) -> Option<*mut u8> {
        self.alloc(bytes)
    }
    /// Notes a cell with a finalizer.
    pub fn register_finalizer(&mut self, _cell: *mut u8) {}
    /// Notes a cell with native resources.
    pub fn register_drop(&mut self, _cell: *mut u8) {}
}

impl Default for ThreadHeap {
    fn default() -> Self {
        ThreadHeap::new()
    }
}

struct InternalShape(std::cell::UnsafeCell<std::mem::MaybeUninit<Shape>>);
// SAFETY: written once at start.
unsafe impl Sync for InternalShape {}
impl InternalShape {
    fn get(&'static self) -> &'static Shape {
        // SAFETY: written once at start.
        unsafe { &*(self.0.get() as *const Shape) }
    }
}
static SHAPE_CELL: InternalShape =
    InternalShape(std::cell::UnsafeCell::new(std::mem::MaybeUninit::zeroed()));
static DICT_TABLE: InternalShape =
    InternalShape(std::cell::UnsafeCell::new(std::mem::MaybeUninit::zeroed()));
static VALUE_ARRAY: InternalShape =
    InternalShape(std::cell::UnsafeCell::new(std::mem::MaybeUninit::zeroed()));

/// Shape of shapes.
pub fn shape_cell_shape() -> *const Shape {
    SHAPE_CELL.get()
}
/// Shape of shapes.
pub fn shape_cell_shape_ref() -> &'static Shape {
    SHAPE_CELL.get()
}
/// Shape of `ValueArray`.
pub fn value_array_shape() -> &'static Shape {
    VALUE_ARRAY.get()
}

/// Shape of dict tables.
pub fn dict_table_shape() -> &'static Shape {
    DICT_TABLE.get()
}

/// Writes the shapes of internal cells. Once, at start.
pub fn init_internal_shapes() {
    let make = |trace| {
        Shape::internal(
            crate::core::header::Header::new(SHAPE_CELL.get(), crate::core::ty::OWNER_SHARED, 0),
            trace,
            HEAD_INTERNAL,
        )
    };
    // SAFETY: once, at start.
    unsafe {
        (*SHAPE_CELL.0.get()).write(make(crate::core::shape::trace_shape));
        (*DICT_TABLE.0.get()).write(make(crate::types::dict::trace_dict_table));
        (*VALUE_ARRAY.0.get()).write(make(crate::types::array::trace_value_array));
    }
}

/// A vector of values that the collector sees.
pub struct RootVec(Vec<crate::core::value::Value>);
impl RootVec {
    /// With these items.
    pub fn with(
        _th: &mut crate::core::thread::Thread,
        items: &[crate::core::value::Value],
    ) -> RootVec {
        RootVec(items.to_vec())
    }
    /// Appends.
    pub fn push(&mut self, v: crate::core::value::Value) {
        self.0.push(v)
    }
    /// Appends all.
    pub fn extend(&mut self, v: &[crate::core::value::Value]) {
        self.0.extend_from_slice(v)
    }
    /// The items.
    pub fn as_slice(&self) -> &[crate::core::value::Value] {
        &self.0
    }
}
