//! Configuration of the system, environment, terminals, scheduling, random bytes.

use super::{Kind, bytes_dict, none, on_path, record, small};
use crate::host::path::Accept;
use crate::host::{self, FsPath, buffer, raw};
use heddle_object::os::{self, clock, process};
use heddle_object::types::structseq::StructSeq;
use heddle_object::types::{Str, Tuple, float, int};
use heddle_object::{MethodDef, Params, R, Thread, Value, ops};
use rustix::io::Errno;
use std::os::unix::ffi::OsStringExt;

/// `os.terminal_size`
pub static TERMINAL_SIZE: StructSeq = StructSeq {
    name: "os.terminal_size",
    doc: "A tuple of (columns, lines) for holding terminal window size",
    fields: &["columns", "lines"],
    visible: 2,
};
/// `posix.times_result`
pub static TIMES: StructSeq = StructSeq {
    name: "posix.times_result",
    doc: "times_result: Result from os.times().\n\nThis object may be accessed either as a tuple of\n  (user, system, children_user, children_system, elapsed),\nor via the attributes user, system, children_user, children_system,\nand elapsed.",
    fields: &["user", "system", "children_user", "children_system", "elapsed"],
    visible: 5,
};
/// `posix.uname_result`
pub static UNAME: StructSeq = StructSeq {
    name: "posix.uname_result",
    doc: "uname_result: Result from os.uname().\n\nThis object may be accessed either as a tuple of\n  (sysname, nodename, release, version, machine),\nor via the attributes sysname, nodename, release, version, and machine.",
    fields: &["sysname", "nodename", "release", "version", "machine"],
    visible: 5,
};
/// `posix.sched_param`
pub static SCHED_PARAM: StructSeq = StructSeq {
    name: "posix.sched_param",
    doc: "Currently has only one field: sched_priority\n\n  sched_priority\n    A scheduling parameter.",
    fields: &["sched_priority"],
    visible: 1,
};

