//! `count`, `cycle`, `repeat`.

use super::{leaf, positional};
use heddle_object::core::native::Args;
use heddle_object::core::payload::{self, Shared};
use heddle_object::core::value::SMALL_INT_MAX;
use heddle_object::types::{List, Str, int};
use heddle_object::{
    MethodDef, Params, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, flags, ops,
};

/// `count`: small numbers with step 1 are counted in `next`; anything else lies in `value`.
pub(super) struct Count {
    next: Shared,
    value: Slot,
    step: Slot,
}
crate::native!(Count, COUNT, [value, step]);

fn count_new(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    const P: Params<2> = Params::new(["start", "step"], 0);
    let [start, step] = Args::new(args, kw).bind(th, "count", &P)?;
    let start = start.unwrap_or(Value::small_int(0));
    let step = step.unwrap_or(Value::small_int(1));
    for v in [start, step] {
        let s = v.type_of().slots();
        if s.index.is_none()
            && s.float.is_none()
            && s.int.is_none()
            && !v.is_instance(&heddle_object::types::COMPLEX)
        {
            return Err(th.type_error(format_args!("a number is required")));
        }
    }
    let fast = match (start.as_small_int(), step.as_small_int()) {
        (Some(n), Some(1)) => Some(n),
        _ => None,
    };
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    payload::alloc(
        th,
        t,
        Count {
            next: Shared::new(fast.unwrap_or(0) as u64),
            value: Slot::new(if fast.is_some() { None } else { Some(start) }),
            step: Slot::new(Some(step)),
        },
    )
}

fn count_next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let c = v.expect_native::<Count>(th)?;
    if c.value.get().is_none() {
        let n = leaf(th, v, || {
            let n = c.next.get() as i64;
            if n < SMALL_INT_MAX {
                c.next.set((n + 1) as u64);
            }
            n
        });
        if n < SMALL_INT_MAX {
            return Ok(Some(Value::small_int(n)));
        }
        c.value.compare_exchange(None, Some(Value::small_int(n)));
    }
    loop {
        let (Some(now), Some(step)) = (c.value.get(), c.step.get()) else { return Ok(None) };
        let next = ops::binary_op(th, now, step, ops::BinOp::Add)?;
        if c.value.compare_exchange(Some(now), Some(next)) {
            return Ok(Some(now));
        }
    }
}

pub(super) static COUNT: StaticType = StaticType::new(TypeSpec {
    name: "itertools.count",
    doc: "count(start=0, step=1)\n--\n\nReturn a count object whose .__next__() method returns consecutive values.\n\nEquivalent to:\n    def count(firstval=0, step=1):\n        x = firstval\n        while 1:\n            yield x\n            x += step",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(count_new),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(count_next),
        repr: Some(|th, v| {
            let c = v.expect_native::<Count>(th)?;
            let name = v.type_of().name();
            let s = match c.value.get() {
                None => format!("{name}({})", c.next.get() as i64),
                Some(x) => {
                    let x = ops::repr(th, x)?.to_string_lossy();
                    match c.step.get() {
                        Some(s) if s.as_small_int() != Some(1) => {
                            let s = ops::repr(th, s)?.to_string_lossy();
                            format!("{name}({x}, {s})")
                        }
                        _ => format!("{name}({x})"),
                    }
                }
            };
            Str::new(th, &s).map(|s| Value::from_ref(s))
        }),
        ..Slots::NONE
    },
    ..payload::spec::<Count>()
});

/// `cycle`: the source while it lasts, then what it gave.
pub(super) struct Cycle {
    it: Slot,
    saved: Slot,
    index: Shared,
}
crate::native!(Cycle, CYCLE, [it, saved]);

fn cycle_next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let c = v.expect_native::<Cycle>(th)?;
    let Some(saved) = c.saved.get().and_then(|s| s.cast::<List>()) else { return Ok(None) };
    if let Some(it) = c.it.get() {
        if let Some(x) = ops::next(th, it)? {
            saved.push(th, x)?;
            return Ok(Some(x));
        }
        c.it.set(None);
    }
    let n = saved.len();
    if n == 0 {
        return Ok(None);
    }
    let i = leaf(th, v, || {
        let i = c.index.get() as usize % n;
        c.index.set((i + 1) as u64);
        i
    });
    Ok(saved.get(i))
}

pub(super) static CYCLE: StaticType = StaticType::new(TypeSpec {
    name: "itertools.cycle",
    doc: "cycle(iterable, /)\n--\n\nReturn elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            let a = positional(th, "cycle", args, kw, 1, 1)?;
            let it = ops::iter(th, a[0])?;
            let saved = List::new(th, &[])?;
            let Some(t) = ty.cast_type() else { return Ok(ty) };
            payload::alloc(
                th,
                t,
                Cycle {
                    it: Slot::new(Some(it)),
                    saved: Slot::new(Some(Value::from_ref(saved))),
                    index: Shared::new(0),
                },
            )
        }),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(cycle_next),
        ..Slots::NONE
    },
    ..payload::spec::<Cycle>()
});

/// `repeat`; `left` is `u64::MAX` for ever.
pub(super) struct Repeat {
    what: Slot,
    left: Shared,
}
crate::native!(Repeat, REPEAT, [what]);

const FOREVER: u64 = u64::MAX;

pub(super) static REPEAT: StaticType = StaticType::new(TypeSpec {
    name: "itertools.repeat",
    doc: "repeat(object [,times]) -> create an iterator which returns the object\nfor the specified number of times.  If not specified, returns the object\nendlessly.",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            const P: Params<2> = Params::new(["object", "times"], 1);
            let [what, times] = Args::new(args, kw).bind(th, "repeat", &P)?;
            let left = match times {
                Some(t) => int::as_isize(th, t)?.max(0) as u64,
                None => FOREVER,
            };
            let Some(t) = ty.cast_type() else { return Ok(ty) };
            payload::alloc(th, t, Repeat { what: Slot::new(what), left: Shared::new(left) })
        }),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(|th, v| {
            let r = v.expect_native::<Repeat>(th)?;
            let left = r.left.get();
            if left == FOREVER {
                return Ok(r.what.get());
            }
            let more = leaf(th, v, || {
                let left = r.left.get();
                if left > 0 {
                    r.left.set(left - 1);
                }
                left > 0
            });
            Ok(if more { r.what.get() } else { None })
        }),
        repr: Some(|th, v| {
            let r = v.expect_native::<Repeat>(th)?;
            let what = r.what.get().unwrap_or_else(Value::none);
            let what = ops::repr(th, what)?.to_string_lossy();
            let name = v.type_of().name();
            let s = match r.left.get() {
                FOREVER => format!("{name}({what})"),
                n => format!("{name}({what}, {n})"),
            };
            Str::new(th, &s).map(|s| Value::from_ref(s))
        }),
        ..Slots::NONE
    },
    methods: &[MethodDef::noargs(
        "__length_hint__",
        |th, v| match v.expect_native::<Repeat>(th)?.left.get() {
            FOREVER => Err(th.type_error(format_args!("len() of unsized object"))),
            n => int::from_u64(th, n),
        },
        "Private method returning an estimate of len(list(it)).",
    )],
    ..payload::spec::<Repeat>()
});
