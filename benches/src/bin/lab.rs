//! Compares interpreters on the workloads: speed on one thread and what more threads bring.
//!
//! ```text
//! lab [--threads 1,2,4] [--size small] [--rounds 5] [--only NAME,NAME] SUBJECT=COMMAND...
//! lab heddle=target/release/heddle "tlbc0=target/release/heddle -X tlbc=0" cpython=python3.14
//! ```
//!
//! Rounds are interleaved, so that load on the machine falls on all subjects alike, and the least of the times counts.
//! Prints two Markdown tables: seconds against the first subject, and how much more work each thread count gets done.

use heddle_benches::{Series, Subject, WORKLOADS, Workload, geometric_mean};
use std::process::ExitCode;

struct Options {
    threads: Vec<usize>,
    size: String,
    rounds: usize,
    workloads: Vec<&'static Workload>,
    subjects: Vec<Subject>,
}

const USAGE: &str = "lab [--threads 1,2,4] [--size small|medium|large] [--rounds N] [--only NAME,...] NAME=COMMAND...";

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        threads: vec![1, 2],
        size: "small".to_owned(),
        rounds: 5,
        workloads: WORKLOADS.iter().collect(),
        subjects: Vec::new(),
    };
    while let Some(word) = words.next() {
        if !word.starts_with("--") {
            options
                .subjects
                .push(Subject::parse(&word).ok_or_else(|| format!("no NAME=COMMAND: {word}"))?);
            continue;
        }
        let value = words.next().ok_or_else(|| format!("no value after {word}"))?;
        let number = |text: &str| {
            text.parse().ok().filter(|n| *n > 0).ok_or_else(|| format!("no number: {text}"))
        };
        match word.as_str() {
            "--threads" => {
                options.threads = value.split(',').map(number).collect::<Result<_, _>>()?
            }
            "--size" => options.size = value,
            "--rounds" => options.rounds = number(&value)?,
            "--only" => {
                let wanted: Vec<_> = value.split(',').collect();
                options.workloads.retain(|workload| wanted.contains(&workload.name));
            }
            _ => return Err(format!("unknown option {word}")),
        }
    }
    if options.subjects.is_empty() || options.workloads.is_empty() {
        return Err("nothing to measure".to_owned());
    }
    // What more threads bring is told against one.
    if !options.threads.contains(&1) {
        options.threads.insert(0, 1);
    }
    Ok(options)
}

/// The series of all workloads, subjects and thread counts, in that order of nesting.
fn measure(options: &Options) -> Vec<Vec<Vec<Series>>> {
    let counts = options.threads.len();
    let mut all = vec![
        vec![vec![Series::default(); counts]; options.subjects.len()];
        options.workloads.len()
    ];
    for round in 0..options.rounds {
        eprintln!("round {} of {}", round + 1, options.rounds);
        for (workload, of_workload) in options.workloads.iter().zip(&mut all) {
            for step in 0..options.subjects.len() {
                // Another one goes first in each round.
                let at = (round + step) % options.subjects.len();
                for (threads, series) in options.threads.iter().zip(&mut of_workload[at]) {
                    if series.failure.is_none() {
                        series.add(options.subjects[at].run(workload, *threads, &options.size));
                    }
                }
            }
        }
    }
    all
}

fn cell(value: Option<f64>) -> String {
    value.map_or_else(|| "failed".to_owned(), |value| format!("{value:.2}"))
}

/// Seconds of the first subject on one thread, and how many times as fast each subject is.
fn print_speed(options: &Options, all: &[Vec<Vec<Series>>]) {
    let one = options
        .threads
        .iter()
        .position(|threads| *threads == 1)
        .expect("one thread is always measured");
    println!("One thread, speed against {} (above 1 is faster)\n", options.subjects[0].name);
    print!("| workload | {} s |", options.subjects[0].name);
    options.subjects.iter().for_each(|subject| print!(" {} |", subject.name));
    println!("\n|---|--:|{}", "--:|".repeat(options.subjects.len()));
    let mut ratios = vec![Vec::new(); options.subjects.len()];
    for (workload, of_workload) in options.workloads.iter().zip(all) {
        let base = of_workload[0][one].best();
        print!(
            "| {} | {} |",
            workload.name,
            base.map_or_else(|| "failed".to_owned(), |s| format!("{s:.3}"))
        );
        for (series, ratios) in of_workload.iter().zip(&mut ratios) {
            let ratio = base.zip(series[one].best()).map(|(base, own)| base / own);
            ratios.extend(ratio);
            print!(" {} |", cell(ratio));
        }
        println!();
    }
    print!("| **geometric mean** | |");
    ratios
        .iter()
        .for_each(|ratios| print!(" **{}** ({}) |", cell(geometric_mean(ratios)), ratios.len()));
    println!("\n");
}

/// How many times the work of one thread each subject gets done with more.
fn print_scaling(options: &Options, all: &[Vec<Vec<Series>>]) {
    let one = options
        .threads
        .iter()
        .position(|threads| *threads == 1)
        .expect("one thread is always measured");
    println!(
        "Work done by N threads in the time that one takes for its share (ideal: N, on N idle cores)\n"
    );
    let mut columns = Vec::new();
    for (at, subject) in options.subjects.iter().enumerate() {
        for (count, threads) in
            options.threads.iter().enumerate().filter(|(_, threads)| **threads != 1)
        {
            columns.push((at, count, *threads, format!("{} {threads}", subject.name)));
        }
    }
    if columns.is_empty() {
        return;
    }
    print!("| workload |");
    columns.iter().for_each(|(.., title)| print!(" {title} |"));
    println!("\n|---|{}", "--:|".repeat(columns.len()));
    let mut ratios = vec![Vec::new(); columns.len()];
    for (workload, of_workload) in options.workloads.iter().zip(all) {
        print!("| {} |", workload.name);
        for ((at, count, threads, _), ratios) in columns.iter().zip(&mut ratios) {
            let pair = of_workload[*at][one].best().zip(of_workload[*at][*count].best());
            let ratio = pair.map(|(one, many)| workload.speedup(*threads, one, many));
            ratios.extend(ratio);
            print!(" {} |", cell(ratio));
        }
        println!();
    }
    print!("| **geometric mean** |");
    ratios
        .iter()
        .for_each(|ratios| print!(" **{}** ({}) |", cell(geometric_mean(ratios)), ratios.len()));
    println!("\n");
}

fn print_failures(options: &Options, all: &[Vec<Vec<Series>>]) -> bool {
    let mut any = false;
    for (workload, of_workload) in options.workloads.iter().zip(all) {
        for (subject, of_subject) in options.subjects.iter().zip(of_workload) {
            for (threads, series) in options.threads.iter().zip(of_subject) {
                if let Some(failure) = &series.failure {
                    println!(
                        "- {} on {} with {threads} threads: {failure}",
                        subject.name, workload.name
                    );
                    any = true;
                }
            }
        }
    }
    any
}

fn main() -> ExitCode {
    let options = match parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(e) => {
            eprintln!("{e}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let all = measure(&options);
    println!("Size {}, least of {} runs\n", options.size, options.rounds);
    print_speed(&options, &all);
    print_scaling(&options, &all);
    if print_failures(&options, &all) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
