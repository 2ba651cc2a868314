//! Names in the file system: made, removed, renamed, changed.

use super::{borrowed, dir_fd, id, none, on_path, on_paths};
use crate::host::path::{Accept, Target};
use crate::host::{self, FsPath, raw};
use heddle_object::os::{mkfifoat, process};
use heddle_object::types::{Tuple, float, int};
use heddle_object::{Args, MethodDef, Params, R, Thread, Value, ops};
use rustix::fs::{Access, AtFlags, FileType, Gid, Mode, Timespec, Timestamps, Uid};
use rustix::io::Errno;

pub const METHODS: &[MethodDef] = &[
    MethodDef::kw(
        "mkdir",
        mkdir,
        "mkdir($module, /, path, mode=511, *, dir_fd=None)\n--\n\nCreate a directory.",
    ),
    MethodDef::kw(
        "rmdir",
        |th, _, a| remove(th, a, "rmdir", true),
        "rmdir($module, /, path, *, dir_fd=None)\n--\n\nRemove a directory.",
    ),
    MethodDef::kw(
        "unlink",
        |th, _, a| remove(th, a, "unlink", false),
        "unlink($module, /, path, *, dir_fd=None)\n--\n\nRemove a file (same as remove()).",
    ),
    MethodDef::kw(
        "remove",
        |th, _, a| remove(th, a, "remove", false),
        "remove($module, /, path, *, dir_fd=None)\n--\n\nRemove a file (same as unlink()).",
    ),
    MethodDef::kw(
        "rename",
        |th, _, a| rename(th, a, "rename"),
        "rename($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)\n--\n\nRename a file or directory.",
    ),
    MethodDef::kw(
        "replace",
        |th, _, a| rename(th, a, "replace"),
        "replace($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)\n--\n\nRename a file or directory, overwriting the destination.",
    ),
    MethodDef::kw(
        "symlink",
        symlink,
        "symlink($module, /, src, dst, target_is_directory=False, *, dir_fd=None)\n--\n\nCreate a symbolic link pointing to src named dst.",
    ),
    MethodDef::kw(
        "link",
        link,
        "link($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None,\n     follow_symlinks=(os.name != 'nt'))\n--\n\nCreate a hard link to a file.",
    ),
    MethodDef::kw(
        "readlink",
        readlink,
        "readlink($module, /, path, *, dir_fd=None)\n--\n\nReturn a string representing the path to which the symbolic link points.",
    ),
    MethodDef::kw(
        "access",
        access,
        "access($module, /, path, mode, *, dir_fd=None, effective_ids=False,\n       follow_symlinks=True)\n--\n\nUse the real uid/gid to test for access to a path.",
    ),
    MethodDef::kw(
        "chmod",
        chmod,
        "chmod($module, /, path, mode, *, dir_fd=None,\n      follow_symlinks=(os.name != 'nt'))\n--\n\nChange the access permissions of a file.",
    ),
    MethodDef::fast(
        "fchmod",
        2,
        2,
        |th, _, a| {
            let (fd, mode) = (host::descriptor(th, a[0])?, host::c_int(th, a[1])?);
            none(host::call(th, || {
                rustix::fs::fchmod(borrowed(fd)?, Mode::from_raw_mode(mode as u32))
            }))
        },
        "fchmod($module, /, fd, mode)\n--\n\nChange the access permissions of the file given by file descriptor fd.",
    ),
    MethodDef::kw(
        "chown",
        chown,
        "chown($module, /, path, uid, gid, *, dir_fd=None, follow_symlinks=True)\n--\n\nChange the owner and group id of path to the numeric uid and gid.",
    ),
    MethodDef::fast(
        "lchown",
        3,
        3,
        |th, _, a| {
            let p = FsPath::parse(th, a[0], "lchown", "path", Accept::default())?;
            let (u, g) = (id(th, a[1], "uid")?, id(th, a[2], "gid")?);
            none(on_path(th, &p, || own(libc::AT_FDCWD, &p, u, g, false)))
        },
        "lchown($module, /, path, uid, gid)\n--\n\nChange the owner and group id of path to the numeric uid and gid.",
    ),
    MethodDef::fast(
        "fchown",
        3,
        3,
        |th, _, a| {
            let fd = host::descriptor(th, a[0])?;
            let (u, g) = (id(th, a[1], "uid")?, id(th, a[2], "gid")?);
            none(host::call(th, || rustix::fs::fchown(borrowed(fd)?, uid(u), gid(g))))
        },
        "fchown($module, /, fd, uid, gid)\n--\n\nChange the owner and group id of the file specified by file descriptor.",
    ),
    MethodDef::kw(
        "utime",
        utime,
        "utime($module, /, path, times=None, *, ns=<unrepresentable>,\n      dir_fd=None, follow_symlinks=True)\n--\n\nSet the access and modified time of path.",
    ),
    MethodDef::kw(
        "truncate",
        truncate,
        "truncate($module, /, path, length)\n--\n\nTruncate a file, specified by path, to a specific length.",
    ),
    MethodDef::kw(
        "mkfifo",
        mkfifo,
        "mkfifo($module, /, path, mode=438, *, dir_fd=None)\n--\n\nCreate a \"fifo\" (a POSIX named pipe).",
    ),
    MethodDef::kw(
        "mknod",
        mknod,
        "mknod($module, /, path, mode=384, device=0, *, dir_fd=None)\n--\n\nCreate a node in the file system.",
    ),
    MethodDef::kw(
        "chdir",
        chdir,
        "chdir($module, /, path)\n--\n\nChange the current working directory to the specified path.",
    ),
    MethodDef::fast(
        "fchdir",
        1,
        1,
        |th, _, a| {
            let fd = host::descriptor(th, a[0])?;
            none(host::call(th, || rustix::process::fchdir(borrowed(fd)?)))
        },
        "fchdir($module, /, fd)\n--\n\nChange to the directory of the given file descriptor.",
    ),
    MethodDef::kw(
        "chroot",
        |th, _, a| {
            let [p] = a.bind(th, "chroot", &Params::new(["path"], 1))?;
            let p = FsPath::parse(
                th,
                p.unwrap_or_else(Value::none),
                "chroot",
                "path",
                Accept::default(),
            )?;
            none(on_path(th, &p, || process::chroot(p.c())))
        },
        "chroot($module, /, path)\n--\n\nChange root directory to path.",
    ),
    MethodDef::noargs(
        "getcwd",
        |th, _| {
            let b = cwd(th)?;
            host::fs_decode(th, &b)
        },
        "getcwd($module, /)\n--\n\nReturn a unicode string representing the current working directory.",
    ),
    MethodDef::noargs(
        "getcwdb",
        |th, _| {
            let b = cwd(th)?;
            host::buffer::bytes(th, &b)
        },
        "getcwdb($module, /)\n--\n\nReturn a bytes string representing the current working directory.",
    ),
    MethodDef::one(
        "umask",
        |th, _, m| {
            let m = host::c_int(th, m)?;
            let old = rustix::process::umask(Mode::from_raw_mode(m as u32));
            Ok(Value::small_int(i64::from(old.as_raw_mode())))
        },
        "umask($module, mask, /)\n--\n\nSet the current numeric umask and return the previous umask.",
    ),
    MethodDef::noargs(
        "sync",
        |th, _| {
            th.detached(rustix::fs::sync);
            Ok(Value::none())
        },
        "sync($module, /)\n--\n\nForce write of everything to disk.",
    ),
];

