//! `deque`: a ring buffer of values that grows by doubling.
//!
//! All state (the ring's backing array, its first place, its length, the count of changes) changes inside the deque's
//! critical section, which costs its owner one compare. Readers take the section too, so they see a ring of one moment.

use heddle_object::core::native::Args;
use heddle_object::core::payload::{self, Shared};
use heddle_object::heap::RootVec;
use heddle_object::types::generic_alias::new_alias;
use heddle_object::types::items::place;
use heddle_object::types::{List, Str, Tuple, ValueArray, exceptions as exc, int};
use heddle_object::{
    CompareOp, GetSetDef, MethodDef, Params, R, Slot, Slots, StaticType, Thread, TypeSpec, Value,
    flags, ops,
};

/// `collections.deque`
pub(super) struct Deque {
    ring: Slot,
    head: Shared,
    len: Shared,
    /// `u64::MAX` when there is none.
    maxlen: Shared,
    /// How often it changed its length or order: for iterators.
    changes: Shared,
}
crate::native!(Deque, DEQUE, [ring]);

const NO_LIMIT: u64 = u64::MAX;
/// Places of the first ring: as many as fill two cache lines with the array's head (arbitrary).
const FIRST: usize = 8;

fn own(th: &mut Thread, v: Value) -> R<&'static Deque> {
    v.expect_native::<Deque>(th)
}

#[inline(always)]
fn leaf<T>(th: &mut Thread, v: Value, f: impl FnOnce() -> T) -> T {
    match v.header() {
        Some(h) => th.critical_leaf(h, f),
        None => f(),
    }
}

/// Where an item goes or comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Left,
    Right,
}

impl Deque {
    #[inline]
    fn array(&self) -> Option<&'static ValueArray> {
        self.ring.get().and_then(ValueArray::from_value)
    }
    fn limit(&self) -> u64 {
        self.maxlen.get()
    }
    #[inline]
    fn len(&self) -> usize {
        self.len.get() as usize
    }
    /// Item `i`. In the critical section.
    #[inline]
    fn at(&self, i: usize) -> Option<Value> {
        let a = self.array()?;
        a.get((self.head.get() as usize + i) & (a.cap() - 1))
    }
    fn set_at(&self, i: usize, v: Option<Value>) {
        if let Some(a) = self.array() {
            a.set((self.head.get() as usize + i) & (a.cap() - 1), v);
        }
    }
    fn changed(&self) {
        self.changes.set(self.changes.get() + 1);
    }
    /// Adds an item at an end; false when the ring is full. In the critical section.
    #[inline]
    fn put(&self, v: Value, end: End) -> bool {
        let Some(a) = self.array() else { return false };
        let (len, mask) = (self.len(), a.cap() - 1);
        if len == a.cap() {
            return false;
        }
        let head = self.head.get() as usize;
        match end {
            End::Right => a.set((head + len) & mask, Some(v)),
            End::Left => {
                let new = head.wrapping_sub(1) & mask;
                a.set(new, Some(v));
                self.head.set(new as u64);
            }
        }
        self.len.set(len as u64 + 1);
        self.changed();
        true
    }
    /// Takes an item from an end. In the critical section.
    #[inline]
    fn take(&self, end: End) -> Option<Value> {
        let a = self.array()?;
        let (len, mask) = (self.len(), a.cap() - 1);
        if len == 0 {
            return None;
        }
        let head = self.head.get() as usize;
        let i = match end {
            End::Left => {
                self.head.set(((head + 1) & mask) as u64);
                head
            }
            End::Right => (head + len - 1) & mask,
        };
        let v = a.get(i);
        a.set(i, None);
        self.len.set(len as u64 - 1);
        self.changed();
        v
    }
}

fn grow(th: &mut Thread, me: Value, d: &Deque) -> R<()> {
    let Some(h) = me.header() else { return Ok(()) };
    th.critical(h, |th| {
        let old = d.array();
        if old.is_some_and(|a| d.len() < a.cap()) {
            return Ok(());
        }
        let new = ValueArray::new(th, old.map_or(FIRST, |a| a.cap() * 2))?;
        for i in 0..d.len() {
            new.set(i, d.at(i));
        }
        d.ring.set(Some(new.as_value()));
        d.head.set(0);
        Ok(())
    })
}

