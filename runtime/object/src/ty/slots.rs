//! Dunder methods and the slot table: which method stands for which slot, in both directions.
//!
//! `SLOT_DEFS` has one row a method. A row knows how to call the slot of a native type (for the `slot wrapper` objects
//! in its namespace) and which generic function to install in a class that defines the method in Python. CPython does
//! the same in `typeobject.c` (`slotdefs`).

use crate::core::native::{Args, SendResult};
use crate::core::thread::Thread;
use crate::core::ty::{BinaryFn, CompareOp, Slots, TernaryFn, Type, UnaryFn};
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::names::n;
use crate::ops;
use crate::ty::lookup;
use crate::types::Str;
use crate::types::exceptions as exc;

/// One method that stands for a slot.
pub struct SlotDef {
    /// Name of the method.
    pub name: &'static str,
    /// Docstring with text signature.
    pub doc: &'static str,
    /// Whether a table has the slot.
    pub present: fn(&Slots) -> bool,
    /// Calls the slot of a table with arguments given by Python code.
    pub call: fn(&mut Thread, &Slots, Value, &Args) -> R,
    /// Installs the function that calls the Python method.
    pub install: fn(&mut Slots),
    /// Copies the slot from another table (an absent one too).
    pub copy: fn(&mut Slots, &Slots),
}

fn missing(th: &mut Thread, slf: Value) -> Raised {
    let tn = slf.type_of().name();
    th.type_error(format_args!("descriptor requires a different object, not '{tn}'"))
}

fn arity(th: &mut Thread, a: &Args, min: usize, max: usize) -> R<()> {
    if a.nkw() != 0 {
        return Err(th.type_error(format_args!("wrapper method doesn't take keyword arguments")));
    }
    let k = a.pos.len();
    if k >= min && k <= max {
        return Ok(());
    }
    let s = if min == 1 { "" } else { "s" };
    Err(if min == max {
        th.type_error(format_args!("expected {min} argument{s}, got {k}"))
    } else if k < min {
        th.type_error(format_args!("expected at least {min} argument{s}, got {k}"))
    } else {
        let s = if max == 1 { "" } else { "s" };
        th.type_error(format_args!("expected at most {max} argument{s}, got {k}"))
    })
}

/// Calls the special method of `obj`'s type.
fn method(th: &mut Thread, obj: Value, name: &'static Str, args: &[Value]) -> R {
    match ops::call_special(th, obj, name, args)? {
        Some(v) => Ok(v),
        None => Err(crate::attr::no_attribute(th, obj, name)),
    }
}

/// As [`method`], `NotImplemented` when there is none.
fn method_or_not_implemented(th: &mut Thread, obj: Value, name: &'static Str, args: &[Value]) -> R {
    Ok(ops::call_special(th, obj, name, args)?.unwrap_or_else(Value::not_implemented))
}

fn eq_binary(a: Option<BinaryFn>, b: BinaryFn) -> bool {
    a.is_some_and(|a| std::ptr::fn_addr_eq(a, b))
}

/// The generic function of a binary operator: `a.name(b)` or `b.rname(a)`, whichever class of ours is concerned.
fn binary_generic(
    th: &mut Thread,
    a: Value,
    b: Value,
    slot: fn(&Slots) -> Option<BinaryFn>,
    this: BinaryFn,
    name: &'static Str,
    rname: &'static Str,
) -> R {
    let (ta, tb) = (a.type_of(), b.type_of());
    let mut other = !std::ptr::eq(ta, tb) && eq_binary(slot(tb.slots()), this);
    if eq_binary(slot(ta.slots()), this) {
        if other && tb.is_subtype(ta) && lookup(th, ta, rname) != lookup(th, tb, rname) {
            let r = method_or_not_implemented(th, b, rname, &[a])?;
            if !r.is_not_implemented() {
                return Ok(r);
            }
            other = false;
        }
        let r = method_or_not_implemented(th, a, name, &[b])?;
        if !r.is_not_implemented() || std::ptr::eq(ta, tb) {
            return Ok(r);
        }
    }
    if other {
        return method_or_not_implemented(th, b, rname, &[a]);
    }
    Ok(Value::not_implemented())
}

