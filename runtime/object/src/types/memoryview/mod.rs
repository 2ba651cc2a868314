//! `memoryview`: the cell, and how views share an exporter's buffer.
//!
//! The first view of an exporter makes a *hold*: a cell that keeps the exporter's buffer borrowed. Views made from that
//! view share it. The buffer is given back when the last view is released, or, for views that just died, by the hold's
//! finalizer. Exporters whose buffers need no giving back (`bytes`) have no hold.
//!
//! `view.rs` has slots and methods, `item.rs` reading and writing of items by their format.

pub mod item;
pub mod view;

use crate::core::header::Header;
use crate::core::native::Buffer;
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{BufferFn, Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::heap::Tracer;
use crate::names::n;
use crate::payload;
use crate::types::{Bytes, Str};
use heddle_sync::prim::{AtomicUsize, ord};

pub use view::item_at;

/// Most dimensions, as in CPython.
pub const NDIM_MAX: usize = 64;

/// A view; its shape and its strides lie behind the fixed part.
#[repr(C)]
pub struct MemoryView {
    /// Cell header; `aux` holds the number of dimensions.
    pub header: Header,
    /// The exporter; nothing once released.
    object: Slot,
    /// Its hold, when there is one.
    hold: Slot,
    /// A str.
    format: Slot,
    /// First item.
    ptr: *mut u8,
    /// Bytes of an item.
    itemsize: usize,
    readonly: bool,
    /// The character of a native format; 0 for any other.
    code: u8,
    /// Buffers of this view that others hold.
    exports: AtomicUsize,
}

// SAFETY: all fields but the slots and the counter, which are atomics, are fixed.
unsafe impl Sync for MemoryView {}
// SAFETY: as above.
unsafe impl Send for MemoryView {}

payload!(MemoryView, MEMORYVIEW);

/// `memoryview`
pub static MEMORYVIEW: StaticType = StaticType::new(TypeSpec {
    name: "memoryview",
    basicsize: size_of::<MemoryView>(),
    flags: flags::SEQUENCE,
    doc: "memoryview(object)\n--\n\nA view of the memory of an object that has a buffer.",
    slots: Slots {
        repr: Some(view::repr),
        hash: Some(view::hash),
        richcompare: Some(view::compare),
        iter: Some(view::iter),
        new: Some(view::new),
        len: Some(view::len),
        getitem: Some(view::getitem),
        setitem: Some(view::setitem),
        buffer: Some(view::buffer),
        release_buffer: Some(view::release_buffer),
        ..Slots::NONE
    },
    methods: view::METHODS,
    getset: view::GETSET,
    trace: trace_view,
    var_size: Some(view_size),
    ..TypeSpec::DEFAULT
});

unsafe fn trace_view(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a view.
    let v = unsafe { &*(cell as *const MemoryView) };
    t.slot(&v.object);
    t.slot(&v.hold);
    t.slot(&v.format);
}

unsafe fn view_size(cell: *const u8) -> usize {
    // SAFETY: called with a view.
    size_of::<MemoryView>() + 16 * unsafe { &*(cell as *const MemoryView) }.ndim()
}

/// Keeps an exporter's buffer borrowed.
#[repr(C)]
pub struct Hold {
    /// Cell header.
    pub header: Header,
    /// Nothing once it is given back.
    object: Slot,
    /// What the object's `__buffer__` gave, when that is a Python method.
    view: Slot,
    /// Views that were not released.
    views: AtomicUsize,
}

payload!(Hold, HOLD);

/// `managedbuffer`
pub static HOLD: StaticType = StaticType::new(TypeSpec {
    name: "managedbuffer",
    basicsize: size_of::<Hold>(),
    flags: flags::DISALLOW_INSTANTIATION,
    slots: Slots {
        finalize: Some(|th, v| {
            if let Some(h) = v.cast::<Hold>() {
                h.give_back(th);
            }
            Ok(())
        }),
        ..Slots::NONE
    },
    trace: trace_hold,
    ..TypeSpec::DEFAULT
});

unsafe fn trace_hold(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a hold.
    let h = unsafe { &*(cell as *const Hold) };
    t.slot(&h.object);
    t.slot(&h.view);
}

impl Hold {
    fn new(th: &mut Thread, object: Value, view: Option<Value>) -> R<&'static Hold> {
        th.alloc::<Hold>(HOLD.shape(), 0, |header| Hold {
            header,
            object: Slot::new(Some(object)),
            view: Slot::new(view),
            views: AtomicUsize::new(0),
        })
    }

    fn give_back(&self, th: &mut Thread) {
        // Whoever takes the object gives it back: once.
        let Some(object) = self.object.swap(None) else { return };
        match self.view.swap(None) {
            None => {
                if let Some(release) = object.type_of().slots().release_buffer {
                    release(th, object);
                }
            }
            Some(view) => {
                let told = crate::ops::call_special(th, object, n().__release_buffer__, &[view]);
                if let Err(e) = told {
                    (th.hooks.unraisable)(
                        th,
                        e,
                        "Exception ignored in __release_buffer__ of",
                        Some(object),
                    );
                }
                if let Some(view) = view.cast::<MemoryView>()
                    && let Err(e) = view.release(th)
                {
                    th.take_exception(e);
                }
            }
        }
    }
}

