//! The tree of shapes: finding an attribute's slot, and the shape that has one attribute more.

use crate::core::header::Header;
use crate::core::shape::{Shape, ShapeKind};
use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::R;
use crate::types::{Str, ValueArray};
use heddle_sync::ord;

/// Attributes an instance may have before it goes to dict mode. CPython shares 30 keys; wide records pay more for a
/// dict than for a search (arbitrary).
pub const ATTRS_MAX: u32 = 128;

/// Shapes with more attributes than this are searched through a table (8 names are one or two cache lines of chain).
const CHAIN_MAX: u32 = 8;

/// Where an added attribute leads.
pub enum Next {
    /// To this shape.
    Shape(&'static Shape),
    /// Too many attributes: the object needs a dict.
    DictMode,
}

impl Shape {
    /// Index of the attribute's slot. `name` is interned.
    #[inline]
    pub fn find(&'static self, name: &'static Str) -> Option<usize> {
        debug_assert!(self.kind == ShapeKind::Slots);
        if self.nattrs > CHAIN_MAX
            && let Some(t) = self.name_table()
        {
            return probe(t, name);
        }
        let w = Value::from_ref(name).word();
        let mut s = self;
        while s.nattrs != 0 {
            if s.key == w {
                return Some(s.nattrs as usize - 1);
            }
            s = s.parent()?;
        }
        None
    }

    /// Names and slot indices, last added first.
    pub fn for_each_attr(&'static self, mut f: impl FnMut(Value, usize)) {
        let mut s = self;
        while let (Some(k), Some(p)) = (s.key(), s.parent()) {
            f(k, s.nattrs as usize - 1);
            s = p;
        }
    }

    /// The table of a shape with many attributes, if somebody built it.
    fn name_table(&self) -> Option<&'static ValueArray> {
        // ORDERING: Acquire; pairs with the Release in `build_table`. Carries: the table's words.
        let p = self.table.load(ord!("shape.table", Acquire));
        // SAFETY: null or a live array (traced with the shape).
        unsafe { (p as *const ValueArray).as_ref() }
    }

    /// Builds the search table.
    fn build_table(&'static self, th: &mut Thread) -> R<()> {
        let size = (self.nattrs as usize * 2).next_power_of_two();
        // Pairs of (name, index).
        let t = ValueArray::new(th, size * 2)?;
        self.for_each_attr(|name, index| {
            let mut i = slot_of(name.word(), size);
            while t.get(2 * i).is_some() {
                i = (i + 1) & (size - 1);
            }
            t.set(2 * i, Some(name));
            t.set(2 * i + 1, Some(Value::small_int(index as i64)));
        });
        // ORDERING: Release; pairs with the Acquire in `name_table`.
        self.table.store(t as *const ValueArray as *mut u8, ord!("shape.set_table", Release));
        crate::heap::write_barrier((&raw const *self).cast(), t as *const ValueArray as u64);
        Ok(())
    }
}

fn slot_of(word: u64, size: usize) -> usize {
    ((word >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize & (size - 1)
}

fn probe(t: &ValueArray, name: &'static Str) -> Option<usize> {
    let size = t.cap() / 2;
    let want = Value::from_ref(name);
    let mut i = slot_of(want.word(), size);
    loop {
        let k = t.get(2 * i)?;
        if k == want {
            return t.get(2 * i + 1)?.as_small_int().map(|x| x as usize);
        }
        i = (i + 1) & (size - 1);
    }
}

/// The transition for `name`, made when it is the first of its kind.
///
/// **Threads:** readers walk the list without a lock; makers hold the shape lock. **Escapes:** no.
pub fn next(th: &mut Thread, s: &'static Shape, name: &'static Str) -> R<Next> {
    if let Some(n) = existing(s, name) {
        return Ok(Next::Shape(n));
    }
    if s.nattrs >= ATTRS_MAX {
        return Ok(Next::DictMode);
    }
    let found = loop {
        let made = make(th, s, name)?;
        let linked = crate::ty::with_type_lock(th, |_| match existing(s, name) {
            Some(n) => Some(n),
            None => made.list_link(s).then_some(made.shape),
        });
        if let Some(n) = linked {
            break n;
        }
    };
    if found.nattrs > CHAIN_MAX && found.name_table().is_none() {
        found.build_table(th)?;
    }
    Ok(Next::Shape(found))
}

/// The transition for `name`, if it was made already.
pub fn existing(s: &'static Shape, name: &'static Str) -> Option<&'static Shape> {
    let want = Value::from_ref(name).word();
    // ORDERING: Acquire; pairs with the Release in `list_link`. Carries: the list and the shapes in it.
    let list = s.transitions.load(ord!("shape.transitions", Acquire)) as *const ValueArray;
    // SAFETY: null or a live array (traced with the shape).
    let list = unsafe { list.as_ref() }?;
    for i in 0..list.cap() {
        let child = list.get(i)?;
        // SAFETY: the list holds shapes only.
        let child = unsafe { &*child.as_ptr::<Shape>() };
        if child.key == want {
            return Some(child);
        }
    }
    None
}

/// A child that is ready to be linked, with a list long enough.
struct Made {
    shape: &'static Shape,
    list: &'static ValueArray,
}

fn make(th: &mut Thread, s: &'static Shape, name: &'static Str) -> R<Made> {
    let key = Value::from_ref(name);
    let shape =
        th.alloc::<Shape>(crate::heap::shape_cell_shape_ref(), 0, |h: Header| s.child(h, key))?;
    // ORDERING: Acquire; as in `existing`.
    let old = s.transitions.load(ord!("shape.transitions", Acquire)) as *const ValueArray;
    // SAFETY: null or a live array.
    let n = unsafe { old.as_ref() }.map_or(0, |l| l.cap());
    // One longer than seen, and some more for children that others add meanwhile.
    let list = ValueArray::new(th, (n + 4).max(4))?;
    Ok(Made { shape, list })
}

impl Made {
    /// Appends the child to the parent's list; false when the list is too short. Called under the type lock.
    fn list_link(&self, parent: &'static Shape) -> bool {
        // ORDERING: Acquire; only holders of the type lock write it.
        let old = parent.transitions.load(ord!("shape.transitions", Acquire)) as *const ValueArray;
        // SAFETY: null or a live array.
        let old = unsafe { old.as_ref() };
        let child = Value::from_ref(self.shape);
        if let Some(old) = old {
            for i in 0..old.cap() {
                match old.get(i) {
                    Some(c) if i < self.list.cap() => self.list.set(i, Some(c)),
                    Some(_) => {}
                    None => {
                        old.set(i, Some(child));
                        return true;
                    }
                }
            }
        }
        let at = old.map_or(0, |l| l.cap());
        if at < self.list.cap() {
            self.list.set(at, Some(child));
            // ORDERING: Release; pairs with the Acquire in `existing`. Carries: the list's slots, the child's fields.
            parent
                .transitions
                .store(self.list as *const ValueArray as *mut u8, ord!("shape.link", Release));
            crate::heap::write_barrier(
                (&raw const *parent).cast(),
                self.list as *const ValueArray as u64,
            );
        }
        // False: others added more children meanwhile than the list made beforehand has room for.
        at < self.list.cap()
    }
}
