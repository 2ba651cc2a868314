//! The doors through which `object` and native modules reach the vm.

use crate::call;
use crate::frame::{self, Frame};
use crate::thread::VmThread;
use crate::types::cell::CellObject;
use crate::types::code::CodeObject;
use crate::types::function::{self, Function};
use heddle_object::core::native::Args;
use heddle_object::core::thread::Hooks;
use heddle_object::names::{intern_str, n};
use heddle_object::types::{Dict, Module, Str, Tuple, exceptions as exc};
use heddle_object::{R, Raised, StaticType, Thread, Value, attr, ops};
use heddle_tlbc::defs::operands::{co, fast};

/// What every thread of the interpreter gets.
pub static HOOKS: Hooks = Hooks {
    warn,
    import: |th, name| crate::import::import_dotted(VmThread::of(th), name),
    unraisable: crate::traceback::unraisable,
    poll: |th| crate::run::poll(VmThread::of(th)),
    current_module_name,
    module_repr,
    describe_modules: |th| crate::import::describe_modules(VmThread::of(th)),
    module_is_initializing,
    type_annotations,
    type_annotate,
    current_globals: |th| current(th).map(|f| f.globals_value()),
    current_locals,
    build_class,
    import_name: |th, name, globals, locals, fromlist, level| {
        crate::import::import(VmThread::of(th), name, globals, locals, fromlist, level)
    },
    compile: crate::run::compile_hook,
    eval_code,
    sys_get,
    anext_default: |th, it, default| {
        let f = typing(th, "_anext_default")?;
        ops::call::call(th, f, &[it, default], None)
    },
    is_finalizing: |th| crate::run::is_finalizing(VmThread::of(th)),
    get_frame,
    clear_caches: |th| crate::run::clear_caches(VmThread::of(th)),
    set_recursion_limit,
    print_exception: crate::traceback::print_exception,
    start_thread: |th, what| crate::threads::start(VmThread::of(th), what),
    join_threads: |th| crate::threads::join_all(VmThread::of(th)),
    main_ident: |th| crate::run::main_ident(VmThread::of(th)),
    trip_signal: |th, signal| crate::run::trip_signal(VmThread::of(th), signal),
    is_function: |v| v.is_exact::<Function>(),
    set_cell,
    super_context,
};

fn typing(th: &mut Thread, name: &str) -> R {
    let m = (th.hooks.import)(th, "_typing")?;
    attr::getattr_str(th, m, name)
}

/// The innermost Python frame that has begun.
fn current(th: &mut Thread) -> Option<&'static Frame> {
    let fp = frame::current(VmThread::of(th));
    // SAFETY: null or a live frame of this thread.
    unsafe { fp.as_ref() }
}

fn warn(th: &mut Thread, category: &'static StaticType, text: &str) -> R<()> {
    let Ok(m) = (th.hooks.import)(th, "_warnings") else {
        // Before the module exists nobody can have asked to see warnings.
        th.exception = None;
        return Ok(());
    };
    let f = attr::getattr_str(th, m, "warn")?;
    let text = Str::new(th, text)?;
    ops::call::call(th, f, &[Value::from_ref(text), category.value()], None).map(|_| ())
}

fn current_module_name(th: &mut Thread) -> Option<Value> {
    current(th)?.globals().get_str(n().__name__)
}

