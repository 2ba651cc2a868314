//! What the thread protocols cost when nobody contends, and what pauses and shared objects cost when threads do.
//!
//! Run: `cargo bench -p heddle-benches --bench sync`.

use criterion::{Criterion, criterion_group, criterion_main};
use heddle_sync::array::{SlotArray, SlotVec};
use heddle_sync::header::SHARED;
use heddle_sync::prim::RaceCell;
use heddle_sync::table::{Dict, Table, layout};
use heddle_sync::{HeaderWord, Reason, Slot, World, critical};
use std::convert::Infallible;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

fn attached(world: &World) -> Box<Slot> {
    let slot = Box::new(Slot::new());
    // SAFETY: boxed; unregistered, or its world is never paused again.
    assert!(unsafe { world.register(&slot) });
    world.attach(&slot);
    slot
}

fn alone(c: &mut Criterion) {
    let world = World::new();
    let slot = attached(&world);
    let mine = HeaderWord::new(slot.owner(), 0, 0);
    let also = HeaderWord::new(slot.owner(), 0, 0);
    let shared = HeaderWord::new(SHARED, 0, 0);
    let mut g = c.benchmark_group("alone");
    g.bench_function("leaf section, biased", |b| {
        b.iter(|| critical::leaf(&world, &slot, black_box(&mine), || black_box(1)))
    });
    g.bench_function("section, biased", |b| {
        b.iter(|| critical::with(&world, &slot, black_box(&mine), || black_box(1)))
    });
    g.bench_function("section on two, biased", |b| {
        b.iter(|| {
            critical::with_two(&world, &slot, black_box(&mine), black_box(&also), || black_box(1))
        })
    });
    g.bench_function("section, shared", |b| {
        b.iter(|| critical::with(&world, &slot, black_box(&shared), || black_box(1)))
    });
    g.bench_function("detach and attach", |b| b.iter(|| world.detached(&slot, || black_box(1))));
    g.bench_function("pause", |b| b.iter(|| drop(world.stop(&slot, Reason::Other))));
    g.finish();
}

fn containers(c: &mut Criterion) {
    let words = vec![0u64; SlotArray::bytes(16).div_ceil(8)].leak();
    let list = SlotVec::new();
    // SAFETY: leaked words of the right size.
    list.replace_storage(unsafe { SlotArray::init(words.as_mut_ptr().cast(), 16) }, 0);
    (1..=16).for_each(|i| assert!(list.push_in_capacity(i)));
    let mut g = c.benchmark_group("containers");
    g.bench_function("list get", |b| b.iter(|| black_box(&list).get(black_box(7))));
    g.bench_function("list set", |b| b.iter(|| black_box(&list).set(black_box(7), 3)));
    let words = vec![0u64; layout(6).div_ceil(8)].leak();
    let dict = Dict::new();
    // SAFETY: leaked words of the right size.
    dict.publish(unsafe { Table::init(words.as_mut_ptr().cast(), 6) });
    let hash = |k: u64| k.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 7;
    let table = dict.own().expect("just published");
    (1..=40u64).for_each(|k| assert!(table.append(k, hash(k), k).is_some()));
    for (name, first) in [("dict get", 1), ("dict miss", 100)] {
        let mut k = first;
        g.bench_function(name, |b| {
            b.iter(|| {
                k = if k == first + 39 { first } else { k + 1 };
                black_box(&dict).get(k, hash(k), |_| Ok::<_, Infallible>(false))
            })
        });
    }
    g.finish();
}

/// Two threads: one measures, one works until told to stop.
fn together(c: &mut Criterion) {
    struct Shared {
        world: World,
        header: HeaderWord,
        value: RaceCell<u64>,
        stop: AtomicBool,
    }
    let mut g = c.benchmark_group("together");
    let mut two = |name: &str, mutate: bool, f: fn(&Shared, &Slot)| {
        g.bench_function(name, |b| {
            b.iter_custom(|n| {
                let shared = Arc::new(Shared {
                    world: World::new(),
                    header: HeaderWord::new(SHARED, 0, 0),
                    value: RaceCell::new(0),
                    stop: AtomicBool::new(false),
                });
                let other = shared.clone();
                let worker = std::thread::spawn(move || {
                    let slot = attached(&other.world);
                    while !other.stop.load(Ordering::Relaxed) {
                        if mutate {
                            step(&other, &slot);
                        }
                        if slot.breaker.events() != 0 {
                            other.world.poll_stop(&slot);
                        }
                    }
                    other.world.unregister(&slot);
                });
                let slot = attached(&shared.world);
                let start = Instant::now();
                (0..n).for_each(|_| f(&shared, &slot));
                let time = start.elapsed();
                shared.stop.store(true, Ordering::Relaxed);
                shared.world.unregister(&slot);
                worker.join().expect("the worker ends");
                time
            })
        });
    };
    fn step(s: &Shared, slot: &Slot) {
        critical::with(&s.world, slot, &s.header, || {
            // SAFETY: inside the section.
            unsafe { s.value.write(|n| *n += 1) }
        });
    }
    two("contended section", true, step);
    two("pause of a busy thread", false, |s, slot| drop(s.world.stop(slot, Reason::Other)));
    g.finish();
}

criterion_group!(benches, alone, containers, together);
criterion_main!(benches);
