//! Time tuples: to and from seconds, to text.

use crate::host;
use heddle_object::os::clock::{self, Tm};
use heddle_object::types::structseq::make;
use heddle_object::types::{Module, Str, Tuple, float, int};
use heddle_object::{R, Thread, Value, ops};
use std::ffi::CString;

/// The argument of `gmtime` and its kin: seconds, rounded down; now when missing or None.
fn seconds(th: &mut Thread, v: Option<Value>) -> R<i64> {
    let range = |th: &mut Thread| {
        th.overflow_error(format_args!("timestamp out of range for platform time_t"))
    };
    match v.filter(|v| !v.is_none()) {
        None => super::now(th, libc::CLOCK_REALTIME).map(|ns| ns.div_euclid(1_000_000_000)),
        Some(v) => match float::float_of(v) {
            Some(f) if f.is_nan() => {
                Err(th.value_error(format_args!("Invalid value NaN (not a number)")))
            }
            Some(f) => {
                let x = f.floor();
                if (-9.223372036854775808e18..9.223372036854775808e18).contains(&x) {
                    Ok(x as i64)
                } else {
                    Err(range(th))
                }
            }
            None => {
                let i = ops::index(th, v)?;
                match int::to_i64(i) {
                    Some(i) => Ok(i),
                    None => Err(range(th)),
                }
            }
        },
    }
}

/// A `struct_time`.
fn value(th: &mut Thread, m: Value, t: &Tm) -> R {
    let Some(ty) = m.cast::<Module>().and_then(|m| m.state.get()).and_then(|t| t.cast_type())
    else {
        return Err(th.system_error(format_args!("time has lost struct_time")));
    };
    let zone = match &t.zone {
        Some(z) => host::fs_decode(th, z.to_bytes())?,
        None => Value::none(),
    };
    let i = |x: i32| Value::small_int(i64::from(x));
    let year = Value::small_int(i64::from(t.year) + 1900);
    let items = [
        year,
        i(t.mon + 1),
        i(t.mday),
        i(t.hour),
        i(t.min),
        i(t.sec),
        i((t.wday + 6) % 7),
        i(t.yday + 1),
        i(t.isdst),
        zone,
        Value::small_int(t.gmtoff),
    ];
    make(th, ty, &items)
}

/// The year does not fit.
fn overflow<T>(th: &mut Thread) -> R<T> {
    Err(host::os_error(th, rustix::io::Errno::OVERFLOW))
}

pub fn gmtime(th: &mut Thread, m: Value, a: &[Value]) -> R {
    let s = seconds(th, a.first().copied())?;
    match clock::gmtime(s) {
        Some(t) => value(th, m, &t),
        None => overflow(th),
    }
}

pub fn localtime(th: &mut Thread, m: Value, a: &[Value]) -> R {
    let s = seconds(th, a.first().copied())?;
    match clock::localtime(s) {
        Some(t) => value(th, m, &t),
        None => overflow(th),
    }
}

/// A time tuple as the library's structure, unchecked.
fn tuple(th: &mut Thread, m: Value, v: Value) -> R<Tm> {
    let Some(t) = v.cast::<Tuple>() else {
        return Err(th.type_error(format_args!("Tuple or struct_time argument required")));
    };
    if t.len() != 9 {
        return Err(th.type_error(format_args!("time tuple must have exactly 9 elements")));
    }
    let mut f = [0i32; 9];
    for (slot, x) in f.iter_mut().zip(t.as_slice()) {
        *slot = host::c_int(th, *x)?;
    }
    let Some(year) = f[0].checked_sub(1900) else {
        return Err(th.overflow_error(format_args!("year out of range")));
    };
    let mut tm = Tm {
        year,
        mon: f[1].wrapping_sub(1),
        mday: f[2],
        hour: f[3],
        min: f[4],
        sec: f[5],
        wday: f[6].wrapping_add(1) % 7,
        yday: f[7].wrapping_sub(1),
        isdst: f[8],
        ..Tm::default()
    };
    let ours = m.cast::<Module>().and_then(|m| m.state.get());
    if ours == Some(v.type_of().value()) {
        let off = host::get(th, v, "tm_gmtoff")?;
        if !off.is_none() {
            tm.gmtoff = int::as_i64(th, off)?;
        }
        let zone = host::get(th, v, "tm_zone")?;
        if let Some(z) = zone.cast::<Str>() {
            let b = host::fs_encode(th, z)?;
            tm.zone = CString::new(b).ok();
        }
    }
    Ok(tm)
}

/// Checks a structure before it becomes text; zero stands for the first month, day and day of the year.
fn checked(th: &mut Thread, t: &mut Tm) -> R<()> {
    let wrong =
        |th: &mut Thread, what: &str| Err(th.value_error(format_args!("{what} out of range")));
    if t.mon == -1 {
        t.mon = 0;
    } else if !(0..=11).contains(&t.mon) {
        return wrong(th, "month");
    }
    if t.mday == 0 {
        t.mday = 1;
    } else if !(0..=31).contains(&t.mday) {
        return wrong(th, "day of month");
    }
    if !(0..=23).contains(&t.hour) {
        return wrong(th, "hour");
    }
    if !(0..=59).contains(&t.min) {
        return wrong(th, "minute");
    }
    if !(0..=61).contains(&t.sec) {
        return wrong(th, "seconds");
    }
    // `% 7` was done already, so only its sign can be wrong.
    if t.wday < 0 {
        return wrong(th, "day of week");
    }
    if t.yday == -1 {
        t.yday = 0;
    } else if !(0..=365).contains(&t.yday) {
        return wrong(th, "day of year");
    }
    Ok(())
}