pub const METHODS: &[MethodDef] = &[
    MethodDef::one(
        "urandom",
        |th, _, n| {
            let n = ops::index_isize(th, n)?;
            if n < 0 {
                return Err(th.value_error(format_args!("negative argument not allowed")));
            }
            random(th, n as usize, 0, true)
        },
        "urandom($module, size, /)\n--\n\nReturn a bytes object containing random bytes suitable for cryptographic use.",
    ),
    MethodDef::kw(
        "getrandom",
        |th, _, a| {
            let [n, f] = a.bind(th, "getrandom", &Params::new(["size", "flags"], 1))?;
            let n = ops::index_isize(th, n.unwrap_or_else(Value::none))?;
            if n < 0 {
                return Err(host::os_error(th, Errno::INVAL));
            }
            let f = f.map_or(Ok(0), |f| host::c_int(th, f))?;
            random(th, n as usize, f as u32, false)
        },
        "getrandom($module, /, size, flags=0)\n--\n\nObtain a series of random bytes.",
    ),
    MethodDef::fast(
        "putenv",
        2,
        2,
        putenv,
        "putenv($module, name, value, /)\n--\n\nChange or add an environment variable.",
    ),
    MethodDef::one(
        "unsetenv",
        |th, _, k| {
            let k = env_bytes(th, k)?;
            if k.to_bytes().is_empty() || k.to_bytes().contains(&b'=') {
                return Err(host::os_error(th, Errno::INVAL));
            }
            none(host::check(th, os::unsetenv(&k)))
        },
        "unsetenv($module, name, /)\n--\n\nDelete an environment variable.",
    ),
    MethodDef::noargs(
        "_create_environ",
        |th, _| environ(th),
        "_create_environ($module, /)\n--\n\nCreate the environment dictionary.",
    ),
    MethodDef::noargs(
        "cpu_count",
        |_, _| Ok(os::sysconf(libc::_SC_NPROCESSORS_ONLN).map_or(Value::none(), small)),
        "cpu_count($module, /)\n--\n\nReturn the number of logical CPUs in the system.",
    ),
    MethodDef::fast(
        "get_terminal_size",
        0,
        1,
        |th, m, a| {
            let fd = a.first().map_or(Ok(1), |f| host::c_int(th, *f))?;
            let w = host::check(th, raw::fd(fd).and_then(rustix::termios::tcgetwinsize))?;
            record(th, m, Kind::TerminalSize, &[small(w.ws_col), small(w.ws_row)])
        },
        "get_terminal_size($module, fd=<unrepresentable>, /)\n--\n\nReturn the size of the terminal window as (columns, lines).",
    ),
    MethodDef::noargs(
        "uname",
        uname,
        "uname($module, /)\n--\n\nReturn an object identifying the current operating system.",
    ),
    MethodDef::noargs(
        "times",
        times,
        "times($module, /)\n--\n\nReturn a collection containing process timing information.",
    ),
    MethodDef::one(
        "strerror",
        |th, _, c| {
            let c = host::c_int(th, c)?;
            host::text(th, &host::strerror(c))
        },
        "strerror($module, code, /)\n--\n\nTranslate an error code to a message string.",
    ),
    MethodDef::one(
        "sysconf",
        |th, m, k| {
            let k = config(th, m, k, "sysconf_names")?;
            let r = host::check(th, os::sysconf(k))?;
            int::from_i64(th, r)
        },
        "sysconf($module, name, /)\n--\n\nReturn an integer-valued system configuration variable.",
    ),
    MethodDef::one(
        "confstr",
        |th, m, k| {
            let k = config(th, m, k, "confstr_names")?;
            match host::check(th, os::confstr(k))? {
                Some(b) => host::fs_decode(th, &b),
                None => Ok(Value::none()),
            }
        },
        "confstr($module, name, /)\n--\n\nReturn a string-valued system configuration variable.",
    ),
    MethodDef::kw(
        "pathconf",
        |th, m, a| {
            let [p, k] = a.bind(th, "pathconf", &Params::new(["path", "name"], 2))?;
            let p = FsPath::parse(
                th,
                p.unwrap_or_else(Value::none),
                "pathconf",
                "path",
                Accept { fd: true, none: false },
            )?;
            let k = config(th, m, k.unwrap_or_else(Value::none), "pathconf_names")?;
            let r = on_path(th, &p, || match p.fd() {
                Some(fd) => os::fpathconf(fd, k),
                None => os::pathconf(p.c(), k),
            })?;
            int::from_i64(th, r)
        },
        "pathconf($module, /, path, name)\n--\n\nReturn the configuration limit name for the file or directory path.",
    ),
    MethodDef::fast(
        "fpathconf",
        2,
        2,
        |th, m, a| {
            let fd = host::descriptor(th, a[0])?;
            let k = config(th, m, a[1], "pathconf_names")?;
            let r = host::check(th, os::fpathconf(fd, k))?;
            int::from_i64(th, r)
        },
        "fpathconf($module, fd, name, /)\n--\n\nReturn the configuration limit name for the file descriptor fd.",
    ),
    MethodDef::noargs(
        "getloadavg",
        |th, _| match os::getloadavg() {
            Some(a) => {
                let v = [float::new(th, a[0])?, float::new(th, a[1])?, float::new(th, a[2])?];
                Tuple::new(th, &v).map(|t| Value::from_ref(t))
            }
            None => Err(th.os_error(format_args!("Load averages are unobtainable"))),
        },
        "getloadavg($module, /)\n--\n\nReturn average recent system load information.",
    ),
    MethodDef::noargs(
        "sched_yield",
        |th, _| {
            th.detached(rustix::thread::sched_yield);
            Ok(Value::none())
        },
        "sched_yield($module, /)\n--\n\nVoluntarily relinquish the CPU.",
    ),
    MethodDef::one(
        "sched_getaffinity",
        getaffinity,
        "sched_getaffinity($module, pid, /)\n--\n\nReturn the affinity of the process identified by pid (or the current process if zero).",
    ),
    MethodDef::fast(
        "sched_setaffinity",
        2,
        2,
        setaffinity,
        "sched_setaffinity($module, pid, mask, /)\n--\n\nSet the CPU affinity of the process identified by pid to mask.",
    ),
    MethodDef::fast(
        "sched_get_priority_max",
        1,
        1,
        |th, _, a| {
            let p = host::c_int(th, a[0])?;
            let r = host::check(th, os::sched_priority(p, true))?;
            Ok(small(r))
        },
        "sched_get_priority_max($module, /, policy)\n--\n\nGet the maximum scheduling priority for policy.",
    ),
    MethodDef::fast(
        "sched_get_priority_min",
        1,
        1,
        |th, _, a| {
            let p = host::c_int(th, a[0])?;
            let r = host::check(th, os::sched_priority(p, false))?;
            Ok(small(r))
        },
        "sched_get_priority_min($module, /, policy)\n--\n\nGet the minimum scheduling priority for policy.",
    ),
    MethodDef::one(
        "sched_getscheduler",
        |th, _, p| {
            let p = host::c_int(th, p)?;
            let r = host::check(th, os::sched_policy(p))?;
            Ok(small(r))
        },
        "sched_getscheduler($module, pid, /)\n--\n\nGet the scheduling policy for the process identified by pid.",
    ),
    MethodDef::one(
        "sched_getparam",
        |th, m, p| {
            let p = host::c_int(th, p)?;
            let r = host::check(th, os::sched_param(p))?;
            record(th, m, Kind::SchedParam, &[small(r)])
        },
        "sched_getparam($module, pid, /)\n--\n\nReturns scheduling parameters for the process identified by pid.",
    ),
    MethodDef::one(
        "nice",
        |th, _, n| {
            let n = host::c_int(th, n)?;
            let r = host::check(th, process::nice(n))?;
            Ok(small(r))
        },
        "nice($module, increment, /)\n--\n\nAdd increment to the priority of process and return the new priority.",
    ),
    MethodDef::fast(
        "getpriority",
        2,
        2,
        |th, _, a| {
            let (w, i) = (host::c_int(th, a[0])?, host::c_int(th, a[1])?);
            let r = host::check(th, process::getpriority(w, i))?;
            Ok(small(r))
        },
        "getpriority($module, /, which, who)\n--\n\nReturn program scheduling priority.",
    ),
    MethodDef::fast(
        "setpriority",
        3,
        3,
        |th, _, a| {
            let (w, i, p) =
                (host::c_int(th, a[0])?, host::c_int(th, a[1])?, host::c_int(th, a[2])?);
            none(host::check(th, process::setpriority(w, i, p)))
        },
        "setpriority($module, /, which, who, priority)\n--\n\nSet program scheduling priority.",
    ),
    MethodDef::one(
        "major",
        |th, _, d| {
            let d = device(th, d)?;
            Ok(small(rustix::fs::major(d)))
        },
        "major($module, device, /)\n--\n\nExtracts a device major number from a raw device number.",
    ),
    MethodDef::one(
        "minor",
        |th, _, d| {
            let d = device(th, d)?;
            Ok(small(rustix::fs::minor(d)))
        },
        "minor($module, device, /)\n--\n\nExtracts a device minor number from a raw device number.",
    ),
    MethodDef::fast(
        "makedev",
        2,
        2,
        |th, _, a| {
            let (x, y) = (device(th, a[0])?, device(th, a[1])?);
            int::from_u64(th, rustix::fs::makedev(x as u32, y as u32))
        },
        "makedev($module, major, minor, /)\n--\n\nComposes a raw device number from the major and minor device numbers.",
    ),
];

