//! System calls that native modules need and cannot make without `unsafe`: descriptors by number, and what only libc has.
//!
//! Every function is a thin wrapper that is safe to call with any argument.

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

