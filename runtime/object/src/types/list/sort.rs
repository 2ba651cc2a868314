//! `list.sort`: the items are taken out, sorted aside, and put back, so that no comparison runs inside a section.
//!
//! Keys of one kind that compare without Python code (small ints, floats without NaN, exact strings) go to the standard
//! library's stable sort. All others go to a merge sort over natural runs, which asks only `later < earlier`, stops at
//! the first exception, and accepts any answers, however contradictory. Runs are merged in the order of Munro and Wild's
//! powersort, as CPython's timsort does (`listsort.txt`).

use super::List;
use crate::core::thread::Thread;
use crate::core::ty::CompareOp;
use crate::core::value::Value;
use crate::error::R;
use crate::ops;
use crate::types::{Str, ValueArray};
use std::cmp::Ordering;

/// Sorts in place. While it runs, the list is empty to everybody else.
///
/// **Errors:** whatever `key` or a comparison raises (the list then has its old order); ValueError when somebody changed
/// the list meanwhile. **Escapes:** yes.
pub fn sort_list(th: &mut Thread, l: &'static List, key: Option<Value>, reverse: bool) -> R<()> {
    // A private copy: others may still store into the array they found before.
    let items = th.critical(&l.header, |th| -> R<Option<&'static ValueArray>> {
        let n = l.len();
        if n == 0 {
            return Ok(None);
        }
        let array = ValueArray::new(th, n)?;
        for (i, slot) in array.slots().iter().enumerate() {
            slot.set(l.get(i));
        }
        l.take_storage(th);
        Ok(Some(array))
    })?;
    let Some(items) = items else { return Ok(()) };
    let sorted = order(th, items, key, reverse);
    let out = match sorted {
        Ok(Some(sorted)) => sorted,
        _ => items,
    };
    let changed = th.critical_leaf(&l.header, || {
        let changed = l.vec.capacity() != 0 || l.len() != 0;
        l.put_storage(out, items.cap());
        changed
    });
    match sorted {
        Err(e) => Err(e),
        Ok(_) if changed => Err(th.value_error(format_args!("list modified during sort"))),
        Ok(_) => Ok(()),
    }
}

/// A new array with the items in order; nothing when they are in order already.
fn order(
    th: &mut Thread,
    items: &'static ValueArray,
    key: Option<Value>,
    reverse: bool,
) -> R<Option<&'static ValueArray>> {
    let n = items.cap();
    let keys = match key {
        None => items,
        Some(f) => {
            let keys = ValueArray::new(th, n)?;
            for i in 0..n {
                let Some(v) = items.get(i) else { continue };
                keys.set(i, Some(ops::call1(th, f, v)?));
            }
            keys
        }
    };
    if n < 2 {
        return Ok(None);
    }
    let mut perm = match permutation(th, keys, reverse)? {
        Some(p) => p,
        None => return Ok(None),
    };
    if reverse {
        perm.reverse();
    }
    let out = ValueArray::new(th, n)?;
    for (slot, from) in out.slots().iter().zip(&perm) {
        slot.set(items.get(*from as usize));
    }
    Ok(Some(out))
}

/// Indices of the keys in ascending order, stable; for `reverse` equal keys stand in reverse order, because the caller
/// turns the result around. Nothing when the order does not change.
fn permutation(th: &mut Thread, keys: &ValueArray, reverse: bool) -> R<Option<Vec<u32>>> {
    let n = keys.cap();
    if n > u32::MAX as usize {
        return Err(th.memory_error());
    }
    let index = |i: usize| if reverse { n - 1 - i } else { i };
    let key = |i: usize| keys.get(index(i)).unwrap_or_else(Value::none);
    if let Some(mut k) = collect(n, |i| Some((key(i).as_small_int()?, index(i) as u32))) {
        k.sort_by_key(|k| k.0);
        return Ok(Some(k.into_iter().map(|k| k.1).collect()));
    }
    let float = |v: Value| v.as_flonum().filter(|f| !f.is_nan());
    if let Some(mut k) = collect(n, |i| Some((float(key(i))?, index(i) as u32))) {
        k.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal));
        return Ok(Some(k.into_iter().map(|k| k.1).collect()));
    }
    let string = |v: Value| if v.is_exact::<Str>() { v.cast::<Str>() } else { None };
    if let Some(mut k) = collect(n, |i| Some((string(key(i))?, index(i) as u32))) {
        k.sort_by(|a, b| compare_str(a.0, b.0));
        return Ok(Some(k.into_iter().map(|k| k.1).collect()));
    }
    let p: Vec<u32> = (0..n).map(|i| index(i) as u32).collect();
    let mut m = Merge {
        v: p,
        scratch: Vec::new(),
        less: |th: &mut Thread, a: u32, b: u32| match (keys.get(a as usize), keys.get(b as usize)) {
            (Some(a), Some(b)) => less(th, a, b),
            _ => Ok(false),
        },
    };
    m.sort(th)?;
    Ok(Some(m.v))
}

