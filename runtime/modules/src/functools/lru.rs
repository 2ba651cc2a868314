//! `_lru_cache_wrapper`.
//!
//! A bounded cache is a dict from keys to links, and a ring of links in order of use; the ring and the counts change in
//! the wrapper's critical section, the dict by itself. Equality of keys is Python code, so no section spans both: a link
//! that the dict still finds after it left the ring is used once more, and one that two threads computed is kept once.

use heddle_object::core::native::Args;
use heddle_object::core::payload::{self, Shared};
use heddle_object::heap::RootVec;
use heddle_object::names::n;
use heddle_object::types::{Dict, INT, OBJECT, STR, Tuple, descr, int};
use heddle_object::{
    MethodDef, Params, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, attr, flags, ops,
};

/// The wrapper.
pub(super) struct Wrapper {
    func: Slot,
    /// Key → result, or key → link when bounded.
    cache: Slot,
    info: Slot,
    /// Stands between positional and keyword arguments in a key.
    mark: Slot,
    /// The ring's head, bounded only.
    root: Slot,
    kind: Kind,
    typed: bool,
    hits: Shared,
    misses: Shared,
    /// Links in the ring.
    size: Shared,
}
crate::native!(Wrapper, WRAPPER, [func, cache, info, mark, root]);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `maxsize=0`: only counts.
    None,
    /// `maxsize=None`
    Unbounded,
    /// At most so many results.
    Bounded(u64),
}

/// A result in the ring.
pub(super) struct Link {
    prev: Slot,
    next: Slot,
    key: Slot,
    result: Slot,
}
crate::native!(Link, LINK, [prev, next, key, result]);

pub(super) static LINK: StaticType = StaticType::new(TypeSpec {
    name: "functools._lru_list_elem",
    flags: flags::DISALLOW_INSTANTIATION,
    ..payload::spec::<Link>()
});

fn link(v: Option<Value>) -> Option<&'static Link> {
    v?.native::<Link>()
}

fn new_link(th: &mut Thread, key: Option<Value>, result: Option<Value>) -> R {
    payload::alloc(
        th,
        LINK.ty(),
        Link {
            prev: Slot::empty(),
            next: Slot::empty(),
            key: Slot::new(key),
            result: Slot::new(result),
        },
    )
}

/// Takes a link out of the ring; false when it is not in it.
fn unlink(l: &Link) -> bool {
    let (p, x) = (l.prev.get(), l.next.get());
    let (Some(before), Some(after)) = (link(p), link(x)) else { return false };
    before.next.set(x);
    after.prev.set(p);
    l.prev.set(None);
    l.next.set(None);
    true
}

/// Puts a link at the recent end.
fn append(root: Value, v: Value) {
    let (Some(r), Some(l)) = (root.native::<Link>(), v.native::<Link>()) else { return };
    let last = r.prev.get().unwrap_or(root);
    if let Some(b) = last.native::<Link>() {
        b.next.set(Some(v));
    }
    l.prev.set(Some(last));
    l.next.set(Some(root));
    r.prev.set(Some(v));
}

impl Wrapper {
    fn dict(&self, th: &mut Thread) -> R<&'static Dict> {
        match self.cache.get().and_then(|c| c.cast::<Dict>()) {
            Some(d) => Ok(d),
            None => Err(th.system_error(format_args!("cache without a dict"))),
        }
    }

    fn count(&self, th: &mut Thread, me: Value, which: &Shared) {
        section(th, me, || which.set(which.get() + 1));
    }

    fn key(&self, th: &mut Thread, a: &Args) -> R {
        if !self.typed && a.nkw() == 0 {
            if let [x] = a.pos
                && (x.is_type(&STR) || x.is_type(&INT))
            {
                return Ok(*x);
            }
            return Tuple::new(th, a.pos).map(|t| Value::from_ref(t));
        }
        let mut key = RootVec::with(th, a.pos);
        if a.nkw() != 0 {
            key.push(self.mark.get().unwrap_or_else(Value::none));
            for (k, v) in a.keywords() {
                key.push(Value::from_ref(k));
                key.push(v);
            }
        }
        if self.typed {
            for v in a.pos.iter().chain(a.kwvalues) {
                key.push(v.type_of().value());
            }
        }
        Tuple::new(th, &key).map(|t| Value::from_ref(t))
    }
}

#[inline]
fn section<T>(th: &mut Thread, v: Value, f: impl FnOnce() -> T) -> T {
    match v.header() {
        Some(h) => th.critical_leaf(h, f),
        None => f(),
    }
}

fn wrapper_new(th: &mut Thread, ty: Value, args: &[Value], kw: Option<Value>) -> R {
    const P: Params<4> = Params::new(["user_function", "maxsize", "typed", "cache_info_type"], 4);
    let [func, maxsize, typed, info] = Args::new(args, kw).bind(th, "lru_cache", &P)?;
    let none = Value::none();
    let func = func.unwrap_or(none);
    if !ops::is_callable(func) {
        return Err(th.type_error(format_args!("the first argument must be callable")));
    }
    let maxsize = maxsize.unwrap_or(none);
    let kind = if maxsize.is_none() {
        Kind::Unbounded
    } else if let Some(i) = ops::index_opt(th, maxsize)? {
        match int::as_isize(th, i)? {
            ..=0 => Kind::None,
            m => Kind::Bounded(m as u64),
        }
    } else {
        return Err(th.type_error(format_args!("maxsize should be integer or None")));
    };
    let typed = ops::is_true(th, typed.unwrap_or(none))?;
    let cache = Dict::new(th)?;
    let mark = ops::call0(th, OBJECT.value())?;
    let root = new_root(th)?;
    let Some(t) = ty.cast_type() else { return Ok(ty) };
    payload::alloc(
        th,
        t,
        Wrapper {
            func: Slot::new(Some(func)),
            cache: Slot::new(Some(Value::from_ref(cache))),
            info: Slot::new(info),
            mark: Slot::new(Some(mark)),
            root: Slot::new(Some(root)),
            kind,
            typed,
            hits: Shared::new(0),
            misses: Shared::new(0),
            size: Shared::new(0),
        },
    )
}

