//! Python programs whose output CPython 3.14 also gives, run with one copy of the bytecode and with a copy a thread.
//!
//! `py/NAME.py` is a program, `py/NAME.out` what CPython prints. A program in `py/uncaught/` may end with an exception:
//! its first line tells the exit code (`# exit: 1`), and `NAME.err`, where there is one, what must appear on stderr.
//! The workloads of `benches/programs/` run here too, at their small size. Each program is a test of its own under its
//! name, so that `cargo test -p heddle --test programs sorting` runs that one.
//!
//! `UPDATE_EXPECT=1 PYTHON=python3.14 cargo test -p heddle --test programs` records the expected output anew.
//! `HEDDLE_TEST_SECONDS` sets how long one run may take.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long one run may take when nothing else is said: generous, because test machines are busy.
const RUN_SECONDS: u64 = 120;

/// Both states of `-X tlbc`: everybody runs the main copy, or each thread its own.
const TLBC: [&str; 2] = ["tlbc=0", "tlbc=1"];

struct Outcome {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

/// Runs a command to its end or to the time limit, reading both its outputs.
fn run(command: &mut Command) -> Outcome {
    let seconds = std::env::var("HEDDLE_TEST_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(RUN_SECONDS);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("cannot start {command:?}: {e}"));
    let stdout = drain(child.stdout.take().expect("stdout is piped"));
    let stderr = drain(child.stderr.take().expect("stderr is piped"));
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let mut pause = Duration::from_millis(1);
    let code = loop {
        if let Some(status) = child.try_wait().expect("the child was started here") {
            break status.code();
        }
        if Instant::now() > deadline {
            child.kill().expect("the child was started here");
            child.wait().expect("the child was started here");
            panic!(
                "no end after {seconds} s: {command:?}\nstdout so far:\n{}",
                tail(&stdout.join().unwrap())
            );
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    Outcome { stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap(), code }
}

fn drain(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("a pipe can be read");
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn tail(text: &str) -> &str {
    let start = text.len().saturating_sub(4000);
    &text[(start..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())..]
}

/// The command that runs a program, free of the caller's Python settings.
fn command(interpreter: &str, program: &Path) -> Command {
    let mut command = Command::new(interpreter);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PYTHON") {
            command.env_remove(name);
        }
    }
    command
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(program.parent().expect("programs lie in a folder"));
    command
}

/// Where expected and found differ first, with both sides.
fn difference(expected: &str, found: &str) -> Option<String> {
    if expected == found {
        return None;
    }
    let line = expected.lines().zip(found.lines()).take_while(|(a, b)| a == b).count();
    let show = |text: &str| text.lines().nth(line).unwrap_or("(nothing more)").to_owned();
    Some(format!("line {}\n  expected: {}\n  found:    {}", line + 1, show(expected), show(found)))
}

/// Paths of the program's folder and counts of repeated lines are not part of the comparison.
fn normalize(text: &str, folder: &Path) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let line = line.replace(&format!("{}/", folder.display()), "");
        match line.split_once("[Previous line repeated ") {
            Some((before, _)) => {
                lines.push(format!("{before}[Previous line repeated N more times]"))
            }
            None => lines.push(line),
        }
    }
    lines.join("\n")
}

fn program_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/py").join(format!("{name}.py"))
}

/// Runs one program in both states and compares all that it promises.
fn check(name: &str) {
    let path = program_path(name);
    let folder = path.parent().expect("programs lie in a folder");
    let source = std::fs::read_to_string(&path).expect("the program exists");
    let code = source
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("# exit: "))
        .map_or(0, |code| code.trim().parse().expect("a number after `# exit:`"));
    let (out, err) = (path.with_extension("out"), path.with_extension("err"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let python = std::env::var("PYTHON").expect("UPDATE_EXPECT needs PYTHON, a CPython 3.14");
        let found = run(command(&python, &path).arg("-Wignore").arg(&path));
        assert_eq!(found.code, Some(code), "{name}: {}", tail(&found.stderr));
        std::fs::write(&out, found.stdout).expect("the folder is writable");
        if err.exists() {
            std::fs::write(&err, normalize(&found.stderr, folder) + "\n")
                .expect("the folder is writable");
        }
        return;
    }
    let expected =
        std::fs::read_to_string(&out).unwrap_or_else(|e| panic!("{}: {e}", out.display()));
    let expected_err = err.exists().then(|| std::fs::read_to_string(&err).expect("it exists"));
    let mut failures = Vec::new();
    for tlbc in TLBC {
        let found = run(command(env!("CARGO_BIN_EXE_heddle"), &path)
            .args(["-Wignore", "-X", tlbc])
            .arg(&path));
        if found.code != Some(code) {
            failures.push(format!(
                "-X {tlbc}: exit {:?}, expected {code}\n{}",
                found.code,
                tail(&found.stderr)
            ));
        }
        if let Some(what) = difference(&expected, &found.stdout) {
            failures.push(format!("-X {tlbc}: stdout differs at {what}"));
        }
        if let Some(expected) = &expected_err
            && let Some(what) = difference(expected.trim_end(), &normalize(&found.stderr, folder))
        {
            failures.push(format!("-X {tlbc}: stderr differs at {what}"));
        }
    }
    match expected_failure(name) {
        None => assert!(failures.is_empty(), "{name}\n{}", failures.join("\n")),
        Some(reason) => assert!(
            !failures.is_empty(),
            "{name} passes now, take it off expected_failures.txt, where it stands because: {reason}"
        ),
    }
}

