//! `set` and `frozenset`: the cell, and the algorithms on it. Lock-free readers, one writer, as `dict`.
//!
//! Built on `heddle_sync::table` with CPython's probe sequence, growth and merging, and walked in the order of the
//! indices: so a set shows its items in the order that CPython shows, unless items were deleted.

mod iter;
mod methods;

pub use iter::{SET_ITER, SetIter};

use crate::core::header::Header;
use crate::core::thread::Thread;
use crate::core::ty::{StaticType, Type, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::ops;
use crate::payload;
use crate::types::hashed::{Hashed, hash_key, set_log2};
use crate::types::{Dict, Tuple};
use heddle_sync::prim::{AtomicU64, ord};
use heddle_sync::table::{self, SET_PROBES, Table};

/// A pointer to the current table; the values in it mean nothing.
#[repr(C)]
pub struct Set {
    /// Cell header; `aux` is where `pop` looks next.
    pub header: Header,
    table: table::Dict,
    /// Hash of a frozenset, 0 while not computed.
    hash: AtomicU64,
}
payload!(Set, SET);

/// A `frozenset`: the same cell, not changed once it is made.
#[repr(C)]
pub struct FrozenSet(pub Set);
payload!(FrozenSet, FROZENSET);

const FLAGS: u64 = flags::BASETYPE | flags::MATCH_SELF | flags::HAS_WEAKREF;

/// `set`
pub static SET: StaticType = StaticType::new(TypeSpec {
    name: "set",
    basicsize: size_of::<Set>(),
    flags: FLAGS,
    doc: "Build an unordered collection of unique elements.",
    slots: methods::SET_SLOTS,
    methods: methods::SET_METHODS,
    trace: trace_set,
    ..TypeSpec::DEFAULT
});

/// `frozenset`
pub static FROZENSET: StaticType = StaticType::new(TypeSpec {
    name: "frozenset",
    basicsize: size_of::<Set>(),
    flags: FLAGS,
    doc: "Build an immutable unordered collection of unique elements.",
    slots: methods::FROZENSET_SLOTS,
    methods: methods::FROZENSET_METHODS,
    trace: trace_set,
    ..TypeSpec::DEFAULT
});

/// What stands in the value of each entry.
fn present() -> Value {
    Value::small_int(1)
}

/// The set or frozenset, or an instance of a subclass.
#[inline]
pub fn any_set(v: Value) -> Option<&'static Set> {
    if let Some(s) = v.cast::<Set>() {
        return Some(s);
    }
    v.cast::<FrozenSet>().map(|f| &f.0)
}

