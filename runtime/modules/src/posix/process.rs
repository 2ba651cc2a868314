//! Processes: forked, executed, waited for, ended.

use super::{Kind, none, record, small};
use crate::host;
use heddle_object::heap::RootVec;
use heddle_object::os::process::{self, Usage};
use heddle_object::types::structseq::StructSeq;
use heddle_object::types::{Tuple, float};
use heddle_object::{MethodDef, Params, R, Thread, Value};
use rustix::io::Errno;

/// `posix.waitid_result`
pub static WAITID: StructSeq = StructSeq {
    name: "posix.waitid_result",
    doc: "waitid_result: Result from waitid.\n\nThis object may be accessed either as a tuple of\n  (si_pid, si_uid, si_signo, si_status, si_code),\nor via the attributes si_pid, si_uid, and so on.",
    fields: &["si_pid", "si_uid", "si_signo", "si_status", "si_code"],
    visible: 5,
};

/// `resource.struct_rusage`
pub static USAGE: StructSeq = StructSeq {
    name: "resource.struct_rusage",
    doc: "struct_rusage: Result from getrusage.",
    fields: &[
        "ru_utime",
        "ru_stime",
        "ru_maxrss",
        "ru_ixrss",
        "ru_idrss",
        "ru_isrss",
        "ru_minflt",
        "ru_majflt",
        "ru_nswap",
        "ru_inblock",
        "ru_oublock",
        "ru_msgsnd",
        "ru_msgrcv",
        "ru_nsignals",
        "ru_nvcsw",
        "ru_nivcsw",
    ],
    visible: 16,
};

macro_rules! status {
    ($name:literal, $s:ident => $e:expr) => {
        MethodDef::kw(
            $name,
            |th, _, a| {
                let [v] = a.bind(th, $name, &Params::new(["status"], 1))?;
                let $s = host::c_int(th, v.unwrap_or_else(Value::none))?;
                Ok($e)
            },
            "",
        )
    };
}

