//! `posix`: the calls under `os`.
//!
//! A file for each group: `path` (names), `dir` (folders), `stat`, `fd` (descriptors), `process`, `ids` (users and groups),
//! `limits` (configuration, scheduling), `text` (path functions without calls), `constants`. A call that may block or that
//! reaches a disk is made detached, and again when a signal interrupted it.

mod constants;
mod dir;
mod fd;
mod ids;
mod limits;
mod path;
mod process;
mod spawn;
mod stat;
mod text;
mod xattr;

use crate::host::{self, FsPath, raw};
use heddle_object::core::module_def::ModuleDef;
use heddle_object::types::descr::BuiltinFunction;
use heddle_object::types::structseq::{StructSeq, make, make_type};
use heddle_object::types::{Dict, List, Module, Tuple, exceptions as exc, int};
use heddle_object::{MethodDef, R, Thread, Value, ops};
use rustix::io::Errno;

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "posix",
    doc: "This module provides access to operating system functionality that is\nstandardized by the C Standard and the POSIX standard (a thinly\ndisguised Unix interface).  Refer to the library manual and\ncorresponding Unix manual entries for more information on calls.",
    methods: path::METHODS,
    types: &[&dir::DIR_ENTRY],
    init,
};

/// Where the structure sequences lie in the module's state.
#[derive(Clone, Copy)]
enum Kind {
    Stat = 0,
    StatVfs,
    TerminalSize,
    Times,
    Uname,
    WaitId,
    SchedParam,
    Usage,
}

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    add(th, m, fd::METHODS)?;
    add(th, m, dir::METHODS)?;
    add(th, m, stat::METHODS)?;
    add(th, m, ids::METHODS)?;
    add(th, m, limits::METHODS)?;
    add(th, m, process::METHODS)?;
    add(th, m, spawn::METHODS)?;
    add(th, m, text::METHODS)?;
    add(th, m, xattr::METHODS)?;
    constants::add(th, m)?;
    m.set(th, "error", exc::OS_ERROR.value())?;
    let mut types = heddle_object::heap::RootVec::new(th);
    let kinds: [&StructSeq; 8] = [
        &stat::STAT,
        &stat::STATVFS,
        &limits::TERMINAL_SIZE,
        &limits::TIMES,
        &limits::UNAME,
        &process::WAITID,
        &limits::SCHED_PARAM,
        &process::USAGE,
    ];
    for k in kinds {
        let t = make_type(th, k)?;
        types.push(t.value());
        // The usage belongs to `resource`, which makes it known.
        if k.name != "resource.struct_rusage" {
            let short = k.name.rsplit('.').next().unwrap_or(k.name);
            m.set(th, short, t.value())?;
        }
    }
    // The lists of `register_at_fork`: before, in the parent, in the child.
    for _ in 0..3 {
        let l = List::new(th, &[])?;
        types.push(Value::from_ref(l));
    }
    let state = Tuple::new(th, types.as_slice())?;
    m.state.set(Some(Value::from_ref(state)));
    let env = limits::environ(th)?;
    m.set(th, "environ", env)?;
    let have = List::new(th, &[])?;
    for s in constants::HAVE {
        let s = host::text(th, s)?;
        have.push(th, s)?;
    }
    m.set(th, "_have_functions", Value::from_ref(have))
}

/// Makes functions of a table and puts them into the module.
fn add(th: &mut Thread, m: &'static Module, table: &'static [MethodDef]) -> R<()> {
    let name = heddle_object::names::intern_str(th, "posix")?;
    for d in table {
        let f = BuiltinFunction::new(th, d, Value::from_ref(m), Some(Value::from_ref(name)))?;
        m.set(th, d.name, f)?;
    }
    Ok(())
}

fn state(th: &mut Thread, m: Value, i: usize) -> R {
    let t = m.cast::<Module>().and_then(|m| m.state.get()).and_then(|t| t.cast::<Tuple>());
    match t.and_then(|t| t.as_slice().get(i).copied()) {
        Some(v) => Ok(v),
        None => Err(th.system_error(format_args!("posix has lost its state"))),
    }
}

/// A structure sequence of the module `m`.
fn record(th: &mut Thread, m: Value, k: Kind, values: &[Value]) -> R {
    let t = state(th, m, k as usize)?;
    match t.cast_type() {
        Some(t) => make(th, t, values),
        None => Err(th.system_error(format_args!("posix has lost a type"))),
    }
}

/// `dir_fd=`: a descriptor, or the current folder for None.
fn dir_fd(th: &mut Thread, v: Option<Value>) -> R<i32> {
    match v.filter(|v| !v.is_none()) {
        None => Ok(libc::AT_FDCWD),
        Some(v) => {
            if ops::index_opt(th, v)?.is_none() {
                let tn = v.type_of().name();
                return Err(
                    th.type_error(format_args!("argument should be integer or None, not {tn}"))
                );
            }
            host::c_int(th, v)
        }
    }
}

/// A call about one path: its error names the path.
fn on_path<T>(th: &mut Thread, p: &FsPath, f: impl FnMut() -> Result<T, Errno>) -> R<T> {
    match host::retry(th, f)? {
        Ok(v) => Ok(v),
        Err(e) if p.object.is_none() => Err(host::os_error(th, e)),
        Err(e) => Err(host::os_error_at(th, e, p.object)),
    }
}

/// A call about two paths.
fn on_paths<T>(
    th: &mut Thread,
    a: &FsPath,
    b: &FsPath,
    f: impl FnMut() -> Result<T, Errno>,
) -> R<T> {
    match host::retry(th, f)? {
        Ok(v) => Ok(v),
        Err(e) => Err(host::os_error_two(th, e, a.object, b.object)),
    }
}

fn none(r: R<()>) -> R {
    r.map(|()| Value::none())
}

fn small(i: impl Into<i64>) -> Value {
    Value::small_int(i.into())
}

/// An id argument; -1 leaves it as it is.
fn id(th: &mut Thread, v: Value, what: &str) -> R<u32> {
    if ops::index_opt(th, v)?.is_none() {
        let tn = v.type_of().name();
        return Err(th.type_error(format_args!("{what} should be integer, not {tn}")));
    }
    let i = ops::index(th, v)?;
    match int::to_i64(i) {
        Some(-1) => Ok(u32::MAX),
        Some(i) if i < 0 => Err(th.overflow_error(format_args!("{what} is less than minimum"))),
        Some(i) if i <= i64::from(u32::MAX) => Ok(i as u32),
        _ => Err(th.overflow_error(format_args!("{what} is greater than maximum"))),
    }
}

/// A borrowed descriptor, or EBADF.
fn borrowed(n: i32) -> Result<rustix::fd::BorrowedFd<'static>, Errno> {
    raw::fd(n)
}

/// Makes a `Dict` of bytes to bytes.
fn bytes_dict(th: &mut Thread, items: impl Iterator<Item = (Vec<u8>, Vec<u8>)>) -> R {
    let d = Dict::new(th)?;
    for (k, v) in items {
        let k = host::buffer::bytes(th, &k)?;
        let v = host::buffer::bytes(th, &v)?;
        d.set_item(th, k, v)?;
    }
    Ok(Value::from_ref(d))
}
