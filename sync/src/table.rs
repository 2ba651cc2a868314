//! The core of a dictionary: compact, ordered, open addressing; one writer, readers without locks.
//!
//! A table holds an index array and entries in insertion order. Inside one table entries are only appended: a slot's
//! hash and key never change once its index is published, deleting empties the value and turns the index into a dummy.
//! So a reader that found a key returns a value this key had during the call, or learns that it was deleted during the
//! call. A full table is rebuilt into a new block, which is then published; a reader of the old block sees the state
//! at that moment. Old blocks live as long as a reader may hold them (the collector sees the pointer on its stack).
//!
//! `version` lets an inline cache skip the lookup: it names this block with this set of keys; 0 proves nothing. Any new
//! key and any deletion zeroes it before the change; a value may change under the same version.

use crate::prim::{
    AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64, Interior, Ordering, RaceCell, ord,
    seeded, step,
};
use core::ptr::null_mut;

/// Smallest table: 8 indices, 5 entries.
pub const MIN_LOG2: u8 = 3;
/// Largest table.
pub const MAX_LOG2: u8 = 31;

/// One entry; 24 bytes.
#[repr(C)]
pub struct Entry {
    hash: RaceCell<u64>,
    key: RaceCell<u64>,
    value: AtomicU64,
}

/// The head of a table block. Indices and entries follow.
#[repr(C)]
pub struct Table {
    /// The object header; not this module's.
    pub header: [u64; 2],
    /// For inline caches; 0 = none.
    version: AtomicU32,
    log2: u8,
    /// 0, 1 or 2: indices of 1, 2 or 4 bytes.
    width: u8,
    /// Free for the owner (for example "all keys are exact strings").
    pub tag: AtomicU16,
    /// Entries ever appended.
    nentries: AtomicU32,
    /// Entries that are not deleted.
    used: AtomicU32,
    /// Entries that can be appended.
    cap: u32,
    /// No live entry at or above this place; the writer's own.
    tail: AtomicU32,
    /// From the block's start to the first entry.
    entries: u32,
    /// Indices that are not empty: in use or dummies. The writer's own.
    fill: AtomicU32,
    interior: Interior,
}

/// Offset of the version.
pub const VERSION_OFFSET: usize = core::mem::offset_of!(Table, version);
/// Offset of the offset of the entries.
pub const ENTRIES_OFFSET: usize = core::mem::offset_of!(Table, entries);
/// Size of an entry.
pub const ENTRY_SIZE: usize = size_of::<Entry>();
/// Offset of the value in an entry.
pub const ENTRY_VALUE: usize = core::mem::offset_of!(Entry, value);
const INDICES: usize = size_of::<Table>();

#[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
const _: () =
    assert!(VERSION_OFFSET == 16 && INDICES == 48 && ENTRY_SIZE == 24 && ENTRY_VALUE == 16);

/// An index of a given width.
trait Index {
    const EMPTY: u32;
    const DUMMY: u32;
    fn load(&self, order: Ordering) -> u32;
    fn store(&self, entry: u32, order: Ordering);
    fn empty() -> Self;
}

macro_rules! index_width {
    ($atomic:ident, $int:ident) => {
        impl Index for $atomic {
            const EMPTY: u32 = $int::MAX as u32;
            const DUMMY: u32 = $int::MAX as u32 - 1;
            #[inline(always)]
            fn load(&self, order: Ordering) -> u32 {
                u32::from($atomic::load(self, order))
            }
            #[inline(always)]
            fn store(&self, entry: u32, order: Ordering) {
                $atomic::store(self, entry as $int, order)
            }
            fn empty() -> Self {
                $atomic::new($int::MAX)
            }
        }
    };
}

index_width!(AtomicU8, u8);
index_width!(AtomicU16, u16);
index_width!(AtomicU32, u32);

/// Calls a method that takes the index type alone.
macro_rules! by_width {
    ($table:expr, $function:ident($($arg:expr),*)) => {
        match $table.width {
            0 => $table.$function::<AtomicU8>($($arg),*),
            1 => $table.$function::<AtomicU16>($($arg),*),
            _ => $table.$function::<AtomicU32>($($arg),*),
        }
    };
}

