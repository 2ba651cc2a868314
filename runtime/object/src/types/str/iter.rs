//! Iterators over strings: one for ASCII strings, which needs no look at the kind, and one for all others.

use super::Str;
use super::ops::own as own_str;
use crate::core::header::Header;
use crate::core::native::MethodDef;
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::ops;
use crate::payload;
use crate::types::{Tuple, int};
use heddle_sync::prim::{AtomicUsize, ord};

/// Walks over a string; the slot is empty at the end. Threads that share one may see an item twice, as in CPython.
#[repr(C)]
pub struct StrIter {
    /// Cell header.
    pub header: Header,
    text: Slot,
    index: AtomicUsize,
}

payload!(StrIter, STR_ITER);

const SPEC: TypeSpec = TypeSpec {
    basicsize: size_of::<StrIter>(),
    flags: flags::DISALLOW_INSTANTIATION,
    methods: &[
        MethodDef::noargs(
            "__length_hint__",
            length_hint,
            "Private method returning an estimate of len(list(it)).",
        ),
        MethodDef::noargs("__reduce__", reduce, "Return state information for pickling."),
        MethodDef::one("__setstate__", setstate, "Set state information for unpickling."),
    ],
    trace: trace_iter,
    ..TypeSpec::DEFAULT
};

/// `str_iterator`
pub static STR_ITER: StaticType = StaticType::new(TypeSpec {
    name: "str_iterator",
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(next), ..Slots::NONE },
    ..SPEC
});

/// `str_ascii_iterator`
pub static STR_ASCII_ITER: StaticType = StaticType::new(TypeSpec {
    name: "str_ascii_iterator",
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(next), ..Slots::NONE },
    ..SPEC
});

unsafe fn trace_iter(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a string iterator.
    t.slot(unsafe { &(*(cell as *const StrIter)).text });
}

fn own(v: Value) -> &'static StrIter {
    // SAFETY: slots and methods of the two types, which have no subclasses, are called with their instances only.
    unsafe { &*v.as_ptr::<StrIter>() }
}

/// `iter(str)`
pub fn iter(th: &mut Thread, v: Value) -> R {
    let ty = if own_str(v).is_ascii() { &STR_ASCII_ITER } else { &STR_ITER };
    let it = th.alloc::<StrIter>(ty.shape(), 0, |header| StrIter {
        header,
        text: Slot::new(Some(v)),
        index: AtomicUsize::new(0),
    })?;
    Ok(Value::from_ref(it))
}

/// The next character. **Escapes:** no.
pub fn next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let it = own(v);
    let Some(s) = it.text.get().and_then(|s| s.cast::<Str>()) else { return Ok(None) };
    // ORDERING: Relaxed; see the type.
    let i = it.index.load(ord!("striter.index", Relaxed));
    match s.view().get(i) {
        Some(c) => {
            // ORDERING: Relaxed; as above.
            it.index.store(i + 1, ord!("striter.advance", Relaxed));
            Ok(Some(Value::from_ref(Str::from_code_point(th, c)?)))
        }
        None => {
            it.text.set(None);
            Ok(None)
        }
    }
}

fn length_hint(_: &mut Thread, v: Value) -> R {
    let it = own(v);
    let len = it.text.get().and_then(|s| s.cast::<Str>()).map_or(0, Str::len);
    // ORDERING: Relaxed; an estimate.
    let i = it.index.load(ord!("striter.hint", Relaxed));
    Ok(Value::small_int(len.saturating_sub(i) as i64))
}

fn reduce(th: &mut Thread, v: Value) -> R {
    let builtins = (th.hooks.import)(th, "builtins")?;
    let iter = crate::attr::getattr_str(th, builtins, "iter")?;
    let it = own(v);
    // ORDERING: Relaxed; see the type.
    let index = it.index.load(ord!("striter.state", Relaxed));
    let items = match it.text.get() {
        Some(s) => {
            let args = Tuple::new(th, &[s])?;
            Tuple::new(th, &[iter, Value::from_ref(args), Value::small_int(index as i64)])?
        }
        None => {
            let empty = Str::empty(th)?;
            let args = Tuple::new(th, &[Value::from_ref(empty)])?;
            Tuple::new(th, &[iter, Value::from_ref(args)])?
        }
    };
    Ok(Value::from_ref(items))
}

fn setstate(th: &mut Thread, v: Value, state: Value) -> R {
    let i = ops::index(th, state)?;
    let i = int::to_i64(i).unwrap_or(i64::MAX);
    let it = own(v);
    if let Some(s) = it.text.get().and_then(|s| s.cast::<Str>()) {
        let i = i.clamp(0, s.len() as i64) as usize;
        // ORDERING: Relaxed; see the type.
        it.index.store(i, ord!("striter.set_state", Relaxed));
    }
    Ok(Value::none())
}
