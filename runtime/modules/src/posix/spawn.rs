//! `fork` and `exec`.

use super::{Kind, small, state};
use crate::host::path::Accept;
use crate::host::{self, FsPath, path};
use heddle_object::os::process::{self, Strings};
use heddle_object::types::{Dict, List, Tuple, exceptions as exc};
use heddle_object::{Args, MethodDef, Params, R, Thread, Value, ops};
use std::ffi::CString;

pub const METHODS: &[MethodDef] = &[
    MethodDef::noargs(
        "fork",
        fork,
        "fork($module, /)\n--\n\nFork a child process.\n\nReturn 0 to child process and PID of child to parent process.",
    ),
    MethodDef::kw(
        "register_at_fork",
        register,
        "register_at_fork($module, /, *, before=<unrepresentable>,\n                 after_in_child=<unrepresentable>,\n                 after_in_parent=<unrepresentable>)\n--\n\nRegister callables to be called when forking a new process.",
    ),
    MethodDef::fast(
        "execv",
        2,
        2,
        |th, _, a| {
            let p = FsPath::parse(th, a[0], "execv", "path", Accept::default())?;
            let argv = arguments(th, a[1], "execv")?;
            let e = th.detached(|| process::execv(p.c(), &argv));
            Err(host::os_error_at(th, e, p.object))
        },
        "execv($module, path, argv, /)\n--\n\nExecute an executable path with arguments, replacing current process.",
    ),
    MethodDef::kw(
        "execve",
        |th, _, a| {
            let [p, argv, env] = a.bind(th, "execve", &Params::new(["path", "argv", "env"], 3))?;
            let p = FsPath::parse(
                th,
                p.unwrap_or_else(Value::none),
                "execve",
                "path",
                Accept { fd: true, none: false },
            )?;
            let argv = arguments(th, argv.unwrap_or_else(Value::none), "execve")?;
            let env = environment(th, env.unwrap_or_else(Value::none))?;
            let e = th.detached(|| match p.fd() {
                Some(fd) => process::fexecve(fd, &argv, &env),
                None => process::execve(p.c(), &argv, &env),
            });
            Err(host::os_error_at(th, e, p.object))
        },
        "execve($module, /, path, argv, env)\n--\n\nExecute an executable path with arguments, replacing current process.",
    ),
];

/// `argv`: a tuple or list of paths, the first not empty.
pub fn arguments(th: &mut Thread, v: Value, f: &str) -> R<Strings> {
    if v.cast::<Tuple>().is_none() && v.cast::<List>().is_none() {
        return Err(th.type_error(format_args!("{f}() arg 2 must be a tuple or list")));
    }
    let t = ops::to_tuple(th, v)?;
    if t.len() == 0 {
        return Err(th.value_error(format_args!("{f}() arg 2 must not be empty")));
    }
    let mut all = Vec::new();
    for x in t.as_slice() {
        let p = path::fspath(th, *x)?;
        all.push(path::to_c(th, p)?);
    }
    if all[0].is_empty() {
        return Err(th.value_error(format_args!("{f}() arg 2 first element cannot be empty")));
    }
    Ok(Strings::new(all))
}

/// `envp` from a mapping.
fn environment(th: &mut Thread, v: Value) -> R<Strings> {
    let mut all = Vec::new();
    let items = match v.cast::<Dict>() {
        Some(d) => {
            let mut at = 0;
            let mut out = heddle_object::heap::RootVec::new(th);
            while let Some((k, x)) = d.next(&mut at) {
                out.extend(&[k, x]);
            }
            out
        }
        None => {
            if v.type_of().slots().getitem.is_none() {
                return Err(
                    th.type_error(format_args!("execve: environment must be a mapping object"))
                );
            }
            let pairs = host::method(th, v, "items", &[])?;
            let mut out = heddle_object::heap::RootVec::new(th);
            let pairs = ops::to_tuple(th, pairs)?;
            for p in pairs.as_slice() {
                let p = ops::to_tuple(th, *p)?;
                out.extend(p.as_slice());
            }
            out
        }
    };
    for kv in items.as_slice().chunks_exact(2) {
        let k = path::fspath(th, kv[0])?;
        let x = path::fspath(th, kv[1])?;
        let (k, x) = (path::to_c(th, k)?, path::to_c(th, x)?);
        let k = k.into_bytes();
        // The first character may be an equals sign: shells hide such names.
        if k.is_empty() || k[1..].contains(&b'=') {
            return Err(th.value_error(format_args!("illegal environment variable name")));
        }
        let mut line = k;
        line.push(b'=');
        line.extend_from_slice(x.as_bytes());
        all.push(CString::new(line).unwrap_or_default());
    }
    Ok(Strings::new(all))
}

/// Which of the three lists lies where in the module's state.
const BEFORE: usize = Kind::Usage as usize + 1;
const PARENT: usize = BEFORE + 1;
const CHILD: usize = BEFORE + 2;

fn register(th: &mut Thread, m: Value, a: &Args) -> R {
    let p = Params::new(["before", "after_in_child", "after_in_parent"], 0).kwonly(0);
    let [before, child, parent] = a.bind(th, "register_at_fork", &p)?;
    if before.is_none() && child.is_none() && parent.is_none() {
        return Err(th.type_error(format_args!("At least one argument is required.")));
    }
    let all = [
        (BEFORE, before, "before"),
        (CHILD, child, "after_in_child"),
        (PARENT, parent, "after_in_parent"),
    ];
    for (_, f, name) in all {
        if let Some(f) = f
            && !ops::is_callable(f)
        {
            let tn = f.type_of().name();
            return Err(th.type_error(format_args!("'{name}' must be callable, not {tn}")));
        }
    }
    for (i, f, _) in all {
        if let Some(f) = f
            && let Some(l) = state(th, m, i)?.cast::<List>()
        {
            l.push(th, f)?;
        }
    }
    Ok(Value::none())
}

fn run_hooks(th: &mut Thread, m: Value, which: usize) -> R<()> {
    let Some(l) = state(th, m, which)?.cast::<List>() else { return Ok(()) };
    let n = l.len();
    for i in 0..n {
        // Before a fork the last one registered is the first.
        let i = if which == BEFORE { n - 1 - i } else { i };
        if let Some(f) = l.get(i)
            && let Err(e) = ops::call0(th, f)
        {
            (th.hooks.unraisable)(th, e, "Exception ignored in fork hook", Some(f));
        }
    }
    Ok(())
}

fn fork(th: &mut Thread, m: Value) -> R {
    run_hooks(th, m, BEFORE)?;
    let threads = th.rt.world.thread_count();
    let r = process::fork_world(th);
    match r {
        Ok(0) => {
            run_hooks(th, m, CHILD)?;
            Ok(small(0))
        }
        Ok(pid) => {
            run_hooks(th, m, PARENT)?;
            if threads > 1 {
                let me = std::process::id();
                (th.hooks.warn)(
                    th,
                    &exc::DEPRECATION_WARNING,
                    &format!(
                        "This process (pid={me}) is multi-threaded, use of fork() may lead to deadlocks in the child."
                    ),
                )?;
            }
            Ok(small(pid))
        }
        Err(e) => {
            run_hooks(th, m, PARENT)?;
            Err(host::os_error(th, e))
        }
    }
}
