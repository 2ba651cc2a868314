//! The heap: allocation and the tracing collector. Non-moving, stop-the-world, exact for cells, conservative for stacks.
//!
//! Read in order: `class` (size classes), `space` (address range, block table, bitmaps, pool of blocks), `thread` (the
//! allocator and its fast path), `trace` (following pointers), `collect` (the phases of a collection and its pacing),
//! `young` (sticky marks and the write barrier), `finalize`, `weak`, `roots`, `inspect` (the `gc` module's questions), `knobs`.
//!
//! Rules that everybody who touches cells keeps (docs/design/heap.md has the reasons):
//! 1. No pointer to a cell rests only where the collector does not look: stacks and registers are scanned, cells are
//!    traced, everything else needs [`Root`](roots::RootWord)s, [`RootWords`](roots::RootWords) or a reporter.
//! 2. A cell is completely initialised before the next safepoint of the thread that allocated it. Memory is not zeroed.
//! 3. Every store of a possible pointer into a cell goes through [`write_barrier`], except into a fresh cell.
//! 4. Nobody allocates, polls or blocks while holding a lock that the collector or a reporter takes.
//!
//! The design is that of Go's and of the segregated-fit collectors since Boehm's, with Immix' bumping through free runs.

pub mod class;
mod collect;
mod finalize;
pub mod gc;
mod inspect;
mod internal;
pub mod knobs;
mod local;
mod parallel;
mod roots;
mod run;
pub mod space;
mod stack;
mod stats;
#[cfg(test)]
mod tests;
mod thread;
mod trace;
mod values;
mod weak;
mod young;

pub use class::{BLOCK_BYTES, SMALL_BYTES_MAX, usable_bytes};
pub use finalize::Pending;
pub use inspect::HeapCounts;
pub use internal::{
    dict_table_shape, init_internal_shapes, raw_bytes_shape, shape_cell_shape,
    shape_cell_shape_ref, value_array_shape, weak_array_shape,
};
pub use knobs::{Config, POISON};
pub use local::RootVec;
pub use roots::{RootWord, RootWords};
pub use run::{run_pending, service};
pub use stack::{stack_base, stack_bounds};
pub use stats::{Summary, Totals, Why};
pub use thread::{Run, ThreadHeap, run_offset};
pub use trace::{Tracer, head_of};
pub use values::Root;
pub use weak::Ephemerons;
pub use young::write_barrier;

use class::{CELL_BYTES, CLASSES};
use finalize::{Queue, Special};
use heddle_sync::Slot;
use heddle_sync::prim::{
    AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Mutex, RaceCell, ord,
};
use parallel::Helpers;
use roots::Roots;
use space::{Pool, Space};
use weak::Weak;

/// What the collector needs to know of a shape; lies [`SHAPE_HEAD_OFFSET`] bytes into it, after the shape's own header.
#[repr(C)]
pub struct ShapeHead {
    /// Reports every pointer in the cell, except that to its shape.
    pub trace: unsafe fn(*mut u8, &mut Tracer),
    /// Runs outside the pause when the cell died, for native resources.
    pub drop: Option<unsafe fn(*mut u8)>,
    /// `HEAD_*` bits.
    pub flags: u32,
}

/// The cell holds no pointers.
pub const HEAD_LEAF: u32 = 1;
/// Instances have a finalizer (`__del__`): registered with the heap when made.
pub const HEAD_FINALIZER: u32 = 2;
/// `drop` is set: registered with the heap when made.
pub const HEAD_DROP: u32 = 4;
/// Not a Python object: a backing array or the like.
pub const HEAD_INTERNAL: u32 = 8;

/// Where the head lies in a shape.
pub const SHAPE_HEAD_OFFSET: usize = 16;

/// Byte of a cell that holds the heap's flags.
pub const FLAGS_OFFSET: usize = 9;
/// Reserved: survivors are told by their bit in the survivors' bitmap.
pub const FLAG_OLD: u8 = 1;
/// Has an entry in the registry of weak references.
pub const FLAG_WEAKREFS: u8 = 2;
/// Its finalizer was queued once.
pub const FLAG_FINALIZED: u8 = 4;
/// Never freed.
pub const FLAG_IMMORTAL: u8 = 8;

/// # Safety
/// - `cell` is a live cell.
#[inline(always)]
unsafe fn flags<'a>(cell: usize) -> &'a AtomicU8 {
    // SAFETY: byte 9 of every cell is an atomic byte of the header.
    unsafe { &*((cell + FLAGS_OFFSET) as *const AtomicU8) }
}

/// # Safety
/// - `cell` is a live cell.
unsafe fn set_flag(cell: usize, flag: u8) {
    // SAFETY: the caller's promise.
    // ORDERING: Relaxed; the data behind a flag has its own lock.
    unsafe { flags(cell) }.fetch_or(flag, ord!("heap.flag_set", Relaxed));
}

