//! The facade over a weak-memory layer: shuttle's scheduler, and our own memory below it.
//!
//! Every atomic keeps the list of its stores (messages) in modification order, every thread a view: for each atomic the
//! oldest message it may still read. A load returns any message that coherence allows; messages of release stores carry
//! the view of their thread, acquire loads join it, fences move views as in C11. `SeqCst` fences join one global view.
//! Plain cells check happens-before with vector clocks, which travel in the same views. So this sees missing orderings
//! with up to a dozen threads, where loom stops at five; it is random, so it finds and does not prove. Left out: load
//! buffering and stores overtaking stores of the same word (2+2W).

pub use super::lot::{park, unpark_all, unpark_one};
pub(super) use shuttle::lazy_static as checker_lazy_static;

use super::Ordering;
use core::cell::{RefCell, UnsafeCell};
use core::marker::PhantomData;
use shuttle::rand::{RngCore, thread_rng};

/// How many of the newest messages a load may choose from.
const WINDOW: u32 = 8;

/// For each atomic the oldest readable message, for each thread how much of it happened before.
#[derive(Clone, Default)]
struct View {
    stamps: Vec<u32>,
    clocks: Vec<u32>,
}

fn join(into: &mut Vec<u32>, from: &[u32]) {
    if into.len() < from.len() {
        into.resize(from.len(), 0);
    }
    into.iter_mut().zip(from).for_each(|(a, b)| *a = (*a).max(*b));
}

fn at(words: &[u32], i: usize) -> u32 {
    words.get(i).copied().unwrap_or(0)
}

fn raise(words: &mut Vec<u32>, i: usize, to: u32) {
    if words.len() <= i {
        words.resize(i + 1, 0);
    }
    words[i] = words[i].max(to);
}

impl View {
    fn join(&mut self, other: &View) {
        join(&mut self.stamps, &other.stamps);
        join(&mut self.clocks, &other.clocks);
    }
}

struct Message {
    value: u64,
    view: View,
}

struct Location {
    messages: Vec<Message>,
    creator: (usize, u32),
}

#[derive(Clone, Default)]
struct ThreadViews {
    /// What this thread must have seen.
    now: View,
    /// What an acquire fence would add.
    pending: View,
    /// What a relaxed store passes on: the view at the last release fence.
    released: View,
}

#[derive(Default)]
struct Memory {
    locations: Vec<Location>,
    threads: Vec<ThreadViews>,
    global: View,
    log: Vec<String>,
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::new(Memory::default());
    static TRACE: bool = std::env::var_os("WM_TRACE").is_some();
}

/// Starts an execution with an empty memory.
pub fn begin_execution() {
    MEMORY.with_borrow_mut(|m| *m = Memory::default());
    super::lot::touch();
}

/// The accesses of this execution, one a line (only with `WM_TRACE` set).
pub fn trace() -> Vec<String> {
    MEMORY.with_borrow_mut(|m| std::mem::take(&mut m.log))
}

fn me() -> usize {
    shuttle::current::get_current_task().map_or(0, usize::from)
}

fn log(line: impl FnOnce() -> String) {
    if TRACE.with(|t| *t) {
        let text = format!(
            "{:>indent$}T{} {} {}",
            "",
            me(),
            super::site::last(),
            line(),
            indent = me() * 8
        );
        MEMORY.with_borrow_mut(|m| m.log.push(text));
    }
}

fn with<R>(f: impl FnOnce(&mut Memory, usize) -> R) -> R {
    let me = me();
    MEMORY.with_borrow_mut(|m| {
        if m.threads.len() <= me {
            m.threads.resize_with(me + 1, ThreadViews::default);
        }
        f(m, me)
    })
}

impl Memory {
    /// Counts one step of a thread, for the race checks.
    fn tick(&mut self, me: usize) -> u32 {
        let clock = at(&self.threads[me].now.clocks, me) + 1;
        raise(&mut self.threads[me].now.clocks, me, clock);
        clock
    }

    fn new_location(&mut self, me: usize, value: u64) -> usize {
        let clock = self.tick(me);
        let view = self.threads[me].now.clone();
        let messages = vec![Message { value, view }];
        self.locations.push(Location { messages, creator: (me, clock) });
        self.locations.len() - 1
    }

