//! Models of production code under loom, a weak-memory layer and shuttle, and the mutants that each must kill.
//!
//! A model is a function that sets a small scenario up, runs two to four actors against the *production* types, and
//! asserts what must hold. The same source is built three times (`--cfg heddle_loom`, `heddle_wm`, `heddle_shuttle`);
//! the binary `mc` runs models, one process each, and the mutants of each: an ordering weakened, a fence, step or
//! re-check dropped, a seeded bug switched on. A model whose listed mutant survives has lost its teeth and fails.
//! See `README.md` for how to add one.

use std::collections::BTreeSet;
use std::sync::Mutex;

use heddle_sync::prim;

pub mod models;

/// A set of checkers.
pub type Engines = u8;
/// loom: exhaustive up to a preemption bound.
pub const LOOM: Engines = 1;
/// The weak-memory layer: random and PCT schedules, stale reads.
pub const WM: Engines = 2;
/// shuttle: random and PCT schedules, sequentially consistent.
pub const SHUTTLE: Engines = 4;

/// The checker of this build; 0 in a plain build, which only smoke-tests the models with real threads.
pub fn engine() -> Engines {
    ENGINE
}

const ENGINE: Engines = if cfg!(heddle_loom) {
    LOOM
} else if cfg!(heddle_wm) {
    WM
} else if cfg!(heddle_shuttle) {
    SHUTTLE
} else {
    0
};

/// Name of this build's checker.
pub const ENGINE_NAME: &str = match ENGINE {
    LOOM => "loom",
    WM => "wm",
    SHUTTLE => "shuttle",
    _ => "std",
};

/// A change that a model must notice.
#[derive(Clone, Copy)]
pub struct Mutant {
    /// `site=what`, as in the environment variable `MUTANT`; several, separated by commas, are made together.
    pub how: &'static str,
    /// The variant that notices; the first one if empty.
    pub variant: &'static str,
    /// The checkers that must notice.
    pub engines: Engines,
}

/// A weakened ordering or dropped fence: seen by loom and by the weak-memory layer.
pub const fn ordering(how: &'static str) -> Mutant {
    Mutant { how, variant: "", engines: LOOM | WM }
}

/// A dropped step or re-check, a seeded bug: seen by all checkers.
pub const fn logic(how: &'static str) -> Mutant {
    Mutant { how, variant: "", engines: LOOM | WM | SHUTTLE }
}

impl Mutant {
    /// The variant that notices.
    pub const fn under(mut self, variant: &'static str) -> Mutant {
        self.variant = variant;
        self
    }

    /// Only these checkers must notice; the model says why the others cannot.
    pub const fn only(mut self, engines: Engines) -> Mutant {
        self.engines = engines;
        self
    }
}

/// A model of one protocol.
pub struct Model {
    /// Its name, that of its file.
    pub name: &'static str,
    /// The property, in words.
    pub property: &'static str,
    /// The scenarios; at least one.
    pub variants: &'static [&'static str],
    /// loom's preemption bound for the unmutated model. Mutants run at bound 1, then at this one.
    pub bound: usize,
    /// The checkers that run it.
    pub engines: Engines,
    /// loom 0.7.2 loses interleavings where a thread loads and then stores or exchanges the same word (its issues 166
    /// and 392). True: the model has that shape, so loom's verdict is reported as a second opinion only.
    pub loom_blind: bool,
    /// Facts that some execution of some variant must `reach`: a model that never gets there is empty.
    pub facts: &'static [&'static str],
    /// What it must notice.
    pub mutants: &'static [Mutant],
    /// One execution of a variant. The calling thread sets up, spawns, joins and checks; it does not act.
    pub run: fn(&'static str),
}

static FACTS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Records that an execution got to an interesting point.
pub fn reach(fact: &'static str) {
    FACTS.lock().expect("no panic while a fact is recorded").insert(fact);
}

/// The facts reached so far in this process.
pub fn reached_facts() -> Vec<&'static str> {
    FACTS.lock().expect("no panic while a fact is recorded").iter().copied().collect()
}

/// One actor of a scenario.
pub type Actor = Box<dyn FnOnce() + Send>;

/// Spawns all actors, waits for all, passes a panic on.
pub fn act(actors: Vec<Actor>) {
    let threads: Vec<_> = actors.into_iter().map(prim::thread::spawn).collect();
    for thread in threads {
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    }
}

/// `actors![case; |c| .., |c| ..]`: each closure gets its own clone of the `Arc` and runs in a thread of its own.
#[macro_export]
macro_rules! actors {
    ($case:expr; $($actor:expr),+ $(,)?) => {
        $crate::act(vec![$({
            let case = ::std::sync::Arc::clone(&$case);
            Box::new(move || $crate::call($actor, &case)) as $crate::Actor
        }),+])
    };
}

/// Lets `actors!` name the type of its closures' argument.
pub fn call<T>(actor: impl FnOnce(&T), case: &std::sync::Arc<T>) {
    actor(case)
}

/// Memory for blocks that production takes from the collected heap: freed when the execution ends, never before, so a
/// use after free is an assertion and not a crash.
#[derive(Default)]
pub struct Arena(Mutex<Vec<Box<[u64]>>>);

impl Arena {
    /// Zeroed memory, aligned to 8.
    pub fn alloc(&self, bytes: usize) -> *mut u8 {
        let mut block = vec![0u64; bytes.div_ceil(8)].into_boxed_slice();
        let start = block.as_mut_ptr().cast();
        self.0.lock().expect("no panic under it").push(block);
        start
    }
}

/// A slot at a fixed address.
pub type Pinned = std::pin::Pin<Box<heddle_sync::Slot>>;

/// A slot at a fixed address, registered with `world`, not attached yet.
pub fn register(world: &heddle_sync::World) -> Pinned {
    let slot = Box::pin(heddle_sync::Slot::new());
    // SAFETY: pinned; models unregister it, or the whole world ends with the execution.
    assert!(unsafe { world.register(&slot) }, "indices are left");
    slot
}
