//! Iterators over dictionaries, forwards and backwards, over keys, values and items.
//!
//! An iterator remembers a place in the table and how many keys there were. When the number differs, the walk ends with
//! the error that CPython raises; a walk over a table that was rebuilt with as many keys goes on at the same place.

use super::Dict;
use crate::core::header::Header;
use crate::core::native::MethodDef;
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec, flags};
use crate::core::value::{Cell, Value};
use crate::error::R;
use crate::heap::Tracer;
use crate::payload;
use crate::types::{List, Tuple};
use heddle_sync::prim::{AtomicUsize, ord};

/// What an iterator gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Keys.
    Keys,
    /// Values.
    Values,
    /// Pairs.
    Items,
}

/// The layout of all six. Public for inline forms.
#[repr(C)]
pub struct DictIter {
    /// Cell header.
    pub header: Header,
    /// The dictionary; empty at the end.
    pub dict: Slot,
    /// The next place; when walking backwards, one more.
    pub place: AtomicUsize,
    /// Number of keys at the start; `usize::MAX` after an error.
    pub used: AtomicUsize,
    /// Items that are still to come.
    pub left: AtomicUsize,
}
// SAFETY: repr(C), header first.
unsafe impl Cell for DictIter {}

unsafe fn trace(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    t.slot(&unsafe { &*(cell as *const DictIter) }.dict);
}

