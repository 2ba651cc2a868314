//! `tuple`: the cell. Its protocols and methods are in `methods`.

mod methods;

use crate::core::header::Header;
use crate::core::shape::{ATTRS_BEHIND, Shape};
use crate::core::thread::Thread;
use crate::core::ty::{StaticType, Type, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::payload;
use crate::types::items::Items;

/// Items inline behind the fixed part; never changed once the tuple is shared.
#[repr(C)]
pub struct Tuple {
    /// Cell header.
    pub header: Header,
    len: usize,
}

payload!(Tuple, TUPLE);

/// Byte offset of the number of items, for inline code.
pub const TUPLE_LEN: usize = std::mem::offset_of!(Tuple, len);
/// Byte offset of the first item, for inline code.
pub const TUPLE_ITEMS: usize = size_of::<Tuple>();

/// `tuple`
pub static TUPLE: StaticType = StaticType::new(TypeSpec {
    name: "tuple",
    basicsize: size_of::<Tuple>(),
    flags: flags::BASETYPE | flags::TUPLE | flags::SEQUENCE | flags::MATCH_SELF,
    doc: "Built-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\nIf iterable is specified the tuple is initialized from iterable's items.\n\nIf the argument is a tuple, the return value is the same object.",
    slots: methods::SLOTS,
    methods: methods::METHODS,
    trace: trace_tuple,
    var_size: Some(tuple_bytes),
    ..TypeSpec::DEFAULT
});

impl Tuple {
    /// A tuple of these items.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    #[inline]
    pub fn new(th: &mut Thread, items: &[Value]) -> R<&'static Tuple> {
        // SAFETY: every item is written before anybody sees the tuple.
        let t = unsafe { Tuple::alloc(th, TUPLE.shape(), items.len(), 0)? };
        // SAFETY: the cell has room for the items.
        unsafe { std::ptr::copy_nonoverlapping(items.as_ptr(), t.items_ptr(), items.len()) };
        Ok(t)
    }

    /// A tuple of `ty`, which is `tuple` or a subclass.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    pub fn new_in_class(th: &mut Thread, ty: &'static Type, items: &[Value]) -> R<&'static Tuple> {
        let shape = match ty.instance_shape() {
            Some(s) => s,
            None => crate::ty::root_shape(th, ty)?,
        };
        let extra = if shape.attrs_offset == ATTRS_BEHIND { 8 } else { 0 };
        // SAFETY: every item is written before anybody sees the tuple.
        let t = unsafe { Tuple::alloc(th, shape, items.len(), extra)? };
        // SAFETY: the cell has room for the items.
        unsafe { std::ptr::copy_nonoverlapping(items.as_ptr(), t.items_ptr(), items.len()) };
        if shape.head.flags & crate::core::shape::HEAD_FINALIZER != 0 {
            th.register_special(shape, t as *const Tuple as *mut u8)?;
        }
        Ok(t)
    }

    /// A tuple whose items `f` makes from their index, without escaping or allocating.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    #[inline]
    pub fn from_fn(
        th: &mut Thread,
        len: usize,
        mut f: impl FnMut(usize) -> Value,
    ) -> R<&'static Tuple> {
        // SAFETY: all items are written below, and `f` cannot reach a safepoint.
        let t = unsafe { Tuple::alloc(th, TUPLE.shape(), len, 0)? };
        for i in 0..len {
            // SAFETY: within the tuple.
            unsafe { t.items_ptr().add(i).write(f(i)) };
        }
        Ok(t)
    }

    /// A tuple cell with `extra` zero bytes behind the items, which the caller writes before the next safepoint.
    ///
    /// # Safety
    /// - `shape` is that of `tuple` or of a subclass.
    /// - All items are written before the next safepoint.
    #[inline]
    pub unsafe fn alloc(
        th: &mut Thread,
        shape: &'static Shape,
        len: usize,
        extra: usize,
    ) -> R<&'static Tuple> {
        let bytes = len.checked_mul(8).and_then(|b| b.checked_add(size_of::<Tuple>() + extra));
        let Some(bytes) = bytes else { return Err(th.memory_error()) };
        let p =
            if extra == 0 { th.alloc_bytes(bytes)? } else { th.alloc_zeroed(bytes)? } as *mut Tuple;
        // SAFETY: fresh memory of that size.
        unsafe {
            p.write(Tuple { header: Header::new(shape, th.slot.owner(), 0), len });
            Ok(&*p)
        }
    }

    /// Address of the items.
    #[inline(always)]
    pub fn items_ptr(&self) -> *mut Value {
        // SAFETY: the items lie right behind the fixed part.
        unsafe { (self as *const Tuple as *mut u8).add(size_of::<Tuple>()) as *mut Value }
    }

    /// The items.
    #[inline(always)]
    pub fn as_slice(&self) -> &'static [Value] {
        // SAFETY: `len` items behind the fixed part, never changed.
        unsafe { std::slice::from_raw_parts(self.items_ptr(), self.len) }
    }

    /// Item `i`.
    #[inline(always)]
    pub fn get(&self, i: usize) -> Option<Value> {
        self.as_slice().get(i).copied()
    }

    /// Number of items.
    #[inline(always)]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.len
    }
}

impl Items for Tuple {
    #[inline]
    fn count(&self) -> usize {
        self.len
    }
    #[inline]
    fn item(&self, _: &mut Thread, i: usize) -> Option<Value> {
        self.get(i)
    }
}

unsafe fn trace_tuple(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a tuple cell.
    unsafe {
        let tup = &*(cell as *const Tuple);
        t.words(tup.items_ptr() as *const u64, tup.len);
    }
}

unsafe fn tuple_bytes(cell: *const u8) -> usize {
    // SAFETY: called with a tuple cell.
    size_of::<Tuple>() + 8 * unsafe { (*(cell as *const Tuple)).len }
}
