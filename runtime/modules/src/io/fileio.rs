//! `FileIO`: a descriptor as a raw stream.

use super::base::{self, IoBase, RAW_BASE, unsupported};
use crate::host::{self, buffer, path, raw};
use heddle_object::core::payload::{self, Guarded, Native, spec_with_dict};
use heddle_object::heap::Tracer;
use heddle_object::names::n;
use heddle_object::types::{Str, exceptions as exc, int};
use heddle_object::{
    Args, GetSetDef, MethodDef, Params, R, Raised, Slots, StaticType, Thread, TypeSpec, Value,
    attr, flags, ops,
};
use rustix::fs::{FileType, Mode, OFlags, SeekFrom};
use rustix::io::Errno;

/// The stream.
#[repr(C)]
pub struct FileIo {
    base: IoBase<0>,
    state: Guarded<State>,
}

/// What is known of the descriptor; copied out, used outside of the section.
#[derive(Clone, Copy)]
struct State {
    fd: i32,
    created: bool,
    readable: bool,
    writable: bool,
    appending: bool,
    closefd: bool,
    finalizing: bool,
    /// Whether it can seek, once asked.
    seekable: Option<bool>,
    block_bytes: u32,
    /// Size when opened, of regular files: how much room `readall` makes at first.
    size_hint: u64,
    /// A terminal is a character device; anything else cannot be one.
    maybe_tty: bool,
}

impl Native for FileIo {
    fn static_type() -> &'static StaticType {
        &FILE_IO
    }
    fn trace(&self, _: &mut Tracer) {}
}

/// `_io.FileIO`
pub static FILE_IO: StaticType = StaticType::new(TypeSpec {
    name: "_io.FileIO",
    base: Some(&RAW_BASE),
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "Open a file.\n\nThe mode can be 'r' (default), 'w', 'x' or 'a' for reading,\nwriting, exclusive creation or appending.",
    slots: Slots { new: Some(new), init: Some(init), repr: Some(repr), ..Slots::NONE },
    methods: &[
        MethodDef::fast(
            "read",
            0,
            1,
            read,
            "read($self, size=-1, /)\n--\n\nRead at most size bytes, returned as bytes.",
        ),
        MethodDef::noargs(
            "readall",
            readall,
            "readall($self, /)\n--\n\nRead all data from the file, returned as bytes.",
        ),
        MethodDef::one(
            "readinto",
            readinto,
            "readinto($self, buffer, /)\n--\n\nSame as RawIOBase.readinto().",
        ),
        MethodDef::one(
            "write",
            write,
            "write($self, b, /)\n--\n\nWrite buffer b to file, return number of bytes written.",
        ),
        MethodDef::fast(
            "seek",
            1,
            2,
            seek,
            "seek($self, pos, whence=0, /)\n--\n\nMove to new file position and return the file position.",
        ),
        MethodDef::noargs(
            "tell",
            |th, v| {
                let s = open_state(th, v)?;
                lseek(th, s.fd, SeekFrom::Current(0)).and_then(|p| int::from_i64(th, p))
            },
            "tell($self, /)\n--\n\nCurrent file position.",
        ),
        MethodDef::fast(
            "truncate",
            0,
            1,
            truncate,
            "truncate($self, size=None, /)\n--\n\nTruncate the file to at most size bytes and return the truncated size.",
        ),
        MethodDef::noargs("close", close, "close($self, /)\n--\n\nClose the file."),
        MethodDef::noargs(
            "seekable",
            |th, v| seekable(th, v).map(Value::bool),
            "seekable($self, /)\n--\n\nTrue if file supports random-access.",
        ),
        MethodDef::noargs(
            "readable",
            |th, v| open_state(th, v).map(|s| Value::bool(s.readable)),
            "readable($self, /)\n--\n\nTrue if file was opened in a read mode.",
        ),
        MethodDef::noargs(
            "writable",
            |th, v| open_state(th, v).map(|s| Value::bool(s.writable)),
            "writable($self, /)\n--\n\nTrue if file was opened in a write mode.",
        ),
        MethodDef::noargs(
            "fileno",
            |th, v| open_state(th, v).map(|s| Value::small_int(s.fd as i64)),
            "fileno($self, /)\n--\n\nReturn the underlying file descriptor (an integer).",
        ),
        MethodDef::noargs(
            "isatty",
            |th, v| {
                let s = open_state(th, v)?;
                Ok(Value::bool(isatty(th, s.fd)))
            },
            "isatty($self, /)\n--\n\nTrue if the file is connected to a TTY device.",
        ),
        MethodDef::noargs(
            "_isatty_open_only",
            |th, v| {
                let s = open_state(th, v)?;
                Ok(Value::bool(s.maybe_tty && isatty(th, s.fd)))
            },
            "_isatty_open_only($self, /)\n--\n\nCheck whether the file is a TTY using an open-only optimization.",
        ),
        MethodDef::one("_dealloc_warn", dealloc_warn, ""),
        MethodDef::noargs("__reduce__", base::no_pickle, ""),
        MethodDef::one("__reduce_ex__", |th, v, _| base::no_pickle(th, v), ""),
        MethodDef::noargs("__getstate__", base::no_pickle, ""),
    ],
    getset: &[
        GetSetDef::ro(
            "closed",
            |th, v| state(th, v).map(|s| Value::bool(s.fd < 0)),
            "True if the file is closed",
        ),
        GetSetDef::ro(
            "closefd",
            |th, v| state(th, v).map(|s| Value::bool(s.closefd)),
            "True if the file descriptor will be closed by close().",
        ),
        GetSetDef::ro(
            "mode",
            |th, v| {
                let s = state(th, v)?;
                host::text(th, mode_of(&s))
            },
            "String giving the file mode",
        ),
        GetSetDef::rw(
            "_blksize",
            |th, v| state(th, v).map(|s| Value::small_int(s.block_bytes as i64)),
            |th, v, x| {
                let k = match x {
                    Some(x) => host::c_int(th, x)?,
                    None => {
                        return Err(
                            th.type_error(format_args!("can't delete numeric/char attribute"))
                        );
                    }
                };
                change(th, v, |s| s.block_bytes = k as u32)
            },
            "Stat st_blksize if available",
        ),
        GetSetDef::rw(
            "_finalizing",
            |th, v| state(th, v).map(|s| Value::bool(s.finalizing)),
            |th, v, x| {
                let on = host::truth(th, x, false)?;
                change(th, v, |s| s.finalizing = on)
            },
            "",
        ),
    ],
    ..spec_with_dict::<FileIo>()
});

