//! `FrameLocalsProxy`: `f_locals` of a function's frame, which reads and writes its variables (PEP 667).

use super::{FrameObject, visible_local};
use crate::types::cell::CellObject;
use heddle_object::core::header::Header;
use heddle_object::core::native::Args;
use heddle_object::heap::{RootVec, Tracer};
use heddle_object::types::{Dict, List, Str, Tuple};
use heddle_object::{
    CompareOp, MethodDef, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, flags, ops, payload,
};
use heddle_tlbc::defs::operands::fast;

/// The frame object whose variables it shows.
#[repr(C)]
pub struct LocalsProxy {
    /// Cell header.
    pub header: Header,
    frame: Slot,
}
payload!(LocalsProxy, LOCALS_PROXY);

unsafe fn trace(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a cell of that layout.
    t.word(Value::slot_word(unsafe { &*(cell as *const LocalsProxy) }.frame.get()));
}

/// `FrameLocalsProxy`
pub static LOCALS_PROXY: StaticType = StaticType::new(TypeSpec {
    name: "FrameLocalsProxy",
    basicsize: size_of::<LocalsProxy>(),
    flags: flags::MAPPING | flags::DISALLOW_INSTANTIATION,
    trace,
    slots: Slots {
        repr: Some(repr),
        hash: Some(ops::hash_not_implemented),
        len: Some(|th, v| Ok(pairs(th, v)?.len() / 2)),
        getitem: Some(getitem),
        setitem: Some(setitem),
        contains: Some(|th, v, k| Ok(get(th, v, k)?.is_some())),
        iter: Some(|th, v| {
            let k = keys(th, v)?;
            ops::iter::iter(th, k)
        }),
        richcompare: Some(compare),
        or: Some(or),
        inplace_or: Some(|th, a, b| {
            update(th, a, b)?;
            Ok(a)
        }),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::noargs("keys", keys, ""),
        MethodDef::noargs("values", values, ""),
        MethodDef::noargs("items", items, ""),
        MethodDef::noargs("copy", copy, ""),
        MethodDef::noargs("__reversed__", reversed, ""),
        MethodDef::one("__contains__", |th, v, k| Ok(Value::bool(get(th, v, k)?.is_some())), ""),
        MethodDef::fast(
            "get",
            1,
            2,
            |th, v, a| {
                Ok(get(th, v, a[0])?
                    .unwrap_or_else(|| a.get(1).copied().unwrap_or_else(Value::none)))
            },
            "",
        ),
        MethodDef::fast("setdefault", 1, 2, setdefault, ""),
        MethodDef::fast("pop", 1, 2, pop, ""),
        MethodDef::kw("update", update_method, ""),
    ],
    ..TypeSpec::DEFAULT
});

/// The proxy of a frame object.
pub fn new(th: &mut Thread, frame: Value) -> R {
    th.alloc::<LocalsProxy>(LOCALS_PROXY.shape(), 0, |header| LocalsProxy {
        header,
        frame: Slot::new(Some(frame)),
    })
    .map(|p| Value::from_ref(p))
}

fn frame(v: Value) -> &'static FrameObject {
    // SAFETY: slots of the type are called with its instances only; `frame` is set when the cell is made.
    unsafe { &*(Value::slot_word((*v.as_ptr::<LocalsProxy>()).frame.get()) as *const FrameObject) }
}

