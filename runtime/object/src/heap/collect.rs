//! A collection: when it starts, its phases, and what is left to do after the pause.
//!
//! In the pause: publish bump positions, scan roots, mark, weak references and finalizers, swap the bitmaps, count.
//! After it: native resources of dead cells, memory back to the system. The phases of weakness, in this order: ephemerons
//! to a fixpoint; weak references to what is unmarked are cleared; unmarked cells with finalizers are marked and queued;
//! mark what they reach; ephemerons again; drop the entries of the dead.

use super::class::{BLOCK_BIT_WORDS, BLOCK_BYTES, CELL_BYTES, CLASSES, cells_per_block};
use super::finalize::{self, DropJob};
use super::space::{Kind, Space};
use super::stats::{Summary, Why};
use super::thread::ThreadHeap;
use super::trace::{Mode, Tracer, head_of};
use super::{HEAD_INTERNAL, HEAD_LEAF, Heap, POISON};
use heddle_sync::breaker;
use heddle_sync::prim::{Instant, ord};
use heddle_sync::stats::Reason;
use heddle_sync::stw::Pause;
use heddle_sync::thread::park_with_registers;

/// What the pause leaves to be done.
#[derive(Default)]
struct Rest {
    jobs: Vec<DropJob>,
    summary: Summary,
}

impl Heap {
    /// Collects everything that is unreachable.
    ///
    /// With [`Why::Pace`] nothing happens when another thread has collected meanwhile.
    /// **Threads:** attached, outside critical sections and pauses. **Escapes:** no; see [`Heap::pop_pending`].
    pub fn collect(&self, th: &mut ThreadHeap, why: Why) -> Summary {
        // ORDERING: Relaxed; changes only inside pauses.
        let seen = self.pace.epoch.load(ord!("heap.epoch_seen", Relaxed));
        let (slot, world) = (th.slot(), th.world());
        let rest = park_with_registers(slot, || {
            let pause = world.stop(slot, Reason::Collect);
            // ORDERING: Relaxed; inside the pause.
            let now = self.pace.epoch.load(ord!("heap.epoch_now", Relaxed));
            if matches!(why, Why::Pace) && now != seen {
                return None;
            }
            Some(self.collect_stopped(&pause, th, why))
        });
        let Some(rest) = rest else { return Summary::default() };
        finalize::run(rest.jobs);
        self.decommit(why);
        if self.pending.len() != 0 {
            slot.breaker.set(breaker::GC);
        }
        rest.summary
    }

    /// Everything that happens in the pause.
    fn collect_stopped(&self, pause: &Pause<'_>, th: &mut ThreadHeap, why: Why) -> Rest {
        let began = Instant::now();
        let mut rest = Rest::default();
        self.publish_all(th);
        let mut specials = self.specials.lock();
        for m in self.mutators.lock().iter() {
            // SAFETY: all threads are stopped; the requester's own allocator is borrowed by `th`, so go through that.
            let m = if std::ptr::eq(m.0, th) { &mut *th } else { unsafe { &mut *m.0 } };
            specials.append(&mut m.special);
        }
        let high = self.pool.lock().high;
        let young = self.choose_young(why);
        rest.summary.young = young;
        self.clear_marks(high, young);

        // Mark.
        let mark_began = Instant::now();
        let mut t = Tracer::new(
            &self.space,
            high,
            if self.config.verify { Mode::MarkVerify } else { Mode::Mark },
        );
        t.stack = std::mem::take(&mut *self.scratch.lock());
        if matches!(why, Why::Asked) {
            t.asker = th.slot();
        }
        self.trace_roots(pause, &mut t);
        if young {
            self.push_remembered(high, &specials, &mut t);
        }
        let mut helped = self.mark_all(&mut t, high, young);
        if young && self.config.verify {
            self.verify_young(pause, high);
        }

        // Weakness. The predicate treats what lies outside the heap as alive.
        let (base, span) = (self.space.base(), (high as usize) * BLOCK_BYTES);
        let bits = self.space.mark_bits();
        // SAFETY: inside the heap; marking is not running while the predicate is used.
        let is_marked =
            |a: usize| a.wrapping_sub(base) >= span || unsafe { self.space.bit(bits, a) };
        let ephemerons = |t: &mut Tracer| {
            while self.weak.ephemerons_step(t, &is_marked) {
                t.drain();
            }
        };
        ephemerons(&mut t);
        rest.summary.weak_cleared = self.weak.clear_dead(&self.pending, &is_marked);
        rest.summary.finalizers =
            finalize::resurrect(&mut specials, &self.pending, &mut t, is_marked);
        helped += self.mark_all(&mut t, high, young);
        ephemerons(&mut t);
        self.weak.forget_dead(&is_marked);
        self.weak.ephemerons_sweep(&is_marked);
        for hook in self.weak_hooks.lock().iter() {
            hook(&|word| word & 7 != 0 || is_marked(word as usize));
        }
        finalize::bury(&mut specials, &mut rest.jobs, is_marked, |a| {
            let g = (a - base) >> super::class::GRANULE_SHIFT;
            // SAFETY: a cell of the heap; marking is over.
            unsafe { *bits.add(g >> 6) |= 1 << (g & 63) };
        });
        drop(specials);
        rest.summary.mark_ns = mark_began.elapsed().as_nanos() as u64;
        rest.summary.traced = t.traced + helped;
        let mut stack = std::mem::take(&mut t.stack);
        stack.clear();
        // 1 MiB: arbitrary; a deeper stack was an exception that need not be paid for ever.
        stack.shrink_to(128 << 10);
        *self.scratch.lock() = stack;

        // Sweep.
        if matches!(why, Why::Asked) {
            rest.summary.freed_cells = self.count_dead(high);
        }
        if self.config.poison {
            self.poison_dead(high);
        }
        if self.config.young {
            self.clear_cards(high);
        }
        self.space.swap_bits();
        self.sweep(high, &mut rest.summary);
        for m in self.mutators.lock().iter() {
            // SAFETY: as above.
            let m = if std::ptr::eq(m.0, th) { &mut *th } else { unsafe { &mut *m.0 } };
            m.reset();
        }
        self.set_pace(&mut rest.summary);
        // ORDERING: Relaxed; inside the pause.
        rest.summary.number = self.pace.epoch.fetch_add(1, ord!("heap.epoch_next", Relaxed)) + 1;
        rest.summary.pause_ns = began.elapsed().as_nanos() as u64;
        self.totals.lock().record(why, &rest.summary);
        rest
    }

