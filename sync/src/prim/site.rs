//! Named sites in checker builds: which were reached, and which this process mutates.
//!
//! `MUTANT=site=Relaxed,other=drop` is read once. A site is one `static` per macro call; its first use records the
//! name. Std atomics are right here: this is bookkeeping of the checker process, not part of any model.

use super::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};

const NEW: u8 = 0;
const PLAIN: u8 = 1;
const DROP: u8 = 2;
const ON: u8 = 3;
const ORDER: u8 = 4;

/// One call of a site macro.
pub struct Site {
    name: &'static str,
    state: AtomicU8,
}

static REACHED: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

thread_local! {
    static LAST: std::cell::Cell<&'static str> = const { std::cell::Cell::new("") };
}

/// The site whose ordering was asked for last: names the next access in a trace.
pub fn last() -> &'static str {
    LAST.get()
}

fn mutants() -> &'static BTreeMap<String, String> {
    static MUTANTS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    MUTANTS.get_or_init(|| {
        let text = std::env::var("MUTANT").unwrap_or_default();
        text.split(',')
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (site, how) = part.split_once('=').expect("MUTANT is site=what[,site=what]");
                (site.to_string(), how.to_string())
            })
            .collect()
    })
}

impl Site {
    /// Used by the macros only.
    #[allow(clippy::new_without_default)]
    pub const fn new(name: &'static str) -> Site {
        Site { name, state: AtomicU8::new(NEW) }
    }

    fn state(&self) -> u8 {
        let state = self.state.load(Relaxed);
        if state != NEW {
            return state;
        }
        REACHED.lock().expect("no panic while a site is recorded").insert(self.name);
        let state = match mutants().get(self.name).map(String::as_str) {
            None => PLAIN,
            Some("drop") => DROP,
            Some("on") => ON,
            Some("Relaxed") => ORDER,
            Some("Acquire") => ORDER + 1,
            Some("Release") => ORDER + 2,
            Some("AcqRel") => ORDER + 3,
            Some(other) => panic!("unknown mutation {other:?} of site {:?}", self.name),
        };
        self.state.store(state, Relaxed);
        state
    }

    /// The ordering to use here.
    pub fn order(&self, given: Ordering) -> Ordering {
        LAST.set(self.name);
        match self.state() {
            ORDER => Ordering::Relaxed,
            5 => Ordering::Acquire,
            6 => Ordering::Release,
            7 => Ordering::AcqRel,
            _ => given,
        }
    }

    /// Is this step or fence left out?
    pub fn dropped(&self) -> bool {
        self.state() == DROP
    }

    /// Is this seeded bug on?
    pub fn switched_on(&self) -> bool {
        self.state() == ON
    }
}

/// The names of all sites reached so far in this process.
pub fn reached() -> Vec<&'static str> {
    REACHED.lock().expect("no panic while a site is recorded").iter().copied().collect()
}

/// The mutated sites of this process that were never reached: a mutant nobody executes proves nothing.
pub fn unreached_mutants() -> Vec<String> {
    let reached = REACHED.lock().expect("no panic while a site is recorded");
    mutants().keys().filter(|name| !reached.contains(name.as_str())).cloned().collect()
}

static HANDOFF: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// Do byte locks hand off in this model run? (There is no clock to decide it.)
pub fn handoff() -> bool {
    HANDOFF.load(Relaxed)
}

/// Chooses whether byte locks hand off; set before a model starts, never inside.
pub fn set_handoff(on: bool) {
    HANDOFF.store(on, Relaxed)
}
