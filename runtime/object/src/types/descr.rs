//! Descriptors and the callables of native code: builtin functions, method descriptors, slot wrappers, getset and
//! member descriptors, bound methods, `classmethod`, `staticmethod`, `property`.

pub mod bound;
pub mod property;

pub use bound::{
    BOUND_METHOD, BoundMethod, CLASS_METHOD, ClassMethod, STATIC_METHOD, StaticMethod,
};
pub use property::{PROPERTY, Property};

use crate::attr;
use crate::core::header::Header;
use crate::core::native::{Args, Binding, GetSetDef, MethodDef, NativeFn, call_native};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, Type, TypeSpec, flags};
use crate::core::value::{Cell, Value};
use crate::error::R;
use crate::heap::Tracer;
use crate::names::n;
use crate::payload;
use crate::ty::slots::SlotDef;
use crate::types::{Str, Tuple};

/// `builtin_function_or_method`: native code with its `self`.
#[repr(C)]
pub struct BuiltinFunction {
    /// Cell header.
    pub header: Header,
    /// The declaration.
    pub def: &'static MethodDef,
    /// `__self__`: instance, class or module.
    pub slf: Slot,
    /// `__module__`
    pub module: Slot,
}
payload!(BuiltinFunction, BUILTIN_FUNCTION);

/// Reports the slots of a cell between the offsets.
macro_rules! trace_slots {
    ($name:ident, $t:ty, $($f:ident),*) => {
        unsafe fn $name(cell: *mut u8, t: &mut Tracer) {
            // SAFETY: called with a cell of that layout.
            let c = unsafe { &*(cell as *const $t) };
            $(t.word(Value::slot_word(c.$f.get()));)*
        }
    };
}
pub(crate) use trace_slots;

trace_slots!(trace_builtin, BuiltinFunction, slf, module);

/// `builtin_function_or_method`
pub static BUILTIN_FUNCTION: StaticType = StaticType::new(TypeSpec {
    name: "builtin_function_or_method",
    basicsize: size_of::<BuiltinFunction>(),
    flags: flags::DISALLOW_INSTANTIATION | flags::HAS_WEAKREF,
    trace: trace_builtin,
    slots: Slots {
        call: Some(builtin_call),
        repr: Some(builtin_repr),
        hash: Some(builtin_hash),
        richcompare: Some(builtin_compare),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::ro(
            "__name__",
            |th, v| Str::new(th, builtin(v).map_or("", |b| b.def.name)).map(|s| Value::from_ref(s)),
            "",
        ),
        GetSetDef::ro("__qualname__", builtin_qualname, ""),
        GetSetDef::ro(
            "__self__",
            |_, v| Ok(builtin(v).and_then(|b| b.slf.get()).unwrap_or_else(Value::none)),
            "",
        ),
        GetSetDef::rw(
            "__module__",
            |_, v| Ok(builtin(v).and_then(|b| b.module.get()).unwrap_or_else(Value::none)),
            |_, v, x| {
                if let Some(b) = builtin(v) {
                    b.module.set(x);
                }
                Ok(())
            },
            "",
        ),
        GetSetDef::ro("__doc__", |th, v| doc_of(th, builtin(v).map(|b| b.def)), ""),
        GetSetDef::ro(
            "__text_signature__",
            |th, v| signature_of(th, builtin(v).map(|b| b.def)),
            "",
        ),
    ],
    methods: &[MethodDef::noargs("__reduce__", builtin_reduce, "")],
    ..TypeSpec::DEFAULT
});

fn builtin(v: Value) -> Option<&'static BuiltinFunction> {
    v.cast::<BuiltinFunction>()
}

impl BuiltinFunction {
    /// A function object for native code.
    pub fn new(th: &mut Thread, def: &'static MethodDef, slf: Value, module: Option<Value>) -> R {
        let f = th.alloc::<BuiltinFunction>(BUILTIN_FUNCTION.shape(), 0, |header| {
            BuiltinFunction { header, def, slf: Slot::new(Some(slf)), module: Slot::new(module) }
        })?;
        Ok(Value::from_ref(f))
    }
    /// The `self` that the code gets.
    #[inline(always)]
    pub fn bound_self(&self) -> Value {
        self.slf.get().unwrap_or_else(Value::none)
    }
}

