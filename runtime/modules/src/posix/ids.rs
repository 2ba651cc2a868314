//! Users, groups, sessions.

use super::fd::int_list;
use super::{id, none, small};
use crate::host;
use heddle_object::os::{process, user};
use heddle_object::types::Tuple;
use heddle_object::{MethodDef, R, Thread, Value, ops};

pub const METHODS: &[MethodDef] = &[
    MethodDef::noargs(
        "getpid",
        |_, _| Ok(small(std::process::id())),
        "getpid($module, /)\n--\n\nReturn the current process id.",
    ),
    MethodDef::noargs(
        "getppid",
        |_, _| Ok(small(rustix::process::Pid::as_raw(rustix::process::getppid()))),
        "getppid($module, /)\n--\n\nReturn the parent's process id.",
    ),
    MethodDef::noargs(
        "getuid",
        |_, _| Ok(small(rustix::process::getuid().as_raw())),
        "getuid($module, /)\n--\n\nReturn the current process's user id.",
    ),
    MethodDef::noargs(
        "geteuid",
        |_, _| Ok(small(rustix::process::geteuid().as_raw())),
        "geteuid($module, /)\n--\n\nReturn the current process's effective user id.",
    ),
    MethodDef::noargs(
        "getgid",
        |_, _| Ok(small(rustix::process::getgid().as_raw())),
        "getgid($module, /)\n--\n\nReturn the current process's group id.",
    ),
    MethodDef::noargs(
        "getegid",
        |_, _| Ok(small(rustix::process::getegid().as_raw())),
        "getegid($module, /)\n--\n\nReturn the current process's effective group id.",
    ),
    MethodDef::one(
        "setuid",
        |th, _, v| one(th, v, "uid", user::setuid),
        "setuid($module, uid, /)\n--\n\nSet the current process's user id.",
    ),
    MethodDef::one(
        "seteuid",
        |th, _, v| one(th, v, "uid", user::seteuid),
        "seteuid($module, euid, /)\n--\n\nSet the current process's effective user id.",
    ),
    MethodDef::one(
        "setgid",
        |th, _, v| one(th, v, "gid", user::setgid),
        "setgid($module, gid, /)\n--\n\nSet the current process's group id.",
    ),
    MethodDef::one(
        "setegid",
        |th, _, v| one(th, v, "gid", user::setegid),
        "setegid($module, egid, /)\n--\n\nSet the current process's effective group id.",
    ),
    MethodDef::fast(
        "setreuid",
        2,
        2,
        |th, _, a| {
            let (x, y) = (id(th, a[0], "uid")?, id(th, a[1], "uid")?);
            none(host::check(th, user::setreuid(x, y)))
        },
        "setreuid($module, ruid, euid, /)\n--\n\n",
    ),
    MethodDef::fast(
        "setregid",
        2,
        2,
        |th, _, a| {
            let (x, y) = (id(th, a[0], "gid")?, id(th, a[1], "gid")?);
            none(host::check(th, user::setregid(x, y)))
        },
        "setregid($module, rgid, egid, /)\n--\n\n",
    ),
    MethodDef::fast(
        "setresuid",
        3,
        3,
        |th, _, a| {
            let (x, y, z) = (id(th, a[0], "uid")?, id(th, a[1], "uid")?, id(th, a[2], "uid")?);
            none(host::check(th, user::setresuid(x, y, z)))
        },
        "setresuid($module, ruid, euid, suid, /)\n--\n\n",
    ),
    MethodDef::fast(
        "setresgid",
        3,
        3,
        |th, _, a| {
            let (x, y, z) = (id(th, a[0], "gid")?, id(th, a[1], "gid")?, id(th, a[2], "gid")?);
            none(host::check(th, user::setresgid(x, y, z)))
        },
        "setresgid($module, rgid, egid, sgid, /)\n--\n\n",
    ),
    MethodDef::noargs(
        "getresuid",
        |th, _| {
            let r = host::check(th, user::getresuid())?;
            three(th, r)
        },
        "getresuid($module, /)\n--\n\n",
    ),
    MethodDef::noargs(
        "getresgid",
        |th, _| {
            let r = host::check(th, user::getresgid())?;
            three(th, r)
        },
        "getresgid($module, /)\n--\n\n",
    ),
    MethodDef::noargs(
        "getgroups",
        |th, _| {
            let g = host::check(th, user::groups())?;
            int_list(th, g.into_iter().map(i64::from))
        },
        "getgroups($module, /)\n--\n\nReturn list of supplemental group IDs for the process.",
    ),
    MethodDef::one(
        "setgroups",
        |th, _, v| {
            let t = ops::to_tuple(th, v)?;
            let mut g = Vec::new();
            for x in t.as_slice() {
                g.push(id(th, *x, "gid")?);
            }
            none(host::check(th, user::set_groups(&g)))
        },
        "setgroups($module, groups, /)\n--\n\nSet the groups of the current process to list.",
    ),
    MethodDef::fast(
        "initgroups",
        2,
        2,
        |th, _, a| {
            let name = host::path::to_c(th, a[0])?;
            let g = id(th, a[1], "gid")?;
            none(host::check(th, user::initgroups(&name, g)))
        },
        "initgroups($module, username, gid, /)\n--\n\nInitialize the group access list.",
    ),
    MethodDef::fast(
        "getgrouplist",
        2,
        2,
        |th, _, a| {
            let name = host::path::to_c(th, a[0])?;
            let g = id(th, a[1], "gid")?;
            int_list(th, user::group_list(&name, g).into_iter().map(i64::from))
        },
        "getgrouplist($module, user, group, /)\n--\n\nReturns a list of groups to which a user belongs.",
    ),
    MethodDef::noargs(
        "getlogin",
        |th, _| {
            let b = host::check(th, user::login())?;
            host::fs_decode(th, &b)
        },
        "getlogin($module, /)\n--\n\nReturn the actual login name.",
    ),
    MethodDef::noargs(
        "getpgrp",
        |th, _| {
            let p = host::check(th, process::getpgid(0))?;
            Ok(small(p))
        },
        "getpgrp($module, /)\n--\n\nReturn the current process group id.",
    ),
    MethodDef::noargs(
        "setpgrp",
        |th, _| none(host::check(th, process::setpgid(0, 0))),
        "setpgrp($module, /)\n--\n\nMake the current process the leader of its process group.",
    ),
    MethodDef::fast(
        "getpgid",
        1,
        1,
        |th, _, a| {
            let p = host::c_int(th, a[0])?;
            let r = host::check(th, process::getpgid(p))?;
            Ok(small(r))
        },
        "getpgid($module, /, pid)\n--\n\nCall the system call getpgid(), and return the result.",
    ),
    MethodDef::fast(
        "setpgid",
        2,
        2,
        |th, _, a| {
            let (p, g) = (host::c_int(th, a[0])?, host::c_int(th, a[1])?);
            none(host::check(th, process::setpgid(p, g)))
        },
        "setpgid($module, pid, pgrp, /)\n--\n\nCall the system call setpgid(pid, pgrp).",
    ),
    MethodDef::one(
        "getsid",
        |th, _, p| {
            let p = host::c_int(th, p)?;
            let r = host::check(th, process::getsid(p))?;
            Ok(small(r))
        },
        "getsid($module, pid, /)\n--\n\nCall the system call getsid(pid) and return the result.",
    ),
    MethodDef::noargs(
        "setsid",
        |th, _| none(host::check(th, process::setsid().map(|_| ()))),
        "setsid($module, /)\n--\n\nCall the system call setsid().",
    ),
    MethodDef::one(
        "tcgetpgrp",
        |th, _, fd| {
            let fd = host::c_int(th, fd)?;
            let r = host::check(th, process::tcgetpgrp(fd))?;
            Ok(small(r))
        },
        "tcgetpgrp($module, fd, /)\n--\n\nReturn the process group associated with the terminal specified by fd.",
    ),
    MethodDef::fast(
        "tcsetpgrp",
        2,
        2,
        |th, _, a| {
            let (fd, g) = (host::c_int(th, a[0])?, host::c_int(th, a[1])?);
            none(host::check(th, process::tcsetpgrp(fd, g)))
        },
        "tcsetpgrp($module, fd, pgid, /)\n--\n\nSet the process group associated with the terminal specified by fd.",
    ),
];

fn one(th: &mut Thread, v: Value, what: &str, f: fn(u32) -> Result<(), rustix::io::Errno>) -> R {
    let i = id(th, v, what)?;
    none(host::check(th, f(i)))
}

fn three(th: &mut Thread, a: [u32; 3]) -> R {
    Tuple::new(th, &[small(a[0]), small(a[1]), small(a[2])]).map(|t| Value::from_ref(t))
}
