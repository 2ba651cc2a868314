//! Weak references: from objects to the cells that refer to them weakly, and tables whose values live by their keys.
//!
//! The registry maps the address of an object to its weak reference cells; a header flag says that it has an entry, so
//! objects without cost nothing. The referent's word inside a weak reference cell is not reported by the cell's trace
//! function; the collector clears it when the referent dies, and queues the cell when it wants a callback. All entries
//! are hidden from marking and cleaned in the pause, so an entry never outlives either side.

use super::finalize::{Pending, Queue};
use super::trace::Tracer;
use super::{FLAG_WEAKREFS, clear_flag, has_flag, set_flag};
use heddle_sync::prim::{AtomicU64, Mutex, ord};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Hashes addresses.
#[derive(Default)]
pub(super) struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.write_u64(self.0 ^ *b as u64);
        }
    }
    fn write_u64(&mut self, n: u64) {
        // Fibonacci hashing; the high bits are folded down because the map uses both ends.
        let h = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = h ^ (h >> 32);
    }
    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
}

pub(super) type AddressMap<V> = HashMap<usize, V, BuildHasherDefault<AddressHasher>>;

/// One weak reference to an object.
struct Entry {
    /// The weak reference cell.
    cell: usize,
    /// Its referent word.
    referent: *const AtomicU64,
    callback: bool,
}

// SAFETY: the word lies in the cell, which is alive while the entry exists.
unsafe impl Send for Entry {}

/// Power of two; 64 keeps two of 16 threads off the same lock most of the time (arbitrary).
const SHARDS: usize = 64;

/// All weak references of a heap.
pub(super) struct Weak {
    shards: [Mutex<AddressMap<Vec<Entry>>>; SHARDS],
    ephemerons: Mutex<Vec<EphemeronPtr>>,
    words: Mutex<Vec<WeakWords>>,
}

/// Weak words inside a cell.
struct WeakWords {
    cell: usize,
    first: *const AtomicU64,
    n: usize,
}

// SAFETY: the words lie in the cell, which is alive while the entry exists.
unsafe impl Send for WeakWords {}

impl Weak {
    pub(super) fn new() -> Weak {
        Weak {
            shards: std::array::from_fn(|_| Mutex::new(AddressMap::default())),
            ephemerons: Mutex::new(Vec::new()),
            words: Mutex::new(Vec::new()),
        }
    }

    pub(super) fn add_words(&self, cell: usize, first: *const AtomicU64, n: usize) {
        self.words.lock().push(WeakWords { cell, first, n });
    }

    fn shard(&self, object: usize) -> &Mutex<AddressMap<Vec<Entry>>> {
        let h = object.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        &self.shards[h >> (usize::BITS - SHARDS.trailing_zeros())]
    }

    /// Notes that the word at `referent`, inside the cell `weakref`, refers to `object`.
    ///
    /// # Safety
    /// - Both are live cells, and `referent` lies in `weakref` and is not reported by its trace function.
    pub(super) unsafe fn register(
        &self,
        object: usize,
        weakref: usize,
        referent: *const AtomicU64,
        callback: bool,
    ) {
        // SAFETY: `object` is a live cell.
        unsafe { set_flag(object, FLAG_WEAKREFS) };
        self.shard(object).lock().entry(object).or_default().push(Entry {
            cell: weakref,
            referent,
            callback,
        });
    }

    /// Takes one weak reference out again (it was cleared or re-initialised by hand).
    pub(super) fn unregister(&self, object: usize, weakref: usize) {
        let mut shard = self.shard(object).lock();
        if let Some(list) = shard.get_mut(&object) {
            list.retain(|e| e.cell != weakref);
            if list.is_empty() {
                shard.remove(&object);
            }
        }
    }

    /// Calls `f` with the word of each weak reference cell of `object`, oldest first, until it says stop (`false`).
    ///
    /// # Safety
    /// - `object` is a live cell.
    pub(super) unsafe fn each(&self, object: usize, mut f: impl FnMut(u64) -> bool) {
        // SAFETY: the caller's promise.
        if unsafe { has_flag(object, FLAG_WEAKREFS) }
            && let Some(list) = self.shard(object).lock().get(&object)
        {
            for e in list {
                if !f(e.cell as u64) {
                    break;
                }
            }
        }
    }

