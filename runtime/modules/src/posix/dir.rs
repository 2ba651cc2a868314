//! Folders: `listdir`, `scandir`, `DirEntry`.

use super::{borrowed, on_path, stat};
use crate::host::path::Accept;
use crate::host::{self, FsPath};
use heddle_object::core::payload::{self, Guarded, Native};
use heddle_object::core::slot::Slot;
use heddle_object::heap::Tracer;
use heddle_object::types::{List, exceptions as exc, generic_alias, int};
use heddle_object::{
    Args, GetSetDef, MethodDef, Params, R, Slots, StaticType, Thread, TypeSpec, Value, flags, ops,
};
use rustix::fs::{Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

pub const METHODS: &[MethodDef] = &[
    MethodDef::kw(
        "listdir",
        listdir,
        "listdir($module, /, path=None)\n--\n\nReturn a list containing the names of the files in the directory.",
    ),
    MethodDef::kw(
        "scandir",
        scandir,
        "scandir($module, /, path=None)\n--\n\nReturn an iterator of DirEntry objects for given path.",
    ),
];

/// A name in a folder, as the folder has it.
struct Found {
    name: Vec<u8>,
    kind: FileType,
    ino: u64,
}

/// Reads a folder to its end, detached.
fn read_all(th: &mut Thread, p: &FsPath) -> R<Vec<Found>> {
    on_path(th, p, || {
        let dir = match p.fd() {
            Some(fd) => {
                // A copy shares the position, which is put back for the next reader.
                let mut d = Dir::new(rustix::io::fcntl_dupfd_cloexec(borrowed(fd)?, 0)?)?;
                d.rewind();
                d
            }
            None => {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NONBLOCK;
                Dir::new(rustix::fs::open(p.c(), flags, Mode::empty())?)?
            }
        };
        let mut all = Vec::new();
        for e in dir {
            let e = e?;
            let name = e.file_name().to_bytes();
            if name != b"." && name != b".." {
                all.push(Found { name: name.to_vec(), kind: e.file_type(), ino: e.ino() });
            }
        }
        Ok(all)
    })
}

fn folder(th: &mut Thread, a: &Args, f: &str) -> R<FsPath> {
    let [p] = a.bind(th, f, &Params::new(["path"], 0))?;
    FsPath::parse(th, p.unwrap_or_else(Value::none), f, "path", Accept { fd: true, none: true })
}

fn listdir(th: &mut Thread, _: Value, a: &Args) -> R {
    let p = folder(th, a, "listdir")?;
    let all = read_all(th, &p)?;
    let l = List::new(th, &[])?;
    for f in &all {
        let name = p.name(th, &f.name)?;
        l.push(th, name)?;
    }
    Ok(Value::from_ref(l))
}

/// The iterator of `scandir`. The folder was read when it was made, so nothing stays open.
pub struct Scan {
    module: Slot,
    /// The argument.
    path: Slot,
    state: Guarded<ScanState>,
}

struct ScanState {
    left: std::vec::IntoIter<Found>,
    wants_bytes: bool,
    /// The folder's path and a slash, as system bytes; nothing when a descriptor was given.
    prefix: Option<Vec<u8>>,
    fd: i32,
}

impl Native for Scan {
    fn static_type() -> &'static StaticType {
        &SCANDIR_ITERATOR
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.module);
        t.slot(&self.path);
    }
}

/// `posix.ScandirIterator`
pub static SCANDIR_ITERATOR: StaticType = StaticType::new(TypeSpec {
    name: "posix.ScandirIterator",
    flags: flags::DISALLOW_INSTANTIATION,
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(next), ..Slots::NONE },
    methods: &[
        MethodDef::noargs("close", close, ""),
        MethodDef::noargs("__enter__", |_, v| Ok(v), ""),
        MethodDef::kw("__exit__", |th, v, _| close(th, v), ""),
    ],
    ..payload::spec::<Scan>()
});

