//! `sys`

mod hooks;
mod info;

use heddle_object::attr;
use heddle_object::core::options::HEXVERSION;
use heddle_object::names::{intern_str, n};
use heddle_object::ops;
use heddle_object::types::{Dict, List, Module, Str, Tuple, exceptions as exc, int};
use heddle_object::{Args, MethodDef, ModuleDef, R, Thread, Value};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "sys",
    doc: "This module provides access to some objects used or maintained by the\ninterpreter and to functions that interact strongly with the interpreter.",
    methods: METHODS,
    types: &[],
    init,
};

const METHODS: &[MethodDef] = &[
    MethodDef::noargs(
        "exception",
        exception,
        "exception($module, /)\n--\n\nReturn the current exception.",
    ),
    MethodDef::noargs(
        "exc_info",
        exc_info,
        "exc_info($module, /)\n--\n\nReturn current exception information: (type, value, traceback).",
    ),
    MethodDef::fast(
        "exit",
        0,
        1,
        exit,
        "exit($module, status=None, /)\n--\n\nExit the interpreter by raising SystemExit(status).",
    ),
    MethodDef::fast(
        "getrefcount",
        1,
        1,
        |_, _, _| Ok(Value::small_int(3)),
        "getrefcount($module, object, /)\n--\n\nA constant: objects of this runtime are not counted.",
    ),
    MethodDef::noargs(
        "getrecursionlimit",
        |th, _| Ok(Value::small_int(th.recursion_limit as i64)),
        "getrecursionlimit($module, /)\n--\n\nReturn the current value of the recursion limit.",
    ),
    MethodDef::one(
        "setrecursionlimit",
        setrecursionlimit,
        "setrecursionlimit($module, limit, /)\n--\n\nSet the maximum depth of the Python interpreter stack to n.",
    ),
    MethodDef::kw(
        "getsizeof",
        getsizeof,
        "getsizeof(object [, default]) -> int\n\nReturn the size of object in bytes.",
    ),
    MethodDef::one(
        "intern",
        intern,
        "intern($module, string, /)\n--\n\n``Intern'' the given string.",
    ),
    MethodDef::one(
        "_is_interned",
        |_, _, v| Ok(Value::bool(v.cast::<Str>().is_some_and(|s| s.is_interned()))),
        "_is_interned($module, string, /)\n--\n\nReturn True if the given string is \"interned\".",
    ),
    MethodDef::noargs(
        "is_finalizing",
        |th, _| Ok(Value::bool((th.hooks.is_finalizing)(th))),
        "is_finalizing($module, /)\n--\n\nReturn True if Python is exiting.",
    ),
    MethodDef::noargs(
        "getdefaultencoding",
        |th, _| text(th, "utf-8"),
        "getdefaultencoding($module, /)\n--\n\nReturn the current default encoding used by the Unicode implementation.",
    ),
    MethodDef::noargs(
        "getfilesystemencoding",
        |th, _| text(th, "utf-8"),
        "getfilesystemencoding($module, /)\n--\n\nReturn the encoding used to convert Unicode filenames to OS filenames.",
    ),
    MethodDef::noargs(
        "getfilesystemencodeerrors",
        |th, _| text(th, "surrogateescape"),
        "getfilesystemencodeerrors($module, /)\n--\n\nReturn the error mode used for Unicode to OS filename conversion.",
    ),
    MethodDef::noargs(
        "getswitchinterval",
        |th, _| heddle_object::types::float::new(th, 0.005),
        "getswitchinterval($module, /)\n--\n\nReturn the current thread switch interval; see sys.setswitchinterval().",
    ),
    MethodDef::one(
        "setswitchinterval",
        setswitchinterval,
        "setswitchinterval($module, interval, /)\n--\n\nSet the ideal thread switching delay inside the Python interpreter.",
    ),
    MethodDef::noargs(
        "get_int_max_str_digits",
        |_, _| Ok(Value::small_int(int::max_str_digits() as i64)),
        "get_int_max_str_digits($module, /)\n--\n\nReturn the maximum string digits limit for non-binary int<->str conversions.",
    ),
    MethodDef::kw(
        "set_int_max_str_digits",
        set_int_max_str_digits,
        "set_int_max_str_digits($module, /, maxdigits)\n--\n\nSet the maximum string digits limit for non-binary int<->str conversions.",
    ),
    MethodDef::noargs(
        "_get_cpu_count_config",
        |th, _| Ok(Value::small_int(th.rt.options.cpu_count.unwrap_or(-1))),
        "_get_cpu_count_config($module, /)\n--\n\nPrivate function for getting PyConfig.cpu_count",
    ),
    MethodDef::noargs(
        "_is_gil_enabled",
        |th, _| Ok(Value::bool(th.rt.options.gil)),
        "_is_gil_enabled($module, /)\n--\n\nReturn True if the GIL is currently enabled.",
    ),
    MethodDef::fast(
        "call_tracing",
        2,
        2,
        |th, _, a| {
            let t = ops::to_tuple(th, a[1])?;
            ops::call(th, a[0], t.as_slice(), None)
        },
        "call_tracing($module, func, args, /)\n--\n\nCall func(*args), while tracing is enabled.",
    ),
    MethodDef::one(
        "displayhook",
        hooks::displayhook,
        "displayhook($module, object, /)\n--\n\nPrint an object to sys.stdout and also save it in builtins._",
    ),
    MethodDef::fast(
        "excepthook",
        3,
        3,
        hooks::excepthook,
        "excepthook($module, exctype, value, traceback, /)\n--\n\nHandle an exception by displaying it with a traceback on sys.stderr.",
    ),
    MethodDef::one(
        "unraisablehook",
        hooks::unraisablehook,
        "unraisablehook($module, unraisable, /)\n--\n\nHandle an unraisable exception.",
    ),
    MethodDef::kw(
        "breakpointhook",
        hooks::breakpointhook,
        "breakpointhook($module, /, *args, **kwargs)\n--\n\nThis hook function is called by built-in breakpoint().",
    ),
    MethodDef::kw(
        "audit",
        |th, _, a| {
            if a.pos.is_empty() {
                return Err(
                    th.type_error(format_args!("audit expected at least 1 argument, got 0"))
                );
            }
            hooks::audit(th, a)
        },
        "audit($module, event, /, *args)\n--\n\nPasses the event to any hooks that are attached.",
    ),
    MethodDef::kw(
        "addaudithook",
        hooks::addaudithook,
        "addaudithook($module, /, hook)\n--\n\nAdds a new audit hook callback.",
    ),
    MethodDef::fast(
        "_getframe",
        0,
        1,
        |th, _, a| {
            let depth = match a.first() {
                Some(v) => ops::index_isize(th, *v)?.max(0),
                None => 0,
            };
            (th.hooks.get_frame)(th, depth as usize)
        },
        "_getframe($module, depth=0, /)\n--\n\nReturn a frame object from the call stack.",
    ),
    MethodDef::fast(
        "_getframemodulename",
        0,
        1,
        |th, _, a| {
            let depth = match a.first() {
                Some(v) => ops::index_isize(th, *v)?.max(0),
                None => 0,
            };
            match (th.hooks.get_frame)(th, depth as usize) {
                Ok(f) => {
                    let g = attr::getattr_str(th, f, "f_globals")?;
                    let name = Value::from_ref(n().__name__);
                    match g.cast::<Dict>() {
                        Some(d) => Ok(d.get_item(th, name)?.unwrap_or_else(Value::none)),
                        None => Ok(Value::none()),
                    }
                }
                Err(e) if th.catch(e, &exc::VALUE_ERROR) => Ok(Value::none()),
                Err(e) => Err(e),
            }
        },
        "_getframemodulename($module, /, depth=0)\n--\n\nReturn the name of the module for a calling frame.",
    ),
    MethodDef::noargs(
        "_clear_internal_caches",
        |th, _| (th.hooks.clear_caches)(th),
        "_clear_internal_caches($module, /)\n--\n\nClear all internal performance-related caches.",
    ),
    MethodDef::noargs(
        "_clear_type_cache",
        |th, _| (th.hooks.clear_caches)(th),
        "_clear_type_cache($module, /)\n--\n\nClear the internal type lookup cache.",
    ),
    MethodDef::noargs(
        "getallocatedblocks",
        |th, _| Ok(Value::small_int(th.rt.heap.counts().live_bytes as i64 / 64)),
        "getallocatedblocks($module, /)\n--\n\nReturn the number of memory blocks currently allocated.",
    ),
    MethodDef::noargs(
        "gettrace",
        |_, _| Ok(Value::none()),
        "gettrace($module, /)\n--\n\nReturn the global debug tracing function set with sys.settrace.",
    ),
    MethodDef::noargs(
        "getprofile",
        |_, _| Ok(Value::none()),
        "getprofile($module, /)\n--\n\nReturn the profiling function set with sys.setprofile.",
    ),
];

