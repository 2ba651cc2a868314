//! Every ordering, fence, re-check, step and seeded bug of `sync` and `tlbc` is in the mutant list of some model, or in
//! the list of exceptions below with its reason; every mutant names a site that exists; no name means two things.

use heddle_loom_tests::models::MODELS;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Sites without a mutant of their own, and why. An entry whose site is gone, or has a mutant now, fails the test.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "bias.again",
        "defence: dropping it shares a shared object again and counts one revocation too many",
    ),
    ("breaker.bug_load", "inside a seeded bug"),
    ("index.double", "a debug assertion"),
    (
        "table.walk",
        "the probe of sets: the load of `table.index` in another order; a model of its own is owed",
    ),
];

fn walk(folder: &Path, f: &mut impl FnMut(&str)) {
    for entry in std::fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, f);
        } else if path.extension().is_some_and(|e| e == "rs") {
            f(&std::fs::read_to_string(&path).expect("sources are text"));
        }
    }
}

/// Name of each site, with its macro and ordering.
fn sites(folders: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut sites: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for folder in folders {
        walk(&root.join(folder), &mut |text| {
            let code = text
                .lines()
                .filter(|l| !l.trim_start().starts_with("//"))
                .collect::<Vec<_>>()
                .join("\n");
            for kind in ["ord", "fence", "recheck", "step", "seeded"] {
                for call in code.split(&format!("{kind}!(")).skip(1) {
                    let Some(rest) = call.trim_start().strip_prefix('"') else { continue };
                    let Some((name, rest)) = rest.split_once('"') else { continue };
                    let order = match kind {
                        "ord" | "fence" => {
                            rest.trim_start_matches([',', ' ', '\n']).split(')').next()
                        }
                        _ => None,
                    };
                    let what = format!("{kind} {}", order.unwrap_or("").trim());
                    sites.entry(name.to_string()).or_default().insert(what);
                }
            }
        });
    }
    sites
}

#[test]
fn every_site_has_a_mutant_or_a_reason() {
    let sites = sites(&["sync/src", "tlbc/src", "loom-tests/src"]);
    let production = self::sites(&["sync/src", "tlbc/src"]);
    let mutated: BTreeSet<&str> = MODELS
        .iter()
        .flat_map(|m| m.mutants)
        .flat_map(|m| m.how.split(','))
        .filter_map(|part| part.split('=').next())
        .collect();
    let mut wrong = Vec::new();
    for (name, uses) in &sites {
        if uses.len() > 1 {
            wrong.push(format!("{name} means several things: {uses:?}"));
        }
    }
    for (name, uses) in &production {
        let plain = uses.iter().all(|u| u == "ord Relaxed");
        let excused = EXCEPTIONS.iter().any(|(site, _)| site == name);
        if !plain && !excused && !mutated.contains(name.as_str()) {
            wrong.push(format!("{name} ({uses:?}) has no mutant"));
        }
    }
    for name in mutated.iter().filter(|name| !sites.contains_key(**name)) {
        wrong.push(format!("a mutant names {name}, which is no site"));
    }
    for (name, _) in EXCEPTIONS {
        if !production.contains_key(*name) || mutated.contains(name) {
            wrong.push(format!("the exception {name} is not needed any more"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// With real threads: finds no ordering bug, but keeps the models alive in every test run.
#[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
#[test]
fn models_hold_with_real_threads() {
    for model in MODELS {
        for variant in model.variants {
            for _ in 0..50 {
                heddle_sync::prim::begin_execution();
                (model.run)(variant);
            }
        }
    }
}
