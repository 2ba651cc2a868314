//! `types.SimpleNamespace`: a bag of attributes.

use crate::attr;
use crate::core::header::Header;
use crate::core::native::{Args, MethodDef};
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{CompareOp, Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::ops;
use crate::payload;
use crate::types::{Dict, Str, Tuple};

/// Its attributes are its dict.
#[repr(C)]
pub struct Namespace {
    /// Cell header.
    pub header: Header,
    dict: Slot,
}
payload!(Namespace, NAMESPACE);

unsafe fn trace_ns(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    t.word(Value::slot_word(unsafe { &*(cell as *const Namespace) }.dict.get()));
}

/// `types.SimpleNamespace`
pub static NAMESPACE: StaticType = StaticType::new(TypeSpec {
    name: "types.SimpleNamespace",
    basicsize: size_of::<Namespace>(),
    flags: flags::BASETYPE,
    doc: "A simple attribute-based namespace.",
    dict_offset: std::mem::offset_of!(Namespace, dict),
    trace: trace_ns,
    slots: Slots {
        new: Some(|th, ty, _, _| match ty.cast_type() {
            Some(t) => crate::ty::alloc_instance(th, t),
            None => Ok(ty),
        }),
        init: Some(init),
        repr: Some(repr),
        richcompare: Some(|th, a, b, op| {
            match (op, a.cast::<Namespace>(), b.cast::<Namespace>()) {
                (CompareOp::Eq | CompareOp::Ne, Some(_), Some(_)) => {
                    let (x, y) = (dict_of(th, a)?, dict_of(th, b)?);
                    ops::compare(th, Value::from_ref(x), Value::from_ref(y), op)
                }
                _ => Ok(Value::not_implemented()),
            }
        }),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::noargs(
            "__reduce__",
            |th, v| {
                let (empty, d) = (Tuple::new(th, &[])?, dict_of(th, v)?);
                Ok(Value::from_ref(Tuple::new(
                    th,
                    &[v.type_of().value(), Value::from_ref(empty), Value::from_ref(d)],
                )?))
            },
            "Return state information for pickling",
        ),
        MethodDef::kw(
            "__replace__",
            |th, v, a| {
                if !a.pos.is_empty() {
                    return Err(
                        th.type_error(format_args!("__replace__() takes no positional arguments"))
                    );
                }
                let new = ops::call0(th, v.type_of().value())?;
                let (from, to) = (dict_of(th, v)?, dict_of(th, new)?);
                copy(th, from, to)?;
                for (k, x) in a.keywords() {
                    to.set_item(th, Value::from_ref(k), x)?;
                }
                Ok(new)
            },
            "Return a copy of the namespace object with new values for the specified attributes.",
        ),
    ],
    ..TypeSpec::DEFAULT
});

/// A namespace whose attributes are those of `d`.
pub fn new(th: &mut Thread, d: &'static Dict) -> R {
    let v = crate::ty::alloc_instance(th, NAMESPACE.ty())?;
    if let Some(n) = v.cast::<Namespace>() {
        n.dict.set(Some(Value::from_ref(d)));
    }
    Ok(v)
}

fn dict_of(th: &mut Thread, v: Value) -> R<&'static Dict> {
    match attr::instance_dict(th, v)? {
        Some(d) => Ok(d),
        None => Dict::new(th),
    }
}

fn copy(th: &mut Thread, from: &'static Dict, to: &'static Dict) -> R<()> {
    let mut pos = 0;
    while let Some((k, v)) = from.next(&mut pos) {
        to.set_item(th, k, v)?;
    }
    Ok(())
}

fn init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let a = Args::new(args, kw);
    a.positional(th, "SimpleNamespace", 0, 1)?;
    let d = dict_of(th, v)?;
    if let Some(m) = a.pos.first() {
        let src = match m.cast::<Dict>() {
            Some(m) => m,
            None => match ops::call1(th, crate::types::DICT.value(), *m)?.cast::<Dict>() {
                Some(m) => m,
                None => Dict::new(th)?,
            },
        };
        let mut pos = 0;
        while let Some((k, _)) = src.next(&mut pos) {
            if k.cast::<Str>().is_none() {
                return Err(th.type_error(format_args!("keywords must be strings")));
            }
        }
        copy(th, src, d)?;
    }
    for (k, x) in a.keywords() {
        d.set_item(th, Value::from_ref(k), x)?;
    }
    Ok(())
}

fn repr(th: &mut Thread, v: Value) -> R {
    let name = if v.is_exact::<Namespace>() { "namespace".to_string() } else { v.type_of().name() };
    let text = ops::guarded_repr(th, v, |th| {
        let d = dict_of(th, v)?;
        let mut s = String::new();
        let mut pos = 0;
        while let Some((k, x)) = d.next(&mut pos) {
            if let Some(k) = k.cast::<Str>().filter(|k| k.len() != 0) {
                if !s.is_empty() {
                    s += ", ";
                }
                s += &k.to_string_lossy();
                s.push('=');
                s += &ops::repr(th, x)?.to_string_lossy();
            }
        }
        Ok(s)
    })?;
    let text = text.unwrap_or_else(|| "...".to_string());
    Ok(Value::from_ref(Str::new(th, &format!("{name}({text})"))?))
}
