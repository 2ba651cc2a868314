//! Imports: `sys.modules`, then native modules and the embedded library natively; everything else through `importlib`.
//!
//! `boot` brings `importlib` up when it is needed, `imp` is what it asks of the runtime. Modules loaded natively have no
//! `__spec__` and no `__loader__` in their namespace until then: looking one of them up brings `importlib` up.

pub mod boot;
pub mod imp;
pub mod marshal;
mod path;

use crate::run;
use crate::thread::VmThread;
use heddle_object::core::module_def::ModuleDef;
use heddle_object::names::{intern_str, n};
use heddle_object::types::{Dict, List, Module, Str};
use heddle_object::{R, Thread, Value, attr, ops};

/// `sys.modules`
pub fn modules(th: &mut VmThread) -> Option<&'static Dict> {
    th.vm.modules_dict()
}

/// Native modules that belong to this crate.
static OWN: &[&ModuleDef] = &[&imp::MODULE, &marshal::MODULE];

/// The declaration of a native module.
pub(crate) fn native(th: &VmThread, name: &str) -> Option<&'static ModuleDef> {
    OWN.iter().chain(th.vm.modules).find(|m| m.name == name).copied()
}

/// Start-up: `sys.builtin_module_names` names this crate's modules too.
pub fn init(th: &mut VmThread) -> R<()> {
    let mut names: Vec<&str> = OWN.iter().chain(th.vm.modules).map(|m| m.name).collect();
    names.sort_unstable();
    let mut out = heddle_object::heap::RootVec::with(&th.base, &[]);
    for name in names {
        let s = intern_str(&mut th.base, name)?;
        out.push(Value::from_ref(s));
    }
    let t = heddle_object::types::Tuple::new(&mut th.base, out.as_slice())?;
    match th.vm.sys() {
        Some(sys) => sys.set(&mut th.base, "builtin_module_names", Value::from_ref(t)),
        None => Ok(()),
    }
}

/// Brings `importlib` up, which gives all modules their spec and loader. False when it runs already, or cannot.
pub fn describe_modules(th: &mut VmThread) -> R<bool> {
    if th.vm.importlib().is_some() {
        return Ok(false);
    }
    Ok(boot::importlib(th)?.is_some())
}

/// Whether imports must go through `importlib`: it runs, or the program has finders or threads of its own.
fn wants_importlib(th: &mut VmThread) -> R<bool> {
    if th.vm.importlib().is_some() {
        return Ok(true);
    }
    let key = intern_str(&mut th.base, "meta_path")?;
    let finders = (th.base.hooks.sys_get)(&mut th.base, key);
    let has_finders = finders.and_then(|f| f.cast::<List>()).is_some_and(|l| l.len() != 0);
    Ok(has_finders || th.base.rt.world.thread_count() > 1)
}

/// Imports `a.b.c` and gives `c`.
pub fn import_dotted(th: &mut VmThread, name: &str) -> R {
    let key = Value::from_ref(intern_str(&mut th.base, name)?);
    load(th, key)
}

pub(super) fn found(th: &mut VmThread, name: Value) -> R<Option<Value>> {
    match modules(th) {
        Some(m) => Ok(m.get_item(&mut th.base, name)?.filter(|v| !v.is_none())),
        None => Ok(None),
    }
}

