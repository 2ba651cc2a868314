//! The collector with toy cells: no Python type takes part.

use super::*;
use heddle_sync::prim::{AtomicU64, Ordering};
use heddle_sync::stw::World;
use std::hint::black_box;
use std::ptr::null_mut;
use std::sync::Mutex;

#[repr(C)]
struct ToyShape {
    header: [u64; 2],
    head: ShapeHead,
}

/// A tree node; `key` is not a pointer.
#[repr(C)]
struct Node {
    shape: *const ToyShape,
    word: u64,
    left: *mut Node,
    right: *mut Node,
    key: u64,
}

/// An array of `len` words, which are pointers.
#[repr(C)]
struct Array {
    shape: *const ToyShape,
    word: u64,
    len: usize,
}

#[repr(C)]
struct WeakCell {
    shape: *const ToyShape,
    word: u64,
    referent: AtomicU64,
}

unsafe fn trace_node(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called for nodes.
    let n = unsafe { &*(cell as *const Node) };
    t.ptr(n.left);
    t.ptr(n.right);
}
unsafe fn trace_array(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called for arrays, which have `len` words behind the struct.
    unsafe {
        let a = cell as *const Array;
        t.words(a.add(1) as *const u64, (*a).len);
    }
}
unsafe fn trace_leaf(_: *mut u8, _: &mut Tracer) {}
static DROPPED: AtomicU64 = AtomicU64::new(0);
unsafe fn drop_node(cell: *mut u8) {
    // SAFETY: the dead cell is a node.
    DROPPED.fetch_add(unsafe { (*(cell as *const Node)).key }, Ordering::Relaxed);
}

const fn toy(
    trace: unsafe fn(*mut u8, &mut Tracer),
    flags: u32,
    drop: Option<unsafe fn(*mut u8)>,
) -> ToyShape {
    ToyShape { header: [0; 2], head: ShapeHead { trace, drop, flags } }
}
static NODE: ToyShape = toy(trace_node, 0, None);
static ARRAY: ToyShape = toy(trace_array, HEAD_INTERNAL, None);
static WEAK: ToyShape = toy(trace_leaf, 0, None);
static DROPPY: ToyShape = toy(trace_leaf, HEAD_DROP, Some(drop_node));

struct Mutator {
    slot: Slot,
    heap: ThreadHeap,
    world: &'static World,
}

impl Mutator {
    fn new(heap: &'static Heap, world: &'static World) -> Box<Mutator> {
        let mut m = Box::new(Mutator { slot: Slot::new(), heap: ThreadHeap::new(), world });
        // SAFETY: boxed; unregistered in `finish`, before it is dropped.
        unsafe {
            assert!(world.register(&m.slot));
            world.attach(&m.slot);
            let slot: *const Slot = &m.slot;
            m.heap.attach(heap, world, slot);
        }
        m
    }
    fn finish(mut self: Box<Self>) {
        self.heap.detach();
        self.world.unregister(&self.slot);
    }
    fn poll(&mut self) {
        if self.slot.breaker.has(heddle_sync::breaker::PLEASE_STOP) {
            self.world.poll_stop(&self.slot);
        }
    }
    fn gc(&mut self) -> Summary {
        let heap = self.heap.heap();
        heap.collect(&mut self.heap, Why::Asked)
    }
    fn node(&mut self, left: *mut Node, right: *mut Node, key: u64) -> *mut Node {
        let p =
            self.heap.alloc_const::<{ size_of::<Node>() }>().expect("memory").as_ptr() as *mut Node;
        // SAFETY: fresh memory of that size.
        unsafe { p.write(Node { shape: &NODE, word: 0, left, right, key }) };
        p
    }
    fn array(&mut self, len: usize) -> Option<*mut Array> {
        let bytes = len.checked_mul(8)?.checked_add(size_of::<Array>())?;
        let p = self.heap.alloc_zeroed(bytes)?.as_ptr() as *mut Array;
        // SAFETY: fresh memory of that size.
        unsafe { p.write(Array { shape: &ARRAY, word: 0, len }) };
        Some(p)
    }
    fn weak(&mut self, object: *mut Node, callback: bool) -> *mut WeakCell {
        let p = self.heap.alloc_const::<{ size_of::<WeakCell>() }>().expect("memory").as_ptr()
            as *mut WeakCell;
        // SAFETY: fresh memory; both cells are alive.
        unsafe {
            p.write(WeakCell { shape: &WEAK, word: 0, referent: AtomicU64::new(object as u64) });
            let heap = self.heap.heap();
            heap.weakref_register(
                object as *const u8,
                p as *const u8,
                &raw const (*p).referent,
                callback,
            );
        }
        p
    }
    fn tree(&mut self, depth: u32) -> *mut Node {
        if depth == 0 {
            return self.node(null_mut(), null_mut(), 1);
        }
        let l = self.tree(depth - 1);
        let r = self.tree(depth - 1);
        self.node(l, r, depth as u64)
    }
}