fn given(th: &mut Thread, m: Value, v: Option<Value>) -> R<Tm> {
    match v {
        Some(v) => {
            let mut t = tuple(th, m, v)?;
            checked(th, &mut t)?;
            Ok(t)
        }
        None => {
            let s = seconds(th, None)?;
            match clock::localtime(s) {
                Some(t) => Ok(t),
                None => overflow(th),
            }
        }
    }
}

fn asc(th: &mut Thread, t: &Tm) -> R {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (day, month) = (DAYS[t.wday as usize % 7], MONTHS[t.mon as usize % 12]);
    let year = i64::from(t.year) + 1900;
    let s = format!("{day} {month}{:3} {:02}:{:02}:{:02} {year}", t.mday, t.hour, t.min, t.sec);
    host::text(th, &s)
}

pub fn asctime(th: &mut Thread, m: Value, a: &[Value]) -> R {
    let t = given(th, m, a.first().copied())?;
    asc(th, &t)
}

pub fn ctime(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let s = seconds(th, a.first().copied())?;
    match clock::localtime(s) {
        Some(t) => asc(th, &t),
        None => overflow(th),
    }
}

pub fn mktime(th: &mut Thread, m: Value, v: Value) -> R {
    let t = tuple(th, m, v)?;
    match clock::mktime(&t) {
        Some(s) => float::new(th, s as f64),
        None => Err(th.overflow_error(format_args!("mktime argument out of range"))),
    }
}

pub fn strftime(th: &mut Thread, m: Value, a: &[Value]) -> R {
    let format = host::str_arg(th, a[0], "strftime", "1 ")?;
    let mut t = given(th, m, a.get(1).copied())?;
    t.isdst = t.isdst.clamp(-1, 1);
    let b = match heddle_object::text::codec::encode(
        heddle_object::text::codec::Codec::Utf8,
        format.view(),
        heddle_object::text::codec::Handler::SurrogatePass,
    ) {
        Ok(b) => b,
        Err(e) => return Err(host::path::encode_error(th, "utf-8", a[0], e)),
    };
    let mut out = Vec::new();
    // The library knows no null characters, so the pieces between them are done apart.
    for (i, piece) in b.split(|c| *c == 0).enumerate() {
        if i > 0 {
            out.push(0);
        }
        let piece = pad_years(piece, &t);
        if let Ok(c) = CString::new(piece)
            && !c.is_empty()
        {
            out.extend_from_slice(&clock::strftime(&c, &t));
        }
    }
    let mut d =
        heddle_object::text::codec::Decoder::new(heddle_object::text::codec::Codec::Utf8, true);
    match heddle_object::text::codec::decode(
        &mut d,
        &out,
        heddle_object::text::codec::Handler::SurrogatePass,
    ) {
        Ok((s, _)) => Str::from_buf(th, &s).map(|s| Value::from_ref(s)),
        Err(_) => host::fs_decode(th, &out),
    }
}

/// The C library writes years before 1000 with fewer than four digits; Python pads them.
fn pad_years(format: &[u8], t: &Tm) -> Vec<u8> {
    let year = i64::from(t.year) + 1900;
    let mut out = Vec::with_capacity(format.len());
    let mut i = 0;
    while i < format.len() {
        if format[i] != b'%' || i + 1 >= format.len() {
            out.push(format[i]);
            i += 1;
            continue;
        }
        let four = |y: i64| if y < 0 { format!("-{:03}", -y) } else { format!("{y:04}") };
        match format[i + 1] {
            b'Y' if year < 1000 => out.extend_from_slice(four(year).as_bytes()),
            b'F' if year < 1000 => {
                out.extend_from_slice(format!("{}-%m-%d", four(year)).as_bytes())
            }
            b'C' if year < 1000 => {
                out.extend_from_slice(format!("{:02}", year.div_euclid(100)).as_bytes())
            }
            b'G' if year < 1001 => {
                let iso = clock::strftime(c"%G", t);
                let iso: i64 =
                    std::str::from_utf8(&iso).ok().and_then(|s| s.parse().ok()).unwrap_or(year);
                out.extend_from_slice(four(iso).as_bytes());
            }
            c => out.extend_from_slice(&[b'%', c]),
        }
        i += 2;
    }
    out
}

/// Sets `timezone`, `altzone`, `daylight` and `tzname` from two moments half a year apart.
pub fn set_zone(th: &mut Thread, m: &'static Module) -> R<()> {
    // The middles of winter and summer of the current year, as CPython takes them.
    const YEAR: i64 = (365 * 24 + 6) * 3600;
    let now = super::now(th, libc::CLOCK_REALTIME)? / 1_000_000_000;
    let start = now / YEAR * YEAR;
    let (Some(a), Some(b)) = (clock::localtime(start), clock::localtime(start + YEAR / 2)) else {
        return Ok(());
    };
    let name = |t: &Tm| {
        t.zone.as_ref().map_or_else(|| "   ".to_string(), |z| z.to_string_lossy().into_owned())
    };
    // South of the equator the first of the two is summer time.
    let (std, dst) = if a.gmtoff > b.gmtoff { (&b, &a) } else { (&a, &b) };
    m.set(th, "timezone", Value::small_int(-std.gmtoff))?;
    m.set(th, "altzone", Value::small_int(-dst.gmtoff))?;
    m.set(th, "daylight", Value::small_int(i64::from(a.gmtoff != b.gmtoff)))?;
    let names = super::pair(th, &name(std), &name(dst))?;
    m.set(th, "tzname", names)
}