const CLOSED: State = State {
    fd: -1,
    created: false,
    readable: false,
    writable: false,
    appending: false,
    closefd: true,
    finalizing: false,
    seekable: None,
    block_bytes: super::BUFFER_BYTES as u32,
    size_hint: 0,
    maybe_tty: true,
};

fn new(th: &mut Thread, ty: Value, _: &[Value], _: Option<Value>) -> R {
    let ty = ty.cast_type().unwrap_or(FILE_IO.ty());
    payload::alloc(th, ty, FileIo { base: IoBase::new(), state: Guarded::new(CLOSED) })
}

fn file(th: &mut Thread, v: Value) -> R<&'static FileIo> {
    v.expect_native::<FileIo>(th)
}

fn state(th: &mut Thread, v: Value) -> R<State> {
    let f = file(th, v)?;
    Ok(f.state.with(th, v, |_, s| *s))
}

fn change(th: &mut Thread, v: Value, f: impl FnOnce(&mut State)) -> R<()> {
    let x = file(th, v)?;
    x.state.with(th, v, |_, s| f(s));
    Ok(())
}

/// The state of an open file; ValueError for a closed one.
fn open_state(th: &mut Thread, v: Value) -> R<State> {
    let s = state(th, v)?;
    if s.fd < 0 { Err(th.value_error(format_args!("I/O operation on closed file"))) } else { Ok(s) }
}

#[cold]
fn bad_mode(th: &mut Thread, action: &str) -> Raised {
    unsupported(th, &format!("File not open for {action}"))
}