fn new_root(th: &mut Thread) -> R {
    let root = new_link(th, None, None)?;
    if let Some(r) = root.native::<Link>() {
        r.prev.set(Some(root));
        r.next.set(Some(root));
    }
    Ok(root)
}

fn call(th: &mut Thread, v: Value, args: &[Value], kw: Option<Value>) -> R {
    let w = v.expect_native::<Wrapper>(th)?;
    let Some(func) = w.func.get() else { return Ok(v) };
    match w.kind {
        Kind::None => {
            w.count(th, v, &w.misses);
            ops::call(th, func, args, kw)
        }
        Kind::Unbounded => {
            let key = w.key(th, &Args::new(args, kw))?;
            let hash = ops::hash(th, key)?;
            let d = w.dict(th)?;
            if let Some(r) = d.get_hashed(th, key, hash)? {
                w.count(th, v, &w.hits);
                return Ok(r);
            }
            w.count(th, v, &w.misses);
            let r = ops::call(th, func, args, kw)?;
            d.set_hashed(th, key, hash, r)?;
            Ok(r)
        }
        Kind::Bounded(max) => bounded(th, v, w, func, max, args, kw),
    }
}

fn bounded(
    th: &mut Thread,
    v: Value,
    w: &'static Wrapper,
    func: Value,
    max: u64,
    args: &[Value],
    kw: Option<Value>,
) -> R {
    let key = w.key(th, &Args::new(args, kw))?;
    let hash = ops::hash(th, key)?;
    let d = w.dict(th)?;
    if let Some(found) = d.get_hashed(th, key, hash)?
        && let Some(l) = found.native::<Link>()
    {
        section(th, v, || {
            if unlink(l)
                && let Some(root) = w.root.get()
            {
                append(root, found);
            }
            w.hits.set(w.hits.get() + 1);
        });
        return Ok(l.result.get().unwrap_or_else(Value::none));
    }
    w.count(th, v, &w.misses);
    let r = ops::call(th, func, args, kw)?;
    let mine = new_link(th, Some(key), Some(r))?;
    // The call may have stored the key already (recursion, another thread).
    if d.set_default(th, key, mine)? != mine {
        return Ok(r);
    }
    let oldest = section(th, v, || {
        let root = w.root.get()?;
        append(root, mine);
        let size = w.size.get();
        if size < max {
            w.size.set(size + 1);
            return None;
        }
        let oldest = link(Some(root))?.next.get()?;
        unlink(link(Some(oldest))?);
        Some(oldest)
    });
    if let Some(o) = oldest
        && let Some(k) = link(Some(o)).and_then(|l| l.key.get())
    {
        d.del_item(th, k)?;
    }
    Ok(r)
}

fn cache_info(th: &mut Thread, v: Value) -> R {
    let w = v.expect_native::<Wrapper>(th)?;
    let max = match w.kind {
        Kind::None => Value::small_int(0),
        Kind::Unbounded => Value::none(),
        Kind::Bounded(m) => int::from_u64(th, m)?,
    };
    let hits = int::from_u64(th, w.hits.get())?;
    let misses = int::from_u64(th, w.misses.get())?;
    let size = w.dict(th)?.len();
    let info = w.info.get().unwrap_or_else(Value::none);
    ops::call(th, info, &[hits, misses, max, Value::small_int(size as i64)], None)
}

fn cache_clear(th: &mut Thread, v: Value) -> R {
    let w = v.expect_native::<Wrapper>(th)?;
    let root = new_root(th)?;
    let d = w.dict(th)?;
    section(th, v, || {
        w.root.set(Some(root));
        w.hits.set(0);
        w.misses.set(0);
        w.size.set(0);
    });
    d.clear(th);
    Ok(Value::none())
}

pub(super) static WRAPPER: StaticType = StaticType::new(TypeSpec {
    name: "functools._lru_cache_wrapper",
    doc: "Create a cached callable that wraps another function.\n\nuser_function:      the function being cached\n\nmaxsize:  0         for no caching\n          None      for unlimited cache size\n          n         for a bounded cache\n\ntyped:    False     cache f(3) and f(3.0) as identical calls\n          True      cache f(3) and f(3.0) as distinct calls\n\ncache_info_type:    namedtuple class with the fields:\n                        hits misses currsize maxsize\n",
    flags: flags::BASETYPE | flags::HAS_WEAKREF | flags::METHOD_DESCRIPTOR,
    slots: Slots {
        new: Some(wrapper_new),
        call: Some(call),
        descr_get: Some(|th, v, obj, _| match obj {
            Some(o) if !o.is_none() => descr::BoundMethod::new(th, v, o),
            _ => Ok(v),
        }),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::noargs(
            "cache_info",
            cache_info,
            "cache_info($self, /)\n--\n\nReport cache statistics",
        ),
        MethodDef::noargs(
            "cache_clear",
            cache_clear,
            "cache_clear($self, /)\n--\n\nClear the cache and cache statistics",
        ),
        MethodDef::noargs("__reduce__", |th, v| attr::getattr(th, v, n().__qualname__), ""),
        MethodDef::noargs("__copy__", |_, v| Ok(v), ""),
        MethodDef::one("__deepcopy__", |_, v, _| Ok(v), ""),
    ],
    ..payload::spec_with_dict::<Wrapper>()
});
