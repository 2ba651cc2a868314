//! One thread of the runtime as the protocols see it: eval breaker, state, indices, published stack.
//!
//! A slot is the first field of the object crate's thread, which is the first field of the interpreter's: three views
//! of one pinned allocation. States and who changes them:
//! detached -> attached (its thread, CAS), attached -> detached or suspended (its thread, store), detached -> suspended
//! (a requester, CAS under the list lock), suspended -> detached (a requester, store under the list lock), any ->
//! finished (its thread, or the world's end). A thread never goes from suspended to attached by itself.

use crate::breaker::EvalBreaker;
use crate::critical::Sections;
use crate::prim::{
    AtomicBool, AtomicPtr, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, RaceCell, ord,
};
use crate::probe::Probe;
use core::ptr::null_mut;

/// In blocking native code: may not touch objects.
pub const DETACHED: u32 = 0;
/// May touch objects; must reach safepoints.
pub const ATTACHED: u32 = 1;
/// As detached, and only the requester of a pause ends it.
pub const SUSPENDED: u32 = 2;
/// Never comes back; attaching hangs.
pub const FINISHED: u32 = 3;

/// Index of a slot that is not registered.
pub const NO_INDEX: u32 = u32::MAX;

/// The part of a thread that other threads may look at.
#[repr(C)]
pub struct Slot {
    /// Polled at every safepoint; offset 0.
    pub breaker: EvalBreaker,
    pub(crate) state: AtomicU32,
    pub(crate) index: AtomicU32,
    /// The thread object around this slot, for whoever walks the list.
    pub user: AtomicPtr<()>,
    pub(crate) owner: AtomicU16,
    /// This thread holds a pause over all threads: it needs no locks.
    pub(crate) rules: AtomicBool,
    pub(crate) generation: AtomicU32,
    pub(crate) sections: RaceCell<Sections>,
    /// Lowest address of the native stack that may hold values, valid while not attached.
    pub stack_top: AtomicUsize,
    /// Highest address of the native stack (where it began).
    pub stack_base: AtomicUsize,
    /// The operating system's name for the thread.
    pub native_id: AtomicU64,
    /// Revocations made against this thread's objects, one by one.
    pub(crate) revoked: AtomicU32,
    /// Its counters.
    pub probe: Probe,
}

#[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
const _: () = {
    assert!(core::mem::offset_of!(Slot, breaker) == 0);
    assert!(Slot::STATE_OFFSET == 8);
    assert!(Slot::INDEX_OFFSET == 12);
};

// SAFETY: all fields are atomics, except `sections`, which only the slot's own thread uses.
unsafe impl Sync for Slot {}
// SAFETY: nothing in it is tied to the thread that made it.
unsafe impl Send for Slot {}

impl Slot {
    /// Offset of the state word, for compiled code.
    #[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
    pub const STATE_OFFSET: usize = core::mem::offset_of!(Slot, state);
    /// Offset of the thread index, for compiled code.
    #[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
    pub const INDEX_OFFSET: usize = core::mem::offset_of!(Slot, index);
    /// Offset of the owner index, for compiled code.
    #[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
    pub const OWNER_OFFSET: usize = core::mem::offset_of!(Slot, owner);

    /// A slot outside any world: finished until `World::register`.
    pub fn new() -> Slot {
        Slot {
            breaker: EvalBreaker::new(0),
            state: AtomicU32::new(FINISHED),
            index: AtomicU32::new(NO_INDEX),
            user: AtomicPtr::new(null_mut()),
            owner: AtomicU16::new(0),
            rules: AtomicBool::new(false),
            generation: AtomicU32::new(0),
            sections: RaceCell::new(Sections::new()),
            stack_top: AtomicUsize::new(0),
            stack_base: AtomicUsize::new(0),
            native_id: AtomicU64::new(0),
            revoked: AtomicU32::new(0),
            probe: Probe::new(),
        }
    }

    /// The thread's index: names its bytecode copies.
    #[inline(always)]
    pub fn index(&self) -> u32 {
        // ORDERING: Relaxed; written before the thread starts.
        self.index.load(ord!("slot.index", Relaxed))
    }

    /// Distinguishes the users of one index.
    pub fn generation(&self) -> u32 {
        // ORDERING: Relaxed; written before the thread starts.
        self.generation.load(ord!("slot.generation", Relaxed))
    }

    /// The index that objects made by this thread carry as owner.
    #[inline(always)]
    pub fn owner(&self) -> u16 {
        // ORDERING: Relaxed; changed only while this thread is stopped, and read by others under the list lock.
        self.owner.load(ord!("slot.owner", Relaxed))
    }

    /// The state word, for reports: it may change at once.
    pub fn state(&self) -> u32 {
        // ORDERING: Relaxed; a report only.
        self.state.load(ord!("slot.state_peek", Relaxed))
    }

    /// Is this thread inside an active critical section? Own thread only.
    #[inline(always)]
    pub fn in_critical(&self) -> bool {
        // SAFETY: only the slot's own thread uses the cell.
        unsafe { self.sections.read(|s| s.depth != 0) }
    }

    /// Does this thread hold a pause over all others? Own thread only.
    #[inline(always)]
    pub fn rules(&self) -> bool {
        // ORDERING: Relaxed; written and read by this thread only.
        self.rules.load(ord!("slot.rules", Relaxed))
    }

    pub(crate) fn key(&self) -> usize {
        core::ptr::from_ref(self) as usize
    }
}

impl Default for Slot {
    fn default() -> Slot {
        Slot::new()
    }
}

/// Runs `f` with every callee-saved register of the callers spilled to the stack and `slot.stack_top` at or below
/// them, so that a conservative scan of `stack_top..stack_base` sees all values of the frames above. Those frames
/// cannot change before `f` returns.
#[inline(never)]
pub fn park_with_registers<R>(slot: &Slot, f: impl FnOnce() -> R) -> R {
    let mut spilled = [0usize; 12];
    let top = crate::prim::spill_registers(&mut spilled);
    let top = top.min(spilled.as_ptr() as usize);
    // Restored afterwards: a nested park (a requester that waits inside) must not lose the outer extent.
    // ORDERING: Relaxed; read only in a pause, and what stops this thread for it is ordered after the store.
    let before = slot.stack_top.load(ord!("slot.stack_load", Relaxed));
    slot.stack_top.store(top, ord!("slot.stack_store", Relaxed));
    let result = f();
    slot.stack_top.store(before, ord!("slot.stack_restore", Relaxed));
    core::hint::black_box(&spilled);
    result
}