/// What a new view is made of.
pub(super) struct Parts<'a> {
    pub object: Value,
    pub hold: Option<&'static Hold>,
    pub format: &'static Str,
    pub ptr: *mut u8,
    pub itemsize: usize,
    pub readonly: bool,
    pub shape: &'a [isize],
    pub strides: &'a [isize],
}

impl MemoryView {
    pub(super) fn make(th: &mut Thread, p: Parts<'_>) -> R<&'static MemoryView> {
        let n = p.shape.len();
        let cell = th.alloc_bytes(size_of::<MemoryView>() + 16 * n + 8)? as *mut MemoryView;
        // SAFETY: fresh memory with room for the fixed part and two numbers a dimension.
        let v = unsafe {
            cell.write(MemoryView {
                header: Header::new(MEMORYVIEW.shape(), th.slot.owner(), n as u32),
                object: Slot::new(Some(p.object)),
                hold: Slot::new(p.hold.map(|h| Value::from_ref(h))),
                format: Slot::new(Some(Value::from_ref(p.format))),
                ptr: p.ptr,
                itemsize: p.itemsize,
                readonly: p.readonly,
                code: item::native_code(p.format),
                exports: AtomicUsize::new(0),
            });
            let dims = cell.add(1) as *mut isize;
            std::ptr::copy_nonoverlapping(p.shape.as_ptr(), dims, n);
            std::ptr::copy_nonoverlapping(p.strides.as_ptr(), dims.add(n), n);
            &*cell
        };
        if let Some(h) = p.hold {
            // ORDERING: Relaxed; a count, which orders nothing.
            h.views.fetch_add(1, ord!("hold.add", Relaxed));
        }
        Ok(v)
    }

    /// The same memory with another layout or format.
    pub(super) fn derive(
        &self,
        th: &mut Thread,
        change: impl FnOnce(&mut Parts<'_>),
        shape: &[isize],
        strides: &[isize],
    ) -> R<&'static MemoryView> {
        let object = self.object(th)?;
        let Some(format) = self.format.get().and_then(|f| f.cast::<Str>()) else {
            return Err(released(th));
        };
        let mut parts = Parts {
            object,
            hold: self.hold.get().and_then(|h| h.cast::<Hold>()),
            format,
            ptr: self.ptr,
            itemsize: self.itemsize,
            readonly: self.readonly,
            shape,
            strides,
        };
        change(&mut parts);
        MemoryView::make(th, parts)
    }

    /// Number of dimensions.
    pub fn ndim(&self) -> usize {
        self.header.aux() as usize
    }

    fn dims(&self) -> &'static [isize] {
        // SAFETY: two numbers a dimension lie behind the fixed part and never change.
        unsafe {
            std::slice::from_raw_parts(
                (self as *const MemoryView).add(1) as *const isize,
                2 * self.ndim(),
            )
        }
    }