fn module_repr(th: &mut Thread, m: Value) -> R {
    let module = m.cast::<Module>();
    let d = match module {
        Some(m) => Some(m.namespace(th)?),
        None => None,
    };
    let get = |name| d.and_then(|d| d.get_str(name));
    if let Some(spec) = get(n().__spec__).filter(|s| !s.is_none()) {
        let name = attr::getattr_optional(th, spec, n().name)?;
        let name = match name {
            Some(name) => ops::repr(th, name)?.to_string_lossy().into_owned(),
            None => "'?'".into(),
        };
        let origin = attr::getattr_str(th, spec, "origin").ok().filter(|o| !o.is_none());
        th.exception = None;
        let has_location = match attr::getattr_str(th, spec, "has_location") {
            Ok(v) => ops::is_true(th, v)?,
            Err(_) => {
                th.exception = None;
                false
            }
        };
        let text = match origin {
            Some(o) if has_location => {
                let o = ops::repr(th, o)?.to_string_lossy();
                format!("<module {name} from {o}>")
            }
            Some(o) => {
                let o = ops::str(th, o)?.to_string_lossy();
                format!("<module {name} ({o})>")
            }
            None => {
                let loader = attr::getattr_str(th, spec, "loader").ok().filter(|l| !l.is_none());
                th.exception = None;
                match loader {
                    Some(l) => {
                        let l = ops::repr(th, l)?.to_string_lossy();
                        format!("<module {name} ({l})>")
                    }
                    None => format!("<module {name}>"),
                }
            }
        };
        return Str::new(th, &text).map(|s| Value::from_ref(s));
    }
    let name = match get(n().__name__) {
        Some(name) => ops::repr(th, name)?.to_string_lossy().into_owned(),
        None => "'?'".into(),
    };
    let text = match get(n().__file__) {
        Some(f) => {
            let f = ops::repr(th, f)?.to_string_lossy();
            format!("<module {name} from {f}>")
        }
        None => match get(n().__loader__).filter(|l| !l.is_none()) {
            Some(l) => {
                let l = ops::repr(th, l)?.to_string_lossy();
                format!("<module {name} ({l})>")
            }
            None => format!("<module {name}>"),
        },
    };
    Str::new(th, &text).map(|s| Value::from_ref(s))
}

fn module_is_initializing(th: &mut Thread, m: Value) -> bool {
    let r = (|| -> R<bool> {
        // From the namespace: asking for the attribute may bring `importlib` up.
        let names = m.cast::<Module>().and_then(|m| m.dict.get()).and_then(|d| d.cast::<Dict>());
        let Some(spec) = names.and_then(|d| d.get_str(n().__spec__)).filter(|s| !s.is_none())
        else {
            return Ok(false);
        };
        match attr::getattr_optional(th, spec, n()._initializing)? {
            Some(v) => ops::is_true(th, v),
            None => Ok(false),
        }
    })();
    r.unwrap_or_else(|e| {
        th.take_exception(e);
        false
    })
}

fn namespace(t: Value) -> Option<&'static Dict> {
    t.cast_type()?.dict.get()?.cast::<Dict>()
}

fn type_annotate(th: &mut Thread, t: Value) -> R {
    let Some(d) = namespace(t) else { return Ok(Value::none()) };
    for name in ["__annotate__", "__annotate_func__"] {
        let key = intern_str(th, name)?;
        if let Some(f) = d.get_str(key) {
            return match f.type_of().slots().descr_get {
                Some(get) => get(th, f, None, t),
                None => Ok(f),
            };
        }
    }
    Ok(Value::none())
}

fn type_annotations(th: &mut Thread, t: Value) -> R {
    let Some(d) = namespace(t) else { return Ok(Value::none()) };
    let cache = intern_str(th, "__annotations_cache__")?;
    if let Some(a) = d.get_str(n().__annotations__).or_else(|| d.get_str(cache)) {
        return match a.type_of().slots().descr_get {
            Some(get) => get(th, a, None, t),
            None => Ok(a),
        };
    }
    let f = type_annotate(th, t)?;
    let made = if ops::is_callable(f) {
        let v = ops::call1(th, f, Value::small_int(1))?;
        if v.cast::<Dict>().is_none() {
            let tn = v.type_of().name();
            return Err(th.type_error(format_args!("__annotate__() must return a dict, not {tn}")));
        }
        v
    } else {
        Value::from_ref(Dict::new(th)?)
    };
    d.set_item(th, Value::from_ref(cache), made)?;
    Ok(made)
}

fn current_locals(th: &mut Thread) -> R {
    let vm = VmThread::of(th);
    let fp = frame::current(vm);
    if fp.is_null() {
        return Err(th.system_error(format_args!("frame does not exist")));
    }
    crate::types::frame::locals(vm, fp)
}

