//! `_IOBase` and the three classes below it, which the classes of `io.py` derive from and register on.
//!
//! Every stream of this module begins with an [`IoBase`], so that the methods here work on all of them.

use crate::host::{self, buffer};
use heddle_object::core::payload::{Guarded, Native, spec_with_dict};
use heddle_object::heap::Tracer;
use heddle_object::names::n;
use heddle_object::types::{List, Str, exceptions as exc};
use heddle_object::{
    Args, GetSetDef, MethodDef, Params, R, Raised, Slots, StaticType, Thread, TypeSpec, Value,
    attr, flags, ops,
};

/// What every stream has. All zero is a valid state: instances of Python subclasses are made by `object.__new__`.
#[repr(C)]
pub struct IoBase<const K: u8> {
    state: Guarded<BaseState>,
}

#[derive(Default, Clone, Copy)]
struct BaseState {
    /// `_IOBase.close` has run.
    closed: bool,
    /// Another stream is wrapped around this one and closes it; its finalizer is the one that acts. (Objects that die
    /// together are finalized in no particular order, and a file must not close before its buffer is flushed.)
    wrapped: bool,
}

impl<const K: u8> IoBase<K> {
    /// Open.
    pub const fn new() -> IoBase<K> {
        IoBase { state: Guarded::new(BaseState { closed: false, wrapped: false }) }
    }
}

/// The part at the front of the streams of this module.
pub type Front = IoBase<0>;

impl<const K: u8> Native for IoBase<K> {
    fn static_type() -> &'static StaticType {
        match K {
            0 => &IO_BASE,
            1 => &RAW_BASE,
            2 => &BUFFERED_BASE,
            _ => &TEXT_BASE,
        }
    }
    fn trace(&self, _: &mut Tracer) {}
}

fn front(th: &mut Thread, v: Value) -> R<&'static Front> {
    v.expect_native::<Front>(th)
}

/// Marks a stream as wrapped by another, or as free again. Does nothing for objects that are not streams of ours.
pub fn set_wrapped(th: &mut Thread, v: Value, on: bool) {
    if let Some(b) = v.native::<Front>() {
        b.state.with(th, v, |_, s| s.wrapped = on);
    }
}