/// The descriptor of an open file of exactly this type: the streams above then need no Python call.
pub fn direct(th: &mut Thread, v: Value) -> Option<Direct> {
    if !v.has_shape(FILE_IO.shape()) {
        return None;
    }
    let f = v.native::<FileIo>()?;
    let s = f.state.with(th, v, |_, s| *s);
    (s.fd >= 0).then_some(Direct { fd: s.fd, readable: s.readable, writable: s.writable })
}

/// See [`direct`].
#[derive(Clone, Copy)]
pub struct Direct {
    /// The descriptor.
    pub fd: i32,
    /// Whether it may be read.
    pub readable: bool,
    /// Whether it may be written.
    pub writable: bool,
}

fn mode_of(s: &State) -> &'static str {
    match (s.created, s.appending, s.readable, s.writable) {
        (true, _, true, _) => "xb+",
        (true, ..) => "xb",
        (_, true, true, _) => "ab+",
        (_, true, ..) => "ab",
        (_, _, true, true) => "rb+",
        (_, _, true, false) => "rb",
        _ => "wb",
    }
}

struct Wanted {
    state: State,
    flags: OFlags,
}

fn parse_mode(th: &mut Thread, mode: &Str) -> R<Wanted> {
    let mut s = CLOSED;
    let mut flags = OFlags::CLOEXEC;
    let (mut rwax, mut plus) = (false, false);
    let text = mode.to_string_lossy();
    let twice = |th: &mut Thread| -> Raised {
        th.value_error(format_args!(
            "Must have exactly one of create/read/write/append mode and at most one plus"
        ))
    };
    for c in text.chars() {
        match c {
            'x' | 'r' | 'w' | 'a' if rwax => return Err(twice(th)),
            'x' => {
                (s.created, s.writable, flags) = (true, true, flags | OFlags::EXCL | OFlags::CREATE)
            }
            'r' => s.readable = true,
            'w' => (s.writable, flags) = (true, flags | OFlags::CREATE | OFlags::TRUNC),
            'a' => {
                (s.writable, s.appending, flags) =
                    (true, true, flags | OFlags::APPEND | OFlags::CREATE)
            }
            'b' => {}
            '+' if plus => return Err(twice(th)),
            '+' => (s.readable, s.writable, plus) = (true, true, true),
            _ => return Err(th.value_error(format_args!("invalid mode: {text}"))),
        }
        rwax |= matches!(c, 'x' | 'r' | 'w' | 'a');
    }
    if !rwax {
        return Err(twice(th));
    }
    flags |= match (s.readable, s.writable) {
        (true, true) => OFlags::RDWR,
        (true, false) => OFlags::RDONLY,
        _ => OFlags::WRONLY,
    };
    Ok(Wanted { state: s, flags })
}

const INIT: Params<4> = Params::new(["file", "mode", "closefd", "opener"], 1);

