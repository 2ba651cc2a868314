//! Stop one thread, act on it, let it go on: the same machinery as a pause over all threads.

use crate::stats::Reason;
use crate::stw::World;
use crate::thread::Slot;

/// Runs `f` while the thread with this index stands at a safepoint (or is detached). `None` if there is none. A thread
/// may not shake hands with itself: it runs `f` at once.
pub fn with_stopped<R>(
    world: &World,
    me: &Slot,
    index: u32,
    reason: Reason,
    f: impl FnOnce(&Slot) -> R,
) -> Option<R> {
    if me.index() == index {
        return Some(f(me));
    }
    if me.rules() {
        return world.with_slot(|s| s.index() == index, f);
    }
    let (_pause, target) = world.stop_one(me, reason, |s| s.index() == index);
    target.map(f)
}
