//! `posix`: the system calls that `os` is made of. Grown as programs need them; what is missing here is missing in `os`.

use crate::host::path::fs_encode;
use crate::host::{os_error_at, text};
use heddle_object::types::structseq::{StructSeq, make, make_type};
use heddle_object::types::{Bytes, Dict, List, Module, Str, float, int};
use heddle_object::{MethodDef, ModuleDef, R, Thread, Value, attr, names, ops};
use rustix::fs::{self, AtFlags, CWD, Mode};
use rustix::io::Errno;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "posix",
    doc: "This module provides access to operating system functionality that is\nstandardized by the C Standard and the POSIX standard.",
    methods: &[
        MethodDef::one(
            "_exit",
            |th, _, v| {
                let code = int::as_i32(th, v)?;
                std::process::exit(code)
            },
            "_exit($module, /, status)\n--\n\nExit to the system with specified status, without normal exit processing.",
        ),
        MethodDef::one(
            "fspath",
            fspath,
            "fspath($module, /, path)\n--\n\nReturn the file system path representation of the object.",
        ),
        MethodDef::noargs(
            "getcwd",
            |th, _| match std::env::current_dir() {
                Ok(d) => text(th, &d.to_string_lossy()),
                Err(e) => Err(os_error_at(
                    th,
                    Errno::from_raw_os_error(e.raw_os_error().unwrap_or(2)),
                    Value::none(),
                )),
            },
            "getcwd($module, /)\n--\n\nReturn a unicode string representing the current working directory.",
        ),
        MethodDef::noargs(
            "getpid",
            |_, _| Ok(Value::small_int(std::process::id() as i64)),
            "getpid($module, /)\n--\n\nReturn the current process id.",
        ),
        MethodDef::noargs(
            "cpu_count",
            cpu_count,
            "cpu_count($module, /)\n--\n\nReturn the number of logical CPUs in the system.",
        ),
        MethodDef::one(
            "urandom",
            urandom,
            "urandom($module, size, /)\n--\n\nReturn a bytes object containing random bytes suitable for cryptographic use.",
        ),
        MethodDef::fast(
            "listdir",
            0,
            1,
            listdir,
            "listdir($module, /, path=None)\n--\n\nReturn a list containing the names of the files in the directory.",
        ),
        MethodDef::kw(
            "stat",
            |th, m, a| {
                let follow = match a.keyword("follow_symlinks") {
                    Some(f) => ops::is_true(th, f)?,
                    None => true,
                };
                stat(th, m, a.pos.first().copied().or(a.keyword("path")), follow)
            },
            "stat($module, /, path, *, dir_fd=None, follow_symlinks=True)\n--\n\nPerform a stat system call on the given path.",
        ),
        MethodDef::kw(
            "lstat",
            |th, m, a| stat(th, m, a.pos.first().copied().or(a.keyword("path")), false),
            "lstat($module, /, path, *, dir_fd=None)\n--\n\nPerform a stat system call on the given path, without following symbolic links.",
        ),
        MethodDef::one(
            "unlink",
            |th, _, p| path_call(th, p, |c| fs::unlinkat(CWD, c, AtFlags::empty())),
            "unlink($module, /, path, *, dir_fd=None)\n--\n\nRemove a file (same as remove()).",
        ),
        MethodDef::one(
            "remove",
            |th, _, p| path_call(th, p, |c| fs::unlinkat(CWD, c, AtFlags::empty())),
            "remove($module, /, path, *, dir_fd=None)\n--\n\nRemove a file (same as unlink()).",
        ),
        MethodDef::one(
            "rmdir",
            |th, _, p| path_call(th, p, |c| fs::unlinkat(CWD, c, AtFlags::REMOVEDIR)),
            "rmdir($module, /, path, *, dir_fd=None)\n--\n\nRemove a directory.",
        ),
        MethodDef::fast(
            "mkdir",
            1,
            2,
            |th, _, a| {
                let mode = match a.get(1) {
                    Some(m) => int::as_i32(th, *m)? as u32,
                    None => 0o777,
                };
                path_call(th, a[0], move |c| fs::mkdirat(CWD, c, Mode::from_raw_mode(mode)))
            },
            "mkdir($module, /, path, mode=511, *, dir_fd=None)\n--\n\nCreate a directory.",
        ),
        MethodDef::one(
            "strerror",
            |th, _, n| {
                let n = int::as_i32(th, n)?;
                text(th, &crate::host::strerror(n))
            },
            "strerror($module, code, /)\n--\n\nTranslate an error code to a message string.",
        ),
    ],
    init,
    ..ModuleDef::DEFAULT
};

