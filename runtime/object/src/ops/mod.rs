//! The abstract operations on any value: what `abstract.c` and `object.c` are to CPython.
//!
//! All of them escape (may run Python code) unless they say otherwise.

pub mod binary;
pub mod call;
pub mod compare;
pub mod iter;
pub mod sequence;

pub use binary::*;
pub use call::*;
pub use compare::*;
pub use iter::*;
pub use sequence::*;

use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::R;
use crate::names::n;
use crate::types::{Dict, List, Str, Tuple};

/// `repr(v)`
pub fn repr(th: &mut Thread, v: Value) -> R<&'static Str> {
    let ty = v.type_of();
    let Some(f) = ty.slots().repr else {
        let s = format!("<{} object at {:#x}>", ty.name(), v.word());
        return Str::new(th, &s);
    };
    th.enter_call(" while getting the repr of an object")?;
    let r = f(th, v);
    th.leave_call();
    let r = r?;
    match r.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let tn = r.type_of().name();
            Err(th.type_error(format_args!("__repr__ returned non-string (type {tn})")))
        }
    }
}

/// `str(v)`
pub fn str(th: &mut Thread, v: Value) -> R<&'static Str> {
    if let Some(s) = v.cast::<Str>()
        && v.is_exact::<Str>()
    {
        return Ok(s);
    }
    let Some(f) = v.type_of().slots().str else { return repr(th, v) };
    th.enter_call(" while getting the str of an object")?;
    let r = f(th, v);
    th.leave_call();
    let r = r?;
    match r.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let tn = r.type_of().name();
            Err(th.type_error(format_args!("__str__ returned non-string (type {tn})")))
        }
    }
}

/// `ascii(v)`
pub fn ascii(th: &mut Thread, v: Value) -> R<&'static Str> {
    let r = repr(th, v)?;
    if r.is_ascii() {
        return Ok(r);
    }
    let mut s = String::new();
    for i in 0..r.len() {
        match r.code_point(i) {
            c @ 0..=0x7f => s.push(c as u8 as char),
            c @ 0x80..=0xff => s += &format!("\\x{c:02x}"),
            c @ 0x100..=0xffff => s += &format!("\\u{c:04x}"),
            c => s += &format!("\\U{c:08x}"),
        }
    }
    Str::new(th, &s)
}

/// `hash(v)`, never -1
#[inline]
pub fn hash(th: &mut Thread, v: Value) -> R<i64> {
    if let Some(s) = v.cast::<Str>()
        && v.is_exact::<Str>()
    {
        return Ok(s.hash());
    }
    if let Some(i) = v.as_small_int() {
        return Ok(crate::num::hash::hash_int(crate::num::int::IntRef::Small(i)));
    }
    match v.type_of().slots().hash {
        Some(f) => f(th, v),
        None => Ok(hash_address(v)),
    }
}

/// Hash by identity.
pub fn hash_address(v: Value) -> i64 {
    (v.word() as i64).rotate_right(4)
}

/// The hash slot of unhashable types.
pub fn hash_not_implemented(th: &mut Thread, v: Value) -> R<i64> {
    let tn = v.type_of().name();
    Err(th.type_error(format_args!("unhashable type: '{tn}'")))
}

/// `bool(v)`
#[inline]
pub fn is_true(th: &mut Thread, v: Value) -> R<bool> {
    if v.is_true_singleton() {
        return Ok(true);
    }
    if v.is_false_singleton() || v.is_none() {
        return Ok(false);
    }
    if let Some(i) = v.as_small_int() {
        return Ok(i != 0);
    }
    let s = v.type_of().slots();
    if let Some(f) = s.bool {
        return f(th, v);
    }
    if let Some(f) = s.len {
        return f(th, v).map(|n| n != 0);
    }
    Ok(true)
}

/// `len(v)`
pub fn len(th: &mut Thread, v: Value) -> R<usize> {
    match v.type_of().slots().len {
        Some(f) => f(th, v),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("object of type '{tn}' has no len()")))
        }
    }
}

/// `operator.length_hint(v, default)`
pub fn length_hint(th: &mut Thread, v: Value, default: usize) -> R<usize> {
    if let Some(f) = v.type_of().slots().len {
        match f(th, v) {
            Ok(n) => return Ok(n),
            Err(e) if th.catch(e, &crate::types::exceptions::TYPE_ERROR) => {}
            Err(e) => return Err(e),
        }
    }
    let Some((f, bound)) = crate::ty::lookup_special(th, v, n().__length_hint__)? else {
        return Ok(default);
    };
    let r = if bound { call(th, f, &[v], None) } else { call(th, f, &[], None) };
    let r = match r {
        Ok(r) => r,
        Err(e) if th.catch(e, &crate::types::exceptions::TYPE_ERROR) => return Ok(default),
        Err(e) => return Err(e),
    };
    if r.is_not_implemented() {
        return Ok(default);
    }
    match r.as_small_int() {
        Some(i) if i >= 0 => Ok(i as usize),
        Some(_) => Err(th.value_error(format_args!("__length_hint__() should return >= 0"))),
        None => {
            let tn = r.type_of().name();
            Err(th.type_error(format_args!("__length_hint__ must be an integer, not {tn}")))
        }
    }
}

