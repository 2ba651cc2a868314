//! Iterators over lists and tuples: the container and an index. Layouts are public, so that `FOR_ITER` forms can inline
//! them.

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
use crate::types::{List, Tuple};
use heddle_sync::prim::{AtomicUsize, ord};

macro_rules! indexed {
    ($(#[$doc:meta])* $name:ident, $static:ident, $trace:ident, $pyname:literal, $next:expr, $methods:expr) => {
        $(#[$doc])*
        #[repr(C)]
        pub struct $name {
            /// Cell header.
            pub header: Header,
            /// The container; empty at the end.
            pub seq: Slot,
            /// The next index.
            pub index: AtomicUsize,
        }
        payload!($name, $static);

        unsafe fn $trace(cell: *mut u8, t: &mut Tracer) {
            // SAFETY: called with such a cell.
            t.slot(&unsafe { &*(cell as *const $name) }.seq);
        }

        $(#[$doc])*
        pub static $static: StaticType = StaticType::new(TypeSpec {
            name: $pyname,
            basicsize: size_of::<$name>(),
            flags: flags::DISALLOW_INSTANTIATION,
            trace: $trace,
            slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some($next), ..Slots::NONE },
            methods: $methods,
            ..TypeSpec::DEFAULT
        });

        impl $name {
            fn make(th: &mut Thread, seq: Value, index: usize) -> R {
                let it = th.alloc::<$name>($static.shape(), 0, |header| $name {
                    header,
                    seq: Slot::new(Some(seq)),
                    index: AtomicUsize::new(index),
                })?;
                Ok(Value::from_ref(it))
            }

            #[inline(always)]
            fn at(&self) -> usize {
                // ORDERING: Relaxed; the word stands for itself, see the head of `iterators`.
                self.index.load(ord!("iter.index", Relaxed))
            }

            #[inline(always)]
            fn move_to(&self, i: usize) {
                // ORDERING: Relaxed; as above.
                self.index.store(i, ord!("iter.advance", Relaxed));
            }
        }
    };
}

indexed!(
    /// `list_iterator`
    ListIter,
    LIST_ITER,
    trace_list_iter,
    "list_iterator",
    |th, v| Ok(own::<ListIter>(v).advance(th)),
    &[
        MethodDef::noargs(
            "__length_hint__",
            |_, v| {
                let it = own::<ListIter>(v);
                let len = it.seq.get().and_then(|l| l.cast::<List>()).map_or(0, |l| l.len());
                Ok(Value::small_int(len.saturating_sub(it.at()) as i64))
            },
            HINT_DOC,
        ),
        MethodDef::noargs(
            "__reduce__",
            |th, v| {
                let it = own::<ListIter>(v);
                reduce_with(th, "iter", it.seq.get(), it.at() as i64)
            },
            REDUCE_DOC,
        ),
        MethodDef::one(
            "__setstate__",
            |th, v, state| {
                let i = ops::index_isize(th, state)?.max(0) as usize;
                let it = own::<ListIter>(v);
                if let Some(l) = it.seq.get().and_then(|l| l.cast::<List>()) {
                    it.move_to(i.min(l.len()));
                }
                Ok(Value::none())
            },
            SETSTATE_DOC,
        ),
    ]
);

indexed!(
    /// `list_reverseiterator`; the index is one more than the next item's, 0 at the end.
    ListReverseIter,
    LIST_REVERSE_ITER,
    trace_list_reverse_iter,
    "list_reverseiterator",
    |th, v| Ok(own::<ListReverseIter>(v).advance(th)),
    &[
        MethodDef::noargs(
            "__length_hint__",
            |_, v| {
                let it = own::<ListReverseIter>(v);
                let len = it.seq.get().and_then(|l| l.cast::<List>()).map_or(0, |l| l.len());
                let left = it.at();
                Ok(Value::small_int(if left > len { 0 } else { left as i64 }))
            },
            HINT_DOC,
        ),
        MethodDef::noargs(
            "__reduce__",
            |th, v| {
                let it = own::<ListReverseIter>(v);
                match it.seq.get() {
                    Some(l) => reduce_with(th, "reversed", Some(l), it.at() as i64 - 1),
                    None => reduce_with(th, "iter", None, 0),
                }
            },
            REDUCE_DOC,
        ),
        MethodDef::one(
            "__setstate__",
            |th, v, state| {
                let i = ops::index_isize(th, state)?;
                let it = own::<ListReverseIter>(v);
                if let Some(l) = it.seq.get().and_then(|l| l.cast::<List>()) {
                    it.move_to((i.max(-1) + 1).min(l.len() as isize) as usize);
                }
                Ok(Value::none())
            },
            SETSTATE_DOC,
        ),
    ]
);

indexed!(
    /// `tuple_iterator`
    TupleIter,
    TUPLE_ITER,
    trace_tuple_iter,
    "tuple_iterator",
    |_, v| Ok(own::<TupleIter>(v).advance()),
    &[
        MethodDef::noargs(
            "__length_hint__",
            |_, v| {
                let it = own::<TupleIter>(v);
                let len = it.seq.get().and_then(|l| l.cast::<Tuple>()).map_or(0, |l| l.len());
                Ok(Value::small_int(len.saturating_sub(it.at()) as i64))
            },
            HINT_DOC,
        ),
        MethodDef::noargs(
            "__reduce__",
            |th, v| {
                let it = own::<TupleIter>(v);
                match it.seq.get() {
                    Some(t) => reduce_with(th, "iter", Some(t), it.at() as i64),
                    None => {
                        let empty = Value::from_ref(Tuple::new(th, &[])?);
                        let f = super::builtin(th, "iter")?;
                        let args = Tuple::new(th, &[empty])?;
                        Ok(Value::from_ref(Tuple::new(th, &[f, Value::from_ref(args)])?))
                    }
                }
            },
            REDUCE_DOC,
        ),
        MethodDef::one(
            "__setstate__",
            |th, v, state| {
                let i = ops::index_isize(th, state)?.max(0) as usize;
                let it = own::<TupleIter>(v);
                if let Some(t) = it.seq.get().and_then(|l| l.cast::<Tuple>()) {
                    it.move_to(i.min(t.len()));
                }
                Ok(Value::none())
            },
            SETSTATE_DOC,
        ),
    ]
);

const HINT_DOC: &str = "Private method returning an estimate of len(list(it)).";
const REDUCE_DOC: &str = "Return state information for pickling.";
const SETSTATE_DOC: &str = "Set state information for unpickling.";

/// Slots and methods are called with instances only.
#[inline(always)]
fn own<T: crate::core::value::Payload>(v: Value) -> &'static T {
    // SAFETY: whoever calls a slot or method checked the type.
    unsafe { v.cast_unchecked() }
}

impl ListIter {
    /// The next item. **Escapes:** no.
    #[inline(always)]
    pub fn advance(&self, th: &mut Thread) -> Option<Value> {
        let l = self.seq.get()?;
        // SAFETY: `seq` holds a list or a subclass.
        let l = unsafe { l.cast_unchecked::<List>() };
        let i = self.at();
        match l.at(th, i) {
            Some(v) => {
                self.move_to(i + 1);
                Some(v)
            }
            None => {
                self.seq.set(None);
                None
            }
        }
    }
}

impl ListReverseIter {
    /// The next item. **Escapes:** no.
    pub fn advance(&self, th: &mut Thread) -> Option<Value> {
        let l = self.seq.get()?.cast::<List>()?;
        let i = self.at();
        match i.checked_sub(1).and_then(|i| l.at(th, i)) {
            Some(v) => {
                self.move_to(i - 1);
                Some(v)
            }
            None => {
                self.seq.set(None);
                None
            }
        }
    }
}

impl TupleIter {
    /// The next item. **Escapes:** no.
    #[inline(always)]
    pub fn advance(&self) -> Option<Value> {
        let t = self.seq.get()?;
        // SAFETY: `seq` holds a tuple or a subclass.
        let t = unsafe { t.cast_unchecked::<Tuple>() };
        let i = self.at();
        match t.get(i) {
            Some(v) => {
                self.move_to(i + 1);
                Some(v)
            }
            None => {
                self.seq.set(None);
                None
            }
        }
    }
}

/// `iter(list)`
#[inline]
pub fn new_list_iterator(th: &mut Thread, l: Value) -> R {
    ListIter::make(th, l, 0)
}

/// `reversed(list)`
pub fn new_list_reverse_iterator(th: &mut Thread, l: Value) -> R {
    let n = l.cast::<List>().map_or(0, |l| l.len());
    ListReverseIter::make(th, l, n)
}

/// `iter(tuple)`
#[inline]
pub fn new_tuple_iterator(th: &mut Thread, t: Value) -> R {
    TupleIter::make(th, t, 0)
}

/// What `__reduce__` gives: the builtin, its argument, the index; an iterator over nothing at the end.
pub fn reduce_with(th: &mut Thread, f: &str, seq: Option<Value>, index: i64) -> R {
    let f = super::builtin(th, f)?;
    let r = match seq {
        Some(s) => {
            let args = Tuple::new(th, &[s])?;
            Tuple::new(th, &[f, Value::from_ref(args), Value::small_int(index)])?
        }
        None => {
            let empty = List::new(th, &[])?;
            let args = Tuple::new(th, &[Value::from_ref(empty)])?;
            Tuple::new(th, &[f, Value::from_ref(args)])?
        }
    };
    Ok(Value::from_ref(r))
}