/// SAFETY (of all helpers below): nodes are reachable from the caller's stack, hence alive.
fn count(n: *mut Node) -> u64 {
    if n.is_null() {
        return 0;
    }
    // SAFETY: see above.
    unsafe { 1 + count((*n).left) + count((*n).right) }
}

fn slot_of(a: *mut Array, i: usize) -> *mut *mut Node {
    // SAFETY: `i` is below the array's length in all tests.
    unsafe { (a.add(1) as *mut *mut Node).add(i) }
}

fn config() -> Config {
    Config {
        reserve_bytes: 1 << 30,
        nursery_bytes_min: 1 << 20,
        mark_threads: 1,
        poison: true,
        verify: true,
        ..Config::default()
    }
}

fn setup(c: Config) -> (&'static Heap, &'static World) {
    (Heap::leaked(c).expect("address space"), Box::leak(Box::new(World::new())))
}

/// Overwrites what earlier calls left on the stack, which would be scanned.
#[inline(never)]
fn scrub() {
    let mut junk = [0usize; 4096];
    black_box(&mut junk);
}

#[test]
fn trees_survive_and_garbage_goes() {
    let (heap, world) = setup(config());
    let mut m = Mutator::new(heap, world);
    let kept = m.tree(12);
    for _ in 0..40 {
        black_box(m.tree(10));
    }
    assert_eq!(count(kept), (1 << 13) - 1);
    scrub();
    let s = m.gc();
    assert_eq!(count(kept), (1 << 13) - 1);
    assert!(heap.totals().collections > 2);
    // One tree of 1000 nodes may hang on a stale stack word.
    assert!(s.live_bytes < ((1 << 13) + 3000) * 48, "{s:?}");
    black_box(kept);
    m.finish();
}

#[inline(never)]
fn make_cycles(m: &mut Mutator) {
    for i in 0..1000 {
        let a = m.node(null_mut(), null_mut(), i);
        let b = m.node(a, null_mut(), i);
        // SAFETY: both fresh.
        unsafe { (*a).left = b };
    }
}

#[test]
fn cycles_are_collected() {
    let (heap, world) = setup(config());
    let mut m = Mutator::new(heap, world);
    make_cycles(&mut m);
    scrub();
    let s = m.gc();
    assert!(s.freed_cells > 1900 && s.live_bytes < 48 * 100, "{s:?}");
    assert!(m.gc().freed_cells < 100);
    m.finish();
}

#[test]
fn interior_pointers_keep_their_object() {
    let (heap, world) = setup(config());
    let mut m = Mutator::new(heap, world);
    for len in [3usize, 100, 1500, 5000, 100_000] {
        let a = m.array(len).expect("memory");
        let n = m.node(null_mut(), null_mut(), len as u64);
        // SAFETY: fresh array; only addresses inside are kept from here on, the end included.
        unsafe { *slot_of(a, len - 1) = n };
        let inside = black_box(slot_of(a, len / 2) as usize + 3);
        let end = black_box(slot_of(a, len) as usize);
        scrub();
        m.gc();
        for _ in 0..2000 {
            black_box(m.node(null_mut(), null_mut(), 0));
        }
        // SAFETY: kept alive by `inside` and `end`.
        unsafe { assert_eq!((**((end - 8) as *const *mut Node)).key, len as u64) };
        black_box((inside, end));
    }
    m.finish();
}

