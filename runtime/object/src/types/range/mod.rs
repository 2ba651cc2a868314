//! `range`, of any size.
//!
//! The four fields are fixed when made. Where everything fits the small integers, which is nearly always, arithmetic is
//! on machine words and iteration uses the short iterator; otherwise both go through `crate::num::int`. `iter.rs` has
//! the iterators.

pub mod iter;

pub use iter::{LONG_RANGE_ITER, RANGE_ITER, RangeIter};

use crate::core::header::Header;
use crate::core::native::{Args, GetSetDef, MethodDef, check_positional};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::num::hash::TupleHasher;
use crate::num::int::{self as algo, Int, IntRef};
use crate::ops;
use crate::payload;
use crate::types::slice::{Slice, long_indices};
use crate::types::{Str, Tuple, int};

/// Four exact ints, fixed when made.
#[repr(C)]
pub struct Range {
    /// Cell header.
    pub header: Header,
    start: Slot,
    stop: Slot,
    step: Slot,
    length: Slot,
}

payload!(Range, RANGE);

/// `range`
pub static RANGE: StaticType = StaticType::new(TypeSpec {
    name: "range",
    basicsize: size_of::<Range>(),
    flags: flags::SEQUENCE,
    doc: "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nReturn an object that produces a \
          sequence of integers from start (inclusive)\nto stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, \
          ..., j-1.\nstart defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.\nThese are exactly the \
          valid indices for a list of 4 elements.\nWhen step is given, it specifies the increment (or decrement).",
    slots: Slots {
        repr: Some(repr),
        hash: Some(hash),
        richcompare: Some(compare),
        new: Some(new_slot),
        bool: Some(|_, v| Ok(own(v).length() != Value::small_int(0))),
        iter: Some(iter::of_range),
        len: Some(len),
        getitem: Some(getitem),
        contains: Some(contains),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::noargs("__reversed__", iter::reversed, "Return a reverse iterator."),
        MethodDef::noargs("__reduce__", reduce, ""),
        MethodDef::one(
            "count",
            count,
            "rangeobject.count(value) -> integer -- return number of occurrences of value",
        ),
        MethodDef::one(
            "index",
            index,
            "rangeobject.index(value) -> integer -- return index of value.\nRaise ValueError if the value is not present.",
        ),
    ],
    getset: &[
        GetSetDef::ro("start", |_, v| Ok(own(v).start()), ""),
        GetSetDef::ro("stop", |_, v| Ok(own(v).stop()), ""),
        GetSetDef::ro("step", |_, v| Ok(own(v).step()), ""),
    ],
    trace: trace_range,
    ..TypeSpec::DEFAULT
});

unsafe fn trace_range(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a range cell: four slots behind the header.
    unsafe { t.words(cell.add(size_of::<Header>()) as *const u64, 4) };
}

/// Slots and methods are called with ranges only.
fn own(v: Value) -> &'static Range {
    // SAFETY: the type has no subclasses and is checked by whoever calls a slot or method.
    unsafe { &*v.as_ptr::<Range>() }
}

/// The integer in a field.
fn num(v: Value) -> IntRef<'static> {
    int::int_ref(v).unwrap_or(IntRef::Small(0))
}

impl Range {
    /// `range(start, stop, step)` of exact ints, `step` not zero.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    pub fn new(th: &mut Thread, start: Value, stop: Value, step: Value) -> R<&'static Range> {
        let length = int::from_int(th, length_of(num(start), num(stop), num(step)))?;
        th.alloc::<Range>(RANGE.shape(), 0, |header| Range {
            header,
            start: Slot::new(Some(start)),
            stop: Slot::new(Some(stop)),
            step: Slot::new(Some(step)),
            length: Slot::new(Some(length)),
        })
    }

    fn get(slot: &Slot) -> Value {
        slot.get().unwrap_or(Value::small_int(0))
    }
    /// `start`
    pub fn start(&self) -> Value {
        Range::get(&self.start)
    }
    /// `stop`
    pub fn stop(&self) -> Value {
        Range::get(&self.stop)
    }
    /// `step`
    pub fn step(&self) -> Value {
        Range::get(&self.step)
    }
    /// The number of items, of any size.
    pub fn length(&self) -> Value {
        Range::get(&self.length)
    }

    /// Start, step and length when they are words.
    pub fn small_parts(&self) -> Option<(i64, i64, i64)> {
        Some((
            self.start().as_small_int()?,
            self.step().as_small_int()?,
            self.length().as_small_int()?,
        ))
    }

    /// The item at `i`, which is in bounds.
    fn item(&self, th: &mut Thread, i: IntRef<'_>) -> R {
        let offset = algo::mul(i, num(self.step()));
        int::from_int(th, algo::add(num(self.start()), offset.as_ref()))
    }
}

