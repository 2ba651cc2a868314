//! `itertools`.
//!
//! Iterators that threads share stay sound: what they hold lies in slots, what they count changes in their critical
//! section. Two threads that advance one iterator get its items in some order; which one is up to them, as in CPython.

mod combine;
mod endless;
mod group;
mod select;

use heddle_object::core::native::Args;
use heddle_object::types::Tuple;
use heddle_object::{MethodDef, ModuleDef, R, Thread, Value, ops};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "itertools",
    doc: "Functional tools for creating and using iterators.\n\nInfinite iterators:\ncount(start=0, step=1) --> start, start+step, start+2*step, ...\ncycle(p) --> p0, p1, ... plast, p0, p1, ...\nrepeat(elem [,n]) --> elem, elem, elem, ... endlessly or up to n times\n\nIterators terminating on the shortest input sequence:\naccumulate(p[, func]) --> p0, p0+p1, p0+p1+p2\nbatched(p, n) --> [p0, p1, ..., p_n-1], [p_n, p_n+1, ..., p_2n-1], ...\nchain(p, q, ...) --> p0, p1, ... plast, q0, q1, ...\nchain.from_iterable([p, q, ...]) --> p0, p1, ... plast, q0, q1, ...\ncompress(data, selectors) --> (d[0] if s[0]), (d[1] if s[1]), ...\ndropwhile(predicate, seq) --> seq[n], seq[n+1], starting when predicate fails\ngroupby(iterable[, keyfunc]) --> sub-iterators grouped by value of keyfunc(v)\nfilterfalse(predicate, seq) --> elements of seq where pred(elem) is False\nislice(seq, [start,] stop [, step]) --> elements from\n       seq[start:stop:step]\npairwise(s) --> (s[0],s[1]), (s[1],s[2]), (s[2], s[3]), ...\nstarmap(fun, seq) --> fun(*seq[0]), fun(*seq[1]), ...\ntee(it, n=2) --> (it1, it2 , ... itn) splits one iterator into n\ntakewhile(predicate, seq) --> seq[0], seq[1], until predicate fails\nzip_longest(p, q, ...) --> (p[0], q[0]), (p[1], q[1]), ...\n\nCombinatoric generators:\nproduct(p, q, ... [repeat=1]) --> cartesian product\npermutations(p[, r])\ncombinations(p, r)\ncombinations_with_replacement(p, r)\n",
    methods: &[MethodDef::fast(
        "tee",
        1,
        2,
        group::tee,
        "tee($module, iterable, n=2, /)\n--\n\nReturns a tuple of n independent iterators.",
    )],
    types: &[
        &select::ACCUMULATE,
        &select::BATCHED,
        &select::CHAIN,
        &combine::COMBINATIONS,
        &combine::WITH_REPLACEMENT,
        &select::COMPRESS,
        &endless::COUNT,
        &endless::CYCLE,
        &select::DROPWHILE,
        &select::FILTERFALSE,
        &group::GROUPBY,
        &group::GROUPER,
        &select::ISLICE,
        &select::PAIRWISE,
        &combine::PERMUTATIONS,
        &combine::PRODUCT,
        &endless::REPEAT,
        &select::STARMAP,
        &select::TAKEWHILE,
        &group::TEE,
        &group::TEE_DATA,
        &group::ZIP_LONGEST,
    ],
    ..ModuleDef::DEFAULT
};

/// The rules of a constructor that takes positional arguments only.
fn positional<'a>(
    th: &mut Thread,
    name: &str,
    args: &'a [Value],
    kw: Option<Value>,
    min: usize,
    max: usize,
) -> R<&'a [Value]> {
    let a = Args::new(args, kw);
    a.no_keywords(th, name)?;
    a.positional(th, name, min, max)?;
    Ok(a.pos)
}

/// Runs `f` in the critical section of an iterator.
#[inline(always)]
fn leaf<T>(th: &mut Thread, v: Value, f: impl FnOnce() -> T) -> T {
    match v.header() {
        Some(h) => th.critical_leaf(h, f),
        None => f(),
    }
}

/// All items of an iterable as a tuple.
fn pool(th: &mut Thread, v: Value) -> R<&'static Tuple> {
    ops::to_tuple(th, v)
}