fn init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    let [name, mode, closefd, opener] = Args::new(args, kw).bind(th, "FileIO", &INIT)?;
    let name = name.unwrap_or_else(Value::none);
    let mode = match mode {
        Some(m) => host::str_arg(th, m, "FileIO", "'mode' ")?,
        None => Str::new(th, "r")?,
    };
    let closefd = host::truth(th, closefd, true)?;
    let opener = opener.filter(|o| !o.is_none());
    let old = state(th, v)?;
    if old.fd >= 0 {
        change(th, v, |s| *s = CLOSED)?;
        if old.closefd {
            let r = th.detached(|| raw::close(old.fd));
            host::check(th, r)?;
        }
    }
    let Wanted { state: mut s, flags } = parse_mode(th, mode)?;
    s.closefd = closefd;
    let number = if name.cast::<Str>().is_some() || buffer::bytes_of(name).is_some() {
        None
    } else {
        ops::index_opt(th, name)?
    };
    let mut ours = false;
    match number {
        Some(_) => {
            if name.is_true_singleton() || name.is_false_singleton() {
                (th.hooks.warn)(th, &exc::RUNTIME_WARNING, "bool is used as a file descriptor")?;
            }
            s.fd = host::c_int(th, name)?;
            if s.fd < 0 {
                return Err(th.value_error(format_args!("negative file descriptor")));
            }
        }
        None => {
            let p = path::fspath(th, name)?;
            let c = path::to_c(th, p)?;
            if !closefd {
                return Err(th.value_error(format_args!("Cannot use closefd=False with file name")));
            }
            match opener {
                None => {
                    let r = host::retry(th, || {
                        rustix::fs::open(&*c, flags, Mode::from_raw_mode(0o666)).map(|fd| {
                            use std::os::fd::IntoRawFd;
                            fd.into_raw_fd()
                        })
                    })?;
                    match r {
                        Ok(fd) => s.fd = fd,
                        Err(e) => return Err(host::os_error_at(th, e, name)),
                    }
                }
                Some(o) => {
                    let fd =
                        ops::call(th, o, &[name, Value::small_int(flags.bits() as i64)], None)?;
                    if !int::check(fd) {
                        return Err(th.type_error(format_args!("expected integer from opener")));
                    }
                    s.fd = host::c_int(th, fd)?;
                    if s.fd < 0 {
                        return Err(th.value_error(format_args!("opener returned {}", s.fd)));
                    }
                    let fd = s.fd;
                    let r = raw::fd(fd)
                        .and_then(|fd| rustix::io::fcntl_setfd(fd, rustix::io::FdFlags::CLOEXEC));
                    host::check(th, r)?;
                }
            }
            ours = true;
        }
    }
    let fail = |th: &mut Thread, e: Raised| -> Raised {
        if ours {
            let held = th.exception;
            let _ = th.detached(|| raw::close(s.fd));
            th.exception = held;
        }
        e
    };
    let fd = s.fd;
    match th.detached(|| raw::fd(fd).and_then(rustix::fs::fstat)) {
        Ok(st) => {
            let kind = FileType::from_raw_mode(st.st_mode);
            if kind == FileType::Directory {
                let e = host::os_error_at(th, Errno::ISDIR, name);
                return Err(fail(th, e));
            }
            if st.st_blksize > 1 {
                s.block_bytes = st.st_blksize as u32;
            }
            if kind == FileType::RegularFile {
                s.size_hint = st.st_size.max(0) as u64;
                s.seekable = Some(true);
            }
            s.maybe_tty = kind == FileType::CharacterDevice;
        }
        Err(Errno::BADF) => {
            let e = host::os_error_at(th, Errno::BADF, name);
            return Err(fail(th, e));
        }
        Err(_) => {}
    }
    change(th, v, |x| *x = s)?;
    let name_attr = attr::setattr(th, v, n().name, Some(name));
    if let Err(e) = name_attr {
        change(th, v, |x| *x = CLOSED)?;
        return Err(fail(th, e));
    }
    if s.appending {
        // As CPython: position at the end, so that `tell` is right at once. Pipes cannot, and need not.
        let r = th.detached(|| raw::fd(fd).and_then(|f| rustix::fs::seek(f, SeekFrom::End(0))));
        if let Err(e) = r
            && e != Errno::SPIPE
        {
            change(th, v, |x| *x = CLOSED)?;
            let e = host::os_error(th, e);
            return Err(fail(th, e));
        }
    }
    Ok(())
}

fn isatty(th: &mut Thread, fd: i32) -> bool {
    th.detached(|| raw::fd(fd).is_ok_and(rustix::termios::isatty))
}

fn seekable(th: &mut Thread, v: Value) -> R<bool> {
    let s = open_state(th, v)?;
    if let Some(b) = s.seekable {
        return Ok(b);
    }
    let fd = s.fd;
    let can =
        th.detached(|| raw::fd(fd).and_then(|f| rustix::fs::seek(f, SeekFrom::Current(0)))).is_ok();
    change(th, v, |s| s.seekable = Some(can))?;
    Ok(can)
}

/// `lseek`
pub fn lseek(th: &mut Thread, fd: i32, to: SeekFrom) -> R<i64> {
    let r = th.detached(|| raw::fd(fd).and_then(|f| rustix::fs::seek(f, to)));
    host::check(th, r).map(|p| p as i64)
}

