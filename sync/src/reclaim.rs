//! When nobody can hold it any more: memory outside the collected heap that lock-free readers may be looking at.
//!
//! Readers hold such a pointer only between two safepoints. So a retired block is freed inside a pause over all
//! threads: everybody has passed a safepoint since it was unlinked. The collector pauses often enough; whoever retires
//! much asks `pending` and requests a pause of its own.

use crate::prim::{Mutex, seeded};

type Free = Box<dyn FnOnce() + Send>;

/// Blocks that wait for the next pause.
pub struct Graveyard {
    waiting: Mutex<Vec<Free>>,
}

impl Graveyard {
    /// Nothing waits.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Graveyard {
        Graveyard { waiting: Mutex::new(Vec::new()) }
    }

    /// Runs `free` in a later pause. The block must be unreachable for new readers already.
    pub fn retire(&self, free: impl FnOnce() + Send + 'static) {
        if seeded!("reclaim.at_once") {
            return free();
        }
        self.waiting.lock().push(Box::new(free));
    }

    /// How many blocks wait.
    pub fn pending(&self) -> usize {
        self.waiting.lock().len()
    }

    /// Frees everything that waits; inside a pause over all threads (`Pause::reclaim`).
    pub(crate) fn bury(&self) -> usize {
        let waiting = std::mem::take(&mut *self.waiting.lock());
        let count = waiting.len();
        waiting.into_iter().for_each(|free| free());
        count
    }
}
