//! Following pointers: what a cell's trace function talks to, and the mark loop behind it.
//!
//! Marks lie beside the heap, so pushing an object touches its bit and nothing of the object; the object is prefetched
//! when it leaves the stack and looked at eight objects later (touching headers at the push cost 1.7 times the CPU in
//! the trial). Cells are traced exactly, stacks conservatively: [`Tracer::conservative`] takes any word and any
//! address inside an object.

use super::parallel::Shared;
use super::space::Space;
use super::{SHAPE_HEAD_OFFSET, ShapeHead};
use crate::heap::class::GRANULE_SHIFT;
use heddle_sync::prim::{AtomicU64, Ordering};

/// What a tracer does with a pointer.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Mode {
    /// Mark it; this thread marks alone.
    Mark,
    /// Mark it; others mark too.
    MarkShared,
    /// Mark it alone, checking first that it is a plausible object.
    MarkVerify,
    /// Write it down.
    Collect,
}

const RING: usize = 8;
/// Objects that a worker hands to others at a time, and the least that it keeps.
pub(super) const CHUNK: usize = 256;

/// Receives the pointers of a cell. Trace functions get one; see [`ShapeHead::trace`].
///
/// **Threads:** the world is stopped; trace functions must not lock, allocate or look at other cells.
pub struct Tracer {
    base: usize,
    span: usize,
    bits: *mut u64,
    mode: Mode,
    ring_at: u32,
    ring: [usize; RING],
    pub(super) stack: Vec<usize>,
    pub(super) shared: *const Shared,
    space: *const Space,
    /// The cell under trace, for messages.
    current: usize,
    /// The thread that asked for this collection from a call, if one did.
    pub(super) asker: *const heddle_sync::Slot,
    /// Objects traced, for statistics.
    pub(super) traced: u64,
}

// SAFETY: a tracer is used by one thread at a time; what its pointers name is shared by contract of the pause.
unsafe impl Send for Tracer {}

#[inline(always)]
fn prefetch(addr: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch cannot fault and changes nothing.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(addr as *const i8)
    };
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{}]", in(reg) addr, options(nostack, preserves_flags, readonly))
    };
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = addr;
}

/// The collector's part of the shape of a cell.
///
/// # Safety
/// - `cell` is an initialised cell, and its shape lives as long as the result is used.
#[inline(always)]
pub unsafe fn head_of<'a>(cell: usize) -> &'a ShapeHead {
    // SAFETY: the first word of a cell is the address of its shape, which holds the head at a fixed offset.
    unsafe { &*((*(cell as *const usize) + SHAPE_HEAD_OFFSET) as *const ShapeHead) }
}

impl Tracer {
    pub(super) fn new(space: &Space, high: u32, mode: Mode) -> Tracer {
        Tracer {
            base: space.base(),
            span: (high as usize) << super::class::BLOCK_SHIFT,
            bits: space.mark_bits(),
            mode,
            ring_at: 0,
            ring: [0; RING],
            stack: Vec::new(),
            shared: std::ptr::null(),
            space,
            current: 0,
            asker: std::ptr::null(),
            traced: 0,
        }
    }

    /// A tracer that marks beside others.
    pub(super) fn new_shared(space: &Space, high: u32, shared: &Shared) -> Tracer {
        let mut t = Tracer::new(space, high, Mode::MarkShared);
        t.shared = shared;
        t
    }

    /// Whether this thread asked for the collection, by calling a function: its frames are then in the state of a call.
    /// (Elsewhere a collection may fall into the middle of an instruction.)
    pub fn is_asker(&self, slot: &heddle_sync::Slot) -> bool {
        std::ptr::eq(self.asker, slot)
    }

    /// Reports the word of a slot: a value, or 0. Small integers, floats and static objects are passed over.
    #[inline(always)]
    pub fn word(&mut self, word: u64) {
        let off = (word as usize).wrapping_sub(self.base);
        if off < self.span && word & 7 == 0 {
            self.reach(word as usize, off);
        }
    }

    /// Reports a pointer to the start of a cell, or null.
    #[inline(always)]
    pub fn ptr<T>(&mut self, p: *const T) {
        self.word(p as u64);
    }

    /// Reports `n` slots in a row.
    ///
    /// # Safety
    /// - `p` is readable for `n` words.
    #[inline]
    pub unsafe fn words(&mut self, p: *const u64, n: usize) {
        for i in 0..n {
            // SAFETY: the caller's promise. Relaxed atomics are not needed: the world is stopped.
            self.word(unsafe { *p.add(i) });
        }
    }

    /// Reports an address that may lie anywhere inside a cell, or outside of the heap.
    #[inline]
    pub fn interior<T>(&mut self, p: *const T) {
        self.conservative(p as usize);
    }

    /// Reports a word of which nothing is known. An address on the border of two cells keeps both: compilers walk
    /// arrays by a pointer to their end.
    #[inline]
    pub fn conservative(&mut self, word: usize) {
        let off = word.wrapping_sub(self.base);
        if off < self.span {
            // SAFETY: blocks below `span` are committed.
            let found = unsafe { (*self.space).object_at(word) };
            if let Some(cell) = found {
                self.reach(cell, cell - self.base);
            }
            if found.is_none_or(|c| c == word) && off > 0 {
                // SAFETY: as above.
                if let Some(cell) = unsafe { (*self.space).object_at(word - 1) } {
                    self.reach(cell, cell - self.base);
                }
            }
        }
    }

