//! `_abc`: what `abc.ABCMeta` asks for: which methods are abstract, who is registered, and the caches of answers.
//!
//! A class has one data object in `_abc_impl`: a registry and two caches of classes, each a table of words that do not
//! keep the classes alive (the collector empties the slot of a dead one). The negative cache is valid while the counter
//! that all data objects share has not moved; registering a class moves it.
//!
//! Idea: CPython's `_abc.c`; the tables are our own: objects do not move, so an address is a class's identity, and a
//! lookup is a few loads without making a weak reference.

use heddle_object::core::payload::{self, Native, Shared};
use heddle_object::heap::Tracer;
use heddle_object::names::n;
use heddle_object::types::iterators::builtin;
use heddle_object::types::{Dict, List, Module, Tuple, ValueArray, int, weakref};
use heddle_object::{
    MethodDef, ModuleDef, R, Slot, Slots, StaticType, Thread, Type, TypeSpec, Value, attr, flags,
    ops,
};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_abc",
    doc: "Module contains faster C implementation of abc.ABCMeta",
    methods: &[
        MethodDef::noargs(
            "get_cache_token",
            |th, m| {
                let c = counter_of_module(th, m)?;
                int::from_u64(th, c.0.get())
            },
            "get_cache_token($module, /)\n--\n\nReturns the current ABC cache token.\n\nThe token is an opaque object (supporting equality testing) identifying the\ncurrent version of the ABC cache for virtual subclasses. The token changes\nwith every call to register() on any ABC.",
        ),
        MethodDef::one(
            "_abc_init",
            abc_init,
            "_abc_init($module, self, /)\n--\n\nInternal ABC helper for class set-up. Should be never used outside abc module.",
        ),
        MethodDef::one(
            "_reset_registry",
            |th, _, cls| {
                data_of(th, cls)?.registry.set(None);
                Ok(Value::none())
            },
            "_reset_registry($module, self, /)\n--\n\nInternal ABC helper to reset registry of a given class.\n\nShould be only used by refleak.py",
        ),
        MethodDef::one(
            "_reset_caches",
            |th, _, cls| {
                let d = data_of(th, cls)?;
                d.cache.set(None);
                d.negative.set(None);
                Ok(Value::none())
            },
            "_reset_caches($module, self, /)\n--\n\nInternal ABC helper to reset both caches of a given class.\n\nShould be only used by refleak.py",
        ),
        MethodDef::one(
            "_get_dump",
            get_dump,
            "_get_dump($module, self, /)\n--\n\nInternal ABC helper for cache and registry debugging.\n\nReturn shallow copies of registry, of both caches, and\nnegative cache version. Don't call this function directly,\ninstead use ABC._dump_registry() for a nice repr.",
        ),
        MethodDef::fast(
            "_abc_register",
            2,
            2,
            |th, _, a| register(th, a[0], a[1]),
            "_abc_register($module, self, subclass, /)\n--\n\nInternal ABC helper for subclasss registration. Should be never used outside abc module.",
        ),
        MethodDef::fast(
            "_abc_instancecheck",
            2,
            2,
            |th, _, a| instance_check(th, a[0], a[1]),
            "_abc_instancecheck($module, self, instance, /)\n--\n\nInternal ABC helper for instance checks. Should be never used outside abc module.",
        ),
        MethodDef::fast(
            "_abc_subclasscheck",
            2,
            2,
            |th, _, a| subclass_check(th, a[0], a[1]).map(Value::bool),
            "_abc_subclasscheck($module, self, subclass, /)\n--\n\nInternal ABC helper for subclasss checks. Should be never used outside abc module.",
        ),
    ],
    types: &[&DATA],
    init,
};

/// The counter of registrations, shared by the data of all classes.
struct Counter(Shared);

impl Native for Counter {
    fn static_type() -> &'static StaticType {
        &COUNTER
    }
    fn trace(&self, _: &mut Tracer) {}
}

static COUNTER: StaticType = StaticType::new(TypeSpec {
    name: "_abc._counter",
    flags: flags::DISALLOW_INSTANTIATION,
    ..payload::spec::<Counter>()
});

