//! The functions that need nothing but the object crate.

use heddle_object::attr;
use heddle_object::names::{intern_str, n};
use heddle_object::ops;
use heddle_object::types::{Str, exceptions as exc};
use heddle_object::{Args, CompareOp, Params, R, Thread, Value};

pub fn abs(th: &mut Thread, _: Value, v: Value) -> R {
    ops::absolute(th, v)
}

pub fn all(th: &mut Thread, _: Value, v: Value) -> R {
    let it = ops::iter(th, v)?;
    while let Some(x) = ops::next(th, it)? {
        if !ops::is_true(th, x)? {
            return Ok(Value::bool(false));
        }
    }
    Ok(Value::bool(true))
}

pub fn any(th: &mut Thread, _: Value, v: Value) -> R {
    let it = ops::iter(th, v)?;
    while let Some(x) = ops::next(th, it)? {
        if ops::is_true(th, x)? {
            return Ok(Value::bool(true));
        }
    }
    Ok(Value::bool(false))
}

pub fn ascii(th: &mut Thread, _: Value, v: Value) -> R {
    ops::ascii(th, v).map(|s| Value::from_ref(s))
}

pub fn bin(th: &mut Thread, _: Value, v: Value) -> R {
    heddle_object::types::int::methods::prefixed(th, v, 1)
}
pub fn hex(th: &mut Thread, _: Value, v: Value) -> R {
    heddle_object::types::int::methods::prefixed(th, v, 4)
}
pub fn oct(th: &mut Thread, _: Value, v: Value) -> R {
    heddle_object::types::int::methods::prefixed(th, v, 3)
}

pub fn breakpoint(th: &mut Thread, _: Value, a: &Args) -> R {
    let name = intern_str(th, "breakpointhook")?;
    match (th.hooks.sys_get)(th, name) {
        Some(f) => {
            heddle_object::ty::slots::with_flat(th, a, |th, args, kw| ops::call(th, f, args, kw))
        }
        None => Err(th.runtime_error(format_args!("lost sys.breakpointhook"))),
    }
}

pub fn callable(_: &mut Thread, _: Value, v: Value) -> R {
    Ok(Value::bool(ops::is_callable(v)))
}

pub fn chr(th: &mut Thread, _: Value, v: Value) -> R {
    let i = ops::index_clamped(th, v)?;
    if !(0..=0x10ffff).contains(&i) {
        return Err(th.value_error(format_args!("chr() arg not in range(0x110000)")));
    }
    heddle_object::types::chr::from_code_point(th, i as u32).map(|s| Value::from_ref(s))
}

pub fn ord(th: &mut Thread, _: Value, v: Value) -> R {
    if let Some(s) = v.cast::<Str>() {
        if s.len() == 1 {
            return Ok(Value::small_int(s.code_point(0) as i64));
        }
        let k = s.len();
        return Err(th.type_error(format_args!(
            "ord() expected a character, but string of length {k} found"
        )));
    }
    if let Some(f) = v.type_of().slots().buffer {
        let k = f(th, v, false)?.len;
        if let Some(r) = v.type_of().slots().release_buffer {
            r(th, v);
        }
        if k == 1 {
            return ops::getitem(th, v, Value::small_int(0));
        }
        return Err(th.type_error(format_args!(
            "ord() expected a character, but string of length {k} found"
        )));
    }
    let tn = v.type_of().name();
    Err(th.type_error(format_args!("ord() expected string of length 1, but {tn} found")))
}

pub fn divmod(th: &mut Thread, _: Value, a: &[Value]) -> R {
    ops::divmod(th, a[0], a[1])
}

pub fn format(th: &mut Thread, _: Value, a: &[Value]) -> R {
    if let Some(s) = a.get(1)
        && s.cast::<Str>().is_none()
    {
        let tn = s.type_of().name();
        return Err(th.type_error(format_args!("format() argument 2 must be str, not {tn}")));
    }
    ops::format(th, a[0], a.get(1).copied()).map(|s| Value::from_ref(s))
}

