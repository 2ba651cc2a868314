//! `_warnings`: the part of `warnings` that runs for every warning: filters, registries, and the search for the frame
//! to blame.
//!
//! Lists and registries are Python objects that the library's `warnings` shares and replaces; when that module is
//! loaded, its attributes are the ones that count. One reentrant lock, which `warnings` takes as well, covers them.

use crate::contextvars;
use crate::thread::{RLock, Wait};
use heddle_object::core::payload::{self, Native, Shared};
use heddle_object::heap::Tracer;
use heddle_object::names::{intern_str, n};
use heddle_object::types::{Dict, List, Module, Str, Tuple, exceptions as exc, int};
use heddle_object::{
    Args, MethodDef, ModuleDef, Params, R, StaticType, Thread, TypeSpec, Value, attr, flags, ops,
};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_warnings",
    doc: "_warnings provides basic warning filtering support.\nIt is a helper module to speed up interpreter start-up.",
    methods: &[
        MethodDef::kw(
            "warn",
            warn,
            "warn($module, /, message, category=None, stacklevel=1, source=None, *,\n     skip_file_prefixes=<unrepresentable>)\n--\n\nIssue a warning, or maybe ignore it or raise an exception.",
        ),
        MethodDef::kw(
            "warn_explicit",
            warn_explicit,
            "warn_explicit($module, /, message, category, filename, lineno,\n              module=<unrepresentable>, registry=None,\n              module_globals=None, source=None)\n--\n\nIssue a warning, or maybe ignore it or raise an exception.",
        ),
        MethodDef::noargs(
            "_filters_mutated_lock_held",
            |th, m| {
                let st = state(th, m)?;
                if !st.lock.mine(th) {
                    return Err(th.runtime_error(format_args!("warnings._lock is not held")));
                }
                st.version.add(1);
                Ok(Value::none())
            },
            "_filters_mutated_lock_held($module, /)\n--\n\n",
        ),
        MethodDef::noargs(
            "_acquire_lock",
            |th, m| {
                let st = state(th, m)?;
                st.lock.enter(th, Wait::Forever)?;
                Ok(Value::none())
            },
            "_acquire_lock($module, /)\n--\n\n",
        ),
        MethodDef::noargs(
            "_release_lock",
            |th, m| {
                let st = state(th, m)?;
                st.lock.leave(th)
            },
            "_release_lock($module, /)\n--\n\n",
        ),
    ],
    init,
    ..ModuleDef::DEFAULT
};

/// The lock, and how often the filters have changed.
struct State {
    lock: RLock,
    version: Shared,
}

impl Native for State {
    fn static_type() -> &'static StaticType {
        &STATE
    }
    fn trace(&self, _: &mut Tracer) {}
}

static STATE: StaticType = StaticType::new(TypeSpec {
    name: "_warnings._state",
    flags: flags::DISALLOW_INSTANTIATION,
    ..payload::spec::<State>()
});

fn state(th: &mut Thread, m: Value) -> R<&'static State> {
    let s = attr::getattr_str(th, m, "_state")?;
    s.expect_native::<State>(th)
}

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    heddle_object::ty::ready_static(th, &STATE)?;
    heddle_object::ty::ready_static(th, &contextvars::VAR)?;
    let st = payload::alloc(th, STATE.ty(), State { lock: RLock::new(), version: Shared::new(1) })?;
    m.set(th, "_state", st)?;
    let filters = default_filters(th)?;
    m.set(th, "filters", filters)?;
    let once = Dict::new(th)?;
    m.set(th, "_onceregistry", Value::from_ref(once))?;
    let action = intern_str(th, "default")?;
    m.set(th, "_defaultaction", Value::from_ref(action))?;
    let name = intern_str(th, "_warnings_context")?;
    let var = contextvars::new_var(th, name, None)?;
    m.set(th, "_warnings_context", var)
}