    fn check_created(&self, me: usize, id: usize) {
        let (creator, clock) = self.locations[id].creator;
        assert!(
            at(&self.threads[me].now.clocks, creator) >= clock,
            "an atomic is used by thread {me} before its creation by thread {creator} is visible"
        );
    }

    fn read(&mut self, me: usize, id: usize, stamp: u32, order: Ordering) -> u64 {
        let message = &self.locations[id].messages[stamp as usize];
        let thread = &mut self.threads[me];
        raise(&mut thread.now.stamps, id, stamp);
        thread.pending.join(&message.view);
        if matches!(order, Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst) {
            thread.now.join(&message.view);
        }
        message.value
    }

    fn write(&mut self, me: usize, id: usize, value: u64, order: Ordering, continues: bool) {
        let stamp = self.locations[id].messages.len() as u32;
        self.tick(me);
        let thread = &mut self.threads[me];
        raise(&mut thread.now.stamps, id, stamp);
        let mut view = match order {
            Ordering::Release | Ordering::AcqRel | Ordering::SeqCst => thread.now.clone(),
            _ => thread.released.clone(),
        };
        raise(&mut view.stamps, id, stamp);
        if continues {
            let previous = self.locations[id].messages.last().expect("never empty");
            view.join(&previous.view);
        }
        self.locations[id].messages.push(Message { value, view });
    }

    fn last(&self, id: usize) -> u32 {
        self.locations[id].messages.len() as u32 - 1
    }

    /// Any message that coherence allows, newer ones more often.
    fn choose(&self, me: usize, id: usize) -> u32 {
        let last = self.last(id);
        let first = at(&self.threads[me].now.stamps, id).max(last.saturating_sub(WINDOW - 1));
        let span = u64::from(last - first) + 1;
        if span == 1 {
            return last;
        }
        let draw = thread_rng().next_u64();
        if draw & 1 == 0 { last } else { first + ((draw >> 1) % span) as u32 }
    }
}

impl core::fmt::Debug for Word {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "a{}", self.id)
    }
}

/// The memory of one atomic.
struct Word {
    id: usize,
    /// Its accesses are shuttle's scheduling points.
    switch: shuttle::sync::atomic::AtomicBool,
}

impl Word {
    fn new(value: u64) -> Word {
        let id = with(|m, me| m.new_location(me, value));
        Word { id, switch: shuttle::sync::atomic::AtomicBool::new(false) }
    }

    fn switch(&self) {
        if !std::thread::panicking() {
            self.switch.load(Ordering::SeqCst);
        }
    }

    fn load(&self, order: Ordering) -> u64 {
        self.switch();
        let (value, behind) = with(|m, me| {
            m.check_created(me, self.id);
            let stamp = m.choose(me, self.id);
            let behind = m.last(self.id) - stamp;
            (m.read(me, self.id, stamp, order), behind)
        });
        log(|| format!("a{} load {order:?} = {value:#x} ({behind} behind)", self.id));
        value
    }

    fn store(&self, value: u64, order: Ordering) {
        self.switch();
        with(|m, me| {
            m.check_created(me, self.id);
            m.write(me, self.id, value, order, false)
        });
        log(|| format!("a{} store {order:?} {value:#x}", self.id));
    }

    /// Reads the newest message and, if `f` gives a value, writes it.
    fn update(
        &self,
        order: Ordering,
        failed: Ordering,
        f: impl FnOnce(u64) -> Option<u64>,
    ) -> Result<u64, u64> {
        self.switch();
        let result = with(|m, me| {
            m.check_created(me, self.id);
            let last = m.last(self.id);
            let old = m.locations[self.id].messages[last as usize].value;
            match f(old) {
                Some(new) => {
                    m.read(me, self.id, last, order);
                    m.write(me, self.id, new, order, true);
                    Ok(old)
                }
                None => Err(m.read(me, self.id, last, failed)),
            }
        });
        log(|| format!("a{} rmw {order:?} {result:x?}", self.id));
        result
    }

