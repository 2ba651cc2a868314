//! `function`: code with its globals, defaults and closure.
//!
//! `version` lets a call site prove, with one compare, which code and which defaults it calls. It is drawn from the code
//! object's, so that closures made again and again from one `def` share it, and dropped when anything that a call
//! depends on is changed.

use super::cell::CellObject;
use super::code::CodeObject;
use crate::thread::VmThread;
use heddle_object::core::header::Header;
use heddle_object::core::native::{Args, Params};
use heddle_object::heap::Tracer;
use heddle_object::names::n;
use heddle_object::types::descr::BoundMethod;
use heddle_object::types::{Dict, Str, Tuple};
use heddle_object::{
    GetSetDef, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, attr, flags, ops, payload,
};
use heddle_sync::ord;
use heddle_sync::prim::AtomicU32;

/// See the module's text.
#[repr(C)]
pub struct Function {
    /// Cell header.
    pub header: Header,
    code: Slot,
    globals: Slot,
    builtins: Slot,
    /// Defaults of positional parameters: a tuple.
    pub defaults: Slot,
    /// Defaults of keyword-only parameters: a dict.
    pub kwdefaults: Slot,
    /// Cells of free variables: a tuple.
    pub closure: Slot,
    name: Slot,
    qualname: Slot,
    doc: Slot,
    dict: Slot,
    module: Slot,
    /// `__annotations__`: a dict, or a tuple of names and values until somebody looks.
    pub annotations: Slot,
    /// `__annotate__`
    pub annotate: Slot,
    /// `__type_params__`: a tuple.
    pub type_params: Slot,
    version: AtomicU32,
}
payload!(Function, FUNCTION);

unsafe fn trace_function(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a function; the slots lie one after the other from `code` to `type_params`.
    unsafe {
        let first = std::mem::offset_of!(Function, code);
        let n = (std::mem::offset_of!(Function, version) - first) / 8;
        t.words(cell.add(first) as *const u64, n);
    }
}

/// `function`
pub static FUNCTION: StaticType = StaticType::new(TypeSpec {
    name: "function",
    basicsize: size_of::<Function>(),
    flags: flags::METHOD_DESCRIPTOR | flags::HAS_WEAKREF,
    doc: "Create a function object.\n\n  code\n    a code object\n  globals\n    the globals dictionary\n  name\n    a string that overrides the name from the code object\n  argdefs\n    a tuple that specifies the default argument values\n  closure\n    a tuple that supplies the bindings for free variables\n  kwdefaults\n    a dictionary that specifies the default keyword argument values",
    trace: trace_function,
    dict_offset: std::mem::offset_of!(Function, dict),
    slots: Slots {
        new: Some(new),
        call: Some(crate::call::function_call),
        repr: Some(repr),
        descr_get: Some(bind),
        ..Slots::NONE
    },
    getset: &[
        GetSetDef::rw("__code__", |_, v| Ok(this(v).code.get().unwrap_or(v)), set_code, ""),
        GetSetDef::rw("__defaults__", |_, v| opt(&this(v).defaults), set_defaults, ""),
        GetSetDef::rw("__kwdefaults__", |_, v| opt(&this(v).kwdefaults), set_kwdefaults, ""),
        GetSetDef::rw("__name__", |_, v| opt(&this(v).name), set_name, ""),
        GetSetDef::rw("__qualname__", |_, v| opt(&this(v).qualname), set_qualname, ""),
        GetSetDef::rw("__doc__", |_, v| opt(&this(v).doc), |_, v, x| put(&this(v).doc, x), ""),
        GetSetDef::rw(
            "__module__",
            |_, v| opt(&this(v).module),
            |_, v, x| put(&this(v).module, x),
            "",
        ),
        GetSetDef::ro("__globals__", |_, v| opt(&this(v).globals), ""),
        GetSetDef::ro("__builtins__", |_, v| opt(&this(v).builtins), ""),
        GetSetDef::ro("__closure__", |_, v| opt(&this(v).closure), ""),
        GetSetDef::rw("__dict__", get_dict, set_dict, ""),
        GetSetDef::rw("__annotations__", get_annotations, set_annotations, ""),
        GetSetDef::rw("__annotate__", get_annotate, set_annotate, ""),
        GetSetDef::rw("__type_params__", get_type_params, set_type_params, ""),
    ],
    ..TypeSpec::DEFAULT
});

