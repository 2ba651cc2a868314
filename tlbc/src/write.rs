//! The only writer of instructions: specialize, deopt, install an executor; and, in [`Edit`], instrument.
//!
//! Who may write a unit that holds an instruction:
//!
//! * the owner of the copy, by compare-and-exchange from the word it read, and never over an instrumented opcode;
//! * the instrumenter, unconditionally, under the code's lock or in a pause, in every copy.
//!
//! So whatever the order, instrumentation wins: the owner's exchange fails when the instrumenter came first, and is
//! overwritten when it came second. The instrumenter need not compare, because what it writes follows from the image
//! and from the events, not from what it finds. A failed exchange leaves the counter alone.
//!
//! Caches are filled before the opcode that reads them is published. Nobody but the owner looks at them, so this is a
//! matter of order within one thread.
//!
//! **Source:** CPython's `specialize.c` for the rule of exchange; models `tlbc_write`.

use crate::cache::Layout;
use crate::code::Code;
use crate::counter::{self, Counter};
use crate::defs::{BASE, CACHES, FIRST_INSTRUMENTED, Opcode};
use crate::prim::{MutexGuard, ord, seeded};
use crate::unit::{Unit, Word};

/// What became of an attempt to write an opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Written {
    /// It is in place.
    Done,
    /// The instruction is instrumented, or became so meanwhile (or an executor stands there): nothing was changed.
    Instrumented,
}

/// Whether a specializer must leave the instruction alone: it is instrumented, or an executor stands there.
#[inline]
fn is_closed(word: Word) -> bool {
    word.op() >= FIRST_INSTRUMENTED && !seeded!("write.peek_skipped")
}

/// Exchanges the word at `at` for `new`, unless it has changed.
///
/// `mine` is what the caller read and found open; the exchange starts from it.
#[inline]
fn exchange(unit: &Unit, mine: Word, new: Word) -> Written {
    if seeded!("write.blind") {
        unit.0.store(new.0, ord!("write.blind_store", Relaxed));
        return Written::Done;
    }
    // ORDERING: Relaxed both; only this thread reads the caches behind the new opcode, and an instrumented opcode's
    // tables are reached through the code's instrumentation version. COST: one RMW a specialization, not an execution.
    // Model: tlbc_write (mutants `write.blind`, `write.peek_skipped`).
    let result = unit.0.compare_exchange(
        mine.0,
        new.0,
        ord!("write.cas", Relaxed),
        ord!("write.cas_fail", Relaxed),
    );
    match result {
        Ok(_) => Written::Done,
        Err(_) => Written::Instrumented,
    }
}