/// `operator.index(v)`: an int (a small one or a big-int cell).
pub fn index(th: &mut Thread, v: Value) -> R {
    match index_opt(th, v)? {
        Some(i) => Ok(i),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("'{tn}' object cannot be interpreted as an integer")))
        }
    }
}

/// As [`index`]; nothing when the type has no `__index__`.
pub fn index_opt(th: &mut Thread, v: Value) -> R<Option<Value>> {
    if v.is_small_int() || v.is_instance(&crate::types::INT) {
        return Ok(Some(v));
    }
    let Some(f) = v.type_of().slots().index else { return Ok(None) };
    let r = f(th, v)?;
    if r.is_small_int() || r.is_instance(&crate::types::INT) {
        return Ok(Some(r));
    }
    let tn = r.type_of().name();
    Err(th.type_error(format_args!("__index__ returned non-int (type {tn})")))
}

/// An index that fits an `isize`; IndexError ("cannot fit ... into an index-sized integer") otherwise.
pub fn index_isize(th: &mut Thread, v: Value) -> R<isize> {
    let i = index(th, v)?;
    match crate::types::int::to_i64(i) {
        Some(i) => Ok(i as isize),
        None => {
            let tn = v.type_of().name();
            Err(th.index_error(format_args!("cannot fit '{tn}' into an index-sized integer")))
        }
    }
}

/// An index clamped to the range of `isize`, for slices.
pub fn index_clamped(th: &mut Thread, v: Value) -> R<isize> {
    let i = index(th, v)?;
    Ok(match crate::types::int::to_i64(i) {
        Some(i) => i as isize,
        None if crate::types::int::is_negative(i) => isize::MIN,
        None => isize::MAX,
    })
}

/// `v` as an exact tuple of its items.
pub fn to_tuple(th: &mut Thread, v: Value) -> R<&'static Tuple> {
    if v.is_exact::<Tuple>()
        && let Some(t) = v.cast::<Tuple>()
    {
        return Ok(t);
    }
    if v.is_exact::<List>()
        && let Some(l) = v.cast::<List>()
    {
        return l.snapshot(th);
    }
    to_list(th, v)?.snapshot(th)
}

/// `list(v)`
pub fn to_list(th: &mut Thread, v: Value) -> R<&'static List> {
    if v.is_exact::<List>()
        && let Some(l) = v.cast::<List>()
    {
        return l.copy(th);
    }
    let l = List::new(th, &[])?;
    crate::types::list::extend(th, l, v)?;
    Ok(l)
}

/// `format(v, spec)`
pub fn format(th: &mut Thread, v: Value, spec: Option<Value>) -> R<&'static Str> {
    let empty = match spec.and_then(|s| s.cast::<Str>()) {
        Some(s) => s.len() == 0,
        None => true,
    };
    if empty
        && v.is_exact::<Str>()
        && let Some(s) = v.cast::<Str>()
    {
        return Ok(s);
    }
    let spec = match spec {
        Some(s) => s,
        None => Value::from_ref(Str::new(th, "")?),
    };
    let Some((f, bound)) = crate::ty::lookup_special(th, v, n().__format__)? else {
        let tn = v.type_of().name();
        return Err(th.type_error(format_args!("Type {tn} doesn't define __format__")));
    };
    let r = if bound { call(th, f, &[v, spec], None)? } else { call(th, f, &[spec], None)? };
    match r.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let tn = r.type_of().name();
            Err(th.type_error(format_args!("__format__ must return a str, not {tn}")))
        }
    }
}

/// `isinstance(v, class_or_tuple)` with `__instancecheck__`.
pub fn is_instance(th: &mut Thread, v: Value, cls: Value) -> R<bool> {
    if std::ptr::eq(v.type_of().value().as_ptr::<u8>(), cls.as_ptr::<u8>()) {
        return Ok(true);
    }
    if cls.is_exact_type_object() {
        return real_is_instance(th, v, cls);
    }
    if let Some(t) = cls.cast::<Tuple>() {
        th.enter_call(" in __instancecheck__")?;
        let mut r = Ok(false);
        for c in t.as_slice() {
            r = is_instance(th, v, *c);
            if r != Ok(false) {
                break;
            }
        }
        th.leave_call();
        return r;
    }
    if let Some((f, bound)) = crate::ty::lookup_special(th, cls, n().__instancecheck__)? {
        th.enter_call(" in __instancecheck__")?;
        let r = if bound { call(th, f, &[cls, v], None) } else { call(th, f, &[v], None) };
        th.leave_call();
        let r = r?;
        return is_true(th, r);
    }
    real_is_instance(th, v, cls)
}