fn builtin_call(th: &mut Thread, f: Value, args: &[Value], kwnames: Option<Value>) -> R {
    // SAFETY: the slot belongs to this type, which cannot be subclassed.
    let b = unsafe { f.cast_unchecked::<BuiltinFunction>() };
    call_native(th, b.def, b.bound_self(), args, kwnames)
}

fn builtin_repr(th: &mut Thread, v: Value) -> R {
    let Some(b) = builtin(v) else { return Ok(Value::none()) };
    let slf = b.bound_self();
    let s = if slf.is_none() || slf.is_instance(&crate::types::MODULE) {
        format!("<built-in function {}>", b.def.name)
    } else {
        format!(
            "<built-in method {} of {} object at {:#x}>",
            b.def.name,
            slf.type_of().name(),
            slf.word()
        )
    };
    Ok(Value::from_ref(Str::new(th, &s)?))
}

fn builtin_hash(_: &mut Thread, v: Value) -> R<i64> {
    let Some(b) = builtin(v) else { return Ok(0) };
    let h = (b.def as *const MethodDef as u64 ^ b.bound_self().word().rotate_left(17)) >> 4;
    Ok(h as i64)
}

fn builtin_compare(_: &mut Thread, a: Value, b: Value, op: crate::core::ty::CompareOp) -> R {
    use crate::core::ty::CompareOp::*;
    match (builtin(a), builtin(b), op) {
        (Some(x), Some(y), Eq | Ne) => {
            let eq = std::ptr::eq(x.def, y.def) && x.slf.get() == y.slf.get();
            Ok(Value::bool(eq == (op == Eq)))
        }
        _ => Ok(Value::not_implemented()),
    }
}

fn builtin_qualname(th: &mut Thread, v: Value) -> R {
    let Some(b) = builtin(v) else { return Ok(Value::none()) };
    let slf = b.bound_self();
    let s = if slf.is_none() || slf.is_instance(&crate::types::MODULE) {
        b.def.name.to_string()
    } else {
        let t = slf.cast_type().unwrap_or(slf.type_of());
        format!("{}.{}", t.name(), b.def.name)
    };
    Ok(Value::from_ref(Str::new(th, &s)?))
}

fn builtin_reduce(th: &mut Thread, v: Value) -> R {
    let Some(b) = builtin(v) else { return Ok(Value::none()) };
    let name = Value::from_ref(Str::new(th, b.def.name)?);
    let slf = b.bound_self();
    if slf.is_none() || slf.is_instance(&crate::types::MODULE) {
        return Ok(name);
    }
    let m = (th.hooks.import)(th, "builtins")?;
    let getattr = attr::getattr_str(th, m, "getattr")?;
    let args = Tuple::new(th, &[slf, name])?;
    Ok(Value::from_ref(Tuple::new(th, &[getattr, Value::from_ref(args)])?))
}

/// The docstring without its signature line.
fn doc_of(th: &mut Thread, def: Option<&MethodDef>) -> R {
    let doc = def.map_or("", |d| d.doc);
    let text = doc.split_once("\n--\n\n").map_or(doc, |(_, d)| d);
    if text.is_empty() { Ok(Value::none()) } else { Str::new(th, text).map(|s| Value::from_ref(s)) }
}

/// `(sig)` of the docstring's first line.
fn signature_of(th: &mut Thread, def: Option<&MethodDef>) -> R {
    let sig = def
        .and_then(|d| d.doc.split_once("\n--\n\n"))
        .and_then(|(s, _)| s.find('(').map(|i| &s[i..]));
    match sig {
        Some(s) => Str::new(th, s).map(|s| Value::from_ref(s)),
        None => Ok(Value::none()),
    }
}

// ---- descriptors that belong to a type

/// Common layout of method descriptors, slot wrappers, getset and member descriptors.
#[repr(C)]
pub struct Descr<T: 'static> {
    /// Cell header.
    pub header: Header,
    owner: &'static Type,
    name: Slot,
    /// What it stands for.
    pub what: T,
}
// SAFETY: repr(C), header first.
unsafe impl<T: 'static> Cell for Descr<T> {}