/// A position and `whence` as the system takes them.
pub fn seek_from(th: &mut Thread, pos: i64, whence: i32) -> R<SeekFrom> {
    Ok(match whence {
        0 if pos < 0 => return Err(host::os_error(th, Errno::INVAL)),
        0 => SeekFrom::Start(pos as u64),
        1 => SeekFrom::Current(pos),
        2 => SeekFrom::End(pos),
        3 => SeekFrom::Data(pos as u64),
        4 => SeekFrom::Hole(pos as u64),
        _ => return Err(host::os_error(th, Errno::INVAL)),
    })
}

/// Reads at most as many bytes as the vector has spare room for, detached; nothing when the read would block.
pub fn read_into(th: &mut Thread, fd: i32, out: &mut Vec<u8>) -> R<Option<usize>> {
    let r =
        host::retry(th, || rustix::io::read(raw::fd(fd)?, rustix::buffer::spare_capacity(out)))?;
    match r {
        Ok(k) => Ok(Some(k)),
        Err(Errno::AGAIN) => Ok(None),
        Err(e) => Err(host::os_error(th, e)),
    }
}

/// Reads into a slice; as [`read_into`].
pub fn read_slice(th: &mut Thread, fd: i32, out: &mut [u8]) -> R<Option<usize>> {
    let r = host::retry(th, || rustix::io::read(raw::fd(fd)?, &mut *out))?;
    match r {
        Ok(k) => Ok(Some(k)),
        Err(Errno::AGAIN) => Ok(None),
        Err(e) => Err(host::os_error(th, e)),
    }
}

/// Writes once, detached; nothing when the write would block.
pub fn write_slice(th: &mut Thread, fd: i32, b: &[u8]) -> R<Option<usize>> {
    let r = host::retry(th, || rustix::io::write(raw::fd(fd)?, b))?;
    match r {
        Ok(k) => Ok(Some(k)),
        Err(Errno::AGAIN) => Ok(None),
        Err(e) => Err(host::os_error(th, e)),
    }
}

fn optional_int(th: &mut Thread, r: Option<usize>) -> R {
    match r {
        Some(k) => int::from_usize(th, k),
        None => Ok(Value::none()),
    }
}

fn read(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let s = open_state(th, v)?;
    if !s.readable {
        return Err(bad_mode(th, "reading"));
    }
    let size = host::optional_size(th, a.first().copied())?;
    if size < 0 {
        return readall(th, v);
    }
    let mut out = reserved(th, size as usize)?;
    if size == 0 {
        return buffer::bytes(th, b"");
    }
    match read_into(th, s.fd, &mut out)? {
        Some(k) => buffer::bytes(th, &out[..k.min(out.len())]),
        None => Ok(Value::none()),
    }
}

/// An empty vector with room.
///
/// **Errors:** MemoryError.
pub fn reserved(th: &mut Thread, room: usize) -> R<Vec<u8>> {
    let mut v = Vec::new();
    match v.try_reserve_exact(room) {
        Ok(()) => Ok(v),
        Err(_) => Err(th.memory_error()),
    }
}

/// Reads to the end; nothing when not even one byte was there without blocking.
pub fn read_to_end(th: &mut Thread, v: Value, out: &mut Vec<u8>) -> R<bool> {
    let s = open_state(th, v)?;
    let start = out.len();
    // One byte more than what is left, so that the end is seen without another allocation.
    let left = match s.size_hint {
        0 => super::BUFFER_BYTES as u64,
        size => {
            let at = th
                .detached(|| raw::fd(s.fd).and_then(|f| rustix::fs::seek(f, SeekFrom::Current(0))));
            size.saturating_sub(at.unwrap_or(0)).min(isize::MAX as u64 / 2) + 1
        }
    };
    let mut more = left as usize;
    loop {
        if out.capacity() == out.len() && out.try_reserve(more).is_err() {
            return Err(th.memory_error());
        }
        more = out.len().max(super::BUFFER_BYTES);
        match read_into(th, s.fd, out)? {
            Some(0) => return Ok(true),
            Some(_) => {}
            None => return Ok(out.len() > start),
        }
    }
}

