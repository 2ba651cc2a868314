//! Arguments of methods and lists of results, as the methods of `str` and `bytes` need them.

use super::Str;
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::ops;
use crate::text::search::clamp;
use crate::types::{List, int};

/// An argument that must be a string: "find() argument 1 must be str, not int".
#[inline]
pub(crate) fn str_arg(th: &mut Thread, f: &str, i: usize, v: Value) -> R<&'static Str> {
    match v.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("{f}() argument {i} must be str, not {tn}")))
        }
    }
}

/// As [`str_arg`] for parameters that have a name: "encode() argument 'encoding' must be str, not int".
pub(crate) fn named_str_arg(
    th: &mut Thread,
    f: &str,
    name: &str,
    v: Option<Value>,
) -> R<Option<&'static Str>> {
    match v {
        None => Ok(None),
        Some(v) => match v.cast::<Str>() {
            Some(s) => Ok(Some(s)),
            None => {
                let tn = v.type_of().name();
                Err(th.type_error(format_args!("{f}() argument '{name}' must be str, not {tn}")))
            }
        },
    }
}

/// A bound of a slice given as an argument; `None` stands for the default.
pub(crate) fn bound(th: &mut Thread, v: Option<&Value>) -> R<Option<isize>> {
    match v {
        None => Ok(None),
        Some(v) if v.is_none() => Ok(None),
        Some(v) => match v.as_small_int() {
            Some(i) => Ok(Some(i as isize)),
            None => {
                if !int::check(*v) && v.type_of().slots().index.is_none() {
                    return Err(th.type_error(format_args!(
                        "slice indices must be integers or None or have an __index__ method"
                    )));
                }
                ops::index_clamped(th, *v).map(Some)
            }
        },
    }
}

/// The optional bounds at `args[1..]`, clamped to a length.
pub(crate) fn bounds(th: &mut Thread, args: &[Value], len: usize) -> R<(usize, usize)> {
    if args.len() <= 1 {
        return Ok((0, len));
    }
    let start = bound(th, args.get(1))?;
    let end = bound(th, args.get(2))?;
    Ok(clamp(len, start, end))
}

/// A number of times: negative ones mean without limit.
pub(crate) fn limit(th: &mut Thread, v: Option<Value>) -> R<usize> {
    match v {
        None => Ok(usize::MAX),
        Some(v) => {
            let n = int::as_isize(th, v)?;
            Ok(if n < 0 { usize::MAX } else { n as usize })
        }
    }
}

/// A list of what `make` makes of each of `n` numbers.
pub(crate) fn list_of(
    th: &mut Thread,
    n: usize,
    mut make: impl FnMut(&mut Thread, usize) -> R,
) -> R {
    /// Items that fit the stack, where the collector sees them. Arbitrary.
    const FEW: usize = 12;
    if n <= FEW {
        let mut items = [Value::none(); FEW];
        for (i, item) in items.iter_mut().enumerate().take(n) {
            *item = make(th, i)?;
        }
        return Ok(Value::from_ref(List::new(th, &items[..n])?));
    }
    let list = List::new(th, &[])?;
    th.critical(&list.header, |th| list.reserve(th, n))?;
    for i in 0..n {
        let item = make(th, i)?;
        list.push(th, item)?;
    }
    Ok(Value::from_ref(list))
}

/// What a splitter of `crate::text` reports, collected.
pub(crate) fn ranges<F>(run: F) -> Vec<(usize, usize)>
where
    F: FnOnce(
        &mut dyn FnMut(usize, usize) -> Result<(), std::convert::Infallible>,
    ) -> Result<(), std::convert::Infallible>,
{
    let mut out = Vec::new();
    let Ok(()) = run(&mut |a, b| {
        out.push((a, b));
        Ok(())
    });
    out
}

/// "sequence item 0: expected str instance, int found" and its kin.
#[cold]
pub(crate) fn bad_item(th: &mut Thread, i: usize, want: &str, v: Value) -> Raised {
    let tn = v.type_of().name();
    th.type_error(format_args!("sequence item {i}: expected {want}, {tn} found"))
}

/// The items of an argument of `join`, as a tuple.
pub(crate) fn join_items(th: &mut Thread, v: Value) -> R<&'static crate::types::Tuple> {
    use crate::types::{Tuple, exceptions::TYPE_ERROR};
    if v.cast::<Tuple>().is_some() || v.cast::<List>().is_some() {
        return ops::to_tuple(th, v);
    }
    let it = match ops::iter(th, v) {
        Ok(it) => it,
        Err(e) if th.exception_is(&TYPE_ERROR) => {
            th.take_exception(e);
            return Err(th.type_error(format_args!("can only join an iterable")));
        }
        Err(e) => return Err(e),
    };
    let list = List::new(th, &[])?;
    while let Some(x) = ops::next(th, it)? {
        list.push(th, x)?;
    }
    list.snapshot(th)
}