macro_rules! defs {
    (
        unary { $($u:ident $us:ident $udoc:literal;)* }
        binary { $($b:ident $rb:ident $bs:ident $bdoc:literal;)* }
        inplace { $($i:ident $is:ident $idoc:literal;)* }
        compare { $($c:ident $cop:ident;)* }
        special { $($special:expr,)* }
    ) => {
        mod unary {
            use super::*;
            $(pub fn $us(th: &mut Thread, v: Value) -> R { method(th, v, n().$u, &[]) })*
        }
        mod binary {
            use super::*;
            $(pub fn $bs(th: &mut Thread, a: Value, b: Value) -> R {
                binary_generic(th, a, b, |s| s.$bs, $bs as BinaryFn, n().$b, n().$rb)
            })*
        }
        mod inplace {
            use super::*;
            $(pub fn $is(th: &mut Thread, a: Value, b: Value) -> R { method(th, a, n().$i, &[b]) })*
        }
        /// All rows.
        pub static SLOT_DEFS: &[SlotDef] = &[
            $(SlotDef {
                name: stringify!($u), doc: $udoc,
                present: |s| s.$us.is_some(),
                call: |th, s, v, a| { arity(th, a, 0, 0)?; call_unary(th, s.$us, v) },
                install: |s| s.$us = Some(unary::$us),
                copy: |to, from| to.$us = from.$us,
            },)*
            $(SlotDef {
                name: stringify!($b), doc: concat!(stringify!($b), "($self, value, /)\n--\n\nReturn self", $bdoc, "value."),
                present: |s| s.$bs.is_some(),
                call: |th, s, v, a| { arity(th, a, 1, 1)?; call_binary(th, s.$bs, v, v, a.pos[0]) },
                install: |s| s.$bs = Some(binary::$bs),
                copy: |to, from| to.$bs = from.$bs,
            },
            SlotDef {
                name: stringify!($rb), doc: concat!(stringify!($rb), "($self, value, /)\n--\n\nReturn value", $bdoc, "self."),
                present: |s| s.$bs.is_some(),
                call: |th, s, v, a| { arity(th, a, 1, 1)?; call_binary(th, s.$bs, v, a.pos[0], v) },
                install: |s| s.$bs = Some(binary::$bs),
                copy: |to, from| to.$bs = from.$bs,
            },)*
            $(SlotDef {
                name: stringify!($i), doc: concat!(stringify!($i), "($self, value, /)\n--\n\nReturn self", $idoc, "value."),
                present: |s| s.$is.is_some(),
                call: |th, s, v, a| { arity(th, a, 1, 1)?; call_binary(th, s.$is, v, v, a.pos[0]) },
                install: |s| s.$is = Some(inplace::$is),
                copy: |to, from| to.$is = from.$is,
            },)*
            $(SlotDef {
                name: stringify!($c), doc: concat!(stringify!($c), "($self, value, /)\n--\n\n"),
                present: |s| s.richcompare.is_some(),
                call: |th, s, v, a| {
                    arity(th, a, 1, 1)?;
                    match s.richcompare { Some(f) => f(th, v, a.pos[0], CompareOp::$cop), None => Err(missing(th, v)) }
                },
                install: |s| s.richcompare = Some(compare_generic),
                copy: |to, from| to.richcompare = from.richcompare,
            },)*
            $($special,)*
        ];
    };
}

fn call_unary(th: &mut Thread, f: Option<UnaryFn>, v: Value) -> R {
    match f {
        Some(f) => f(th, v),
        None => Err(missing(th, v)),
    }
}
fn call_binary(th: &mut Thread, f: Option<BinaryFn>, slf: Value, a: Value, b: Value) -> R {
    match f {
        Some(f) => f(th, a, b),
        None => Err(missing(th, slf)),
    }
}

