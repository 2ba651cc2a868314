//! `BytesIO`.

use super::base::{BUFFERED_BASE, IoBase};
use crate::host::{self, buffer};
use heddle_object::core::native::Buffer;
use heddle_object::core::payload::{self, Guarded, Native, spec_with_dict};
use heddle_object::heap::Tracer;
use heddle_object::types::{Dict, List, Tuple, int};
use heddle_object::{
    Args, GetSetDef, MethodDef, Params, R, Slots, StaticType, Thread, TypeSpec, Value, attr, flags,
    ops,
};

/// The stream.
#[repr(C)]
pub struct BytesIo {
    base: IoBase<0>,
    state: Guarded<State>,
}

#[derive(Default)]
struct State {
    data: Vec<u8>,
    pos: usize,
    closed: bool,
    /// Views of `getbuffer()` that are alive: the size is fixed meanwhile.
    exports: usize,
}

impl Native for BytesIo {
    fn static_type() -> &'static StaticType {
        &BYTES_IO
    }
    fn trace(&self, _: &mut Tracer) {}
}

/// `_io.BytesIO`
pub static BYTES_IO: StaticType = StaticType::new(TypeSpec {
    name: "_io.BytesIO",
    base: Some(&BUFFERED_BASE),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "Buffered I/O implementation using an in-memory bytes buffer.",
    slots: Slots {
        new: Some(new),
        init: Some(init),
        iter: Some(|th, v| {
            open(th, v)?;
            Ok(v)
        }),
        iternext: Some(next),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::noargs(
            "readable",
            |th, v| open(th, v).map(|_| Value::bool(true)),
            "readable($self, /)\n--\n\nReturns True if the IO object can be read.",
        ),
        MethodDef::noargs(
            "seekable",
            |th, v| open(th, v).map(|_| Value::bool(true)),
            "seekable($self, /)\n--\n\nReturns True if the IO object can be seeked.",
        ),
        MethodDef::noargs(
            "writable",
            |th, v| open(th, v).map(|_| Value::bool(true)),
            "writable($self, /)\n--\n\nReturns True if the IO object can be written.",
        ),
        MethodDef::noargs("close", close, "close($self, /)\n--\n\nDisable all I/O operations."),
        MethodDef::noargs(
            "flush",
            |th, v| open(th, v).map(|_| Value::none()),
            "flush($self, /)\n--\n\nDoes nothing.",
        ),
        MethodDef::noargs(
            "isatty",
            |th, v| open(th, v).map(|_| Value::bool(false)),
            "isatty($self, /)\n--\n\nAlways returns False.",
        ),
        MethodDef::noargs(
            "tell",
            |th, v| {
                let p = with(th, v, |_, s| Ok(s.pos))?;
                int::from_usize(th, p)
            },
            "tell($self, /)\n--\n\nCurrent file position, an integer.",
        ),
        MethodDef::one("write", write, "write($self, b, /)\n--\n\nWrite bytes to file."),
        MethodDef::one(
            "writelines",
            writelines,
            "writelines($self, lines, /)\n--\n\nWrite lines to the file.",
        ),
        MethodDef::fast(
            "read",
            0,
            1,
            read,
            "read($self, size=-1, /)\n--\n\nRead at most size bytes, returned as a bytes object.",
        ),
        MethodDef::fast(
            "read1",
            0,
            1,
            read,
            "read1($self, size=-1, /)\n--\n\nRead at most size bytes, returned as a bytes object.",
        ),
        MethodDef::one(
            "readinto",
            |th, v, b| readinto(th, v, b),
            "readinto($self, buffer, /)\n--\n\nRead bytes into buffer.",
        ),
        MethodDef::fast(
            "readline",
            0,
            1,
            readline,
            "readline($self, size=-1, /)\n--\n\nNext line from the file, as a bytes object.",
        ),
        MethodDef::fast(
            "readlines",
            0,
            1,
            readlines,
            "readlines($self, size=None, /)\n--\n\nList of bytes objects, each a line from the file.",
        ),
        MethodDef::fast(
            "seek",
            1,
            2,
            seek,
            "seek($self, pos, whence=0, /)\n--\n\nChange stream position.",
        ),
        MethodDef::fast(
            "truncate",
            0,
            1,
            truncate,
            "truncate($self, size=None, /)\n--\n\nTruncate the file to at most size bytes.",
        ),
        MethodDef::noargs(
            "getvalue",
            |th, v| with(th, v, |th, s| buffer::bytes(th, &s.data)),
            "getvalue($self, /)\n--\n\nRetrieve the entire contents of the BytesIO object.",
        ),
        MethodDef::noargs(
            "getbuffer",
            getbuffer,
            "getbuffer($self, /)\n--\n\nGet a read-write view over the contents of the BytesIO object.",
        ),
        MethodDef::noargs("__getstate__", getstate, ""),
        MethodDef::one("__setstate__", setstate, ""),
    ],
    getset: &[GetSetDef::ro(
        "closed",
        |th, v| {
            let b = own(th, v)?;
            Ok(Value::bool(b.state.with(th, v, |_, s| s.closed)))
        },
        "True if the file is closed.",
    )],
    ..spec_with_dict::<BytesIo>()
});