const fn width_of(log2: u8) -> u8 {
    match log2 {
        0..=8 => 0,
        9..=16 => 1,
        _ => 2,
    }
}

const fn index_size(width: u8) -> usize {
    match width {
        0 => size_of::<AtomicU8>(),
        1 => size_of::<AtomicU16>(),
        _ => size_of::<AtomicU32>(),
    }
}

/// Entries that fit a table of `1 << log2` indices.
pub const fn usable(log2: u8) -> u32 {
    ((2u64 << log2) / 3) as u32
}

/// The smallest table for `n` entries.
pub const fn log2_for(n: usize) -> u8 {
    let mut log2 = MIN_LOG2;
    while log2 < MAX_LOG2 && (usable(log2) as usize) < n {
        log2 += 1;
    }
    log2
}

const fn entries_offset(log2: u8) -> usize {
    (INDICES + (index_size(width_of(log2)) << log2)).next_multiple_of(align_of::<Entry>())
}

/// Bytes of a table block.
pub const fn layout(log2: u8) -> usize {
    entries_offset(log2) + usable(log2) as usize * ENTRY_SIZE
}

/// What a lookup found: the place of the entry, good for this block only.
pub type Place = u32;

/// Neighbours that a set looks at before it jumps; dictionaries jump at once. CPython's number: it decides the order in
/// which a set is walked.
pub const SET_PROBES: usize = 9;

/// The indices at which a hash may be found, in order: after each jump `LINEAR` neighbours, if they do not wrap around.
struct Probe<const LINEAR: usize> {
    at: usize,
    left: usize,
    jump: usize,
    perturb: usize,
    mask: usize,
}

impl<const LINEAR: usize> Probe<LINEAR> {
    #[inline(always)]
    fn new(hash: u64, mask: usize) -> Self {
        let at = hash as usize & mask;
        Probe { at, left: Self::neighbours(at, mask), jump: at, perturb: hash as usize, mask }
    }

    #[inline(always)]
    fn neighbours(at: usize, mask: usize) -> usize {
        if LINEAR != 0 && at + LINEAR <= mask { LINEAR } else { 0 }
    }

    #[inline(always)]
    fn advance(&mut self) {
        if LINEAR != 0 && self.left != 0 {
            self.left -= 1;
            self.at += 1;
            return;
        }
        self.perturb >>= 5;
        let from = self.jump.wrapping_mul(5);
        self.jump = from.wrapping_add(self.perturb).wrapping_add(1) & self.mask;
        self.at = self.jump;
        self.left = Self::neighbours(self.at, self.mask);
    }
}

impl Table {
    /// Sets up an empty table; leaves the object header alone.
    ///
    /// # Safety
    /// - `memory` is aligned to `align_of::<Table>()`, writable for `layout(log2)` bytes, and not shared yet.
    pub unsafe fn init(memory: *mut u8, log2: u8) -> *mut Table {
        let table = memory.cast::<Table>();
        // SAFETY: inside the memory, by the caller's duty; the object header is written back as it was.
        unsafe {
            let head = Table {
                header: (*table).header,
                version: AtomicU32::new(0),
                log2,
                width: width_of(log2),
                tag: AtomicU16::new(0),
                nentries: AtomicU32::new(0),
                used: AtomicU32::new(0),
                cap: usable(log2),
                tail: AtomicU32::new(0),
                entries: entries_offset(log2) as u32,
                fill: AtomicU32::new(0),
                interior: Interior::new(),
            };
            table.write(head);
            match width_of(log2) {
                0 => Self::init_indices::<AtomicU8>(table),
                1 => Self::init_indices::<AtomicU16>(table),
                _ => Self::init_indices::<AtomicU32>(table),
            }
            let first = memory.add(entries_offset(log2)).cast::<Entry>();
            for i in 0..usable(log2) as usize {
                first.add(i).write(Entry {
                    hash: RaceCell::new(0),
                    key: RaceCell::new(0),
                    value: AtomicU64::new(0),
                });
            }
        }
        table
    }

    /// # Safety
    /// - as `init`, of which it is a part.
    unsafe fn init_indices<I: Index>(table: *mut Table) {
        // SAFETY: `1 << log2` indices follow the head.
        unsafe {
            let first = table.cast::<u8>().add(INDICES).cast::<I>();
            for i in 0..1usize << (*table).log2 {
                first.add(i).write(I::empty());
            }
        }
    }

