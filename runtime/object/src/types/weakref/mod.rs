//! `weakref.ref` and the proxies.
//!
//! The referent is a hidden word: the trace function does not report it, the collector clears it when the referent dies
//! (before finalizers run, as CPython's collector does) and queues the callback. Reading it on a running thread gives a
//! strong value, because the world stops for every collection.

pub mod proxy;
#[cfg(test)]
mod tests;

use crate::core::header::Header;
use crate::core::native::{Args, GetSetDef, check_positional};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots, StaticType, Type, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::ops;
use crate::payload;
use crate::types::{List, Str};
use heddle_sync::prim::{AtomicU64, ord};

/// A weak reference or proxy.
#[repr(C)]
pub struct WeakRef {
    /// Cell header.
    pub header: Header,
    /// Word of the referent, 0 when it is gone. Hidden from tracing.
    referent: AtomicU64,
    /// Called with this object when the referent dies.
    callback: Slot,
    /// Hash of the referent once asked for; [`NO_HASH`] before.
    hash: AtomicU64,
}

payload!(WeakRef, REF);

/// A hash is never -1.
const NO_HASH: u64 = u64::MAX;

/// # Safety
/// - `cell` is a [`WeakRef`].
pub(crate) unsafe fn trace_weakref(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: the caller's promise.
    t.slot(&unsafe { &*(cell as *const WeakRef) }.callback);
}

/// `weakref.ReferenceType`
pub static REF: StaticType = StaticType::new(TypeSpec {
    name: "weakref.ReferenceType",
    basicsize: size_of::<WeakRef>(),
    flags: flags::BASETYPE,
    slots: Slots {
        repr: Some(repr),
        hash: Some(hash),
        call: Some(call),
        richcompare: Some(compare),
        new: Some(new),
        init: Some(init),
        ..Slots::NONE
    },
    getset: &[GetSetDef::ro("__callback__", |_, v| Ok(own(v).callback()), "")],
    trace: trace_weakref,
    ..TypeSpec::DEFAULT
});

/// Slots and methods are called with weak references only.
fn own(v: Value) -> &'static WeakRef {
    // SAFETY: slots and methods of the type and of its subclasses get instances, which begin with this layout.
    unsafe { &*v.as_ptr::<WeakRef>() }
}

impl WeakRef {
    /// The referent, while it is there.
    #[inline]
    pub fn get(&self) -> Option<Value> {
        // ORDERING: Acquire; pairs with the Release in `make`. Carries: the referent's cell. The collector clears the
        // word while this thread is stopped.
        let w = self.referent.load(ord!("weakref.get", Acquire));
        // SAFETY: 0 or a cell that is alive: dead ones are cleared before any thread runs again.
        unsafe { Value::from_slot(w) }
    }

    /// The callback or None.
    pub fn callback(&self) -> Value {
        self.callback.get().unwrap_or_else(Value::none)
    }

    /// Forgets the referent and the callback; nothing is called.
    pub fn clear(&self, th: &Thread) {
        if let Some(v) = self.get() {
            let (o, me) = (v.as_ptr::<u8>(), (&raw const *self).cast());
            th.rt.heap.weakref_unregister(o, me);
            // ORDERING: Release; nothing is carried.
            self.referent.store(0, ord!("weakref.clear", Release));
        }
        self.callback.set(None);
    }

    /// Whether another thread, or the referent, could tell it from a fresh one: no callback, and not of a subclass.
    fn is_plain(&self) -> bool {
        self.callback.get().is_none()
    }
}

/// A weak reference of class `ty` (of this layout) to `object`.
///
/// Plain references and proxies (`shared`) are handed out again while they exist.
/// **Errors:** TypeError when the object cannot be weakly referenced, MemoryError. **Escapes:** no.
pub fn make(
    th: &mut Thread,
    ty: &'static Type,
    object: Value,
    callback: Option<Value>,
    shared: bool,
) -> R<&'static WeakRef> {
    if !object.is_ptr() || !object.type_of().has(flags::HAS_WEAKREF) {
        let name = object.type_of().name();
        return Err(th.type_error(format_args!("cannot create weak reference to '{name}' object")));
    }
    let heap = &th.rt.heap;
    if shared && callback.is_none() {
        let mut found = None;
        // SAFETY: `object` is alive; registered cells are weak references.
        unsafe {
            heap.weakrefs_of(object.as_ptr(), |w| {
                let v = Value::from_word(w);
                if std::ptr::eq(v.type_of(), ty) && own(v).is_plain() {
                    found = Some(own(v));
                }
                found.is_none()
            })
        };
        if let Some(r) = found {
            return Ok(r);
        }
    }
    let v = crate::ty::alloc_instance(th, ty)?;
    let r = own(v);
    // ORDERING: Relaxed; not shared yet.
    r.hash.store(NO_HASH, ord!("weakref.new_hash", Relaxed));
    r.callback.set(callback);
    // ORDERING: Release; pairs with the Acquire in `get`.
    r.referent.store(object.word(), ord!("weakref.set", Release));
    // SAFETY: both cells are alive; the word is not reported by `trace_weakref`.
    unsafe {
        heap.weakref_register(object.as_ptr(), v.as_ptr(), &r.referent, callback.is_some());
    }
    Ok(r)
}

