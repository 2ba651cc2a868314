//! What exceptions do: creation, `repr`, `str`, the fields of each type, exception groups.

use super::{BASE_EXCEPTION, EXCEPTION, EXCEPTION_GROUP, Exception, FIELDS_MAX, OS_ERROR};
use crate::core::native::{Args, GetSetDef, MethodDef};
use crate::core::thread::Thread;
use crate::core::ty::{StaticType, Type};
use crate::core::value::Value;
use crate::error::R;
use crate::names::n;
use crate::ops;
use crate::types::{Dict, List, Str, Tuple};

/// An instance with empty fields.
pub fn alloc(th: &mut Thread, ty: &'static Type) -> R {
    crate::ty::alloc_instance(th, ty)
}

fn this(th: &mut Thread, v: Value) -> R<&'static Exception> {
    match v.cast::<Exception>() {
        Some(e) => Ok(e),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("expected an exception, got '{tn}'")))
        }
    }
}

fn cls(th: &mut Thread, v: Value) -> R<&'static Type> {
    match v.cast_type() {
        Some(t) => Ok(t),
        None => Err(th.type_error(format_args!("__new__(X): X is not a type object"))),
    }
}

fn no_kwargs(th: &mut Thread, e: Value, args: &[Value], kwnames: Option<Value>) -> R<()> {
    if Args::new(args, kwnames).nkw() == 0 {
        return Ok(());
    }
    let tn = e.type_of().name();
    Err(th.type_error(format_args!("{tn}() takes no keyword arguments")))
}

/// `BaseException.__new__`
pub fn base_new(th: &mut Thread, ty: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let ty = cls(th, ty)?;
    let e = alloc(th, ty)?;
    let t = Tuple::new(th, Args::new(args, kwnames).pos)?;
    this(th, e)?.args.set(Some(Value::from_ref(t)));
    Ok(e)
}

/// `BaseException.__init__`
pub fn base_init(th: &mut Thread, e: Value, args: &[Value], kwnames: Option<Value>) -> R<()> {
    no_kwargs(th, e, args, kwnames)?;
    let t = Tuple::new(th, args)?;
    this(th, e)?.args.set(Some(Value::from_ref(t)));
    Ok(())
}

fn args_of(e: &Exception) -> &'static [Value] {
    e.args.get().and_then(|a| a.cast::<Tuple>()).map_or(&[], |t| t.as_slice())
}

/// `BaseException.__repr__`
pub fn base_repr(th: &mut Thread, e: Value) -> R {
    let x = this(th, e)?;
    let a = args_of(x);
    let name = e.type_of().name();
    let inner = if a.len() == 1 {
        let r = ops::repr(th, a[0])?;
        format!("({})", r.to_string_lossy())
    } else {
        let t = Tuple::new(th, a)?;
        ops::repr(th, Value::from_ref(t))?.to_string_lossy().into_owned()
    };
    Ok(Value::from_ref(Str::new(th, &format!("{name}{inner}"))?))
}

/// `BaseException.__str__`
pub fn base_str(th: &mut Thread, e: Value) -> R {
    let a = args_of(this(th, e)?);
    match a {
        [] => Ok(Value::from_ref(Str::new(th, "")?)),
        [one] => ops::str(th, *one).map(|s| Value::from_ref(s)),
        _ => {
            let t = Tuple::new(th, a)?;
            ops::str(th, Value::from_ref(t)).map(|s| Value::from_ref(s))
        }
    }
}

// ---- fields

fn get_field<const I: usize>(th: &mut Thread, e: Value) -> R {
    Ok(this(th, e)?.field(I).unwrap_or_else(Value::none))
}
fn set_field<const I: usize>(th: &mut Thread, e: Value, v: Option<Value>) -> R<()> {
    this(th, e)?.fields[I].set(v);
    Ok(())
}

type Get = fn(&mut Thread, Value) -> R;
type Set = fn(&mut Thread, Value, Option<Value>) -> R<()>;
const GETTERS: [Get; FIELDS_MAX] = [
    get_field::<0>,
    get_field::<1>,
    get_field::<2>,
    get_field::<3>,
    get_field::<4>,
    get_field::<5>,
    get_field::<6>,
    get_field::<7>,
];
const SETTERS: [Set; FIELDS_MAX] = [
    set_field::<0>,
    set_field::<1>,
    set_field::<2>,
    set_field::<3>,
    set_field::<4>,
    set_field::<5>,
    set_field::<6>,
    set_field::<7>,
];

