//! System calls that native modules need and cannot make without `unsafe`: descriptors by number, and what only libc has.
//!
//! Every function is a thin wrapper that is safe to call with any argument.

pub mod clock;
pub mod process;
pub mod user;

use rustix::fd::BorrowedFd;
use rustix::io::Errno;

/// A descriptor number as a borrow for one call.
///
/// **Errors:** EBADF for -1, which no descriptor may be.
pub fn fd(n: i32) -> Result<BorrowedFd<'static>, Errno> {
    if n == -1 {
        return Err(Errno::BADF);
    }
    // SAFETY: not -1. That the number is open is the Python program's business; the system answers EBADF if it is not.
    Ok(unsafe { BorrowedFd::borrow_raw(n) })
}

/// `close(n)`. An interrupted close has closed (Linux), so EINTR is success.
pub fn close(n: i32) -> Result<(), Errno> {
    // SAFETY: a plain system call; the number is the program's.
    if unsafe { libc::close(n) } == 0 { Ok(()) } else { last_unless_interrupted() }
}

fn last_unless_interrupted() -> Result<(), Errno> {
    match last_error() {
        Errno::INTR => Ok(()),
        e => Err(e),
    }
}

/// `errno` of this thread.
pub fn last_error() -> Errno {
    Errno::from_raw_os_error(std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO))
}

/// The answer of a call that gives -1 and sets `errno` when it fails.
fn answer(r: libc::c_int) -> Result<i32, Errno> {
    if r == -1 { Err(last_error()) } else { Ok(r) }
}

/// As [`answer`], for calls that give nothing else.
fn done(r: libc::c_int) -> Result<(), Errno> {
    answer(r).map(|_| ())
}

/// Fills a buffer with random bytes of the system; `flags` are `GRND_*`.
pub fn getrandom(b: &mut [u8], flags: u32) -> Result<usize, Errno> {
    // SAFETY: the buffer is writable and as long as told.
    let n = unsafe { libc::getrandom(b.as_mut_ptr().cast(), b.len(), flags) };
    if n < 0 { Err(last_error()) } else { Ok(n as usize) }
}

/// `sysconf`; nothing when the limit is indeterminate.
pub fn sysconf(name: i32) -> Result<i64, Errno> {
    set_errno(0);
    // SAFETY: a plain call.
    let r = unsafe { libc::sysconf(name) };
    if r == -1 && errno() != 0 { Err(last_error()) } else { Ok(r) }
}

/// `pathconf`
pub fn pathconf(path: &std::ffi::CStr, name: i32) -> Result<i64, Errno> {
    set_errno(0);
    // SAFETY: a C string.
    let r = unsafe { libc::pathconf(path.as_ptr(), name) };
    if r == -1 && errno() != 0 { Err(last_error()) } else { Ok(r) }
}

/// `fpathconf`
pub fn fpathconf(fd: i32, name: i32) -> Result<i64, Errno> {
    set_errno(0);
    // SAFETY: a plain call.
    let r = unsafe { libc::fpathconf(fd, name) };
    if r == -1 && errno() != 0 { Err(last_error()) } else { Ok(r) }
}

/// `confstr`; nothing when the name has no value.
pub fn confstr(name: i32) -> Result<Option<Vec<u8>>, Errno> {
    set_errno(0);
    // SAFETY: asks for the length only.
    let n = unsafe { libc::confstr(name, std::ptr::null_mut(), 0) };
    if n == 0 {
        return if errno() != 0 { Err(last_error()) } else { Ok(None) };
    }
    let mut b = vec![0u8; n];
    // SAFETY: room for `n` bytes.
    let m = unsafe { libc::confstr(name, b.as_mut_ptr().cast(), n) };
    b.truncate(m.min(n).saturating_sub(1));
    Ok(Some(b))
}

fn errno() -> i32 {
    // SAFETY: the address of this thread's number.
    unsafe { *libc::__errno_location() }
}

fn set_errno(e: i32) {
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = e };
}

/// `getloadavg`
pub fn getloadavg() -> Option<[f64; 3]> {
    let mut a = [0.0; 3];
    // SAFETY: room for three numbers.
    (unsafe { libc::getloadavg(a.as_mut_ptr(), 3) } == 3).then_some(a)
}

/// `ttyname`
pub fn ttyname(fd: i32) -> Result<Vec<u8>, Errno> {
    let mut b = [0u8; 256];
    // SAFETY: room as told.
    match unsafe { libc::ttyname_r(fd, b.as_mut_ptr().cast(), b.len()) } {
        0 => Ok(b.split(|c| *c == 0).next().unwrap_or(&[]).to_vec()),
        e => Err(Errno::from_raw_os_error(e)),
    }
}

/// `openpty`
pub fn openpty() -> Result<(i32, i32), Errno> {
    let (mut a, mut b) = (0, 0);
    let null = std::ptr::null_mut();
    // SAFETY: two numbers are written; the null pointers mean defaults.
    done(unsafe { libc::openpty(&mut a, &mut b, null, null.cast(), null.cast()) })?;
    Ok((a, b))
}

/// `login_tty`
pub fn login_tty(fd: i32) -> Result<(), Errno> {
    // SAFETY: a plain call.
    done(unsafe { libc::login_tty(fd) })
}

