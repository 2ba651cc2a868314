//! `fcntl`: control of descriptors.

use crate::host::{self, buffer};
use heddle_object::os;
use heddle_object::types::{Module, Str, exceptions as exc, int};
use heddle_object::{MethodDef, ModuleDef, R, Thread, Value, ops};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "fcntl",
    doc: "This module performs file control and I/O control on file\ndescriptors.  It is an interface to the fcntl() and ioctl() Unix\nroutines.  File descriptors can be obtained with the fileno() method of\na file or socket object.",
    methods: &[
        MethodDef::fast(
            "fcntl",
            2,
            3,
            fcntl,
            "fcntl($module, fd, cmd, arg=0, /)\n--\n\nPerform the operation `cmd` on file descriptor fd.",
        ),
        MethodDef::fast(
            "ioctl",
            2,
            4,
            ioctl,
            "ioctl($module, fd, request, arg=0, mutate_flag=True, /)\n--\n\nPerform the operation request on file descriptor fd.",
        ),
        MethodDef::fast(
            "flock",
            2,
            2,
            |th, _, a| {
                let fd = host::descriptor(th, a[0])?;
                let op = host::c_int(th, a[1])?;
                host::call(th, || os::flock(fd, op))?;
                Ok(Value::none())
            },
            "flock($module, fd, operation, /)\n--\n\nPerform the lock operation on file descriptor fd.",
        ),
        MethodDef::fast(
            "lockf",
            2,
            5,
            lockf,
            "lockf($module, fd, cmd, len=0, start=0, whence=0, /)\n--\n\nA wrapper around the fcntl() locking calls.",
        ),
    ],
    init,
    ..ModuleDef::DEFAULT
};

/// The system's limit for buffers, as CPython has it.
const MOST: usize = 1024;

fn fcntl(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let fd = host::descriptor(th, a[0])?;
    let cmd = host::c_int(th, a[1])?;
    let arg = match a.get(2) {
        None => 0,
        Some(v) if ops::index_opt(th, *v)?.is_some() => {
            let i = ops::index(th, *v)?;
            int::to_i64(i).or_else(|| int::to_u64(i).map(|u| u as i64)).unwrap_or(0)
        }
        Some(v) => {
            let data = match v.cast::<Str>() {
                Some(s) => host::fs_encode(th, s)?,
                None if buffer::has_buffer(*v) => buffer::to_vec(th, *v)?,
                None => {
                    let tn = v.type_of().name();
                    return Err(th.type_error(format_args!(
                        "fcntl() argument 3 must be integer, bytes-like object or str, not {tn}"
                    )));
                }
            };
            if data.len() > MOST {
                return Err(th.value_error(format_args!("fcntl argument 3 is too long")));
            }
            let mut b = [0u8; MOST];
            b[..data.len()].copy_from_slice(&data);
            host::call(th, || os::fcntl_bytes(fd, cmd, &mut b))?;
            return buffer::bytes(th, &b[..data.len()]);
        }
    };
    let r = host::call(th, || os::fcntl_int(fd, cmd, arg))?;
    Ok(Value::small_int(i64::from(r)))
}

fn ioctl(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let fd = host::descriptor(th, a[0])?;
    let i = ops::index(th, a[1])?;
    let request = int::to_u64(i).or_else(|| int::to_i64(i).map(|i| i as u64)).unwrap_or(0);
    let mutate = host::truth(th, a.get(3).copied(), true)?;
    let arg = match a.get(2) {
        None => 0,
        Some(v) if ops::index_opt(th, *v)?.is_some() => {
            let i = ops::index(th, *v)?;
            int::to_i64(i).or_else(|| int::to_u64(i).map(|u| u as i64)).unwrap_or(0)
        }
        Some(v) => return ioctl_buffer(th, fd, request, *v, mutate),
    };
    let r = host::call(th, || os::ioctl_int(fd, request, arg))?;
    Ok(Value::small_int(i64::from(r)))
}