/// Attributes for the fields of a type, in order.
pub const fn fields<const N: usize>(names: [&'static str; N]) -> [GetSetDef; N] {
    let mut out = [GetSetDef { name: "", get: GETTERS[0], set: None, doc: "" }; N];
    let mut i = 0;
    while i < N {
        out[i] = GetSetDef { name: names[i], get: GETTERS[i], set: Some(SETTERS[i]), doc: "" };
        i += 1;
    }
    out
}

fn set(x: &Exception, i: usize, v: Option<Value>) {
    x.fields[i].set(v);
}

/// `SystemExit.__init__`
pub fn system_exit_init(th: &mut Thread, e: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    base_init(th, e, args, kw)?;
    let code = match args {
        [] => None,
        [one] => Some(*one),
        _ => this(th, e)?.args.get(),
    };
    set(this(th, e)?, 0, code);
    Ok(())
}

/// `StopIteration.__init__`
pub fn stop_iteration_init(th: &mut Thread, e: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    base_init(th, e, args, kw)?;
    set(this(th, e)?, 0, Some(args.first().copied().unwrap_or_else(Value::none)));
    Ok(())
}

/// Keyword-only fields of ImportError, AttributeError and NameError.
fn init_keywords(
    th: &mut Thread,
    e: Value,
    args: &[Value],
    kw: Option<Value>,
    names: &[(&str, usize)],
) -> R<()> {
    let a = Args::new(args, kw);
    let t = Tuple::new(th, a.pos)?;
    let x = this(th, e)?;
    x.args.set(Some(Value::from_ref(t)));
    for (k, v) in a.keywords() {
        match names.iter().find(|(name, _)| k.eq_str(name)) {
            Some((_, i)) => set(x, *i, Some(v)),
            None => {
                let tn = e.type_of().name();
                let k = k.to_string_lossy();
                return Err(
                    th.type_error(format_args!("{tn}() got an unexpected keyword argument '{k}'"))
                );
            }
        }
    }
    Ok(())
}

/// `AttributeError.__init__`
pub fn attribute_error_init(th: &mut Thread, e: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    init_keywords(th, e, args, kw, &[("name", 0), ("obj", 1)])
}

/// `NameError.__init__`
pub fn name_error_init(th: &mut Thread, e: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    init_keywords(th, e, args, kw, &[("name", 0)])
}

/// `ImportError.__init__`
pub fn import_error_init(th: &mut Thread, e: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    init_keywords(th, e, args, kw, &[("name", 1), ("path", 2), ("name_from", 3)])?;
    let x = this(th, e)?;
    if let [one] = args_of(x) {
        set(x, 0, Some(*one));
    }
    Ok(())
}

/// `ImportError.__str__`
pub fn import_error_str(th: &mut Thread, e: Value) -> R {
    match this(th, e)?.field(0) {
        Some(m) if m.is_exact::<Str>() => Ok(m),
        _ => base_str(th, e),
    }
}

/// `KeyError.__str__`
pub fn key_error_str(th: &mut Thread, e: Value) -> R {
    match args_of(this(th, e)?) {
        [one] => ops::repr(th, *one).map(|s| Value::from_ref(s)),
        _ => base_str(th, e),
    }
}

// ---- OSError

/// The subclass of OSError for an error number, as PEP 3151 has it.
pub fn os_error_class(errno: i64) -> &'static StaticType {
    use super::*;
    match errno as i32 {
        libc::EAGAIN | libc::EALREADY | libc::EINPROGRESS => &BLOCKING_IO_ERROR,
        libc::EPIPE | libc::ESHUTDOWN => &BROKEN_PIPE_ERROR,
        libc::ECHILD => &CHILD_PROCESS_ERROR,
        libc::ECONNABORTED => &CONNECTION_ABORTED_ERROR,
        libc::ECONNREFUSED => &CONNECTION_REFUSED_ERROR,
        libc::ECONNRESET => &CONNECTION_RESET_ERROR,
        libc::EEXIST => &FILE_EXISTS_ERROR,
        libc::ENOENT => &FILE_NOT_FOUND_ERROR,
        libc::EISDIR => &IS_A_DIRECTORY_ERROR,
        libc::ENOTDIR => &NOT_A_DIRECTORY_ERROR,
        libc::EINTR => &INTERRUPTED_ERROR,
        libc::EACCES | libc::EPERM => &PERMISSION_ERROR,
        libc::ESRCH => &PROCESS_LOOKUP_ERROR,
        libc::ETIMEDOUT => &TIMEOUT_ERROR,
        _ => &OS_ERROR,
    }
}