/// The number of items from `start` to `stop` by `step`.
fn length_of(start: IntRef<'_>, stop: IntRef<'_>, step: IntRef<'_>) -> Int {
    let (low, high) = if step.is_negative() { (stop, start) } else { (start, stop) };
    if low >= high {
        return Int::ZERO;
    }
    if let (IntRef::Small(low), IntRef::Small(high), IntRef::Small(step)) = (low, high, step) {
        // The distance of two words fits an unsigned word.
        let distance = high.wrapping_sub(low) as u64 - 1;
        return Int::from_i128((distance / step.unsigned_abs()) as i128 + 1);
    }
    let distance = algo::sub(algo::sub(high, low).as_ref(), IntRef::Small(1));
    let size = if step.is_negative() { algo::neg(step) } else { step.to_owned() };
    match algo::floor_div(distance.as_ref(), size.as_ref()) {
        Ok(q) => algo::add(q.as_ref(), IntRef::Small(1)),
        // The step is not zero.
        Err(_) => Int::ZERO,
    }
}

fn new_slot(th: &mut Thread, _: Value, args: &[Value], kwnames: Option<Value>) -> R {
    Args::new(args, kwnames).no_keywords(th, "range")?;
    check_positional(th, "range", args.len(), 1, 3)?;
    let mut parts = [Value::small_int(0), Value::small_int(0), Value::small_int(1)];
    let at = if args.len() == 1 { 1 } else { 0 };
    for (part, arg) in parts[at..].iter_mut().zip(args) {
        let i = ops::index(th, *arg)?;
        *part = int::exact(th, i)?;
    }
    let [start, stop, step] = parts;
    if num(step).is_zero() {
        return Err(th.value_error(format_args!("range() arg 3 must not be zero")));
    }
    Ok(Value::from_ref(Range::new(th, start, stop, step)?))
}

fn repr(th: &mut Thread, v: Value) -> R {
    let r = own(v);
    let text = |v| algo::to_decimal(num(v));
    let (start, stop) = (text(r.start()), text(r.stop()));
    let whole = match r.step().as_small_int() {
        Some(1) => format!("range({start}, {stop})"),
        _ => format!("range({start}, {stop}, {})", text(r.step())),
    };
    Ok(Value::from_ref(Str::new(th, &whole)?))
}

fn len(th: &mut Thread, v: Value) -> R<usize> {
    match int::to_i64(own(v).length()) {
        Some(n) => Ok(n as usize),
        None => {
            Err(th.overflow_error(format_args!("Python int too large to convert to C ssize_t")))
        }
    }
}

fn getitem(th: &mut Thread, v: Value, key: Value) -> R {
    let r = own(v);
    if let Some(s) = key.cast::<Slice>() {
        return subrange(th, r, s);
    }
    let Some(i) = ops::index_opt(th, key)? else {
        let tn = key.type_of().name();
        return Err(
            th.type_error(format_args!("range indices must be integers or slices, not {tn}"))
        );
    };
    if let (Some(i), Some((start, step, length))) = (i.as_small_int(), r.small_parts()) {
        let at = if i < 0 { i + length } else { i };
        if (0..length).contains(&at)
            && let Some(x) = at.checked_mul(step).and_then(|d| start.checked_add(d))
        {
            return int::from_i64(th, x);
        }
    }
    let length = num(r.length());
    let i = num(i);
    let at = if i.is_negative() { algo::add(i, length) } else { i.to_owned() };
    if at.as_ref().is_negative() || at.as_ref() >= length {
        return Err(th.index_error(format_args!("range object index out of range")));
    }
    r.item(th, at.as_ref())
}

fn subrange(th: &mut Thread, r: &Range, s: &Slice) -> R {
    let (start, stop, step) = long_indices(th, s, num(r.length()))?;
    let new_step = int::from_int(th, algo::mul(num(r.step()), step.as_ref()))?;
    let new_start = r.item(th, start.as_ref())?;
    let new_stop = r.item(th, stop.as_ref())?;
    Ok(Value::from_ref(Range::new(th, new_start, new_stop, new_step)?))
}

