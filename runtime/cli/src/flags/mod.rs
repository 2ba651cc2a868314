//! The command line and the environment, as CPython 3.14 reads them, plus the knobs of this runtime.
//!
//! `parse` turns arguments into a [`Command`] or says why not; it prints nothing and changes nothing, so that tests can
//! call it. Each `-X` option is one row of [`xoptions::TABLE`].

pub mod help;
pub mod xoptions;

use heddle_object::core::options::Options;
use std::ffi::OsString;

/// What to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// `-c CMD`
    Command(String),
    /// `-m MOD`
    Module(String),
    /// A script, folder or archive.
    File(String),
    /// `-`, or nothing while standard input is no terminal.
    Stdin,
    /// Nothing, on a terminal.
    Repl,
    /// Only a text on standard output (`-V`, `-h`, `-X help`).
    Print(String),
}

/// Settings of this runtime that CPython has not.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tuning {
    /// `-X specialize=0|1`: overrides the half of `tlbc` that specializes.
    pub specialize: Option<bool>,
    /// `-X stdlib=DIR`
    pub stdlib: Option<String>,
    /// `-X heap_max=BYTES`
    pub heap_max: Option<u64>,
    /// `-X gc_stress=N`: collect at every Nth refill, freed cells poisoned.
    pub gc_stress: Option<u64>,
    /// `-X pause_stress=MICROSECONDS`: pauses all the time, so much apart.
    pub pause_stress: Option<u64>,
    /// `-X warmup=N`: executions before a first specialization attempt.
    pub warmup: Option<u64>,
}

/// The command line, understood.
#[derive(Debug, Clone)]
pub struct Command {
    /// What to run.
    pub run: Run,
    /// What native modules see.
    pub options: Options,
    /// Knobs.
    pub tuning: Tuning,
    /// Seed of the string hash; `None` for a random one.
    pub hash_seed: Option<u32>,
    /// Skip the first line of the source (`-x`).
    pub skip_first_line: bool,
}

/// Why the command line was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Text for standard error, exit status 2.
    Usage(String),
    /// Configuration error: function and text; exit status 1.
    Fatal(&'static str, String),
}

impl Refused {
    /// What goes to standard error, and the exit status.
    pub fn report(&self) -> (String, i32) {
        match self {
            Refused::Usage(t) => (t.clone(), 2),
            Refused::Fatal(f, t) => (
                format!("Fatal Python error: {f}: {t}\nPython runtime state: preinitialized\n\n"),
                1,
            ),
        }
    }
}

