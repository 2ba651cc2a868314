//! Type objects: the slot table, static type declarations, and the type cell.
//!
//! A built-in type is one `static` of [`StaticType`], declared with a [`TypeSpec`] in its own file and named once in
//! `types/mod.rs`. A class made by Python code is a collected [`Type`] cell of the same layout. The slot table has the
//! meaning of CPython's (`typeobject.c`): operators and protocols as function pointers, inherited at `ready` time.

use super::header::Header;
use super::native::{GetSetDef, MethodDef};
use super::shape::{HEAD_DROP, HEAD_FINALIZER, HEAD_LEAF, Shape, ShapeHead, ShapeKind};
use super::slot::Slot;
use super::thread::Thread;
use super::value::{Cell, Value};
use crate::error::R;
use crate::heap::Tracer;
use heddle_sync::ord;
use heddle_sync::prim::{AtomicPtr, AtomicU32};
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;

/// Owner index of objects that belong to no thread: mutation takes the object's lock.
pub const OWNER_SHARED: u16 = heddle_sync::header::SHARED;

/// `a op b` for rich comparison, numbered as CPython numbers them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum CompareOp {
    /// `<`
    Lt = 0,
    /// `<=`
    Le = 1,
    /// `==`
    Eq = 2,
    /// `!=`
    Ne = 3,
    /// `>`
    Gt = 4,
    /// `>=`
    Ge = 5,
}

impl CompareOp {
    /// The operator with its operands exchanged.
    pub fn swapped(self) -> CompareOp {
        use CompareOp::*;
        [Gt, Ge, Eq, Ne, Lt, Le][self as usize]
    }
    /// Source form, for messages.
    pub fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }
    /// Name of the method.
    pub fn dunder(self) -> &'static str {
        ["__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__"][self as usize]
    }
    /// Whether an ordering satisfies the operator.
    #[inline]
    pub fn holds(self, o: std::cmp::Ordering) -> bool {
        use std::cmp::Ordering::*;
        match self {
            CompareOp::Lt => o == Less,
            CompareOp::Le => o != Greater,
            CompareOp::Eq => o == Equal,
            CompareOp::Ne => o != Equal,
            CompareOp::Gt => o == Greater,
            CompareOp::Ge => o != Less,
        }
    }
}

/// One operand.
pub type UnaryFn = fn(&mut Thread, Value) -> R;
/// Two operands; `NotImplemented` passes the question on. Called with `self` on either side, as in CPython.
pub type BinaryFn = fn(&mut Thread, Value, Value) -> R;
/// Three operands (`pow`, `__get__`).
pub type TernaryFn = fn(&mut Thread, Value, Value, Value) -> R;
/// A yes or no.
pub type InquiryFn = fn(&mut Thread, Value) -> R<bool>;
/// A length.
pub type LenFn = fn(&mut Thread, Value) -> R<usize>;
/// A hash, never -1.
pub type HashFn = fn(&mut Thread, Value) -> R<i64>;
/// Membership: `(container, item)`.
pub type ContainsFn = fn(&mut Thread, Value, Value) -> R<bool>;
/// Stores (`Some`) or deletes (`None`): `(object, key, value)`.
pub type StoreFn = fn(&mut Thread, Value, Value, Option<Value>) -> R<()>;
/// A vectorcall: positional arguments, then keyword values; `kwnames` is a tuple of str or nothing.
pub type CallFn = fn(&mut Thread, Value, &[Value], Option<Value>) -> R;
/// `__init__`, shaped like a call.
pub type InitFn = fn(&mut Thread, Value, &[Value], Option<Value>) -> R<()>;
/// Rich comparison.
pub type CompareFn = fn(&mut Thread, Value, Value, CompareOp) -> R;
/// Next item; `Ok(None)` at the end, with no exception set.
pub type NextFn = fn(&mut Thread, Value) -> R<Option<Value>>;
/// `__get__`: `(descriptor, instance or nothing, owner type)`.
pub type DescrGetFn = fn(&mut Thread, Value, Option<Value>, Value) -> R;
/// Borrowed bytes of an object: `(object, writable wanted)`.
pub type BufferFn = fn(&mut Thread, Value, bool) -> R<super::native::Buffer>;
/// Ends a borrow.
pub type ReleaseFn = fn(&mut Thread, Value);

