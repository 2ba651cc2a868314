//! Paths: `os.fspath`, the file system encoding (UTF-8 with surrogateescape), arguments that are paths or descriptors.

use super::buffer::{bytes, bytes_of};
use heddle_object::names::n;
use heddle_object::text::codec::{self, Codec, Decoder, Handler};
use heddle_object::types::{Str, int};
use heddle_object::{R, Thread, Value, ops};
use std::ffi::CString;

/// Text of bytes from the system: UTF-8, other bytes as lone surrogates.
pub fn fs_decode(th: &mut Thread, b: &[u8]) -> R {
    if let Ok(s) = std::str::from_utf8(b) {
        return Str::new(th, s).map(|s| Value::from_ref(s));
    }
    let mut d = Decoder::new(Codec::Utf8, true);
    match codec::decode(&mut d, b, Handler::SurrogateEscape) {
        Ok((s, _)) => Str::from_buf(th, &s).map(|s| Value::from_ref(s)),
        Err(e) => Err(th.value_error(format_args!("cannot decode a file name: {}", e.reason))),
    }
}

/// Bytes for the system.
///
/// **Errors:** UnicodeEncodeError for surrogates that stand for no byte.
pub fn fs_encode(th: &mut Thread, s: &'static Str) -> R<Vec<u8>> {
    if s.is_ascii() {
        return Ok(s.data().to_vec());
    }
    match codec::encode(Codec::Utf8, s.view(), Handler::SurrogateEscape) {
        Ok(b) => Ok(b),
        Err(e) => Err(encode_error(th, "utf-8", Value::from_ref(s), e)),
    }
}

/// Raises UnicodeEncodeError.
pub fn encode_error(
    th: &mut Thread,
    encoding: &str,
    object: Value,
    e: codec::CodecError,
) -> heddle_object::Raised {
    unicode_error(th, &heddle_object::types::exceptions::UNICODE_ENCODE_ERROR, encoding, object, e)
}

/// Raises UnicodeDecodeError or UnicodeEncodeError.
pub fn unicode_error(
    th: &mut Thread,
    ty: &'static heddle_object::StaticType,
    encoding: &str,
    object: Value,
    e: codec::CodecError,
) -> heddle_object::Raised {
    let make = |th: &mut Thread| -> R<(Value, Value)> {
        Ok((super::text(th, encoding)?, super::text(th, e.reason)?))
    };
    match make(th) {
        Ok((encoding, reason)) => {
            let (start, end) = (Value::small_int(e.start as i64), Value::small_int(e.end as i64));
            th.raise_with(ty, &[encoding, object, start, end, reason])
        }
        Err(e) => e,
    }
}

/// `os.fspath(v)`: str, bytes, or what `__fspath__` gives.
pub fn fspath(th: &mut Thread, v: Value) -> R {
    if v.cast::<Str>().is_some() || bytes_of(v).is_some() {
        return Ok(v);
    }
    let Some(r) = ops::call_special(th, v, n().__fspath__, &[])? else {
        let tn = v.type_of().name();
        return Err(
            th.type_error(format_args!("expected str, bytes or os.PathLike object, not {tn}"))
        );
    };
    if r.cast::<Str>().is_some() || bytes_of(r).is_some() {
        return Ok(r);
    }
    let (tn, rn) = (v.type_of().name(), r.type_of().name());
    Err(th.type_error(format_args!("expected {tn}.__fspath__() to return str or bytes, not {rn}")))
}

/// Bytes of a path for the system, without embedded nulls.
pub fn to_c(th: &mut Thread, v: Value) -> R<CString> {
    let b = match (v.cast::<Str>(), bytes_of(v)) {
        (Some(s), _) => fs_encode(th, s)?,
        (_, Some(b)) => b.to_vec(),
        _ => {
            let p = fspath(th, v)?;
            return to_c(th, p);
        }
    };
    CString::new(b).map_err(|_| {
        let what = if v.cast::<Str>().is_some() { "character" } else { "byte" };
        th.value_error(format_args!("embedded null {what}"))
    })
}

