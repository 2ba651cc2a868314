//! The reserved address range, its block table and its two bitmaps.
//!
//! One range of virtual memory holds every block; what lies at an address follows from three side arrays that are
//! indexed by arithmetic alone: the block table (kind, size class, reciprocal, bump position) and two bitmaps with one
//! bit a granule. One bitmap says which cells survived the last collection (*alloc*), the other is filled by the next
//! one (*mark*); they swap at its end. Nothing is ever written to a dead cell.
//!
//! A cell is an object when its alloc bit is set, or when it lies below its block's bump position: blocks are filled in
//! address order, so everything below is either a survivor or new (the idea is Go's).
//!
//! **Who writes:** the entry of a block is written by the thread that takes the block from the pool, until it hands it
//! back; all entries are read and written by the collector while the world is stopped.

use super::class::{
    BLOCK_BIT_WORDS, BLOCK_BYTES, BLOCK_CARDS, BLOCK_SHIFT, CELL_BYTES, GRANULE_SHIFT, RECIPROCAL,
    cells_per_block,
};
use heddle_sync::prim::{AtomicPtr, AtomicU32, Ordering};
use std::collections::{BTreeMap, BTreeSet};

/// What a block is used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// Nothing; in the pool or never used.
    Free = 0,
    /// Cells of one size class.
    Small = 1,
    /// First block of a large object.
    LargeHead = 2,
    /// Further block of a large object.
    LargeTail = 3,
}

/// One row of the block table.
#[repr(C)]
#[derive(Debug)]
pub struct BlockInfo {
    /// Use.
    pub kind: Kind,
    /// Size class, of small blocks.
    pub class: u8,
    /// Whether the block's memory may differ from zero.
    pub dirty: bool,
    _pad: u8,
    /// Cell bytes, of small blocks.
    pub cell: u32,
    /// See [`RECIPROCAL`].
    pub recip: u32,
    /// Offset below which every cell is an object, of small blocks; true only while the world is stopped.
    pub bump: u32,
    /// Index of the head block, of large objects.
    pub head: u32,
    /// Blocks of the object, of large heads.
    pub count: u32,
    /// Bytes asked for, of large heads.
    pub bytes: usize,
}

const _: () = assert!(size_of::<BlockInfo>() == 32);

/// Blocks that are made accessible at a time (multiples keep all four ranges page-aligned).
const COMMIT_STEP: u32 = 512;

/// The reserved range with its side arrays.
pub struct Space {
    base: usize,
    blocks_max: u32,
    committed: AtomicU32,
    table: *mut BlockInfo,
    bits: [*mut u64; 2],
    cards: *mut u8,
    alloc: AtomicPtr<u64>,
    mark: AtomicPtr<u64>,
    huge_pages: bool,
}

// SAFETY: raw memory whose accesses follow the module's "who writes".
unsafe impl Sync for Space {}
// SAFETY: as above.
unsafe impl Send for Space {}

fn reserve(bytes: usize) -> Option<usize> {
    // SAFETY: a fresh anonymous mapping touches no memory of ours.
    let p = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            bytes,
            libc::PROT_NONE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    if p == libc::MAP_FAILED { None } else { Some(p as usize) }
}

fn unreserve(addr: usize, bytes: usize) {
    // SAFETY: called only with ranges that `reserve` returned and that nothing uses yet or any more.
    unsafe { libc::munmap(addr as *mut libc::c_void, bytes) };
}

impl Space {
    /// Reserves up to `bytes`, less when the system grants less.
    ///
    /// **Errors:** none granted, not even 64 MiB.
    pub fn new(bytes: usize, huge_pages: bool) -> Option<Space> {
        let mut blocks =
            (bytes >> BLOCK_SHIFT).clamp(2048, 1 << 30).next_multiple_of(COMMIT_STEP as usize);
        loop {
            if let Some(s) = Self::try_new(blocks, huge_pages) {
                return Some(s);
            }
            blocks = (blocks / 2).next_multiple_of(COMMIT_STEP as usize);
            if blocks < 2048 {
                return None;
            }
        }
    }

