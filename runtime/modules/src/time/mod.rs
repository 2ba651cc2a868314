//! `time`: clocks here, the calendar in `calendar`.

mod calendar;

use crate::host;
use heddle_object::core::module_def::ModuleDef;
use heddle_object::names::intern_str;
use heddle_object::os::clock;
use heddle_object::types::structseq::{StructSeq, make_type};
use heddle_object::types::{Dict, Module, Tuple, float, int, namespace};
use heddle_object::{MethodDef, R, Thread, Value, ops};
use rustix::io::Errno;

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "time",
    doc: "This module provides various functions to manipulate time values.",
    methods: METHODS,
    init,
    ..ModuleDef::DEFAULT
};

const METHODS: &[MethodDef] = &[
    MethodDef::noargs(
        "time",
        |th, _| seconds(th, libc::CLOCK_REALTIME),
        "time() -> floating-point number\n\nReturn the current time in seconds since the Epoch.",
    ),
    MethodDef::noargs(
        "time_ns",
        |th, _| nanoseconds(th, libc::CLOCK_REALTIME),
        "time_ns() -> int\n\nReturn the current time in nanoseconds since the Epoch.",
    ),
    MethodDef::noargs(
        "monotonic",
        |th, _| seconds(th, libc::CLOCK_MONOTONIC),
        "monotonic() -> float\n\nMonotonic clock, cannot go backward.",
    ),
    MethodDef::noargs(
        "monotonic_ns",
        |th, _| nanoseconds(th, libc::CLOCK_MONOTONIC),
        "monotonic_ns() -> int\n\nMonotonic clock, cannot go backward, as nanoseconds.",
    ),
    MethodDef::noargs(
        "perf_counter",
        |th, _| seconds(th, libc::CLOCK_MONOTONIC),
        "perf_counter() -> float\n\nPerformance counter for benchmarking.",
    ),
    MethodDef::noargs(
        "perf_counter_ns",
        |th, _| nanoseconds(th, libc::CLOCK_MONOTONIC),
        "perf_counter_ns() -> int\n\nPerformance counter for benchmarking as nanoseconds.",
    ),
    MethodDef::noargs(
        "process_time",
        |th, _| seconds(th, libc::CLOCK_PROCESS_CPUTIME_ID),
        "process_time() -> float\n\nProcess time for profiling: sum of the kernel and user-space CPU time.",
    ),
    MethodDef::noargs(
        "process_time_ns",
        |th, _| nanoseconds(th, libc::CLOCK_PROCESS_CPUTIME_ID),
        "process_time_ns() -> int\n\nProcess time for profiling as nanoseconds.",
    ),
    MethodDef::noargs(
        "thread_time",
        |th, _| seconds(th, libc::CLOCK_THREAD_CPUTIME_ID),
        "thread_time() -> float\n\nThread time for profiling: sum of the kernel and user-space CPU time.",
    ),
    MethodDef::noargs(
        "thread_time_ns",
        |th, _| nanoseconds(th, libc::CLOCK_THREAD_CPUTIME_ID),
        "thread_time_ns() -> int\n\nThread time for profiling as nanoseconds.",
    ),
    MethodDef::one(
        "clock_gettime",
        |th, _, c| {
            let c = host::c_int(th, c)?;
            seconds(th, c)
        },
        "clock_gettime(clk_id) -> float\n\nReturn the time of the specified clock clk_id as a float.",
    ),
    MethodDef::one(
        "clock_gettime_ns",
        |th, _, c| {
            let c = host::c_int(th, c)?;
            nanoseconds(th, c)
        },
        "clock_gettime_ns(clk_id) -> int\n\nReturn the time of the specified clock clk_id as nanoseconds (int).",
    ),
    MethodDef::one(
        "clock_getres",
        |th, _, c| {
            let c = host::c_int(th, c)?;
            let ns = host::check(th, clock::getres(c))?;
            float::new(th, ns as f64 / 1e9)
        },
        "clock_getres(clk_id) -> floating-point number\n\nReturn the resolution (precision) of the specified clock clk_id.",
    ),
    MethodDef::fast(
        "clock_settime",
        2,
        2,
        |th, _, a| {
            let c = host::c_int(th, a[0])?;
            let ns = duration_ns(th, a[1], Round::Floor)?;
            host::check(th, clock::settime(c, i128::from(ns)))?;
            Ok(Value::none())
        },
        "clock_settime(clk_id, time)\n\nSet the time of the specified clock clk_id.",
    ),
    MethodDef::fast(
        "clock_settime_ns",
        2,
        2,
        |th, _, a| {
            let c = host::c_int(th, a[0])?;
            let ns = ops::index(th, a[1])?;
            let ns = int::as_i64(th, ns)?;
            host::check(th, clock::settime(c, i128::from(ns)))?;
            Ok(Value::none())
        },
        "clock_settime_ns(clk_id, time)\n\nSet the time of the specified clock clk_id with nanoseconds.",
    ),
    MethodDef::one(
        "sleep",
        sleep,
        "sleep($module, object, /)\n--\n\nsleep(seconds)\n\nDelay execution for a given number of seconds.  The argument may be\na floating-point number for subsecond precision.",
    ),
    MethodDef::one(
        "get_clock_info",
        get_clock_info,
        "get_clock_info(name: str) -> dict\n\nGet information of the specified clock.",
    ),
    MethodDef::fast(
        "gmtime",
        0,
        1,
        calendar::gmtime,
        "gmtime([seconds]) -> (tm_year, tm_mon, tm_mday, tm_hour, tm_min,\n                       tm_sec, tm_wday, tm_yday, tm_isdst)\n\nConvert seconds since the Epoch to a time tuple expressing UTC.",
    ),
    MethodDef::fast(
        "localtime",
        0,
        1,
        calendar::localtime,
        "localtime([seconds]) -> (tm_year,tm_mon,tm_mday,tm_hour,tm_min,\n                          tm_sec,tm_wday,tm_yday,tm_isdst)\n\nConvert seconds since the Epoch to a time tuple expressing local time.",
    ),
    MethodDef::fast(
        "asctime",
        0,
        1,
        calendar::asctime,
        "asctime([tuple]) -> string\n\nConvert a time tuple to a string, e.g. 'Sat Jun 06 16:26:11 1998'.",
    ),
    MethodDef::fast(
        "ctime",
        0,
        1,
        calendar::ctime,
        "ctime(seconds) -> string\n\nConvert a time in seconds since the Epoch to a string in local time.",
    ),
    MethodDef::one(
        "mktime",
        calendar::mktime,
        "mktime(tuple) -> floating-point number\n\nConvert a time tuple in local time to seconds since the Epoch.",
    ),
    MethodDef::fast(
        "strftime",
        1,
        2,
        calendar::strftime,
        "strftime(format[, tuple]) -> string\n\nConvert a time tuple to a string according to a format specification.",
    ),
    MethodDef::fast(
        "strptime",
        0,
        u16::MAX,
        |th, _, a| {
            let m = (th.hooks.import)(th, "_strptime")?;
            host::method(th, m, "_strptime_time", a)
        },
        "strptime(string, format) -> struct_time\n\nParse a string to a time tuple according to a format specification.",
    ),
    MethodDef::noargs(
        "tzset",
        |th, m| {
            clock::tzset();
            match m.cast::<Module>() {
                Some(m) => calendar::set_zone(th, m).map(|()| Value::none()),
                None => Ok(Value::none()),
            }
        },
        "tzset()\n\nInitialize, or reinitialize, the local timezone to the value stored in\nos.environ['TZ'].",
    ),
    MethodDef::one(
        "pthread_getcpuclockid",
        |th, _, v| {
            let i = ops::index(th, v)?;
            let i = int::as_i64(th, i)?;
            let c = host::check(th, clock::cpu_clock(i as u64))?;
            Ok(Value::small_int(i64::from(c)))
        },
        "pthread_getcpuclockid(thread_id) -> int\n\nReturn the clk_id of a thread's CPU time clock.",
    ),
];