static STAT: StructSeq = StructSeq {
    name: "os.stat_result",
    doc: "stat_result: Result from stat, fstat, or lstat.",
    fields: &[
        "st_mode",
        "st_ino",
        "st_dev",
        "st_nlink",
        "st_uid",
        "st_gid",
        "st_size",
        "_st_atime",
        "_st_mtime",
        "_st_ctime",
        "st_atime",
        "st_mtime",
        "st_ctime",
        "st_atime_ns",
        "st_mtime_ns",
        "st_ctime_ns",
        "st_blksize",
        "st_blocks",
        "st_rdev",
    ],
    visible: 10,
};

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    let d = Dict::new(th)?;
    for (k, v) in std::env::vars_os() {
        let k = Value::from_ref(Bytes::new(th, &k.into_vec())?);
        let v = Value::from_ref(Bytes::new(th, &v.into_vec())?);
        d.set_item(th, k, v)?;
    }
    m.set(th, "environ", Value::from_ref(d))?;
    let t = make_type(th, &STAT)?;
    m.set(th, "stat_result", t.value())?;
    let l = List::new(th, &[])?;
    m.set(th, "_have_functions", Value::from_ref(l))?;
    m.set(th, "error", heddle_object::types::exceptions::OS_ERROR.value())?;
    for (name, n) in [
        ("F_OK", 0),
        ("R_OK", 4),
        ("W_OK", 2),
        ("X_OK", 1),
        ("O_RDONLY", libc::O_RDONLY),
        ("O_WRONLY", libc::O_WRONLY),
        ("O_RDWR", libc::O_RDWR),
        ("O_CREAT", libc::O_CREAT),
        ("O_EXCL", libc::O_EXCL),
        ("O_TRUNC", libc::O_TRUNC),
        ("O_APPEND", libc::O_APPEND),
        ("O_CLOEXEC", libc::O_CLOEXEC),
        ("O_NOFOLLOW", libc::O_NOFOLLOW),
    ] {
        m.set(th, name, Value::small_int(n as i64))?;
    }
    Ok(())
}

/// `os.fspath`
fn fspath(th: &mut Thread, _: Value, p: Value) -> R {
    if p.cast::<Str>().is_some() || p.cast::<Bytes>().is_some() {
        return Ok(p);
    }
    let tn = p.type_of().name();
    match ops::call_special(th, p, names::n().__fspath__, &[])? {
        Some(r) if r.cast::<Str>().is_some() || r.cast::<Bytes>().is_some() => Ok(r),
        Some(r) => {
            let rn = r.type_of().name();
            Err(th.type_error(format_args!(
                "expected {tn}.__fspath__() to return str or bytes, not {rn}"
            )))
        }
        None => {
            Err(th.type_error(format_args!("expected str, bytes or os.PathLike object, not {tn}")))
        }
    }
}

fn path_bytes(th: &mut Thread, p: Value) -> R<Vec<u8>> {
    let p = fspath(th, Value::none(), p)?;
    let b = match p.cast::<Str>() {
        Some(s) => fs_encode(th, s)?,
        None => heddle_object::core::native::bytes_like(th, p)?.unwrap_or_default(),
    };
    if b.contains(&0) {
        return Err(th.value_error(format_args!("embedded null byte")));
    }
    Ok(b)
}

fn path_call(th: &mut Thread, p: Value, f: impl FnOnce(&[u8]) -> rustix::io::Result<()>) -> R {
    let b = path_bytes(th, p)?;
    match th.detached(|| f(&b)) {
        Ok(()) => Ok(Value::none()),
        Err(e) => Err(os_error_at(th, e, p)),
    }
}

