//! Iterators over one source: `accumulate`, `batched`, `chain`, `compress`, `dropwhile`, `takewhile`, `filterfalse`,
//! `islice`, `pairwise`, `starmap`.

use super::{leaf, positional};
use heddle_object::core::native::Args;
use heddle_object::core::payload::{self, Shared};
use heddle_object::heap::RootVec;
use heddle_object::types::generic_alias::new_alias;
use heddle_object::types::{Tuple, int};
use heddle_object::{
    MethodDef, Params, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, flags, ops,
};

fn same(_: &mut Thread, v: Value) -> R {
    Ok(v)
}

/// A source and a function (or whatever else is needed), and a small state.
pub(super) struct Two<const KIND: u8> {
    a: Slot,
    b: Slot,
    state: Shared,
}

impl<const KIND: u8> payload::Native for Two<KIND> {
    fn static_type() -> &'static StaticType {
        [&CHAIN, &COMPRESS, &DROPWHILE, &TAKEWHILE, &FILTERFALSE, &STARMAP, &PAIRWISE]
            [KIND as usize]
    }
    fn trace(&self, t: &mut heddle_object::heap::Tracer) {
        t.slot(&self.a);
        t.slot(&self.b);
    }
}

fn make<const KIND: u8>(th: &mut Thread, ty: Value, a: Option<Value>, b: Option<Value>) -> R {
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    payload::alloc(th, t, Two::<KIND> { a: Slot::new(a), b: Slot::new(b), state: Shared::new(0) })
}

/// `f(predicate, iterable)`
fn make_filter<const KIND: u8>(
    th: &mut Thread,
    ty: Value,
    name: &str,
    args: &[Value],
    kw: Option<Value>,
) -> R {
    let a = positional(th, name, args, kw, 2, 2)?;
    let it = ops::iter(th, a[1])?;
    make::<KIND>(th, ty, Some(a[0]), Some(it))
}

fn true_of(th: &mut Thread, f: Value, x: Value) -> R<bool> {
    let r = ops::call1(th, f, x)?;
    ops::is_true(th, r)
}

// ---- chain: `a` the iterator of sources, `b` the current one

fn chain_next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let c = v.expect_native::<Two<0>>(th)?;
    loop {
        let it = match c.b.get() {
            Some(it) => it,
            None => {
                let Some(sources) = c.a.get() else { return Ok(None) };
                let next = match ops::next(th, sources) {
                    Ok(Some(x)) => ops::iter(th, x),
                    Ok(None) => {
                        c.a.set(None);
                        return Ok(None);
                    }
                    Err(e) => Err(e),
                };
                match next {
                    Ok(it) => {
                        c.b.set(Some(it));
                        it
                    }
                    Err(e) => {
                        c.a.set(None);
                        return Err(e);
                    }
                }
            }
        };
        if let Some(x) = ops::next(th, it)? {
            return Ok(Some(x));
        }
        c.b.compare_exchange(Some(it), None);
    }
}

pub(super) static CHAIN: StaticType = StaticType::new(TypeSpec {
    name: "itertools.chain",
    doc: "chain(*iterables)\n--\n\nReturn a chain object whose .__next__() method returns elements from the\nfirst iterable until it is exhausted, then elements from the next\niterable, until all of the iterables are exhausted.",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            let a = Args::new(args, kw);
            a.no_keywords(th, "chain")?;
            let t = Tuple::new(th, a.pos)?;
            let it = ops::iter(th, Value::from_ref(t))?;
            make::<0>(th, ty, Some(it), None)
        }),
        iter: Some(same),
        iternext: Some(chain_next),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::one("from_iterable", |th, ty, x| {
            let it = ops::iter(th, x)?;
            make::<0>(th, ty, Some(it), None)
        }, "from_iterable($type, iterable, /)\n--\n\nAlternative chain() constructor taking a single iterable argument that evaluates lazily.").class(),
        MethodDef::one("__class_getitem__", new_alias, "See PEP 585").class(),
    ],
    ..payload::spec::<Two<0>>()
});