    /// log2 of the number of indices.
    pub fn log2(&self) -> u8 {
        self.log2
    }

    /// Bytes of this block.
    pub fn bytes(&self) -> usize {
        layout(self.log2)
    }

    #[inline(always)]
    fn index<I: Index>(&self, i: usize) -> &I {
        debug_assert!(i < 1 << self.log2);
        // SAFETY: `1 << log2` indices of this width follow the head, and callers mask.
        unsafe { &*core::ptr::from_ref(self).cast::<u8>().add(INDICES).cast::<I>().add(i) }
    }

    #[inline(always)]
    fn at(&self, place: Place) -> &Entry {
        debug_assert!(place < self.cap);
        // SAFETY: `cap` entries lie there, and only places below it are published.
        unsafe {
            &*core::ptr::from_ref(self)
                .cast::<u8>()
                .add(self.entries as usize)
                .cast::<Entry>()
                .add(place as usize)
        }
    }

    #[inline(always)]
    fn mask(&self) -> usize {
        (1usize << self.log2) - 1
    }

    // ---- readers

    /// The version; 0 proves nothing.
    #[inline(always)]
    pub fn version(&self) -> u32 {
        // ORDERING: Acquire; pairs with the Release of `set_version`. Carries: the entries that the version vouches
        // for. Model: table (mutant `table.version=Relaxed`).
        self.version.load(ord!("table.version", Acquire))
    }

    /// Entries that are not deleted.
    #[inline(always)]
    pub fn used(&self) -> usize {
        // ORDERING: Relaxed; a number.
        self.used.load(ord!("table.used", Relaxed)) as usize
    }

    /// Places that may hold entries; for iteration.
    #[inline(always)]
    pub fn nentries(&self) -> u32 {
        // ORDERING: Acquire; pairs with the Release of `append`. Carries: hash and key of the entries below.
        // Model: table (mutant `table.count=Relaxed`).
        self.nentries.load(ord!("table.count", Acquire))
    }

    /// The entry at a place below `nentries`: key, value, hash; `None` if deleted.
    #[inline]
    pub fn entry(&self, place: Place) -> Option<(u64, u64, u64)> {
        if place >= self.nentries() {
            return None;
        }
        let entry = self.at(place);
        match Self::value_of(entry) {
            0 => None,
            // SAFETY: hash and key never change below `nentries`.
            value => Some(unsafe { (entry.key.get(), value, entry.hash.get()) }),
        }
    }

    /// The value at a place that a lookup or an inline cache named; 0 if deleted.
    #[inline(always)]
    pub fn value(&self, place: Place) -> u64 {
        Self::value_of(self.at(place))
    }

    /// The key at a place that a lookup or a version vouches for.
    #[inline(always)]
    pub fn key_at(&self, place: Place) -> u64 {
        // SAFETY: the caller learned of the place from a lookup or a version; then the key is written and stays.
        unsafe { self.at(place).key.get() }
    }

    #[inline(always)]
    fn value_of(entry: &Entry) -> u64 {
        // ORDERING: Acquire; pairs with the Release of `put_value`. Carries: the contents of the object.
        // Model: table (mutant `table.value=Relaxed`).
        entry.value.load(ord!("table.value", Acquire))
    }

    /// Finds a key. `same(other)` says whether a key of equal hash, not identical, is equal; it may run any code.
    #[inline(always)]
    pub fn find<E>(
        &self,
        key: u64,
        hash: u64,
        same: impl FnMut(u64) -> Result<bool, E>,
    ) -> Result<Option<Place>, E> {
        self.find_probing::<0, E>(key, hash, same)
    }

    /// `find` in a table whose entries were appended with the same `LINEAR`.
    #[inline(always)]
    pub fn find_probing<const LINEAR: usize, E>(
        &self,
        key: u64,
        hash: u64,
        same: impl FnMut(u64) -> Result<bool, E>,
    ) -> Result<Option<Place>, E> {
        match self.width {
            0 => self.find_in::<AtomicU8, LINEAR, E>(key, hash, same),
            1 => self.find_in::<AtomicU16, LINEAR, E>(key, hash, same),
            _ => self.find_in::<AtomicU32, LINEAR, E>(key, hash, same),
        }
    }

