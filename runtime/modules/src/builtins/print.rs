//! `print` and `input`.

use heddle_object::attr;
use heddle_object::names::n;
use heddle_object::ops;
use heddle_object::types::{Str, exceptions as exc};
use heddle_object::{Args, Params, R, Thread, Value};

const PRINT: Params<4> = Params::new(["sep", "end", "file", "flush"], 0).kwonly(0);

pub fn print(th: &mut Thread, _: Value, a: &Args) -> R {
    let [sep, end, file, flush] = a.without_positional().bind(th, "print", &PRINT)?;
    let text = |th: &mut Thread, v: Option<Value>, what: &str, d: &str| -> R {
        match v {
            Some(v) if v.cast::<Str>().is_some() => Ok(v),
            Some(v) if !v.is_none() => {
                let tn = v.type_of().name();
                Err(th.type_error(format_args!("{what} must be None or a string, not {tn}")))
            }
            _ => Str::new(th, d).map(|s| Value::from_ref(s)),
        }
    };
    let sep = text(th, sep, "sep", " ")?;
    let end = text(th, end, "end", "\n")?;
    let file = match file.filter(|f| !f.is_none()) {
        Some(f) => f,
        None => match (th.hooks.sys_get)(th, n().stdout) {
            Some(f) if f.is_none() => return Ok(f),
            Some(f) => f,
            None => return Err(th.runtime_error(format_args!("lost sys.stdout"))),
        },
    };
    for (i, v) in a.pos.iter().enumerate() {
        if i > 0 {
            put(th, file, sep)?;
        }
        let s = ops::str(th, *v)?;
        put(th, file, Value::from_ref(s))?;
    }
    put(th, file, end)?;
    if let Some(f) = flush
        && ops::is_true(th, f)?
    {
        ops::call_method(th, file, n().flush, &[])?;
    }
    Ok(Value::none())
}

/// `file.write(text)`, without a call when ASCII goes to a text stream that only has to keep it.
fn put(th: &mut Thread, file: Value, text: Value) -> R<()> {
    if let Some(s) = text.cast::<Str>()
        && s.is_ascii()
        && text.is_exact::<Str>()
        && crate::io::text::print_ascii(th, file, s.data())
    {
        return Ok(());
    }
    let write = attr::getattr(th, file, n().write)?;
    ops::call1(th, write, text).map(|_| ())
}

/// Reads a line from `sys.stdin`, after writing the prompt to `sys.stdout`.
pub fn input(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let get = |th: &mut Thread, name, what: &str| match (th.hooks.sys_get)(th, name) {
        Some(f) if !f.is_none() => Ok(f),
        _ => Err(th.runtime_error(format_args!("input(): lost sys.{what}"))),
    };
    let stdin = get(th, n().stdin, "stdin")?;
    let stdout = get(th, n().stdout, "stdout")?;
    if let Some(p) = a.first() {
        let s = ops::str(th, *p)?;
        ops::call_method(th, stdout, n().write, &[Value::from_ref(s)])?;
    }
    match ops::call_method(th, stdout, n().flush, &[]) {
        Err(e) if th.catch(e, &exc::EXCEPTION) => {}
        r => {
            r?;
        }
    }
    let line = ops::call_method(th, stdin, n().readline, &[])?;
    let Some(s) = line.cast::<Str>() else {
        let tn = line.type_of().name();
        return Err(th.type_error(format_args!("object.readline() returned non-string ({tn})")));
    };
    if s.len() == 0 {
        return Err(th.eof_error(format_args!("EOF when reading a line")));
    }
    if s.code_point(s.len() - 1) == '\n' as u32 {
        let end = Value::small_int(s.len() as i64 - 1);
        let sl = Value::from_ref(heddle_object::types::slice::Slice::new(
            th,
            Value::none(),
            end,
            Value::none(),
        )?);
        return ops::getitem(th, line, sl);
    }
    Ok(line)
}