/// `__import__`
pub fn import(
    th: &mut VmThread,
    name: Value,
    globals: Value,
    _locals: Value,
    fromlist: Value,
    level: i64,
) -> R {
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
    let text = |v: Option<Value>| {
        v.and_then(|v| v.cast::<Str>()).map(|s| s.to_string_lossy().into_owned())
    };
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
        return Err(
            th.import_error(format_args!("attempted relative import with no known parent package"))
        );
    }
    let mut base = package.as_str();
    for _ in 1..level {
        match base.rsplit_once('.') {
            Some((b, _)) => base = b,
            None => {
                return Err(th.import_error(format_args!(
                    "attempted relative import beyond top-level package"
                )));
            }
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
            return Err(th
                .base
                .type_error(format_args!("Item in ``from list'' must be str, not {tn}")));
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
                let missing =
                    th.base.exception_is(&heddle_object::types::exceptions::MODULE_NOT_FOUND_ERROR);
                let same = th
                    .base
                    .exception
                    .and_then(|x| x.cast::<heddle_object::types::Exception>())
                    .and_then(|x| x.field(1))
                    == Some(key);
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
    if wants_importlib(th)?
        && let Some(b) = boot::importlib(th)?
    {
        return through_importlib(th, b, name);
    }
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

/// `importlib._bootstrap._find_and_load(name, __import__)`
fn through_importlib(th: &mut VmThread, bootstrap: Value, name: Value) -> R {
    let f = attr::getattr(&mut th.base, bootstrap, n()._find_and_load)?;
    // SAFETY: a root of the runtime.
    let import = unsafe { Value::from_slot(th.vm.import_function()) }.unwrap_or_else(Value::none);
    let r = ops::call::call(&mut th.base, f, &[name, import], None);
    if r.is_err() {
        trim_traceback(th);
    }
    r
}

/// Takes the frames of `importlib` off the traceback of the exception that is set, as CPython does: all of them for an
/// ImportError, else those that only pass calls on.
fn trim_traceback(th: &mut VmThread) {
    use crate::types::traceback::Traceback;
    let Some(e) = th.base.exception else { return };
    let Some(x) = e.cast::<heddle_object::types::Exception>() else { return };
    let always = e.is_instance(&heddle_object::types::exceptions::IMPORT_ERROR);
    let mut kept: Vec<Value> = Vec::new();
    let mut chunk: Vec<Value> = Vec::new();
    let mut removes = false;
    let mut at = x.traceback.get();
    while let Some(v) = at {
        let Some(t) = v.cast::<Traceback>() else { break };
        at = t.next.get();
        let Some(code) = t.code() else { continue };
        let file = code.filename_text();
        if file == "<frozen importlib._bootstrap>"
            || file == "<frozen importlib._bootstrap_external>"
        {
            chunk.push(v);
            removes = always || code.name_text() == "_call_with_frames_removed";
            if !removes {
                kept.append(&mut chunk);
            }
            continue;
        }
        if !removes {
            kept.append(&mut chunk);
        }
        chunk.clear();
        kept.push(v);
    }
    if !removes {
        kept.append(&mut chunk);
    }
    for pair in kept.windows(2) {
        if let Some(t) = pair[0].cast::<Traceback>() {
            t.next.set(Some(pair[1]));
        }
    }
    if let Some(t) = kept.last().and_then(|v| v.cast::<Traceback>()) {
        t.next.set(None);
    }
    x.traceback.set(kept.first().copied());
}

fn find(th: &mut VmThread, key: Value, name: &str, parent: Option<Value>) -> R {
    let all = modules(th);
    let Some(all) = all else { return Err(th.base.system_error(format_args!("no sys.modules"))) };
    if let Some(def) = native(th, name) {
        let m = def.create(&mut th.base)?;
        let v = Value::from_ref(m);
        all.set_item(&mut th.base, key, v)?;
        describe(&mut th.base, m, name, false)?;
        return Ok(v);
    }
    if let Some(lib) = (th.vm.library)(name) {
        return library(th, key, name, &lib, all);
    }
    // Plain files need no `importlib`; what is no plain file (a finder's, a zip's) brings it up.
    if th.vm.importlib().is_none()
        && let Some(m) = path::load(th, key, name, parent, all)?
    {
        return Ok(m);
    }
    if let Some(b) = boot::importlib(th)? {
        return through_importlib(th, b, key);
    }
    if let Some(p) = parent
        && attr::getattr_optional(&mut th.base, p, n().__path__)?.is_none()
    {
        let pn = name.rsplit_once('.').map_or("", |(p, _)| p);
        return Err(not_found(
            &mut th.base,
            key,
            &format!("No module named '{name}'; '{pn}' is not a package"),
        ));
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

/// Gives a module loaded natively its package; spec and loader are `importlib`'s to give.
fn describe(th: &mut Thread, m: &'static Module, name: &str, is_package: bool) -> R<()> {
    let d = m.namespace(th)?;
    for key in [n().__spec__, n().__loader__] {
        d.del_item(th, Value::from_ref(key))?;
    }
    let package = if is_package { name } else { name.rsplit_once('.').map_or("", |(p, _)| p) };
    let v = Value::from_ref(Str::new(th, package)?);
    m.set(th, "__package__", v)?;
    if is_package {
        let l = List::new(th, &[])?;
        m.set(th, "__path__", Value::from_ref(l))?;
    }
    Ok(())
}

fn library(
    th: &mut VmThread,
    key: Value,
    name: &str,
    lib: &crate::LibraryModule,
    all: &'static Dict,
) -> R {
    let code = run::compile_text(&mut th.base, &lib.source, &format!("<frozen {name}>"))?;
    let m = Module::new(&mut th.base, name)?;
    describe(&mut th.base, m, name, lib.is_package)?;
    // `importlib` wants it of frozen modules that it did not load itself.
    m.set(&mut th.base, "__origname__", key)?;
    execute(th, key, m, code, all)
}

/// Runs a module's code; it is in `sys.modules` meanwhile, and leaves it when the code raises.
fn execute(
    th: &mut VmThread,
    key: Value,
    m: &'static Module,
    code: &'static crate::types::code::CodeObject,
    all: &'static Dict,
) -> R {
    let v = Value::from_ref(m);
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