unsafe fn trace_descr(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: all descriptors begin with this layout.
    let c = unsafe { &*(cell as *const Descr<()>) };
    t.word(c.owner.value().word());
    t.word(Value::slot_word(c.name.get()));
}

impl<T: 'static> Descr<T> {
    /// `__objclass__`
    #[inline(always)]
    pub fn owner(&self) -> &'static Type {
        self.owner
    }
    /// `__name__`
    pub fn name(&self) -> Value {
        self.name.get().unwrap_or_else(Value::none)
    }
    fn make(
        th: &mut Thread,
        st: &'static StaticType,
        owner: &'static Type,
        name: &str,
        what: T,
    ) -> R {
        let name = crate::names::intern_str(th, name)?;
        let d = th.alloc::<Descr<T>>(st.shape(), 0, |header| Descr {
            header,
            owner,
            name: Slot::new(Some(Value::from_ref(name))),
            what,
        })?;
        Ok(Value::from_ref(d))
    }
    /// TypeError unless `obj` is an instance of the owner.
    fn check(&self, th: &mut Thread, obj: Value) -> R<()> {
        if obj.type_of().is_subtype(self.owner) {
            return Ok(());
        }
        let name = crate::ops::str(th, self.name())?.to_string_lossy();
        let (on, tn) = (self.owner.name(), obj.type_of().name());
        Err(th.type_error(format_args!(
            "descriptor '{name}' for '{on}' objects doesn't apply to a '{tn}' object"
        )))
    }
}

/// Any of the four, for what they share.
fn common(v: Value) -> Option<&'static Descr<()>> {
    let t = v.type_of();
    let ours = [&METHOD_DESCRIPTOR, &CLASS_METHOD_DESCRIPTOR, &SLOT_WRAPPER, &GETSET, &MEMBER];
    // SAFETY: they begin with this layout.
    ours.iter().any(|st| std::ptr::eq(st.ty(), t)).then(|| unsafe { &*v.as_ptr::<Descr<()>>() })
}

const COMMON_GETSET: [GetSetDef; 3] = [
    GetSetDef::ro(
        "__objclass__",
        |_, v| Ok(common(v).map_or_else(Value::none, |d| d.owner.value())),
        "",
    ),
    GetSetDef::ro("__name__", |_, v| Ok(common(v).map_or_else(Value::none, |d| d.name())), ""),
    GetSetDef::ro("__qualname__", descr_qualname, ""),
];

fn descr_qualname(th: &mut Thread, v: Value) -> R {
    let Some(d) = common(v) else { return Ok(Value::none()) };
    let name = crate::ops::str(th, d.name())?.to_string_lossy();
    let owner = attr::getattr(th, d.owner.value(), n().__qualname__)?;
    let owner = crate::ops::str(th, owner)?.to_string_lossy();
    Ok(Value::from_ref(Str::new(th, &format!("{owner}.{name}"))?))
}

fn descr_reduce(th: &mut Thread, v: Value) -> R {
    let Some(d) = common(v) else { return Ok(Value::none()) };
    let m = (th.hooks.import)(th, "builtins")?;
    let getattr = attr::getattr_str(th, m, "getattr")?;
    let args = Tuple::new(th, &[d.owner.value(), d.name()])?;
    Ok(Value::from_ref(Tuple::new(th, &[getattr, Value::from_ref(args)])?))
}

fn descr_repr(th: &mut Thread, v: Value) -> R {
    let Some(d) = common(v) else { return Ok(Value::none()) };
    let name = crate::ops::str(th, d.name())?.to_string_lossy();
    let kind = match v.type_of().name().as_str() {
        "wrapper_descriptor" => "slot wrapper",
        "getset_descriptor" => "attribute",
        "member_descriptor" => "member",
        _ => "method",
    };
    Ok(Value::from_ref(Str::new(
        th,
        &format!("<{kind} '{name}' of '{}' objects>", d.owner.name()),
    )?))
}