    /// Items in each dimension.
    pub fn shape(&self) -> &'static [isize] {
        &self.dims()[..self.ndim()]
    }

    /// Bytes from one item to the next in each dimension.
    pub fn strides(&self) -> &'static [isize] {
        &self.dims()[self.ndim()..]
    }

    /// Bytes of all items.
    pub fn nbytes(&self) -> usize {
        self.shape().iter().product::<isize>() as usize * self.itemsize
    }

    /// Whether the items lie one after the other, the last dimension running fastest.
    pub fn is_c_contiguous(&self) -> bool {
        let mut want = self.itemsize as isize;
        for (&n, &s) in self.shape().iter().zip(self.strides()).rev() {
            if n > 1 && s != want {
                return self.nbytes() == 0;
            }
            want *= n;
        }
        true
    }

    /// Whether the items lie one after the other, the first dimension running fastest.
    pub fn is_f_contiguous(&self) -> bool {
        let mut want = self.itemsize as isize;
        for (&n, &s) in self.shape().iter().zip(self.strides()) {
            if n > 1 && s != want {
                return self.nbytes() == 0;
            }
            want *= n;
        }
        true
    }

    /// The exporter; ValueError once released.
    pub(super) fn object(&self, th: &mut Thread) -> R {
        match self.object.get() {
            Some(o) => Ok(o),
            None => Err(released(th)),
        }
    }

    /// The bytes of all items in C order.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.nbytes());
        self.each_item(|p| {
            // SAFETY: `each_item` gives addresses of items, which have this many bytes.
            out.extend_from_slice(unsafe { std::slice::from_raw_parts(p, self.itemsize) });
        });
        out
    }

    /// Calls `f` with the address of each item, in C order.
    pub(super) fn each_item(&self, mut f: impl FnMut(*mut u8)) {
        fn walk(p: *mut u8, shape: &[isize], strides: &[isize], f: &mut impl FnMut(*mut u8)) {
            match (shape, strides) {
                ([n, shape @ ..], [s, strides @ ..]) => {
                    for i in 0..*n {
                        walk(p.wrapping_offset(i * s), shape, strides, f);
                    }
                }
                _ => f(p),
            }
        }
        walk(self.ptr, self.shape(), self.strides(), &mut f);
    }

    /// Gives up the view. **Errors:** BufferError while others hold buffers of it.
    pub(crate) fn release(&self, th: &mut Thread) -> R<()> {
        // ORDERING: Relaxed; see `view::buffer`.
        let n = self.exports.load(ord!("memoryview.exports", Relaxed));
        if n > 0 {
            let s = if n == 1 { "" } else { "s" };
            return Err(th.buffer_error(format_args!("memoryview has {n} exported buffer{s}")));
        }
        if self.object.swap(None).is_none() {
            return Ok(());
        }
        if let Some(h) = self.hold.swap(None).and_then(|h| h.cast::<Hold>()) {
            // ORDERING: AcqRel; whoever takes the last one gives the buffer back after all others are done with it.
            if h.views.fetch_sub(1, ord!("hold.release", AcqRel)) == 1 {
                h.give_back(th);
            }
        }
        Ok(())
    }
}

#[cold]
pub(super) fn released(th: &mut Thread) -> Raised {
    th.value_error(format_args!("operation forbidden on released memoryview object"))
}

