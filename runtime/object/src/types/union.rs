//! `typing.Union`: `int | str`. The same type under `types.UnionType`.

use super::generic_alias::{GenericAlias, parameters_of, substitute, type_repr};
use crate::core::header::Header;
use crate::core::native::{GetSetDef, MethodDef};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::ops;
use crate::payload;
use crate::types::exceptions as exc;
use crate::types::items::text;
use crate::types::set::Set;
use crate::types::{List, NONE_TYPE, Tuple};

/// The alternatives.
#[repr(C)]
pub struct Union {
    /// Cell header.
    pub header: Header,
    /// A tuple, each alternative once.
    args: Slot,
    /// A frozenset of those that can be hashed.
    hashable: Slot,
    /// A tuple of the others.
    unhashable: Slot,
    parameters: Slot,
}
payload!(Union, UNION);

unsafe fn trace(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    let u = unsafe { &*(cell as *const Union) };
    t.slot(&u.args);
    t.slot(&u.hashable);
    t.slot(&u.unhashable);
    t.slot(&u.parameters);
}

/// `typing.Union`
pub static UNION: StaticType = StaticType::new(TypeSpec {
    name: "typing.Union",
    basicsize: size_of::<Union>(),
    flags: flags::DISALLOW_INSTANTIATION | flags::HAS_WEAKREF,
    doc: "Represent a union type\n\nE.g. for int | str",
    trace,
    slots: Slots {
        repr: Some(repr),
        hash: Some(hash),
        richcompare: Some(compare),
        getitem: Some(getitem),
        or: Some(or),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::ro("__args__", |_, v| Ok(field(&own(v).args)), ""),
        GetSetDef::ro("__name__", |th, _| text(th, "Union"), "Name of the type"),
        GetSetDef::ro("__qualname__", |th, _| text(th, "Union"), "Qualified name of the type"),
        GetSetDef::ro("__origin__", |_, _| Ok(UNION.value()), "Always returns the type"),
        GetSetDef::ro("__parameters__", get_parameters, "Type variables in the types.UnionType."),
    ],
    methods: &[
        MethodDef::one(
            "__mro_entries__",
            |th, v, _| {
                let r = ops::repr(th, v)?.to_string_lossy();
                Err(th.type_error(format_args!("Cannot subclass {r}")))
            },
            "",
        ),
        MethodDef::one(
            "__instancecheck__",
            |th, v, x| ops::is_instance(th, x, field(&own(v).args)).map(Value::bool),
            "",
        ),
        MethodDef::one(
            "__subclasscheck__",
            |th, v, x| {
                if x.cast_type().is_none() {
                    return Err(th.type_error(format_args!("issubclass() arg 1 must be a class")));
                }
                ops::is_subclass(th, x, field(&own(v).args)).map(Value::bool)
            },
            "",
        ),
        MethodDef::noargs(
            "__reduce__",
            |th, v| {
                let operator = (th.hooks.import)(th, "operator")?;
                let getitem = crate::attr::getattr_str(th, operator, "getitem")?;
                let args = Tuple::new(th, &[UNION.value(), field(&own(v).args)])?;
                Ok(Value::from_ref(Tuple::new(th, &[getitem, Value::from_ref(args)])?))
            },
            "",
        ),
        MethodDef::one("__class_getitem__", |th, _, args| from_args(th, args), "").class(),
    ],
    ..TypeSpec::DEFAULT
});

/// Slots and methods are called with unions only.
fn own(v: Value) -> &'static Union {
    // SAFETY: whoever calls a slot or method checked the type.
    unsafe { v.cast_unchecked() }
}

fn field(s: &Slot) -> Value {
    s.get().unwrap_or_else(Value::none)
}

fn args(v: Value) -> &'static [Value] {
    own(v).args.get().and_then(|a| a.cast::<Tuple>()).map_or(&[], |t| t.as_slice())
}

/// Gathers alternatives, each once.
struct Builder {
    all: &'static List,
    hashable: &'static Set,
    unhashable: &'static List,
}

impl Builder {
    fn new(th: &mut Thread) -> R<Builder> {
        Ok(Builder {
            all: List::new(th, &[])?,
            hashable: Set::new_frozen(th)?,
            unhashable: List::new(th, &[])?,
        })
    }

    fn add(&self, th: &mut Thread, v: Value) -> R<()> {
        if v.is_exact::<Union>() {
            for a in args(v) {
                self.add_one(th, *a)?;
            }
            return Ok(());
        }
        self.add_one(th, if v.is_none() { NONE_TYPE.value() } else { v })
    }

    fn add_one(&self, th: &mut Thread, v: Value) -> R<()> {
        match ops::hash(th, v) {
            Ok(h) => {
                if !self.hashable.add_hashed(th, v, h)? {
                    return Ok(());
                }
            }
            Err(e) if th.catch(e, &exc::TYPE_ERROR) => {
                if ops::contains(th, Value::from_ref(self.unhashable), v)? {
                    return Ok(());
                }
                self.unhashable.push(th, v)?;
            }
            Err(e) => return Err(e),
        }
        self.all.push(th, v)
    }