/// Adds an item; drops one at the other end when the deque is as long as it may be.
#[inline]
fn push(th: &mut Thread, me: Value, d: &Deque, v: Value, end: End) -> R<()> {
    loop {
        let limit = d.limit();
        if limit == 0 {
            return Ok(());
        }
        let done = leaf(th, me, || {
            if d.len.get() >= limit {
                d.take(if end == End::Left { End::Right } else { End::Left });
            }
            d.put(v, end)
        });
        if done {
            return Ok(());
        }
        grow(th, me, d)?;
    }
}

fn append(th: &mut Thread, v: Value, x: Value) -> R {
    let d = own(th, v)?;
    push(th, v, d, x, End::Right)?;
    Ok(Value::none())
}

fn appendleft(th: &mut Thread, v: Value, x: Value) -> R {
    let d = own(th, v)?;
    push(th, v, d, x, End::Left)?;
    Ok(Value::none())
}

fn pop_end(th: &mut Thread, v: Value, end: End) -> R {
    let d = own(th, v)?;
    match leaf(th, v, || d.take(end)) {
        Some(x) => Ok(x),
        None => Err(th.index_error(format_args!("pop from an empty deque"))),
    }
}

fn extend(th: &mut Thread, v: Value, it: Value, end: End) -> R {
    let d = own(th, v)?;
    let it = if it == v { Value::from_ref(snapshot(th, v)?) } else { it };
    ops::for_each(th, it, |th, x| push(th, v, d, x, end))?;
    Ok(Value::none())
}

/// The items at this moment.
fn snapshot(th: &mut Thread, v: Value) -> R<&'static Tuple> {
    let d = own(th, v)?;
    let mut items = RootVec::new(th);
    loop {
        let len = d.len();
        items.words().reserve(len);
        let whole = leaf(th, v, || {
            if d.len() > len {
                return false;
            }
            for i in 0..d.len() {
                if let Some(x) = d.at(i) {
                    items.push(x);
                }
            }
            true
        });
        if whole {
            return Tuple::new(th, &items);
        }
    }
}

fn clear(th: &mut Thread, v: Value) -> R<()> {
    let d = own(th, v)?;
    leaf(th, v, || {
        d.ring.set(None);
        d.head.set(0);
        d.len.set(0);
        d.changed();
    });
    Ok(())
}

/// Replaces all items. Keeps the last `maxlen` of them.
fn replace(th: &mut Thread, v: Value, items: &[Value]) -> R<()> {
    let d = own(th, v)?;
    let keep = (d.limit().min(items.len() as u64)) as usize;
    let items = &items[items.len() - keep..];
    let new = ValueArray::new(th, items.len().next_power_of_two().max(FIRST))?;
    for (i, x) in items.iter().enumerate() {
        new.set(i, Some(*x));
    }
    leaf(th, v, || {
        d.ring.set(Some(new.as_value()));
        d.head.set(0);
        d.len.set(items.len() as u64);
        d.changed();
    });
    Ok(())
}

fn new_of(th: &mut Thread, ty: Value, maxlen: u64) -> R {
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    payload::alloc(
        th,
        t,
        Deque {
            ring: Slot::empty(),
            head: Shared::new(0),
            len: Shared::new(0),
            maxlen: Shared::new(maxlen),
            changes: Shared::new(0),
        },
    )
}