defs! {
    unary {
        __repr__ repr "__repr__($self, /)\n--\n\nReturn repr(self).";
        __str__ str "__str__($self, /)\n--\n\nReturn str(self).";
        __iter__ iter "__iter__($self, /)\n--\n\nImplement iter(self).";
        __neg__ negative "__neg__($self, /)\n--\n\n-self";
        __pos__ positive "__pos__($self, /)\n--\n\n+self";
        __abs__ absolute "__abs__($self, /)\n--\n\nabs(self)";
        __invert__ invert "__invert__($self, /)\n--\n\n~self";
        __int__ int "__int__($self, /)\n--\n\nint(self)";
        __float__ float "__float__($self, /)\n--\n\nfloat(self)";
        __index__ index "__index__($self, /)\n--\n\nReturn self converted to an integer, if self is suitable for use as an index into a list.";
        __await__ await_ "__await__($self, /)\n--\n\nReturn an iterator to be used in await expression.";
        __aiter__ aiter "__aiter__($self, /)\n--\n\nReturn an awaitable, that resolves in asynchronous iterator.";
        __anext__ anext "__anext__($self, /)\n--\n\nReturn a value or raise StopAsyncIteration.";
    }
    binary {
        __add__ __radd__ add "+";
        __sub__ __rsub__ subtract "-";
        __mul__ __rmul__ multiply "*";
        __mod__ __rmod__ remainder "%";
        __divmod__ __rdivmod__ divmod ", divmod ";
        __lshift__ __rlshift__ lshift "<<";
        __rshift__ __rrshift__ rshift ">>";
        __and__ __rand__ and "&";
        __xor__ __rxor__ xor "^";
        __or__ __ror__ or "|";
        __floordiv__ __rfloordiv__ floor_divide "//";
        __truediv__ __rtruediv__ true_divide "/";
        __matmul__ __rmatmul__ matrix_multiply "@";
    }
    inplace {
        __iadd__ inplace_add "+=";
        __isub__ inplace_subtract "-=";
        __imul__ inplace_multiply "*=";
        __imod__ inplace_remainder "%=";
        __ilshift__ inplace_lshift "<<=";
        __irshift__ inplace_rshift ">>=";
        __iand__ inplace_and "&=";
        __ixor__ inplace_xor "^=";
        __ior__ inplace_or "|=";
        __ifloordiv__ inplace_floor_divide "//=";
        __itruediv__ inplace_true_divide "/=";
        __imatmul__ inplace_matrix_multiply "@=";
    }
    compare {
        __lt__ Lt; __le__ Le; __eq__ Eq; __ne__ Ne; __gt__ Gt; __ge__ Ge;
    }
    special {
        SlotDef {
            name: "__hash__", doc: "__hash__($self, /)\n--\n\nReturn hash(self).",
            present: |s| s.hash.is_some(),
            call: |th, s, v, a| {
                arity(th, a, 0, 0)?;
                match s.hash {
                    Some(f) => { let h = f(th, v)?; crate::types::int::from_i64(th, h) }
                    None => Err(missing(th, v)),
                }
            },
            install: |s| s.hash = Some(hash_generic),
            copy: |to, from| to.hash = from.hash,
        },
        SlotDef {
            name: "__call__", doc: "__call__($self, /, *args, **kwargs)\n--\n\nCall self as a function.",
            present: |s| s.call.is_some(),
            call: |th, s, v, a| match s.call {
                Some(f) => with_flat(th, a, |th, args, kw| f(th, v, args, kw)),
                None => Err(missing(th, v)),
            },
            install: |s| s.call = Some(call_generic),
            copy: |to, from| to.call = from.call,
        },
        SlotDef {
            name: "__getattribute__", doc: "__getattribute__($self, name, /)\n--\n\nReturn getattr(self, name).",
            present: |s| s.getattro.is_some(),
            call: |th, s, v, a| { arity(th, a, 1, 1)?; call_binary(th, s.getattro, v, v, a.pos[0]) },
            install: |s| s.getattro = Some(getattr_generic),
            copy: |to, from| to.getattro = from.getattro,
        },
        SlotDef {
            name: "__getattr__", doc: "",
            present: |_| false,
            call: |th, _, v, _| Err(missing(th, v)),
            install: |s| s.getattro = Some(getattr_generic),
            copy: |to, from| to.getattro = from.getattro,
        },
        SlotDef {
            name: "__setattr__", doc: "__setattr__($self, name, value, /)\n--\n\nImplement setattr(self, name, value).",
            present: |s| s.setattro.is_some(),
            call: |th, s, v, a| { arity(th, a, 2, 2)?; guard_setattr(th, s, v)?; store(th, s.setattro, v, a.pos[0], Some(a.pos[1])) },
            install: |s| s.setattro = Some(setattr_generic),
            copy: |to, from| to.setattro = from.setattro,
        },
        SlotDef {
            name: "__delattr__", doc: "__delattr__($self, name, /)\n--\n\nImplement delattr(self, name).",
            present: |s| s.setattro.is_some(),
            call: |th, s, v, a| { arity(th, a, 1, 1)?; guard_setattr(th, s, v)?; store(th, s.setattro, v, a.pos[0], None) },
            install: |s| s.setattro = Some(setattr_generic),
            copy: |to, from| to.setattro = from.setattro,
        },
        SlotDef {
            name: "__next__", doc: "__next__($self, /)\n--\n\nImplement next(self).",
            present: |s| s.iternext.is_some(),
            call: |th, s, v, a| {
                arity(th, a, 0, 0)?;
                match s.iternext {
                    Some(f) => match f(th, v)? {
                        Some(x) => Ok(x),
                        None => Err(th.stop_iteration(Value::none())),
                    },
                    None => Err(missing(th, v)),
                }
            },
            install: |s| s.iternext = Some(next_generic),
            copy: |to, from| to.iternext = from.iternext,
        },
        SlotDef {
            name: "__get__", doc: "__get__($self, instance, owner=None, /)\n--\n\nReturn an attribute of instance, which is of type owner.",
            present: |s| s.descr_get.is_some(),
            call: |th, s, v, a| {
                arity(th, a, 1, 2)?;
                let owner = a.pos.get(1).copied().unwrap_or_else(Value::none);
                let obj = (!a.pos[0].is_none()).then_some(a.pos[0]);
                if obj.is_none() && owner.is_none() {
                    return Err(th.type_error(format_args!("__get__(None, None) is invalid")));
                }
                match s.descr_get { Some(f) => f(th, v, obj, owner), None => Err(missing(th, v)) }
            },
            install: |s| s.descr_get = Some(descr_get_generic),
            copy: |to, from| to.descr_get = from.descr_get,
        },
        SlotDef {
            name: "__set__", doc: "__set__($self, instance, value, /)\n--\n\nSet an attribute of instance to value.",
            present: |s| s.descr_set.is_some(),
            call: |th, s, v, a| { arity(th, a, 2, 2)?; store(th, s.descr_set, v, a.pos[0], Some(a.pos[1])) },
            install: |s| s.descr_set = Some(descr_set_generic),
            copy: |to, from| to.descr_set = from.descr_set,
        },
        SlotDef {
            name: "__delete__", doc: "__delete__($self, instance, /)\n--\n\nDelete an attribute of instance.",
            present: |s| s.descr_set.is_some(),
            call: |th, s, v, a| { arity(th, a, 1, 1)?; store(th, s.descr_set, v, a.pos[0], None) },
            install: |s| s.descr_set = Some(descr_set_generic),
            copy: |to, from| to.descr_set = from.descr_set,
        },
        SlotDef {
            name: "__init__", doc: "__init__($self, /, *args, **kwargs)\n--\n\nInitialize self.  See help(type(self)) for accurate signature.",
            present: |s| s.init.is_some(),
            call: |th, s, v, a| match s.init {
                Some(f) => with_flat(th, a, |th, args, kw| f(th, v, args, kw)).map(|()| Value::none()),
                None => Err(missing(th, v)),
            },
            install: |s| s.init = Some(init_generic),
            copy: |to, from| to.init = from.init,
        },
        SlotDef {
            name: "__new__", doc: "",
            present: |_| false, // in the namespace as a builtin, see `ready`
            call: |th, _, v, _| Err(missing(th, v)),
            install: |s| s.new = Some(new_generic),
            copy: |to, from| to.new = from.new,
        },
        SlotDef {
            name: "__del__", doc: "__del__($self, /)\n--\n\nCalled when the instance is about to be destroyed.",
            present: |s| s.finalize.is_some(),
            call: |th, s, v, a| {
                arity(th, a, 0, 0)?;
                match s.finalize { Some(f) => f(th, v).map(|()| Value::none()), None => Err(missing(th, v)) }
            },
            install: |s| s.finalize = Some(|th, v| method(th, v, n().__del__, &[]).map(|_| ())),
            copy: |to, from| to.finalize = from.finalize,
        },
        SlotDef {
            name: "__bool__", doc: "__bool__($self, /)\n--\n\nTrue if self else False",
            present: |s| s.bool.is_some(),
            call: |th, s, v, a| {
                arity(th, a, 0, 0)?;
                match s.bool { Some(f) => f(th, v).map(Value::bool), None => Err(missing(th, v)) }
            },
            install: |s| s.bool = Some(bool_generic),
            copy: |to, from| to.bool = from.bool,
        },
        SlotDef {
            name: "__pow__", doc: "__pow__($self, value, mod=None, /)\n--\n\nReturn pow(self, value, mod).",
            present: |s| s.power.is_some(),
            call: |th, s, v, a| {
                arity(th, a, 1, 2)?;
                call_ternary(th, s.power, v, v, a.pos[0], a.pos.get(1).copied().unwrap_or_else(Value::none))
            },
            install: |s| s.power = Some(power_generic),
            copy: |to, from| to.power = from.power,
        },
        SlotDef {
            name: "__rpow__", doc: "__rpow__($self, value, mod=None, /)\n--\n\nReturn pow(value, self, mod).",
            present: |s| s.power.is_some(),
            call: |th, s, v, a| {
                arity(th, a, 1, 2)?;
                call_ternary(th, s.power, v, a.pos[0], v, a.pos.get(1).copied().unwrap_or_else(Value::none))
            },
            install: |s| s.power = Some(power_generic),
            copy: |to, from| to.power = from.power,
        },
        SlotDef {
            name: "__ipow__", doc: "__ipow__($self, value, /)\n--\n\nReturn self**=value.",
            present: |s| s.inplace_power.is_some(),
            call: |th, s, v, a| { arity(th, a, 1, 1)?; call_ternary(th, s.inplace_power, v, v, a.pos[0], Value::none()) },
            install: |s| s.inplace_power = Some(|th, a, b, _| method(th, a, n().__ipow__, &[b])),
            copy: |to, from| to.inplace_power = from.inplace_power,
        },
        SlotDef {
            name: "__len__", doc: "__len__($self, /)\n--\n\nReturn len(self).",
            present: |s| s.len.is_some(),
            call: |th, s, v, a| {
                arity(th, a, 0, 0)?;
                match s.len { Some(f) => f(th, v).map(|k| Value::small_int(k as i64)), None => Err(missing(th, v)) }
            },
            install: |s| s.len = Some(len_generic),
            copy: |to, from| to.len = from.len,
        },
        SlotDef {
            name: "__getitem__", doc: "__getitem__($self, key, /)\n--\n\nReturn self[key].",
            present: |s| s.getitem.is_some(),
            call: |th, s, v, a| { arity(th, a, 1, 1)?; call_binary(th, s.getitem, v, v, a.pos[0]) },
            install: |s| s.getitem = Some(|th, a, b| method(th, a, n().__getitem__, &[b])),
            copy: |to, from| to.getitem = from.getitem,
        },
        SlotDef {
            name: "__setitem__", doc: "__setitem__($self, key, value, /)\n--\n\nSet self[key] to value.",
            present: |s| s.setitem.is_some(),
            call: |th, s, v, a| { arity(th, a, 2, 2)?; store(th, s.setitem, v, a.pos[0], Some(a.pos[1])) },
            install: |s| s.setitem = Some(setitem_generic),
            copy: |to, from| to.setitem = from.setitem,
        },
        SlotDef {
            name: "__delitem__", doc: "__delitem__($self, key, /)\n--\n\nDelete self[key].",
            present: |s| s.setitem.is_some(),
            call: |th, s, v, a| { arity(th, a, 1, 1)?; store(th, s.setitem, v, a.pos[0], None) },
            install: |s| s.setitem = Some(setitem_generic),
            copy: |to, from| to.setitem = from.setitem,
        },
        SlotDef {
            name: "__contains__", doc: "__contains__($self, key, /)\n--\n\nReturn bool(key in self).",
            present: |s| s.contains.is_some(),
            call: |th, s, v, a| {
                arity(th, a, 1, 1)?;
                match s.contains { Some(f) => f(th, v, a.pos[0]).map(Value::bool), None => Err(missing(th, v)) }
            },
            install: |s| s.contains = Some(contains_generic),
            copy: |to, from| to.contains = from.contains,
        },
        SlotDef {
            name: "__buffer__", doc: "__buffer__($self, flags, /)\n--\n\nGive a memoryview of the object's memory.",
            present: |s| s.buffer.is_some(),
            call: |th, _, v, a| { arity(th, a, 1, 1)?; crate::types::memoryview::with_flags(th, v, a.pos[0]) },
            install: |s| s.buffer = Some(crate::types::memoryview::buffer_generic),
            copy: |to, from| to.buffer = from.buffer,
        },
        SlotDef {
            name: "__release_buffer__", doc: "__release_buffer__($self, buffer, /)\n--\n\nTake back the memory that __buffer__ gave.",
            present: |s| s.release_buffer.is_some(),
            call: |th, _, v, a| { arity(th, a, 1, 1)?; crate::types::memoryview::release_for(th, v, a.pos[0]) },
            install: |s| s.release_buffer = Some(|_, _| ()),
            copy: |to, from| to.release_buffer = from.release_buffer,
        },
        // Sequences that concatenate and repeat show it under the names of the number slots.
        SlotDef {
            name: "__add__", doc: "__add__($self, value, /)\n--\n\nReturn self+value.",
            present: |s| s.concat.is_some() && s.add.is_none(),
            call: |th, s, v, a| { arity(th, a, 1, 1)?; call_binary(th, s.concat, v, v, a.pos[0]) },
            install: |_| {},
            copy: |to, from| to.concat = from.concat,
        },
        SlotDef {
            name: "__mul__", doc: "__mul__($self, value, /)\n--\n\nReturn self*value.",
            present: |s| s.repeat.is_some() && s.multiply.is_none(),
            call: |th, s, v, a| { arity(th, a, 1, 1)?; repeat(th, s.repeat, v, a.pos[0]) },
            install: |_| {},
            copy: |to, from| to.repeat = from.repeat,
        },
        SlotDef {
            name: "__rmul__", doc: "__rmul__($self, value, /)\n--\n\nReturn value*self.",
            present: |s| s.repeat.is_some() && s.multiply.is_none(),
            call: |th, s, v, a| { arity(th, a, 1, 1)?; repeat(th, s.repeat, v, a.pos[0]) },
            install: |_| {},
            copy: |to, from| to.repeat = from.repeat,
        },
        SlotDef {
            name: "__iadd__", doc: "__iadd__($self, value, /)\n--\n\nImplement self+=value.",
            present: |s| s.inplace_concat.is_some() && s.inplace_add.is_none(),
            call: |th, s, v, a| { arity(th, a, 1, 1)?; call_binary(th, s.inplace_concat, v, v, a.pos[0]) },
            install: |_| {},
            copy: |to, from| to.inplace_concat = from.inplace_concat,
        },
        SlotDef {
            name: "__imul__", doc: "__imul__($self, value, /)\n--\n\nImplement self*=value.",
            present: |s| s.inplace_repeat.is_some() && s.inplace_multiply.is_none(),
            call: |th, s, v, a| { arity(th, a, 1, 1)?; repeat(th, s.inplace_repeat, v, a.pos[0]) },
            install: |_| {},
            copy: |to, from| to.inplace_repeat = from.inplace_repeat,
        },
    }
}

