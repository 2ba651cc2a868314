//! Specialization: one file a family. Each chooses a form for the operands at hand, fills the cache and has it written, or
//! counts why not and backs off.
//!
//! A form's guard must accept what its specializer accepted, or a site would change for ever: both call the same
//! predicate. Caches hold raw words: a version that matches proves them alive, because it is dropped before what it
//! vouches for changes, and there is no safepoint between a guard and the use of what it guards.

pub mod binary_op;
pub mod call;
pub mod for_iter;
pub mod load_attr;
pub mod load_global;
pub mod load_super_attr;
pub mod operator;
pub mod store_attr;

use crate::frame::Frame;
use crate::thread::VmThread;
use heddle_sync::ord;
use heddle_sync::prim::AtomicU64;
use heddle_tlbc::cache::Layout;
use heddle_tlbc::write::{self, Written};
use heddle_tlbc::{Opcode, Unit};

/// Why an instruction was not specialized.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Reason {
    /// No form exists for these operands.
    NoForm,
    /// Versions have run out, or the thing has none.
    NoVersion,
    /// An index or offset does not fit the cache.
    OutOfRange,
    /// The attribute or name does not exist: an error is to come.
    Missing,
    /// The type defines its own access.
    Overridden,
    /// Wrong number of arguments.
    ArgumentCount,
    /// Parameters that need binding.
    ComplexParameters,
    /// The instruction is instrumented.
    Instrumented,
}

/// Number of reasons.
pub const REASONS: usize = 8;

/// Attempts that worked and that did not, by reason, for one opcode.
pub struct Count {
    /// Attempts that worked.
    pub done: AtomicU64,
    /// Attempts that did not, by reason.
    pub failed: [AtomicU64; REASONS],
}

static COUNTS: [Count; 256] =
    [const { Count { done: AtomicU64::new(0), failed: [const { AtomicU64::new(0) }; REASONS] } };
        256];

/// The counts of a generic opcode.
pub fn count(op: Opcode) -> &'static Count {
    &COUNTS[op as usize]
}

/// Writes a form whose cache `fill` fills.
///
/// The instruction at `ip` is of the family of `form`, in this thread's copy: that is what adaptive instructions are.
pub(crate) fn write<L: Layout>(
    th: &VmThread,
    ip: *const Unit,
    form: Opcode,
    fill: impl FnOnce(&mut L::Fill<'_>),
) {
    // SAFETY: see above.
    let w = unsafe { write::specialize::<L>(ip, form, th.vm.knobs.cooldown, fill) };
    done(form, w);
}

/// Writes a form without a cache.
pub(crate) fn write_plain(th: &VmThread, ip: *const Unit, form: Opcode) {
    // SAFETY: as in `write`.
    let w = unsafe { write::specialize_plain(ip, form, th.vm.knobs.cooldown) };
    done(form, w);
}

fn done(form: Opcode, w: Written) {
    let c = count(form.base());
    let cell = match w {
        Written::Done => &c.done,
        Written::Instrumented => &c.failed[Reason::Instrumented as usize],
    };
    // ORDERING: Relaxed; a statistic. COST: once a specialization.
    cell.fetch_add(1, ord!("specialize.done", Relaxed));
}

/// Gives up for now.
pub(crate) fn fail(ip: *const Unit, why: Reason) {
    // SAFETY: as in `write`.
    unsafe {
        if let Some(op) = (*ip).load().opcode() {
            // ORDERING: Relaxed; a statistic.
            count(op.base()).failed[why as usize].fetch_add(1, ord!("specialize.failed", Relaxed));
        }
        let _ = write::unspecialize(ip);
    }
}

/// The code that runs, for names.
pub(crate) fn frame<'a>(fp: *mut Frame) -> &'a Frame {
    // SAFETY: specializers are called with the running frame.
    unsafe { &*fp }
}
