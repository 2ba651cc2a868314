//! The hash table of `dict` and `set` with Python's equality: lock-free lookups, and changes that compare keys outside
//! the critical section and look again inside it.
//!
//! Keys that compare without Python code (exact strings, small ints) against keys of the same kinds take one step inside
//! a leaf section. For all others: note a stamp, find the place with arbitrary equality, enter the section, and start
//! again if the keys have changed since.
//!
//! `LINEAR` is the number of neighbours that a probe looks at (0 for dictionaries, `table::SET_PROBES` for sets).

use crate::core::header::Header;
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::heap::write_barrier;
use crate::ops;
use crate::types::Str;
use crate::types::exceptions as exc;
use heddle_sync::table::{self, Place, Table};

/// A header and the table behind it.
pub(crate) struct Hashed<'a, const LINEAR: usize> {
    pub header: &'a Header,
    pub table: &'a table::Dict,
}

impl<const LINEAR: usize> Clone for Hashed<'_, LINEAR> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<const LINEAR: usize> Copy for Hashed<'_, LINEAR> {}

/// What adding a key came to.
pub(crate) struct Added {
    /// The value before, if the key was there.
    pub old: Option<Value>,
}

/// The comparison needs Python code.
struct Ask;

/// Whether a key compares without Python code against its kind.
#[inline(always)]
fn is_simple(key: Value) -> bool {
    key.is_small_int() || key.is_exact::<Str>()
}

/// Equality of a simple key with one in the table, which is not identical.
#[inline(always)]
fn same_simple(key: Value, word: u64) -> Result<bool, Ask> {
    // SAFETY: tables hold value words.
    let Some(other) = (unsafe { Value::from_slot(word) }) else { return Ok(false) };
    if other.is_exact::<Str>() {
        if key.is_small_int() {
            return Ok(false);
        }
        // SAFETY: simple and not an int: an exact string; the other one was tested.
        let (a, b) = unsafe { (key.cast_unchecked::<Str>(), other.cast_unchecked::<Str>()) };
        return Ok(a.eq(b));
    }
    if other.is_small_int() { Ok(false) } else { Err(Ask) }
}

/// `hash(key)`, with CPython's words for keys that have none. `what` is "dict key" or "set element".
#[inline(always)]
pub(crate) fn hash_key(th: &mut Thread, key: Value, what: &'static str) -> R<i64> {
    match ops::hash(th, key) {
        Ok(h) => Ok(h),
        Err(e) => Err(unhashable(th, e, key, what)),
    }
}

#[cold]
#[inline(never)]
fn unhashable(th: &mut Thread, e: Raised, key: Value, what: &str) -> Raised {
    if !th.exception.is_some_and(|x| x.is_type(&exc::TYPE_ERROR)) {
        return e;
    }
    let x = th.take_exception(e);
    let text = match ops::str(th, x) {
        Ok(s) => s.to_string_lossy(),
        Err(e) => return e,
    };
    let tn = crate::ty::qualified_name(th, key.type_of());
    th.type_error(format_args!("cannot use '{tn}' as a {what} ({text})"))
}

/// Equality of a key with one in the table of the same hash.
#[inline]
pub(crate) fn same(th: &mut Thread, key: Value, word: u64) -> R<bool> {
    if is_simple(key)
        && let Ok(yes) = same_simple(key, word)
    {
        return Ok(yes);
    }
    same_slow(th, key, word)
}

#[cold]
#[inline(never)]
fn same_slow(th: &mut Thread, key: Value, word: u64) -> R<bool> {
    // SAFETY: tables hold value words.
    match unsafe { Value::from_slot(word) } {
        Some(k) => ops::equal(th, k, key),
        None => Ok(false),
    }
}

impl<'a, const LINEAR: usize> Hashed<'a, LINEAR> {
    #[inline(always)]
    fn barrier(&self, key: Value, value: Value) {
        let place = self.header as *const Header as *const u8;
        write_barrier(place, key.word());
        write_barrier(place, value.word());
    }

    /// The value of a key. **Escapes:** yes (`__eq__`).
    #[inline(always)]
    pub fn get(self, th: &mut Thread, key: Value, hash: i64) -> R<Option<Value>> {
        loop {
            let Some(t) = self.table.table() else { return Ok(None) };
            let mut asked = false;
            let found = t.find_probing::<LINEAR, Raised>(key.word(), hash as u64, |k| {
                asked = true;
                same(th, key, k)
            })?;
            let Some(place) = found else { return Ok(None) };
            // SAFETY: tables hold value words.
            match unsafe { Value::from_slot(t.value(place)) } {
                // What the comparison approved is gone since: look again.
                None if asked => continue,
                v => return Ok(v),
            }
        }
    }

