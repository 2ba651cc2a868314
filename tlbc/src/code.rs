//! Code at run time: an image, its main copy and the copies of other threads.
//!
//! Invariants: every copy has as many units as the image, and the same arguments; where a copy's opcode is neither the
//! image's nor instrumented, it is a form of the image's, or an executor's. What is written where, `write.rs` says; who
//! may read which copy, `copies.rs`.

use core::ptr::NonNull;
use std::sync::Arc;

use heddle_sync::reclaim::Graveyard;

use crate::copies::Copies;
pub use crate::copies::OutOfMemory;
use crate::defs::Opcode;
use crate::image::CodeImage;
use crate::knobs::Knobs;
use crate::prim::{AtomicU32, AtomicU64, Mutex, ord, seeded};
use crate::unit::Unit;
use crate::write::{Edit, write_fresh};

/// A code object's bytecode.
pub struct Code {
    image: Arc<CodeImage>,
    main: Box<[Unit]>,
    copies: Copies,
    knobs: Knobs,
    first_traceable: u32,
    version: AtomicU32,
    pub(crate) instrumentation: AtomicU64,
    lock: Mutex<()>,
}

/// Memory held by copies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyReport {
    /// Copies beside the main ones.
    pub copies: usize,
    /// Their bytes.
    pub copy_bytes: usize,
    /// Bytes of the arrays that find them.
    pub array_bytes: usize,
    /// Copies and their bytes, by thread index.
    pub by_index: Vec<(usize, usize)>,
}

impl Code {
    /// Makes the main copy of `image`.
    pub fn new(image: Arc<CodeImage>, knobs: Knobs) -> Code {
        let mut main: Vec<Unit> = Vec::with_capacity(image.units.len());
        // SAFETY: the vector has room for the image's units, and all of them are written.
        unsafe {
            write_fresh(&image.units, &knobs, None, main.as_mut_ptr());
            main.set_len(image.units.len());
        }
        let first_traceable = crate::unit::instructions(&image.units)
            .find(|i| i.op == Opcode::Resume as u8)
            .map_or(image.units.len(), |i| i.start) as u32;
        Code {
            copies: Copies::new(main.len()),
            main: main.into(),
            image,
            knobs,
            first_traceable,
            version: AtomicU32::new(0),
            instrumentation: AtomicU64::new(0),
            lock: Mutex::new(()),
        }
    }

    /// The image it was made from.
    #[inline(always)]
    pub fn image(&self) -> &Arc<CodeImage> {
        &self.image
    }

    /// The settings it was made with.
    #[inline]
    pub fn knobs(&self) -> &Knobs {
        &self.knobs
    }

    /// Number of units in each copy.
    #[inline]
    pub fn len(&self) -> usize {
        self.main.len()
    }

    /// Whether there is no code.
    pub fn is_empty(&self) -> bool {
        self.main.is_empty()
    }

    /// Index of the first `RESUME`: what comes before it runs in the main copy, is not specialized and not traced.
    #[inline]
    pub fn first_traceable(&self) -> usize {
        self.first_traceable as usize
    }

    /// The main copy, index 0's own.
    #[inline(always)]
    pub fn main(&self) -> *const Unit {
        self.main.as_ptr()
    }

    /// The units of the main copy.
    pub fn main_units(&self) -> &[Unit] {
        &self.main
    }

    /// The calling thread's copy, if it has one.
    ///
    /// **Threads:** attached, and `index` is its own (0 for all threads without copies). The pointer is good until
    /// the thread gives up its index or lets its copies be freed. **Escapes:** no.
    #[inline(always)]
    pub fn base(&self, index: u32) -> Option<*const Unit> {
        if index == 0 {
            return Some(self.main());
        }
        self.copies.own(index).map(|copy| copy.as_ptr().cast_const())
    }

    /// The calling thread's copy, made when there is none yet.
    ///
    /// **Errors:** [`OutOfMemory`]; nothing has changed then. **Threads:** as [`Code::base`]; takes the code's lock
    /// when the copy is missing, for the time it takes to make one. **Escapes:** no.
    pub fn get_or_create(
        &self,
        index: u32,
        graveyard: &Graveyard,
    ) -> Result<*const Unit, OutOfMemory> {
        match self.base(index) {
            Some(base) => Ok(base),
            None => self.create(index, graveyard),
        }
    }

    #[cold]
    fn create(&self, index: u32, graveyard: &Graveyard) -> Result<*const Unit, OutOfMemory> {
        if !self.knobs.copies {
            return Ok(self.main());
        }
        let _guard = (!seeded!("copies.unlocked")).then(|| self.lock.lock());
        if !seeded!("copies.recheck_skipped")
            && let Some(base) = self.base(index)
        {
            return Ok(base);
        }
        // SAFETY: the lock is held, and the entry is empty; `index` is the caller's.
        let copy = unsafe {
            self.copies.create(
                index,
                |out| write_fresh(&self.image.units, &self.knobs, Some(&self.main), out),
                graveyard,
            )
        };
        copy.map(|copy| copy.as_ptr().cast_const())
    }