/// What a class made by `ABCMeta` keeps.
struct Data {
    registry: Slot,
    cache: Slot,
    negative: Slot,
    /// The counter when the negative cache was begun.
    negative_version: Shared,
    counter: Slot,
}

impl Native for Data {
    fn static_type() -> &'static StaticType {
        &DATA
    }
    fn trace(&self, t: &mut Tracer) {
        for s in [&self.registry, &self.cache, &self.negative, &self.counter] {
            t.slot(s);
        }
    }
}

/// `_abc._abc_data`
static DATA: StaticType = StaticType::new(TypeSpec {
    name: "_abc._abc_data",
    doc: "Internal state held by ABC machinery.",
    flags: flags::DISALLOW_INSTANTIATION,
    slots: Slots::NONE,
    ..payload::spec::<Data>()
});

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    heddle_object::ty::ready_static(th, &COUNTER)?;
    let c = payload::alloc(th, COUNTER.ty(), Counter(Shared::new(0)))?;
    m.set(th, "_counter", c)
}

fn counter_of_module(th: &mut Thread, m: Value) -> R<&'static Counter> {
    let c = attr::getattr_str(th, m, "_counter")?;
    c.expect_native::<Counter>(th)
}

fn data_of(th: &mut Thread, cls: Value) -> R<&'static Data> {
    data_value(th, cls)?.expect_native::<Data>(th)
}

fn data_value(th: &mut Thread, cls: Value) -> R {
    let v = attr::getattr(th, cls, n()._abc_impl)?;
    if v.native::<Data>().is_none() {
        return Err(th.type_error(format_args!("_abc_impl is set to a wrong type")));
    }
    Ok(v)
}

impl Data {
    fn version(&self) -> u64 {
        self.counter.get().and_then(|c| c.native::<Counter>()).map_or(0, |c| c.0.get())
    }
}

// ---- tables of classes

/// A class lies within this many places of the one that its address asks for; a lookup reads all of them, so that a slot
/// the collector emptied breaks no chain. Eight words are one cache line.
const WINDOW: usize = 8;

fn place(v: Value, cap: usize) -> usize {
    // Cells are 16-byte aligned; the multiplication spreads what is left (Fibonacci hashing).
    ((v.word() >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (cap - 1)
}

fn window(a: &ValueArray, v: Value) -> impl Iterator<Item = &'static Slot> {
    let (slots, at, cap) = (a.slots(), place(v, a.cap()), a.cap());
    (0..WINDOW).filter_map(move |i| slots.get((at + i) & (cap - 1)))
}

fn holds(table: &Slot, v: Value) -> bool {
    let Some(a) = table.get().and_then(ValueArray::from_value) else { return false };
    window(a, v).any(|s| s.get() == Some(v))
}

fn put(a: &ValueArray, v: Value) -> bool {
    if window(a, v).any(|s| s.get() == Some(v)) {
        return true;
    }
    match window(a, v).find(|s| s.get().is_none()) {
        Some(s) => {
            s.set(Some(v));
            true
        }
        None => false,
    }
}

/// Adds a class to one of the tables of `owner`.
fn add(th: &mut Thread, owner: Value, table: &Slot, v: Value) -> R<()> {
    let Some(h) = owner.header() else { return Ok(()) };
    th.critical(h, |th| {
        let old = table.get().and_then(ValueArray::from_value);
        if old.is_some_and(|a| put(a, v)) {
            return Ok(());
        }
        let mut cap = old.map_or(WINDOW, |a| a.cap() * 2);
        loop {
            let new = ValueArray::new_weak(th, cap)?;
            let moved =
                old.is_none_or(|a| a.slots().iter().filter_map(Slot::get).all(|x| put(new, x)));
            if moved && put(new, v) {
                table.set(Some(new.as_value()));
                return Ok(());
            }
            cap *= 2;
        }
    })
}

/// The classes in a table.
fn members(th: &mut Thread, table: &Slot) -> R<&'static List> {
    let l = List::new(th, &[])?;
    if let Some(a) = table.get().and_then(ValueArray::from_value) {
        for s in a.slots() {
            if let Some(v) = s.get() {
                l.push(th, v)?;
            }
        }
    }
    Ok(l)
}

// ---- setting up a class