impl Set {
    /// An empty set.
    ///
    /// **Errors:** MemoryError. **Escapes:** no.
    pub fn new(th: &mut Thread) -> R<&'static Set> {
        Set::make(th, &SET)
    }

    /// An empty frozenset, to be filled before anybody sees it.
    pub fn new_frozen(th: &mut Thread) -> R<&'static Set> {
        Set::make(th, &FROZENSET)
    }

    fn make(th: &mut Thread, ty: &'static StaticType) -> R<&'static Set> {
        th.alloc::<Set>(ty.shape(), 0, |header| Set {
            header,
            table: table::Dict::new(),
            hash: AtomicU64::new(0),
        })
    }

    /// A frozenset of these items. **Escapes:** yes (`__hash__`, `__eq__`).
    pub fn frozen_of(th: &mut Thread, items: &[Value]) -> R<&'static Set> {
        let s = Set::new_frozen(th)?;
        for v in items {
            s.add(th, *v)?;
        }
        Ok(s)
    }

    /// An empty instance of a class.
    pub fn in_class(th: &mut Thread, ty: &'static Type) -> R<&'static Set> {
        let v = crate::ty::alloc_instance(th, ty)?;
        // SAFETY: the caller's class derives from one of the two, whose zeroed layout is an empty set.
        Ok(unsafe { &*v.as_ptr::<Set>() })
    }

    #[inline(always)]
    fn hashed(&self) -> Hashed<'_, SET_PROBES> {
        Hashed { header: &self.header, table: &self.table }
    }

    /// Number of items.
    #[inline(always)]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// The core.
    pub fn core(&self) -> &table::Dict {
        &self.table
    }

    /// Adds; false when it was there. **Escapes:** yes (`__hash__`, `__eq__`).
    #[inline]
    pub fn add(&self, th: &mut Thread, key: Value) -> R<bool> {
        let hash = hash_key(th, key, "set element")?;
        self.add_hashed(th, key, hash)
    }

    /// As [`add`](Set::add) with the hash known.
    #[inline]
    pub fn add_hashed(&self, th: &mut Thread, key: Value, hash: i64) -> R<bool> {
        let r = self.hashed().add(th, key, hash, |_| present())?;
        Ok(r.old.is_none())
    }

    /// Membership, lock-free. **Escapes:** yes.
    #[inline]
    pub fn contains(&self, th: &mut Thread, key: Value) -> R<bool> {
        let hash = hash_key(th, key, "set element")?;
        self.contains_hashed(th, key, hash)
    }

    /// As [`contains`](Set::contains) with the hash known.
    #[inline]
    pub fn contains_hashed(&self, th: &mut Thread, key: Value, hash: i64) -> R<bool> {
        Ok(self.hashed().get(th, key, hash)?.is_some())
    }

    /// Removes; false when it was not there. **Escapes:** yes.
    pub fn discard(&self, th: &mut Thread, key: Value) -> R<bool> {
        let hash = hash_key(th, key, "set element")?;
        self.discard_hashed(th, key, hash)
    }

    fn discard_hashed(&self, th: &mut Thread, key: Value, hash: i64) -> R<bool> {
        Ok(self.hashed().take(th, key, hash)?.is_some())
    }

    /// Removes everything. **Escapes:** no.
    pub fn clear(&self, th: &mut Thread) {
        self.hashed().clear(th);
    }

    /// Removes and gives some item. **Escapes:** no.
    pub fn pop(&self, th: &mut Thread) -> Option<Value> {
        th.critical_leaf(&self.header, || {
            let t = self.table.own().filter(|t| t.used() != 0)?;
            let n = t.indices();
            let first = self.header.aux() as usize & (n - 1);
            for i in (first..n).chain(0..first) {
                if let Some(place) = t.place_at(i) {
                    let key = t.key_at(place);
                    t.delete_probing::<SET_PROBES>(place);
                    self.header.set_aux(i as u32 + 1);
                    // SAFETY: tables hold value words.
                    return unsafe { Value::from_slot(key) };
                }
            }
            None
        })
    }

    /// The item at or after index `at`, which moves behind it, with its hash.
    #[inline]
    fn next_in(t: &Table, at: &mut usize) -> Option<(Value, i64)> {
        let n = t.indices();
        while *at < n {
            let e = t.place_at(*at).and_then(|p| t.entry(p));
            *at += 1;
            if let Some((k, _, h)) = e {
                // SAFETY: tables hold value words.
                return unsafe { Some((Value::from_slot(k)?, h as i64)) };
            }
        }
        None
    }

    /// The item at or after index `at` of the current table, which moves behind it.
    #[inline]
    pub fn next(&self, at: &mut usize) -> Option<Value> {
        Set::next_in(self.table.table()?, at).map(|e| e.0)
    }

    /// Calls `f` with each item of the table as it is at the start, until it says stop (`false`).
    fn for_each(
        &self,
        th: &mut Thread,
        mut f: impl FnMut(&mut Thread, Value, i64) -> R<bool>,
    ) -> R<()> {
        let Some(t) = self.table.table() else { return Ok(()) };
        let mut at = 0;
        while let Some((k, h)) = Set::next_in(t, &mut at) {
            if !f(th, k, h)? {
                break;
            }
        }
        Ok(())
    }

    /// The items at this moment. **Escapes:** no.
    pub fn items(&self, th: &mut Thread) -> R<&'static Tuple> {
        th.critical(&self.header, |th| {
            let mut at = 0;
            Tuple::from_fn(th, self.len(), |_| self.next(&mut at).unwrap_or_else(Value::none))
        })
    }

    /// Makes room for `more` items, as CPython does before it merges. **Escapes:** no.
    fn reserve(&self, th: &mut Thread, more: usize) -> R<()> {
        th.critical(&self.header, |th| {
            let (fill, used, mask) = match self.table.own() {
                Some(t) => (t.fill(), t.used(), t.indices() - 1),
                None => (0, 0, 7),
            };
            if (fill + more) * 5 >= mask * 3 {
                let log2 = set_log2((used + more) * 2);
                return self.hashed().resize(th, log2);
            }
            Ok(())
        })
    }

    /// Adds the items of any iterable. **Escapes:** yes.
    pub fn update(&self, th: &mut Thread, it: Value) -> R<()> {
        if let Some(other) = any_set(it) {
            if std::ptr::eq(other, self) || other.len() == 0 {
                return Ok(());
            }
            self.reserve(th, other.len())?;
            return other.for_each(th, |th, k, h| self.add_hashed(th, k, h).map(|_| true));
        }
        if it.is_exact::<Dict>()
            && let Some(d) = it.cast::<Dict>()
        {
            self.reserve(th, d.len())?;
            return d.for_each(th, |th, k, _, h| self.add_hashed(th, k, h).map(|_| ()));
        }
        ops::for_each(th, it, |th, x| self.add(th, x).map(|_| ()))
    }

    /// Takes out the items of any iterable. **Escapes:** yes.
    pub fn difference_update(&self, th: &mut Thread, it: Value) -> R<()> {
        if let Some(other) = any_set(it) {
            if std::ptr::eq(other, self) {
                self.clear(th);
                return Ok(());
            }
            return other.for_each(th, |th, k, h| self.discard_hashed(th, k, h).map(|_| true));
        }
        ops::for_each(th, it, |th, x| self.discard(th, x).map(|_| ()))
    }

    /// Takes out what is in both, adds what is only in the other. **Escapes:** yes.
    pub fn symmetric_difference_update(&self, th: &mut Thread, it: Value) -> R<()> {
        let toggle = |th: &mut Thread, k: Value, h: i64| -> R<bool> {
            if !self.discard_hashed(th, k, h)? {
                self.add_hashed(th, k, h)?;
            }
            Ok(true)
        };
        if let Some(other) = any_set(it) {
            if std::ptr::eq(other, self) {
                self.clear(th);
                return Ok(());
            }
            return other.for_each(th, toggle);
        }
        if it.is_exact::<Dict>()
            && let Some(d) = it.cast::<Dict>()
        {
            return d.for_each(th, |th, k, _, h| toggle(th, k, h).map(|_| ()));
        }
        let other = Set::new(th)?;
        other.update(th, it)?;
        other.for_each(th, toggle)
    }

    /// A new set, frozen if `like` is, with the same items. **Escapes:** only for items whose `__eq__` is asked.
    pub fn copy_as(&self, th: &mut Thread, like: &Set) -> R<&'static Set> {
        let s = like.empty_alike(th)?;
        s.update(th, Value::from_ref(self))?;
        Ok(s)
    }

    /// An empty exact set or frozenset, whichever `self` is or derives from.
    fn empty_alike(&self, th: &mut Thread) -> R<&'static Set> {
        if self.is_frozen() { Set::new_frozen(th) } else { Set::new(th) }
    }

    fn is_frozen(&self) -> bool {
        Value::from_ref(self).is_instance(&FROZENSET)
    }

    /// The items that are in both. **Escapes:** yes.
    pub fn intersection(&'static self, th: &mut Thread, it: Value) -> R<&'static Set> {
        if let Some(other) = any_set(it) {
            if std::ptr::eq(other, self) {
                return self.copy_as(th, self);
            }
            let r = self.empty_alike(th)?;
            let (small, large) =
                if other.len() > self.len() { (self, other) } else { (other, self) };
            small.for_each(th, |th, k, h| {
                if large.contains_hashed(th, k, h)? {
                    r.add_hashed(th, k, h)?;
                }
                Ok(true)
            })?;
            return Ok(r);
        }
        let r = self.empty_alike(th)?;
        ops::for_each(th, it, |th, k| {
            let h = hash_key(th, k, "set element")?;
            if self.contains_hashed(th, k, h)? {
                r.add_hashed(th, k, h)?;
            }
            Ok(())
        })?;
        Ok(r)
    }

    /// The items that are not in the other. **Escapes:** yes.
    pub fn difference(&'static self, th: &mut Thread, it: Value) -> R<&'static Set> {
        let (set, dict) =
            (any_set(it), if it.is_exact::<Dict>() { it.cast::<Dict>() } else { None });
        let len = match (set, dict) {
            (Some(s), _) => s.len(),
            (_, Some(d)) => d.len(),
            _ => 0,
        };
        if (set.is_none() && dict.is_none()) || self.len() >> 2 > len {
            let r = self.copy_as(th, self)?;
            r.difference_update(th, it)?;
            return Ok(r);
        }
        let r = self.empty_alike(th)?;
        self.for_each(th, |th, k, h| {
            let found = match (set, dict) {
                (Some(s), _) => s.contains_hashed(th, k, h)?,
                (_, Some(d)) => d.get_hashed(th, k, h)?.is_some(),
                _ => false,
            };
            if !found {
                r.add_hashed(th, k, h)?;
            }
            Ok(true)
        })?;
        Ok(r)
    }

    /// Whether all items are in the other set. **Escapes:** yes.
    pub fn is_subset_of(&self, th: &mut Thread, other: &Set) -> R<bool> {
        if self.len() > other.len() {
            return Ok(false);
        }
        let mut all = true;
        self.for_each(th, |th, k, h| {
            all = other.contains_hashed(th, k, h)?;
            Ok(all)
        })?;
        Ok(all)
    }

    /// Exchanges the contents with a set that nobody else sees. **Escapes:** no.
    fn replace_with(&self, th: &mut Thread, other: &Set) {
        th.critical_leaf(&self.header, || {
            let new =
                other.table.own().map_or(std::ptr::null_mut(), |t| t as *const Table as *mut Table);
            self.hashed().publish(new);
        });
    }

    /// `hash(frozenset)`, from the hashes of the items in any order. The steps and numbers are CPython's.
    pub fn frozen_hash(&self) -> i64 {
        // ORDERING: Relaxed; a number that is the same whoever computes it.
        let known = self.hash.load(ord!("set.hash", Relaxed));
        if known != 0 {
            return known as i64;
        }
        let mut h = 0u64;
        if let Some(t) = self.table.table() {
            let mut at = 0;
            while let Some((_, item)) = Set::next_in(t, &mut at) {
                let item = item as u64;
                h ^= ((item ^ 89869747) ^ (item << 16)).wrapping_mul(3644798167);
            }
        }
        h ^= (self.len() as u64 + 1).wrapping_mul(1927868237);
        h ^= (h >> 11) ^ (h >> 25);
        h = h.wrapping_mul(69069).wrapping_add(907133923);
        if h == u64::MAX {
            h = 590923713;
        }
        if self.is_frozen() {
            // ORDERING: Relaxed; as above.
            self.hash.store(h, ord!("set.set_hash", Relaxed));
        }
        h as i64
    }
}

unsafe fn trace_set(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a set cell; the word is null or a live table.
    unsafe {
        let s = &*(cell as *const Set);
        t.word(*(&raw const s.table as *const u64));
    }
}