    /// The index of the unit that `ip` points to, in the copy of `index`.
    ///
    /// `index` is the one of the *frame*: the pointer is into that copy, whoever asks.
    ///
    /// # Safety
    /// - `ip` points into that copy, or one past its end;
    /// - `index` is the calling thread's, or that thread cannot lose the copy meanwhile.
    #[inline]
    pub unsafe fn pc(&self, index: u32, ip: *const Unit) -> usize {
        let base = self.base(index).unwrap_or(self.main());
        // SAFETY: both are in one allocation, by the caller's duty.
        unsafe { ip.offset_from_unsigned(base) }
    }

    /// The same instruction in another copy.
    ///
    /// # Safety
    /// - `ip` points into the copy that begins at `from`; `to` begins another copy of this code.
    #[inline]
    pub unsafe fn relocate(
        &self,
        ip: *const Unit,
        from: *const Unit,
        to: *const Unit,
    ) -> *const Unit {
        // SAFETY: copies have the same length, by the caller's duty.
        unsafe { to.add(ip.offset_from_unsigned(from)) }
    }

    /// The version from which functions take theirs; 0 = none yet.
    #[inline]
    pub fn version(&self) -> u32 {
        // ORDERING: Relaxed; a version stands for the code, which never changes. Model: none needed.
        self.version.load(ord!("code.version", Relaxed))
    }

    /// Gives the code the version `fresh`, unless it has one; returns the one it has.
    pub fn version_or(&self, fresh: u32) -> u32 {
        // ORDERING: Relaxed; as above. COST: once a code object.
        match self.version.compare_exchange(
            0,
            fresh,
            ord!("code.version_cas", Relaxed),
            ord!("code.version_cas_fail", Relaxed),
        ) {
            Ok(_) => fresh,
            Err(version) => version,
        }
    }

    /// The instrumentation version that the bytecode implements; `RESUME` compares it with the thread's.
    #[inline(always)]
    pub fn instrumentation_version(&self) -> u64 {
        // ORDERING: Acquire; pairs with the Release in `Edit::publish`. Carries: side tables and opcodes.
        // Model: tlbc_write (mutant `code.instrumentation=Relaxed`).
        self.instrumentation.load(ord!("code.instrumentation", Acquire))
    }

    /// Opens the code for instrumentation.
    ///
    /// **Threads:** attached, may wait for another thread that makes a copy or instruments; also from inside a pause,
    /// since nobody parks holding this lock. **Escapes:** no.
    pub fn edit(&self) -> Edit<'_> {
        Edit { code: self, _guard: (!seeded!("edit.unlocked")).then(|| self.lock.lock()) }
    }

    /// Calls `f` for the main copy and every other.
    pub(crate) fn each_copy(&self, _edit: &Edit<'_>, mut f: impl FnMut(&[Unit])) {
        f(&self.main);
        // SAFETY: an edit holds the lock.
        unsafe { self.copies.each(|_, copy| f(self.units_of(copy))) };
    }

    /// # Safety
    /// - `copy` is one of this code's copies and stays while the result is used.
    unsafe fn units_of<'a>(&self, copy: NonNull<Unit>) -> &'a [Unit] {
        // SAFETY: every copy has as many units as the main one.
        unsafe { core::slice::from_raw_parts(copy.as_ptr(), self.main.len()) }
    }

    /// The words of the copy of `index`, which may be another thread's: for listings and tests.
    pub fn words(&self, index: u32) -> Option<Vec<u16>> {
        let read = |units: &[Unit]| units.iter().map(|unit| unit.load().0).collect();
        if index == 0 {
            return Some(read(&self.main));
        }
        let _guard = self.lock.lock();
        let mut words = None;
        // SAFETY: the lock is held; copies are freed in pauses only, and this thread is attached.
        unsafe {
            self.copies.each(|i, copy| {
                if i == index {
                    words = Some(read(self.units_of(copy)));
                }
            });
        }
        words
    }

    /// Adds the memory of this code's copies to `report`.
    pub fn report(&self, report: &mut CopyReport) {
        let bytes = self.len() * size_of::<Unit>();
        let _guard = self.lock.lock();
        // SAFETY: the lock is held.
        unsafe {
            report.array_bytes += self.copies.array_bytes();
            self.copies.each(|index, _| {
                let index = index as usize;
                if report.by_index.len() <= index {
                    report.by_index.resize(index + 1, (0, 0));
                }
                report.by_index[index].0 += 1;
                report.by_index[index].1 += bytes;
                report.copies += 1;
                report.copy_bytes += bytes;
            });
        }
    }

    /// Frees the copies of the indices for which `dead` holds; returns how many.
    ///
    /// # Safety
    /// - the world is paused;
    /// - no frame, running or suspended, of a thread or a generator, is in one of these copies.
    pub unsafe fn free_copies(&self, dead: impl Fn(u32) -> bool) -> usize {
        // SAFETY: the caller's duty.
        unsafe { self.copies.free_where(dead) }
    }
}

#[cfg(all(test, not(any(heddle_loom, heddle_shuttle, heddle_wm))))]
mod tests;
