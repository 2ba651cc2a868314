//! `_contextvars`: context variables, contexts and tokens (PEP 567).
//!
//! The variables of a context are a persistent hash trie, so that `copy_context` is one word copied and a set leaves
//! other holders of the old root alone. A node is a tuple: a bit map, then a pair for each set bit, either variable and
//! value, or None and the node below. Keys are hashed by their address, which is one-to-one, so no two variables collide
//! on all levels. The current context of a thread is `Thread::context`; it is made when it is first needed.

use heddle_object::core::payload::{self, Native, Shared};
use heddle_object::heap::{RootVec, Tracer};
use heddle_object::types::generic_alias::new_alias;
use heddle_object::types::{List, Module, Str, Tuple, exceptions as exc};
use heddle_object::{
    Args, CompareOp, GetSetDef, MethodDef, ModuleDef, Params, R, Slot, Slots, StaticType, Thread,
    TypeSpec, Value, flags, ops,
};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_contextvars",
    doc: "Context Variables",
    methods: &[MethodDef::noargs(
        "copy_context",
        |th, _| {
            let c = current(th)?;
            copy(th, c)
        },
        "copy_context($module, /)\n--\n\nReturn a shallow copy of the current Context object.",
    )],
    types: &[&CONTEXT, &VAR, &TOKEN],
    init,
};

fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    heddle_object::ty::ready_static(th, &MISSING)?;
    let missing = payload::alloc(th, MISSING.ty(), Missing)?;
    m.set(th, "_missing", missing)?;
    let name = heddle_object::names::intern_str(th, "MISSING")?;
    heddle_object::ty::new::type_setattr(th, TOKEN.ty(), name, Some(missing))
}

// ---- the trie

/// Bits of the hash that one level uses.
const BITS: u32 = 5;

