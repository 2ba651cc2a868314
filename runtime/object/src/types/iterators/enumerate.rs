//! `enumerate` and `reversed`.

use crate::core::header::Header;
use crate::core::native::{Args, MethodDef, Params};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec, flags};
use crate::core::value::{SMALL_INT_MAX, Value};
use crate::error::R;
use crate::heap::Tracer;
use crate::names::n;
use crate::ops;
use crate::payload;
use crate::types::Tuple;
use crate::types::exceptions as exc;
use heddle_sync::prim::{AtomicU64, AtomicUsize, ord};

/// Counts what another iterator gives.
#[repr(C)]
pub struct Enumerate {
    /// Cell header.
    pub header: Header,
    iter: Slot,
    /// The next number while it fits the word.
    index: AtomicU64,
    /// The next number when it does not.
    big: Slot,
}
payload!(Enumerate, ENUMERATE);

unsafe fn trace_enumerate(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    let e = unsafe { &*(cell as *const Enumerate) };
    t.slot(&e.iter);
    t.slot(&e.big);
}

/// `enumerate`
pub static ENUMERATE: StaticType = StaticType::new(TypeSpec {
    name: "enumerate",
    basicsize: size_of::<Enumerate>(),
    flags: flags::BASETYPE,
    doc: "Return an enumerate object.\n\n  iterable\n    an object supporting iteration\n\nThe enumerate object yields pairs containing a count (from start, which\ndefaults to zero) and a value yielded by the iterable argument.\n\nenumerate is useful for obtaining an indexed list:\n    (0, seq[0]), (1, seq[1]), (2, seq[2]), ...",
    trace: trace_enumerate,
    slots: Slots {
        new: Some(enumerate_new),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(enumerate_next),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::noargs("__reduce__", enumerate_reduce, "Return state information for pickling."),
        MethodDef::one("__class_getitem__", crate::types::generic_alias::new_alias, "See PEP 585")
            .class(),
    ],
    ..TypeSpec::DEFAULT
});

const ENUMERATE_NEW: Params<2> = Params::new(["iterable", "start"], 1);

fn enumerate_new(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    let a = Args::new(args, kw);
    if a.pos.is_empty() && a.keyword("iterable").is_none() {
        return Err(
            th.type_error(format_args!("enumerate() missing required argument 'iterable' (pos 1)"))
        );
    }
    let [it, start] = a.bind(th, "enumerate", &ENUMERATE_NEW)?;
    let start = match start {
        Some(s) => ops::index(th, s)?,
        None => Value::small_int(0),
    };
    let start = crate::types::int::exact(th, start)?;
    let it = ops::iter(th, it.unwrap_or_else(Value::none))?;
    let v = crate::ty::alloc_instance(th, t)?;
    let e = own::<Enumerate>(v);
    e.iter.set(Some(it));
    match start.as_small_int() {
        // ORDERING: Relaxed; the word stands for itself, see the head of `iterators`.
        Some(i) => e.index.store(i as u64, ord!("enumerate.start", Relaxed)),
        None => e.big.set(Some(start)),
    }
    Ok(v)
}

fn enumerate_next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let e = own::<Enumerate>(v);
    let Some(it) = e.iter.get() else { return Ok(None) };
    let Some(x) = ops::next(th, it)? else { return Ok(None) };
    let number = match e.big.get() {
        None => {
            // ORDERING: Relaxed; as above.
            let i = e.index.load(ord!("enumerate.index", Relaxed)) as i64;
            if i == SMALL_INT_MAX {
                let one = Value::small_int(1);
                let next = ops::binary_op(th, Value::small_int(i), one, ops::BinOp::Add)?;
                e.big.set(Some(next));
            } else {
                // ORDERING: Relaxed; as above.
                e.index.store((i + 1) as u64, ord!("enumerate.advance", Relaxed));
            }
            Value::small_int(i)
        }
        Some(big) => {
            let next = ops::binary_op(th, big, Value::small_int(1), ops::BinOp::Add)?;
            e.big.set(Some(next));
            big
        }
    };
    Ok(Some(Value::from_ref(Tuple::new(th, &[number, x])?)))
}

fn enumerate_reduce(th: &mut Thread, v: Value) -> R {
    let e = own::<Enumerate>(v);
    // ORDERING: Relaxed; as above.
    let i = e.index.load(ord!("enumerate.reduce", Relaxed)) as i64;
    let start = e.big.get().unwrap_or_else(|| Value::small_int(i));
    let args = Tuple::new(th, &[e.iter.get().unwrap_or_else(Value::none), start])?;
    Ok(Value::from_ref(Tuple::new(th, &[v.type_of().value(), Value::from_ref(args)])?))
}

/// Walks a sequence backwards by its length and `__getitem__`.
#[repr(C)]
pub struct Reversed {
    /// Cell header.
    pub header: Header,
    seq: Slot,
    /// One more than the next index; 0 at the end.
    left: AtomicUsize,
}
payload!(Reversed, REVERSED);

