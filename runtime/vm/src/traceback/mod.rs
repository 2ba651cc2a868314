//! Exceptions as text, as CPython prints them: the stack with source lines and carets, chains, groups.
//!
//! `source` has the lines and carets, `only` the last lines. Nothing here raises: whatever goes wrong while an exception
//! is printed is left out of the text.

mod only;
mod source;

use crate::thread::VmThread;
use crate::types::traceback::Traceback;
use heddle_object::names::n;
use heddle_object::types::{Exception, Str, Tuple, exceptions as exc};
use heddle_object::{R, Raised, Thread, Value, attr, ops};
use source::Sources;

/// Identical lines shown before the rest is counted.
const REPEATED_MAX: usize = 3;
/// Exceptions of a group that are shown.
const GROUP_WIDTH_MAX: usize = 15;
/// Nested groups that are shown.
const GROUP_DEPTH_MAX: usize = 10;
/// Exceptions of a chain that are shown; a longer one would overflow the native stack (arbitrary).
const CHAIN_MAX: usize = 2000;

/// `ValueError: text`, without its traceback.
pub fn describe(th: &mut Thread, e: Value) -> String {
    only::lines(th, e, None).trim_end_matches('\n').to_string()
}

/// Writes to `sys.stderr`, or to the process's when there is none.
pub fn write_stderr(th: &mut Thread, text: &str) {
    let err = (th.hooks.sys_get)(th, n().stderr).filter(|e| !e.is_none());
    if let Some(err) = err {
        let r = Str::new(th, text)
            .and_then(|s| ops::call::call_method(th, err, n().write, &[Value::from_ref(s)]));
        match r {
            Ok(_) => return,
            Err(e) => {
                th.take_exception(e);
            }
        }
    }
    eprint!("{text}");
}

/// What is printed so far, with the margin of groups.
struct Printer {
    out: String,
    seen: Vec<Value>,
    depth: usize,
    need_close: bool,
    sources: Sources,
}

impl Printer {
    fn indent(&self) -> String {
        "  ".repeat(self.depth)
    }

    fn emit(&mut self, text: &str, margin: char) {
        let mut lead = self.indent();
        if self.depth > 0 {
            lead.push(margin);
            lead.push(' ');
        }
        for l in text.split_inclusive('\n') {
            self.out += &lead;
            self.out += l;
        }
    }

    /// The exception with those that it comes from.
    fn chain(&mut self, th: &mut Thread, e: Value, tb: Option<Value>) {
        let mut links = vec![(e, tb, "")];
        self.seen.push(e);
        let mut at = e;
        while links.len() < CHAIN_MAX
            && let Some(x) = at.cast::<Exception>()
        {
            let (next, words) = match (x.cause.get(), x.context.get()) {
                (Some(c), _) => (
                    c,
                    "\nThe above exception was the direct cause of the following exception:\n\n",
                ),
                (None, Some(c)) if x.header.aux() & 1 == 0 => {
                    (c, "\nDuring handling of the above exception, another exception occurred:\n\n")
                }
                _ => break,
            };
            if self.seen.contains(&next) {
                break;
            }
            self.seen.push(next);
            if let Some(last) = links.last_mut() {
                last.2 = words;
            }
            links.push((next, next.cast::<Exception>().and_then(|x| x.traceback.get()), ""));
            at = next;
        }
        for (e, tb, words) in links.into_iter().rev() {
            if !words.is_empty() {
                self.emit(words, '|');
            }
            self.one(th, e, tb);
        }
    }

    fn one(&mut self, th: &mut Thread, e: Value, tb: Option<Value>) {
        let group = if e.is_instance(&exc::BASE_EXCEPTION_GROUP) { members(th, e) } else { None };
        let Some(members) = group else {
            if tb.is_some() {
                self.emit("Traceback (most recent call last):\n", '|');
                let s = self.stack(th, tb);
                self.emit(&s, '|');
            }
            let last = only::lines(th, e, tb);
            self.emit(&last, '|');
            return;
        };
        if self.depth > GROUP_DEPTH_MAX {
            self.emit(&format!("... (max_group_depth is {GROUP_DEPTH_MAX})\n"), '|');
            return;
        }
        let top = self.depth == 0;
        if top {
            self.depth += 1;
        }
        if tb.is_some() {
            self.emit(
                "Exception Group Traceback (most recent call last):\n",
                if top { '+' } else { '|' },
            );
            let s = self.stack(th, tb);
            self.emit(&s, '|');
        }
        let last = only::lines(th, e, tb);
        self.emit(&last, '|');
        let count = members.len();
        let shown = if count <= GROUP_WIDTH_MAX { count } else { GROUP_WIDTH_MAX + 1 };
        self.need_close = false;
        for i in 0..shown {
            let is_last = i + 1 == shown;
            if is_last {
                self.need_close = true;
            }
            let cut = i >= GROUP_WIDTH_MAX;
            let title = if cut { "...".to_string() } else { (i + 1).to_string() };
            let lead = if i == 0 { "+-" } else { "  " };
            self.out +=
                &format!("{}{lead}+---------------- {title} ----------------\n", self.indent());
            self.depth += 1;
            if cut {
                let rest = count - GROUP_WIDTH_MAX;
                let s = if rest > 1 { "s" } else { "" };
                self.emit(&format!("and {rest} more exception{s}\n"), '|');
            } else {
                let m = members[i];
                let tb = m.cast::<Exception>().and_then(|x| x.traceback.get());
                self.chain(th, m, tb);
            }
            if is_last && self.need_close {
                self.out += &format!("{}+------------------------------------\n", self.indent());
                self.need_close = false;
            }
            self.depth -= 1;
        }
        if top {
            self.depth = 0;
        }
    }

