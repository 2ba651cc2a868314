//! Descriptors: opened, read, written, duplicated, asked.

use super::{borrowed, dir_fd, none, on_path, small};
use crate::host::path::Accept;
use crate::host::{self, FsPath, buffer, raw};
use crate::io::fileio;
use heddle_object::heap::RootVec;
use heddle_object::os;
use heddle_object::types::{List, Tuple, int};
use heddle_object::{Args, MethodDef, Params, R, Thread, Value, ops};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use std::os::fd::IntoRawFd;

pub const METHODS: &[MethodDef] = &[
    MethodDef::kw(
        "open",
        open,
        "open($module, /, path, flags, mode=511, *, dir_fd=None)\n--\n\nOpen a file for low level IO.  Returns a file descriptor (integer).",
    ),
    MethodDef::kw(
        "close",
        |th, _, a| {
            let [fd] = a.bind(th, "close", &Params::new(["fd"], 1))?;
            let fd = host::descriptor(th, fd.unwrap_or_else(Value::none))?;
            let r = th.detached(|| raw::close(fd));
            none(host::check(th, r))
        },
        "close($module, /, fd)\n--\n\nClose a file descriptor.",
    ),
    MethodDef::fast(
        "closerange",
        2,
        2,
        |th, _, a| {
            let (low, high) = (host::c_int(th, a[0])?, host::c_int(th, a[1])?);
            th.detached(|| os::close_range(low, high));
            Ok(Value::none())
        },
        "closerange($module, fd_low, fd_high, /)\n--\n\nCloses all file descriptors in [fd_low, fd_high), ignoring errors.",
    ),
    MethodDef::fast(
        "read",
        2,
        2,
        |th, _, a| {
            let fd = host::c_int(th, a[0])?;
            let n = ops::index_isize(th, a[1])?;
            if n < 0 {
                return Err(host::os_error(th, Errno::INVAL));
            }
            let mut out = fileio::reserved(th, (n as usize).min(0x7fff_f000))?;
            if n > 0 {
                host::call(th, || {
                    rustix::io::read(raw::fd(fd)?, rustix::buffer::spare_capacity(&mut out))
                })?;
            }
            buffer::bytes(th, &out[..out.len().min(n as usize)])
        },
        "read($module, fd, length, /)\n--\n\nRead from a file descriptor.  Returns a bytes object.",
    ),
    MethodDef::fast(
        "readinto",
        2,
        2,
        |th, _, a| {
            let fd = host::c_int(th, a[0])?;
            let k = buffer::with_write(th, a[1], "readinto", |th, b| {
                host::call(th, || rustix::io::read(raw::fd(fd)?, &mut *b))
            })?;
            int::from_usize(th, k)
        },
        "readinto($module, fd, buffer, /)\n--\n\nRead into a buffer object from a file descriptor.",
    ),
    MethodDef::fast(
        "write",
        2,
        2,
        |th, _, a| {
            let fd = host::c_int(th, a[0])?;
            let k = buffer::with_read(th, a[1], |th, b| {
                host::call(th, || rustix::io::write(raw::fd(fd)?, b))
            })?;
            int::from_usize(th, k)
        },
        "write($module, fd, data, /)\n--\n\nWrite a bytes object to a file descriptor.",
    ),
    MethodDef::fast(
        "pread",
        3,
        3,
        |th, _, a| {
            let (fd, n, off) =
                (host::c_int(th, a[0])?, ops::index_isize(th, a[1])?, host::c_off(th, a[2])?);
            if n < 0 || off < 0 {
                return Err(host::os_error(th, Errno::INVAL));
            }
            let mut b = fileio::reserved(th, n as usize)?;
            b.resize(n as usize, 0);
            let k = host::call(th, || rustix::io::pread(raw::fd(fd)?, &mut b, off as u64))?;
            buffer::bytes(th, &b[..k])
        },
        "pread($module, fd, length, offset, /)\n--\n\nRead a number of bytes from a file descriptor starting at a particular offset.",
    ),
    MethodDef::fast(
        "pwrite",
        3,
        3,
        |th, _, a| {
            let (fd, off) = (host::c_int(th, a[0])?, host::c_off(th, a[2])?);
            if off < 0 {
                return Err(host::os_error(th, Errno::INVAL));
            }
            let k = buffer::with_read(th, a[1], |th, b| {
                host::call(th, || rustix::io::pwrite(raw::fd(fd)?, b, off as u64))
            })?;
            int::from_usize(th, k)
        },
        "pwrite($module, fd, buffer, offset, /)\n--\n\nWrite bytes to a file descriptor starting at a particular offset.",
    ),
    MethodDef::fast(
        "readv",
        2,
        2,
        |th, _, a| {
            // One after another: what a single call would do with a regular file or a pipe that has the data.
            let fd = host::c_int(th, a[0])?;
            let all = ops::to_tuple(th, a[1])?;
            let mut total = 0;
            for b in all.as_slice() {
                let (k, room) = buffer::with_write(th, *b, "readv", |th, b| {
                    let k = host::call(th, || rustix::io::read(raw::fd(fd)?, &mut *b))?;
                    Ok((k, b.len()))
                })?;
                total += k;
                if k < room {
                    break;
                }
            }
            int::from_usize(th, total)
        },
        "readv($module, fd, buffers, /)\n--\n\nRead from a file descriptor fd into an iterable of buffers.",
    ),
    MethodDef::fast(
        "writev",
        2,
        2,
        |th, _, a| {
            let fd = host::c_int(th, a[0])?;
            let all = ops::to_tuple(th, a[1])?;
            let mut joined = Vec::new();
            for b in all.as_slice() {
                joined.extend(buffer::to_vec(th, *b)?);
            }
            let k = host::call(th, || rustix::io::write(raw::fd(fd)?, &joined))?;
            int::from_usize(th, k)
        },
        "writev($module, fd, buffers, /)\n--\n\nIterate over buffers, and write the contents of each to a file descriptor.",
    ),
    MethodDef::fast(
        "lseek",
        3,
        3,
        |th, _, a| {
            let (fd, off, whence) =
                (host::c_int(th, a[0])?, host::c_off(th, a[1])?, host::c_int(th, a[2])?);
            let to = fileio::seek_from(th, off, whence)?;
            let p = fileio::lseek(th, fd, to)?;
            int::from_i64(th, p)
        },
        "lseek($module, fd, position, how, /)\n--\n\nSet the position of a file descriptor.  Return the new position.",
    ),
    MethodDef::noargs(
        "pipe",
        |th, _| pipe(th, rustix::pipe::PipeFlags::CLOEXEC),
        "pipe($module, /)\n--\n\nCreate a pipe.",
    ),
    MethodDef::one(
        "pipe2",
        |th, _, f| {
            let f = host::c_int(th, f)?;
            pipe(th, rustix::pipe::PipeFlags::from_bits_retain(f as u32))
        },
        "pipe2($module, flags, /)\n--\n\nCreate a pipe with flags set atomically.",
    ),
    MethodDef::one(
        "dup",
        |th, _, fd| {
            let fd = host::c_int(th, fd)?;
            let r =
                host::check(th, raw::fd(fd).and_then(|f| rustix::io::fcntl_dupfd_cloexec(f, 0)))?;
            Ok(small(r.into_raw_fd()))
        },
        "dup($module, fd, /)\n--\n\nReturn a duplicate of a file descriptor.",
    ),
    MethodDef::kw(
        "dup2",
        |th, _, a| {
            let [fd, fd2, inherit] =
                a.bind(th, "dup2", &Params::new(["fd", "fd2", "inheritable"], 2))?;
            let fd = host::c_int(th, fd.unwrap_or_else(Value::none))?;
            let fd2 = host::c_int(th, fd2.unwrap_or_else(Value::none))?;
            let inherit = host::truth(th, inherit, true)?;
            host::call(th, || os::dup2(fd, fd2, !inherit))?;
            Ok(small(fd2))
        },
        "dup2($module, /, fd, fd2, inheritable=True)\n--\n\nDuplicate file descriptor.",
    ),
    MethodDef::one(
        "isatty",
        |th, _, fd| {
            let fd = host::c_int(th, fd)?;
            Ok(Value::bool(th.detached(|| raw::fd(fd).is_ok_and(rustix::termios::isatty))))
        },
        "isatty($module, fd, /)\n--\n\nReturn True if the fd is connected to a terminal.",
    ),
    MethodDef::fast(
        "ftruncate",
        2,
        2,
        |th, _, a| {
            let (fd, n) = (host::c_int(th, a[0])?, host::c_off(th, a[1])?);
            if n < 0 {
                return Err(host::os_error(th, Errno::INVAL));
            }
            none(host::call(th, || rustix::fs::ftruncate(borrowed(fd)?, n as u64)))
        },
        "ftruncate($module, fd, length, /)\n--\n\nTruncate a file, specified by file descriptor, to a specific length.",
    ),
    MethodDef::fast(
        "fsync",
        1,
        1,
        |th, _, a| {
            let fd = host::descriptor(th, a[0])?;
            none(host::call(th, || rustix::fs::fsync(borrowed(fd)?)))
        },
        "fsync($module, /, fd)\n--\n\nForce write of fd to disk.",
    ),
    MethodDef::fast(
        "fdatasync",
        1,
        1,
        |th, _, a| {
            let fd = host::descriptor(th, a[0])?;
            none(host::call(th, || rustix::fs::fdatasync(borrowed(fd)?)))
        },
        "fdatasync($module, /, fd)\n--\n\nForce write of fd to disk without forcing update of metadata.",
    ),
    MethodDef::one(
        "get_inheritable",
        |th, _, fd| {
            let fd = host::c_int(th, fd)?;
            let f = host::check(th, raw::fd(fd).and_then(rustix::io::fcntl_getfd))?;
            Ok(Value::bool(!f.contains(rustix::io::FdFlags::CLOEXEC)))
        },
        "get_inheritable($module, fd, /)\n--\n\nGet the close-on-exe flag of the specified file descriptor.",
    ),
    MethodDef::fast(
        "set_inheritable",
        2,
        2,
        |th, _, a| {
            let (fd, on) = (host::c_int(th, a[0])?, host::c_int(th, a[1])? != 0);
            let f = if on { rustix::io::FdFlags::empty() } else { rustix::io::FdFlags::CLOEXEC };
            none(host::check(th, raw::fd(fd).and_then(|x| rustix::io::fcntl_setfd(x, f))))
        },
        "set_inheritable($module, fd, inheritable, /)\n--\n\nSet the inheritable flag of the specified file descriptor.",
    ),
    MethodDef::one(
        "get_blocking",
        |th, _, fd| {
            let fd = host::c_int(th, fd)?;
            let f = host::check(th, raw::fd(fd).and_then(rustix::fs::fcntl_getfl))?;
            Ok(Value::bool(!f.contains(OFlags::NONBLOCK)))
        },
        "get_blocking($module, fd, /)\n--\n\nGet the blocking mode of the file descriptor.",
    ),
    MethodDef::fast(
        "set_blocking",
        2,
        2,
        |th, _, a| {
            let (fd, on) = (host::c_int(th, a[0])?, ops::is_true(th, a[1])?);
            let r = raw::fd(fd).and_then(|x| {
                let mut f = rustix::fs::fcntl_getfl(x)?;
                f.set(OFlags::NONBLOCK, !on);
                rustix::fs::fcntl_setfl(x, f)
            });
            none(host::check(th, r))
        },
        "set_blocking($module, fd, blocking, /)\n--\n\nSet the blocking mode of the specified file descriptor.",
    ),
    MethodDef::kw(
        "sendfile",
        sendfile,
        "sendfile($module, /, out_fd, in_fd, offset, count)\n--\n\nCopy count bytes from file descriptor in_fd to file descriptor out_fd.",
    ),
    MethodDef::kw(
        "copy_file_range",
        copy_file_range,
        "copy_file_range($module, /, src, dst, count, offset_src=None,\n                offset_dst=None)\n--\n\nCopy count bytes from one file descriptor to another.",
    ),
    MethodDef::fast(
        "posix_fallocate",
        3,
        3,
        |th, _, a| {
            let (fd, off, len) =
                (host::c_int(th, a[0])?, host::c_off(th, a[1])?, host::c_off(th, a[2])?);
            if off < 0 || len <= 0 {
                return Err(host::os_error(th, Errno::INVAL));
            }
            none(host::call(th, || {
                rustix::fs::fallocate(
                    borrowed(fd)?,
                    rustix::fs::FallocateFlags::empty(),
                    off as u64,
                    len as u64,
                )
            }))
        },
        "posix_fallocate($module, fd, offset, length, /)\n--\n\nEnsure a file has allocated at least a particular number of bytes on disk.",
    ),
    MethodDef::fast(
        "posix_fadvise",
        4,
        4,
        |th, _, a| {
            let (fd, off, len) =
                (host::c_int(th, a[0])?, host::c_off(th, a[1])?, host::c_off(th, a[2])?);
            let advice = host::c_int(th, a[3])?;
            none(host::call(th, || os::fadvise(fd, off, len, advice)))
        },
        "posix_fadvise($module, fd, offset, length, advice, /)\n--\n\nAnnounce an intention to access data in a specific pattern.",
    ),
    MethodDef::fast(
        "lockf",
        3,
        3,
        |th, _, a| {
            let (fd, cmd, len) =
                (host::c_int(th, a[0])?, host::c_int(th, a[1])?, host::c_off(th, a[2])?);
            none(host::call(th, || os::lockf(fd, cmd, len)))
        },
        "lockf($module, fd, command, length, /)\n--\n\nApply, test or remove a POSIX lock on an open file descriptor.",
    ),
    MethodDef::fast(
        "memfd_create",
        1,
        2,
        |th, _, a| {
            let name = host::path::to_c(th, a[0])?;
            let flags = match a.get(1) {
                Some(f) => host::c_int(th, *f)? as u32,
                None => 1,
            };
            let fd = host::call(th, || {
                rustix::fs::memfd_create(&*name, rustix::fs::MemfdFlags::from_bits_retain(flags))
            })?;
            Ok(small(fd.into_raw_fd()))
        },
        "memfd_create($module, /, name, flags=MFD_CLOEXEC)\n--\n\n",
    ),
    MethodDef::fast(
        "eventfd",
        1,
        2,
        |th, _, a| {
            let n = host::c_off(th, a[0])?;
            let flags = match a.get(1) {
                Some(f) => host::c_int(th, *f)? as u32,
                None => libc::EFD_CLOEXEC as u32,
            };
            let fd = host::call(th, || {
                rustix::event::eventfd(
                    n as u32,
                    rustix::event::EventfdFlags::from_bits_retain(flags),
                )
            })?;
            Ok(small(fd.into_raw_fd()))
        },
        "eventfd($module, /, initval, flags=EFD_CLOEXEC)\n--\n\nCreates and returns an event notification file descriptor.",
    ),
    MethodDef::fast(
        "eventfd_read",
        1,
        1,
        |th, _, a| {
            let fd = host::c_int(th, a[0])?;
            let mut b = [0u8; 8];
            host::call(th, || rustix::io::read(raw::fd(fd)?, &mut b))?;
            int::from_u64(th, u64::from_ne_bytes(b))
        },
        "eventfd_read($module, /, fd)\n--\n\nRead eventfd value",
    ),
    MethodDef::fast(
        "eventfd_write",
        2,
        2,
        |th, _, a| {
            let fd = host::c_int(th, a[0])?;
            let i = ops::index(th, a[1])?;
            let Some(x) = int::to_u64(i) else {
                return Err(th.overflow_error(format_args!("int too big to convert")));
            };
            host::call(th, || rustix::io::write(raw::fd(fd)?, &x.to_ne_bytes()))?;
            Ok(Value::none())
        },
        "eventfd_write($module, /, fd, value)\n--\n\nWrite eventfd value.",
    ),
    MethodDef::one(
        "ttyname",
        |th, _, fd| {
            let fd = host::c_int(th, fd)?;
            let b = host::check(th, os::ttyname(fd))?;
            host::fs_decode(th, &b)
        },
        "ttyname($module, fd, /)\n--\n\nReturn the name of the terminal device connected to 'fd'.",
    ),
    MethodDef::noargs(
        "ctermid",
        |th, _| host::text(th, "/dev/tty"),
        "ctermid($module, /)\n--\n\nReturn the name of the controlling terminal for this process.",
    ),
    MethodDef::noargs(
        "openpty",
        |th, _| {
            let (a, b) = host::check(th, os::openpty())?;
            for fd in [a, b] {
                host::check(
                    th,
                    raw::fd(fd)
                        .and_then(|f| rustix::io::fcntl_setfd(f, rustix::io::FdFlags::CLOEXEC)),
                )?;
            }
            Tuple::new(th, &[small(a), small(b)]).map(|t| Value::from_ref(t))
        },
        "openpty($module, /)\n--\n\nOpen a pseudo-terminal.",
    ),
    MethodDef::one(
        "login_tty",
        |th, _, fd| {
            let fd = host::descriptor(th, fd)?;
            none(host::check(th, os::login_tty(fd)))
        },
        "login_tty($module, fd, /)\n--\n\nPrepare the tty of which fd is a file descriptor for a new login session.",
    ),
    MethodDef::one(
        "device_encoding",
        |th, _, fd| {
            let fd = host::c_int(th, fd)?;
            if th.detached(|| raw::fd(fd).is_ok_and(rustix::termios::isatty)) {
                host::text(th, "UTF-8")
            } else {
                Ok(Value::none())
            }
        },
        "device_encoding($module, /, fd)\n--\n\nReturn a string describing the encoding of a terminal's file descriptor.",
    ),
];

