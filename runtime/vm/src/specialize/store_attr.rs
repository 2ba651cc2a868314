//! `STORE_ATTR`: an attribute that the shape has, one that it gets by a transition, a slot of the type.

use super::load_attr::member_offset;
use super::{Reason, fail, frame, write};
use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use heddle_object::core::shape::ShapeKind;
use heddle_object::types::Str;
use heddle_object::types::descr::MEMBER;
use heddle_object::{Slot, Value, attr, flags, ty};
use heddle_tlbc::cache::StoreAttrCache;
use heddle_tlbc::{Opcode, Unit};

/// Stores into the slot at a byte offset, if the object's shape still has that version once nobody else can change it.
#[inline(always)]
pub fn store_checked(th: &mut VmThread, o: Value, version: u32, offset: usize, v: Value) -> bool {
    // SAFETY: the caller tested that it is a pointer.
    let header = unsafe { o.header_unchecked() };
    if header.word.owned_by(th.base.slot.owner()) {
        // The owner needs no section: nothing between the caller's test of the version and this store is a safepoint.
        // SAFETY: the version proves that the offset is that of an attribute slot.
        unsafe { &*(o.as_ptr::<u8>().add(offset) as *const Slot) }.set(Some(v));
        return true;
    }
    store_shared(th, o, version, offset, v)
}

/// The same for an object that is not this thread's.
#[cold]
#[inline(never)]
fn store_shared(th: &mut VmThread, o: Value, version: u32, offset: usize, v: Value) -> bool {
    // SAFETY: the caller tested that it is a pointer.
    let header = unsafe { o.header_unchecked() };
    th.base.critical(header, |_| {
        if header.shape().version() != version {
            return false;
        }
        // SAFETY: the version proves that the offset is that of an attribute slot.
        unsafe { &*(o.as_ptr::<u8>().add(offset) as *const Slot) }.set(Some(v));
        true
    })
}

/// Adds an attribute at an inline slot by the transition of the object's shape. False when there is no such transition.
///
/// The owner needs no section: nothing between the test and the last store is a safepoint.
#[inline(always)]
pub fn add_checked(
    th: &mut VmThread,
    o: Value,
    name: &'static Str,
    offset: usize,
    v: Value,
) -> bool {
    // SAFETY: the caller tested that it is a pointer.
    let header = unsafe { o.header_unchecked() };
    let shape = header.shape();
    let Some(next) = heddle_object::attr::transition::existing(shape, name) else { return false };
    if header.word.owned_by(th.base.slot.owner()) {
        // SAFETY: the specializer found the new attribute's slot there, inline.
        unsafe { &*(o.as_ptr::<u8>().add(offset) as *const Slot) }.set(Some(v));
        header.set_shape(next);
        return true;
    }
    add_shared(th, o, shape, next, offset, v)
}

/// The same for an object that is not this thread's.
#[cold]
#[inline(never)]
fn add_shared(
    th: &mut VmThread,
    o: Value,
    shape: &'static heddle_object::core::shape::Shape,
    next: &'static heddle_object::core::shape::Shape,
    offset: usize,
    v: Value,
) -> bool {
    // SAFETY: the caller tested that it is a pointer.
    let header = unsafe { o.header_unchecked() };
    th.base.critical(header, |_| {
        if !std::ptr::eq(header.shape_ptr(), shape) {
            return false;
        }
        // SAFETY: as in `add_checked`.
        unsafe { &*(o.as_ptr::<u8>().add(offset) as *const Slot) }.set(Some(v));
        header.set_shape(next);
        true
    })
}

/// Specializes.
#[cold]
#[inline(never)]
pub fn specialize(th: &mut VmThread, ip: *const Unit, sp: Stack, fp: *mut Frame, a: u32) {
    let o = sp.get(1);
    let name = frame(fp).code().name(a as usize);
    let t = o.type_of();
    if !o.is_ptr() || !t.has(flags::GENERIC_SETATTR) {
        return fail(ip, Reason::Overridden);
    }
    let s = o.shape();
    let version = ty::assign_version(&mut th.base, s);
    if version == 0 {
        return fail(ip, Reason::NoVersion);
    }
    if let Some(d) = ty::lookup(&mut th.base, t, name)
        && d.type_of().slots().descr_set.is_some()
    {
        if d.is_type(&MEMBER)
            && let Some(offset) = member_offset(d)
            && let Ok(offset) = u16::try_from(offset)
        {
            return write::<StoreAttrCache>(th, ip, Opcode::StoreAttrSlot, |c| {
                c.set_version(version).set_offset(offset);
            });
        }
        return fail(ip, Reason::NoForm);
    }
    if !t.has(flags::HAS_DICT) {
        return fail(ip, Reason::Missing);
    }
    match s.kind {
        ShapeKind::Slots => {
            let (index, form) = match s.find(name) {
                Some(i) => (i, Opcode::StoreAttrInstanceValue),
                None => (s.nattrs as usize, Opcode::StoreAttrAdd),
            };
            if index >= s.inline_cap as usize {
                return fail(ip, Reason::OutOfRange);
            }
            let Ok(offset) = u16::try_from(s.attrs_offset as usize + 8 + 8 * index) else {
                return fail(ip, Reason::OutOfRange);
            };
            if form == Opcode::StoreAttrAdd
                && attr::transition::next(&mut th.base, s, name).is_err()
            {
                th.base.exception = None;
                return fail(ip, Reason::NoForm);
            }
            write::<StoreAttrCache>(th, ip, form, |c| {
                c.set_version(version).set_offset(offset);
            });
        }
        ShapeKind::Dict => write::<StoreAttrCache>(th, ip, Opcode::StoreAttrWithHint, |c| {
            c.set_version(version).set_offset(0);
        }),
        ShapeKind::Fixed => fail(ip, Reason::NoForm),
    }
}
