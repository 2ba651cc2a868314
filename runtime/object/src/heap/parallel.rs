//! Marking on several threads: chunks of work change hands through one small store.
//!
//! Each worker has its own stack. One that has plenty gives its oldest 256 objects away while the store is nearly empty;
//! one that has nothing takes a chunk or waits. Marking is over when all are waiting and the store is empty, which is
//! decided under the store's lock, so that no chunk can be overlooked.

use super::space::Space;
use super::trace::Tracer;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

struct Store {
    chunks: Vec<Vec<usize>>,
    idle: usize,
}

/// Work that is to be shared.
pub(super) struct Shared {
    store: Mutex<Store>,
    stored: AtomicUsize,
    workers: usize,
}

impl Shared {
    fn new(workers: usize) -> Shared {
        Shared {
            store: Mutex::new(Store { chunks: Vec::new(), idle: 0 }),
            stored: AtomicUsize::new(0),
            workers,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a chunk would be welcome.
    #[inline]
    pub(super) fn hungry(&self) -> bool {
        // ORDERING: Relaxed; a hint.
        self.stored.load(Ordering::Relaxed) < self.workers
    }

    pub(super) fn give(&self, chunk: Vec<usize>) {
        let mut s = self.lock();
        s.chunks.push(chunk);
        // ORDERING: Relaxed; a hint, written under the lock.
        self.stored.store(s.chunks.len(), Ordering::Relaxed);
    }

    /// A chunk, or nothing when marking is over.
    fn take(&self) -> Option<Vec<usize>> {
        let mut s = self.lock();
        s.idle += 1;
        let mut spins = 0u32;
        loop {
            if let Some(c) = s.chunks.pop() {
                s.idle -= 1;
                // ORDERING: Relaxed; as in `give`.
                self.stored.store(s.chunks.len(), Ordering::Relaxed);
                return Some(c);
            }
            if s.idle == self.workers {
                return None;
            }
            drop(s);
            spins += 1;
            // 64: arbitrary; a chunk is traced in some 10 us, so give the core away soon.
            if spins % 64 == 0 {
                std::thread::yield_now()
            } else {
                std::hint::spin_loop()
            }
            s = self.lock();
        }
    }

    fn work(&self, t: &mut Tracer) {
        loop {
            t.drain();
            match self.take() {
                Some(mut c) => t.stack.append(&mut c),
                None => return,
            }
        }
    }
}

/// Threads that help the collector; started when first needed.
pub(super) struct Helpers {
    pool: Option<rayon::ThreadPool>,
    failed: bool,
}

impl Helpers {
    pub(super) const fn new() -> Helpers {
        Helpers { pool: None, failed: false }
    }

    /// Forgets the threads: after a fork only the caller is left.
    pub(super) fn forget(&mut self) {
        std::mem::forget(self.pool.take());
    }

    fn pool(&mut self, helpers: usize) -> Option<&rayon::ThreadPool> {
        if self.pool.is_none() && !self.failed {
            let built = rayon::ThreadPoolBuilder::new()
                .num_threads(helpers)
                .thread_name(|i| format!("heddle-gc-{i}"))
                .stack_size(512 << 10)
                .build();
            self.failed = built.is_err();
            self.pool = built.ok();
        }
        self.pool.as_ref()
    }

    /// Traces what is on `t`'s stack and all that follows from it, with `threads` threads.
    ///
    /// **Returns:** how many objects the helpers traced.
    pub(super) fn mark(&mut self, t: &mut Tracer, space: &Space, high: u32, threads: usize) -> u64 {
        let Some(pool) = self.pool(threads - 1) else {
            t.drain();
            return 0;
        };
        let workers = pool.current_num_threads() + 1;
        let shared = Shared::new(workers);
        let helped = std::sync::atomic::AtomicU64::new(0);
        let mut mine = Tracer::new_shared(space, high, &shared);
        mine.stack = std::mem::take(&mut t.stack);
        pool.in_place_scope(|scope| {
            scope.spawn_broadcast(|_, _| {
                let mut theirs = Tracer::new_shared(space, high, &shared);
                shared.work(&mut theirs);
                // ORDERING: Relaxed; read after the scope has joined.
                helped.fetch_add(theirs.traced, Ordering::Relaxed);
            });
            shared.work(&mut mine);
        });
        t.traced += mine.traced;
        t.stack = mine.stack;
        // ORDERING: Relaxed; the scope has joined.
        helped.load(Ordering::Relaxed)
    }
}