fn text(th: &mut Thread, s: &str) -> R {
    Str::new(th, s).map(|s| Value::from_ref(s))
}

fn exception(th: &mut Thread, _: Value) -> R {
    Ok(exc::handled_exception(th).unwrap_or_else(Value::none))
}

fn exc_info(th: &mut Thread, _: Value) -> R {
    let none = Value::none();
    let t = match exc::handled_exception(th) {
        Some(e) => {
            let tb = e.cast::<exc::Exception>().and_then(|x| x.traceback.get()).unwrap_or(none);
            Tuple::new(th, &[e.type_of().value(), e, tb])?
        }
        None => Tuple::new(th, &[none, none, none])?,
    };
    Ok(Value::from_ref(t))
}

fn exit(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let args: &[Value] = match a {
        [v] if v.is_none() => &[],
        a => a,
    };
    // A tuple spreads, as when an exception is instantiated from one.
    let spread = args.first().and_then(|v| v.cast::<Tuple>()).map(|t| t.as_slice());
    Err(th.raise_with(&exc::SYSTEM_EXIT, spread.unwrap_or(args)))
}

fn setrecursionlimit(th: &mut Thread, _: Value, v: Value) -> R {
    let limit = ops::index_isize(th, v)?;
    if limit < 1 {
        return Err(th.value_error(format_args!("recursion limit must be greater or equal than 1")));
    }
    let limit = limit.min(i32::MAX as isize / 2) as i32;
    let depth = th.recursion_limit - th.recursion_remaining;
    if depth >= limit {
        return Err(th.recursion_error(format_args!(
            "cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
        )));
    }
    (th.hooks.set_recursion_limit)(th, limit);
    Ok(Value::none())
}

