//! Critical sections: mutual exclusion over one or two objects, suspended while their thread is detached.
//!
//! A section on an object that this thread owns costs a compare and two stores, no read-modify-write: nobody else can
//! mutate the object before this thread has been stopped, and a thread is not stopped inside an active section. On any
//! other object the section holds the byte lock, after taking the bias away if there is one. When the thread detaches,
//! all its sections give up their locks; after attaching, the innermost is entered again before the code inside goes
//! on, and an outer one when the inner ends. So a thread never sleeps holding a section, and a section is atomic only
//! up to the next point where its thread may detach: look again after it. Two objects lock in address order.

use crate::bias;
use crate::header::HeaderWord;
use crate::mutex;
use crate::prim::{recheck, seeded, step};
use crate::probe::Counter;
use crate::stw::World;
use crate::thread::Slot;
use core::ptr::null_mut;

/// The sections of one thread, innermost first.
pub struct Sections {
    /// How many are active.
    pub(crate) depth: u32,
    top: *mut Record,
}

impl Sections {
    pub(crate) const fn new() -> Sections {
        Sections { depth: 0, top: null_mut() }
    }
}

// SAFETY: the records belong to the thread whose slot holds this; nobody else follows the pointer.
unsafe impl Send for Sections {}

const FIRST: u8 = 1;
const SECOND: u8 = 2;

/// One section, on the native stack of its thread.
struct Record {
    prev: *mut Record,
    /// The object, or the one at the lower address.
    a: *const HeaderWord,
    /// The other object, or null.
    b: *const HeaderWord,
    /// Which byte locks this section holds.
    held: u8,
    active: bool,
    /// Still being entered: holds nothing that a detach should release.
    pending: bool,
}

/// Runs `f` in a critical section on one object.
#[inline]
pub fn with<R>(world: &World, slot: &Slot, object: &HeaderWord, f: impl FnOnce() -> R) -> R {
    let mut record = Record {
        prev: null_mut(),
        a: object,
        b: core::ptr::null(),
        held: 0,
        active: true,
        pending: false,
    };
    if !object.owned_by(slot.owner()) {
        if slot.rules() {
            return f(); // everybody else is stopped, and may have been handed the lock
        }
        record.pending = true;
    }
    let _leave = Leave::push(world, slot, &mut record);
    f()
}

/// A section whose code reaches no safepoint: it does not allocate, poll, detach, or enter another section. On an object
/// of this thread it costs one compare, because a thread is stopped only where it stops itself.
#[inline(always)]
pub fn leaf<R>(world: &World, slot: &Slot, object: &HeaderWord, f: impl FnOnce() -> R) -> R {
    if object.owned_by(slot.owner()) {
        return f();
    }
    with(world, slot, object, f)
}

/// Runs `f` in a critical section on two objects (possibly the same).
#[inline]
pub fn with_two<R>(
    world: &World,
    slot: &Slot,
    x: &HeaderWord,
    y: &HeaderWord,
    f: impl FnOnce() -> R,
) -> R {
    if core::ptr::eq(x, y) {
        return with(world, slot, x, f);
    }
    let (a, b) = if seeded!("critical.unordered") || (x as *const HeaderWord) < (y as *const _) {
        (x, y)
    } else {
        (y, x)
    };
    let mut record = Record { prev: null_mut(), a, b, held: 0, active: true, pending: false };
    let me = slot.owner();
    if !(a.owned_by(me) && b.owned_by(me)) {
        if slot.rules() {
            return f();
        }
        record.pending = true;
    }
    let _leave = Leave::push(world, slot, &mut record);
    f()
}

/// Pops the record and gives up its locks, in a panic too.
struct Leave<'a> {
    world: &'a World,
    slot: &'a Slot,
    record: *mut Record,
}

impl<'a> Leave<'a> {
    #[inline]
    fn push(world: &'a World, slot: &'a Slot, record: &mut Record) -> Leave<'a> {
        let pending = record.pending;
        let record: *mut Record = record;
        // SAFETY: own thread; the record outlives its place in the chain, see `drop`.
        unsafe {
            slot.sections.write(|s| {
                (*record).prev = s.top;
                s.top = record;
                s.depth += 1;
            })
        };
        let leave = Leave { world, slot, record };
        if pending {
            // SAFETY: the record was just pushed by this thread.
            unsafe { acquire(world, slot, record) };
        }
        leave
    }
}

impl Drop for Leave<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: own thread; the record is the innermost one, because sections nest.
        unsafe {
            let record = &mut *self.record;
            if record.held != 0 {
                release(record);
            }
            let outer = self.slot.sections.write(|s| {
                debug_assert!(core::ptr::eq(s.top, self.record));
                s.top = record.prev;
                s.depth -= u32::from(record.active);
                s.top
            });
            if !outer.is_null() && !(*outer).active {
                resume_top(self.world, self.slot);
            }
        }
    }
}

