//! Processes: fork, exec, wait, signals.

use super::{answer, done, last_error};
use rustix::io::Errno;
use std::ffi::{CStr, CString};

/// A list of C strings as `argv` and `envp` want it.
pub struct Strings {
    pointers: Vec<*const libc::c_char>,
    _owned: Vec<CString>,
}

// SAFETY: the pointers are into the strings that it owns.
unsafe impl Send for Strings {}
// SAFETY: never changed after it is made.
unsafe impl Sync for Strings {}

impl Strings {
    /// Of these strings.
    pub fn new(owned: Vec<CString>) -> Strings {
        let mut pointers: Vec<_> = owned.iter().map(|s| s.as_ptr()).collect();
        pointers.push(std::ptr::null());
        Strings { pointers, _owned: owned }
    }
    fn ptr(&self) -> *const *const libc::c_char {
        self.pointers.as_ptr()
    }
}

/// `fork`; 0 in the child, where only the calling thread lives on.
///
/// **Threads:** attached; the caller repairs what the other threads held.
pub fn fork() -> Result<i32, Errno> {
    // SAFETY: the child goes on in this thread alone; the runtime's own locks are the caller's affair.
    answer(unsafe { libc::fork() })
}

/// `execv`; comes back only with an error.
pub fn execv(path: &CStr, argv: &Strings) -> Errno {
    // SAFETY: a C string and a null-ended list of them.
    unsafe { libc::execv(path.as_ptr(), argv.ptr()) };
    last_error()
}

/// `execve`; comes back only with an error.
pub fn execve(path: &CStr, argv: &Strings, env: &Strings) -> Errno {
    // SAFETY: as above.
    unsafe { libc::execve(path.as_ptr(), argv.ptr(), env.ptr()) };
    last_error()
}

/// `fexecve`; comes back only with an error.
pub fn fexecve(fd: i32, argv: &Strings, env: &Strings) -> Errno {
    // SAFETY: as above.
    unsafe { libc::fexecve(fd, argv.ptr(), env.ptr()) };
    last_error()
}

/// `_exit`
pub fn exit_now(status: i32) -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(status) }
}

/// `abort`
pub fn abort() -> ! {
    std::process::abort()
}

/// `waitpid`
pub fn waitpid(pid: i32, options: i32) -> Result<(i32, i32), Errno> {
    let mut status = 0;
    // SAFETY: a number is written.
    let r = answer(unsafe { libc::waitpid(pid, &mut status, options) })?;
    Ok((r, status))
}

/// Resource usage: seconds in user and system mode, then the fourteen counts in the structure's order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Seconds in user mode.
    pub user: f64,
    /// Seconds in the system.
    pub system: f64,
    /// `ru_maxrss` to `ru_nivcsw`.
    pub counts: [i64; 14],
}

fn usage(u: &libc::rusage) -> Usage {
    let secs = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 * 1e-6;
    Usage {
        user: secs(u.ru_utime),
        system: secs(u.ru_stime),
        counts: [
            u.ru_maxrss,
            u.ru_ixrss,
            u.ru_idrss,
            u.ru_isrss,
            u.ru_minflt,
            u.ru_majflt,
            u.ru_nswap,
            u.ru_inblock,
            u.ru_oublock,
            u.ru_msgsnd,
            u.ru_msgrcv,
            u.ru_nsignals,
            u.ru_nvcsw,
            u.ru_nivcsw,
        ],
    }
}

/// `wait4`
pub fn wait4(pid: i32, options: i32) -> Result<(i32, i32, Usage), Errno> {
    let mut status = 0;
    // SAFETY: numbers, for which zero is valid.
    let mut u: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both are written.
    let r = answer(unsafe { libc::wait4(pid, &mut status, options, &mut u) })?;
    Ok((r, status, usage(&u)))
}

/// `getrusage`
pub fn getrusage(who: i32) -> Result<Usage, Errno> {
    // SAFETY: as above.
    let mut u: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the structure is written.
    done(unsafe { libc::getrusage(who, &mut u) })?;
    Ok(usage(&u))
}