    /// Sets a key to what `new` makes of the old value. **Escapes:** yes (`__eq__`); `new` may not.
    #[inline]
    pub fn add(
        self,
        th: &mut Thread,
        key: Value,
        hash: i64,
        new: impl Fn(Option<Value>) -> Value,
    ) -> R<Added> {
        if is_simple(key) {
            let quick = th.critical_leaf(self.header, || {
                let t = self.table.own()?;
                let found =
                    t.find_probing::<LINEAR, Ask>(key.word(), hash as u64, |k| same_simple(key, k));
                match found {
                    Ok(Some(p)) => {
                        // SAFETY: tables hold value words.
                        let old = unsafe { Value::from_slot(t.value(p)) };
                        let value = new(old);
                        t.update(p, value.word());
                        Some((old, value))
                    }
                    Ok(None) if t.has_room() => {
                        let value = new(None);
                        t.append_probing::<LINEAR>(key.word(), hash as u64, value.word());
                        Some((None, value))
                    }
                    _ => None,
                }
            });
            if let Some((old, value)) = quick {
                self.barrier(key, value);
                if LINEAR != 0 && old.is_none() {
                    self.grow_crowded(th)?;
                }
                return Ok(Added { old });
            }
        }
        self.add_slow(th, key, hash, &new)
    }

    #[cold]
    #[inline(never)]
    fn add_slow(
        self,
        th: &mut Thread,
        key: Value,
        hash: i64,
        new: &dyn Fn(Option<Value>) -> Value,
    ) -> R<Added> {
        loop {
            let stamp = self.table.stamp();
            let place = self.find(th, key, hash)?;
            let done = th.critical(self.header, |th| -> R<Option<Added>> {
                if self.table.stamp() != stamp {
                    return Ok(None);
                }
                let (old, value) = match (place, self.table.own()) {
                    (Some(p), Some(t)) if t.value(p) != 0 => {
                        // SAFETY: tables hold value words.
                        let old = unsafe { Value::from_slot(t.value(p)) };
                        let value = new(old);
                        t.update(p, value.word());
                        (old, value)
                    }
                    _ => {
                        let value = new(None);
                        self.room(th)?;
                        if let Some(t) = self.table.own() {
                            t.append_probing::<LINEAR>(key.word(), hash as u64, value.word());
                        }
                        (None, value)
                    }
                };
                self.barrier(key, value);
                Ok(Some(Added { old }))
            })?;
            if let Some(done) = done {
                if LINEAR != 0 && done.old.is_none() {
                    self.grow_crowded(th)?;
                }
                return Ok(done);
            }
        }
    }

    /// The place of a key in the table as it is now.
    fn find(self, th: &mut Thread, key: Value, hash: i64) -> R<Option<Place>> {
        match self.table.table() {
            Some(t) => {
                t.find_probing::<LINEAR, Raised>(key.word(), hash as u64, |k| same(th, key, k))
            }
            None => Ok(None),
        }
    }

    /// Makes room for one more entry. Inside a critical section.
    fn room(self, th: &mut Thread) -> R<()> {
        let Some(t) = self.table.own() else {
            return self.resize(th, table::MIN_LOG2);
        };
        if t.has_room() {
            return Ok(());
        }
        if LINEAR == 0 {
            self.resize(th, table::log2_for((t.used() * 2).max(5)))
        } else if t.fill() * 5 < (t.indices() - 1) * 3 {
            // Many items came and went: the same size, without what went.
            self.resize(th, t.log2())
        } else {
            self.resize(th, set_growth(t.used()))
        }
    }

    /// Sets grow when three fifths of their indices are in use, as CPython's do: it decides the order in which they are
    /// walked.
    #[inline]
    fn grow_crowded(self, th: &mut Thread) -> R<()> {
        let crowded = |t: &Table| t.fill() * 5 >= (t.indices() - 1) * 3;
        if !self.table.table().is_some_and(crowded) {
            return Ok(());
        }
        th.critical(self.header, |th| match self.table.own() {
            Some(t) if crowded(t) => self.resize(th, set_growth(t.used())),
            _ => Ok(()),
        })
    }

    /// Moves the live entries to a new table of `1 << log2` indices. Inside a critical section.
    pub fn resize(self, th: &mut Thread, log2: u8) -> R<()> {
        let new = self.new_table(th, log2)?;
        if let Some(old) = self.table.own() {
            // SAFETY: fresh, and the caller chose a size with room for the live entries.
            unsafe {
                if LINEAR == 0 {
                    old.copy_to(new);
                } else {
                    old.copy_in_index_order::<LINEAR>(new);
                }
            }
        }
        self.publish(new);
        Ok(())
    }

