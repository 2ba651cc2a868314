//! `mc`: runs models and their mutants.
//!
//!     mc list
//!     mc run MODEL/VARIANT [--bound N] [--cap N] [--runs N] [--seed N]     one process, one model
//!     mc gate [FILTER] [--jobs N] [--no-mutants] [--seconds N]             all of them, a process each
//!
//! Exit status of `run`: 0 green and complete, 3 cut off, 4 a mutated site was never reached, 5 a fact was never
//! reached, anything else: the model failed. The gate accepts a mutant as killed only if its process failed in that
//! last way, and starts a model's mutants only after all its variants were green.

use heddle_loom_tests::models::MODELS;
use heddle_loom_tests::{ENGINE_NAME, LOOM, Model, Mutant, engine};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

static EXECUTIONS: AtomicU64 = AtomicU64::new(0);

#[derive(Clone)]
struct Options {
    filter: String,
    bound: Option<usize>,
    cap: u64,
    runs: usize,
    seed: u64,
    jobs: usize,
    seconds: u64,
    mutants: bool,
    only: Option<String>,
}

fn options(args: impl Iterator<Item = String>) -> Options {
    let mut options = Options {
        filter: String::new(),
        bound: None,
        cap: 150_000,
        runs: 3000,
        seed: 1,
        jobs: 1,
        seconds: 120,
        mutants: true,
        only: None,
    };
    let mut args = args;
    while let Some(arg) = args.next() {
        let mut number =
            || args.next().and_then(|n| n.parse::<u64>().ok()).expect("the option takes a number");
        match arg.as_str() {
            "--bound" => options.bound = Some(number() as usize),
            "--cap" => options.cap = number(),
            "--runs" => options.runs = number() as usize,
            "--seed" => options.seed = number(),
            "--jobs" => options.jobs = number() as usize,
            "--seconds" => options.seconds = number(),
            "--no-mutants" => options.mutants = false,
            "--mutant" => options.only = args.next(),
            _ => options.filter = arg,
        }
    }
    options
}

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let options = options(args);
    match command.as_str() {
        "list" => list(),
        "run" => run(&options),
        "gate" => gate(&options),
        _ => {
            eprintln!("usage: mc list | mc run MODEL[/VARIANT] | mc gate [FILTER]");
            ExitCode::from(2)
        }
    }
}

fn list() -> ExitCode {
    for model in MODELS {
        println!("{:<12} {} [{}]", model.name, model.property, model.variants.join(", "));
        for mutant in model.mutants {
            println!("{:<12}   {} {}", "", mutant.how, mutant.variant);
        }
    }
    ExitCode::SUCCESS
}

fn find(name: &str) -> Option<(&'static Model, &'static str)> {
    let (name, variant) = name.split_once('/').unwrap_or((name, ""));
    let model = MODELS.iter().find(|m| m.name == name)?;
    let variant = model.variants.iter().find(|v| variant.is_empty() || **v == variant)?;
    Some((model, variant))
}

/// One execution, counted; ends the process when there are too many: a run that is cut off is not green.
fn execute(model: &Model, variant: &'static str, cap: u64) {
    if EXECUTIONS.fetch_add(1, Ordering::Relaxed) >= cap {
        eprintln!("{}/{variant}: more than {cap} executions", model.name);
        std::process::exit(3);
    }
    heddle_sync::prim::begin_execution();
    (model.run)(variant);
}

fn run(options: &Options) -> ExitCode {
    let Some((model, variant)) = find(&options.filter) else {
        eprintln!("no such model: {}", options.filter);
        return ExitCode::from(2);
    };
    let bound = options.bound.unwrap_or(model.bound);
    let start = Instant::now();
    check(model, variant, bound, options);
    let sites = sites();
    let facts = heddle_loom_tests::reached_facts();
    println!(
        "{} {variant} {ENGINE_NAME} executions={} bound={bound} seconds={:.2} sites={} facts={}",
        model.name,
        EXECUTIONS.load(Ordering::Relaxed),
        start.elapsed().as_secs_f64(),
        sites.join(","),
        facts.join(",").replace(' ', "_"),
    );
    ExitCode::from(if unreached() { 4 } else { 0 })
}