/// What is shown and hidden before anybody asks for something else.
fn default_filters(th: &mut Thread) -> R {
    let l = List::new(th, &[])?;
    let main = Value::from_ref(n().__main__);
    let none = Value::none();
    let rows = [
        ("default", exc::DEPRECATION_WARNING.value(), main),
        ("ignore", exc::DEPRECATION_WARNING.value(), none),
        ("ignore", exc::PENDING_DEPRECATION_WARNING.value(), none),
        ("ignore", exc::IMPORT_WARNING.value(), none),
        ("ignore", exc::RESOURCE_WARNING.value(), none),
    ];
    for (action, category, module) in rows {
        let action = Value::from_ref(intern_str(th, action)?);
        let t = Tuple::new(th, &[action, none, category, module, Value::small_int(0)])?;
        l.push(th, Value::from_ref(t))?;
    }
    Ok(Value::from_ref(l))
}

/// An attribute of the loaded `warnings` module; it is imported only when `import` says so.
fn warnings_attr(th: &mut Thread, name: &str, import: bool) -> R<Option<Value>> {
    let name = intern_str(th, name)?;
    let m = if import {
        match (th.hooks.import)(th, "warnings") {
            Ok(m) => Some(m),
            Err(e) if th.catch(e, &exc::IMPORT_ERROR) => None,
            Err(e) => return Err(e),
        }
    } else {
        match (th.hooks.sys_get)(th, n().modules).and_then(|m| m.cast::<Dict>()) {
            Some(modules) => modules.get_str(n().warnings),
            None => None,
        }
    };
    match m {
        Some(m) => attr::getattr_optional(th, m, name),
        None => Ok(None),
    }
}

/// An attribute of `warnings`, or this module's own of the other name.
fn shared(th: &mut Thread, m: Value, public: &str, own: &str) -> R {
    match warnings_attr(th, public, false)? {
        Some(v) => Ok(v),
        None => attr::getattr_str(th, m, own),
    }
}

// ---- matching

/// Whether a filter's pattern (None, a string, or a compiled regular expression) fits a text.
fn fits(th: &mut Thread, pattern: Value, text: Value) -> R<bool> {
    if pattern.is_none() {
        return Ok(true);
    }
    if pattern.is_exact::<Str>() {
        return ops::equal(th, pattern, text);
    }
    let name = intern_str(th, "match")?;
    let r = ops::call_method(th, pattern, name, &[text])?;
    ops::is_true(th, r)
}

/// What is being warned about.
struct Warning {
    /// The message as a string.
    text: Value,
    /// The instance.
    message: Value,
    category: Value,
    filename: Value,
    lineno: Value,
    module: Value,
}

/// The action of the first filter that fits, and the filter.
fn find_action(th: &mut Thread, m: Value, w: &Warning) -> R<(Value, Value)> {
    let mut filters = None;
    let aware = intern_str(th, "flags")?;
    if let Some(f) = (th.hooks.sys_get)(th, aware) {
        let name = intern_str(th, "context_aware_warnings")?;
        if let Some(on) = attr::getattr_optional(th, f, name)?
            && ops::is_true(th, on)?
        {
            let var = shared(th, m, "_warnings_context", "_warnings_context")?;
            if let Some(c) = contextvars::lookup(th, var) {
                filters = Some(attr::getattr_str(th, c, "_filters")?);
            }
        }
    }
    let filters = match filters {
        Some(f) => f,
        None => shared(th, m, "filters", "filters")?,
    };
    let Some(list) = filters.cast::<List>() else {
        return Err(th.value_error(format_args!("_warnings.filters must be a list")));
    };
    let mut i = 0;
    while let Some(item) = list.get(i) {
        let Some(t) = item.cast::<Tuple>().filter(|t| t.len() == 5) else {
            return Err(th.value_error(format_args!("_warnings.filters item {i} isn't a 5-tuple")));
        };
        i += 1;
        let [action, msg, category, module, line] = *t.as_slice() else { continue };
        if action.cast::<Str>().is_none() {
            let tn = action.type_of().name();
            return Err(th.type_error(format_args!("action must be a string, not '{tn}'")));
        }
        let line = int::as_i64(th, line)?;
        if fits(th, msg, w.text)?
            && ops::is_subclass(th, w.category, category)?
            && fits(th, module, w.module)?
            && (line == 0 || w.lineno.as_small_int() == Some(line))
        {
            return Ok((action, item));
        }
    }
    let action = shared(th, m, "defaultaction", "_defaultaction")?;
    if action.cast::<Str>().is_none() {
        let tn = action.type_of().name();
        return Err(
            th.type_error(format_args!("_warnings.defaultaction must be a string, not '{tn}'"))
        );
    }
    Ok((action, Value::none()))
}

