//! Objects of native modules: a Rust value behind a header, with no `unsafe` in the module.
//!
//! A module declares `struct Deque { .. }`, implements [`Native`] for it, and makes its type with [`spec`]. Values that
//! the struct holds lie in [`Slot`](super::slot::Slot)s, which `trace` reports; whatever else it owns is dropped when the
//! object died. State that threads share is guarded by the object's critical section ([`Guarded`]) or by a [`Busy`] lock.

use super::header::Header;
use super::slot::Slot;
use super::thread::Thread;
use super::ty::{StaticType, Type, TypeSpec};
use super::value::{Cell, Value};
use crate::error::R;
use crate::heap::Tracer;
use heddle_sync::mutex;
use heddle_sync::prim::{AtomicU8, AtomicU64, ord};
use std::cell::UnsafeCell;

/// The Rust part of a native object.
pub trait Native: Send + Sync + Sized + 'static {
    /// The type whose instances carry it; made with [`spec`]`::<Self>`.
    fn static_type() -> &'static StaticType;
    /// Reports the values it holds.
    fn trace(&self, t: &mut Tracer);
}

/// The cell: header, `__dict__`, the Rust value.
#[repr(C)]
pub struct NativeCell<T: Native> {
    /// Cell header.
    pub header: Header,
    dict: Slot,
    data: T,
}
// SAFETY: repr(C), header first.
unsafe impl<T: Native> Cell for NativeCell<T> {}

unsafe fn trace_native<T: Native>(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with such a cell.
    let c = unsafe { &*(cell as *const NativeCell<T>) };
    t.word(Value::slot_word(c.dict.get()));
    c.data.trace(t);
}

unsafe fn drop_native<T: Native>(cell: *mut u8) {
    // SAFETY: called once with a dead cell.
    unsafe { std::ptr::drop_in_place(&raw mut (*(cell as *mut NativeCell<T>)).data) };
}

/// The layout part of the declaration, for struct update syntax: `TypeSpec { name: .., ..native::spec::<T>() }`.
pub const fn spec<T: Native>() -> TypeSpec {
    TypeSpec {
        basicsize: size_of::<NativeCell<T>>(),
        trace: trace_native::<T>,
        drop: if std::mem::needs_drop::<T>() { Some(drop_native::<T>) } else { None },
        ..TypeSpec::DEFAULT
    }
}

/// As [`spec`], with a `__dict__` for instances.
pub const fn spec_with_dict<T: Native>() -> TypeSpec {
    TypeSpec { dict_offset: std::mem::offset_of!(NativeCell<T>, dict), ..spec::<T>() }
}

/// An instance of `ty`, which is `T`'s type or a subclass.
///
/// **Errors:** MemoryError; TypeError when `ty` is something else. **Escapes:** no.
pub fn alloc<T: Native>(th: &mut Thread, ty: &'static Type, data: T) -> R {
    if !std::ptr::eq(ty.layout(), T::static_type()) {
        let (a, b) = (ty.name(), T::static_type().ty().name());
        return Err(th.type_error(format_args!("{b}.__new__({a}): {a} is not a subtype of {b}")));
    }
    let v = crate::ty::alloc_instance(th, ty)?;
    // SAFETY: fresh memory of that layout; there was no safepoint since.
    unsafe { (&raw mut (*v.as_ptr::<NativeCell<T>>()).data).write(data) };
    Ok(v)
}

impl Value {
    /// The Rust part of a native object.
    #[inline]
    pub fn native<T: Native>(self) -> Option<&'static T> {
        let st = T::static_type();
        if self.is_ptr() && (self.has_shape(st.shape()) || self.type_of().is_subtype(st.ty())) {
            debug_assert!(st.spec.basicsize == size_of::<NativeCell<T>>());
            // SAFETY: instances of the type carry a `T` (its declaration comes from `spec::<T>`).
            Some(&unsafe { &*self.as_ptr::<NativeCell<T>>() }.data)
        } else {
            None
        }
    }

    /// As [`native`](Value::native); TypeError for another type.
    pub fn expect_native<T: Native>(self, th: &mut Thread) -> R<&'static T> {
        match self.native::<T>() {
            Some(t) => Ok(t),
            None => {
                let (want, have) = (T::static_type().ty().name(), self.type_of().name());
                Err(th.type_error(format_args!("expected {want} object, got {have}")))
            }
        }
    }
}

/// Rust state of an object, used only inside its critical section.
pub struct Guarded<T>(UnsafeCell<T>);
// SAFETY: `with` excludes other threads; the type system excludes a second borrow by the same thread only if closures do
// not nest, which the section's rules (no Python code inside) ensure; checked in debug builds by `critical` itself.
unsafe impl<T: Send> Sync for Guarded<T> {}
// SAFETY: owns its `T`.
unsafe impl<T: Send> Send for Guarded<T> {}

impl<T> Guarded<T> {
    /// Wraps.
    pub const fn new(t: T) -> Guarded<T> {
        Guarded(UnsafeCell::new(t))
    }
    /// Uses the state inside `obj`'s critical section. No Python code, no blocking, no nesting on the same state.
    pub fn with<U>(
        &self,
        th: &mut Thread,
        obj: Value,
        f: impl FnOnce(&mut Thread, &mut T) -> U,
    ) -> U {
        match obj.header() {
            // SAFETY: the critical section excludes other threads; see above.
            Some(h) => th.critical(h, |th| f(th, unsafe { &mut *self.0.get() })),
            // SAFETY: objects with Rust state are cells; a word has none to share.
            None => f(th, unsafe { &mut *self.0.get() }),
        }
    }
    /// The state, when nobody else can have it (in `trace`: the world is stopped).
    ///
    /// The collector is the only caller.
    pub fn peek(&self) -> &T {
        // SAFETY: called while the world is stopped.
        unsafe { &*self.0.get() }
    }
}

