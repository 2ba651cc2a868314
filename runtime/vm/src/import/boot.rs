//! Bringing up `importlib`.
//!
//! Until somebody needs it, imports of native modules and of the embedded library are done natively (`mod.rs`), which
//! reads no file and runs no Python code but the module's own. What needs more (source files, other finders, more than
//! one thread, a look at `__spec__`) brings up CPython's `importlib._bootstrap`, whose `_setup` gives every module loaded
//! so far its spec and loader.

use crate::run;
use crate::thread::VmThread;
use heddle_object::names::{intern_str, n};
use heddle_object::types::Module;
use heddle_object::{R, Value, attr, ops};

/// The name in the library of a module that CPython freezes under another one.
pub fn library_name(name: &str) -> &str {
    match name {
        "_frozen_importlib" => "importlib._bootstrap",
        "_frozen_importlib_external" => "importlib._bootstrap_external",
        other => other,
    }
}

/// Brings up `importlib` unless it runs. Nothing while it is being brought up, or when it cannot be.
pub fn importlib(th: &mut VmThread) -> R<Option<Value>> {
    if let Some(m) = th.vm.importlib() {
        return Ok(Some(m));
    }
    if th.vm.begin_boot() {
        return Ok(None);
    }
    let m = match boot(th) {
        Ok(m) => m,
        Err(e) => {
            th.vm.end_boot();
            return Err(e);
        }
    };
    th.vm.set_importlib(m);
    Ok(Some(m))
}

fn frozen(th: &mut VmThread, name: &str) -> R<&'static Module> {
    let Some(lib) = (th.vm.library)(library_name(name)) else {
        return Err(th.base.system_error(format_args!("the library has no {name}")));
    };
    let code =
        run::compile_text(&mut th.base, &lib.source, &format!("<frozen {}>", library_name(name)))?;
    let m = Module::new(&mut th.base, name)?;
    let key = Value::from_ref(intern_str(&mut th.base, name)?);
    let Some(all) = super::modules(th) else {
        return Err(th.base.system_error(format_args!("no sys.modules")));
    };
    all.set_item(&mut th.base, key, Value::from_ref(m))?;
    let origin = intern_str(&mut th.base, library_name(name))?;
    m.set(&mut th.base, "__origname__", Value::from_ref(origin))?;
    let d = m.namespace(&mut th.base)?;
    d.set_item(&mut th.base, Value::from_ref(n().__builtins__), th.vm.builtins_dict())?;
    run::exec(th, code, d)?;
    Ok(m)
}

fn boot(th: &mut VmThread) -> R {
    // What the two modules import by name must be there.
    // An error names the module that is missing.
    for name in ["_imp", "_thread", "_warnings", "_weakref", "_io", "marshal", "posix"] {
        super::import_dotted(th, name)?;
    }
    let imp = super::import_dotted(th, "_imp")?;
    let sys = match th.vm.sys() {
        Some(s) => Value::from_ref(s),
        None => return Err(th.base.system_error(format_args!("no sys"))),
    };
    let bootstrap = Value::from_ref(frozen(th, "_frozen_importlib")?);
    let install = attr::getattr_str(&mut th.base, bootstrap, "_install")?;
    ops::call::call(&mut th.base, install, &[sys, imp], None)?;
    frozen(th, "_frozen_importlib_external")?;
    let install = attr::getattr_str(&mut th.base, bootstrap, "_install_external_importers")?;
    ops::call0(&mut th.base, install)?;
    Ok(bootstrap)
}
