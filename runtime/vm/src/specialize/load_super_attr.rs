//! `LOAD_SUPER_ATTR`: what the built-in `super` finds, proven by the object's shape and the class's version.

use super::{Reason, fail, frame, write};
use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use heddle_object::types::{Dict, Tuple};
use heddle_object::{flags, ty};
use heddle_tlbc::cache::LoadSuperAttrCache;
use heddle_tlbc::{Opcode, Unit};

/// Specializes.
#[cold]
#[inline(never)]
pub fn specialize(th: &mut VmThread, ip: *const Unit, sp: Stack, fp: *mut Frame, a: u32) {
    let (sup, class, o) = (sp.get(3), sp.get(2), sp.get(1));
    if sup != th.vm.super_type() {
        return fail(ip, Reason::NoForm);
    }
    if a & 1 == 0 {
        return write::<LoadSuperAttrCache>(th, ip, Opcode::LoadSuperAttrAttr, |_| {});
    }
    let name = frame(fp).code().name((a >> 2) as usize);
    let Some(class) = class.cast_type() else { return fail(ip, Reason::NoForm) };
    let t = o.type_of();
    if o.cast_type().is_some() || !t.is_subtype(class) {
        return fail(ip, Reason::NoForm);
    }
    let (version, class_version) =
        (ty::assign_version(&mut th.base, o.shape()), ty::assign_type_version(&mut th.base, class));
    if version == 0 || class_version == 0 {
        return fail(ip, Reason::NoVersion);
    }
    let Some(mro) = t.mro.get().and_then(|m| m.cast::<Tuple>()) else {
        return fail(ip, Reason::NoForm);
    };
    let found = mro
        .as_slice()
        .iter()
        .skip_while(|c| **c != class.value())
        .skip(1)
        .find_map(|c| c.cast_type()?.dict.get()?.cast::<Dict>()?.get_str(name));
    match found {
        Some(f) if f.type_of().has(flags::METHOD_DESCRIPTOR) => {
            write::<LoadSuperAttrCache>(th, ip, Opcode::LoadSuperAttrMethod, |c| {
                c.set_version(version).set_aux(class_version).set_word(f.word());
            })
        }
        Some(_) => fail(ip, Reason::NoForm),
        None => fail(ip, Reason::Missing),
    }
}