fn eval_code(th: &mut Thread, code: Value, globals: Value, locals: Value, closure: Value) -> R {
    let Some(c) = code.cast::<CodeObject>() else {
        let tn = code.type_of().name();
        return Err(th.type_error(format_args!("code object expected, got {tn}")));
    };
    if globals.cast::<Dict>().is_none() {
        let tn = globals.type_of().name();
        return Err(th.type_error(format_args!("globals must be a dict, not {tn}")));
    }
    let builtins = function::builtins_of(th, globals)?;
    let f = Function::new(th, c, globals, builtins)?;
    if !closure.is_none() {
        f.closure.set(Some(closure));
    }
    call::run_code(VmThread::of(th), f, Some(locals))
}

fn sys_get(th: &mut Thread, name: &'static Str) -> Option<Value> {
    let sys = VmThread::of(th).vm.sys()?;
    sys.dict.get()?.cast::<Dict>()?.get_str(name)
}

fn get_frame(th: &mut Thread, depth: usize) -> R {
    let vm = VmThread::of(th);
    let mut fp = frame::current(vm);
    for _ in 0..depth {
        if fp.is_null() {
            break;
        }
        // SAFETY: live frames of this thread.
        fp = frame::skip_incomplete(unsafe { (*fp).prev });
    }
    if fp.is_null() {
        return Err(th.value_error(format_args!("call stack is not deep enough")));
    }
    crate::types::frame::object(vm, fp)
}

fn set_recursion_limit(th: &mut Thread, limit: i32) {
    let used = th.recursion_limit - th.recursion_remaining;
    th.recursion_limit = limit;
    th.recursion_remaining = limit - used;
    crate::run::recursion_limit_changed(VmThread::of(th), limit);
}

fn set_cell(th: &mut Thread, c: Value, v: Value) -> R<()> {
    match c.cast::<CellObject>() {
        Some(c) => {
            c.set(Some(v));
            Ok(())
        }
        None => {
            let tn = c.type_of().name();
            Err(th.type_error(format_args!(
                "__classcell__ must be a nonlocal cell, not <class '{tn}'>"
            )))
        }
    }
}

fn super_context(th: &mut Thread) -> R<(Value, Value)> {
    let Some(f) = current(th) else {
        return Err(th.runtime_error(format_args!("super(): no current frame")));
    };
    let code = f.code();
    if code.argcount == 0 {
        return Err(th.runtime_error(format_args!("super(): no arguments")));
    }
    let mut first = f.local(0);
    if code.local_kind(0) & fast::CELL != 0
        && let Some(c) = first.and_then(|c| c.cast::<CellObject>())
    {
        first = c.get();
    }
    let Some(first) = first else {
        return Err(th.runtime_error(format_args!("super(): arg[0] deleted")));
    };
    let from = code.nlocalsplus as usize - code.nfrees as usize;
    for i in from..code.nlocalsplus as usize {
        if code.local_name(i).eq_str("__class__") {
            let Some(c) = f.local(i).and_then(|c| c.cast::<CellObject>()) else {
                return Err(th.runtime_error(format_args!("super(): bad __class__ cell")));
            };
            let Some(t) = c.get() else {
                return Err(th.runtime_error(format_args!("super(): empty __class__ cell")));
            };
            if t.cast_type().is_none() {
                let tn = t.type_of().name();
                return Err(
                    th.runtime_error(format_args!("super(): __class__ is not a type ({tn})"))
                );
            }
            return Ok((t, first));
        }
    }
    Err(th.runtime_error(format_args!("super(): __class__ cell not found")))
}

// ---- classes