    /// A table that nobody else sees.
    pub fn new_table(self, th: &mut Thread, log2: u8) -> R<*mut Table> {
        if log2 > table::MAX_LOG2 {
            return Err(th.memory_error());
        }
        let p = th.alloc_bytes(table::layout(log2))?;
        // SAFETY: fresh memory of that layout; the header comes first and belongs to us.
        unsafe {
            let t = Table::init(p, log2);
            let header = Header::new(crate::heap::dict_table_shape(), th.slot.owner(), 0);
            (p as *mut Header).write(header);
            Ok(t)
        }
    }

    /// Publishes a table. Inside a critical section.
    pub fn publish(self, new: *mut Table) {
        self.table.publish(new);
        write_barrier(self.header as *const Header as *const u8, new as u64);
    }

    /// Removes a key and gives its value. **Escapes:** yes (`__eq__`).
    pub fn take(self, th: &mut Thread, key: Value, hash: i64) -> R<Option<Value>> {
        loop {
            let stamp = self.table.stamp();
            let Some(place) = self.find(th, key, hash)? else { return Ok(None) };
            let done = th.critical_leaf(self.header, || {
                if self.table.stamp() != stamp {
                    return None;
                }
                match self.table.own() {
                    Some(t) if t.value(place) != 0 => {
                        // SAFETY: tables hold value words.
                        Some(unsafe { Value::from_slot(t.delete_probing::<LINEAR>(place)) })
                    }
                    _ => Some(None),
                }
            });
            if let Some(v) = done {
                return Ok(v);
            }
        }
    }

    /// Makes a key the last or the first in order; false when it is not there. Making it the first copies the table.
    /// **Escapes:** yes (`__eq__`).
    pub fn move_to_end(self, th: &mut Thread, key: Value, hash: i64, last: bool) -> R<bool> {
        loop {
            let stamp = self.table.stamp();
            let Some(place) = self.find(th, key, hash)? else { return Ok(false) };
            let done = th.critical(self.header, |th| -> R<Option<bool>> {
                if self.table.stamp() != stamp {
                    return Ok(None);
                }
                let Some(t) = self.table.own().filter(|t| t.value(place) != 0) else {
                    return Ok(Some(false));
                };
                let (key, value) = (t.key_at(place), t.value(place));
                if last {
                    if t.nentries() == place + 1 {
                        return Ok(Some(true));
                    }
                    // Room first: the entry is never missing when memory runs out.
                    self.room(th)?;
                    let place = self.find_word(key, hash).unwrap_or(place);
                    if let Some(t) = self.table.own() {
                        t.delete_probing::<LINEAR>(place);
                        t.append_probing::<LINEAR>(key, hash as u64, value);
                    }
                } else {
                    let new = self.new_table(th, table::log2_for(t.used() + 1))?;
                    t.delete_probing::<LINEAR>(place);
                    // SAFETY: fresh, with room for the live entries and one more.
                    unsafe {
                        (*new).append_probing::<LINEAR>(key, hash as u64, value);
                        t.copy_to(new);
                    }
                    self.publish(new);
                }
                Ok(Some(true))
            })?;
            if let Some(done) = done {
                return Ok(done);
            }
        }
    }

    /// The place of a key by identity. Inside a critical section.
    fn find_word(self, key: u64, hash: i64) -> Option<Place> {
        let t = self.table.own()?;
        t.find_probing::<LINEAR, Ask>(key, hash as u64, |_| Ok(false)).ok().flatten()
    }

    /// Removes everything. **Escapes:** no.
    pub fn clear(self, th: &mut Thread) {
        th.critical_leaf(self.header, || {
            self.table.publish(std::ptr::null_mut());
        });
    }

    /// The live entry at or after `place`, which moves behind it: key, value, hash. In the table `t`.
    #[inline]
    pub fn next_in(t: &Table, place: &mut usize) -> Option<(Value, Value, i64)> {
        let n = t.nentries() as usize;
        while *place < n {
            let e = t.entry(*place as u32);
            *place += 1;
            if let Some((k, v, h)) = e {
                // SAFETY: tables hold value words; those of live entries are not 0.
                return unsafe { Some((Value::from_slot(k)?, Value::from_slot(v)?, h as i64)) };
            }
        }
        None
    }
}

/// The number of indices of a set made for `n` keys: more than `n`.
pub(crate) fn set_log2(n: usize) -> u8 {
    let mut log2 = table::MIN_LOG2;
    while log2 <= table::MAX_LOG2 && (1usize << log2) <= n {
        log2 += 1;
    }
    log2
}

/// How large a crowded set becomes.
fn set_growth(used: usize) -> u8 {
    set_log2(if used > 50000 { used * 2 } else { used * 4 })
}
