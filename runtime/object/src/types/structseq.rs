//! Structure sequences: tuples whose items have names (`sys.version_info`, `os.stat_result`, `time.struct_time`).
//!
//! Each is a class made at run time from a declaration: a subclass of `tuple` with a getter for each field. Fields
//! beyond the visible length lie in the instance's namespace.

use crate::core::native::{Args, Binding, GetSetDef, MethodDef, NativeFn};
use crate::core::thread::Thread;
use crate::core::ty::Type;
use crate::core::value::Value;
use crate::error::R;
use crate::names::{intern_str, n};
use crate::ops;
use crate::types::{Dict, Str, TUPLE, TYPE, Tuple, descr};

/// Declaration of a structure sequence.
pub struct StructSeq {
    /// Full name (`os.stat_result`).
    pub name: &'static str,
    /// Docstring.
    pub doc: &'static str,
    /// Names of all fields; the visible ones first.
    pub fields: &'static [&'static str],
    /// How many of them are items of the tuple.
    pub visible: usize,
}

fn item<const I: usize>(th: &mut Thread, v: Value) -> R {
    let _ = th;
    Ok(v.cast::<Tuple>().and_then(|t| t.as_slice().get(I).copied()).unwrap_or_else(Value::none))
}

macro_rules! getters {
    ($($i:literal)*) => { [$(GetSetDef::ro("", item::<$i>, "")),*] };
}
static GETTERS: [GetSetDef; 24] =
    getters!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23);

static REPR: MethodDef = MethodDef {
    name: "__repr__",
    func: NativeFn::NoArgs(repr),
    binding: Binding::Instance,
    doc: "",
};
static REDUCE: MethodDef = MethodDef {
    name: "__reduce__",
    func: NativeFn::NoArgs(reduce),
    binding: Binding::Instance,
    doc: "",
};
static REPLACE: MethodDef = MethodDef {
    name: "__replace__",
    func: NativeFn::Kw(replace),
    binding: Binding::Instance,
    doc: "",
};
static NEW: MethodDef =
    MethodDef { name: "__new__", func: NativeFn::Kw(new), binding: Binding::Static, doc: "" };

/// Makes the class.
///
/// **Escapes:** no.
pub fn make_type(th: &mut Thread, def: &StructSeq) -> R<&'static Type> {
    let (module, short) = def.name.rsplit_once('.').unwrap_or(("builtins", def.name));
    let d = Dict::new(th)?;
    let set = |th: &mut Thread, k: &str, v: Value| -> R<()> {
        let k = intern_str(th, k)?;
        d.set_item(th, Value::from_ref(k), v)
    };
    let module = intern_str(th, module)?;
    set(th, "__module__", Value::from_ref(module))?;
    let doc = Str::new(th, def.doc)?;
    set(th, "__doc__", Value::from_ref(doc))?;
    let names = crate::heap::RootVec::with(th, &[]);
    let mut names = names;
    for f in def.fields {
        let s = intern_str(th, f)?;
        names.push(Value::from_ref(s));
    }
    let named: Vec<Value> = (0..def.visible)
        .filter(|i| !def.fields[*i].is_empty())
        .filter_map(|i| names.as_slice().get(i).copied())
        .collect();
    let visible = Tuple::new(th, &named)?;
    set(th, "__match_args__", Value::from_ref(visible))?;
    let all = Tuple::new(th, names.as_slice())?;
    set(th, "_all_fields", Value::from_ref(all))?;
    set(th, "n_fields", Value::small_int(def.fields.len() as i64))?;
    set(th, "n_sequence_fields", Value::small_int(def.visible as i64))?;
    let unnamed = def.fields.iter().filter(|f| f.is_empty()).count();
    set(th, "n_unnamed_fields", Value::small_int(unnamed as i64))?;
    let name = Str::new(th, short)?;
    let bases = Tuple::new(th, &[TUPLE.value()])?;
    let args = [Value::from_ref(name), Value::from_ref(bases), Value::from_ref(d)];
    let v = crate::ty::new::type_new(th, TYPE.value(), &args, None)?;
    let Some(ty) = v.cast_type() else {
        return Err(th.system_error(format_args!("no class made")));
    };
    for (i, f) in def.fields.iter().enumerate().take(def.visible.min(GETTERS.len())) {
        if !f.is_empty() {
            let g = descr::GetSet::new_named(th, ty, &GETTERS[i], f)?;
            let k = intern_str(th, f)?;
            crate::ty::new::type_setattr(th, ty, k, Some(g))?;
        }
    }
    for m in [&REPR, &REDUCE, &REPLACE] {
        let f = descr::MethodDescriptor::new(th, ty, m)?;
        let k = intern_str(th, m.name)?;
        crate::ty::new::type_setattr(th, ty, k, Some(f))?;
    }
    // What `make` needs without a search: all names, then how many are visible.
    let facts = Tuple::new(th, &[Value::from_ref(all), Value::small_int(def.visible as i64)])?;
    ty.extra.set(Some(Value::from_ref(facts)));
    let f = descr::BuiltinFunction::new(th, &NEW, Value::none(), None)?;
    let f = descr::StaticMethod::new(th, f)?;
    crate::ty::new::type_setattr(th, ty, n().__new__, Some(f))?;
    Ok(ty)
}

