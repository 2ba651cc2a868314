//! The last lines of an exception: type and text, notes, suggestions, and the form of SyntaxError.

use crate::thread::VmThread;
use crate::types::frame::FrameObject;
use crate::types::traceback::Traceback;
use heddle_object::names::intern_str;
use heddle_object::types::{Dict, Exception, List, Str, Tuple, exceptions as exc};
use heddle_object::{R, Thread, Value, attr, ops};

/// `str(v)`, or CPython's words for one that fails.
pub fn safe_str(th: &mut Thread, v: Value, what: &str) -> String {
    match ops::str(th, v) {
        Ok(s) => s.to_string_lossy().into_owned(),
        Err(e) => {
            th.take_exception(e);
            format!("<{what} str() failed>")
        }
    }
}

fn optional(th: &mut Thread, v: Value, name: &str) -> Option<Value> {
    let r = intern_str(th, name).and_then(|name| attr::getattr_optional(th, v, name));
    r.unwrap_or_else(|e| {
        th.take_exception(e);
        None
    })
}

fn text(v: Option<Value>) -> Option<String> {
    v.and_then(|v| v.cast::<Str>()).map(|s| s.to_string_lossy().into_owned())
}

/// The type's name as it is printed, with its module unless that is `builtins` or `__main__`.
pub fn type_name(th: &mut Thread, e: Value) -> String {
    let t = e.type_of().value();
    let q = text(optional(th, t, "__qualname__")).unwrap_or_else(|| e.type_of().name());
    match optional(th, t, "__module__") {
        Some(m) => match m.cast::<Str>() {
            Some(m) if m.eq_str("builtins") || m.eq_str("__main__") => q,
            Some(m) => format!("{}.{q}", m.to_string_lossy()),
            None => format!("<unknown>.{q}"),
        },
        None => q,
    }
}

/// Type and text, as the last line; notes after it.
pub fn lines(th: &mut Thread, e: Value, tb: Option<Value>) -> String {
    let name = type_name(th, e);
    let mut out = if e.is_instance(&exc::SYNTAX_ERROR) {
        syntax_error(th, e, &name)
    } else {
        let mut s = safe_str(th, e, "exception");
        s += &suggestion(th, e, tb);
        if s.is_empty() { format!("{name}\n") } else { format!("{name}: {s}\n") }
    };
    if let Some(notes) = optional(th, e, "__notes__") {
        let items = match (notes.cast::<List>(), notes.cast::<Tuple>()) {
            (Some(_), _) | (_, Some(_)) => ops::to_tuple(th, notes).ok(),
            _ => None,
        };
        match items {
            Some(t) => {
                for note in t.as_slice() {
                    for l in safe_str(th, *note, "note").split('\n') {
                        out += l;
                        out.push('\n');
                    }
                }
            }
            None => {
                let r = match ops::repr(th, notes) {
                    Ok(s) => s.to_string_lossy().into_owned(),
                    Err(r) => {
                        th.take_exception(r);
                        "<__notes__ repr() failed>".into()
                    }
                };
                out += &r;
                out.push('\n');
            }
        }
    }
    out
}

fn syntax_error(th: &mut Thread, e: Value, name: &str) -> String {
    let Some(x) = e.cast::<Exception>() else { return format!("{name}\n") };
    let field = |i: usize| x.field(i).filter(|v| !v.is_none());
    let number = |i: usize| field(i).and_then(heddle_object::types::int::to_i64);
    let mut out = String::new();
    let mut suffix = String::new();
    let file = text(field(1));
    match (number(2), &file) {
        (Some(line), f) => {
            let f = f.as_deref().unwrap_or("<string>");
            out += &format!("  File \"{f}\", line {line}\n");
        }
        (None, Some(f)) => suffix = format!(" ({f})"),
        (None, None) => {}
    }
    if let Some(t) = text(field(4)) {
        let right = t.trim_end_matches('\n');
        let left = right.trim_start_matches([' ', '\n', '\x0c']);
        let spaces = (right.chars().count() - left.chars().count()) as i64;
        let len = right.chars().count() as i64;
        out += &format!("    {left}\n");
        if let Some(offset) = number(3) {
            let mut offset = offset;
            let mut end = if number(2) == number(5) {
                number(6).filter(|e| *e != 0).unwrap_or(offset)
            } else {
                len + 1
            };
            let all = t.chars().count() as i64;
            if offset > all {
                offset = len + 1;
            }
            if end > all {
                end = len + 1;
            }
            if offset >= end || end < 0 {
                end = offset + 1;
            }
            let (col, end_col) = (offset - 1 - spaces, end - 1 - spaces);
            if col >= 0 {
                let lead: String = left
                    .chars()
                    .take(col as usize)
                    .map(|c| if c.is_whitespace() { c } else { ' ' })
                    .collect();
                out += &format!("    {lead}{}\n", "^".repeat((end_col - col).max(0) as usize));
            }
        }
    }
    let msg = field(0).map(|m| safe_str(th, m, "exception")).filter(|m| !m.is_empty());
    let msg = msg.unwrap_or_else(|| "<no detail available>".into());
    out += &format!("{name}: {msg}{suffix}\n");
    out
}

