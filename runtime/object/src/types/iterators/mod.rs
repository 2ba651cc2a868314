//! Iterators that are built-in types: over anything with `__getitem__` here; over lists and tuples in `indexed`;
//! `enumerate` and `reversed` in `enumerate`; `map`, `filter` and `zip` in `combine`.
//!
//! Their state is a few atomic words. Threads that share an iterator may see an item twice or miss one, as in CPython,
//! and nothing worse.

pub mod combine;
pub mod enumerate;
pub mod indexed;

pub use indexed::{
    LIST_ITER, LIST_REVERSE_ITER, ListIter, ListReverseIter, TUPLE_ITER, TupleIter,
    new_list_iterator, new_list_reverse_iterator, new_tuple_iterator,
};

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
use crate::types::exceptions as exc;
use heddle_sync::prim::{AtomicUsize, ord};

/// A function of the `builtins` module, for `__reduce__`. **Escapes:** may import.
pub fn builtin(th: &mut Thread, name: &str) -> R {
    let m = (th.hooks.import)(th, "builtins")?;
    crate::attr::getattr_str(th, m, name)
}

/// `iterator`: calls `__getitem__` with 0, 1, 2, ...
#[repr(C)]
pub struct SequenceIterator {
    /// Cell header.
    pub header: Header,
    seq: Slot,
    index: AtomicUsize,
}
payload!(SequenceIterator, SEQUENCE_ITERATOR);

unsafe fn trace_it(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    t.word(Value::slot_word(unsafe { &*(cell as *const SequenceIterator) }.seq.get()));
}

/// `iterator`
pub static SEQUENCE_ITERATOR: StaticType = StaticType::new(TypeSpec {
    name: "iterator",
    basicsize: size_of::<SequenceIterator>(),
    flags: flags::DISALLOW_INSTANTIATION,
    trace: trace_it,
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(next), ..Slots::NONE },
    methods: &[
        MethodDef::noargs(
            "__reduce__",
            |th, v| {
                let Some(it) = v.cast::<SequenceIterator>() else { return Ok(v) };
                // ORDERING: Relaxed; as in `next`.
                let i = it.index.load(ord!("seqiter.reduce", Relaxed));
                indexed::reduce_with(th, "iter", it.seq.get(), i as i64)
            },
            "Return state information for pickling.",
        ),
        MethodDef::one(
            "__setstate__",
            |th, v, state| {
                let i = ops::index_isize(th, state)?.max(0) as usize;
                if let Some(it) = v.cast::<SequenceIterator>()
                    && it.seq.get().is_some()
                {
                    // ORDERING: Relaxed; as in `next`.
                    it.index.store(i, ord!("seqiter.setstate", Relaxed));
                }
                Ok(Value::none())
            },
            "Set state information for unpickling.",
        ),
        MethodDef::noargs(
            "__length_hint__",
            |th, v| {
                let Some(it) = v.cast::<SequenceIterator>() else { return Ok(v) };
                match it.seq.get() {
                    Some(s) if s.type_of().slots().len.is_some() => {
                        let n = ops::len(th, s)?;
                        // ORDERING: Relaxed; an estimate.
                        Ok(Value::small_int(
                            n.saturating_sub(it.index.load(ord!("seqiter.hint", Relaxed))) as i64,
                        ))
                    }
                    Some(_) => Ok(Value::not_implemented()),
                    None => Ok(Value::small_int(0)),
                }
            },
            "Private method returning an estimate of len(list(it)).",
        ),
    ],
    ..TypeSpec::DEFAULT
});

/// `iter(seq)` for a sequence without `__iter__`.
pub fn new_sequence_iterator(th: &mut Thread, seq: Value) -> R {
    let it = th.alloc::<SequenceIterator>(SEQUENCE_ITERATOR.shape(), 0, |header| {
        SequenceIterator { header, seq: Slot::new(Some(seq)), index: AtomicUsize::new(0) }
    })?;
    Ok(Value::from_ref(it))
}

fn next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let Some(it) = v.cast::<SequenceIterator>() else { return Ok(None) };
    let Some(seq) = it.seq.get() else { return Ok(None) };
    // ORDERING: Relaxed; threads that share an iterator may see an item twice, as in CPython.
    let i = it.index.load(ord!("seqiter.index", Relaxed));
    match ops::getitem(th, seq, Value::small_int(i as i64)) {
        Ok(x) => {
            // ORDERING: Relaxed; as above.
            it.index.store(i + 1, ord!("seqiter.advance", Relaxed));
            Ok(Some(x))
        }
        Err(e) if th.exception_is(&exc::INDEX_ERROR) || th.exception_is(&exc::STOP_ITERATION) => {
            th.take_exception(e);
            it.seq.set(None);
            Ok(None)
        }
        Err(e) => Err(e),
    }
}
