//! Young collections: marks stick, so only what was allocated since the last collection can die.
//!
//! The mark bitmap starts as a copy of the survivors' bitmap; tracing stops at everything old. What an old object was
//! made to point to meanwhile is found through cards: the write barrier sets the byte of the 512 bytes it stored into,
//! and old objects on such cards are traced again. After any collection everything alive is old, so the cards are
//! cleared. (Demers and others, "Combining generational and conservative garbage collection", 1990.)

use super::Heap;
use super::class::{BLOCK_BYTES, BLOCK_CARDS, CARD_SHIFT};
use super::finalize::Special;
use super::space::Kind;
use super::trace::{Mode, Tracer, head_of};
use heddle_sync::prim::{AtomicU8, AtomicUsize, ord};
use heddle_sync::stw::Pause;
use std::collections::HashMap;

/// What the barrier needs, in one cache line. Describes the process's heap, or nothing (span 0).
#[repr(C, align(64))]
struct Barrier {
    base: AtomicUsize,
    span: AtomicUsize,
    cards: AtomicUsize,
}

// The facade's atomics are std's in every build that has a heap: models do not collect.
static BARRIER: Barrier =
    Barrier { base: AtomicUsize::new(0), span: AtomicUsize::new(0), cards: AtomicUsize::new(0) };

/// The one door for stores of possible pointers into cells: call after storing `word` at `place`, before the next
/// safepoint. `place` is any address inside the cell that was
/// stored to, or inside the container whose backing array it is.
#[inline(always)]
pub fn write_barrier(place: *const u8, word: u64) {
    // ORDERING: Relaxed all; set once before other threads run. COST: three loads of one line and a compare while young
    // collections are off.
    let off = (place as usize).wrapping_sub(BARRIER.base.load(ord!("barrier.base", Relaxed)));
    if word & 7 == 0 && off < BARRIER.span.load(ord!("barrier.span", Relaxed)) {
        let cards = BARRIER.cards.load(ord!("barrier.cards", Relaxed)) as *const AtomicU8;
        // SAFETY: `place` lies in a block that has been handed out, whose cards are committed.
        // ORDERING: Relaxed; read in the pause, which orders it.
        unsafe { (*cards.add(off >> CARD_SHIFT)).store(1, ord!("barrier.card", Relaxed)) };
    }
}

impl Heap {
    /// Makes [`write_barrier`] work for this heap. Once, before other threads run; the heap lives for ever.
    pub fn install(&'static self) {
        if self.config.young {
            // ORDERING: Relaxed all; before other threads run.
            BARRIER.base.store(self.space.base(), ord!("barrier.base_set", Relaxed));
            BARRIER.cards.store(self.space.cards() as usize, ord!("barrier.cards_set", Relaxed));
            let span = self.space.blocks_max() as usize * BLOCK_BYTES;
            BARRIER.span.store(span, ord!("barrier.span_set", Relaxed));
        }
    }

    /// Notes that every pointer in the cell at `place` may have changed: for cells whose trace function reports memory
    /// outside of the cell, or that are changed in bulk.
    #[inline]
    pub fn remember(&self, place: *const u8) {
        let off = (place as usize).wrapping_sub(self.space.base());
        if self.config.young && off < self.space.blocks_max() as usize * BLOCK_BYTES {
            // SAFETY: as in `write_barrier`.
            // ORDERING: Relaxed; as in `write_barrier`.
            unsafe {
                let cards = self.space.cards() as *const AtomicU8;
                (*cards.add(off >> CARD_SHIFT)).store(1, ord!("barrier.remember", Relaxed));
            }
        }
    }

