//! The standard streams, and what is flushed at exit.

use super::buffered::{BUFFERED_READER, BUFFERED_WRITER};
use super::fileio::FILE_IO;
use super::text::{TEXT_IO, default_encoding};
use crate::host;
use heddle_object::names::n;
use heddle_object::types::{Module, exceptions as exc};
use heddle_object::{R, Thread, Value, attr, ops};

/// Encoding and error handler that `PYTHONIOENCODING` names.
fn wanted(th: &Thread) -> (Option<String>, Option<String>) {
    if th.rt.options.ignore_environment {
        return (None, None);
    }
    let Ok(s) = std::env::var("PYTHONIOENCODING") else { return (None, None) };
    let (enc, err) = s.split_once(':').map_or((s.as_str(), ""), |(a, b)| (a, b));
    let some = |s: &str| (!s.is_empty()).then(|| s.to_string());
    (some(enc), some(err))
}

/// Makes `sys.stdin`, `sys.stdout` and `sys.stderr` and their `__name__` twins. A descriptor that is not open gives None.
///
/// **Errors:** LookupError for an unknown encoding in `PYTHONIOENCODING`. **Escapes:** only for encodings that need the
/// `codecs` registry.
pub fn make_std_streams(th: &mut Thread) -> R<()> {
    for t in super::MODULE.types {
        heddle_object::ty::ready_static(th, t)?;
    }
    let sys = (th.hooks.import)(th, "sys")?;
    let Some(sys) = sys.cast::<Module>() else {
        return Err(th.runtime_error(format_args!("lost sys")));
    };
    make_std_streams_in(th, sys)
}

/// As [`make_std_streams`], for a `sys` module that is not in `sys.modules` yet.
pub fn make_std_streams_in(th: &mut Thread, sys: &'static Module) -> R<()> {
    for t in super::MODULE.types {
        heddle_object::ty::ready_static(th, t)?;
    }
    for (fd, name) in [(0, "stdin"), (1, "stdout"), (2, "stderr")] {
        let v = make(th, fd, name)?;
        sys.set(th, name, v)?;
        sys.set(th, &format!("__{name}__"), v)?;
    }
    Ok(())
}

/// One standard stream.
fn make(th: &mut Thread, fd: i32, name: &str) -> R {
    if host::raw::fd(fd).and_then(rustix::io::fcntl_getfd).is_err() {
        return Ok(Value::none());
    }
    let (encoding, errors) = wanted(th);
    let writing = fd != 0;
    let unbuffered = th.rt.options.unbuffered && writing;
    let mode = host::text(th, if writing { "wb" } else { "rb" })?;
    let file = match ops::call(
        th,
        FILE_IO.value(),
        &[Value::small_int(i64::from(fd)), mode, Value::bool(false)],
        None,
    ) {
        Ok(f) => f,
        Err(e) if th.catch(e, &exc::OS_ERROR) => return Ok(Value::none()),
        Err(e) => return Err(e),
    };
    let shown = host::text(th, &format!("<{name}>"))?;
    attr::setattr(th, file, n().name, Some(shown))?;
    let tty = host::method(th, file, "isatty", &[])?.is_true_singleton();
    let buf = if unbuffered {
        file
    } else {
        let class = if writing { &BUFFERED_WRITER } else { &BUFFERED_READER };
        let block = host::get(th, file, "_blksize")?.as_small_int().unwrap_or(0);
        let size = Value::small_int(block.clamp(super::BUFFER_BYTES as i64, 8 << 20));
        ops::call(th, class.value(), &[file, size], None)?
    };
    let encoding = match encoding {
        Some(e) => host::text(th, &e)?,
        None => {
            let e = default_encoding(th);
            host::text(th, e)?
        }
    };
    let errors = match (fd, errors) {
        (2, _) => "backslashreplace".to_string(),
        (_, Some(e)) => e,
        (_, None) => default_errors(),
    };
    let errors = host::text(th, &errors)?;
    let newline = host::text(th, "\n")?;
    let newline = if writing { newline } else { Value::none() };
    let line = Value::bool(writing && !unbuffered && (tty || fd == 2));
    let through = Value::bool(unbuffered);
    let t = ops::call(th, TEXT_IO.value(), &[buf, encoding, errors, newline, line, through], None)?;
    let mode = host::text(th, if writing { "w" } else { "r" })?;
    host::set(th, t, "mode", mode)?;
    // The wrapper's finalizer must not close the descriptor: FileIO was made with closefd=False.
    Ok(t)
}

/// In the C and POSIX locales undecodable bytes pass through.
fn default_errors() -> String {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|k| std::env::var(k).ok().filter(|v| !v.is_empty()));
    match locale.as_deref() {
        None | Some("C" | "POSIX" | "C.UTF-8" | "C.utf8") => "surrogateescape".to_string(),
        _ => "strict".to_string(),
    }
}

/// Flushes `sys.stdout` and `sys.stderr` at exit. False when stdout could not be flushed (exit status 120).
///
/// **Escapes:** yes.
pub fn flush_std_streams(th: &mut Thread) -> bool {
    let mut fine = true;
    for (name, tell) in [(n().stdout, true), (n().stderr, false)] {
        let Some(f) = (th.hooks.sys_get)(th, name).filter(|f| !f.is_none()) else { continue };
        match attr::getattr(th, f, n().closed).and_then(|c| ops::is_true(th, c)) {
            Ok(true) => continue,
            Ok(false) => {}
            Err(e) => {
                th.take_exception(e);
            }
        }
        if let Err(e) = ops::call_method(th, f, n().flush, &[]) {
            if tell {
                fine = false;
                (th.hooks.unraisable)(th, e, "", Some(f));
            } else {
                th.take_exception(e);
            }
        }
    }
    fine
}

/// Flushes the streams that the program left open: at exit nothing collects them any more.
///
/// **Escapes:** yes.
pub fn flush_open_streams(th: &mut Thread) {
    let mut all = heddle_object::heap::RootVec::new(th);
    th.rt.heap.get_objects(&mut th.heap, all.words());
    // Text first: what it holds goes to the buffers below.
    for text in [true, false] {
        for v in all.as_slice() {
            let mine = if text {
                v.native::<super::text::TextIo>().is_some_and(|t| t.buffer.get().is_some())
            } else {
                super::buffered::core_of(*v).is_some_and(|c| c.raw.get().is_some())
            };
            if !mine {
                continue;
            }
            let r = super::base::is_closed(th, *v).and_then(|shut| {
                if shut { Ok(*v) } else { ops::call_method(th, *v, n().flush, &[]) }
            });
            if let Err(e) = r {
                th.take_exception(e);
            }
        }
    }
}
