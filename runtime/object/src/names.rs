//! Interned strings: the table, and the names that the runtime itself uses.
//!
//! Interned strings are immortal: attribute names are compared by address everywhere (shapes, caches), and a name that
//! died and came back at another address would break those compares.

use crate::core::thread::Thread;
use crate::core::value::Value;
use crate::error::R;
use crate::heap::Tracer;
use crate::types::Str;
use crate::types::str::{ASCII, INTERNED, KIND_MASK, STR};
use dashmap::DashSet;
use std::cell::UnsafeCell;
use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

/// A string by its content.
#[derive(Clone, Copy)]
struct Key(&'static Str);

impl Hash for Key {
    fn hash<H: Hasher>(&self, h: &mut H) {
        h.write_i64(self.0.hash());
    }
}
impl PartialEq for Key {
    fn eq(&self, o: &Key) -> bool {
        self.0.eq(o.0)
    }
}
impl Eq for Key {}

/// The hash is computed already; this only spreads it.
#[derive(Default, Clone, Copy)]
struct Spread(u64);
impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_i64(&mut self, i: i64) {
        self.0 = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
type Build = std::hash::BuildHasherDefault<Spread>;

static TABLE: LazyLock<DashSet<Key, Build>> =
    LazyLock::new(|| DashSet::with_capacity_and_hasher(8192, Build::default()));

/// The interned string with the text of `s`.
///
/// **Errors:** MemoryError. **Threads:** takes a shard lock for a moment, never while allocating. **Escapes:** no.
pub fn intern(th: &mut Thread, s: &'static Str) -> R<&'static Str> {
    if let Some(k) = TABLE.get(&Key(s)) {
        return Ok(k.0);
    }
    let exact = if Value::from_ref(s).has_shape(STR.shape()) {
        s
    } else {
        // SAFETY: the data is written right away.
        let (t, p) = unsafe {
            Str::alloc(th, STR.shape(), s.len(), s.header.aux() & (KIND_MASK | ASCII), 0)?
        };
        // SAFETY: room for the same number of bytes.
        unsafe { std::ptr::copy_nonoverlapping(s.data().as_ptr(), p, s.data().len()) };
        t
    };
    if TABLE.insert(Key(exact)) {
        exact.header.set_aux(exact.header.aux() | INTERNED);
        return Ok(exact);
    }
    match TABLE.get(&Key(exact)) {
        Some(k) => Ok(k.0),
        None => Ok(exact),
    }
}

/// The interned string of a Rust text.
pub fn intern_str(th: &mut Thread, s: &str) -> R<&'static Str> {
    let v = Str::new(th, s)?;
    intern(th, v)
}

/// Reports all interned strings; a root of the collector.
pub fn trace_interned(t: &mut Tracer) {
    for k in TABLE.iter() {
        t.value(Value::from_ref(k.0));
    }
}

/// Keys of the string hash, set once at start (`PYTHONHASHSEED`).
static SEED: SeedCell = SeedCell(UnsafeCell::new((0, 0)));
struct SeedCell(UnsafeCell<(u64, u64)>);
// SAFETY: written once before threads exist.
unsafe impl Sync for SeedCell {}

/// Sets the keys of the string hash.
///
/// # Safety
/// - Called before the first string is hashed, while there is one thread.
pub unsafe fn set_hash_seed(k0: u64, k1: u64) {
    // SAFETY: the caller's promise.
    unsafe { *SEED.0.get() = (k0, k1) };
}

/// SipHash-1-3 of bytes under given keys, for hashes of source files.
pub fn keyed_hash(k0: u64, k1: u64, b: &[u8]) -> u64 {
    let mut h = siphasher::sip::SipHasher13::new_with_keys(k0, k1);
    h.write(b);
    h.finish()
}

/// SipHash-1-3 of bytes as CPython hashes str and bytes; never -1; 0 for no bytes.
pub fn hash_bytes(b: &[u8]) -> i64 {
    if b.is_empty() {
        return 0;
    }
    // SAFETY: written once before threads exist.
    let (k0, k1) = unsafe { *SEED.0.get() };
    let mut h = siphasher::sip::SipHasher13::new_with_keys(k0, k1);
    h.write(b);
    match h.finish() as i64 {
        -1 => -2,
        x => x,
    }
}

macro_rules! names {
    ($($n:ident),* $(,)?) => {
        /// Interned names that the runtime uses itself.
        #[allow(missing_docs)]
        pub struct Names { $(pub $n: &'static Str),* }
        /// Interns them all. Called once at start.
        pub(crate) fn init_names(th: &mut Thread) -> R<()> {
            let names = Names { $($n: intern_str(th, stringify!($n).trim_end_matches("_raw"))?),* };
            // SAFETY: called once, while there is one thread.
            unsafe { *NAMES.0.get() = Some(names) };
            Ok(())
        }
    };
}

struct NamesCell(UnsafeCell<Option<Names>>);
// SAFETY: written once before threads exist.
unsafe impl Sync for NamesCell {}
static NAMES: NamesCell = NamesCell(UnsafeCell::new(None));

/// The interned names.
#[inline(always)]
pub fn n() -> &'static Names {
    // SAFETY: written once at start, before anything asks.
    match unsafe { &*NAMES.0.get() } {
        Some(n) => n,
        None => not_started(),
    }
}

#[cold]
fn not_started() -> ! {
    panic!("names asked for before the runtime started")
}

names! {
    __abs__, __abstractmethods__, __add__, __aenter__, __aexit__, __aiter__, __all__, __and__, __anext__, __annotate__,
    __annotations__, __args__, __await__, __base__, __bases__, __bool__, __buffer__, __build_class__, __builtins__, __bytes__,
    __call__, __cause__, __ceil__, __class__, __class_getitem__, __classcell__, __classdict__, __classdictcell__, __closure__, __code__, __complex__,
    __contains__, __context__, __copy__, __dataclass_fields__, __deepcopy__, __debug__, __defaults__, __del__, __delattr__, __delete__,
    __delitem__, __dict__, __dictoffset__, __dir__, __divmod__, __doc__, __enter__, __eq__, __exit__, __file__, __firstlineno__, __float__,
    __floor__, __floordiv__, __format__, __fspath__, __ge__, __get__, __getattr__, __getattribute__, __getinitargs__, __getitem__,
    __getnewargs__, __getnewargs_ex__, __getstate__, __globals__, __gt__, __hash__, __iadd__, __iand__, __ifloordiv__,
    __ilshift__, __imatmul__, __imod__, __import__, __imul__, __index__, __init__, __init_subclass__, __instancecheck__,
    __int__, __invert__, __ior__, __ipow__, __irshift__, __isub__, __iter__, __itruediv__, __ixor__, __kwdefaults__, __le__, __len__,
    __length_hint__, __loader__, __lshift__, __lt__, __main__, __match_args__, __matmul__, __missing__, __mod__, __module__, __mro__,
    __mro_entries__, __mul__, __name__, __ne__, __neg__, __new__, __next__, __notes__, __objclass__, __or__, __origin__, __orig_class__, __package__, __parameters__,
    __path__, __pos__, __pow__, __prepare__, __qualname__, __radd__, __rand__, __rdivmod__, __reduce__, __reduce_ex__, __release_buffer__,
    __repr__, __reversed__, __rfloordiv__, __rlshift__, __rmatmul__, __rmod__, __rmul__, __ror__, __round__, __rpow__, __rrshift__,
    __rshift__, __rsub__, __rtruediv__, __rxor__, __self__, __set__, __set_name__, __setattr__, __setitem__, __setstate__, __signature__,
    __sizeof__, __slots__, __slotnames__, __spec__, __static_attributes__, __str__, __sub__, __subclasscheck__, __subclasshook__, __subclasses__,
    __suppress_context__, __text_signature__, __traceback__, __truediv__, __trunc__, __type_params__, __typing_subst__, __typing_is_unpacked_typevartuple__, __typing_prepare_subst__,
    __typing_unpacked_tuple_args__, __unpacked__, __weakref__, __wrapped__, __xor__, _initializing, _fix_up_module, _find_and_load, _handle_fromlist, args, big, bool_raw,
    buffer, builtins, close, code, copyreg, decode, default, defaultaction, encode, encoding, end, endpos, errno, errors, excepthook, exceptions,
    extend, fget, fileno, filename, fill, flush, format, fromlist, get, items, iter_raw, keys, key, last, last_exc, little, maxsplit, metaclass, mode,
    modules, mro, msg, n_fields, n_sequence_fields, n_unnamed_fields, name, name_from, obj, object, offset, open, path, print_file_and_line, read,
    readline, reload, replace, reverse, send, sep, setdefault, sort, start, stdin, stdout, stderr, strerror, stop, step, strict, sys, text, throw, update, value, values,
    warnings, write, _showwarnmsg, _warn_unawaited_coroutine, lineno, end_lineno, end_offset, print_raw, filename2, characters_written, reason, group, threading, _shutdown, isatty, raw, closed,
    _abc_impl, __isabstractmethod__, __abc_tpflags__,
}