fn path(th: &mut Thread, v: Option<Value>, f: &str) -> R<FsPath> {
    FsPath::parse(th, v.unwrap_or_else(Value::none), f, "path", Accept::default())
}

fn uid(u: u32) -> Option<Uid> {
    (u != u32::MAX).then(|| Uid::from_raw(u))
}

fn gid(g: u32) -> Option<Gid> {
    (g != u32::MAX).then(|| Gid::from_raw(g))
}

fn mkdir(th: &mut Thread, _: Value, a: &Args) -> R {
    let [p, mode, d] =
        a.bind(th, "mkdir", &Params::new(["path", "mode", "dir_fd"], 1).kwonly(2))?;
    let p = path(th, p, "mkdir")?;
    let mode = mode.map_or(Ok(0o777), |m| host::c_int(th, m))?;
    let d = dir_fd(th, d)?;
    none(on_path(th, &p, || {
        rustix::fs::mkdirat(borrowed(d)?, p.c(), Mode::from_raw_mode(mode as u32))
    }))
}

fn remove(th: &mut Thread, a: &Args, f: &str, dir: bool) -> R {
    let [p, d] = a.bind(th, f, &Params::new(["path", "dir_fd"], 1).kwonly(1))?;
    let p = path(th, p, f)?;
    let d = dir_fd(th, d)?;
    let flags = if dir { AtFlags::REMOVEDIR } else { AtFlags::empty() };
    none(on_path(th, &p, || rustix::fs::unlinkat(borrowed(d)?, p.c(), flags)))
}

