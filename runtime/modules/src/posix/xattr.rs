//! Extended attributes.

use super::{borrowed, none, on_path};
use crate::host::path::Accept;
use crate::host::{self, FsPath, buffer};
use heddle_object::types::List;
use heddle_object::{Args, MethodDef, Params, R, Thread, Value};
use rustix::fs::XattrFlags;
use rustix::io::Errno;

pub const METHODS: &[MethodDef] = &[
    MethodDef::kw(
        "getxattr",
        getxattr,
        "getxattr($module, /, path, attribute, *, follow_symlinks=True)\n--\n\nReturn the value of extended attribute attribute on path.",
    ),
    MethodDef::kw(
        "setxattr",
        setxattr,
        "setxattr($module, /, path, attribute, value, flags=0, *,\n         follow_symlinks=True)\n--\n\nSet extended attribute attribute on path to value.",
    ),
    MethodDef::kw(
        "removexattr",
        removexattr,
        "removexattr($module, /, path, attribute, *, follow_symlinks=True)\n--\n\nRemove extended attribute attribute on path.",
    ),
    MethodDef::kw(
        "listxattr",
        listxattr,
        "listxattr($module, /, path=None, *, follow_symlinks=True)\n--\n\nReturn a list of extended attributes on path.",
    ),
];

const MOST: usize = 1 << 16;

fn file(th: &mut Thread, v: Option<Value>, f: &str, none: bool) -> R<FsPath> {
    FsPath::parse(th, v.unwrap_or_else(Value::none), f, "path", Accept { fd: true, none })
}

fn name(th: &mut Thread, v: Option<Value>, f: &str) -> R<FsPath> {
    FsPath::parse(th, v.unwrap_or_else(Value::none), f, "attribute", Accept::default())
}

fn getxattr(th: &mut Thread, _: Value, a: &Args) -> R {
    let p = Params::new(["path", "attribute", "follow_symlinks"], 2).kwonly(2);
    let [p, k, follow] = a.bind(th, "getxattr", &p)?;
    let (p, k) = (file(th, p, "getxattr", false)?, name(th, k, "getxattr")?);
    let follow = host::truth(th, follow, true)?;
    let mut b = vec![0u8; MOST];
    let n = on_path(th, &p, || match p.fd() {
        Some(fd) => rustix::fs::fgetxattr(borrowed(fd)?, k.c(), &mut b),
        None if follow => rustix::fs::getxattr(p.c(), k.c(), &mut b),
        None => rustix::fs::lgetxattr(p.c(), k.c(), &mut b),
    })?;
    buffer::bytes(th, &b[..n])
}

fn setxattr(th: &mut Thread, _: Value, a: &Args) -> R {
    let p = Params::new(["path", "attribute", "value", "flags", "follow_symlinks"], 3).kwonly(4);
    let [p, k, v, flags, follow] = a.bind(th, "setxattr", &p)?;
    let (p, k) = (file(th, p, "setxattr", false)?, name(th, k, "setxattr")?);
    let v = buffer::to_vec(th, v.unwrap_or_else(Value::none))?;
    let flags = XattrFlags::from_bits_retain(flags.map_or(Ok(0), |f| host::c_int(th, f))? as u32);
    let follow = host::truth(th, follow, true)?;
    none(on_path(th, &p, || match p.fd() {
        Some(fd) => rustix::fs::fsetxattr(borrowed(fd)?, k.c(), &v, flags),
        None if follow => rustix::fs::setxattr(p.c(), k.c(), &v, flags),
        None => rustix::fs::lsetxattr(p.c(), k.c(), &v, flags),
    }))
}

fn removexattr(th: &mut Thread, _: Value, a: &Args) -> R {
    let p = Params::new(["path", "attribute", "follow_symlinks"], 2).kwonly(2);
    let [p, k, follow] = a.bind(th, "removexattr", &p)?;
    let (p, k) = (file(th, p, "removexattr", false)?, name(th, k, "removexattr")?);
    let follow = host::truth(th, follow, true)?;
    none(on_path(th, &p, || match p.fd() {
        Some(fd) => rustix::fs::fremovexattr(borrowed(fd)?, k.c()),
        None if follow => rustix::fs::removexattr(p.c(), k.c()),
        None => rustix::fs::lremovexattr(p.c(), k.c()),
    }))
}

fn listxattr(th: &mut Thread, _: Value, a: &Args) -> R {
    let [p, follow] =
        a.bind(th, "listxattr", &Params::new(["path", "follow_symlinks"], 0).kwonly(1))?;
    let p = file(th, p, "listxattr", true)?;
    let follow = host::truth(th, follow, true)?;
    let mut b = vec![0u8; MOST];
    let n = on_path(th, &p, || -> Result<usize, Errno> {
        match p.fd() {
            Some(fd) => rustix::fs::flistxattr(borrowed(fd)?, &mut b),
            None if follow => rustix::fs::listxattr(p.c(), &mut b),
            None => rustix::fs::llistxattr(p.c(), &mut b),
        }
    })?;
    let l = List::new(th, &[])?;
    for s in b[..n].split(|c| *c == 0).filter(|s| !s.is_empty()) {
        let s = host::fs_decode(th, s)?;
        l.push(th, s)?;
    }
    Ok(Value::from_ref(l))
}
