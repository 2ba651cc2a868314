//! Real types under the collector's stress modes: classes, instances, dicts, lists and strings, built and checked by
//! several threads while collections run every few refills with poisoned cells.

use heddle_object::core::runtime::Runtime;
use heddle_object::core::thread::Hooks;
use heddle_object::heap::{Config, RootVec, Why};
use heddle_object::types::{Dict, List, Str, TYPE, Tuple, weakref};
use heddle_object::{R, Thread, Value};
use std::sync::Mutex;

fn runtime(c: Config) -> (&'static Runtime, &'static Hooks) {
    let rt: &'static Runtime = Box::leak(Box::new(Runtime::with_config(c).expect("address space")));
    rt.heap.install();
    (rt, &Hooks::BARE)
}

fn thread(rt: &'static Runtime, hooks: &'static Hooks) -> Box<Thread> {
    let mut th = Box::new(Thread::new(rt, hooks));
    // SAFETY: boxed; finished by the caller before it is dropped.
    assert!(unsafe { th.start() });
    th
}

/// A class with attributes, instances of it, and containers around them; then checks every one.
fn churn(th: &mut Thread, round: u64, keep: &mut RootVec, weak_refs: &mut RootVec) -> R<()> {
    let ns = Dict::new(th)?;
    let name = Str::new(th, &format!("C{round}"))?;
    let bases = Tuple::new(th, &[])?;
    let args = [Value::from_ref(name), Value::from_ref(bases), Value::from_ref(ns)];
    let module = heddle_object::names::intern_str(th, "__module__")?;
    let here = Str::new(th, "test")?;
    ns.set_item(th, Value::from_ref(module), Value::from_ref(here))?;
    let cls = heddle_object::ops::call::call(th, TYPE.value(), &args, None)?;
    let all = List::new(th, &[])?;
    let by_key = Dict::new(th)?;
    for i in 0..40u64 {
        let obj = heddle_object::ops::call::call(th, cls, &[], None)?;
        for a in 0..(i % 7) {
            let attr = heddle_object::names::intern_str(th, &format!("attr{a}"))?;
            let text = Str::new(th, &format!("value {round} {i} {a}"))?;
            heddle_object::attr::setattr(th, obj, attr, Some(Value::from_ref(text)))?;
        }
        all.push(th, obj)?;
        let key = Str::new(th, &format!("key {i}"))?;
        let boxed = heddle_object::types::float::new(th, 1e300 + i as f64)?;
        let pair = Tuple::new(th, &[obj, Value::small_int(i as i64), boxed])?;
        by_key.set_item(th, Value::from_ref(key), Value::from_ref(pair))?;
    }
    for i in 0..40u64 {
        let obj = all.get(i as usize).expect("an item");
        let key = Str::new(th, &format!("key {i}"))?;
        let pair = by_key.get_item(th, Value::from_ref(key))?.expect("an entry");
        let pair = pair.cast::<Tuple>().expect("a tuple");
        assert_eq!(pair.as_slice()[0], obj);
        assert_eq!(pair.as_slice()[1].as_small_int(), Some(i as i64));
        for a in 0..(i % 7) {
            let v = heddle_object::attr::getattr_str(th, obj, &format!("attr{a}"))?;
            let s = v.cast::<Str>().expect("a string");
            assert!(s.eq_str(&format!("value {round} {i} {a}")));
        }
    }
    // Weak references: alive as long as the object is.
    let first = all.get(0).expect("an item");
    let weak = heddle_object::ops::call::call(th, weakref::REF.value(), &[first], None)?;
    let again = heddle_object::ops::call::call(th, weakref::REF.value(), &[first], None)?;
    assert_eq!(weak, again);
    assert_eq!(heddle_object::ops::call::call0(th, weak)?, first);
    weak_refs.push(weak);
    keep.push(Value::from_ref(by_key));
    if keep.len() > 8 {
        keep.truncate(3);
    }
    for d in keep.as_slice() {
        assert_eq!(d.cast::<Dict>().expect("a dict").len(), 40);
    }
    Ok(())
}

fn poll(th: &mut Thread) {
    if th.slot.breaker.has(heddle_sync::breaker::PLEASE_STOP) {
        th.rt.world.poll_stop(&th.slot);
    }
}

/// Static types can be made ready once in a process, so all modes run one after the other on one runtime's types; the
/// mode that differs most (young collections) comes from the environment.
#[test]
fn types_survive_stress_on_four_threads() {
    let young = std::env::var("HEDDLE_GC_YOUNG").is_ok_and(|v| v == "1");
    let config = Config {
        reserve_bytes: 4 << 30,
        nursery_bytes_min: 1 << 20,
        stress_refills: match Config::from_env().stress_refills {
            0 => 500,
            n => n,
        },
        poison: true,
        verify: true,
        young,
        ..Config::default()
    };
    let (rt, hooks) = runtime(config);
    let mut th = thread(rt, hooks);
    // SAFETY: once in this process, before other threads.
    unsafe { heddle_object::ty::ready::init_types(&mut th) }.unwrap_or_else(|_| panic!("start-up"));
    rt.heap.collect(&mut th.heap, Why::Asked);
    let problems: &'static Mutex<Vec<String>> = Box::leak(Box::default());
    let workers: Vec<_> = (0..3)
        .map(|id| {
            std::thread::spawn(move || {
                let mut th = thread(rt, hooks);
                let mut keep = RootVec::new(&th);
                let mut weak = RootVec::new(&th);
                for round in 0..60 {
                    if churn(&mut th, id * 1000 + round, &mut keep, &mut weak).is_err() {
                        problems
                            .lock()
                            .expect("no panic")
                            .push(format!("thread {id} round {round}"));
                        break;
                    }
                    poll(&mut th);
                }
                drop(keep);
                th.finish();
            })
        })
        .collect();
    let mut keep = RootVec::new(&th);
    let mut weak = RootVec::new(&th);
    for round in 0..60 {
        assert!(churn(&mut th, 9000 + round, &mut keep, &mut weak).is_ok());
        poll(&mut th);
    }
    drop(keep);
    let slot: *const heddle_sync::Slot = &th.slot;
    // SAFETY: the slot outlives the call.
    rt.world.detached(unsafe { &*slot }, || {
        for w in workers {
            w.join().expect("no worker panics");
        }
    });
    assert!(problems.lock().expect("no panic").is_empty(), "{problems:?}");
    let totals = rt.heap.totals();
    assert!(totals.collections > 20, "{totals:?}");
    let last = rt.heap.collect(&mut th.heap, Why::Asked);
    let mut dead = 0;
    for i in 0..weak.len() {
        let v = heddle_object::ops::call::call0(&mut th, weak[i])
            .unwrap_or_else(|_| panic!("a weak reference"));
        dead += v.is_none() as usize;
    }
    let base = heddle_object::types::OBJECT.ty();
    let below = heddle_object::ty::new::subclasses(&mut th, base).map_or(0, |l| l.len());
    assert!(below < 150, "{below} classes are kept by their base");
    assert!(dead >= 50, "{dead} of {}", weak.len());
    assert!(last.live_bytes < 8 << 20, "{last:?}");
    let mut all = RootVec::new(&th);
    rt.heap.get_objects(&mut th.heap, all.words());
    assert!(all.len() > 1000);
    drop(all);
    th.finish();
}
