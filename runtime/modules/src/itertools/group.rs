//! `groupby`, `tee`, `zip_longest`.

use heddle_object::core::native::Args;
use heddle_object::core::payload::{self, Shared};
use heddle_object::heap::RootVec;
use heddle_object::types::generic_alias::new_alias;
use heddle_object::types::{Tuple, ValueArray};
use heddle_object::{
    MethodDef, Params, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, flags, ops,
};

/// `groupby`
pub(super) struct GroupBy {
    it: Slot,
    key: Slot,
    /// Key of the group that was handed out last.
    target: Slot,
    now_key: Slot,
    now_value: Slot,
    /// The grouper that is valid.
    grouper: Slot,
}
crate::native!(GroupBy, GROUPBY, [it, key, target, now_key, now_value, grouper]);

impl GroupBy {
    /// Reads one item; false at the end.
    fn step(&self, th: &mut Thread) -> R<bool> {
        let Some(it) = self.it.get() else { return Ok(false) };
        let Some(x) = ops::next(th, it)? else { return Ok(false) };
        let k = match self.key.get() {
            Some(f) => ops::call1(th, f, x)?,
            None => x,
        };
        self.now_value.set(Some(x));
        self.now_key.set(Some(k));
        Ok(true)
    }
}

pub(super) static GROUPBY: StaticType = StaticType::new(TypeSpec {
    name: "itertools.groupby",
    doc: "groupby(iterable, key=None)\n--\n\nmake an iterator that returns consecutive keys and groups from the iterable\n\n  iterable\n    Elements to divide into groups according to the key function.\n  key\n    A function for computing the group category for each element.\n    If the key function is not specified or is None, the element itself\n    is used for grouping.",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            const P: Params<2> = Params::new(["iterable", "key"], 1);
            let [it, key] = Args::new(args, kw).bind(th, "groupby", &P)?;
            let it = ops::iter(th, it.unwrap_or_else(Value::none))?;
            let Some(t) = ty.cast_type() else { return Ok(ty) };
            payload::alloc(
                th,
                t,
                GroupBy {
                    it: Slot::new(Some(it)),
                    key: Slot::new(key.filter(|k| !k.is_none())),
                    target: Slot::empty(),
                    now_key: Slot::empty(),
                    now_value: Slot::empty(),
                    grouper: Slot::empty(),
                },
            )
        }),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(|th, v| {
            let g = v.expect_native::<GroupBy>(th)?;
            g.grouper.set(None);
            // Skips what is left of the last group.
            loop {
                match (g.now_key.get(), g.target.get()) {
                    (None, _) => {}
                    (Some(_), None) => break,
                    (Some(now), Some(target)) => {
                        if !ops::equal(th, target, now)? {
                            break;
                        }
                    }
                }
                if !g.step(th)? {
                    return Ok(None);
                }
            }
            let key = g.now_key.get();
            g.target.set(key);
            let grouper = new_grouper(th, GROUPER.value(), v, key.unwrap_or_else(Value::none))?;
            let t = Tuple::new(th, &[key.unwrap_or_else(Value::none), grouper])?;
            Ok(Some(Value::from_ref(t)))
        }),
        ..Slots::NONE
    },
    ..payload::spec::<GroupBy>()
});

/// One group of a `groupby`.
pub(super) struct Grouper {
    parent: Slot,
    target: Slot,
}
crate::native!(Grouper, GROUPER, [parent, target]);

fn new_grouper(th: &mut Thread, ty: Value, parent: Value, target: Value) -> R {
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    let g = payload::alloc(
        th,
        t,
        Grouper { parent: Slot::new(Some(parent)), target: Slot::new(Some(target)) },
    )?;
    if let Some(p) = parent.native::<GroupBy>() {
        p.grouper.set(Some(g));
    }
    Ok(g)
}