#[cfg(heddle_loom)]
fn check(model: &'static Model, variant: &'static str, bound: usize, options: &Options) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(bound);
    builder.max_branches = 100_000;
    builder.max_duration = None;
    builder.max_permutations = None;
    builder.checkpoint_file = None;
    let cap = options.cap;
    builder.check(move || execute(model, variant, cap));
}

#[cfg(any(heddle_shuttle, heddle_wm))]
fn check(model: &'static Model, variant: &'static str, _bound: usize, options: &Options) {
    use shuttle::scheduler::{PctScheduler, RandomScheduler};
    let config = || {
        let mut config = shuttle::Config::new();
        config.stack_size = 0x20000;
        config.silence_warnings = true;
        config.failure_persistence = shuttle::FailurePersistence::Print;
        config.max_steps = shuttle::MaxSteps::FailAfter(100_000);
        config
    };
    let random = RandomScheduler::new_from_seed(options.seed, options.runs);
    shuttle::Runner::new(random, config()).run(move || execute(model, variant, u64::MAX));
    for depth in [2, 4] {
        let pct = PctScheduler::new_from_seed(options.seed, depth, options.runs);
        shuttle::Runner::new(pct, config()).run(move || execute(model, variant, u64::MAX));
    }
}

#[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
fn check(model: &'static Model, variant: &'static str, _bound: usize, options: &Options) {
    for _ in 0..options.runs {
        execute(model, variant, u64::MAX);
    }
}

#[cfg(any(heddle_loom, heddle_shuttle, heddle_wm, heddle_stress))]
fn sites() -> Vec<&'static str> {
    heddle_sync::prim::site::reached()
}
#[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm, heddle_stress)))]
fn sites() -> Vec<&'static str> {
    Vec::new()
}

/// Was a mutated site never executed? Then surviving it says nothing.
#[cfg(any(heddle_loom, heddle_shuttle, heddle_wm, heddle_stress))]
fn unreached() -> bool {
    let sites = heddle_sync::prim::site::unreached_mutants();
    sites.iter().for_each(|site| eprintln!("mutated site never reached: {site}"));
    !sites.is_empty()
}
#[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm, heddle_stress)))]
fn unreached() -> bool {
    false
}

enum Outcome {
    Green(String),
    Failed(String),
    CutOff,
    Unreached,
    TimedOut,
}

fn child(name: &str, bound: usize, mutant: Option<&str>, options: &Options) -> Outcome {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args(["run", name, "--bound", &bound.to_string(), "--cap", &options.cap.to_string()]);
    // A mutant may need more luck than the baseline is given.
    let runs = if mutant.is_some() { options.runs * 5 } else { options.runs };
    command.args(["--runs", &runs.to_string(), "--seed", &options.seed.to_string()]);
    command.env("MUTANT", mutant.unwrap_or("")).env("RUST_BACKTRACE", "0");
    let log = std::env::temp_dir().join(format!("mc-{}-{}", std::process::id(), next_id()));
    let out = std::fs::File::create(&log).expect("the temporary directory is writable");
    let err = out.try_clone().expect("a file handle can be duplicated");
    let mut child = command
        .stdout(Stdio::from(out))
        .stderr(Stdio::from(err))
        .spawn()
        .expect("this program starts");
    let deadline = Instant::now() + Duration::from_secs(options.seconds);
    let status = loop {
        if let Some(status) = child.try_wait().expect("the child is ours") {
            break Some(status);
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            let _ = child.wait();
            break None;
        }
        std::thread::sleep(Duration::from_millis(3));
    };
    let text = String::from_utf8_lossy(&std::fs::read(&log).unwrap_or_default()).into_owned();
    let _ = std::fs::remove_file(&log);
    match status.map(|s| s.code()) {
        None => Outcome::TimedOut,
        Some(Some(0)) => Outcome::Green(text.lines().last().unwrap_or("").to_string()),
        Some(Some(3)) => Outcome::CutOff,
        Some(Some(4)) => Outcome::Unreached,
        Some(_) => Outcome::Failed(text),
    }
}

fn next_id() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The value of `key=` in the report of a run.
fn field<'a>(line: &'a str, key: &str) -> &'a str {
    line.split(' ').find_map(|word| word.strip_prefix(key)).unwrap_or("")
}

#[derive(Default)]
struct Report {
    failures: Vec<String>,
    killed: usize,
    mutants: usize,
    sites: std::collections::BTreeSet<String>,
}