/// `waitid`: pid, uid, signal, status, code; nothing when no child changed.
pub fn waitid(kind: u32, id: u32, options: i32) -> Result<Option<[i32; 5]>, Errno> {
    // SAFETY: plain data, for which zero is valid.
    let mut s: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: the structure is written.
    done(unsafe { libc::waitid(kind, id, &mut s, options) })?;
    // SAFETY: `waitid` fills the fields of a child's signal.
    let (pid, uid, status) = unsafe { (s.si_pid(), s.si_uid(), s.si_status()) };
    Ok((pid != 0).then_some([pid, uid as i32, s.si_signo, status, s.si_code]))
}

/// `kill`
pub fn kill(pid: i32, signal: i32) -> Result<(), Errno> {
    // SAFETY: a plain call.
    done(unsafe { libc::kill(pid, signal) })
}

/// `killpg`
pub fn killpg(group: i32, signal: i32) -> Result<(), Errno> {
    // SAFETY: a plain call.
    done(unsafe { libc::killpg(group, signal) })
}

/// `raise`
pub fn raise(signal: i32) -> Result<(), Errno> {
    // SAFETY: a plain call.
    if unsafe { libc::raise(signal) } == 0 { Ok(()) } else { Err(last_error()) }
}

/// `system`
pub fn system(command: &CStr) -> i32 {
    // SAFETY: a C string.
    unsafe { libc::system(command.as_ptr()) }
}

/// `nice`
pub fn nice(step: i32) -> Result<i32, Errno> {
    super::set_errno(0);
    // SAFETY: a plain call.
    let r = unsafe { libc::nice(step) };
    if r == -1 && super::errno() != 0 { Err(last_error()) } else { Ok(r) }
}

/// `getpriority`
pub fn getpriority(which: i32, who: i32) -> Result<i32, Errno> {
    super::set_errno(0);
    // SAFETY: a plain call.
    let r = unsafe { libc::getpriority(which as _, who as u32) };
    if r == -1 && super::errno() != 0 { Err(last_error()) } else { Ok(r) }
}

/// `setpriority`
pub fn setpriority(which: i32, who: i32, to: i32) -> Result<(), Errno> {
    // SAFETY: a plain call.
    done(unsafe { libc::setpriority(which as _, who as u32, to) })
}

/// `getpgid`
pub fn getpgid(pid: i32) -> Result<i32, Errno> {
    // SAFETY: a plain call.
    answer(unsafe { libc::getpgid(pid) })
}

/// `setpgid`
pub fn setpgid(pid: i32, group: i32) -> Result<(), Errno> {
    // SAFETY: a plain call.
    done(unsafe { libc::setpgid(pid, group) })
}

/// `getsid`
pub fn getsid(pid: i32) -> Result<i32, Errno> {
    // SAFETY: a plain call.
    answer(unsafe { libc::getsid(pid) })
}

/// `setsid`
pub fn setsid() -> Result<i32, Errno> {
    // SAFETY: a plain call.
    answer(unsafe { libc::setsid() })
}

/// `tcgetpgrp`
pub fn tcgetpgrp(fd: i32) -> Result<i32, Errno> {
    // SAFETY: a plain call.
    answer(unsafe { libc::tcgetpgrp(fd) })
}

/// `tcsetpgrp`
pub fn tcsetpgrp(fd: i32, group: i32) -> Result<(), Errno> {
    // SAFETY: a plain call.
    done(unsafe { libc::tcsetpgrp(fd, group) })
}

/// `chroot`
pub fn chroot(path: &CStr) -> Result<(), Errno> {
    // SAFETY: a C string.
    done(unsafe { libc::chroot(path.as_ptr()) })
}