fn is_abstract(th: &mut Thread, v: Value) -> R<bool> {
    match attr::getattr_optional(th, v, n().__isabstractmethod__)? {
        Some(x) => ops::is_true(th, x),
        None => Ok(false),
    }
}

/// Sets `__abstractmethods__` to the names that are abstract in the class.
fn compute_abstract(th: &mut Thread, cls: Value) -> R<()> {
    let Some(ty) = cls.cast_type() else {
        let tn = cls.type_of().name();
        return Err(th.type_error(format_args!("_abc_init() argument must be a class, not {tn}")));
    };
    let found = List::new(th, &[])?;
    if let Some(d) = ty.dict.get().and_then(|d| d.cast::<Dict>()) {
        let keys = d.keys_tuple(th)?;
        for k in keys.as_slice() {
            if let Some(v) = d.get_item(th, *k)?
                && is_abstract(th, v)?
            {
                found.push(th, *k)?;
            }
        }
    }
    if let Some(bases) = ty.bases.get().and_then(|b| b.cast::<Tuple>()) {
        for b in bases.as_slice() {
            let Some(names) = attr::getattr_optional(th, *b, n().__abstractmethods__)? else {
                continue;
            };
            ops::for_each(th, names, |th, name| {
                let key = attr::attr_name(th, name)?;
                if let Some(v) = attr::getattr_optional(th, cls, key)?
                    && is_abstract(th, v)?
                {
                    found.push(th, name)?;
                }
                Ok(())
            })?;
        }
    }
    let frozenset = builtin(th, "frozenset")?;
    let set = ops::call1(th, frozenset, Value::from_ref(found))?;
    attr::setattr(th, cls, n().__abstractmethods__, Some(set))
}

fn abc_init(th: &mut Thread, m: Value, cls: Value) -> R {
    let counter = attr::getattr_str(th, m, "_counter")?;
    compute_abstract(th, cls)?;
    let data = payload::alloc(
        th,
        DATA.ty(),
        Data {
            registry: Slot::empty(),
            cache: Slot::empty(),
            negative: Slot::empty(),
            negative_version: Shared::new(counter.native::<Counter>().map_or(0, |c| c.0.get())),
            counter: Slot::new(Some(counter)),
        },
    )?;
    attr::setattr(th, cls, n()._abc_impl, Some(data))?;
    // `collections.abc` marks what `match` takes for a sequence or a mapping.
    if let Some(ty) = cls.cast_type()
        && let Some(d) = ty.dict.get().and_then(|d| d.cast::<Dict>())
        && let Some(f) = d.get_str(n().__abc_tpflags__)
        && let Some(f) = f.as_small_int()
    {
        let bits = f as u64 & (flags::SEQUENCE | flags::MAPPING);
        if bits == flags::SEQUENCE | flags::MAPPING {
            return Err(th.type_error(format_args!(
                "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING"
            )));
        }
        if bits != 0 {
            heddle_object::ty::new::add_pattern_flags(th, ty, bits);
        }
        attr::setattr(th, cls, n().__abc_tpflags__, None)?;
    }
    Ok(Value::none())
}

// ---- asking

fn register(th: &mut Thread, cls: Value, subclass: Value) -> R {
    let Some(sub) = subclass.cast_type() else {
        return Err(th.type_error(format_args!("Can only register classes")));
    };
    if ops::is_subclass(th, subclass, cls)? {
        return Ok(subclass);
    }
    // The other way round it would be a cycle.
    if ops::is_subclass(th, cls, subclass)? {
        return Err(th.runtime_error(format_args!("Refusing to create an inheritance cycle")));
    }
    let dv = data_value(th, cls)?;
    let d = dv.expect_native::<Data>(th)?;
    add(th, dv, &d.registry, subclass)?;
    if let Some(c) = d.counter.get().and_then(|c| c.native::<Counter>()) {
        c.0.add(1);
    }
    if let Some(ty) = cls.cast_type() {
        let bits = ty.flags() & (flags::SEQUENCE | flags::MAPPING);
        if bits != 0 {
            heddle_object::ty::new::add_pattern_flags(th, sub, bits);
        }
    }
    Ok(subclass)
}