/// `time.struct_time`
pub static STRUCT_TIME: StructSeq = StructSeq {
    name: "time.struct_time",
    doc: "The time value as returned by gmtime(), localtime(), and strptime(), and\naccepted by asctime(), mktime() and strftime().  May be considered as a\nsequence of 9 integers.",
    fields: &[
        "tm_year",
        "tm_mon",
        "tm_mday",
        "tm_hour",
        "tm_min",
        "tm_sec",
        "tm_wday",
        "tm_yday",
        "tm_isdst",
        "tm_zone",
        "tm_gmtoff",
    ],
    visible: 9,
};

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    for (name, v) in [
        ("CLOCK_REALTIME", libc::CLOCK_REALTIME),
        ("CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC),
        ("CLOCK_MONOTONIC_RAW", libc::CLOCK_MONOTONIC_RAW),
        ("CLOCK_PROCESS_CPUTIME_ID", libc::CLOCK_PROCESS_CPUTIME_ID),
        ("CLOCK_THREAD_CPUTIME_ID", libc::CLOCK_THREAD_CPUTIME_ID),
        ("CLOCK_BOOTTIME", libc::CLOCK_BOOTTIME),
        ("CLOCK_TAI", libc::CLOCK_TAI),
        ("_STRUCT_TM_ITEMS", 11),
    ] {
        m.set(th, name, Value::small_int(i64::from(v)))?;
    }
    let t = make_type(th, &STRUCT_TIME)?;
    m.set(th, "struct_time", t.value())?;
    m.state.set(Some(t.value()));
    clock::tzset();
    calendar::set_zone(th, m)
}

