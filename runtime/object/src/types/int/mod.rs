//! `int`: the cell of big values, conversions between words and cells, and the doors that other code uses.
//!
//! An integer of 63 bits is a word; any other is a cell with its limbs behind the header. An exact `int` cell never
//! holds a value that fits the word. Instances of subclasses are always cells, also `True` and `False` (which
//! `core::statics` lays out). The arithmetic itself is `crate::num::int`.
//!
//! `ops.rs` has the operators, `methods.rs` the methods, `new.rs` the constructor and text conversion.

pub mod methods;
pub mod new;
pub mod ops;

pub use ops::{add, compare, hash, multiply, subtract};

use crate::core::header::Header;
use crate::core::shape::Shape;
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec, flags};
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::num::NumError;
use crate::num::int::{Int, IntRef};
use crate::payload;
use crate::types::exceptions as exc;
use heddle_sync::prim::{AtomicUsize, ord};

/// An integer with its limbs, least significant first, inline behind the header.
#[repr(C)]
pub struct BigInt {
    /// Cell header; `aux` holds the number of limbs, its top bit the sign.
    pub header: Header,
}

payload!(BigInt, INT);

/// Bit of `aux`: the value is negative.
pub const NEGATIVE: u32 = 1 << 31;

/// `int`
pub static INT: StaticType = StaticType::new(TypeSpec {
    name: "int",
    basicsize: size_of::<BigInt>(),
    flags: flags::BASETYPE | flags::INT | flags::MATCH_SELF,
    doc: "int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or string to an integer, or return 0 if \
          no arguments are given.",
    slots: Slots {
        repr: Some(new::repr),
        hash: Some(ops::hash),
        richcompare: Some(ops::compare),
        new: Some(new::new),
        bool: Some(ops::bool),
        add: Some(ops::add),
        subtract: Some(ops::subtract),
        multiply: Some(ops::multiply),
        remainder: Some(ops::remainder),
        divmod: Some(ops::divmod),
        power: Some(ops::power),
        negative: Some(ops::negative),
        positive: Some(ops::positive),
        absolute: Some(ops::absolute),
        invert: Some(ops::invert),
        lshift: Some(ops::lshift),
        rshift: Some(ops::rshift),
        and: Some(ops::and),
        xor: Some(ops::xor),
        or: Some(ops::or),
        int: Some(ops::positive),
        float: Some(ops::float),
        index: Some(ops::positive),
        floor_divide: Some(ops::floor_divide),
        true_divide: Some(ops::true_divide),
        ..Slots::NONE
    },
    methods: methods::METHODS,
    getset: methods::GETSET,
    var_size: Some(big_bytes),
    ..TypeSpec::DEFAULT
});

unsafe fn big_bytes(cell: *const u8) -> usize {
    // SAFETY: called with an int cell.
    size_of::<BigInt>() + 8 * unsafe { (*(cell as *const BigInt)).len() }
}

impl BigInt {
    /// A cell of these limbs.
    ///
    /// **Units/shape:** `shape` is that of `int` or of a subclass; `extra` zero bytes follow the limbs.
    /// **Errors:** MemoryError. **Escapes:** no.
    pub fn alloc(
        th: &mut Thread,
        shape: &'static Shape,
        negative: bool,
        mag: &[u64],
        extra: usize,
    ) -> R<Value> {
        if mag.len() >= NEGATIVE as usize {
            return Err(th.memory_error());
        }
        let bytes = size_of::<BigInt>() + 8 * mag.len() + extra;
        let p = if extra == 0 { th.alloc_bytes(bytes)? } else { th.alloc_zeroed(bytes)? };
        let aux = mag.len() as u32 | if negative { NEGATIVE } else { 0 };
        // SAFETY: fresh memory with room for header and limbs; no safepoint before both are written.
        unsafe {
            (p as *mut BigInt).write(BigInt { header: Header::new(shape, th.slot.owner(), aux) });
            std::ptr::copy_nonoverlapping(
                mag.as_ptr(),
                p.add(size_of::<BigInt>()) as *mut u64,
                mag.len(),
            );
            Ok(Value::from_ptr(p))
        }
    }