fn device(th: &mut Thread, v: Value) -> R<u64> {
    let i = ops::index(th, v)?;
    match int::to_u64(i).or_else(|| int::to_i64(i).map(|i| i as u64)) {
        Some(d) => Ok(d),
        None => Err(th.overflow_error(format_args!("int too big to convert"))),
    }
}

fn random(th: &mut Thread, n: usize, flags: u32, all: bool) -> R {
    let mut b = crate::io::fileio::reserved(th, n)?;
    b.resize(n, 0);
    let mut at = 0;
    while at < n {
        let k = host::call(th, || os::getrandom(&mut b[at..], flags))?;
        at += k;
        if !all {
            break;
        }
    }
    buffer::bytes(th, &b[..at])
}

fn env_bytes(th: &mut Thread, v: Value) -> R<std::ffi::CString> {
    let p = host::path::fspath(th, v)?;
    host::path::to_c(th, p)
}

fn putenv(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let (k, v) = (env_bytes(th, a[0])?, env_bytes(th, a[1])?);
    if k.to_bytes().contains(&b'=') {
        return Err(th.value_error(format_args!("illegal environment variable name")));
    }
    none(host::check(th, os::setenv(&k, &v)))
}

/// The environment as a dict of bytes.
pub fn environ(th: &mut Thread) -> R {
    let all: Vec<_> = std::env::vars_os().map(|(k, v)| (k.into_vec(), v.into_vec())).collect();
    bytes_dict(th, all.into_iter())
}