fn this(v: Value) -> &'static Function {
    // SAFETY: slots of the type are called with its instances only; it has no subclasses.
    unsafe { v.cast_unchecked::<Function>() }
}

fn opt(s: &Slot) -> R {
    Ok(s.get().unwrap_or_else(Value::none))
}

fn put(s: &Slot, v: Option<Value>) -> R<()> {
    s.set(v);
    Ok(())
}

impl Function {
    /// A function as `MAKE_FUNCTION` makes it: name, docstring and module from code and globals.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    pub fn new(
        th: &mut Thread,
        code: &'static CodeObject,
        globals: Value,
        builtins: Value,
    ) -> R<&'static Function> {
        let version = code.version(th);
        let module = globals.cast::<Dict>().and_then(|g| g.get_str(n().__name__));
        let doc = code.docstring();
        th.alloc::<Function>(FUNCTION.shape(), 0, |header| Function {
            header,
            code: Slot::new(Some(Value::from_ref(code))),
            globals: Slot::new(Some(globals)),
            builtins: Slot::new(Some(builtins)),
            defaults: Slot::empty(),
            kwdefaults: Slot::empty(),
            closure: Slot::empty(),
            name: Slot::new(code.name.get()),
            qualname: Slot::new(code.qualname.get()),
            doc: Slot::new(doc),
            dict: Slot::empty(),
            module: Slot::new(module),
            annotations: Slot::empty(),
            annotate: Slot::empty(),
            type_params: Slot::empty(),
            version: AtomicU32::new(version),
        })
    }

    /// The code object.
    #[inline(always)]
    pub fn code(&self) -> &'static CodeObject {
        // SAFETY: functions are made with a code object here, and the setter accepts nothing else.
        unsafe { &*(self.word(&self.code) as *const CodeObject) }
    }
    #[inline(always)]
    fn word(&self, s: &Slot) -> u64 {
        Value::slot_word(s.get())
    }
    /// Address of the globals dict.
    #[inline(always)]
    pub fn globals_ptr(&self) -> *const Dict {
        self.word(&self.globals) as *const Dict
    }
    /// Word of the built-ins.
    #[inline(always)]
    pub fn builtins_word(&self) -> u64 {
        self.word(&self.builtins)
    }
    /// The globals.
    pub fn globals(&self) -> Option<Value> {
        self.globals.get()
    }
    /// Cells of free variables.
    #[inline(always)]
    pub fn closure(&self) -> Option<&'static Tuple> {
        self.closure.get().and_then(|c| c.cast::<Tuple>())
    }
    /// Defaults of positional parameters.
    #[inline]
    pub fn defaults(&self) -> Option<&'static Tuple> {
        self.defaults.get().and_then(|c| c.cast::<Tuple>())
    }
    /// Defaults of keyword-only parameters.
    #[inline]
    pub fn kwdefaults(&self) -> Option<&'static Dict> {
        self.kwdefaults.get().and_then(|c| c.cast::<Dict>())
    }
    /// The version, 0 when what a call depends on was changed.
    #[inline(always)]
    pub fn version(&self) -> u32 {
        // ORDERING: Relaxed; a guard needs no data beside it, as with `Shape::version`. Model: none needed.
        self.version.load(ord!("function.version", Relaxed))
    }
    /// The version, a new one when there is none.
    pub fn version_or_new(&self, th: &Thread) -> u32 {
        let v = self.version();
        if v != 0 {
            return v;
        }
        let fresh = th.rt.new_version();
        // ORDERING: Relaxed; as in `version`. Two threads may draw one each: the later store wins, and the other's
        // sites miss.
        self.version.store(fresh, ord!("function.new_version", Relaxed));
        fresh
    }
    /// Drops the version.
    pub fn modified(&self) {
        // ORDERING: Relaxed; as in `version`.
        self.version.store(0, ord!("function.modified", Relaxed));
    }
    /// `__qualname__` for messages.
    pub fn qualname_text(&self) -> String {
        self.qualname
            .get()
            .and_then(|q| q.cast::<Str>())
            .map_or_else(String::new, |s| s.to_string_lossy().into_owned())
    }
    /// `__name__`
    pub fn name(&self) -> Value {
        self.name.get().unwrap_or_else(Value::none)
    }
    /// `__qualname__`
    pub fn qualname(&self) -> Value {
        self.qualname.get().unwrap_or_else(Value::none)
    }
}

