//! Ownership bias and its revocation.
//!
//! An object belongs to the owner index in its header. The thread that has this index mutates it without any atomic
//! read-modify-write; the first foreign mutator takes the bias away, once and for good, while the owner is stopped. A
//! stopped thread is outside every active critical section (a suspended one looks again when it is resumed), so at no
//! time do the owner and a holder of the byte lock both mutate. When the owner has lost many objects one by one, it is
//! given a new owner index inside the same pause and the old one is retired: whatever still carries it is shared
//! without stopping anybody.

use crate::header::{HeaderWord, SHARED};
use crate::prim::{ord, recheck, seeded};
use crate::probe::Counter;
use crate::stats::Reason;
use crate::stw::World;
use crate::thread::Slot;

/// After so many single revocations against one owner its remaining objects are released in bulk.
pub const BULK_AFTER: u32 = 32;

/// Owner index 0: never a thread's; such objects are treated as shared.
const NOBODY: u16 = 0;

/// Must this thread use the object's byte lock? False: the object is its own.
#[inline]
pub fn settle(world: &World, slot: &Slot, header: &HeaderWord) -> bool {
    if header.owned_by(slot.owner()) {
        return false;
    }
    let owner = header.owner();
    if owner != SHARED && owner != NOBODY {
        revoke(world, slot, header);
    }
    !header.owned_by(slot.owner())
}

/// Makes the object shared. May wait, detached or for one thread's safepoint; afterwards the owner is `SHARED` (or,
/// after waiting, this thread itself never).
#[cold]
pub fn revoke(world: &World, slot: &Slot, header: &HeaderWord) {
    revoke_after(world, slot, header, BULK_AFTER)
}

/// `revoke` with another threshold, for models and experiments.
pub fn revoke_after(world: &World, slot: &Slot, header: &HeaderWord, bulk_after: u32) {
    let owner = header.owner();
    if owner == SHARED || owner == NOBODY || owner == slot.owner() {
        return;
    }
    if slot.rules() || world.owner_retired(owner) {
        header.share();
        return;
    }
    if seeded!("bias.no_handshake") {
        header.share();
        return;
    }
    slot.probe.bump(Counter::Revocations);
    let (_pause, target) = world.stop_one(slot, Reason::Revoke, |s| s.owner() == owner);
    // Somebody else may have revoked it while we waited for the right to pause.
    let still = recheck!("bias.again", header.owner() == owner);
    if !still {
        return;
    }
    header.share();
    let Some(target) = target else {
        return;
    };
    // ORDERING: Relaxed twice; inside the pause, pauses are serialised.
    let revoked = target.revoked.load(ord!("bias.revoked_load", Relaxed)) + 1;
    target.revoked.store(revoked, ord!("bias.revoked_store", Relaxed));
    if revoked < bulk_after {
        return;
    }
    if let Some((fresh, _)) = world.owners.reserve() {
        slot.probe.bump(Counter::BulkRevocations);
        // ORDERING: Relaxed; the thread is stopped, and the end of the pause publishes it.
        target.owner.store(fresh as u16, ord!("bias.fresh", Relaxed));
        target.revoked.store(0, ord!("bias.revoked_reset", Relaxed));
        world.retire_owner(owner);
    }
}
