//! A thread's allocator: one run of free cells for each size class, bumped through.
//!
//! The fast path is load, compare, add, store. When a run is used up, [`ThreadHeap::refill`] looks for the next one in
//! the same block's bitmap, then for another block; that is where collections start. No bit and no list is touched for
//! a single cell. Compiled code does the same with the offsets given here.

use super::class::{
    CELL_BYTES, CELL_BYTES_CONST, CLASSES, SMALL_BYTES_MAX, class_of, class_of_dyn,
};
use super::finalize::Special;
use super::local::Local;
use super::{BLOCK_BYTES, Heap, Why};
use heddle_sync::Slot;
use heddle_sync::breaker;
use heddle_sync::stw::World;
use heddle_sync::thread::ATTACHED;
use std::ptr::NonNull;

/// A run of free cells of one class.
#[repr(C)]
pub struct Run {
    /// Next cell.
    pub cur: usize,
    /// End of the run; equal to `cur` when it is used up.
    pub end: usize,
}

const NO_BLOCK: u32 = u32::MAX;
/// Cells of a run under stress (arbitrary, small).
const STRESS_CELLS: u32 = 4;

/// The allocator of one thread, embedded in `object::Thread`.
#[repr(C)]
pub struct ThreadHeap {
    /// One run a class, at offset 0.
    pub(super) runs: [Run; CLASSES],
    heap: *const Heap,
    world: *const World,
    slot: *const Slot,
    /// Block of each run.
    pub(super) blocks: [u32; CLASSES],
    stress_left: u32,
    /// New cells with finalizers or native resources.
    pub(super) special: Vec<Special>,
    /// Finalizers and callbacks are being run by this thread.
    pub(super) running: bool,
    /// This thread's [`super::RootVec`]s; null while not attached.
    pub(super) local: *mut Local,
}

// SAFETY: used by its thread, or by the collector while that thread is stopped.
unsafe impl Send for ThreadHeap {}

/// Byte offset of a class's run in [`ThreadHeap`], for compiled code; `cur` is at 0, `end` at 8.
pub const fn run_offset(class: usize) -> usize {
    std::mem::offset_of!(ThreadHeap, runs) + class * size_of::<Run>()
}

impl Default for ThreadHeap {
    fn default() -> ThreadHeap {
        ThreadHeap::new()
    }
}

impl ThreadHeap {
    /// An allocator without a heap: every request fails until [`attach`](ThreadHeap::attach).
    pub const fn new() -> ThreadHeap {
        ThreadHeap {
            runs: [const { Run { cur: 0, end: 0 } }; CLASSES],
            heap: std::ptr::null(),
            world: std::ptr::null(),
            slot: std::ptr::null(),
            blocks: [NO_BLOCK; CLASSES],
            stress_left: 0,
            special: Vec::new(),
            running: false,
            local: std::ptr::null_mut(),
        }
    }

    /// Joins a heap.
    ///
    /// **Threads:** on the thread itself, registered and attached in `world`.
    ///
    /// # Safety
    /// - `self` and `slot` stay in place until [`detach`](ThreadHeap::detach); `slot` is this thread's in `world`.
    pub unsafe fn attach(&mut self, heap: &'static Heap, world: &'static World, slot: *const Slot) {
        // SAFETY: the caller's promise.
        let s = unsafe { &*slot };
        debug_assert_eq!(s.state(), ATTACHED);
        self.heap = heap;
        self.world = world;
        self.slot = slot;
        self.stress_left = heap.config.stress_refills;
        // ORDERING: Relaxed; read by others only while this thread is stopped, which orders it.
        if s.stack_base.load(heddle_sync::prim::ord!("heap.stack_base", Relaxed)) == 0
            && let Some(base) = super::stack::stack_base()
        {
            s.stack_base.store(base, heddle_sync::prim::ord!("heap.stack_base_set", Relaxed));
        }
        self.local = Local::new();
        heap.mutators.lock().push(super::MutatorPtr(self));
    }

    /// The list of this thread's vectors.
    pub(super) fn local(&self) -> NonNull<Local> {
        NonNull::new(self.local).expect("this thread's allocator has not joined a heap")
    }

    /// Leaves the heap: hands unused runs and the lists of special cells over.
    ///
    /// **Threads:** on the thread itself, still attached in its world.
    pub fn detach(&mut self) {
        if self.heap.is_null() {
            return;
        }
        let heap = self.heap();
        let me: *mut ThreadHeap = self;
        heap.mutators.lock().retain(|m| !std::ptr::eq(m.0, me));
        for class in 0..CLASSES {
            let block = self.blocks[class];
            if block != NO_BLOCK {
                // SAFETY: the block is this thread's.
                unsafe {
                    (*heap.space.info(block)).bump =
                        (self.runs[class].cur - heap.space.block_addr(block)) as u32
                };
                heap.give_back(class, block);
            }
        }
        self.reset();
        heap.specials.lock().append(&mut self.special);
        self.heap = std::ptr::null();
        let local = std::mem::replace(&mut self.local, std::ptr::null_mut());
        // SAFETY: made by `attach`, and forgotten here.
        unsafe { Local::free(local) };
    }

