//! The singletons, placed in the binary: `None`, `True`, `False`, `NotImplemented`, `Ellipsis`.
//!
//! Their addresses are link-time constants, so a test against one is a compare with an immediate or a rip-relative
//! address. Headers are written once at start, before any second thread exists.

use super::header::Header;
use super::value::{Cell, Value};
use std::cell::UnsafeCell;

/// An object in the binary, with room for the one limb that makes `True` an `int`.
#[repr(C, align(16))]
pub struct StaticObject {
    header: UnsafeCell<std::mem::MaybeUninit<Header>>,
    limb: u64,
}

// SAFETY: repr(C), header first.
unsafe impl Cell for StaticObject {}
// SAFETY: written once in `init_statics` before threads exist; later accesses go through Header's atomics.
unsafe impl Sync for StaticObject {}

impl StaticObject {
    const fn new() -> StaticObject {
        StaticObject { header: UnsafeCell::new(std::mem::MaybeUninit::zeroed()), limb: 1 }
    }

    /// The object as a value.
    #[inline(always)]
    pub fn value(&'static self) -> Value {
        Value::from_ref(self)
    }

    fn init(&self, ty: &'static super::ty::StaticType, limbs: u32) {
        // SAFETY: called once at start, before any other access.
        unsafe {
            (*self.header.get()).write(Header::new(ty.shape(), super::ty::OWNER_SHARED, limbs))
        };
    }
}

/// `None`
pub static NONE: StaticObject = StaticObject::new();
/// `True`
pub static TRUE: StaticObject = StaticObject::new();
/// `False`
pub static FALSE: StaticObject = StaticObject::new();
/// `NotImplemented`
pub static NOT_IMPLEMENTED: StaticObject = StaticObject::new();
/// `...`
pub static ELLIPSIS: StaticObject = StaticObject::new();

/// Writes the headers. Called once, from `init_runtime`.
pub(crate) fn init_statics() {
    NONE.init(&crate::types::NONE_TYPE, 0);
    TRUE.init(&crate::types::BOOL, 1);
    FALSE.init(&crate::types::BOOL, 0);
    NOT_IMPLEMENTED.init(&crate::types::NOT_IMPLEMENTED_TYPE, 0);
    ELLIPSIS.init(&crate::types::ELLIPSIS_TYPE, 0);
}
