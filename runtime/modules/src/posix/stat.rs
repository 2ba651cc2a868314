//! `stat` and its kin.

use super::{Kind, borrowed, dir_fd, on_path, record};
use crate::host::path::Accept;
use crate::host::{self, FsPath};
use heddle_object::types::structseq::StructSeq;
use heddle_object::types::{float, int};
use heddle_object::{Args, MethodDef, Params, R, Thread, Value};
use rustix::fs::{AtFlags, FileType, Stat};

/// `os.stat_result`
pub static STAT: StructSeq = StructSeq {
    name: "os.stat_result",
    doc: "stat_result: Result from stat, fstat, or lstat.\n\nThis object may be accessed either as a tuple of\n  (mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime)\nor via the attributes st_mode, st_ino, st_dev, st_nlink, st_uid, and so on.",
    fields: &[
        "st_mode",
        "st_ino",
        "st_dev",
        "st_nlink",
        "st_uid",
        "st_gid",
        "st_size",
        "",
        "",
        "",
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

/// `os.statvfs_result`
pub static STATVFS: StructSeq = StructSeq {
    name: "os.statvfs_result",
    doc: "statvfs_result: Result from statvfs or fstatvfs.\n\nThis object may be accessed either as a tuple of\n  (bsize, frsize, blocks, bfree, bavail, files, ffree, favail, flag, namemax),\nor via the attributes f_bsize, f_frsize, f_blocks, f_bfree, and so on.",
    fields: &[
        "f_bsize",
        "f_frsize",
        "f_blocks",
        "f_bfree",
        "f_bavail",
        "f_files",
        "f_ffree",
        "f_favail",
        "f_flag",
        "f_namemax",
        "f_fsid",
    ],
    visible: 10,
};

pub const METHODS: &[MethodDef] = &[
    MethodDef::kw(
        "stat",
        stat,
        "stat($module, /, path, *, dir_fd=None, follow_symlinks=True)\n--\n\nPerform a stat system call on the given path.",
    ),
    MethodDef::kw(
        "lstat",
        lstat,
        "lstat($module, /, path, *, dir_fd=None)\n--\n\nPerform a stat system call on the given path, without following symbolic links.",
    ),
    MethodDef::kw(
        "fstat",
        |th, m, a| {
            let [fd] = a.bind(th, "fstat", &Params::new(["fd"], 1))?;
            let fd = host::c_int(th, fd.unwrap_or_else(Value::none))?;
            let s = host::call(th, || rustix::fs::fstat(borrowed(fd)?))?;
            result(th, m, &s)
        },
        "fstat($module, /, fd)\n--\n\nPerform a stat system call on the given file descriptor.",
    ),
    MethodDef::kw(
        "statvfs",
        |th, m, a| {
            let [p] = a.bind(th, "statvfs", &Params::new(["path"], 1))?;
            let p = FsPath::parse(
                th,
                p.unwrap_or_else(Value::none),
                "statvfs",
                "path",
                Accept { fd: true, none: false },
            )?;
            let s = on_path(th, &p, || match p.fd() {
                Some(fd) => rustix::fs::fstatvfs(borrowed(fd)?),
                None => rustix::fs::statvfs(p.c()),
            })?;
            vfs(th, m, &s)
        },
        "statvfs($module, /, path)\n--\n\nPerform a statvfs system call on the given path.",
    ),
    MethodDef::kw(
        "fstatvfs",
        |th, m, a| {
            let [fd] = a.bind(th, "fstatvfs", &Params::new(["fd"], 1))?;
            let fd = host::c_int(th, fd.unwrap_or_else(Value::none))?;
            let s = host::call(th, || rustix::fs::fstatvfs(borrowed(fd)?))?;
            vfs(th, m, &s)
        },
        "fstatvfs($module, /, fd)\n--\n\nPerform an fstatvfs system call on the given fd.",
    ),
    MethodDef::kw("_path_exists", |th, _, a| test(th, a, "path", |_| true, true), ""),
    MethodDef::kw("_path_lexists", |th, _, a| test(th, a, "path", |_| true, false), ""),
    MethodDef::kw(
        "_path_isdir",
        |th, _, a| test(th, a, "s", |t| t == FileType::Directory, true),
        "",
    ),
    MethodDef::kw(
        "_path_isfile",
        |th, _, a| test(th, a, "path", |t| t == FileType::RegularFile, true),
        "",
    ),
    MethodDef::kw(
        "_path_islink",
        |th, _, a| test(th, a, "path", |t| t == FileType::Symlink, false),
        "",
    ),
];

/// The quick tests of `os.path`: false for whatever cannot be asked.
fn test(
    th: &mut Thread,
    a: &Args,
    arg: &'static str,
    f: impl Fn(FileType) -> bool,
    follow: bool,
) -> R {
    let [p] = a.bind(th, "_path_test", &Params::new([arg], 1))?;
    let p = match FsPath::parse(
        th,
        p.unwrap_or_else(Value::none),
        "stat",
        "path",
        Accept { fd: follow, none: false },
    ) {
        Ok(p) => p,
        Err(e) if th.catch(e, &heddle_object::types::exceptions::VALUE_ERROR) => {
            return Ok(Value::bool(false));
        }
        Err(e) => return Err(e),
    };
    let s = get(th, &p, libc::AT_FDCWD, follow);
    Ok(Value::bool(s.is_ok_and(|s| f(FileType::from_raw_mode(s.st_mode)))))
}

/// The system's answer.
pub fn get(th: &mut Thread, p: &FsPath, dir: i32, follow: bool) -> Result<Stat, rustix::io::Errno> {
    let flags = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
    th.detached(|| match p.fd() {
        Some(fd) => rustix::fs::fstat(borrowed(fd)?),
        None => rustix::fs::statat(borrowed(dir)?, p.c(), flags),
    })
}

fn stat(th: &mut Thread, m: Value, a: &Args) -> R {
    let [p, d, follow] =
        a.bind(th, "stat", &Params::new(["path", "dir_fd", "follow_symlinks"], 1).kwonly(1))?;
    let p = FsPath::parse(
        th,
        p.unwrap_or_else(Value::none),
        "stat",
        "path",
        Accept { fd: true, none: false },
    )?;
    let follow = host::truth(th, follow, true)?;
    let dir_given = d.is_some_and(|d| !d.is_none());
    let d = dir_fd(th, d)?;
    if p.fd().is_some() && dir_given {
        return Err(
            th.value_error(format_args!("stat: can't specify dir_fd without matching path"))
        );
    }
    if p.fd().is_some() && !follow {
        return Err(
            th.value_error(format_args!("stat: cannot use fd and follow_symlinks together"))
        );
    }
    finish(th, m, &p, d, follow)
}

fn lstat(th: &mut Thread, m: Value, a: &Args) -> R {
    let [p, d] = a.bind(th, "lstat", &Params::new(["path", "dir_fd"], 1).kwonly(1))?;
    let p = FsPath::parse(th, p.unwrap_or_else(Value::none), "lstat", "path", Accept::default())?;
    let d = dir_fd(th, d)?;
    finish(th, m, &p, d, false)
}

fn finish(th: &mut Thread, m: Value, p: &FsPath, dir: i32, follow: bool) -> R {
    match get(th, p, dir, follow) {
        Ok(s) => result(th, m, &s),
        Err(e) => Err(host::os_error_at(th, e, p.object)),
    }
}

/// A `stat_result`.
pub fn result(th: &mut Thread, m: Value, s: &Stat) -> R {
    let mut v = [Value::none(); 19];
    v[0] = Value::small_int(i64::from(s.st_mode));
    v[1] = int::from_u64(th, s.st_ino)?;
    v[2] = int::from_u64(th, s.st_dev)?;
    v[3] = Value::small_int(s.st_nlink as i64);
    v[4] = Value::small_int(i64::from(s.st_uid));
    v[5] = Value::small_int(i64::from(s.st_gid));
    v[6] = int::from_i64(th, s.st_size)?;
    let times = [
        (s.st_atime, s.st_atime_nsec),
        (s.st_mtime, s.st_mtime_nsec),
        (s.st_ctime, s.st_ctime_nsec),
    ];
    for (i, (sec, ns)) in times.into_iter().enumerate() {
        let (sec, ns) = (sec as i64, ns as i64);
        v[7 + i] = int::from_i64(th, sec)?;
        v[10 + i] = float::new(th, sec as f64 + 1e-9 * ns as f64)?;
        v[13 + i] = int::from_i128(th, i128::from(sec) * 1_000_000_000 + i128::from(ns))?;
    }
    v[16] = Value::small_int(s.st_blksize as i64);
    v[17] = Value::small_int(s.st_blocks as i64);
    v[18] = int::from_u64(th, s.st_rdev)?;
    record(th, m, Kind::Stat, &v)
}

fn vfs(th: &mut Thread, m: Value, s: &rustix::fs::StatVfs) -> R {
    let mut v = [Value::none(); 11];
    let numbers = [
        s.f_bsize,
        s.f_frsize,
        s.f_blocks,
        s.f_bfree,
        s.f_bavail,
        s.f_files,
        s.f_ffree,
        s.f_favail,
        s.f_flag.bits(),
        s.f_namemax,
        s.f_fsid,
    ];
    for (slot, x) in v.iter_mut().zip(numbers) {
        *slot = int::from_u64(th, x)?;
    }
    record(th, m, Kind::StatVfs, &v)
}