    fn finish(self, th: &mut Thread) -> R {
        match self.all.len() {
            0 => Err(th.type_error(format_args!("Cannot take a Union of no types."))),
            1 => Ok(self.all.get(0).unwrap_or_else(Value::none)),
            _ => {
                let all = self.all.snapshot(th)?;
                let unhashable = self.unhashable.snapshot(th)?;
                let u = th.alloc::<Union>(UNION.shape(), 0, |header| Union {
                    header,
                    args: Slot::new(Some(Value::from_ref(all))),
                    hashable: Slot::new(Some(Value::from_ref(self.hashable))),
                    unhashable: Slot::new(Some(Value::from_ref(unhashable))),
                    parameters: Slot::empty(),
                })?;
                Ok(Value::from_ref(u))
            }
        }
    }
}

/// What may stand beside `|` without a method of its own.
fn is_unionable(v: Value) -> bool {
    v.is_none()
        || v.cast_type().is_some()
        || v.cast::<GenericAlias>().is_some()
        || v.is_exact::<Union>()
        || v.type_of().layout().spec.name == "typing.TypeAliasType"
}

/// `a | b` of types.
pub fn or(th: &mut Thread, a: Value, b: Value) -> R {
    if !is_unionable(a) || !is_unionable(b) {
        return Ok(Value::not_implemented());
    }
    let u = Builder::new(th)?;
    u.add(th, a)?;
    u.add(th, b)?;
    u.finish(th)
}

/// `Union[a, b]` of values that may be strings or anything that `typing` takes for a type.
pub fn from_args(th: &mut Thread, item: Value) -> R {
    let u = Builder::new(th)?;
    let items = match item.cast::<Tuple>() {
        Some(t) => t,
        None => Tuple::new(th, &[item])?,
    };
    for x in items.as_slice() {
        let x = if is_unionable(*x) { *x } else { checked(th, *x)? };
        u.add(th, x)?;
    }
    u.finish(th)
}

/// Asks `typing` to make a type of something else, or to refuse it.
fn checked(th: &mut Thread, v: Value) -> R {
    let typing = (th.hooks.import)(th, "typing")?;
    let f = crate::attr::getattr_str(th, typing, "_type_check")?;
    let msg = text(th, "Union[arg, ...]: each arg must be a type.")?;
    ops::call(th, f, &[v, msg], None)
}

fn repr(th: &mut Thread, v: Value) -> R {
    let mut s = String::new();
    for (i, a) in args(v).iter().enumerate() {
        if i != 0 {
            s.push_str(" | ");
        }
        type_repr(th, *a, &mut s)?;
    }
    text(th, &s)
}

fn hash(th: &mut Thread, v: Value) -> R<i64> {
    let u = own(v);
    let bad = u.unhashable.get().and_then(|t| t.cast::<Tuple>()).map_or(0, |t| t.len());
    if bad != 0 {
        // Ask them for their own words first, as CPython does.
        for x in args(v) {
            ops::hash(th, *x)?;
        }
        return Err(th.type_error(format_args!(
            "union contains {bad} unhashable element{}",
            if bad == 1 { "" } else { "s" }
        )));
    }
    ops::hash(th, field(&u.hashable))
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    if !b.is_exact::<Union>() || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let (x, y) = (own(a), own(b));
    let mut eq = ops::equal(th, field(&x.hashable), field(&y.hashable))?;
    if eq {
        let (p, q) = (field(&x.unhashable), field(&y.unhashable));
        eq = ops::len(th, p)? == ops::len(th, q)?;
        if eq && let Some(t) = p.cast::<Tuple>() {
            for v in t.as_slice() {
                eq = eq && ops::contains(th, q, *v)?;
            }
        }
    }
    Ok(Value::bool(eq == (op == CompareOp::Eq)))
}

fn get_parameters(th: &mut Thread, v: Value) -> R {
    let u = own(v);
    if let Some(p) = u.parameters.get() {
        return Ok(p);
    }
    let p = Value::from_ref(parameters_of(th, args(v))?);
    u.parameters.set(Some(p));
    Ok(p)
}

fn getitem(th: &mut Thread, v: Value, item: Value) -> R {
    let Some(params) = get_parameters(th, v)?.cast::<Tuple>() else { return Ok(v) };
    let new = substitute(th, v, args(v), params, item)?;
    let mut r: Option<Value> = None;
    for x in new.as_slice() {
        r = Some(match r {
            None => *x,
            Some(a) => ops::binary_op(th, a, *x, ops::BinOp::Or)?,
        });
    }
    Ok(r.unwrap_or_else(Value::none))
}

/// The alternatives of a union, nothing for anything else. **Escapes:** no.
pub fn alternatives(v: Value) -> Option<&'static Tuple> {
    if v.is_exact::<Union>() { own(v).args.get()?.cast::<Tuple>() } else { None }
}