const DESCR: TypeSpec = TypeSpec {
    flags: flags::DISALLOW_INSTANTIATION,
    trace: trace_descr,
    methods: &[MethodDef::noargs("__reduce__", descr_reduce, "")],
    ..TypeSpec::DEFAULT
};

/// `method_descriptor`
pub type MethodDescriptor = Descr<&'static MethodDef>;
/// `method_descriptor`
pub static METHOD_DESCRIPTOR: StaticType = StaticType::new(TypeSpec {
    name: "method_descriptor",
    basicsize: size_of::<MethodDescriptor>(),
    flags: flags::DISALLOW_INSTANTIATION | flags::METHOD_DESCRIPTOR,
    slots: Slots {
        call: Some(method_descr_call),
        descr_get: Some(method_descr_get),
        repr: Some(descr_repr),
        ..Slots::NONE
    },
    getset: &[
        COMMON_GETSET[0],
        COMMON_GETSET[1],
        COMMON_GETSET[2],
        GetSetDef::ro("__doc__", |th, v| doc_of(th, MethodDescriptor::of(v).map(|d| d.what)), ""),
        GetSetDef::ro(
            "__text_signature__",
            |th, v| signature_of(th, MethodDescriptor::of(v).map(|d| d.what)),
            "",
        ),
    ],
    ..DESCR
});

impl MethodDescriptor {
    /// The descriptor of a native method.
    pub fn new(th: &mut Thread, owner: &'static Type, def: &'static MethodDef) -> R {
        Descr::make(th, &METHOD_DESCRIPTOR, owner, def.name, def)
    }
    /// The value as a method descriptor (of instance methods or class methods).
    #[inline(always)]
    pub fn of(v: Value) -> Option<&'static MethodDescriptor> {
        if v.has_shape(METHOD_DESCRIPTOR.shape()) || v.has_shape(CLASS_METHOD_DESCRIPTOR.shape()) {
            // SAFETY: both types have this layout.
            Some(unsafe { &*v.as_ptr::<MethodDescriptor>() })
        } else {
            None
        }
    }
}

fn method_descr_call(th: &mut Thread, v: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let Some(d) = MethodDescriptor::of(v) else { return Ok(Value::none()) };
    let Some((slf, rest)) = args.split_first() else {
        let name = crate::ops::str(th, d.name())?.to_string_lossy();
        let on = d.owner.name();
        return Err(th.type_error(format_args!("unbound method {on}.{name}() needs an argument")));
    };
    d.check(th, *slf)?;
    call_native(th, d.what, *slf, rest, kwnames)
}

fn method_descr_get(th: &mut Thread, v: Value, obj: Option<Value>, _owner: Value) -> R {
    let Some(d) = MethodDescriptor::of(v) else { return Ok(v) };
    match obj {
        None => Ok(v),
        Some(o) => {
            d.check(th, o)?;
            BuiltinFunction::new(th, d.what, o, None)
        }
    }
}

/// `classmethod_descriptor`
pub struct ClassMethodDescriptor;
/// `classmethod_descriptor`
pub static CLASS_METHOD_DESCRIPTOR: StaticType = StaticType::new(TypeSpec {
    name: "classmethod_descriptor",
    basicsize: size_of::<MethodDescriptor>(),
    slots: Slots {
        call: Some(class_descr_call),
        descr_get: Some(class_descr_get),
        repr: Some(descr_repr),
        ..Slots::NONE
    },
    getset: &[
        COMMON_GETSET[0],
        COMMON_GETSET[1],
        COMMON_GETSET[2],
        GetSetDef::ro("__doc__", |th, v| doc_of(th, MethodDescriptor::of(v).map(|d| d.what)), ""),
        GetSetDef::ro(
            "__text_signature__",
            |th, v| signature_of(th, MethodDescriptor::of(v).map(|d| d.what)),
            "",
        ),
    ],
    ..DESCR
});

impl ClassMethodDescriptor {
    /// The descriptor of a native class method.
    pub fn new(th: &mut Thread, owner: &'static Type, def: &'static MethodDef) -> R {
        Descr::make(th, &CLASS_METHOD_DESCRIPTOR, owner, def.name, def)
    }
}

