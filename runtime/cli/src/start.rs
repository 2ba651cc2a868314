//! From the understood command line to a running program, and to the exit status.

use crate::flags::{Command, Run, Tuning};
use heddle_object::core::runtime::Runtime;
use heddle_object::heap;
use heddle_object::{R, Thread, Value, attr, names, ops};
use heddle_sync::Reason;
use heddle_tlbc::counter::Counter;
use heddle_vm::{Config, Knobs, LibraryModule, Vm, VmThread, run, signal};
use std::io::Read;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The folder of `-X stdlib=DIR`.
static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Finds a module of the library: embedded, or in the folder that the user named.
fn library(name: &str) -> Option<LibraryModule> {
    let Some(folder) = FOLDER.get() else {
        let m = heddle_stdlib::source(name)?;
        return Some(LibraryModule { source: m.source, is_package: m.is_package, path: m.path });
    };
    let stem = folder.join(name.replace('.', "/"));
    let package = stem.join("__init__.py");
    let (file, is_package) =
        if package.is_file() { (package, true) } else { (stem.with_extension("py"), false) };
    let source = std::fs::read_to_string(&file).ok()?;
    // Named for the process's life: modules keep their paths.
    let path: &'static str = Box::leak(file.to_string_lossy().into_owned().into_boxed_str());
    Some(LibraryModule { source, is_package, path })
}

fn knobs(c: &Command) -> Knobs {
    let mut k = Knobs::DEFAULT;
    k.copies = c.options.tlbc;
    if let Some(on) = c.tuning.specialize {
        k.specialize = on;
    }
    if let Some(n) = c.tuning.warmup {
        k.warmup = Counter::new(n.min(8000) as u16, 1);
    }
    k
}

fn heap_config(t: &Tuning) -> heap::Config {
    let mut h = heap::Config::from_env();
    if let Some(n) = t.heap_max {
        h.heap_max = n as usize;
    }
    if let Some(n) = t.gc_stress {
        h.stress_refills = n.min(u32::MAX as u64) as u32;
        h.poison = true;
    }
    h
}

/// Stops the world again and again from a thread that is no Python thread.
fn stress_pauses(rt: &'static Runtime, micros: u64) {
    std::thread::spawn(move || {
        loop {
            drop(rt.world.stop_from_outside(Reason::Other));
            std::thread::sleep(std::time::Duration::from_micros(micros));
        }
    });
}

/// Keys of the string hash: from the seed, or random ones.
fn hash_key(seed: Option<u32>) -> (u64, u64) {
    if let Some(n) = seed {
        let key = heddle_object::num::hash::HashKey::from_seed(n);
        return (key.0, key.1);
    }
    let mut b = [0u8; 16];
    let read = std::fs::File::open("/dev/urandom").and_then(|mut f| f.read_exact(&mut b));
    if read.is_err() {
        let t = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        b = t.map_or(0, |t| t.as_nanos()).to_ne_bytes();
    }
    let (k0, k1) = b.split_at(8);
    let word = |s: &[u8]| s.try_into().map_or(0, u64::from_le_bytes);
    (word(k0), word(k1))
}

