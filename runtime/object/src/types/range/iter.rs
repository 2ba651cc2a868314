//! Iterators of ranges.
//!
//! The short one keeps one mutable word, the next item. Threads that share it may see an item twice, but none runs past
//! the end, because the end is recognised by equality and no step leaves the sequence. The long one counts under its
//! critical section.

use super::{Range, num, own as own_range};
use crate::core::header::Header;
use crate::core::native::MethodDef;
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec};
use crate::core::value::{SMALL_INT_MAX, SMALL_INT_MIN, Value};
use crate::error::R;
use crate::heap::Tracer;
use crate::names::n;
use crate::num::int::{self as algo, Int, IntRef};
use crate::payload;
use crate::types::{Tuple, int};
use heddle_sync::prim::{AtomicU64, ord};

/// Iterates over small integers.
#[repr(C)]
pub struct RangeIter {
    /// Cell header.
    pub header: Header,
    /// The next item, as an `i64`.
    next: AtomicU64,
    /// One step past the last item.
    end: i64,
    step: i64,
}

payload!(RangeIter, RANGE_ITER);

/// `range_iterator`
pub static RANGE_ITER: StaticType = StaticType::new(TypeSpec {
    name: "range_iterator",
    basicsize: size_of::<RangeIter>(),
    flags: crate::core::ty::flags::DISALLOW_INSTANTIATION,
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(next_slot), ..Slots::NONE },
    methods: &[
        MethodDef::noargs(
            "__length_hint__",
            length_hint,
            "Private method returning an estimate of len(list(it)).",
        ),
        MethodDef::noargs("__reduce__", reduce, "Return state information for pickling."),
        MethodDef::one("__setstate__", setstate, "Set state information for unpickling."),
    ],
    ..TypeSpec::DEFAULT
});

/// Offset of the next item, for inline code.
pub const RANGE_ITER_NEXT: usize = std::mem::offset_of!(RangeIter, next);
/// Offset of the end.
pub const RANGE_ITER_END: usize = std::mem::offset_of!(RangeIter, end);
/// Offset of the step.
pub const RANGE_ITER_STEP: usize = std::mem::offset_of!(RangeIter, step);

impl RangeIter {
    /// The next item. **Escapes:** no.
    #[inline(always)]
    pub fn advance(&self) -> Option<Value> {
        // ORDERING: Relaxed; the word stands for itself, see the module's text.
        let next = self.next.load(ord!("range.next", Relaxed)) as i64;
        if next == self.end {
            return None;
        }
        // ORDERING: Relaxed; as above.
        self.next.store((next + self.step) as u64, ord!("range.set_next", Relaxed));
        Some(Value::small_int(next))
    }

    /// Next item, end and step.
    fn state(&self) -> (i64, i64, i64) {
        // ORDERING: Relaxed; as above.
        (self.next.load(ord!("range.state", Relaxed)) as i64, self.end, self.step)
    }
}

fn short(v: Value) -> &'static RangeIter {
    // SAFETY: slots and methods of the type, which has no subclasses, are called with its instances only.
    unsafe { &*v.as_ptr::<RangeIter>() }
}

/// Iterates over integers of any size.
#[repr(C)]
pub struct LongRangeIter {
    /// Cell header.
    pub header: Header,
    start: Slot,
    step: Slot,
    length: Slot,
    /// How many items were given.
    index: Slot,
}

payload!(LongRangeIter, LONG_RANGE_ITER);

/// `longrange_iterator`
pub static LONG_RANGE_ITER: StaticType = StaticType::new(TypeSpec {
    name: "longrange_iterator",
    basicsize: size_of::<LongRangeIter>(),
    flags: crate::core::ty::flags::DISALLOW_INSTANTIATION,
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(long_next), ..Slots::NONE },
    methods: &[
        MethodDef::noargs(
            "__length_hint__",
            long_length_hint,
            "Private method returning an estimate of len(list(it)).",
        ),
        MethodDef::noargs("__reduce__", long_reduce, "Return state information for pickling."),
        MethodDef::one("__setstate__", long_setstate, "Set state information for unpickling."),
    ],
    trace: trace_long,
    ..TypeSpec::DEFAULT
});

unsafe fn trace_long(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a long iterator: four slots behind the header.
    unsafe { t.words(cell.add(size_of::<Header>()) as *const u64, 4) };
}

fn long(v: Value) -> &'static LongRangeIter {
    // SAFETY: as for `short`.
    unsafe { &*v.as_ptr::<LongRangeIter>() }
}

fn field(s: &Slot) -> Value {
    s.get().unwrap_or(Value::small_int(0))
}

/// `iter(range)`
#[inline]
pub fn of_range(th: &mut Thread, v: Value) -> R {
    let r = own_range(v);
    if let Some((start, step, length)) = r.small_parts() {
        return counting(th, start, step, length);
    }
    new_long(th, r.start(), r.step(), r.length())
}

