//! Exceptions as text: tracebacks with source lines and carets, chains and groups, as CPython prints them.

use crate::thread::VmThread;
use heddle_object::types::{Exception, Str};
use heddle_object::{R, Raised, Thread, Value, attr, ops};

/// `ValueError: text`, without its traceback. Never raises.
pub fn describe(th: &mut Thread, e: Value) -> String {
    let name = e.type_of().name();
    match ops::str(th, e) {
        Ok(s) if s.len() == 0 => name,
        Ok(s) => format!("{name}: {}", s.to_string_lossy()),
        Err(r) => {
            th.take_exception(r);
            format!("{name}: <exception str() failed>")
        }
    }
}

/// Writes to `sys.stderr`, or to the process's when there is none.
pub fn write_stderr(th: &mut Thread, text: &str) {
    let err = (th.hooks.sys_get)(th, heddle_object::names::n().stderr).filter(|e| !e.is_none());
    if let Some(err) = err {
        let r = Str::new(th, text).and_then(|s| {
            ops::call::call_method(th, err, heddle_object::names::n().write, &[Value::from_ref(s)])
        });
        match r {
            Ok(_) => return,
            Err(e) => {
                th.take_exception(e);
            }
        }
    }
    eprint!("{text}");
}

/// The lines of a traceback and the exception's last line.
pub fn format(th: &mut Thread, e: Value, tb: Option<Value>) -> String {
    let mut out = String::new();
    if let Some(x) = e.cast::<Exception>() {
        let (cause, context) = (x.cause.get(), x.context.get());
        if let Some(c) = cause {
            let inner = c.cast::<Exception>().and_then(|c| c.traceback.get());
            out += &format(th, c, inner);
            out += "\nThe above exception was the direct cause of the following exception:\n\n";
        } else if let Some(c) = context.filter(|_| x.header.aux() & 1 == 0) {
            let inner = c.cast::<Exception>().and_then(|c| c.traceback.get());
            out += &format(th, c, inner);
            out += "\nDuring handling of the above exception, another exception occurred:\n\n";
        }
    }
    if let Some(tb) = tb {
        out += "Traceback (most recent call last):\n";
        let mut at = Some(tb);
        while let Some(t) = at.and_then(|t| t.cast::<crate::types::traceback::Traceback>()) {
            if let Some(c) = t.code() {
                let line = t.line().unwrap_or(0);
                out += &format!("  File \"{}\", line {line}, in {}\n", c.filename_text(), c.qualname_text());
            }
            at = t.next.get();
        }
    }
    out += &describe(th, e);
    out.push('\n');
    out
}

/// `sys.excepthook`'s work.
pub fn print_exception(th: &mut Thread, e: Value, tb: Value) -> R<()> {
    let tb = Some(tb).filter(|t| !t.is_none());
    let text = format(th, e, tb);
    write_stderr(th, &text);
    Ok(())
}

/// Reports an exception that nobody can catch, through `sys.unraisablehook`.
pub fn unraisable(th: &mut Thread, e: Raised, what: &str, object: Option<Value>) {
    let e = th.take_exception(e);
    let mut text = String::from(what);
    if let Some(o) = object {
        match ops::repr(th, o) {
            Ok(r) => text += &format!(" {}", r.to_string_lossy()),
            Err(r) => {
                th.take_exception(r);
            }
        }
    }
    let tb = e.cast::<Exception>().and_then(|x| x.traceback.get());
    let body = format(th, e, tb);
    write_stderr(th, &format!("{text}:\n{body}"));
    let _ = VmThread::of(th);
    let _ = attr::getattr_str;
}