fn repeat(th: &mut Thread, f: Option<BinaryFn>, v: Value, count: Value) -> R {
    let i = ops::index(th, count)?;
    call_binary(th, f, v, v, i)
}

fn call_ternary(
    th: &mut Thread,
    f: Option<TernaryFn>,
    slf: Value,
    a: Value,
    b: Value,
    c: Value,
) -> R {
    match f {
        Some(f) => f(th, a, b, c),
        None => Err(missing(th, slf)),
    }
}

fn store(
    th: &mut Thread,
    f: Option<crate::core::ty::StoreFn>,
    slf: Value,
    key: Value,
    value: Option<Value>,
) -> R {
    match f {
        Some(f) => f(th, slf, key, value).map(|()| Value::none()),
        None => Err(missing(th, slf)),
    }
}

/// `object.__setattr__(cls, ...)` must not bypass `type.__setattr__` ("the Carlo Verre hack").
fn guard_setattr(th: &mut Thread, s: &Slots, v: Value) -> R<()> {
    let plain = s.setattro.is_some_and(|f| {
        std::ptr::fn_addr_eq(f, crate::attr::generic_setattr as crate::core::ty::StoreFn)
    });
    if plain && v.cast_type().is_some() {
        let tn = v.type_of().name();
        return Err(th.type_error(format_args!("can't apply this __setattr__ to {tn} object")));
    }
    Ok(())
}

