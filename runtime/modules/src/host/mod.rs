//! What the modules of the operating system share: errors, paths, descriptors, buffers, interruptible calls.
//!
//! What of it needs `unsafe` is in `heddle_object::os`.

pub mod buffer;
pub mod errors;
pub mod path;

use heddle_object::names::intern_str;
use heddle_object::types::{Str, exceptions as exc, float, int};
use heddle_object::{R, Raised, Thread, Value, attr, ops};
use rustix::io::Errno;

pub use heddle_object::os as raw;
pub use path::{FsPath, fs_decode, fs_encode};

/// The system's text for an error number.
pub fn strerror(errno: i32) -> String {
    let s = std::io::Error::from_raw_os_error(errno).to_string();
    match s.rfind(" (os error ") {
        Some(i) => s[..i].to_string(),
        None => s,
    }
}

/// A str.
pub fn text(th: &mut Thread, s: &str) -> R {
    Str::new(th, s).map(|s| Value::from_ref(s))
}

/// An exception instance of `OSError` or the subclass for the number.
fn os_error_with(th: &mut Thread, errno: i32, rest: &[Value]) -> Raised {
    let message = match text(th, &strerror(errno)) {
        Ok(m) => m,
        Err(e) => return e,
    };
    let mut args = [Value::none(); 5];
    args[0] = Value::small_int(errno as i64);
    args[1] = message;
    args[2..2 + rest.len()].copy_from_slice(rest);
    th.raise_with(exc::methods::os_error_class(errno as i64), &args[..2 + rest.len()])
}

/// Raises `OSError(errno, strerror)`.
#[cold]
pub fn os_error(th: &mut Thread, e: Errno) -> Raised {
    os_error_with(th, e.raw_os_error(), &[])
}

/// Raises `OSError(errno, strerror, filename)`.
#[cold]
pub fn os_error_at(th: &mut Thread, e: Errno, name: Value) -> Raised {
    os_error_with(th, e.raw_os_error(), &[name])
}

/// Raises `OSError(errno, strerror, filename, None, filename2)`.
#[cold]
pub fn os_error_two(th: &mut Thread, e: Errno, a: Value, b: Value) -> Raised {
    os_error_with(th, e.raw_os_error(), &[a, Value::none(), b])
}

/// A result of the system as one of Python.
pub fn check<T>(th: &mut Thread, r: Result<T, Errno>) -> R<T> {
    r.map_err(|e| os_error(th, e))
}

/// Runs a system call detached, again when a signal interrupted it and its handler returned (PEP 475).
///
/// **Errors:** what a signal handler raised; the call's own error is in the inner result. **Escapes:** yes.
pub fn retry<T>(th: &mut Thread, mut f: impl FnMut() -> Result<T, Errno>) -> R<Result<T, Errno>> {
    loop {
        match th.detached(&mut f) {
            Err(Errno::INTR) => th.poll()?,
            r => return Ok(r),
        }
    }
}

/// As [`retry`], with the call's error raised.
pub fn call<T>(th: &mut Thread, f: impl FnMut() -> Result<T, Errno>) -> R<T> {
    let r = retry(th, f)?;
    check(th, r)
}

/// A C `int` argument.
pub fn c_int(th: &mut Thread, v: Value) -> R<i32> {
    if float::check(v) {
        let tn = v.type_of().name();
        return Err(
            th.type_error(format_args!("'{tn}' object cannot be interpreted as an integer"))
        );
    }
    let i = ops::index(th, v)?;
    match int::to_i64(i).map(i32::try_from) {
        Some(Ok(i)) => Ok(i),
        _ if int::to_i64(i).is_some() => {
            let less =
                if int::is_negative(i) { "less than minimum" } else { "greater than maximum" };
            Err(th.overflow_error(format_args!("signed integer is {less}")))
        }
        _ => Err(th.overflow_error(format_args!("Python int too large to convert to C int"))),
    }
}

/// An argument of type `off_t`.
pub fn c_off(th: &mut Thread, v: Value) -> R<i64> {
    let i = ops::index(th, v)?;
    match int::to_i64(i) {
        Some(i) => Ok(i),
        None => Err(th.overflow_error(format_args!("Python int too large to convert to C long"))),
    }
}

/// A descriptor: an int, or an object with `fileno()`.
pub fn descriptor(th: &mut Thread, v: Value) -> R<i32> {
    if int::check(v) {
        return fd_int(th, v);
    }
    let name = intern_str(th, "fileno")?;
    match attr::getattr_optional(th, v, name)? {
        Some(f) => {
            let r = ops::call0(th, f)?;
            if !int::check(r) {
                return Err(th.type_error(format_args!("fileno() returned a non-integer")));
            }
            let fd = fd_int(th, r)?;
            if fd < 0 {
                return Err(th.value_error(format_args!(
                    "file descriptor cannot be a negative integer ({fd})"
                )));
            }
            Ok(fd)
        }
        None => {
            Err(th.type_error(format_args!("argument must be an int, or have a fileno() method.")))
        }
    }
}

/// An int as a descriptor.
pub fn fd_int(th: &mut Thread, v: Value) -> R<i32> {
    c_int(th, v)
}

/// `None`, or an `index` clamped to the range of `isize`: the size argument of readers (negative: all).
pub fn optional_size(th: &mut Thread, v: Option<Value>) -> R<isize> {
    match v {
        None => Ok(-1),
        Some(v) if v.is_none() => Ok(-1),
        Some(v) => match v.as_small_int() {
            Some(i) => Ok(i as isize),
            None => match ops::index_opt(th, v)? {
                Some(i) => match int::to_i64(i) {
                    Some(i) => Ok(i as isize),
                    None => Err(th.overflow_error(format_args!(
                        "cannot fit 'int' into an index-sized integer"
                    ))),
                },
                None => {
                    let tn = v.type_of().name();
                    Err(th
                        .type_error(format_args!("argument should be integer or None, not '{tn}'")))
                }
            },
        },
    }
}

/// Calls a method by a name that need not be interned before.
pub fn method(th: &mut Thread, obj: Value, name: &str, args: &[Value]) -> R {
    let name = intern_str(th, name)?;
    ops::call_method(th, obj, name, args)
}

/// `obj.name` by Rust text.
pub fn get(th: &mut Thread, obj: Value, name: &str) -> R {
    attr::getattr_str(th, obj, name)
}

/// `obj.name = v` by Rust text.
pub fn set(th: &mut Thread, obj: Value, name: &str, v: Value) -> R<()> {
    let name = intern_str(th, name)?;
    attr::setattr(th, obj, name, Some(v))
}

/// `bool(v)` of an argument that may be missing.
pub fn truth(th: &mut Thread, v: Option<Value>, default: bool) -> R<bool> {
    match v {
        Some(v) => ops::is_true(th, v),
        None => Ok(default),
    }
}

/// A str argument, or TypeError as CPython's argument parser words it.
pub fn str_arg(th: &mut Thread, v: Value, fname: &str, which: &str) -> R<&'static Str> {
    match v.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let tn = if v.is_none() { "None".to_string() } else { v.type_of().name() };
            Err(th.type_error(format_args!("{fname}() argument {which}must be str, not {tn}")))
        }
    }
}