/// All of them, or nothing at the first that is nothing.
fn collect<T>(n: usize, f: impl Fn(usize) -> Option<T>) -> Option<Vec<T>> {
    let first = f(0)?;
    let mut v = Vec::with_capacity(n);
    v.push(first);
    for i in 1..n {
        v.push(f(i)?);
    }
    Some(v)
}

/// By code points.
fn compare_str(a: &Str, b: &Str) -> Ordering {
    if a.width() == 1 && b.width() == 1 {
        return a.data().cmp(b.data());
    }
    let n = a.len().min(b.len());
    (0..n)
        .map(|i| a.code_point(i).cmp(&b.code_point(i)))
        .find(|o| *o != Ordering::Equal)
        .unwrap_or_else(|| a.len().cmp(&b.len()))
}

#[inline]
fn less(th: &mut Thread, a: Value, b: Value) -> R<bool> {
    if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int()) {
        return Ok(x < y);
    }
    ops::compare_bool(th, a, b, CompareOp::Lt)
}

/// Shortest run that is worth merging; shorter ones are extended by insertion. 32 to 64 as in CPython.
const MIN_MERGE: usize = 64;

/// A merge sort of indices.
struct Merge<F> {
    v: Vec<u32>,
    scratch: Vec<u32>,
    less: F,
}

/// A run on the stack: where it starts, its length, and the power of the boundary before the next one.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    len: usize,
    power: u32,
}

impl<F: FnMut(&mut Thread, u32, u32) -> R<bool>> Merge<F> {
    fn sort(&mut self, th: &mut Thread) -> R<()> {
        let n = self.v.len();
        let min_run = min_run(n);
        let mut stack: Vec<Run> = Vec::new();
        let mut start = 0;
        while start < n {
            let mut len = self.natural_run(th, start)?;
            if len < min_run {
                let end = n.min(start + min_run);
                self.insertion(th, start, start + len, end)?;
                len = end - start;
            }
            let run = Run { start, len, power: 0 };
            if let Some(top) = stack.last_mut() {
                let p = power(top.start, top.len, run.len, n);
                while stack.len() > 1 && stack[stack.len() - 2].power > p {
                    self.merge_top(th, &mut stack)?;
                }
                if let Some(top) = stack.last_mut() {
                    top.power = p;
                }
            }
            stack.push(run);
            start += len;
        }
        while stack.len() > 1 {
            self.merge_top(th, &mut stack)?;
        }
        Ok(())
    }

    /// Length of the run at `start`; a strictly descending one is turned around.
    fn natural_run(&mut self, th: &mut Thread, start: usize) -> R<usize> {
        let n = self.v.len();
        let mut end = start + 1;
        if end == n {
            return Ok(1);
        }
        if (self.less)(th, self.v[end], self.v[start])? {
            end += 1;
            while end < n && (self.less)(th, self.v[end], self.v[end - 1])? {
                end += 1;
            }
            self.v[start..end].reverse();
        } else {
            end += 1;
            while end < n && !(self.less)(th, self.v[end], self.v[end - 1])? {
                end += 1;
            }
        }
        Ok(end - start)
    }

    /// Extends the sorted part `start..sorted` to `end`, each item placed by binary search.
    fn insertion(&mut self, th: &mut Thread, start: usize, sorted: usize, end: usize) -> R<()> {
        for i in sorted..end {
            let pivot = self.v[i];
            let (mut lo, mut hi) = (start, i);
            while lo < hi {
                let mid = lo + (hi - lo) / 2;
                if (self.less)(th, pivot, self.v[mid])? {
                    hi = mid;
                } else {
                    lo = mid + 1;
                }
            }
            self.v.copy_within(lo..i, lo + 1);
            self.v[lo] = pivot;
        }
        Ok(())
    }

    fn merge_top(&mut self, th: &mut Thread, stack: &mut Vec<Run>) -> R<()> {
        let (Some(b), Some(a)) = (stack.pop(), stack.pop()) else { return Ok(()) };
        self.merge(th, a.start, b.start, b.start + b.len)?;
        stack.push(Run { start: a.start, len: a.len + b.len, power: b.power });
        Ok(())
    }