/// `OSError.__new__`: picks the subclass by errno.
pub fn os_error_new(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let mut t = cls(th, ty)?;
    let pos = Args::new(args, kw).pos;
    if std::ptr::eq(t, OS_ERROR.ty())
        && pos.len() >= 2
        && let Some(no) = pos[0].as_small_int()
    {
        t = os_error_class(no).ty();
    }
    let e = alloc(th, t)?;
    os_error_fill(th, e, pos)?;
    Ok(e)
}

/// Sets `args` and the fields from the arguments.
pub fn os_error_fill(th: &mut Thread, e: Value, pos: &[Value]) -> R<()> {
    let x = this(th, e)?;
    let mut kept = pos;
    if (2..=5).contains(&pos.len()) {
        set(x, 0, Some(pos[0]));
        set(x, 1, Some(pos[1]));
        if let Some(f) = pos.get(2).filter(|f| !f.is_none()) {
            set(x, 2, Some(*f));
            kept = &pos[..2];
        }
        if let Some(f) = pos.get(4).filter(|f| !f.is_none()) {
            set(x, 3, Some(*f));
        }
    }
    let t = Tuple::new(th, kept)?;
    x.args.set(Some(Value::from_ref(t)));
    Ok(())
}

/// `OSError.__init__`: everything is done by `__new__` unless a subclass replaced that.
pub fn os_error_init(th: &mut Thread, e: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    no_kwargs(th, e, args, kw)?;
    if this(th, e)?.field(0).is_none() {
        os_error_fill(th, e, args)?;
    }
    Ok(())
}

/// `OSError.__str__`
pub fn os_error_str(th: &mut Thread, e: Value) -> R {
    let x = this(th, e)?;
    let (Some(no), Some(text)) = (x.field(0), x.field(1)) else { return base_str(th, e) };
    let no = ops::str(th, no)?.to_string_lossy();
    let text = ops::str(th, text)?.to_string_lossy();
    let mut s = format!("[Errno {no}] {text}");
    if let Some(f) = x.field(2) {
        let r = ops::repr(th, f)?;
        s += &format!(": {}", r.to_string_lossy());
        if let Some(f2) = x.field(3) {
            let r = ops::repr(th, f2)?;
            s += &format!(" -> {}", r.to_string_lossy());
        }
    }
    Ok(Value::from_ref(Str::new(th, &s)?))
}

// ---- SyntaxError

/// `SyntaxError.__init__`
pub fn syntax_error_init(th: &mut Thread, e: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    base_init(th, e, args, kw)?;
    let x = this(th, e)?;
    if let Some(m) = args.first() {
        set(x, 0, Some(*m));
    }
    if args.len() == 2 {
        let info = ops::to_tuple(th, args[1])?;
        let info = info.as_slice();
        if info.len() < 4 || info.len() > 7 {
            let n = info.len();
            return Err(if n < 4 {
                th.type_error(format_args!(
                    "function missing required argument '{}' (pos {})",
                    ["filename", "lineno", "offset", "text"][n],
                    n + 1
                ))
            } else {
                th.type_error(format_args!("function takes at most 7 arguments ({n} given)"))
            });
        }
        for (i, v) in info.iter().take(6).enumerate() {
            set(x, i + 1, Some(*v));
        }
    }
    Ok(())
}

/// `SyntaxError.__str__`
pub fn syntax_error_str(th: &mut Thread, e: Value) -> R {
    let x = this(th, e)?;
    let msg = match x.field(0) {
        Some(m) => ops::str(th, m)?.to_string_lossy(),
        None => "None".into(),
    };
    let file = x.field(1).and_then(|f| f.cast::<Str>()).map(|f| f.to_string_lossy());
    let file = file.map(|f| f.rsplit('/').next().unwrap_or("").to_string());
    let line = x.field(2).and_then(|l| l.as_small_int());
    let s = match (file, line) {
        (Some(f), Some(l)) => format!("{msg} ({f}, line {l})"),
        (Some(f), None) => format!("{msg} ({f})"),
        (None, Some(l)) => format!("{msg} (line {l})"),
        (None, None) => msg.into_owned(),
    };
    Ok(Value::from_ref(Str::new(th, &s)?))
}