fn uname(th: &mut Thread, m: Value) -> R {
    let u = rustix::system::uname();
    let mut v = [Value::none(); 5];
    for (slot, s) in
        v.iter_mut().zip([u.sysname(), u.nodename(), u.release(), u.version(), u.machine()])
    {
        *slot = host::fs_decode(th, s.to_bytes())?;
    }
    record(th, m, Kind::Uname, &v)
}

fn times(th: &mut Thread, m: Value) -> R {
    let t = host::check(th, clock::times())?;
    let hz = os::sysconf(libc::_SC_CLK_TCK).unwrap_or(100) as f64;
    let mut v = [Value::none(); 5];
    for (slot, x) in v.iter_mut().zip(t) {
        *slot = float::new(th, x as f64 / hz)?;
    }
    record(th, m, Kind::Times, &v)
}

/// A configuration name: an int, or a str found in the table of the module.
fn config(th: &mut Thread, m: Value, v: Value, table: &str) -> R<i32> {
    if v.cast::<Str>().is_some() {
        let t = host::get(th, m, table)?;
        return match ops::getitem(th, t, v) {
            Ok(n) => host::c_int(th, n),
            Err(e) if th.catch(e, &heddle_object::types::exceptions::KEY_ERROR) => {
                Err(th.value_error(format_args!("unrecognized configuration name")))
            }
            Err(e) => Err(e),
        };
    }
    if ops::index_opt(th, v)?.is_none() {
        return Err(th.type_error(format_args!("configuration names must be strings or integers")));
    }
    host::c_int(th, v)
}

fn pid(th: &mut Thread, v: Value) -> R<Option<rustix::process::Pid>> {
    let p = host::c_int(th, v)?;
    if p < 0 {
        return Err(host::os_error(th, Errno::SRCH));
    }
    Ok(rustix::process::Pid::from_raw(p))
}

fn getaffinity(th: &mut Thread, _: Value, p: Value) -> R {
    let p = pid(th, p)?;
    let set = host::check(th, rustix::thread::sched_getaffinity(p))?;
    let cpus: Vec<i64> =
        (0..rustix::thread::CpuSet::MAX_CPU).filter(|i| set.is_set(*i)).map(|i| i as i64).collect();
    let l = super::fd::int_list(th, cpus.into_iter())?;
    ops::call1(th, heddle_object::types::set::SET.value(), l)
}

fn setaffinity(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let p = pid(th, a[0])?;
    let t = ops::to_tuple(th, a[1])?;
    let mut set = rustix::thread::CpuSet::new();
    for c in t.as_slice() {
        let c = host::c_int(th, *c)?;
        if c < 0 {
            return Err(th.value_error(format_args!("negative CPU number")));
        }
        if c as usize >= rustix::thread::CpuSet::MAX_CPU {
            return Err(host::os_error(th, Errno::INVAL));
        }
        set.set(c as usize);
    }
    none(host::check(th, rustix::thread::sched_setaffinity(p, &set)))
}
