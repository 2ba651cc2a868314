//! Word 1 of every object header: lock byte, flags byte, owner index, and 32 bits for the type's use.
//!
//! The parts are separate atomics of their own width, so that the owner's check is a 16-bit load and the lock touches
//! one byte. In production the struct is exactly the 8-byte word; word 0, the shape, belongs to the object crate.

use crate::prim::{AtomicU8, AtomicU16, AtomicU32, ord};

/// Owner of an object that no thread is biased to: mutators use the lock byte. Also the owner of statics.
pub const SHARED: u16 = 0xFFFF;
/// The first owner index that a thread can have; 0 is never one.
pub const FIRST_OWNER: u16 = 1;

/// The lock byte is held.
pub const LOCKED: u8 = 1;
/// Somebody is parked on the lock byte.
pub const PARKED: u8 = 2;

/// Word 1 of an object header.
#[repr(C, align(8))]
pub struct HeaderWord {
    /// The one-byte lock; see `mutex`.
    pub lock: AtomicU8,
    /// Flag bits of the heap (old, weak references, finalized, frozen).
    pub flags: AtomicU8,
    /// Which thread may mutate without a lock; see `critical`.
    pub owner: AtomicU16,
    /// Free for the type.
    pub aux: AtomicU32,
}

#[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
const _: () = assert!(size_of::<HeaderWord>() == 8);

impl HeaderWord {
    /// The word as bits (little-endian targets): what an allocator writes into a new cell.
    pub const fn bits(owner: u16, flags: u8, aux: u32) -> u64 {
        (flags as u64) << 8 | (owner as u64) << 16 | (aux as u64) << 32
    }

    /// An unlocked word.
    #[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
    pub const fn new(owner: u16, flags: u8, aux: u32) -> HeaderWord {
        HeaderWord {
            lock: AtomicU8::new(0),
            flags: AtomicU8::new(flags),
            owner: AtomicU16::new(owner),
            aux: AtomicU32::new(aux),
        }
    }
    /// An unlocked word.
    #[cfg(any(heddle_loom, heddle_shuttle, heddle_wm))]
    pub fn new(owner: u16, flags: u8, aux: u32) -> HeaderWord {
        HeaderWord {
            lock: AtomicU8::new(0),
            flags: AtomicU8::new(flags),
            owner: AtomicU16::new(owner),
            aux: AtomicU32::new(aux),
        }
    }

    /// Who may mutate without a lock. Acquire, so that whoever sees `SHARED` also sees the former owner's writes.
    #[inline(always)]
    pub fn owner(&self) -> u16 {
        // ORDERING: Acquire; pairs with the Release of `revoke`. Carries: all the former owner wrote.
        // Model: bias (mutant `bias.owner_load=Relaxed`).
        self.owner.load(ord!("bias.owner_load", Acquire))
    }

    /// Is `me` the owner? Relaxed: only my own parking can change the answer from yes.
    #[inline(always)]
    pub fn owned_by(&self, me: u16) -> bool {
        // ORDERING: Relaxed; the word leaves `me` only while the thread `me` is stopped. Model: bias.
        self.owner.load(ord!("bias.owner_mine", Relaxed)) == me
    }

    /// Takes the bias away for good. Only while the owner is stopped or gone.
    #[inline]
    pub fn share(&self) {
        // ORDERING: Release; pairs with the Acquire of `owner`. Model: bias (mutant `bias.share=Relaxed`).
        self.owner.store(SHARED, ord!("bias.share", Release))
    }
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests {
    use super::*;

    #[test]
    fn bits_are_the_word() {
        let word = HeaderWord::new(0x1234, 0x56, 0x789A_BCDE);
        // SAFETY: same size, no padding, any bit pattern is a u64.
        let bits: u64 = unsafe { core::mem::transmute(word) };
        assert_eq!(bits, HeaderWord::bits(0x1234, 0x56, 0x789A_BCDE));
    }
}