// ---- Unicode errors

fn unicode_init(
    th: &mut Thread,
    e: Value,
    args: &[Value],
    kw: Option<Value>,
    skip: usize,
) -> R<()> {
    base_init(th, e, args, kw)?;
    let want = 5 - skip;
    if args.len() != want {
        let n = args.len();
        return Err(
            th.type_error(format_args!("function takes exactly {want} arguments ({n} given)"))
        );
    }
    for (i, v) in args.iter().enumerate() {
        let field = i + skip;
        let number = field == 2 || field == 3;
        if (field == 0 || field == 4) && v.cast::<Str>().is_none() {
            let tn = v.type_of().name();
            return Err(th.type_error(format_args!("argument {} must be str, not {tn}", i + 1)));
        }
        if number && ops::index_opt(th, *v)?.is_none() {
            let tn = v.type_of().name();
            return Err(
                th.type_error(format_args!("'{tn}' object cannot be interpreted as an integer"))
            );
        }
        set(this(th, e)?, field, Some(*v));
    }
    Ok(())
}
/// `UnicodeDecodeError.__init__`
pub fn unicode_decode_init(th: &mut Thread, e: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    unicode_init(th, e, args, kw, 0)
}
/// `UnicodeEncodeError.__init__`
pub fn unicode_encode_init(th: &mut Thread, e: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    unicode_init(th, e, args, kw, 0)
}
/// `UnicodeTranslateError.__init__`
pub fn unicode_translate_init(
    th: &mut Thread,
    e: Value,
    args: &[Value],
    kw: Option<Value>,
) -> R<()> {
    unicode_init(th, e, args, kw, 1)
}

/// `__str__` of the three.
pub fn unicode_error_str(th: &mut Thread, e: Value) -> R {
    let x = this(th, e)?;
    let (Some(object), Some(start), Some(end)) = (
        x.field(1),
        x.field(2).and_then(|v| v.as_small_int()),
        x.field(3).and_then(|v| v.as_small_int()),
    ) else {
        return Ok(Value::from_ref(Str::new(th, "")?));
    };
    let reason = match x.field(4) {
        Some(r) => ops::str(th, r)?.to_string_lossy(),
        None => "".into(),
    };
    let enc = match x.field(0) {
        Some(r) => ops::str(th, r)?.to_string_lossy(),
        None => "".into(),
    };
    let len = ops::len(th, object).unwrap_or(0) as i64;
    let one = start >= 0 && start < len && end == start + 1;
    let s = match object.cast::<Str>() {
        Some(s) => {
            let verb = if x.field(0).is_some() {
                format!("'{enc}' codec can't encode")
            } else {
                "can't translate".into()
            };
            if one {
                let c = s.code_point(start as usize);
                let c = match c {
                    0..=0xff => format!("\\x{c:02x}"),
                    0x100..=0xffff => format!("\\u{c:04x}"),
                    _ => format!("\\U{c:08x}"),
                };
                format!("{verb} character '{c}' in position {start}: {reason}")
            } else {
                format!("{verb} characters in position {start}-{}: {reason}", end - 1)
            }
        }
        None if one => {
            let b = ops::getitem(th, object, Value::small_int(start))?.as_small_int().unwrap_or(0);
            format!("'{enc}' codec can't decode byte 0x{b:02x} in position {start}: {reason}")
        }
        None => {
            format!("'{enc}' codec can't decode bytes in position {start}-{}: {reason}", end - 1)
        }
    };
    Ok(Value::from_ref(Str::new(th, &s)?))
}

// ---- groups

