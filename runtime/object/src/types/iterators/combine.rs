//! `map`, `filter` and `zip`.

use crate::core::header::Header;
use crate::core::native::{Args, MethodDef};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, Type, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::ops;
use crate::payload;
use crate::types::Tuple;

/// A function, one or more iterators, and whether their lengths must agree (in `aux` of the header).
#[repr(C)]
pub struct Combine {
    /// Cell header; `aux` is 1 for `strict`.
    pub header: Header,
    /// The function of `map` and `filter`.
    func: Slot,
    /// A tuple of iterators (`map`, `zip`), or one iterator (`filter`).
    iters: Slot,
}

unsafe fn trace(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    let c = unsafe { &*(cell as *const Combine) };
    t.slot(&c.func);
    t.slot(&c.iters);
}

/// The common layout under one of its types.
macro_rules! combine {
    ($name:ident, $static:ident) => {
        /// Marker of the type with this layout.
        #[repr(C)]
        pub struct $name(Combine);
        payload!($name, $static);
    };
}
combine!(Map, MAP);
combine!(Filter, FILTER);
combine!(Zip, ZIP);

const fn spec(name: &'static str, doc: &'static str, slots: Slots) -> TypeSpec {
    TypeSpec {
        name,
        basicsize: size_of::<Combine>(),
        flags: flags::BASETYPE,
        doc,
        trace,
        slots,
        ..TypeSpec::DEFAULT
    }
}

/// `map`
pub static MAP: StaticType = StaticType::new(TypeSpec {
    methods: &[
        MethodDef::noargs("__reduce__", map_reduce, "Return state information for pickling."),
        MethodDef::one("__setstate__", set_strict, "Set state information for unpickling."),
    ],
    ..spec(
        "map",
        "Make an iterator that computes the function using arguments from\neach of the iterables.\n\nStops when the shortest iterable is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.",
        Slots {
            new: Some(map_new),
            iter: Some(|_, v| Ok(v)),
            iternext: Some(map_next),
            ..Slots::NONE
        },
    )
});

/// `filter`
pub static FILTER: StaticType = StaticType::new(TypeSpec {
    methods: &[MethodDef::noargs(
        "__reduce__",
        |th, v| {
            let c = own(v);
            let f = c.func.get().unwrap_or_else(Value::none);
            let it = c.iters.get().unwrap_or_else(Value::none);
            let args = Tuple::new(th, &[f, it])?;
            Ok(Value::from_ref(Tuple::new(th, &[v.type_of().value(), Value::from_ref(args)])?))
        },
        "Return state information for pickling.",
    )],
    ..spec(
        "filter",
        "Return an iterator yielding those items of iterable for which function(item)\nis true. If function is None, return the items that are true.",
        Slots {
            new: Some(filter_new),
            iter: Some(|_, v| Ok(v)),
            iternext: Some(filter_next),
            ..Slots::NONE
        },
    )
});

/// `zip`
pub static ZIP: StaticType = StaticType::new(TypeSpec {
    methods: &[
        MethodDef::noargs("__reduce__", zip_reduce, "Return state information for pickling."),
        MethodDef::one("__setstate__", set_strict, "Set state information for unpickling."),
    ],
    ..spec(
        "zip",
        "The zip object yields n-length tuples, where n is the number of iterables\npassed as positional arguments to zip().  The i-th element in every tuple\ncomes from the i-th iterable argument to zip().  This continues until the\nshortest argument is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.\n\n   >>> list(zip('abcdefg', range(3), range(4)))\n   [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]",
        Slots {
            new: Some(zip_new),
            iter: Some(|_, v| Ok(v)),
            iternext: Some(zip_next),
            ..Slots::NONE
        },
    )
});

/// Slots and methods are called with instances of the three types only.
#[inline(always)]
fn own(v: Value) -> &'static Combine {
    // SAFETY: whoever calls a slot or method checked the type; all have this layout.
    unsafe { &*v.as_ptr::<Combine>() }
}

