//! `operator.itemgetter`, `attrgetter` and `methodcaller`: callables that sort keys and pipelines call for every item.
//!
//! Each keeps what it was made from in tuples that never change, so that calls need no lock.

use crate::attr;
use crate::core::header::Header;
use crate::core::native::{Args, MethodDef};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::{RootVec, Tracer};
use crate::ops;
use crate::payload;
use crate::types::{Str, Tuple};

macro_rules! getter {
    ($cell:ident $st:ident $name:literal $doc:literal $new:ident $call:ident $repr:ident $reduce:ident) => {
        #[doc = concat!("`operator.", $name, "`")]
        #[repr(C)]
        pub struct $cell {
            /// Cell header.
            pub header: Header,
            /// What it was made from: a tuple.
            items: Slot,
            /// What a call uses: a tuple.
            plan: Slot,
            /// Names of keyword arguments, a tuple, or nothing.
            kwnames: Slot,
        }

        payload!($cell, $st);

        #[doc = concat!("`operator.", $name, "`")]
        pub static $st: StaticType = StaticType::new(TypeSpec {
            name: concat!("operator.", $name),
            basicsize: size_of::<$cell>(),
            doc: $doc,
            slots: Slots { new: Some($new), call: Some($call), repr: Some($repr), ..Slots::NONE },
            methods: &[MethodDef::noargs(
                "__reduce__",
                $reduce,
                "Return state information for pickling",
            )],
            trace: trace_getter,
            ..TypeSpec::DEFAULT
        });

        impl $cell {
            fn make(
                th: &mut Thread,
                items: &'static Tuple,
                plan: &'static Tuple,
                kwnames: Option<Value>,
            ) -> R {
                th.alloc::<$cell>($st.shape(), 0, |header| $cell {
                    header,
                    items: Slot::new(Some(Value::from_ref(items))),
                    plan: Slot::new(Some(Value::from_ref(plan))),
                    kwnames: Slot::new(kwnames),
                })
                .map(|g| Value::from_ref(g))
            }

            fn of(v: Value) -> (&'static [Value], &'static [Value], Option<Value>) {
                let slice = |s: &Slot| {
                    s.get().and_then(|t| t.cast::<Tuple>()).map_or(&[][..], |t| t.as_slice())
                };
                match v.cast::<$cell>() {
                    Some(g) => (slice(&g.items), slice(&g.plan), g.kwnames.get()),
                    None => (&[], &[], None),
                }
            }
        }
    };
}

unsafe fn trace_getter(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with one of the three cells, which have three slots behind the header.
    unsafe { t.words(cell.add(size_of::<Header>()) as *const u64, 3) };
}

getter! {
    ItemGetter ITEM_GETTER "itemgetter"
    "itemgetter(item, /, *items)\n--\n\nReturn a callable object that fetches the given item(s) from its operand.\n\
     After f = itemgetter(2), the call f(r) returns r[2].\n\
     After g = itemgetter(2, 5, 3), the call g(r) returns (r[2], r[5], r[3])"
    new_item call_item repr_item reduce_item
}

getter! {
    AttrGetter ATTR_GETTER "attrgetter"
    "attrgetter(attr, /, *attrs)\n--\n\nReturn a callable object that fetches the given attribute(s) from its operand.\n\
     After f = attrgetter('name'), the call f(r) returns r.name.\n\
     After g = attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).\n\
     After h = attrgetter('name.first', 'name.last'), the call h(r) returns\n(r.name.first, r.name.last)."
    new_attr call_attr repr_attr reduce_attr
}

getter! {
    MethodCaller METHOD_CALLER "methodcaller"
    "methodcaller(name, /, *args, **kwargs)\n--\n\nReturn a callable object that calls the given method on its operand.\n\
     After f = methodcaller('name'), the call f(r) returns r.name().\n\
     After g = methodcaller('name', 'date', foo=1), the call g(r) returns\nr.name('date', foo=1)."
    new_caller call_caller repr_caller reduce_caller
}

/// The one argument of a call.
#[inline]
fn operand(th: &mut Thread, name: &str, args: &[Value], kwnames: Option<Value>) -> R {
    if let ([v], None) = (args, kwnames) {
        return Ok(*v);
    }
    let args = Args::new(args, kwnames);
    args.no_keywords(th, name)?;
    args.positional(th, name, 1, 1)?;
    Ok(args.pos[0])
}

fn some_items(th: &mut Thread, name: &str, args: &[Value], kwnames: Option<Value>) -> R<()> {
    let args = Args::new(args, kwnames);
    args.no_keywords(th, name)?;
    args.positional(th, name, 1, usize::MAX)
}

// ---- itemgetter

fn new_item(th: &mut Thread, _: Value, args: &[Value], kwnames: Option<Value>) -> R {
    some_items(th, "itemgetter", args, kwnames)?;
    let items = Tuple::new(th, args)?;
    ItemGetter::make(th, items, items, None)
}

fn call_item(th: &mut Thread, v: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let obj = operand(th, "itemgetter", args, kwnames)?;
    let (items, ..) = ItemGetter::of(v);
    if let [one] = items {
        return ops::getitem(th, obj, *one);
    }
    let mut out = RootVec::with(th, &[]);
    for item in items {
        let x = ops::getitem(th, obj, *item)?;
        out.push(x);
    }
    Ok(Value::from_ref(Tuple::new(th, out.as_slice())?))
}

fn repr_item(th: &mut Thread, v: Value) -> R {
    shown(th, v, "itemgetter", ItemGetter::of(v).0, None)
}

