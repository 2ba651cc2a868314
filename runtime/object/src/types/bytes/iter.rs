//! Iterators over `bytes`, `bytearray` and `memoryview`: one cell, three types.

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
use crate::types::{ByteArray, Bytes, Tuple, int};
use heddle_sync::prim::{AtomicUsize, ord};

/// Walks over the bytes; the slot is empty at the end. Threads that share one may see an item twice, as in CPython.
#[repr(C)]
pub struct BytesIter {
    /// Cell header.
    pub header: Header,
    source: Slot,
    index: AtomicUsize,
}

payload!(BytesIter, BYTES_ITER);

const SPEC: TypeSpec = TypeSpec {
    basicsize: size_of::<BytesIter>(),
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

/// `bytes_iterator`
pub static BYTES_ITER: StaticType = StaticType::new(TypeSpec {
    name: "bytes_iterator",
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(next_bytes), ..Slots::NONE },
    ..SPEC
});

/// `bytearray_iterator`
pub static BYTEARRAY_ITER: StaticType = StaticType::new(TypeSpec {
    name: "bytearray_iterator",
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(next_bytearray), ..Slots::NONE },
    ..SPEC
});

/// `memory_iterator`
pub static MEMORY_ITER: StaticType = StaticType::new(TypeSpec {
    name: "memory_iterator",
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(next_memory), ..Slots::NONE },
    methods: &[],
    ..SPEC
});

unsafe fn trace_iter(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such an iterator.
    t.slot(unsafe { &(*(cell as *const BytesIter)).source });
}

fn own(v: Value) -> &'static BytesIter {
    // SAFETY: slots and methods of the types, which have no subclasses, are called with their instances only.
    unsafe { &*v.as_ptr::<BytesIter>() }
}

fn start(th: &mut Thread, ty: &'static StaticType, v: Value) -> R {
    let it = th.alloc::<BytesIter>(ty.shape(), 0, |header| BytesIter {
        header,
        source: Slot::new(Some(v)),
        index: AtomicUsize::new(0),
    })?;
    Ok(Value::from_ref(it))
}

/// `iter(bytes)`
pub fn iter_bytes(th: &mut Thread, v: Value) -> R {
    start(th, &BYTES_ITER, v)
}

/// `iter(bytearray)`
pub fn iter_bytearray(th: &mut Thread, v: Value) -> R {
    start(th, &BYTEARRAY_ITER, v)
}

/// `iter(memoryview)`
pub fn iter_memory(th: &mut Thread, v: Value) -> R {
    start(th, &MEMORY_ITER, v)
}

impl BytesIter {
    /// The item that `get` gives for the next index; the end when it gives nothing.
    #[inline]
    fn step(&self, get: impl FnOnce(Value, usize) -> R<Option<Value>>) -> R<Option<Value>> {
        let Some(source) = self.source.get() else { return Ok(None) };
        // ORDERING: Relaxed; see the type.
        let i = self.index.load(ord!("bytesiter.index", Relaxed));
        let item = get(source, i)?;
        if item.is_some() {
            // ORDERING: Relaxed; as above.
            self.index.store(i + 1, ord!("bytesiter.advance", Relaxed));
        } else {
            self.source.set(None);
        }
        Ok(item)
    }
}

fn byte(b: u8) -> Value {
    Value::small_int(i64::from(b))
}

fn next_bytes(_: &mut Thread, v: Value) -> R<Option<Value>> {
    own(v).step(|s, i| Ok(s.cast::<Bytes>().and_then(|b| b.as_slice().get(i).map(|&b| byte(b)))))
}

fn next_bytearray(th: &mut Thread, v: Value) -> R<Option<Value>> {
    own(v).step(|s, i| Ok(s.cast::<ByteArray>().and_then(|b| b.get(th, i)).map(byte)))
}

fn next_memory(th: &mut Thread, v: Value) -> R<Option<Value>> {
    own(v).step(|s, i| crate::types::memoryview::item_at(th, s, i))
}

fn length_hint(th: &mut Thread, v: Value) -> R {
    let it = own(v);
    let len = match it.source.get() {
        Some(s) => ops::len(th, s)?,
        None => 0,
    };
    // ORDERING: Relaxed; an estimate.
    let i = it.index.load(ord!("bytesiter.hint", Relaxed));
    Ok(Value::small_int(len.saturating_sub(i) as i64))
}

fn reduce(th: &mut Thread, v: Value) -> R {
    let builtins = (th.hooks.import)(th, "builtins")?;
    let iter = crate::attr::getattr_str(th, builtins, "iter")?;
    let it = own(v);
    // ORDERING: Relaxed; see the type.
    let index = it.index.load(ord!("bytesiter.state", Relaxed));
    let items = match it.source.get() {
        Some(s) => {
            let args = Tuple::new(th, &[s])?;
            Tuple::new(th, &[iter, Value::from_ref(args), Value::small_int(index as i64)])?
        }
        None => {
            let empty = Tuple::new(th, &[])?;
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
    if let Some(s) = it.source.get() {
        let len = ops::len(th, s)? as i64;
        // ORDERING: Relaxed; see the type.
        it.index.store(i.clamp(0, len) as usize, ord!("bytesiter.set_state", Relaxed));
    }
    Ok(Value::none())
}
