//! `_queue`: `SimpleQueue`, unbounded, first in, first out.
//!
//! Items lie in a list-like ring inside the object's critical section. A thread that finds it empty waits for a lock that
//! is free whenever there may be something to take; whoever takes an item and leaves others frees it again.

use heddle_object::core::native::Params;
use heddle_object::core::payload::{self, Guarded, Native, ThreadLock};
use heddle_object::heap::Tracer;
use heddle_object::types::{
    Dict, Module, Str, TYPE, Tuple, ValueArray, exceptions as exc, generic_alias,
};
use heddle_object::{
    Args, MethodDef, ModuleDef, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, attr, flags,
    ops,
};
use std::time::Instant;

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_queue",
    doc: "C implementation of the Python queue module.\nThis module is an implementation detail, please do not use it directly.",
    types: &[&SIMPLE_QUEUE],
    init,
    ..ModuleDef::DEFAULT
};

/// Where the items lie in the array.
struct Ring {
    head: usize,
    len: usize,
}

struct SimpleQueue {
    array: Slot,
    ring: Guarded<Ring>,
    /// Free when there may be an item.
    ready: ThreadLock,
}

impl Native for SimpleQueue {
    fn static_type() -> &'static StaticType {
        &SIMPLE_QUEUE
    }
    fn trace(&self, t: &mut Tracer) {
        t.slot(&self.array);
    }
}

/// `_queue.SimpleQueue`
static SIMPLE_QUEUE: StaticType = StaticType::new(TypeSpec {
    name: "_queue.SimpleQueue",
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    doc: "Simple, unbounded, reentrant FIFO queue.",
    slots: Slots {
        new: Some(|th, ty, args, kw| {
            let a = Args::new(args, kw);
            a.no_keywords(th, "SimpleQueue")?;
            a.positional(th, "SimpleQueue", 0, 0)?;
            let Some(t) = ty.cast_type() else { return Ok(ty) };
            let ready = ThreadLock::new();
            ready.try_acquire();
            let data = SimpleQueue {
                array: Slot::empty(),
                ring: Guarded::new(Ring { head: 0, len: 0 }),
                ready,
            };
            payload::alloc(th, t, data)
        }),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::noargs(
            "empty",
            |th, v| len(th, v).map(|n| Value::bool(n == 0)),
            "empty($self, /)\n--\n\nReturn True if the queue is empty, False otherwise (not reliable!).",
        ),
        MethodDef::noargs(
            "qsize",
            |th, v| len(th, v).map(|n| Value::small_int(n as i64)),
            "qsize($self, /)\n--\n\nReturn the approximate size of the queue (not reliable!).",
        ),
        MethodDef::kw(
            "put",
            |th, v, a| {
                let [item, _, _] = a.bind(th, "put", &PUT)?;
                put(th, v, item.unwrap_or_else(Value::none))
            },
            "put($self, /, item, block=True, timeout=None)\n--\n\nPut the item on the queue.\n\nThe optional 'block' and 'timeout' arguments are ignored, as this method\nnever blocks.  They are provided for compatibility with the Queue class.",
        ),
        MethodDef::kw(
            "put_nowait",
            |th, v, a| {
                let [item] = a.bind(th, "put_nowait", &PUT_NOWAIT)?;
                put(th, v, item.unwrap_or_else(Value::none))
            },
            "put_nowait($self, /, item)\n--\n\nPut an item into the queue without blocking.\n\nThis is exactly equivalent to `put(item)` and is only provided\nfor compatibility with the Queue class.",
        ),
        MethodDef::kw(
            "get",
            |th, v, a| {
                let [block, timeout] = a.bind(th, "get", &GET)?;
                let block = match block {
                    Some(b) => ops::is_true(th, b)?,
                    None => true,
                };
                get(th, v, block, timeout.filter(|t| !t.is_none()))
            },
            "get($self, /, block=True, timeout=None)\n--\n\nRemove and return an item from the queue.\n\nIf optional args 'block' is true and 'timeout' is None (the default),\nblock if necessary until an item is available. If 'timeout' is\na non-negative number, it blocks at most 'timeout' seconds and raises\nthe Empty exception if no item was available within that time.\nOtherwise ('block' is false), return an item if one is immediately\navailable, else raise the Empty exception ('timeout' is ignored\nin that case).",
        ),
        MethodDef::noargs(
            "get_nowait",
            |th, v| get(th, v, false, None),
            "get_nowait($self, /)\n--\n\nRemove and return an item from the queue without blocking.\n\nOnly get an item if one is immediately available. Otherwise\nraise the Empty exception.",
        ),
        MethodDef::noargs(
            "__sizeof__",
            |_, _| Ok(Value::small_int(SIMPLE_QUEUE.spec.basicsize as i64)),
            "Returns size in memory, in bytes",
        ),
        MethodDef::one("__class_getitem__", generic_alias::new_alias, "See PEP 585").class(),
    ],
    ..payload::spec::<SimpleQueue>()
});