    /// Reports every aligned word of a range conservatively.
    ///
    /// # Safety
    /// - `[lo, hi)` is readable.
    pub unsafe fn conservative_range(&mut self, lo: *const u8, hi: *const u8) {
        let mut p = (lo as usize).next_multiple_of(8);
        while p + 8 <= hi as usize {
            // SAFETY: inside the range. Volatile: the words belong to others' frames, of any type.
            let w = unsafe { std::ptr::read_volatile(p as *const usize) };
            self.conservative(w);
            p += 8;
        }
    }

    #[inline(always)]
    fn reach(&mut self, cell: usize, off: usize) {
        let g = off >> GRANULE_SHIFT;
        let word = self.bits.wrapping_add(g >> 6);
        let bit = 1u64 << (g & 63);
        if self.mode == Mode::Mark {
            // SAFETY: the granule is below `span`, so the bitmap word is committed; this thread marks alone.
            unsafe {
                if *word & bit == 0 {
                    *word |= bit;
                    self.stack.push(cell);
                }
            }
        } else {
            self.reach_slow(cell, word, bit);
        }
    }

    #[inline(never)]
    fn reach_slow(&mut self, cell: usize, word: *mut u64, bit: u64) {
        match self.mode {
            Mode::Mark => {}
            Mode::MarkShared => {
                // SAFETY: as in `reach`; all markers use atomics on the word.
                let w = unsafe { AtomicU64::from_ptr(word) };
                // ORDERING: Relaxed; only the bit matters: whoever sets it traces the cell, whose contents the
                // stopped world has published to all workers. Model: none needed (a single word).
                if w.load(Ordering::Relaxed) & bit == 0
                    && w.fetch_or(bit, Ordering::Relaxed) & bit == 0
                {
                    self.stack.push(cell);
                }
            }
            Mode::MarkVerify => {
                self.verify(cell);
                // SAFETY: as in `reach`; this thread marks alone.
                unsafe {
                    if *word & bit == 0 {
                        *word |= bit;
                        self.stack.push(cell);
                    }
                }
            }
            Mode::Collect => self.stack.push(cell),
        }
    }

    /// Aborts with a description when `cell` is no object.
    fn verify(&self, cell: usize) {
        // SAFETY: the caller checked the range.
        let at = unsafe { (*self.space).object_at(cell) };
        assert!(
            at == Some(cell),
            "heap verification: {:#x} (traced from {:#x}) is not the start of an object (found {at:x?})",
            cell,
            self.current
        );
        // SAFETY: an object has an initialised header.
        let shape = unsafe { *(cell as *const usize) };
        let in_heap = shape.wrapping_sub(self.base) < self.span;
        // SAFETY: in range.
        let ok = shape % 8 == 0
            && shape != 0
            && shape != 0xDBDB_DBDB_DBDB_DBDB
            && (!in_heap || unsafe { (*self.space).object_at(shape) } == Some(shape));
        assert!(
            ok,
            "heap verification: {:#x} (traced from {:#x}) has the implausible shape {shape:#x}",
            cell, self.current
        );
    }

    /// Traces one cell: its shape and what its trace function reports.
    ///
    /// # Safety
    /// - `cell` is an initialised cell; the world is stopped.
    #[inline(always)]
    pub unsafe fn trace_cell(&mut self, cell: usize) {
        self.current = cell;
        self.traced += 1;
        // SAFETY: the caller's promise.
        let head = unsafe { head_of(cell) };
        // SAFETY: as above.
        self.word(unsafe { *(cell as *const u64) });
        if head.flags & super::HEAD_LEAF == 0 {
            // SAFETY: the trace function belongs to the shape of this cell.
            unsafe { (head.trace)(cell as *mut u8, self) };
        }
    }

    /// Traces until nothing is left (of this tracer's own work).
    pub(super) fn drain(&mut self) {
        let mut in_ring = 0usize;
        loop {
            let next = match self.stack.pop() {
                Some(p) => {
                    prefetch(p);
                    in_ring += 1;
                    p
                }
                None if in_ring == 0 => break,
                None => 0,
            };
            let i = self.ring_at as usize % RING;
            self.ring_at = self.ring_at.wrapping_add(1);
            let cell = std::mem::replace(&mut self.ring[i], next);
            if cell != 0 {
                in_ring -= 1;
                // SAFETY: only objects are pushed.
                unsafe { self.trace_cell(cell) };
                if !self.shared.is_null() && self.stack.len() > 2 * CHUNK {
                    self.share();
                }
            }
        }
    }

    #[inline(never)]
    fn share(&mut self) {
        // SAFETY: the marking that made this tracer outlives it.
        let shared = unsafe { &*self.shared };
        if shared.hungry() {
            shared.give(self.stack.drain(..CHUNK).collect());
        }
    }
}
