//! `gc`, on the tracing collector: generations and thresholds are remembered, not heeded.

use heddle_object::core::native::Params;
use heddle_object::heap::gc;
use heddle_object::names::intern_str;
use heddle_object::types::{Dict, List, Module, Str, Tuple};
use heddle_object::{Args, MethodDef, ModuleDef, R, Thread, Value, ops};
use heddle_sync::ord;

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "gc",
    doc: "This module provides access to the garbage collector for reference cycles.\n\nenable() -- Enable automatic \
          garbage collection.\ndisable() -- Disable automatic garbage collection.\nisenabled() -- Returns true if \
          automatic collection is enabled.\ncollect() -- Do a full collection right now.",
    methods: METHODS,
    init,
    ..ModuleDef::DEFAULT
};

const METHODS: &[MethodDef] = &[
    MethodDef::noargs(
        "enable",
        |th, _| set_enabled(th, true),
        "enable($module, /)\n--\n\nEnable automatic garbage collection.",
    ),
    MethodDef::noargs(
        "disable",
        |th, _| set_enabled(th, false),
        "disable($module, /)\n--\n\nDisable automatic garbage collection.",
    ),
    MethodDef::noargs(
        "isenabled",
        |th, _| Ok(Value::bool(th.rt.heap.is_enabled())),
        "isenabled($module, /)\n--\n\nReturns true if automatic garbage collection is enabled.",
    ),
    MethodDef::kw(
        "collect",
        collect,
        "collect($module, /, generation=2)\n--\n\nRun the garbage collector.",
    ),
    MethodDef::one(
        "set_debug",
        set_debug,
        "set_debug($module, flags, /)\n--\n\nSet the garbage collection debugging flags.",
    ),
    MethodDef::noargs(
        "get_debug",
        |th, _| {
            // ORDERING: Relaxed; a number of its own.
            Ok(Value::small_int(th.rt.heap.wishes.debug.load(ord!("gc.get_debug", Relaxed))))
        },
        "get_debug($module, /)\n--\n\nGet the garbage collection debugging flags.",
    ),
    MethodDef::fast(
        "set_threshold",
        1,
        3,
        set_threshold,
        "set_threshold(threshold0, [threshold1, [threshold2]])\nSet the collection thresholds (the collection frequency).",
    ),
    MethodDef::noargs(
        "get_threshold",
        |th, _| {
            let t = th.rt.heap.wishes.thresholds().map(Value::small_int);
            Tuple::new(th, &t).map(|t| Value::from_ref(t))
        },
        "get_threshold($module, /)\n--\n\nReturn the current collection thresholds.",
    ),
    MethodDef::noargs(
        "get_count",
        get_count,
        "get_count($module, /)\n--\n\nReturn a three-tuple of the current collection counts.",
    ),
    MethodDef::noargs(
        "get_stats",
        get_stats,
        "get_stats($module, /)\n--\n\nReturn a list of dictionaries containing per-generation statistics.",
    ),
    MethodDef::kw(
        "get_objects",
        get_objects,
        "get_objects($module, /, generation=None)\n--\n\nReturn a list of objects tracked by the collector (excluding the list returned).",
    ),
    MethodDef::fast(
        "get_referrers",
        0,
        u16::MAX,
        |th, _, a| gc::get_referrers(th, a).map(|l| Value::from_ref(l)),
        "get_referrers($module, /, *objs)\n--\n\nReturn the list of objects that directly refer to any of 'objs'.",
    ),
    MethodDef::fast(
        "get_referents",
        0,
        u16::MAX,
        |th, _, a| gc::get_referents(th, a).map(|l| Value::from_ref(l)),
        "get_referents($module, /, *objs)\n--\n\nReturn the list of objects that are directly referred to by 'objs'.",
    ),
    MethodDef::one(
        "is_tracked",
        |th, _, v| Ok(Value::bool(gc::is_tracked(th, v))),
        "is_tracked($module, obj, /)\n--\n\nReturns true if the object is tracked by the garbage collector.",
    ),
    MethodDef::one(
        "is_finalized",
        |th, _, v| Ok(Value::bool(gc::is_finalized(th, v))),
        "is_finalized($module, obj, /)\n--\n\nReturns true if the object has been already finalized by the GC.",
    ),
    MethodDef::noargs(
        "freeze",
        |th, _| {
            gc::freeze(th);
            Ok(Value::none())
        },
        "freeze($module, /)\n--\n\nFreeze all current tracked objects and ignore them for future collections.",
    ),
    MethodDef::noargs(
        "unfreeze",
        |th, _| {
            th.rt.heap.unfreeze();
            Ok(Value::none())
        },
        "unfreeze($module, /)\n--\n\nUnfreeze all objects in the permanent generation.",
    ),
    MethodDef::noargs(
        "get_freeze_count",
        |th, _| Ok(Value::small_int(th.rt.heap.freeze_count() as i64)),
        "get_freeze_count($module, /)\n--\n\nReturn the number of objects in the permanent generation.",
    ),
];