/// The environment as a function, so that tests can replace it. Empty values count as not set.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads the arguments (without the program's own name, which is `program`).
pub fn parse(
    program: &str,
    args: Vec<OsString>,
    env: Env,
    stdin_is_terminal: bool,
) -> Result<Command, Refused> {
    let text = |o: OsString| o.to_string_lossy().into_owned();
    let orig: Vec<String> =
        std::iter::once(program.to_string()).chain(args.iter().cloned().map(text)).collect();
    let mut o = Options { orig_argv: orig, executable: program.to_string(), ..Options::default() };
    let mut run = None;
    let (mut versions, mut skip, mut xs) = (0, false, Vec::new());
    let usage = |t: String| Refused::Usage(format!("{t}\n{}", help::short_usage(program)));
    let mut parser = lexopt::Parser::from_args(args);
    let mut rest = Vec::new();
    loop {
        use lexopt::Arg::{Long, Short, Value};
        let arg = match parser.next() {
            Ok(Some(a)) => a,
            Ok(None) => break,
            Err(e) => return Err(usage(e.to_string())),
        };
        let needs = |p: &mut lexopt::Parser, c: char| {
            p.value().map(text).map_err(|_| usage(format!("Argument expected for the -{c} option")))
        };
        match arg {
            Short('c') => {
                // The rest of this argument, or the next one, is the command; everything behind it is the program's.
                run = Some(Run::Command(needs(&mut parser, 'c')? + "\n"));
                break;
            }
            Short('m') => {
                run = Some(Run::Module(needs(&mut parser, 'm')?));
                break;
            }
            Short('b') => o.bytes_warning += 1,
            Short('B') => o.dont_write_bytecode = true,
            Short('d') => o.debug += 1,
            Short('E') => o.ignore_environment = true,
            Short('h') | Short('?') => return Ok(print(o, help::full(program))),
            Short('i') => o.inspect = true,
            Short('I') => {
                o.isolated = true;
                o.ignore_environment = true;
                o.no_user_site = true;
                o.safe_path = true;
            }
            Short('O') => o.optimize += 1,
            Short('P') => o.safe_path = true,
            Short('q') => o.quiet = true,
            Short('R') => o.hash_randomization = true,
            Short('s') => o.no_user_site = true,
            Short('S') => o.no_site = true,
            Short('u') => o.unbuffered = true,
            Short('v') => o.verbose += 1,
            Short('V') => versions += 1,
            Short('x') => skip = true,
            Short('W') => o.warnoptions.push(needs(&mut parser, 'W')?),
            Short('X') => xs.push(needs(&mut parser, 'X')?),
            Long("version") => versions += 1,
            Long("help") => return Ok(print(o, help::full(program))),
            Long("help-env") => return Ok(print(o, help::environment())),
            Long("help-xoptions") => return Ok(print(o, xoptions::help())),
            Long("help-all") => {
                return Ok(print(
                    o,
                    format!(
                        "{}\n{}\n{}",
                        help::full(program),
                        help::environment(),
                        xoptions::help()
                    ),
                ));
            }
            Long("check-hash-based-pycs") => {
                let v = parser.value().map(text).unwrap_or_default();
                if !matches!(v.as_str(), "always" | "never" | "default") {
                    return Err(usage(
                        "--check-hash-based-pycs must be one of 'default', 'always', or 'never'"
                            .into(),
                    ));
                }
            }
            Short(c) => return Err(usage(format!("Unknown option: -{c}"))),
            Long(l) => return Err(usage(format!("unknown option --{l}"))),
            Value(v) => {
                let v = text(v);
                run = Some(if v == "-" { Run::Stdin } else { Run::File(v) });
                break;
            }
        }
    }
    if let Ok(raw) = parser.raw_args() {
        rest.extend(raw.map(text));
    }
    for x in xs {
        match x.split_once('=') {
            Some((k, v)) => o.xoptions.push((k.to_string(), Some(v.to_string()))),
            None => o.xoptions.push((x, None)),
        }
    }
    if o.xoptions.iter().any(|(k, _)| k == "help") {
        return Ok(print(o, xoptions::help()));
    }
    if versions > 0 {
        return Ok(print(o, help::version(versions > 1)));
    }
    let run = run.unwrap_or(if stdin_is_terminal { Run::Repl } else { Run::Stdin });
    let isolated = o.ignore_environment;
    let env = |name: &str| if isolated { None } else { env(name).filter(|v| !v.is_empty()) };
    let mut tuning = Tuning::default();
    read_environment(&mut o, &env);
    xoptions::apply(&mut o, &mut tuning, &env)?;
    let hash_seed = hash_seed(&mut o, &env)?;
    o.argv = match &run {
        Run::Command(_) => vec!["-c".to_string()],
        Run::Module(_) => vec!["-m".to_string()],
        Run::File(f) => vec![f.clone()],
        Run::Stdin if o.orig_argv.iter().any(|a| a == "-") => vec!["-".to_string()],
        _ => vec![String::new()],
    };
    o.argv.extend(rest);
    o.interactive = run == Run::Repl;
    if let Some(p) = env("PYTHONPATH") {
        o.path.extend(p.split(':').map(str::to_string));
    }
    Ok(Command { run, options: o, tuning, hash_seed, skip_first_line: skip })
}

fn print(options: Options, text: String) -> Command {
    Command {
        run: Run::Print(text),
        options,
        tuning: Tuning::default(),
        hash_seed: Some(0),
        skip_first_line: false,
    }
}

/// Variables that stand for an option without a value, or count.
fn read_environment(o: &mut Options, env: &dyn Fn(&str) -> Option<String>) {
    let count = |name: &str| env(name).map_or(0, |v| v.parse::<i64>().unwrap_or(1).max(1));
    o.debug = o.debug.max(count("PYTHONDEBUG"));
    o.verbose = o.verbose.max(count("PYTHONVERBOSE"));
    o.optimize = o.optimize.max(count("PYTHONOPTIMIZE")).min(2);
    o.dont_write_bytecode |= env("PYTHONDONTWRITEBYTECODE").is_some();
    o.no_user_site |= env("PYTHONNOUSERSITE").is_some();
    o.unbuffered |= env("PYTHONUNBUFFERED").is_some();
    o.inspect |= env("PYTHONINSPECT").is_some();
    o.safe_path |= env("PYTHONSAFEPATH").is_some();
    o.no_debug_ranges |= env("PYTHONNODEBUGRANGES").is_some();
    if let Some(w) = env("PYTHONWARNINGS") {
        let mut all: Vec<String> =
            w.split(',').map(|s| s.trim().to_string()).filter(|s| !s.is_empty()).collect();
        all.append(&mut o.warnoptions);
        o.warnoptions = all;
    }
    if o.bytes_warning > 0 {
        o.warnoptions.push(
            if o.bytes_warning > 1 { "error::BytesWarning" } else { "default::BytesWarning" }
                .into(),
        );
    }
    if let Some(p) = env("PYTHONPYCACHEPREFIX") {
        o.pycache_prefix = Some(p);
    }
}