    /// The place that index `i` names, if it is in use; for walks in the order of the indices.
    #[inline]
    pub fn place_at(&self, i: usize) -> Option<Place> {
        if i > self.mask() {
            return None;
        }
        by_width!(self, place_in(i))
    }

    #[inline(always)]
    fn place_in<I: Index>(&self, i: usize) -> Option<Place> {
        // ORDERING: Acquire; as in `find`.
        let place = self.index::<I>(i).load(ord!("table.walk", Acquire));
        (place < I::DUMMY).then_some(place)
    }

    /// Indices that are not empty. Writer only.
    #[inline]
    pub fn fill(&self) -> usize {
        Self::own(&self.fill) as usize
    }

    /// Number of indices.
    #[inline(always)]
    pub fn indices(&self) -> usize {
        self.mask() + 1
    }

    #[inline(always)]
    fn find_in<I: Index, const LINEAR: usize, E>(
        &self,
        key: u64,
        hash: u64,
        mut same: impl FnMut(u64) -> Result<bool, E>,
    ) -> Result<Option<Place>, E> {
        let mut probe = Probe::<LINEAR>::new(hash, self.mask());
        loop {
            let i = probe.at;
            // ORDERING: Acquire; pairs with the Release of `append`. Carries: hash and key of the entry.
            // Model: table (mutant `table.index=Relaxed`).
            let place = self.index::<I>(i).load(ord!("table.index", Acquire));
            if place < I::DUMMY {
                let entry = self.at(place);
                // SAFETY: hash and key never change once the index is published.
                unsafe {
                    let other = entry.key.get();
                    if other == key || (entry.hash.get() == hash && same(other)?) {
                        return Ok(Some(place));
                    }
                }
            } else if place == I::EMPTY {
                return Ok(None);
            }
            probe.advance();
        }
    }

    // ---- the writer: one at a time

    /// Gives the block a version: no key comes or goes while it lasts. Writer only.
    pub fn set_version(&self, version: u32) {
        // ORDERING: Release; pairs with the Acquire of `version`. Model: table (mutant `table.version_set=Relaxed`).
        self.version.store(version, ord!("table.version_set", Release));
    }

    #[inline]
    fn forget_version(&self) {
        // ORDERING: Relaxed twice; who learns of the change that follows also sees this, by happens-before.
        if self.version.load(ord!("table.version_own", Relaxed)) != 0 {
            step!(
                "table.version_zero",
                self.version.store(0, ord!("table.version_forget", Relaxed))
            );
        }
    }

    #[inline]
    fn own(word: &AtomicU32) -> u32 {
        // ORDERING: Relaxed; the writer's own word.
        word.load(ord!("table.own", Relaxed))
    }

    #[inline]
    fn put_value(entry: &Entry, value: u64) {
        // ORDERING: Release; pairs with the Acquire of `value_of`. Model: table (mutant `table.put=Relaxed`).
        entry.value.store(value, ord!("table.put", Release));
    }

    /// Is there room for another entry?
    #[inline]
    pub fn has_room(&self) -> bool {
        Self::own(&self.nentries) < self.cap
    }

    /// Appends an entry for a key that is not in the table. `None` when full.
    #[inline]
    pub fn append(&self, key: u64, hash: u64, value: u64) -> Option<Place> {
        self.append_probing::<0>(key, hash, value)
    }

    /// `append` with neighbours.
    #[inline]
    pub fn append_probing<const LINEAR: usize>(
        &self,
        key: u64,
        hash: u64,
        value: u64,
    ) -> Option<Place> {
        debug_assert!(value != 0);
        let place = Self::own(&self.nentries);
        if place >= self.cap {
            return None;
        }
        self.forget_version();
        match self.width {
            0 => self.append_in::<AtomicU8, LINEAR>(key, hash, value, place),
            1 => self.append_in::<AtomicU16, LINEAR>(key, hash, value, place),
            _ => self.append_in::<AtomicU32, LINEAR>(key, hash, value, place),
        }
        Some(place)
    }