    /// Number of limbs.
    #[inline(always)]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        (self.header.aux() & !NEGATIVE) as usize
    }

    /// The value.
    #[inline]
    pub fn int_ref(&'static self) -> IntRef<'static> {
        let aux = self.header.aux();
        // SAFETY: the limbs lie right behind the header and never change.
        let mag = unsafe {
            let limbs = (self as *const BigInt as *const u8).add(size_of::<BigInt>()) as *const u64;
            std::slice::from_raw_parts(limbs, (aux & !NEGATIVE) as usize)
        };
        IntRef::new(aux & NEGATIVE != 0, mag)
    }
}

/// The integer that `v` is: an `int`, a `bool`, or an instance of another subclass.
///
/// The limbs live as long as something the collector sees points to the value.
#[inline(always)]
pub fn int_ref(v: Value) -> Option<IntRef<'static>> {
    match v.as_small_int() {
        Some(i) => Some(IntRef::Small(i)),
        None => cell_ref(v),
    }
}

#[inline]
fn cell_ref(v: Value) -> Option<IntRef<'static>> {
    if v.is_ptr() && v.type_of().has(flags::INT) {
        // SAFETY: the flag says that the layout is that of `int`.
        return Some(unsafe { &*v.as_ptr::<BigInt>() }.int_ref());
    }
    None
}

/// Whether `v` is an `int` or an instance of a subclass.
#[inline(always)]
pub fn check(v: Value) -> bool {
    v.is_small_int() || v.is_ptr() && v.type_of().has(flags::INT)
}

/// Whether `v` is exactly an `int`.
#[inline(always)]
pub fn check_exact(v: Value) -> bool {
    v.is_small_int() || v.has_shape(INT.shape())
}

/// The value as a machine word; nothing when `v` is no int or does not fit.
#[inline]
pub fn to_i64(v: Value) -> Option<i64> {
    int_ref(v)?.to_i64()
}

/// The value as an unsigned machine word; nothing when `v` is no int or does not fit.
#[inline]
pub fn to_u64(v: Value) -> Option<u64> {
    int_ref(v)?.to_u64()
}

/// Whether `v` is a negative int.
#[inline]
pub fn is_negative(v: Value) -> bool {
    int_ref(v).is_some_and(IntRef::is_negative)
}

/// An `int` of a machine word.
///
/// **Errors:** MemoryError. **Escapes:** no.
#[inline(always)]
pub fn from_i64(th: &mut Thread, i: i64) -> R {
    match Value::try_small_int(i) {
        Some(v) => Ok(v),
        None => BigInt::alloc(th, INT.shape(), i < 0, &[i.unsigned_abs()], 0),
    }
}

/// An `int` of an unsigned machine word.
#[inline(always)]
pub fn from_u64(th: &mut Thread, i: u64) -> R {
    match i64::try_from(i) {
        Ok(i) => from_i64(th, i),
        Err(_) => BigInt::alloc(th, INT.shape(), false, &[i], 0),
    }
}

/// An `int` of a size.
#[inline(always)]
pub fn from_usize(th: &mut Thread, i: usize) -> R {
    from_u64(th, i as u64)
}

/// An `int` of twice a machine word.
pub fn from_i128(th: &mut Thread, i: i128) -> R {
    from_int(th, Int::from_i128(i))
}

/// An `int` of a computed value.
///
/// **Errors:** MemoryError. **Escapes:** no.
#[inline]
pub fn from_int(th: &mut Thread, i: Int) -> R {
    from_ref(th, i.as_ref())
}

/// An `int` of a borrowed value.
#[inline]
pub fn from_ref(th: &mut Thread, i: IntRef<'_>) -> R {
    match i {
        IntRef::Small(i) => from_i64(th, i),
        IntRef::Big { negative, mag } => BigInt::alloc(th, INT.shape(), negative, mag, 0),
    }
}

/// `v`, an int of any class, as an exact `int`.
#[inline]
pub fn exact(th: &mut Thread, v: Value) -> R {
    if check_exact(v) {
        return Ok(v);
    }
    match int_ref(v) {
        Some(i) => from_ref(th, i),
        None => Ok(v),
    }
}