fn reduce_item(th: &mut Thread, v: Value) -> R {
    reduced(th, v, ItemGetter::of(v).0)
}

// ---- attrgetter

/// Each name as an interned str, or a tuple of them where it has dots.
fn new_attr(th: &mut Thread, _: Value, args: &[Value], kwnames: Option<Value>) -> R {
    some_items(th, "attrgetter", args, kwnames)?;
    let mut plan = RootVec::with(th, &[]);
    for arg in args {
        let Some(name) = arg.cast::<Str>() else {
            return Err(th.type_error(format_args!("attribute name must be a string")));
        };
        let text = name.to_string_lossy();
        if !text.contains('.') {
            plan.push(Value::from_ref(name.interned(th)?));
            continue;
        }
        let mut steps = RootVec::with(th, &[]);
        for step in text.split('.') {
            let step = crate::names::intern_str(th, step)?;
            steps.push(Value::from_ref(step));
        }
        let steps = Tuple::new(th, steps.as_slice())?;
        plan.push(Value::from_ref(steps));
    }
    let items = Tuple::new(th, args)?;
    let plan = Tuple::new(th, plan.as_slice())?;
    AttrGetter::make(th, items, plan, None)
}

fn follow(th: &mut Thread, obj: Value, step: Value) -> R {
    if let Some(name) = step.cast::<Str>() {
        return attr::getattr(th, obj, name);
    }
    let mut at = obj;
    for name in step.cast::<Tuple>().map_or(&[][..], |t| t.as_slice()) {
        if let Some(name) = name.cast::<Str>() {
            at = attr::getattr(th, at, name)?;
        }
    }
    Ok(at)
}

fn call_attr(th: &mut Thread, v: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let obj = operand(th, "attrgetter", args, kwnames)?;
    let (_, plan, _) = AttrGetter::of(v);
    if let [one] = plan {
        return follow(th, obj, *one);
    }
    let mut out = RootVec::with(th, &[]);
    for step in plan {
        let x = follow(th, obj, *step)?;
        out.push(x);
    }
    Ok(Value::from_ref(Tuple::new(th, out.as_slice())?))
}

fn repr_attr(th: &mut Thread, v: Value) -> R {
    shown(th, v, "attrgetter", AttrGetter::of(v).0, None)
}

fn reduce_attr(th: &mut Thread, v: Value) -> R {
    reduced(th, v, AttrGetter::of(v).0)
}

// ---- methodcaller

/// `items` are name and arguments, keyword values last.
fn new_caller(th: &mut Thread, _: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let parsed = Args::new(args, kwnames);
    let Some(name) = parsed.pos.first() else {
        return Err(th.type_error(format_args!(
            "methodcaller needs at least one argument, the method name"
        )));
    };
    let Some(name) = name.cast::<Str>() else {
        return Err(th.type_error(format_args!("method name must be a string")));
    };
    let kwnames = if parsed.nkw() == 0 { None } else { kwnames };
    let interned = name.interned(th)?;
    let items = Tuple::new(th, args)?;
    let plan = Tuple::new(th, &[Value::from_ref(interned)])?;
    MethodCaller::make(th, items, plan, kwnames)
}

fn call_caller(th: &mut Thread, v: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let obj = operand(th, "methodcaller", args, kwnames)?;
    let (items, plan, names) = MethodCaller::of(v);
    let Some(name) = plan.first().and_then(|n| n.cast::<Str>()) else { return Ok(Value::none()) };
    let (f, bound) = attr::get_method(th, obj, name)?;
    ops::call_bound_kw(th, f, bound.then_some(obj), &items[1..], names)
}

fn repr_caller(th: &mut Thread, v: Value) -> R {
    let (items, _, names) = MethodCaller::of(v);
    shown(th, v, "methodcaller", items, names)
}

fn reduce_caller(th: &mut Thread, v: Value) -> R {
    let (items, _, names) = MethodCaller::of(v);
    let args = Args::new(items, names);
    if args.nkw() == 0 {
        return reduced(th, v, items);
    }
    // functools.partial(methodcaller, name, **keywords), called with the positional arguments.
    let functools = (th.hooks.import)(th, "functools")?;
    let partial = attr::getattr_str(th, functools, "partial")?;
    let mut flat = RootVec::with(th, &[METHOD_CALLER.value(), items[0]]);
    flat.extend(args.kwvalues);
    let made = ops::call(th, partial, flat.as_slice(), names)?;
    let rest = Tuple::new(th, &args.pos[1..])?;
    Ok(Value::from_ref(Tuple::new(th, &[made, Value::from_ref(rest)])?))
}

// ---- what they share

fn reduced(th: &mut Thread, v: Value, items: &[Value]) -> R {
    let args = Tuple::new(th, items)?;
    Ok(Value::from_ref(Tuple::new(th, &[v.type_of().value(), Value::from_ref(args)])?))
}

fn shown(th: &mut Thread, v: Value, name: &str, items: &[Value], names: Option<Value>) -> R {
    let text = ops::guarded_repr(th, v, |th| {
        let args = Args::new(items, names);
        let mut parts = Vec::new();
        for x in args.pos {
            parts.push(ops::repr(th, *x)?.to_string_lossy().into_owned());
        }
        for (key, x) in args.keywords() {
            parts.push(format!(
                "{}={}",
                key.to_string_lossy(),
                ops::repr(th, x)?.to_string_lossy()
            ));
        }
        Ok(format!("operator.{name}({})", parts.join(", ")))
    })?;
    let text = text.unwrap_or_else(|| format!("operator.{name}(...)"));
    Ok(Value::from_ref(Str::new(th, &text)?))
}
