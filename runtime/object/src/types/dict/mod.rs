//! `dict`: the cell. Lock-free readers, one writer: the core is `heddle_sync::table` (docs/design/core.md), with Python's
//! equality on top in `types::hashed`.
//!
//! Read in order: this file (what Rust code uses), `methods`, `iter`, `views`.

pub mod default;
pub mod iter;
mod methods;
pub mod ordered;
pub mod views;

pub use methods::{fromkeys, merge, update};

use crate::core::header::Header;
use crate::core::shape::Shape;
use crate::core::thread::Thread;
use crate::core::ty::{StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::payload;
use crate::types::hashed::{Hashed, hash_key};
use crate::types::{Str, Tuple};
use heddle_sync::table::{self, Place, Table};

/// A pointer to the current table.
#[repr(C)]
pub struct Dict {
    /// Cell header.
    pub header: Header,
    pub(crate) table: table::Dict,
}

payload!(Dict, DICT);

/// Byte offset of the table pointer, for inline code.
pub const TABLE_OFFSET: usize = std::mem::offset_of!(Dict, table);

/// `dict`
pub static DICT: StaticType = StaticType::new(TypeSpec {
    name: "dict",
    basicsize: size_of::<Dict>(),
    flags: flags::BASETYPE | flags::DICT | flags::MAPPING | flags::MATCH_SELF,
    doc: "dict() -> new empty dictionary\ndict(mapping) -> new dictionary initialized from a mapping object's\n    (key, value) pairs\ndict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    for k, v in iterable:\n        d[k] = v\ndict(**kwargs) -> new dictionary initialized with the name=value pairs\n    in the keyword argument list.  For example:  dict(one=1, two=2)",
    slots: methods::SLOTS,
    methods: methods::METHODS,
    trace: trace_dict,
    ..TypeSpec::DEFAULT
});

/// The string behind the word of a key in a table, when it is an exact one.
#[inline(always)]
fn exact_str(word: u64) -> Option<&'static Str> {
    // SAFETY: tables hold value words.
    let v = unsafe { Value::from_slot(word) }?;
    if v.is_exact::<Str>() { v.cast::<Str>() } else { None }
}