fn getsizeof(th: &mut Thread, _: Value, a: &Args) -> R {
    let [object, default] =
        a.bind(th, "getsizeof", &heddle_object::Params::new(["object", "default"], 1))?;
    let v = object.unwrap_or_else(Value::none);
    let sizeof = intern_str(th, "__sizeof__")?;
    let r = match v.cast_type() {
        Some(_) => {
            let f = attr::getattr(th, v.type_of().value(), sizeof)?;
            ops::call1(th, f, v)
        }
        None => ops::call_method(th, v, sizeof, &[]),
    };
    match (r, default) {
        (Ok(n), _) => {
            let k = ops::index_isize(th, n)?;
            if k < 0 {
                return Err(th.value_error(format_args!("__sizeof__() should return >= 0")));
            }
            Ok(n)
        }
        (Err(e), Some(d)) if th.catch(e, &exc::TYPE_ERROR) => Ok(d),
        (Err(e), _) => Err(e),
    }
}

fn intern(th: &mut Thread, _: Value, v: Value) -> R {
    match v.cast::<Str>() {
        Some(s) if v.is_exact::<Str>() => s.interned(th).map(|s| Value::from_ref(s)),
        Some(_) => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("can't intern {tn}")))
        }
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("intern() argument must be str, not {tn}")))
        }
    }
}

/// Nothing switches threads here, so the interval only has to be valid.
fn setswitchinterval(th: &mut Thread, _: Value, v: Value) -> R {
    let f = heddle_object::types::float::as_f64(th, v)?;
    if f <= 0.0 {
        return Err(th.value_error(format_args!("switch interval must be strictly positive")));
    }
    Ok(Value::none())
}