fn rename(th: &mut Thread, a: &Args, f: &str) -> R {
    let p = Params::new(["src", "dst", "src_dir_fd", "dst_dir_fd"], 2).kwonly(2);
    let [src, dst, sd, dd] = a.bind(th, f, &p)?;
    let src = FsPath::parse(th, src.unwrap_or_else(Value::none), f, "src", Accept::default())?;
    let dst = FsPath::parse(th, dst.unwrap_or_else(Value::none), f, "dst", Accept::default())?;
    let (sd, dd) = (dir_fd(th, sd)?, dir_fd(th, dd)?);
    none(on_paths(th, &src, &dst, || {
        rustix::fs::renameat(borrowed(sd)?, src.c(), borrowed(dd)?, dst.c())
    }))
}

fn symlink(th: &mut Thread, _: Value, a: &Args) -> R {
    let p = Params::new(["src", "dst", "target_is_directory", "dir_fd"], 2).kwonly(3);
    let [src, dst, _, d] = a.bind(th, "symlink", &p)?;
    let src =
        FsPath::parse(th, src.unwrap_or_else(Value::none), "symlink", "src", Accept::default())?;
    let dst =
        FsPath::parse(th, dst.unwrap_or_else(Value::none), "symlink", "dst", Accept::default())?;
    let d = dir_fd(th, d)?;
    none(on_paths(th, &src, &dst, || rustix::fs::symlinkat(src.c(), borrowed(d)?, dst.c())))
}

fn link(th: &mut Thread, _: Value, a: &Args) -> R {
    let p = Params::new(["src", "dst", "src_dir_fd", "dst_dir_fd", "follow_symlinks"], 2).kwonly(2);
    let [src, dst, sd, dd, follow] = a.bind(th, "link", &p)?;
    let src = FsPath::parse(th, src.unwrap_or_else(Value::none), "link", "src", Accept::default())?;
    let dst = FsPath::parse(th, dst.unwrap_or_else(Value::none), "link", "dst", Accept::default())?;
    let (sd, dd) = (dir_fd(th, sd)?, dir_fd(th, dd)?);
    let flags = match follow {
        Some(f) if ops::is_true(th, f)? => AtFlags::SYMLINK_FOLLOW,
        _ => AtFlags::empty(),
    };
    none(on_paths(th, &src, &dst, || {
        rustix::fs::linkat(borrowed(sd)?, src.c(), borrowed(dd)?, dst.c(), flags)
    }))
}

fn readlink(th: &mut Thread, _: Value, a: &Args) -> R {
    let [p, d] = a.bind(th, "readlink", &Params::new(["path", "dir_fd"], 1).kwonly(1))?;
    let p = path(th, p, "readlink")?;
    let d = dir_fd(th, d)?;
    let to = on_path(th, &p, || rustix::fs::readlinkat(borrowed(d)?, p.c(), Vec::new()))?;
    p.name(th, to.to_bytes())
}

fn access(th: &mut Thread, _: Value, a: &Args) -> R {
    let p =
        Params::new(["path", "mode", "dir_fd", "effective_ids", "follow_symlinks"], 2).kwonly(2);
    let [p, mode, d, effective, follow] = a.bind(th, "access", &p)?;
    let p = path(th, p, "access")?;
    let mode = host::c_int(th, mode.unwrap_or_else(Value::none))?;
    let d = dir_fd(th, d)?;
    let mut flags = AtFlags::empty();
    if host::truth(th, effective, false)? {
        flags |= AtFlags::EACCESS;
    }
    if !host::truth(th, follow, true)? {
        flags |= AtFlags::SYMLINK_NOFOLLOW;
    }
    let ok = th.detached(|| {
        rustix::fs::accessat(borrowed(d)?, p.c(), Access::from_bits_retain(mode as u32), flags)
    });
    Ok(Value::bool(ok.is_ok()))
}