/// Puts positional and keyword values in one slice again.
pub fn with_flat<T>(
    th: &mut Thread,
    a: &Args,
    f: impl FnOnce(&mut Thread, &[Value], Option<Value>) -> R<T>,
) -> R<T> {
    match a.kwnames() {
        None => f(th, a.pos, None),
        Some(k) => {
            let mut v = crate::heap::RootVec::with(th, a.pos);
            v.extend(a.kwvalues);
            f(th, v.as_slice(), Some(Value::from_ref(k)))
        }
    }
}

// ---- generic functions of the special rows

fn compare_generic(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let names = n();
    let name = [names.__lt__, names.__le__, names.__eq__, names.__ne__, names.__gt__, names.__ge__]
        [op as usize];
    method_or_not_implemented(th, a, name, &[b])
}

fn hash_generic(th: &mut Thread, v: Value) -> R<i64> {
    match lookup(th, v.type_of(), n().__hash__) {
        None => ops::hash_not_implemented(th, v),
        Some(d) if d.is_none() => ops::hash_not_implemented(th, v),
        Some(_) => {
            let r = method(th, v, n().__hash__, &[])?;
            if let Some(i) = r.as_small_int() {
                return Ok(if i == -1 { -2 } else { i });
            }
            if !r.is_instance(&crate::types::INT) {
                return Err(th.type_error(format_args!("__hash__ method should return an integer")));
            }
            match crate::types::int::to_i64(r) {
                Some(-1) => Ok(-2),
                Some(i) => Ok(i),
                None => crate::types::int::hash(th, r),
            }
        }
    }
}