/// Calls the callback of a weak reference whose referent has died. Errors go to `sys.unraisablehook`.
///
/// **Escapes:** yes.
pub(crate) fn run_callback(th: &mut Thread, v: Value) {
    let Some(f) = own(v).callback.swap(None) else { return };
    if let Err(e) = ops::call::call1(th, f, v) {
        (th.hooks.unraisable)(th, e, "Exception ignored while calling weakref callback", Some(f));
        th.exception = None;
    }
}

/// The weak references and proxies of an object, oldest first; None among them never.
pub fn list_of(th: &mut Thread, object: Value) -> R<&'static List> {
    let mut all = crate::heap::RootVec::new(th);
    if object.is_ptr() {
        // SAFETY: a live cell; registered cells are alive or become so by being listed here.
        unsafe {
            th.rt.heap.weakrefs_of(object.as_ptr(), |w| {
                all.push(Value::from_word(w));
                true
            })
        };
    }
    List::new(th, &all)
}

/// The first weak reference of an object, or None (`__weakref__`).
pub fn first_of(th: &mut Thread, object: Value) -> Value {
    let mut first = Value::none();
    if object.is_ptr() {
        // SAFETY: as in `list_of`.
        unsafe {
            th.rt.heap.weakrefs_of(object.as_ptr(), |w| {
                first = Value::from_word(w);
                false
            })
        };
    }
    first
}

fn new(th: &mut Thread, cls: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let pos = Args::new(args, kwnames).pos;
    check_positional(th, "__new__", pos.len(), 1, 2)?;
    let callback = pos.get(1).copied().filter(|c| !c.is_none());
    let Some(ty) = cls.cast_type() else {
        return Err(th.type_error(format_args!("weakref.__new__(X): X is not a type object")));
    };
    let plain = std::ptr::eq(ty, REF.ty());
    make(th, ty, pos[0], callback, plain).map(|r| Value::from_ref(r))
}

fn init(th: &mut Thread, _: Value, args: &[Value], kwnames: Option<Value>) -> R<()> {
    let a = Args::new(args, kwnames);
    a.no_keywords(th, "ref")?;
    check_positional(th, "__init__", a.pos.len(), 1, 2)
}

fn call(th: &mut Thread, v: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let a = Args::new(args, kwnames);
    a.no_keywords(th, "weakref.ref")?;
    check_positional(th, "weakref.ref", a.pos.len(), 0, 0)?;
    Ok(own(v).get().unwrap_or_else(Value::none))
}

fn hash(th: &mut Thread, v: Value) -> R<i64> {
    let r = own(v);
    // ORDERING: Relaxed; the hash is a number that never changes.
    let known = r.hash.load(ord!("weakref.hash", Relaxed));
    if known != NO_HASH {
        return Ok(known as i64);
    }
    let Some(o) = r.get() else {
        return Err(th.type_error(format_args!("weak object has gone away")));
    };
    let h = ops::hash(th, o)?;
    // ORDERING: Relaxed; as above.
    r.hash.store(h as u64, ord!("weakref.set_hash", Relaxed));
    Ok(h)
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let is_ref = |v: Value| v.type_of().is_subtype(REF.ty());
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) || !is_ref(a) || !is_ref(b) {
        return Ok(Value::not_implemented());
    }
    match (own(a).get(), own(b).get()) {
        (Some(x), Some(y)) => ops::compare::compare(th, x, y, op),
        _ => Ok(Value::bool((a == b) == (op == CompareOp::Eq))),
    }
}

/// Name of the object's type as `%T` gives it: with its module, unless that is `builtins`.
pub(crate) fn full_type_name(th: &mut Thread, ty: &'static Type) -> String {
    let n = crate::names::n();
    let mut part = |name| {
        crate::attr::getattr_optional(th, ty.value(), name)
            .ok()
            .flatten()
            .and_then(|v| v.cast::<Str>().map(|s| s.to_string_lossy().into_owned()))
    };
    let (module, qualname) = (part(n.__module__), part(n.__qualname__));
    th.exception = None;
    let qualname = qualname.unwrap_or_else(|| ty.name());
    match module {
        Some(m) if m != "builtins" => format!("{m}.{qualname}"),
        _ => qualname,
    }
}

fn repr(th: &mut Thread, v: Value) -> R {
    let at = v.word();
    let text = match own(v).get() {
        None => format!("<weakref at {at:#x}; dead>"),
        Some(o) => {
            let name = crate::attr::getattr_optional(th, o, crate::names::n().__name__)?;
            let ty = full_type_name(th, o.type_of());
            match name.and_then(|n| n.cast::<Str>()) {
                Some(s) => {
                    let s = s.to_string_lossy();
                    format!("<weakref at {at:#x}; to '{ty}' at {:#x} ({s})>", o.word())
                }
                None => format!("<weakref at {at:#x}; to '{ty}' at {:#x}>", o.word()),
            }
        }
    };
    Str::new(th, &text).map(|s| Value::from_ref(s))
}