unsafe fn trace_reversed(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    t.slot(&unsafe { &*(cell as *const Reversed) }.seq);
}

/// `reversed`
pub static REVERSED: StaticType = StaticType::new(TypeSpec {
    name: "reversed",
    basicsize: size_of::<Reversed>(),
    flags: flags::BASETYPE,
    doc: "Return a reverse iterator over the values of the given sequence.",
    trace: trace_reversed,
    slots: Slots {
        new: Some(reversed_new),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(reversed_next),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::noargs(
            "__length_hint__",
            reversed_hint,
            "Private method returning an estimate of len(list(it)).",
        ),
        MethodDef::noargs("__reduce__", reversed_reduce, "Return state information for pickling."),
        MethodDef::one("__setstate__", reversed_setstate, "Set state information for unpickling."),
    ],
    ..TypeSpec::DEFAULT
});

fn reversed_new(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    let a = Args::new(args, kw);
    if std::ptr::eq(t, REVERSED.ty()) {
        a.no_keywords(th, "reversed")?;
    }
    a.positional(th, "reversed", 1, 1)?;
    let seq = a.pos[0];
    if let Some((f, bound)) = crate::ty::lookup_special(th, seq, n().__reversed__)? {
        if f.is_none() {
            return Err(not_reversible(th, seq));
        }
        return ops::call_bound(th, f, bound.then_some(seq), &[]);
    }
    if !ops::is_sequence(seq) {
        return Err(not_reversible(th, seq));
    }
    let len = ops::len(th, seq)?;
    let v = crate::ty::alloc_instance(th, t)?;
    let r = own::<Reversed>(v);
    r.seq.set(Some(seq));
    // ORDERING: Relaxed; the word stands for itself, see the head of `iterators`.
    r.left.store(len, ord!("reversed.start", Relaxed));
    Ok(v)
}

#[cold]
fn not_reversible(th: &mut Thread, v: Value) -> crate::error::Raised {
    let tn = v.type_of().name();
    th.type_error(format_args!("'{tn}' object is not reversible"))
}

fn reversed_next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let r = own::<Reversed>(v);
    let Some(seq) = r.seq.get() else { return Ok(None) };
    // ORDERING: Relaxed; as above.
    let left = r.left.load(ord!("reversed.left", Relaxed));
    if left > 0 {
        match ops::getitem(th, seq, Value::small_int(left as i64 - 1)) {
            Ok(x) => {
                // ORDERING: Relaxed; as above.
                r.left.store(left - 1, ord!("reversed.advance", Relaxed));
                return Ok(Some(x));
            }
            Err(e) if th.catch(e, &exc::INDEX_ERROR) || th.catch(e, &exc::STOP_ITERATION) => {}
            Err(e) => return Err(e),
        }
    }
    r.seq.set(None);
    // ORDERING: Relaxed; as above.
    r.left.store(0, ord!("reversed.end", Relaxed));
    Ok(None)
}

fn reversed_hint(th: &mut Thread, v: Value) -> R {
    let r = own::<Reversed>(v);
    let Some(seq) = r.seq.get() else { return Ok(Value::small_int(0)) };
    let len = ops::len(th, seq)?;
    // ORDERING: Relaxed; as above.
    let left = r.left.load(ord!("reversed.hint", Relaxed));
    Ok(Value::small_int(if left > len { 0 } else { left as i64 }))
}

fn reversed_reduce(th: &mut Thread, v: Value) -> R {
    let r = own::<Reversed>(v);
    let ty = v.type_of().value();
    // ORDERING: Relaxed; as above.
    let left = r.left.load(ord!("reversed.reduce", Relaxed)) as i64;
    let t = match r.seq.get() {
        Some(s) => {
            let args = Tuple::new(th, &[s])?;
            Tuple::new(th, &[ty, Value::from_ref(args), Value::small_int(left - 1)])?
        }
        None => {
            let empty = Value::from_ref(Tuple::new(th, &[])?);
            let args = Tuple::new(th, &[empty])?;
            Tuple::new(th, &[ty, Value::from_ref(args)])?
        }
    };
    Ok(Value::from_ref(t))
}

fn reversed_setstate(th: &mut Thread, v: Value, state: Value) -> R {
    let i = ops::index_isize(th, state)?;
    let r = own::<Reversed>(v);
    if let Some(seq) = r.seq.get() {
        let len = ops::len(th, seq)? as isize;
        let left = (i.max(-1) + 1).min(len);
        // ORDERING: Relaxed; as above.
        r.left.store(left as usize, ord!("reversed.setstate", Relaxed));
    }
    Ok(Value::none())
}

/// Slots and methods are called with instances only.
#[inline(always)]
fn own<T: crate::core::value::Payload>(v: Value) -> &'static T {
    // SAFETY: whoever calls a slot or method checked the type.
    unsafe { v.cast_unchecked() }
}