fn class_descr_get(th: &mut Thread, v: Value, obj: Option<Value>, owner: Value) -> R {
    let Some(d) = MethodDescriptor::of(v) else { return Ok(v) };
    let ty = match (owner.cast_type(), obj) {
        (Some(t), _) => t,
        (None, Some(o)) => o.type_of(),
        (None, None) => d.owner,
    };
    if !ty.is_subtype(d.owner) {
        let name = crate::ops::str(th, d.name())?.to_string_lossy();
        let (on, tn) = (d.owner.name(), ty.name());
        return Err(th.type_error(format_args!(
            "descriptor '{name}' requires a subtype of '{on}' but received '{tn}'"
        )));
    }
    BuiltinFunction::new(th, d.what, ty.value(), None)
}

fn class_descr_call(th: &mut Thread, v: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let Some(d) = MethodDescriptor::of(v) else { return Ok(Value::none()) };
    match args.split_first() {
        Some((c, rest)) if c.cast_type().is_some_and(|t| t.is_subtype(d.owner)) => {
            call_native(th, d.what, *c, rest, kwnames)
        }
        _ => {
            let name = crate::ops::str(th, d.name())?.to_string_lossy();
            let on = d.owner.name();
            Err(th
                .type_error(format_args!("descriptor '{name}' of '{on}' object needs an argument")))
        }
    }
}

/// `wrapper_descriptor`: a dunder method that stands for a native slot.
pub type SlotWrapper = Descr<&'static SlotDef>;
/// `wrapper_descriptor`
pub static SLOT_WRAPPER: StaticType = StaticType::new(TypeSpec {
    name: "wrapper_descriptor",
    basicsize: size_of::<SlotWrapper>(),
    flags: flags::DISALLOW_INSTANTIATION | flags::METHOD_DESCRIPTOR,
    slots: Slots {
        call: Some(wrapper_call),
        descr_get: Some(wrapper_get),
        repr: Some(descr_repr),
        ..Slots::NONE
    },
    getset: &[
        COMMON_GETSET[0],
        COMMON_GETSET[1],
        COMMON_GETSET[2],
        GetSetDef::ro("__doc__", |th, v| slot_doc(th, v, false), ""),
        GetSetDef::ro("__text_signature__", |th, v| slot_doc(th, v, true), ""),
    ],
    ..DESCR
});
// SAFETY: instances of the type have this layout.
unsafe impl crate::core::value::Payload for SlotWrapper {
    fn static_type() -> &'static StaticType {
        &SLOT_WRAPPER
    }
}

fn slot_doc(th: &mut Thread, v: Value, sig: bool) -> R {
    let Some(d) = v.cast::<SlotWrapper>() else { return Ok(Value::none()) };
    let (s, doc) = d.what.doc.split_once("\n--\n\n").unwrap_or(("", d.what.doc));
    let text = if sig { s.find('(').map_or("", |i| &s[i..]) } else { doc };
    if text.is_empty() { Ok(Value::none()) } else { Str::new(th, text).map(|s| Value::from_ref(s)) }
}

impl SlotWrapper {
    /// The wrapper of `owner`'s slot.
    pub fn new(th: &mut Thread, owner: &'static Type, def: &'static SlotDef) -> R {
        Descr::make(th, &SLOT_WRAPPER, owner, def.name, def)
    }
    /// Calls the owner's slot on `slf`.
    pub fn invoke(&self, th: &mut Thread, slf: Value, args: &Args) -> R {
        (self.what.call)(th, self.owner.slots(), slf, args)
    }
}

fn wrapper_call(th: &mut Thread, v: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let Some(d) = v.cast::<SlotWrapper>() else { return Ok(v) };
    let Some((slf, rest)) = args.split_first() else {
        let (name, on) = (d.what.name, d.owner.name());
        return Err(
            th.type_error(format_args!("descriptor '{name}' of '{on}' object needs an argument"))
        );
    };
    if !slf.type_of().is_subtype(d.owner) {
        let (name, on, tn) = (d.what.name, d.owner.name(), slf.type_of().name());
        return Err(th.type_error(format_args!(
            "descriptor '{name}' requires a '{on}' object but received a '{tn}'"
        )));
    }
    d.invoke(th, *slf, &Args::new(rest, kwnames))
}