fn call_generic(th: &mut Thread, v: Value, args: &[Value], kwnames: Option<Value>) -> R {
    match crate::ty::lookup_special(th, v, n().__call__)? {
        Some((f, bound)) => {
            th.enter_call("")?;
            let r = ops::call_bound_kw(th, f, bound.then_some(v), args, kwnames);
            th.leave_call();
            r
        }
        None => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("'{tn}' object is not callable")))
        }
    }
}

fn getattr_generic(th: &mut Thread, v: Value, name: Value) -> R {
    let ty = v.type_of();
    let hook = lookup(th, ty, n().__getattr__);
    let get = lookup(th, ty, n().__getattribute__);
    let plain = get.is_none() || get == lookup(th, crate::types::OBJECT.ty(), n().__getattribute__);
    let r = if plain {
        match hook {
            Some(_) => {
                let s = crate::attr::attr_name(th, name)?;
                match crate::attr::generic_get_optional(th, v, s) {
                    Ok(Some(v)) => return Ok(v),
                    Ok(None) => return method(th, v, n().__getattr__, &[Value::from_ref(s)]),
                    Err(e) => Err(e),
                }
            }
            None => crate::attr::generic_getattr(th, v, name),
        }
    } else {
        method(th, v, n().__getattribute__, &[name])
    };
    match r {
        Err(e) if hook.is_some() && th.catch(e, &exc::ATTRIBUTE_ERROR) => {
            method(th, v, n().__getattr__, &[name])
        }
        r => r,
    }
}