/// Whether the key is in the registry already; adds it when `set`. A registry of other filters is emptied first.
fn already(th: &mut Thread, st: &State, registry: &'static Dict, key: Value, set: bool) -> R<bool> {
    let version_key = Value::from_ref(intern_str(th, "version")?);
    let now = st.version.get() as i64;
    let known = registry.get_item(th, version_key)?.and_then(|v| v.as_small_int());
    if known != Some(now) {
        registry.clear(th);
        registry.set_item(th, version_key, Value::small_int(now))?;
    } else if let Some(v) = registry.get_item(th, key)?
        && ops::is_true(th, v)?
    {
        return Ok(true);
    }
    if set {
        registry.set_item(th, key, Value::bool(true))?;
    }
    Ok(false)
}

fn key(th: &mut Thread, items: &[Value]) -> R {
    Tuple::new(th, items).map(|t| Value::from_ref(t))
}

/// `name.py` without its ending.
fn module_of_file(th: &mut Thread, file: Value) -> R {
    let Some(s) = file.cast::<Str>() else { return Ok(Value::none()) };
    let text = s.to_string_lossy();
    if text.is_empty() {
        return Str::new(th, "<unknown>").map(|s| Value::from_ref(s));
    }
    match text.strip_suffix(".py") {
        Some(t) => Str::new(th, t).map(|s| Value::from_ref(s)),
        None => Ok(file),
    }
}

/// Issues a warning at a place.
fn explicit(
    th: &mut Thread,
    m: Value,
    (message, category): (Value, Value),
    (filename, lineno, module): (Value, i64, Option<Value>),
    registry: Value,
    source_line: Option<Value>,
    source: Value,
) -> R {
    // A module that is being torn down says None.
    if module.is_some_and(|m| m.is_none()) {
        return Ok(Value::none());
    }
    let registry = match registry.cast::<Dict>() {
        Some(d) => Some(d),
        None if registry.is_none() => None,
        None => {
            let tn = registry.type_of().name();
            return Err(
                th.type_error(format_args!("'registry' must be a dict or None, not '{tn}'"))
            );
        }
    };
    let module = match module {
        Some(m) => m,
        None => module_of_file(th, filename)?,
    };
    let (text, message, category) = if ops::is_instance(th, message, exc::WARNING.value())? {
        let text = Value::from_ref(ops::str(th, message)?);
        (text, message, message.type_of().value())
    } else {
        let made = ops::call1(th, category, message)?;
        (message, made, category)
    };
    let w = Warning { text, message, category, filename, lineno: Value::small_int(lineno), module };
    let st = state(th, m)?;
    st.lock.enter(th, Wait::Forever)?;
    let shown = decide(th, m, st, &w, registry);
    st.lock.leave(th)?;
    if shown? {
        show(th, &w, source_line, source)?;
    }
    Ok(Value::none())
}