/// Gives up the byte locks of a section.
///
/// # Safety
/// - `record` belongs to this thread, and its objects are alive.
unsafe fn release(record: &mut Record) {
    // SAFETY: the objects are alive, by the caller's duty.
    unsafe {
        if record.held & FIRST != 0 {
            mutex::unlock(&(*record.a).lock);
        }
        if record.held & SECOND != 0 {
            mutex::unlock(&(*record.b).lock);
        }
    }
    record.held = 0;
}

/// Is the object's byte lock held by another active section of this thread?
///
/// # Safety
/// - own thread.
unsafe fn held_outside(slot: &Slot, record: *const Record, object: *const HeaderWord) -> bool {
    // SAFETY: own thread, whose records are all alive.
    unsafe {
        let mut at = slot.sections.read(|s| s.top);
        while !at.is_null() {
            let other = &*at;
            let holds = (other.held & FIRST != 0 && core::ptr::eq(other.a, object))
                || (other.held & SECOND != 0 && core::ptr::eq(other.b, object));
            if holds && other.active && !core::ptr::eq(at, record) {
                return true;
            }
            at = other.prev;
        }
    }
    false
}

/// Enters a pushed section; may detach, so outer sections may be suspended afterwards.
///
/// # Safety
/// - `record` is this thread's innermost, active and pending; its objects are alive.
#[cold]
unsafe fn acquire(world: &World, slot: &Slot, record: *mut Record) {
    // SAFETY: as above, for the whole function.
    unsafe {
        let a = &*(*record).a;
        let b = (*record).b.as_ref();
        loop {
            // First the biases, which may wait; only then the locks.
            let lock_a = bias::settle(world, slot, a) && !held_outside(slot, record, a);
            let lock_b =
                b.is_some_and(|b| bias::settle(world, slot, b) && !held_outside(slot, record, b));
            if lock_a {
                mutex::lock(world, slot, &a.lock);
            }
            if let Some(b) = b.filter(|_| lock_b) {
                mutex::lock(world, slot, &b.lock);
            }
            let held = if lock_a { FIRST } else { 0 } | if lock_b { SECOND } else { 0 };
            // Waiting for one lock suspends outer sections and lets others revoke a bias: then what was needless
            // before is needed now.
            let safe = |object: &HeaderWord, locked: bool| {
                locked || object.owned_by(slot.owner()) || held_outside(slot, record, object)
            };
            let complete = recheck!(
                "critical.look_again",
                safe(a, lock_a) && b.is_none_or(|b| safe(b, lock_b))
            );
            (*record).held = held;
            if complete {
                break;
            }
            release(&mut *record);
        }
        (*record).pending = false;
        if (*record).held != 0 {
            slot.probe.bump(Counter::SectionsLocked);
        }
    }
}

/// Suspends all sections of a thread that is about to detach.
#[inline]
pub(crate) fn suspend_all(slot: &Slot) {
    // SAFETY: own thread.
    if unsafe { slot.sections.read(|s| s.depth != 0) } {
        suspend_slow(slot);
    }
}

#[cold]
fn suspend_slow(slot: &Slot) {
    // SAFETY: own thread, whose records are all alive; below the first inactive one everything is suspended already.
    unsafe {
        let mut at = slot.sections.read(|s| s.top);
        while !at.is_null() && (*at).active {
            let record = &mut *at;
            slot.probe.bump(Counter::SectionsSuspended);
            if !record.pending {
                step!("critical.suspend", release(record));
            }
            record.active = false;
            at = record.prev;
        }
        slot.sections.write(|s| s.depth = 0);
    }
}

/// Enters the innermost suspended section again, after its thread attached.
#[inline]
pub(crate) fn resume_top(world: &World, slot: &Slot) {
    // SAFETY: own thread.
    let top = unsafe { slot.sections.read(|s| s.top) };
    if !top.is_null() {
        // SAFETY: own thread's innermost record.
        unsafe { resume_slow(world, slot, top) };
    }
}

/// # Safety
/// - `top` is this thread's innermost record.
#[cold]
unsafe fn resume_slow(world: &World, slot: &Slot, top: *mut Record) {
    // SAFETY: by the caller's duty.
    unsafe {
        if (*top).active {
            return;
        }
        (*top).active = true;
        slot.sections.write(|s| s.depth += 1);
        if (*top).pending {
            return; // it is being entered further up this stack, which looks again
        }
        (*top).pending = true;
        step!("critical.resume", acquire(world, slot, top));
        (*top).pending = false;
    }
}