pub(super) static GROUPER: StaticType = StaticType::new(TypeSpec {
    name: "itertools._grouper",
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            let a = super::positional(th, "_grouper", args, kw, 2, 2)?;
            a[0].expect_native::<GroupBy>(th)?;
            new_grouper(th, ty, a[0], a[1])
        }),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(|th, v| {
            let g = v.expect_native::<Grouper>(th)?;
            let Some(p) = g.parent.get().and_then(|p| p.native::<GroupBy>()) else {
                return Ok(None);
            };
            if p.grouper.get() != Some(v) {
                return Ok(None);
            }
            if p.now_value.get().is_none() && !p.step(th)? {
                return Ok(None);
            }
            let (Some(target), Some(now)) = (g.target.get(), p.now_key.get()) else {
                return Ok(None);
            };
            if !ops::equal(th, target, now)? {
                return Ok(None);
            }
            let x = p.now_value.swap(None);
            p.now_key.set(None);
            Ok(x)
        }),
        ..Slots::NONE
    },
    ..payload::spec::<Grouper>()
});

// ---- tee

/// Items of a chunk: as many as CPython's, which fill its node to 64 words with the fields.
const CHUNK: usize = 57;

/// A run of items that the tees of one source share, and the next run.
pub(super) struct TeeData {
    it: Slot,
    items: Slot,
    next: Slot,
    len: Shared,
    running: Shared,
}
crate::native!(TeeData, TEE_DATA, [it, items, next]);

fn new_data(th: &mut Thread, it: Value) -> R {
    let items = ValueArray::new(th, CHUNK)?;
    payload::alloc(
        th,
        TEE_DATA.ty(),
        TeeData {
            it: Slot::new(Some(it)),
            items: Slot::new(Some(items.as_value())),
            next: Slot::empty(),
            len: Shared::new(0),
            running: Shared::new(0),
        },
    )
}

impl TeeData {
    fn get(&self, th: &mut Thread, me: Value, i: usize) -> R<Option<Value>> {
        let Some(items) = self.items.get().and_then(ValueArray::from_value) else {
            return Ok(None);
        };
        if let Some(x) = items.get(i) {
            return Ok(Some(x));
        }
        let Some(it) = self.it.get() else { return Ok(None) };
        let busy = super::leaf(th, me, || {
            let busy = self.running.get() != 0;
            self.running.set(1);
            busy
        });
        if busy {
            return Err(th.runtime_error(format_args!("cannot re-enter the tee iterator")));
        }
        let r = ops::next(th, it);
        if let Ok(Some(x)) = r {
            items.set(i, Some(x));
            self.len.set(i as u64 + 1);
        }
        self.running.set(0);
        r
    }

    fn following(&self, th: &mut Thread) -> R<Option<Value>> {
        if let Some(n) = self.next.get() {
            return Ok(Some(n));
        }
        let Some(it) = self.it.get() else { return Ok(None) };
        let n = new_data(th, it)?;
        if self.next.compare_exchange(None, Some(n)) {
            return Ok(Some(n));
        }
        Ok(self.next.get())
    }
}

pub(super) static TEE_DATA: StaticType = StaticType::new(TypeSpec {
    name: "itertools._tee_dataobject",
    doc: "teedataobject(iterable, values, next, /)\n--\n\nData container common to multiple tee objects.",
    flags: flags::DISALLOW_INSTANTIATION,
    ..payload::spec::<TeeData>()
});

/// One of the iterators that `tee` gives.
pub(super) struct Tee {
    data: Slot,
    index: Shared,
}
crate::native!(Tee, TEE, [data]);

fn new_tee(th: &mut Thread, ty: Value, data: Option<Value>, index: u64) -> R {
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    payload::alloc(th, t, Tee { data: Slot::new(data), index: Shared::new(index) })
}

fn copy_tee(th: &mut Thread, v: Value) -> R {
    let t = v.expect_native::<Tee>(th)?;
    new_tee(th, TEE.value(), t.data.get(), t.index.get())
}

fn from_iterable(th: &mut Thread, ty: Value, v: Value) -> R {
    let it = ops::iter(th, v)?;
    if it.native::<Tee>().is_some() {
        return copy_tee(th, it);
    }
    let d = new_data(th, it)?;
    new_tee(th, ty, Some(d), 0)
}