    /// Writes all bump positions to the block table.
    pub(super) fn publish_all(&self, th: &mut ThreadHeap) {
        for m in self.mutators.lock().iter() {
            // SAFETY: all threads are stopped; the requester's own allocator is borrowed by `th`.
            let m = if std::ptr::eq(m.0, th) { &mut *th } else { unsafe { &mut *m.0 } };
            m.publish(self);
        }
    }

    /// Whether this collection looks only at what is new.
    fn choose_young(&self, why: Why) -> bool {
        // ORDERING: Relaxed all; inside the pause.
        let live = self.pace.live.load(ord!("heap.young_live", Relaxed));
        let full_at = self.pace.full_at.load(ord!("heap.young_full_at", Relaxed));
        let epoch = self.pace.epoch.load(ord!("heap.young_epoch", Relaxed));
        self.config.young
            && epoch != 0
            && match why {
                Why::Pace => live < full_at,
                // Arbitrary: both kinds, mixed.
                Why::Stress => epoch % 4 != 0,
                Why::Limit | Why::Asked => false,
            }
    }

    fn clear_marks(&self, high: u32, young: bool) {
        let bits = self.space.mark_bits();
        let old = self.space.alloc_bits();
        for b in 0..high {
            // SAFETY: below `high` everything is committed; the world is stopped.
            unsafe {
                match (*self.space.info(b)).kind {
                    Kind::Small | Kind::LargeHead if young => std::ptr::copy_nonoverlapping(
                        Space::block_bits(old, b),
                        Space::block_bits(bits, b),
                        BLOCK_BIT_WORDS,
                    ),
                    Kind::Small => Space::clear_bits(bits, b),
                    Kind::LargeHead => *Space::block_bits(bits, b) = 0,
                    Kind::Free | Kind::LargeTail => {}
                }
            }
        }
    }

    pub(super) fn trace_roots(&self, pause: &Pause<'_>, t: &mut Tracer) {
        self.roots.trace(t);
        self.pending.trace(t);
        for m in self.mutators.lock().iter() {
            // SAFETY: all threads are stopped; only the pointer is read, which its thread does not change meanwhile.
            unsafe { super::local::Local::trace((&raw const (*m.0).local).read(), t) };
        }
        let reporters = self.thread_reporters.lock();
        pause.for_each_slot(|slot| {
            // ORDERING: Relaxed; the thread is stopped, and stored both before it said so.
            let top = slot.stack_top.load(ord!("heap.stack_top", Relaxed));
            // ORDERING: Relaxed; as above.
            let base = slot.stack_base.load(ord!("heap.stack_hi", Relaxed));
            if top != 0 && top < base {
                // SAFETY: the thread is stopped (or is this one, below this frame): its stack between the two is
                // mapped, and nobody writes the part that is scanned.
                unsafe { t.conservative_range(top as *const u8, base as *const u8) };
            }
            for f in reporters.iter() {
                f(slot, t);
            }
        });
    }