/// An instance with values for all fields (missing ones are None).
pub fn make(th: &mut Thread, ty: &'static Type, values: &[Value]) -> R {
    let visible = facts(ty).1.min(values.len());
    let v = tuple_in(th, ty, &values[..visible])?;
    let all = field_names(ty);
    for (i, x) in values.iter().enumerate().skip(visible) {
        if let Some(k) = all.get(i).and_then(|k| k.cast::<Str>()) {
            crate::attr::instance_set(th, v, k, Some(*x))?;
        }
    }
    Ok(v)
}

fn tuple_in(th: &mut Thread, ty: &'static Type, items: &[Value]) -> R {
    let shape = crate::ty::root_shape(th, ty)?;
    // SAFETY: the items are written right away; the shape is that of a subclass, whose attribute word follows.
    let t = unsafe { Tuple::alloc(th, shape, items.len(), 8)? };
    // SAFETY: room for the items.
    unsafe { std::ptr::copy_nonoverlapping(items.as_ptr(), t.items_ptr(), items.len()) };
    Ok(Value::from_ref(t))
}

fn class_attr(ty: &'static Type, name: &str) -> Option<Value> {
    let mro = ty.mro.get()?.cast::<Tuple>()?;
    for t in mro.as_slice() {
        let d = t.cast_type()?.dict.get()?.cast::<Dict>()?;
        let mut pos = 0;
        while let Some((k, v)) = d.next(&mut pos) {
            if k.cast::<Str>().is_some_and(|k| k.eq_str(name)) {
                return Some(v);
            }
        }
    }
    None
}

/// All names and the visible number, of the class itself or of the base that has them.
fn facts(ty: &'static Type) -> (&'static [Value], usize) {
    let mut at = Some(ty);
    while let Some(t) = at {
        if let Some([names, visible]) =
            t.extra.get().and_then(|x| x.cast::<Tuple>()).map(|t| t.as_slice())
        {
            let names = names.cast::<Tuple>().map_or(&[][..], |t| t.as_slice());
            return (names, visible.as_small_int().unwrap_or(0) as usize);
        }
        at = t.base();
    }
    (&[], 0)
}

