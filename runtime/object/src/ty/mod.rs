//! Types at work: readiness, method lookup, versions, and the shapes of instances.
//!
//! `new` makes classes, `slots` ties dunder methods to the slot table, `getattr` is attribute access on types.

pub mod getattr;
pub mod new;
pub mod ready;
pub mod slots;

use crate::core::header::Header;
use crate::core::shape::{ATTRS_BEHIND, HEAD_DROP, HEAD_FINALIZER, Shape, ShapeHead, ShapeKind};
use crate::core::thread::{LOOKUP_ENTRIES, LookupEntry, Thread};
use crate::core::ty::{OWNER_SHARED, Type, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::types::{Dict, Str, Tuple, ValueArray};
use heddle_sync::ord;

pub use ready::{init_types, ready_static};

/// Runs `f` under the process-wide type lock. `f` must not allocate, block or run Python code.
pub fn with_type_lock<T>(th: &mut Thread, f: impl FnOnce(&mut Thread) -> T) -> T {
    let rt = th.rt;
    rt.with_type_lock(th, f)
}

/// Looks `name` (interned) up along the MRO, without descriptors and without raising.
///
/// **Threads:** lock-free; a per-thread cache keyed by the type's version. **Escapes:** no.
#[inline]
pub fn lookup(th: &mut Thread, ty: &'static Type, name: &'static Str) -> Option<Value> {
    let word = Value::from_ref(name).word();
    // ORDERING: Relaxed; see `Shape::version`.
    let version = ty.version.load(ord!("type.version", Relaxed));
    let at = (word >> 4 ^ version as u64) as usize & (LOOKUP_ENTRIES - 1);
    let e = th.lookup[at];
    if version != 0 && e.version == version && e.name == word {
        // SAFETY: while the version stands, the type's namespaces hold the value.
        return unsafe { Value::from_slot(e.value) };
    }
    lookup_slow(th, ty, name, at)
}

#[cold]
#[inline(never)]
fn lookup_slow(th: &mut Thread, ty: &'static Type, name: &'static Str, at: usize) -> Option<Value> {
    let version = assign_type_version(th, ty);
    let found = lookup_mro(ty, name);
    let at = if version != 0 {
        (Value::from_ref(name).word() >> 4 ^ version as u64) as usize & (LOOKUP_ENTRIES - 1)
    } else {
        at
    };
    // ORDERING: Relaxed; a change between the two reads makes the entry stale under a version that is gone.
    if version != 0 && ty.version.load(ord!("type.version", Relaxed)) == version {
        th.lookup[at] = LookupEntry {
            version,
            name: Value::from_ref(name).word(),
            value: Value::slot_word(found),
        };
    }
    found
}

/// The lookup itself, uncached.
pub fn lookup_mro(ty: &'static Type, name: &'static Str) -> Option<Value> {
    let mro = ty.mro.get()?.cast::<Tuple>()?;
    for t in mro.as_slice() {
        if let Some(d) = t.cast_type().and_then(|t| t.dict.get()).and_then(|d| d.cast::<Dict>())
            && let Some(v) = d.get_str(name)
        {
            return Some(v);
        }
    }
    None
}

/// As [`lookup`], and also says in which type of the MRO it was found.
pub fn lookup_where(ty: &'static Type, name: &'static Str) -> Option<(Value, &'static Type)> {
    let mro = ty.mro.get()?.cast::<Tuple>()?;
    for t in mro.as_slice() {
        let t = t.cast_type()?;
        if let Some(v) = t.dict.get().and_then(|d| d.cast::<Dict>()).and_then(|d| d.get_str(name)) {
            return Some((v, t));
        }
    }
    None
}

/// Looks a special method up on the type and binds it: the function and whether `obj` goes in front.
pub fn lookup_special(th: &mut Thread, obj: Value, name: &'static Str) -> R<Option<(Value, bool)>> {
    let ty = obj.type_of();
    match lookup(th, ty, name) {
        None => Ok(None),
        Some(d) => {
            let dt = d.type_of();
            if dt.has(flags::METHOD_DESCRIPTOR) {
                return Ok(Some((d, true)));
            }
            match dt.slots().descr_get {
                Some(get) => get(th, d, Some(obj), ty.value()).map(|v| Some((v, false))),
                None => Ok(Some((d, false))),
            }
        }
    }
}

/// The version of a type, assigned when it has none; 0 when none can be had.
pub fn assign_type_version(th: &mut Thread, ty: &'static Type) -> u32 {
    // ORDERING: Relaxed; see `Shape::version`.
    let v = ty.version.load(ord!("type.version", Relaxed));
    if v != 0 {
        return v;
    }
    let rt = th.rt;
    rt.with_type_lock(th, |th| {
        // ORDERING: Relaxed; writers hold the type lock.
        let v = ty.version.load(ord!("type.version", Relaxed));
        if v != 0 {
            return v;
        }
        let v = th.rt.new_version();
        // ORDERING: Release; whoever uses the version saw the type as it is now, under the same lock as its changes.
        ty.version.store(v, ord!("type.assign_version", Release));
        v
    })
}

/// The version of a shape, assigned when it has none; 0 when none can be had.
///
/// It proves layout and type contents: [`modified`] zeroes it before the type changes.
pub fn assign_version(th: &mut Thread, s: &'static Shape) -> u32 {
    let v = s.version();
    if v != 0 {
        return v;
    }
    // `modified` must find every shape that has a version: those that hang neither in the tree nor at the type get none.
    let odd = s.kind == ShapeKind::Dict
        && !std::ptr::eq(s, s.ty().dict_shape_ptr())
        && !std::ptr::eq(s, s.ty().shape_of_instances_ptr());
    if odd {
        return 0;
    }
    let rt = th.rt;
    rt.with_type_lock(th, |th| {
        let v = s.version();
        if v != 0 {
            return v;
        }
        let v = th.rt.new_version();
        // ORDERING: Release; as in `assign_type_version`. Model: shape_version.
        s.version.store(v, ord!("shape.assign_version", Release));
        v
    })
}

/// Tells that a type is about to change: takes the versions from it, its subclasses, and all their shapes.
///
/// Called under the type lock, *before* the change, so that nobody can prove the old contents after it.
pub fn modified(ty: &'static Type) {
    // ORDERING: Release; the change that follows is not seen by whoever still sees the version. Model: shape_version.
    ty.version.store(0, ord!("type.zero_version", Release));
    if let Some(s) = ty.instance_shape() {
        zero_tree(s);
    }
    // SAFETY: null or a live shape.
    let dict_shape = unsafe { ty.dict_shape_ptr().as_ref() };
    if let Some(s) = dict_shape {
        zero_tree(s);
    }
    new::for_each_subclass(ty, &mut modified);
}

fn zero_tree(s: &'static Shape) {
    // ORDERING: Release; as in `modified`.
    s.version.store(0, ord!("shape.zero_version", Release));
    // ORDERING: Acquire; as in `attr::transition`.
    let list = s.transitions.load(ord!("shape.transitions", Acquire)) as *const ValueArray;
    // SAFETY: null or a live array.
    if let Some(list) = unsafe { list.as_ref() } {
        for i in 0..list.cap() {
            match list.get(i) {
                // SAFETY: the list holds shapes only.
                Some(c) => zero_tree(unsafe { &*c.as_ptr::<Shape>() }),
                None => break,
            }
        }
    }
}

/// Most attribute slots that lie in an instance itself.
pub const INLINE_MAX: usize = 30;

/// The root shape of instances of a heap type; made, with the number of inline slots, at the first instance.
pub fn root_shape(th: &mut Thread, ty: &'static Type) -> R<&'static Shape> {
    if let Some(s) = ty.instance_shape() {
        return Ok(s);
    }
    let has_dict = ty.attrs_offset != 0;
    // A dict field of the static layout, or an attribute word behind a varying payload: no slots.
    let inherited_dict =
        ty.layout().spec.dict_offset != 0 || ty.attrs_offset == ATTRS_BEHIND as u32;
    let kind = match (has_dict, inherited_dict) {
        (_, true) => ShapeKind::Dict,
        (true, false) => ShapeKind::Slots,
        (false, false) => ShapeKind::Fixed,
    };
    let inline = if kind == ShapeKind::Slots { new::inline_slots(ty) } else { 0 };
    let head = instance_head(ty);
    let offset = ty.attrs_offset as u16;
    let s = th.alloc::<Shape>(crate::heap::shape_cell_shape_ref(), 0, |_| {
        let h = Header::new(crate::heap::shape_cell_shape(), OWNER_SHARED, 0);
        Shape::root(h, head, kind, ty, offset, inline as u16)
    })?;
    Ok(with_type_lock(th, |_| match ty.instance_shape() {
        Some(other) => other,
        None => {
            ty.set_instance_shape(s);
            s
        }
    }))
}

fn instance_head(ty: &'static Type) -> ShapeHead {
    let spec = &ty.layout().spec;
    let finalizer = ty.has(flags::HAS_DEL) || spec.slots.finalize.is_some();
    let f = if finalizer { HEAD_FINALIZER } else { 0 }
        | if spec.drop.is_some() { HEAD_DROP } else { 0 };
    ShapeHead { trace: trace_instance, drop: spec.drop, flags: f }
}

/// The shape of a type's instances whose attributes lie in a dict.
pub fn dict_mode_shape(th: &mut Thread, ty: &'static Type) -> R<&'static Shape> {
    // ORDERING: Acquire; pairs with the Release below.
    let p = ty.dict_shape.load(ord!("type.dict_shape", Acquire)) as *const Shape;
    // SAFETY: null or a live shape (traced).
    if let Some(s) = unsafe { p.as_ref() } {
        return Ok(s);
    }
    let root = root_shape(th, ty)?;
    let s = th.alloc::<Shape>(crate::heap::shape_cell_shape_ref(), 0, |_| {
        let h = Header::new(crate::heap::shape_cell_shape(), OWNER_SHARED, 0);
        Shape::root(h, instance_head(ty), ShapeKind::Dict, ty, root.attrs_offset, root.inline_cap)
    })?;
    Ok(with_type_lock(th, |_| {
        // ORDERING: Acquire; as above.
        let p = ty.dict_shape.load(ord!("type.dict_shape", Acquire)) as *const Shape;
        // SAFETY: as above.
        match unsafe { p.as_ref() } {
            Some(other) => other,
            None => {
                // ORDERING: Release; pairs with the Acquire above. Carries: the shape's fields.
                ty.dict_shape
                    .store(s as *const Shape as *mut Shape, ord!("type.set_dict_shape", Release));
                crate::heap::write_barrier((&raw const *ty).cast(), s as *const Shape as u64);
                s
            }
        }
    }))
}

/// A dict-mode shape of `ty` for an object that was made with `inline` attribute slots (after `__class__` assignment).
pub fn shape_with_inline(th: &mut Thread, ty: &'static Type, inline: u16) -> R<&'static Shape> {
    let s = dict_mode_shape(th, ty)?;
    if s.inline_cap == inline {
        return Ok(s);
    }
    let offset = s.attrs_offset;
    th.alloc::<Shape>(crate::heap::shape_cell_shape_ref(), 0, |_| {
        let h = Header::new(crate::heap::shape_cell_shape(), OWNER_SHARED, 0);
        Shape::root(h, instance_head(ty), ShapeKind::Dict, ty, offset, inline)
    })
}

/// Traces an instance of a heap type: the payload of its static layout, then every word up to its end
/// (`__slots__`, the attribute word, inline attributes).
///
/// # Safety
/// - `cell` is an instance of a heap type.
pub unsafe fn trace_instance(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: the cell begins with a header whose shape is live.
    let s = unsafe { &*(cell as *const Header) }.shape();
    let ty = s.ty();
    let spec = &ty.layout().spec;
    // SAFETY: the payload is that of the static layout; the words after it are values or 0.
    unsafe {
        (spec.trace)(cell, t);
        let (from, to) = match spec.var_size {
            Some(f) => {
                let from = f(cell).next_multiple_of(8);
                (from, if s.attrs_offset == ATTRS_BEHIND { from + 8 } else { from })
            }
            None => (spec.basicsize.next_multiple_of(8), instance_bytes(ty, s)),
        };
        if to > from {
            t.words(cell.add(from) as *const u64, (to - from) / 8);
        }
    }
}

/// Bytes of an instance with shape `s`, for fixed-size layouts.
pub fn instance_bytes(ty: &Type, s: &Shape) -> usize {
    let fixed = ty.basicsize as usize;
    if s.attrs_offset != 0 && s.attrs_offset as usize >= ty.layout().spec.basicsize {
        s.attrs_offset as usize + 8 + 8 * s.inline_cap as usize
    } else {
        fixed
    }
}

/// Allocates an instance of `ty` whose layout has a fixed size. The payload after the header is zeroed, so a layout
/// whose zero is not valid must be initialised by the caller before it is shared.
///
/// **Errors:** MemoryError. **Escapes:** no.
#[inline]
pub fn alloc_instance(th: &mut Thread, ty: &'static Type) -> R<Value> {
    let s = match ty.instance_shape() {
        Some(s) => s,
        None => root_shape(th, ty)?,
    };
    let bytes = instance_bytes(ty, s);
    let p = th.alloc_zeroed(bytes)?;
    // SAFETY: fresh zeroed memory of the instance's size.
    unsafe { (p as *mut Header).write(Header::new(s, th.slot.owner(), 0)) };
    if s.head.flags & (HEAD_FINALIZER | HEAD_DROP) != 0 {
        th.register_special(s, p)?;
    }
    // SAFETY: initialised above: a header, then zero words.
    Ok(unsafe { Value::from_ptr(p) })
}

/// The name of a type with its module, unless that is `builtins` or `__main__`: what `%T` is in CPython's messages.
pub fn qualified_name(th: &mut Thread, ty: &'static Type) -> String {
    let saved = th.exception.take();
    let names = &crate::names::n();
    let get = |th: &mut Thread, name: &'static Str| -> Option<String> {
        let v = crate::attr::getattr_optional(th, ty.value(), name).ok().flatten()?;
        Some(v.cast::<Str>()?.to_string_lossy().into_owned())
    };
    let qualname = get(th, names.__qualname__).unwrap_or_else(|| ty.name());
    let module = get(th, names.__module__);
    th.exception = saved;
    match module.as_deref() {
        None | Some("builtins" | "__main__") => qualname,
        Some(m) => format!("{m}.{qualname}"),
    }
}