/// `_io._IOBase`
pub static IO_BASE: StaticType = StaticType::new(TypeSpec {
    name: "_io._IOBase",
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "The abstract base class for all I/O classes.\n\nThis class provides dummy implementations for many methods that\nderived classes can override selectively; the default implementations\nrepresent a file that cannot be read, written or seeked.",
    slots: Slots {
        iter: Some(iter),
        iternext: Some(next),
        finalize: Some(finalize),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::kw(
            "seek",
            |th, _, _| Err(unsupported(th, "seek")),
            "seek($self, offset, whence=os.SEEK_SET, /)\n--\n\nChange the stream position to the given byte offset.",
        ),
        MethodDef::noargs(
            "tell",
            |th, v| host::method(th, v, "seek", &[Value::small_int(0), Value::small_int(1)]),
            "tell($self, /)\n--\n\nReturn current stream position.",
        ),
        MethodDef::kw(
            "truncate",
            |th, _, _| Err(unsupported(th, "truncate")),
            "truncate($self, size=None, /)\n--\n\nTruncate file to size bytes.",
        ),
        MethodDef::noargs(
            "flush",
            flush,
            "flush($self, /)\n--\n\nFlush write buffers, if applicable.",
        ),
        MethodDef::noargs("close", close, "close($self, /)\n--\n\nFlush and close the IO object."),
        MethodDef::noargs(
            "seekable",
            |_, _| Ok(Value::bool(false)),
            "seekable($self, /)\n--\n\nReturn whether object supports random access.",
        ),
        MethodDef::noargs(
            "readable",
            |_, _| Ok(Value::bool(false)),
            "readable($self, /)\n--\n\nReturn whether object was opened for reading.",
        ),
        MethodDef::noargs(
            "writable",
            |_, _| Ok(Value::bool(false)),
            "writable($self, /)\n--\n\nReturn whether object was opened for writing.",
        ),
        MethodDef::fast("_checkClosed", 0, 1, |th, v, _| check_closed(th, v), ""),
        MethodDef::fast("_checkSeekable", 0, 1, |th, v, _| check_seekable(th, v), ""),
        MethodDef::fast("_checkReadable", 0, 1, |th, v, _| check_readable(th, v), ""),
        MethodDef::fast("_checkWritable", 0, 1, |th, v, _| check_writable(th, v), ""),
        MethodDef::noargs(
            "fileno",
            |th, _| Err(unsupported(th, "fileno")),
            "fileno($self, /)\n--\n\nReturn underlying file descriptor if one exists.",
        ),
        MethodDef::noargs(
            "isatty",
            |th, v| {
                check_closed(th, v)?;
                Ok(Value::bool(false))
            },
            "isatty($self, /)\n--\n\nReturn whether this is an 'interactive' stream.",
        ),
        MethodDef::noargs(
            "__enter__",
            |th, v| {
                check_closed(th, v)?;
                Ok(v)
            },
            "",
        ),
        MethodDef::kw("__exit__", |th, v, _| ops::call_method(th, v, n().close, &[]), ""),
        MethodDef::fast(
            "readline",
            0,
            1,
            readline,
            "readline($self, size=-1, /)\n--\n\nRead and return a line from the stream.",
        ),
        MethodDef::fast(
            "readlines",
            0,
            1,
            readlines,
            "readlines($self, hint=-1, /)\n--\n\nReturn a list of lines from the stream.",
        ),
        MethodDef::one(
            "writelines",
            writelines,
            "writelines($self, lines, /)\n--\n\nWrite a list of lines to stream.",
        ),
    ],
    getset: &[GetSetDef::ro("closed", |th, v| base_closed(th, v).map(Value::bool), "")],
    ..spec_with_dict::<IoBase<0>>()
});

/// `_io._RawIOBase`
pub static RAW_BASE: StaticType = StaticType::new(TypeSpec {
    name: "_io._RawIOBase",
    base: Some(&IO_BASE),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "Base class for raw binary I/O.",
    methods: &[
        MethodDef::fast("read", 0, 1, raw_read, ""),
        MethodDef::noargs(
            "readall",
            raw_readall,
            "readall($self, /)\n--\n\nRead until EOF, using multiple read() call.",
        ),
    ],
    ..spec_with_dict::<IoBase<1>>()
});

/// `_io._BufferedIOBase`
pub static BUFFERED_BASE: StaticType = StaticType::new(TypeSpec {
    name: "_io._BufferedIOBase",
    base: Some(&IO_BASE),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "Base class for buffered IO objects.",
    methods: &[
        MethodDef::noargs(
            "detach",
            |th, _| Err(unsupported(th, "detach")),
            "detach($self, /)\n--\n\nDisconnect this buffer from its underlying raw stream and return it.",
        ),
        MethodDef::kw(
            "read",
            |th, _, _| Err(unsupported(th, "read")),
            "read($self, size=-1, /)\n--\n\nRead and return up to n bytes.",
        ),
        MethodDef::kw(
            "read1",
            |th, _, _| Err(unsupported(th, "read1")),
            "read1($self, size=-1, /)\n--\n\nRead and return up to size bytes, with at most one read() call to the raw stream.",
        ),
        MethodDef::one(
            "readinto",
            |th, v, b| generic_readinto(th, v, b, "read", "readinto"),
            "readinto($self, buffer, /)\n--\n\n",
        ),
        MethodDef::one(
            "readinto1",
            |th, v, b| generic_readinto(th, v, b, "read1", "readinto1"),
            "readinto1($self, buffer, /)\n--\n\n",
        ),
        MethodDef::kw(
            "write",
            |th, _, _| Err(unsupported(th, "write")),
            "write($self, b, /)\n--\n\nWrite buffer b to the IO stream.",
        ),
    ],
    ..spec_with_dict::<IoBase<2>>()
});

