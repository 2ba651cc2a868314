//! Imports: `sys.modules`, then native modules, the embedded library, and source files on `sys.path`.

use crate::run;
use crate::thread::VmThread;
use heddle_object::names::{intern_str, n};
use heddle_object::types::{Dict, List, Module, Str};
use heddle_object::{R, Thread, Value, attr, ops};

/// `sys.modules`
pub fn modules(th: &mut VmThread) -> Option<&'static Dict> {
    th.vm.modules_dict()
}

/// Start-up.
pub fn init(_th: &mut VmThread) -> R<()> {
    Ok(())
}

/// Imports `a.b.c` and gives `c`.
pub fn import_dotted(th: &mut VmThread, name: &str) -> R {
    let key = Value::from_ref(intern_str(&mut th.base, name)?);
    load(th, key)
}

fn found(th: &mut VmThread, name: Value) -> R<Option<Value>> {
    match modules(th) {
        Some(m) => Ok(m.get_item(&mut th.base, name)?.filter(|v| !v.is_none())),
        None => Ok(None),
    }
}

/// `__import__`
pub fn import(th: &mut VmThread, name: Value, globals: Value, _locals: Value, fromlist: Value, level: i64) -> R {
    let Some(s) = name.cast::<Str>() else {
        return Err(th.base.type_error(format_args!("module name must be a string")));
    };
    if level < 0 {
        return Err(th.base.value_error(format_args!("level must be >= 0")));
    }
    if s.len() == 0 && level == 0 {
        return Err(th.base.value_error(format_args!("Empty module name")));
    }
    let text = s.to_string_lossy().into_owned();
    let absolute = if level == 0 { text.clone() } else { resolve(th, &text, globals, level)? };
    let key = Value::from_ref(intern_str(&mut th.base, &absolute)?);
    let module = match found(th, key)? {
        Some(m) => m,
        None => load(th, key)?,
    };
    let wants = !fromlist.is_none() && ops::is_true(&mut th.base, fromlist)?;
    if wants {
        if attr::getattr_optional(&mut th.base, module, n().__path__)?.is_some() {
            handle_fromlist(th, module, fromlist)?;
        }
        return Ok(module);
    }
    let Some((front, _)) = text.split_once('.') else { return Ok(module) };
    let top = if level == 0 {
        front.to_string()
    } else {
        let cut = absolute.len() - (text.len() - front.len());
        absolute[..cut].to_string()
    };
    let key = Value::from_ref(intern_str(&mut th.base, &top)?);
    match found(th, key)? {
        Some(m) => Ok(m),
        None => load(th, key),
    }
}

fn resolve(th: &mut VmThread, name: &str, globals: Value, level: i64) -> R<String> {
    let th = &mut th.base;
    let Some(g) = globals.cast::<Dict>() else {
        return Err(th.type_error(format_args!("globals must be a dict")));
    };
    let text = |v: Option<Value>| v.and_then(|v| v.cast::<Str>()).map(|s| s.to_string_lossy().into_owned());
    let package = match text(g.get_str(n().__package__)) {
        Some(p) => p,
        None => {
            let Some(own) = text(g.get_str(n().__name__)) else {
                return Err(th.key_error(Value::from_ref(n().__name__)));
            };
            if g.get_str(n().__path__).is_some() {
                own
            } else {
                own.rsplit_once('.').map_or(String::new(), |(p, _)| p.to_string())
            }
        }
    };
    if package.is_empty() {
        return Err(th.import_error(format_args!("attempted relative import with no known parent package")));
    }
    let mut base = package.as_str();
    for _ in 1..level {
        match base.rsplit_once('.') {
            Some((b, _)) => base = b,
            None => return Err(th.import_error(format_args!("attempted relative import beyond top-level package"))),
        }
    }
    Ok(if name.is_empty() { base.to_string() } else { format!("{base}.{name}") })
}

fn handle_fromlist(th: &mut VmThread, module: Value, fromlist: Value) -> R<()> {
    let names = ops::to_tuple(&mut th.base, fromlist)?;
    let own = attr::getattr(&mut th.base, module, n().__name__)?;
    let own = ops::str(&mut th.base, own)?.to_string_lossy().into_owned();
    for name in names.as_slice() {
        let Some(s) = name.cast::<Str>() else {
            let tn = name.type_of().name();
            return Err(th.base.type_error(format_args!("Item in ``from list'' must be str, not {tn}")));
        };
        if s.eq_str("*") {
            if let Some(all) = attr::getattr_optional(&mut th.base, module, n().__all__)? {
                handle_fromlist(th, module, all)?;
            }
            continue;
        }
        let name = s.interned(&mut th.base)?;
        if attr::getattr_optional(&mut th.base, module, name)?.is_none() {
            let full = format!("{own}.{}", s.to_string_lossy());
            let key = Value::from_ref(intern_str(&mut th.base, &full)?);
            if let Err(e) = load(th, key) {
                let missing = th.base.exception_is(&heddle_object::types::exceptions::MODULE_NOT_FOUND_ERROR);
                let same = th.base.exception.and_then(|x| x.cast::<heddle_object::types::Exception>()).and_then(|x| x.field(1)) == Some(key);
                if !(missing && same) {
                    return Err(e);
                }
                th.base.take_exception(e);
            }
        }
    }
    Ok(())
}