/// # Safety
/// - `cell` is a live cell.
unsafe fn clear_flag(cell: usize, flag: u8) {
    // SAFETY: the caller's promise.
    // ORDERING: Relaxed; as `set_flag`.
    unsafe { flags(cell) }.fetch_and(!flag, ord!("heap.flag_clear", Relaxed));
}

/// # Safety
/// - `cell` is a live cell.
unsafe fn has_flag(cell: usize, flag: u8) -> bool {
    // SAFETY: the caller's promise.
    // ORDERING: Relaxed; as `set_flag`.
    unsafe { flags(cell) }.load(ord!("heap.flag_get", Relaxed)) & flag != 0
}

/// A registered allocator.
struct MutatorPtr(*mut ThreadHeap);
// SAFETY: followed only while its thread is stopped, or by that thread.
unsafe impl Send for MutatorPtr {}

/// The blocks of one class that have free cells.
struct ClassList {
    /// Found by the last collection; changed only while the world is stopped.
    blocks: RaceCell<Vec<u32>>,
    /// How many of them are taken.
    taken: AtomicU32,
    /// Given back by threads that ended.
    returned: Mutex<Vec<u32>>,
    returned_len: AtomicU32,
}

/// Numbers that decide when to collect.
struct Pace {
    /// Bytes handed out since the last collection.
    allocated: AtomicUsize,
    /// Collect when `allocated` reaches this.
    threshold: AtomicUsize,
    /// Bytes that survived the last collection.
    live: AtomicUsize,
    /// When that many bytes survive a young collection, the next one is full.
    full_at: AtomicUsize,
    /// Blocks that were left after the last collection, counted in its pause.
    blocks_left: AtomicU32,
    /// Number of collections.
    epoch: AtomicU64,
    /// Most bytes of cells.
    limit: usize,
    /// Most blocks: the limit and room for fragmentation.
    blocks_cap: u32,
    /// Blocks of `blocks_cap` that are kept until memory ran out.
    reserve: u32,
    /// The reserve may be used.
    reserve_open: AtomicBool,
    /// Bytes of the reserve that are left.
    grace: AtomicUsize,
}

/// A function that reports a thread's own roots, given its slot.
pub type ThreadReporter = fn(&Slot, &mut Tracer);
/// A function that forgets dead entries of a weak table; asked when marking is complete.
pub type WeakHook = Box<dyn Fn(&dyn Fn(u64) -> bool) + Send + Sync>;

/// One garbage-collected heap.
pub struct Heap {
    space: Space,
    pool: Mutex<Pool>,
    lists: [ClassList; CLASSES],
    pace: Pace,
    mutators: Mutex<Vec<MutatorPtr>>,
    roots: Roots,
    weak: Weak,
    specials: Mutex<Vec<Special>>,
    pending: Queue,
    thread_reporters: Mutex<Vec<ThreadReporter>>,
    weak_hooks: Mutex<Vec<WeakHook>>,
    helpers: Mutex<Helpers>,
    /// The mark stack's memory, kept between collections.
    scratch: Mutex<Vec<usize>>,
    totals: Mutex<Totals>,
    enabled: AtomicBool,
    frozen: AtomicUsize,
    /// What programs set through the `gc` module.
    pub wishes: gc::Wishes,
    /// Settings.
    pub config: Config,
}

impl Heap {
    /// A heap.
    ///
    /// **Errors:** `None` when not even a small address range can be reserved.
    pub fn new(config: Config) -> Option<Heap> {
        let limit = if config.heap_max != 0 { config.heap_max } else { physical_bytes() };
        let space = Space::new(config.reserve_bytes, config.huge_pages)?;
        let limit = limit.min(space.blocks_max() as usize * BLOCK_BYTES);
        let blocks = (limit / BLOCK_BYTES) as u32;
        // A block pinned by one survivor serves only its class: a quarter more blocks than bytes, and one for each
        // class. From the trial (16 MiB heaps).
        let reserve = 32 + blocks / 64;
        let cap = (blocks + blocks / 4 + CLASSES as u32 + reserve).min(space.blocks_max());
        let threshold = config.nursery_bytes_min.min(limit);
        Some(Heap {
            space,
            pool: Mutex::new(Pool::new()),
            lists: std::array::from_fn(|_| ClassList {
                blocks: RaceCell::new(Vec::new()),
                taken: AtomicU32::new(0),
                returned: Mutex::new(Vec::new()),
                returned_len: AtomicU32::new(0),
            }),
            pace: Pace {
                allocated: AtomicUsize::new(0),
                threshold: AtomicUsize::new(threshold),
                live: AtomicUsize::new(0),
                full_at: AtomicUsize::new(0),
                blocks_left: AtomicU32::new(cap - reserve),
                epoch: AtomicU64::new(0),
                limit,
                blocks_cap: cap,
                reserve,
                reserve_open: AtomicBool::new(false),
                grace: AtomicUsize::new(0),
            },
            mutators: Mutex::new(Vec::new()),
            roots: Roots::new(),
            weak: Weak::new(),
            specials: Mutex::new(Vec::new()),
            pending: Queue::new(),
            thread_reporters: Mutex::new(Vec::new()),
            weak_hooks: Mutex::new(Vec::new()),
            helpers: Mutex::new(Helpers::new()),
            scratch: Mutex::new(Vec::new()),
            totals: Mutex::new(Totals::default()),
            enabled: AtomicBool::new(true),
            frozen: AtomicUsize::new(0),
            wishes: gc::Wishes::new(),
            config,
        })
    }