fn scandir(th: &mut Thread, m: Value, a: &Args) -> R {
    let p = folder(th, a, "scandir")?;
    let all = read_all(th, &p)?;
    let prefix = match p.fd() {
        Some(_) => None,
        None => {
            // Without an argument names stand alone... after "./", as CPython has it.
            let mut b = p.c().to_bytes().to_vec();
            if b.last().is_some_and(|c| *c != b'/') {
                b.push(b'/');
            }
            Some(b)
        }
    };
    let state = ScanState {
        left: all.into_iter(),
        wants_bytes: p.wants_bytes,
        prefix,
        fd: p.fd().unwrap_or(libc::AT_FDCWD),
    };
    heddle_object::ty::ready_static(th, &SCANDIR_ITERATOR)?;
    let s = Scan {
        module: Slot::new(Some(m)),
        path: Slot::new(Some(p.object)),
        state: Guarded::new(state),
    };
    payload::alloc(th, SCANDIR_ITERATOR.ty(), s)
}

fn close(th: &mut Thread, v: Value) -> R {
    let s = v.expect_native::<Scan>(th)?;
    s.state.with(th, v, |_, s| s.left = Vec::new().into_iter());
    Ok(Value::none())
}

fn next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let s = v.expect_native::<Scan>(th)?;
    let got = s
        .state
        .with(th, v, |_, s| s.left.next().map(|f| (f, s.wants_bytes, s.prefix.clone(), s.fd)));
    let Some((f, wants_bytes, prefix, fd)) = got else { return Ok(None) };
    let make = |th: &mut Thread, b: &[u8]| -> R {
        if wants_bytes { host::buffer::bytes(th, b) } else { host::fs_decode(th, b) }
    };
    let name = make(th, &f.name)?;
    let (full, path) = match prefix {
        Some(mut p) => {
            p.extend_from_slice(&f.name);
            let v = make(th, &p)?;
            (p, v)
        }
        None => (f.name.clone(), name),
    };
    let e = Entry {
        module: Slot::new(s.module.get()),
        name: Slot::new(Some(name)),
        path: Slot::new(Some(path)),
        stat: Slot::empty(),
        lstat: Slot::empty(),
        full: std::ffi::CString::new(full).unwrap_or_default(),
        kind: f.kind,
        ino: f.ino,
        dir: fd,
    };
    payload::alloc(th, DIR_ENTRY.ty(), e).map(Some)
}

/// `os.DirEntry`
pub struct Entry {
    module: Slot,
    name: Slot,
    path: Slot,
    /// What `stat()` gave.
    stat: Slot,
    /// What `stat(follow_symlinks=False)` gave.
    lstat: Slot,
    full: std::ffi::CString,
    kind: FileType,
    ino: u64,
    dir: i32,
}

impl Native for Entry {
    fn static_type() -> &'static StaticType {
        &DIR_ENTRY
    }
    fn trace(&self, t: &mut Tracer) {
        for s in [&self.module, &self.name, &self.path, &self.stat, &self.lstat] {
            t.slot(s);
        }
    }
}

/// `posix.DirEntry`
pub static DIR_ENTRY: StaticType = StaticType::new(TypeSpec {
    name: "posix.DirEntry",
    flags: flags::DISALLOW_INSTANTIATION,
    slots: Slots { repr: Some(repr), ..Slots::NONE },
    methods: &[
        MethodDef::kw(
            "is_dir",
            |th, v, a| is(th, v, a, "is_dir", FileType::Directory),
            "is_dir($self, /, *, follow_symlinks=True)\n--\n\nReturn True if the entry is a directory; cached per entry.",
        ),
        MethodDef::kw(
            "is_file",
            |th, v, a| is(th, v, a, "is_file", FileType::RegularFile),
            "is_file($self, /, *, follow_symlinks=True)\n--\n\nReturn True if the entry is a file; cached per entry.",
        ),
        MethodDef::noargs(
            "is_symlink",
            |th, v| {
                let k = kind(th, v)?;
                Ok(Value::bool(k == FileType::Symlink))
            },
            "is_symlink($self, /)\n--\n\nReturn True if the entry is a symbolic link; cached per entry.",
        ),
        MethodDef::noargs(
            "is_junction",
            |_, _| Ok(Value::bool(false)),
            "is_junction($self, /)\n--\n\nReturn True if the entry is a junction; cached per entry.",
        ),
        MethodDef::kw(
            "stat",
            |th, v, a| {
                let [follow] =
                    a.bind(th, "stat", &Params::new(["follow_symlinks"], 0).kwonly(0))?;
                let follow = host::truth(th, follow, true)?;
                entry_stat(th, v, follow)
            },
            "stat($self, /, *, follow_symlinks=True)\n--\n\nReturn stat_result object for the entry; cached per entry.",
        ),
        MethodDef::noargs(
            "inode",
            |th, v| {
                let e = own(th, v)?;
                int::from_u64(th, e.ino)
            },
            "inode($self, /)\n--\n\nReturn inode of the entry; cached per entry.",
        ),
        MethodDef::noargs(
            "__fspath__",
            |th, v| {
                let e = own(th, v)?;
                Ok(e.path.get().unwrap_or_else(Value::none))
            },
            "__fspath__($self, /)\n--\n\nReturn the path for the entry.",
        ),
        MethodDef::one("__class_getitem__", generic_alias::new_alias, "See PEP 585").class(),
    ],
    getset: &[
        GetSetDef::ro(
            "name",
            |th, v| {
                let e = own(th, v)?;
                Ok(e.name.get().unwrap_or_else(Value::none))
            },
            "the entry's base filename, relative to scandir() \"path\" argument",
        ),
        GetSetDef::ro(
            "path",
            |th, v| {
                let e = own(th, v)?;
                Ok(e.path.get().unwrap_or_else(Value::none))
            },
            "the entry's full path name; equivalent to os.path.join(scandir_path, entry.name)",
        ),
    ],
    ..payload::spec::<Entry>()
});