#[test]
fn map_with_churn_stays_bounded() {
    let heap = map_with_churn(Config { verify: false, ..config() });
    assert!(heap.counts().high_bytes < 12 << 20, "{:?}", heap.counts());
}

#[test]
fn young_collections_see_stores_into_old_cells() {
    for verify in [false, true] {
        let heap = map_with_churn(Config { verify, young: true, ..config() });
        let t = heap.totals();
        assert!(t.young > t.collections / 2, "{t:?}");
        assert!(heap.counts().high_bytes < 16 << 20, "{:?}", heap.counts());
    }
}

fn map_with_churn(c: Config) -> &'static Heap {
    let (heap, world) = setup(c);
    let mut m = Mutator::new(heap, world);
    let map = m.array(20_000).expect("memory");
    let mut x = 1u64;
    for i in 0..400_000u64 {
        x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let at = slot_of(map, (x >> 33) as usize % 20_000);
        let n = m.node(null_mut(), null_mut(), at as u64 ^ i);
        let n = m.node(n, null_mut(), i);
        // SAFETY: inside the array.
        unsafe { *at = n };
        heap.remember(at as *const u8);
    }
    for i in 0..20_000 {
        let at = slot_of(map, i);
        // SAFETY: inside the array; entries are alive.
        unsafe {
            if !(*at).is_null() {
                assert_eq!((*(**at).left).key ^ (**at).key, at as u64);
            }
        }
    }
    assert!(heap.totals().collections >= 5);
    black_box(map);
    m.finish();
    heap
}

#[test]
fn parallel_marking_finds_the_same() {
    let (heap, world) =
        setup(Config { mark_threads: 4, parallel_bytes_min: 0, verify: false, ..config() });
    let mut m = Mutator::new(heap, world);
    let kept = m.tree(15);
    scrub();
    let first = m.gc();
    for _ in 0..5 {
        let s = m.gc();
        assert_eq!(s.live_bytes, first.live_bytes);
        assert_eq!(s.freed_cells, 0);
    }
    assert!(first.live_bytes >= ((1 << 16) - 1) * 48);
    assert_eq!(count(kept), (1 << 16) - 1);
    black_box(kept);
    m.finish();
}

#[inline(never)]
fn make_weak(m: &mut Mutator, out: &mut RootWords) {
    for i in 0..100u64 {
        let n = m.node(null_mut(), null_mut(), i);
        let w = m.weak(n, i % 2 == 0);
        out.as_mut_vec().push(w as u64);
        if i % 4 == 0 {
            out.as_mut_vec().push(n as u64);
        }
    }
}

#[test]
fn weak_references_are_cleared_and_call_back() {
    let (heap, world) = setup(config());
    let mut m = Mutator::new(heap, world);
    let mut out = RootWords::new(heap);
    make_weak(&mut m, &mut out);
    scrub();
    let s = m.gc();
    assert!((70..=75).contains(&s.weak_cleared), "{s:?}");
    let (mut alive, mut called) = (0, 0);
    for &w in out.as_vec() {
        // SAFETY: cells in a root vector are alive; the shape tells them apart.
        unsafe {
            if std::ptr::eq(*(w as *const *const ToyShape), &WEAK) {
                let r = (*(w as *const WeakCell)).referent.load(Ordering::Relaxed);
                if r != 0 {
                    alive += 1;
                    let mut found = 0;
                    heap.weakrefs_of(r as *const u8, |c| {
                        assert_eq!(c, w);
                        found += 1;
                        true
                    });
                    assert_eq!(found, 1);
                }
            }
        }
    }
    assert_eq!(alive, 100 - s.weak_cleared);
    while let Some(p) = heap.pop_pending() {
        assert!(matches!(p, Pending::WeakCallback(_)));
        called += 1;
    }
    assert!((20..=25).contains(&called), "{called}");
    // A dead weak reference cell leaves the registry.
    out.as_mut_vec().clear();
    scrub();
    m.gc();
    assert_eq!(heap.pending_len(), 0);
    m.finish();
}