    fn try_new(blocks: usize, huge_pages: bool) -> Option<Space> {
        // 2 MiB of alignment, so that huge pages can back whole parts of the range.
        const ALIGN: usize = 2 << 20;
        let heap_bytes = blocks << BLOCK_SHIFT;
        let bit_bytes = blocks * BLOCK_BIT_WORDS * 8;
        let table_bytes = blocks * size_of::<BlockInfo>();
        let card_bytes = blocks * BLOCK_CARDS;
        let total = heap_bytes + 2 * bit_bytes + table_bytes + card_bytes + ALIGN;
        let raw = reserve(total)?;
        let base = raw.next_multiple_of(ALIGN);
        let bits0 = base + heap_bytes;
        let bits1 = bits0 + bit_bytes;
        let table = bits1 + bit_bytes;
        if raw.checked_add(total).is_none() {
            unreserve(raw, total);
            return None;
        }
        Some(Space {
            base,
            blocks_max: blocks as u32,
            committed: AtomicU32::new(0),
            table: table as *mut BlockInfo,
            bits: [bits0 as *mut u64, bits1 as *mut u64],
            cards: (table + table_bytes) as *mut u8,
            alloc: AtomicPtr::new(bits0 as *mut u64),
            mark: AtomicPtr::new(bits1 as *mut u64),
            huge_pages,
        })
    }

    /// First address.
    #[inline(always)]
    pub fn base(&self) -> usize {
        self.base
    }

    /// Blocks that the range can hold.
    pub fn blocks_max(&self) -> u32 {
        self.blocks_max
    }

    /// Makes the first `blocks` blocks and their side arrays accessible.
    ///
    /// **Errors:** the system has no memory to promise. **Threads:** under the pool's lock.
    pub fn commit(&self, blocks: u32) -> bool {
        // ORDERING: Relaxed; written and read under the pool's lock.
        let have = self.committed.load(Ordering::Relaxed);
        if blocks <= have {
            return true;
        }
        let step = COMMIT_STEP.max(have / 4);
        let want = blocks
            .max(have.saturating_add(step))
            .next_multiple_of(COMMIT_STEP)
            .min(self.blocks_max);
        if want < blocks {
            return false;
        }
        let (have_n, n) = (have as usize, (want - have) as usize);
        let open = |addr: usize, bytes: usize| {
            // SAFETY: the range lies in the reservation (want <= blocks_max) and is not accessible yet.
            unsafe {
                libc::mprotect(addr as *mut libc::c_void, bytes, libc::PROT_READ | libc::PROT_WRITE)
                    == 0
            }
        };
        let words = BLOCK_BIT_WORDS * 8;
        let ok = open(self.base + (have_n << BLOCK_SHIFT), n << BLOCK_SHIFT)
            && open(self.bits[0] as usize + have_n * words, n * words)
            && open(self.bits[1] as usize + have_n * words, n * words)
            && open(
                self.table as usize + have_n * size_of::<BlockInfo>(),
                n * size_of::<BlockInfo>(),
            );
        if !ok || !open(self.cards as usize + have_n * BLOCK_CARDS, n * BLOCK_CARDS) {
            return false;
        }
        if self.huge_pages {
            // SAFETY: advice on memory of the reservation changes no contents.
            unsafe {
                let at = self.base + (have_n << BLOCK_SHIFT);
                libc::madvise(at as *mut libc::c_void, n << BLOCK_SHIFT, libc::MADV_HUGEPAGE);
            }
        }
        // ORDERING: Relaxed; as above.
        self.committed.store(want, Ordering::Relaxed);
        true
    }

    /// Row of a block.
    ///
    /// The pointer may be used as the module's "who writes" allows; `block` is committed.
    #[inline(always)]
    pub fn info(&self, block: u32) -> *mut BlockInfo {
        debug_assert!(block < self.blocks_max);
        self.table.wrapping_add(block as usize)
    }

    /// The cards: one byte each, not 0 when a pointer was stored there since the last collection.
    #[inline(always)]
    pub fn cards(&self) -> *mut u8 {
        self.cards
    }

    /// Cards of a block.
    #[inline(always)]
    pub fn block_cards(&self, block: u32) -> *mut [u64; BLOCK_CARDS / 8] {
        self.cards.wrapping_add(block as usize * BLOCK_CARDS).cast()
    }

    /// First address of a block.
    #[inline(always)]
    pub fn block_addr(&self, block: u32) -> usize {
        self.base + ((block as usize) << BLOCK_SHIFT)
    }

    /// Block of an address inside the range.
    #[inline(always)]
    pub fn block_of(&self, addr: usize) -> u32 {
        ((addr - self.base) >> BLOCK_SHIFT) as u32
    }

    /// The bitmap of survivors.
    #[inline(always)]
    pub fn alloc_bits(&self) -> *mut u64 {
        // ORDERING: Relaxed; changed only while the world is stopped, which orders it.
        self.alloc.load(Ordering::Relaxed)
    }

    /// The bitmap that the collection under way fills.
    #[inline(always)]
    pub fn mark_bits(&self) -> *mut u64 {
        // ORDERING: Relaxed; as `alloc_bits`.
        self.mark.load(Ordering::Relaxed)
    }