/// Whether a warning is to be shown. Raises it when a filter says so.
fn decide(
    th: &mut Thread,
    m: Value,
    st: &State,
    w: &Warning,
    registry: Option<&'static Dict>,
) -> R<bool> {
    let k = key(th, &[w.text, w.category, w.lineno])?;
    if let Some(r) = registry
        && already(th, st, r, k, false)?
    {
        return Ok(false);
    }
    let (action, item) = find_action(th, m, w)?;
    let name = action.cast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default();
    if name == "error" {
        return Err(th.set_exception(w.message));
    }
    if name == "ignore" {
        return Ok(false);
    }
    if name == "always" || name == "all" {
        return Ok(true);
    }
    if let Some(r) = registry {
        r.set_item(th, k, Value::bool(true))?;
    }
    match &*name {
        "once" => {
            let r = match registry {
                Some(r) => r,
                None => {
                    let r = shared(th, m, "onceregistry", "_onceregistry")?;
                    match r.cast::<Dict>() {
                        Some(r) => r,
                        None => {
                            let tn = r.type_of().name();
                            return Err(th.type_error(format_args!(
                                "_warnings.onceregistry must be a dict, not '{tn}'"
                            )));
                        }
                    }
                }
            };
            let k = key(th, &[w.text, w.category])?;
            Ok(!already(th, st, r, k, true)?)
        }
        "module" => match registry {
            Some(r) => {
                let k = key(th, &[w.text, w.category, Value::small_int(0)])?;
                Ok(!already(th, st, r, k, true)?)
            }
            None => Ok(true),
        },
        "default" => Ok(true),
        _ => {
            let a = ops::repr(th, action)?.to_string_lossy();
            let i = ops::repr(th, item)?.to_string_lossy();
            Err(th.runtime_error(format_args!(
                "Unrecognized action ({a}) in warnings.filters:\n {i}"
            )))
        }
    }
}

// ---- showing

fn show(th: &mut Thread, w: &Warning, source_line: Option<Value>, source: Value) -> R<()> {
    let Some(f) = warnings_attr(th, "_showwarnmsg", !source.is_none())? else {
        return show_plain(th, w, source_line);
    };
    if !ops::is_callable(f) {
        return Err(
            th.type_error(format_args!("warnings._showwarnmsg() must be set to a callable"))
        );
    }
    let Some(class) = warnings_attr(th, "WarningMessage", false)? else {
        return Err(th.runtime_error(format_args!("unable to get warnings.WarningMessage")));
    };
    let none = Value::none();
    let msg = ops::call(
        th,
        class,
        &[w.message, w.category, w.filename, w.lineno, none, none, source],
        None,
    )?;
    ops::call1(th, f, msg).map(|_| ())
}

/// Prints a warning while `warnings` is not loaded.
fn show_plain(th: &mut Thread, w: &Warning, source_line: Option<Value>) -> R<()> {
    let Some(err) = (th.hooks.sys_get)(th, n().stderr).filter(|e| !e.is_none()) else {
        return Ok(());
    };
    let file = ops::str(th, w.filename)?.to_string_lossy();
    let name = attr::getattr(th, w.category, n().__name__)?;
    let name = ops::str(th, name)?.to_string_lossy();
    let text = ops::str(th, w.text)?.to_string_lossy();
    let line = w.lineno.as_small_int().unwrap_or(0);
    let mut out = format!("{file}:{line}: {name}: {text}\n");
    let quoted = match source_line {
        Some(l) => Some(ops::str(th, l)?.to_string_lossy().into_owned()),
        None => line_of(&file, line),
    };
    if let Some(l) = quoted {
        out.push_str("  ");
        out.push_str(l.trim());
        out.push('\n');
    }
    let s = Str::new(th, &out)?;
    ops::call_method(th, err, n().write, &[Value::from_ref(s)]).map(|_| ())
}

fn line_of(file: &str, line: i64) -> Option<String> {
    use std::io::BufRead;
    let at = usize::try_from(line).ok()?.checked_sub(1)?;
    let f = std::io::BufReader::new(std::fs::File::open(file).ok()?);
    f.lines().nth(at)?.ok()
}

