//! Small bridges to built-in types: what the vm needs of them and where it lives.

use heddle_object::{R, Thread, Value};

/// A bytes object.
pub fn bytes(th: &mut Thread, b: &[u8]) -> R {
    heddle_object::types::bytes::Bytes::new(th, b).map(|b| Value::from_ref(b))
}

/// The bytes of a bytes-like object.
pub fn bytes_of(th: &mut Thread, v: Value) -> R<Vec<u8>> {
    match v.type_of().slots().buffer {
        Some(f) => {
            let b = f(th, v, false)?;
            // SAFETY: the buffer is borrowed for the time of the copy.
            let out = unsafe { std::slice::from_raw_parts(b.ptr, b.len) }.to_vec();
            if let Some(release) = v.type_of().slots().release_buffer {
                release(th, v);
            }
            Ok(out)
        }
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("a bytes-like object is required, not '{tn}'")))
        }
    }
}

/// `builtins.name`
pub fn builtin(th: &mut Thread, name: &str) -> R {
    let key = heddle_object::names::intern_str(th, name)?;
    let d = crate::thread::VmThread::of(th).vm.builtins_dict();
    match d.cast::<heddle_object::types::Dict>().and_then(|d| d.get_str(key)) {
        Some(v) => Ok(v),
        None => Err(crate::uops::names::name_error(th, key)),
    }
}

/// A frozenset of these items.
pub fn frozenset(th: &mut Thread, items: &[Value]) -> R {
    heddle_object::types::set::Set::frozen_of(th, items).map(|s| Value::from_ref(s))
}

/// A set of these items.
pub fn set(th: &mut Thread, items: &[Value]) -> R {
    let s = heddle_object::types::set::Set::new(th)?;
    for v in items {
        s.add(th, *v)?;
    }
    Ok(Value::from_ref(s))
}

/// Adds to a set.
pub fn set_add(th: &mut Thread, s: Value, v: Value) -> R<()> {
    match s.cast::<heddle_object::types::set::Set>() {
        Some(s) => s.add(th, v).map(|_| ()),
        None => Err(th.system_error(format_args!("a set was expected"))),
    }
}

/// `types.GenericAlias(origin, args)`
pub fn generic_alias(th: &mut Thread, origin: Value, args: Value) -> R {
    heddle_object::types::generic_alias::new_alias(th, origin, args)
}

/// Joins strings.
pub fn concat_all(th: &mut Thread, items: &[Value]) -> R {
    let empty = heddle_object::types::Str::empty(th)?;
    heddle_object::types::str::methods::join(th, empty, items).map(|s| Value::from_ref(s))
}

/// Whether a value is an exact `set` or `frozenset`.
#[inline(always)]
pub fn is_exact_set(v: Value) -> bool {
    use heddle_object::types::set::{FrozenSet, Set};
    v.is_exact::<Set>() || v.is_exact::<FrozenSet>()
}

/// A string of code points, surrogates too.
pub fn from_code_points(th: &mut Thread, points: &[u32]) -> R<&'static heddle_object::types::Str> {
    let buf = heddle_object::text::StrBuf::from_codes(points.iter().copied());
    heddle_object::types::Str::from_buf(th, &buf)
}
