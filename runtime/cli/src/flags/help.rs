//! The texts of `-h`, `-V` and of refusals.

use heddle_object::core::options::VERSION;

/// What follows a refusal.
pub fn short_usage(program: &str) -> String {
    format!(
        "usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `{program} -h' for more information.\n"
    )
}

/// `-V`, `-VV`
pub fn version(long: bool) -> String {
    let v = format!("Python {}.{}.{}", VERSION.0, VERSION.1, VERSION.2);
    if long {
        format!("{v} free-threading build (heddle {}) [Rust]\n", env!("CARGO_PKG_VERSION"))
    } else {
        format!("{v}\n")
    }
}

/// `-h`
pub fn full(program: &str) -> String {
    format!(
        "usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...
Options (and corresponding environment variables):
-b     : issue warnings about converting bytes/bytearray to str and comparing
         bytes/bytearray with str or bytes with int; -bb turns them into errors
-B     : don't write .pyc files on import; also PYTHONDONTWRITEBYTECODE=x
-c cmd : program passed in as string (terminates option list)
-d     : accepted; there is no parser debugging; also PYTHONDEBUG=x
-E     : ignore PYTHON* environment variables (such as PYTHONPATH)
-h     : print this help message and exit (also -? or --help)
-i     : inspect interactively after running script; also PYTHONINSPECT=x
-I     : isolate from the user's environment (implies -E, -P and -s)
-m mod : run library module as a script (terminates option list)
-O     : remove assert and __debug__-dependent statements; also PYTHONOPTIMIZE=x
-OO    : do -O changes and also discard docstrings
-P     : don't prepend a potentially unsafe path to sys.path; also PYTHONSAFEPATH
-q     : don't print version and copyright messages on interactive startup
-s     : don't add user site directory to sys.path; also PYTHONNOUSERSITE=x
-S     : don't imply 'import site' on initialization
-u     : force the stdout and stderr streams to be unbuffered; also PYTHONUNBUFFERED=x
-v     : verbose (trace import statements); also PYTHONVERBOSE=x
-V     : print the version number and exit (also --version); -VV for more
-W arg : warning control; arg is action:message:category:module:lineno
-x     : skip first line of source
-X opt : set implementation-specific option; -X help lists them
file   : program read from script file
-      : program read from stdin
arg ...: arguments passed to program in sys.argv[1:]
"
    )
}

/// `--help-env`
pub fn environment() -> String {
    let mut s = String::from("Environment variables that change behavior:\n");
    for (name, text) in [
        ("PYTHONPATH", "':'-separated list of folders prefixed to the default module search path"),
        ("PYTHONHASHSEED", "seed of the hash of str and bytes: 'random' or an integer"),
        ("PYTHONWARNINGS", "warning control, as a comma-separated list of -W arguments"),
        ("PYTHONIOENCODING", "encoding[:errors] of standard input, output and error"),
        ("PYTHONBREAKPOINT", "what breakpoint() calls; 0 disables it"),
    ] {
        s += &format!("{name}: {text}\n");
    }
    for x in super::xoptions::TABLE.iter().filter(|x| !x.variable.is_empty()) {
        s += &format!("{}: {}; see -X {}\n", x.variable, x.help, x.name);
    }
    s
}