fn hash(key: Value) -> u64 {
    // The low four bits of a cell's address are 0. Odd multiplier, so it stays one-to-one; the high half is the better.
    (key.word() >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_right(32)
}

fn bit(h: u64, level: u32) -> u32 {
    1 << ((h >> (level * BITS)) & 31)
}

fn bitmap(node: &Tuple) -> u32 {
    node.as_slice().first().and_then(|b| b.as_small_int()).unwrap_or(0) as u32
}

/// Where the pair of `b` lies, or would lie.
fn pair_at(map: u32, b: u32) -> usize {
    1 + 2 * (map & (b - 1)).count_ones() as usize
}

fn find(root: Option<Value>, key: Value) -> Option<Value> {
    let h = hash(key);
    let mut node = root?.cast::<Tuple>()?;
    let mut level = 0;
    loop {
        let (map, b) = (bitmap(node), bit(h, level));
        if map & b == 0 {
            return None;
        }
        let at = pair_at(map, b);
        let (k, v) = (*node.as_slice().get(at)?, *node.as_slice().get(at + 1)?);
        if k == key {
            return Some(v);
        }
        if !k.is_none() {
            return None;
        }
        node = v.cast::<Tuple>()?;
        level += 1;
    }
}

fn node(th: &mut Thread, items: &[Value]) -> R {
    Tuple::new(th, items).map(|t| Value::from_ref(t))
}

/// A node of two pairs whose keys differ.
fn node_of_two(th: &mut Thread, level: u32, a: (Value, Value), b: (Value, Value)) -> R {
    let (x, y) = (bit(hash(a.0), level), bit(hash(b.0), level));
    let map = Value::small_int((x | y) as i64);
    if x == y {
        let below = node_of_two(th, level + 1, a, b)?;
        return node(th, &[map, Value::none(), below]);
    }
    let (first, second) = if x < y { (a, b) } else { (b, a) };
    node(th, &[map, first.0, first.1, second.0, second.1])
}

fn insert(th: &mut Thread, root: Option<Value>, level: u32, key: Value, value: Value) -> R {
    let b = bit(hash(key), level);
    let Some(n) = root.and_then(|r| r.cast::<Tuple>()) else {
        return node(th, &[Value::small_int(b as i64), key, value]);
    };
    let (map, items) = (bitmap(n), n.as_slice());
    let at = pair_at(map, b);
    let mut new = RootVec::with(th, items);
    if map & b == 0 {
        new.push(Value::none());
        new.push(Value::none());
        let s = new.as_mut_slice();
        let len = s.len();
        s.copy_within(at..len - 2, at + 2);
        s[at] = key;
        s[at + 1] = value;
        s[0] = Value::small_int((map | b) as i64);
    } else {
        let (k, v) = (items[at], items[at + 1]);
        if k == key {
            new.as_mut_slice()[at + 1] = value;
        } else if k.is_none() {
            let below = insert(th, Some(v), level + 1, key, value)?;
            new.as_mut_slice()[at + 1] = below;
        } else {
            let below = node_of_two(th, level + 1, (k, v), (key, value))?;
            let s = new.as_mut_slice();
            s[at] = Value::none();
            s[at + 1] = below;
        }
    }
    node(th, &new)
}

/// The trie without `key`, which is in it; nothing when it becomes empty.
fn remove(th: &mut Thread, n: &'static Tuple, level: u32, key: Value) -> R<Option<Value>> {
    let b = bit(hash(key), level);
    let (map, items) = (bitmap(n), n.as_slice());
    if map & b == 0 {
        return Ok(Some(Value::from_ref(n)));
    }
    let at = pair_at(map, b);
    let mut new = RootVec::with(th, items);
    if let (true, Some(below)) = (items[at].is_none(), items[at + 1].cast::<Tuple>()) {
        match remove(th, below, level + 1, key)?.and_then(|v| v.cast::<Tuple>()) {
            // A node with one pair moves up, so that equal contents have equal tries.
            Some(t) if t.len() == 3 && !t.as_slice()[1].is_none() => {
                new.as_mut_slice()[at] = t.as_slice()[1];
                new.as_mut_slice()[at + 1] = t.as_slice()[2];
                return node(th, &new).map(Some);
            }
            Some(t) => {
                new.as_mut_slice()[at + 1] = Value::from_ref(t);
                return node(th, &new).map(Some);
            }
            None => {}
        }
    } else if items[at] != key {
        return Ok(Some(Value::from_ref(n)));
    }
    if items.len() == 3 {
        return Ok(None);
    }
    let s = new.as_mut_slice();
    s[0] = Value::small_int((map & !b) as i64);
    s.copy_within(at + 2.., at);
    let len = new.len();
    new.truncate(len - 2);
    node(th, &new).map(Some)
}

/// Calls `f` with each variable and its value.
fn each(root: Option<Value>, f: &mut dyn FnMut(Value, Value)) {
    let Some(n) = root.and_then(|r| r.cast::<Tuple>()) else { return };
    for p in n.as_slice().get(1..).unwrap_or(&[]).chunks_exact(2) {
        if p[0].is_none() {
            each(Some(p[1]), f);
        } else {
            f(p[0], p[1]);
        }
    }
}

// ---- Context

/// `contextvars.Context`
pub struct Context {
    root: Slot,
    /// The context that was current before this one was entered.
    previous: Slot,
    /// How often it is entered now: 0 or 1.
    entered: Shared,
}

impl Native for Context {
    fn static_type() -> &'static StaticType {
        &CONTEXT
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.root);
        t.slot(&self.previous);
    }
}

fn new_context(th: &mut Thread, root: Option<Value>) -> R {
    payload::alloc(
        th,
        CONTEXT.ty(),
        Context { root: Slot::new(root), previous: Slot::empty(), entered: Shared::new(0) },
    )
}

/// The current context of the thread, made when there is none.
pub fn current(th: &mut Thread) -> R {
    match th.context.get() {
        Some(c) => Ok(c),
        None => {
            let c = new_context(th, None)?;
            th.context.set(Some(c));
            Ok(c)
        }
    }
}

fn this(th: &mut Thread, v: Value) -> R<&'static Context> {
    v.expect_native::<Context>(th)
}

fn copy(th: &mut Thread, c: Value) -> R {
    let root = this(th, c)?.root.get();
    new_context(th, root)
}

/// The pairs of a context as a list of variables and one of values.
fn pairs(th: &mut Thread, v: Value) -> R<(RootVec, RootVec)> {
    let c = this(th, v)?;
    let (mut keys, mut values) = (RootVec::new(th), RootVec::new(th));
    each(c.root.get(), &mut |k, v| {
        keys.push(k);
        values.push(v);
    });
    Ok((keys, values))
}

fn list_iter(th: &mut Thread, items: &[Value]) -> R {
    let l = List::new(th, items)?;
    ops::iter(th, Value::from_ref(l))
}

fn keys(th: &mut Thread, v: Value) -> R {
    let (k, _) = pairs(th, v)?;
    list_iter(th, &k)
}

