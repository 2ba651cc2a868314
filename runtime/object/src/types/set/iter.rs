//! `set_iterator`

use super::{Set, any_set};
use crate::core::header::Header;
use crate::core::native::MethodDef;
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::payload;
use crate::types::{List, Tuple};
use heddle_sync::prim::{AtomicUsize, ord};

/// A set and an index into its table.
#[repr(C)]
pub struct SetIter {
    /// Cell header.
    pub header: Header,
    set: Slot,
    at: AtomicUsize,
    /// Number of items at the start; `usize::MAX` after an error.
    used: AtomicUsize,
    left: AtomicUsize,
}
payload!(SetIter, SET_ITER);

unsafe fn trace(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    t.slot(&unsafe { &*(cell as *const SetIter) }.set);
}

/// `set_iterator`
pub static SET_ITER: StaticType = StaticType::new(TypeSpec {
    name: "set_iterator",
    basicsize: size_of::<SetIter>(),
    flags: flags::DISALLOW_INSTANTIATION,
    trace,
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(next), ..Slots::NONE },
    methods: &[
        MethodDef::noargs(
            "__length_hint__",
            |_, v| {
                let it = own(v);
                let n = match it.set.get().and_then(any_set) {
                    Some(s) if s.len() == load(&it.used) => load(&it.left),
                    _ => 0,
                };
                Ok(Value::small_int(n as i64))
            },
            "Private method returning an estimate of len(list(it)).",
        ),
        MethodDef::noargs("__reduce__", reduce, "Return state information for pickling."),
    ],
    ..TypeSpec::DEFAULT
});

/// Slots and methods are called with instances only.
#[inline(always)]
fn own(v: Value) -> &'static SetIter {
    // SAFETY: whoever calls a slot or method checked the type.
    unsafe { v.cast_unchecked() }
}

#[inline(always)]
fn load(w: &AtomicUsize) -> usize {
    // ORDERING: Relaxed; the words stand for themselves, see the head of `iterators`.
    w.load(ord!("setiter.load", Relaxed))
}

#[inline(always)]
fn store(w: &AtomicUsize, n: usize) {
    // ORDERING: Relaxed; as in `load`.
    w.store(n, ord!("setiter.store", Relaxed))
}

/// `iter(set)`
pub(super) fn new_set_iterator(th: &mut Thread, v: Value) -> R {
    let n = any_set(v).map_or(0, |s| s.len());
    let it = th.alloc::<SetIter>(SET_ITER.shape(), 0, |header| SetIter {
        header,
        set: Slot::new(Some(v)),
        at: AtomicUsize::new(0),
        used: AtomicUsize::new(n),
        left: AtomicUsize::new(n),
    })?;
    Ok(Value::from_ref(it))
}

fn next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let it = own(v);
    let Some(set) = it.set.get() else { return Ok(None) };
    // SAFETY: the slot holds a set or frozenset, which have one layout.
    let s = unsafe { &*set.as_ptr::<Set>() };
    if s.len() != load(&it.used) {
        // So it stays, however often the caller asks again.
        store(&it.used, usize::MAX);
        return Err(th.runtime_error(format_args!("Set changed size during iteration")));
    }
    let mut at = load(&it.at);
    match s.next(&mut at) {
        Some(x) => {
            store(&it.at, at);
            store(&it.left, load(&it.left).saturating_sub(1));
            Ok(Some(x))
        }
        None => {
            it.set.set(None);
            Ok(None)
        }
    }
}

fn reduce(th: &mut Thread, v: Value) -> R {
    let it = own(v);
    let rest = List::new(th, &[])?;
    if let Some(set) = it.set.get() {
        let copy = new_set_iterator(th, set)?;
        let c = own(copy);
        store(&c.at, load(&it.at));
        store(&c.used, load(&it.used));
        store(&c.left, load(&it.left));
        while let Some(x) = next(th, copy)? {
            rest.push(th, x)?;
        }
    }
    let f = crate::types::iterators::builtin(th, "iter")?;
    let args = Tuple::new(th, &[Value::from_ref(rest)])?;
    Ok(Value::from_ref(Tuple::new(th, &[f, Value::from_ref(args)])?))
}
