//! The functions that need the compiler, the interpreter or the import machinery: they go through the vm's hooks.

use heddle_object::attr;
use heddle_object::ops;
use heddle_object::types::{Dict, Str, Tuple};
use heddle_object::{Args, Params, R, Thread, Value};

pub fn build_class(th: &mut Thread, _: Value, a: &Args) -> R {
    (th.hooks.build_class)(th, a)
}

pub fn globals(th: &mut Thread, _: Value) -> R {
    match (th.hooks.current_globals)(th) {
        Some(g) => Ok(g),
        None => Err(th.system_error(format_args!("globals() without a frame"))),
    }
}

pub fn locals(th: &mut Thread, _: Value) -> R {
    (th.hooks.current_locals)(th)
}

const COMPILE: Params<7> = Params::new(
    ["source", "filename", "mode", "flags", "dont_inherit", "optimize", "_feature_version"],
    3,
)
.kwonly(6);

pub fn compile(th: &mut Thread, _: Value, a: &Args) -> R {
    let [source, filename, mode, flags, dont_inherit, optimize, _] =
        a.bind(th, "compile", &COMPILE)?;
    let none = Value::none();
    let mode = mode.unwrap_or(none);
    let Some(m) = mode.cast::<Str>() else {
        let tn = mode.type_of().name();
        return Err(th.type_error(format_args!("compile() argument 'mode' must be str, not {tn}")));
    };
    let m = m.to_string_lossy();
    if !matches!(&*m, "exec" | "eval" | "single" | "func_type") {
        return Err(
            th.value_error(format_args!("compile() mode must be 'exec', 'eval' or 'single'"))
        );
    }
    let int = |th: &mut Thread, v: Option<Value>, d: i64| match v {
        Some(v) => ops::index_isize(th, v).map(|i| i as i64),
        None => Ok(d),
    };
    let flags = int(th, flags, 0)?;
    let optimize = int(th, optimize, -1)?;
    if !(-1..=2).contains(&optimize) {
        return Err(th.value_error(format_args!("compile(): invalid optimize value")));
    }
    let inherit = match dont_inherit {
        Some(v) => !ops::is_true(th, v)?,
        None => true,
    };
    (th.hooks.compile)(
        th,
        source.unwrap_or(none),
        filename.unwrap_or(none),
        &m,
        flags,
        inherit,
        optimize,
    )
}

/// Globals and locals as given or as the caller has them.
fn namespaces(
    th: &mut Thread,
    what: &str,
    g: Option<Value>,
    l: Option<Value>,
) -> R<(Value, Value)> {
    let g = g.filter(|g| !g.is_none());
    let l = l.filter(|l| !l.is_none());
    let globals = match g {
        Some(g) => {
            if g.cast::<Dict>().is_none() {
                let tn = g.type_of().name();
                let mapping = g.type_of().slots().getitem.is_some();
                return Err(if what == "eval" && mapping {
                    th.type_error(format_args!(
                        "globals must be a real dict; try eval(code, {{}}, mapping)"
                    ))
                } else if what == "eval" {
                    th.type_error(format_args!("globals must be a dict"))
                } else {
                    th.type_error(format_args!("exec() globals must be a dict, not {tn}"))
                });
            }
            g
        }
        None => match (th.hooks.current_globals)(th) {
            Some(g) => g,
            None => {
                return Err(th.system_error(format_args!("globals and locals cannot be NULL")));
            }
        },
    };
    let locals = match (l, g) {
        (Some(l), _) => l,
        (None, Some(g)) => g,
        (None, None) => (th.hooks.current_locals)(th)?,
    };
    if locals.type_of().slots().getitem.is_none() {
        let tn = locals.type_of().name();
        return Err(if what == "eval" {
            th.type_error(format_args!("locals must be a mapping"))
        } else {
            th.type_error(format_args!("locals must be a mapping or None, not {tn}"))
        });
    }
    // The frame needs builtins.
    if let Some(d) = globals.cast::<Dict>() {
        let k = heddle_object::names::n().__builtins__;
        if d.get_str(k).is_none() {
            let b = match (th.hooks.current_globals)(th)
                .and_then(|g| g.cast::<Dict>())
                .and_then(|g| g.get_str(k))
            {
                Some(b) => b,
                None => (th.hooks.import)(th, "builtins")?,
            };
            d.set_item(th, Value::from_ref(k), b)?;
        }
    }
    Ok((globals, locals))
}

const EVAL: Params<3> = Params::new(["source", "globals", "locals"], 1).posonly(1);

pub fn eval(th: &mut Thread, _: Value, a: &Args) -> R {
    let [source, g, l] = a.bind(th, "eval", &EVAL)?;
    let (g, l) = namespaces(th, "eval", g, l)?;
    let source = source.unwrap_or_else(Value::none);
    let code = code_of(th, source, "eval")?;
    (th.hooks.eval_code)(th, code, g, l, Value::none())
}

const EXEC: Params<4> =
    Params::new(["source", "globals", "locals", "closure"], 1).posonly(1).kwonly(3);

pub fn exec(th: &mut Thread, _: Value, a: &Args) -> R {
    let [source, g, l, closure] = a.bind(th, "exec", &EXEC)?;
    let (g, l) = namespaces(th, "exec", g, l)?;
    let source = source.unwrap_or_else(Value::none);
    let code = code_of(th, source, "exec")?;
    (th.hooks.eval_code)(th, code, g, l, closure.unwrap_or_else(Value::none))?;
    Ok(Value::none())
}

/// A code object, compiled when the argument is source.
fn code_of(th: &mut Thread, source: Value, mode: &str) -> R {
    if source.type_of().name() == "code" {
        return Ok(source);
    }
    let text = source.cast::<Str>().is_some() || source.type_of().slots().buffer.is_some();
    if !text {
        return Err(
            th.type_error(format_args!("{mode}() arg 1 must be a string, bytes or code object"))
        );
    }
    let file = Str::new(th, "<string>")?;
    // eval() ignores leading blanks.
    let source = match source.cast::<Str>() {
        Some(s) if mode == "eval" => {
            let t = s.to_string_lossy();
            Value::from_ref(Str::new(th, t.trim_start_matches([' ', '\t']))?)
        }
        _ => source,
    };
    (th.hooks.compile)(th, source, Value::from_ref(file), mode, 0, true, -1)
}

const IMPORT: Params<5> = Params::new(["name", "globals", "locals", "fromlist", "level"], 1);

pub fn import(th: &mut Thread, _: Value, a: &Args) -> R {
    let [name, g, l, from, level] = a.bind(th, "__import__", &IMPORT)?;
    let none = Value::none();
    let level = match level {
        Some(v) => ops::index_isize(th, v)? as i64,
        None => 0,
    };
    let from = match from {
        Some(f) => f,
        None => Value::from_ref(Tuple::new(th, &[])?),
    };
    (th.hooks.import_name)(
        th,
        name.unwrap_or(none),
        g.unwrap_or(none),
        l.unwrap_or(none),
        from,
        level,
    )
}

/// `open` is `io.open`.
pub fn open(th: &mut Thread, _: Value, a: &Args) -> R {
    let io = (th.hooks.import)(th, "_io")?;
    let f = attr::getattr_str(th, io, "open")?;
    heddle_object::ty::slots::with_flat(th, a, |th, args, kw| ops::call(th, f, args, kw))
}