fn field_names(ty: &'static Type) -> &'static [Value] {
    facts(ty).0
}

/// The names in order without the unnamed: what a repr shows, one for each item.
fn shown_names(ty: &'static Type) -> impl Iterator<Item = &'static Str> {
    field_names(ty).iter().filter_map(|k| k.cast::<Str>()).filter(|k| k.len() != 0)
}

fn new(th: &mut Thread, _: Value, a: &Args) -> R {
    let Some(ty) = a.pos.first().and_then(|t| t.cast_type()) else {
        return Err(th.type_error(format_args!("structseq.__new__(X): X is not a type object")));
    };
    let tn = ty.name();
    if a.pos.len() < 2 || a.pos.len() > 3 {
        return Err(
            th.type_error(format_args!("{tn}() missing required argument 'sequence' (pos 1)"))
        );
    }
    let seq = match ops::to_tuple(th, a.pos[1]) {
        Err(e) if th.catch(e, &crate::types::exceptions::TYPE_ERROR) => {
            return Err(th.type_error(format_args!("constructor requires a sequence")));
        }
        r => r?,
    };
    let (min, max) = (facts(ty).1, field_names(ty).len());
    let k = seq.len();
    if k < min || k > max {
        return Err(if min == max {
            th.type_error(format_args!("{tn}() takes a {min}-sequence ({k}-sequence given)"))
        } else if k < min {
            th.type_error(format_args!(
                "{tn}() takes an at least {min}-sequence ({k}-sequence given)"
            ))
        } else {
            th.type_error(format_args!(
                "{tn}() takes an at most {max}-sequence ({k}-sequence given)"
            ))
        });
    }
    let mut values = crate::heap::RootVec::with(th, seq.as_slice());
    let extra = a.pos.get(2).and_then(|d| d.cast::<Dict>());
    for f in &field_names(ty)[k..] {
        let v = match (extra, f.cast::<Str>()) {
            (Some(d), Some(s)) => d.get_str(s),
            _ => None,
        };
        values.push(v.unwrap_or_else(Value::none));
    }
    make(th, ty, values.as_slice())
}

fn repr(th: &mut Thread, v: Value) -> R {
    let ty = v.type_of();
    let mut names = shown_names(ty);
    let items = v.cast::<Tuple>().map_or(&[][..], |t| t.as_slice());
    let module = class_attr(ty, "__module__").and_then(|m| m.cast::<Str>());
    let mut s = String::new();
    if let Some(m) = module.filter(|m| !m.eq_str("builtins")) {
        s += &m.to_string_lossy();
        s.push('.');
    }
    s += &ty.name();
    s.push('(');
    for (i, x) in items.iter().enumerate() {
        if i > 0 {
            s += ", ";
        }
        if let Some(k) = names.next() {
            s += &k.to_string_lossy();
            s.push('=');
        }
        s += &ops::repr(th, *x)?.to_string_lossy();
    }
    s.push(')');
    Ok(Value::from_ref(Str::new(th, &s)?))
}

fn hidden(th: &mut Thread, v: Value, items: usize) -> R<&'static Dict> {
    let d = Dict::new(th)?;
    for k in field_names(v.type_of()).iter().skip(items).filter_map(|k| k.cast::<Str>()) {
        if let Some(x) = crate::attr::instance_get(v, k) {
            d.set_item(th, Value::from_ref(k), x)?;
        }
    }
    Ok(d)
}

fn reduce(th: &mut Thread, v: Value) -> R {
    let items = v.cast::<Tuple>().map_or(&[][..], |t| t.as_slice());
    let t = Tuple::new(th, items)?;
    let d = hidden(th, v, items.len())?;
    let args = Tuple::new(th, &[Value::from_ref(t), Value::from_ref(d)])?;
    Ok(Value::from_ref(Tuple::new(th, &[v.type_of().value(), Value::from_ref(args)])?))
}

fn replace(th: &mut Thread, v: Value, a: &Args) -> R {
    let ty = v.type_of();
    let items = v.cast::<Tuple>().map_or(&[][..], |t| t.as_slice());
    let names = field_names(ty);
    let mut values = crate::heap::RootVec::with(th, &[]);
    for (i, k) in names.iter().filter_map(|k| k.cast::<Str>()).enumerate() {
        let new = a.keyword(&k.to_string_lossy());
        let old = items.get(i).copied().or_else(|| crate::attr::instance_get(v, k));
        values.push(new.or(old).unwrap_or_else(Value::none));
    }
    for (k, _) in a.keywords() {
        if !names.iter().any(|f| f.cast::<Str>().is_some_and(|f| f.eq(k))) {
            let k = k.to_string_lossy();
            return Err(th.type_error(format_args!("Got unexpected field name(s): ['{k}']")));
        }
    }
    make(th, ty, values.as_slice())
}