const PUT: Params<3> = Params::new(["item", "block", "timeout"], 1);
const PUT_NOWAIT: Params<1> = Params::new(["item"], 1);
const GET: Params<2> = Params::new(["block", "timeout"], 0);

/// `_queue.Empty`, a class of its own.
fn init(th: &mut Thread, m: &'static Module) -> R<()> {
    let name = Value::from_ref(Str::new(th, "Empty")?);
    let bases = Value::from_ref(Tuple::new(th, &[exc::EXCEPTION.value()])?);
    let ns = Dict::new(th)?;
    let key = heddle_object::names::n().__module__;
    let module = Value::from_ref(heddle_object::names::intern_str(th, "_queue")?);
    ns.set_item(th, Value::from_ref(key), module)?;
    let doc = heddle_object::names::n().__doc__;
    let text =
        Value::from_ref(Str::new(th, "Exception raised by Queue.get(block=0)/get_nowait().")?);
    ns.set_item(th, Value::from_ref(doc), text)?;
    let empty = ops::call(th, TYPE.value(), &[name, bases, Value::from_ref(ns)], None)?;
    m.set(th, "Empty", empty)
}

fn len(th: &mut Thread, v: Value) -> R<usize> {
    let q = v.expect_native::<SimpleQueue>(th)?;
    Ok(q.ring.with(th, v, |_, r| r.len))
}

fn put(th: &mut Thread, v: Value, item: Value) -> R {
    let q = v.expect_native::<SimpleQueue>(th)?;
    q.ring.with(th, v, |th, r| -> R<()> {
        let old = q.array.get().and_then(ValueArray::from_value);
        let a = match old {
            Some(a) if r.len < a.cap() => a,
            _ => {
                // 8 items are one cache line (arbitrary).
                let new = ValueArray::new(th, old.map_or(8, |a| a.cap() * 2))?;
                if let Some(a) = old {
                    for i in 0..r.len {
                        new.set(i, a.get((r.head + i) & (a.cap() - 1)));
                    }
                }
                r.head = 0;
                q.array.set(Some(new.as_value()));
                new
            }
        };
        a.set((r.head + r.len) & (a.cap() - 1), Some(item));
        r.len += 1;
        // Inside the section, so that two threads do not both free it.
        q.ready.release();
        Ok(())
    })?;
    Ok(Value::none())
}

fn take(th: &mut Thread, v: Value, q: &SimpleQueue) -> Option<Value> {
    q.ring.with(th, v, |_, r| {
        let a = q.array.get().and_then(ValueArray::from_value)?;
        if r.len == 0 {
            return None;
        }
        let x = a.get(r.head);
        a.set(r.head, None);
        r.head = (r.head + 1) & (a.cap() - 1);
        r.len -= 1;
        if r.len != 0 {
            q.ready.release();
        }
        x
    })
}

fn get(th: &mut Thread, v: Value, block: bool, timeout: Option<Value>) -> R {
    let q = v.expect_native::<SimpleQueue>(th)?;
    let mut deadline = None;
    if block && let Some(t) = timeout {
        let negative = heddle_object::types::float::as_f64(th, t)? < 0.0;
        if negative {
            return Err(th.value_error(format_args!("'timeout' must be a non-negative number")));
        }
        let d = crate::thread::timeout(th, t, "timeout value")?;
        deadline = d.and_then(|d| Instant::now().checked_add(d));
    }
    loop {
        if let Some(x) = take(th, v, q) {
            return Ok(x);
        }
        if !block || !q.ready.acquire(th, deadline)? {
            // One more look: an item may have come at the last moment.
            return match take(th, v, q) {
                Some(x) => Ok(x),
                None => Err(empty(th)?),
            };
        }
    }
}

fn empty(th: &mut Thread) -> R<heddle_object::Raised> {
    let m = (th.hooks.import)(th, "_queue")?;
    let class = attr::getattr_str(th, m, "Empty")?;
    let e = ops::call0(th, class)?;
    Ok(th.set_exception(e))
}
