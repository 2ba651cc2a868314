//! `dict`: the cell. Lock-free readers, one writer: the core is `heddle_sync::table` (docs/design/core.md).

use crate::core::header::Header;
use crate::core::shape::Shape;
use crate::core::thread::Thread;
use crate::core::ty::{StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::heap::Tracer;
use crate::ops;
use crate::payload;
use crate::types::{Str, Tuple};
use heddle_sync::table::{self, Table};

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
    pub fn new(th: &mut Thread) -> R<&'static Dict> {
        th.alloc::<Dict>(DICT.shape(), 0, |header| Dict { header, table: table::Dict::new() })
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

    /// The value of a key, lock-free. **Escapes:** yes (`__hash__`, `__eq__`).
    #[inline]
    pub fn get_item(&self, th: &mut Thread, key: Value) -> R<Option<Value>> {
        let hash = ops::hash(th, key)?;
        self.get_hashed(th, key, hash)
    }

    /// As [`get_item`](Dict::get_item) with the hash known.
    pub fn get_hashed(&self, th: &mut Thread, key: Value, hash: i64) -> R<Option<Value>> {
        let r = self.table.get::<Raised>(key.word(), hash as u64, |k| same(th, key, k))?;
        // SAFETY: tables hold value words.
        Ok(r.and_then(|w| unsafe { Value::from_slot(w) }))
    }

    /// Sets a key. **Escapes:** yes (`__hash__`, `__eq__`).
    #[inline]
    pub fn set_item(&self, th: &mut Thread, key: Value, value: Value) -> R<()> {
        let hash = ops::hash(th, key)?;
        self.set_hashed(th, key, hash, value)
    }

    /// As [`set_item`](Dict::set_item) with the hash known.
    pub fn set_hashed(&self, th: &mut Thread, key: Value, hash: i64, value: Value) -> R<()> {
        self.upsert(th, key, hash, |_| value).map(|_| ())
    }

    /// Sets a key unless it is there; gives the value that it has afterwards.
    pub fn set_default(&self, th: &mut Thread, key: Value, value: Value) -> R {
        let hash = ops::hash(th, key)?;
        Ok(self.upsert(th, key, hash, |old| old.unwrap_or(value))?.unwrap_or(value))
    }

    /// Finds a key with arbitrary equality, then makes the change in a critical section, starting again when the keys
    /// changed in between. Gives the old value.
    fn upsert(
        &self,
        th: &mut Thread,
        key: Value,
        hash: i64,
        new: impl Fn(Option<Value>) -> Value,
    ) -> R<Option<Value>> {
        loop {
            let stamp = self.table.stamp();
            let place = match self.table.table() {
                Some(t) => t.find::<Raised>(key.word(), hash as u64, |k| same(th, key, k))?,
                None => None,
            };
            let done = th.critical(&self.header, |th| -> R<Option<Option<Value>>> {
                if self.table.stamp() != stamp {
                    return Ok(None);
                }
                let value;
                let old = match (place, self.table.own()) {
                    (Some(p), Some(t)) if t.value(p) != 0 => {
                        // SAFETY: tables hold value words.
                        let old = unsafe { Value::from_slot(t.value(p)) };
                        value = new(old);
                        t.update(p, value.word());
                        old
                    }
                    _ => {
                        value = new(None);
                        self.room(th)?;
                        if let Some(t) = self.table.own() {
                            t.append(key.word(), hash as u64, value.word());
                        }
                        None
                    }
                };
                crate::heap::write_barrier(self as *const Dict as *const u8, key.word());
                crate::heap::write_barrier(self as *const Dict as *const u8, value.word());
                Ok(Some(old))
            })?;
            if let Some(old) = done {
                return Ok(old);
            }
        }
    }

    /// Makes room for one more entry. Inside a critical section.
    fn room(&self, th: &mut Thread) -> R<()> {
        let (used, full) = match self.table.own() {
            Some(t) => (t.used(), !t.has_room()),
            None => (0, true),
        };
        if full {
            self.resize(th, if used == 0 { 5 } else { used * 3 })?;
        }
        Ok(())
    }

    /// Moves the live entries to a new table with room for `n`. Inside a critical section.
    pub(crate) fn resize(&self, th: &mut Thread, n: usize) -> R<()> {
        let log2 = table::log2_for(n);
        if log2 > table::MAX_LOG2 {
            return Err(th.memory_error());
        }
        let p = th.alloc_bytes(table::layout(log2))?;
        // SAFETY: fresh memory of that layout; the header comes first and belongs to us.
        let new = unsafe {
            let t = Table::init(p, log2);
            (p as *mut Header).write(Header::new(
                crate::heap::dict_table_shape(),
                th.slot.owner(),
                0,
            ));
            if let Some(old) = self.table.own() {
                old.copy_to(t);
            }
            t
        };
        self.table.publish(new);
        crate::heap::write_barrier(self as *const Dict as *const u8, new as u64);
        Ok(())
    }

    /// Removes a key; false when it is not there. **Escapes:** yes.
    pub fn del_item(&self, th: &mut Thread, key: Value) -> R<bool> {
        Ok(self.take(th, key)?.is_some())
    }

    /// Removes a key and gives its value. **Escapes:** yes.
    pub fn take(&self, th: &mut Thread, key: Value) -> R<Option<Value>> {
        let hash = ops::hash(th, key)?;
        loop {
            let stamp = self.table.stamp();
            let Some(t) = self.table.table() else { return Ok(None) };
            let Some(place) = t.find::<Raised>(key.word(), hash as u64, |k| same(th, key, k))?
            else {
                return Ok(None);
            };
            let done = th.critical(&self.header, |_| {
                if self.table.stamp() != stamp {
                    return None;
                }
                match self.table.own() {
                    // SAFETY: tables hold value words.
                    Some(t) if t.value(place) != 0 => {
                        Some(unsafe { Value::from_slot(t.delete(place)) })
                    }
                    _ => Some(None),
                }
            });
            if let Some(v) = done {
                return Ok(v);
            }
        }
    }

    /// The entry at or after `pos`, which moves behind it. Safe while others mutate: entries are only appended.
    #[inline]
    pub fn next(&self, pos: &mut usize) -> Option<(Value, Value)> {
        let t = self.table.table()?;
        while *pos < t.nentries() as usize {
            let e = t.entry(*pos as u32);
            *pos += 1;
            if let Some((k, v, _)) = e {
                // SAFETY: tables hold value words; live entries are not 0.
                return unsafe { Some((Value::from_slot(k)?, Value::from_slot(v)?)) };
            }
        }
        None
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

    /// Removes everything. **Escapes:** no.
    pub fn clear(&self, th: &mut Thread) {
        th.critical(&self.header, |_| {
            self.table.publish(std::ptr::null_mut());
        });
    }
}

/// Equality of a key with one in the table of the same hash.
fn same(th: &mut Thread, key: Value, word: u64) -> R<bool> {
    // SAFETY: tables hold value words.
    match unsafe { Value::from_slot(word) } {
        Some(k) => ops::equal(th, k, key),
        None => Ok(false),
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

unsafe fn trace_dict(cell: *mut u8, t: &mut Tracer) {
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