/// An instance of a subclass of `int` with this value.
///
/// **Errors:** MemoryError. **Escapes:** no.
pub fn new_in_class(th: &mut Thread, ty: &'static crate::core::ty::Type, i: IntRef<'_>) -> R {
    let shape = match ty.instance_shape() {
        Some(s) => s,
        None => crate::ty::root_shape(th, ty)?,
    };
    let mut buf = [0];
    let (negative, mag) = i.parts(&mut buf);
    // The attribute word lies behind the limbs.
    let extra = if ty.attrs_offset != 0 { 8 } else { 0 };
    let v = BigInt::alloc(th, shape, negative, mag, extra)?;
    if shape.head.flags & (crate::core::shape::HEAD_FINALIZER | crate::core::shape::HEAD_DROP) != 0
    {
        th.register_special(shape, v.as_ptr())?;
    }
    Ok(v)
}

/// Raises what a numeric algorithm reports.
#[cold]
#[inline(never)]
pub fn raise(th: &mut Thread, e: NumError) -> Raised {
    match e {
        NumError::ZeroDivision(m) => th.zero_division_error(format_args!("{m}")),
        NumError::Value(m) => th.value_error(format_args!("{m}")),
        NumError::Type(m) => th.type_error(format_args!("{m}")),
        NumError::Memory => th.memory_error(),
        NumError::Overflow(m) if m == crate::num::float::ERANGE_MESSAGE => {
            let text = match crate::types::Str::new(th, &m) {
                Ok(text) => Value::from_ref(text),
                Err(e) => return e,
            };
            // The platform's ERANGE.
            th.raise_with(&exc::OVERFLOW_ERROR, &[Value::small_int(34), text])
        }
        NumError::Overflow(m) => th.overflow_error(format_args!("{m}")),
    }
}

/// `PyLong_AsLong`-like: an index as a machine word.
///
/// **Errors:** TypeError; OverflowError ("Python int too large to convert to C long"). **Escapes:** yes (`__index__`).
pub fn as_i64(th: &mut Thread, v: Value) -> R<i64> {
    if let Some(i) = v.as_small_int() {
        return Ok(i);
    }
    let i = crate::ops::index(th, v)?;
    match to_i64(i) {
        Some(i) => Ok(i),
        None => Err(th.overflow_error(format_args!("Python int too large to convert to C long"))),
    }
}

/// As [`as_i64`], for a C `int`.
pub fn as_i32(th: &mut Thread, v: Value) -> R<i32> {
    let i = as_i64(th, v)?;
    i32::try_from(i).map_err(|_| {
        let which = if i < 0 { "less than minimum" } else { "greater than maximum" };
        th.overflow_error(format_args!("signed integer is {which}"))
    })
}

/// An index as an `isize`.
///
/// **Errors:** TypeError; OverflowError ("Python int too large to convert to C ssize_t"). **Escapes:** yes.
pub fn as_isize(th: &mut Thread, v: Value) -> R<isize> {
    if let Some(i) = v.as_small_int() {
        return Ok(i as isize);
    }
    let i = crate::ops::index(th, v)?;
    match to_i64(i) {
        Some(i) => Ok(i as isize),
        None => {
            Err(th.overflow_error(format_args!("Python int too large to convert to C ssize_t")))
        }
    }
}

/// Limit of decimal digits in conversions between str and int, 0 for none (`sys.set_int_max_str_digits`).
static MAX_STR_DIGITS: AtomicUsize = AtomicUsize::new(crate::num::int::MAX_STR_DIGITS_DEFAULT);

/// `sys.get_int_max_str_digits()`
pub fn max_str_digits() -> usize {
    // ORDERING: Relaxed; a setting by itself, which publishes nothing.
    MAX_STR_DIGITS.load(ord!("int.max_str_digits", Relaxed))
}

/// `sys.set_int_max_str_digits()`; the caller has checked the range.
pub fn set_max_str_digits(digits: usize) {
    // ORDERING: Relaxed; as above.
    MAX_STR_DIGITS.store(digits, ord!("int.set_max_str_digits", Relaxed));
}