/// Index of the variable with that name, bound or not.
fn index(th: &mut Thread, o: &FrameObject, key: Value) -> R<Option<usize>> {
    if key.cast::<Str>().is_none() {
        return Ok(None);
    }
    let code = o.code();
    for i in 0..code.nlocalsplus as usize {
        if code.local_kind(i) & fast::HIDDEN == 0
            && ops::compare::equal(th, Value::from_ref(code.local_name(i)), key)?
        {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

fn get(th: &mut Thread, v: Value, key: Value) -> R<Option<Value>> {
    let o = frame(v);
    if let Some(i) = index(th, o, key)?
        && let Some(x) = visible_local(o.frame(), i)
    {
        return Ok(Some(x));
    }
    match o.extra.get().and_then(|e| e.cast::<Dict>()) {
        Some(d) => d.get_item(th, key),
        None => Ok(None),
    }
}

fn getitem(th: &mut Thread, v: Value, key: Value) -> R {
    match get(th, v, key)? {
        Some(x) => Ok(x),
        None => {
            let text = match ops::str(th, key) {
                Ok(s) => s.to_string_lossy().into_owned(),
                Err(e) => return Err(e),
            };
            let text = Str::new(th, &format!("local variable '{text}' is not defined"))?;
            Err(th.key_error(Value::from_ref(text)))
        }
    }
}

fn setitem(th: &mut Thread, v: Value, key: Value, x: Option<Value>) -> R<()> {
    let o = frame(v);
    if let Some(i) = index(th, o, key)? {
        let Some(x) = x else {
            return Err(
                th.value_error(format_args!("cannot remove local variables from FrameLocalsProxy"))
            );
        };
        let f = o.frame();
        let kind = o.code().local_kind(i);
        match f
            .local(i)
            .filter(|_| kind & (fast::CELL | fast::FREE) != 0)
            .and_then(|c| c.cast::<CellObject>())
        {
            Some(c) => c.set(Some(x)),
            None => f.set_local(i, Some(x)),
        }
        return Ok(());
    }
    let d = match o.extra.get().and_then(|e| e.cast::<Dict>()) {
        Some(d) => d,
        None => {
            let d = Dict::new(th)?;
            o.extra.set(Some(Value::from_ref(d)));
            d
        }
    };
    match x {
        Some(x) => d.set_item(th, key, x),
        None if d.del_item(th, key)? => Ok(()),
        None => Err(th.key_error(key)),
    }
}

/// Names and values in turn.
fn pairs(th: &mut Thread, v: Value) -> R<RootVec> {
    let o = frame(v);
    let mut out = RootVec::with(th, &[]);
    for i in 0..o.code().nlocalsplus as usize {
        if let Some(x) = visible_local(o.frame(), i) {
            out.push(Value::from_ref(o.code().local_name(i)));
            out.push(x);
        }
    }
    if let Some(d) = o.extra.get().and_then(|e| e.cast::<Dict>()) {
        let mut pos = 0;
        while let Some((k, x)) = d.next(&mut pos) {
            out.push(k);
            out.push(x);
        }
    }
    Ok(out)
}

fn dict(th: &mut Thread, v: Value) -> R<&'static Dict> {
    let p = pairs(th, v)?;
    let d = Dict::new(th)?;
    for kv in p.as_slice().chunks_exact(2) {
        d.set_item(th, kv[0], kv[1])?;
    }
    Ok(d)
}

fn keys(th: &mut Thread, v: Value) -> R {
    let p = pairs(th, v)?;
    let k: Vec<Value> = p.as_slice().iter().step_by(2).copied().collect();
    List::new(th, &k).map(|l| Value::from_ref(l))
}

fn values(th: &mut Thread, v: Value) -> R {
    let p = pairs(th, v)?;
    let k: Vec<Value> = p.as_slice().iter().skip(1).step_by(2).copied().collect();
    List::new(th, &k).map(|l| Value::from_ref(l))
}

fn items(th: &mut Thread, v: Value) -> R {
    let p = pairs(th, v)?;
    let out = List::new(th, &[])?;
    for kv in p.as_slice().chunks_exact(2) {
        let t = Tuple::new(th, kv)?;
        out.push(th, Value::from_ref(t))?;
    }
    Ok(Value::from_ref(out))
}

fn copy(th: &mut Thread, v: Value) -> R {
    dict(th, v).map(|d| Value::from_ref(d))
}

fn reversed(th: &mut Thread, v: Value) -> R {
    let p = pairs(th, v)?;
    let mut k: Vec<Value> = p.as_slice().iter().step_by(2).copied().collect();
    k.reverse();
    let l = List::new(th, &k)?;
    ops::iter::iter(th, Value::from_ref(l))
}

fn setdefault(th: &mut Thread, v: Value, a: &[Value]) -> R {
    if let Some(x) = get(th, v, a[0])? {
        return Ok(x);
    }
    let x = a.get(1).copied().unwrap_or_else(Value::none);
    setitem(th, v, a[0], Some(x))?;
    Ok(x)
}

fn pop(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let o = frame(v);
    if index(th, o, a[0])?.is_some() {
        return Err(
            th.value_error(format_args!("cannot remove local variables from FrameLocalsProxy"))
        );
    }
    match (get(th, v, a[0])?, a.get(1)) {
        (Some(x), _) => {
            setitem(th, v, a[0], None)?;
            Ok(x)
        }
        (None, Some(d)) => Ok(*d),
        (None, None) => Err(th.key_error(a[0])),
    }
}

fn update(th: &mut Thread, v: Value, other: Value) -> R<()> {
    crate::uops::build::each_pair(th, other, |th, k, x| setitem(th, v, k, Some(x)))
}

fn update_method(th: &mut Thread, v: Value, a: &Args) -> R {
    a.positional(th, "update", 0, 1)?;
    if let Some(o) = a.pos.first() {
        update(th, v, *o)?;
    }
    for (k, x) in a.keywords() {
        setitem(th, v, Value::from_ref(k), Some(x))?;
    }
    Ok(Value::none())
}

fn or(th: &mut Thread, a: Value, b: Value) -> R {
    let mine = a.cast::<LocalsProxy>().map(|_| a);
    let d = match mine {
        Some(p) => dict(th, p)?,
        None => match a.cast::<Dict>() {
            Some(d) => {
                let new = Dict::new(th)?;
                crate::uops::build::each_pair(th, Value::from_ref(d), |th, k, x| {
                    new.set_item(th, k, x)
                })?;
                new
            }
            None => return Ok(Value::not_implemented()),
        },
    };
    if b.cast::<LocalsProxy>().is_none() && b.cast::<Dict>().is_none() {
        return Ok(Value::not_implemented());
    }
    crate::uops::build::each_pair(th, b, |th, k, x| d.set_item(th, k, x))?;
    Ok(Value::from_ref(d))
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    if let (Some(x), Some(y)) = (a.cast::<LocalsProxy>(), b.cast::<LocalsProxy>()) {
        return Ok(Value::bool((x.frame.get() == y.frame.get()) == (op == CompareOp::Eq)));
    }
    if b.cast::<Dict>().is_none() {
        return Ok(Value::not_implemented());
    }
    let d = dict(th, a)?;
    ops::compare::compare(th, Value::from_ref(d), b, op)
}

fn repr(th: &mut Thread, v: Value) -> R {
    let d = dict(th, v)?;
    ops::repr(th, Value::from_ref(d)).map(|s| Value::from_ref(s))
}
