//! The house rules that no compiler checks: who may import whom, which file may name what, how long a file may be.
//!
//! Each test reads the sources as text and lists every violation with its place. A rule that needs an exception gets it
//! here, by name and with its reason, or not at all.

use std::fs;
use std::path::{Path, PathBuf};

/// Crates of the workspace: folder, package, and the packages of ours that it may import (also for tests and builds).
const CRATES: &[(&str, &str, &[&str])] = &[
    ("sync", "heddle-sync", &[]),
    ("tlbc", "heddle-tlbc", &["heddle-sync"]),
    ("jit", "heddle-jit", &["heddle-tlbc", "heddle-sync"]),
    ("runtime/compiler", "heddle-compiler", &["heddle-tlbc"]),
    // The compiler only at build time, to make the images.
    ("runtime/stdlib", "heddle-stdlib", &["heddle-tlbc", "heddle-compiler"]),
    ("runtime/object", "heddle-object", &["heddle-tlbc", "heddle-sync"]),
    (
        "runtime/vm",
        "heddle-vm",
        &["heddle-sync", "heddle-tlbc", "heddle-jit", "heddle-compiler", "heddle-object"],
    ),
    (
        "runtime/modules",
        "heddle-modules",
        &["heddle-vm", "heddle-object", "heddle-sync", "heddle-tlbc", "heddle-compiler"],
    ),
];

/// Crates without a line of `unsafe`.
const SAFE: &[&str] = &["runtime/compiler", "runtime/stdlib", "runtime/modules", "runtime/cli"];

/// Files hold 200 to 600 lines; past this many a file has a second subject.
const LINES_MAX: usize = 900;

/// Tables of rows, one an instruction or micro-operation: they are as long as the instruction set.
const TABLES: &[&str] = &["tlbc/src/defs/ops.rs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the workspace's folder")
}

/// All files below a folder with this ending, as paths relative to the workspace, sorted.
fn files(folder: &str, ending: &str) -> Vec<String> {
    fn walk(root: &Path, folder: &Path, ending: &str, found: &mut Vec<String>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries {
            let path = entry.expect("a folder entry").path();
            let name =
                path.file_name().expect("an entry has a name").to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && !name.starts_with("target") {
                    walk(root, &path, ending, found);
                }
            } else if name.ends_with(ending) {
                let relative = path.strip_prefix(root).expect("below the root");
                found.push(relative.to_string_lossy().into_owned());
            }
        }
    }
    let root = root();
    let mut found = Vec::new();
    walk(&root, &root.join(folder), ending, &mut found);
    found.sort();
    found
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The code of a line: without its comment. Good enough for rules about names; no rule looks inside strings.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or("")
}

/// Whether `word` stands in the text with nothing that could belong to a longer name on either side.
fn names(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

/// Every line of the crates' sources for which `bad` gives a reason, as `path:line: reason`.
fn offences(paths: &[String], bad: impl Fn(&str, &str) -> Option<String>) -> Vec<String> {
    let mut found = Vec::new();
    for path in paths {
        for (number, line) in read(path).lines().enumerate() {
            if let Some(reason) = bad(path, line) {
                found.push(format!("{path}:{}: {reason}", number + 1));
            }
        }
    }
    found
}

fn sources() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["sync", "tlbc", "jit", "runtime", "loom-tests", "benches"] {
        found.extend(files(folder, ".rs"));
    }
    found
}