    #[inline]
    fn append_in<I: Index, const LINEAR: usize>(
        &self,
        key: u64,
        hash: u64,
        value: u64,
        place: Place,
    ) {
        let mut probe = Probe::<LINEAR>::new(hash, self.mask());
        let i = loop {
            // ORDERING: Relaxed; the writer's own words.
            let place = self.index::<I>(probe.at).load(ord!("table.probe_own", Relaxed));
            if place == I::EMPTY {
                // ORDERING: Relaxed; the writer's own count.
                self.fill.store(Self::own(&self.fill) + 1, ord!("table.fill", Relaxed));
            }
            if place >= I::DUMMY {
                break probe.at;
            }
            probe.advance();
        };
        let entry = self.at(place);
        let publish = || {
            // ORDERING: Release twice; pair with the Acquire of `find` and of `nentries`. Carry: hash and key.
            // Model: table (mutants `table.index_put=Relaxed`, `table.count_put=Relaxed`).
            self.index::<I>(i).store(place, ord!("table.index_put", Release));
            self.nentries.store(place + 1, ord!("table.count_put", Release));
        };
        if seeded!("table.index_first") {
            publish();
        }
        // SAFETY: no index names this place yet and `nentries` excludes it: nobody reads it.
        unsafe {
            entry.hash.set(hash);
            entry.key.set(key);
        }
        Self::put_value(entry, value);
        publish();
        // ORDERING: Relaxed twice; a number, and the writer's own hint.
        self.used.store(Self::own(&self.used) + 1, ord!("table.used_more", Relaxed));
        self.tail.store(place + 1, ord!("table.tail_up", Relaxed));
    }

    /// Replaces the value of a live entry; gives the old one.
    #[inline]
    pub fn update(&self, place: Place, value: u64) -> u64 {
        debug_assert!(value != 0);
        let entry = self.at(place);
        // ORDERING: Relaxed; the writer's own word.
        let old = entry.value.load(ord!("table.old_value", Relaxed));
        Self::put_value(entry, value);
        old
    }

    /// Deletes a live entry; gives its value.
    pub fn delete(&self, place: Place) -> u64 {
        self.delete_probing::<0>(place)
    }

    /// `delete` in a table whose entries were appended with the same `LINEAR`.
    pub fn delete_probing<const LINEAR: usize>(&self, place: Place) -> u64 {
        let entry = self.at(place);
        self.forget_version();
        // ORDERING: Relaxed; the writer's own word.
        let old = entry.value.load(ord!("table.dead_value", Relaxed));
        debug_assert!(old != 0);
        // ORDERING: Relaxed; an empty value announces nothing. Before the index, so that whoever still finds the entry
        // learns that it is gone.
        entry.value.store(0, ord!("table.value_gone", Relaxed));
        // SAFETY: a published entry's hash does not change.
        let hash = unsafe { entry.hash.get() };
        match self.width {
            0 => self.bury::<AtomicU8, LINEAR>(hash, place),
            1 => self.bury::<AtomicU16, LINEAR>(hash, place),
            _ => self.bury::<AtomicU32, LINEAR>(hash, place),
        }
        // ORDERING: Relaxed; a number.
        self.used.store(Self::own(&self.used) - 1, ord!("table.used_less", Relaxed));
        old
    }

    fn bury<I: Index, const LINEAR: usize>(&self, hash: u64, place: Place) {
        let mut probe = Probe::<LINEAR>::new(hash, self.mask());
        // ORDERING: Relaxed; the writer's own words.
        while self.index::<I>(probe.at).load(ord!("table.bury_probe", Relaxed)) != place {
            probe.advance();
        }
        let i = probe.at;
        // ORDERING: Relaxed; a dummy carries nothing, probing goes on behind it.
        self.index::<I>(i).store(I::DUMMY, ord!("table.bury", Relaxed));
    }

    /// The last live entry. Cheap when called again and again with deletions (`popitem`). Writer only.
    pub fn last(&self) -> Option<Place> {
        let mut tail = Self::own(&self.tail);
        while tail > 0 {
            // ORDERING: Relaxed; the writer's own words.
            if self.at(tail - 1).value.load(ord!("table.last", Relaxed)) != 0 {
                break;
            }
            tail -= 1;
        }
        // ORDERING: Relaxed; the writer's own hint.
        self.tail.store(tail, ord!("table.tail_down", Relaxed));
        tail.checked_sub(1)
    }