fn init(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R<()> {
    const P: Params<2> = Params::new(["iterable", "maxlen"], 0);
    let [it, maxlen] = Args::new(args, kw).bind(th, "deque", &P)?;
    let d = own(th, v)?;
    let limit = match maxlen.filter(|m| !m.is_none()) {
        Some(m) => match ops::index_isize(th, m)? {
            m if m < 0 => return Err(th.value_error(format_args!("maxlen must be non-negative"))),
            m => m as u64,
        },
        None => NO_LIMIT,
    };
    d.maxlen.set(limit);
    if d.len() > 0 {
        clear(th, v)?;
    }
    if let Some(it) = it {
        extend(th, v, it, End::Right)?;
    }
    Ok(())
}

fn copy(th: &mut Thread, v: Value) -> R {
    let d = own(th, v)?;
    let items = snapshot(th, v)?;
    if v.is_type(&DEQUE) {
        let new = new_of(th, DEQUE.value(), d.limit())?;
        replace(th, new, items.as_slice())?;
        return Ok(new);
    }
    let cls = v.type_of().value();
    let new = if d.limit() == NO_LIMIT {
        ops::call1(th, cls, v)?
    } else {
        let m = maxlen(th, v)?;
        ops::call(th, cls, &[v, m], None)?
    };
    if new.native::<Deque>().is_none() {
        let (tn, rn) = (v.type_of().name(), new.type_of().name());
        return Err(th.type_error(format_args!("{tn}() must return a deque, not {rn}")));
    }
    Ok(new)
}

fn maxlen(th: &mut Thread, v: Value) -> R {
    match own(th, v)?.limit() {
        NO_LIMIT => Ok(Value::none()),
        m => int::from_u64(th, m),
    }
}

fn expect_deque(th: &mut Thread, v: Value) -> R<()> {
    if v.native::<Deque>().is_some() {
        return Ok(());
    }
    let tn = v.type_of().name();
    Err(th.type_error(format_args!("can only concatenate deque (not \"{tn}\") to deque")))
}

fn repeat(th: &mut Thread, v: Value, k: Value, target: Value) -> R {
    let k = match ops::index_isize(th, k) {
        Ok(k) => k.max(0) as usize,
        Err(e) => return Err(e),
    };
    let items = snapshot(th, v)?;
    let limit = own(th, v)?.limit();
    let Some(total) = items.len().checked_mul(k).filter(|t| *t < 1 << 40) else {
        return Err(th.memory_error());
    };
    let total = (total as u64).min(limit.max(items.len() as u64)) as usize;
    // With a limit only the last items count: begin where the cut leaves them.
    let all = items.len() * k;
    let skip = all - total;
    let mut out = RootVec::new(th);
    for i in skip..all {
        out.push(items.as_slice()[i % items.len().max(1)]);
    }
    replace(th, target, &out)?;
    Ok(target)
}

/// An index that must be an int, as `sq_item` takes it.
fn index_of(th: &mut Thread, v: Value, key: Value) -> R<usize> {
    let Some(i) = ops::index_opt(th, key)? else {
        let tn = key.type_of().name();
        return Err(th.type_error(format_args!("sequence index must be integer, not '{tn}'")));
    };
    let i = int::as_isize(th, i)?;
    match place(i, own(th, v)?.len()) {
        Some(i) => Ok(i),
        None => Err(th.index_error(format_args!("deque index out of range"))),
    }
}

fn getitem(th: &mut Thread, v: Value, key: Value) -> R {
    let d = own(th, v)?;
    let i = index_of(th, v, key)?;
    match leaf(th, v, || if i < d.len() { d.at(i) } else { None }) {
        Some(x) => Ok(x),
        None => Err(th.index_error(format_args!("deque index out of range"))),
    }
}

/// Removes item `i`, if there are still so many.
fn remove_at(th: &mut Thread, v: Value, i: usize) -> R<Option<Value>> {
    let d = own(th, v)?;
    Ok(leaf(th, v, || {
        let len = d.len();
        if i >= len {
            return None;
        }
        let x = d.at(i);
        // The shorter side moves.
        if i < len / 2 {
            for j in (0..i).rev() {
                d.set_at(j + 1, d.at(j));
            }
            d.take(End::Left);
        } else {
            for j in i + 1..len {
                d.set_at(j - 1, d.at(j));
            }
            d.take(End::Right);
        }
        x
    }))
}

fn setitem(th: &mut Thread, v: Value, key: Value, x: Option<Value>) -> R<()> {
    let d = own(th, v)?;
    let i = index_of(th, v, key)?;
    let done = match x {
        Some(x) => leaf(th, v, || {
            if i < d.len() {
                d.set_at(i, Some(x));
            }
            i < d.len()
        }),
        None => remove_at(th, v, i)?.is_some(),
    };
    if done { Ok(()) } else { Err(th.index_error(format_args!("deque index out of range"))) }
}

fn mutated(th: &mut Thread) -> heddle_object::Raised {
    th.runtime_error(format_args!("deque mutated during iteration"))
}

/// Calls `f` with the items from `from` to `to` until it says that it is done; raises when the deque changes meanwhile.
fn walk(
    th: &mut Thread,
    v: Value,
    from: usize,
    to: usize,
    mut f: impl FnMut(&mut Thread, usize, Value) -> R<bool>,
) -> R<bool> {
    let d = own(th, v)?;
    let changes = d.changes.get();
    for i in from..to {
        let Some(x) = leaf(th, v, || if i < d.len() { d.at(i) } else { None }) else { break };
        if f(th, i, x)? {
            return Ok(true);
        }
        if d.changes.get() != changes {
            return Err(mutated(th));
        }
    }
    Ok(false)
}

fn rotate(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let k = match a.first() {
        Some(k) => ops::index_isize(th, *k)?,
        None => 1,
    };
    let d = own(th, v)?;
    leaf(th, v, || {
        let len = d.len() as isize;
        if len < 2 {
            return;
        }
        let mut k = k % len;
        // The shorter way round.
        if k > len / 2 {
            k -= len;
        } else if k < -(len / 2) {
            k += len;
        }
        for _ in 0..k.abs() {
            let (from, to) = if k > 0 { (End::Right, End::Left) } else { (End::Left, End::Right) };
            if let Some(x) = d.take(from) {
                d.put(x, to);
            }
        }
        if k == 0 {
            d.changed();
        }
    });
    Ok(Value::none())
}

fn reverse(th: &mut Thread, v: Value) -> R {
    let d = own(th, v)?;
    leaf(th, v, || {
        let len = d.len();
        for i in 0..len / 2 {
            let (a, b) = (d.at(i), d.at(len - 1 - i));
            d.set_at(i, b);
            d.set_at(len - 1 - i, a);
        }
    });
    Ok(Value::none())
}

fn insert(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let i = ops::index_isize(th, a[0])?;
    let d = own(th, v)?;
    if d.len.get() >= d.limit() {
        return Err(th.index_error(format_args!("deque already at its maximum size")));
    }
    push(th, v, d, a[1], End::Right)?;
    leaf(th, v, || {
        let last = d.len().saturating_sub(1);
        let at = if i < 0 { (last as isize + i).max(0) as usize } else { (i as usize).min(last) };
        for j in (at..last).rev() {
            let (x, y) = (d.at(j), d.at(j + 1));
            d.set_at(j, y);
            d.set_at(j + 1, x);
        }
    });
    Ok(Value::none())
}

fn index(th: &mut Thread, v: Value, a: &[Value]) -> R {
    let len = own(th, v)?.len() as isize;
    let bound = |th: &mut Thread, x: Option<&Value>, default: isize| -> R<usize> {
        let i = match x {
            Some(x) => ops::index_clamped(th, *x)?,
            None => default,
        };
        let i = if i < 0 { (i + len).max(0) } else { i };
        Ok(i.min(len) as usize)
    };
    let start = bound(th, a.get(1), 0)?;
    let stop = bound(th, a.get(2), len)?;
    let mut found = None;
    walk(th, v, start, stop, |th, i, x| {
        let same = ops::equal(th, x, a[0])?;
        if same {
            found = Some(i);
        }
        Ok(same)
    })?;
    match found {
        Some(i) => int::from_usize(th, i),
        None => {
            let r = ops::repr(th, a[0])?.to_string_lossy();
            Err(th.value_error(format_args!("{r} is not in deque")))
        }
    }
}

fn remove(th: &mut Thread, v: Value, what: Value) -> R {
    let d = own(th, v)?;
    let len = d.len();
    let mut found = None;
    let walked = walk(th, v, 0, len, |th, i, x| {
        let same = ops::equal(th, x, what)?;
        if same {
            found = Some(i);
        }
        Ok(same)
    });
    if let Err(e) = walked {
        if th.exception_is(&exc::RUNTIME_ERROR) && th.catch(e, &exc::RUNTIME_ERROR) {
            return Err(th.index_error(format_args!("deque mutated during remove().")));
        }
        return Err(e);
    }
    match found {
        Some(i) => {
            if d.len() != len {
                return Err(th.index_error(format_args!("deque mutated during remove().")));
            }
            remove_at(th, v, i)?;
            Ok(Value::none())
        }
        None => {
            let r = ops::repr(th, what)?.to_string_lossy();
            Err(th.value_error(format_args!("{r} is not in deque")))
        }
    }
}

fn count(th: &mut Thread, v: Value, what: Value) -> R {
    let len = own(th, v)?.len();
    let mut total = 0;
    walk(th, v, 0, len, |th, _, x| {
        total += ops::equal(th, x, what)? as usize;
        Ok(false)
    })?;
    int::from_usize(th, total)
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    if a.native::<Deque>().is_none() || b.native::<Deque>().is_none() {
        return Ok(Value::not_implemented());
    }
    let (x, y) = (snapshot(th, a)?, snapshot(th, b)?);
    ops::compare(th, Value::from_ref(x), Value::from_ref(y), op)
}

fn repr(th: &mut Thread, v: Value) -> R {
    let name = v.type_of().name();
    let limit = own(th, v)?.limit();
    let text = ops::guarded_repr(th, v, |th| {
        let items = snapshot(th, v)?;
        let l = List::new(th, items.as_slice())?;
        let l = ops::repr(th, Value::from_ref(l))?.to_string_lossy();
        Ok(match limit {
            NO_LIMIT => format!("{name}({l})"),
            m => format!("{name}({l}, maxlen={m})"),
        })
    })?;
    let s = text.unwrap_or_else(|| "[...]".to_owned());
    Str::new(th, &s).map(|s| Value::from_ref(s))
}

fn reduce(th: &mut Thread, v: Value) -> R {
    let state = heddle_object::names::intern_str(th, "__getstate__")?;
    let state = ops::call_method(th, v, state, &[])?;
    let it = ops::iter(th, v)?;
    let args = match own(th, v)?.limit() {
        NO_LIMIT => Tuple::new(th, &[])?,
        _ => {
            let m = maxlen(th, v)?;
            let empty = Tuple::new(th, &[])?;
            Tuple::new(th, &[Value::from_ref(empty), m])?
        }
    };
    Tuple::new(th, &[v.type_of().value(), Value::from_ref(args), state, it])
        .map(|t| Value::from_ref(t))
}

/// `collections.deque`
pub(super) static DEQUE: StaticType = StaticType::new(TypeSpec {
    name: "collections.deque",
    doc: "deque([iterable[, maxlen]]) --> deque object\n\nA list-like sequence optimized for data accesses near its endpoints.",
    flags: flags::BASETYPE | flags::HAS_WEAKREF | flags::SEQUENCE,
    slots: Slots {
        new: Some(|th, ty, _, _| new_of(th, ty, NO_LIMIT)),
        init: Some(init),
        repr: Some(repr),
        hash: Some(ops::hash_not_implemented),
        richcompare: Some(compare),
        iter: Some(|th, v| new_iter(th, &ITER, v)),
        len: Some(|th, v| Ok(own(th, v)?.len())),
        getitem: Some(getitem),
        setitem: Some(setitem),
        contains: Some(|th, v, what| {
            let len = own(th, v)?.len();
            walk(th, v, 0, len, |th, _, x| ops::equal(th, x, what))
        }),
        concat: Some(|th, a, b| {
            expect_deque(th, b)?;
            let new = copy(th, a)?;
            extend(th, new, b, End::Right)?;
            Ok(new)
        }),
        repeat: Some(|th, v, k| {
            let new = copy(th, v)?;
            repeat(th, v, k, new)
        }),
        inplace_concat: Some(|th, a, b| {
            extend(th, a, b, End::Right)?;
            Ok(a)
        }),
        inplace_repeat: Some(|th, v, k| repeat(th, v, k, v)),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::one(
            "append",
            append,
            "append($self, item, /)\n--\n\nAdd an element to the right side of the deque.",
        ),
        MethodDef::one(
            "appendleft",
            appendleft,
            "appendleft($self, item, /)\n--\n\nAdd an element to the left side of the deque.",
        ),
        MethodDef::noargs(
            "pop",
            |th, v| pop_end(th, v, End::Right),
            "pop($self, /)\n--\n\nRemove and return the rightmost element.",
        ),
        MethodDef::noargs(
            "popleft",
            |th, v| pop_end(th, v, End::Left),
            "popleft($self, /)\n--\n\nRemove and return the leftmost element.",
        ),
        MethodDef::one(
            "extend",
            |th, v, x| extend(th, v, x, End::Right),
            "extend($self, iterable, /)\n--\n\nExtend the right side of the deque with elements from the iterable.",
        ),
        MethodDef::one(
            "extendleft",
            |th, v, x| extend(th, v, x, End::Left),
            "extendleft($self, iterable, /)\n--\n\nExtend the left side of the deque with elements from the iterable.",
        ),
        MethodDef::noargs(
            "clear",
            |th, v| clear(th, v).map(|()| Value::none()),
            "clear($self, /)\n--\n\nRemove all elements from the deque.",
        ),
        MethodDef::noargs("copy", copy, "copy($self, /)\n--\n\nReturn a shallow copy of a deque."),
        MethodDef::noargs(
            "__copy__",
            copy,
            "__copy__($self, /)\n--\n\nReturn a shallow copy of a deque.",
        ),
        MethodDef::one(
            "count",
            count,
            "count($self, value, /)\n--\n\nReturn number of occurrences of value.",
        ),
        MethodDef::fast(
            "index",
            1,
            3,
            index,
            "index($self, value, [start, [stop]])\n--\n\nReturn first index of value.\n\nRaises ValueError if the value is not present.",
        ),
        MethodDef::fast(
            "insert",
            2,
            2,
            insert,
            "insert($self, index, value, /)\n--\n\nInsert value before index.",
        ),
        MethodDef::one(
            "remove",
            remove,
            "remove($self, value, /)\n--\n\nRemove first occurrence of value.",
        ),
        MethodDef::noargs("reverse", reverse, "reverse($self, /)\n--\n\nReverse *IN PLACE*."),
        MethodDef::fast(
            "rotate",
            0,
            1,
            rotate,
            "rotate($self, n=1, /)\n--\n\nRotate the deque n steps to the right.  If n is negative, rotates left.",
        ),
        MethodDef::noargs(
            "__reversed__",
            |th, v| new_iter(th, &REVERSE_ITER, v),
            "__reversed__($self, /)\n--\n\nReturn a reverse iterator over the deque.",
        ),
        MethodDef::noargs(
            "__reduce__",
            reduce,
            "__reduce__($self, /)\n--\n\nReturn state information for pickling.",
        ),
        MethodDef::noargs(
            "__sizeof__",
            |th, v| {
                let cap = own(th, v)?.array().map_or(0, |a| a.cap());
                Ok(Value::small_int((DEQUE.spec.basicsize + cap * 8) as i64))
            },
            "__sizeof__($self, /)\n--\n\nReturn the size of the deque in memory, in bytes.",
        ),
        MethodDef::one("__class_getitem__", new_alias, "See PEP 585").class(),
    ],
    getset: &[GetSetDef::ro("maxlen", maxlen, "maximum size of a deque or None if unbounded")],
    ..payload::spec::<Deque>()
});

/// An iterator over a deque, in one direction or the other.
pub(super) struct Iter<const BACK: bool> {
    deque: Slot,
    index: Shared,
    changes: u64,
}

impl<const BACK: bool> payload::Native for Iter<BACK> {
    fn static_type() -> &'static StaticType {
        if BACK { &REVERSE_ITER } else { &ITER }
    }
    fn trace(&self, t: &mut heddle_object::heap::Tracer) {
        t.slot(&self.deque);
    }
}

