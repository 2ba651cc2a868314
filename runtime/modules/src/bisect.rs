//! `_bisect`: binary search in sorted sequences.

use heddle_object::core::native::Params;
use heddle_object::types::{List, int};
use heddle_object::{Args, CompareOp, MethodDef, ModuleDef, R, Thread, Value, attr, ops};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_bisect",
    doc: "Bisection algorithms.\n\nThis module provides support for maintaining a list in sorted order without\nhaving to \
          sort the list after each insertion. For long lists of items with\nexpensive comparison operations, this can be \
          an improvement over the more\ncommon approach.\n",
    methods: &[
        MethodDef::kw(
            "bisect_right",
            |th, _, args| bisect(th, args, "bisect_right", Side::Right),
            "bisect_right($module, /, a, x, lo=0, hi=None, *, key=None)\n--\n\nReturn the index where to insert item x in \
             list a, assuming a is sorted.",
        ),
        MethodDef::kw(
            "bisect",
            |th, _, args| bisect(th, args, "bisect_right", Side::Right),
            "bisect($module, /, a, x, lo=0, hi=None, *, key=None)\n--\n\nAlias for bisect_right().",
        ),
        MethodDef::kw(
            "bisect_left",
            |th, _, args| bisect(th, args, "bisect_left", Side::Left),
            "bisect_left($module, /, a, x, lo=0, hi=None, *, key=None)\n--\n\nReturn the index where to insert item x in \
             list a, assuming a is sorted.",
        ),
        MethodDef::kw(
            "insort_right",
            |th, _, args| insort(th, args, "insort_right", Side::Right),
            "insort_right($module, /, a, x, lo=0, hi=None, *, key=None)\n--\n\nInsert item x in list a, and keep it sorted \
             assuming a is sorted.",
        ),
        MethodDef::kw(
            "insort",
            |th, _, args| insort(th, args, "insort_right", Side::Right),
            "insort($module, /, a, x, lo=0, hi=None, *, key=None)\n--\n\nAlias for insort_right().",
        ),
        MethodDef::kw(
            "insort_left",
            |th, _, args| insort(th, args, "insort_left", Side::Left),
            "insort_left($module, /, a, x, lo=0, hi=None, *, key=None)\n--\n\nInsert item x in list a, and keep it sorted \
             assuming a is sorted.",
        ),
    ],
    ..ModuleDef::DEFAULT
};

/// On which side of equal items the answer lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// A search: where, for what, between which indices, by which key.
struct Search {
    a: Value,
    x: Value,
    lo: usize,
    hi: Option<usize>,
    key: Option<Value>,
}

fn parse(th: &mut Thread, args: &Args, name: &str) -> R<Search> {
    const P: Params<5> = Params::new(["a", "x", "lo", "hi", "key"], 2).kwonly(4);
    let [a, x, lo, hi, key] = args.bind(th, name, &P)?;
    let lo = match lo {
        Some(v) => int::as_isize(th, v)?,
        None => 0,
    };
    let hi = match hi {
        Some(v) if !v.is_none() => Some(int::as_isize(th, v)?),
        _ => None,
    };
    let Ok(lo) = usize::try_from(lo) else {
        return Err(th.value_error(format_args!("lo must be non-negative")));
    };
    let none = Value::none();
    Ok(Search {
        a: a.unwrap_or(none),
        x: x.unwrap_or(none),
        lo,
        // CPython takes -1 for the end and any other negative bound as an empty range.
        hi: hi.filter(|&hi| hi != -1).map(|hi| hi.max(0) as usize),
        key: key.filter(|k| !k.is_none()),
    })
}

/// The item at `i`.
#[inline]
fn item(th: &mut Thread, a: Value, i: usize) -> R {
    if a.is_exact::<List>()
        && let Some(v) = a.cast::<List>().and_then(|l| l.get(i))
    {
        return Ok(v);
    }
    let i = int::from_usize(th, i)?;
    ops::getitem(th, a, i)
}

fn less(th: &mut Thread, a: Value, b: Value) -> R<bool> {
    if let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int()) {
        return Ok(a < b);
    }
    ops::compare_bool(th, a, b, CompareOp::Lt)
}

fn search(th: &mut Thread, s: &Search, x: Value, side: Side) -> R<usize> {
    let mut lo = s.lo;
    let mut hi = match s.hi {
        Some(hi) => hi,
        None => ops::len(th, s.a)?,
    };
    while lo < hi {
        let middle = lo + (hi - lo) / 2;
        let mut v = item(th, s.a, middle)?;
        if let Some(key) = s.key {
            v = ops::call1(th, key, v)?;
        }
        let right = match side {
            Side::Left => less(th, v, x)?,
            Side::Right => !less(th, x, v)?,
        };
        if right {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    Ok(lo)
}

fn bisect(th: &mut Thread, args: &Args, name: &str, side: Side) -> R {
    let s = parse(th, args, name)?;
    let at = search(th, &s, s.x, side)?;
    int::from_usize(th, at)
}

fn insort(th: &mut Thread, args: &Args, name: &str, side: Side) -> R {
    let s = parse(th, args, name)?;
    let x = match s.key {
        Some(key) => ops::call1(th, key, s.x)?,
        None => s.x,
    };
    let at = search(th, &s, x, side)?;
    let at = int::from_usize(th, at)?;
    let insert = attr::getattr_str(th, s.a, "insert")?;
    ops::call(th, insert, &[at, s.x], None)?;
    Ok(Value::none())
}