/// A lock that a thread holds across Python calls, with its owner known (buffered I/O).
pub struct Busy {
    lock: AtomicU8,
    owner: AtomicU64,
}

impl Default for Busy {
    fn default() -> Self {
        Busy::new()
    }
}

impl Busy {
    /// Free.
    pub const fn new() -> Busy {
        Busy { lock: AtomicU8::new(0), owner: AtomicU64::new(0) }
    }
    /// Runs `f` holding the lock; RuntimeError when this thread holds it already.
    pub fn with<U>(
        &self,
        th: &mut Thread,
        what: &str,
        f: impl FnOnce(&mut Thread) -> R<U>,
    ) -> R<U> {
        let me = th as *const Thread as u64;
        // ORDERING: Relaxed; only this thread can have stored its own number.
        if self.owner.load(ord!("busy.owner", Relaxed)) == me {
            return Err(th.runtime_error(format_args!("reentrant call inside {what}")));
        }
        self.hold(th, me, f)
    }

    /// Whether this thread holds it.
    pub fn mine(&self, th: &Thread) -> bool {
        // ORDERING: Relaxed; only this thread can have stored its own number.
        self.owner.load(ord!("busy.mine", Relaxed)) == th as *const Thread as u64
    }

    /// As [`with`](Busy::with), but a thread that holds the lock already just goes on.
    pub fn nested<U>(&self, th: &mut Thread, f: impl FnOnce(&mut Thread) -> U) -> U {
        let me = th as *const Thread as u64;
        // ORDERING: Relaxed; only this thread can have stored its own number.
        if self.owner.load(ord!("busy.nested", Relaxed)) == me {
            return f(th);
        }
        self.hold(th, me, f)
    }

    fn hold<U>(&self, th: &mut Thread, me: u64, f: impl FnOnce(&mut Thread) -> U) -> U {
        mutex::lock(&th.rt.world, &th.slot, &self.lock);
        // ORDERING: Relaxed; as above.
        self.owner.store(me, ord!("busy.take", Relaxed));
        let r = f(th);
        // ORDERING: Relaxed; as above.
        self.owner.store(0, ord!("busy.release", Relaxed));
        mutex::unlock(&self.lock);
        r
    }
}

/// The lock behind `threading.Lock`: any thread may release it, and a waiting main thread still sees signals.
pub struct ThreadLock(AtomicU8);

impl Default for ThreadLock {
    fn default() -> Self {
        ThreadLock::new()
    }
}

/// How often a waiting thread looks for signals and asynchronous exceptions. Long enough to cost nothing, short enough
/// that Ctrl-C feels immediate (arbitrary).
const LOOK_MS: u64 = 50;

impl ThreadLock {
    /// Free.
    pub const fn new() -> ThreadLock {
        ThreadLock(AtomicU8::new(0))
    }
    /// Takes the lock if it is free.
    #[inline]
    pub fn try_acquire(&self) -> bool {
        mutex::try_lock(&self.0)
    }
    /// Takes the lock; false when the deadline passed.
    ///
    /// **Errors:** what a signal handler raised meanwhile. **Threads:** sleeps detached. **Escapes:** yes (handlers).
    pub fn acquire(&self, th: &mut Thread, deadline: Option<std::time::Instant>) -> R<bool> {
        loop {
            if self.try_acquire() {
                return Ok(true);
            }
            let now = std::time::Instant::now();
            if deadline.is_some_and(|d| d <= now) {
                return Ok(false);
            }
            let look = now + std::time::Duration::from_millis(LOOK_MS);
            let until = deadline.map_or(look, |d| d.min(look));
            let rt = th.rt;
            if mutex::lock_until(&rt.world, &th.slot, &self.0, until) {
                return Ok(true);
            }
            th.poll()?;
        }
    }
    /// Releases the lock; false when it was free.
    #[inline]
    pub fn release(&self) -> bool {
        if !mutex::is_locked(&self.0) {
            return false;
        }
        mutex::unlock(&self.0);
        true
    }
    /// Whether somebody holds it.
    #[inline]
    pub fn is_locked(&self) -> bool {
        mutex::is_locked(&self.0)
    }
    /// Makes it free without waking anybody: in a forked child.
    pub fn reset(&self) {
        // ORDERING: Relaxed; there is one thread.
        self.0.store(0, ord!("threadlock.reset", Relaxed));
    }
}

/// A number that threads share, for native modules.
pub struct Shared(AtomicU64);

impl Shared {
    /// With this value.
    pub const fn new(v: u64) -> Shared {
        Shared(AtomicU64::new(v))
    }
    /// The value.
    #[inline]
    pub fn get(&self) -> u64 {
        // ORDERING: Acquire; pairs with the Release in `set`.
        self.0.load(ord!("shared.get", Acquire))
    }
    /// Changes it.
    #[inline]
    pub fn set(&self, v: u64) {
        // ORDERING: Release; pairs with the Acquire in `get`.
        self.0.store(v, ord!("shared.set", Release))
    }
    /// Adds, wrapping; gives the old value.
    #[inline]
    pub fn add(&self, v: u64) -> u64 {
        // ORDERING: AcqRel; as the two above.
        self.0.fetch_add(v, ord!("shared.add", AcqRel))
    }
}