    /// Merges the neighbours `start..mid` and `mid..end`.
    fn merge(&mut self, th: &mut Thread, start: usize, mid: usize, end: usize) -> R<()> {
        // What is in place at both ends stays there.
        let first = self.v[mid];
        let start = self.upper(th, start, mid, first)?;
        if start == mid {
            return Ok(());
        }
        let last = self.v[mid - 1];
        let end = self.lower(th, mid, end, last)?;
        if end == mid {
            return Ok(());
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        scratch.extend_from_slice(&self.v[start..mid]);
        let (mut i, mut j, mut to) = (0, mid, start);
        let mut r = Ok(());
        while i < scratch.len() && j < end {
            match (self.less)(th, self.v[j], scratch[i]) {
                Ok(true) => {
                    self.v[to] = self.v[j];
                    j += 1;
                }
                Ok(false) => {
                    self.v[to] = scratch[i];
                    i += 1;
                }
                Err(e) => {
                    r = Err(e);
                    break;
                }
            }
            to += 1;
        }
        let rest = scratch.len() - i;
        self.v[to..to + rest].copy_from_slice(&scratch[i..]);
        self.scratch = scratch;
        r
    }

    /// First place in the sorted part whose item is greater than `x`, searched in growing steps from the front.
    fn upper(&mut self, th: &mut Thread, start: usize, end: usize, x: u32) -> R<usize> {
        let (mut lo, mut step) = (start, 1);
        let mut hi = end;
        while lo + step <= end {
            if (self.less)(th, x, self.v[lo + step - 1])? {
                hi = lo + step - 1;
                break;
            }
            lo += step;
            step *= 2;
        }
        while lo < hi {
            let mid = lo + (hi - lo) / 2;
            if (self.less)(th, x, self.v[mid])? {
                hi = mid;
            } else {
                lo = mid + 1;
            }
        }
        Ok(lo)
    }

    /// First place in the sorted part whose item is not less than `x`, searched in growing steps from the back.
    fn lower(&mut self, th: &mut Thread, start: usize, end: usize, x: u32) -> R<usize> {
        let (mut hi, mut step) = (end, 1);
        let mut lo = start;
        while hi - start >= step {
            if (self.less)(th, self.v[hi - step], x)? {
                lo = hi - step + 1;
                break;
            }
            hi -= step;
            step *= 2;
        }
        while lo < hi {
            let mid = lo + (hi - lo) / 2;
            if (self.less)(th, self.v[mid], x)? {
                lo = mid + 1;
            } else {
                hi = mid;
            }
        }
        Ok(lo)
    }
}

/// The run length to aim at: `n / 2^k`, between half of `MIN_MERGE` and it, rounded up.
fn min_run(n: usize) -> usize {
    let (mut n, mut up) = (n, 0);
    while n >= MIN_MERGE {
        up |= n & 1;
        n >>= 1;
    }
    n + up
}

/// Powersort: the depth of the boundary between two neighbouring runs in a perfectly balanced tree over `n` items.
fn power(start: usize, len1: usize, len2: usize, n: usize) -> u32 {
    let (n, mut a) = (n as u128 * 2, start as u128 * 2 + len1 as u128);
    let mut b = a + len1 as u128 + len2 as u128;
    let mut p = 0;
    loop {
        p += 1;
        a *= 2;
        b *= 2;
        if a >= n {
            a -= n;
            b -= n;
        } else if b >= n {
            return p;
        }
        if p > 64 {
            return p;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{check_repr, ok, raises, with_thread};

    /// Sorts pseudo-random numbers by half of their value and compares with the standard library.
    #[test]
    fn merges_stably() {
        with_thread(|th| {
            let mut seed = 1u64;
            for n in [0usize, 1, 2, 3, 31, 64, 65, 200, 1000, 5000] {
                for kind in 0..4 {
                    let keys: Vec<u32> = (0..n)
                        .map(|i| {
                            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1);
                            match kind {
                                0 => (seed >> 40) as u32 % 50,
                                1 => i as u32 / 7,
                                2 => (n - i) as u32,
                                _ => (i % 100) as u32,
                            }
                        })
                        .collect();
                    let mut want: Vec<u32> = (0..n as u32).collect();
                    want.sort_by_key(|i| keys[*i as usize]);
                    let mut m = Merge {
                        v: (0..n as u32).collect(),
                        scratch: Vec::new(),
                        less: |_: &mut Thread, a: u32, b: u32| {
                            Ok(keys[a as usize] < keys[b as usize])
                        },
                    };
                    let r = m.sort(th);
                    ok(th, r);
                    assert_eq!(m.v, want);
                }
            }
        })
    }

    #[test]
    fn sorts_mixed_numbers_and_reverses_stably() {
        with_thread(|th| {
            let items: Vec<Value> = [3, 1, 2].iter().map(|i| Value::small_int(*i)).collect();
            let l = List::new(th, &items).expect("memory");
            let f = Value::try_flonum(2.5).expect("fits");
            ok(th, Ok(()));
            let r = l.push(th, f);
            ok(th, r);
            let r = sort_list(th, l, None, false);
            ok(th, r);
            check_repr(th, Value::from_ref(l), "[1, 2, 2.5, 3]");
            let r = sort_list(th, l, None, true);
            ok(th, r);
            check_repr(th, Value::from_ref(l), "[3, 2.5, 2, 1]");
            let r = l.push(th, Value::none());
            ok(th, r);
            let r = sort_list(th, l, None, false);
            raises(th, r, "TypeError: '<' not supported between instances of 'NoneType' and 'int'");
            assert_eq!(l.len(), 5);
        })
    }
}