fn wrapper_get(th: &mut Thread, v: Value, obj: Option<Value>, _owner: Value) -> R {
    let Some(d) = v.cast::<SlotWrapper>() else { return Ok(v) };
    match obj {
        None => Ok(v),
        Some(o) => {
            d.check(th, o)?;
            let w = th.alloc::<MethodWrapper>(METHOD_WRAPPER.shape(), 0, |header| {
                MethodWrapper { header, descr: Slot::new(Some(v)), slf: Slot::new(Some(o)) }
            })?;
            Ok(Value::from_ref(w))
        }
    }
}

/// `method-wrapper`: a slot wrapper bound to an instance.
#[repr(C)]
pub struct MethodWrapper {
    /// Cell header.
    pub header: Header,
    descr: Slot,
    slf: Slot,
}
payload!(MethodWrapper, METHOD_WRAPPER);
trace_slots!(trace_method_wrapper, MethodWrapper, descr, slf);

impl MethodWrapper {
    fn parts(v: Value) -> Option<(&'static SlotWrapper, Value)> {
        let w = v.cast::<MethodWrapper>()?;
        Some((w.descr.get()?.cast::<SlotWrapper>()?, w.slf.get()?))
    }
}

/// `method-wrapper`
pub static METHOD_WRAPPER: StaticType = StaticType::new(TypeSpec {
    name: "method-wrapper",
    basicsize: size_of::<MethodWrapper>(),
    flags: flags::DISALLOW_INSTANTIATION,
    trace: trace_method_wrapper,
    slots: Slots {
        call: Some(|th, v, args, kw| match MethodWrapper::parts(v) {
            Some((d, slf)) => d.invoke(th, slf, &Args::new(args, kw)),
            None => Ok(v),
        }),
        repr: Some(|th, v| {
            let Some((d, slf)) = MethodWrapper::parts(v) else { return Ok(v) };
            let s = format!(
                "<method-wrapper '{}' of {} object at {:#x}>",
                d.what.name,
                slf.type_of().name(),
                slf.word()
            );
            Ok(Value::from_ref(Str::new(th, &s)?))
        }),
        hash: Some(|_, v| {
            let Some((d, slf)) = MethodWrapper::parts(v) else { return Ok(0) };
            Ok(((d as *const SlotWrapper as u64 ^ slf.word().rotate_left(9)) >> 4) as i64)
        }),
        richcompare: Some(|_, a, b, op| {
            use crate::core::ty::CompareOp::*;
            match (MethodWrapper::parts(a), MethodWrapper::parts(b), op) {
                (Some((d, x)), Some((e, y)), Eq | Ne) => {
                    Ok(Value::bool((std::ptr::eq(d, e) && x == y) == (op == Eq)))
                }
                _ => Ok(Value::not_implemented()),
            }
        }),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::ro(
            "__self__",
            |_, v| Ok(MethodWrapper::parts(v).map_or_else(Value::none, |p| p.1)),
            "",
        ),
        GetSetDef::ro(
            "__name__",
            |_, v| Ok(MethodWrapper::parts(v).map_or_else(Value::none, |p| p.0.name())),
            "",
        ),
        GetSetDef::ro(
            "__objclass__",
            |_, v| Ok(MethodWrapper::parts(v).map_or_else(Value::none, |p| p.0.owner.value())),
            "",
        ),
        GetSetDef::ro(
            "__qualname__",
            |th, v| match MethodWrapper::parts(v) {
                Some((d, _)) => descr_qualname(th, Value::from_ref(d)),
                None => Ok(v),
            },
            "",
        ),
        GetSetDef::ro(
            "__doc__",
            |th, v| match MethodWrapper::parts(v) {
                Some((d, _)) => slot_doc(th, Value::from_ref(d), false),
                None => Ok(v),
            },
            "",
        ),
        GetSetDef::ro(
            "__text_signature__",
            |th, v| match MethodWrapper::parts(v) {
                Some((d, _)) => slot_doc(th, Value::from_ref(d), true),
                None => Ok(v),
            },
            "",
        ),
    ],
    ..TypeSpec::DEFAULT
});