    /// Pushes the old objects on dirty cards, and those whose stores the barrier cannot see.
    ///
    /// **Threads:** in the pause, before the bitmaps swap. **Returns:** how many.
    pub(super) fn push_remembered(&self, high: u32, specials: &[Special], t: &mut Tracer) -> usize {
        let before = t.stack.len();
        let old = self.space.alloc_bits();
        let mut last_large = u32::MAX;
        let mut arrays = Tracer::new(&self.space, high, Mode::Collect);
        // Cells with native resources may hold values in memory of their own, where the barrier does not reach.
        for s in specials.iter().filter(|s| !s.finalizer) {
            // SAFETY: cells on the list are alive since the last collection, or new.
            if unsafe { self.space.bit(old, s.cell) } {
                self.push_again(s.cell, t, &mut arrays);
            }
        }
        for b in 0..high {
            // SAFETY: below `high` everything is committed; the world is stopped.
            let (info, words) = unsafe { (&*self.space.info(b), &*self.space.block_cards(b)) };
            if info.kind == Kind::Free || words.iter().all(|&w| w == 0) {
                continue;
            }
            let start = self.space.block_addr(b);
            if info.kind != Kind::Small {
                let head = self.space.block_addr(info.head);
                // SAFETY: a large object's first granule.
                if info.head != last_large && unsafe { self.space.bit(old, head) } {
                    self.push_again(head, t, &mut arrays);
                }
                last_large = info.head;
                continue;
            }
            let cell = info.cell as usize;
            let mut next = 0;
            for card in 0..BLOCK_CARDS {
                if words[card / 8] >> (card % 8 * 8) & 0xFF == 0 {
                    continue;
                }
                let lo = card << CARD_SHIFT;
                let hi = lo + (1 << CARD_SHIFT);
                let mut i = (lo / cell).max(next);
                while i * cell < hi && (i + 1) * cell <= BLOCK_BYTES {
                    let at = start + i * cell;
                    // SAFETY: in the block.
                    if unsafe { self.space.bit(old, at) } {
                        self.push_again(at, t, &mut arrays);
                    }
                    i += 1;
                }
                next = i;
            }
        }
        t.stack.len() - before
    }

    /// Pushes an old object and the old backing arrays that it refers to: containers name themselves to the barrier
    /// when they store into their arrays.
    fn push_again(&self, cell: usize, t: &mut Tracer, arrays: &mut Tracer) {
        t.stack.push(cell);
        // SAFETY: an old object in the stopped world.
        unsafe {
            let head = head_of(cell);
            if head.flags & (super::HEAD_INTERNAL | super::HEAD_LEAF) == 0 {
                (head.trace)(cell as *mut u8, arrays);
            }
            for a in arrays.stack.drain(..) {
                // A cell that is not old is reached by the ordinary way.
                if self.space.bit(self.space.alloc_bits(), a)
                    && head_of(a).flags & super::HEAD_INTERNAL != 0
                {
                    t.stack.push(a);
                }
            }
        }
    }

    /// Forgets what the barrier remembered.
    ///
    /// **Threads:** in the pause.
    pub(super) fn clear_cards(&self, high: u32) {
        // SAFETY: below `high` everything is committed; the world is stopped.
        unsafe { std::ptr::write_bytes(self.space.cards(), 0, high as usize * BLOCK_CARDS) };
    }

    /// Aborts when a young marking missed an object that a full one finds, naming the object that refers to it.
    pub(super) fn verify_young(&self, pause: &Pause<'_>, high: u32) {
        let mut t = Tracer::new(&self.space, high, Mode::Collect);
        self.trace_roots(pause, &mut t);
        let mut parent: HashMap<usize, usize> = HashMap::new();
        let mut work: Vec<(usize, usize)> = t.stack.drain(..).map(|c| (c, 0)).collect();
        let bits = self.space.mark_bits();
        while let Some((cell, from)) = work.pop() {
            if parent.contains_key(&cell) {
                continue;
            }
            parent.insert(cell, from);
            // SAFETY: a cell reached by tracing, in the stopped world.
            unsafe {
                assert!(
                    self.space.bit(bits, cell),
                    "young collection: {cell:#x} (shape {:#x}, flags {:#x}) is reached from {from:#x} (shape {:#x}), \
                     which was stored to without the write barrier",
                    *(cell as *const usize),
                    head_of(cell).flags,
                    if from == 0 { 0 } else { *(from as *const usize) },
                );
                t.trace_cell(cell);
            }
            work.extend(t.stack.drain(..).map(|c| (c, cell)));
        }
    }
}