    /// A failing exchange is a load, which may be stale.
    fn compare_exchange(
        &self,
        old: u64,
        new: u64,
        order: Ordering,
        failed: Ordering,
    ) -> Result<u64, u64> {
        let stale = with(|m, me| {
            m.check_created(me, self.id);
            let stamp = m.choose(me, self.id);
            let value = m.locations[self.id].messages[stamp as usize].value;
            (stamp != m.last(self.id) && value != old).then_some(stamp)
        });
        match stale {
            Some(stamp) => {
                self.switch();
                let value = with(|m, me| {
                    // The switch may have let newer reads of ours happen? No: only other threads ran.
                    m.read(me, self.id, stamp, failed)
                });
                log(|| format!("a{} cas failed on stale {value:#x}", self.id));
                Err(value)
            }
            None => self.update(order, failed, |now| (now == old).then_some(new)),
        }
    }
}

macro_rules! atomic_int {
    ($name:ident, $int:ty) => {
        #[derive(Debug)]
        pub struct $name(Word);

        #[allow(dead_code)]
        impl $name {
            pub fn new(value: $int) -> $name {
                $name(Word::new(value as u64))
            }
            pub fn load(&self, order: Ordering) -> $int {
                self.0.load(order) as $int
            }
            pub fn store(&self, value: $int, order: Ordering) {
                self.0.store(value as u64, order)
            }
            fn rmw(&self, order: Ordering, f: impl FnOnce($int) -> $int) -> $int {
                match self.0.update(order, Ordering::Relaxed, |v| Some(f(v as $int) as u64)) {
                    Ok(old) | Err(old) => old as $int,
                }
            }
            pub fn swap(&self, value: $int, order: Ordering) -> $int {
                self.rmw(order, |_| value)
            }
            pub fn fetch_add(&self, n: $int, order: Ordering) -> $int {
                self.rmw(order, |v| v.wrapping_add(n))
            }
            pub fn fetch_sub(&self, n: $int, order: Ordering) -> $int {
                self.rmw(order, |v| v.wrapping_sub(n))
            }
            pub fn fetch_and(&self, n: $int, order: Ordering) -> $int {
                self.rmw(order, |v| v & n)
            }
            pub fn fetch_or(&self, n: $int, order: Ordering) -> $int {
                self.rmw(order, |v| v | n)
            }
            pub fn fetch_xor(&self, n: $int, order: Ordering) -> $int {
                self.rmw(order, |v| v ^ n)
            }
            pub fn fetch_max(&self, n: $int, order: Ordering) -> $int {
                self.rmw(order, |v| v.max(n))
            }
            pub fn compare_exchange(
                &self,
                old: $int,
                new: $int,
                order: Ordering,
                failed: Ordering,
            ) -> Result<$int, $int> {
                let result = self.0.compare_exchange(old as u64, new as u64, order, failed);
                result.map(|v| v as $int).map_err(|v| v as $int)
            }
            pub fn compare_exchange_weak(
                &self,
                old: $int,
                new: $int,
                order: Ordering,
                failed: Ordering,
            ) -> Result<$int, $int> {
                self.compare_exchange(old, new, order, failed)
            }
        }
    };
}

atomic_int!(AtomicU8, u8);
atomic_int!(AtomicU16, u16);
atomic_int!(AtomicU32, u32);
atomic_int!(AtomicU64, u64);
atomic_int!(AtomicUsize, usize);
atomic_int!(AtomicI64, i64);

#[derive(Debug)]
pub struct AtomicBool(Word);

impl AtomicBool {
    pub fn new(value: bool) -> AtomicBool {
        AtomicBool(Word::new(value as u64))
    }
    pub fn load(&self, order: Ordering) -> bool {
        self.0.load(order) != 0
    }
    pub fn store(&self, value: bool, order: Ordering) {
        self.0.store(value as u64, order)
    }
    pub fn swap(&self, value: bool, order: Ordering) -> bool {
        match self.0.update(order, Ordering::Relaxed, |_| Some(value as u64)) {
            Ok(old) | Err(old) => old != 0,
        }
    }
    pub fn compare_exchange(
        &self,
        old: bool,
        new: bool,
        order: Ordering,
        failed: Ordering,
    ) -> Result<bool, bool> {
        let result = self.0.compare_exchange(old as u64, new as u64, order, failed);
        result.map(|v| v != 0).map_err(|v| v != 0)
    }
}