/// The position of an int in the range.
fn position(r: &Range, x: IntRef<'_>) -> Option<Int> {
    let (start, step) = (num(r.start()), num(r.step()));
    if let (IntRef::Small(x), Some((start, step, length))) = (x, r.small_parts()) {
        let distance = x as i128 - start as i128;
        let (q, rem) = (distance / step as i128, distance % step as i128);
        return (rem == 0 && (0..length as i128).contains(&q)).then(|| Int::from_i128(q));
    }
    let (q, rem) = algo::div_mod(algo::sub(x, start).as_ref(), step).ok()?;
    let inside = rem == Int::ZERO && !q.as_ref().is_negative() && q.as_ref() < num(r.length());
    inside.then_some(q)
}

/// Whether membership of `v` follows from its value alone.
fn plain_int(v: Value) -> Option<IntRef<'static>> {
    if int::check_exact(v) || crate::types::bool::as_bool(v).is_some() {
        int::int_ref(v)
    } else {
        None
    }
}

fn contains(th: &mut Thread, v: Value, x: Value) -> R<bool> {
    match plain_int(x) {
        Some(i) => Ok(position(own(v), i).is_some()),
        None => Ok(search(th, v, x)?.is_some()),
    }
}

/// The index of the first item equal to `x`, by comparing one after another.
fn search(th: &mut Thread, v: Value, x: Value) -> R<Option<usize>> {
    let it = iter::of_range(th, v)?;
    let mut at = 0;
    while let Some(item) = ops::next(th, it)? {
        if ops::equal(th, item, x)? {
            return Ok(Some(at));
        }
        at += 1;
    }
    Ok(None)
}

fn count(th: &mut Thread, v: Value, x: Value) -> R {
    if let Some(i) = plain_int(x) {
        return Ok(Value::small_int(position(own(v), i).is_some() as i64));
    }
    let it = iter::of_range(th, v)?;
    let mut total = 0;
    while let Some(item) = ops::next(th, it)? {
        total += ops::equal(th, item, x)? as i64;
    }
    Ok(Value::small_int(total))
}

fn index(th: &mut Thread, v: Value, x: Value) -> R {
    if let Some(i) = plain_int(x) {
        if let Some(at) = position(own(v), i) {
            return int::from_int(th, at);
        }
        return Err(th.value_error(format_args!("range.index(x): x not in range")));
    }
    match search(th, v, x)? {
        Some(at) => int::from_usize(th, at),
        None => Err(th.value_error(format_args!("sequence.index(x): x not in sequence"))),
    }
}

fn hash(th: &mut Thread, v: Value) -> R<i64> {
    // As the tuple (length, start, step), with None for what does not matter.
    let r = own(v);
    let length = r.length();
    let none = Value::none();
    let (start, step) = match length.as_small_int() {
        Some(0) => (none, none),
        Some(1) => (r.start(), none),
        _ => (r.start(), r.step()),
    };
    let mut hasher = TupleHasher::new();
    for part in [length, start, step] {
        hasher.write(ops::hash(th, part)?);
    }
    Ok(hasher.finish(3))
}

fn compare(_: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Range>(), b.cast::<Range>()) else {
        return Ok(Value::not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let same = |a: Value, b: Value| num(a) == num(b);
    let equal = a == b
        || same(x.length(), y.length())
            && (num(x.length()).is_zero()
                || same(x.start(), y.start())
                    && (num(x.length()) == IntRef::Small(1) || same(x.step(), y.step())));
    Ok(Value::bool(equal == (op == CompareOp::Eq)))
}

fn reduce(th: &mut Thread, v: Value) -> R {
    let r = own(v);
    let args = Tuple::new(th, &[r.start(), r.stop(), r.step()])?;
    Ok(Value::from_ref(Tuple::new(th, &[RANGE.value(), Value::from_ref(args)])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        let n = |a, b, c| length_of(IntRef::Small(a), IntRef::Small(b), IntRef::Small(c));
        assert_eq!(n(0, 10, 3), Int::Small(4));
        assert_eq!(n(10, 0, -3), Int::Small(4));
        assert_eq!(n(0, 0, 1), Int::ZERO);
        assert_eq!(n(5, 1, 1), Int::ZERO);
        assert_eq!(n(i64::MIN, i64::MAX, 1), Int::from_u64(u64::MAX));
        assert_eq!(n(i64::MAX, i64::MIN, i64::MIN), Int::Small(1 + ((u64::MAX - 1) >> 63) as i64));
    }
}