fn chmod(th: &mut Thread, _: Value, a: &Args) -> R {
    let p = Params::new(["path", "mode", "dir_fd", "follow_symlinks"], 2).kwonly(2);
    let [p, mode, d, follow] = a.bind(th, "chmod", &p)?;
    let p = FsPath::parse(
        th,
        p.unwrap_or_else(Value::none),
        "chmod",
        "path",
        Accept { fd: true, none: false },
    )?;
    let mode = Mode::from_raw_mode(host::c_int(th, mode.unwrap_or_else(Value::none))? as u32);
    let d = dir_fd(th, d)?;
    let follow = host::truth(th, follow, true)?;
    none(on_path(th, &p, || match p.fd() {
        Some(fd) => rustix::fs::fchmod(borrowed(fd)?, mode),
        None => {
            let flags = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
            rustix::fs::chmodat(borrowed(d)?, p.c(), mode, flags)
        }
    }))
}

fn own(d: i32, p: &FsPath, u: u32, g: u32, follow: bool) -> Result<(), Errno> {
    match p.fd() {
        Some(fd) => rustix::fs::fchown(borrowed(fd)?, uid(u), gid(g)),
        None => {
            let flags = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
            rustix::fs::chownat(borrowed(d)?, p.c(), uid(u), gid(g), flags)
        }
    }
}

fn chown(th: &mut Thread, _: Value, a: &Args) -> R {
    let p = Params::new(["path", "uid", "gid", "dir_fd", "follow_symlinks"], 3).kwonly(3);
    let [p, u, g, d, follow] = a.bind(th, "chown", &p)?;
    let p = FsPath::parse(
        th,
        p.unwrap_or_else(Value::none),
        "chown",
        "path",
        Accept { fd: true, none: false },
    )?;
    let (u, g) = (
        id(th, u.unwrap_or_else(Value::none), "uid")?,
        id(th, g.unwrap_or_else(Value::none), "gid")?,
    );
    let d = dir_fd(th, d)?;
    let follow = host::truth(th, follow, true)?;
    none(on_path(th, &p, || own(d, &p, u, g, follow)))
}

/// Seconds as a float or int.
fn time_of(th: &mut Thread, v: Value) -> R<Timespec> {
    if float::check(v) || int::check(v) {
        let (s, ns) = match float::float_of(v) {
            Some(f) if f.is_nan() => {
                return Err(th.value_error(format_args!("Invalid value NaN (not a number)")));
            }
            Some(f) => {
                let whole = f.floor();
                let ns = ((f - whole) * 1e9).floor() as i64;
                if !(-9.2e18..9.2e18).contains(&whole) {
                    return Err(th.overflow_error(format_args!(
                        "timestamp out of range for platform time_t"
                    )));
                }
                (whole as i64, ns.min(999_999_999))
            }
            None => match int::to_i64(v) {
                Some(s) => (s, 0),
                None => {
                    return Err(th.overflow_error(format_args!(
                        "timestamp out of range for platform time_t"
                    )));
                }
            },
        };
        return Ok(Timespec { tv_sec: s, tv_nsec: ns });
    }
    let i = ops::index(th, v)?;
    Ok(Timespec { tv_sec: int::as_i64(th, i)?, tv_nsec: 0 })
}