    /// A heap that lives for ever; [`write_barrier`] works for the last one made.
    pub fn leaked(config: Config) -> Option<&'static Heap> {
        let heap: &'static Heap = Box::leak(Box::new(Heap::new(config)?));
        heap.install();
        Some(heap)
    }

    /// Adds a function that reports the roots of each thread (frame stacks and the like), given its slot. Native stacks
    /// are scanned anyway.
    pub fn add_thread_reporter(&self, f: ThreadReporter) {
        self.thread_reporters.lock().push(f);
    }

    /// Adds a hook that cleans a weak table: it gets a predicate "this word names something alive" and forgets all
    /// entries of dead ones. Runs in the pause.
    pub fn add_weak_hook(&self, f: WeakHook) {
        self.weak_hooks.lock().push(f);
    }

    // ---- blocks, for the allocator

    /// Whether a collection is due.
    #[inline]
    fn due(&self) -> bool {
        self.due_with(0)
    }

    #[inline]
    fn due_with(&self, bytes: usize) -> bool {
        // ORDERING: Relaxed both; a heuristic.
        self.pace.allocated.load(ord!("heap.allocated", Relaxed)).saturating_add(bytes)
            >= self.pace.threshold.load(ord!("heap.threshold", Relaxed))
    }

    fn charge(&self, bytes: usize) {
        // ORDERING: Relaxed; a sum. COST: one read-modify-write for each block (32 KiB).
        self.pace.allocated.fetch_add(bytes, ord!("heap.charge", Relaxed));
    }

    fn cap(&self, small: bool) -> u32 {
        // ORDERING: Relaxed; a policy.
        let open = small && self.pace.reserve_open.load(ord!("heap.reserve_open", Relaxed));
        if open { self.pace.blocks_cap } else { self.pace.blocks_cap - self.pace.reserve }
    }

    /// A block of the class with free cells, and the offset to look from. The caller owns it.
    fn next_block(&self, class: usize) -> Option<(u32, u32)> {
        let list = &self.lists[class];
        // ORDERING: Relaxed; a hint, the lock decides.
        if list.returned_len.load(ord!("heap.returned_peek", Relaxed)) != 0 {
            let mut r = list.returned.lock();
            if let Some(b) = r.pop() {
                // ORDERING: Relaxed; as above.
                list.returned_len.store(r.len() as u32, ord!("heap.returned_pop", Relaxed));
                // SAFETY: the block was handed over under the lock.
                return Some((b, unsafe { (*self.space.info(b)).bump }));
            }
        }
        // SAFETY: changed only while the world is stopped, when no allocator runs.
        let next = unsafe {
            list.blocks.read(|blocks| {
                // ORDERING: Relaxed both; the vector is published by the pause, the index only has to be unique.
                if (list.taken.load(ord!("heap.taken_peek", Relaxed)) as usize) < blocks.len() {
                    let i = list.taken.fetch_add(1, ord!("heap.take", Relaxed)) as usize;
                    return blocks.get(i).copied();
                }
                None
            })
        };
        if let Some(b) = next {
            // SAFETY: taking the index made the block this thread's.
            let live = unsafe { (*self.space.info(b)).count };
            self.charge(BLOCK_BYTES - live as usize * CELL_BYTES[class] as usize);
            return Some((b, 0));
        }
        let b = self.pool.lock().take(&self.space, 1, self.cap(true))?;
        self.charge(BLOCK_BYTES);
        // SAFETY: taken out of the pool just now.
        unsafe { self.space.make_small(b, class) };
        Some((b, 0))
    }

    fn take_blocks(&self, count: u32) -> Option<u32> {
        let b = self.pool.lock().take(&self.space, count, self.cap(false))?;
        self.charge(count as usize * BLOCK_BYTES);
        Some(b)
    }

    /// Takes back a block that a thread has not filled (its bump position is written).
    fn give_back(&self, class: usize, block: u32) {
        let list = &self.lists[class];
        let mut r = list.returned.lock();
        r.push(block);
        // ORDERING: Relaxed; a hint.
        list.returned_len.store(r.len() as u32, ord!("heap.returned_push", Relaxed));
    }

    /// # Safety
    /// - `cell` is a live large cell; one thread at a time extends it.
    unsafe fn extend_large(&self, cell: usize, bytes: usize) -> Option<usize> {
        let head = self.space.block_of(cell);
        let info = self.space.info(head);
        // SAFETY: a live large cell's row changes only here.
        let have = unsafe { (*info).count };
        let want = bytes.div_ceil(BLOCK_BYTES) as u32;
        if want > have {
            let start = head + have;
            if !self.pool.lock().take_at(&self.space, start, want - have, self.cap(false)) {
                return None;
            }
            self.charge((want - have) as usize * BLOCK_BYTES);
            for b in start..head + want {
                let tail = self.space.info(b);
                // SAFETY: the blocks are ours now.
                unsafe {
                    if (*tail).dirty {
                        std::ptr::write_bytes(self.space.block_addr(b) as *mut u8, 0, BLOCK_BYTES);
                    }
                    (*tail).kind = space::Kind::LargeTail;
                    (*tail).dirty = true;
                    (*tail).head = head;
                }
            }
            // SAFETY: as above.
            unsafe { (*info).count = want };
        }
        // SAFETY: as above.
        unsafe { (*info).bytes = bytes };
        Some(want.max(have) as usize * BLOCK_BYTES)
    }

    // ---- flags and weak references

    /// Bytes of the block range; for tests and reports.
    pub fn blocks_used(&self) -> u32 {
        self.pool.lock().used
    }

    /// Whether the cell's finalizer has been queued before.
    ///
    /// # Safety
    /// - `cell` is a live cell.
    pub unsafe fn is_finalized(&self, cell: *const u8) -> bool {
        // SAFETY: the caller's promise.
        unsafe { has_flag(cell as usize, FLAG_FINALIZED) }
    }

    /// Notes a weak reference: the word at `referent`, inside the cell `weakref`, holds the address of `object` and is
    /// not reported by that cell's trace function. It is set to 0 when `object` dies; with `callback`,
    /// [`Pending::WeakCallback`] is queued then.
    ///
    /// **Threads:** attached. **Escapes:** no.
    ///
    /// # Safety
    /// - Both are live cells.
    pub unsafe fn weakref_register(
        &self,
        object: *const u8,
        weakref: *const u8,
        referent: *const AtomicU64,
        callback: bool,
    ) {
        // SAFETY: the caller's promise.
        unsafe { self.weak.register(object as usize, weakref as usize, referent, callback) };
    }

    /// Takes a weak reference back: it was cleared by hand.
    pub fn weakref_unregister(&self, object: *const u8, weakref: *const u8) {
        self.weak.unregister(object as usize, weakref as usize);
    }

    /// Calls `f` with the word of each weak reference cell of `object`, oldest first, until it returns false. `f` must
    /// not allocate or use weak references.
    ///
    /// # Safety
    /// - `object` is a live cell.
    pub unsafe fn weakrefs_of(&self, object: *const u8, f: impl FnMut(u64) -> bool) {
        // SAFETY: the caller's promise.
        unsafe { self.weak.each(object as usize, f) };
    }

    /// Lists `n` words of the cell `cell` from `first` on as weak: they are not reported by the cell's trace function, and
    /// a word whose object dies becomes 0. For as long as the cell lives; no callback, no entry for the objects.
    ///
    /// # Safety
    /// - The words lie in the live cell `cell` and hold value words or 0.
    pub unsafe fn weak_words(&self, cell: *const u8, first: *const AtomicU64, n: usize) {
        self.weak.add_words(cell as usize, first, n);
    }

    // ---- pending work

    /// The next finalizer or weak reference callback to run, if any. Its object lives in the caller's hands from now on.
    ///
    /// **Threads:** attached; run what it says outside critical sections.
    pub fn pop_pending(&self) -> Option<Pending> {
        self.pending.pop()
    }

    /// How many are waiting.
    pub fn pending_len(&self) -> usize {
        self.pending.len()
    }
}

/// Bytes of memory that this process may use: what the machine has, or less if a control group says so.
fn physical_bytes() -> usize {
    // SAFETY: plain queries.
    let (pages, page) =
        unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
    let machine = if pages > 0 && page > 0 { pages as usize * page as usize } else { 4 << 30 };
    let group = std::fs::read_to_string("/sys/fs/cgroup/memory.max")
        .ok()
        .and_then(|s| s.trim().parse::<usize>().ok())
        .unwrap_or(usize::MAX);
    machine.min(group).max(64 << 20)
}