    /// Ends a collection: what was marked is what is allocated.
    pub fn swap_bits(&self) {
        let (a, m) = (self.alloc_bits(), self.mark_bits());
        // ORDERING: Relaxed; the world is stopped.
        self.alloc.store(m, Ordering::Relaxed);
        // ORDERING: Relaxed; the world is stopped.
        self.mark.store(a, Ordering::Relaxed);
    }

    /// The block's words in a bitmap.
    #[inline(always)]
    pub fn block_bits(bits: *mut u64, block: u32) -> *mut u64 {
        bits.wrapping_add(block as usize * BLOCK_BIT_WORDS)
    }

    /// Zeroes a block's words in a bitmap.
    ///
    /// # Safety
    /// - The caller may write the block's bits ("who writes").
    #[inline]
    pub unsafe fn clear_bits(bits: *mut u64, block: u32) {
        // SAFETY: committed memory of a bitmap; the caller may write it.
        unsafe { std::ptr::write_bytes(Self::block_bits(bits, block), 0, BLOCK_BIT_WORDS) };
    }

    /// Whether the granule at `addr` has its bit set in `bits`.
    ///
    /// # Safety
    /// - `addr` lies in a committed block; nobody writes the word without atomics meanwhile.
    #[inline(always)]
    pub unsafe fn bit(&self, bits: *mut u64, addr: usize) -> bool {
        let g = (addr - self.base) >> GRANULE_SHIFT;
        // SAFETY: the caller's promise.
        unsafe { *bits.add(g >> 6) >> (g & 63) & 1 != 0 }
    }

    /// Finds the next free run of a small block at or after byte offset `from` (a cell boundary).
    ///
    /// **Units:** offsets in the block; the run is not empty and is a whole number of cells.
    ///
    /// # Safety
    /// - The caller owns the block, and it is small.
    #[inline]
    pub unsafe fn find_run(&self, block: u32, class: usize, from: u32) -> Option<(u32, u32)> {
        let step = (CELL_BYTES[class] >> GRANULE_SHIFT) as usize;
        let limit = cells_per_block_dyn(class) * step;
        let bits = Self::block_bits(self.alloc_bits(), block);
        let mut g = (from >> GRANULE_SHIFT) as usize;
        while g < limit {
            // SAFETY: g < limit <= granules of the block.
            if unsafe { *bits.add(g >> 6) >> (g & 63) & 1 } == 0 {
                // SAFETY: as above.
                let end = unsafe { next_set(bits, g + 1, limit) };
                return Some(((g << GRANULE_SHIFT) as u32, (end << GRANULE_SHIFT) as u32));
            }
            g += step;
        }
        None
    }

    /// The object that an address points into, if it points into one. Any address inside will do.
    ///
    /// **Threads:** only while the world is stopped and bump positions are written.
    ///
    /// # Safety
    /// - `addr` lies in a committed block.
    #[inline]
    pub unsafe fn object_at(&self, addr: usize) -> Option<usize> {
        let block = self.block_of(addr);
        // SAFETY: committed, so its row is readable.
        let info = unsafe { &*self.info(block) };
        match info.kind {
            Kind::Free => None,
            Kind::Small => {
                let start = self.block_addr(block);
                let off = (addr - start) as u64;
                let index = (off * info.recip as u64) >> 32;
                let cell = index as usize * info.cell as usize;
                if cell + info.cell as usize > BLOCK_BYTES {
                    return None;
                }
                let at = start + cell;
                // SAFETY: in the same block.
                if cell < info.bump as usize || unsafe { self.bit(self.alloc_bits(), at) } {
                    Some(at)
                } else {
                    None
                }
            }
            Kind::LargeHead => Some(self.block_addr(block)),
            Kind::LargeTail => Some(self.block_addr(info.head)),
        }
    }

    /// Calls `f(address, bytes)` for every object.
    ///
    /// **Threads:** only while the world is stopped and bump positions are written.
    pub fn each_object(&self, high: u32, mut f: impl FnMut(usize, usize)) {
        for block in 0..high {
            // SAFETY: blocks below `high` are committed; the world is stopped.
            let info = unsafe { &*self.info(block) };
            let start = self.block_addr(block);
            match info.kind {
                Kind::Small => {
                    let cell = info.cell as usize;
                    for i in 0..BLOCK_BYTES / cell {
                        let at = start + i * cell;
                        let marked = || {
                            // SAFETY: in a committed block.
                            unsafe { self.bit(self.alloc_bits(), at) }
                        };
                        if i * cell < info.bump as usize || marked() {
                            f(at, cell);
                        }
                    }
                }
                Kind::LargeHead => f(start, info.bytes),
                Kind::Free | Kind::LargeTail => {}
            }
        }
    }