pub(super) static COMPRESS: StaticType = StaticType::new(TypeSpec {
    name: "itertools.compress",
    doc: "compress(data, selectors)\n--\n\nReturn data elements corresponding to true selector elements.\n\nForms a shorter iterator from selected data elements using the selectors to\nchoose the data elements.",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            const P: Params<2> = Params::new(["data", "selectors"], 2);
            let [a, b] = Args::new(args, kw).bind(th, "compress", &P)?;
            let (Some(a), Some(b)) = (a, b) else { return Ok(ty) };
            let (a, b) = (ops::iter(th, a)?, ops::iter(th, b)?);
            make::<1>(th, ty, Some(a), Some(b))
        }),
        iter: Some(same),
        iternext: Some(|th, v| {
            let c = v.expect_native::<Two<1>>(th)?;
            let (Some(data), Some(selectors)) = (c.a.get(), c.b.get()) else { return Ok(None) };
            loop {
                let Some(x) = ops::next(th, data)? else { return Ok(None) };
                let Some(s) = ops::next(th, selectors)? else { return Ok(None) };
                if ops::is_true(th, s)? {
                    return Ok(Some(x));
                }
            }
        }),
        ..Slots::NONE
    },
    ..payload::spec::<Two<1>>()
});

pub(super) static DROPWHILE: StaticType = StaticType::new(TypeSpec {
    name: "itertools.dropwhile",
    doc: "dropwhile(predicate, iterable, /)\n--\n\nDrop items from the iterable while predicate(item) is true.\n\nAfterwards, return every element until the iterable is exhausted.",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| make_filter::<2>(th, ty, "dropwhile", args, kw)),
        iter: Some(same),
        iternext: Some(|th, v| {
            let c = v.expect_native::<Two<2>>(th)?;
            let (Some(f), Some(it)) = (c.a.get(), c.b.get()) else { return Ok(None) };
            loop {
                let Some(x) = ops::next(th, it)? else { return Ok(None) };
                if c.state.get() != 0 {
                    return Ok(Some(x));
                }
                if !true_of(th, f, x)? {
                    c.state.set(1);
                    return Ok(Some(x));
                }
            }
        }),
        ..Slots::NONE
    },
    ..payload::spec::<Two<2>>()
});

pub(super) static TAKEWHILE: StaticType = StaticType::new(TypeSpec {
    name: "itertools.takewhile",
    doc: "takewhile(predicate, iterable, /)\n--\n\nReturn successive entries from an iterable as long as the predicate evaluates to true for each entry.",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| make_filter::<3>(th, ty, "takewhile", args, kw)),
        iter: Some(same),
        iternext: Some(|th, v| {
            let c = v.expect_native::<Two<3>>(th)?;
            let (Some(f), Some(it)) = (c.a.get(), c.b.get()) else { return Ok(None) };
            if c.state.get() != 0 {
                return Ok(None);
            }
            let Some(x) = ops::next(th, it)? else { return Ok(None) };
            if true_of(th, f, x)? {
                return Ok(Some(x));
            }
            c.state.set(1);
            Ok(None)
        }),
        ..Slots::NONE
    },
    ..payload::spec::<Two<3>>()
});

pub(super) static FILTERFALSE: StaticType = StaticType::new(TypeSpec {
    name: "itertools.filterfalse",
    doc: "filterfalse(function, iterable, /)\n--\n\nReturn those items of iterable for which function(item) is false.\n\nIf function is None, return the items that are false.",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| make_filter::<4>(th, ty, "filterfalse", args, kw)),
        iter: Some(same),
        iternext: Some(|th, v| {
            let c = v.expect_native::<Two<4>>(th)?;
            let (Some(f), Some(it)) = (c.a.get(), c.b.get()) else { return Ok(None) };
            let plain = f.is_none() || f == heddle_object::types::BOOL.value();
            loop {
                let Some(x) = ops::next(th, it)? else { return Ok(None) };
                let yes = if plain { ops::is_true(th, x)? } else { true_of(th, f, x)? };
                if !yes {
                    return Ok(Some(x));
                }
            }
        }),
        ..Slots::NONE
    },
    ..payload::spec::<Two<4>>()
});

pub(super) static STARMAP: StaticType = StaticType::new(TypeSpec {
    name: "itertools.starmap",
    doc: "starmap(function, iterable, /)\n--\n\nReturn an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| make_filter::<5>(th, ty, "starmap", args, kw)),
        iter: Some(same),
        iternext: Some(|th, v| {
            let c = v.expect_native::<Two<5>>(th)?;
            let (Some(f), Some(it)) = (c.a.get(), c.b.get()) else { return Ok(None) };
            let Some(x) = ops::next(th, it)? else { return Ok(None) };
            let args = ops::to_tuple(th, x)?;
            ops::call(th, f, args.as_slice(), None).map(Some)
        }),
        ..Slots::NONE
    },
    ..payload::spec::<Two<5>>()
});