    /// The heap.
    ///
    /// **Panics:** when not attached.
    #[inline]
    pub fn heap(&self) -> &'static Heap {
        assert!(!self.heap.is_null(), "this thread's allocator has not joined a heap");
        // SAFETY: set from a static reference.
        unsafe { &*self.heap }
    }

    pub(super) fn slot(&self) -> &'static Slot {
        // SAFETY: alive while this allocator is attached; the result is used within calls on it.
        unsafe { &*self.slot }
    }

    pub(super) fn world(&self) -> &'static World {
        // SAFETY: set from a static reference.
        unsafe { &*self.world }
    }

    /// Memory for a cell of `bytes` bytes, 16-byte aligned, not initialised.
    ///
    /// **Errors:** `None` when memory is exhausted. **Threads:** attached; a collection may run, unless the thread is in
    /// a critical section. The caller initialises the cell, header first, before its next safepoint. **Escapes:** no.
    #[inline(always)]
    pub fn alloc(&mut self, bytes: usize) -> Option<NonNull<u8>> {
        if bytes <= SMALL_BYTES_MAX {
            let class = class_of_dyn(bytes);
            self.alloc_class(class, CELL_BYTES[class] as usize)
        } else {
            self.alloc_large(bytes, false)
        }
    }

    /// [`alloc`](ThreadHeap::alloc) of a size known at compile time: no table lookup.
    #[inline(always)]
    pub fn alloc_const<const BYTES: usize>(&mut self) -> Option<NonNull<u8>> {
        const { assert!(BYTES <= SMALL_BYTES_MAX) };
        self.alloc_class(
            const { class_of(BYTES) },
            const { CELL_BYTES_CONST[class_of(BYTES)] as usize },
        )
    }

    /// [`alloc`](ThreadHeap::alloc) of the size of `T`.
    #[inline(always)]
    pub fn alloc_for<T>(&mut self) -> Option<NonNull<u8>> {
        const { assert!(size_of::<T>() <= SMALL_BYTES_MAX && align_of::<T>() <= 16) };
        let class = const { class_of(size_of::<T>()) };
        self.alloc_class(class, const { CELL_BYTES_CONST[class_of(size_of::<T>())] as usize })
    }

    #[inline(always)]
    fn alloc_class(&mut self, class: usize, cell: usize) -> Option<NonNull<u8>> {
        // SAFETY: `class_of*` gives indices below CLASSES.
        let run = unsafe { self.runs.get_unchecked_mut(class) };
        let at = run.cur;
        if at != run.end {
            run.cur = at + cell;
            // SAFETY: an empty run has both ends equal, and runs lie in the heap, so `at` is not 0.
            Some(unsafe { NonNull::new_unchecked(at as *mut u8) })
        } else {
            self.refill(class)
        }
    }

    /// As [`alloc`](ThreadHeap::alloc), with all of the cell's usable bytes zero.
    #[inline]
    pub fn alloc_zeroed(&mut self, bytes: usize) -> Option<NonNull<u8>> {
        if bytes <= SMALL_BYTES_MAX {
            let p = self.alloc(bytes)?;
            let cell = CELL_BYTES[class_of_dyn(bytes)] as usize;
            // SAFETY: the cell has that many bytes and is ours.
            unsafe { std::ptr::write_bytes(p.as_ptr(), 0, cell) };
            Some(p)
        } else {
            self.alloc_large(bytes, true)
        }
    }

    /// Notes a cell with a finalizer: when it becomes unreachable it is kept once more and queued
    /// ([`Heap::pop_pending`]).
    pub fn register_finalizer(&mut self, cell: *mut u8) {
        self.special.push(Special { cell: cell as usize, finalizer: true });
    }

    /// Notes a cell with native resources: its shape's `drop` is called after the collection that finds it dead.
    pub fn register_drop(&mut self, cell: *mut u8) {
        self.special.push(Special { cell: cell as usize, finalizer: false });
    }

    /// Whether this thread may start a collection here.
    pub fn may_collect(&self) -> bool {
        let slot = self.slot();
        !slot.in_critical() && !slot.rules() && slot.state() == ATTACHED
    }

    pub(super) fn reset(&mut self) {
        for class in 0..CLASSES {
            self.runs[class] = Run { cur: 0, end: 0 };
            self.blocks[class] = NO_BLOCK;
        }
    }

    /// Writes the bump position of every block in use to the block table.
    pub(super) fn publish(&mut self, heap: &Heap) {
        for class in 0..CLASSES {
            let block = self.blocks[class];
            if block != NO_BLOCK {
                // SAFETY: the block is this thread's, and the world is stopped.
                unsafe {
                    (*heap.space.info(block)).bump =
                        (self.runs[class].cur - heap.space.block_addr(block)) as u32
                };
            }
        }
    }

    /// The slow path of a small allocation: the next run of the block, or of another.
    #[cold]
    #[inline(never)]
    fn refill(&mut self, class: usize) -> Option<NonNull<u8>> {
        let heap = self.heap();
        if self.stress_left != 0 {
            self.stress();
        }
        let block = self.blocks[class];
        if block != NO_BLOCK {
            let from = (self.runs[class].end - heap.space.block_addr(block)) as u32;
            // SAFETY: the block is this thread's.
            if let Some(run) = unsafe { heap.space.find_run(block, class, from) } {
                return self.start_run(class, block, run);
            }
            // SAFETY: as above.
            unsafe { (*heap.space.info(block)).bump = BLOCK_BYTES as u32 };
            self.blocks[class] = NO_BLOCK;
            self.runs[class] = Run { cur: 0, end: 0 };
        }
        self.refill_block(class)
    }

    fn start_run(
        &mut self,
        class: usize,
        block: u32,
        (start, end): (u32, u32),
    ) -> Option<NonNull<u8>> {
        let base = self.heap().space.block_addr(block);
        let at = base + start as usize;
        // Under stress runs are short, so that a collection can fall between any two allocations.
        let end = if self.stress_left == 0 {
            end
        } else {
            end.min(start + STRESS_CELLS * CELL_BYTES[class])
        };
        self.blocks[class] = block;
        self.runs[class] = Run { cur: at + CELL_BYTES[class] as usize, end: base + end as usize };
        NonNull::new(at as *mut u8)
    }

    fn refill_block(&mut self, class: usize) -> Option<NonNull<u8>> {
        let heap = self.heap();
        let may = self.may_collect();
        if heap.due() && !heap.use_grace() && !self.collect_due(may, BLOCK_BYTES) {
            return None;
        }
        let mut tries = 0;
        loop {
            if let Some((block, from)) = heap.next_block(class) {
                // SAFETY: the block is this thread's now.
                match unsafe { heap.space.find_run(block, class, from) } {
                    Some(run) => return self.start_run(class, block, run),
                    // SAFETY: as above.
                    None => unsafe { (*heap.space.info(block)).bump = BLOCK_BYTES as u32 },
                }
            } else if !may || !heap.relieve(self, 1, &mut tries) {
                heap.out_of_memory();
                return None;
            }
        }
    }

    /// A collection is due: runs it, or asks for it at the next poll. False when memory is exhausted.
    fn collect_due(&mut self, may: bool, bytes: usize) -> bool {
        let heap = self.heap();
        if !may {
            self.slot().breaker.set(breaker::GC);
            return true;
        }
        heap.collect(self, Why::Pace);
        // Only a full collection may judge.
        if heap.over_limit(bytes) {
            heap.collect(self, Why::Limit);
        }
        if heap.over_limit(bytes) {
            heap.out_of_memory();
            return false;
        }
        true
    }

    #[cold]
    fn stress(&mut self) {
        self.stress_left -= 1;
        if self.stress_left == 0 {
            let heap = self.heap();
            self.stress_left = heap.config.stress_refills;
            if self.may_collect() {
                heap.collect(self, Why::Stress);
            }
        }
    }

    /// Memory for a cell that has blocks of its own.
    #[cold]
    #[inline(never)]
    fn alloc_large(&mut self, bytes: usize, zero: bool) -> Option<NonNull<u8>> {
        let heap = self.heap();
        // Checked against the range before any arithmetic that could overflow.
        if bytes > (heap.space.blocks_max() as usize).checked_mul(BLOCK_BYTES)? {
            return None;
        }
        let count = bytes.div_ceil(BLOCK_BYTES) as u32;
        if heap.can_never_fit(bytes) {
            return None;
        }
        if self.stress_left != 0 {
            self.stress();
        }
        let may = self.may_collect();
        if heap.due_with(bytes) && !self.collect_due(may, bytes) {
            return None;
        }
        let mut tries = 0;
        loop {
            if let Some(block) = heap.take_blocks(count) {
                // SAFETY: the blocks are this thread's now.
                unsafe { heap.space.make_large(block, count, bytes, zero) };
                return NonNull::new(heap.space.block_addr(block) as *mut u8);
            }
            if !may || !heap.relieve(self, count, &mut tries) {
                return None;
            }
        }
    }

    /// Grows a large cell where it lies, when the blocks behind it are free. New bytes are zero.
    ///
    /// **Returns:** the usable bytes afterwards, or `None` when nothing changed.
    ///
    /// # Safety
    /// - `cell` is a live cell of `old` bytes, and no other thread tries the same meanwhile.
    pub unsafe fn try_extend(&mut self, cell: *mut u8, old: usize, bytes: usize) -> Option<usize> {
        if old <= SMALL_BYTES_MAX || bytes <= old {
            return None;
        }
        let heap = self.heap();
        if heap.can_never_fit(bytes) || heap.due_with(bytes - old) {
            return None;
        }
        // SAFETY: a large cell starts its block; its row is written by the one thread that extends it.
        unsafe { heap.extend_large(cell as usize, bytes) }
    }

    /// Handles the eval breaker's GC event: collects when one is due. Then take what [`Heap::pop_pending`] gives.
    ///
    /// **Threads:** attached, outside critical sections. **Escapes:** no.
    pub fn on_event(&mut self) {
        self.slot().breaker.take(breaker::GC);
        if self.heap().due() && self.may_collect() {
            self.heap().collect(self, Why::Pace);
        }
    }
}