    /// Traces all that is on the stack; with helpers when much is alive and may have to be traced.
    fn mark_all(&self, t: &mut Tracer, high: u32, young: bool) -> u64 {
        // ORDERING: Relaxed; inside the pause.
        let live = self.pace.live.load(ord!("heap.live_for_mark", Relaxed));
        let c = &self.config;
        let much = c.mark_threads > 1 && live >= c.parallel_bytes_min && !young && !c.verify;
        if much && !t.stack.is_empty() {
            self.helpers.lock().mark(t, &self.space, high, c.mark_threads)
        } else {
            t.drain();
            0
        }
    }

    fn poison_dead(&self, high: u32) {
        let bits = self.space.mark_bits();
        for b in 0..high {
            // SAFETY: below `high` everything is committed; the world is stopped; unmarked cells are dead or free.
            unsafe {
                let info = &*self.space.info(b);
                let start = self.space.block_addr(b);
                match info.kind {
                    Kind::Small => {
                        let cell = info.cell as usize;
                        for i in 0..BLOCK_BYTES / cell {
                            let at = start + i * cell;
                            if !self.space.bit(bits, at) {
                                std::ptr::write_bytes(at as *mut u8, POISON, cell);
                            }
                        }
                    }
                    Kind::LargeHead if !self.space.bit(bits, start) => {
                        std::ptr::write_bytes(
                            start as *mut u8,
                            POISON,
                            info.count as usize * BLOCK_BYTES,
                        );
                    }
                    _ => {}
                }
            }
        }
    }

    /// Container objects that existed and are not marked. Only for `gc.collect()`, which reports it. Before the dead are
    /// poisoned, because it looks at their shapes.
    fn count_dead(&self, high: u32) -> usize {
        let marked = self.space.mark_bits();
        let before = self.space.alloc_bits();
        let tracked = |cell: usize| {
            // SAFETY: a dead cell whose memory is untouched, as is that of its shape.
            unsafe { head_of(cell) }.flags & (HEAD_LEAF | HEAD_INTERNAL) == 0
        };
        let mut dead = 0;
        for b in 0..high {
            // SAFETY: below `high` everything is committed; the world is stopped.
            unsafe {
                let info = &*self.space.info(b);
                let start = self.space.block_addr(b);
                match info.kind {
                    Kind::Small => {
                        let cell = info.cell as usize;
                        for i in 0..BLOCK_BYTES / cell {
                            let at = start + i * cell;
                            let was = i * cell < info.bump as usize || self.space.bit(before, at);
                            dead += (was && !self.space.bit(marked, at) && tracked(at)) as usize;
                        }
                    }
                    Kind::LargeHead => {
                        dead += (!self.space.bit(marked, start) && tracked(start)) as usize
                    }
                    Kind::Free | Kind::LargeTail => {}
                }
            }
        }
        dead
    }