/// Finds and loads a module by its absolute name, its parents first.
fn load(th: &mut VmThread, name: Value) -> R {
    if let Some(m) = found(th, name)? {
        return Ok(m);
    }
    let Some(s) = name.cast::<Str>() else {
        return Err(th.base.type_error(format_args!("module name must be a string")));
    };
    let text = s.to_string_lossy().into_owned();
    let mut parent = None;
    if let Some((p, _)) = text.rsplit_once('.') {
        let key = Value::from_ref(intern_str(&mut th.base, p)?);
        parent = Some(load(th, key)?);
        if let Some(m) = found(th, name)? {
            return Ok(m);
        }
    }
    let m = find(th, name, &text, parent)?;
    if let Some(p) = parent {
        let last = text.rsplit('.').next().unwrap_or(&text);
        let last = intern_str(&mut th.base, last)?;
        attr::setattr(&mut th.base, p, last, Some(m))?;
    }
    Ok(m)
}

fn find(th: &mut VmThread, key: Value, name: &str, parent: Option<Value>) -> R {
    let all = modules(th);
    let Some(all) = all else { return Err(th.base.system_error(format_args!("no sys.modules"))) };
    if let Some(def) = th.vm.modules.iter().find(|m| m.name == name) {
        let m = def.create(&mut th.base)?;
        let v = Value::from_ref(m);
        all.set_item(&mut th.base, key, v)?;
        spec(&mut th.base, m, name, "built-in", None, false)?;
        return Ok(v);
    }
    if let Some(lib) = (th.vm.library)(name) {
        let file = format!("<frozen {name}>");
        return source(th, key, name, &lib.source, &file, lib.is_package, None, all);
    }
    // Folders of the package, or sys.path.
    let path = match parent {
        Some(p) => match attr::getattr_optional(&mut th.base, p, n().__path__)? {
            Some(path) => path,
            None => {
                let pn = name.rsplit_once('.').map_or("", |(p, _)| p);
                return Err(not_found(
                    &mut th.base,
                    key,
                    &format!("No module named '{name}'; '{pn}' is not a package"),
                ));
            }
        },
        None => match (th.base.hooks.sys_get)(&mut th.base, n().path) {
            Some(p) => p,
            None => return Err(not_found(&mut th.base, key, &format!("No module named '{name}'"))),
        },
    };
    let last = name.rsplit('.').next().unwrap_or(name);
    let dirs = ops::to_tuple(&mut th.base, path)?;
    for d in dirs.as_slice() {
        let Some(d) = d.cast::<Str>() else { continue };
        let d = d.to_string_lossy();
        let dir = if d.is_empty() { std::path::PathBuf::from(".") } else { std::path::PathBuf::from(&*d) };
        let package = dir.join(last).join("__init__.py");
        let plain = dir.join(format!("{last}.py"));
        for (file, is_package) in [(package, true), (plain, false)] {
            if let Ok(bytes) = std::fs::read(&file) {
                let text = run::decode(&mut th.base, &bytes, &file.to_string_lossy())?;
                let folder = file.parent().map(|p| p.to_string_lossy().into_owned());
                return source(th, key, name, &text, &file.to_string_lossy(), is_package, folder, all);
            }
        }
    }
    Err(not_found(&mut th.base, key, &format!("No module named '{name}'")))
}

fn not_found(th: &mut Thread, name: Value, text: &str) -> heddle_object::Raised {
    let e = th.module_not_found_error(format_args!("{text}"));
    let exc = th.take_exception(e);
    if let Some(x) = exc.cast::<heddle_object::types::Exception>() {
        x.fields[1].set(Some(name));
    }
    th.restore_exception(exc)
}

fn spec(
    th: &mut Thread,
    m: &'static Module,
    name: &str,
    origin: &str,
    folder: Option<&str>,
    is_package: bool,
) -> R<()> {
    let package = if is_package { name } else { name.rsplit_once('.').map_or("", |(p, _)| p) };
    let v = Value::from_ref(Str::new(th, package)?);
    m.set(th, "__package__", v)?;
    if origin != "built-in" {
        let v = Value::from_ref(Str::new(th, origin)?);
        m.set(th, "__file__", v)?;
    }
    if is_package {
        let dirs = match folder {
            Some(f) => vec![Value::from_ref(Str::new(th, f)?)],
            None => vec![],
        };
        let l = List::new(th, &dirs)?;
        m.set(th, "__path__", Value::from_ref(l))?;
    }
    Ok(())
}

#[allow(clippy::too_many_arguments)]
fn source(
    th: &mut VmThread,
    key: Value,
    name: &str,
    text: &str,
    file: &str,
    is_package: bool,
    folder: Option<String>,
    all: &'static Dict,
) -> R {
    let code = run::compile_text(&mut th.base, text, file)?;
    let m = Module::new(&mut th.base, name)?;
    let v = Value::from_ref(m);
    spec(&mut th.base, m, name, file, folder.as_deref(), is_package)?;
    all.set_item(&mut th.base, key, v)?;
    let d = m.namespace(&mut th.base)?;
    d.set_item(&mut th.base, Value::from_ref(n().__builtins__), th.vm.builtins_dict())?;
    if let Err(e) = run::exec(th, code, d) {
        let exc = th.base.take_exception(e);
        all.del_item(&mut th.base, key)?;
        return Err(th.base.restore_exception(exc));
    }
    // A module may replace itself.
    Ok(found(th, key)?.unwrap_or(v))
}