macro_rules! iterators {
    ($($(#[$doc:meta])* $name:ident, $static:ident, $pyname:literal, $what:expr, $back:literal;)*) => {$(
        $(#[$doc])*
        #[repr(C)]
        pub struct $name(pub DictIter);
        payload!($name, $static);

        $(#[$doc])*
        pub static $static: StaticType = StaticType::new(TypeSpec {
            name: $pyname,
            basicsize: size_of::<DictIter>(),
            flags: flags::DISALLOW_INSTANTIATION,
            trace,
            slots: Slots {
                iter: Some(|_, v| Ok(v)),
                iternext: Some(|th, v| next(th, own(v), $what, $back)),
                ..Slots::NONE
            },
            methods: &[
                MethodDef::noargs(
                    "__length_hint__",
                    |_, v| Ok(Value::small_int(length_hint(own(v)) as i64)),
                    "Private method returning an estimate of len(list(it)).",
                ),
                MethodDef::noargs(
                    "__reduce__",
                    |th, v| reduce(th, own(v), $what, $back),
                    "Return state information for pickling.",
                ),
            ],
            ..TypeSpec::DEFAULT
        });
    )*};
}

iterators! {
    /// `dict_keyiterator`
    DictKeyIter, DICT_KEY_ITER, "dict_keyiterator", What::Keys, false;
    /// `dict_valueiterator`
    DictValueIter, DICT_VALUE_ITER, "dict_valueiterator", What::Values, false;
    /// `dict_itemiterator`
    DictItemIter, DICT_ITEM_ITER, "dict_itemiterator", What::Items, false;
    /// `dict_reversekeyiterator`
    DictReverseKeyIter, DICT_REVERSE_KEY_ITER, "dict_reversekeyiterator", What::Keys, true;
    /// `dict_reversevalueiterator`
    DictReverseValueIter, DICT_REVERSE_VALUE_ITER, "dict_reversevalueiterator", What::Values, true;
    /// `dict_reverseitemiterator`
    DictReverseItemIter, DICT_REVERSE_ITEM_ITER, "dict_reverseitemiterator", What::Items, true;
}

/// Slots and methods are called with instances of the six types only.
#[inline(always)]
fn own(v: Value) -> &'static DictIter {
    // SAFETY: whoever calls a slot or method checked the type; all have this layout.
    unsafe { &*v.as_ptr::<DictIter>() }
}

/// An iterator over a dictionary.
pub fn new_dict_iterator(th: &mut Thread, dict: Value, what: What, back: bool) -> R {
    let ty = match (what, back) {
        (What::Keys, false) => &DICT_KEY_ITER,
        (What::Values, false) => &DICT_VALUE_ITER,
        (What::Items, false) => &DICT_ITEM_ITER,
        (What::Keys, true) => &DICT_REVERSE_KEY_ITER,
        (What::Values, true) => &DICT_REVERSE_VALUE_ITER,
        (What::Items, true) => &DICT_REVERSE_ITEM_ITER,
    };
    let d = dict.cast::<Dict>();
    let used = d.map_or(0, |d| d.len());
    let place = if back { d.map_or(0, |d| d.places()) } else { 0 };
    let it = th.alloc::<DictIter>(ty.shape(), 0, |header| DictIter {
        header,
        dict: Slot::new(Some(dict)),
        place: AtomicUsize::new(place),
        used: AtomicUsize::new(used),
        left: AtomicUsize::new(used),
    })?;
    Ok(Value::from_ref(it))
}

#[inline(always)]
fn load(w: &AtomicUsize) -> usize {
    // ORDERING: Relaxed; the words stand for themselves, see the head of `iterators`.
    w.load(ord!("dictiter.load", Relaxed))
}

#[inline(always)]
fn store(w: &AtomicUsize, n: usize) {
    // ORDERING: Relaxed; as in `load`.
    w.store(n, ord!("dictiter.store", Relaxed))
}

impl DictIter {
    /// The next entry. **Errors:** RuntimeError when the keys changed. **Escapes:** no.
    #[inline]
    pub fn advance(&self, th: &mut Thread, back: bool) -> R<Option<(Value, Value)>> {
        let Some(d) = self.dict.get() else { return Ok(None) };
        // SAFETY: the slot holds a dict or a subclass.
        let d = unsafe { d.cast_unchecked::<Dict>() };
        if load(&self.used) != d.len() {
            return self.changed(th, "dictionary changed size during iteration");
        }
        let mut place = load(&self.place);
        let e = if back { d.next_back(&mut place) } else { d.next(&mut place) };
        if e.is_none() {
            self.dict.set(None);
            return Ok(None);
        }
        let left = load(&self.left);
        if left == 0 {
            return self.changed(th, "dictionary keys changed during iteration");
        }
        store(&self.left, left - 1);
        store(&self.place, place);
        Ok(e)
    }

    #[cold]
    #[inline(never)]
    fn changed<T>(&self, th: &mut Thread, msg: &str) -> R<T> {
        // So it stays, however often the caller asks again.
        store(&self.used, usize::MAX);
        Err(th.runtime_error(format_args!("{msg}")))
    }
}

#[inline(always)]
fn next(th: &mut Thread, it: &DictIter, what: What, back: bool) -> R<Option<Value>> {
    match it.advance(th, back)? {
        None => Ok(None),
        Some((k, v)) => Ok(Some(match what {
            What::Keys => k,
            What::Values => v,
            What::Items => Value::from_ref(Tuple::new(th, &[k, v])?),
        })),
    }
}

fn length_hint(it: &DictIter) -> usize {
    match it.dict.get().and_then(|d| d.cast::<Dict>()) {
        Some(d) if load(&it.used) == d.len() => load(&it.left),
        _ => 0,
    }
}

/// `(iter, ([what is left],))`
fn reduce(th: &mut Thread, it: &DictIter, what: What, back: bool) -> R {
    let rest = List::new(th, &[])?;
    if let Some(d) = it.dict.get() {
        // On a copy, so that the iterator itself does not move.
        let copy = new_dict_iterator(th, d, what, back)?;
        let c = own(copy);
        store(&c.place, load(&it.place));
        store(&c.used, load(&it.used));
        store(&c.left, load(&it.left));
        while let Some(x) = next(th, c, what, back)? {
            rest.push(th, x)?;
        }
    }
    let f = crate::types::iterators::builtin(th, "iter")?;
    let args = Tuple::new(th, &[Value::from_ref(rest)])?;
    Ok(Value::from_ref(Tuple::new(th, &[f, Value::from_ref(args)])?))
}
