//! `LOAD_GLOBAL`: the index of the name in the table of globals or of built-ins, proven by versions of the tables.

use super::{Reason, fail, frame, write};
use crate::frame::{Frame, Stack};
use crate::thread::VmThread;
use heddle_object::Value;
use heddle_object::types::{Dict, Str};
use heddle_sync::table::Table;
use heddle_tlbc::cache::LoadGlobalCache;
use heddle_tlbc::{Opcode, Unit};

/// Index of an exact string's entry; nothing when it is not there.
pub(super) fn find(t: &Table, name: &'static Str) -> Option<u32> {
    let word = Value::from_ref(name).word();
    let same = |k: u64| -> Result<bool, ()> {
        // SAFETY: tables hold value words.
        let k = unsafe { Value::from_slot(k) };
        Ok(k.filter(|k| k.is_exact::<Str>())
            .and_then(|k| k.cast::<Str>())
            .is_some_and(|k| k.eq(name)))
    };
    t.find::<()>(word, name.hash() as u64, same).ok().flatten()
}

/// The version of a dict's table, given when it has none; 0 when it has no table or versions have run out.
pub(super) fn table_version(th: &mut VmThread, d: &'static Dict) -> u32 {
    let rt = th.base.rt;
    th.base.critical(&d.header, |_| match d.core().own() {
        None => 0,
        Some(t) => match t.version() {
            0 => {
                let v = rt.new_version();
                if v != 0 {
                    t.set_version(v);
                }
                v
            }
            v => v,
        },
    })
}

/// Specializes.
#[cold]
#[inline(never)]
pub fn specialize(th: &mut VmThread, ip: *const Unit, _sp: Stack, fp: *mut Frame, a: u32) {
    let f = frame(fp);
    let name = f.code().name((a >> 1) as usize);
    let globals = f.globals();
    let gv = table_version(th, globals);
    let Some(gt) = globals.core().table() else { return fail(ip, Reason::NoVersion) };
    if gv == 0 || gt.version() != gv {
        return fail(ip, Reason::NoVersion);
    }
    if let Some(at) = find(gt, name) {
        let Ok(index) = u16::try_from(at) else { return fail(ip, Reason::OutOfRange) };
        return write::<LoadGlobalCache>(th, ip, Opcode::LoadGlobalModule, |c| {
            c.set_module_version(gv).set_index(index);
        });
    }
    let b = f.builtins();
    let Some(builtins) = b.cast::<Dict>().filter(|_| b.is_exact::<Dict>()) else {
        return fail(ip, Reason::NoForm);
    };
    let bv = table_version(th, builtins);
    let Some(bt) = builtins.core().table() else { return fail(ip, Reason::NoVersion) };
    if bv == 0 || bt.version() != bv {
        return fail(ip, Reason::NoVersion);
    }
    let Some(at) = find(bt, name) else { return fail(ip, Reason::Missing) };
    let Ok(index) = u16::try_from(at) else { return fail(ip, Reason::OutOfRange) };
    write::<LoadGlobalCache>(th, ip, Opcode::LoadGlobalBuiltin, |c| {
        c.set_module_version(gv).set_builtins_version(bv).set_index(index);
    });
}