fn set_int_max_str_digits(th: &mut Thread, _: Value, a: &Args) -> R {
    let [v] =
        a.bind(th, "set_int_max_str_digits", &heddle_object::Params::new(["maxdigits"], 1))?;
    let k = ops::index_isize(th, v.unwrap_or_else(Value::none))?;
    if k != 0 && k < 640 {
        return Err(th.value_error(format_args!("maxdigits must be 0 or larger than 640")));
    }
    int::set_max_str_digits(k as usize);
    Ok(Value::none())
}

fn list_of(th: &mut Thread, items: &[String]) -> R {
    let l = List::new(th, &[])?;
    for s in items {
        let s = Value::from_ref(Str::new(th, s)?);
        l.push(th, s)?;
    }
    Ok(Value::from_ref(l))
}

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    let o = &th.rt.options;
    int::set_max_str_digits(o.int_max_str_digits.max(0) as usize);
    let v = list_of(th, &o.argv)?;
    m.set(th, "argv", v)?;
    let v = list_of(th, &o.orig_argv)?;
    m.set(th, "orig_argv", v)?;
    let v = list_of(th, &o.path)?;
    m.set(th, "path", v)?;
    let v = list_of(th, &o.warnoptions)?;
    m.set(th, "warnoptions", v)?;
    for name in ["path_hooks", "meta_path"] {
        let v = List::new(th, &[])?;
        m.set(th, name, Value::from_ref(v))?;
    }
    for name in ["modules", "path_importer_cache"] {
        let v = Dict::new(th)?;
        m.set(th, name, Value::from_ref(v))?;
    }
    let x = Dict::new(th)?;
    for (k, v) in &o.xoptions {
        let k = Value::from_ref(Str::new(th, k)?);
        let v = match v {
            Some(v) => Value::from_ref(Str::new(th, v)?),
            None => Value::bool(true),
        };
        x.set_item(th, k, v)?;
    }
    m.set(th, "_xoptions", Value::from_ref(x))?;
    let exe = text(th, &o.executable)?;
    m.set(th, "executable", exe)?;
    m.set(th, "_base_executable", exe)?;
    let prefix = text(th, "/usr/local")?;
    for name in ["prefix", "exec_prefix", "base_prefix", "base_exec_prefix"] {
        m.set(th, name, prefix)?;
    }
    for (name, v) in [
        ("platform", std::env::consts::OS),
        ("platlibdir", "lib"),
        ("byteorder", if cfg!(target_endian = "little") { "little" } else { "big" }),
        ("copyright", "Copyright (c) the heddle authors.\nAll Rights Reserved."),
        ("float_repr_style", "short"),
        ("abiflags", "t"),
        ("version", info::VERSION_TEXT),
    ] {
        let v = text(th, v)?;
        m.set(th, name, v)?;
    }
    let framework = text(th, "")?;
    m.set(th, "_framework", framework)?;
    m.set(th, "hexversion", Value::small_int(HEXVERSION))?;
    m.set(th, "api_version", Value::small_int(1013))?;
    m.set(th, "maxunicode", Value::small_int(0x10ffff))?;
    let max = int::from_i64(th, i64::MAX)?;
    m.set(th, "maxsize", max)?;
    m.set(th, "dont_write_bytecode", Value::bool(o.dont_write_bytecode))?;
    let prefix = match &o.pycache_prefix {
        Some(p) => text(th, p)?,
        None => Value::none(),
    };
    m.set(th, "pycache_prefix", prefix)?;
    let names: Vec<&str> = crate::registry::names().collect();
    let mut v = heddle_object::heap::RootVec::with(th, &[]);
    for name in names {
        let s = intern_str(th, name)?;
        v.push(Value::from_ref(s));
    }
    let t = Tuple::new(th, v.as_slice())?;
    m.set(th, "builtin_module_names", Value::from_ref(t))?;
    info::add(th, m)?;
    // The originals, under the names that restore them.
    for name in ["displayhook", "excepthook", "unraisablehook", "breakpointhook"] {
        let k = intern_str(th, name)?;
        if let Some(f) = m.namespace(th)?.get_str(k) {
            m.set(th, &format!("__{name}__"), f)?;
        }
    }
    Ok(())
}