macro_rules! slots {
    ($($(#[$doc:meta])* $name:ident : $t:ty),* $(,)?) => {
        /// The protocols of a type. An absent one is `None`.
        #[derive(Clone, Copy)]
        #[repr(C)]
        pub struct Slots { $($(#[$doc])* pub $name: Option<$t>),* }
        impl Slots {
            /// A table with nothing in it, for struct update syntax.
            pub const NONE: Slots = Slots { $($name: None),* };
            /// Fills what is absent from a base's table.
            pub fn inherit(&mut self, base: &Slots) {
                $(if self.$name.is_none() { self.$name = base.$name; })*
            }
        }
    };
}

slots! {
    /// `__repr__`
    repr: UnaryFn,
    /// `__str__`
    str: UnaryFn,
    /// `__hash__`; a type that is unhashable has `hash_not_implemented` here
    hash: HashFn,
    /// `__call__`
    call: CallFn,
    /// `__getattribute__` (and `__getattr__`)
    getattro: BinaryFn,
    /// `__setattr__`, `__delattr__`
    setattro: StoreFn,
    /// `__lt__` and the five others
    richcompare: CompareFn,
    /// `__iter__`
    iter: UnaryFn,
    /// `__next__`
    iternext: NextFn,
    /// `__get__`
    descr_get: DescrGetFn,
    /// `__set__`, `__delete__`
    descr_set: StoreFn,
    /// `__init__`
    init: InitFn,
    /// `__new__`: called with the type as callable
    new: CallFn,
    /// `__del__`
    finalize: fn(&mut Thread, Value) -> R<()>,
    /// `__bool__`
    bool: InquiryFn,
    /// `__add__`, `__radd__`
    add: BinaryFn,
    /// `__sub__`
    subtract: BinaryFn,
    /// `__mul__`
    multiply: BinaryFn,
    /// `__mod__`
    remainder: BinaryFn,
    /// `__divmod__`
    divmod: BinaryFn,
    /// `__pow__` with a modulus or None
    power: TernaryFn,
    /// `__neg__`
    negative: UnaryFn,
    /// `__pos__`
    positive: UnaryFn,
    /// `__abs__`
    absolute: UnaryFn,
    /// `__invert__`
    invert: UnaryFn,
    /// `__lshift__`
    lshift: BinaryFn,
    /// `__rshift__`
    rshift: BinaryFn,
    /// `__and__`
    and: BinaryFn,
    /// `__xor__`
    xor: BinaryFn,
    /// `__or__`
    or: BinaryFn,
    /// `__int__`
    int: UnaryFn,
    /// `__float__`
    float: UnaryFn,
    /// `__index__`
    index: UnaryFn,
    /// `__floordiv__`
    floor_divide: BinaryFn,
    /// `__truediv__`
    true_divide: BinaryFn,
    /// `__matmul__`
    matrix_multiply: BinaryFn,
    /// `__iadd__`
    inplace_add: BinaryFn,
    /// `__isub__`
    inplace_subtract: BinaryFn,
    /// `__imul__`
    inplace_multiply: BinaryFn,
    /// `__imod__`
    inplace_remainder: BinaryFn,
    /// `__ipow__`
    inplace_power: TernaryFn,
    /// `__ilshift__`
    inplace_lshift: BinaryFn,
    /// `__irshift__`
    inplace_rshift: BinaryFn,
    /// `__iand__`
    inplace_and: BinaryFn,
    /// `__ixor__`
    inplace_xor: BinaryFn,
    /// `__ior__`
    inplace_or: BinaryFn,
    /// `__ifloordiv__`
    inplace_floor_divide: BinaryFn,
    /// `__itruediv__`
    inplace_true_divide: BinaryFn,
    /// `__imatmul__`
    inplace_matrix_multiply: BinaryFn,
    /// `__len__`
    len: LenFn,
    /// `__getitem__`
    getitem: BinaryFn,
    /// `__setitem__`, `__delitem__`
    setitem: StoreFn,
    /// `__contains__`
    contains: ContainsFn,
    /// Concatenation of sequences (`sq_concat`), tried by `+` after the number slots
    concat: BinaryFn,
    /// Repetition of sequences (`sq_repeat`), tried by `*` after the number slots
    repeat: BinaryFn,
    /// `+=` on sequences
    inplace_concat: BinaryFn,
    /// `*=` on sequences
    inplace_repeat: BinaryFn,
    /// `__await__`
    await_: UnaryFn,
    /// `__aiter__`
    aiter: UnaryFn,
    /// `__anext__`
    anext: UnaryFn,
    /// Native send of generators and coroutines
    send: fn(&mut Thread, Value, Value) -> R<super::native::SendResult>,
    /// `__buffer__`
    buffer: BufferFn,
    /// `__release_buffer__`
    release_buffer: ReleaseFn,
}

/// Properties of a type as a set of bits (the first ones as CPython's `Py_TPFLAGS_*`).
pub mod flags {
    /// Made by a class statement or `type()`.
    pub const HEAPTYPE: u64 = 1 << 9;
    /// May be subclassed.
    pub const BASETYPE: u64 = 1 << 10;
    /// Attributes cannot be set on the type.
    pub const IMMUTABLE: u64 = 1 << 8;
    /// Cannot be called to make an instance.
    pub const DISALLOW_INSTANTIATION: u64 = 1 << 7;
    /// `match` sequence pattern.
    pub const SEQUENCE: u64 = 1 << 5;
    /// `match` mapping pattern.
    pub const MAPPING: u64 = 1 << 6;
    /// Functions: a method lookup gives the function and the instance apart.
    pub const METHOD_DESCRIPTOR: u64 = 1 << 17;
    /// `__abstractmethods__` is not empty.
    pub const ABSTRACT: u64 = 1 << 20;
    /// Class patterns with one positional sub-pattern match the subject itself.
    pub const MATCH_SELF: u64 = 1 << 22;
    /// `int` or a subclass.
    pub const INT: u64 = 1 << 24;
    /// `list` or a subclass.
    pub const LIST: u64 = 1 << 25;
    /// `tuple` or a subclass.
    pub const TUPLE: u64 = 1 << 26;
    /// `bytes` or a subclass.
    pub const BYTES: u64 = 1 << 27;
    /// `str` or a subclass.
    pub const STR: u64 = 1 << 28;
    /// `dict` or a subclass.
    pub const DICT: u64 = 1 << 29;
    /// `BaseException` or a subclass.
    pub const BASE_EXC: u64 = 1 << 30;
    /// `type` or a subclass.
    pub const TYPE: u64 = 1 << 31;
    /// Flags of a base that its subclasses have as well.
    pub const INHERITED: u64 = SEQUENCE | MAPPING | MATCH_SELF | (0xff << 24);
    /// Instances have attributes of their own (`__dict__`).
    pub const HAS_DICT: u64 = 1 << 32;
    /// Instances can be weakly referenced.
    pub const HAS_WEAKREF: u64 = 1 << 33;
    /// `__getattribute__` is the generic one, and there is no `__getattr__`.
    pub const GENERIC_GETATTR: u64 = 1 << 34;
    /// `__setattr__` is the generic one.
    pub const GENERIC_SETATTR: u64 = 1 << 35;
    /// Has or inherits a Python-level `__del__`.
    pub const HAS_DEL: u64 = 1 << 36;
}

/// Declaration of a built-in type. Use `TypeSpec { name: .., ..TypeSpec::DEFAULT }`.
pub struct TypeSpec {
    /// Name as in `repr`, with the module before a dot where it is not `builtins` (`collections.deque`).
    pub name: &'static str,
    /// Base; `None` means `object`.
    pub base: Option<&'static StaticType>,
    /// Bytes of an instance, header included.
    pub basicsize: usize,
    /// `flags::*`; `INHERITED` ones of the base are added.
    pub flags: u64,
    /// Docstring.
    pub doc: &'static str,
    /// Protocols.
    pub slots: Slots,
    /// Methods.
    pub methods: &'static [MethodDef],
    /// Computed attributes.
    pub getset: &'static [GetSetDef],
    /// Reports every pointer of an instance but the header's shape.
    pub trace: unsafe fn(*mut u8, &mut Tracer),
    /// Frees native resources of a dead instance.
    pub drop: Option<unsafe fn(*mut u8)>,
    /// Offset of a field that holds the instance's `__dict__` (made on demand); 0 when there is none.
    pub dict_offset: usize,
    /// Bytes of an instance whose size varies (`basicsize` is then the fixed part). Subclasses put their attribute word
    /// behind it.
    pub var_size: Option<unsafe fn(*const u8) -> usize>,
}

/// Trace function of a cell without pointers.
///
/// # Safety
/// - None of its own: it has the type of functions that have duties.
pub unsafe fn trace_nothing(_: *mut u8, _: &mut Tracer) {}

impl TypeSpec {
    /// A plain object with no protocol of its own.
    pub const DEFAULT: TypeSpec = TypeSpec {
        name: "?",
        base: None,
        basicsize: size_of::<Header>(),
        flags: 0,
        doc: "",
        slots: Slots::NONE,
        methods: &[],
        getset: &[],
        trace: trace_nothing,
        drop: None,
        dict_offset: 0,
        var_size: None,
    };
}

/// A built-in type with the shape of its instances, placed in the binary.
#[repr(C)]
pub struct StaticType {
    ty: UnsafeCell<MaybeUninit<Type>>,
    shape: UnsafeCell<MaybeUninit<Shape>>,
    /// The declaration.
    pub spec: TypeSpec,
}

// SAFETY: written once in `ready` (single-threaded, or under the import of the module that owns it); afterwards its
// mutable parts are atomics, or are changed only while the world is stopped.
unsafe impl Sync for StaticType {}

impl StaticType {
    /// Declares a type; [`crate::ty::ready_static`] must run before it is used.
    pub const fn new(spec: TypeSpec) -> StaticType {
        StaticType {
            ty: UnsafeCell::new(MaybeUninit::zeroed()),
            shape: UnsafeCell::new(MaybeUninit::zeroed()),
            spec,
        }
    }

    /// The type cell.
    #[inline(always)]
    pub fn ty(&'static self) -> &'static Type {
        // SAFETY: initialised at start (zeroed memory before that is never read as a type).
        unsafe { &*(self.ty.get() as *const Type) }
    }

    /// Shape of direct instances.
    #[inline(always)]
    pub fn shape(&'static self) -> &'static Shape {
        // SAFETY: as above.
        unsafe { &*(self.shape.get() as *const Shape) }
    }

    /// The type as a value.
    #[inline(always)]
    pub fn value(&'static self) -> Value {
        Value::from_ref(self.ty())
    }

    /// Whether `ready` has run.
    pub fn is_ready(&'static self) -> bool {
        !self.ty().shape_of_instances_ptr().is_null()
    }

    /// Writes the shape and a type cell whose Python-level parts (dict, MRO, bases) are still empty.
    ///
    /// # Safety
    /// - Called once, before other threads can reach the type.
    pub unsafe fn init_raw(&'static self, metatype: &'static StaticType) {
        let s = &self.spec;
        let base = match s.base {
            Some(b) => b.ty() as *const Type,
            None if std::ptr::eq(self, &crate::types::OBJECT) => std::ptr::null(),
            None => crate::types::OBJECT.ty() as *const Type,
        };
        let mut flags = s.flags | flags::IMMUTABLE;
        if !base.is_null() {
            // SAFETY: bases are initialised before what derives from them (order of the list in types/mod.rs).
            flags |= unsafe { (*base).flags() } & flags::INHERITED;
        }
        let leaf = std::ptr::fn_addr_eq(
            s.trace,
            trace_nothing as unsafe fn(*mut u8, &mut crate::heap::Tracer),
        );
        let head_flags = if s.drop.is_some() { HEAD_DROP } else { 0 }
            | if leaf { HEAD_LEAF } else { 0 }
            | if s.slots.finalize.is_some() { HEAD_FINALIZER } else { 0 };
        let shape_header = Header::new(crate::heap::shape_cell_shape(), OWNER_SHARED, 0);
        let head = ShapeHead { trace: s.trace, drop: s.drop, flags: head_flags };
        let kind = if s.dict_offset != 0 { ShapeKind::Dict } else { ShapeKind::Fixed };
        if s.dict_offset != 0 {
            flags |= flags::HAS_DICT;
        }
        let shape = Shape::root(
            shape_header,
            head,
            kind,
            self.ty.get() as *const Type,
            s.dict_offset as u16,
            0,
        );
        let ty = Type {
            header: Header::new(metatype.shape.get() as *const Shape, OWNER_SHARED, 0),
            slots: UnsafeCell::new(s.slots),
            flags: UnsafeCell::new(flags),
            version: AtomicU32::new(0),
            basicsize: s.basicsize as u32,
            base,
            layout: self,
            shape: AtomicPtr::new(self.shape.get() as *mut Shape),
            dict_shape: AtomicPtr::new(std::ptr::null_mut()),
            attrs_offset: s.dict_offset as u32,
            name: Slot::empty(),
            qualname: Slot::empty(),
            dict: Slot::empty(),
            bases: Slot::empty(),
            mro: Slot::empty(),
            subclasses: Slot::empty(),
            extra: Slot::empty(),
        };
        // SAFETY: the caller promises that nobody else sees the cells yet.
        unsafe {
            (*self.shape.get()).write(shape);
            (*self.ty.get()).write(ty);
        }
    }
}

/// A type object, static or collected.
#[repr(C)]
pub struct Type {
    /// Cell header.
    pub header: Header,
    slots: UnsafeCell<Slots>,
    flags: UnsafeCell<u64>,
    pub(crate) version: AtomicU32,
    /// Bytes of the part of an instance that comes before `__slots__` of subclasses and attributes.
    pub basicsize: u32,
    pub(crate) base: *const Type,
    /// The static type whose payload instances begin with.
    pub(crate) layout: *const StaticType,
    shape: AtomicPtr<Shape>,
    pub(crate) dict_shape: AtomicPtr<Shape>,
    /// Byte offset of the attribute word; 0 when instances have none, [`super::shape::ATTRS_BEHIND`] when it lies behind a
    /// payload of varying size.
    pub attrs_offset: u32,
    /// `__name__`
    pub name: Slot,
    /// `__qualname__` (heap types)
    pub qualname: Slot,
    /// The namespace: a dict.
    pub dict: Slot,
    /// `__bases__`: a tuple.
    pub bases: Slot,
    /// `__mro__`: a tuple.
    pub mro: Slot,
    /// Weak references to direct subclasses.
    pub subclasses: Slot,
    /// Whatever a metatype of ours keeps.
    pub extra: Slot,
}

// SAFETY: repr(C), header first.
unsafe impl Cell for Type {}
// SAFETY: `slots` and `flags` change only before publication or while the world is stopped; the rest are atomics.
unsafe impl Sync for Type {}

/// Byte offset of the type's slots, for inline code.
pub const TYPE_SLOTS_OFFSET: usize = std::mem::offset_of!(Type, slots);

/// What a new heap type is made from; see `crate::ty`.
pub struct TypeInit {
    /// Metatype's shape.
    pub header: Header,
    /// Protocols (already inherited).
    pub slots: Slots,
    /// `flags::*`
    pub flags: u64,
    /// See [`Type::basicsize`].
    pub basicsize: u32,
    /// The best base.
    pub base: &'static Type,
    /// See [`Type::attrs_offset`].
    pub attrs_offset: u32,
}

impl Type {
    /// A heap type whose Python-level parts are still empty.
    pub fn new_raw(init: TypeInit) -> Type {
        Type {
            header: init.header,
            slots: UnsafeCell::new(init.slots),
            flags: UnsafeCell::new(init.flags),
            version: AtomicU32::new(0),
            basicsize: init.basicsize,
            base: init.base,
            layout: init.base.layout,
            shape: AtomicPtr::new(std::ptr::null_mut()),
            dict_shape: AtomicPtr::new(std::ptr::null_mut()),
            attrs_offset: init.attrs_offset,
            name: Slot::empty(),
            qualname: Slot::empty(),
            dict: Slot::empty(),
            bases: Slot::empty(),
            mro: Slot::empty(),
            subclasses: Slot::empty(),
            extra: Slot::empty(),
        }
    }

    /// The protocols.
    #[inline(always)]
    pub fn slots(&self) -> &Slots {
        // SAFETY: see the `Sync` impl.
        unsafe { &*self.slots.get() }
    }

    /// The version that proves the type's contents, or 0 when none is assigned.
    #[inline(always)]
    pub fn version(&self) -> u32 {
        // ORDERING: Relaxed; see `Shape::version`.
        self.version.load(ord!("type.version", Relaxed))
    }

    /// Changes the protocols.
    ///
    /// # Safety
    /// - The type is not published yet, or the world is stopped by the caller.
    pub unsafe fn slots_mut(&self, f: impl FnOnce(&mut Slots)) {
        // SAFETY: the caller's promise makes this the only access.
        f(unsafe { &mut *self.slots.get() })
    }

    /// `flags::*`
    #[inline(always)]
    pub fn flags(&self) -> u64 {
        // SAFETY: see the `Sync` impl.
        unsafe { *self.flags.get() }
    }

    /// Whether all of `f` are set.
    #[inline(always)]
    pub fn has(&self, f: u64) -> bool {
        self.flags() & f == f
    }

    /// Changes the flags.
    ///
    /// # Safety
    /// As [`Type::slots_mut`].
    pub unsafe fn set_flags(&self, f: u64) {
        // SAFETY: the caller's promise.
        unsafe { *self.flags.get() = f }
    }

    /// The best base; `None` for `object`.
    #[inline(always)]
    pub fn base(&self) -> Option<&'static Type> {
        // SAFETY: null or a live type (traced).
        unsafe { self.base.as_ref() }
    }

    /// The static type whose payload instances begin with.
    #[inline(always)]
    pub fn layout(&self) -> &'static StaticType {
        // SAFETY: set at creation from a static.
        unsafe { &*self.layout }
    }

    pub(crate) fn shape_of_instances_ptr(&self) -> *const Shape {
        // ORDERING: Acquire; pairs with the Release in `set_instance_shape`.
        self.shape.load(ord!("type.shape", Acquire))
    }

    pub(crate) fn dict_shape_ptr(&self) -> *const Shape {
        // ORDERING: Acquire; pairs with the Release in `ty::dict_mode_shape`.
        self.dict_shape.load(ord!("type.dict_shape", Acquire))
    }

    /// Root shape of direct instances, once made (heap types make it at the first instance).
    #[inline(always)]
    pub fn instance_shape(&self) -> Option<&'static Shape> {
        // SAFETY: null or a live shape (traced).
        unsafe { self.shape_of_instances_ptr().as_ref() }
    }

    /// Publishes the root shape.
    pub(crate) fn set_instance_shape(&self, s: &'static Shape) {
        // ORDERING: Release; pairs with the Acquire in `shape_of_instances_ptr`. Carries: the shape's fields.
        self.shape.store(s as *const Shape as *mut Shape, ord!("type.set_shape", Release));
        crate::heap::write_barrier((&raw const *self).cast(), s as *const Shape as u64);
    }

    /// `__name__` as a Rust string (for messages; slow path).
    pub fn name(&self) -> String {
        match self.name.get().and_then(|v| v.cast::<crate::types::Str>()) {
            Some(s) => s.to_string_lossy().into_owned(),
            None => {
                let full = self.layout().spec.name;
                full.rsplit('.').next().unwrap_or(full).to_string()
            }
        }
    }

    /// Whether `self` is `other` or derives from it (by MRO).
    #[inline]
    pub fn is_subtype(&'static self, other: &Type) -> bool {
        if std::ptr::eq(self, other) {
            return true;
        }
        if let Some(mro) = self.mro.get().and_then(|m| m.cast::<crate::types::Tuple>()) {
            let w = other as *const Type as u64;
            return mro.as_slice().iter().any(|t| t.word() == w);
        }
        let mut t = self.base();
        while let Some(b) = t {
            if std::ptr::eq(b, other) {
                return true;
            }
            t = b.base();
        }
        false
    }

    /// The type as a value.
    #[inline(always)]
    pub fn value(&'static self) -> Value {
        Value::from_ref(self)
    }
}