// ---- pairwise: `a` the source, `b` the last item

pub(super) static PAIRWISE: StaticType = StaticType::new(TypeSpec {
    name: "itertools.pairwise",
    doc: "pairwise(iterable, /)\n--\n\nReturn an iterator of overlapping pairs taken from the input iterator.\n\n    s -> (s0,s1), (s1,s2), (s2, s3), ...",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            let a = positional(th, "pairwise", args, kw, 1, 1)?;
            let it = ops::iter(th, a[0])?;
            make::<6>(th, ty, Some(it), None)
        }),
        iter: Some(same),
        iternext: Some(|th, v| {
            let c = v.expect_native::<Two<6>>(th)?;
            let Some(it) = c.a.get() else { return Ok(None) };
            let old = match c.b.get() {
                Some(x) => x,
                None => {
                    let Some(x) = ops::next(th, it)? else {
                        c.a.set(None);
                        return Ok(None);
                    };
                    c.b.set(Some(x));
                    // The source may have advanced this iterator meanwhile, or ended it.
                    if c.a.get().is_none() {
                        c.b.set(None);
                        return Ok(None);
                    }
                    x
                }
            };
            let Some(new) = ops::next(th, it)? else {
                c.a.set(None);
                c.b.set(None);
                return Ok(None);
            };
            c.b.set(Some(new));
            Tuple::new(th, &[old, new]).map(|t| Some(Value::from_ref(t)))
        }),
        ..Slots::NONE
    },
    ..payload::spec::<Two<6>>()
});

// ---- accumulate

/// `accumulate`
pub(super) struct Accumulate {
    it: Slot,
    f: Slot,
    total: Slot,
    initial: Slot,
}
crate::native!(Accumulate, ACCUMULATE, [it, f, total, initial]);

pub(super) static ACCUMULATE: StaticType = StaticType::new(TypeSpec {
    name: "itertools.accumulate",
    doc: "accumulate(iterable, func=None, *, initial=None)\n--\n\nReturn series of accumulated sums.",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            const P: Params<3> = Params::new(["iterable", "func", "initial"], 1).kwonly(2);
            let [it, f, initial] = Args::new(args, kw).bind(th, "accumulate", &P)?;
            let it = ops::iter(th, it.unwrap_or_else(Value::none))?;
            let Some(t) = ty.cast_type() else { return Ok(ty) };
            payload::alloc(
                th,
                t,
                Accumulate {
                    it: Slot::new(Some(it)),
                    f: Slot::new(f.filter(|f| !f.is_none())),
                    total: Slot::empty(),
                    initial: Slot::new(initial.filter(|i| !i.is_none())),
                },
            )
        }),
        iter: Some(same),
        iternext: Some(|th, v| {
            let a = v.expect_native::<Accumulate>(th)?;
            if let Some(x) = a.initial.get() {
                a.initial.set(None);
                a.total.set(Some(x));
                return Ok(Some(x));
            }
            let Some(it) = a.it.get() else { return Ok(None) };
            let Some(x) = ops::next(th, it)? else { return Ok(None) };
            let new = match (a.total.get(), a.f.get()) {
                (None, _) => x,
                (Some(t), None) => ops::binary_op(th, t, x, ops::BinOp::Add)?,
                (Some(t), Some(f)) => ops::call(th, f, &[t, x], None)?,
            };
            a.total.set(Some(new));
            Ok(Some(new))
        }),
        ..Slots::NONE
    },
    ..payload::spec::<Accumulate>()
});

// ---- islice

/// `islice`
pub(super) struct Islice {
    it: Slot,
    next: Shared,
    /// `u64::MAX` for no end.
    stop: Shared,
    step: u64,
    count: Shared,
}
crate::native!(Islice, ISLICE, [it]);

fn bound(th: &mut Thread, v: Value, text: &str) -> R<Option<u64>> {
    if v.is_none() {
        return Ok(None);
    }
    let n = match ops::index_opt(th, v)? {
        Some(i) => int::to_i64(i),
        None => None,
    };
    match n {
        Some(n) if n >= 0 => Ok(Some(n as u64)),
        _ => Err(th.value_error(format_args!("{text}"))),
    }
}

