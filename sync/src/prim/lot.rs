//! A parking lot for the checkers, with the interface of the production one: one lock, one FIFO queue, one condition
//! variable a waiter. Built from the checker's own lock and condition variable, so a lost wake-up is a deadlock that
//! the checker reports.

use super::{Condvar, Instant, Mutex, Parked, checker_lazy_static};
use std::collections::VecDeque;
use std::sync::Arc;

struct Waiter {
    key: usize,
    token: usize,
    shared: Arc<WaiterState>,
}

struct WaiterState {
    wake: Condvar,
    word: std::sync::Mutex<Option<usize>>,
}

struct Lot {
    queue: Mutex<VecDeque<Waiter>>,
}

checker_lazy_static! {
    static ref LOT: Lot = Lot { queue: Mutex::new(VecDeque::new()) };
}

/// See the production `park`.
pub fn park(
    key: usize,
    token: usize,
    validate: impl FnOnce() -> bool,
    _timed_out: impl FnOnce(bool),
    _deadline: Option<Instant>,
) -> Parked {
    let mut queue = LOT.queue.lock();
    if !validate() {
        return Parked::Invalid;
    }
    let shared = Arc::new(WaiterState { wake: Condvar::new(), word: std::sync::Mutex::new(None) });
    queue.push_back(Waiter { key, token, shared: shared.clone() });
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
    let mut queue = LOT.queue.lock();
    let at = queue.iter().position(|w| w.key == key);
    let waiter = at.and_then(|at| queue.remove(at));
    let more = queue.iter().any(|w| w.key == key);
    let word = f(waiter.as_ref().map(|w| w.token), more);
    if let Some(waiter) = waiter {
        *waiter.shared.word.lock().expect("only assigned under it") = Some(word);
        waiter.shared.wake.notify_one();
    }
}

/// See the production `unpark_all`.
pub fn unpark_all(key: usize) -> usize {
    let mut queue = LOT.queue.lock();
    let mut count = 0;
    while let Some(at) = queue.iter().position(|w| w.key == key) {
        let waiter = queue.remove(at).expect("its position was just found");
        *waiter.shared.word.lock().expect("only assigned under it") = Some(0);
        waiter.shared.wake.notify_one();
        count += 1;
    }
    count
}