fn init(th: &mut Thread, module: &'static Module) -> R<()> {
    for (name, bits) in [
        ("DEBUG_STATS", 1),
        ("DEBUG_COLLECTABLE", 2),
        ("DEBUG_UNCOLLECTABLE", 4),
        ("DEBUG_SAVEALL", 32),
        ("DEBUG_LEAK", 2 | 4 | 32),
    ] {
        module.set(th, name, Value::small_int(bits))?;
    }
    for name in ["callbacks", "garbage"] {
        let list = List::new(th, &[])?;
        module.set(th, name, Value::from_ref(list))?;
    }
    Ok(())
}

fn set_enabled(th: &mut Thread, on: bool) -> R {
    th.rt.heap.set_enabled(on);
    Ok(Value::none())
}

fn set_debug(th: &mut Thread, _: Value, v: Value) -> R {
    let bits = ops::index_isize(th, v)?;
    // ORDERING: Relaxed; a number of its own.
    th.rt.heap.wishes.debug.store(bits as i64, ord!("gc.set_debug", Relaxed));
    Ok(Value::none())
}

fn set_threshold(th: &mut Thread, _: Value, args: &[Value]) -> R {
    for (i, v) in args.iter().enumerate() {
        let n = ops::index_isize(th, *v)?;
        // ORDERING: Relaxed; numbers of their own.
        th.rt.heap.wishes.thresholds[i].store(n as i64, ord!("gc.set_threshold", Relaxed));
    }
    Ok(Value::none())
}

fn get_count(th: &mut Thread, _: Value) -> R {
    let c = th.rt.heap.counts();
    // In place of container objects since the last collection: kibibytes, as far as they are counted.
    let first = (c.allocated_bytes >> 10) as i64;
    Tuple::new(th, &[first, 0, 0].map(Value::small_int)).map(|t| Value::from_ref(t))
}

fn get_stats(th: &mut Thread, _: Value) -> R {
    let t = th.rt.heap.totals();
    let out = List::new(th, &[])?;
    for (collections, collected) in [(t.young, 0), (0, 0), (t.collections - t.young, t.freed_cells)]
    {
        let d = Dict::new(th)?;
        for (name, n) in
            [("collections", collections), ("collected", collected), ("uncollectable", 0)]
        {
            let key = intern_str(th, name)?;
            d.set_item(th, Value::from_ref(key), Value::small_int(n as i64))?;
        }
        out.push(th, Value::from_ref(d))?;
    }
    Ok(Value::from_ref(out))
}

/// The `generation` argument, checked.
fn generation(th: &mut Thread, v: Option<Value>, default: isize) -> R<isize> {
    match v {
        None => Ok(default),
        Some(v) => {
            let g = ops::index_isize(th, v)?;
            if (0..=2).contains(&g) {
                Ok(g)
            } else {
                Err(th.value_error(format_args!("invalid generation")))
            }
        }
    }
}

/// Calls `gc.callbacks` with `phase`. An error of one is reported and the others run.
#[inline(never)]
fn callbacks(
    th: &mut Thread,
    module: Value,
    phase: &str,
    generation: isize,
    collected: usize,
) -> R<()> {
    let list = heddle_object::attr::getattr_str(th, module, "callbacks")?;
    let Some(list) = list.cast::<List>().filter(|l| l.len() > 0) else { return Ok(()) };
    let info = Dict::new(th)?;
    for (name, n) in
        [("generation", generation as i64), ("collected", collected as i64), ("uncollectable", 0)]
    {
        let key = intern_str(th, name)?;
        info.set_item(th, Value::from_ref(key), Value::small_int(n))?;
    }
    let phase = Str::new(th, phase)?;
    let mut i = 0;
    while let Some(f) = list.get(i) {
        i += 1;
        if let Err(e) = ops::call(th, f, &[Value::from_ref(phase), Value::from_ref(info)], None) {
            (th.hooks.unraisable)(th, e, "Exception ignored while calling GC callback", Some(f));
        }
    }
    Ok(())
}

/// Small frames: whatever lies unused in them is scanned, and may be what the program hopes to be rid of.
fn collect(th: &mut Thread, module: Value, args: &Args) -> R {
    let g = collect_args(th, args)?;
    callbacks(th, module, "start", g, 0)?;
    let n = gc::collect(th);
    callbacks(th, module, "stop", g, n)?;
    Ok(Value::small_int(n as i64))
}

#[inline(never)]
fn collect_args(th: &mut Thread, args: &Args) -> R<isize> {
    let [g] = args.bind(th, "collect", &Params::new(["generation"], 0))?;
    generation(th, g, 2)
}

fn get_objects(th: &mut Thread, _: Value, args: &Args) -> R {
    let [g] = args.bind(th, "get_objects", &Params::new(["generation"], 0))?;
    if let Some(g) = g.filter(|g| !g.is_none()) {
        let g = ops::index_isize(th, g)?;
        if g < 0 {
            return Err(th.value_error(format_args!("generation parameter cannot be negative")));
        }
        if g > 2 {
            return Err(th.value_error(format_args!(
                "generation parameter must be less than the number of available generations (3)"
            )));
        }
        // Everything is as old as it gets.
        if g < 2 {
            return List::new(th, &[]).map(|l| Value::from_ref(l));
        }
    }
    gc::get_objects(th).map(|l| Value::from_ref(l))
}
