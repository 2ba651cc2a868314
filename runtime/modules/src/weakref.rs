//! `_weakref`

use heddle_object::types::weakref::{self, WeakRef};
use heddle_object::types::{Dict, Module};
use heddle_object::{MethodDef, ModuleDef, R, Thread, Value};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_weakref",
    doc: "Weak-reference support module.",
    methods: METHODS,
    types: &[&weakref::REF, &weakref::proxy::PROXY, &weakref::proxy::CALLABLE_PROXY],
    init,
};

const METHODS: &[MethodDef] = &[
    MethodDef::one(
        "getweakrefcount",
        |th, _, v| weakref::list_of(th, v).map(|l| Value::small_int(l.len() as i64)),
        "getweakrefcount($module, object, /)\n--\n\nReturn the number of weak references to 'object'.",
    ),
    MethodDef::one(
        "getweakrefs",
        |th, _, v| weakref::list_of(th, v).map(|l| Value::from_ref(l)),
        "getweakrefs($module, object, /)\n--\n\nReturn a list of all weak reference objects pointing to 'object'.",
    ),
    MethodDef::fast(
        "proxy",
        1,
        2,
        |th, _, a| weakref::proxy::new(th, a[0], a.get(1).copied().filter(|c| !c.is_none())),
        "proxy($module, object, callback=None, /)\n--\n\nCreate a proxy object that weakly references 'object'.",
    ),
    MethodDef::fast(
        "_remove_dead_weakref",
        2,
        2,
        remove_dead,
        "_remove_dead_weakref($module, dct, key, /)\n--\n\nAtomically remove key from dict if it points to a dead weakref.",
    ),
];

fn init(th: &mut Thread, module: &'static Module) -> R<()> {
    module.set(th, "ref", weakref::REF.value())
}

fn remove_dead(th: &mut Thread, _: Value, args: &[Value]) -> R {
    let Some(d) = args[0].cast::<Dict>() else {
        let name = args[0].type_of().name();
        return Err(th.type_error(format_args!(
            "_remove_dead_weakref() argument 1 must be dict, not {name}"
        )));
    };
    if let Some(v) = d.get_item(th, args[1])? {
        let Some(r) = v.cast::<WeakRef>() else {
            return Err(th.type_error(format_args!("not a weakref")));
        };
        if r.get().is_none() {
            d.del_item(th, args[1])?;
        }
    }
    Ok(Value::none())
}