fn expect_var(th: &mut Thread, key: Value) -> R<()> {
    if key.native::<Var>().is_some() {
        return Ok(());
    }
    let r = ops::repr(th, key)?.to_string_lossy();
    Err(th.type_error(format_args!("a ContextVar key was expected, got {r}")))
}

fn context_get(th: &mut Thread, v: Value, a: &[Value]) -> R {
    expect_var(th, a[0])?;
    let c = this(th, v)?;
    Ok(find(c.root.get(), a[0]).or(a.get(1).copied()).unwrap_or_else(Value::none))
}

/// Makes a context current, or raises when it is so already.
pub fn enter(th: &mut Thread, v: Value) -> R<()> {
    let c = this(th, v)?;
    if c.entered.add(1) != 0 {
        c.entered.add(u64::MAX);
        let r = ops::repr(th, v)?.to_string_lossy();
        return Err(th.runtime_error(format_args!("cannot enter context: {r} is already entered")));
    }
    c.previous.set(th.context.get());
    th.context.set(Some(v));
    Ok(())
}

/// Makes the context that was current before current again.
pub fn leave(th: &mut Thread, v: Value) -> R<()> {
    let c = this(th, v)?;
    th.context.set(c.previous.get());
    c.previous.set(None);
    c.entered.set(0);
    Ok(())
}

fn run(th: &mut Thread, v: Value, a: &Args) -> R {
    let Some((f, rest)) = a.pos.split_first() else {
        return Err(th.type_error(format_args!("run() missing 1 required positional argument")));
    };
    enter(th, v)?;
    let r = if a.nkw() == 0 {
        ops::call(th, *f, rest, None)
    } else {
        let mut all = RootVec::with(th, rest);
        all.extend(a.kwvalues);
        ops::call(th, *f, &all, a.kwnames().map(|n| Value::from_ref(n)))
    };
    leave(th, v)?;
    r
}

fn context_eq(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.native::<Context>(), b.native::<Context>()) else {
        return Ok(Value::not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::not_implemented());
    }
    let (rx, ry) = (x.root.get(), y.root.get());
    let mut same = rx == ry;
    if !same {
        let (k, v) = pairs(th, a)?;
        let (k2, _) = pairs(th, b)?;
        same = k.len() == k2.len();
        for (k, v) in k.iter().zip(v.iter()) {
            if !same {
                break;
            }
            same = match find(ry, *k) {
                Some(w) => ops::equal(th, *v, w)?,
                None => false,
            };
        }
    }
    Ok(Value::bool(same == (op == CompareOp::Eq)))
}

/// `contextvars.Context`
pub static CONTEXT: StaticType = StaticType::new(TypeSpec {
    name: "_contextvars.Context",
    flags: flags::HAS_WEAKREF,
    slots: Slots {
        new: Some(|th, _, args, kw| {
            if !args.is_empty() || kw.is_some() {
                return Err(th.type_error(format_args!("Context() does not accept any arguments")));
            }
            new_context(th, None)
        }),
        hash: Some(ops::hash_not_implemented),
        richcompare: Some(context_eq),
        iter: Some(keys),
        len: Some(|th, v| Ok(pairs(th, v)?.0.len())),
        contains: Some(|th, v, key| {
            expect_var(th, key)?;
            Ok(find(this(th, v)?.root.get(), key).is_some())
        }),
        getitem: Some(|th, v, key| {
            expect_var(th, key)?;
            match find(this(th, v)?.root.get(), key) {
                Some(x) => Ok(x),
                None => Err(th.key_error(key)),
            }
        }),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::noargs(
            "copy",
            copy,
            "copy($self, /)\n--\n\nReturn a shallow copy of the context object.",
        ),
        MethodDef::noargs(
            "keys",
            keys,
            "keys($self, /)\n--\n\nReturn a list of all variables in the context object.",
        ),
        MethodDef::noargs(
            "values",
            |th, v| {
                let (_, values) = pairs(th, v)?;
                list_iter(th, &values)
            },
            "values($self, /)\n--\n\nReturn a list of all variables' values in the context object.",
        ),
        MethodDef::noargs(
            "items",
            |th, v| {
                let (k, v) = pairs(th, v)?;
                let mut out = RootVec::new(th);
                for (k, v) in k.iter().zip(v.iter()) {
                    let t = Tuple::new(th, &[*k, *v])?;
                    out.push(Value::from_ref(t));
                }
                list_iter(th, &out)
            },
            "items($self, /)\n--\n\nReturn all variables and their values in the context object.\n\nThe result is returned as a list of 2-tuples (variable, value).",
        ),
        MethodDef::fast(
            "get",
            1,
            2,
            context_get,
            "get($self, key, default=None, /)\n--\n\nReturn the value for `key` if `key` has the value in the context object.\n\nIf `key` does not exist, return `default`.",
        ),
        MethodDef::kw(
            "run",
            run,
            "run($self, callable, /, *args, **kwargs)\n--\n\nExecute code in the context object and return a result.",
        ),
    ],
    ..payload::spec::<Context>()
});

