//! The table of named sites: every atomic access, seeded bug and re-check of this crate, with what stands for it.
//!
//! A site is a name given to `ord!`, `seeded!` and so on. The table says for each why its ordering is enough and which
//! model would fail without it; a test compares the table with the sources, so neither can be changed alone.

/// What a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An atomic access that orders others; its mutant is the same access relaxed.
    Orders,
    /// A relaxed atomic access; it has no weaker form.
    Relaxed,
    /// A bug that a mutant switches on.
    Seeded,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// The name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The protocol, as numbered in `docs/models.md`.
    pub protocol: &'static str,
    /// The models that execute it; empty where no other thread can see the access.
    pub models: &'static [&'static str],
    /// Why that is enough; for a seeded bug, what goes wrong.
    pub reason: &'static str,
}

const fn row(
    name: &'static str,
    kind: Kind,
    protocol: &'static str,
    models: &'static [&'static str],
    reason: &'static str,
) -> Site {
    Site { name, kind, protocol, models, reason }
}

use Kind::{Orders, Relaxed, Seeded};

/// All sites of this crate, by file.
pub const SITES: &[Site] = &[
    row("unit.load", Relaxed, "P2", &["tlbc_write"], "a stale instruction is a correct one"),
    row("counter.load", Relaxed, "P1", &["tlbc_counter"], "a counter carries nothing"),
    row("counter.store", Relaxed, "P1", &["tlbc_counter"], "one store of 16 bits: never torn"),
    row(
        "counter.torn",
        Seeded,
        "P1",
        &["tlbc_counter"],
        "value and backoff stored one after the other",
    ),
    row("counter.torn_store", Relaxed, "P1", &["tlbc_counter"], "part of the seeded bug"),
    row("counter.branch_load", Relaxed, "P1", &[], "a hint; as counter.load"),
    row("counter.branch_store", Relaxed, "P1", &[], "a hint; as counter.store"),
    row("cache.read", Relaxed, "P3", &["tlbc_write"], "the owner reads what it wrote"),
    row("cache.write", Relaxed, "P3", &["tlbc_write"], "the owner only"),
    row("write.cas", Relaxed, "P2", &["tlbc_write"], "the value compared is all that matters"),
    row("write.cas_fail", Relaxed, "P2", &["tlbc_write"], "nothing is read after a failure"),
    row("write.blind_store", Relaxed, "P2", &["tlbc_write"], "part of the seeded bug"),
    row(
        "write.blind",
        Seeded,
        "P2",
        &["tlbc_write"],
        "a store instead of the exchange loses instrumentation",
    ),
    row(
        "write.peek_skipped",
        Seeded,
        "P2",
        &["tlbc_write"],
        "exchanging an instrumented opcode loses it",
    ),
    row("edit.swap", Relaxed, "P5", &["tlbc_write"], "edit.publish announces it"),
    row(
        "edit.publish",
        Orders,
        "P5",
        &["tlbc_write"],
        "side tables before the version that promises them",
    ),
    row(
        "edit.unlocked",
        Seeded,
        "P10",
        &["tlbc_copies"],
        "an edit misses the copy that is being made",
    ),
    row("code.instrumentation", Orders, "P5", &["tlbc_write"], "partner of edit.publish"),
    row("code.version", Relaxed, "P21", &[], "a number that stands for immutable code"),
    row("code.version_cas", Relaxed, "P21", &[], "as code.version; the exchange makes it unique"),
    row("code.version_cas_fail", Relaxed, "P21", &[], "as code.version"),
    row("copies.array", Orders, "P8", &["tlbc_copies"], "partner of copies.grow"),
    row(
        "copies.own",
        Relaxed,
        "P7",
        &["tlbc_copies"],
        "own entry, or inherited through the index pool",
    ),
    row("copies.walk_array", Relaxed, "P7", &["tlbc_copies"], "the lock orders it"),
    row("copies.walk", Relaxed, "P7", &["tlbc_copies"], "the lock orders it"),
    row("copies.size", Relaxed, "P7", &[], "the lock orders it"),
    row(
        "copies.publish",
        Relaxed,
        "P7",
        &["tlbc_copies"],
        "others look under the lock, the owner wrote it itself",
    ),
    row("copies.grow_peek", Relaxed, "P8", &["tlbc_copies"], "written under the lock only"),
    row("copies.grow_copy", Relaxed, "P8", &["tlbc_copies"], "written under the lock only"),
    row(
        "copies.grow",
        Orders,
        "P8",
        &["tlbc_copies"],
        "the array is complete before readers find it",
    ),
    row("copies.free_array", Relaxed, "P8", &[], "in a pause"),
    row("copies.free_load", Relaxed, "P8", &[], "in a pause"),
    row("copies.free", Relaxed, "P8", &[], "in a pause"),
    row("copies.drop", Relaxed, "P8", &[], "exclusive"),
    row(
        "copies.grow_forgets",
        Seeded,
        "P8",
        &["tlbc_copies"],
        "a grown array without its entries loses copies",
    ),
    row(
        "copies.drop_instrumented",
        Seeded,
        "P10",
        &["tlbc_copies"],
        "a copy without the events of its version",
    ),
    row(
        "copies.unlocked",
        Seeded,
        "P10",
        &["tlbc_copies"],
        "two creators replace each other's array",
    ),
    row(
        "copies.recheck_skipped",
        Seeded,
        "P10",
        &["tlbc_copies"],
        "two copies of one index, when it is shared",
    ),
];

/// The row of a site.
pub fn find(name: &str) -> Option<&'static Site> {
    SITES.iter().find(|site| site.name == name)
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const SOURCES: &[&str] = &[
        include_str!("unit.rs"),
        include_str!("counter.rs"),
        include_str!("cache.rs"),
        include_str!("copies.rs"),
        include_str!("code.rs"),
        include_str!("write.rs"),
    ];

    fn used(macro_name: &str) -> BTreeSet<(&'static str, &'static str)> {
        let opening = format!("{macro_name}!(\"");
        let mut found = BTreeSet::new();
        for source in SOURCES {
            for (at, _) in source.match_indices(&opening) {
                let rest = &source[at + opening.len()..];
                let name = rest.split('"').next().unwrap_or_default();
                let order = rest[name.len() + 1..].trim_start_matches(", ").split(')').next();
                found.insert((name, order.unwrap_or_default()));
            }
        }
        found
    }

    #[test]
    fn the_table_names_exactly_the_sites_of_the_sources() {
        let mut names = BTreeSet::new();
        for (name, order) in used("ord") {
            let site = find(name).unwrap_or_else(|| panic!("{name} is not in the table"));
            let relaxed = order == "Relaxed";
            assert_eq!(site.kind, if relaxed { Relaxed } else { Orders }, "{name}");
            names.insert(name);
        }
        for (name, _) in used("seeded") {
            let site = find(name).unwrap_or_else(|| panic!("{name} is not in the table"));
            assert_eq!(site.kind, Seeded, "{name}");
            names.insert(name);
        }
        let listed: BTreeSet<_> = SITES.iter().map(|site| site.name).collect();
        assert_eq!(listed, names);
        assert_eq!(listed.len(), SITES.len(), "a name stands twice");
    }
}