pub const METHODS: &[MethodDef] = &[
    MethodDef::noargs(
        "wait",
        |th, _| {
            let r = host::call(th, || process::waitpid(-1, 0))?;
            pair(th, r.0, r.1)
        },
        "wait($module, /)\n--\n\nWait for completion of a child process.",
    ),
    MethodDef::fast(
        "waitpid",
        2,
        2,
        |th, _, a| {
            let (pid, options) = (host::c_int(th, a[0])?, host::c_int(th, a[1])?);
            let r = host::call(th, || process::waitpid(pid, options))?;
            pair(th, r.0, r.1)
        },
        "waitpid($module, pid, options, /)\n--\n\nWait for completion of a given child process.",
    ),
    MethodDef::fast(
        "wait3",
        1,
        1,
        |th, m, a| {
            let options = host::c_int(th, a[0])?;
            let r = host::call(th, || process::wait4(-1, options))?;
            with_usage(th, m, r)
        },
        "wait3($module, /, options)\n--\n\nWait for completion of a child process.",
    ),
    MethodDef::fast(
        "wait4",
        2,
        2,
        |th, m, a| {
            let (pid, options) = (host::c_int(th, a[0])?, host::c_int(th, a[1])?);
            let r = host::call(th, || process::wait4(pid, options))?;
            with_usage(th, m, r)
        },
        "wait4($module, /, pid, options)\n--\n\nWait for completion of a specific child process.",
    ),
    MethodDef::fast(
        "waitid",
        3,
        3,
        |th, m, a| {
            let (kind, id, options) =
                (host::c_int(th, a[0])?, host::c_int(th, a[1])?, host::c_int(th, a[2])?);
            match host::call(th, || process::waitid(kind as u32, id as u32, options))? {
                Some(v) => record(th, m, Kind::WaitId, &v.map(small)),
                None => Ok(Value::none()),
            }
        },
        "waitid($module, idtype, id, options, /)\n--\n\nReturns the result of waiting for a process or processes.",
    ),
    MethodDef::kw(
        "waitstatus_to_exitcode",
        |th, _, a| {
            let [v] = a.bind(th, "waitstatus_to_exitcode", &Params::new(["status"], 1))?;
            let s = host::c_int(th, v.unwrap_or_else(Value::none))?;
            if libc::WIFEXITED(s) {
                Ok(small(libc::WEXITSTATUS(s)))
            } else if libc::WIFSIGNALED(s) {
                Ok(small(-libc::WTERMSIG(s)))
            } else if libc::WIFSTOPPED(s) {
                let n = libc::WSTOPSIG(s);
                Err(th.value_error(format_args!("process stopped by delivery of signal {n}")))
            } else {
                Err(th.value_error(format_args!("invalid wait status: {s}")))
            }
        },
        "waitstatus_to_exitcode($module, /, status)\n--\n\nConvert a wait status to an exit code.",
    ),
    status!("WIFEXITED", s => Value::bool(libc::WIFEXITED(s))),
    status!("WIFSIGNALED", s => Value::bool(libc::WIFSIGNALED(s))),
    status!("WIFSTOPPED", s => Value::bool(libc::WIFSTOPPED(s))),
    status!("WIFCONTINUED", s => Value::bool(libc::WIFCONTINUED(s))),
    status!("WCOREDUMP", s => Value::bool(libc::WCOREDUMP(s))),
    status!("WEXITSTATUS", s => small(libc::WEXITSTATUS(s))),
    status!("WTERMSIG", s => small(libc::WTERMSIG(s))),
    status!("WSTOPSIG", s => small(libc::WSTOPSIG(s))),
    MethodDef::fast(
        "kill",
        2,
        2,
        |th, _, a| {
            let (pid, signal) = (host::c_int(th, a[0])?, host::c_int(th, a[1])?);
            host::check(th, process::kill(pid, signal))?;
            // To this very process: its handler runs before the next line does.
            none(th.poll())
        },
        "kill($module, pid, signal, /)\n--\n\nKill a process with a signal.",
    ),
    MethodDef::fast(
        "killpg",
        2,
        2,
        |th, _, a| {
            let (pid, signal) = (host::c_int(th, a[0])?, host::c_int(th, a[1])?);
            host::check(th, process::killpg(pid, signal))?;
            none(th.poll())
        },
        "killpg($module, pgid, signal, /)\n--\n\nKill a process group with a signal.",
    ),
    MethodDef::kw(
        "_exit",
        |th, _, a| {
            let [s] = a.bind(th, "_exit", &Params::new(["status"], 1))?;
            let s = host::c_int(th, s.unwrap_or_else(Value::none))?;
            process::exit_now(s)
        },
        "_exit($module, /, status)\n--\n\nExit to the system with specified status, without normal exit processing.",
    ),
    MethodDef::noargs(
        "abort",
        |_, _| process::abort(),
        "abort($module, /)\n--\n\nAbort the interpreter immediately.",
    ),
    MethodDef::kw(
        "system",
        |th, _, a| {
            let [c] = a.bind(th, "system", &Params::new(["command"], 1))?;
            let c = host::path::to_c(th, c.unwrap_or_else(Value::none))?;
            Ok(small(th.detached(|| process::system(&c))))
        },
        "system($module, /, command)\n--\n\nExecute the command in a subshell.",
    ),
    MethodDef::fast(
        "pidfd_open",
        1,
        2,
        |th, _, a| {
            let pid = host::c_int(th, a[0])?;
            let flags = match a.get(1) {
                Some(f) => host::c_int(th, *f)?,
                None => 0,
            };
            let r = match rustix::process::Pid::from_raw(pid) {
                Some(p) => rustix::process::pidfd_open(
                    p,
                    rustix::process::PidfdFlags::from_bits_retain(flags as u32),
                ),
                None => Err(Errno::INVAL),
            };
            let fd = host::check(th, r)?;
            Ok(small(std::os::fd::IntoRawFd::into_raw_fd(fd)))
        },
        "pidfd_open($module, /, pid, flags=0)\n--\n\nReturn a file descriptor referring to the process *pid*.",
    ),
];

fn pair(th: &mut Thread, a: i32, b: i32) -> R {
    Tuple::new(th, &[small(a), small(b)]).map(|t| Value::from_ref(t))
}

/// The fields of a `struct_rusage`.
pub fn usage_values(th: &mut Thread, u: &Usage) -> R<RootVec> {
    let mut v = RootVec::new(th);
    let (a, b) = (float::new(th, u.user)?, float::new(th, u.system)?);
    v.extend(&[a, b]);
    v.extend(&u.counts.map(small));
    Ok(v)
}

fn with_usage(th: &mut Thread, m: Value, (pid, status, u): (i32, i32, Usage)) -> R {
    let v = usage_values(th, &u)?;
    let u = record(th, m, Kind::Usage, v.as_slice())?;
    Tuple::new(th, &[small(pid), small(status), u]).map(|t| Value::from_ref(t))
}