// ---- ContextVar

/// `contextvars.ContextVar`
pub struct Var {
    name: Slot,
    default: Slot,
}

impl Native for Var {
    fn static_type() -> &'static StaticType {
        &VAR
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.name);
        t.slot(&self.default);
    }
}

/// A new variable.
pub fn new_var(th: &mut Thread, name: &'static Str, default: Option<Value>) -> R {
    payload::alloc(
        th,
        VAR.ty(),
        Var { name: Slot::new(Some(Value::from_ref(name))), default: Slot::new(default) },
    )
}

fn var_new(th: &mut Thread, _: Value, args: &[Value], kw: Option<Value>) -> R {
    const P: Params<2> = Params::new(["", "default"], 1).posonly(1).kwonly(1);
    let [name, default] = Args::new(args, kw).bind(th, "ContextVar", &P)?;
    match name.and_then(|s| s.cast::<Str>()) {
        Some(s) => new_var(th, s, default),
        None => Err(th.type_error(format_args!("context variable name must be a str"))),
    }
}

/// The value of a variable in the current context, if it has one there.
pub fn lookup(th: &Thread, var: Value) -> Option<Value> {
    find(th.context.get()?.native::<Context>()?.root.get(), var)
}

fn var_get(th: &mut Thread, v: Value, a: &[Value]) -> R {
    if let Some(x) = lookup(th, v) {
        return Ok(x);
    }
    if let Some(d) = a.first() {
        return Ok(*d);
    }
    match v.expect_native::<Var>(th)?.default.get() {
        Some(d) => Ok(d),
        None => Err(th.raise_with(&exc::LOOKUP_ERROR, &[v])),
    }
}

fn store(th: &mut Thread, c: &Context, var: Value, value: Option<Value>) -> R<()> {
    let root = c.root.get();
    let new = match value {
        Some(x) => Some(insert(th, root, 0, var, x)?),
        None => match root.and_then(|r| r.cast::<Tuple>()) {
            Some(t) => remove(th, t, 0, var)?,
            None => None,
        },
    };
    c.root.set(new);
    Ok(())
}

fn var_set(th: &mut Thread, v: Value, value: Value) -> R {
    let cv = current(th)?;
    let c = this(th, cv)?;
    let old = find(c.root.get(), v);
    store(th, c, v, Some(value))?;
    payload::alloc(
        th,
        TOKEN.ty(),
        Token {
            context: Slot::new(Some(cv)),
            var: Slot::new(Some(v)),
            old: Slot::new(old),
            used: Shared::new(0),
        },
    )
}

fn var_reset(th: &mut Thread, v: Value, token: Value) -> R {
    let Some(t) = token.native::<Token>() else {
        let r = ops::repr(th, token)?.to_string_lossy();
        return Err(th.type_error(format_args!("expected an instance of Token, got {r}")));
    };
    let wrong = if t.used.get() != 0 {
        let r = ops::repr(th, token)?.to_string_lossy();
        return Err(th.runtime_error(format_args!("{r} has already been used once")));
    } else if t.var.get() != Some(v) {
        "ContextVar"
    } else if t.context.get() != th.context.get() {
        "Context"
    } else {
        ""
    };
    if !wrong.is_empty() {
        let r = ops::repr(th, token)?.to_string_lossy();
        let place = if wrong == "Context" { "in" } else { "by" };
        return Err(th.value_error(format_args!("{r} was created {place} a different {wrong}")));
    }
    let cv = current(th)?;
    let c = this(th, cv)?;
    t.used.set(1);
    store(th, c, v, t.old.get())?;
    Ok(Value::none())
}

