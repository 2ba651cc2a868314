//! `_heddle`: the runtime for those who study it. Copies of bytecode, pauses, counters, the heap, as Python values.

use heddle_object::types::{Dict, List, Module, Str, Tuple, int};
use heddle_object::{MethodDef, ModuleDef, R, Thread, Value};
use heddle_sync::probe;
use heddle_vm::{VmThread, report};

/// The module.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_heddle",
    doc: "A look into the runtime: bytecode copies, pauses, counters, heap.",
    methods: &[
        MethodDef::noargs(
            "copies",
            copies,
            "copies($module, /)\n--\n\nA list of (qualname, filename, line, thread index, bytes), one for each copy of bytecode beside the main ones.",
        ),
        MethodDef::noargs(
            "copy_bytes",
            |th, _| {
                let n: usize = report::copies(VmThread::of(th))
                    .iter()
                    .flat_map(|c| &c.copies)
                    .map(|c| c.1)
                    .sum();
                int::from_usize(th, n)
            },
            "copy_bytes($module, /)\n--\n\nBytes of all copies.",
        ),
        MethodDef::noargs(
            "thread_index",
            |th, _| Ok(Value::small_int(th.slot.index() as i64)),
            "thread_index($module, /)\n--\n\nThe index that names this thread's copies.",
        ),
        MethodDef::noargs(
            "owner_index",
            |th, _| Ok(Value::small_int(th.slot.owner() as i64)),
            "owner_index($module, /)\n--\n\nThe index that objects made by this thread carry as their owner.",
        ),
        MethodDef::noargs(
            "stats",
            |th, _| {
                let t = report::json(VmThread::of(th));
                Str::new(th, &t).map(|s| Value::from_ref(s))
            },
            "stats($module, /)\n--\n\nThe text that -X stats=FILE would write now.",
        ),
        MethodDef::noargs(
            "counters",
            counters,
            "counters($module, /)\n--\n\nA dict of the counters of all threads together.",
        ),
        MethodDef::noargs(
            "pauses",
            pauses,
            "pauses($module, /)\n--\n\nA dict: how many pauses, and nanoseconds to stop and stopped (total, longest).",
        ),
    ],
    init: |_: &mut Thread, _: &'static Module| Ok(()),
    ..ModuleDef::DEFAULT
};

fn copies(th: &mut Thread, _: Value) -> R {
    let all = report::copies(VmThread::of(th));
    let out = List::new(th, &[])?;
    for c in all {
        let name = Value::from_ref(Str::new(th, &c.qualname)?);
        let file = Value::from_ref(Str::new(th, &c.filename)?);
        for (index, bytes) in c.copies {
            let row = [
                name,
                file,
                Value::small_int(c.line as i64),
                Value::small_int(index as i64),
                Value::small_int(bytes as i64),
            ];
            let t = Tuple::new(th, &row)?;
            out.push(th, Value::from_ref(t))?;
        }
    }
    Ok(Value::from_ref(out))
}

fn set(th: &mut Thread, d: &'static Dict, k: &str, n: u64) -> R<()> {
    let k = Value::from_ref(Str::new(th, k)?);
    let v = int::from_u64(th, n)?;
    d.set_item(th, k, v)
}

fn counters(th: &mut Thread, _: Value) -> R {
    let totals = th.rt.world.counters();
    let d = Dict::new(th)?;
    for (name, n) in probe::NAMES.iter().zip(totals.iter()) {
        set(th, d, name, *n)?;
    }
    Ok(Value::from_ref(d))
}

fn pauses(th: &mut Thread, _: Value) -> R {
    let p = th.rt.world.pause_stats();
    let d = Dict::new(th)?;
    for (name, n) in [
        ("count", p.count),
        ("to_stop_ns", p.to_stop.total),
        ("to_stop_ns_max", p.to_stop.max),
        ("stopped_ns", p.stopped.total),
        ("stopped_ns_max", p.stopped.max),
    ] {
        set(th, d, name, n)?;
    }
    Ok(Value::from_ref(d))
}
