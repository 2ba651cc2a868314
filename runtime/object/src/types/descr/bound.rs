//! Bound methods, `classmethod` and `staticmethod`.

use super::trace_slots;
use crate::attr;
use crate::core::header::Header;
use crate::core::native::{Args, GetSetDef, MethodDef};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::names::n;
use crate::ops;
use crate::payload;
use crate::types::{Str, Tuple};

/// `method`: a callable with its first argument.
#[repr(C)]
pub struct BoundMethod {
    /// Cell header.
    pub header: Header,
    /// `__func__`
    pub func: Slot,
    /// `__self__`
    pub slf: Slot,
}
payload!(BoundMethod, BOUND_METHOD);
trace_slots!(trace_bound, BoundMethod, func, slf);

impl BoundMethod {
    /// Binds.
    pub fn new(th: &mut Thread, func: Value, slf: Value) -> R {
        let m = th.alloc::<BoundMethod>(BOUND_METHOD.shape(), 0, |header| BoundMethod {
            header,
            func: Slot::new(Some(func)),
            slf: Slot::new(Some(slf)),
        })?;
        Ok(Value::from_ref(m))
    }
    /// Function and instance.
    #[inline(always)]
    pub fn parts(v: Value) -> Option<(Value, Value)> {
        let m = v.cast::<BoundMethod>()?;
        Some((m.func.get()?, m.slf.get()?))
    }
}

/// `method`
pub static BOUND_METHOD: StaticType = StaticType::new(TypeSpec {
    name: "method",
    basicsize: size_of::<BoundMethod>(),
    flags: flags::HAS_WEAKREF,
    doc: "Create a bound instance method object.",
    trace: trace_bound,
    slots: Slots {
        new: Some(bound_new),
        call: Some(|th, v, args, kw| match BoundMethod::parts(v) {
            Some((f, s)) => ops::call_bound_kw(th, f, Some(s), args, kw),
            None => Ok(v),
        }),
        repr: Some(bound_repr),
        hash: Some(|th, v| match BoundMethod::parts(v) {
            Some((f, s)) => Ok(match ops::hash_address(s) ^ ops::hash(th, f)? {
                -1 => -2,
                h => h,
            }),
            None => Ok(0),
        }),
        richcompare: Some(|th, a, b, op| {
            match (BoundMethod::parts(a), BoundMethod::parts(b), op) {
                (Some((f, s)), Some((g, t)), CompareOp::Eq | CompareOp::Ne) => {
                    let eq = s == t && ops::equal(th, f, g)?;
                    Ok(Value::bool(eq == (op == CompareOp::Eq)))
                }
                _ => Ok(Value::not_implemented()),
            }
        }),
        getattro: Some(bound_getattr),
        descr_get: Some(|_, v, _, _| Ok(v)),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::ro(
            "__func__",
            |_, v| Ok(BoundMethod::parts(v).map_or(v, |p| p.0)),
            "the function (or other callable) implementing a method",
        ),
        GetSetDef::ro(
            "__self__",
            |_, v| Ok(BoundMethod::parts(v).map_or(v, |p| p.1)),
            "the instance to which a method is bound",
        ),
    ],
    methods: &[MethodDef::noargs("__reduce__", bound_reduce, "")],
    ..TypeSpec::DEFAULT
});

fn bound_new(th: &mut Thread, _ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let a = Args::new(args, kw);
    a.no_keywords(th, "method")?;
    a.positional(th, "method", 2, 2)?;
    if !ops::is_callable(a.pos[0]) {
        return Err(th.type_error(format_args!("first argument must be callable")));
    }
    if a.pos[1].is_none() {
        return Err(th.type_error(format_args!("instance must not be None")));
    }
    BoundMethod::new(th, a.pos[0], a.pos[1])
}

fn bound_repr(th: &mut Thread, v: Value) -> R {
    let Some((f, s)) = BoundMethod::parts(v) else { return Ok(v) };
    let name = match attr::getattr_optional(th, f, n().__qualname__)? {
        Some(q) if q.cast::<Str>().is_some() => ops::str(th, q)?.to_string_lossy(),
        _ => match attr::getattr_optional(th, f, n().__name__)? {
            Some(q) if q.cast::<Str>().is_some() => ops::str(th, q)?.to_string_lossy(),
            _ => "?".into(),
        },
    };
    let r = ops::repr(th, s)?.to_string_lossy();
    Ok(Value::from_ref(Str::new(th, &format!("<bound method {name} of {r}>"))?))
}

/// Attributes that the method has not are those of its function.
fn bound_getattr(th: &mut Thread, v: Value, name: Value) -> R {
    let name = attr::attr_name(th, name)?;
    if let Some(d) = crate::ty::lookup(th, BOUND_METHOD.ty(), name) {
        return match d.type_of().slots().descr_get {
            Some(get) => get(th, d, Some(v), BOUND_METHOD.value()),
            None => Ok(d),
        };
    }
    match BoundMethod::parts(v) {
        Some((f, _)) => attr::getattr(th, f, name),
        None => Ok(v),
    }
}

fn bound_reduce(th: &mut Thread, v: Value) -> R {
    let Some((f, s)) = BoundMethod::parts(v) else { return Ok(v) };
    let name = attr::getattr(th, f, n().__name__)?;
    let m = (th.hooks.import)(th, "builtins")?;
    let getattr = attr::getattr_str(th, m, "getattr")?;
    let args = Tuple::new(th, &[s, name])?;
    Ok(Value::from_ref(Tuple::new(th, &[getattr, Value::from_ref(args)])?))
}