fn new_iter(th: &mut Thread, ty: &'static StaticType, v: Value) -> R {
    let changes = own(th, v)?.changes.get();
    let (deque, index) = (Slot::new(Some(v)), Shared::new(0));
    if std::ptr::eq(ty, &REVERSE_ITER) {
        payload::alloc(th, ty.ty(), Iter::<true> { deque, index, changes })
    } else {
        payload::alloc(th, ty.ty(), Iter::<false> { deque, index, changes })
    }
}

fn iter_next<const BACK: bool>(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let it = v.expect_native::<Iter<BACK>>(th)?;
    let Some(dv) = it.deque.get() else { return Ok(None) };
    let d = own(th, dv)?;
    if d.changes.get() != it.changes {
        it.deque.set(None);
        return Err(mutated(th));
    }
    let i = it.index.get() as usize;
    let x = leaf(th, dv, || {
        let len = d.len();
        if i >= len {
            return None;
        }
        d.at(if BACK { len - 1 - i } else { i })
    });
    match x {
        Some(_) => it.index.set(i as u64 + 1),
        None => it.deque.set(None),
    }
    Ok(x)
}

fn hint<const BACK: bool>(th: &mut Thread, v: Value) -> R {
    let it = v.expect_native::<Iter<BACK>>(th)?;
    let left = match it.deque.get() {
        Some(d) => own(th, d)?.len().saturating_sub(it.index.get() as usize),
        None => 0,
    };
    int::from_usize(th, left)
}