/// `getset_descriptor`
pub type GetSet = Descr<&'static GetSetDef>;
/// `getset_descriptor`
pub static GETSET: StaticType = StaticType::new(TypeSpec {
    name: "getset_descriptor",
    basicsize: size_of::<GetSet>(),
    slots: Slots {
        descr_get: Some(|th, v, obj, _| {
            let (Some(d), Some(o)) = (v.cast::<GetSet>(), obj) else { return Ok(v) };
            d.check(th, o)?;
            (d.what.get)(th, o)
        }),
        descr_set: Some(|th, v, obj, x| {
            let Some(d) = v.cast::<GetSet>() else { return Ok(()) };
            d.check(th, obj)?;
            match d.what.set {
                Some(f) => f(th, obj, x),
                None => {
                    let (name, on) = (d.what.name, d.owner.name());
                    Err(th.attribute_error(format_args!(
                        "attribute '{name}' of '{on}' objects is not writable"
                    )))
                }
            }
        }),
        repr: Some(descr_repr),
        ..Slots::NONE
    },
    getset: &[
        COMMON_GETSET[0],
        COMMON_GETSET[1],
        COMMON_GETSET[2],
        GetSetDef::ro(
            "__doc__",
            |th, v| match v.cast::<GetSet>() {
                Some(d) if !d.what.doc.is_empty() => {
                    Str::new(th, d.what.doc).map(|s| Value::from_ref(s))
                }
                _ => Ok(Value::none()),
            },
            "",
        ),
    ],
    ..DESCR
});
// SAFETY: instances of the type have this layout.
unsafe impl crate::core::value::Payload for GetSet {
    fn static_type() -> &'static StaticType {
        &GETSET
    }
}
impl GetSet {
    /// The descriptor of a computed attribute.
    pub fn new(th: &mut Thread, owner: &'static Type, def: &'static GetSetDef) -> R {
        Descr::make(th, &GETSET, owner, def.name, def)
    }
    /// The same under another name.
    pub fn new_named(
        th: &mut Thread,
        owner: &'static Type,
        def: &'static GetSetDef,
        name: &str,
    ) -> R {
        Descr::make(th, &GETSET, owner, name, def)
    }
}

/// `__dict__` of instances.
pub static DICT_GETSET: GetSetDef = GetSetDef {
    name: "__dict__",
    get: |th, v| match attr::instance_dict(th, v)? {
        Some(d) => Ok(Value::from_ref(d)),
        None => Err(attr::no_attribute(th, v, n().__dict__)),
    },
    set: Some(|th, v, x| match x {
        Some(d) if d.cast::<crate::types::Dict>().is_some() => attr::instance_set_dict(th, v, d),
        Some(d) => {
            let tn = d.type_of().name();
            Err(th.type_error(format_args!("__dict__ must be set to a dictionary, not a '{tn}'")))
        }
        None => {
            let d = crate::types::Dict::new(th)?;
            attr::instance_set_dict(th, v, Value::from_ref(d))
        }
    }),
    doc: "dictionary for instance variables",
};

/// `__weakref__` of instances.
pub static WEAKREF_GETSET: GetSetDef = GetSetDef {
    name: "__weakref__",
    get: |th, v| Ok(crate::types::weakref::first_of(th, v)),
    set: None,
    doc: "list of weak references to the object",
};