fn own(th: &mut Thread, v: Value) -> R<&'static BytesIo> {
    v.expect_native::<BytesIo>(th)
}

/// Uses the state of an open stream, as a critical section.
fn with<U>(th: &mut Thread, v: Value, f: impl FnOnce(&mut Thread, &mut State) -> R<U>) -> R<U> {
    let b = own(th, v)?;
    b.state.with(th, v, |th, s| {
        if s.closed {
            return Err(th.value_error(format_args!("I/O operation on closed file.")));
        }
        f(th, s)
    })
}

fn open(th: &mut Thread, v: Value) -> R<()> {
    with(th, v, |_, _| Ok(()))
}

/// As [`with`], for what changes the size: BufferError while views are alive.
fn resizing<U>(th: &mut Thread, v: Value, f: impl FnOnce(&mut Thread, &mut State) -> R<U>) -> R<U> {
    with(th, v, |th, s| {
        if s.exports > 0 {
            return Err(th.buffer_error(format_args!(
                "Existing exports of data: object cannot be re-sized"
            )));
        }
        f(th, s)
    })
}

fn new(th: &mut Thread, ty: Value, _: &[Value], _: Option<Value>) -> R {
    let ty = ty.cast_type().unwrap_or(BYTES_IO.ty());
    payload::alloc(th, ty, BytesIo { base: IoBase::new(), state: Guarded::new(State::default()) })
}

fn init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let [initial] = Args::new(args, kw).bind(th, "BytesIO", &Params::new(["initial_bytes"], 0))?;
    let data = match initial.filter(|i| !i.is_none()) {
        Some(i) => buffer::to_vec(th, i)?,
        None => Vec::new(),
    };
    let b = own(th, v)?;
    b.state.with(th, v, |th, s| {
        if s.exports > 0 {
            return Err(th.buffer_error(format_args!(
                "Existing exports of data: object cannot be re-sized"
            )));
        }
        *s = State { data, ..State::default() };
        Ok(())
    })
}

fn close(th: &mut Thread, v: Value) -> R {
    let b = own(th, v)?;
    b.state.with(th, v, |th, s| {
        if s.exports > 0 {
            return Err(th.buffer_error(format_args!(
                "Existing exports of data: object cannot be re-sized"
            )));
        }
        s.closed = true;
        s.data = Vec::new();
        Ok(Value::none())
    })
}

fn put(th: &mut Thread, s: &mut State, b: &[u8]) -> R<()> {
    if b.is_empty() {
        return Ok(());
    }
    let end = s.pos + b.len();
    if end > s.data.len() {
        if s.exports > 0 {
            return Err(th.buffer_error(format_args!(
                "Existing exports of data: object cannot be re-sized"
            )));
        }
        if s.data.try_reserve(end - s.data.len()).is_err() {
            return Err(th.memory_error());
        }
        if s.pos > s.data.len() {
            s.data.resize(s.pos, 0);
        }
        let over = s.data.len() - s.pos;
        s.data[s.pos..].copy_from_slice(&b[..over]);
        s.data.extend_from_slice(&b[over..]);
    } else {
        s.data[s.pos..end].copy_from_slice(b);
    }
    s.pos = end;
    Ok(())
}