fn name_arg(th: &mut Thread, v: Value, what: &str) -> R<&'static Str> {
    match v.cast::<Str>() {
        Some(s) => s.interned(th),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("{what}attribute name must be string, not '{tn}'")))
        }
    }
}

pub fn getattr(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let name = name_arg(th, a[1], "")?;
    match a.get(2) {
        Some(d) => Ok(attr::getattr_optional(th, a[0], name)?.unwrap_or(*d)),
        None => attr::getattr(th, a[0], name),
    }
}

pub fn hasattr(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let name = name_arg(th, a[1], "")?;
    Ok(Value::bool(attr::getattr_optional(th, a[0], name)?.is_some()))
}

pub fn setattr(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let name = name_arg(th, a[1], "")?;
    attr::setattr(th, a[0], name, Some(a[2])).map(|()| Value::none())
}

pub fn delattr(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let name = name_arg(th, a[1], "")?;
    attr::setattr(th, a[0], name, None).map(|()| Value::none())
}

pub fn dir(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let l = match a.first() {
        None => {
            let d = (th.hooks.current_locals)(th)?;
            let keys = ops::call_method(th, d, n().keys, &[])?;
            ops::to_list(th, keys)?
        }
        Some(v) => match ops::call_special(th, *v, n().__dir__, &[])? {
            Some(r) => ops::to_list(th, r)?,
            None => return Err(th.type_error(format_args!("object does not provide __dir__"))),
        },
    };
    ops::call_method(th, Value::from_ref(l), n().sort, &[])?;
    Ok(Value::from_ref(l))
}

pub fn vars(th: &mut Thread, _: Value, a: &[Value]) -> R {
    match a.first() {
        None => (th.hooks.current_locals)(th),
        Some(v) => match attr::getattr_optional(th, *v, n().__dict__)? {
            Some(d) => Ok(d),
            None => {
                Err(th.type_error(format_args!("vars() argument must have __dict__ attribute")))
            }
        },
    }
}

pub fn hash(th: &mut Thread, _: Value, v: Value) -> R {
    let h = ops::hash(th, v)?;
    heddle_object::types::int::from_i64(th, h)
}

pub fn id(th: &mut Thread, _: Value, v: Value) -> R {
    // Words have no address; their bits, which are no multiple of 8, cannot collide with one.
    heddle_object::types::int::from_i64(th, (v.word() & (i64::MAX as u64)) as i64)
}

pub fn isinstance(th: &mut Thread, _: Value, a: &[Value]) -> R {
    ops::is_instance(th, a[0], a[1]).map(Value::bool)
}

pub fn issubclass(th: &mut Thread, _: Value, a: &[Value]) -> R {
    ops::is_subclass(th, a[0], a[1]).map(Value::bool)
}

pub fn iter(th: &mut Thread, _: Value, a: &[Value]) -> R {
    match a.get(1) {
        None => ops::iter(th, a[0]),
        Some(sentinel) => {
            if !ops::is_callable(a[0]) {
                return Err(th.type_error(format_args!("iter(v, w): v must be callable")));
            }
            heddle_object::types::callable_iterator::new(th, a[0], *sentinel)
        }
    }
}

pub fn aiter(th: &mut Thread, _: Value, a: &Args) -> R {
    a.no_keywords(th, "aiter")?;
    a.positional(th, "aiter", 1, 1)?;
    let v = a.pos[0];
    let tn = v.type_of().name();
    let Some(f) = v.type_of().slots().aiter else {
        return Err(th.type_error(format_args!("'{tn}' object is not an async iterable")));
    };
    let it = f(th, v)?;
    if it.type_of().slots().anext.is_none() {
        let tn = it.type_of().name();
        return Err(
            th.type_error(format_args!("aiter() returned not an async iterator of type '{tn}'"))
        );
    }
    Ok(it)
}