/// `member_descriptor`: one of `__slots__`. `what` is the byte offset.
pub type Member = Descr<usize>;
/// `member_descriptor`
pub static MEMBER: StaticType = StaticType::new(TypeSpec {
    name: "member_descriptor",
    basicsize: size_of::<Member>(),
    slots: Slots {
        descr_get: Some(member_get),
        descr_set: Some(member_set),
        repr: Some(descr_repr),
        ..Slots::NONE
    },
    getset: &[COMMON_GETSET[0], COMMON_GETSET[1], COMMON_GETSET[2]],
    ..DESCR
});
// SAFETY: instances of the type have this layout.
unsafe impl crate::core::value::Payload for Member {
    fn static_type() -> &'static StaticType {
        &MEMBER
    }
}
impl Member {
    /// The descriptor of a slot at a byte offset.
    pub fn new(th: &mut Thread, owner: &'static Type, name: &'static Str, offset: usize) -> R {
        Descr::make(th, &MEMBER, owner, &name.to_string_lossy(), offset)
    }
    /// The slot in an instance of the owner.
    ///
    /// # Safety
    /// - `obj` is an instance of the owner.
    #[inline(always)]
    pub unsafe fn slot(&self, obj: Value) -> &'static Slot {
        // SAFETY: the owner's instances have a slot at this offset.
        unsafe { &*(obj.as_ptr::<u8>().add(self.what) as *const Slot) }
    }
}

fn member_get(th: &mut Thread, v: Value, obj: Option<Value>, _: Value) -> R {
    let (Some(d), Some(o)) = (v.cast::<Member>(), obj) else { return Ok(v) };
    d.check(th, o)?;
    // SAFETY: checked just now.
    match unsafe { d.slot(o) }.get() {
        Some(x) => Ok(x),
        None => {
            let name = attr::attr_name(th, d.name())?;
            Err(attr::no_attribute(th, o, name))
        }
    }
}

fn member_set(th: &mut Thread, v: Value, obj: Value, x: Option<Value>) -> R<()> {
    let Some(d) = v.cast::<Member>() else { return Ok(()) };
    d.check(th, obj)?;
    // SAFETY: checked just now.
    let slot = unsafe { d.slot(obj) };
    if slot.swap(x).is_none() && x.is_none() {
        let name = attr::attr_name(th, d.name())?;
        return Err(attr::no_attribute(th, obj, name));
    }
    Ok(())
}

// ---- `__new__` of native types

static NEW_DEF: MethodDef = MethodDef {
    name: "__new__",
    func: NativeFn::Kw(call_new),
    binding: Binding::Class,
    doc: "__new__($type, *args, **kwargs)\n--\n\nCreate and return a new object.  See help(type) for accurate signature.",
};

/// The `__new__` entry of a native type's namespace.
pub fn native_new(th: &mut Thread, ty: &'static Type) -> R {
    BuiltinFunction::new(th, &NEW_DEF, ty.value(), None)
}

/// Whether a namespace entry is the native `__new__` of `owner`.
pub fn is_native_new(v: Value, owner: &Type) -> bool {
    v.cast::<BuiltinFunction>().is_some_and(|b| {
        std::ptr::eq(b.def, &NEW_DEF) && b.bound_self().as_ptr::<Type>() as *const Type == owner
    })
}

/// `T.__new__(S, ...)` with the safety checks of CPython's `tp_new_wrapper`.
fn call_new(th: &mut Thread, slf: Value, a: &Args) -> R {
    let Some(ty) = slf.cast_type() else { return Ok(slf) };
    let tn = ty.name();
    let Some((first, rest)) = a.pos.split_first() else {
        return Err(th.type_error(format_args!("{tn}.__new__(): not enough arguments")));
    };
    let Some(sub) = first.cast_type() else {
        let xn = first.type_of().name();
        return Err(th.type_error(format_args!("{tn}.__new__(X): X is not a type object ({xn})")));
    };
    if !sub.is_subtype(ty) {
        let sn = sub.name();
        return Err(
            th.type_error(format_args!("{tn}.__new__({sn}): {sn} is not a subtype of {tn}"))
        );
    }
    // The native layout decides which `new` may be used.
    let base = sub.layout().ty();
    let (Some(f), Some(g)) = (ty.slots().new, base.slots().new) else {
        return Err(th.type_error(format_args!("cannot create '{tn}' instances")));
    };
    if !std::ptr::fn_addr_eq(f, g) {
        let (sn, bn) = (sub.name(), base.name());
        return Err(
            th.type_error(format_args!("{tn}.__new__({sn}) is not safe, use {bn}.__new__()"))
        );
    }
    let rest = a.with_positional(rest);
    crate::ty::slots::with_flat(th, &rest, |th, args, kw| f(th, sub.value(), args, kw))
}