fn own(th: &mut Thread, v: Value) -> R<&'static Entry> {
    v.expect_native::<Entry>(th)
}

fn ask(th: &mut Thread, e: &Entry, follow: bool) -> Result<rustix::fs::Stat, Errno> {
    let flags =
        if follow { rustix::fs::AtFlags::empty() } else { rustix::fs::AtFlags::SYMLINK_NOFOLLOW };
    let (dir, full) = (e.dir, &e.full);
    th.detached(|| rustix::fs::statat(borrowed(dir)?, &**full, flags))
}

fn entry_stat(th: &mut Thread, v: Value, follow: bool) -> R {
    let e = own(th, v)?;
    // Following changes nothing for what is no link.
    let follow = follow && (e.kind == FileType::Symlink || e.kind == FileType::Unknown);
    let slot = if follow { &e.stat } else { &e.lstat };
    if let Some(s) = slot.get() {
        return Ok(s);
    }
    match ask(th, e, follow) {
        Ok(s) => {
            let m = e.module.get().unwrap_or_else(Value::none);
            let r = stat::result(th, m, &s)?;
            slot.set(Some(r));
            Ok(r)
        }
        Err(x) => {
            let path = e.path.get().unwrap_or_else(Value::none);
            Err(host::os_error_at(th, x, path))
        }
    }
}

/// What the entry itself is.
fn kind(th: &mut Thread, v: Value) -> R<FileType> {
    let e = own(th, v)?;
    if e.kind != FileType::Unknown {
        return Ok(e.kind);
    }
    mode_of(th, v, false).map(|k| k.unwrap_or(FileType::Unknown))
}

/// The kind by asking; nothing when there is nothing (any more).
fn mode_of(th: &mut Thread, v: Value, follow: bool) -> R<Option<FileType>> {
    match entry_stat(th, v, follow) {
        Ok(s) => {
            let m = host::get(th, s, "st_mode")?;
            Ok(Some(FileType::from_raw_mode(m.as_small_int().unwrap_or(0) as u32)))
        }
        Err(e) if th.catch(e, &exc::FILE_NOT_FOUND_ERROR) => Ok(None),
        Err(e) => Err(e),
    }
}

fn is(th: &mut Thread, v: Value, a: &Args, f: &str, want: FileType) -> R {
    let [follow] = a.bind(th, f, &Params::new(["follow_symlinks"], 0).kwonly(0))?;
    let follow = host::truth(th, follow, true)?;
    let e = own(th, v)?;
    if e.kind != FileType::Unknown && !(follow && e.kind == FileType::Symlink) {
        return Ok(Value::bool(e.kind == want));
    }
    Ok(Value::bool(mode_of(th, v, follow)? == Some(want)))
}

fn repr(th: &mut Thread, v: Value) -> R {
    let e = own(th, v)?;
    let name = e.name.get().unwrap_or_else(Value::none);
    let r = ops::repr(th, name)?;
    host::text(th, &format!("<DirEntry {}>", r.to_string_lossy()))
}