/// Runs the program; gives the exit status.
pub fn start(mut c: Command) -> i32 {
    if let Run::Print(text) = &c.run {
        print!("{text}");
        return 0;
    }
    // What the program is, before anything is started for it.
    let mut source = None;
    match &c.run {
        Run::File(f) if !std::path::Path::new(f).is_dir() => match std::fs::read(f) {
            Ok(b) => source = Some(b),
            Err(e) => {
                let full = std::env::current_dir().map(|d| d.join(f)).unwrap_or_else(|_| f.into());
                let text = e.to_string();
                let text = text.split(" (os error").next().unwrap_or("");
                let n = e.raw_os_error().unwrap_or(0);
                eprintln!(
                    "{}: can't open file '{}': [Errno {n}] {text}",
                    c.options.executable,
                    full.display()
                );
                return 2;
            }
        },
        Run::Stdin => {
            let mut b = Vec::new();
            if let Err(e) = std::io::stdin().read_to_end(&mut b) {
                eprintln!("{}: cannot read standard input: {e}", c.options.executable);
                return 1;
            }
            source = Some(b);
        }
        Run::Repl => {
            eprintln!(
                "{}: the interactive mode comes with a later version; give a file, -c or -m",
                c.options.executable
            );
            return 2;
        }
        _ => {}
    }
    if !c.options.safe_path {
        let first = match &c.run {
            Run::File(f) => {
                let full = std::fs::canonicalize(f).unwrap_or_else(|_| f.into());
                if full.is_dir() {
                    full.to_string_lossy().into_owned()
                } else {
                    full.parent().map_or(String::new(), |p| p.to_string_lossy().into_owned())
                }
            }
            Run::Module(_) => {
                std::env::current_dir().map_or(String::new(), |d| d.to_string_lossy().into_owned())
            }
            _ => String::new(),
        };
        c.options.path.insert(0, first);
    }
    if let Ok(exe) = std::env::current_exe() {
        c.options.executable = exe.to_string_lossy().into_owned();
    }
    if let Some(dir) = &c.tuning.stdlib {
        let _ = FOLDER.set(PathBuf::from(dir));
    }
    c.options.hash_key = hash_key(c.hash_seed);
    let Some(mut rt) = Runtime::with_config(heap_config(&c.tuning)) else {
        eprintln!("heddle: cannot reserve address space for the heap");
        return 1;
    };
    let knobs = knobs(&c);
    rt.options = c.options.clone();
    let rt: &'static Runtime = Box::leak(Box::new(rt));
    let config = Config { modules: heddle_modules::registry::MODULES, library, knobs };
    let th = match Vm::start(rt, config) {
        Ok(th) => th,
        Err(e) => {
            eprintln!("heddle: {e}");
            return 1;
        }
    };
    signal::init(th);
    if let Some(n) = c.tuning.pause_stress {
        stress_pauses(rt, n);
    }
    let result = heddle_modules::io::std::make_std_streams(&mut th.base)
        .and_then(|()| program(th, &c, source));
    let status = run::exit_status(th, result);
    let fine = run::shutdown(th);
    heddle_modules::io::std::flush_open_streams(&mut th.base);
    if fine || status != 0 { status } else { 120 }
}

fn program(th: &mut VmThread, c: &Command, source: Option<Vec<u8>>) -> R<()> {
    match &c.run {
        Run::Command(text) => run::run_main(th, text, "<string>"),
        Run::Module(name) => run_module(&mut th.base, name, true),
        Run::File(f) => match source {
            Some(bytes) => {
                let bytes = if c.skip_first_line { after_first_line(&bytes) } else { &bytes };
                let text = run::decode(&mut th.base, bytes, f)?;
                run::run_main(th, &text, f)
            }
            None => run_module(&mut th.base, "__main__", false),
        },
        _ => {
            let bytes = source.unwrap_or_default();
            let text = run::decode(&mut th.base, &bytes, "<stdin>")?;
            run::run_main(th, &text, "<stdin>")
        }
    }
}

fn after_first_line(b: &[u8]) -> &[u8] {
    b.iter().position(|c| *c == b'\n').map_or(&[], |i| &b[i..])
}

/// `runpy._run_module_as_main(name, alter_argv)`
fn run_module(th: &mut Thread, name: &str, alter_argv: bool) -> R<()> {
    let runpy = (th.hooks.import)(th, "runpy")?;
    let f = attr::getattr_str(th, runpy, "_run_module_as_main")?;
    let name = names::intern_str(th, name)?;
    ops::call::call(th, f, &[Value::from_ref(name), Value::bool(alter_argv)], None).map(|_| ())
}