/// What a child does between fork and exec: `_posixsubprocess.fork_exec`.
pub struct Child {
    /// Programs to try in turn.
    pub paths: Vec<CString>,
    /// `argv`
    pub argv: Strings,
    /// `envp`; nothing to inherit.
    pub env: Option<Strings>,
    /// Folder to start in.
    pub cwd: Option<CString>,
    /// Descriptors that stay open.
    pub keep: Vec<i32>,
    /// Close all others above 2.
    pub close_fds: bool,
    /// Descriptors for 0, 1 and 2, or -1.
    pub std: [i32; 3],
    /// Ends of pipes that belong to the parent, or -1.
    pub parent_ends: [i32; 3],
    /// Where errors go.
    pub error: i32,
    /// The parent's end of that pipe.
    pub error_read: i32,
    /// `setsid`
    pub new_session: bool,
    /// `setpgid`, or -1.
    pub group: i32,
    /// `setgid`
    pub gid: Option<u32>,
    /// `setgroups`
    pub groups: Option<Vec<u32>>,
    /// `setuid`
    pub uid: Option<u32>,
    /// `umask`, or -1.
    pub umask: i32,
    /// Restore the default of the signals that the runtime ignores.
    pub restore_signals: bool,
}

impl Child {
    /// Forks; in the child does all of it and executes the program. Gives the child's number.
    ///
    /// Memory is made before; between fork and exec only system calls are made.
    ///
    /// **Threads:** attached or not; other threads do not matter, since the child runs nothing of ours.
    pub fn spawn(&self) -> Result<i32, Errno> {
        // SAFETY: signal sets are plain data; all signals are blocked over the fork, so that no handler of ours runs in
        // the child.
        unsafe {
            let mut all: libc::sigset_t = std::mem::zeroed();
            let mut old: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&mut all);
            libc::pthread_sigmask(libc::SIG_BLOCK, &all, &mut old);
            let pid = libc::fork();
            if pid == 0 {
                self.run(&old);
            }
            let e = last_error();
            libc::pthread_sigmask(libc::SIG_SETMASK, &old, std::ptr::null_mut());
            if pid < 0 { Err(e) } else { Ok(pid) }
        }
    }

    /// # Safety
    /// - in the child, right after fork
    unsafe fn run(&self, mask: &libc::sigset_t) -> ! {
        let mut where_ = "noexec";
        // SAFETY: system calls with memory that was made before the fork.
        let e = unsafe { self.prepare(mask, &mut where_) };
        let mut line = [0u8; 64];
        let mut n = 0;
        let mut put = |b: &[u8]| {
            for c in b {
                if n < line.len() {
                    line[n] = *c;
                    n += 1;
                }
            }
        };
        put(b"OSError:");
        let mut digits = [0u8; 8];
        let mut k = digits.len();
        let mut x = e as u32;
        loop {
            k -= 1;
            digits[k] = b"0123456789ABCDEF"[(x & 15) as usize];
            x >>= 4;
            if x == 0 || k == 0 {
                break;
            }
        }
        put(&digits[k..]);
        put(b":");
        put(where_.as_bytes());
        // SAFETY: as above.
        unsafe {
            libc::write(self.error, line.as_ptr().cast(), n);
            libc::_exit(255)
        }
    }

    /// The steps; gives the error of the one that failed. `where_` becomes what the parent adds to its message.
    ///
    /// # Safety
    /// - as `run`
    unsafe fn prepare(&self, mask: &libc::sigset_t, where_: &mut &'static str) -> i32 {
        macro_rules! must {
            ($e:expr) => {
                // SAFETY: system calls on numbers and memory made before the fork.
                if unsafe { $e } == -1 {
                    return super::errno();
                }
            };
        }
        for fd in self.keep.iter().filter(|fd| **fd != self.error) {
            must!(clear_cloexec(*fd));
        }
        for fd in self.parent_ends {
            if fd != -1 {
                must!(libc::close(fd));
            }
        }
        must!(libc::close(self.error_read));
        let [mut input, mut output, mut error] = self.std;
        // A low number that is to become another standard stream is moved out of the way first.
        if output == 0 {
            must!({
                output = libc::fcntl(output, libc::F_DUPFD, 3);
                output
            });
        }
        while error == 0 || error == 1 {
            must!({
                error = libc::fcntl(error, libc::F_DUPFD, 3);
                error
            });
        }
        for (from, to) in [(&mut input, 0), (&mut output, 1), (&mut error, 2)] {
            if *from == to {
                must!(clear_cloexec(*from));
            } else if *from != -1 {
                must!(libc::dup2(*from, to));
            }
        }
        *where_ = "noexec:chdir";
        if let Some(d) = &self.cwd {
            must!(libc::chdir(d.as_ptr()));
        }
        *where_ = "noexec";
        if self.umask >= 0 {
            // SAFETY: a plain call.
            unsafe { libc::umask(self.umask as libc::mode_t) };
        }
        // SAFETY: signal dispositions and masks, plain calls.
        unsafe {
            if self.restore_signals {
                libc::signal(libc::SIGPIPE, libc::SIG_DFL);
                libc::signal(libc::SIGXFSZ, libc::SIG_DFL);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, mask, std::ptr::null_mut());
            if self.new_session {
                libc::setsid();
            }
        }
        if self.group >= 0 {
            must!(libc::setpgid(0, self.group));
        }
        if let Some(g) = &self.groups {
            must!(libc::setgroups(g.len(), g.as_ptr()));
        }
        if let Some(g) = self.gid {
            must!(libc::setregid(g, g));
        }
        if let Some(u) = self.uid {
            must!(libc::setreuid(u, u));
        }
        if self.close_fds {
            // SAFETY: closes what is not kept; the list is sorted.
            unsafe { close_above(2, &self.keep) };
        }
        *where_ = "";
        let mut saved = 0;
        for p in &self.paths {
            // SAFETY: C strings and null-ended lists.
            unsafe {
                match &self.env {
                    Some(e) => libc::execve(p.as_ptr(), self.argv.ptr(), e.ptr()),
                    None => libc::execv(p.as_ptr(), self.argv.ptr()),
                };
            }
            let e = super::errno();
            if e != libc::ENOENT && e != libc::ENOTDIR && saved == 0 {
                saved = e;
            }
        }
        if saved != 0 { saved } else { super::errno() }
    }
}