#[track_caller]
fn none(what: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn crates_import_downward_only() {
    let mut found = Vec::new();
    for (folder, package, may) in CRATES {
        let manifest = read(&format!("{folder}/Cargo.toml"));
        for line in manifest.lines() {
            let Some(name) =
                line.split(['.', ' ', '=']).next().filter(|name| name.starts_with("heddle"))
            else {
                continue;
            };
            if name != *package && !may.contains(&name) {
                found.push(format!("{folder}/Cargo.toml: {package} may not import {name}"));
            }
        }
    }
    none("imports upward or sideways", found);
}

#[test]
fn only_the_tier_names_the_jit() {
    let paths: Vec<_> = files("runtime", ".rs")
        .into_iter()
        .filter(|path| !path.starts_with("runtime/vm/src/tier"))
        .collect();
    let found = offences(&paths, |_, line| {
        names(code(line), "heddle_jit").then(|| "names heddle_jit".to_owned())
    });
    none(
        "only runtime/vm/src/tier may know the JIT",
        found.into_iter().filter(|f| !f.contains("tests/tidy.rs")).collect(),
    );
}

#[test]
fn only_the_facade_names_raw_atomics_and_locks() {
    // The checkers' own crate runs them, benchmarks measure against them, this file lists them.
    let outside = |path: &String| {
        !path.starts_with("sync/src/prim/")
            && !path.starts_with("loom-tests/")
            && !path.starts_with("benches/")
            && !path.contains("/benches/")
            && path != "runtime/cli/tests/tidy.rs"
    };
    let paths: Vec<_> = sources().into_iter().filter(outside).collect();
    // Tests may count with plain atomics: the checkers are not to see an oracle.
    let is_test = |path: &str| path.contains("/tests") || path.ends_with("tests.rs");
    let found = offences(&paths, |path, line| {
        let line = code(line);
        let raw = [
            "std::sync::atomic",
            "core::sync::atomic",
            "std::sync::Mutex",
            "std::sync::Condvar",
            "std::sync::RwLock",
        ];
        if is_test(path) {
            return None;
        }
        if let Some(name) = raw.iter().find(|name| line.contains(**name)) {
            return Some(format!("names {name}"));
        }
        let crates = ["loom::", "shuttle::", "parking_lot::", "parking_lot_core::"];
        crates.iter().find(|name| line.contains(**name)).map(|name| format!("names {name}"))
    });
    none("raw atomics and locks outside sync/src/prim", found);
}

#[test]
fn safe_crates_forbid_unsafe() {
    let mut found = Vec::new();
    for folder in SAFE {
        for file in ["src/lib.rs", "src/main.rs"] {
            let path = format!("{folder}/{file}");
            // The command's binary installs an allocator and is a few lines; the library behind it holds the rest.
            if root().join(&path).exists() && !read(&path).contains("#![forbid(unsafe_code)]") {
                found.push(format!("{path}: no #![forbid(unsafe_code)]"));
            }
        }
    }
    none("crates that are to be safe", found);
}

#[test]
fn files_are_short() {
    let mut found = Vec::new();
    for path in sources().iter().filter(|path| !TABLES.contains(&path.as_str())) {
        let lines = read(path).lines().count();
        if lines > LINES_MAX {
            found.push(format!("{path}: {lines} lines, at most {LINES_MAX}"));
        }
    }
    none("files with more than one subject", found);
}

#[test]
fn nothing_is_unfinished() {
    let found = offences(&sources(), |path, line| {
        let bad = ["todo!(", "unimplemented!(", "dbg!("];
        if path == "runtime/cli/tests/tidy.rs" {
            return None;
        }
        bad.iter()
            .find(|word| code(line).contains(**word))
            .map(|word| word.trim_end_matches('(').to_owned())
    });
    none("unfinished code", found);
}

#[test]
fn no_lint_is_switched_off_for_a_crate() {
    let found = offences(&sources(), |_, line| {
        line.trim_start().starts_with("#![allow(").then(|| line.trim().to_owned())
    });
    none("crate-wide or file-wide allow", found);
}

#[test]
fn every_file_says_what_it_is() {
    let mut found = Vec::new();
    for path in sources() {
        // A file that others include cannot hold `//!`; it says what it is in plain comments.
        if !read(&path).starts_with("//")
            && !path.ends_with("/main.rs")
            && !path.ends_with("tests.rs")
        {
            found.push(path);
        }
    }
    none("files without a module comment", found);
}

#[test]
fn documents_link_to_what_exists() {
    let mut found = Vec::new();
    let mut paths = files("docs", ".md");
    paths.push("README.md".to_owned());
    paths.push("loom-tests/README.md".to_owned());
    for path in &paths {
        let text = read(path);
        let folder = root().join(path).parent().expect("a file lies in a folder").to_owned();
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split([')', ' ', '#']).next().unwrap_or("");
            if !target.is_empty() && !target.contains("://") && !folder.join(target).exists() {
                found.push(format!("{path}: links to {target}, which does not exist"));
            }
        }
    }
    none("dead links", found);
}
