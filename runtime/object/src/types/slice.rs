//! `slice`, and the arithmetic of slicing that every sequence uses.

use crate::core::header::Header;
use crate::core::native::{Args, GetSetDef, MethodDef, check_positional};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots, StaticType, TypeSpec};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::num::hash::TupleHasher;
use crate::num::int::{self as algo, Int, IntRef};
use crate::ops;
use crate::payload;
use crate::types::{Str, Tuple, int};

/// Three values, fixed when made.
#[repr(C)]
pub struct Slice {
    /// Cell header.
    pub header: Header,
    start: Slot,
    stop: Slot,
    step: Slot,
}

payload!(Slice, SLICE);

/// `slice`
pub static SLICE: StaticType = StaticType::new(TypeSpec {
    name: "slice",
    basicsize: size_of::<Slice>(),
    doc: "slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object.  This is used for extended slicing (e.g. \
          a[0:10:2]).",
    slots: Slots {
        repr: Some(repr),
        hash: Some(hash),
        richcompare: Some(compare),
        new: Some(new_slot),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::one(
            "indices",
            indices_method,
            "S.indices(len) -> (start, stop, stride)\n\nAssuming a sequence of length len, calculate the start and \
             stop\nindices, and the stride length of the extended slice described by\nS. Out of bounds indices are \
             clipped in a manner consistent with the\nhandling of normal slices.",
        ),
        MethodDef::noargs("__reduce__", reduce, "Return state information for pickling."),
    ],
    getset: &[
        GetSetDef::ro("start", |_, v| Ok(own(v).start()), ""),
        GetSetDef::ro("stop", |_, v| Ok(own(v).stop()), ""),
        GetSetDef::ro("step", |_, v| Ok(own(v).step()), ""),
    ],
    trace: trace_slice,
    ..TypeSpec::DEFAULT
});

unsafe fn trace_slice(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a slice cell: three slots behind the header.
    unsafe { t.words(cell.add(size_of::<Header>()) as *const u64, 3) };
}

/// Slots and methods are called with slices only.
fn own(v: Value) -> &'static Slice {
    // SAFETY: the type has no subclasses and is checked by whoever calls a slot or method.
    unsafe { &*v.as_ptr::<Slice>() }
}

fn field(s: &Slot) -> Value {
    s.get().unwrap_or_else(Value::none)
}

impl Slice {
    /// `slice(start, stop, step)`
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    #[inline]
    pub fn new(th: &mut Thread, start: Value, stop: Value, step: Value) -> R<&'static Slice> {
        th.alloc::<Slice>(SLICE.shape(), 0, |header| Slice {
            header,
            start: Slot::new(Some(start)),
            stop: Slot::new(Some(stop)),
            step: Slot::new(Some(step)),
        })
    }

    /// `start`, or `None`
    pub fn start(&self) -> Value {
        field(&self.start)
    }
    /// `stop`, or `None`
    pub fn stop(&self) -> Value {
        field(&self.stop)
    }
    /// `step`, or `None`
    pub fn step(&self) -> Value {
        field(&self.step)
    }

    /// What the slice selects of a sequence of `len` items.
    ///
    /// The bounds are evaluated first, the length is taken as given: a caller whose sequence may change under
    /// `__index__` unpacks first ([`Slice::unpack`]) and clips afterwards ([`Bounds::clip`]).
    ///
    /// **Errors:** TypeError, ValueError for a zero step. **Escapes:** yes (`__index__`).
    #[inline]
    pub fn resolve(&self, th: &mut Thread, len: usize) -> R<Selection> {
        Ok(self.unpack(th)?.clip(len))
    }

    /// The bounds as machine words, before they are clipped to a length.
    ///
    /// **Errors:** TypeError, ValueError for a zero step. **Escapes:** yes (`__index__`).
    pub fn unpack(&self, th: &mut Thread) -> R<Bounds> {
        let step = match self.step() {
            v if v.is_none() => 1,
            v => {
                let step = index(th, v)?;
                if step == 0 {
                    return Err(th.value_error(format_args!("slice step cannot be zero")));
                }
                // The negation must fit.
                step.max(-isize::MAX)
            }
        };
        let start = match self.start() {
            v if v.is_none() => {
                if step < 0 {
                    isize::MAX
                } else {
                    0
                }
            }
            v => index(th, v)?,
        };
        let stop = match self.stop() {
            v if v.is_none() => {
                if step < 0 {
                    isize::MIN
                } else {
                    isize::MAX
                }
            }
            v => index(th, v)?,
        };
        Ok(Bounds { start, stop, step })
    }
}