#[inline(never)]
fn make_finalizable(m: &mut Mutator) {
    for i in 0..50 {
        let inner = m.node(null_mut(), null_mut(), 1000 + i);
        let n = m.node(inner, null_mut(), i);
        m.weak(inner, false);
        m.heap.register_finalizer(n as *mut u8);
    }
}

#[test]
fn finalizers_resurrect_once() {
    let (heap, world) = setup(config());
    let mut m = Mutator::new(heap, world);
    make_finalizable(&mut m);
    scrub();
    let s = m.gc();
    assert!((48..=50).contains(&s.finalizers), "{s:?}");
    let mut seen = 0;
    while let Some(Pending::Finalize(w)) = heap.pop_pending() {
        let n = w as *mut Node;
        // SAFETY: popped just now, hence alive, with all that it reaches.
        unsafe {
            assert_eq!((*(*n).left).key, 1000 + (*n).key);
            assert!(heap.is_finalized(n as *const u8));
        }
        seen += 1;
    }
    assert_eq!(seen, s.finalizers);
    scrub();
    let s = m.gc();
    assert!(s.finalizers <= 2 && s.freed_cells >= 90, "{s:?}");
    m.finish();
}

#[inline(never)]
fn make_droppy(m: &mut Mutator) {
    for _ in 0..100 {
        let p = m.node(null_mut(), null_mut(), 1);
        // SAFETY: fresh.
        unsafe { (*p).shape = &DROPPY };
        m.heap.register_drop(p as *mut u8);
    }
}

#[test]
fn native_resources_are_dropped_after_the_pause() {
    let (heap, world) = setup(config());
    let mut m = Mutator::new(heap, world);
    make_droppy(&mut m);
    scrub();
    m.gc();
    let n = DROPPED.load(Ordering::Relaxed);
    assert!((98..=100).contains(&n), "{n}");
    m.gc();
    m.gc();
    assert!(DROPPED.load(Ordering::Relaxed) <= 100);
    m.finish();
}

#[test]
fn ephemerons_live_by_their_keys() {
    let (heap, world) = setup(config());
    let mut m = Mutator::new(heap, world);
    let table = Ephemerons::new(heap);
    let key = RootWord::new(heap, 0);
    #[inline(never)]
    fn fill(m: &mut Mutator, table: &Ephemerons, key: &RootWord) {
        // A chain: each value is the next key.
        let mut k = m.node(null_mut(), null_mut(), 0);
        key.set(k as u64);
        for i in 1..20 {
            let v = m.node(null_mut(), null_mut(), i);
            table.insert(k as u64, v as u64);
            k = v;
        }
    }
    fill(&mut m, &table, &key);
    scrub();
    m.gc();
    assert_eq!(table.len(), 19);
    key.set(0);
    scrub();
    m.gc();
    assert!(table.len() <= 2, "{}", table.len());
    m.finish();
}

#[test]
fn absurd_sizes_fail_without_harm() {
    let (heap, world) = setup(config());
    let mut m = Mutator::new(heap, world);
    for len in [usize::MAX, usize::MAX / 8, 1 << 60, 1_000_000_000_000_000, 1 << 33] {
        assert!(m.array(len).is_none());
    }
    assert!(m.array(1000).is_some());
    m.finish();
}