fn hash_seed(
    o: &mut Options,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<u32>, Refused> {
    match env("PYTHONHASHSEED") {
        None => Ok(None),
        Some(s) if s == "random" => Ok(None),
        Some(s) => match s.parse::<u32>() {
            Ok(n) => {
                o.hash_randomization = n != 0;
                Ok(Some(n))
            }
            Err(_) => Err(Refused::Fatal(
                "config_init_hash_seed",
                "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]".into(),
            )),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(args: &[&str], env: &[(&str, &str)]) -> Result<Command, Refused> {
        let env: Vec<(String, String)> =
            env.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        let get = move |k: &str| env.iter().find(|(n, _)| n == k).map(|(_, v)| v.clone());
        parse("heddle", args.iter().map(OsString::from).collect(), &get, false)
    }

    #[test]
    fn the_command_ends_the_options() {
        let c = p(&["-buOc", "print(1)", "-V", "x"], &[]).unwrap();
        assert_eq!(c.run, Run::Command("print(1)\n".into()));
        assert_eq!(c.options.argv, ["-c", "-V", "x"]);
        assert!(c.options.unbuffered && c.options.optimize == 1 && c.options.bytes_warning == 1);
        let c = p(&["-X", "tlbc=0", "s.py", "-h"], &[]).unwrap();
        assert_eq!(c.run, Run::File("s.py".into()));
        assert_eq!(c.options.argv, ["s.py", "-h"]);
        assert!(!c.options.tlbc);
        assert_eq!(p(&["-mjson.tool", "a"], &[]).unwrap().run, Run::Module("json.tool".into()));
        assert_eq!(p(&[], &[]).unwrap().run, Run::Stdin);
    }

    #[test]
    fn tlbc_values_are_checked() {
        for bad in ["-Xtlbc", "-Xtlbc=2", "-Xtlbc=x", "-Xtlbc="] {
            let r = p(&[bad, "-c", "pass"], &[]);
            let Err(Refused::Fatal(_, t)) = r else { panic!("{bad}: {r:?}") };
            assert_eq!(t, "-X tlbc=n: n is missing or invalid");
        }
        let Err(Refused::Fatal(_, t)) = p(&["-c", "pass"], &[("PYTHON_TLBC", "7")]) else {
            panic!()
        };
        assert_eq!(t, "PYTHON_TLBC=N: N is missing or invalid");
        // A bad variable is fatal even beside a good option; an empty one is not set.
        assert!(p(&["-Xtlbc=1", "-c", "pass"], &[("PYTHON_TLBC", "7")]).is_err());
        assert!(p(&["-c", "pass"], &[("PYTHON_TLBC", "")]).unwrap().options.tlbc);
        assert!(p(&["-E", "-c", "pass"], &[("PYTHON_TLBC", "0")]).unwrap().options.tlbc);
        assert!(!p(&["-c", "pass"], &[("PYTHON_TLBC", "0")]).unwrap().options.tlbc);
        // The first of several counts.
        assert!(!p(&["-Xtlbc=0", "-Xtlbc=1", "-c", "pass"], &[]).unwrap().options.tlbc);
    }

    #[test]
    fn refusals_have_cpythons_words() {
        let Err(r) = p(&["-z"], &[]) else { panic!() };
        let (text, status) = r.report();
        assert!(text.starts_with("Unknown option: -z\nusage: heddle "), "{text}");
        assert_eq!(status, 2);
        let Err(r) = p(&["-c"], &[]) else { panic!() };
        assert!(r.report().0.starts_with("Argument expected for the -c option\n"));
        let Err(r) = p(&["-Xgil=2", "-c", "1"], &[]) else { panic!() };
        assert_eq!(r.report().1, 1);
        assert!(p(&["-Xwhatever=3", "-c", "1"], &[]).is_ok());
    }
}