/// An iterator over `length` items from `start` by `step`.
fn counting(th: &mut Thread, start: i64, step: i64, length: i64) -> R {
    let end = length.checked_mul(step).and_then(|d| start.checked_add(d));
    match end {
        Some(end) if (SMALL_INT_MIN..=SMALL_INT_MAX).contains(&end) => th
            .alloc::<RangeIter>(RANGE_ITER.shape(), 0, |header| RangeIter {
                header,
                next: AtomicU64::new(start as u64),
                end,
                step,
            })
            .map(Value::from_ref),
        _ => {
            new_long(th, Value::small_int(start), Value::small_int(step), Value::small_int(length))
        }
    }
}

fn new_long(th: &mut Thread, start: Value, step: Value, length: Value) -> R {
    th.alloc::<LongRangeIter>(LONG_RANGE_ITER.shape(), 0, |header| LongRangeIter {
        header,
        start: Slot::new(Some(start)),
        step: Slot::new(Some(step)),
        length: Slot::new(Some(length)),
        index: Slot::new(Some(Value::small_int(0))),
    })
    .map(Value::from_ref)
}

/// `reversed(range)`
pub(super) fn reversed(th: &mut Thread, v: Value) -> R {
    let r = own_range(v);
    if let Some((start, step, length)) = r.small_parts() {
        let last = (length - 1).checked_mul(step).and_then(|d| start.checked_add(d));
        if let (Some(last), Some(back)) = (last, step.checked_neg())
            && (SMALL_INT_MIN..=SMALL_INT_MAX).contains(&last)
            && back <= SMALL_INT_MAX
        {
            return counting(th, last, back, length);
        }
    }
    let length = num(r.length());
    let last = algo::sub(length, IntRef::Small(1));
    let start = r.item(th, last.as_ref())?;
    let step = int::from_int(th, algo::neg(num(r.step())))?;
    new_long(th, start, step, r.length())
}

fn next_slot(_: &mut Thread, v: Value) -> R<Option<Value>> {
    Ok(short(v).advance())
}

fn left(it: &RangeIter) -> i64 {
    let (next, end, step) = it.state();
    (end - next) / step
}

fn length_hint(th: &mut Thread, v: Value) -> R {
    int::from_i64(th, left(short(v)))
}

/// `(iter, (range,), state)`
fn pickled(th: &mut Thread, range: &'static Range, state: Value) -> R {
    let builtins = (th.hooks.import)(th, "builtins")?;
    let iter = crate::attr::getattr(th, builtins, n().iter_raw)?;
    let args = Tuple::new(th, &[Value::from_ref(range)])?;
    Ok(Value::from_ref(Tuple::new(th, &[iter, Value::from_ref(args), state])?))
}

fn reduce(th: &mut Thread, v: Value) -> R {
    let (next, end, step) = short(v).state();
    let range =
        Range::new(th, Value::small_int(next), Value::small_int(end), Value::small_int(step))?;
    pickled(th, range, Value::none())
}

fn setstate(th: &mut Thread, v: Value, state: Value) -> R {
    let it = short(v);
    let skip = int::as_isize(th, state)? as i64;
    let (next, _, step) = it.state();
    let skip = skip.clamp(0, left(it));
    // ORDERING: Relaxed; see the module's text.
    it.next.store((next + skip * step) as u64, ord!("range.setstate", Relaxed));
    Ok(Value::none())
}

fn long_next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let it = long(v);
    th.critical(&it.header, |th| {
        let index = num(field(&it.index));
        if index >= num(field(&it.length)) {
            return Ok(None);
        }
        let offset = algo::mul(index, num(field(&it.step)));
        let item = int::from_int(th, algo::add(num(field(&it.start)), offset.as_ref()))?;
        let after = int::from_int(th, algo::add(index, IntRef::Small(1)))?;
        it.index.set(Some(after));
        Ok(Some(item))
    })
}

fn long_length_hint(th: &mut Thread, v: Value) -> R {
    let it = long(v);
    int::from_int(th, algo::sub(num(field(&it.length)), num(field(&it.index))))
}

fn long_reduce(th: &mut Thread, v: Value) -> R {
    let it = long(v);
    let (start, step, length) = (field(&it.start), field(&it.step), field(&it.length));
    let whole = algo::mul(num(length), num(step));
    let stop = int::from_int(th, algo::add(num(start), whole.as_ref()))?;
    let range = Range::new(th, start, stop, step)?;
    pickled(th, range, field(&it.index))
}

fn long_setstate(th: &mut Thread, v: Value, state: Value) -> R {
    let it = long(v);
    let Some(i) = int::int_ref(state) else {
        let tn = state.type_of().name();
        return Err(th.type_error(format_args!("state must be an int, not {tn}")));
    };
    let length = num(field(&it.length));
    let index = if i.is_negative() {
        Int::ZERO
    } else if i > length {
        length.to_owned()
    } else {
        i.to_owned()
    };
    let index = int::from_int(th, index)?;
    it.index.set(Some(index));
    Ok(Value::none())
}
