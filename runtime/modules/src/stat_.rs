//! `_stat`: the bits of a file's mode.

use crate::host;
use heddle_object::types::{Module, int};
use heddle_object::{MethodDef, ModuleDef, R, Thread, Value, ops};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_stat",
    doc: "S_IFMT_: file type bits\nS_IFDIR: directory",
    methods: METHODS,
    init,
    ..ModuleDef::DEFAULT
};

macro_rules! is {
    ($name:literal, $kind:expr) => {
        MethodDef::one(
            $name,
            |th, _, v| Ok(Value::bool(mode(th, v)? & 0o170000 == $kind && $kind != 0)),
            "",
        )
    };
}

const METHODS: &[MethodDef] = &[
    is!("S_ISDIR", libc::S_IFDIR),
    is!("S_ISCHR", libc::S_IFCHR),
    is!("S_ISBLK", libc::S_IFBLK),
    is!("S_ISREG", libc::S_IFREG),
    is!("S_ISFIFO", libc::S_IFIFO),
    is!("S_ISLNK", libc::S_IFLNK),
    is!("S_ISSOCK", libc::S_IFSOCK),
    is!("S_ISDOOR", 0),
    is!("S_ISPORT", 0),
    is!("S_ISWHT", 0),
    MethodDef::one(
        "S_IMODE",
        |th, _, v| Ok(Value::small_int(i64::from(mode(th, v)? & 0o7777))),
        "Return the portion of the file's mode that can be set by os.chmod().",
    ),
    MethodDef::one(
        "S_IFMT",
        |th, _, v| Ok(Value::small_int(i64::from(mode(th, v)? & 0o170000))),
        "Return the portion of the file's mode that describes the file type.",
    ),
    MethodDef::one(
        "filemode",
        filemode,
        "Convert a file's mode to a string of the form '-rwxrwxrwx'",
    ),
];

fn mode(th: &mut Thread, v: Value) -> R<u32> {
    let i = ops::index(th, v)?;
    match int::to_u64(i) {
        Some(m) if m <= u64::from(u32::MAX) => Ok(m as u32),
        Some(_) => Err(th.overflow_error(format_args!("mode out of range"))),
        None if int::is_negative(i) => {
            Err(th.overflow_error(format_args!("can't convert negative value to unsigned int")))
        }
        None => {
            Err(th
                .overflow_error(format_args!("Python int too large to convert to C unsigned long")))
        }
    }
}

fn filemode(th: &mut Thread, _: Value, v: Value) -> R {
    let m = mode(th, v)?;
    let kind = match m & 0o170000 {
        libc::S_IFREG => '-',
        libc::S_IFDIR => 'd',
        libc::S_IFLNK => 'l',
        libc::S_IFBLK => 'b',
        libc::S_IFCHR => 'c',
        libc::S_IFIFO => 'p',
        libc::S_IFSOCK => 's',
        _ => '?',
    };
    let mut s = String::from(kind);
    for (shift, special, mark) in
        [(6, libc::S_ISUID, 's'), (3, libc::S_ISGID, 's'), (0, libc::S_ISVTX, 't')]
    {
        let bits = m >> shift & 7;
        s.push(if bits & 4 != 0 { 'r' } else { '-' });
        s.push(if bits & 2 != 0 { 'w' } else { '-' });
        s.push(match (m & special != 0, bits & 1 != 0) {
            (true, true) => mark,
            (true, false) => mark.to_ascii_uppercase(),
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    host::text(th, &s)
}

const NUMBERS: &[(&str, i64)] = &[
    ("S_IFDIR", 0o040000),
    ("S_IFCHR", 0o020000),
    ("S_IFBLK", 0o060000),
    ("S_IFREG", 0o100000),
    ("S_IFIFO", 0o010000),
    ("S_IFLNK", 0o120000),
    ("S_IFSOCK", 0o140000),
    ("S_IFDOOR", 0),
    ("S_IFPORT", 0),
    ("S_IFWHT", 0),
    ("S_ISUID", 0o4000),
    ("S_ISGID", 0o2000),
    ("S_ISVTX", 0o1000),
    ("S_ENFMT", 0o2000),
    ("S_IREAD", 0o400),
    ("S_IWRITE", 0o200),
    ("S_IEXEC", 0o100),
    ("S_IRWXU", 0o700),
    ("S_IRUSR", 0o400),
    ("S_IWUSR", 0o200),
    ("S_IXUSR", 0o100),
    ("S_IRWXG", 0o070),
    ("S_IRGRP", 0o040),
    ("S_IWGRP", 0o020),
    ("S_IXGRP", 0o010),
    ("S_IRWXO", 0o007),
    ("S_IROTH", 0o004),
    ("S_IWOTH", 0o002),
    ("S_IXOTH", 0o001),
    ("UF_SETTABLE", 0xffff),
    ("UF_NODUMP", 1),
    ("UF_IMMUTABLE", 2),
    ("UF_APPEND", 4),
    ("UF_OPAQUE", 8),
    ("UF_NOUNLINK", 16),
    ("UF_COMPRESSED", 32),
    ("UF_TRACKED", 64),
    ("UF_DATAVAULT", 128),
    ("UF_HIDDEN", 0x8000),
    ("SF_SETTABLE", 0xffff_0000),
    ("SF_ARCHIVED", 0x10000),
    ("SF_IMMUTABLE", 0x20000),
    ("SF_APPEND", 0x40000),
    ("SF_NOUNLINK", 0x100000),
    ("SF_SNAPSHOT", 0x200000),
    ("SF_FIRMLINK", 0x800000),
    ("SF_DATALESS", 0x4000_0000),
    ("ST_MODE", 0),
    ("ST_INO", 1),
    ("ST_DEV", 2),
    ("ST_NLINK", 3),
    ("ST_UID", 4),
    ("ST_GID", 5),
    ("ST_SIZE", 6),
    ("ST_ATIME", 7),
    ("ST_MTIME", 8),
    ("ST_CTIME", 9),
];

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    for (k, v) in NUMBERS {
        m.set(th, k, Value::small_int(*v))?;
    }
    Ok(())
}
