//! Marking on several threads: chunks of work change hands through one small store.
//!
//! Each worker has its own stack. One that has plenty gives its oldest 256 objects away while the store is nearly empty;
//! one that has nothing takes a chunk or waits. Helpers join when they wake up: the requester never waits for one that
//! the system has not scheduled yet, only for those that have joined. Marking is over when all who joined are idle and
//! the store is empty, which is decided under the store's lock, so that no chunk can be overlooked; who comes later
//! finds the door closed and touches nothing.

use super::space::Space;
use super::trace::Tracer;
use heddle_sync::prim::{AtomicU64, AtomicUsize, Mutex, ord, spin_yield};
use std::sync::Arc;

struct Store {
    chunks: Vec<Vec<usize>>,
    joined: usize,
    idle: usize,
    closed: bool,
}

/// Work that is to be shared.
pub(super) struct Shared {
    store: Mutex<Store>,
    /// Chunks in the store, plus one when it is closed: what idle workers look at without the lock.
    stored: AtomicUsize,
    /// Objects that helpers traced.
    traced: AtomicU64,
    wanted: usize,
}

impl Shared {
    fn new(wanted: usize) -> Shared {
        Shared {
            // The requester has joined.
            store: Mutex::new(Store { chunks: Vec::new(), joined: 1, idle: 0, closed: false }),
            stored: AtomicUsize::new(0),
            traced: AtomicU64::new(0),
            wanted,
        }
    }

    fn note(&self, s: &Store) {
        // ORDERING: Relaxed; a hint, whoever sees it takes the lock.
        self.stored.store(s.chunks.len() + s.closed as usize, ord!("heap.mark_stored", Relaxed));
    }

    /// Whether a chunk would be welcome.
    #[inline]
    pub(super) fn hungry(&self) -> bool {
        // ORDERING: Relaxed; a hint.
        self.stored.load(ord!("heap.mark_hungry", Relaxed)) < self.wanted
    }

    pub(super) fn give(&self, chunk: Vec<usize>) {
        let mut s = self.store.lock();
        s.chunks.push(chunk);
        self.note(&s);
    }

    /// A helper comes; false when marking is over.
    fn join(&self) -> bool {
        let mut s = self.store.lock();
        s.joined += !s.closed as usize;
        !s.closed
    }

    /// A chunk, or nothing when marking is over.
    fn take(&self) -> Option<Vec<usize>> {
        let mut waiting = false;
        let mut spins = 0u32;
        loop {
            {
                let mut s = self.store.lock();
                if let Some(c) = s.chunks.pop() {
                    s.idle -= waiting as usize;
                    self.note(&s);
                    return Some(c);
                }
                s.idle += !waiting as usize;
                waiting = true;
                s.closed |= s.idle == s.joined;
                if s.closed {
                    self.note(&s);
                    return None;
                }
            }
            // ORDERING: Relaxed; a hint.
            while self.stored.load(ord!("heap.mark_wait", Relaxed)) == 0 {
                spins += 1;
                // 256: arbitrary; a chunk is traced in some 10 us, so give the core away soon.
                if spins % 256 == 0 { std::thread::yield_now() } else { spin_yield() }
            }
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

/// Addresses for a helper. They are followed only between a successful `join` and the end of `work`.
struct SpacePtr(*const Space);
// SAFETY: the space is shared and outlives the marking, which waits for all who joined.
unsafe impl Send for SpacePtr {}
// SAFETY: as above.
unsafe impl Sync for SpacePtr {}

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

    /// Traces what is on `t`'s stack and all that follows from it, with up to `threads` threads.
    ///
    /// **Returns:** how many objects the helpers traced.
    pub(super) fn mark(&mut self, t: &mut Tracer, space: &Space, high: u32, threads: usize) -> u64 {
        let Some(pool) = self.pool(threads - 1) else {
            t.drain();
            return 0;
        };
        let shared = Arc::new(Shared::new(threads));
        let (theirs, at) = (shared.clone(), SpacePtr(space));
        pool.spawn_broadcast(move |_| {
            let at = &at;
            if !theirs.join() {
                return;
            }
            // SAFETY: joined, so the requester waits for us before it returns.
            let mut t = Tracer::new_shared(unsafe { &*at.0 }, high, &theirs);
            t.drain_into(&theirs);
        });
        let mut mine = Tracer::new_shared(space, high, &shared);
        mine.stack = std::mem::take(&mut t.stack);
        shared.work(&mut mine);
        t.traced += mine.traced;
        t.stack = mine.stack;
        // ORDERING: Relaxed; helpers add before they go idle for the last time, under the store's lock.
        shared.traced.load(ord!("heap.mark_traced", Relaxed))
    }
}

impl Tracer {
    /// A helper's whole work.
    fn drain_into(&mut self, shared: &Shared) {
        loop {
            let before = self.traced;
            self.drain();
            // ORDERING: Relaxed; see `Helpers::mark`.
            shared.traced.fetch_add(self.traced - before, ord!("heap.mark_count", Relaxed));
            match shared.take() {
                Some(mut c) => self.stack.append(&mut c),
                None => return,
            }
        }
    }
}