fn utime(th: &mut Thread, _: Value, a: &Args) -> R {
    let p = Params::new(["path", "times", "ns", "dir_fd", "follow_symlinks"], 1).kwonly(2);
    let [p, times, ns, d, follow] = a.bind(th, "utime", &p)?;
    let p = FsPath::parse(
        th,
        p.unwrap_or_else(Value::none),
        "utime",
        "path",
        Accept { fd: true, none: false },
    )?;
    let d = dir_fd(th, d)?;
    let follow = host::truth(th, follow, true)?;
    let times = times.filter(|t| !t.is_none());
    if times.is_some() && ns.is_some() {
        return Err(th.value_error(format_args!(
            "utime: you may specify either 'times' or 'ns' but not both"
        )));
    }
    let stamps = match (times, ns) {
        (Some(t), _) => match t.cast::<Tuple>().map(|t| t.as_slice()) {
            Some([a, m]) => {
                Timestamps { last_access: time_of(th, *a)?, last_modification: time_of(th, *m)? }
            }
            _ => {
                return Err(th.type_error(format_args!(
                    "utime: 'times' must be either a tuple of two ints or None"
                )));
            }
        },
        (None, Some(n)) => match n.cast::<Tuple>().map(|t| t.as_slice()) {
            Some([a, m]) => {
                let mut split = |v: Value| -> R<Timespec> {
                    let i = ops::index(th, v)?;
                    let i = int::as_i64(th, i)?;
                    Ok(Timespec {
                        tv_sec: i.div_euclid(1_000_000_000),
                        tv_nsec: i.rem_euclid(1_000_000_000),
                    })
                };
                Timestamps { last_access: split(*a)?, last_modification: split(*m)? }
            }
            _ => return Err(th.type_error(format_args!("utime: 'ns' must be a tuple of two ints"))),
        },
        (None, None) => {
            let now = Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_NOW as _ };
            Timestamps { last_access: now, last_modification: now }
        }
    };
    none(on_path(th, &p, || match p.fd() {
        Some(fd) => rustix::fs::futimens(borrowed(fd)?, &stamps),
        None => {
            let flags = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
            rustix::fs::utimensat(borrowed(d)?, p.c(), &stamps, flags)
        }
    }))
}

fn truncate(th: &mut Thread, _: Value, a: &Args) -> R {
    let [p, len] = a.bind(th, "truncate", &Params::new(["path", "length"], 2))?;
    let p = FsPath::parse(
        th,
        p.unwrap_or_else(Value::none),
        "truncate",
        "path",
        Accept { fd: true, none: false },
    )?;
    let len = host::c_off(th, len.unwrap_or_else(Value::none))?;
    none(on_path(th, &p, || {
        if len < 0 {
            return Err(Errno::INVAL);
        }
        match &p.target {
            Target::Fd(fd) => rustix::fs::ftruncate(borrowed(*fd)?, len as u64),
            Target::Path(c) => {
                let fd = rustix::fs::open(
                    &**c,
                    rustix::fs::OFlags::WRONLY | rustix::fs::OFlags::CLOEXEC,
                    Mode::empty(),
                )?;
                rustix::fs::ftruncate(&fd, len as u64)
            }
        }
    }))
}

fn mkfifo(th: &mut Thread, _: Value, a: &Args) -> R {
    let [p, mode, d] =
        a.bind(th, "mkfifo", &Params::new(["path", "mode", "dir_fd"], 1).kwonly(2))?;
    let p = path(th, p, "mkfifo")?;
    let mode = mode.map_or(Ok(0o666), |m| host::c_int(th, m))?;
    let d = dir_fd(th, d)?;
    none(on_path(th, &p, || mkfifoat(d, p.c(), mode as u32)))
}

fn mknod(th: &mut Thread, _: Value, a: &Args) -> R {
    let [p, mode, dev, d] =
        a.bind(th, "mknod", &Params::new(["path", "mode", "device", "dir_fd"], 1).kwonly(3))?;
    let p = path(th, p, "mknod")?;
    let mode = mode.map_or(Ok(0o600), |m| host::c_int(th, m))? as u32;
    let dev = dev.map_or(Ok(0), |m| host::c_off(th, m))? as u64;
    let d = dir_fd(th, d)?;
    none(on_path(th, &p, || {
        let kind = FileType::from_raw_mode(mode);
        let kind = if mode & libc::S_IFMT == 0 { FileType::RegularFile } else { kind };
        rustix::fs::mknodat(borrowed(d)?, p.c(), kind, Mode::from_raw_mode(mode & 0o7777), dev)
    }))
}

fn chdir(th: &mut Thread, _: Value, a: &Args) -> R {
    let [p] = a.bind(th, "chdir", &Params::new(["path"], 1))?;
    let p = FsPath::parse(
        th,
        p.unwrap_or_else(Value::none),
        "chdir",
        "path",
        Accept { fd: true, none: false },
    )?;
    none(on_path(th, &p, || match p.fd() {
        Some(fd) => rustix::process::fchdir(raw::fd(fd)?),
        None => rustix::process::chdir(p.c()),
    }))
}

fn cwd(th: &mut Thread) -> R<Vec<u8>> {
    let r = th.detached(|| rustix::process::getcwd(Vec::new()));
    host::check(th, r).map(|c| c.into_bytes())
}
