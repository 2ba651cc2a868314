//! The heap alone, with toy cells: the allocation fast path, trees, a map with churn, growing arrays.
//!
//! Times include the collections that the allocation causes. Run: `cargo bench -p heddle-benches --bench heap`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use heddle_object::heap::{Config, Heap, ShapeHead, ThreadHeap, Tracer, Why, write_barrier};
use heddle_sync::Slot;
use heddle_sync::stw::World;
use std::hint::black_box;
use std::ptr::null_mut;

#[repr(C)]
struct Shape {
    header: [u64; 2],
    head: ShapeHead,
}

#[repr(C)]
struct Node {
    shape: *const Shape,
    word: u64,
    left: *mut Node,
    right: *mut Node,
}

unsafe fn trace_node(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called for nodes.
    let n = unsafe { &*(cell as *const Node) };
    t.ptr(n.left);
    t.ptr(n.right);
}
unsafe fn trace_array(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called for arrays: shape, header word, length, items.
    unsafe { t.words((cell as *const u64).add(3), *(cell as *const u64).add(2) as usize) };
}
unsafe fn trace_leaf(_: *mut u8, _: &mut Tracer) {}

static NODE: Shape =
    Shape { header: [0; 2], head: ShapeHead { trace: trace_node, drop: None, flags: 0 } };
static ARRAY: Shape =
    Shape { header: [0; 2], head: ShapeHead { trace: trace_array, drop: None, flags: 0 } };
static LEAF: Shape =
    Shape { header: [0; 2], head: ShapeHead { trace: trace_leaf, drop: None, flags: 1 } };

struct Mutator {
    heap: ThreadHeap,
    slot: Slot,
    world: &'static World,
}

fn mutator() -> Box<Mutator> {
    let world: &'static World = Box::leak(Box::new(World::new()));
    let heap = Heap::leaked(Config::from_env()).expect("address space");
    let mut m = Box::new(Mutator { heap: ThreadHeap::new(), slot: Slot::new(), world });
    // SAFETY: boxed; finished before it is dropped.
    unsafe {
        assert!(world.register(&m.slot));
        world.attach(&m.slot);
        let slot: *const Slot = &m.slot;
        m.heap.attach(heap, world, slot);
    }
    m
}

impl Mutator {
    fn finish(mut self: Box<Self>) {
        self.heap.detach();
        self.world.unregister(&self.slot);
    }
    #[inline(always)]
    fn leaf<const N: usize>(&mut self) -> *mut u64 {
        let p = self.heap.alloc_const::<N>().expect("memory").as_ptr() as *mut u64;
        // SAFETY: fresh memory of at least 16 bytes.
        unsafe {
            *p = &raw const LEAF as u64;
            *p.add(1) = 0;
        }
        p
    }
    #[inline(always)]
    fn node(&mut self, left: *mut Node, right: *mut Node) -> *mut Node {
        let p = self.heap.alloc_const::<32>().expect("memory").as_ptr() as *mut Node;
        // SAFETY: fresh memory.
        unsafe { p.write(Node { shape: &NODE, word: 0, left, right }) };
        p
    }
    fn array(&mut self, len: usize) -> *mut u64 {
        let p = self.heap.alloc_zeroed(24 + len * 8).expect("memory").as_ptr() as *mut u64;
        // SAFETY: fresh memory.
        unsafe {
            *p = &raw const ARRAY as u64;
            *p.add(1) = 0;
            *p.add(2) = len as u64;
        }
        p
    }
    fn tree(&mut self, depth: u32) -> *mut Node {
        if depth == 0 {
            return self.node(null_mut(), null_mut());
        }
        let l = self.tree(depth - 1);
        let r = self.tree(depth - 1);
        self.node(l, r)
    }
}

#[inline(never)]
fn leaves<const N: usize>(m: &mut Mutator, n: usize) {
    for _ in 0..n {
        black_box(m.leaf::<N>());
    }
}

fn small(c: &mut Criterion) {
    let mut g = c.benchmark_group("alloc");
    g.throughput(Throughput::Elements(1_000_000));
    let mut m = mutator();
    g.bench_function("16 bytes", |b| b.iter(|| leaves::<16>(&mut m, 1_000_000)));
    g.bench_function("32 bytes", |b| b.iter(|| leaves::<32>(&mut m, 1_000_000)));
    g.bench_function("64 bytes", |b| b.iter(|| leaves::<64>(&mut m, 1_000_000)));
    g.bench_function("mixed 16 to 64, size not constant", |b| {
        b.iter(|| {
            let mut x = 1u32;
            for _ in 0..1_000_000 {
                x = x.wrapping_mul(1664525).wrapping_add(1013904223);
                let p = m.heap.alloc(16 + (x >> 30) as usize * 16).expect("memory");
                let p = p.as_ptr() as *mut u64;
                // SAFETY: fresh memory of at least 16 bytes.
                unsafe {
                    *p = &raw const LEAF as u64;
                    *p.add(1) = 0;
                }
                black_box(p);
            }
        })
    });
    m.finish();
    g.finish();
}

fn trees(c: &mut Criterion) {
    let mut g = c.benchmark_group("trees");
    g.sample_size(20);
    g.throughput(Throughput::Elements((1 << 19) - 1));
    let mut m = mutator();
    let kept = m.tree(18);
    g.bench_function("depth 18 beside one kept", |b| b.iter(|| black_box(m.tree(18))));
    black_box(kept);
    m.finish();
    g.finish();
}

fn map(c: &mut Criterion) {
    let mut g = c.benchmark_group("map");
    g.sample_size(10);
    g.throughput(Throughput::Elements(1_000_000));
    let mut m = mutator();
    let table = m.array(1 << 20);
    let mut x = 1u64;
    g.bench_function("1 M entries, replaced at random", |b| {
        b.iter(|| {
            for _ in 0..1_000_000 {
                x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let value = m.node(null_mut(), null_mut());
                let entry = m.node(value, null_mut());
                // SAFETY: inside the table.
                let place = unsafe { table.add(3 + (x >> 44) as usize) };
                // SAFETY: as above.
                unsafe { *place = entry as u64 };
                write_barrier(place as *const u8, entry as u64);
            }
        })
    });
    g.bench_function("a full collection of it", |b| {
        b.iter(|| {
            let heap = m.heap.heap();
            heap.collect(&mut m.heap, Why::Asked)
        })
    });
    black_box(table);
    m.finish();
    g.finish();
}

fn append(c: &mut Criterion) {
    let mut g = c.benchmark_group("append");
    g.throughput(Throughput::Elements(200_000));
    let mut m = mutator();
    g.bench_function("arrays that double to 200,000 items", |b| {
        b.iter(|| {
            let mut cap = 4usize;
            let mut a = m.array(cap);
            for i in 0..200_000usize {
                if i == cap {
                    let bigger = m.array(cap * 2);
                    // SAFETY: both arrays have at least `cap` items.
                    unsafe { std::ptr::copy_nonoverlapping(a.add(3), bigger.add(3), cap) };
                    a = bigger;
                    cap *= 2;
                }
                // SAFETY: i < cap.
                unsafe { *a.add(3 + i) = (i as u64) << 1 | 1 };
            }
            black_box(a)
        })
    });
    m.finish();
    g.finish();
}

criterion_group!(benches, small, trees, map, append);
criterion_main!(benches);
