//! The `heddle` command.

use heddle_object::core::runtime::Runtime;
use heddle_vm::{Config, Knobs, LibraryModule, Vm, run, signal};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn library(name: &str) -> Option<LibraryModule> {
    let m = heddle_stdlib::source(name)?;
    Some(LibraryModule { source: m.source, is_package: m.is_package, path: m.path })
}

fn usage() -> ! {
    eprintln!("usage: heddle [option] ... [-c cmd | file] [arg] ...");
    std::process::exit(2)
}

fn main() {
    let mut rt = Runtime::new();
    let mut knobs = Knobs::DEFAULT;
    let all: Vec<String> = std::env::args().collect();
    let mut args = all.iter().skip(1).cloned();
    let mut program = None;
    while let Some(a) = args.next() {
        match a.as_str() {
            "-c" => {
                let Some(text) = args.next() else { usage() };
                program = Some((text, "<string>".to_string(), "-c".to_string()));
                break;
            }
            "-X" => {
                let Some(x) = args.next() else { usage() };
                if x == "tlbc=0" {
                    knobs.copies = false;
                    rt.options.tlbc = false;
                }
                let (k, v) = match x.split_once('=') {
                    Some((k, v)) => (k.to_string(), Some(v.to_string())),
                    None => (x, None),
                };
                rt.options.xoptions.push((k, v));
            }
            "-B" | "-u" | "-E" | "-s" | "-S" | "-I" | "-q" => {}
            "-O" => rt.options.optimize += 1,
            _ if a.starts_with('-') => usage(),
            file => {
                match std::fs::read(file) {
                    Ok(b) => {
                        let text = String::from_utf8_lossy(&b).into_owned();
                        program = Some((text, file.to_string(), file.to_string()));
                    }
                    Err(e) => {
                        let n = e.raw_os_error().unwrap_or(0);
                        let text = e.to_string();
                        let text = text.split(" (os error").next().unwrap_or("");
                        eprintln!("heddle: can't open file '{file}': [Errno {n}] {text}");
                        std::process::exit(2)
                    }
                }
                break;
            }
        }
    }
    let Some((text, file, name)) = program else { usage() };
    let folder = match std::path::Path::new(&file).parent() {
        Some(p) if name != "-c" => p.to_string_lossy().into_owned(),
        _ => String::new(),
    };
    rt.options.path.insert(0, folder);
    rt.options.argv = std::iter::once(name).chain(args).collect();
    rt.options.orig_argv = all;
    let rt: &'static Runtime = Box::leak(Box::new(rt));
    let config = Config { modules: heddle_modules::registry::MODULES, library, knobs };
    let th = match Vm::start(rt, config) {
        Ok(th) => th,
        Err(e) => {
            eprintln!("heddle: {e}");
            std::process::exit(1)
        }
    };
    signal::init(th);
    let result = run::run_main(th, &text, &file);
    let status = run::exit_status(th, result);
    let fine = run::shutdown(th);
    std::process::exit(if fine || status != 0 { status } else { 120 })
}