/// `classmethod` and `staticmethod` have one layout.
#[repr(C)]
pub struct Wrapper {
    /// Cell header.
    pub header: Header,
    /// `__dict__`
    pub dict: Slot,
    /// `__func__`
    pub func: Slot,
}
trace_slots!(trace_wrapper, Wrapper, dict, func);

/// `classmethod`
pub type ClassMethod = WrapperOf<0>;
/// `staticmethod`
pub type StaticMethod = WrapperOf<1>;

/// One of the two.
#[repr(C)]
pub struct WrapperOf<const K: u8>(pub Wrapper);
payload!(WrapperOf<0>, CLASS_METHOD);
payload!(WrapperOf<1>, STATIC_METHOD);

impl<const K: u8> WrapperOf<K> {
    fn ty() -> &'static StaticType {
        if K == 0 { &CLASS_METHOD } else { &STATIC_METHOD }
    }
    /// Wraps a callable.
    pub fn new(th: &mut Thread, func: Value) -> R {
        let v = crate::ty::alloc_instance(th, Self::ty().ty())?;
        // SAFETY: an instance of the type.
        unsafe { &*v.as_ptr::<Wrapper>() }.func.set(Some(func));
        Ok(v)
    }
    /// The callable.
    pub fn func(v: Value) -> Option<Value> {
        if !v.is_instance(Self::ty()) {
            return None;
        }
        // SAFETY: an instance of the type.
        unsafe { &*v.as_ptr::<Wrapper>() }.func.get()
    }
}

fn wrapper_new(th: &mut Thread, ty: Value, _: &[Value], _: Option<Value>) -> R {
    match ty.cast_type() {
        Some(t) => crate::ty::alloc_instance(th, t),
        None => Ok(ty),
    }
}

/// Copies name, doc and the like from the function, as `functools.wraps` would.
fn wrapper_init<const K: u8>(
    th: &mut Thread,
    v: Value,
    args: &[Value],
    kw: Option<Value>,
) -> R<()> {
    let a = Args::new(args, kw);
    let what = if K == 0 { "classmethod" } else { "staticmethod" };
    a.no_keywords(th, what)?;
    a.positional(th, what, 1, 1)?;
    // SAFETY: an instance of the type.
    unsafe { &*v.as_ptr::<Wrapper>() }.func.set(Some(a.pos[0]));
    for name in [n().__module__, n().__name__, n().__qualname__, n().__doc__] {
        if let Some(x) = attr::getattr_optional(th, a.pos[0], name)? {
            attr::instance_set(th, v, name, Some(x))?;
        }
    }
    Ok(())
}

macro_rules! wrapper_type {
    ($st:ident, $k:literal, $name:literal, $doc:literal, $get:expr, $call:expr) => {
        #[doc = concat!("`", $name, "`")]
        pub static $st: StaticType = StaticType::new(TypeSpec {
            name: $name,
            basicsize: size_of::<Wrapper>(),
            flags: flags::BASETYPE | flags::HAS_WEAKREF,
            doc: $doc,
            dict_offset: std::mem::offset_of!(Wrapper, dict),
            trace: trace_wrapper,
            slots: Slots {
                new: Some(wrapper_new),
                init: Some(wrapper_init::<$k>),
                descr_get: Some($get),
                call: $call,
                repr: Some(|th, v| {
                    let f = WrapperOf::<$k>::func(v).unwrap_or_else(Value::none);
                    let r = ops::repr(th, f)?.to_string_lossy();
                    Ok(Value::from_ref(Str::new(th, &format!("<{}({r})>", $name))?))
                }),
                ..Slots::NONE
            },
            getset: &[
                GetSetDef::ro(
                    "__func__",
                    |_, v| Ok(WrapperOf::<$k>::func(v).unwrap_or_else(Value::none)),
                    "",
                ),
                GetSetDef::ro(
                    "__wrapped__",
                    |_, v| Ok(WrapperOf::<$k>::func(v).unwrap_or_else(Value::none)),
                    "",
                ),
                GetSetDef::ro(
                    "__isabstractmethod__",
                    |th, v| {
                        let name = crate::names::intern_str(th, "__isabstractmethod__")?;
                        let f = WrapperOf::<$k>::func(v).unwrap_or_else(Value::none);
                        let a = attr::getattr_optional(th, f, name)?.unwrap_or(Value::bool(false));
                        ops::is_true(th, a).map(Value::bool)
                    },
                    "",
                ),
            ],
            ..TypeSpec::DEFAULT
        });
    };
}

wrapper_type!(
    CLASS_METHOD,
    0,
    "classmethod",
    "classmethod(function, /)\n--\n\nConvert a function to be a class method.",
    |th, v, obj, owner| {
        let Some(f) = ClassMethod::func(v) else {
            return Err(th.runtime_error(format_args!("uninitialized classmethod object")));
        };
        let c = if owner.is_none() { obj.map_or(owner, |o| o.type_of().value()) } else { owner };
        BoundMethod::new(th, f, c)
    },
    None
);
wrapper_type!(
    STATIC_METHOD,
    1,
    "staticmethod",
    "staticmethod(function, /)\n--\n\nConvert a function to be a static method.",
    |th, v, _, _| match StaticMethod::func(v) {
        Some(f) => Ok(f),
        None => Err(th.runtime_error(format_args!("uninitialized staticmethod object"))),
    },
    Some(|th, v, args, kw| {
        let f = StaticMethod::func(v).unwrap_or_else(Value::none);
        ops::call(th, f, args, kw)
    })
);