/// `_io._TextIOBase`
pub static TEXT_BASE: StaticType = StaticType::new(TypeSpec {
    name: "_io._TextIOBase",
    base: Some(&IO_BASE),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "Base class for text I/O.",
    methods: &[
        MethodDef::noargs(
            "detach",
            |th, _| Err(unsupported(th, "detach")),
            "detach($self, /)\n--\n\nSeparate the underlying buffer from the TextIOBase and return it.",
        ),
        MethodDef::kw(
            "read",
            |th, _, _| Err(unsupported(th, "read")),
            "read($self, size=-1, /)\n--\n\nRead at most size characters from stream.",
        ),
        MethodDef::kw(
            "readline",
            |th, _, _| Err(unsupported(th, "readline")),
            "readline($self, size=-1, /)\n--\n\nRead until newline or EOF.",
        ),
        MethodDef::kw(
            "write",
            |th, _, _| Err(unsupported(th, "write")),
            "write($self, s, /)\n--\n\nWrite string s to stream.",
        ),
    ],
    getset: &[
        GetSetDef::ro("encoding", |_, _| Ok(Value::none()), "Encoding of the text stream."),
        GetSetDef::ro("newlines", |_, _| Ok(Value::none()), "Line endings translated so far."),
        GetSetDef::ro(
            "errors",
            |_, _| Ok(Value::none()),
            "The error setting of the decoder or encoder.",
        ),
    ],
    ..spec_with_dict::<IoBase<3>>()
});

/// Raises `io.UnsupportedOperation`.
#[cold]
pub fn unsupported(th: &mut Thread, msg: &str) -> Raised {
    let r = (th.hooks.import)(th, "_io").and_then(|m| {
        let class = attr::getattr_str(th, m, "UnsupportedOperation")?;
        let msg = host::text(th, msg)?;
        let e = ops::call1(th, class, msg)?;
        Ok(th.set_exception(e))
    });
    r.unwrap_or_else(|e| e)
}

/// "I/O operation on closed file."
#[cold]
pub fn closed_error(th: &mut Thread) -> Raised {
    th.value_error(format_args!("I/O operation on closed file."))
}

fn base_closed(th: &mut Thread, v: Value) -> R<bool> {
    let b = front(th, v)?;
    Ok(b.state.with(th, v, |_, s| s.closed))
}

/// `bool(v.closed)`
pub fn is_closed(th: &mut Thread, v: Value) -> R<bool> {
    let c = attr::getattr(th, v, n().closed)?;
    ops::is_true(th, c)
}

/// ValueError when `v.closed`.
pub fn check_closed(th: &mut Thread, v: Value) -> R {
    if is_closed(th, v)? {
        return Err(closed_error(th));
    }
    Ok(Value::none())
}

fn check_able(th: &mut Thread, v: Value, name: &str, msg: &str) -> R {
    let r = host::method(th, v, name, &[])?;
    if !r.is_true_singleton() {
        return Err(unsupported(th, msg));
    }
    Ok(r)
}

/// UnsupportedOperation unless `v.seekable()`.
pub fn check_seekable(th: &mut Thread, v: Value) -> R {
    check_able(th, v, "seekable", "File or stream is not seekable.")
}
/// UnsupportedOperation unless `v.readable()`.
pub fn check_readable(th: &mut Thread, v: Value) -> R {
    check_able(th, v, "readable", "File or stream is not readable.")
}
/// UnsupportedOperation unless `v.writable()`.
pub fn check_writable(th: &mut Thread, v: Value) -> R {
    check_able(th, v, "writable", "File or stream is not writable.")
}

fn flush(th: &mut Thread, v: Value) -> R {
    if base_closed(th, v)? {
        return Err(closed_error(th));
    }
    Ok(Value::none())
}