fn strict(c: &Combine) -> bool {
    c.header.aux() != 0
}

/// Takes the `strict` keyword out of a call of `zip` or `map`; other keywords are errors, unless a subclass may want
/// them.
fn strict_arg(th: &mut Thread, fname: &str, a: &Args) -> R<bool> {
    let mut on = false;
    for (name, v) in a.keywords() {
        if name.eq_str("strict") {
            on = ops::is_true(th, v)?;
        } else {
            let name = name.to_string_lossy();
            return Err(th.type_error(format_args!(
                "{fname}() got an unexpected keyword argument '{name}'"
            )));
        }
    }
    Ok(on)
}

fn make(th: &mut Thread, t: &'static Type, func: Option<Value>, iters: Value, strict: bool) -> R {
    let v = crate::ty::alloc_instance(th, t)?;
    let c = own(v);
    c.func.set(func);
    c.iters.set(Some(iters));
    c.header.set_aux(strict as u32);
    Ok(v)
}

fn iterators(th: &mut Thread, args: &[Value]) -> R {
    if args.len() <= FEW {
        let mut its = [Value::none(); FEW];
        for (to, a) in its.iter_mut().zip(args) {
            *to = ops::iter(th, *a)?;
        }
        return Ok(Value::from_ref(Tuple::new(th, &its[..args.len()])?));
    }
    let mut its = crate::heap::RootVec::with(th, &[]);
    for a in args {
        let it = ops::iter(th, *a)?;
        its.push(it);
    }
    Ok(Value::from_ref(Tuple::new(th, its.as_slice())?))
}

fn map_new(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    let a = Args::new(args, kw);
    let on = if std::ptr::eq(t, MAP.ty()) || a.keyword("strict").is_some() {
        strict_arg(th, "map", &a)?
    } else {
        false
    };
    if a.pos.len() < 2 {
        return Err(th.type_error(format_args!("map() must have at least two arguments.")));
    }
    let its = iterators(th, &a.pos[1..])?;
    make(th, t, Some(a.pos[0]), its, on)
}

/// Most iterators whose items are gathered on the native stack.
const FEW: usize = 8;

fn map_next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let c = own(v);
    let (Some(f), Some(its)) = (c.func.get(), c.iters.get().and_then(|t| t.cast::<Tuple>())) else {
        return Ok(None);
    };
    let its = its.as_slice();
    if let [it] = its {
        return match ops::next(th, *it)? {
            Some(x) => ops::call(th, f, &[x], None).map(Some),
            None => Ok(None),
        };
    }
    if its.len() <= FEW {
        let mut args = [Value::none(); FEW];
        for (i, it) in its.iter().enumerate() {
            match ops::next(th, *it)? {
                Some(x) => args[i] = x,
                None => return ended(th, c, "map", its, i),
            }
        }
        return ops::call(th, f, &args[..its.len()], None).map(Some);
    }
    let mut args = crate::heap::RootVec::with(th, &[]);
    for (i, it) in its.iter().enumerate() {
        match ops::next(th, *it)? {
            Some(x) => args.push(x),
            None => return ended(th, c, "map", its, i),
        }
    }
    ops::call(th, f, args.as_slice(), None).map(Some)
}

/// Iterator `i` is at its end: so is the whole, but `strict` wants all to end together.
fn ended(th: &mut Thread, c: &Combine, fname: &str, its: &[Value], i: usize) -> R<Option<Value>> {
    if !strict(c) {
        return Ok(None);
    }
    let others = |n: usize| if n == 1 { " 1".to_string() } else { format!("s 1-{n}") };
    if i > 0 {
        let others = others(i);
        return Err(th.value_error(format_args!(
            "{fname}() argument {} is shorter than argument{others}",
            i + 1
        )));
    }
    for (j, it) in its.iter().enumerate().skip(1) {
        if ops::next(th, *it)?.is_some() {
            let others = others(j);
            return Err(th.value_error(format_args!(
                "{fname}() argument {} is longer than argument{others}",
                j + 1
            )));
        }
    }
    Ok(None)
}