    /// Gives the memory of free blocks back to the system; it reads as zero afterwards.
    ///
    /// # Safety
    /// - The caller took the blocks out of the pool.
    pub unsafe fn decommit(&self, block: u32, count: u32) {
        // SAFETY: the blocks are the caller's and hold nothing.
        unsafe {
            libc::madvise(
                self.block_addr(block) as *mut libc::c_void,
                (count as usize) << BLOCK_SHIFT,
                libc::MADV_DONTNEED,
            );
            for b in block..block + count {
                (*self.info(b)).dirty = false;
            }
        }
    }

    /// Writes the row of a small block.
    ///
    /// # Safety
    /// - The caller took the block out of the pool.
    pub unsafe fn make_small(&self, block: u32, class: usize) {
        // SAFETY: the caller owns the block, hence its row and bits.
        unsafe {
            *self.info(block) = BlockInfo {
                kind: Kind::Small,
                class: class as u8,
                dirty: true,
                _pad: 0,
                cell: CELL_BYTES[class],
                recip: RECIPROCAL[class],
                bump: 0,
                head: block,
                count: 1,
                bytes: 0,
            };
            // The bitmap may hold bits of two collections ago.
            Self::clear_bits(self.alloc_bits(), block);
        }
    }

    /// Writes the rows of a large object; zeroes its memory when `zero`.
    ///
    /// # Safety
    /// - The caller took the blocks out of the pool.
    pub unsafe fn make_large(&self, block: u32, count: u32, bytes: usize, zero: bool) {
        for b in block..block + count {
            let info = self.info(b);
            // SAFETY: the caller owns the blocks.
            unsafe {
                if zero && (*info).dirty {
                    std::ptr::write_bytes(self.block_addr(b) as *mut u8, 0, BLOCK_BYTES);
                }
                (*info).kind = if b == block { Kind::LargeHead } else { Kind::LargeTail };
                (*info).dirty = true;
                (*info).head = block;
                (*info).count = count;
                (*info).bytes = bytes;
            }
        }
        // SAFETY: the caller owns the block's bits.
        unsafe { *Self::block_bits(self.alloc_bits(), block) = 0 };
    }
}

#[inline(always)]
fn cells_per_block_dyn(class: usize) -> usize {
    static CELLS: [u16; super::class::CLASSES] = {
        let mut t = [0; super::class::CLASSES];
        let mut i = 0;
        while i < t.len() {
            t[i] = cells_per_block(i) as u16;
            i += 1;
        }
        t
    };
    CELLS[class] as usize
}

/// Index of the first set bit in `[from, limit)`, or `limit`.
///
/// # Safety
/// - `bits` has at least `limit` bits.
#[inline]
unsafe fn next_set(bits: *const u64, from: usize, limit: usize) -> usize {
    if from >= limit {
        return limit;
    }
    let mut i = from >> 6;
    // SAFETY: i <= (limit - 1) / 64.
    let mut word = unsafe { *bits.add(i) } & (u64::MAX << (from & 63));
    loop {
        if word != 0 {
            return ((i << 6) + word.trailing_zeros() as usize).min(limit);
        }
        i += 1;
        if i << 6 >= limit {
            return limit;
        }
        // SAFETY: i * 64 < limit.
        word = unsafe { *bits.add(i) };
    }
}

/// The free blocks, as runs: by length to find the best fit, by address to join neighbours.
pub struct Pool {
    by_start: BTreeMap<u32, u32>,
    by_len: BTreeSet<(u32, u32)>,
    /// Blocks below have been handed out at some time.
    pub high: u32,
    /// Blocks handed out now.
    pub used: u32,
}

impl Pool {
    /// No block handed out.
    pub fn new() -> Pool {
        Pool { by_start: BTreeMap::new(), by_len: BTreeSet::new(), high: 0, used: 0 }
    }

    fn insert(&mut self, start: u32, len: u32) {
        self.by_start.insert(start, len);
        self.by_len.insert((len, start));
    }

    fn remove(&mut self, start: u32, len: u32) {
        self.by_start.remove(&start);
        self.by_len.remove(&(len, start));
    }