/// `_IOBase.close`: flushes, then counts as closed even if that failed.
pub fn close(th: &mut Thread, v: Value) -> R {
    if base_closed(th, v)? {
        return Ok(Value::none());
    }
    let r = ops::call_method(th, v, n().flush, &[]);
    let b = front(th, v)?;
    b.state.with(th, v, |_, s| s.closed = true);
    r.map(|_| Value::none())
}

/// Sets the flag of `_IOBase.closed`.
pub fn mark_closed(th: &mut Thread, v: Value) {
    if let Some(b) = v.native::<Front>() {
        b.state.with(th, v, |_, s| s.closed = true);
    }
}

/// `__del__`: closes, unless the stream is wrapped by one that does.
pub fn finalize(th: &mut Thread, v: Value) -> R<()> {
    if let Some(b) = v.native::<Front>()
        && b.state.with(th, v, |_, s| s.wrapped)
    {
        return Ok(());
    }
    let closed = match is_closed(th, v) {
        Ok(c) => c,
        Err(e) => {
            // Not even that works: the object was never set up. CPython tries to close all the same.
            th.take_exception(e);
            false
        }
    };
    if closed {
        return Ok(());
    }
    // Tells the layers below that nobody closed the file, for their ResourceWarning.
    if let Err(e) = host::set(th, v, "_finalizing", Value::bool(true)) {
        th.take_exception(e);
    }
    if let Err(e) = ops::call_method(th, v, n().close, &[]) {
        (th.hooks.unraisable)(th, e, "Exception ignored while finalizing file", Some(v));
    }
    Ok(())
}

fn iter(th: &mut Thread, v: Value) -> R {
    check_closed(th, v)?;
    Ok(v)
}

/// `__next__`: `readline()` until it gives nothing.
pub fn next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let line = ops::call_method(th, v, n().readline, &[])?;
    Ok(if ops::len(th, line)? == 0 { None } else { Some(line) })
}

/// `readline` on top of `peek` (if there is one) and `read`.
fn readline(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let limit = host::optional_size(th, a.first().copied())?;
    let peek = heddle_object::names::intern_str(th, "peek")?;
    let peek = attr::getattr_optional(th, v, peek)?;
    let mut line: Vec<u8> = Vec::new();
    while limit < 0 || line.len() < limit as usize {
        let mut want = 1;
        if let Some(p) = peek {
            let b = ops::call1(th, p, Value::small_int(1))?;
            let Some(b) = buffer::bytes_of(b) else {
                let tn = b.type_of().name();
                return Err(th.os_error(format_args!(
                    "peek() should have returned a bytes object, not '{tn}'"
                )));
            };
            if !b.is_empty() {
                let most =
                    if limit < 0 { b.len() } else { b.len().min(limit as usize - line.len()) };
                want = memchr::memchr(b'\n', &b[..most]).map_or(most, |i| i + 1);
            }
        }
        let b = ops::call_method(th, v, n().read, &[Value::small_int(want as i64)])?;
        let Some(b) = buffer::bytes_of(b) else {
            let tn = b.type_of().name();
            return Err(
                th.os_error(format_args!("read() should have returned a bytes object, not '{tn}'"))
            );
        };
        if b.is_empty() {
            break;
        }
        line.extend_from_slice(b);
        if line.last() == Some(&b'\n') {
            break;
        }
    }
    buffer::bytes(th, &line)
}

fn readlines(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let hint = host::optional_size(th, a.first().copied())?;
    let out = List::new(th, &[])?;
    let it = ops::iter(th, v)?;
    let mut length = 0;
    while let Some(line) = ops::next(th, it)? {
        out.push(th, line)?;
        if hint > 0 {
            length += ops::len(th, line)?;
            if length >= hint as usize {
                break;
            }
        }
    }
    Ok(Value::from_ref(out))
}

fn writelines(th: &mut Thread, v: Value, lines: Value) -> R {
    check_closed(th, v)?;
    let it = ops::iter(th, lines)?;
    while let Some(line) = ops::next(th, it)? {
        ops::call_method(th, v, n().write, &[line])?;
    }
    Ok(Value::none())
}