    /// Counts survivors by popcount, returns empty blocks to the pool, lists blocks with free cells.
    fn sweep(&self, high: u32, summary: &mut Summary) {
        let bits = self.space.alloc_bits();
        let mut pool = self.pool.lock();
        let mut live_bytes = 0usize;
        let mut free_run = (0u32, 0u32);
        let flush = |pool: &mut super::space::Pool, run: &mut (u32, u32)| {
            if run.1 > 0 {
                pool.put(run.0, run.1);
            }
            *run = (0, 0);
        };
        for list in &self.lists {
            // SAFETY: the world is stopped.
            unsafe { list.blocks.write(|v| v.clear()) };
            // ORDERING: Relaxed; inside the pause.
            list.taken.store(0, ord!("heap.taken_reset", Relaxed));
            list.returned.lock().clear();
            // ORDERING: Relaxed; inside the pause.
            list.returned_len.store(0, ord!("heap.returned_reset", Relaxed));
        }
        let mut b = 0;
        while b < high {
            // SAFETY: committed; the world is stopped.
            let info = unsafe { &mut *self.space.info(b) };
            let mut step = 1;
            match info.kind {
                Kind::Small => {
                    let words = Space::block_bits(bits, b);
                    let mut live = 0u32;
                    for i in 0..BLOCK_BIT_WORDS {
                        // SAFETY: the block's words.
                        live += unsafe { *words.add(i) }.count_ones();
                    }
                    let class = info.class as usize;
                    let cells = cells_per_block(class) as u32;
                    info.bump = 0;
                    info.count = live;
                    live_bytes += live as usize * info.cell as usize;
                    if live == 0 {
                        info.kind = Kind::Free;
                        if free_run.0 + free_run.1 != b {
                            flush(&mut pool, &mut free_run);
                        }
                        free_run =
                            if free_run.1 == 0 { (b, 1) } else { (free_run.0, free_run.1 + 1) };
                    } else if cells - live > cells / 64 {
                        // Less than 1/64 free is not worth the search.
                        // SAFETY: the world is stopped.
                        unsafe { self.lists[class].blocks.write(|v| v.push(b)) };
                    }
                }
                Kind::LargeHead => {
                    step = info.count;
                    // SAFETY: the block's first word.
                    if unsafe { *Space::block_bits(bits, b) } & 1 == 0 {
                        let count = info.count;
                        for tail in b..b + count {
                            // SAFETY: blocks of this object.
                            unsafe { (*self.space.info(tail)).kind = Kind::Free };
                        }
                        if free_run.0 + free_run.1 != b {
                            flush(&mut pool, &mut free_run);
                        }
                        free_run = if free_run.1 == 0 {
                            (b, count)
                        } else {
                            (free_run.0, free_run.1 + count)
                        };
                    } else {
                        live_bytes += info.count as usize * BLOCK_BYTES;
                    }
                }
                Kind::Free | Kind::LargeTail => {}
            }
            b += step.max(1);
        }
        flush(&mut pool, &mut free_run);
        summary.blocks_used = pool.used;
        summary.live_bytes = live_bytes;
        // ORDERING: Relaxed both; inside the pause.
        let before = self.pace.live.load(ord!("heap.live_before", Relaxed))
            + self.pace.allocated.load(ord!("heap.allocated_before", Relaxed));
        summary.freed_bytes = before.saturating_sub(live_bytes);
    }

    /// Chooses when to collect next.
    fn set_pace(&self, s: &mut Summary) {
        let p = &self.pace;
        let open = p.blocks_cap - p.reserve;
        s.blocks_left = open.saturating_sub(s.blocks_used);
        let grown = s.live_bytes / 100 * (self.config.growth_percent - 100);
        if !s.young {
            let at = s.live_bytes.saturating_add(grown.max(self.config.nursery_bytes_min));
            // ORDERING: Relaxed; inside the pause.
            p.full_at.store(at, ord!("heap.full_at_set", Relaxed));
        }
        let room = p.limit.saturating_sub(s.live_bytes);
        let threshold = grown.max(self.config.nursery_bytes_min).min(room).max(BLOCK_BYTES);
        // ORDERING: Relaxed all; inside the pause, whose end publishes them.
        p.allocated.store(0, ord!("heap.pace_allocated", Relaxed));
        p.live.store(s.live_bytes, ord!("heap.pace_live", Relaxed));
        p.blocks_left.store(s.blocks_left, ord!("heap.pace_left", Relaxed));
        p.threshold.store(threshold, ord!("heap.pace_threshold", Relaxed));
        if s.blocks_used < open && room > p.limit / 16 {
            p.reserve_open.store(false, ord!("heap.reserve_close", Relaxed));
        }
    }

    // ---- running out of memory

    /// Whether a request could not be met by an empty heap.
    pub(super) fn can_never_fit(&self, bytes: usize) -> bool {
        bytes > self.pace.limit
    }

    /// Whether the last collection left less than `bytes` under the limit. True only of numbers counted in its pause:
    /// what other threads have taken since does not make a false alarm.
    pub(super) fn over_limit(&self, bytes: usize) -> bool {
        // ORDERING: Relaxed; stored in a pause.
        let live = self.pace.live.load(ord!("heap.over_limit", Relaxed));
        // A heap that is full but for 1/64 would collect without end (arbitrary share).
        live.saturating_add(bytes).saturating_add(self.pace.limit / 64) > self.pace.limit
    }

    /// No block can be had: collects. True when the request should be tried again.
    ///
    /// False only when the collection itself, in its pause, found too little: blocks that others took after it are a
    /// reason to try again. `tries` counts; a request that lost the race 100 times gives up (arbitrary).
    pub(super) fn relieve(&self, th: &mut ThreadHeap, blocks: u32, tries: &mut u32) -> bool {
        let s = self.collect(th, Why::Limit);
        *tries += 1;
        *tries <= 100 && !self.over_limit(blocks as usize * BLOCK_BYTES) && s.blocks_left >= blocks
    }