/// A bound clamped to the machine word.
fn index(th: &mut Thread, v: Value) -> R<isize> {
    if let Some(i) = v.as_small_int() {
        return Ok(i as isize);
    }
    if !int::check(v) && v.type_of().slots().index.is_none() {
        return Err(th.type_error(format_args!(
            "slice indices must be integers or None or have an __index__ method"
        )));
    }
    ops::index_clamped(th, v)
}

/// Bounds of a slice that know no length yet; negative ones count from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub start: isize,
    pub stop: isize,
    /// Never zero.
    pub step: isize,
}

/// Which items of a sequence are selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The first index.
    pub start: isize,
    /// Where the selection ends, as clipped (for `start:stop` assignment).
    pub stop: isize,
    /// Never zero.
    pub step: isize,
    /// Number of items.
    pub len: usize,
}

impl Bounds {
    /// Clips to a sequence of `len` items.
    #[inline]
    pub fn clip(self, len: usize) -> Selection {
        let len = len as isize;
        let step = self.step;
        let clip = |i: isize| {
            if i < 0 {
                let i = i.saturating_add(len);
                if i < 0 { if step < 0 { -1 } else { 0 } } else { i }
            } else if i >= len {
                if step < 0 { len - 1 } else { len }
            } else {
                i
            }
        };
        let (start, stop) = (clip(self.start), clip(self.stop));
        let count = if step < 0 {
            if stop < start { (start - stop - 1) / -step + 1 } else { 0 }
        } else if start < stop {
            (stop - start - 1) / step + 1
        } else {
            0
        };
        Selection { start, stop, step, len: count as usize }
    }
}

impl Selection {
    /// The selected indices in order.
    #[inline]
    pub fn indices(self) -> impl Iterator<Item = usize> {
        (0..self.len).map(move |i| (self.start + i as isize * self.step) as usize)
    }
}

fn repr(th: &mut Thread, v: Value) -> R {
    let s = own(v);
    let mut text = String::from("slice(");
    for (i, part) in [s.start(), s.stop(), s.step()].into_iter().enumerate() {
        if i > 0 {
            text.push_str(", ");
        }
        text.push_str(&ops::repr(th, part)?.to_string_lossy());
    }
    text.push(')');
    Ok(Value::from_ref(Str::new(th, &text)?))
}

fn hash(th: &mut Thread, v: Value) -> R<i64> {
    let s = own(v);
    let mut hasher = TupleHasher::new();
    for part in [s.start(), s.stop(), s.step()] {
        hasher.write(ops::hash(th, part)?);
    }
    Ok(hasher.finish_without_length())
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<Slice>(), b.cast::<Slice>()) else {
        return Ok(Value::not_implemented());
    };
    if a == b {
        return Ok(Value::bool(matches!(op, CompareOp::Eq | CompareOp::Le | CompareOp::Ge)));
    }
    // In the order of tuples.
    let x = Tuple::new(th, &[x.start(), x.stop(), x.step()])?;
    let y = Tuple::new(th, &[y.start(), y.stop(), y.step()])?;
    ops::compare(th, Value::from_ref(x), Value::from_ref(y), op)
}