    /// Takes `n` blocks in a row, the shortest run that fits, the lowest among those. At most `cap` blocks may be in use.
    pub fn take(&mut self, space: &Space, n: u32, cap: u32) -> Option<u32> {
        if self.used.checked_add(n)? > cap {
            return None;
        }
        if let Some(&(len, start)) = self.by_len.range((n, 0)..).next() {
            self.remove(start, len);
            if len > n {
                self.insert(start + n, len - n);
            }
            self.used += n;
            return Some(start);
        }
        let (start, have) = match self.by_start.last_key_value() {
            Some((&s, &l)) if s + l == self.high => (s, l),
            _ => (self.high, 0),
        };
        let high = start.checked_add(n)?;
        if high > space.blocks_max() || !space.commit(high) {
            return None;
        }
        if have > 0 {
            self.remove(start, have);
        }
        self.high = high;
        self.used += n;
        Some(start)
    }

    /// Takes the `n` blocks that begin exactly at `start`, when they are free.
    pub fn take_at(&mut self, space: &Space, start: u32, n: u32, cap: u32) -> bool {
        if self.used.saturating_add(n) > cap {
            return false;
        }
        if let Some(&len) = self.by_start.get(&start) {
            if len < n {
                return false;
            }
            self.remove(start, len);
            if len > n {
                self.insert(start + n, len - n);
            }
        } else if start == self.high
            && start.checked_add(n).is_some_and(|h| h <= space.blocks_max())
        {
            if !space.commit(start + n) {
                return false;
            }
            self.high = start + n;
        } else {
            return false;
        }
        self.used += n;
        true
    }

    /// Puts blocks back and joins them with free neighbours.
    pub fn put(&mut self, start: u32, n: u32) {
        debug_assert!(self.used >= n);
        self.used -= n;
        let (mut start, mut len) = (start, n);
        if let Some((&s, &l)) = self.by_start.range(..start).next_back()
            && s + l == start
        {
            self.remove(s, l);
            start = s;
            len += l;
        }
        if let Some(&l) = self.by_start.get(&(start + len)) {
            self.remove(start + len, l);
            len += l;
        }
        self.insert(start, len);
    }

    /// The free runs, from high addresses to low ones.
    pub fn runs_from_top(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.by_start.iter().rev().map(|(&s, &l)| (s, l))
    }

    /// Free blocks below `high`.
    pub fn free(&self) -> u32 {
        self.high - self.used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pool_joins_and_finds_best_fit() {
        let space = Space::new(64 << 20, false).expect("a small reservation");
        let mut p = Pool::new();
        let a = p.take(&space, 4, u32::MAX).unwrap();
        let b = p.take(&space, 2, u32::MAX).unwrap();
        let c = p.take(&space, 3, u32::MAX).unwrap();
        assert_eq!((a, b, c), (0, 4, 6));
        p.put(b, 2);
        assert_eq!(p.take(&space, 1, u32::MAX), Some(4));
        p.put(4, 1);
        p.put(a, 4);
        assert_eq!(p.take(&space, 6, u32::MAX), Some(0));
        p.put(0, 6);
        p.put(c, 3);
        assert_eq!(p.runs_from_top().collect::<Vec<_>>(), [(0, 9)]);
        assert_eq!(p.used, 0);
        // Growing uses the free run at the end.
        assert_eq!(p.take(&space, 12, u32::MAX), Some(0));
        assert_eq!(p.take(&space, 1, 12), None);
        assert!(p.take_at(&space, 12, 3, u32::MAX));
        assert_eq!(p.take(&space, u32::MAX, u32::MAX), None);
    }

    #[test]
    fn runs_follow_the_bitmap() {
        let space = Space::new(64 << 20, false).expect("a small reservation");
        let mut p = Pool::new();
        let b = p.take(&space, 1, u32::MAX).unwrap();
        // SAFETY: the block is ours.
        unsafe {
            space.make_small(b, 2); // 48 bytes: 682 cells
            let bits = Space::block_bits(space.alloc_bits(), b);
            assert_eq!(space.find_run(b, 2, 0), Some((0, 682 * 48)));
            for cell in [0usize, 1, 5, 681] {
                let g = cell * 3;
                *bits.add(g >> 6) |= 1 << (g & 63);
            }
            assert_eq!(space.find_run(b, 2, 0), Some((96, 240)));
            assert_eq!(space.find_run(b, 2, 240), Some((288, 681 * 48)));
            assert_eq!(space.find_run(b, 2, 681 * 48), None);
            (*space.info(b)).bump = 96;
            let base = space.block_addr(b);
            assert_eq!(space.object_at(base + 60), Some(base + 48));
            assert_eq!(space.object_at(base + 96), None);
            assert_eq!(space.object_at(base + 5 * 48 + 47), Some(base + 5 * 48));
            assert_eq!(space.object_at(base + BLOCK_BYTES - 1), None);
        }
    }
}