    /// MemoryError is about to be raised: lets small cells use the reserve, once until a collection finds room again.
    pub(super) fn out_of_memory(&self) {
        // ORDERING: Relaxed both; a policy.
        if !self.pace.reserve_open.swap(true, ord!("heap.reserve_open_set", Relaxed)) {
            let bytes = self.pace.reserve as usize * BLOCK_BYTES;
            self.pace.grace.store(bytes, ord!("heap.grace_set", Relaxed));
        }
    }

    /// Takes a block's bytes from the reserve, if it is open and not used up: the raising of MemoryError goes on
    /// without another collection.
    pub(super) fn use_grace(&self) -> bool {
        // ORDERING: Relaxed all; a budget.
        self.pace.reserve_open.load(ord!("heap.grace_open", Relaxed))
            && self
                .pace
                .grace
                .fetch_update(
                    ord!("heap.grace_take", Relaxed),
                    ord!("heap.grace_fail", Relaxed),
                    |g| g.checked_sub(BLOCK_BYTES),
                )
                .is_ok()
    }

    // ---- memory back to the system

    /// Gives surplus free blocks back: all of it when asked, half of it otherwise, so that it decays.
    ///
    /// What the program will allocate before the next collection stays, because faulting it in again costs more.
    fn decommit(&self, why: Why) {
        // ORDERING: Relaxed; a heuristic.
        let ahead = self.pace.threshold.load(ord!("heap.decommit_threshold", Relaxed));
        let keep = (ahead + ahead / 8) / BLOCK_BYTES;
        let mut runs = Vec::new();
        let surplus;
        {
            let mut pool = self.pool.lock();
            let dirty = |start: u32, len: u32| {
                // SAFETY: free blocks belong to the pool, whose lock is held.
                (start..start + len).filter(|&b| unsafe { (*self.space.info(b)).dirty }).count()
            };
            let total: usize = pool.runs_from_top().map(|(s, l)| dirty(s, l)).sum();
            let over = total.saturating_sub(keep);
            // 64 MiB: the call takes some 10 ms then, and whoever wants a pause has to wait for it.
            surplus = if matches!(why, Why::Asked) {
                over
            } else {
                (over / 2).min((64 << 20) / BLOCK_BYTES)
            };
            let mut wanted = surplus;
            // From the top, so that the heap shrinks downwards.
            for (start, len) in pool.runs_from_top() {
                if wanted == 0 {
                    break;
                }
                let d = dirty(start, len);
                if d > 0 {
                    runs.push((start, len));
                    wanted = wanted.saturating_sub(d);
                }
            }
            for &(start, len) in &runs {
                let got = pool.take_at(&self.space, start, len, u32::MAX);
                debug_assert!(got);
            }
        }
        if runs.is_empty() {
            return;
        }
        let mut bytes = 0u64;
        let mut left = surplus;
        for &(start, len) in &runs {
            // The last run may be larger than what is wanted: give back its upper part.
            let n = (len as usize).min(left.max(1)) as u32;
            left = left.saturating_sub(n as usize);
            // SAFETY: taken out of the pool above.
            unsafe { self.space.decommit(start + len - n, n) };
            bytes += n as u64 * BLOCK_BYTES as u64;
        }
        let mut pool = self.pool.lock();
        for &(start, len) in &runs {
            pool.put(start, len);
        }
        drop(pool);
        self.totals.lock().decommitted_bytes += bytes;
    }

    /// After `fork`, in the child: only the calling thread is left.
    ///
    /// # Safety
    /// - Called in the child by the thread that forked inside a pause; `th` is its allocator.
    pub unsafe fn after_fork(&self, th: &mut ThreadHeap) {
        self.helpers.lock().forget();
        let me: *mut ThreadHeap = th;
        let mut mutators = self.mutators.lock();
        let mut specials = self.specials.lock();
        for m in mutators.iter().filter(|m| !std::ptr::eq(m.0, me)) {
            // SAFETY: its thread does not exist in this process; its memory does.
            specials.append(unsafe { &mut (*m.0).special });
            // SAFETY: as above.
            unsafe { (*m.0).publish(self) };
        }
        mutators.retain(|m| std::ptr::eq(m.0, me));
    }
}

const _: () = assert!(CLASSES <= u8::MAX as usize && CELL_BYTES.len() == CLASSES);
