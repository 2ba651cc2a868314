//! Shapes (hidden classes): type, trace function and attribute layout of a cell, behind one pointer.
//!
//! A static type embeds one shape. A class made by Python code has a root shape for its instances, a tree of
//! transitions below it (one edge an added attribute), and one shape for instances in dict mode. `version` proves layout
//! and type contents in one compare (docs/design/core.md). The idea is Self's maps; V8 and PyPy's mapdict use it too.
//!
//! Invariants: everything but `version`, `table` and `transitions` is fixed before a shape is published. The tree is
//! grown under the process-wide shape lock; readers walk it without.

use super::header::Header;
use super::ty::Type;
use super::value::{Cell, Value};
use crate::heap::Tracer;
pub use crate::heap::{HEAD_DROP, HEAD_FINALIZER, HEAD_INTERNAL, HEAD_LEAF, ShapeHead};
use heddle_sync::ord;
use heddle_sync::prim::{AtomicPtr, AtomicU32};

/// How instances of the shape keep their attributes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum ShapeKind {
    /// No instance attributes beyond the type's own fields.
    Fixed = 0,
    /// Attributes in slots as the shape says.
    Slots = 1,
    /// Attributes in a dict, whose pointer is the word at `attrs_offset`.
    Dict = 2,
}

/// `attrs_offset` of shapes whose attribute word lies behind a payload of varying size (`class A(int)`).
pub const ATTRS_BEHIND: u16 = u16::MAX;

/// See the module's text.
#[repr(C)]
pub struct Shape {
    /// Header of the shape's own cell (static shapes have one too).
    pub header: Header,
    /// The collector's part.
    pub head: ShapeHead,
    pub(crate) version: AtomicU32,
    /// How attributes are kept.
    pub kind: ShapeKind,
    /// Attribute slots that lie in the object itself.
    pub inline_cap: u16,
    /// Byte offset of the attribute word; 0 when there is none.
    pub attrs_offset: u16,
    /// Number of attributes.
    pub nattrs: u32,
    ty: *const Type,
    /// Shape without the last attribute; null for a root.
    pub(crate) parent: *const Shape,
    /// Name of the last attribute (0 for a root).
    pub(crate) key: u64,
    /// Cell of `TransitionTable`, or null.
    pub(crate) transitions: AtomicPtr<u8>,
    /// Cell of `NameTable`, or null: built when a shape with many attributes is searched.
    pub(crate) table: AtomicPtr<u8>,
}

const _: () = assert!(std::mem::offset_of!(Shape, head) == crate::heap::SHAPE_HEAD_OFFSET);

// SAFETY: repr(C), header first.
unsafe impl Cell for Shape {}
// SAFETY: shared fields are atomics; the rest is fixed before publication.
unsafe impl Sync for Shape {}
// SAFETY: as above.
unsafe impl Send for Shape {}

/// Byte offset of [`Shape::version`], for inline guards.
pub const SHAPE_VERSION_OFFSET: usize = std::mem::offset_of!(Shape, version);

impl Shape {
    /// A root shape.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn root(
        header: Header,
        head: ShapeHead,
        kind: ShapeKind,
        ty: *const Type,
        attrs_offset: u16,
        inline_cap: u16,
    ) -> Shape {
        Shape {
            header,
            head,
            version: AtomicU32::new(0),
            kind,
            inline_cap,
            attrs_offset,
            nattrs: 0,
            ty,
            parent: std::ptr::null(),
            key: 0,
            transitions: AtomicPtr::new(std::ptr::null_mut()),
            table: AtomicPtr::new(std::ptr::null_mut()),
        }
    }

    /// The shape that has one attribute more.
    pub(crate) fn child(&'static self, header: Header, key: Value) -> Shape {
        let ShapeHead { trace, drop, flags } = self.head;
        Shape {
            header,
            head: ShapeHead { trace, drop, flags },
            version: AtomicU32::new(0),
            kind: self.kind,
            inline_cap: self.inline_cap,
            attrs_offset: self.attrs_offset,
            nattrs: self.nattrs + 1,
            ty: self.ty,
            parent: self,
            key: key.word(),
            transitions: AtomicPtr::new(std::ptr::null_mut()),
            table: AtomicPtr::new(std::ptr::null_mut()),
        }
    }

    /// The type; null for internal cells (use only where objects can be).
    #[inline(always)]
    pub fn ty(&self) -> &'static Type {
        // SAFETY: shapes of Python objects name a live type; internal cells never become values.
        unsafe { &*self.ty }
    }

    /// Address of the type, null for internal cells.
    #[inline(always)]
    pub fn ty_ptr(&self) -> *const Type {
        self.ty
    }

    /// The version, or 0 when none is assigned.
    #[inline(always)]
    pub fn version(&self) -> u32 {
        // ORDERING: Relaxed; a guard needs no data beside it: what it proves was cached by the same thread, and a change
        // that this thread must see is ordered by whatever synchronised the threads. Model: shape_version.
        self.version.load(ord!("shape.version", Relaxed))
    }

    /// Name of the last attribute.
    #[inline]
    pub fn key(&self) -> Option<Value> {
        // SAFETY: the word is 0 or a traced value.
        unsafe { Value::from_slot(self.key) }
    }

    /// Shape without the last attribute.
    #[inline]
    pub fn parent(&self) -> Option<&'static Shape> {
        // SAFETY: null or a live shape (traced).
        unsafe { self.parent.as_ref() }
    }
}

impl Shape {
    /// Shape of an internal cell (backing arrays, tables, shapes themselves).
    pub fn internal(header: Header, trace: unsafe fn(*mut u8, &mut Tracer), flags: u32) -> Shape {
        let head = ShapeHead { trace, drop: None, flags: flags | HEAD_INTERNAL };
        Shape::root(header, head, ShapeKind::Fixed, std::ptr::null(), 0, 0)
    }
}

/// Trace function of shape cells.
///
/// # Safety
/// - `cell` is a [`Shape`].
pub unsafe fn trace_shape(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: the caller's promise.
    let s = unsafe { &*(cell as *const Shape) };
    t.word(s.ty as u64);
    t.word(s.parent as u64);
    t.word(s.key);
    t.word(s.transitions.load(ord!("shape.trace", Relaxed)) as u64);
    t.word(s.table.load(ord!("shape.trace_table", Relaxed)) as u64);
}