/// The built-in names for code with these globals: their `__builtins__`, or the module's.
pub fn builtins_of(th: &mut Thread, globals: Value) -> R {
    let found = match globals.cast::<Dict>() {
        Some(g) => g.get_str(n().__builtins__),
        None => None,
    };
    match found {
        Some(b) => match b.cast::<heddle_object::types::Module>() {
            Some(m) => m.namespace(th).map(|d| Value::from_ref(d)),
            None => Ok(b),
        },
        None => Ok(VmThread::of(th).vm.builtins_dict()),
    }
}

const NEW: Params<6> =
    Params::new(["code", "globals", "name", "argdefs", "closure", "kwdefaults"], 2);

fn new(th: &mut Thread, _ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let [code, globals, name, argdefs, closure, kwdefaults] =
        Args::new(args, kw).bind(th, "function", &NEW)?;
    let Some(code) = code.and_then(|c| c.cast::<CodeObject>()) else {
        let tn = code.map_or(String::new(), |c| c.type_of().name());
        return Err(
            th.type_error(format_args!("function() argument 'code' must be code, not {tn}"))
        );
    };
    let Some(globals) = globals.filter(|g| g.cast::<Dict>().is_some()) else {
        let tn = globals.map_or(String::new(), |c| c.type_of().name());
        return Err(
            th.type_error(format_args!("function() argument 'globals' must be dict, not {tn}"))
        );
    };
    let some = |v: Option<Value>| v.filter(|v| !v.is_none());
    if let Some(v) = some(name)
        && v.cast::<Str>().is_none()
    {
        return Err(th.type_error(format_args!("arg 3 (name) must be None or string")));
    }
    if let Some(v) = some(argdefs)
        && v.cast::<Tuple>().is_none()
    {
        return Err(th.type_error(format_args!("arg 4 (defaults) must be None or tuple")));
    }
    if let Some(v) = some(kwdefaults)
        && v.cast::<Dict>().is_none()
    {
        return Err(th.type_error(format_args!("arg 6 (kwdefaults) must be None or dict")));
    }
    let nfree = code.nfrees as usize;
    match some(closure) {
        None if nfree != 0 => {
            return Err(th.type_error(format_args!("arg 5 (closure) must be tuple")));
        }
        None => {}
        Some(c) => {
            let Some(t) = c.cast::<Tuple>() else {
                return Err(th.type_error(format_args!("arg 5 (closure) must be None or tuple")));
            };
            if t.len() != nfree {
                let name = code.name_text();
                return Err(th.value_error(format_args!(
                    "{name} requires closure of length {nfree}, not {}",
                    t.len()
                )));
            }
            for c in t.as_slice() {
                if c.cast::<CellObject>().is_none() {
                    let tn = c.type_of().name();
                    return Err(
                        th.type_error(format_args!("arg 5 (closure) expected cell, found {tn}"))
                    );
                }
            }
        }
    }
    let builtins = builtins_of(th, globals)?;
    let f = Function::new(th, code, globals, builtins)?;
    if let Some(v) = some(name) {
        f.name.set(Some(v));
        f.qualname.set(Some(v));
    }
    f.defaults.set(some(argdefs));
    f.closure.set(some(closure));
    f.kwdefaults.set(some(kwdefaults));
    Ok(Value::from_ref(f))
}

fn repr(th: &mut Thread, v: Value) -> R {
    let text = format!("<function {} at {:#x}>", this(v).qualname_text(), v.word());
    Str::new(th, &text).map(|s| Value::from_ref(s))
}

fn bind(th: &mut Thread, v: Value, obj: Option<Value>, _owner: Value) -> R {
    match obj {
        None => Ok(v),
        Some(o) => BoundMethod::new(th, v, o),
    }
}

fn set_code(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    let f = this(v);
    let Some(code) = x.and_then(|x| x.cast::<CodeObject>()) else {
        return Err(th.type_error(format_args!("__code__ must be set to a code object")));
    };
    let have = f.closure().map_or(0, |c| c.len());
    if code.nfrees as usize != have {
        let name = ops::str(th, f.name())?.to_string_lossy();
        return Err(th.value_error(format_args!(
            "{name}() requires a code object with {have} free vars, not {}",
            code.nfrees
        )));
    }
    f.modified();
    f.code.set(x);
    Ok(())
}

