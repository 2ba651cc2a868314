//! Source files on `sys.path` without `importlib`, for builds whose native modules do not suffice to bring it up.

use crate::run;
use crate::thread::VmThread;
use heddle_object::names::n;
use heddle_object::types::{Dict, List, Module, Str};
use heddle_object::{R, Value, attr, ops};

/// Loads a module from the folders of its package, or of `sys.path`; nothing when no file is there.
pub fn load(
    th: &mut VmThread,
    key: Value,
    name: &str,
    parent: Option<Value>,
    all: &'static Dict,
) -> R<Option<Value>> {
    let path = match parent {
        Some(p) => attr::getattr_optional(&mut th.base, p, n().__path__)?,
        None => (th.base.hooks.sys_get)(&mut th.base, n().path),
    };
    let Some(path) = path else { return Ok(None) };
    let last = name.rsplit('.').next().unwrap_or(name);
    let dirs = ops::to_tuple(&mut th.base, path)?;
    for d in dirs.as_slice() {
        let Some(d) = d.cast::<Str>() else { continue };
        let d = d.to_string_lossy();
        let dir = std::path::PathBuf::from(if d.is_empty() { "." } else { &*d });
        for (file, is_package) in
            [(dir.join(last).join("__init__.py"), true), (dir.join(format!("{last}.py")), false)]
        {
            let Ok(bytes) = std::fs::read(&file) else { continue };
            let shown = file.to_string_lossy().into_owned();
            let text = run::decode(&mut th.base, &bytes, &shown)?;
            let code = run::compile_text(&mut th.base, &text, &shown)?;
            let m = Module::new(&mut th.base, name)?;
            super::describe(&mut th.base, m, name, is_package)?;
            let v = Value::from_ref(Str::new(&mut th.base, &shown)?);
            m.set(&mut th.base, "__file__", v)?;
            if is_package && let Some(folder) = file.parent() {
                let f = Value::from_ref(Str::new(&mut th.base, &folder.to_string_lossy())?);
                let l = List::new(&mut th.base, &[f])?;
                m.set(&mut th.base, "__path__", Value::from_ref(l))?;
            }
            return super::execute(th, key, m, code, all).map(Some);
        }
    }
    Ok(None)
}
