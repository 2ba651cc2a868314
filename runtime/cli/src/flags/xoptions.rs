//! The `-X` options: one row each, with its variable, its values and what it sets.

use super::{Refused, Tuning};
use heddle_object::core::options::Options;

/// What an option's text sets; the error is the reading function's name and what follows.
type Set = fn(&mut Options, &mut Tuning, &str) -> bool;

/// One option.
pub struct XOption {
    /// Name behind `-X`.
    pub name: &'static str,
    /// Variable of the environment, empty when there is none.
    pub variable: &'static str,
    /// Values, for the help.
    pub values: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Whether `-X name` without a value is right.
    bare: bool,
    set: Set,
    /// Reading function that CPython names in the error.
    reader: &'static str,
    /// Error text for a bad `-X` value; empty for "name=n: n is missing or invalid".
    bad: &'static str,
}

fn bit(v: &str) -> Option<bool> {
    match v.trim().trim_start_matches('+').trim_start_matches('0') {
        "" if v.contains('0') => Some(false),
        "1" => Some(true),
        _ => None,
    }
}

fn on(place: &mut bool, v: &str) -> bool {
    match bit(v) {
        Some(b) => {
            *place = b;
            true
        }
        None => false,
    }
}

fn number(place: &mut Option<u64>, v: &str) -> bool {
    let (digits, unit) = match v.chars().last() {
        Some('k' | 'K') => (&v[..v.len() - 1], 1 << 10),
        Some('m' | 'M') => (&v[..v.len() - 1], 1 << 20),
        Some('g' | 'G') => (&v[..v.len() - 1], 1 << 30),
        _ => (v, 1),
    };
    *place = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(unit));
    place.is_some()
}

const NONE: XOption = XOption {
    name: "",
    variable: "",
    values: "",
    help: "",
    bare: false,
    set: |_, _, _| true,
    reader: "config_read_complex_options",
    bad: "",
};

