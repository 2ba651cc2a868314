//! Calendar functions of the C library, and clocks of processes.

use super::done;
use rustix::io::Errno;
use std::ffi::{CStr, CString};

/// `struct tm` with its zone by value.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Tm {
    pub sec: i32,
    pub min: i32,
    pub hour: i32,
    pub mday: i32,
    /// From 0.
    pub mon: i32,
    /// Since 1900.
    pub year: i32,
    /// From Sunday.
    pub wday: i32,
    /// From 0.
    pub yday: i32,
    pub isdst: i32,
    pub gmtoff: i64,
    pub zone: Option<CString>,
}

impl Tm {
    fn of(t: &libc::tm) -> Tm {
        // SAFETY: null or a C string that the library keeps.
        let zone = (!t.tm_zone.is_null()).then(|| unsafe { CStr::from_ptr(t.tm_zone) }.to_owned());
        Tm {
            sec: t.tm_sec,
            min: t.tm_min,
            hour: t.tm_hour,
            mday: t.tm_mday,
            mon: t.tm_mon,
            year: t.tm_year,
            wday: t.tm_wday,
            yday: t.tm_yday,
            isdst: t.tm_isdst,
            gmtoff: t.tm_gmtoff,
            zone,
        }
    }

    /// The structure; its zone points into `self`.
    fn raw(&self) -> libc::tm {
        // SAFETY: numbers and a pointer, for which zero is valid.
        let mut t: libc::tm = unsafe { std::mem::zeroed() };
        t.tm_sec = self.sec;
        t.tm_min = self.min;
        t.tm_hour = self.hour;
        t.tm_mday = self.mday;
        t.tm_mon = self.mon;
        t.tm_year = self.year;
        t.tm_wday = self.wday;
        t.tm_yday = self.yday;
        t.tm_isdst = self.isdst;
        t.tm_gmtoff = self.gmtoff;
        t.tm_zone = self.zone.as_ref().map_or(std::ptr::null(), |z| z.as_ptr());
        t
    }
}

/// Local time; nothing when the year does not fit.
pub fn localtime(t: i64) -> Option<Tm> {
    // SAFETY: as `raw`.
    let mut out: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both point to live memory.
    let r = unsafe { libc::localtime_r(&t, &mut out) };
    (!r.is_null()).then(|| Tm::of(&out))
}

/// Universal time; nothing when the year does not fit.
pub fn gmtime(t: i64) -> Option<Tm> {
    // SAFETY: as `raw`.
    let mut out: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both point to live memory.
    let r = unsafe { libc::gmtime_r(&t, &mut out) };
    (!r.is_null()).then(|| Tm::of(&out))
}

/// Seconds of a local time; nothing when it cannot be told.
pub fn mktime(t: &Tm) -> Option<i64> {
    let mut raw = t.raw();
    // A day of the week that the library replaces when it succeeds, since -1 is a valid answer.
    raw.tm_wday = -1;
    // SAFETY: a complete structure.
    let r = unsafe { libc::mktime(&mut raw) };
    (r != -1 || raw.tm_wday != -1).then_some(r)
}

/// `strftime`
pub fn strftime(format: &CStr, t: &Tm) -> Vec<u8> {
    let raw = t.raw();
    let mut room = 1024;
    loop {
        let mut b = vec![0u8; room];
        // SAFETY: room as told, a C string, a structure whose zone lives in `t`.
        let n = unsafe { libc::strftime(b.as_mut_ptr().cast(), room, format.as_ptr(), &raw) };
        // Nothing written: it did not fit, or the result is empty; as long as 256 formats would be is empty.
        if n > 0 || room >= 256 * format.count_bytes().max(4) {
            b.truncate(n);
            return b;
        }
        room *= 2;
    }
}

/// Reads `TZ` anew.
pub fn tzset() {
    unsafe extern "C" {
        fn tzset();
    }
    // SAFETY: reads the environment, under the library's own lock.
    unsafe { tzset() }
}

/// `clock_gettime` for any clock number, in nanoseconds.
pub fn gettime(clock: i32) -> Result<i128, Errno> {
    // SAFETY: numbers, for which zero is valid.
    let mut t: libc::timespec = unsafe { std::mem::zeroed() };
    // SAFETY: the structure is written.
    done(unsafe { libc::clock_gettime(clock, &mut t) })?;
    Ok(i128::from(t.tv_sec) * 1_000_000_000 + i128::from(t.tv_nsec))
}

/// `clock_getres`, in nanoseconds.
pub fn getres(clock: i32) -> Result<i128, Errno> {
    // SAFETY: as above.
    let mut t: libc::timespec = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    done(unsafe { libc::clock_getres(clock, &mut t) })?;
    Ok(i128::from(t.tv_sec) * 1_000_000_000 + i128::from(t.tv_nsec))
}

/// `clock_settime`, in nanoseconds.
pub fn settime(clock: i32, ns: i128) -> Result<(), Errno> {
    let t = libc::timespec {
        tv_sec: ns.div_euclid(1_000_000_000) as i64,
        tv_nsec: ns.rem_euclid(1_000_000_000) as i64,
    };
    // SAFETY: a complete structure.
    done(unsafe { libc::clock_settime(clock, &t) })
}

/// The CPU clock of the calling thread, whose identifier must be given: of any other handle nobody knows whether the
/// thread still lives, and the library would read its memory.
///
/// **Errors:** ESRCH for another thread.
pub fn cpu_clock(thread: u64) -> Result<i32, Errno> {
    let mut c = 0;
    // SAFETY: the handle of the calling thread.
    let r = unsafe {
        let me = libc::pthread_self();
        if thread != me as u64 && thread != libc::syscall(libc::SYS_gettid) as u64 {
            return Err(Errno::SRCH);
        }
        libc::pthread_getcpuclockid(me, &mut c)
    };
    if r == 0 { Ok(c) } else { Err(Errno::from_raw_os_error(r)) }
}

/// `times`: user, system, children's user and system, elapsed, in clock ticks.
pub fn times() -> Result<[i64; 5], Errno> {
    // SAFETY: as above.
    let mut t: libc::tms = unsafe { std::mem::zeroed() };
    // SAFETY: the structure is written.
    let e = unsafe { libc::times(&mut t) };
    Ok([t.tms_utime, t.tms_stime, t.tms_cutime, t.tms_cstime, e])
}