pub fn anext(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let v = a[0];
    let Some(f) = v.type_of().slots().anext else {
        let tn = v.type_of().name();
        return Err(th.type_error(format_args!("'{tn}' object is not an async iterator")));
    };
    let awaitable = f(th, v)?;
    match a.get(1) {
        None => Ok(awaitable),
        Some(default) => (th.hooks.anext_default)(th, awaitable, *default),
    }
}

pub fn len(th: &mut Thread, _: Value, v: Value) -> R {
    ops::len(th, v).map(|k| Value::small_int(k as i64))
}

const MINMAX: Params<2> = Params::new(["key", "default"], 0).kwonly(0);

fn min_max(th: &mut Thread, a: &Args, name: &str, op: CompareOp) -> R {
    let [key, default] = a.without_positional().bind(th, name, &MINMAX)?;
    let key = key.filter(|k| !k.is_none());
    let several = a.pos.len() > 1;
    if a.pos.is_empty() {
        return Err(th.type_error(format_args!("{name} expected at least 1 argument, got 0")));
    }
    if several && default.is_some() {
        return Err(th.type_error(format_args!(
            "Cannot specify a default for {name}() with multiple positional arguments"
        )));
    }
    let mut best: Option<(Value, Value)> = None;
    let mut consider = |th: &mut Thread, x: Value| -> R<()> {
        let k = match key {
            Some(f) => ops::call1(th, f, x)?,
            None => x,
        };
        best = match best {
            Some((bx, bk)) if !ops::compare_bool(th, k, bk, op)? => Some((bx, bk)),
            _ => Some((x, k)),
        };
        Ok(())
    };
    if several {
        for x in a.pos {
            consider(th, *x)?;
        }
    } else {
        let it = ops::iter(th, a.pos[0])?;
        while let Some(x) = ops::next(th, it)? {
            consider(th, x)?;
        }
    }
    match (best, default) {
        (Some((x, _)), _) => Ok(x),
        (None, Some(d)) => Ok(d),
        (None, None) => Err(th.value_error(format_args!("{name}() iterable argument is empty"))),
    }
}

pub fn max(th: &mut Thread, _: Value, a: &Args) -> R {
    min_max(th, a, "max", CompareOp::Gt)
}
pub fn min(th: &mut Thread, _: Value, a: &Args) -> R {
    min_max(th, a, "min", CompareOp::Lt)
}

pub fn next(th: &mut Thread, _: Value, a: &[Value]) -> R {
    if a[0].type_of().slots().iternext.is_none() {
        let tn = a[0].type_of().name();
        return Err(th.type_error(format_args!("'{tn}' object is not an iterator")));
    }
    // A generator's return value travels in the StopIteration, so ask for the exception where there is one.
    match (heddle_object::ops::next_or_stop(th, a[0]), a.get(1)) {
        (Ok(v), _) => Ok(v),
        (Err(e), Some(d)) if th.catch(e, &exc::STOP_ITERATION) => Ok(*d),
        (Err(e), _) => Err(e),
    }
}

const POW: Params<3> = Params::new(["base", "exp", "mod"], 2);

pub fn pow(th: &mut Thread, _: Value, a: &Args) -> R {
    let [base, exp, m] = a.bind(th, "pow", &POW)?;
    let none = Value::none();
    ops::power(th, base.unwrap_or(none), exp.unwrap_or(none), m.unwrap_or(none))
}

pub fn repr(th: &mut Thread, _: Value, v: Value) -> R {
    ops::repr(th, v).map(|s| Value::from_ref(s))
}

const ROUND: Params<2> = Params::new(["number", "ndigits"], 1);

pub fn round(th: &mut Thread, _: Value, a: &Args) -> R {
    let [number, nd] = a.bind(th, "round", &ROUND)?;
    let number = number.unwrap_or_else(Value::none);
    let args = nd.filter(|x| !x.is_none());
    let r = match &args {
        Some(d) => ops::call_special(th, number, n().__round__, std::slice::from_ref(d))?,
        None => ops::call_special(th, number, n().__round__, &[])?,
    };
    match r {
        Some(v) => Ok(v),
        None => {
            let tn = number.type_of().name();
            Err(th.type_error(format_args!("type {tn} doesn't define __round__ method")))
        }
    }
}