pub(super) static ISLICE: StaticType = StaticType::new(TypeSpec {
    name: "itertools.islice",
    doc: "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object\n\nReturn an iterator whose next() method returns selected values from an\niterable.  If start is specified, will skip all preceding elements;\notherwise, start defaults to zero.  Step defaults to one.  If\nspecified as another value, step determines how many values are\nskipped between successive calls.  Works like a slice() on a list\nbut returns an iterator.",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            let a = positional(th, "islice", args, kw, 2, 4)?;
            const RANGE: &str =
                "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
            let none = Value::none();
            let (start, stop, step) = match a.len() {
                2 => (none, a[1], none),
                _ => (a[1], a[2], a.get(3).copied().unwrap_or(none)),
            };
            let text = if a.len() == 2 {
                "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize."
            } else {
                RANGE
            };
            let stop = bound(th, stop, text)?;
            let start = bound(th, start, RANGE)?.unwrap_or(0);
            const STEP: &str = "Step for islice() must be a positive integer or None.";
            let step = bound(th, step, STEP)?.unwrap_or(1);
            if step == 0 {
                return Err(th.value_error(format_args!("{STEP}")));
            }
            let it = ops::iter(th, a[0])?;
            let Some(t) = ty.cast_type() else { return Ok(ty) };
            payload::alloc(
                th,
                t,
                Islice {
                    it: Slot::new(Some(it)),
                    next: Shared::new(start),
                    stop: Shared::new(stop.unwrap_or(u64::MAX)),
                    step,
                    count: Shared::new(0),
                },
            )
        }),
        iter: Some(same),
        iternext: Some(|th, v| {
            let s = v.expect_native::<Islice>(th)?;
            let Some(it) = s.it.get() else { return Ok(None) };
            let (stop, next) = (s.stop.get(), s.next.get());
            while s.count.get() < next {
                if ops::next(th, it)?.is_none() {
                    s.it.set(None);
                    return Ok(None);
                }
                s.count.set(s.count.get() + 1);
                if s.count.get() >= stop {
                    break;
                }
            }
            if s.count.get() >= stop {
                s.it.set(None);
                return Ok(None);
            }
            let Some(x) = ops::next(th, it)? else {
                s.it.set(None);
                return Ok(None);
            };
            leaf(th, v, || {
                s.count.set(s.count.get() + 1);
                let to = next.saturating_add(s.step);
                // The rest up to `stop` is consumed when the next item is asked for.
                s.next.set(to.min(stop));
            });
            Ok(Some(x))
        }),
        ..Slots::NONE
    },
    ..payload::spec::<Islice>()
});

// ---- batched

/// `batched`
pub(super) struct Batched {
    it: Slot,
    n: usize,
    strict: bool,
}
crate::native!(Batched, BATCHED, [it]);

pub(super) static BATCHED: StaticType = StaticType::new(TypeSpec {
    name: "itertools.batched",
    doc: "batched(iterable, n, *, strict=False)\n--\n\nBatch data into tuples of length n. The last batch may be shorter than n.\n\nLoops over the input iterable and accumulates data into tuples\nup to size n.  The input is consumed lazily, just enough to\nfill a batch.  The result is yielded as soon as a batch is full\nor when the input iterable is exhausted.",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            const P: Params<3> = Params::new(["iterable", "n", "strict"], 2).kwonly(2);
            let [it, n, strict] = Args::new(args, kw).bind(th, "batched", &P)?;
            let n = ops::index_isize(th, n.unwrap_or_else(Value::none))?;
            let strict = match strict {
                Some(s) => ops::is_true(th, s)?,
                None => false,
            };
            if n < 1 {
                return Err(th.value_error(format_args!("n must be at least one")));
            }
            let it = ops::iter(th, it.unwrap_or_else(Value::none))?;
            let Some(t) = ty.cast_type() else { return Ok(ty) };
            payload::alloc(th, t, Batched { it: Slot::new(Some(it)), n: n as usize, strict })
        }),
        iter: Some(same),
        iternext: Some(|th, v| {
            let b = v.expect_native::<Batched>(th)?;
            let Some(it) = b.it.get() else { return Ok(None) };
            let mut items = RootVec::new(th);
            while items.len() < b.n {
                match ops::next(th, it) {
                    Ok(Some(x)) => items.push(x),
                    Ok(None) => break,
                    Err(e) => {
                        b.it.set(None);
                        return Err(e);
                    }
                }
            }
            if items.len() < b.n {
                b.it.set(None);
                if items.is_empty() {
                    return Ok(None);
                }
                if b.strict {
                    return Err(th.value_error(format_args!("batched(): incomplete batch")));
                }
            }
            Tuple::new(th, &items).map(|t| Some(Value::from_ref(t)))
        }),
        ..Slots::NONE
    },
    ..payload::spec::<Batched>()
});