fn write(th: &mut Thread, v: Value, data: Value) -> R {
    resizing(th, v, |_, _| Ok(()))?;
    buffer::with_read(th, data, |th, b| {
        resizing(th, v, |th, s| put(th, s, b))?;
        int::from_usize(th, b.len())
    })
}

fn writelines(th: &mut Thread, v: Value, lines: Value) -> R {
    open(th, v)?;
    let it = ops::iter(th, lines)?;
    while let Some(x) = ops::next(th, it)? {
        write(th, v, x)?;
    }
    Ok(Value::none())
}

/// The part that a read of `size` bytes takes; the position moves behind it.
fn take(s: &mut State, size: isize) -> &[u8] {
    let left = s.data.len().saturating_sub(s.pos);
    let k = if size < 0 { left } else { left.min(size as usize) };
    let from = s.pos.min(s.data.len());
    s.pos += k;
    &s.data[from..from + k]
}

fn read(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let size = host::optional_size(th, a.first().copied())?;
    with(th, v, |th, s| buffer::bytes(th, take(s, size)))
}

fn readinto(th: &mut Thread, v: Value, target: Value) -> R {
    open(th, v)?;
    buffer::with_write(th, target, "readinto", |th, b| {
        let k = with(th, v, |_, s| {
            let part = take(s, b.len() as isize);
            b[..part.len()].copy_from_slice(part);
            Ok(part.len())
        })?;
        int::from_usize(th, k)
    })
}

fn line(s: &mut State, limit: isize) -> &[u8] {
    let from = s.pos.min(s.data.len());
    let rest = &s.data[from..];
    let mut k = memchr::memchr(b'\n', rest).map_or(rest.len(), |i| i + 1);
    if limit >= 0 {
        k = k.min(limit as usize);
    }
    s.pos += k;
    &s.data[from..from + k]
}

fn readline(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let limit = host::optional_size(th, a.first().copied())?;
    with(th, v, |th, s| buffer::bytes(th, line(s, limit)))
}

fn next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    with(th, v, |th, s| {
        let l = line(s, -1);
        if l.is_empty() { Ok(None) } else { buffer::bytes(th, l).map(Some) }
    })
}

fn readlines(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let hint = match a.first().filter(|x| !x.is_none()) {
        Some(x) => host::optional_size(th, Some(*x))?,
        None => -1,
    };
    open(th, v)?;
    let out = List::new(th, &[])?;
    let mut total = 0;
    while let Some(l) = next(th, v)? {
        total += buffer::bytes_of(l).map_or(0, |b| b.len());
        out.push(th, l)?;
        if hint > 0 && total >= hint as usize {
            break;
        }
    }
    Ok(Value::from_ref(out))
}

fn seek(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let pos = ops::index(th, a[0])?;
    let pos = int::as_isize(th, pos)?;
    let whence = match a.get(1) {
        Some(w) => host::c_int(th, *w)?,
        None => 0,
    };
    let at = with(th, v, |th, s| {
        if pos < 0 && whence == 0 {
            return Err(th.value_error(format_args!("negative seek value {pos}")));
        }
        let base = match whence {
            0 => 0,
            1 => s.pos,
            2 => s.data.len(),
            _ => {
                return Err(
                    th.value_error(format_args!("invalid whence ({whence}, should be 0, 1 or 2)"))
                );
            }
        };
        let Some(to) = pos.checked_add(base as isize) else {
            return Err(th.overflow_error(format_args!("new position too large")));
        };
        s.pos = to.max(0) as usize;
        Ok(s.pos)
    })?;
    int::from_usize(th, at)
}

fn truncate(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let size = match a.first().filter(|x| !x.is_none()) {
        Some(x) => {
            let i = ops::index(th, *x)?;
            Some(int::as_isize(th, i)?)
        }
        None => None,
    };
    let k = resizing(th, v, |th, s| {
        let size = size.unwrap_or(s.pos as isize);
        if size < 0 {
            return Err(th.value_error(format_args!("negative size value {size}")));
        }
        s.data.truncate(size as usize);
        Ok(size as usize)
    })?;
    int::from_usize(th, k)
}