pub fn sorted(th: &mut Thread, _: Value, a: &Args) -> R {
    if a.pos.len() != 1 {
        let k = a.pos.len();
        return Err(th.type_error(format_args!("sorted expected 1 argument, got {k}")));
    }
    let l = ops::to_list(th, a.pos[0])?;
    let (f, bound) = attr::get_method(th, Value::from_ref(l), n().sort)?;
    heddle_object::ty::slots::with_flat(th, &a.without_positional(), |th, args, kw| {
        ops::call_bound_kw(th, f, bound.then_some(Value::from_ref(l)), args, kw)
    })?;
    Ok(Value::from_ref(l))
}

const SUM: Params<2> = Params::new(["iterable", "start"], 1).posonly(1);

/// Integers are added in a register while they fit, floats with Neumaier's compensation as CPython does.
pub fn sum(th: &mut Thread, _: Value, a: &Args) -> R {
    let [it, start] = a.bind(th, "sum", &SUM)?;
    let it = ops::iter(th, it.unwrap_or_else(Value::none))?;
    let mut acc = start.unwrap_or(Value::small_int(0));
    if let Some(s) = start {
        let what = [
            (s.cast::<Str>().is_some(), "strings [use ''.join(seq) instead]"),
            (s.type_of().name() == "bytes", "bytes [use b''.join(seq) instead]"),
            (s.type_of().name() == "bytearray", "bytearray [use b''.join(seq) instead]"),
        ];
        if let Some((_, w)) = what.iter().find(|w| w.0) {
            return Err(th.type_error(format_args!("sum() can't sum {w}")));
        }
    }
    let mut pending = None;
    if let Some(mut total) = acc.as_small_int() {
        loop {
            let Some(x) = ops::next(th, it)? else {
                return heddle_object::types::int::from_i64(th, total);
            };
            let step = x.as_small_int().or(match x {
                x if x.is_true_singleton() => Some(1),
                x if x.is_false_singleton() => Some(0),
                _ => None,
            });
            match step.and_then(|i| total.checked_add(i)) {
                Some(t) => total = t,
                None => {
                    acc = heddle_object::types::int::from_i64(th, total)?;
                    pending = Some(x);
                    break;
                }
            }
        }
    }
    if let Some(x) = pending.take() {
        let plus = x.is_type(&heddle_object::types::FLOAT);
        if plus && acc.is_small_int() {
            acc = Value::try_flonum(acc.as_small_int_unchecked() as f64).unwrap_or(acc);
        }
        if !(plus && acc.is_flonum()) {
            acc = ops::binary_op(th, acc, x, ops::BinOp::Add)?;
        } else {
            pending = Some(x);
        }
    }
    if let Some(f) = acc.as_flonum() {
        let (mut total, mut low) = (f, 0.0f64);
        let finish = |th: &mut Thread, total: f64, low: f64| {
            let t = if low != 0.0 && low.is_finite() { total + low } else { total };
            heddle_object::types::float::new(th, t)
        };
        loop {
            let x = match pending.take() {
                Some(x) => x,
                None => match ops::next(th, it)? {
                    Some(x) => x,
                    None => return finish(th, total, low),
                },
            };
            let step = match heddle_object::types::float::float_of(x) {
                Some(f) if heddle_object::types::float::check_exact(x) => Some(f),
                _ => x.as_small_int().map(|i| i as f64),
            };
            match step {
                Some(s) => {
                    let t = total + s;
                    low += if total.abs() >= s.abs() { (total - t) + s } else { (s - t) + total };
                    total = t;
                }
                None => {
                    acc = finish(th, total, low)?;
                    acc = ops::binary_op(th, acc, x, ops::BinOp::Add)?;
                    break;
                }
            }
        }
    }
    while let Some(x) = ops::next(th, it)? {
        acc = ops::binary_op(th, acc, x, ops::BinOp::Add)?;
    }
    Ok(acc)
}