/// `lockf`
pub fn lockf(fd: i32, cmd: i32, len: i64) -> Result<(), Errno> {
    // SAFETY: a plain call.
    done(unsafe { libc::lockf(fd, cmd, len) })
}

/// `mkfifo` below a folder.
pub fn mkfifoat(dir: i32, path: &std::ffi::CStr, mode: u32) -> Result<(), Errno> {
    // SAFETY: a C string.
    done(unsafe { libc::mkfifoat(dir, path.as_ptr(), mode) })
}

/// `fcntl` with a number.
pub fn fcntl_int(fd: i32, cmd: i32, arg: i64) -> Result<i32, Errno> {
    // SAFETY: commands that take a pointer get a number that the system refuses to read from, or reads at the program's
    // own risk, as in CPython.
    answer(unsafe { libc::fcntl(fd, cmd, arg) })
}

/// `fcntl` with a buffer that the command reads and writes.
pub fn fcntl_bytes(fd: i32, cmd: i32, b: &mut [u8; 1024]) -> Result<i32, Errno> {
    // SAFETY: 1024 bytes are more than any command uses.
    answer(unsafe { libc::fcntl(fd, cmd, b.as_mut_ptr()) })
}

/// `ioctl` with a number.
pub fn ioctl_int(fd: i32, request: u64, arg: i64) -> Result<i32, Errno> {
    // SAFETY: as `fcntl_int`.
    answer(unsafe { libc::ioctl(fd, request, arg) })
}

/// `ioctl` with a buffer that the request reads and writes.
pub fn ioctl_bytes(fd: i32, request: u64, b: &mut [u8]) -> Result<i32, Errno> {
    // SAFETY: the buffer is as long as the program says; a request that writes more is the program's mistake, which
    // callers soften by 1024 bytes of slack.
    answer(unsafe { libc::ioctl(fd, request, b.as_mut_ptr()) })
}

/// A `struct flock` for `fcntl.lockf`.
pub fn fcntl_lock(
    fd: i32,
    wait: bool,
    kind: i16,
    whence: i16,
    start: i64,
    len: i64,
) -> Result<(), Errno> {
    // SAFETY: plain numbers, for which zero is valid.
    let mut l: libc::flock = unsafe { std::mem::zeroed() };
    (l.l_type, l.l_whence, l.l_start, l.l_len) = (kind, whence, start, len);
    // SAFETY: the command reads the structure.
    done(unsafe { libc::fcntl(fd, if wait { libc::F_SETLKW } else { libc::F_SETLK }, &l) })
}

/// `dup2`, or `dup3` with close-on-exec.
pub fn dup2(from: i32, to: i32, cloexec: bool) -> Result<(), Errno> {
    // SAFETY: plain calls.
    done(unsafe {
        if cloexec && from != to {
            libc::dup3(from, to, libc::O_CLOEXEC)
        } else {
            libc::dup2(from, to)
        }
    })
}

/// Closes a range of descriptors, the last one excluded; errors do not matter.
pub fn close_range(low: i32, high: i32) {
    let low = low.max(0);
    if low < high {
        // SAFETY: the numbers are the program's.
        unsafe { process::close_range(low, i64::from(high) - 1) };
    }
}

/// `posix_fadvise`
pub fn fadvise(fd: i32, offset: i64, len: i64, advice: i32) -> Result<(), Errno> {
    // SAFETY: a plain call, which gives the error instead of setting it.
    match unsafe { libc::posix_fadvise(fd, offset, len, advice) } {
        0 => Ok(()),
        e => Err(Errno::from_raw_os_error(e)),
    }
}

/// `setenv`
pub fn setenv(name: &std::ffi::CStr, value: &std::ffi::CStr) -> Result<(), Errno> {
    // SAFETY: C strings. Other threads that read the environment through C code race with this, as in any process.
    done(unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), 1) })
}

/// `unsetenv`
pub fn unsetenv(name: &std::ffi::CStr) -> Result<(), Errno> {
    // SAFETY: as above.
    done(unsafe { libc::unsetenv(name.as_ptr()) })
}

/// The highest or lowest priority of a scheduling policy.
pub fn sched_priority(policy: i32, max: bool) -> Result<i32, Errno> {
    // SAFETY: plain calls.
    answer(unsafe {
        if max {
            libc::sched_get_priority_max(policy)
        } else {
            libc::sched_get_priority_min(policy)
        }
    })
}

/// `sched_getscheduler`
pub fn sched_policy(pid: i32) -> Result<i32, Errno> {
    // SAFETY: a plain call.
    answer(unsafe { libc::sched_getscheduler(pid) })
}

/// The priority of `sched_getparam`.
pub fn sched_param(pid: i32) -> Result<i32, Errno> {
    let mut p = libc::sched_param { sched_priority: 0 };
    // SAFETY: the structure is written.
    done(unsafe { libc::sched_getparam(pid, &mut p) })?;
    Ok(p.sched_priority)
}

/// `flock`
pub fn flock(fd: i32, operation: i32) -> Result<(), Errno> {
    // SAFETY: a plain call.
    done(unsafe { libc::flock(fd, operation) })
}
