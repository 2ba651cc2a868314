//! What thread-local bytecode costs: making a copy, finding it again, writing a specialization, reading a cache,
//! reserving the index that names copies.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use heddle_sync::index::IndexPool;
use heddle_sync::reclaim::Graveyard;
use heddle_tlbc::cache::{Layout, LoadAttrCache};
use heddle_tlbc::{Code, CodeImage, Knobs, Opcode, counter, unit, write};

/// Code of about `units` units with the mixture of ordinary functions: one instruction in three has a cache.
fn code(units: usize) -> Code {
    let mut image = CodeImage::default();
    unit::encode(&mut image.units, Opcode::Resume, 0);
    while image.units.len() < units {
        unit::encode(&mut image.units, Opcode::LoadFastBorrow, 0);
        unit::encode(&mut image.units, Opcode::LoadAttr, 2);
        unit::encode(&mut image.units, Opcode::LoadSmallInt, 7);
        unit::encode(&mut image.units, Opcode::BinaryOp, 0);
        unit::encode(&mut image.units, Opcode::StoreFast, 1);
        unit::encode(&mut image.units, Opcode::LoadConst, 0);
    }
    unit::encode(&mut image.units, Opcode::ReturnValue, 0);
    Code::new(Arc::new(image), Knobs::DEFAULT)
}

fn copies(c: &mut Criterion) {
    let mut group = c.benchmark_group("copy");
    let graveyard = Graveyard::new();
    for units in [32, 256, 4096] {
        group.throughput(Throughput::Bytes(2 * units as u64));
        group.bench_with_input(BenchmarkId::new("create", units), &units, |b, &units| {
            let code = code(units);
            code.get_or_create(2, &graveyard).expect("memory");
            b.iter(|| {
                black_box(code.get_or_create(1, &graveyard)).expect("memory");
                // SAFETY: one thread, and no frame is in the copy.
                unsafe { code.free_copies(|index| index == 1) }
            });
        });
    }
    group.throughput(Throughput::Elements(1));
    group.bench_function("first_of_a_code_object", |b| {
        b.iter_batched(
            || code(256),
            |code| {
                black_box(code.get_or_create(1, &graveyard)).expect("memory");
                code
            },
            BatchSize::SmallInput,
        );
    });
    let code = code(256);
    code.get_or_create(5, &graveyard).expect("memory");
    group.bench_function("find_main", |b| b.iter(|| black_box(&code).base(black_box(0))));
    group.bench_function("find_own", |b| b.iter(|| black_box(&code).base(black_box(5))));
    group.finish();
}

fn writes(c: &mut Criterion) {
    let mut group = c.benchmark_group("write");
    let code = code(64);
    let knobs = *code.knobs();
    // SAFETY: the third unit of this code is a LOAD_ATTR, and there is one thread.
    let at = unsafe { code.main().add(2) };
    group.bench_function("specialize_and_give_up", |b| {
        b.iter(|| {
            // SAFETY: as above.
            unsafe {
                let _ = black_box(write::specialize::<LoadAttrCache>(
                    at,
                    Opcode::LoadAttrSlot,
                    knobs.cooldown,
                    |fill| {
                        fill.set_version(black_box(7)).set_aux(24).set_word(1 << 40);
                    },
                ));
                let _ = black_box(write::unspecialize(at));
            }
        });
    });
    group.bench_function("read_cache", |b| {
        b.iter(|| {
            // SAFETY: as above.
            let cache = unsafe { LoadAttrCache::at(black_box(at)) };
            (cache.version(), cache.aux(), cache.word())
        });
    });
    group.bench_function("count", |b| {
        // SAFETY: as above; the counter follows the instruction.
        let unit = unsafe { &*at.add(1) };
        counter::store(unit, counter::Counter::UNREACHABLE);
        b.iter(|| counter::tick(black_box(unit)));
    });
    group.bench_function("instrument_and_restore_8_copies", |b| {
        let graveyard = Graveyard::new();
        (1..8).for_each(|index| {
            code.get_or_create(index, &graveyard).expect("memory");
        });
        b.iter(|| {
            let mut edit = code.edit();
            edit.set(black_box(2), Opcode::InstrumentedLine);
            edit.restore(2);
        });
    });
    group.finish();
}

fn indices(c: &mut Criterion) {
    c.bench_function("index/reserve_and_release", |b| {
        let pool = IndexPool::new(0, 1 << 16);
        (0..8).for_each(|_| {
            pool.reserve();
        });
        b.iter(|| {
            let (index, _) = pool.reserve().expect("far from the limit");
            pool.release(black_box(index));
        });
    });
}

criterion_group!(benches, copies, writes, indices);
criterion_main!(benches);