/// Turns the instruction at `at` into `form`, after `fill` has written its cache, and starts the cooldown.
///
/// # Safety
/// - as [`Layout::at`] for `L`: an instruction of that family in the calling thread's copy.
pub unsafe fn specialize<L: Layout>(
    at: *const Unit,
    form: Opcode,
    cooldown: Counter,
    fill: impl FnOnce(&mut L::Fill<'_>),
) -> Written {
    debug_assert_eq!(form.base(), L::FAMILY, "{} is no form of this family", form.name());
    // SAFETY: the caller's duty.
    let unit = unsafe { &*at };
    let mine = unit.load();
    if is_closed(mine) {
        return Written::Instrumented;
    }
    // SAFETY: the caller's duty.
    fill(&mut unsafe { L::fill(at) });
    // SAFETY: the caller's duty: the family has a counter.
    unsafe { publish(at, unit, mine, form, cooldown) }
}

/// Like [`specialize`] for a form whose cache holds nothing but the counter.
///
/// # Safety
/// - `at` points to an instruction of `form`'s family, which has a counter, in the calling thread's copy.
pub unsafe fn specialize_plain(at: *const Unit, form: Opcode, cooldown: Counter) -> Written {
    // SAFETY: the caller's duty.
    let unit = unsafe { &*at };
    let mine = unit.load();
    if is_closed(mine) {
        return Written::Instrumented;
    }
    // SAFETY: the caller's duty.
    unsafe { publish(at, unit, mine, form, cooldown) }
}

/// # Safety
/// - as [`specialize_plain`].
unsafe fn publish(
    at: *const Unit,
    unit: &Unit,
    mine: Word,
    form: Opcode,
    cooldown: Counter,
) -> Written {
    debug_assert!(form.is_specialized());
    debug_assert!(
        mine.op() >= FIRST_INSTRUMENTED || BASE[mine.op() as usize] == form.base() as u8,
        "{} over opcode {}",
        form.name(),
        mine.op()
    );
    let written = exchange(unit, mine, mine.with_op(form as u8));
    if written == Written::Done {
        // An instrumenter that has just come second may have set the counter; either value will do.
        // SAFETY: the family has a counter.
        counter::store(unsafe { &*at.add(1) }, cooldown);
    }
    written
}

/// Gives up: back to the generic opcode, and a longer wait until the next attempt.
///
/// # Safety
/// - `at` points to an adaptive instruction of the calling thread's copy.
pub unsafe fn unspecialize(at: *const Unit) -> Written {
    // SAFETY: the caller's duty.
    let (unit, counter) = unsafe { (&*at, &*at.add(1)) };
    let mine = unit.load();
    if is_closed(mine) {
        return Written::Instrumented;
    }
    let base = BASE[mine.op() as usize];
    let written =
        if base == mine.op() { Written::Done } else { exchange(unit, mine, mine.with_op(base)) };
    if written == Written::Done {
        counter::restart(counter);
    }
    written
}

/// Exchanges the opcode for another form without a counter: `RESUME` to `RESUME_CHECK` and back, the two forms of
/// `JUMP_BACKWARD`. Allowed in a shared copy too.
///
/// # Safety
/// - `at` points to an instruction of `form`'s family in a copy that the calling thread executes.
pub unsafe fn set_form(at: *const Unit, form: Opcode) -> Written {
    // SAFETY: the caller's duty.
    let unit = unsafe { &*at };
    let mine = unit.load();
    if is_closed(mine) {
        return Written::Instrumented;
    }
    debug_assert_eq!(BASE[mine.op() as usize], form.base() as u8);
    exchange(unit, mine, mine.with_op(form as u8))
}

/// Puts `ENTER_EXECUTOR index` over the instruction at `at`; returns what it replaced.
///
/// # Safety
/// - `at` points to an instruction of the calling thread's copy, and the executor is in the copy's table already.
pub unsafe fn install_executor(at: *const Unit, index: u8) -> Option<Word> {
    // SAFETY: the caller's duty.
    let unit = unsafe { &*at };
    let mine = unit.load();
    if is_closed(mine) {
        return None;
    }
    match exchange(unit, mine, Word::of(Opcode::EnterExecutor, index)) {
        Written::Done => Some(mine),
        Written::Instrumented => None,
    }
}

/// Puts `original` back where `ENTER_EXECUTOR index` stands; nothing when it stands there no more.
///
/// # Safety
/// - as [`install_executor`]; `original` is what that returned.
pub unsafe fn remove_executor(at: *const Unit, index: u8, original: Word) {
    // SAFETY: the caller's duty.
    let unit = unsafe { &*at };
    let _ = exchange(unit, Word::of(Opcode::EnterExecutor, index), original);
}

/// Sets the counter of the instruction at `at`.
///
/// # Safety
/// - `at` points to an instruction with a counter, in a copy that the calling thread executes.
pub unsafe fn set_counter(at: *const Unit, counter: Counter) {
    // SAFETY: the caller's duty.
    counter::store(unsafe { &*at.add(1) }, counter);
}

/// The right to instrument one code object: its lock is held.
///
/// Order of an edit: side tables, then opcodes, then [`Edit::publish`], which a `RESUME` in another thread meets with
/// an acquire load; so who sees the new version sees the tables. Between edits nobody runs the code with the new
/// version: the edit is made in a pause, or before the first `RESUME` that would want it has passed.
///
/// No Python code, no allocation in the collected heap and no safepoint while an edit is open.
pub struct Edit<'a> {
    pub(crate) code: &'a Code,
    /// Always there, except in the mutant `edit.unlocked`.
    pub(crate) _guard: Option<MutexGuard<'a, ()>>,
}