fn now(th: &mut Thread, clock: i32) -> R<i64> {
    match clock::gettime(clock) {
        Ok(ns) => Ok(ns as i64),
        Err(e) => Err(host::os_error(th, e)),
    }
}

fn seconds(th: &mut Thread, clock: i32) -> R {
    let ns = now(th, clock)?;
    float::new(th, ns as f64 / 1e9)
}

fn nanoseconds(th: &mut Thread, clock: i32) -> R {
    let ns = now(th, clock)?;
    int::from_i64(th, ns)
}

/// How a fraction of a nanosecond is rounded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// Down.
    Floor,
    /// Up: waiting never ends early.
    Ceiling,
    /// To the nearest, halves to even.
    HalfEven,
}

/// Seconds as nanoseconds.
///
/// **Errors:** OverflowError and ValueError as for all of CPython's timeouts.
pub fn duration_ns(th: &mut Thread, v: Value, round: Round) -> R<i64> {
    let too_large = |th: &mut Thread| {
        th.overflow_error(format_args!("timestamp too large to convert to C PyTime_t"))
    };
    if let Some(f) = float::float_of(v) {
        if f.is_nan() {
            return Err(th.value_error(format_args!("Invalid value NaN (not a number)")));
        }
        let x = f * 1e9;
        let x = match round {
            Round::Floor => x.floor(),
            Round::Ceiling => x.ceil(),
            Round::HalfEven => x.round_ties_even(),
        };
        if !(-9.223372036854775808e18..9.223372036854775808e18).contains(&x) {
            return Err(too_large(th));
        }
        return Ok(x as i64);
    }
    let i = ops::index(th, v)?;
    match int::to_i64(i).and_then(|i| i.checked_mul(1_000_000_000)) {
        Some(ns) => Ok(ns),
        None => Err(too_large(th)),
    }
}

fn sleep(th: &mut Thread, _: Value, v: Value) -> R {
    let ns = duration_ns(th, v, Round::Ceiling)?;
    if ns < 0 {
        return Err(th.value_error(format_args!("sleep length must be non-negative")));
    }
    let end = now(th, libc::CLOCK_MONOTONIC)?.saturating_add(ns);
    let until =
        rustix::time::Timespec { tv_sec: end / 1_000_000_000, tv_nsec: end % 1_000_000_000 };
    loop {
        let r = th.detached(|| {
            rustix::thread::clock_nanosleep_absolute(rustix::thread::ClockId::Monotonic, &until)
        });
        match r {
            Ok(()) => break,
            // A signal: its handler may raise; if not, sleep on to the same moment.
            Err(Errno::INTR) => th.poll()?,
            Err(e) => return Err(host::os_error(th, e)),
        }
    }
    Ok(Value::none())
}

fn get_clock_info(th: &mut Thread, _: Value, name: Value) -> R {
    let name = host::str_arg(th, name, "get_clock_info", "1 ")?.to_string_lossy();
    let (clock, implementation, monotonic, adjustable) = match &*name {
        "time" => (libc::CLOCK_REALTIME, "clock_gettime(CLOCK_REALTIME)", false, true),
        "monotonic" | "perf_counter" => {
            (libc::CLOCK_MONOTONIC, "clock_gettime(CLOCK_MONOTONIC)", true, false)
        }
        "process_time" => {
            (libc::CLOCK_PROCESS_CPUTIME_ID, "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", true, false)
        }
        "thread_time" => {
            (libc::CLOCK_THREAD_CPUTIME_ID, "clock_gettime(CLOCK_THREAD_CPUTIME_ID)", true, false)
        }
        _ => return Err(th.value_error(format_args!("unknown clock"))),
    };
    let res = host::check(th, clock::getres(clock))?;
    let d = Dict::new(th)?;
    let implementation = host::text(th, implementation)?;
    let res = float::new(th, res as f64 / 1e9)?;
    for (k, v) in [
        ("implementation", implementation),
        ("monotonic", Value::bool(monotonic)),
        ("adjustable", Value::bool(adjustable)),
        ("resolution", res),
    ] {
        let k = intern_str(th, k)?;
        d.set_item(th, Value::from_ref(k), v)?;
    }
    namespace::new(th, d)
}

/// A tuple of two str.
fn pair(th: &mut Thread, a: &str, b: &str) -> R {
    let a = host::text(th, a)?;
    let b = host::text(th, b)?;
    Tuple::new(th, &[a, b]).map(|t| Value::from_ref(t))
}