/// `isinstance` without the hook (`type.__instancecheck__`).
pub fn real_is_instance(th: &mut Thread, v: Value, cls: Value) -> R<bool> {
    if let Some(c) = cls.cast_type() {
        if v.type_of().is_subtype(c) {
            return Ok(true);
        }
        // A proxy may claim another class.
        if v.type_of().has(crate::core::ty::flags::GENERIC_GETATTR)
            && crate::ty::lookup(th, v.type_of(), n().__class__)
                == crate::ty::lookup(th, crate::types::OBJECT.ty(), n().__class__)
        {
            return Ok(false);
        }
        let claimed = crate::attr::getattr_optional(th, v, n().__class__)?;
        return Ok(claimed.and_then(|t| t.cast_type()).is_some_and(|t| t.is_subtype(c)));
    }
    abstract_bases(th, cls, "isinstance() arg 2 must be a type, a tuple of types, or a union")?;
    match crate::attr::getattr_optional(th, v, n().__class__)? {
        Some(c) => abstract_issubclass(th, c, cls),
        None => Ok(false),
    }
}

/// `issubclass(c, class_or_tuple)` with `__subclasscheck__`.
pub fn is_subclass(th: &mut Thread, c: Value, cls: Value) -> R<bool> {
    if cls.is_exact_type_object() {
        if c == cls {
            return Ok(true);
        }
        return real_is_subclass(th, c, cls);
    }
    if let Some(t) = cls.cast::<Tuple>() {
        th.enter_call(" in __subclasscheck__")?;
        let mut r = Ok(false);
        for x in t.as_slice() {
            r = is_subclass(th, c, *x);
            if r != Ok(false) {
                break;
            }
        }
        th.leave_call();
        return r;
    }
    if let Some((f, bound)) = crate::ty::lookup_special(th, cls, n().__subclasscheck__)? {
        th.enter_call(" in __subclasscheck__")?;
        let r = if bound { call(th, f, &[cls, c], None) } else { call(th, f, &[c], None) };
        th.leave_call();
        let r = r?;
        return is_true(th, r);
    }
    real_is_subclass(th, c, cls)
}

/// `issubclass` without the hook.
pub fn real_is_subclass(th: &mut Thread, c: Value, cls: Value) -> R<bool> {
    if let (Some(a), Some(b)) = (c.cast_type(), cls.cast_type()) {
        return Ok(a.is_subtype(b));
    }
    abstract_bases(th, c, "issubclass() arg 1 must be a class")?;
    abstract_bases(th, cls, "issubclass() arg 2 must be a class, a tuple of classes, or a union")?;
    abstract_issubclass(th, c, cls)
}

fn abstract_bases(th: &mut Thread, c: Value, msg: &str) -> R<&'static Tuple> {
    if c.cast_type().is_some() {
        return Tuple::new(th, &[]);
    }
    match crate::attr::getattr_optional(th, c, n().__bases__)?.and_then(|b| b.cast::<Tuple>()) {
        Some(b) => Ok(b),
        None => Err(th.type_error(format_args!("{msg}"))),
    }
}

fn abstract_issubclass(th: &mut Thread, c: Value, cls: Value) -> R<bool> {
    if c == cls {
        return Ok(true);
    }
    let bases = match crate::attr::getattr_optional(th, c, n().__bases__)?
        .and_then(|b| b.cast::<Tuple>())
    {
        Some(b) => b,
        None => return Ok(false),
    };
    th.enter_call(" in __issubclass__")?;
    let mut r = Ok(false);
    for b in bases.as_slice() {
        r = abstract_issubclass(th, *b, cls);
        if r != Ok(false) {
            break;
        }
    }
    th.leave_call();
    r
}

impl Value {
    /// Whether this is a type whose metatype is exactly `type`.
    #[inline(always)]
    pub fn is_exact_type_object(self) -> bool {
        self.is_ptr() && std::ptr::eq(self.type_of(), crate::types::TYPE.ty())
    }
}

/// Runs `f` unless `v`'s repr is already under way in this thread; then gives nothing.
pub fn guarded_repr<T>(
    th: &mut Thread,
    v: Value,
    f: impl FnOnce(&mut Thread) -> R<T>,
) -> R<Option<T>> {
    let active = match th.repr_active.get().and_then(|l| l.cast::<List>()) {
        Some(l) => l,
        None => {
            let l = List::new(th, &[])?;
            th.repr_active.set(Some(Value::from_ref(l)));
            l
        }
    };
    for i in 0..active.len() {
        if active.get(i) == Some(v) {
            return Ok(None);
        }
    }
    active.push(th, v)?;
    let r = f(th);
    active.pop_last(th);
    r.map(Some)
}

/// `dict[str]` of keyword arguments.
pub fn kwargs_dict(th: &mut Thread, args: &crate::core::native::Args) -> R<&'static Dict> {
    let d = Dict::new(th)?;
    for (k, v) in args.keywords() {
        d.set_item(th, Value::from_ref(k), v)?;
    }
    Ok(d)
}
