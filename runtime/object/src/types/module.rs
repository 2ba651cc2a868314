//! `module`

use crate::attr;
use crate::core::header::Header;
use crate::core::native::{Args, Params};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::names::n;
use crate::ops;
use crate::payload;
use crate::types::{Dict, Str};

/// A module: its namespace, and state for native ones.
#[repr(C)]
pub struct Module {
    /// Cell header.
    pub header: Header,
    /// `__dict__`
    pub dict: Slot,
    /// State of a native module.
    pub state: Slot,
}
payload!(Module, MODULE);

unsafe fn trace_module(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a module cell.
    let m = unsafe { &*(cell as *const Module) };
    t.word(Value::slot_word(m.dict.get()));
    t.word(Value::slot_word(m.state.get()));
}

/// `module`
pub static MODULE: StaticType = StaticType::new(TypeSpec {
    name: "module",
    basicsize: size_of::<Module>(),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "Create a module object.\n\nThe name must be a string; the optional docstring can have any type.",
    dict_offset: std::mem::offset_of!(Module, dict),
    trace: trace_module,
    slots: Slots {
        new: Some(|th, ty, _, _| match ty.cast_type() {
            Some(t) => {
                let m = crate::ty::alloc_instance(th, t)?;
                let d = Dict::new(th)?;
                if let Some(m) = m.cast::<Module>() {
                    m.dict.set(Some(Value::from_ref(d)));
                }
                Ok(m)
            }
            None => Ok(ty),
        }),
        init: Some(module_init),
        repr: Some(module_repr),
        getattro: Some(module_getattr),
        ..Slots::NONE
    },
    ..TypeSpec::DEFAULT
});

impl Module {
    /// A module of that name, with the usual five names set to None.
    pub fn new(th: &mut Thread, name: &str) -> R<&'static Module> {
        let v = crate::ty::alloc_instance(th, MODULE.ty())?;
        let name = Value::from_ref(Str::new(th, name)?);
        // SAFETY: an instance of the type.
        let m = unsafe { v.cast_unchecked::<Module>() };
        let d = Dict::new(th)?;
        m.dict.set(Some(Value::from_ref(d)));
        m.fill(th, name, Value::none())?;
        Ok(m)
    }

    fn fill(&self, th: &mut Thread, name: Value, doc: Value) -> R<()> {
        let d = self.namespace(th)?;
        d.set_item(th, Value::from_ref(n().__name__), name)?;
        d.set_item(th, Value::from_ref(n().__doc__), doc)?;
        for k in [n().__package__, n().__loader__, n().__spec__] {
            d.set_item(th, Value::from_ref(k), Value::none())?;
        }
        Ok(())
    }

    /// The namespace.
    pub fn namespace(&self, th: &mut Thread) -> R<&'static Dict> {
        match self.dict.get().and_then(|d| d.cast::<Dict>()) {
            Some(d) => Ok(d),
            None => {
                let d = Dict::new(th)?;
                self.dict.set(Some(Value::from_ref(d)));
                Ok(d)
            }
        }
    }

    /// Sets a name in the namespace.
    pub fn set(&self, th: &mut Thread, name: &str, v: Value) -> R<()> {
        let k = crate::names::intern_str(th, name)?;
        self.namespace(th)?.set_item(th, Value::from_ref(k), v)
    }
}

const INIT: Params<2> = Params::new(["name", "doc"], 1);

fn module_init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let [name, doc] = Args::new(args, kw).bind(th, "module", &INIT)?;
    let Some(name) = name.filter(|n| n.cast::<Str>().is_some()) else {
        let tn = name.map(|n| n.type_of().name()).unwrap_or_default();
        return Err(th.type_error(format_args!("module() argument 'name' must be str, not {tn}")));
    };
    match v.cast::<Module>() {
        Some(m) => m.fill(th, name, doc.unwrap_or_else(Value::none)),
        None => Ok(()),
    }
}

fn module_repr(th: &mut Thread, v: Value) -> R {
    (th.hooks.module_repr)(th, v)
}

fn module_getattr(th: &mut Thread, v: Value, name: Value) -> R {
    let name = attr::attr_name(th, name)?;
    if let Some(x) = attr::generic_get_optional(th, v, name)? {
        return Ok(x);
    }
    let Some(d) = v.cast::<Module>().and_then(|m| m.dict.get()).and_then(|d| d.cast::<Dict>())
    else {
        return Err(attr::no_attribute(th, v, name));
    };
    if (std::ptr::eq(name, n().__spec__) || std::ptr::eq(name, n().__loader__))
        && (th.hooks.describe_modules)(th)?
        && let Some(x) = d.get_str(name)
    {
        return Ok(x);
    }
    if let Some(f) = d.get_str(n().__getattr__) {
        return ops::call1(th, f, Value::from_ref(name));
    }
    let text = name.to_string_lossy();
    Err(match d.get_str(n().__name__).and_then(|m| m.cast::<Str>()) {
        Some(m) => {
            let m = m.to_string_lossy();
            if (th.hooks.module_is_initializing)(th, v) {
                attr::attribute_error_for(
                    th,
                    v,
                    name,
                    format_args!(
                        "partially initialized module '{m}' has no attribute '{text}' (most likely due to a circular import)"
                    ),
                )
            } else {
                attr::attribute_error_for(
                    th,
                    v,
                    name,
                    format_args!("module '{m}' has no attribute '{text}'"),
                )
            }
        }
        None => {
            attr::attribute_error_for(th, v, name, format_args!("module has no attribute '{text}'"))
        }
    })
}
