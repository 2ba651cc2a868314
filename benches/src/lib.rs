//! Whole programs as measurements: which workloads there are, how one run is made and checked, what a series says.
//!
//! The workloads themselves are in `programs/`, Python that any implementation of 3.14 runs. A run that prints anything but
//! the recorded output is a failure and not a number. The criterion benchmarks of single mechanisms are in `benches/`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How a workload's work grows with its threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaling {
    /// Every thread does the whole work: the ideal time is the same for all thread counts.
    Weak,
    /// The work is split among the threads: the ideal time is that of one thread, divided.
    Strong,
}

/// One program of `programs/`.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// The file's name without `.py`.
    pub name: &'static str,
    /// How its work grows.
    pub scaling: Scaling,
}

/// All workloads, by name.
pub const WORKLOADS: &[Workload] = &[
    Workload { name: "binary_trees", scaling: Scaling::Weak },
    Workload { name: "deltablue", scaling: Scaling::Weak },
    Workload { name: "fannkuch", scaling: Scaling::Weak },
    Workload { name: "json_parser", scaling: Scaling::Weak },
    Workload { name: "lru_cache", scaling: Scaling::Weak },
    Workload { name: "mandelbrot", scaling: Scaling::Strong },
    Workload { name: "nbody", scaling: Scaling::Weak },
    Workload { name: "pipeline", scaling: Scaling::Weak },
    Workload { name: "prime_sieve", scaling: Scaling::Strong },
    Workload { name: "richards", scaling: Scaling::Weak },
    Workload { name: "spectral_norm", scaling: Scaling::Weak },
    Workload { name: "word_count", scaling: Scaling::Weak },
];

/// The folder with the workloads.
pub fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("programs")
}

impl Workload {
    /// What the program prints at size small with this many threads, where that was recorded.
    pub fn expected(&self, threads: usize) -> Option<String> {
        let folder = programs().join("expected");
        let of_count = folder.join(format!("{}.{threads}.txt", self.name));
        let of_all = folder.join(format!("{}.txt", self.name));
        std::fs::read_to_string(of_count).or_else(|_| std::fs::read_to_string(of_all)).ok()
    }

    /// How much faster `threads` threads get work done than one, given the seconds of both: ideally `threads`.
    pub fn speedup(&self, threads: usize, one: f64, many: f64) -> f64 {
        match self.scaling {
            Scaling::Weak => threads as f64 * one / many,
            Scaling::Strong => one / many,
        }
    }
}

/// An interpreter under test: a name for the report and the command, options included.
#[derive(Clone, Debug)]
pub struct Subject {
    /// How the report calls it.
    pub name: String,
    /// The program and its options.
    pub command: Vec<String>,
}

impl Subject {
    /// From `NAME=PROGRAM [OPTION...]`, words split at spaces.
    pub fn parse(text: &str) -> Option<Subject> {
        let (name, command) = text.split_once('=')?;
        let command: Vec<_> = command.split_whitespace().map(str::to_owned).collect();
        (!name.is_empty() && !command.is_empty())
            .then(|| Subject { name: name.to_owned(), command })
    }

    /// Runs a workload once and returns the seconds that it reports of itself, without start-up.
    ///
    /// **Errors:** a text for the report when the run cannot start, fails, or prints a wrong result.
    pub fn run(&self, workload: &Workload, threads: usize, size: &str) -> Result<f64, String> {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).arg(programs().join(format!("{}.py", workload.name)));
        command.args(["--threads", &threads.to_string(), "--size", size]);
        command.env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null());
        let output =
            command.output().map_err(|e| format!("cannot start {}: {e}", self.command[0]))?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            let last = stderr.lines().last().unwrap_or("").to_owned();
            return Err(format!("{}: {last}", output.status));
        }
        if size == "small"
            && let Some(expected) = workload.expected(threads)
            && expected.as_bytes() != output.stdout
        {
            return Err("wrong output".to_owned());
        }
        seconds(&stderr).ok_or_else(|| "reported no time".to_owned())
    }
}

/// The seconds in the line that `common.py` writes, `NAME --threads N --size SIZE: 1.234 s`.
fn seconds(stderr: &str) -> Option<f64> {
    let line =
        stderr.lines().rev().find(|line| line.contains(" --threads ") && line.ends_with(" s"))?;
    line.strip_suffix(" s")?.rsplit(' ').next()?.parse().ok()
}

/// The runs of one subject on one workload with one number of threads.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// Seconds of each run that went well.
    pub seconds: Vec<f64>,
    /// What went wrong first, if anything did. A series with a failure has no best.
    pub failure: Option<String>,
}

impl Series {
    /// Adds a run.
    pub fn add(&mut self, run: Result<f64, String>) {
        match run {
            Ok(seconds) => self.seconds.push(seconds),
            Err(e) => self.failure = self.failure.take().or(Some(e)),
        }
    }

    /// The least of the times: what disturbs a run on a shared machine only ever makes it slower.
    pub fn best(&self) -> Option<f64> {
        if self.failure.is_some() {
            return None;
        }
        self.seconds.iter().copied().min_by(f64::total_cmp)
    }
}

/// The geometric mean; `None` of nothing.
pub fn geometric_mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    Some((values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_is_listed_and_recorded() {
        let mut names: Vec<_> = std::fs::read_dir(programs())
            .expect("the workloads' folder")
            .map(|entry| entry.expect("a folder entry").file_name().into_string().expect("ASCII"))
            .filter_map(|name| name.strip_suffix(".py").map(str::to_owned))
            .filter(|name| name != "common")
            .collect();
        names.sort();
        assert_eq!(names, WORKLOADS.iter().map(|workload| workload.name).collect::<Vec<_>>());
        for workload in WORKLOADS {
            for threads in [1, 2, 4, 64] {
                assert!(workload.expected(threads).is_some(), "{} {threads}", workload.name);
            }
        }
    }

    #[test]
    fn times_are_read_from_the_last_line() {
        assert_eq!(seconds("warning\nnbody --threads 2 --size small: 0.125 s\n"), Some(0.125));
        assert_eq!(seconds("nothing of the kind"), None);
    }

    #[test]
    fn subjects_have_a_name_and_a_command() {
        let subject = Subject::parse("tlbc0=heddle -X tlbc=0").expect("well formed");
        assert_eq!((subject.name.as_str(), subject.command.len()), ("tlbc0", 3));
        assert!(Subject::parse("heddle").is_none() && Subject::parse("x=").is_none());
    }

    #[test]
    fn scaling_counts_work_done() {
        assert_eq!(WORKLOADS[0].speedup(4, 1.0, 2.0), 2.0);
        assert_eq!(WORKLOADS[5].speedup(4, 1.0, 0.5), 2.0);
    }

    #[test]
    fn one_failure_spoils_a_series() {
        let mut series = Series::default();
        series.add(Ok(2.0));
        series.add(Ok(1.0));
        assert_eq!(series.best(), Some(1.0));
        series.add(Err("wrong output".to_owned()));
        assert_eq!(series.best(), None);
        assert_eq!(geometric_mean(&[1.0, 4.0]), Some(2.0));
    }
}