#[test]
fn out_of_memory_is_raised_and_survived() {
    let (heap, world) =
        setup(Config { heap_max: 8 << 20, poison: false, verify: false, ..config() });
    let mut m = Mutator::new(heap, world);
    #[inline(never)]
    fn fill(m: &mut Mutator) -> usize {
        let mut list: *mut Node = null_mut();
        let mut n = 0usize;
        while let Some(p) = m.heap.alloc(size_of::<Node>()) {
            let p = p.as_ptr() as *mut Node;
            // SAFETY: fresh memory.
            unsafe {
                p.write(Node { shape: &NODE, word: 0, left: list, right: null_mut(), key: 0 })
            };
            list = p;
            n += 1;
        }
        // Room for the MemoryError itself.
        for bytes in [32, 64, 100, 200, 1000] {
            assert!(
                m.heap
                    .alloc(bytes)
                    .map(|p| unsafe {
                        // SAFETY: fresh memory of at least 32 bytes.
                        (p.as_ptr() as *mut WeakCell).write(WeakCell {
                            shape: &WEAK,
                            word: 0,
                            referent: AtomicU64::new(0),
                        })
                    })
                    .is_some()
            );
        }
        assert!(!black_box(list).is_null());
        n
    }
    for _ in 0..3 {
        let n = fill(&mut m);
        assert!(n * 48 > 7 << 20 && n * 48 < 11 << 20, "{n}");
        scrub();
        m.gc();
    }
    assert!(m.array(900_000).is_some(), "{:?}", heap.counts());
    m.finish();
}

#[test]
fn large_cells_extend_in_place_and_go_back() {
    let (heap, world) = setup(Config { poison: false, ..config() });
    let mut m = Mutator::new(heap, world);
    #[inline(never)]
    fn work(m: &mut Mutator) {
        let a = m.array(10_000).expect("memory");
        // SAFETY: a live large cell of this thread.
        unsafe {
            let got = m.heap.try_extend(a as *mut u8, 80_024, 160_000).expect("nothing behind it");
            assert_eq!(got, 5 * BLOCK_BYTES);
            (*a).len = 19_000;
            for i in 0..19_000 {
                assert!((*slot_of(a, i)).is_null());
            }
        }
        m.gc();
        black_box(a);
    }
    work(&mut m);
    #[inline(never)]
    fn make_big(m: &mut Mutator) -> usize {
        assert!(black_box(m.array(4 << 20)).is_some());
        m.heap.heap().counts().used_bytes
    }
    let before = make_big(&mut m);
    scrub();
    m.gc();
    m.gc();
    assert!(heap.counts().used_bytes + (32 << 20) <= before, "{:?}", heap.counts());
    assert!(heap.totals().decommitted_bytes >= 20 << 20);
    m.finish();
}

#[test]
fn critical_sections_never_collect() {
    let (heap, world) = setup(config());
    let mut m = Mutator::new(heap, world);
    let lock = heddle_sync::HeaderWord::new(m.slot.owner(), 0, 0);
    let slot: *const Slot = &m.slot;
    let before = heap.totals().collections;
    // SAFETY: the slot outlives the section.
    heddle_sync::critical::with(world, unsafe { &*slot }, &lock, || {
        for _ in 0..100_000 {
            black_box(m.node(null_mut(), null_mut(), 0));
        }
    });
    assert_eq!(heap.totals().collections, before);
    assert!(m.slot.breaker.has(heddle_sync::breaker::GC));
    m.heap.on_event();
    assert_eq!(heap.totals().collections, before + 1);
    m.finish();
}