/// `BaseExceptionGroup.__new__`
pub fn group_new(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let t = cls(th, ty)?;
    let a = Args::new(args, kw);
    let n = a.pos.len();
    if n != 2 {
        return Err(th.type_error(format_args!(
            "BaseExceptionGroup.__new__() takes exactly 2 arguments ({n} given)"
        )));
    }
    let (msg, excs) = (a.pos[0], a.pos[1]);
    if msg.cast::<Str>().is_none() {
        let tn = msg.type_of().name();
        return Err(th.type_error(format_args!("argument 1 must be str, not {tn}")));
    }
    if excs.type_of().slots().getitem.is_none() || excs.type_of().slots().len.is_none() {
        return Err(th.type_error(format_args!("second argument (exceptions) must be a sequence")));
    }
    let items = ops::to_tuple(th, excs)?;
    if items.len() == 0 {
        return Err(th.value_error(format_args!(
            "second argument (exceptions) must be a non-empty sequence"
        )));
    }
    let mut all_plain = true;
    for (i, e) in items.as_slice().iter().enumerate() {
        if !e.is_instance(&BASE_EXCEPTION) {
            return Err(th.value_error(format_args!(
                "Item {i} of second argument (exceptions) is not an exception"
            )));
        }
        all_plain &= e.is_instance(&EXCEPTION);
    }
    let mut t = t;
    if std::ptr::eq(t, super::BASE_EXCEPTION_GROUP.ty()) {
        if all_plain {
            t = EXCEPTION_GROUP.ty();
        }
    } else if !all_plain {
        if std::ptr::eq(t, EXCEPTION_GROUP.ty()) {
            return Err(
                th.type_error(format_args!("Cannot nest BaseExceptions in an ExceptionGroup"))
            );
        }
        if t.is_subtype(EXCEPTION.ty()) {
            let tn = t.name();
            return Err(th.type_error(format_args!("Cannot nest BaseExceptions in '{tn}'")));
        }
    }
    let e = alloc(th, t)?;
    let args = Tuple::new(th, a.pos)?;
    let x = this(th, e)?;
    x.args.set(Some(Value::from_ref(args)));
    set(x, 0, Some(msg));
    set(x, 1, Some(Value::from_ref(items)));
    Ok(e)
}

/// `BaseExceptionGroup.__init__`
pub fn group_init(th: &mut Thread, e: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    base_init(th, e, args, kw)
}

/// `BaseExceptionGroup.__str__`
pub fn group_str(th: &mut Thread, e: Value) -> R {
    let x = this(th, e)?;
    let msg = match x.field(0) {
        Some(m) => ops::str(th, m)?.to_string_lossy(),
        None => "".into(),
    };
    let k = x.field(1).and_then(|t| t.cast::<Tuple>()).map_or(0, |t| t.len());
    let s = if k == 1 { "" } else { "s" };
    Ok(Value::from_ref(Str::new(th, &format!("{msg} ({k} sub-exception{s})"))?))
}

/// `BaseExceptionGroup.__repr__`
pub fn group_repr(th: &mut Thread, e: Value) -> R {
    base_repr(th, e)
}

// ---- methods and attributes of BaseException

/// `with_traceback`, `add_note`, `__setstate__`, `__reduce__`
pub const BASE_METHODS: &[MethodDef] = &[
    MethodDef::one(
        "with_traceback",
        with_traceback,
        "with_traceback($self, object, /)\n--\n\nSet self.__traceback__ to tb and return self.",
    ),
    MethodDef::one(
        "add_note",
        add_note,
        "add_note($self, object, /)\n--\n\nAdd a note to the exception",
    ),
    MethodDef::one("__setstate__", setstate, "__setstate__($self, object, /)\n--\n\n"),
    MethodDef::noargs("__reduce__", reduce, "__reduce__($self, /)\n--\n\n"),
];

fn with_traceback(th: &mut Thread, e: Value, tb: Value) -> R {
    set_traceback(th, e, Some(tb))?;
    Ok(e)
}

fn add_note(th: &mut Thread, e: Value, note: Value) -> R {
    if note.cast::<Str>().is_none() {
        let tn = note.type_of().name();
        return Err(th.type_error(format_args!("add_note() argument must be str, not {tn}")));
    }
    let notes = match crate::attr::getattr_optional(th, e, n().__notes__)? {
        Some(l) => l,
        None => {
            let l = Value::from_ref(List::new(th, &[])?);
            crate::attr::setattr(th, e, n().__notes__, Some(l))?;
            l
        }
    };
    match notes.cast::<List>() {
        Some(l) => l.push(th, note)?,
        None => return Err(th.type_error(format_args!("Cannot add note: __notes__ is not a list"))),
    }
    Ok(Value::none())
}

fn setstate(th: &mut Thread, e: Value, state: Value) -> R {
    if state.is_none() {
        return Ok(state);
    }
    let Some(d) = state.cast::<Dict>() else {
        return Err(th.type_error(format_args!("state is not a dictionary")));
    };
    let mut pos = 0;
    while let Some((k, v)) = d.next(&mut pos) {
        let name = crate::attr::attr_name(th, k)?;
        crate::attr::setattr(th, e, name, Some(v))?;
    }
    Ok(Value::none())
}

