//! `_io`: streams.
//!
//! Read in order: `base` (the abstract classes), `fileio` (a descriptor), `core` and `buffered` (the buffer; `move_bytes` and
//! `position` are its operations), `text` (characters), then the streams in memory. `exclusive` tells how all of them are
//! safe to share, and `std` makes the three standard streams.

pub mod base;
pub mod buffered;
pub mod bytesio;
mod core;
mod exclusive;
pub mod fileio;
mod move_bytes;
mod newline;
mod position;
mod rwpair;
pub mod std;
mod stringio;
pub mod text;

use crate::host::{self, path};
use heddle_object::core::options::Options;
use heddle_object::names::n;
use heddle_object::types::{Dict, Module, Str, TYPE, Tuple, exceptions as exc};
use heddle_object::{Args, MethodDef, ModuleDef, Params, R, Raised, Thread, Value, ops};

/// `DEFAULT_BUFFER_SIZE`
pub const BUFFER_BYTES: usize = 128 * 1024;

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_io",
    doc: "The io module provides the Python interfaces to stream handling. The\nbuiltin open function is defined in this module.",
    methods: &[
        MethodDef::kw(
            "open",
            |th, _, a| open(th, a),
            "open($module, /, file, mode='r', buffering=-1, encoding=None,\n     errors=None, newline=None, closefd=True, opener=None)\n--\n\nOpen file and return a stream.  Raise OSError upon failure.",
        ),
        MethodDef::kw(
            "open_code",
            open_code,
            "open_code($module, /, path)\n--\n\nOpens the provided file with the intent to import the contents.",
        ),
        MethodDef::fast(
            "text_encoding",
            1,
            2,
            text_encoding,
            "text_encoding($module, encoding, stacklevel=2, /)\n--\n\nA helper function to choose the text encoding.",
        ),
    ],
    types: &[
        &base::IO_BASE,
        &base::RAW_BASE,
        &base::BUFFERED_BASE,
        &base::TEXT_BASE,
        &fileio::FILE_IO,
        &bytesio::BYTES_IO,
        &bytesio::BYTES_IO_BUFFER,
        &stringio::STRING_IO,
        &buffered::BUFFERED_READER,
        &buffered::BUFFERED_WRITER,
        &buffered::BUFFERED_RANDOM,
        &rwpair::RW_PAIR,
        &newline::NEWLINE_DECODER,
        &text::TEXT_IO,
    ],
    init,
};

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    m.set(th, "DEFAULT_BUFFER_SIZE", Value::small_int(BUFFER_BYTES as i64))?;
    m.set(th, "BlockingIOError", exc::BLOCKING_IO_ERROR.value())?;
    // class UnsupportedOperation(OSError, ValueError), which no single static base can describe.
    let ns = Dict::new(th)?;
    let module = host::text(th, "io")?;
    ns.set_item(th, Value::from_ref(n().__module__), module)?;
    let name = host::text(th, "UnsupportedOperation")?;
    let bases = Tuple::new(th, &[exc::OS_ERROR.value(), exc::VALUE_ERROR.value()])?;
    let args = [name, Value::from_ref(bases), Value::from_ref(ns)];
    let class = ops::call(th, TYPE.value(), &args, None)?;
    m.set(th, "UnsupportedOperation", class)
}

/// Joins the outcomes of a flush and of a close that followed it: the close's error has the flush's as its context.
/// `first` is the flush's exception, taken from the thread.
fn join_errors(th: &mut Thread, flushed: R, first: Option<Value>, done: R) -> R {
    match (flushed, first, done) {
        (Err(_), Some(e), Ok(_)) => Err(th.restore_exception(e)),
        (Err(_), Some(e), Err(r)) => {
            if let Some(x) = th.exception.and_then(|x| x.cast::<exc::Exception>())
                && th.exception != Some(e)
            {
                x.context.set(Some(e));
            }
            Err(r)
        }
        (_, _, Ok(_)) => Ok(Value::none()),
        (_, _, Err(r)) => Err(r),
    }
}

const OPEN: Params<8> = Params::new(
    ["file", "mode", "buffering", "encoding", "errors", "newline", "closefd", "opener"],
    1,
);

/// What a mode string says.
#[derive(Default)]
struct Modes {
    creating: bool,
    reading: bool,
    writing: bool,
    appending: bool,
    updating: bool,
    text: bool,
    binary: bool,
}

fn parse_mode(th: &mut Thread, mode: &str) -> R<Modes> {
    let mut m = Modes::default();
    for (i, c) in mode.char_indices() {
        match c {
            'x' => m.creating = true,
            'r' => m.reading = true,
            'w' => m.writing = true,
            'a' => m.appending = true,
            '+' => m.updating = true,
            't' => m.text = true,
            'b' => m.binary = true,
            _ => return Err(th.value_error(format_args!("invalid mode: '{mode}'"))),
        }
        if mode[i + 1..].contains(c) {
            return Err(th.value_error(format_args!("invalid mode: '{mode}'")));
        }
    }
    Ok(m)
}

