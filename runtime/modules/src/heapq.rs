//! `_heapq`: binary heaps in lists, smallest or largest item first.
//!
//! Comparisons may run any code, so items are read and written one by one, and a heap whose length changed meanwhile is
//! an error, as in CPython.

use heddle_object::types::List;
use heddle_object::{CompareOp, MethodDef, ModuleDef, R, Thread, Value, ops};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_heapq",
    doc: "Heap queue algorithm (a.k.a. priority queue).",
    methods: &[
        MethodDef::fast(
            "heappush",
            2,
            2,
            |th, _, a| push::<false>(th, a),
            "heappush($module, heap, item, /)\n--\n\nPush item onto heap, maintaining the heap invariant.",
        ),
        MethodDef::one(
            "heappop",
            |th, _, h| pop::<false>(th, h),
            "heappop($module, heap, /)\n--\n\nPop the smallest item off the heap, maintaining the heap invariant.",
        ),
        MethodDef::fast(
            "heappushpop",
            2,
            2,
            |th, _, a| push_pop::<false>(th, a),
            "heappushpop($module, heap, item, /)\n--\n\nPush item on the heap, then pop and return the smallest item from the heap.\n\nThe combined action runs more efficiently than heappush() followed by\na separate call to heappop().",
        ),
        MethodDef::fast(
            "heapreplace",
            2,
            2,
            |th, _, a| replace::<false>(th, a),
            "heapreplace($module, heap, item, /)\n--\n\nPop and return the current smallest value, and add the new item.\n\nThis is more efficient than heappop() followed by heappush(), and can be\nmore appropriate when using a fixed-size heap.  Note that the value\nreturned may be larger than item!  That constrains reasonable uses of\nthis routine unless written as part of a conditional replacement:\n\n    if item > heap[0]:\n        item = heapreplace(heap, item)",
        ),
        MethodDef::one(
            "heapify",
            |th, _, h| heapify::<false>(th, h),
            "heapify($module, heap, /)\n--\n\nTransform list into a heap, in-place, in O(len(heap)) time.",
        ),
        MethodDef::fast(
            "heappush_max",
            2,
            2,
            |th, _, a| push::<true>(th, a),
            "heappush_max($module, heap, item, /)\n--\n\nPush item onto max heap, maintaining the heap invariant.",
        ),
        MethodDef::one(
            "heappop_max",
            |th, _, h| pop::<true>(th, h),
            "heappop_max($module, heap, /)\n--\n\nMaxheap variant of heappop.",
        ),
        MethodDef::fast(
            "heappushpop_max",
            2,
            2,
            |th, _, a| push_pop::<true>(th, a),
            "heappushpop_max($module, heap, item, /)\n--\n\nMaxheap variant of heappushpop.\n\nThe combined action runs more efficiently than heappush_max() followed by\na separate call to heappop_max().",
        ),
        MethodDef::fast(
            "heapreplace_max",
            2,
            2,
            |th, _, a| replace::<true>(th, a),
            "heapreplace_max($module, heap, item, /)\n--\n\nMaxheap variant of heapreplace.",
        ),
        MethodDef::one(
            "heapify_max",
            |th, _, h| heapify::<true>(th, h),
            "heapify_max($module, heap, /)\n--\n\nMaxheap variant of heapify.",
        ),
    ],
    ..ModuleDef::DEFAULT
};

fn heap(th: &mut Thread, v: Value) -> R<&'static List> {
    match v.cast::<List>() {
        Some(l) => Ok(l),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("heap argument must be a list, not {tn}")))
        }
    }
}

/// Whether `a` comes out before `b`.
#[inline]
fn before<const MAX: bool>(th: &mut Thread, a: Value, b: Value) -> R<bool> {
    let (a, b) = if MAX { (b, a) } else { (a, b) };
    if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int()) {
        return Ok(x < y);
    }
    ops::compare_bool(th, a, b, CompareOp::Lt)
}

#[cold]
fn changed(th: &mut Thread) -> heddle_object::Raised {
    th.runtime_error(format_args!("list changed size during iteration"))
}

fn at(th: &mut Thread, l: &List, i: usize) -> R {
    match l.at(th, i) {
        Some(v) => Ok(v),
        None => Err(th.index_error(format_args!("index out of range"))),
    }
}

/// Moves the item at `pos` towards `start` until its parent comes out first.
fn sift_down<const MAX: bool>(th: &mut Thread, l: &List, start: usize, pos: usize) -> R<()> {
    let size = l.len();
    let (item, mut pos) = (at(th, l, pos)?, pos);
    while pos > start {
        let parent = (pos - 1) >> 1;
        let p = at(th, l, parent)?;
        let up = before::<MAX>(th, item, p)?;
        if l.len() != size {
            return Err(changed(th));
        }
        if !up {
            break;
        }
        l.set(th, pos, p);
        l.set(th, parent, item);
        pos = parent;
    }
    Ok(())
}

/// Moves the item at `pos` to a leaf, the better child up at each step, and from there back to its place.
fn sift_up<const MAX: bool>(th: &mut Thread, l: &List, pos: usize) -> R<()> {
    let (size, start, mut pos) = (l.len(), pos, pos);
    let item = at(th, l, pos)?;
    while pos < size >> 1 {
        let mut child = 2 * pos + 1;
        let mut c = at(th, l, child)?;
        if child + 1 < size {
            let d = at(th, l, child + 1)?;
            let left = before::<MAX>(th, c, d)?;
            if l.len() != size {
                return Err(changed(th));
            }
            if !left {
                child += 1;
                c = d;
            }
        }
        l.set(th, pos, c);
        l.set(th, child, item);
        pos = child;
    }
    sift_down::<MAX>(th, l, start, pos)
}

fn push<const MAX: bool>(th: &mut Thread, args: &[Value]) -> R {
    let l = heap(th, args[0])?;
    l.push(th, args[1])?;
    let last = l.len().saturating_sub(1);
    sift_down::<MAX>(th, l, 0, last)?;
    Ok(Value::none())
}

fn pop<const MAX: bool>(th: &mut Thread, h: Value) -> R {
    let l = heap(th, h)?;
    let Some(last) = l.pop_last(th) else {
        return Err(th.index_error(format_args!("index out of range")));
    };
    if l.len() == 0 {
        return Ok(last);
    }
    let top = at(th, l, 0)?;
    l.set(th, 0, last);
    sift_up::<MAX>(th, l, 0)?;
    Ok(top)
}

fn replace<const MAX: bool>(th: &mut Thread, args: &[Value]) -> R {
    let l = heap(th, args[0])?;
    let top = at(th, l, 0)?;
    l.set(th, 0, args[1]);
    sift_up::<MAX>(th, l, 0)?;
    Ok(top)
}

fn push_pop<const MAX: bool>(th: &mut Thread, args: &[Value]) -> R {
    let l = heap(th, args[0])?;
    let Some(top) = l.at(th, 0) else { return Ok(args[1]) };
    if !before::<MAX>(th, top, args[1])? {
        return Ok(args[1]);
    }
    if l.len() == 0 {
        return Err(th.index_error(format_args!("index out of range")));
    }
    let top = at(th, l, 0)?;
    l.set(th, 0, args[1]);
    sift_up::<MAX>(th, l, 0)?;
    Ok(top)
}

fn heapify<const MAX: bool>(th: &mut Thread, h: Value) -> R {
    let l = heap(th, h)?;
    for i in (0..l.len() >> 1).rev() {
        sift_up::<MAX>(th, l, i)?;
    }
    Ok(Value::none())
}