fn set_defaults(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    let x = x.filter(|x| !x.is_none());
    if x.is_some_and(|x| x.cast::<Tuple>().is_none()) {
        return Err(th.type_error(format_args!("__defaults__ must be set to a tuple object")));
    }
    this(v).modified();
    put(&this(v).defaults, x)
}

fn set_kwdefaults(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    let x = x.filter(|x| !x.is_none());
    if x.is_some_and(|x| x.cast::<Dict>().is_none()) {
        return Err(th.type_error(format_args!("__kwdefaults__ must be set to a dict object")));
    }
    this(v).modified();
    put(&this(v).kwdefaults, x)
}

fn set_name(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    match x {
        Some(s) if s.cast::<Str>().is_some() => put(&this(v).name, x),
        _ => Err(th.type_error(format_args!("__name__ must be set to a string object"))),
    }
}

fn set_qualname(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    match x {
        Some(s) if s.cast::<Str>().is_some() => put(&this(v).qualname, x),
        _ => Err(th.type_error(format_args!("__qualname__ must be set to a string object"))),
    }
}

fn get_dict(th: &mut Thread, v: Value) -> R {
    match attr::instance_dict(th, v)? {
        Some(d) => Ok(Value::from_ref(d)),
        None => Ok(Value::none()),
    }
}

fn set_dict(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    match x {
        Some(d) if d.cast::<Dict>().is_some() => put(&this(v).dict, x),
        Some(d) => {
            let tn = d.type_of().name();
            Err(th.type_error(format_args!("__dict__ must be set to a dictionary, not a '{tn}'")))
        }
        None => Err(th.type_error(format_args!("cannot delete __dict__"))),
    }
}

fn get_annotations(th: &mut Thread, v: Value) -> R {
    let f = this(v);
    if let Some(a) = f.annotations.get() {
        if a.cast::<Dict>().is_some() {
            return Ok(a);
        }
        if let Some(t) = a.cast::<Tuple>() {
            // As the compiler leaves them: names and values in turn.
            let d = Dict::new(th)?;
            for kv in t.as_slice().chunks_exact(2) {
                d.set_item(th, kv[0], kv[1])?;
            }
            f.annotations.set(Some(Value::from_ref(d)));
            return Ok(Value::from_ref(d));
        }
    }
    let made = match f.annotate.get().filter(|a| ops::is_callable(*a)) {
        None => Value::from_ref(Dict::new(th)?),
        Some(a) => {
            let d = ops::call1(th, a, Value::small_int(1))?;
            if d.cast::<Dict>().is_none() {
                let tn = d.type_of().name();
                return Err(
                    th.type_error(format_args!("__annotate__() must return a dict, not {tn}"))
                );
            }
            d
        }
    };
    f.annotations.set(Some(made));
    Ok(made)
}

fn set_annotations(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    let x = x.filter(|x| !x.is_none());
    if x.is_some_and(|x| x.cast::<Dict>().is_none()) {
        return Err(th.type_error(format_args!("__annotations__ must be set to a dict object")));
    }
    let f = this(v);
    f.annotations.set(x);
    f.annotate.set(None);
    Ok(())
}

fn get_annotate(_: &mut Thread, v: Value) -> R {
    opt(&this(v).annotate)
}

fn set_annotate(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    let f = this(v);
    match x {
        None => Err(th.type_error(format_args!("__annotate__ cannot be deleted"))),
        Some(a) if a.is_none() => put(&f.annotate, x),
        Some(a) if ops::is_callable(a) => {
            f.annotations.set(None);
            put(&f.annotate, x)
        }
        Some(_) => Err(th.type_error(format_args!("__annotate__ must be callable or None"))),
    }
}

fn get_type_params(th: &mut Thread, v: Value) -> R {
    match this(v).type_params.get() {
        Some(t) => Ok(t),
        None => Tuple::new(th, &[]).map(|t| Value::from_ref(t)),
    }
}

fn set_type_params(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    match x {
        Some(t) if t.cast::<Tuple>().is_some() => put(&this(v).type_params, x),
        _ => Err(th.type_error(format_args!("__type_params__ must be set to a tuple"))),
    }
}