// ---- warn()

fn category_of(th: &mut Thread, message: Value, category: Option<Value>) -> R {
    if ops::is_instance(th, message, exc::WARNING.value())? {
        return Ok(message.type_of().value());
    }
    let c = category.filter(|c| !c.is_none()).unwrap_or(exc::USER_WARNING.value());
    if c.cast_type().is_some_and(|t| t.is_subtype(exc::WARNING.ty())) {
        return Ok(c);
    }
    let tn = match c.cast_type() {
        Some(t) => format!("class '{}'", t.name()),
        None => format!("'{}'", c.type_of().name()),
    };
    Err(th.type_error(format_args!("category must be a Warning subclass, not {tn}")))
}

fn file_of_frame(th: &mut Thread, frame: Value) -> R {
    let code = attr::getattr_str(th, frame, "f_code")?;
    attr::getattr_str(th, code, "co_filename")
}

fn is_internal(th: &mut Thread, frame: Value) -> R<bool> {
    let f = file_of_frame(th, frame)?;
    let name = f.cast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default();
    Ok(name.contains("importlib") && name.contains("_bootstrap"))
}

fn is_skipped(th: &mut Thread, frame: Value, prefixes: Option<&'static Tuple>) -> R<bool> {
    let Some(p) = prefixes else { return Ok(false) };
    let f = file_of_frame(th, frame)?;
    let name = f.cast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default();
    Ok(p.as_slice()
        .iter()
        .filter_map(|p| p.cast::<Str>())
        .any(|p| name.starts_with(&*p.to_string_lossy())))
}

fn back(th: &mut Thread, frame: Value) -> R<Option<Value>> {
    let f = attr::getattr_str(th, frame, "f_back")?;
    Ok(Some(f).filter(|f| !f.is_none()))
}

/// The frame to blame.
fn blamed(th: &mut Thread, mut level: i64, prefixes: Option<&'static Tuple>) -> R<Option<Value>> {
    let mut frame = match (th.hooks.get_frame)(th, 0) {
        Ok(f) => Some(f),
        Err(e) if th.catch(e, &exc::VALUE_ERROR) => None,
        Err(e) => return Err(e),
    };
    let plain = match frame {
        Some(f) => level <= 0 || is_internal(th, f)?,
        None => true,
    };
    while level > 1 {
        level -= 1;
        let Some(f) = frame else { break };
        frame = back(th, f)?;
        if !plain {
            while let Some(f) = frame {
                if !is_internal(th, f)? && !is_skipped(th, f, prefixes)? {
                    break;
                }
                frame = back(th, f)?;
            }
        }
    }
    Ok(frame)
}