fn instance_check(th: &mut Thread, cls: Value, instance: Value) -> R {
    let d = data_of(th, cls)?;
    let ty: &'static Type = instance.type_of();
    let subclass = attr::getattr(th, instance, n().__class__)?;
    if holds(&d.cache, subclass) {
        return Ok(Value::bool(true));
    }
    if subclass == ty.value() {
        if d.negative_version.get() == d.version() && holds(&d.negative, subclass) {
            return Ok(Value::bool(false));
        }
        return ops::call_method(th, cls, n().__subclasscheck__, &[subclass]);
    }
    let r = ops::call_method(th, cls, n().__subclasscheck__, &[subclass])?;
    if ops::is_true(th, r)? {
        return Ok(r);
    }
    ops::call_method(th, cls, n().__subclasscheck__, &[ty.value()])
}

fn subclass_check(th: &mut Thread, cls: Value, subclass: Value) -> R<bool> {
    let Some(sub) = subclass.cast_type() else {
        return Err(th.type_error(format_args!("issubclass() arg 1 must be a class")));
    };
    let dv = data_value(th, cls)?;
    let d = dv.expect_native::<Data>(th)?;
    if holds(&d.cache, subclass) {
        return Ok(true);
    }
    let version = d.version();
    if d.negative_version.get() < version {
        d.negative.set(None);
        d.negative_version.set(version);
    } else if holds(&d.negative, subclass) {
        return Ok(false);
    }
    // What the class itself says.
    let said = ops::call_method(th, cls, n().__subclasshook__, &[subclass])?;
    if said.is_true_singleton() {
        add(th, dv, &d.cache, subclass)?;
        return Ok(true);
    }
    if said.is_false_singleton() {
        add(th, dv, &d.negative, subclass)?;
        return Ok(false);
    }
    if !said.is_not_implemented() {
        return Err(th.assertion_error(format_args!(
            "__subclasshook__ must return either False, True, or NotImplemented"
        )));
    }
    // A real subclass.
    if cls.cast_type().is_some_and(|c| sub.is_subtype(c)) {
        add(th, dv, &d.cache, subclass)?;
        return Ok(true);
    }
    // A subclass of a registered class.
    if holds(&d.registry, subclass) {
        add(th, dv, &d.cache, subclass)?;
        return Ok(true);
    }
    let registered = members(th, &d.registry)?;
    if any_above(th, registered, subclass)? {
        add(th, dv, &d.cache, subclass)?;
        return Ok(true);
    }
    // A subclass of a subclass, which may have a registry or a hook of its own.
    let below = ops::call_method(th, cls, n().__subclasses__, &[])?;
    let Some(below) = below.cast::<List>() else {
        return Err(th.type_error(format_args!("__subclasses__() must return a list")));
    };
    if any_above(th, below, subclass)? {
        add(th, dv, &d.cache, subclass)?;
        return Ok(true);
    }
    // An answer found before somebody registered a class is not one for afterwards.
    if d.version() == version {
        add(th, dv, &d.negative, subclass)?;
    }
    Ok(false)
}

fn any_above(th: &mut Thread, classes: &'static List, subclass: Value) -> R<bool> {
    let mut i = 0;
    while let Some(c) = classes.get(i) {
        if ops::is_subclass(th, subclass, c)? {
            return Ok(true);
        }
        i += 1;
    }
    Ok(false)
}

fn get_dump(th: &mut Thread, _: Value, cls: Value) -> R {
    let d = data_of(th, cls)?;
    let out = List::new(th, &[])?;
    for table in [&d.registry, &d.cache, &d.negative] {
        let all = members(th, table)?;
        let refs = List::new(th, &[])?;
        let mut i = 0;
        while let Some(c) = all.get(i) {
            let r = weakref::make(th, weakref::REF.ty(), c, None, true)?;
            refs.push(th, Value::from_ref(r))?;
            i += 1;
        }
        let set = builtin(th, "set")?;
        let set = ops::call1(th, set, Value::from_ref(refs))?;
        out.push(th, set)?;
    }
    let v = int::from_u64(th, d.negative_version.get())?;
    out.push(th, v)?;
    out.snapshot(th).map(|t| Value::from_ref(t))
}