fn ioctl_buffer(th: &mut Thread, fd: i32, request: u64, v: Value, mutate: bool) -> R {
    let data = match v.cast::<Str>() {
        Some(s) => host::fs_encode(th, s)?,
        None if buffer::has_buffer(v) => buffer::to_vec(th, v)?,
        None => {
            let tn = v.type_of().name();
            return Err(th.type_error(format_args!(
                "ioctl() argument 3 must be integer, bytes-like object or str, not {tn}"
            )));
        }
    };
    let n = data.len();
    // Room behind, for requests that write more than the program thought.
    let mut b = data;
    b.resize(n + MOST, 0);
    let r = host::call(th, || os::ioctl_bytes(fd, request, &mut b))?;
    if mutate && v.cast::<Str>().is_none() && buffer::bytes_of(v).is_none() {
        let wrote = buffer::with_write(th, v, "ioctl", |_, t| {
            let k = t.len().min(n);
            t[..k].copy_from_slice(&b[..k]);
            Ok(())
        });
        match wrote {
            Ok(()) => return Ok(Value::small_int(i64::from(r))),
            Err(e) if th.catch(e, &exc::TYPE_ERROR) => {}
            Err(e) => return Err(e),
        }
    }
    buffer::bytes(th, &b[..n])
}

fn lockf(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let fd = host::descriptor(th, a[0])?;
    let code = host::c_int(th, a[1])?;
    let number = |th: &mut Thread, i: usize| match a.get(i) {
        Some(v) => host::c_off(th, *v),
        None => Ok(0),
    };
    let (len, start, whence) = (number(th, 2)?, number(th, 3)?, number(th, 4)?);
    let kind = if code & libc::LOCK_UN != 0 {
        libc::F_UNLCK
    } else if code & libc::LOCK_SH != 0 {
        libc::F_RDLCK
    } else if code & libc::LOCK_EX != 0 {
        libc::F_WRLCK
    } else {
        return Err(th.value_error(format_args!("unrecognized lockf argument")));
    };
    let wait = code & libc::LOCK_NB == 0;
    let r = host::retry(th, || os::fcntl_lock(fd, wait, kind as i16, whence as i16, start, len))?;
    match r {
        Ok(()) => Ok(Value::none()),
        Err(e) => Err(host::os_error(th, e)),
    }
}

macro_rules! libc_names {
    ($($n:ident)*) => { &[$((stringify!($n), libc::$n as i64)),*] };
}

const NAMES: &[(&str, i64)] = libc_names! {
    LOCK_EX LOCK_NB LOCK_SH LOCK_UN F_DUPFD F_DUPFD_CLOEXEC F_GETFD F_GETFL F_GETLEASE F_GETLK F_GETOWN F_GETPIPE_SZ
    F_GET_SEALS F_NOTIFY F_OFD_GETLK F_OFD_SETLK F_OFD_SETLKW F_RDLCK F_SEAL_GROW F_SEAL_SEAL F_SEAL_SHRINK F_SEAL_WRITE
    F_SEAL_FUTURE_WRITE F_ADD_SEALS F_SETFD F_SETFL F_SETLEASE F_SETLK F_SETLKW F_SETOWN F_SETPIPE_SZ F_UNLCK F_WRLCK
    FD_CLOEXEC
};

/// What libc does not name; Linux's numbers.
const MORE: &[(&str, i64)] = &[
    ("LOCK_MAND", 32),
    ("LOCK_READ", 64),
    ("LOCK_RW", 192),
    ("LOCK_WRITE", 128),
    ("DN_MULTISHOT", 0x8000_0000),
    ("FASYNC", 8192),
    ("F_EXLCK", 4),
    ("F_SHLCK", 8),
    ("F_GETSIG", 11),
    ("F_SETSIG", 10),
    ("F_GETLK64", 5),
    ("F_SETLK64", 6),
    ("F_SETLKW64", 7),
    ("F_GETOWN_EX", 16),
    ("F_SETOWN_EX", 15),
    ("F_OWNER_TID", 0),
    ("F_OWNER_PID", 1),
    ("F_OWNER_PGRP", 2),
    ("F_GET_RW_HINT", 1035),
    ("F_SET_RW_HINT", 1036),
    ("F_GET_FILE_RW_HINT", 1037),
    ("F_SET_FILE_RW_HINT", 1038),
    ("F_DUPFD_QUERY", 1027),
    ("FICLONE", 0x4004_9409),
    ("FICLONERANGE", 0x4020_940d),
    ("RWH_WRITE_LIFE_NOT_SET", 0),
    ("RWH_WRITE_LIFE_NONE", 1),
    ("RWH_WRITE_LIFE_SHORT", 2),
    ("RWH_WRITE_LIFE_MEDIUM", 3),
    ("RWH_WRITE_LIFE_LONG", 4),
    ("RWH_WRITE_LIFE_EXTREME", 5),
];

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    for (k, v) in NAMES.iter().chain(MORE) {
        m.set(th, k, Value::small_int(*v))?;
    }
    Ok(())
}