fn cpu_count(th: &mut Thread, _: Value) -> R {
    let n = th
        .rt
        .options
        .cpu_count
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| n.get()) as i64);
    Ok(Value::small_int(n))
}

fn urandom(th: &mut Thread, _: Value, n: Value) -> R {
    let n = ops::index_isize(th, n)?;
    if n < 0 {
        return Err(th.value_error(format_args!("negative argument not allowed")));
    }
    let mut b = vec![0u8; n as usize];
    let read = std::fs::File::open("/dev/urandom")
        .and_then(|mut f| std::io::Read::read_exact(&mut f, &mut b));
    match read {
        Ok(()) => Bytes::new(th, &b).map(|b| Value::from_ref(b)),
        Err(e) => Err(os_error_at(
            th,
            Errno::from_raw_os_error(e.raw_os_error().unwrap_or(5)),
            Value::none(),
        )),
    }
}

fn listdir(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let path = match a.first().filter(|p| !p.is_none()) {
        Some(p) => *p,
        None => text(th, ".")?,
    };
    let b = path_bytes(th, path)?;
    let bytes = path.cast::<Bytes>().is_some();
    let folder = std::path::PathBuf::from(std::ffi::OsStr::from_bytes(&b));
    let found = th.detached(|| -> std::io::Result<Vec<Vec<u8>>> {
        std::fs::read_dir(folder)?.map(|e| Ok(e?.file_name().into_vec())).collect()
    });
    match found {
        Ok(names) => {
            let l = List::new(th, &[])?;
            for name in names {
                let v = if bytes {
                    Value::from_ref(Bytes::new(th, &name)?)
                } else {
                    crate::host::path::fs_decode(th, &name)?
                };
                l.push(th, v)?;
            }
            Ok(Value::from_ref(l))
        }
        Err(e) => {
            Err(os_error_at(th, Errno::from_raw_os_error(e.raw_os_error().unwrap_or(2)), path))
        }
    }
}

fn stat(th: &mut Thread, m: Value, path: Option<Value>, follow: bool) -> R {
    let Some(p) = path else {
        return Err(th.type_error(format_args!("stat() missing required argument 'path' (pos 1)")));
    };
    let r = if p.is_small_int() {
        let fd = heddle_object::os::fd(int::as_i32(th, p)?);
        fd.and_then(fs::fstat)
    } else {
        let b = path_bytes(th, p)?;
        let flags = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
        th.detached(|| fs::statat(CWD, b.as_slice(), flags))
    };
    let s = match r {
        Ok(s) => s,
        Err(e) => return Err(os_error_at(th, e, p)),
    };
    let ty = attr::getattr_str(th, m, "stat_result")?;
    let Some(ty) = ty.cast_type() else {
        return Err(th.system_error(format_args!("stat_result is lost")));
    };
    let mut v = heddle_object::heap::RootVec::with(th, &[]);
    for n in [
        s.st_mode as u64,
        s.st_ino,
        s.st_dev,
        s.st_nlink,
        s.st_uid as u64,
        s.st_gid as u64,
        s.st_size as u64,
        s.st_atime as u64,
        s.st_mtime as u64,
        s.st_ctime as u64,
    ] {
        let x = int::from_u64(th, n)?;
        v.push(x);
    }
    let times = [
        (s.st_atime, s.st_atime_nsec),
        (s.st_mtime, s.st_mtime_nsec),
        (s.st_ctime, s.st_ctime_nsec),
    ];
    for (t, ns) in times {
        let x = float::new(th, t as f64 + ns as f64 * 1e-9)?;
        v.push(x);
    }
    for (t, ns) in times {
        let x = int::from_i128(th, t as i128 * 1_000_000_000 + ns as i128)?;
        v.push(x);
    }
    for n in [s.st_blksize as u64, s.st_blocks as u64, s.st_rdev] {
        let x = int::from_u64(th, n)?;
        v.push(x);
    }
    make(th, ty, v.as_slice())
}