    fn stack(&mut self, th: &mut Thread, tb: Option<Value>) -> String {
        let mut out = String::new();
        let mut last: Option<(String, i64, String)> = None;
        let mut count = 0;
        let more = |out: &mut String, count: usize| {
            if count > REPEATED_MAX {
                let rest = count - REPEATED_MAX;
                let s = if rest > 1 { "s" } else { "" };
                *out += &format!("  [Previous line repeated {rest} more time{s}]\n");
            }
        };
        let mut at = tb;
        while let Some(t) = at.and_then(|t| t.cast::<Traceback>()) {
            at = t.next.get();
            let Some(code) = t.code() else { continue };
            let line = t.line().unwrap_or(0);
            let here = (code.filename_text(), line, code.name_text());
            if last.as_ref() != Some(&here) {
                more(&mut out, count);
                count = 0;
            }
            count += 1;
            if count <= REPEATED_MAX {
                out += &format!("  File \"{}\", line {line}, in {}\n", here.0, here.2);
                if let Ok(line) = u32::try_from(line)
                    && line > 0
                {
                    let position = code.position_at(t.pc());
                    out += &source::excerpt(
                        VmThread::of(th),
                        &mut self.sources,
                        &here.0,
                        line,
                        position,
                    );
                }
            }
            last = Some(here);
        }
        more(&mut out, count);
        out
    }
}

fn members(th: &mut Thread, e: Value) -> Option<Vec<Value>> {
    let got = attr::getattr(th, e, n().exceptions);
    match got {
        Ok(v) => v.cast::<Tuple>().map(|t| t.as_slice().to_vec()),
        Err(e) => {
            th.take_exception(e);
            None
        }
    }
}

/// An exception with its traceback and its chain.
pub fn format(th: &mut Thread, e: Value, tb: Option<Value>) -> String {
    let mut p = Printer {
        out: String::new(),
        seen: Vec::new(),
        depth: 0,
        need_close: false,
        sources: Sources::default(),
    };
    p.chain(th, e, tb);
    p.out
}

/// `sys.excepthook`'s work.
pub fn print_exception(th: &mut Thread, e: Value, tb: Value) -> R<()> {
    let tb = Some(tb).filter(|t| t.is_exact::<Traceback>());
    let text = format(th, e, tb);
    write_stderr(th, &text);
    Ok(())
}

/// Reports an exception that nobody can catch, through `sys.unraisablehook`.
pub fn unraisable(th: &mut Thread, e: Raised, what: &str, object: Option<Value>) {
    let e = th.take_exception(e);
    let tb = e.cast::<Exception>().and_then(|x| x.traceback.get()).unwrap_or_else(Value::none);
    let called = (|| -> R<bool> {
        let name = heddle_object::names::intern_str(th, "unraisablehook")?;
        let Some(hook) = (th.hooks.sys_get)(th, name) else { return Ok(false) };
        let m = (th.hooks.import)(th, "sys")?;
        let make = attr::getattr_str(th, m, "UnraisableHookArgs")?;
        let text = if what == "Exception ignored in" && object.is_some() {
            Value::none()
        } else {
            Value::from_ref(Str::new(th, what)?)
        };
        let o = object.unwrap_or_else(Value::none);
        let t = Tuple::new(th, &[e.type_of().value(), e, tb, text, o])?;
        let args = ops::call1(th, make, Value::from_ref(t))?;
        ops::call1(th, hook, args)?;
        Ok(true)
    })();
    match called {
        Ok(true) => return,
        Ok(false) => {}
        Err(e) => {
            th.take_exception(e);
        }
    }
    let mut text = String::from(what);
    if let Some(o) = object {
        match ops::repr(th, o) {
            Ok(r) => text += &format!(" {}", r.to_string_lossy()),
            Err(r) => {
                th.take_exception(r);
            }
        }
    }
    let body = format(th, e, Some(tb).filter(|t| !t.is_none()));
    write_stderr(th, &format!("{text}:\n{body}"));
}