fn open(th: &mut Thread, _: Value, a: &Args) -> R {
    let [p, flags, mode, d] =
        a.bind(th, "open", &Params::new(["path", "flags", "mode", "dir_fd"], 2).kwonly(3))?;
    let p = FsPath::parse(th, p.unwrap_or_else(Value::none), "open", "path", Accept::default())?;
    let flags = host::c_int(th, flags.unwrap_or_else(Value::none))? as u32;
    let mode = mode.map_or(Ok(0o777), |m| host::c_int(th, m))? as u32;
    let d = dir_fd(th, d)?;
    let flags = OFlags::from_bits_retain(flags) | OFlags::CLOEXEC;
    let fd = on_path(th, &p, || {
        rustix::fs::openat(borrowed(d)?, p.c(), flags, Mode::from_raw_mode(mode))
            .map(|f| f.into_raw_fd())
    })?;
    Ok(small(fd))
}

fn pipe(th: &mut Thread, flags: rustix::pipe::PipeFlags) -> R {
    let (r, w) = host::check(th, rustix::pipe::pipe_with(flags))?;
    Tuple::new(th, &[small(r.into_raw_fd()), small(w.into_raw_fd())]).map(|t| Value::from_ref(t))
}

fn sendfile(th: &mut Thread, _: Value, a: &Args) -> R {
    let [out, inp, off, count] =
        a.bind(th, "sendfile", &Params::new(["out_fd", "in_fd", "offset", "count"], 4))?;
    let out = host::c_int(th, out.unwrap_or_else(Value::none))?;
    let inp = host::c_int(th, inp.unwrap_or_else(Value::none))?;
    let mut at = match off.filter(|o| !o.is_none()) {
        Some(o) => Some(host::c_off(th, o)? as u64),
        None => None,
    };
    let n = ops::index_isize(th, count.unwrap_or_else(Value::none))?.max(0) as usize;
    let k =
        host::call(th, || rustix::fs::sendfile(borrowed(out)?, borrowed(inp)?, at.as_mut(), n))?;
    int::from_usize(th, k)
}