impl Dict {
    /// An empty dict.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    #[inline]
    pub fn new(th: &mut Thread) -> R<&'static Dict> {
        th.alloc::<Dict>(DICT.shape(), 0, |header| Dict { header, table: table::Dict::new() })
    }

    /// An empty dict with room for `n` keys.
    pub fn with_capacity(th: &mut Thread, n: usize) -> R<&'static Dict> {
        let d = Dict::new(th)?;
        if n > 0 {
            let new = d.hashed().new_table(th, table::log2_for(n))?;
            d.hashed().publish(new);
        }
        Ok(d)
    }

    #[inline(always)]
    pub(crate) fn hashed(&self) -> Hashed<'_, 0> {
        Hashed { header: &self.header, table: &self.table }
    }

    /// Number of keys.
    #[inline(always)]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// The core, for inline caches.
    #[inline(always)]
    pub fn core(&self) -> &table::Dict {
        &self.table
    }

    /// The value of an exact string. Never raises: keys that are not exact strings are compared only by identity.
    /// Use only where such keys do not matter (namespaces).
    #[inline]
    pub fn get_str(&self, name: &Str) -> Option<Value> {
        let word = Value::from_ref(name).word();
        let r = self
            .table
            .get::<()>(word, name.hash() as u64, |k| Ok(exact_str(k).is_some_and(|s| s.eq(name))));
        // SAFETY: tables hold value words.
        r.ok().flatten().and_then(|w| unsafe { Value::from_slot(w) })
    }

    /// Where an exact string's entry lies, for inline caches: good for the table in which it was found. Pair with
    /// [`keys_version`](Dict::keys_version), taken first.
    pub fn find_str(&self, name: &Str) -> Option<(&Table, Place)> {
        let t = self.table.table()?;
        let word = Value::from_ref(name).word();
        let place = t
            .find::<()>(word, name.hash() as u64, |k| Ok(exact_str(k).is_some_and(|s| s.eq(name))));
        Some((t, place.ok().flatten()?))
    }

    /// A number that stands for the current table with its current set of keys; 0 when none can be had. While
    /// `core().table().version()` still gives it, places found in the table stay good.
    ///
    /// **Escapes:** no.
    pub fn keys_version(&self, th: &mut Thread) -> u32 {
        let fresh = match self.table.table() {
            None => return 0,
            Some(t) if t.version() != 0 => return t.version(),
            Some(_) => th.rt.new_version(),
        };
        th.critical_leaf(&self.header, || match self.table.own() {
            Some(t) if t.version() != 0 => t.version(),
            Some(t) => {
                t.set_version(fresh);
                fresh
            }
            None => 0,
        })
    }

    /// The value of a key, lock-free. **Escapes:** yes (`__hash__`, `__eq__`).
    #[inline]
    pub fn get_item(&self, th: &mut Thread, key: Value) -> R<Option<Value>> {
        let hash = hash_key(th, key, "dict key")?;
        self.get_hashed(th, key, hash)
    }

    /// As [`get_item`](Dict::get_item) with the hash known.
    #[inline]
    pub fn get_hashed(&self, th: &mut Thread, key: Value, hash: i64) -> R<Option<Value>> {
        self.hashed().get(th, key, hash)
    }

    /// Sets a key. **Escapes:** yes (`__hash__`, `__eq__`).
    #[inline]
    pub fn set_item(&self, th: &mut Thread, key: Value, value: Value) -> R<()> {
        let hash = hash_key(th, key, "dict key")?;
        self.set_hashed(th, key, hash, value)
    }

    /// As [`set_item`](Dict::set_item) with the hash known.
    #[inline]
    pub fn set_hashed(&self, th: &mut Thread, key: Value, hash: i64, value: Value) -> R<()> {
        self.hashed().add(th, key, hash, |_| value).map(|_| ())
    }

    /// Sets a key unless it is there; gives the value that it has afterwards.
    pub fn set_default(&self, th: &mut Thread, key: Value, value: Value) -> R {
        let hash = hash_key(th, key, "dict key")?;
        let r = self.hashed().add(th, key, hash, |old| old.unwrap_or(value))?;
        Ok(r.old.unwrap_or(value))
    }

    /// Removes a key; false when it is not there. **Escapes:** yes.
    pub fn del_item(&self, th: &mut Thread, key: Value) -> R<bool> {
        Ok(self.take(th, key)?.is_some())
    }

    /// Removes a key and gives its value. **Escapes:** yes.
    pub fn take(&self, th: &mut Thread, key: Value) -> R<Option<Value>> {
        let hash = hash_key(th, key, "dict key")?;
        self.hashed().take(th, key, hash)
    }

    /// Removes and gives the last entry. **Escapes:** no.
    pub fn pop_item(&self, th: &mut Thread) -> Option<(Value, Value)> {
        th.critical_leaf(&self.header, || {
            let t = self.table.own()?;
            let place = t.last()?;
            // SAFETY: tables hold value words; those of live entries are not 0.
            unsafe {
                Some((Value::from_slot(t.key_at(place))?, Value::from_slot(t.delete(place))?))
            }
        })
    }

    /// The entry at or after `pos`, which moves behind it. Safe while others mutate: entries are only appended.
    #[inline]
    pub fn next(&self, pos: &mut usize) -> Option<(Value, Value)> {
        let t = self.table.table()?;
        Hashed::<0>::next_in(t, pos).map(|(k, v, _)| (k, v))
    }

    /// The entry before `pos`, which moves to it.
    pub fn next_back(&self, pos: &mut usize) -> Option<(Value, Value)> {
        let t = self.table.table()?;
        *pos = (*pos).min(t.nentries() as usize);
        while *pos > 0 {
            *pos -= 1;
            if let Some((k, v, _)) = t.entry(*pos as u32) {
                // SAFETY: tables hold value words; those of live entries are not 0.
                return unsafe { Some((Value::from_slot(k)?, Value::from_slot(v)?)) };
            }
        }
        None
    }

    /// Number of places, live or not: where a walk backwards begins.
    pub fn places(&self) -> usize {
        self.table.table().map_or(0, |t| t.nentries() as usize)
    }

    /// Calls `f` with each entry of the table as it is at the start. **Escapes:** if `f` does; entries added meanwhile
    /// are not seen, deleted ones are left out.
    pub fn for_each(
        &self,
        th: &mut Thread,
        mut f: impl FnMut(&mut Thread, Value, Value, i64) -> R<()>,
    ) -> R<()> {
        let Some(t) = self.table.table() else { return Ok(()) };
        let n = t.nentries() as usize;
        let mut place = 0;
        while let Some((k, v, h)) = Hashed::<0>::next_in(t, &mut place) {
            if place > n {
                break;
            }
            f(th, k, v, h)?;
        }
        Ok(())
    }

    /// The keys at this moment. **Escapes:** no.
    pub fn keys_tuple(&self, th: &mut Thread) -> R<&'static Tuple> {
        th.critical(&self.header, |th| {
            let mut pos = 0;
            Tuple::from_fn(th, self.len(), |_| {
                self.next(&mut pos).map_or_else(Value::none, |e| e.0)
            })
        })
    }

    /// The values at this moment. **Escapes:** no.
    pub fn values_tuple(&self, th: &mut Thread) -> R<&'static Tuple> {
        th.critical(&self.header, |th| {
            let mut pos = 0;
            Tuple::from_fn(th, self.len(), |_| {
                self.next(&mut pos).map_or_else(Value::none, |e| e.1)
            })
        })
    }

    /// A copy: an exact dict. **Escapes:** no.
    pub fn copy(&self, th: &mut Thread) -> R<&'static Dict> {
        let d = Dict::new(th)?;
        self.copy_table_to(th, d)?;
        Ok(d)
    }

    /// Gives `to`, which is empty, all entries at once. False when it is not empty. **Escapes:** no.
    pub(crate) fn copy_table_to(&self, th: &mut Thread, to: &Dict) -> R<bool> {
        th.critical2(&self.header, &to.header, |th| {
            if to.len() != 0 {
                return Ok(false);
            }
            if let Some(old) = self.table.own().filter(|t| t.used() != 0) {
                let new = to.hashed().new_table(th, table::log2_for(old.used()))?;
                // SAFETY: fresh, with room for the live entries.
                unsafe { old.copy_to(new) };
                to.hashed().publish(new);
            }
            Ok(true)
        })
    }

    /// Removes everything. **Escapes:** no.
    pub fn clear(&self, th: &mut Thread) {
        self.hashed().clear(th);
    }
}

/// Trace function of table cells.
///
/// # Safety
/// - `cell` is a [`Table`].
pub unsafe fn trace_dict_table(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: the caller's promise.
    unsafe { &*(cell as *const Table) }.trace(|w| t.word(w));
}

pub(super) unsafe fn trace_dict(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a dict cell; the word is null or a live table.
    unsafe {
        let d = &*(cell as *const Dict);
        t.word(*(&raw const d.table as *const u64));
    }
}

/// The shape of table cells, for the collector.
pub fn table_shape() -> &'static Shape {
    crate::heap::dict_table_shape()
}

#[cfg(test)]
mod tests;