fn warn(th: &mut Thread, m: Value, a: &Args) -> R {
    const P: Params<5> =
        Params::new(["message", "category", "stacklevel", "source", "skip_file_prefixes"], 1)
            .kwonly(4);
    let [message, category, level, source, prefixes] = a.bind(th, "warn", &P)?;
    let message = message.unwrap_or_else(Value::none);
    let category = category_of(th, message, category)?;
    let mut level = match level {
        Some(l) => int::as_i64(th, l)?,
        None => 1,
    };
    let prefixes = match prefixes {
        Some(p) => match p.cast::<Tuple>() {
            Some(t) => {
                if let Some(x) = t.as_slice().iter().find(|x| x.cast::<Str>().is_none()) {
                    let tn = x.type_of().name();
                    return Err(
                        th.type_error(format_args!("Found non-str '{tn}' in skip_file_prefixes."))
                    );
                }
                Some(t).filter(|t| t.len() != 0)
            }
            None => {
                let tn = p.type_of().name();
                return Err(th.type_error(format_args!(
                    "warn() argument 'skip_file_prefixes' must be tuple, not {tn}"
                )));
            }
        },
        None => None,
    };
    if prefixes.is_some() {
        level = level.max(2);
    }
    let (globals, filename, line) = match blamed(th, level, prefixes)? {
        Some(f) => {
            let g = attr::getattr_str(th, f, "f_globals")?;
            let file = file_of_frame(th, f)?;
            let line = attr::getattr_str(th, f, "f_lineno")?.as_small_int().unwrap_or(0);
            (g, file, line)
        }
        None => {
            let sys = (th.hooks.import)(th, "sys")?;
            let g = attr::getattr(th, sys, n().__dict__)?;
            let file = Value::from_ref(Str::new(th, "<sys>")?);
            (g, file, 0)
        }
    };
    let registry_name = Value::from_ref(intern_str(th, "__warningregistry__")?);
    let (registry, module) = match globals.cast::<Dict>() {
        Some(d) => {
            let r = match d.get_item(th, registry_name)? {
                Some(r) => r,
                None => {
                    let r = Dict::new(th)?;
                    d.set_default(th, registry_name, Value::from_ref(r))?
                }
            };
            (r, d.get_str(n().__name__).filter(|m| m.is_none() || m.cast::<Str>().is_some()))
        }
        None => (Value::none(), None),
    };
    let module = match module {
        Some(m) => m,
        None => Value::from_ref(Str::new(th, "<string>")?),
    };
    let source = source.unwrap_or_else(Value::none);
    explicit(th, m, (message, category), (filename, line, Some(module)), registry, None, source)
}

fn warn_explicit(th: &mut Thread, m: Value, a: &Args) -> R {
    const P: Params<8> = Params::new(
        [
            "message",
            "category",
            "filename",
            "lineno",
            "module",
            "registry",
            "module_globals",
            "source",
        ],
        4,
    );
    let [message, category, filename, lineno, module, registry, globals, source] =
        a.bind(th, "warn_explicit", &P)?;
    let none = Value::none();
    let (message, category) = (message.unwrap_or(none), category.unwrap_or(none));
    let filename = filename.unwrap_or(none);
    if filename.cast::<Str>().is_none() {
        let tn = filename.type_of().name();
        return Err(th.type_error(format_args!(
            "warn_explicit() argument 'filename' must be str, not {tn}"
        )));
    }
    let lineno = int::as_i64(th, lineno.unwrap_or(none))?;
    let mut line = None;
    if let Some(g) = globals.filter(|g| !g.is_none()) {
        let Some(d) = g.cast::<Dict>() else {
            let tn = g.type_of().name();
            return Err(th.type_error(format_args!("module_globals must be a dict, not '{tn}'")));
        };
        line = loader_line(th, d, lineno)?;
    }
    // Without a category it is a mistake that only shows when the message is no warning.
    if !category.is_none() || ops::is_instance(th, message, exc::WARNING.value())? {
        let c = Some(category).filter(|c| !c.is_none());
        category_of(th, message, c)?;
    }
    let source = source.unwrap_or(none);
    explicit(
        th,
        m,
        (message, category),
        (filename, lineno, module),
        registry.unwrap_or(none),
        line,
        source,
    )
}

/// A line of a module's source, from its loader.
fn loader_line(th: &mut Thread, globals: &'static Dict, lineno: i64) -> R<Option<Value>> {
    let (Some(loader), Some(name)) =
        (globals.get_str(n().__loader__), globals.get_str(n().__name__))
    else {
        return Ok(None);
    };
    let get = intern_str(th, "get_source")?;
    if loader.is_none() || attr::getattr_optional(th, loader, get)?.is_none() {
        return Ok(None);
    }
    let text = ops::call_method(th, loader, get, &[name])?;
    let Some(s) = text.cast::<Str>() else { return Ok(None) };
    let at = usize::try_from(lineno - 1).unwrap_or(usize::MAX);
    match s.to_string_lossy().lines().nth(at) {
        Some(l) => Str::new(th, l).map(|s| Some(Value::from_ref(s))),
        None => Ok(None),
    }
}