/// What is added to the text of NameError, AttributeError and ImportError.
fn suggestion(th: &mut Thread, e: Value, tb: Option<Value>) -> String {
    let Some(x) = e.cast::<Exception>() else { return String::new() };
    let is_import = e.is_instance(&exc::IMPORT_ERROR);
    let is_name = e.is_instance(&exc::NAME_ERROR);
    if !is_import && !is_name && !e.is_instance(&exc::ATTRIBUTE_ERROR) {
        return String::new();
    }
    let wrong = text(x.field(if is_import { 3 } else { 0 }));
    let Some(wrong) = wrong else { return String::new() };
    let found = if is_import {
        let module = text(x.field(1));
        module
            .and_then(|m| attributes_of_module(th, &m))
            .and_then(|d| best(&wrong, &without_underscores(d, &wrong)))
    } else if is_name {
        name_suggestion(th, tb, &wrong)
    } else {
        attribute_suggestion(th, x, tb, &wrong)
    };
    let mut out = found.as_ref().map_or(String::new(), |s| format!(". Did you mean: '{s}'?"));
    if is_name && is_library_module(th, &wrong) {
        out += &if found.is_some() {
            format!(" Or did you forget to import '{wrong}'?")
        } else {
            format!(". Did you forget to import '{wrong}'?")
        };
    }
    out
}

fn is_library_module(th: &mut Thread, name: &str) -> bool {
    let r = (|| -> R<bool> {
        let key = intern_str(th, "stdlib_module_names")?;
        match (th.hooks.sys_get)(th, key) {
            Some(names) => {
                let name = Value::from_ref(Str::new(th, name)?);
                ops::contains(th, names, name)
            }
            None => Ok(false),
        }
    })();
    r.unwrap_or_else(|e| {
        th.take_exception(e);
        false
    })
}

fn best(wrong: &str, names: &[String]) -> Option<String> {
    crate::suggest::closest(wrong, names.iter().map(|s| s.as_str())).map(|s| s.to_string())
}

fn without_underscores(names: Vec<String>, wrong: &str) -> Vec<String> {
    if wrong.starts_with('_') {
        names
    } else {
        names.into_iter().filter(|n| !n.starts_with('_')).collect()
    }
}

fn dir(th: &mut Thread, v: Value) -> Option<Vec<String>> {
    let r = (|| -> R<Vec<String>> {
        let f = crate::compat::builtin(th, "dir")?;
        let l = ops::call1(th, f, v)?;
        let t = ops::to_tuple(th, l)?;
        Ok(t.as_slice().iter().filter_map(|v| text(Some(*v))).collect())
    })();
    r.map_err(|e| th.take_exception(e)).ok()
}

fn attributes_of_module(th: &mut Thread, name: &str) -> Option<Vec<String>> {
    let key = intern_str(th, name).ok()?;
    let m = crate::import::modules(VmThread::of(th))?.get_str(key)?;
    dir(th, m)
}

fn last_frame(tb: Option<Value>) -> Option<&'static FrameObject> {
    let mut at = tb?.cast::<Traceback>()?;
    while let Some(next) = at.next.get().and_then(|t| t.cast::<Traceback>()) {
        at = next;
    }
    at.frame.get()?.cast::<FrameObject>()
}

fn keys(d: Value) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(d) = d.cast::<Dict>() {
        let mut pos = 0;
        while let Some((k, _)) = d.next(&mut pos) {
            out.extend(text(Some(k)));
        }
    }
    out
}

fn locals(f: &FrameObject) -> Vec<(String, Value)> {
    let frame = f.frame();
    let mut out: Vec<(String, Value)> = (0..f.code().nlocalsplus as usize)
        .filter_map(|i| {
            let v = crate::types::frame::visible_local(frame, i)?;
            Some((f.code().local_name(i).to_string_lossy().into_owned(), v))
        })
        .collect();
    if let Some(d) = frame.locals().and_then(|l| l.cast::<Dict>()) {
        let mut pos = 0;
        while let Some((k, v)) = d.next(&mut pos) {
            out.extend(text(Some(k)).map(|k| (k, v)));
        }
    }
    out
}

fn name_suggestion(th: &mut Thread, tb: Option<Value>, wrong: &str) -> Option<String> {
    let f = last_frame(tb)?;
    let own = locals(f);
    if let Some((_, this)) = own.iter().find(|(k, _)| k == "self")
        && optional(th, *this, wrong).is_some()
    {
        return Some(format!("self.{wrong}"));
    }
    let mut names: Vec<String> = own.into_iter().map(|(k, _)| k).collect();
    names.extend(keys(f.frame().globals_value()));
    names.extend(keys(f.frame().builtins()));
    best(wrong, &names)
}

fn attribute_suggestion(
    th: &mut Thread,
    x: &Exception,
    tb: Option<Value>,
    wrong: &str,
) -> Option<String> {
    let o = x.field(1)?;
    let names = dir(th, o)?;
    let inside =
        last_frame(tb).is_some_and(|f| locals(f).iter().any(|(k, v)| k == "self" && *v == o));
    let names = if inside { names } else { without_underscores(names, wrong) };
    best(wrong, &names)
}