    /// Clears the references to dead objects; queues those that are alive themselves and want a callback.
    ///
    /// **Threads:** in the pause, after marking and before finalizers resurrect anything.
    pub(super) fn clear_dead(&self, queue: &Queue, is_marked: &impl Fn(usize) -> bool) -> usize {
        let mut cleared = 0;
        for shard in &self.shards {
            shard.lock().retain(|&object, list| {
                if is_marked(object) {
                    return true;
                }
                // SAFETY: dead but not yet freed; a finalizer may still keep it.
                unsafe { clear_flag(object, FLAG_WEAKREFS) };
                // The youngest first, as CPython calls them.
                for e in list.iter().rev() {
                    // SAFETY: the entry's cell has not been freed since it was registered.
                    // ORDERING: Relaxed; the world is stopped.
                    unsafe { (*e.referent).store(0, ord!("heap.weak_clear", Relaxed)) };
                    cleared += 1;
                    if e.callback && is_marked(e.cell) {
                        queue.push(Pending::WeakCallback(e.cell as u64));
                    }
                }
                false
            });
        }
        cleared
    }

    /// Forgets weak reference cells that are dead themselves.
    ///
    /// **Threads:** in the pause, when marking is complete.
    pub(super) fn forget_dead(&self, is_marked: &impl Fn(usize) -> bool) {
        self.words.lock().retain(|w| {
            let alive = is_marked(w.cell);
            for i in 0..if alive { w.n } else { 0 } {
                // SAFETY: words of a live cell.
                let slot = unsafe { &*w.first.add(i) };
                // ORDERING: Relaxed both; the world is stopped.
                let word = slot.load(ord!("heap.weak_word", Relaxed));
                if word & 7 == 0 && word != 0 && !is_marked(word as usize) {
                    slot.store(0, ord!("heap.weak_word_clear", Relaxed));
                }
            }
            alive
        });
        for shard in &self.shards {
            shard.lock().retain(|&object, list| {
                list.retain(|e| is_marked(e.cell));
                if list.is_empty() && is_marked(object) {
                    // SAFETY: a live cell.
                    unsafe { clear_flag(object, FLAG_WEAKREFS) };
                }
                !list.is_empty()
            });
        }
    }

    /// Marks the values of ephemerons whose keys are marked. **Returns:** whether anything may be left to trace.
    pub(super) fn ephemerons_step(
        &self,
        t: &mut Tracer,
        is_marked: &impl Fn(usize) -> bool,
    ) -> bool {
        let before = t.stack.len();
        for table in self.ephemerons.lock().iter() {
            // SAFETY: a table takes itself off the list before it is freed.
            for (&key, &value) in unsafe { &*table.0 }.lock().iter() {
                if is_marked(key) {
                    t.word(value);
                }
            }
        }
        t.stack.len() != before
    }

    /// Drops the entries of dead keys.
    pub(super) fn ephemerons_sweep(&self, is_marked: &impl Fn(usize) -> bool) {
        for table in self.ephemerons.lock().iter() {
            // SAFETY: as above.
            unsafe { &*table.0 }.lock().retain(|&key, _| is_marked(key));
        }
    }
}

type EphemeronMap = Mutex<AddressMap<u64>>;

struct EphemeronPtr(*const EphemeronMap);

// SAFETY: points to a boxed map that is a lock.
unsafe impl Send for EphemeronPtr {}

/// A table from objects to values that keeps a value alive only as long as its key is.
///
/// For native code that hangs data on objects it does not own. Keys are heap cells, by identity.
pub struct Ephemerons {
    map: Box<EphemeronMap>,
    heap: &'static super::Heap,
}

impl Ephemerons {
    /// An empty table.
    pub fn new(heap: &'static super::Heap) -> Ephemerons {
        let map = Box::new(Mutex::new(AddressMap::default()));
        heap.weak.ephemerons.lock().push(EphemeronPtr(&*map));
        Ephemerons { map, heap }
    }

    /// Sets the word that hangs on the cell `key` and gives back the former one.
    pub fn insert(&self, key: u64, value: u64) -> Option<u64> {
        self.map.lock().insert(key as usize, value)
    }

    /// The word that hangs on the cell `key`.
    pub fn get(&self, key: u64) -> Option<u64> {
        self.map.lock().get(&(key as usize)).copied()
    }

    /// Takes the word off the cell `key`.
    pub fn remove(&self, key: u64) -> Option<u64> {
        self.map.lock().remove(&(key as usize))
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.map.lock().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for Ephemerons {
    fn drop(&mut self) {
        let me: *const EphemeronMap = &*self.map;
        self.heap.weak.ephemerons.lock().retain(|p| !std::ptr::eq(p.0, me));
    }
}