fn new_slot(th: &mut Thread, _: Value, args: &[Value], kwnames: Option<Value>) -> R {
    Args::new(args, kwnames).no_keywords(th, "slice")?;
    check_positional(th, "slice", args.len(), 1, 3)?;
    let none = Value::none();
    let s = match *args {
        [stop] => Slice::new(th, none, stop, none)?,
        [start, stop] => Slice::new(th, start, stop, none)?,
        _ => Slice::new(th, args[0], args[1], args[2])?,
    };
    Ok(Value::from_ref(s))
}

fn reduce(th: &mut Thread, v: Value) -> R {
    let s = own(v);
    let args = Tuple::new(th, &[s.start(), s.stop(), s.step()])?;
    Ok(Value::from_ref(Tuple::new(th, &[SLICE.value(), Value::from_ref(args)])?))
}

/// Bounds of any size, clipped to a length of any size: what `slice.indices` and `range` need.
pub(crate) fn long_indices(th: &mut Thread, s: &Slice, len: IntRef<'_>) -> R<(Int, Int, Int)> {
    let zero = IntRef::Small(0);
    let step = match s.step() {
        v if v.is_none() => Int::ONE,
        v => long_index(th, v)?,
    };
    if step == Int::ZERO {
        return Err(th.value_error(format_args!("slice step cannot be zero")));
    }
    let down = step.as_ref().is_negative();
    let lower = if down { Int::Small(-1) } else { Int::ZERO };
    let upper = if down { algo::add(len, IntRef::Small(-1)) } else { len.to_owned() };
    let clip = |th: &mut Thread, v: Value, default: &Int| -> R<Int> {
        if v.is_none() {
            return Ok(default.clone());
        }
        let mut i = long_index(th, v)?;
        if i.as_ref() < zero {
            i = algo::add(i.as_ref(), len);
            if i.as_ref() < lower.as_ref() {
                i = lower.clone();
            }
        } else if i.as_ref() > upper.as_ref() {
            i = upper.clone();
        }
        Ok(i)
    };
    let start = clip(th, s.start(), if down { &upper } else { &lower })?;
    let stop = clip(th, s.stop(), if down { &lower } else { &upper })?;
    Ok((start, stop, step))
}

fn long_index(th: &mut Thread, v: Value) -> R<Int> {
    if !int::check(v) && v.type_of().slots().index.is_none() {
        return Err(th.type_error(format_args!(
            "slice indices must be integers or None or have an __index__ method"
        )));
    }
    let i = ops::index(th, v)?;
    Ok(int::int_ref(i).map_or(Int::ZERO, IntRef::to_owned))
}

fn indices_method(th: &mut Thread, v: Value, len: Value) -> R {
    let len = ops::index(th, len)?;
    let len = int::int_ref(len).unwrap_or(IntRef::Small(0));
    if len.is_negative() {
        return Err(th.value_error(format_args!("length should not be negative")));
    }
    let (start, stop, step) = long_indices(th, own(v), len)?;
    let start = int::from_int(th, start)?;
    let stop = int::from_int(th, stop)?;
    let step = int::from_int(th, step)?;
    Ok(Value::from_ref(Tuple::new(th, &[start, stop, step])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clipping() {
        let clip = |start, stop, step, len| {
            let s = Bounds { start, stop, step }.clip(len);
            (s.start, s.stop, s.len)
        };
        assert_eq!(clip(0, isize::MAX, 1, 5), (0, 5, 5));
        assert_eq!(clip(-2, isize::MAX, 1, 5), (3, 5, 2));
        assert_eq!(clip(isize::MAX, isize::MIN, -1, 5), (4, -1, 5));
        assert_eq!(clip(isize::MAX, isize::MIN, -2, 5), (4, -1, 3));
        assert_eq!(clip(3, 1, 1, 5), (3, 1, 0));
        assert_eq!(clip(-100, 100, 3, 5), (0, 5, 2));
        assert_eq!(clip(isize::MAX, isize::MIN, -isize::MAX, 0), (-1, -1, 0));
        assert_eq!(
            Bounds { start: 4, stop: -6, step: -2 }.clip(5).indices().collect::<Vec<_>>(),
            [4, 2, 0]
        );
    }
}