fn gate(options: &Options) -> ExitCode {
    let start = Instant::now();
    let models: Vec<&Model> = MODELS
        .iter()
        .copied()
        .filter(|m| m.name.contains(&options.filter) && m.engines & engine() == engine())
        .collect();
    let report = Mutex::new(Report::default());
    let next = AtomicUsize::new(0);
    println!(
        "{:<14} {:<12} {:<8} {:>11} {:>6} {:>8}",
        "model", "variant", "engine", "executions", "bound", "seconds"
    );
    std::thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(|| {
                while let Some(model) = models.get(next.fetch_add(1, Ordering::Relaxed)) {
                    one_model(model, options, &report);
                }
            });
        }
    });
    let report = report.into_inner().expect("no worker panics");
    println!(
        "{ENGINE_NAME}: {} models, {} of {} mutants killed, {} sites reached, {:.0} s",
        models.len(),
        report.killed,
        report.mutants,
        report.sites.len(),
        start.elapsed().as_secs_f64()
    );
    for failure in &report.failures {
        println!("FAILED {failure}");
    }
    ExitCode::from(u8::from(!report.failures.is_empty()))
}

fn one_model(model: &Model, options: &Options, report: &Mutex<Report>) {
    let fail = |text: String| {
        println!("FAILED {text}");
        report.lock().expect("no worker panics").failures.push(text);
    };
    let mut facts = std::collections::BTreeSet::new();
    let mut green = true;
    for variant in model.variants {
        let name = format!("{}/{variant}", model.name);
        match child(&name, options.bound.unwrap_or(model.bound), None, options) {
            Outcome::Green(line) => {
                let mark = if engine() == LOOM && model.loom_blind { " loom: blind" } else { "" };
                println!(
                    "{:<14} {:<12} {:<8} {:>11} {:>6} {:>8}{mark}",
                    model.name,
                    variant,
                    ENGINE_NAME,
                    field(&line, "executions="),
                    field(&line, "bound="),
                    field(&line, "seconds=")
                );
                facts.extend(field(&line, "facts=").split(',').map(str::to_string));
                let mut report = report.lock().expect("no worker panics");
                report.sites.extend(field(&line, "sites=").split(',').map(str::to_string));
            }
            other => {
                green = false;
                fail(format!("{name}: {}", describe(&other)));
            }
        }
    }
    // Stale reads that no run of shuttle can show are no fault of the model.
    if green && engine() & (LOOM | heddle_loom_tests::WM) != 0 {
        for fact in model.facts.iter().filter(|f| !facts.contains(&f.replace(' ', "_"))) {
            green = false;
            fail(format!("{}: no execution reached \"{fact}\"", model.name));
        }
    }
    if !green || !options.mutants {
        return;
    }
    for mutant in model.mutants.iter().filter(|m| m.engines & engine() != 0) {
        if options.only.as_ref().is_some_and(|only| !mutant.how.contains(only.as_str())) {
            continue;
        }
        let killed = kill(model, mutant, options);
        let mut report = report.lock().expect("no worker panics");
        report.mutants += 1;
        match killed {
            Ok(()) => report.killed += 1,
            Err(text) => {
                println!("FAILED {text}");
                report.failures.push(text);
            }
        }
    }
}

fn kill(model: &Model, mutant: &Mutant, options: &Options) -> Result<(), String> {
    let variant = if mutant.variant.is_empty() { model.variants[0] } else { mutant.variant };
    let name = format!("{}/{variant}", model.name);
    let mut outcome = Outcome::CutOff;
    for bound in if engine() == LOOM { 1..=model.bound.max(1) } else { 1..=1 } {
        outcome = child(&name, bound, Some(mutant.how), options);
        if let Outcome::Failed(_) = outcome {
            return Ok(());
        }
    }
    Err(format!("{name}: mutant {} {}", mutant.how, describe(&outcome)))
}

fn describe(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Green(_) => "survived".to_string(),
        Outcome::CutOff => "was cut off".to_string(),
        Outcome::Unreached => "has a site that was never reached".to_string(),
        Outcome::TimedOut => "timed out".to_string(),
        Outcome::Failed(text) => {
            let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
            let panic = lines.iter().position(|l| l.contains("panicked at")).unwrap_or(0);
            let tail: Vec<&str> = lines[panic..].iter().take(4).copied().collect();
            format!("failed\n    {}", tail.join("\n    "))
        }
    }
}
