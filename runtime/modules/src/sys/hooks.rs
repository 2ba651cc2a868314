//! Hooks of `sys`: display, exceptions, audit.

use heddle_object::attr;
use heddle_object::names::{intern_str, n};
use heddle_object::ops;
use heddle_object::types::{List, Module, exceptions as exc};
use heddle_object::{Args, Params, R, Thread, Value};

pub fn displayhook(th: &mut Thread, _: Value, v: Value) -> R {
    if v.is_none() {
        return Ok(v);
    }
    let b = (th.hooks.import)(th, "builtins")?;
    let underscore = intern_str(th, "_")?;
    attr::setattr(th, b, underscore, Some(Value::none()))?;
    let Some(out) = (th.hooks.sys_get)(th, n().stdout).filter(|o| !o.is_none()) else {
        return Err(th.runtime_error(format_args!("lost sys.stdout")));
    };
    let text = ops::repr(th, v)?;
    let r = ops::call_method(th, out, n().write, &[Value::from_ref(text)]);
    match r {
        Err(e) if th.catch(e, &exc::UNICODE_ENCODE_ERROR) => {
            let text = ops::ascii(th, v)?;
            ops::call_method(th, out, n().write, &[Value::from_ref(text)])?;
        }
        r => {
            r?;
        }
    }
    let nl = heddle_object::types::Str::new(th, "\n")?;
    ops::call_method(th, out, n().write, &[Value::from_ref(nl)])?;
    attr::setattr(th, b, underscore, Some(v))?;
    Ok(Value::none())
}

pub fn excepthook(th: &mut Thread, _: Value, a: &[Value]) -> R {
    (th.hooks.print_exception)(th, a[1], a[2]).map(|()| Value::none())
}

/// Prints what `sys.unraisablehook` gets: a message, then the traceback.
pub fn unraisablehook(th: &mut Thread, _: Value, u: Value) -> R {
    let none = Value::none();
    let get = |th: &mut Thread, k: &str| -> R { attr::getattr_str(th, u, k) };
    let (value, tb, msg, object) =
        (get(th, "exc_value")?, get(th, "exc_traceback")?, get(th, "err_msg")?, get(th, "object")?);
    let Some(err) = (th.hooks.sys_get)(th, n().stderr).filter(|o| !o.is_none()) else {
        return Ok(none);
    };
    let mut s = String::new();
    let shown = |th: &mut Thread, v: Value| -> String {
        match ops::repr(th, v) {
            Ok(r) => r.to_string_lossy().into_owned(),
            Err(e) => {
                th.take_exception(e);
                "<object repr() failed>".to_string()
            }
        }
    };
    match (msg.is_none(), object.is_none()) {
        (false, false) => {
            s += &format!("{}: {}\n", ops::str(th, msg)?.to_string_lossy(), shown(th, object))
        }
        (false, true) => s += &format!("{}:\n", ops::str(th, msg)?.to_string_lossy()),
        (true, false) => s += &format!("Exception ignored in: {}\n", shown(th, object)),
        (true, true) => {}
    }
    let s = heddle_object::types::Str::new(th, &s)?;
    ops::call_method(th, err, n().write, &[Value::from_ref(s)])?;
    (th.hooks.print_exception)(th, value, tb)?;
    Ok(none)
}

/// Imports what `PYTHONBREAKPOINT` names (`pdb.set_trace` by default) and calls it.
pub fn breakpointhook(th: &mut Thread, _: Value, a: &Args) -> R {
    let name = if th.rt.options.ignore_environment {
        None
    } else {
        std::env::var("PYTHONBREAKPOINT").ok()
    };
    let name = name.filter(|s| !s.is_empty()).unwrap_or_else(|| "pdb.set_trace".to_string());
    if name == "0" {
        return Ok(Value::none());
    }
    let (module, f) = name.rsplit_once('.').unwrap_or(("builtins", &name));
    let m = (th.hooks.import)(th, module)?;
    let f = attr::getattr_str(th, m, f)?;
    heddle_object::ty::slots::with_flat(th, a, |th, args, kw| ops::call(th, f, args, kw))
}

/// The list of audit hooks, kept in the module's state.
fn audit_hooks(th: &mut Thread) -> R<Option<&'static List>> {
    let m = (th.hooks.import)(th, "sys")?;
    Ok(m.cast::<Module>().and_then(|m| m.state.get()).and_then(|l| l.cast::<List>()))
}

pub fn addaudithook(th: &mut Thread, _: Value, a: &Args) -> R {
    let [hook] = a.bind(th, "addaudithook", &Params::new(["hook"], 1))?;
    let hook = hook.unwrap_or_else(Value::none);
    let l = match audit_hooks(th)? {
        Some(l) => l,
        None => {
            let l = List::new(th, &[])?;
            let m = (th.hooks.import)(th, "sys")?;
            if let Some(m) = m.cast::<Module>() {
                m.state.set(Some(Value::from_ref(l)));
            }
            l
        }
    };
    l.push(th, hook)?;
    Ok(Value::none())
}

pub fn audit(th: &mut Thread, a: &Args) -> R {
    if let Some(l) = audit_hooks(th)? {
        let args = heddle_object::types::Tuple::new(th, &a.pos[1..])?;
        for i in 0..l.len() {
            if let Some(h) = l.get(i) {
                ops::call(th, h, &[a.pos[0], Value::from_ref(args)], None)?;
            }
        }
    }
    Ok(Value::none())
}