/// The bases with `__mro_entries__` asked for; the same tuple when none has it.
fn update_bases(th: &mut Thread, bases: &'static Tuple) -> R<&'static Tuple> {
    let mut changed = false;
    let mut out = heddle_object::heap::RootVec::with(th, &[]);
    for b in bases.as_slice() {
        if b.cast_type().is_some() {
            out.push(*b);
            continue;
        }
        match attr::getattr_optional(th, *b, n().__mro_entries__)? {
            None => out.push(*b),
            Some(m) => {
                let got = ops::call1(th, m, Value::from_ref(bases))?;
                let Some(t) = got.cast::<Tuple>() else {
                    return Err(th.type_error(format_args!("__mro_entries__ must return a tuple")));
                };
                changed = true;
                out.extend(t.as_slice());
            }
        }
    }
    if changed { Tuple::new(th, out.as_slice()) } else { Ok(bases) }
}

fn build_class(th: &mut Thread, a: &Args) -> R {
    if a.pos.len() < 2 {
        return Err(th.type_error(format_args!("__build_class__: not enough arguments")));
    }
    let Some(func) = a.pos[0].cast::<Function>() else {
        return Err(th.type_error(format_args!("__build_class__: func must be a function")));
    };
    let name = a.pos[1];
    if name.cast::<Str>().is_none() {
        return Err(th.type_error(format_args!("__build_class__: name is not a string")));
    }
    let orig_bases = Tuple::new(th, &a.pos[2..])?;
    let bases = update_bases(th, orig_bases)?;
    let bases_v = Value::from_ref(bases);
    let mut meta = None;
    let kwds = Dict::new(th)?;
    for (k, v) in a.keywords() {
        if k.eq_str("metaclass") {
            meta = Some(v);
        } else {
            kwds.set_item(th, Value::from_ref(k), v)?;
        }
    }
    let mut meta = match meta {
        Some(m) => m,
        None => match bases.as_slice().first() {
            Some(b) => b.type_of().value(),
            None => heddle_object::types::TYPE.value(),
        },
    };
    if let Some(t) = meta.cast_type() {
        meta = heddle_object::ty::new::metatype(th, t, bases.as_slice())?.value();
    }
    let prepared = match attr::getattr_optional(th, meta, n().__prepare__)? {
        Some(p) => {
            let args = Tuple::new(th, &[name, bases_v])?;
            ops::call::call_ex(th, p, args, Some(kwds))?
        }
        None => Value::from_ref(Dict::new(th)?),
    };
    if !ops_is_mapping(prepared) {
        let mn = match meta.cast_type() {
            Some(t) => t.name(),
            None => "<metaclass>".into(),
        };
        let tn = prepared.type_of().name();
        return Err(
            th.type_error(format_args!("{mn}.__prepare__() must return a mapping, not {tn}"))
        );
    }
    let cell = run_class_body(th, func, prepared)?;
    if !std::ptr::eq(bases, orig_bases) {
        let key = intern_str(th, "__orig_bases__")?;
        ops::sequence::setitem(th, prepared, Value::from_ref(key), Value::from_ref(orig_bases))?;
    }
    let args = Tuple::new(th, &[name, bases_v, prepared])?;
    let class = ops::call::call_ex(th, meta, args, Some(kwds))?;
    if let Some(c) = cell.cast::<CellObject>()
        && class.cast_type().is_some()
    {
        let text =
            name.cast::<Str>().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
        match c.get() {
            None => {
                let r = ops::repr(th, class)?.to_string_lossy();
                return Err(th.runtime_error(format_args!(
                    "__class__ not set defining '{text}' as {r}. Was __classcell__ propagated to type.__new__?"
                )));
            }
            Some(in_cell) if in_cell != class => {
                let (r, s) = (
                    ops::repr(th, in_cell)?.to_string_lossy(),
                    ops::repr(th, class)?.to_string_lossy(),
                );
                return Err(
                    th.type_error(format_args!("__class__ set to {r} defining '{text}' as {s}"))
                );
            }
            Some(_) => {}
        }
    }
    Ok(class)
}

fn ops_is_mapping(v: Value) -> bool {
    v.cast::<Dict>().is_some() || v.type_of().slots().getitem.is_some()
}

/// Runs a class body; its value is the cell of `__class__`, or None.
fn run_class_body(th: &mut Thread, func: &'static Function, namespace: Value) -> R {
    let vm = VmThread::of(th);
    if func.code().flags & co::OPTIMIZED != 0 {
        // Not a class body but a plain function that somebody passed.
        return ops::call0(th, Value::from_ref(func));
    }
    call::run_code(vm, func, Some(namespace))
}

/// Raises SystemError for a door that leads nowhere.
#[cold]
pub fn absent(th: &mut Thread, what: &str) -> Raised {
    let _ = &exc::SYSTEM_ERROR;
    th.system_error(format_args!("{what} is not available"))
}