impl Edit<'_> {
    /// What stands at `pc` in the main copy.
    pub fn current(&self, pc: usize) -> Word {
        self.code.main_units()[pc].load()
    }

    /// Puts `op`, instrumented or generic, at `pc` in every copy, with the image's argument, and lets an adaptive
    /// instruction warm up anew.
    ///
    /// **Panics:** `pc` is not the index of a unit. A specialized opcode is an error of the caller (debug builds).
    pub fn set(&mut self, pc: usize, op: Opcode) {
        debug_assert!(
            !op.is_specialized(),
            "instrumentation writes generic or instrumented opcodes"
        );
        let original = Word(self.code.image().units[pc]);
        let word = original.with_op(op as u8);
        let base = Opcode::from_u8(BASE[original.op() as usize]);
        let counter = base.and_then(|base| self.code.knobs().first_counter(base));
        self.code.each_copy(self, |units| {
            // ORDERING: Relaxed; see the head of this struct. An exchange although nothing is done with the old word:
            // two read-modify-writes of one word have an order that every checker derives, a store and one have not
            // (loom let the owner's older exchange win). COST: one RMW a site and copy, when events change.
            // Model: tlbc_write.
            units[pc].0.swap(word.0, ord!("edit.swap", Relaxed));
            if let Some(counter) = counter {
                counter::store(&units[pc + 1], Counter(counter));
            }
        });
    }

    /// Puts the image's own instruction at `pc`.
    pub fn restore(&mut self, pc: usize) {
        if let Some(op) = Word(self.code.image().units[pc]).opcode() {
            self.set(pc, op);
        }
    }

    /// Says that all copies, and all made from now on, implement instrumentation version `version`.
    pub fn publish(&mut self, version: u64) {
        // ORDERING: Release; pairs with the Acquire in `Code::instrumentation_version`. Carries: side tables and
        // opcodes written before. Model: tlbc_write (mutant `edit.publish=Relaxed`).
        self.code.instrumentation.store(version, ord!("edit.publish", Release));
    }
}

/// The units of a fresh copy of `image`, in fresh memory: generic opcodes, first counters, and where `main` is
/// instrumented, its opcode.
///
/// # Safety
/// - `out` is memory for as many units as the image has, shown to nobody.
pub(crate) unsafe fn write_fresh(
    image: &[u16],
    knobs: &crate::knobs::Knobs,
    main: Option<&[Unit]>,
    out: *mut Unit,
) {
    for (i, &word) in image.iter().enumerate() {
        // SAFETY: there is memory for as many units as the image has (the caller's duty).
        unsafe { out.add(i).write(Unit::new(word)) };
    }
    let mut pc = 0;
    while pc < image.len() {
        let original = Word(image[pc]);
        if let Some(main) = main {
            let now = main[pc].load();
            if now.opcode().is_some_and(Opcode::is_instrumented)
                && !seeded!("copies.drop_instrumented")
            {
                // SAFETY: as above; initialised by the first loop.
                unsafe { *out.add(pc) = Unit::new(original.with_op(now.op()).0) };
            }
        }
        let caches = CACHES[original.op() as usize] as usize;
        if caches > 0
            && pc + 1 < image.len()
            && let Some(counter) = original.opcode().and_then(|op| knobs.first_counter(op))
        {
            // SAFETY: as above.
            unsafe { *out.add(pc + 1) = Unit::new(counter) };
        }
        pc += 1 + caches;
    }
}