fn setattr_generic(th: &mut Thread, v: Value, name: Value, value: Option<Value>) -> R<()> {
    match value {
        Some(x) => method(th, v, n().__setattr__, &[name, x]),
        None => method(th, v, n().__delattr__, &[name]),
    }
    .map(|_| ())
}

fn next_generic(th: &mut Thread, v: Value) -> R<Option<Value>> {
    match method(th, v, n().__next__, &[]) {
        Ok(x) => Ok(Some(x)),
        Err(e) if th.catch(e, &exc::STOP_ITERATION) => Ok(None),
        Err(e) => Err(e),
    }
}

fn descr_get_generic(th: &mut Thread, d: Value, obj: Option<Value>, owner: Value) -> R {
    match lookup(th, d.type_of(), n().__get__) {
        Some(_) => method(th, d, n().__get__, &[obj.unwrap_or_else(Value::none), owner]),
        None => Ok(d),
    }
}

fn descr_set_generic(th: &mut Thread, d: Value, obj: Value, value: Option<Value>) -> R<()> {
    let (name, args) = match value {
        Some(v) => (n().__set__, vec_of(obj, Some(v))),
        None => (n().__delete__, vec_of(obj, None)),
    };
    match ops::call_special(th, d, name, &args.0[..args.1])? {
        Some(_) => Ok(()),
        None => Err(crate::attr::no_attribute(th, d, name)),
    }
}

fn vec_of(a: Value, b: Option<Value>) -> ([Value; 2], usize) {
    match b {
        Some(b) => ([a, b], 2),
        None => ([a, a], 1),
    }
}

fn init_generic(th: &mut Thread, v: Value, args: &[Value], kwnames: Option<Value>) -> R<()> {
    let Some((f, bound)) = crate::ty::lookup_special(th, v, n().__init__)? else { return Ok(()) };
    let r = ops::call_bound_kw(th, f, bound.then_some(v), args, kwnames)?;
    if r.is_none() {
        return Ok(());
    }
    let tn = r.type_of().name();
    Err(th.type_error(format_args!("__init__() should return None, not '{tn}'")))
}

fn new_generic(th: &mut Thread, ty: Value, args: &[Value], kwnames: Option<Value>) -> R {
    let f = crate::attr::getattr(th, ty, n().__new__)?;
    ops::call_bound_kw(th, f, Some(ty), args, kwnames)
}

fn bool_generic(th: &mut Thread, v: Value) -> R<bool> {
    let r = method(th, v, n().__bool__, &[])?;
    if r.is_true_singleton() || r.is_false_singleton() {
        return Ok(r.is_true_singleton());
    }
    let tn = r.type_of().name();
    Err(th.type_error(format_args!("__bool__ should return bool, returned {tn}")))
}

fn power_generic(th: &mut Thread, a: Value, b: Value, m: Value) -> R {
    let this = power_generic as TernaryFn;
    let has = |v: Value| v.type_of().slots().power.is_some_and(|f| std::ptr::fn_addr_eq(f, this));
    if m.is_none() {
        return binary_pow(th, a, b, has(a), has(b));
    }
    if has(a) {
        let r = method_or_not_implemented(th, a, n().__pow__, &[b, m])?;
        if !r.is_not_implemented() {
            return Ok(r);
        }
    }
    if has(b) {
        return method_or_not_implemented(th, b, n().__rpow__, &[a, m]);
    }
    Ok(Value::not_implemented())
}

