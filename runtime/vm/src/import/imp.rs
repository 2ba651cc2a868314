//! `_imp`: what `importlib` asks of the runtime.

use crate::run;
use crate::thread::VmThread;
use heddle_object::core::module_def::ModuleDef;
use heddle_object::core::native::MethodDef;
use heddle_object::names::n;
use heddle_object::types::{List, Module, Str, Tuple};
use heddle_object::{R, Thread, Value, attr};

/// `_imp`
pub static MODULE: ModuleDef = ModuleDef {
    name: "_imp",
    doc: "(Extremely) low-level import machinery bits as used by importlib.",
    methods: &[
        MethodDef::noargs(
            "acquire_lock",
            |_, _| Ok(Value::none()),
            "Acquires the interpreter's import lock for the current thread.",
        ),
        MethodDef::noargs(
            "release_lock",
            |_, _| Ok(Value::none()),
            "Release the interpreter's import lock.",
        ),
        MethodDef::noargs(
            "lock_held",
            |_, _| Ok(Value::bool(false)),
            "Return True if the import lock is currently held, else False.",
        ),
        MethodDef::noargs(
            "extension_suffixes",
            |th, _| List::new(th, &[]).map(|l| Value::from_ref(l)),
            "Returns the list of file suffixes used to identify extension modules.",
        ),
        MethodDef::one(
            "is_builtin",
            is_builtin,
            "Returns True if the module name corresponds to a built-in module.",
        ),
        MethodDef::one("create_builtin", create_builtin, "Create an extension module."),
        MethodDef::one(
            "exec_builtin",
            |_, _, _| Ok(Value::small_int(0)),
            "Initialize a built-in module.",
        ),
        MethodDef::one(
            "is_frozen",
            |th, _, name| Ok(Value::bool(frozen(th, name)?.is_some())),
            "Returns True if the module name corresponds to a frozen module.",
        ),
        MethodDef::one(
            "is_frozen_package",
            is_frozen_package,
            "Returns True if the module name is of a frozen package.",
        ),
        MethodDef::fast(
            "find_frozen",
            1,
            2,
            find_frozen,
            "Return info about the corresponding frozen module (if there is one) or None.",
        ),
        MethodDef::fast(
            "get_frozen_object",
            1,
            2,
            get_frozen_object,
            "Create a code object for a frozen module.",
        ),
        MethodDef::fast(
            "_fix_co_filename",
            2,
            2,
            |_, _, _| Ok(Value::none()),
            "Changes code.co_filename to specify the passed-in file path.",
        ),
        MethodDef::fast("source_hash", 2, 2, source_hash, ""),
        MethodDef::noargs(
            "_frozen_module_names",
            |th, _| List::new(th, &[]).map(|l| Value::from_ref(l)),
            "Returns the list of available frozen modules.",
        ),
        MethodDef::one("_override_frozen_modules_for_tests", |_, _, _| Ok(Value::none()), ""),
        MethodDef::one(
            "_override_multi_interp_extensions_check",
            |_, _, _| Ok(Value::small_int(0)),
            "",
        ),
    ],
    types: &[],
    init,
};

/// Magic number of cached bytecode: changes with the format of images (`tlbc::image::ser`).
const MAGIC: i64 = 0x0a0d_4801;

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    let v = Value::from_ref(Str::new(th, "default")?);
    m.set(th, "check_hash_based_pycs", v)?;
    m.set(th, "pyc_magic_number_token", Value::small_int(MAGIC))
}

fn text(th: &mut Thread, v: Value) -> R<String> {
    match v.cast::<Str>() {
        Some(s) => Ok(s.to_string_lossy().into_owned()),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("argument must be str, not {tn}")))
        }
    }
}

fn is_builtin(th: &mut Thread, _: Value, name: Value) -> R {
    let name = text(th, name)?;
    Ok(Value::small_int(super::native(VmThread::of(th), &name).is_some().into()))
}

fn create_builtin(th: &mut Thread, _: Value, spec: Value) -> R {
    let name = attr::getattr(th, spec, n().name)?;
    if let Some(m) = super::found(VmThread::of(th), name)? {
        return Ok(m);
    }
    let text = text(th, name)?;
    match super::native(VmThread::of(th), &text) {
        Some(def) => def.create(th).map(|m| Value::from_ref(m)),
        None => Ok(Value::none()),
    }
}

fn frozen(th: &mut Thread, name: Value) -> R<Option<crate::LibraryModule>> {
    let name = text(th, name)?;
    Ok((VmThread::of(th).vm.library)(super::boot::library_name(&name)))
}

fn missing(th: &mut Thread, name: Value) -> heddle_object::Raised {
    match heddle_object::ops::repr(th, name) {
        Ok(r) => {
            let r = r.to_string_lossy();
            th.import_error(format_args!("No such frozen object named {r}"))
        }
        Err(e) => e,
    }
}

fn is_frozen_package(th: &mut Thread, _: Value, name: Value) -> R {
    match frozen(th, name)? {
        Some(m) => Ok(Value::bool(m.is_package)),
        None => Err(missing(th, name)),
    }
}

fn find_frozen(th: &mut Thread, _: Value, a: &[Value]) -> R {
    match frozen(th, a[0])? {
        Some(m) => Tuple::new(th, &[Value::none(), Value::bool(m.is_package), a[0]])
            .map(|t| Value::from_ref(t)),
        None => Ok(Value::none()),
    }
}

fn get_frozen_object(th: &mut Thread, _: Value, a: &[Value]) -> R {
    match frozen(th, a[0])? {
        Some(m) => {
            let name = text(th, a[0])?;
            run::compile_text(th, &m.source, &format!("<frozen {name}>"))
                .map(|c| Value::from_ref(c))
        }
        None => Err(missing(th, a[0])),
    }
}

fn source_hash(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let key = heddle_object::types::int::as_i64(th, a[0])?;
    let bytes = crate::compat::bytes_of(th, a[1])?;
    let h = heddle_object::names::keyed_hash(key as u64, 0, &bytes);
    crate::compat::bytes(th, &h.to_le_bytes())
}