#[derive(Debug)]
pub struct AtomicPtr<T>(Word, PhantomData<*mut T>);

// SAFETY: as the production type: the pointer is only a word here.
unsafe impl<T> Send for AtomicPtr<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for AtomicPtr<T> {}

impl<T> AtomicPtr<T> {
    pub fn new(value: *mut T) -> AtomicPtr<T> {
        AtomicPtr(Word::new(value as u64), PhantomData)
    }
    pub fn load(&self, order: Ordering) -> *mut T {
        self.0.load(order) as *mut T
    }
    pub fn store(&self, value: *mut T, order: Ordering) {
        self.0.store(value as u64, order)
    }
    pub fn swap(&self, value: *mut T, order: Ordering) -> *mut T {
        match self.0.update(order, Ordering::Relaxed, |_| Some(value as u64)) {
            Ok(old) | Err(old) => old as *mut T,
        }
    }
    pub fn compare_exchange(
        &self,
        old: *mut T,
        new: *mut T,
        order: Ordering,
        failed: Ordering,
    ) -> Result<*mut T, *mut T> {
        let result = self.0.compare_exchange(old as u64, new as u64, order, failed);
        result.map(|v| v as *mut T).map_err(|v| v as *mut T)
    }
}

/// The fence behind `fence!`.
pub fn raw_fence(order: Ordering) {
    log(|| format!("fence {order:?}"));
    with(|m, me| {
        m.tick(me);
        let thread = &mut m.threads[me];
        if matches!(order, Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst) {
            let pending = thread.pending.clone();
            thread.now.join(&pending);
        }
        if order == Ordering::SeqCst {
            thread.now.join(&m.global);
            m.global.join(&thread.now);
        }
        if matches!(order, Ordering::Release | Ordering::AcqRel | Ordering::SeqCst) {
            thread.released = thread.now.clone();
        }
    })
}

#[derive(Default)]
struct Accesses {
    write: Option<(usize, u32)>,
    reads: Vec<u32>,
}

/// Plain shared data; an access that the others' accesses do not happen before is reported.
pub struct RaceCell<T> {
    accesses: RefCell<Accesses>,
    switch: shuttle::sync::atomic::AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: one thread runs at a time, and the clocks find unordered accesses.
unsafe impl<T: Send> Sync for RaceCell<T> {}
// SAFETY: moving the cell moves the value.
unsafe impl<T: Send> Send for RaceCell<T> {}

#[allow(clippy::missing_safety_doc)]
impl<T> RaceCell<T> {
    pub fn new(value: T) -> RaceCell<T> {
        let write = with(|m, me| (me, m.tick(me)));
        RaceCell {
            accesses: RefCell::new(Accesses { write: Some(write), reads: Vec::new() }),
            switch: shuttle::sync::atomic::AtomicBool::new(false),
            value: UnsafeCell::new(value),
        }
    }

    fn check(&self, writing: bool) {
        if std::thread::panicking() {
            return;
        }
        self.switch.load(Ordering::SeqCst);
        let mut accesses = self.accesses.borrow_mut();
        with(|m, me| {
            let clock = m.tick(me);
            let seen = &m.threads[me].now.clocks;
            if let Some((who, when)) = accesses.write {
                assert!(
                    at(seen, who) >= when,
                    "data race: thread {me} against a write by thread {who}"
                );
            }
            if writing {
                for (who, when) in accesses.reads.iter().enumerate() {
                    assert!(
                        at(seen, who) >= *when,
                        "data race: a write by thread {me} against a read by {who}"
                    );
                }
                accesses.write = Some((me, clock));
                accesses.reads.clear();
            } else {
                raise(&mut accesses.reads, me, clock);
            }
        });
        drop(accesses);
        log(|| format!("cell {:p} {}", self, if writing { "write" } else { "read" }));
    }