/// `open(...)`
pub fn open(th: &mut Thread, a: &Args) -> R {
    let [file, mode, buffering, encoding, errors, newline, closefd, opener] =
        a.bind(th, "open", &OPEN)?;
    let file = file.unwrap_or_else(Value::none);
    let mode = match mode {
        Some(m) => host::str_arg(th, m, "open", "'mode' ")?.to_string_lossy(),
        None => "r".into(),
    };
    let mut buffering = match buffering {
        Some(b) => host::c_int(th, b)?,
        None => -1,
    };
    let encoding = text::optional_str(th, encoding, "open", "encoding")?;
    let errors = text::optional_str(th, errors, "open", "errors")?;
    let newline = text::optional_str(th, newline, "open", "newline")?;
    let closefd = host::truth(th, closefd, true)?;
    let opener = opener.unwrap_or_else(Value::none);
    let number = heddle_object::types::int::check(file);
    let target = if number { file } else { path::fspath(th, file)? };
    let m = parse_mode(th, &mode)?;
    let raw_mode: String = [
        (m.creating, 'x'),
        (m.reading, 'r'),
        (m.writing, 'w'),
        (m.appending, 'a'),
        (m.updating, '+'),
    ]
    .into_iter()
    .filter_map(|(on, c)| on.then_some(c))
    .collect();
    if m.text && m.binary {
        return Err(th.value_error(format_args!("can't have text and binary mode at once")));
    }
    if [m.creating, m.reading, m.writing, m.appending].into_iter().filter(|x| *x).count() > 1 {
        return Err(
            th.value_error(format_args!("must have exactly one of create/read/write/append mode"))
        );
    }
    for (given, what) in [
        (encoding.is_some(), "encoding"),
        (errors.is_some(), "errors"),
        (newline.is_some(), "newline"),
    ] {
        if m.binary && given {
            let an = if what == "newline" { "a" } else { "an" };
            return Err(
                th.value_error(format_args!("binary mode doesn't take {an} {what} argument"))
            );
        }
    }
    if m.binary && buffering == 1 {
        (th.hooks.warn)(
            th,
            &exc::RUNTIME_WARNING,
            "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used",
        )?;
    }
    let rm = host::text(th, &raw_mode)?;
    let raw =
        ops::call(th, fileio::FILE_IO.value(), &[target, rm, Value::bool(closefd), opener], None)?;
    let made = finish_open(th, raw, &m, &mode, &mut buffering, encoding, errors, newline);
    match made {
        Ok(v) => Ok(v),
        Err((e, outer)) => {
            // The outermost stream that was made closes the rest.
            let held = th.exception.take();
            let closed = ops::call_method(th, outer, n().close, &[]);
            if let (Err(_), Some(x)) =
                (closed, th.exception.and_then(|x| x.cast::<exc::Exception>()))
            {
                x.context.set(held);
                return Err(e);
            }
            th.exception = held;
            Err(e)
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn finish_open(
    th: &mut Thread,
    raw: Value,
    m: &Modes,
    mode: &str,
    buffering: &mut i32,
    encoding: Option<&'static Str>,
    errors: Option<&'static Str>,
    newline: Option<&'static Str>,
) -> Result<Value, (Raised, Value)> {
    let at = |outer: Value| move |e: Raised| (e, outer);
    let mut line_buffering = false;
    if *buffering < 0 || *buffering == 1 {
        let tty = host::method(th, raw, "_isatty_open_only", &[]).map_err(at(raw))?;
        line_buffering = *buffering == 1 || tty.is_true_singleton();
        if *buffering == 1 && m.binary {
            line_buffering = false;
        }
        let block = host::get(th, raw, "_blksize").map_err(at(raw))?;
        let block = block.as_small_int().unwrap_or(0).min(8 << 20) as i32;
        *buffering = block.max(BUFFER_BYTES as i32);
        if m.binary {
            line_buffering = false;
        }
    }
    if *buffering == 0 {
        if !m.binary {
            return Err((th.value_error(format_args!("can't have unbuffered text I/O")), raw));
        }
        return Ok(raw);
    }
    let class = if m.updating {
        &buffered::BUFFERED_RANDOM
    } else if m.creating || m.writing || m.appending {
        &buffered::BUFFERED_WRITER
    } else if m.reading {
        &buffered::BUFFERED_READER
    } else {
        return Err((th.value_error(format_args!("unknown mode: '{mode}'")), raw));
    };
    let size = Value::small_int(i64::from(*buffering));
    let buffer = ops::call(th, class.value(), &[raw, size], None).map_err(at(raw))?;
    if m.binary {
        return Ok(buffer);
    }
    let opt = |s: Option<&'static Str>| s.map_or_else(Value::none, |s| Value::from_ref(s));
    let args = [buffer, opt(encoding), opt(errors), opt(newline), Value::bool(line_buffering)];
    let text = ops::call(th, text::TEXT_IO.value(), &args, None).map_err(at(buffer))?;
    let mode = host::text(th, mode).map_err(at(text))?;
    host::set(th, text, "mode", mode).map_err(at(text))?;
    Ok(text)
}

fn open_code(th: &mut Thread, _: Value, a: &Args) -> R {
    let [path] = a.bind(th, "open_code", &Params::new(["path"], 1))?;
    let path = path.unwrap_or_else(Value::none);
    host::str_arg(th, path, "open_code", "'path' ")?;
    let mode = host::text(th, "rb")?;
    open(th, &Args::new(&[path, mode], None))
}

fn text_encoding(th: &mut Thread, _: Value, a: &[Value]) -> R {
    if !a[0].is_none() {
        return Ok(a[0]);
    }
    let o: &Options = &th.rt.options;
    let (warn, utf8) = (o.warn_default_encoding, o.utf8_mode);
    if warn {
        (th.hooks.warn)(th, &exc::ENCODING_WARNING, "'encoding' argument not specified")?;
    }
    host::text(th, if utf8 { "utf-8" } else { "locale" })
}