#[test]
fn inspection_sees_objects_through_internal_cells() {
    let (heap, world) = setup(config());
    let mut m = Mutator::new(heap, world);
    let n = m.node(null_mut(), null_mut(), 7);
    let a = m.array(4).expect("memory");
    // SAFETY: live cells; a node may point to any cell here.
    unsafe { *slot_of(a, 2) = n };
    let owner = m.node(a as *mut Node, null_mut(), 8);
    let mut out = RootWords::new(heap);
    // SAFETY: alive.
    unsafe { heap.get_referents(&mut m.heap, owner as *const u8, out.as_mut_vec()) };
    assert_eq!(out.as_vec(), &[n as u64]);
    let mut out = RootWords::new(heap);
    heap.get_referrers(&mut m.heap, &[n as usize], out.as_mut_vec());
    assert_eq!(out.as_vec(), &[owner as u64]);
    let mut out = RootWords::new(heap);
    heap.get_objects(&mut m.heap, out.as_mut_vec());
    assert!(out.as_vec().contains(&(n as u64)) && !out.as_vec().contains(&(a as u64)));
    black_box((n, a, owner));
    m.finish();
}

/// Threads build, exchange and check graphs while collections run at every few refills.
fn stress(threads: usize, rounds: u64, c: Config) {
    let (heap, world) = setup(c);
    let board: &'static Mutex<Vec<RootWord>> = Box::leak(Box::new(Mutex::new(Vec::new())));
    let sum = |n: *mut Node| -> u64 {
        fn go(n: *mut Node) -> u64 {
            // SAFETY: reachable from the caller's stack.
            if n.is_null() {
                3
            } else {
                // SAFETY: nodes of the tree that this test made.
                unsafe { (*n).key ^ go((*n).left).rotate_left(7) ^ go((*n).right).rotate_left(13) }
            }
        }
        go(n)
    };
    let workers: Vec<_> = (0..threads)
        .map(|id| {
            std::thread::spawn(move || {
                let mut m = Mutator::new(heap, world);
                let mut x = id as u64 + 1;
                for round in 0..rounds {
                    x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    let t = m.tree(4 + (x >> 60) as u32 % 4);
                    let check = sum(t);
                    // SAFETY: fresh node.
                    let holder = m.node(t, null_mut(), check);
                    // Handles are made and dropped outside of the lock; no safepoint passes inside it.
                    let mine = RootWord::new(heap, holder as u64);
                    let other = {
                        let mut b = board.lock().expect("no worker panics");
                        if b.len() < 4 * threads {
                            b.push(mine);
                            None
                        } else {
                            let at = (x >> 20) as usize % b.len();
                            Some(std::mem::replace(&mut b[at], mine))
                        }
                    };
                    if let Some(r) = other {
                        let h = r.get() as *mut Node;
                        drop(r);
                        m.poll();
                        let big = m.array(300 + (x >> 50) as usize).expect("memory");
                        // SAFETY: `h` is on this stack, hence alive.
                        unsafe {
                            *slot_of(big, 299) = h;
                            assert_eq!(sum((*h).left), (*h).key, "thread {id} round {round}");
                            assert_eq!(*slot_of(big, 299), h);
                        }
                    }
                    if round % 16 == 0 {
                        world.detached(&m.slot, || std::thread::yield_now());
                    }
                    if round % 64 == 63 {
                        m.finish();
                        m = Mutator::new(heap, world);
                    }
                }
                m.finish();
            })
        })
        .collect();
    for w in workers {
        w.join().expect("no worker panics");
    }
    assert!(heap.totals().collections > 3, "{:?}", heap.totals());
}

#[test]
fn eight_threads_exchange_graphs() {
    stress(8, 400, Config { stress_refills: 70, ..config() });
}

#[test]
fn eight_threads_with_parallel_marking() {
    stress(
        8,
        400,
        Config {
            mark_threads: 3,
            parallel_bytes_min: 0,
            verify: false,
            nursery_bytes_min: 256 << 10,
            ..config()
        },
    );
}

#[test]
fn eight_threads_with_young_collections() {
    stress(8, 400, Config { young: true, stress_refills: 110, ..config() });
    stress(8, 400, Config { young: true, nursery_bytes_min: 256 << 10, verify: false, ..config() });
}

#[test]
fn eight_threads_in_a_tiny_heap() {
    stress(8, 300, Config { heap_max: 24 << 20, verify: false, ..config() });
}
