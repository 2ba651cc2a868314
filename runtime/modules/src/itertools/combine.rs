//! `product`, `permutations`, `combinations`, `combinations_with_replacement`: a pool and a vector of indices that goes
//! through its settings in lexicographic order.

use super::pool;
use heddle_object::core::native::Args;
use heddle_object::core::payload::{self, Guarded};
use heddle_object::heap::RootVec;
use heddle_object::types::Tuple;
use heddle_object::{
    MethodDef, Params, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, flags, ops,
};

/// The indices, and where the walk stands.
struct Walk {
    at: Vec<usize>,
    /// `permutations` only.
    cycles: Vec<usize>,
    begun: bool,
    done: bool,
}

/// One of the four, told apart by `KIND`.
pub(super) struct Combine<const KIND: u8> {
    /// The pool; for `product` a tuple of pools.
    pool: Slot,
    walk: Guarded<Walk>,
}

impl<const KIND: u8> payload::Native for Combine<KIND> {
    fn static_type() -> &'static StaticType {
        [&PRODUCT, &PERMUTATIONS, &COMBINATIONS, &WITH_REPLACEMENT][KIND as usize]
    }
    fn trace(&self, t: &mut heddle_object::heap::Tracer) {
        t.slot(&self.pool);
    }
}

fn make<const KIND: u8>(th: &mut Thread, ty: Value, pool: &'static Tuple, walk: Walk) -> R {
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    payload::alloc(
        th,
        t,
        Combine::<KIND> { pool: Slot::new(Some(Value::from_ref(pool))), walk: Guarded::new(walk) },
    )
}

/// The next setting of the indices, and the tuple that it selects.
fn next<const KIND: u8>(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let c = v.expect_native::<Combine<KIND>>(th)?;
    let Some(pool) = c.pool.get().and_then(|p| p.cast::<Tuple>()) else { return Ok(None) };
    c.walk.with(th, v, |th, w| {
        if w.done {
            return Ok(None);
        }
        if w.begun {
            let items = pool.as_slice();
            let more = match KIND {
                0 => step_product(w, items),
                2 => step_combination(w, items.len()),
                _ => step_replacement(w, items.len()),
            };
            if !more {
                w.done = true;
                return Ok(None);
            }
        }
        w.begun = true;
        let items = pool.as_slice();
        let at = &w.at;
        let t = Tuple::from_fn(th, at.len(), |i| match KIND {
            0 => items[i].cast::<Tuple>().and_then(|p| p.get(at[i])).unwrap_or_else(Value::none),
            _ => items[at[i]],
        })?;
        Ok(Some(Value::from_ref(t)))
    })
}

fn step_product(w: &mut Walk, pools: &[Value]) -> bool {
    for i in (0..w.at.len()).rev() {
        w.at[i] += 1;
        if w.at[i] < pools[i].cast::<Tuple>().map_or(0, |p| p.len()) {
            return true;
        }
        w.at[i] = 0;
    }
    false
}

/// `at` holds all of the pool's indices here, of which the first r are shown; `cycles` counts each place down.
fn step_permutation(w: &mut Walk, n: usize) -> bool {
    let r = w.cycles.len();
    let all = &mut w.at;
    for i in (0..r).rev() {
        w.cycles[i] -= 1;
        if w.cycles[i] == 0 {
            all[i..].rotate_left(1);
            w.cycles[i] = n - i;
        } else {
            let j = n - w.cycles[i];
            all.swap(i, j);
            return true;
        }
    }
    false
}

fn step_combination(w: &mut Walk, n: usize) -> bool {
    let r = w.at.len();
    let Some(i) = (0..r).rev().find(|&i| w.at[i] != i + n - r) else { return false };
    w.at[i] += 1;
    for j in i + 1..r {
        w.at[j] = w.at[j - 1] + 1;
    }
    true
}

fn step_replacement(w: &mut Walk, n: usize) -> bool {
    let r = w.at.len();
    let Some(i) = (0..r).rev().find(|&i| w.at[i] + 1 != n) else { return false };
    let x = w.at[i] + 1;
    w.at[i..].fill(x);
    true
}

fn length(th: &mut Thread, v: Value) -> R<usize> {
    let r = ops::index_isize(th, v)?;
    match usize::try_from(r) {
        Ok(r) => Ok(r),
        Err(_) => Err(th.value_error(format_args!("r must be non-negative"))),
    }
}