pub(super) static TEE: StaticType = StaticType::new(TypeSpec {
    name: "itertools._tee",
    doc: "_tee(iterable, /)\n--\n\nIterator wrapped to make it copyable.",
    flags: flags::HAS_WEAKREF,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            let a = super::positional(th, "_tee", args, kw, 1, 1)?;
            from_iterable(th, ty, a[0])
        }),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(|th, v| {
            let t = v.expect_native::<Tee>(th)?;
            let mut i = t.index.get() as usize;
            let Some(mut dv) = t.data.get() else { return Ok(None) };
            if i >= CHUNK {
                let Some(next) = dv.expect_native::<TeeData>(th)?.following(th)? else {
                    return Ok(None);
                };
                t.data.set(Some(next));
                dv = next;
                i = 0;
            }
            let x = dv.expect_native::<TeeData>(th)?.get(th, dv, i)?;
            if x.is_some() {
                t.index.set(i as u64 + 1);
            }
            Ok(x)
        }),
        ..Slots::NONE
    },
    methods: &[MethodDef::noargs("__copy__", copy_tee, "Returns an independent iterator.")],
    ..payload::spec::<Tee>()
});

/// `tee(iterable, n=2)`
pub(super) fn tee(th: &mut Thread, _: Value, a: &[Value]) -> R {
    let n = match a.get(1) {
        Some(n) => ops::index_isize(th, *n)?,
        None => 2,
    };
    if n < 0 {
        return Err(th.value_error(format_args!("n must be >= 0")));
    }
    let mut out = RootVec::new(th);
    if n > 0 {
        let first = from_iterable(th, TEE.value(), a[0])?;
        out.push(first);
        for _ in 1..n {
            let c = copy_tee(th, first)?;
            out.push(c);
        }
    }
    Tuple::new(th, &out).map(|t| Value::from_ref(t))
}

// ---- zip_longest

/// `zip_longest`: its sources, empty where one has ended.
pub(super) struct ZipLongest {
    its: Slot,
    fill: Slot,
    active: Shared,
}
crate::native!(ZipLongest, ZIP_LONGEST, [its, fill]);

pub(super) static ZIP_LONGEST: StaticType = StaticType::new(TypeSpec {
    name: "itertools.zip_longest",
    doc: "zip_longest(*iterables, fillvalue=None)\n--\n\nReturn a zip_longest object whose .__next__() method returns a tuple where\nthe i-th element comes from the i-th iterable argument.  The .__next__()\nmethod continues until the longest iterable in the argument sequence\nis exhausted and then it raises StopIteration.  When the shorter iterables\nare exhausted, the fillvalue is substituted in their place.  The fillvalue\ndefaults to None or can be specified by a keyword argument.",
    flags: flags::BASETYPE,
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            let a = Args::new(args, kw);
            let fill = a.keyword("fillvalue");
            if a.nkw() > fill.is_some() as usize {
                return Err(
                    th.type_error(format_args!("zip_longest() got an unexpected keyword argument"))
                );
            }
            let its = ValueArray::new(th, a.pos.len())?;
            for (i, x) in a.pos.iter().enumerate() {
                let it = ops::iter(th, *x)?;
                its.set(i, Some(it));
            }
            let Some(t) = ty.cast_type() else { return Ok(ty) };
            payload::alloc(
                th,
                t,
                ZipLongest {
                    its: Slot::new(Some(its.as_value())),
                    fill: Slot::new(Some(fill.unwrap_or_else(Value::none))),
                    active: Shared::new(a.pos.len() as u64),
                },
            )
        }),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(|th, v| {
            let z = v.expect_native::<ZipLongest>(th)?;
            let Some(its) = z.its.get().and_then(ValueArray::from_value) else { return Ok(None) };
            if its.cap() == 0 || z.active.get() == 0 {
                return Ok(None);
            }
            let fill = z.fill.get().unwrap_or_else(Value::none);
            let mut out = RootVec::new(th);
            for i in 0..its.cap() {
                let x = match its.get(i) {
                    None => fill,
                    Some(it) => match ops::next(th, it) {
                        Ok(Some(x)) => x,
                        Ok(None) => {
                            its.set(i, None);
                            let left = z.active.get().saturating_sub(1);
                            z.active.set(left);
                            if left == 0 {
                                return Ok(None);
                            }
                            fill
                        }
                        Err(e) => {
                            z.active.set(0);
                            return Err(e);
                        }
                    },
                };
                out.push(x);
            }
            Tuple::new(th, &out).map(|t| Some(Value::from_ref(t)))
        }),
        ..Slots::NONE
    },
    methods: &[MethodDef::one("__class_getitem__", new_alias, "See PEP 585").class()],
    ..payload::spec::<ZipLongest>()
});
