//! The facade: the only place of the project that names raw atomics, locks, parking and the checkers.
//!
//! The same source is built five ways. `std` is production. `--cfg heddle_loom`, `--cfg heddle_shuttle` and
//! `--cfg heddle_wm` replace every atomic, lock, cell and thread by that checker's; `--cfg heddle_stress` is std with
//! run-time mutants. Orderings, fences, re-checks and steps are named sites (`ord!`, `fence!`, `recheck!`, `step!`,
//! `seeded!`), constants in production, looked up by name in checker builds: one build serves all mutants.
//!
//! Rules for users: no atomic in a `static` (checker atomics are made inside an execution), no `SeqCst` access (two
//! relaxed accesses and two `SeqCst` fences instead), no plain shared data outside `RaceCell`, no wait without a named
//! wake-up, and no yield except `spin_yield`.

pub use core::sync::atomic::Ordering;
pub use crossbeam_utils::CachePadded;

#[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
mod std;
#[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm)))]
pub use self::std::*;

#[cfg(heddle_loom)]
mod loom;
#[cfg(heddle_loom)]
pub use self::loom::*;

#[cfg(heddle_shuttle)]
mod shuttle;
#[cfg(heddle_shuttle)]
pub use self::shuttle::*;

#[cfg(heddle_wm)]
mod wm;
#[cfg(heddle_wm)]
pub use self::wm::*;

#[cfg(any(heddle_loom, heddle_shuttle, heddle_wm))]
mod lot;

#[cfg(any(heddle_loom, heddle_shuttle, heddle_wm, heddle_stress))]
pub mod site;

/// True in the builds whose schedules a checker controls: no clocks, no bounded spinning.
pub const CHECKED: bool = cfg!(any(heddle_loom, heddle_shuttle, heddle_wm));

/// Chooses whether byte locks hand off in this model run (checkers have no clock). Nothing in production.
pub fn site_handoff(_on: bool) {
    #[cfg(any(heddle_loom, heddle_shuttle, heddle_wm, heddle_stress))]
    site::set_handoff(_on)
}

/// Marks the head of a block whose tail is reached through a reference to the head: without it the compiler may take a
/// head of checker atomics, which hold no data, for constant, and with it the tail.
#[repr(transparent)]
pub struct Interior(core::cell::UnsafeCell<[u8; 0]>);

// SAFETY: it has no contents.
unsafe impl Sync for Interior {}

impl Interior {
    /// The mark.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Interior {
        Interior(core::cell::UnsafeCell::new([]))
    }
}

/// Why a parked thread came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parked {
    /// Somebody woke it and passed this word.
    Unparked(usize),
    /// The validation failed; it never slept.
    Invalid,
    /// The deadline passed.
    TimedOut,
}

pub use crate::{fence, ord, recheck, seeded, step};

#[cfg(not(any(heddle_loom, heddle_shuttle, heddle_wm, heddle_stress)))]
mod macros {
    /// The ordering of the atomic access at a named site.
    #[macro_export]
    macro_rules! ord {
        ($site:literal, $order:ident) => {
            $crate::prim::Ordering::$order
        };
    }
    /// A memory fence at a named site.
    #[macro_export]
    macro_rules! fence {
        ($site:literal, $order:ident) => {
            $crate::prim::raw_fence($crate::prim::Ordering::$order)
        };
    }
    /// A second look at a condition; the mutant takes it for granted.
    #[macro_export]
    macro_rules! recheck {
        ($site:literal, $cond:expr) => {
            $cond
        };
    }
    /// A step of a protocol; the mutant leaves it out.
    #[macro_export]
    macro_rules! step {
        ($site:literal, $e:expr) => {
            $e
        };
    }
    /// A known bug that only a mutant switches on.
    #[macro_export]
    macro_rules! seeded {
        ($site:literal) => {
            false
        };
    }
}

#[cfg(any(heddle_loom, heddle_shuttle, heddle_wm, heddle_stress))]
mod macros {
    /// The ordering of the atomic access at a named site.
    #[macro_export]
    macro_rules! ord {
        ($site:literal, $order:ident) => {{
            static SITE: $crate::prim::site::Site = $crate::prim::site::Site::new($site);
            SITE.order($crate::prim::Ordering::$order)
        }};
    }
    /// A memory fence at a named site.
    #[macro_export]
    macro_rules! fence {
        ($site:literal, $order:ident) => {{
            static SITE: $crate::prim::site::Site = $crate::prim::site::Site::new($site);
            if !SITE.dropped() {
                let order = SITE.order($crate::prim::Ordering::$order);
                if order != $crate::prim::Ordering::Relaxed {
                    $crate::prim::raw_fence(order)
                }
            }
        }};
    }
    /// A second look at a condition; the mutant takes it for granted.
    #[macro_export]
    macro_rules! recheck {
        ($site:literal, $cond:expr) => {{
            static SITE: $crate::prim::site::Site = $crate::prim::site::Site::new($site);
            SITE.dropped() || $cond
        }};
    }
    /// A step of a protocol; the mutant leaves it out.
    #[macro_export]
    macro_rules! step {
        ($site:literal, $e:expr) => {{
            static SITE: $crate::prim::site::Site = $crate::prim::site::Site::new($site);
            if !SITE.dropped() {
                $e;
            }
        }};
    }
    /// A known bug that only a mutant switches on.
    #[macro_export]
    macro_rules! seeded {
        ($site:literal) => {{
            static SITE: $crate::prim::site::Site = $crate::prim::site::Site::new($site);
            SITE.switched_on()
        }};
    }
}