/// `memoryview(object)`
///
/// **Errors:** TypeError when it has no buffer. **Escapes:** yes (`__buffer__`).
pub fn of(th: &mut Thread, object: Value) -> R {
    if let Some(v) = object.cast::<MemoryView>() {
        return v.derive(th, |_| {}, v.shape(), v.strides()).map(|v| Value::from_ref(v));
    }
    let slots = object.type_of().slots();
    let Some(get) = slots.buffer else {
        let tn = object.type_of().name();
        return Err(
            th.type_error(format_args!("memoryview: a bytes-like object is required, not '{tn}'"))
        );
    };
    if is_generic(get) {
        let inner = call_buffer(th, object, 0)?;
        let hold = Hold::new(th, object, Some(Value::from_ref(inner)))?;
        let made = inner.derive(th, |p| p.hold = Some(hold), inner.shape(), inner.strides());
        return made.map(|v| Value::from_ref(v));
    }
    let hold = match slots.release_buffer {
        Some(_) => Some(Hold::new(th, object, None)?),
        None => None,
    };
    let buffer = match get(th, object, false) {
        Ok(b) => b,
        Err(e) => {
            // Nothing was borrowed, so nothing is given back.
            if let Some(h) = hold {
                h.object.set(None);
            }
            return Err(e);
        }
    };
    let format = crate::names::intern_str(th, buffer.format)?;
    let itemsize = buffer.itemsize.max(1);
    let view = MemoryView::make(
        th,
        Parts {
            object,
            hold,
            format,
            ptr: buffer.ptr,
            itemsize,
            readonly: buffer.readonly,
            shape: &[(buffer.len / itemsize) as isize],
            strides: &[itemsize as isize],
        },
    )?;
    Ok(Value::from_ref(view))
}

fn is_generic(f: BufferFn) -> bool {
    std::ptr::fn_addr_eq(f, buffer_generic as BufferFn)
}

/// Whether an object's buffer is a Python method's.
pub(crate) fn has_generic_buffer(v: Value) -> bool {
    v.type_of().slots().buffer.is_some_and(is_generic)
}

fn call_buffer(th: &mut Thread, object: Value, flags: i64) -> R<&'static MemoryView> {
    let given = crate::ops::call_special(th, object, n().__buffer__, &[Value::small_int(flags)])?;
    match given.and_then(|v| v.cast::<MemoryView>()) {
        Some(m) => Ok(m),
        None => Err(th.type_error(format_args!("__buffer__ returned non-memoryview object"))),
    }
}

/// The buffer of a class that defines `__buffer__` in Python. The memory stays as long as its exporter lives; callers
/// that must tell `__release_buffer__` go through [`of`].
pub fn buffer_generic(th: &mut Thread, v: Value, writable: bool) -> R<Buffer> {
    let m = call_buffer(th, v, i64::from(writable))?;
    let value = Value::from_ref(m);
    let b = view::buffer(th, value, writable)?;
    view::release_buffer(th, value);
    Ok(b)
}

/// `__buffer__(flags)` of a native type.
pub(crate) fn with_flags(th: &mut Thread, v: Value, flags: Value) -> R {
    let flags = crate::types::int::as_i32(th, flags)?;
    view::checked(th, v, flags)
}

/// `__release_buffer__(view)` of a native type.
pub(crate) fn release_for(th: &mut Thread, v: Value, view: Value) -> R {
    let Some(m) = view.cast::<MemoryView>() else {
        return Err(th.type_error(format_args!("expected a memoryview object")));
    };
    match m.object.get() {
        None => {
            return Err(
                th.value_error(format_args!("memoryview's buffer has already been released"))
            );
        }
        Some(o) if o != v => {
            return Err(th.value_error(format_args!("memoryview's buffer is not this object")));
        }
        Some(_) => {}
    }
    m.release(th)?;
    Ok(Value::none())
}

/// The bytes of a memoryview, whatever its layout; nothing for any other object.
pub(crate) fn contiguous(th: &mut Thread, v: Value) -> R<Option<Vec<u8>>> {
    match v.cast::<MemoryView>() {
        Some(m) => {
            m.object(th)?;
            Ok(Some(m.to_vec()))
        }
        None => Ok(None),
    }
}

/// A `bytes` of the view's items.
pub(super) fn to_bytes(th: &mut Thread, v: &MemoryView) -> R<&'static Bytes> {
    let data = v.to_vec();
    Bytes::new(th, &data)
}

/// Overwrites the stack below the caller's frame, where words of finished calls may name a view that is dead by the time
/// its exporter wants to change its size.
#[inline(never)]
pub(crate) fn clear_stack_below() {
    /// Deeper than the calls that make a view (about 1 KiB in a debug build).
    const WORDS: usize = 256;
    std::hint::black_box(&mut [0u64; WORDS]);
}
