//! Methods of `str` that look for something or cut the text up.

use super::Str;
use super::convert::{bounds, limit, list_of, ranges, str_arg};
use super::ops::own;
use crate::core::native::{Args, Params};
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::each_kind;
use crate::error::R;
use crate::ops;
use crate::text::search::{self, fit};
use crate::text::split;
use crate::text::unicode::{is_line_break, is_space};
use crate::text::{StrRef, Unit};
use crate::types::Tuple;

/// A slice of a string as a `str`; the whole of an exact one is itself.
pub(super) fn part(th: &mut Thread, s: &'static Str, start: usize, end: usize) -> R {
    let r = if start == 0 && end == s.len() {
        s.exact(th)?
    } else {
        Str::from_view(th, s.view().slice(start, end))?
    };
    Ok(Value::from_ref(r))
}

type Finder = fn(StrRef<'_>, StrRef<'_>, usize, usize) -> Option<usize>;

fn look(th: &mut Thread, f: &str, v: Value, args: &[Value], find: Finder) -> R<Option<usize>> {
    let needle = str_arg(th, f, 1, args[0])?;
    let text = own(v).view();
    let (start, end) = bounds(th, args, text.len())?;
    Ok(find(text, needle.view(), start, end))
}

fn or_minus_one(i: Option<usize>) -> R {
    Ok(Value::small_int(i.map_or(-1, |i| i as i64)))
}

fn or_error(th: &mut Thread, i: Option<usize>) -> R {
    match i {
        Some(i) => Ok(Value::small_int(i as i64)),
        None => Err(th.value_error(format_args!("substring not found"))),
    }
}

pub(super) fn find(th: &mut Thread, v: Value, args: &[Value]) -> R {
    or_minus_one(look(th, "find", v, args, search::str_find)?)
}

pub(super) fn rfind(th: &mut Thread, v: Value, args: &[Value]) -> R {
    or_minus_one(look(th, "rfind", v, args, search::str_rfind)?)
}

pub(super) fn index(th: &mut Thread, v: Value, args: &[Value]) -> R {
    let i = look(th, "index", v, args, search::str_find)?;
    or_error(th, i)
}

pub(super) fn rindex(th: &mut Thread, v: Value, args: &[Value]) -> R {
    let i = look(th, "rindex", v, args, search::str_rfind)?;
    or_error(th, i)
}

pub(super) fn count(th: &mut Thread, v: Value, args: &[Value]) -> R {
    let n = look(th, "count", v, args, |t, n, a, b| Some(search::str_count(t, n, a, b)))?;
    or_minus_one(n)
}

fn tail(th: &mut Thread, f: &str, v: Value, args: &[Value], at_end: bool) -> R {
    let text = own(v).view();
    let (start, end) = bounds(th, args, text.len())?;
    let matches = |s: &Str| search::str_tail_match(text, s.view(), start, end, at_end);
    if let Some(s) = args[0].cast::<Str>() {
        return Ok(Value::bool(matches(s)));
    }
    let Some(all) = args[0].cast::<Tuple>() else {
        let tn = args[0].type_of().name();
        return Err(
            th.type_error(format_args!("{f} first arg must be str or a tuple of str, not {tn}"))
        );
    };
    for x in all.as_slice() {
        match x.cast::<Str>() {
            Some(s) if matches(s) => return Ok(Value::bool(true)),
            Some(_) => {}
            None => {
                let tn = x.type_of().name();
                return Err(
                    th.type_error(format_args!("tuple for {f} must only contain str, not {tn}"))
                );
            }
        }
    }
    Ok(Value::bool(false))
}

pub(super) fn startswith(th: &mut Thread, v: Value, args: &[Value]) -> R {
    tail(th, "startswith", v, args, false)
}

pub(super) fn endswith(th: &mut Thread, v: Value, args: &[Value]) -> R {
    tail(th, "endswith", v, args, true)
}

fn affix(th: &mut Thread, f: &str, x: Value) -> R<&'static Str> {
    match x.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let tn = x.type_of().name();
            Err(th.type_error(format_args!("{f}() argument must be str, not {tn}")))
        }
    }
}

pub(super) fn removeprefix(th: &mut Thread, v: Value, x: Value) -> R {
    let (s, prefix) = (own(v), affix(th, "removeprefix", x)?);
    let cut = if search::str_at(s.view(), prefix.view(), 0) { prefix.len() } else { 0 };
    part(th, s, cut, s.len())
}

pub(super) fn removesuffix(th: &mut Thread, v: Value, x: Value) -> R {
    let (s, suffix) = (own(v), affix(th, "removesuffix", x)?);
    let n = s.len();
    let hit = search::str_tail_match(s.view(), suffix.view(), 0, n, true);
    part(th, s, 0, if hit { n - suffix.len() } else { n })
}

// ---- splitting

const SPLIT: Params<2> = Params::new(["sep", "maxsplit"], 0);