fn copy_file_range(th: &mut Thread, _: Value, a: &Args) -> R {
    let p = Params::new(["src", "dst", "count", "offset_src", "offset_dst"], 3);
    let [src, dst, count, os, od] = a.bind(th, "copy_file_range", &p)?;
    let src = host::c_int(th, src.unwrap_or_else(Value::none))?;
    let dst = host::c_int(th, dst.unwrap_or_else(Value::none))?;
    let n = ops::index_isize(th, count.unwrap_or_else(Value::none))?;
    if n < 0 {
        return Err(th.value_error(format_args!("negative value for 'count' not allowed")));
    }
    let offset = |th: &mut Thread, v: Option<Value>| -> R<Option<u64>> {
        match v.filter(|v| !v.is_none()) {
            Some(v) => host::c_off(th, v).map(|o| Some(o as u64)),
            None => Ok(None),
        }
    };
    let (mut os, mut od) = (offset(th, os)?, offset(th, od)?);
    let k = host::call(th, || {
        rustix::fs::copy_file_range(
            borrowed(src)?,
            os.as_mut(),
            borrowed(dst)?,
            od.as_mut(),
            n as usize,
        )
    })?;
    int::from_usize(th, k)
}

/// A list of ints.
pub fn int_list(th: &mut Thread, items: impl Iterator<Item = i64>) -> R {
    let mut v = RootVec::new(th);
    for i in items {
        v.push(Value::small_int(i));
    }
    List::new(th, v.as_slice()).map(|l| Value::from_ref(l))
}