pub(super) static PRODUCT: StaticType = StaticType::new(TypeSpec {
    name: "itertools.product",
    doc: "product(*iterables, repeat=1)\n--\n\nCartesian product of input iterables.  Equivalent to nested for-loops.\n\nFor example, product(A, B) returns the same as:  ((x,y) for x in A for y in B).\nThe leftmost iterators are in the outermost for-loop, so the output tuples\ncycle in a manner similar to an odometer (with the rightmost element changing\non every iteration).\n\nTo compute the product of an iterable with itself, specify the number\nof repetitions with the optional repeat keyword argument. For example,\nproduct(A, repeat=4) means the same as product(A, A, A, A).\n\nproduct('ab', range(3)) --> ('a',0) ('a',1) ('a',2) ('b',0) ('b',1) ('b',2)\nproduct((0,1), (0,1), (0,1)) --> (0,0,0) (0,0,1) (0,1,0) (0,1,1) (1,0,0) ...",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            let a = Args::new(args, kw);
            let repeat = a.keyword("repeat");
            if a.nkw() > repeat.is_some() as usize {
                let name = a
                    .keywords()
                    .map(|k| k.0.to_string_lossy())
                    .find(|n| n != "repeat")
                    .unwrap_or_default();
                return Err(th.type_error(format_args!(
                    "product() got an unexpected keyword argument '{name}'"
                )));
            }
            let repeat = match repeat {
                Some(r) => ops::index_isize(th, r)?,
                None => 1,
            };
            if repeat < 0 {
                return Err(th.value_error(format_args!("repeat argument cannot be negative")));
            }
            let mut pools = RootVec::new(th);
            for x in a.pos {
                let p = pool(th, *x)?;
                pools.push(Value::from_ref(p));
            }
            let once = pools.len();
            let Some(total) = once.checked_mul(repeat as usize).filter(|&n| n < 1 << 40) else {
                return Err(th.overflow_error(format_args!("repeat argument too large")));
            };
            let empty =
                repeat > 0 && pools.iter().any(|p| p.cast::<Tuple>().is_none_or(|t| t.len() == 0));
            let all = Tuple::from_fn(th, total, |i| pools[i % once.max(1)])?;
            make::<0>(
                th,
                ty,
                all,
                Walk { at: vec![0; total], cycles: Vec::new(), begun: false, done: empty },
            )
        }),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(next::<0>),
        ..Slots::NONE
    },
    methods: &[MethodDef::noargs(
        "__sizeof__",
        |_, _| Ok(Value::small_int(size_of::<Combine<0>>() as i64)),
        "Returns size in memory, in bytes.",
    )],
    ..payload::spec::<Combine<0>>()
});

pub(super) static PERMUTATIONS: StaticType = StaticType::new(TypeSpec {
    name: "itertools.permutations",
    doc: "permutations(iterable, r=None)\n--\n\nReturn successive r-length permutations of elements in the iterable.\n\npermutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            const P: Params<2> = Params::new(["iterable", "r"], 1);
            let [it, r] = Args::new(args, kw).bind(th, "permutations", &P)?;
            let p = pool(th, it.unwrap_or_else(Value::none))?;
            let n = p.len();
            let r = match r.filter(|r| !r.is_none()) {
                Some(r) if heddle_object::types::int::check(r) => length(th, r)?,
                Some(_) => return Err(th.type_error(format_args!("Expected int as r"))),
                None => n,
            };
            let cycles = (0..r.min(n)).map(|i| n - i).collect();
            make::<1>(th, ty, p, Walk { at: (0..n).collect(), cycles, begun: false, done: r > n })
        }),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(next_permutation),
        ..Slots::NONE
    },
    ..payload::spec::<Combine<1>>()
});

/// As [`next`], showing only the first r indices.
fn next_permutation(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let c = v.expect_native::<Combine<1>>(th)?;
    let Some(pool) = c.pool.get().and_then(|p| p.cast::<Tuple>()) else { return Ok(None) };
    c.walk.with(th, v, |th, w| {
        if w.done {
            return Ok(None);
        }
        if w.begun && !step_permutation(w, pool.len()) {
            w.done = true;
            return Ok(None);
        }
        w.begun = true;
        let items = pool.as_slice();
        let at = &w.at;
        let t = Tuple::from_fn(th, w.cycles.len(), |i| items[at[i]])?;
        Ok(Some(Value::from_ref(t)))
    })
}

fn chosen(
    th: &mut Thread,
    name: &str,
    args: &[Value],
    kw: Option<Value>,
) -> R<(&'static Tuple, usize)> {
    const P: Params<2> = Params::new(["iterable", "r"], 2);
    let [it, r] = Args::new(args, kw).bind(th, name, &P)?;
    let none = Value::none();
    let p = pool(th, it.unwrap_or(none))?;
    let r = length(th, r.unwrap_or(none))?;
    Ok((p, r))
}

pub(super) static COMBINATIONS: StaticType = StaticType::new(TypeSpec {
    name: "itertools.combinations",
    doc: "combinations(iterable, r)\n--\n\nReturn successive r-length combinations of elements in the iterable.\n\ncombinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            let (p, r) = chosen(th, "combinations", args, kw)?;
            let done = r > p.len();
            let at = if done { Vec::new() } else { (0..r).collect() };
            make::<2>(th, ty, p, Walk { at, cycles: Vec::new(), begun: false, done })
        }),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(next::<2>),
        ..Slots::NONE
    },
    ..payload::spec::<Combine<2>>()
});

pub(super) static WITH_REPLACEMENT: StaticType = StaticType::new(TypeSpec {
    name: "itertools.combinations_with_replacement",
    doc: "combinations_with_replacement(iterable, r)\n--\n\nReturn successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.\n\ncombinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            let (p, r) = chosen(th, "combinations_with_replacement", args, kw)?;
            let done = p.len() == 0 && r > 0;
            make::<3>(th, ty, p, Walk { at: vec![0; r], cycles: Vec::new(), begun: false, done })
        }),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(next::<3>),
        ..Slots::NONE
    },
    ..payload::spec::<Combine<3>>()
});