/// # Safety
/// - plain calls
unsafe fn clear_cloexec(fd: i32) -> i32 {
    // SAFETY: plain calls.
    unsafe {
        let f = libc::fcntl(fd, libc::F_GETFD);
        if f == -1 { -1 } else { libc::fcntl(fd, libc::F_SETFD, f & !libc::FD_CLOEXEC) }
    }
}

/// Closes all descriptors above `low` but those of `keep`, which is sorted.
///
/// # Safety
/// - nobody needs the others any more
unsafe fn close_above(low: i32, keep: &[i32]) {
    let mut from = low + 1;
    for fd in keep.iter().copied().filter(|fd| *fd > low) {
        // SAFETY: the caller's promise.
        unsafe { close_range(from, i64::from(fd) - 1) };
        from = fd + 1;
    }
    // SAFETY: as above.
    unsafe { close_range(from, i64::from(i32::MAX)) };
}

/// # Safety
/// - as `close_above`
pub(super) unsafe fn close_range(from: i32, to: i64) {
    if i64::from(from) > to {
        return;
    }
    // SAFETY: plain calls.
    unsafe {
        if libc::syscall(libc::SYS_close_range, from as u32, to as u32, 0) == -1 {
            // An old system: one by one, up to its limit.
            let top = libc::sysconf(libc::_SC_OPEN_MAX).clamp(256, 1 << 20).min(to + 1);
            for fd in from..top as i32 {
                libc::close(fd);
            }
        }
    }
}

/// `fork` of the whole runtime: other threads stand still meanwhile, and in the child only the caller is left.
///
/// **Threads:** attached. **Escapes:** no.
pub fn fork_world(th: &mut crate::core::thread::Thread) -> Result<i32, Errno> {
    let rt = th.rt;
    let slot: *const heddle_sync::thread::Slot = &th.slot;
    // SAFETY: the slot lives as long as the thread; only its atomics are used during the pause.
    let pause = rt.world.stop(unsafe { &*slot }, heddle_sync::Reason::Fork);
    let r = fork();
    if let Ok(0) = r {
        rt.world.forget_others(&th.slot);
        // SAFETY: in the child, by the thread that forked inside a pause.
        unsafe { rt.heap.after_fork(&mut th.heap) };
    }
    drop(pause);
    r
}