fn iter_reduce<const BACK: bool>(th: &mut Thread, v: Value) -> R {
    let it = v.expect_native::<Iter<BACK>>(th)?;
    let d = match it.deque.get() {
        Some(d) => d,
        None => new_of(th, DEQUE.value(), NO_LIMIT)?,
    };
    let args = Tuple::new(th, &[d, Value::small_int(it.index.get() as i64)])?;
    Tuple::new(th, &[v.type_of().value(), Value::from_ref(args)]).map(|t| Value::from_ref(t))
}

fn iter_new<const BACK: bool>(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let name = ty.cast_type().map(|t| t.name()).unwrap_or_default();
    let a = Args::new(args, kw);
    a.no_keywords(th, &name)?;
    a.positional(th, &name, 1, 2)?;
    own(th, a.pos[0])?;
    let it = new_iter(th, if BACK { &REVERSE_ITER } else { &ITER }, a.pos[0])?;
    if let Some(i) = a.pos.get(1) {
        let i = ops::index_isize(th, *i)?.max(0);
        it.expect_native::<Iter<BACK>>(th)?.index.set(i as u64);
    }
    Ok(it)
}

macro_rules! iterator_type {
    ($st:ident, $name:literal, $back:literal) => {
        pub(super) static $st: StaticType = StaticType::new(TypeSpec {
            name: $name,
            slots: Slots {
                new: Some(iter_new::<$back>),
                iter: Some(|_, v| Ok(v)),
                iternext: Some(iter_next::<$back>),
                ..Slots::NONE
            },
            methods: &[
                MethodDef::noargs(
                    "__length_hint__",
                    hint::<$back>,
                    "Private method returning an estimate of len(list(it)).",
                ),
                MethodDef::noargs(
                    "__reduce__",
                    iter_reduce::<$back>,
                    "Return state information for pickling.",
                ),
            ],
            ..payload::spec::<Iter<$back>>()
        });
    };
}

iterator_type!(ITER, "_collections._deque_iterator", false);
iterator_type!(REVERSE_ITER, "_collections._deque_reverse_iterator", true);