    /// Copies the live entries, in order, into an empty table that nobody else sees and that has room for them.
    ///
    /// # Safety
    /// - `new` came from `init` with `usable(log2) >= self.used()`, and is not shared.
    pub unsafe fn copy_to(&self, new: *mut Table) {
        // SAFETY: by the caller's duty.
        let new = unsafe { &*new };
        for place in 0..Self::own(&self.nentries) {
            let entry = self.at(place);
            // ORDERING: Relaxed; the writer's own words.
            let value = entry.value.load(ord!("table.copy", Relaxed));
            if value != 0 {
                // SAFETY: hash and key of a published entry do not change.
                let (key, hash) = unsafe { (entry.key.get(), entry.hash.get()) };
                let done = new.append(key, hash, value);
                debug_assert!(done.is_some());
            }
        }
    }

    /// As `copy_to`, in the order of the indices and with neighbours: what a set does when it grows.
    ///
    /// # Safety
    /// - as `copy_to`.
    pub unsafe fn copy_in_index_order<const LINEAR: usize>(&self, new: *mut Table) {
        // SAFETY: by the caller's duty.
        let new = unsafe { &*new };
        for i in 0..self.indices() {
            let Some((key, value, hash)) = self.place_at(i).and_then(|p| self.entry(p)) else {
                continue;
            };
            let done = new.append_probing::<LINEAR>(key, hash, value);
            debug_assert!(done.is_some());
        }
    }

    /// Every key and value word that a collector must follow; in a pause.
    pub fn trace(&self, mut f: impl FnMut(u64)) {
        for place in 0..self.nentries() {
            if let Some((key, value, _)) = self.entry(place) {
                f(key);
                f(value);
            }
        }
    }
}

/// Proof that a dictionary has the same keys as when it was taken: entries are only appended, so block, count and
/// live count together tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    table: *const Table,
    nentries: u32,
    used: u32,
}

/// The word of a dictionary object: its current table, null = empty.
#[repr(transparent)]
pub struct Dict {
    table: AtomicPtr<Table>,
}

impl Dict {
    /// Empty, without a table.
    #[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
    pub const fn new() -> Dict {
        Dict { table: AtomicPtr::new(null_mut()) }
    }
    /// Empty, without a table.
    #[cfg(any(heddle_loom, heddle_shuttle, heddle_wm))]
    pub fn new() -> Dict {
        Dict { table: AtomicPtr::new(null_mut()) }
    }

    /// The current table. Valid until the next safepoint, or while the collector sees the pointer.
    #[inline(always)]
    pub fn table(&self) -> Option<&Table> {
        // ORDERING: Acquire; pairs with the Release of `publish`. Carries: the whole block.
        // Model: table (mutant `table.get=Relaxed`).
        // SAFETY: a table is alive while a reader may hold it, see the module head.
        unsafe { self.table.load(ord!("table.get", Acquire)).as_ref() }
    }

    /// The current table, for the writer.
    #[inline(always)]
    pub fn own(&self) -> Option<&Table> {
        // ORDERING: Relaxed; writers exclude each other, and that exclusion orders them.
        // SAFETY: the current table is alive.
        unsafe { self.table.load(ord!("table.get_own", Relaxed)).as_ref() }
    }

    /// Number of keys at some moment.
    #[inline]
    pub fn len(&self) -> usize {
        self.table().map_or(0, Table::used)
    }

    /// No keys at this moment?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key. `same` as in `Table::find`; if it ran, and what it approved is gone since, looks again.
    #[inline(always)]
    pub fn get<E>(
        &self,
        key: u64,
        hash: u64,
        mut same: impl FnMut(u64) -> Result<bool, E>,
    ) -> Result<Option<u64>, E> {
        loop {
            let Some(table) = self.table() else {
                return Ok(None);
            };
            let mut asked = false;
            let found = table.find(key, hash, |other| {
                asked = true;
                same(other)
            })?;
            let Some(place) = found else {
                return Ok(None);
            };
            match table.value(place) {
                0 if asked => continue,
                0 => return Ok(None),
                value => return Ok(Some(value)),
            }
        }
    }

