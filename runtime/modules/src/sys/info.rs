//! The structure sequences of `sys`: versions, flags, limits.

use heddle_object::core::options::{HEXVERSION, VERSION};
use heddle_object::types::structseq::{StructSeq, make, make_type};
use heddle_object::types::{Dict, Module, Str, float, int};
use heddle_object::{R, Thread, Value};

/// `sys.version`: the language's version first, as programs parse it.
pub const VERSION_TEXT: &str =
    concat!("3.14.0 free-threading build (heddle ", env!("CARGO_PKG_VERSION"), ") [Rust]");

static VERSION_INFO: StructSeq = StructSeq {
    name: "sys.version_info",
    doc: "sys.version_info\n\nVersion information as a named tuple.",
    fields: &["major", "minor", "micro", "releaselevel", "serial"],
    visible: 5,
};
static FLAGS: StructSeq = StructSeq {
    name: "sys.flags",
    doc: "sys.flags\n\nFlags provided through command line arguments or environment vars.",
    fields: &[
        "debug",
        "inspect",
        "interactive",
        "optimize",
        "dont_write_bytecode",
        "no_user_site",
        "no_site",
        "ignore_environment",
        "verbose",
        "bytes_warning",
        "quiet",
        "hash_randomization",
        "isolated",
        "dev_mode",
        "utf8_mode",
        "warn_default_encoding",
        "safe_path",
        "int_max_str_digits",
        "gil",
        "thread_inherit_context",
        "context_aware_warnings",
    ],
    visible: 18,
};
static FLOAT_INFO: StructSeq = StructSeq {
    name: "sys.float_info",
    doc: "sys.float_info\n\nA named tuple holding information about the float type.",
    fields: &[
        "max",
        "max_exp",
        "max_10_exp",
        "min",
        "min_exp",
        "min_10_exp",
        "dig",
        "mant_dig",
        "epsilon",
        "radix",
        "rounds",
    ],
    visible: 11,
};
static INT_INFO: StructSeq = StructSeq {
    name: "sys.int_info",
    doc: "sys.int_info\n\nA named tuple that holds information about Python's\ninternal representation of integers.",
    fields: &[
        "bits_per_digit",
        "sizeof_digit",
        "default_max_str_digits",
        "str_digits_check_threshold",
    ],
    visible: 4,
};
static HASH_INFO: StructSeq = StructSeq {
    name: "sys.hash_info",
    doc: "hash_info\n\nA named tuple providing parameters used for computing hashes.",
    fields: &[
        "width",
        "modulus",
        "inf",
        "nan",
        "imag",
        "algorithm",
        "hash_bits",
        "seed_bits",
        "cutoff",
    ],
    visible: 9,
};
static THREAD_INFO: StructSeq = StructSeq {
    name: "sys.thread_info",
    doc: "sys.thread_info\n\nA named tuple holding information about the thread implementation.",
    fields: &["name", "lock", "version"],
    visible: 3,
};
static UNRAISABLE: StructSeq = StructSeq {
    name: "sys.UnraisableHookArgs",
    doc: "UnraisableHookArgs\n\nType used to pass arguments to sys.unraisablehook.",
    fields: &["exc_type", "exc_value", "exc_traceback", "err_msg", "object"],
    visible: 5,
};

fn s(th: &mut Thread, t: &str) -> R {
    Str::new(th, t).map(|s| Value::from_ref(s))
}

fn i(x: i64) -> Value {
    Value::small_int(x)
}

/// Adds them to the module.
pub fn add(th: &mut Thread, m: &'static Module) -> R<()> {
    let final_ = s(th, "final")?;
    let t = make_type(th, &VERSION_INFO)?;
    let version = make(th, t, &[i(VERSION.0), i(VERSION.1), i(VERSION.2), final_, i(0)])?;
    m.set(th, "version_info", version)?;

    let o = &th.rt.options;
    let t = make_type(th, &FLAGS)?;
    let flags = [
        i(o.debug),
        i(o.inspect as i64),
        i(o.interactive as i64),
        i(o.optimize),
        i(o.dont_write_bytecode as i64),
        i(o.no_user_site as i64),
        i(o.no_site as i64),
        i(o.ignore_environment as i64),
        i(o.verbose),
        i(o.bytes_warning),
        i(o.quiet as i64),
        i(o.hash_randomization as i64),
        i(o.isolated as i64),
        Value::bool(o.dev_mode),
        i(o.utf8_mode as i64),
        i(o.warn_default_encoding as i64),
        Value::bool(o.safe_path),
        i(o.int_max_str_digits),
        i(o.gil as i64),
        i(o.thread_inherit_context as i64),
        i(o.context_aware_warnings as i64),
    ];
    let v = make(th, t, &flags)?;
    m.set(th, "flags", v)?;

    let t = make_type(th, &FLOAT_INFO)?;
    let (max, min, eps) = (
        float::new(th, f64::MAX)?,
        float::new(th, f64::MIN_POSITIVE)?,
        float::new(th, f64::EPSILON)?,
    );
    let v = make(
        th,
        t,
        &[max, i(1024), i(308), min, i(-1021), i(-307), i(15), i(53), eps, i(2), i(1)],
    )?;
    m.set(th, "float_info", v)?;

    let t = make_type(th, &INT_INFO)?;
    let v = make(th, t, &[i(30), i(4), i(4300), i(640)])?;
    m.set(th, "int_info", v)?;

    let t = make_type(th, &HASH_INFO)?;
    let modulus = int::from_i64(th, (1 << 61) - 1)?;
    let algorithm = s(th, "siphash13")?;
    let v = make(
        th,
        t,
        &[i(64), modulus, i(314159), i(0), i(1000003), algorithm, i(64), i(128), i(0)],
    )?;
    m.set(th, "hash_info", v)?;

    let t = make_type(th, &THREAD_INFO)?;
    let (name, lock) = (s(th, "pthread")?, s(th, "pymutex")?);
    let v = make(th, t, &[name, lock, Value::none()])?;
    m.set(th, "thread_info", v)?;

    let t = make_type(th, &UNRAISABLE)?;
    m.set(th, "UnraisableHookArgs", t.value())?;

    // sys.implementation is a namespace, made through types.SimpleNamespace when that exists.
    let d = Dict::new(th)?;
    let set = |th: &mut Thread, k: &str, v: Value| -> R<()> {
        let k = Value::from_ref(heddle_object::names::intern_str(th, k)?);
        d.set_item(th, k, v)
    };
    let name = s(th, "heddle")?;
    set(th, "name", name)?;
    let tag = s(th, "heddle-314t")?;
    set(th, "cache_tag", tag)?;
    set(th, "version", version)?;
    set(th, "hexversion", i(HEXVERSION))?;
    let arch = s(th, &format!("{}-linux-gnu", std::env::consts::ARCH))?;
    set(th, "_multiarch", arch)?;
    set(th, "supports_isolated_interpreters", Value::bool(false))?;
    let ns = heddle_object::types::namespace::new(th, d)?;
    m.set(th, "implementation", ns)
}