fn readall(th: &mut Thread, v: Value) -> R {
    open_state(th, v)?;
    let mut out = Vec::new();
    if !read_to_end(th, v, &mut out)? {
        return Ok(Value::none());
    }
    buffer::bytes(th, &out)
}

fn readinto(th: &mut Thread, v: Value, target: Value) -> R {
    let s = open_state(th, v)?;
    if !s.readable {
        return Err(bad_mode(th, "reading"));
    }
    let r = buffer::with_write(th, target, "readinto", |th, b| read_slice(th, s.fd, b))?;
    optional_int(th, r)
}

fn write(th: &mut Thread, v: Value, data: Value) -> R {
    let s = open_state(th, v)?;
    if !s.writable {
        return Err(bad_mode(th, "writing"));
    }
    let r = buffer::with_read(th, data, |th, b| write_slice(th, s.fd, b))?;
    optional_int(th, r)
}

fn seek(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let s = open_state(th, v)?;
    if heddle_object::types::float::check(a[0]) {
        return Err(
            th.type_error(format_args!("'float' object cannot be interpreted as an integer"))
        );
    }
    let pos = host::c_off(th, a[0])?;
    let whence = match a.get(1) {
        Some(w) => host::c_int(th, *w)?,
        None => 0,
    };
    let to = seek_from(th, pos, whence)?;
    let p = lseek(th, s.fd, to)?;
    int::from_i64(th, p)
}

fn truncate(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let s = open_state(th, v)?;
    if !s.writable {
        return Err(bad_mode(th, "writing"));
    }
    let size = match a.first().filter(|x| !x.is_none()) {
        Some(x) => host::c_off(th, *x)?,
        None => lseek(th, s.fd, SeekFrom::Current(0))?,
    };
    if size < 0 {
        return Err(host::os_error(th, Errno::INVAL));
    }
    host::call(th, || rustix::fs::ftruncate(raw::fd(s.fd)?, size as u64))?;
    int::from_i64(th, size)
}

fn close(th: &mut Thread, v: Value) -> R {
    let s = state(th, v)?;
    // The layers of a subclass first (it may override flush); its error is raised after closing.
    let flushed = base::close(th, v);
    if !s.closefd {
        change(th, v, |s| s.fd = -1)?;
        return flushed;
    }
    if s.finalizing {
        dealloc_warn(th, v, v)?;
    }
    let mut fd = -1;
    change(th, v, |s| fd = std::mem::replace(&mut s.fd, -1))?;
    if fd >= 0 {
        let held = th.exception.take();
        let r = th.detached(|| raw::close(fd));
        th.exception = held;
        if flushed.is_ok() {
            host::check(th, r)?;
        }
    }
    flushed
}

/// ResourceWarning that names `source`, the outermost stream.
fn dealloc_warn(th: &mut Thread, v: Value, source: Value) -> R {
    let s = state(th, v)?;
    if s.fd >= 0 && s.closefd {
        let held = th.exception.take();
        let shown = ops::repr(th, source).map(|r| r.to_string_lossy().into_owned()).and_then(|r| {
            (th.hooks.warn)(th, &exc::RESOURCE_WARNING, &format!("unclosed file {r}"))
        });
        if let Err(e) = shown {
            (th.hooks.unraisable)(th, e, "", Some(v));
        }
        th.exception = held;
    }
    Ok(Value::none())
}

fn repr(th: &mut Thread, v: Value) -> R {
    let s = state(th, v)?;
    let tn = type_text(v);
    if s.fd < 0 {
        return host::text(th, &format!("<{tn} [closed]>"));
    }
    let closefd = if s.closefd { "True" } else { "False" };
    let mode = mode_of(&s);
    let shown = match base::name_repr(th, v)? {
        Some(name) => format!("<{tn} name={name} mode='{mode}' closefd={closefd}>"),
        None => format!("<{tn} fd={} mode='{mode}' closefd={closefd}>", s.fd),
    };
    host::text(th, &shown)
}

/// The name of a type as its repr has it: with the module for the types of this one.
pub fn type_text(v: Value) -> String {
    let t = v.type_of();
    let full = t.layout().spec.name;
    if std::ptr::eq(t.layout().ty(), t) { full.to_string() } else { t.name() }
}