/// `contextvars.ContextVar`
pub static VAR: StaticType = StaticType::new(TypeSpec {
    name: "_contextvars.ContextVar",
    flags: flags::HAS_WEAKREF,
    slots: Slots {
        new: Some(var_new),
        repr: Some(|th, v| {
            let x = v.expect_native::<Var>(th)?;
            let name = x.name.get().unwrap_or_else(Value::none);
            let name = ops::repr(th, name)?.to_string_lossy();
            let default = match x.default.get() {
                Some(d) => format!(" default={}", ops::repr(th, d)?.to_string_lossy()),
                None => String::new(),
            };
            let s = format!("<ContextVar name={name}{default} at {:#x}>", v.word());
            Str::new(th, &s).map(|s| Value::from_ref(s))
        }),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::fast(
            "get",
            0,
            1,
            var_get,
            "get($self, default=<unrepresentable>, /)\n--\n\nReturn a value for the context variable for the current context.",
        ),
        MethodDef::one(
            "set",
            var_set,
            "set($self, value, /)\n--\n\nCall to set a new value for the context variable in the current context.",
        ),
        MethodDef::one(
            "reset",
            var_reset,
            "reset($self, token, /)\n--\n\nReset the context variable.\n\nThe variable is reset to the value the variable had before the\n`ContextVar.set()` that created the token was used.",
        ),
        MethodDef::one("__class_getitem__", new_alias, "See PEP 585").class(),
    ],
    getset: &[GetSetDef::ro(
        "name",
        |th, v| Ok(v.expect_native::<Var>(th)?.name.get().unwrap_or_else(Value::none)),
        "",
    )],
    ..payload::spec::<Var>()
});

// ---- Token

/// `contextvars.Token`
struct Token {
    context: Slot,
    var: Slot,
    old: Slot,
    used: Shared,
}

impl Native for Token {
    fn static_type() -> &'static StaticType {
        &TOKEN
    }
    fn trace(&self, t: &mut Tracer) {
        for s in [&self.context, &self.var, &self.old] {
            t.slot(s);
        }
    }
}

fn token(th: &mut Thread, v: Value) -> R<&'static Token> {
    v.expect_native::<Token>(th)
}

/// `contextvars.Token`
pub static TOKEN: StaticType = StaticType::new(TypeSpec {
    name: "_contextvars.Token",
    slots: Slots {
        new: Some(|th, _, _, _| {
            Err(th.runtime_error(format_args!("Tokens can only be created by ContextVars")))
        }),
        hash: Some(ops::hash_not_implemented),
        repr: Some(|th, v| {
            let t = token(th, v)?;
            let used = if t.used.get() != 0 { " used" } else { "" };
            let var = t.var.get().unwrap_or_else(Value::none);
            let var = ops::repr(th, var)?.to_string_lossy();
            let s = format!("<Token{used} var={var} at {:#x}>", v.word());
            Str::new(th, &s).map(|s| Value::from_ref(s))
        }),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::noargs(
            "__enter__",
            |_, v| Ok(v),
            "__enter__($self, /)\n--\n\nEnter into Token context manager.",
        ),
        MethodDef::fast(
            "__exit__",
            3,
            3,
            |th, v, _| {
                let var = token(th, v)?.var.get().unwrap_or_else(Value::none);
                var_reset(th, var, v)
            },
            "__exit__($self, type, value, traceback, /)\n--\n\nExit from Token context manager, restore the linked ContextVar.",
        ),
        MethodDef::one("__class_getitem__", new_alias, "See PEP 585").class(),
    ],
    getset: &[
        GetSetDef::ro("var", |th, v| Ok(token(th, v)?.var.get().unwrap_or_else(Value::none)), ""),
        GetSetDef::ro(
            "old_value",
            |th, v| match token(th, v)?.old.get() {
                Some(x) => Ok(x),
                None => heddle_object::attr::getattr_str(th, TOKEN.value(), "MISSING"),
            },
            "",
        ),
    ],
    ..payload::spec::<Token>()
});

/// `Token.MISSING`
struct Missing;

impl Native for Missing {
    fn static_type() -> &'static StaticType {
        &MISSING
    }
    fn trace(&self, _: &mut Tracer) {}
}

static MISSING: StaticType = StaticType::new(TypeSpec {
    name: "_contextvars.Token.MISSING",
    flags: flags::DISALLOW_INSTANTIATION,
    slots: Slots {
        repr: Some(|th, _| Str::new(th, "<Token.MISSING>").map(|s| Value::from_ref(s))),
        ..Slots::NONE
    },
    ..payload::spec::<Missing>()
});
