//! A parking lot for the checkers, with the interface of the production one: a lock and a FIFO queue for each key, one
//! condition variable a waiter. Built from the checker's own lock and condition variable, so a lost wake-up is a
//! deadlock that the checker reports. Each key has a lock of its own, because in production two keys usually have two:
//! one lock for all would order threads that nothing orders.

use super::{Condvar, Instant, Mutex, Parked, checker_lazy_static};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

struct Waiter {
    token: usize,
    shared: Arc<WaiterState>,
}

struct WaiterState {
    wake: Condvar,
    word: std::sync::Mutex<Option<usize>>,
}

type Queue = Arc<Mutex<VecDeque<Waiter>>>;

struct Lot {
    // A std lock, held for the look-up only: invisible to the checker on purpose.
    queues: std::sync::Mutex<BTreeMap<usize, Queue>>,
}

checker_lazy_static! {
    static ref LOT: Lot = Lot { queues: std::sync::Mutex::new(BTreeMap::new()) };
}

/// Makes the lot exist.
pub fn touch() {
    drop(LOT.queues.lock());
}

fn queue(key: usize) -> Queue {
    let mut queues = LOT.queues.lock().expect("no panic under it");
    queues.entry(key).or_insert_with(|| Arc::new(Mutex::new(VecDeque::new()))).clone()
}

impl WaiterState {
    fn send(&self, word: usize) {
        *self.word.lock().expect("only assigned under it") = Some(word);
        self.wake.notify_one();
    }
}

/// See the production `park`.
pub fn park(
    key: usize,
    token: usize,
    validate: impl FnOnce() -> bool,
    _timed_out: impl FnOnce(bool),
    _deadline: Option<Instant>,
) -> Parked {
    let queue = queue(key);
    let mut queue = queue.lock();
    if !validate() {
        return Parked::Invalid;
    }
    let shared = Arc::new(WaiterState { wake: Condvar::new(), word: std::sync::Mutex::new(None) });
    queue.push_back(Waiter { token, shared: shared.clone() });
    loop {
        let word = *shared.word.lock().expect("only assigned under it");
        if let Some(word) = word {
            return Parked::Unparked(word);
        }
        shared.wake.wait(&mut queue);
    }
}

/// See the production `unpark_one`.
pub fn unpark_one(key: usize, f: impl FnOnce(Option<usize>, bool) -> usize) {
    let queue = queue(key);
    let mut queue = queue.lock();
    let waiter = queue.pop_front();
    let word = f(waiter.as_ref().map(|w| w.token), !queue.is_empty());
    if let Some(waiter) = waiter {
        waiter.shared.send(word);
    }
}

/// See the production `unpark_all`.
pub fn unpark_all(key: usize) -> usize {
    let queue = queue(key);
    let mut queue = queue.lock();
    let count = queue.len();
    queue.drain(..).for_each(|waiter| waiter.shared.send(0));
    count
}