fn reduce_parts(th: &mut Thread, v: Value, args: Value, strict: bool) -> R {
    let ty = v.type_of().value();
    let t = if strict {
        Tuple::new(th, &[ty, args, Value::bool(true)])?
    } else {
        Tuple::new(th, &[ty, args])?
    };
    Ok(Value::from_ref(t))
}

fn map_reduce(th: &mut Thread, v: Value) -> R {
    let c = own(v);
    let mut all = crate::heap::RootVec::with(th, &[c.func.get().unwrap_or_else(Value::none)]);
    if let Some(t) = c.iters.get().and_then(|t| t.cast::<Tuple>()) {
        all.extend(t.as_slice());
    }
    let args = Tuple::new(th, all.as_slice())?;
    reduce_parts(th, v, Value::from_ref(args), strict(c))
}

fn zip_reduce(th: &mut Thread, v: Value) -> R {
    let c = own(v);
    let args = match c.iters.get() {
        Some(t) => t,
        None => Value::from_ref(Tuple::new(th, &[])?),
    };
    reduce_parts(th, v, args, strict(c))
}

fn set_strict(th: &mut Thread, v: Value, state: Value) -> R {
    let on = ops::is_true(th, state)?;
    own(v).header.set_aux(on as u32);
    Ok(Value::none())
}

fn filter_new(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    let a = Args::new(args, kw);
    if std::ptr::eq(t, FILTER.ty()) {
        a.no_keywords(th, "filter")?;
    }
    a.positional(th, "filter", 2, 2)?;
    let it = ops::iter(th, a.pos[1])?;
    make(th, t, Some(a.pos[0]), it, false)
}

fn filter_next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let c = own(v);
    let (Some(f), Some(it)) = (c.func.get(), c.iters.get()) else { return Ok(None) };
    let truth = f.is_none() || f == crate::types::BOOL.value();
    while let Some(x) = ops::next(th, it)? {
        let keep = if truth {
            ops::is_true(th, x)?
        } else {
            let r = ops::call(th, f, &[x], None)?;
            ops::is_true(th, r)?
        };
        if keep {
            return Ok(Some(x));
        }
    }
    Ok(None)
}

fn zip_new(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    let a = Args::new(args, kw);
    let on = if std::ptr::eq(t, ZIP.ty()) || a.keyword("strict").is_some() {
        strict_arg(th, "zip", &a)?
    } else {
        false
    };
    let its = iterators(th, a.pos)?;
    make(th, t, None, its, on)
}

fn zip_next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let c = own(v);
    let Some(its) = c.iters.get().and_then(|t| t.cast::<Tuple>()) else { return Ok(None) };
    let its = its.as_slice();
    if its.is_empty() {
        return Ok(None);
    }
    if let [a, b] = its {
        let Some(x) = ops::next(th, *a)? else { return ended(th, c, "zip", its, 0) };
        let Some(y) = ops::next(th, *b)? else { return ended(th, c, "zip", its, 1) };
        return Ok(Some(Value::from_ref(Tuple::new(th, &[x, y])?)));
    }
    if its.len() <= FEW {
        let mut items = [Value::none(); FEW];
        for (i, it) in its.iter().enumerate() {
            match ops::next(th, *it)? {
                Some(x) => items[i] = x,
                None => return ended(th, c, "zip", its, i),
            }
        }
        return Ok(Some(Value::from_ref(Tuple::new(th, &items[..its.len()])?)));
    }
    let mut items = crate::heap::RootVec::with(th, &[]);
    for (i, it) in its.iter().enumerate() {
        match ops::next(th, *it)? {
            Some(x) => items.push(x),
            None => return ended(th, c, "zip", its, i),
        }
    }
    Ok(Some(Value::from_ref(Tuple::new(th, items.as_slice())?)))
}
