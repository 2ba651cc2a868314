//! `mappingproxy`: a read-only view of any mapping.

use crate::core::header::Header;
use crate::core::native::{Args, MethodDef, Params};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::names::{intern_str, n};
use crate::ops::{self, BinOp};
use crate::payload;
use crate::types::items::text;
use crate::types::{Dict, List, Tuple};

/// The mapping behind it.
#[repr(C)]
pub struct MappingProxy {
    /// Cell header.
    pub header: Header,
    mapping: Slot,
}
payload!(MappingProxy, MAPPING_PROXY);

unsafe fn trace(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    t.slot(&unsafe { &*(cell as *const MappingProxy) }.mapping);
}

/// `mappingproxy`
pub static MAPPING_PROXY: StaticType = StaticType::new(TypeSpec {
    name: "mappingproxy",
    basicsize: size_of::<MappingProxy>(),
    flags: flags::MAPPING,
    doc: "Read-only proxy of a mapping.",
    trace,
    slots: Slots {
        repr: Some(|th, v| {
            let m = ops::repr(th, own(v))?.to_string_lossy();
            text(th, &format!("mappingproxy({m})"))
        }),
        str: Some(|th, v| ops::str(th, own(v)).map(|s| Value::from_ref(s))),
        hash: Some(|th, v| ops::hash(th, own(v))),
        richcompare: Some(|th, a, b, op| ops::compare(th, own(a), b, op)),
        iter: Some(|th, v| ops::iter(th, own(v))),
        len: Some(|th, v| ops::len(th, own(v))),
        getitem: Some(|th, v, k| ops::getitem(th, own(v), k)),
        contains: Some(|th, v, k| ops::contains(th, own(v), k)),
        or: Some(|th, a, b| ops::binary_op(th, unwrap(a), unwrap(b), BinOp::Or)),
        inplace_or: Some(|th, v, _| {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("'|=' is not supported by {tn}; use '|' instead")))
        }),
        new: Some(new),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::fast(
            "get",
            1,
            2,
            |th, v, args| {
                let d = args.get(1).copied().unwrap_or_else(Value::none);
                forward(th, v, "get", &[args[0], d])
            },
            "get($self, key, default=None, /)\n--\n\nReturn the value for key if key is in the mapping, else default.",
        ),
        MethodDef::noargs(
            "keys",
            |th, v| ops::call_method(th, own(v), n().keys, &[]),
            "D.keys() -> a set-like object providing a view on D's keys",
        ),
        MethodDef::noargs(
            "values",
            |th, v| ops::call_method(th, own(v), n().values, &[]),
            "D.values() -> an object providing a view on D's values",
        ),
        MethodDef::noargs(
            "items",
            |th, v| ops::call_method(th, own(v), n().items, &[]),
            "D.items() -> a set-like object providing a view on D's items",
        ),
        MethodDef::noargs(
            "copy",
            |th, v| forward(th, v, "copy", &[]),
            "D.copy() -> a shallow copy of D",
        ),
        MethodDef::noargs(
            "__reversed__",
            |th, v| ops::call_method(th, own(v), n().__reversed__, &[]),
            "D.__reversed__() -> reverse iterator",
        ),
        MethodDef::one("__class_getitem__", crate::types::generic_alias::new_alias, "See PEP 585")
            .class(),
    ],
    ..TypeSpec::DEFAULT
});

/// The mapping; slots and methods are called with proxies only.
fn own(v: Value) -> Value {
    unwrap(v)
}

/// The mapping of a proxy, anything else as it is.
fn unwrap(v: Value) -> Value {
    v.cast::<MappingProxy>().and_then(|p| p.mapping.get()).unwrap_or(v)
}

fn forward(th: &mut Thread, v: Value, name: &str, args: &[Value]) -> R {
    let name = intern_str(th, name)?;
    ops::call_method(th, own(v), name, args)
}

/// A proxy of a mapping.
pub fn new_mapping_proxy(th: &mut Thread, mapping: Value) -> R {
    let p = th.alloc::<MappingProxy>(MAPPING_PROXY.shape(), 0, |header| MappingProxy {
        header,
        mapping: Slot::new(Some(mapping)),
    })?;
    Ok(Value::from_ref(p))
}

const NEW: Params<1> = Params::new(["mapping"], 1);

fn new(th: &mut Thread, _: Value, args: &[Value], kw: Option<Value>) -> R {
    let [m] = Args::new(args, kw).bind(th, "mappingproxy", &NEW)?;
    let m = m.unwrap_or_else(Value::none);
    let mapping = m.cast::<Dict>().is_some()
        || (m.cast::<List>().is_none()
            && m.cast::<Tuple>().is_none()
            && !m.type_of().has(flags::STR)
            && !m.type_of().has(flags::BYTES)
            && m.type_of().slots().getitem.is_some());
    if !mapping {
        let tn = m.type_of().name();
        return Err(
            th.type_error(format_args!("mappingproxy() argument must be a mapping, not {tn}"))
        );
    }
    new_mapping_proxy(th, m)
}

/// The dictionary behind `type.__dict__` and the like, for code that looks into it. **Escapes:** no.
pub fn dict_of(v: Value) -> Option<&'static Dict> {
    unwrap(v).cast::<Dict>()
}