    /// What the keys are now; compare it later, in a critical section, to know that a lookup still holds.
    pub fn stamp(&self) -> Stamp {
        match self.table() {
            None => Stamp { table: core::ptr::null(), nentries: 0, used: 0 },
            // The count first: a deletion before an insertion must not look like neither.
            Some(t) => Stamp { table: t, nentries: t.nentries(), used: t.used() as u32 },
        }
    }

    /// Publishes a complete table; gives the old one, which readers may hold. Writer only.
    pub fn publish(&self, new: *mut Table) -> *mut Table {
        // ORDERING: Relaxed; the writer's own pointer.
        let old = self.table.load(ord!("table.old", Relaxed));
        // ORDERING: Release; pairs with the Acquire of `table`. Model: table (mutant `table.publish=Relaxed`).
        self.table.store(new, ord!("table.publish", Release));
        old
    }
}

impl Default for Dict {
    fn default() -> Dict {
        Dict::new()
    }
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    fn table(log2: u8) -> *mut Table {
        let words = vec![0u64; layout(log2).div_ceil(8)].leak();
        // SAFETY: leaked words of the right size.
        unsafe { Table::init(words.as_mut_ptr().cast(), log2) }
    }

    fn find(dict: &Dict, key: u64) -> Option<Place> {
        let Ok(place) = dict.own()?.find(key, key % 7, |_| Ok::<_, Infallible>(false));
        place
    }

    fn insert(dict: &Dict, key: u64, value: u64) {
        match find(dict, key) {
            Some(place) => {
                dict.own().expect("found in it").update(place, value);
            }
            None => {
                let full = dict.own().is_none_or(|t| !t.has_room());
                if full {
                    let new = table(log2_for(dict.len() * 3 / 2 + 1));
                    if let Some(old) = dict.own() {
                        // SAFETY: fresh and large enough.
                        unsafe { old.copy_to(new) };
                    }
                    dict.publish(new);
                }
                let t = dict.own().expect("just published");
                t.append(key, key % 7, value).expect("there is room");
            }
        }
    }

    #[test]
    fn agrees_with_a_map_and_keeps_order() {
        let dict = Dict::new();
        let mut map = BTreeMap::new();
        let mut seed = 12345u64;
        for round in 1..20_000u64 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let key = (seed >> 33) % 700 + 1;
            if seed >> 60 < 4 {
                if let Some(place) = find(&dict, key) {
                    assert_eq!(Some(dict.own().expect("found").delete(place)), map.remove(&key));
                }
            } else {
                insert(&dict, key, round);
                map.insert(key, round);
            }
        }
        assert_eq!(dict.len(), map.len());
        for key in 1..=700 {
            let got = dict.get(key, key % 7, |_| Ok::<_, Infallible>(false));
            assert_eq!(got, Ok(map.get(&key).copied()));
        }
        let t = dict.own().expect("not empty");
        let mut left = map.len();
        while let Some(place) = t.last() {
            let (key, value, _) = t.entry(place).expect("last is live");
            assert_eq!(map.get(&key), Some(&value));
            t.delete(place);
            left -= 1;
        }
        assert_eq!(left, 0);
    }

    #[test]
    fn version_goes_with_the_set_of_keys() {
        let dict = Dict::new();
        insert(&dict, 1, 10);
        let t = dict.own().expect("has one key");
        t.set_version(9);
        let stamp = dict.stamp();
        insert(&dict, 1, 11);
        assert_eq!((t.version(), dict.stamp() == stamp), (9, true));
        insert(&dict, 2, 20);
        assert_eq!((t.version(), dict.stamp() == stamp), (0, false));
        t.set_version(10);
        t.delete(find(&dict, 1).expect("is there"));
        assert_eq!(t.version(), 0);
        assert_eq!(t.entry(0), None);
    }

    #[test]
    fn widths_change_with_size() {
        for log2 in [3, 8, 9, 16, 17] {
            // SAFETY: a fresh table.
            let t = unsafe { &*table(log2) };
            for key in 0..u64::from(usable(log2)) {
                assert_eq!(t.append(key + 1, key * 31, key + 1), Some(key as u32));
            }
            assert_eq!(t.append(u64::MAX, 0, 1), None);
            let Ok(found) = t.find(5, 4 * 31, |_| Ok::<_, Infallible>(false));
            assert_eq!(found, Some(4));
            assert_eq!(t.used(), usable(log2) as usize);
        }
    }
}