fn getstate(th: &mut Thread, v: Value) -> R {
    let (data, pos) = with(th, v, |th, s| Ok((buffer::bytes(th, &s.data)?, s.pos)))?;
    let d = match attr::instance_dict(th, v)? {
        Some(d) if d.len() != 0 => {
            let copy = Dict::new(th)?;
            let mut at = 0;
            while let Some((k, x)) = d.next(&mut at) {
                copy.set_item(th, k, x)?;
            }
            Value::from_ref(copy)
        }
        _ => Value::none(),
    };
    let pos = int::from_usize(th, pos)?;
    Tuple::new(th, &[data, pos, d]).map(|t| Value::from_ref(t))
}

fn setstate(th: &mut Thread, v: Value, state: Value) -> R {
    let tn = v.type_of().name();
    let Some([data, pos, dict, ..]) = state.cast::<Tuple>().map(|t| t.as_slice()) else {
        let sn = state.type_of().name();
        return Err(
            th.type_error(format_args!("{tn}.__setstate__ argument should be 3-tuple, got {sn}"))
        );
    };
    init(th, v, &[*data], None)?;
    if !int::check(*pos) {
        let pn = pos.type_of().name();
        return Err(
            th.type_error(format_args!("second item of state must be an integer, not {pn}"))
        );
    }
    let p = int::as_isize(th, *pos)?;
    if p < 0 {
        return Err(th.value_error(format_args!("position value cannot be negative")));
    }
    with(th, v, |_, s| {
        s.pos = p as usize;
        Ok(())
    })?;
    if !dict.is_none() {
        let Some(d) = dict.cast::<Dict>() else {
            let dn = dict.type_of().name();
            return Err(
                th.type_error(format_args!("third item of state should be a dict, got a {dn}"))
            );
        };
        if let Some(own) = attr::instance_dict(th, v)? {
            let mut at = 0;
            while let Some((k, x)) = d.next(&mut at) {
                own.set_item(th, k, x)?;
            }
        }
    }
    Ok(Value::none())
}

/// What `getbuffer()` views: exports the stream's memory and holds its size while borrowed.
pub struct BytesIoBuffer {
    source: heddle_object::core::slot::Slot,
}

impl Native for BytesIoBuffer {
    fn static_type() -> &'static StaticType {
        &BYTES_IO_BUFFER
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.source);
    }
}

/// `_io._BytesIOBuffer`
pub static BYTES_IO_BUFFER: StaticType = StaticType::new(TypeSpec {
    name: "_io._BytesIOBuffer",
    flags: flags::DISALLOW_INSTANTIATION,
    slots: Slots { buffer: Some(borrow), release_buffer: Some(release), ..Slots::NONE },
    ..payload::spec::<BytesIoBuffer>()
});

fn source(th: &mut Thread, v: Value) -> R {
    let b = v.expect_native::<BytesIoBuffer>(th)?;
    Ok(b.source.get().unwrap_or_else(Value::none))
}

fn borrow(th: &mut Thread, v: Value, _: bool) -> R<Buffer> {
    let s = source(th, v)?;
    let b = own(th, s)?;
    Ok(b.state.with(th, s, |_, s| {
        s.exports += 1;
        Buffer {
            ptr: s.data.as_mut_ptr(),
            len: s.data.len(),
            readonly: false,
            itemsize: 1,
            format: "B",
        }
    }))
}

fn release(th: &mut Thread, v: Value) {
    if let Some(s) = v.native::<BytesIoBuffer>().and_then(|b| b.source.get())
        && let Some(b) = s.native::<BytesIo>()
    {
        b.state.with(th, s, |_, s| s.exports = s.exports.saturating_sub(1));
    }
}

fn getbuffer(th: &mut Thread, v: Value) -> R {
    open(th, v)?;
    heddle_object::ty::ready_static(th, &BYTES_IO_BUFFER)?;
    let holder = heddle_object::core::slot::Slot::new(Some(v));
    let b = payload::alloc(th, BYTES_IO_BUFFER.ty(), BytesIoBuffer { source: holder })?;
    buffer::memoryview(th, b)
}