fn binary_pow(th: &mut Thread, a: Value, b: Value, mine: bool, theirs: bool) -> R {
    let (ta, tb) = (a.type_of(), b.type_of());
    let mut other = !std::ptr::eq(ta, tb) && theirs;
    if mine {
        if other
            && tb.is_subtype(ta)
            && lookup(th, ta, n().__rpow__) != lookup(th, tb, n().__rpow__)
        {
            let r = method_or_not_implemented(th, b, n().__rpow__, &[a])?;
            if !r.is_not_implemented() {
                return Ok(r);
            }
            other = false;
        }
        let r = method_or_not_implemented(th, a, n().__pow__, &[b])?;
        if !r.is_not_implemented() || std::ptr::eq(ta, tb) {
            return Ok(r);
        }
    }
    if other {
        method_or_not_implemented(th, b, n().__rpow__, &[a])
    } else {
        Ok(Value::not_implemented())
    }
}

fn len_generic(th: &mut Thread, v: Value) -> R<usize> {
    let r = method(th, v, n().__len__, &[])?;
    let i = ops::index(th, r)?;
    match crate::types::int::to_i64(i) {
        Some(k) if k >= 0 => Ok(k as usize),
        _ if crate::types::int::is_negative(i) => {
            Err(th.value_error(format_args!("__len__() should return >= 0")))
        }
        _ => Err(th.overflow_error(format_args!("cannot fit 'int' into an index-sized integer"))),
    }
}

fn setitem_generic(th: &mut Thread, v: Value, key: Value, value: Option<Value>) -> R<()> {
    match value {
        Some(x) => method(th, v, n().__setitem__, &[key, x]),
        None => method(th, v, n().__delitem__, &[key]),
    }
    .map(|_| ())
}

fn contains_generic(th: &mut Thread, v: Value, x: Value) -> R<bool> {
    match lookup(th, v.type_of(), n().__contains__) {
        Some(d) if d.is_none() => {
            let tn = v.type_of().name();
            Err(th.type_error(format_args!("'{tn}' object is not a container")))
        }
        _ => {
            let r = method(th, v, n().__contains__, &[x])?;
            ops::is_true(th, r)
        }
    }
}

/// Sends into an object by its protocols: a native slot, `__next__` for None, or the method `send`.
pub fn send_generic(th: &mut Thread, v: Value, x: Value) -> R<SendResult> {
    if let Some(f) = v.type_of().slots().send {
        return f(th, v, x);
    }
    let r = if x.is_none() && v.type_of().slots().iternext.is_some() {
        match ops::next(th, v) {
            Ok(Some(y)) => return Ok(SendResult::Yield(y)),
            Ok(None) => return Ok(SendResult::Return(Value::none())),
            Err(e) => Err(e),
        }
    } else {
        ops::call_method(th, v, n().send, &[x])
    };
    match r {
        Ok(y) => Ok(SendResult::Yield(y)),
        Err(e) if th.exception_is(&exc::STOP_ITERATION) => {
            let x = th.take_exception(e);
            let v = x.cast::<exc::Exception>().and_then(|x| x.field(0)).unwrap_or_else(Value::none);
            Ok(SendResult::Return(v))
        }
        Err(e) => Err(e),
    }
}

/// Sets one slot of a class from what its MRO says about a method's name.
pub fn update_slot(
    th: &mut Thread,
    ty: &'static Type,
    slots: &mut Slots,
    def: &SlotDef,
    name: &'static Str,
) {
    let _ = th;
    match crate::ty::lookup_where(ty, name) {
        None => {}
        Some((v, owner)) => {
            if v.is_none() && def.name == "__hash__" {
                slots.hash = Some(ops::hash_not_implemented);
            } else if v.is_none() && def.name == "__iter__" {
                slots.iter = Some(ops::iter::not_iterable);
            } else if is_native(v, owner) {
                (def.copy)(slots, owner.slots());
            } else {
                (def.install)(slots);
            }
        }
    }
}

/// Whether a namespace entry is the wrapper of the owner's own native slot.
fn is_native(v: Value, owner: &Type) -> bool {
    match v.cast::<crate::types::descr::SlotWrapper>() {
        Some(w) => std::ptr::eq(w.owner(), owner),
        None => crate::types::descr::is_native_new(v, owner),
    }
}
