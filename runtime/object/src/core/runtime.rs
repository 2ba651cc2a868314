//! What all threads of the process share: the world of threads, the lock of types, the counters of versions.
//!
//! There is one runtime in a process. It is leaked, so that references to it are `'static`.

use heddle_sync::mutex;
use heddle_sync::ord;
use heddle_sync::prim::{AtomicU8, AtomicU32};
use heddle_sync::stw::World;

use crate::heap::{Config, Heap};

use super::thread::Thread;

/// See the module's text.
pub struct Runtime {
    /// The threads.
    pub world: World,
    /// The collected heap.
    pub heap: Heap,
    /// The command line; set before the runtime is shared.
    pub options: super::options::Options,
    /// Serialises changes of types and shapes.
    type_lock: AtomicU8,
    next_version: AtomicU32,
}

impl Default for Runtime {
    fn default() -> Self {
        Runtime::new()
    }
}

impl Runtime {
    /// A runtime without threads, its heap configured by the environment. Ends the process when the system grants no
    /// address space.
    pub fn new() -> Runtime {
        Runtime::with_config(Config::from_env()).unwrap_or_else(|| {
            eprintln!("heddle: cannot reserve address space for the heap");
            std::process::abort()
        })
    }

    /// A runtime without threads. Leak it, then call [`Heap::install`] on its heap.
    ///
    /// **Errors:** `None` when the system grants no address space.
    pub fn with_config(config: Config) -> Option<Runtime> {
        Some(Runtime {
            world: World::new(),
            heap: Heap::new(config)?,
            options: super::options::Options::default(),
            type_lock: AtomicU8::new(0),
            next_version: AtomicU32::new(1),
        })
    }

    /// Runs `f` under the type lock. `f` must not allocate, block or run Python code.
    pub fn with_type_lock<T>(&self, th: &mut Thread, f: impl FnOnce(&mut Thread) -> T) -> T {
        mutex::lock(&self.world, &th.slot, &self.type_lock);
        let r = f(th);
        mutex::unlock(&self.type_lock);
        r
    }

    /// A version that was never used before; 0 when they have run out (then nothing specializes on it).
    pub fn new_version(&self) -> u32 {
        // ORDERING: Relaxed; only uniqueness matters.
        let v = self.next_version.load(ord!("version.peek", Relaxed));
        if v >= u32::MAX - 1_000_000 {
            return 0;
        }
        // ORDERING: Relaxed; as above. A million threads would have to be between the two lines to wrap.
        self.next_version.fetch_add(1, ord!("version.next", Relaxed))
    }
}
