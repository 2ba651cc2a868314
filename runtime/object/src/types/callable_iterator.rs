//! `callable_iterator`: `iter(callable, sentinel)`.

use crate::core::header::Header;
use crate::core::slot::Slot;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::ops;
use crate::payload;
use crate::types::exceptions as exc;

/// Both slots empty once the sentinel was seen.
#[repr(C)]
pub struct CallableIterator {
    /// Cell header.
    pub header: Header,
    callable: Slot,
    sentinel: Slot,
}
payload!(CallableIterator, CALLABLE_ITERATOR);

unsafe fn trace_it(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    let c = unsafe { &*(cell as *const CallableIterator) };
    t.word(Value::slot_word(c.callable.get()));
    t.word(Value::slot_word(c.sentinel.get()));
}

/// `callable_iterator`
pub static CALLABLE_ITERATOR: StaticType = StaticType::new(TypeSpec {
    name: "callable_iterator",
    basicsize: size_of::<CallableIterator>(),
    flags: flags::DISALLOW_INSTANTIATION,
    trace: trace_it,
    slots: Slots { iter: Some(|_, v| Ok(v)), iternext: Some(next), ..Slots::NONE },
    ..TypeSpec::DEFAULT
});

/// `iter(callable, sentinel)`
pub fn new(th: &mut Thread, callable: Value, sentinel: Value) -> R {
    let it =
        th.alloc::<CallableIterator>(CALLABLE_ITERATOR.shape(), 0, |header| CallableIterator {
            header,
            callable: Slot::new(Some(callable)),
            sentinel: Slot::new(Some(sentinel)),
        })?;
    Ok(Value::from_ref(it))
}

fn next(th: &mut Thread, v: Value) -> R<Option<Value>> {
    let Some(it) = v.cast::<CallableIterator>() else { return Ok(None) };
    let (Some(f), Some(s)) = (it.callable.get(), it.sentinel.get()) else { return Ok(None) };
    match ops::call0(th, f) {
        Ok(x) => {
            if !ops::equal(th, s, x)? {
                return Ok(Some(x));
            }
        }
        Err(e) if th.catch(e, &exc::STOP_ITERATION) => {}
        Err(e) => return Err(e),
    }
    it.callable.set(None);
    it.sentinel.set(None);
    Ok(None)
}