/// `read` on top of `readinto`.
fn raw_read(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let size = host::optional_size(th, a.first().copied())?;
    if size < 0 {
        return host::method(th, v, "readall", &[]);
    }
    let b = buffer::bytearray(th, size as usize)?;
    let r = host::method(th, v, "readinto", &[b])?;
    if r.is_none() {
        return Ok(r);
    }
    let got = ops::index_isize(th, r)?;
    if got < 0 || got > size {
        return Err(
            th.value_error(format_args!("readinto returned {got} outside buffer size {size}"))
        );
    }
    let data = buffer::to_vec(th, b)?;
    buffer::bytes(th, &data[..(got as usize).min(data.len())])
}

fn raw_readall(th: &mut Thread, v: Value) -> R {
    let mut out: Vec<u8> = Vec::new();
    loop {
        let r = ops::call_method(th, v, n().read, &[Value::small_int(super::BUFFER_BYTES as i64)])?;
        if r.is_none() {
            return if out.is_empty() { Ok(r) } else { buffer::bytes(th, &out) };
        }
        let Some(b) = buffer::bytes_of(r) else {
            return Err(th.type_error(format_args!("read() should return bytes")));
        };
        if b.is_empty() {
            return buffer::bytes(th, &out);
        }
        out.extend_from_slice(b);
    }
}

/// `readinto` on top of `read` or `read1`.
fn generic_readinto(th: &mut Thread, v: Value, target: Value, reader: &str, fname: &str) -> R {
    let room = buffer::with_write(th, target, fname, |_, b| Ok(b.len()))?;
    let data = host::method(th, v, reader, &[Value::small_int(room as i64)])?;
    let Some(data) = buffer::bytes_of(data) else {
        return Err(th.type_error(format_args!("read() should return bytes")));
    };
    if data.len() > room {
        let len = data.len();
        return Err(th.value_error(format_args!(
            "read() returned too much data: {room} bytes requested, {len} returned"
        )));
    }
    buffer::with_write(th, target, fname, |_, b| {
        let k = data.len().min(b.len());
        b[..k].copy_from_slice(&data[..k]);
        Ok(Value::small_int(data.len() as i64))
    })
}

/// `TypeError: cannot pickle '...' instances`, the `__reduce__` and `__getstate__` of streams on the system.
pub fn no_pickle(th: &mut Thread, v: Value) -> R {
    let tn = v.type_of().name();
    Err(th.type_error(format_args!("cannot pickle '{tn}' instances")))
}

/// Binds one optional positional-or-keyword argument (`size`, `pos`).
pub fn one_optional(
    th: &mut Thread,
    a: &Args,
    fname: &str,
    name: &'static str,
) -> R<Option<Value>> {
    let [v] = a.bind(th, fname, &Params::new([name], 0))?;
    Ok(v)
}

/// The repr's name part: `v.name`, nothing when there is none.
pub fn name_repr(th: &mut Thread, v: Value) -> R<Option<String>> {
    match attr::getattr_optional(th, v, n().name) {
        Ok(Some(name)) => {
            let shown = ops::guarded_repr(th, v, |th| ops::repr(th, name))?;
            match shown {
                Some(s) => Ok(Some(s.to_string_lossy().into_owned())),
                None => {
                    let tn = v.type_of().name();
                    Err(th.runtime_error(format_args!("reentrant call inside {tn}.__repr__")))
                }
            }
        }
        Ok(None) => Ok(None),
        Err(e) if th.catch(e, &exc::VALUE_ERROR) => Ok(None),
        Err(e) => Err(e),
    }
}

/// A str result of a Python call, or TypeError.
pub fn expect_str(th: &mut Thread, v: Value, what: &str) -> R<&'static Str> {
    match v.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("{what} should return a string result, not '{tn}'")))
        }
    }
}