/// Why a program does not give CPython's output yet, from `py/expected_failures.txt`.
fn expected_failure(name: &str) -> Option<&'static str> {
    let list = include_str!("py/expected_failures.txt");
    let rows =
        list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "));
    rows.into_iter().find(|(n, _)| *n == name).map(|(_, reason)| reason)
}

/// Runs one workload at size small and compares its output with the recorded one (`benches/programs/record.sh`).
fn check_workload(name: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return;
    }
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches/programs");
    let path = programs.join(format!("{name}.py"));
    for threads in ["1", "2"] {
        let of_count = programs.join(format!("expected/{name}.{threads}.txt"));
        let of_all = programs.join(format!("expected/{name}.txt"));
        let expected =
            std::fs::read_to_string(of_count).or_else(|_| std::fs::read_to_string(of_all));
        let expected = expected.expect("the workload's output is recorded");
        for tlbc in TLBC {
            let mut command = command(env!("CARGO_BIN_EXE_heddle"), &path);
            let found = run(command.args(["-X", tlbc]).arg(&path).args([
                "--threads",
                threads,
                "--size",
                "small",
            ]));
            assert_eq!(
                found.code,
                Some(0),
                "{name} --threads {threads} -X {tlbc}\n{}",
                tail(&found.stderr)
            );
            if let Some(what) = difference(&expected, &found.stdout) {
                panic!("{name} --threads {threads} -X {tlbc}: stdout differs at {what}");
            }
        }
    }
}

/// Names in a folder of programs, without `.py`, sorted.
fn programs_in(folder: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let names = entries.map(|entry| {
        entry.expect("a folder entry").file_name().into_string().expect("ASCII names")
    });
    let mut names: Vec<_> =
        names.filter_map(|name| name.strip_suffix(".py").map(str::to_owned)).collect();
    names.sort();
    names
}

/// One test a program, and the list of all, which `nothing_is_forgotten` compares with the folder.
macro_rules! programs {
    ($module:ident, $check:ident, $prefix:literal: $($name:ident)*) => {
        mod $module {
            pub const LISTED: &[&str] = &[$(stringify!($name)),*];
            $(
                #[test]
                fn $name() {
                    super::$check(concat!($prefix, stringify!($name)));
                }
            )*
        }
    };
}

programs! { py, check, "":
    annotations asyncio_basic bad_input basics_arith basics_classes basics_containers basics_control
    basics_exceptions basics_functions basics_generators basics_imports basics_print basics_strings
    basics_with_threads bigints bools_none builtins_all bytes_types classes closures collections_mod complexes
    comprehensions contextlib_abc_typing copy_pickle_json coroutines dataclasses_enum decorators descriptors dicts
    exceptions_basic exceptions_chain exec_eval floats format_spec fstrings functions_args gc_weakref generators
    hot_attributes hot_binary_op hot_calls hot_loops hot_threads imports inheritance interning_identity
    introspection ints io_files iterators itertools_mod lists match_stmt metaclasses names_scopes numbers_stdlib
    operators percent_format recursion regex sets slices sorting stdlib_text string_escapes strings system_interface
    threads_basic threads_containers threads_daemon_exit threads_locks threads_many threads_queue tstrings tuples
    unpacking walrus_del_loops with_stmt
}

programs! { uncaught, check, "uncaught/":
    assertion chained columns comprehension_trace custom_str excepthook exit_message generator_trace group in_del
    in_thread module_missing name_hint recursion_trace simple syntax system_exit
}

programs! { workload, check_workload, "":
    binary_trees deltablue fannkuch json_parser lru_cache mandelbrot nbody pipeline prime_sieve richards spectral_norm
    word_count
}

#[test]
fn nothing_is_forgotten() {
    assert_eq!(programs_in("tests/py"), py::LISTED, "tests/py against the list in programs.rs");
    assert_eq!(
        programs_in("tests/py/uncaught"),
        uncaught::LISTED,
        "tests/py/uncaught against the list"
    );
    let mut workloads = programs_in("../../benches/programs");
    workloads.retain(|name| name != "common");
    assert_eq!(workloads, workload::LISTED, "benches/programs against the list in programs.rs");
}