/// All of them. Other names are accepted and appear in `sys._xoptions`, as in CPython.
pub static TABLE: &[XOption] = &[
    XOption {
        name: "tlbc",
        variable: "PYTHON_TLBC",
        values: "0|1",
        help: "per-thread bytecode copies and specialization (default 1)",
        set: |o, _, v| on(&mut o.tlbc, v),
        reader: "config_read_tlbc",
        ..NONE
    },
    XOption {
        name: "gil",
        variable: "PYTHON_GIL",
        values: "0|1",
        help: "run under one global lock, as a control for experiments (default 0)",
        set: |o, _, v| matches!(v, "0" | "1") && on(&mut o.gil, v),
        reader: "config_read_gil",
        bad: "PYTHON_GIL / -X gil must be \"0\" or \"1\"",
        ..NONE
    },
    XOption {
        name: "int_max_str_digits",
        variable: "PYTHONINTMAXSTRDIGITS",
        values: "N",
        help: "limit of digits in int<->str conversions; 0 disables it (default 4300)",
        set: |o, _, v| match v.parse::<i64>() {
            Ok(n) if n == 0 || n >= 640 => {
                o.int_max_str_digits = n;
                true
            }
            _ => false,
        },
        reader: "config_init_int_max_str_digits",
        bad: "-X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.",
        ..NONE
    },
    XOption {
        name: "cpu_count",
        variable: "PYTHON_CPU_COUNT",
        values: "N|default",
        help: "what os.cpu_count() answers",
        set: |o, _, v| {
            if v == "default" {
                o.cpu_count = None;
                return true;
            }
            match v.parse::<i64>() {
                Ok(n) if n >= 1 => {
                    o.cpu_count = Some(n);
                    true
                }
                _ => false,
            }
        },
        reader: "config_init_cpu_count",
        bad: "-X cpu_count=n option: n is missing or an invalid number, n must be greater than 0",
        ..NONE
    },
    XOption {
        name: "utf8",
        variable: "PYTHONUTF8",
        values: "0|1",
        help: "UTF-8 mode (always on; accepted for compatibility of command lines)",
        bare: true,
        set: |o, _, v| {
            v.is_empty() || {
                let mut b = true;
                let ok = on(&mut b, v);
                o.utf8_mode = true;
                ok
            }
        },
        reader: "preconfig_init_utf8_mode",
        bad: "invalid -X utf8 option value",
    },
    XOption {
        name: "dev",
        variable: "PYTHONDEVMODE",
        values: "",
        help: "development mode",
        bare: true,
        set: |o, _, _| {
            o.dev_mode = true;
            true
        },
        ..NONE
    },
    XOption {
        name: "no_debug_ranges",
        variable: "",
        values: "",
        help: "no carets in tracebacks",
        bare: true,
        set: |o, _, _| {
            o.no_debug_ranges = true;
            true
        },
        ..NONE
    },
    XOption {
        name: "warn_default_encoding",
        variable: "PYTHONWARNDEFAULTENCODING",
        values: "",
        help: "EncodingWarning where the default encoding is used",
        bare: true,
        set: |o, _, _| {
            o.warn_default_encoding = true;
            true
        },
        ..NONE
    },
    XOption {
        name: "pycache_prefix",
        variable: "",
        values: "PATH",
        help: "folder for .pyc files",
        bare: true,
        set: |o, _, v| {
            o.pycache_prefix = (!v.is_empty()).then(|| v.to_string());
            true
        },
        ..NONE
    },
    XOption {
        name: "thread_inherit_context",
        variable: "PYTHON_THREAD_INHERIT_CONTEXT",
        values: "0|1",
        help: "new threads start with a copy of the starter's context (default 1)",
        set: |o, _, v| on(&mut o.thread_inherit_context, v),
        reader: "config_init_thread_inherit_context",
        bad: "-X thread_inherit_context=n; n is missing or invalid",
        ..NONE
    },
    XOption {
        name: "context_aware_warnings",
        variable: "PYTHON_CONTEXT_AWARE_WARNINGS",
        values: "0|1",
        help: "warnings.catch_warnings is local to a context (default 1)",
        set: |o, _, v| on(&mut o.context_aware_warnings, v),
        reader: "config_init_context_aware_warnings",
        bad: "-X context_aware_warnings=n; n is missing or invalid",
        ..NONE
    },
    XOption {
        name: "specialize",
        values: "0|1",
        help: "specialize bytecode or not, whatever tlbc says; 1 needs tlbc=1",
        set: |_, t, v| {
            let mut b = true;
            let ok = on(&mut b, v);
            t.specialize = Some(b);
            ok
        },
        ..NONE
    },
    XOption {
        name: "stats",
        values: "FILE",
        help: "write counters as JSON when the process ends",
        set: |o, _, v| {
            o.stats = Some(v.to_string());
            !v.is_empty()
        },
        ..NONE
    },
    XOption {
        name: "stdlib",
        values: "DIR",
        help: "take the Python part of the library from a folder",
        set: |_, t, v| {
            t.stdlib = Some(v.to_string());
            !v.is_empty()
        },
        ..NONE
    },
    XOption {
        name: "heap_max",
        values: "BYTES[k|m|g]",
        help: "limit of the collected heap: MemoryError beyond it",
        set: |_, t, v| number(&mut t.heap_max, v),
        ..NONE
    },
    XOption {
        name: "gc_stress",
        values: "N",
        help: "collect at every Nth refill of an allocator, and poison freed cells",
        set: |_, t, v| number(&mut t.gc_stress, v),
        ..NONE
    },
    XOption {
        name: "pause_stress",
        values: "MICROSECONDS",
        help: "stop the world again and again, with so much time between two pauses",
        set: |_, t, v| number(&mut t.pause_stress, v),
        ..NONE
    },
    XOption {
        name: "warmup",
        values: "N",
        help: "executions of an instruction before it is specialized (default 1)",
        set: |_, t, v| number(&mut t.warmup, v),
        ..NONE
    },
];

/// Applies variables, then options; the first of several options of one name counts.
pub fn apply(
    o: &mut Options,
    t: &mut Tuning,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<(), Refused> {
    for x in TABLE {
        let bad = |text: String| {
            Err(Refused::Fatal(x.reader, if x.bad.is_empty() { text } else { x.bad.to_string() }))
        };
        if !x.variable.is_empty()
            && let Some(v) = env(x.variable)
            && !(x.set)(o, t, &v)
        {
            return bad(format!("{}=N: N is missing or invalid", x.variable));
        }
        if let Some((_, v)) = o.xoptions.iter().find(|(k, _)| k == x.name).cloned() {
            let given = v.is_some();
            let v = v.unwrap_or_default();
            if (!given && !x.bare) || !(x.set)(o, t, &v) {
                return bad(format!("-X {}=n: n is missing or invalid", x.name));
            }
        }
    }
    Ok(())
}

/// The text of `-X help`.
pub fn help() -> String {
    let mut s = String::from("The following implementation-specific options are available:\n");
    for x in TABLE {
        let head = if x.values.is_empty() {
            format!("-X {}", x.name)
        } else {
            format!("-X {}={}", x.name, x.values)
        };
        s += &format!("{head}: {}", x.help);
        if !x.variable.is_empty() {
            s += &format!("; also {}", x.variable);
        }
        s.push('\n');
    }
    s
}