    pub unsafe fn read<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        self.check(false);
        // SAFETY: checked, and only this thread runs.
        f(unsafe { &*self.value.get() })
    }
    pub unsafe fn write<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        self.check(true);
        // SAFETY: checked, and only this thread runs; `f` is short and makes no scheduling point on this cell.
        f(unsafe { &mut *self.value.get() })
    }
    pub unsafe fn get(&self) -> T
    where
        T: Copy,
    {
        // SAFETY: as `read`.
        unsafe { self.read(|v| *v) }
    }
    pub unsafe fn set(&self, value: T) {
        // SAFETY: as `write`.
        unsafe { self.write(|v| *v = value) }
    }
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

// Locks are shuttle's, and hand the view of each holder to the next.

type SharedView = std::sync::Arc<std::sync::Mutex<View>>;

pub(super) struct RawMutex<T> {
    view: SharedView,
    inner: shuttle::sync::Mutex<T>,
}

pub(super) struct RawGuard<'a, T> {
    view: SharedView,
    inner: Option<shuttle::sync::MutexGuard<'a, T>>,
}

fn take_view(view: &SharedView) {
    let view = view.lock().expect("only joined under it").clone();
    with(|m, me| m.threads[me].now.join(&view));
}

fn leave_view(view: &SharedView) {
    with(|m, me| {
        m.tick(me);
        view.lock().expect("only joined under it").join(&m.threads[me].now);
    });
}

type Locked<G> = Result<G, std::sync::PoisonError<G>>;

impl<T> RawMutex<T> {
    pub(super) fn new(value: T) -> RawMutex<T> {
        RawMutex { view: SharedView::default(), inner: shuttle::sync::Mutex::new(value) }
    }
    pub(super) fn lock(&self) -> Locked<RawGuard<'_, T>> {
        let inner = match self.inner.lock() {
            Ok(guard) => guard,
            Err(poison) => poison.into_inner(),
        };
        take_view(&self.view);
        Ok(RawGuard { view: self.view.clone(), inner: Some(inner) })
    }
}

impl<T> Drop for RawGuard<'_, T> {
    fn drop(&mut self) {
        if self.inner.is_some() {
            leave_view(&self.view);
        }
    }
}

impl<T> core::ops::Deref for RawGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.inner.as_ref().expect("empty only inside wait")
    }
}

impl<T> core::ops::DerefMut for RawGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.inner.as_mut().expect("empty only inside wait")
    }
}

pub(super) struct RawCondvar(shuttle::sync::Condvar);

impl RawCondvar {
    pub(super) fn new() -> RawCondvar {
        RawCondvar(shuttle::sync::Condvar::new())
    }
    pub(super) fn wait<'a, T>(&self, mut guard: RawGuard<'a, T>) -> Locked<RawGuard<'a, T>> {
        let view = guard.view.clone();
        leave_view(&view);
        let inner = guard.inner.take().expect("empty only inside wait");
        let inner = match self.0.wait(inner) {
            Ok(inner) => inner,
            Err(poison) => poison.into_inner(),
        };
        take_view(&view);
        Ok(RawGuard { view, inner: Some(inner) })
    }
    pub(super) fn notify_one(&self) {
        self.0.notify_one()
    }
    pub(super) fn notify_all(&self) {
        self.0.notify_all()
    }
}

/// Threads that inherit the view of their parent and give theirs back when joined.
pub mod thread {
    use super::{SharedView, leave_view, take_view};

    pub use shuttle::thread::yield_now;

    pub struct JoinHandle<T> {
        view: SharedView,
        inner: shuttle::thread::JoinHandle<T>,
    }

    pub fn spawn<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        let start = SharedView::default();
        leave_view(&start);
        let view = SharedView::default();
        let end = view.clone();
        let inner = shuttle::thread::spawn(move || {
            take_view(&start);
            let result = f();
            leave_view(&end);
            result
        });
        JoinHandle { view, inner }
    }

    impl<T> JoinHandle<T> {
        pub fn join(self) -> std::thread::Result<T> {
            let result = self.inner.join();
            take_view(&self.view);
            result
        }
    }
}

/// Lets the other threads run.
pub fn spin_yield() {
    shuttle::thread::yield_now()
}

include!("checked.rs");