fn reduce(th: &mut Thread, e: Value) -> R {
    let x = this(th, e)?;
    let args = match x.args.get() {
        Some(a) => a,
        None => Value::from_ref(Tuple::new(th, &[])?),
    };
    let ty = e.type_of().value();
    let t = match x.dict.get() {
        Some(d) => Tuple::new(th, &[ty, args, d])?,
        None => Tuple::new(th, &[ty, args])?,
    };
    Ok(Value::from_ref(t))
}

fn get_args(th: &mut Thread, e: Value) -> R {
    Ok(this(th, e)?.args.get().unwrap_or_else(Value::none))
}
fn set_args(th: &mut Thread, e: Value, v: Option<Value>) -> R<()> {
    match v {
        Some(v) => {
            let t = ops::to_tuple(th, v)?;
            this(th, e)?.args.set(Some(Value::from_ref(t)));
            Ok(())
        }
        None => Err(th.type_error(format_args!("args may not be deleted"))),
    }
}
fn get_traceback(th: &mut Thread, e: Value) -> R {
    Ok(this(th, e)?.traceback.get().unwrap_or_else(Value::none))
}
fn set_traceback(th: &mut Thread, e: Value, v: Option<Value>) -> R<()> {
    match v {
        None => Err(th.type_error(format_args!("__traceback__ may not be deleted"))),
        Some(v) if v.is_none() => {
            this(th, e)?.traceback.set(None);
            Ok(())
        }
        Some(v) if v.type_of().name() == "traceback" => {
            this(th, e)?.traceback.set(Some(v));
            Ok(())
        }
        Some(_) => Err(th.type_error(format_args!("__traceback__ must be a traceback or None"))),
    }
}

fn exception_or_none(th: &mut Thread, what: &str, v: Option<Value>) -> R<Option<Value>> {
    match v {
        None => Err(th.type_error(format_args!("{what} may not be deleted"))),
        Some(v) if v.is_none() => Ok(None),
        Some(v) if v.is_instance(&BASE_EXCEPTION) => Ok(Some(v)),
        Some(_) => {
            let what = what.trim_matches('_');
            Err(th.type_error(format_args!(
                "exception {what} must be None or derive from BaseException"
            )))
        }
    }
}
fn get_context(th: &mut Thread, e: Value) -> R {
    Ok(this(th, e)?.context.get().unwrap_or_else(Value::none))
}
fn set_context(th: &mut Thread, e: Value, v: Option<Value>) -> R<()> {
    let v = exception_or_none(th, "__context__", v)?;
    this(th, e)?.context.set(v);
    Ok(())
}
fn get_cause(th: &mut Thread, e: Value) -> R {
    Ok(this(th, e)?.cause.get().unwrap_or_else(Value::none))
}
fn set_cause(th: &mut Thread, e: Value, v: Option<Value>) -> R<()> {
    let v = exception_or_none(th, "__cause__", v)?;
    let x = this(th, e)?;
    x.cause.set(v);
    x.header.set_aux(x.header.aux() | 1);
    Ok(())
}
fn get_suppress(th: &mut Thread, e: Value) -> R {
    Ok(Value::bool(this(th, e)?.header.aux() & 1 != 0))
}
fn set_suppress(th: &mut Thread, e: Value, v: Option<Value>) -> R<()> {
    let x = this(th, e)?;
    match v {
        Some(v) => {
            let on = ops::is_true(th, v)?;
            x.header.set_aux(x.header.aux() & !1 | on as u32);
            Ok(())
        }
        None => Err(th.type_error(format_args!("can't delete numeric/char attribute"))),
    }
}

/// `args`, `__traceback__`, `__context__`, `__cause__`, `__suppress_context__`
pub const BASE_GETSET: &[GetSetDef] = &[
    GetSetDef::rw("args", get_args, set_args, ""),
    GetSetDef::rw("__traceback__", get_traceback, set_traceback, ""),
    GetSetDef::rw("__context__", get_context, set_context, ""),
    GetSetDef::rw("__cause__", get_cause, set_cause, ""),
    GetSetDef::rw("__suppress_context__", get_suppress, set_suppress, ""),
];