/// What a path argument was.
pub enum Target {
    /// A path.
    Path(CString),
    /// A descriptor.
    Fd(i32),
}

/// A path argument of `os`.
pub struct FsPath {
    /// The argument, for `OSError.filename`.
    pub object: Value,
    /// What to hand to the system.
    pub target: Target,
    /// Whether results that are names are to be bytes.
    pub wants_bytes: bool,
}

/// Which arguments a function takes.
#[derive(Clone, Copy, Default)]
pub struct Accept {
    /// Descriptors.
    pub fd: bool,
    /// None, meaning the current folder.
    pub none: bool,
}

impl FsPath {
    /// Converts an argument; `f` and `arg` are names for messages.
    pub fn parse(th: &mut Thread, v: Value, f: &str, arg: &str, accept: Accept) -> R<FsPath> {
        let v0 = v;
        if accept.none && v.is_none() {
            return Ok(FsPath {
                object: v,
                target: Target::Path(c".".to_owned()),
                wants_bytes: false,
            });
        }
        if v.cast::<Str>().is_none() && bytes_of(v).is_none() {
            if accept.fd
                && ops::index_opt(th, v)?.is_some()
                && !heddle_object::types::float::check(v)
            {
                if v.is_true_singleton() || v.is_false_singleton() {
                    (th.hooks.warn)(
                        th,
                        &heddle_object::types::exceptions::RUNTIME_WARNING,
                        "bool is used as a file descriptor",
                    )?;
                }
                let i = ops::index(th, v)?;
                return match int::to_i64(i).map(i32::try_from) {
                    Some(Ok(fd)) => {
                        Ok(FsPath { object: v, target: Target::Fd(fd), wants_bytes: false })
                    }
                    _ => {
                        let way = if int::is_negative(i) {
                            "less than minimum"
                        } else {
                            "greater than maximum"
                        };
                        Err(th.overflow_error(format_args!("fd is {way}")))
                    }
                };
            }
            let r = match heddle_object::ty::lookup_special(th, v, n().__fspath__)? {
                Some(_) => fspath(th, v)?,
                None => {
                    let tn = v.type_of().name();
                    let what = match (accept.fd, accept.none) {
                        (true, true) => "string, bytes, os.PathLike, integer or None",
                        (true, false) => "string, bytes, os.PathLike or integer",
                        (false, true) => "string, bytes, os.PathLike or None",
                        (false, false) => "string, bytes or os.PathLike",
                    };
                    return Err(
                        th.type_error(format_args!("{f}: {arg} should be {what}, not {tn}"))
                    );
                }
            };
            return FsPath::of(th, r, v0, f, arg);
        }
        FsPath::of(th, v, v0, f, arg)
    }

    fn of(th: &mut Thread, v: Value, object: Value, f: &str, arg: &str) -> R<FsPath> {
        let (b, wants_bytes) = match (v.cast::<Str>(), bytes_of(v)) {
            (Some(s), _) => (fs_encode(th, s)?, false),
            (_, Some(b)) => (b.to_vec(), true),
            _ => (Vec::new(), false),
        };
        match CString::new(b) {
            Ok(c) => Ok(FsPath { object, target: Target::Path(c), wants_bytes }),
            Err(_) => {
                let what = if wants_bytes { "byte" } else { "character" };
                Err(th.value_error(format_args!("{f}: embedded null {what} in {arg}")))
            }
        }
    }

    /// The path; EBADF-like misuse of a descriptor gives an empty one.
    pub fn c(&self) -> &std::ffi::CStr {
        match &self.target {
            Target::Path(c) => c,
            Target::Fd(_) => c"",
        }
    }

    /// The descriptor, if that was given.
    pub fn fd(&self) -> Option<i32> {
        match self.target {
            Target::Fd(fd) => Some(fd),
            Target::Path(_) => None,
        }
    }

    /// A name as str, or as bytes when the argument was bytes.
    pub fn name(&self, th: &mut Thread, b: &[u8]) -> R {
        if self.wants_bytes { bytes(th, b) } else { fs_decode(th, b) }
    }
}