fn cut(th: &mut Thread, v: Value, args: &Args, right: bool) -> R {
    let f = if right { "rsplit" } else { "split" };
    let [sep, max] = args.bind(th, f, &SPLIT)?;
    let max = limit(th, max)?;
    let s = own(v);
    let found = match sep.filter(|s| !s.is_none()) {
        None => each_kind!(s.view(), units => {
            fn space<U: Unit>(u: U) -> bool {
                is_space(u.code())
            }
            ranges(|piece| {
                if right {
                    split::rsplit_space(units, max, space, piece)
                } else {
                    split::split_space(units, max, space, piece)
                }
            })
        }),
        Some(x) => {
            let Some(sep) = x.cast::<Str>() else {
                let tn = x.type_of().name();
                return Err(th.type_error(format_args!("must be str or None, not {tn}")));
            };
            if sep.len() == 0 {
                return Err(th.value_error(format_args!("empty separator")));
            }
            each_kind!(s.view(), units => match fit(sep.view()) {
                Some(sep) if right => ranges(|piece| split::rsplit_on(units, &sep, max, piece)),
                Some(sep) => ranges(|piece| split::split_on(units, &sep, max, piece)),
                None => vec![(0, units.len())],
            })
        }
    };
    let n = found.len();
    list_of(th, n, |th, i| {
        let (a, b) = found[if right { n - 1 - i } else { i }];
        part(th, s, a, b)
    })
}

pub(super) fn split(th: &mut Thread, v: Value, args: &Args) -> R {
    cut(th, v, args, false)
}

pub(super) fn rsplit(th: &mut Thread, v: Value, args: &Args) -> R {
    cut(th, v, args, true)
}

pub(super) fn splitlines(th: &mut Thread, v: Value, args: &Args) -> R {
    let [keep] = args.bind(th, "splitlines", &Params::new(["keepends"], 0))?;
    let keep = match keep {
        Some(k) => ops::is_true(th, k)?,
        None => false,
    };
    let s = own(v);
    let found = each_kind!(s.view(), units => {
        fn brk<U: Unit>(u: U) -> bool {
            is_line_break(u.code())
        }
        ranges(|piece| split::split_lines(units, keep, brk, piece))
    });
    list_of(th, found.len(), |th, i| part(th, s, found[i].0, found[i].1))
}

fn three(th: &mut Thread, v: Value, x: Value, right: bool) -> R {
    let s = own(v);
    let Some(sep) = x.cast::<Str>() else {
        let tn = x.type_of().name();
        return Err(th.type_error(format_args!("must be str, not {tn}")));
    };
    if sep.len() == 0 {
        return Err(th.value_error(format_args!("empty separator")));
    }
    let hit = each_kind!(s.view(), units => {
        fit(sep.view()).and_then(|sep| split::partition(units, &sep, right))
    });
    let items = match hit {
        Some((a, b)) => {
            let before = part(th, s, 0, a)?;
            let after = part(th, s, b, s.len())?;
            [before, Value::from_ref(sep), after]
        }
        None => {
            let whole = part(th, s, 0, s.len())?;
            let empty = Value::from_ref(Str::empty(th)?);
            if right { [empty, empty, whole] } else { [whole, empty, empty] }
        }
    };
    Ok(Value::from_ref(Tuple::new(th, &items)?))
}

pub(super) fn partition(th: &mut Thread, v: Value, x: Value) -> R {
    three(th, v, x, false)
}

pub(super) fn rpartition(th: &mut Thread, v: Value, x: Value) -> R {
    three(th, v, x, true)
}

// ---- stripping

fn trim(th: &mut Thread, f: &str, v: Value, args: &[Value], left: bool, right: bool) -> R {
    let s = own(v);
    let (a, b) = match args.first().filter(|x| !x.is_none()) {
        None => each_kind!(s.view(), units => {
            split::strip(units, left, right, |u| is_space(u.code()))
        }),
        Some(x) => {
            let Some(chars) = x.cast::<Str>() else {
                return Err(th.type_error(format_args!("{f} arg must be None or str")));
            };
            each_kind!(s.view(), units => strip_set(units, chars.view(), left, right))
        }
    };
    part(th, s, a, b)
}

fn strip_set<U: Unit>(units: &[U], chars: StrRef<'_>, left: bool, right: bool) -> (usize, usize) {
    // Code points that are too wide for the text cannot occur in it.
    let wanted: Vec<U> = chars.chars().filter_map(U::from_code).collect();
    let set = split::CutSet::new(&wanted);
    split::strip(units, left, right, |u| set.has(u))
}

pub(super) fn strip(th: &mut Thread, v: Value, args: &[Value]) -> R {
    trim(th, "strip", v, args, true, true)
}

pub(super) fn lstrip(th: &mut Thread, v: Value, args: &[Value]) -> R {
    trim(th, "lstrip", v, args, true, false)
}

pub(super) fn rstrip(th: &mut Thread, v: Value, args: &[Value]) -> R {
    trim(th, "rstrip", v, args, false, true)
}
