//! `_local`: attributes of which every thread has its own.
//!
//! Each thread that touches a local object gets a namespace, kept in the object itself in a dict keyed by the thread's
//! identifier; when a thread ends, its identifier may be used again, so the entry also holds the thread's generation.

use super::{ident, this};
use heddle_object::core::payload::{self, Native};
use heddle_object::heap::Tracer;
use heddle_object::types::{Dict, Str, Tuple};
use heddle_object::{
    Args, GetSetDef, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, attr, flags, ops,
};

/// `_thread._local`
pub struct Local {
    /// Thread identifier → (generation, namespace).
    namespaces: Slot,
    args: Slot,
    kwargs: Slot,
}

impl Native for Local {
    fn static_type() -> &'static StaticType {
        &LOCAL
    }
    fn trace(&self, t: &mut Tracer) {
        for s in [&self.namespaces, &self.args, &self.kwargs] {
            t.word(Value::slot_word(s.get()));
        }
    }
}

/// `_thread._local`
pub static LOCAL: StaticType = StaticType::new(TypeSpec {
    name: "_thread._local",
    doc: "Thread-local data",
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    slots: Slots {
        new: Some(local_new),
        init: Some(|_, _, _, _| Ok(())),
        getattro: Some(local_getattr),
        setattro: Some(local_setattr),
        ..Slots::NONE
    },
    getset: &[GetSetDef::ro(
        "__dict__",
        |th, v| namespace(th, v).map(|d| Value::from_ref(d)),
        "Local namespace",
    )],
    ..payload::spec::<Local>()
});

fn local_new(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    let a = Args::new(args, kw);
    let plain = t.slots().init.map(|f| f as usize) == LOCAL.ty().slots().init.map(|f| f as usize);
    if plain && (!a.pos.is_empty() || a.nkw() != 0) {
        return Err(th.type_error(format_args!("Initialization arguments are not supported")));
    }
    let pos = Tuple::new(th, a.pos)?;
    let kwargs = ops::kwargs_dict(th, &a)?;
    let d = Dict::new(th)?;
    let v = payload::alloc(
        th,
        t,
        Local {
            namespaces: Slot::new(Some(Value::from_ref(d))),
            args: Slot::new(Some(Value::from_ref(pos))),
            kwargs: Slot::new(Some(Value::from_ref(kwargs))),
        },
    )?;
    // This thread's namespace exists from the start: `__init__` runs for it as for any object.
    let own = Dict::new(th)?;
    remember(th, d, own)?;
    Ok(v)
}

fn key(th: &mut Thread) -> Value {
    Value::small_int(ident(th))
}

fn remember(th: &mut Thread, all: &'static Dict, own: &'static Dict) -> R<()> {
    let g = Value::small_int(th.slot.generation() as i64);
    let t = Tuple::new(th, &[g, Value::from_ref(own)])?;
    let k = key(th);
    all.set_item(th, k, Value::from_ref(t))
}

/// The calling thread's namespace; made, with a call of `__init__`, at its first use.
fn namespace(th: &mut Thread, v: Value) -> R<&'static Dict> {
    let l = this::<Local>(th, v)?;
    let Some(all) = l.namespaces.get().and_then(|d| d.cast::<Dict>()) else { return Dict::new(th) };
    let k = key(th);
    if let Some(t) = all.get_item(th, k)?.and_then(|t| t.cast::<Tuple>())
        && let [g, d] = t.as_slice()
        && g.as_small_int() == Some(th.slot.generation() as i64)
        && let Some(d) = d.cast::<Dict>()
    {
        return Ok(d);
    }
    let own = Dict::new(th)?;
    remember(th, all, own)?;
    if let Some(init) = v.type_of().slots().init
        && init as usize != LOCAL.ty().slots().init.map_or(0, |f| f as usize)
    {
        let (args, kwargs) = (
            l.args.get().and_then(|a| a.cast::<Tuple>()),
            l.kwargs.get().and_then(|d| d.cast::<Dict>()),
        );
        let f = attr::getattr(th, v, heddle_object::names::n().__init__)?;
        let args = match args {
            Some(a) => a,
            None => Tuple::new(th, &[])?,
        };
        if let Err(e) = ops::call_ex(th, f, args, kwargs) {
            let x = th.take_exception(e);
            let k = key(th);
            all.del_item(th, k)?;
            return Err(th.restore_exception(x));
        }
    }
    Ok(own)
}

fn local_getattr(th: &mut Thread, v: Value, name: Value) -> R {
    let name = attr::attr_name(th, name)?;
    let d = namespace(th, v)?;
    if name.eq_str("__dict__") {
        return Ok(Value::from_ref(d));
    }
    let ty = v.type_of();
    let descr = heddle_object::ty::lookup(th, ty, name);
    if let Some(x) = descr
        && let (Some(get), Some(_)) = (x.type_of().slots().descr_get, x.type_of().slots().descr_set)
    {
        return get(th, x, Some(v), ty.value());
    }
    if let Some(x) = d.get_str(name) {
        return Ok(x);
    }
    match descr {
        Some(x) => match x.type_of().slots().descr_get {
            Some(get) => get(th, x, Some(v), ty.value()),
            None => Ok(x),
        },
        None => Err(attr::no_attribute(th, v, name)),
    }
}

fn local_setattr(th: &mut Thread, v: Value, name: Value, x: Option<Value>) -> R<()> {
    let name: &'static Str = attr::attr_name(th, name)?;
    let d = namespace(th, v)?;
    if name.eq_str("__dict__") {
        let tn = v.type_of().name();
        return Err(
            th.attribute_error(format_args!("'{tn}' object attribute '__dict__' is read-only"))
        );
    }
    if let Some(s) = heddle_object::ty::lookup(th, v.type_of(), name)
        && let Some(set) = s.type_of().slots().descr_set
    {
        return set(th, s, v, x);
    }
    match x {
        Some(x) => d.set_item(th, Value::from_ref(name), x),
        None => {
            if d.del_item(th, Value::from_ref(name))? {
                Ok(())
            } else {
                Err(attr::no_attribute(th, v, name))
            }
        }
    }
}
