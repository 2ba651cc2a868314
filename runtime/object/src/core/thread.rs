//! What a thread needs in order to hold and make objects; the interpreter's thread embeds it as its first field.

use super::header::Header;
use super::runtime::Runtime;
use super::shape::{HEAD_DROP, HEAD_FINALIZER, Shape};
use super::slot::Slot as ValueSlot;
use super::value::{Cell, Value};
use crate::error::{R, Raised};
use crate::heap::ThreadHeap;
use heddle_sync::ord;
use heddle_sync::thread::Slot;

/// One level of exceptions being handled: the base one of a thread, or that of a generator.
#[repr(C)]
pub struct ExcItem {
    /// The exception being handled, if any.
    pub value: ValueSlot,
    /// The level below.
    pub prev: *mut ExcItem,
}

impl ExcItem {
    /// A level with nothing being handled.
    pub fn new() -> ExcItem {
        ExcItem { value: ValueSlot::empty(), prev: std::ptr::null_mut() }
    }
}

impl Default for ExcItem {
    fn default() -> Self {
        ExcItem::new()
    }
}

/// What a new thread shall do.
pub struct ThreadStart {
    /// Called with the arguments; what it raises is reported by `sys.unraisablehook` (SystemExit is silent).
    pub function: Value,
    /// Positional arguments.
    pub args: &'static crate::types::Tuple,
    /// Keyword arguments.
    pub kwargs: Option<&'static crate::types::Dict>,
    /// Whether the process may end while it runs.
    pub daemon: bool,
    /// Native stack; 0 for the default.
    pub stack_bytes: usize,
    /// Runs in the new thread, attached, before the function; the starter waits for it.
    pub begun: Box<dyn FnOnce(&Thread) + Send>,
    /// Runs last, when the thread no longer touches objects.
    pub ended: Box<dyn FnOnce() + Send>,
}

/// What `object` asks of the crates above it. Filled in once by the vm before any Python code runs.
pub struct Hooks {
    /// `warnings.warn(message, category)`; an error means that the warning was turned into an exception.
    pub warn: fn(&mut Thread, &'static super::ty::StaticType, &str) -> R<()>,
    /// Imports a module by its dotted name and returns the last component.
    pub import: fn(&mut Thread, &str) -> R,
    /// Reports an exception that cannot be raised (`sys.unraisablehook`); takes the current exception.
    pub unraisable: fn(&mut Thread, Raised, &str, Option<Value>),
    /// Handles eval-breaker events (the slow path of a poll).
    pub poll: fn(&mut Thread) -> R<()>,
    /// `__name__` of the globals of the innermost Python frame.
    pub current_module_name: fn(&mut Thread) -> Option<Value>,
    /// `repr` of a module.
    pub module_repr: fn(&mut Thread, Value) -> R,
    /// Gives the modules loaded so far their `__spec__` and `__loader__`, which nobody has asked for before; false when
    /// they have them already.
    pub describe_modules: fn(&mut Thread) -> R<bool>,
    /// Whether a module's import is still under way.
    pub module_is_initializing: fn(&mut Thread, Value) -> bool,
    /// `C.__annotations__`.
    pub type_annotations: fn(&mut Thread, Value) -> R,
    /// `C.__annotate__`.
    pub type_annotate: fn(&mut Thread, Value) -> R,
    /// `globals()`: the namespace of the innermost Python frame, if there is one.
    pub current_globals: fn(&mut Thread) -> Option<Value>,
    /// `locals()` of the innermost Python frame.
    pub current_locals: fn(&mut Thread) -> R,
    /// `__build_class__(func, name, *bases, **kwds)`.
    pub build_class: fn(&mut Thread, &super::native::Args) -> R,
    /// `__import__(name, globals, locals, fromlist, level)`.
    pub import_name: fn(&mut Thread, Value, Value, Value, Value, i64) -> R,
    /// `compile(...)`: source (str or bytes), file name, mode, flags, whether to inherit the caller's, optimize.
    pub compile: fn(&mut Thread, Value, Value, &str, i64, bool, i64) -> R,
    /// Runs a code object in namespaces, with a closure tuple or None.
    pub eval_code: fn(&mut Thread, Value, Value, Value, Value) -> R,
    /// `sys.<name>`, nothing when the module has no such attribute.
    pub sys_get: fn(&mut Thread, &'static crate::types::Str) -> Option<Value>,
    /// `anext(it, default)`: an awaitable that gives the default at the end.
    pub anext_default: fn(&mut Thread, Value, Value) -> R,
    /// Whether the interpreter is shutting down.
    pub is_finalizing: fn(&mut Thread) -> bool,
    /// `sys._getframe(depth)`.
    pub get_frame: fn(&mut Thread, usize) -> R,
    /// `sys._clear_internal_caches()`.
    pub clear_caches: fn(&mut Thread) -> R,
    /// Sets the recursion limit of all threads.
    pub set_recursion_limit: fn(&mut Thread, i32),
    /// Prints an exception with this traceback (or None) to `sys.stderr`, as `sys.excepthook` does.
    pub print_exception: fn(&mut Thread, Value, Value) -> R<()>,
    /// Starts a thread; gives its identifier (the address of its state).
    pub start_thread: fn(&mut Thread, ThreadStart) -> R<u64>,
    /// Waits for all threads that are not daemons (`threading._shutdown` at the end).
    pub join_threads: fn(&mut Thread) -> R<()>,
    /// Identifier of the main thread.
    pub main_ident: fn(&mut Thread) -> u64,
    /// Makes a signal pending, as if it had arrived.
    pub trip_signal: fn(&mut Thread, i32),
    /// Whether a value is a Python function.
    pub is_function: fn(Value) -> bool,
    /// Sets the contents of a cell; TypeError for anything else.
    pub set_cell: fn(&mut Thread, Value, Value) -> R<()>,
    /// What `super()` without arguments means in the innermost Python frame: the class and the first argument.
    /// RuntimeError when there is no such frame.
    pub super_context: fn(&mut Thread) -> R<(Value, Value)>,
}

/// The answer of a door behind which nobody is.
#[cold]
fn nobody<T>(th: &mut Thread) -> R<T> {
    Err(th.system_error(format_args!("the interpreter is not running")))
}

impl Hooks {
    /// Hooks of a process without an interpreter, for tests of objects alone: warnings pass, questions about frames have
    /// no answer, and whatever would run code raises SystemError.
    pub const BARE: Hooks = Hooks {
        warn: |_, _, _| Ok(()),
        import: |th, _| nobody(th),
        unraisable: |_, _, _, _| {},
        poll: |_| Ok(()),
        current_module_name: |_| None,
        module_repr: |th, _| nobody(th),
        describe_modules: |_| Ok(false),
        module_is_initializing: |_, _| false,
        type_annotations: |th, _| nobody(th),
        type_annotate: |th, _| nobody(th),
        current_globals: |_| None,
        current_locals: nobody,
        build_class: |th, _| nobody(th),
        import_name: |th, _, _, _, _, _| nobody(th),
        compile: |th, _, _, _, _, _, _| nobody(th),
        eval_code: |th, _, _, _, _| nobody(th),
        sys_get: |_, _| None,
        anext_default: |th, _, _| nobody(th),
        is_finalizing: |_| false,
        get_frame: |th, _| nobody(th),
        clear_caches: nobody,
        set_recursion_limit: |th, limit| th.recursion_limit = limit,
        print_exception: |th, _, _| nobody(th),
        start_thread: |th, _| nobody(th),
        join_threads: |_| Ok(()),
        main_ident: |th| th as *const Thread as u64,
        trip_signal: |_, _| {},
        is_function: |_| false,
        set_cell: |th, _, _| nobody(th),
        super_context: |th| Err(th.runtime_error(format_args!("super(): no current frame"))),
    };
}

/// Entry of the per-thread method cache.
#[derive(Clone, Copy)]
pub struct LookupEntry {
    /// Version of the type, 0 for an empty entry.
    pub version: u32,
    /// Name (address of the interned string).
    pub name: u64,
    /// What was found (0: nothing).
    pub value: u64,
}

/// Entries of the method cache. A power of two; 1024 as CPython's is 4096 for all threads together (arbitrary).
pub const LOOKUP_ENTRIES: usize = 1024;

/// Native stack that is left for handling a RecursionError and for code that does not check (arbitrary).
pub const NATIVE_RESERVE: usize = 256 << 10;

/// The thread's part that objects see. Pinned; the address is the identity.
#[repr(C)]
pub struct Thread {
    /// Eval breaker, state, indices.
    pub slot: Slot,
    /// The exception being raised.
    pub exception: Option<Value>,
    /// Allocation runs.
    pub heap: ThreadHeap,
    /// Top of the stack of exceptions being handled.
    pub exc_info: *mut ExcItem,
    /// Its lowest level.
    pub exc_base: ExcItem,
    /// Python-level calls that may still be nested before RecursionError.
    pub recursion_remaining: i32,
    /// `sys.getrecursionlimit()` as this thread last saw it.
    pub recursion_limit: i32,
    /// Lowest native stack address that may be used before RecursionError.
    pub native_limit: usize,
    /// What all threads share.
    pub rt: &'static Runtime,
    /// Doors to the crates above.
    pub hooks: &'static Hooks,
    /// Method cache, owned by this thread alone.
    pub lookup: Box<[LookupEntry; LOOKUP_ENTRIES]>,
    /// Containers whose `repr` is under way (a list of values), for `[...]`.
    pub repr_active: ValueSlot,
    /// Current `contextvars.Context`, if one was made.
    pub context: ValueSlot,
}

impl Thread {
    /// A thread that does not run yet: pin it, then call [`start`](Thread::start).
    pub fn new(rt: &'static Runtime, hooks: &'static Hooks) -> Thread {
        const EMPTY: LookupEntry = LookupEntry { version: 0, name: 0, value: 0 };
        Thread {
            slot: Slot::new(),
            exception: None,
            heap: ThreadHeap::new(),
            exc_info: std::ptr::null_mut(),
            exc_base: ExcItem::new(),
            recursion_remaining: 1000,
            recursion_limit: 1000,
            native_limit: 0,
            rt,
            hooks,
            lookup: Box::new([EMPTY; LOOKUP_ENTRIES]),
            repr_active: ValueSlot::empty(),
            context: ValueSlot::empty(),
        }
    }

    /// Enters the world and the heap: afterwards the thread is attached and may hold and make objects.
    ///
    /// **Errors:** false when no thread index is free. **Threads:** on the thread that it describes; waits for the end of
    /// a pause.
    ///
    /// # Safety
    /// - `self` stays where it is until [`finish`](Thread::finish) has returned.
    pub unsafe fn start(&mut self) -> bool {
        self.exc_info = &raw mut self.exc_base;
        let me = (&raw mut *self).cast::<()>();
        // ORDERING: Relaxed; the list lock of `register` publishes it.
        self.slot.user.store(me, ord!("thread.user", Relaxed));
        if let Some((lo, hi)) = crate::heap::stack_bounds() {
            // ORDERING: Relaxed; as above.
            self.slot.stack_base.store(hi, ord!("thread.stack_base", Relaxed));
            self.native_limit = lo + NATIVE_RESERVE.min((hi - lo) / 4);
        }
        let rt = self.rt;
        // SAFETY: the caller keeps the slot in place until `finish`.
        unsafe {
            if !rt.world.register(&self.slot) {
                return false;
            }
            rt.world.attach(&self.slot);
            let slot: *const Slot = &self.slot;
            self.heap.attach(&rt.heap, &rt.world, slot);
        }
        true
    }

    /// Leaves the heap and the world.
    ///
    /// **Threads:** on the thread itself, attached; it holds no objects any more.
    pub fn finish(&mut self) {
        self.heap.detach();
        self.rt.world.unregister(&self.slot);
    }

    /// Reports what the thread holds outside of stacks; the collector's reporter for `slot`.
    pub(crate) fn trace(slot: &Slot, t: &mut crate::heap::Tracer) {
        // ORDERING: Relaxed; the thread is stopped.
        let me = slot.user.load(ord!("thread.trace", Relaxed)) as *const Thread;
        // SAFETY: `start` stored the address of the thread around the slot, which is registered, hence alive; its own
        // thread is stopped or is the requester, which does not touch it meanwhile.
        let Some(me) = (unsafe { me.as_ref() }) else { return };
        t.option(me.exception);
        t.slot(&me.repr_active);
        t.slot(&me.context);
        let mut item: *const ExcItem = me.exc_info;
        // SAFETY: the chain's items lie in live generators and end at the thread's own.
        while let Some(e) = unsafe { item.as_ref() } {
            t.interior(item);
            t.slot(&e.value);
            item = e.prev;
        }
    }

    /// Allocates a cell and initialises it. `init` gets the header and must not allocate.
    ///
    /// **Errors:** MemoryError. **Threads:** attached; may collect, unless inside a critical section. **Escapes:** no.
    #[inline(always)]
    pub fn alloc<T: Cell>(
        &mut self,
        shape: &'static Shape,
        aux: u32,
        init: impl FnOnce(Header) -> T,
    ) -> R<&'static T> {
        let p = match self.heap.alloc_for::<T>() {
            Some(p) => p.as_ptr() as *mut T,
            None => return Err(self.memory_error()),
        };
        // SAFETY: fresh memory of the right size; no safepoint before it is initialised.
        unsafe { p.write(init(Header::new(shape, self.slot.owner(), aux))) };
        if shape.head.flags & (HEAD_FINALIZER | HEAD_DROP) != 0 {
            self.register_special(shape, p as *mut u8)?;
        }
        // SAFETY: initialised just now.
        Ok(unsafe { &*p })
    }

    /// Registers a cell that has a finalizer or native resources.
    #[cold]
    #[inline(never)]
    pub fn register_special(&mut self, shape: &'static Shape, cell: *mut u8) -> R<()> {
        if shape.head.flags & HEAD_FINALIZER != 0 {
            self.heap.register_finalizer(cell);
        }
        if shape.head.flags & HEAD_DROP != 0 {
            self.heap.register_drop(cell);
        }
        Ok(())
    }

    /// Uninitialised memory for a cell of `bytes` bytes.
    ///
    /// **Errors:** MemoryError. The caller initialises it before the next safepoint.
    #[inline(always)]
    pub fn alloc_bytes(&mut self, bytes: usize) -> R<*mut u8> {
        match self.heap.alloc(bytes) {
            Some(p) => Ok(p.as_ptr()),
            None => Err(self.memory_error()),
        }
    }

    /// Zeroed memory for a cell of `bytes` bytes.
    #[inline(always)]
    pub fn alloc_zeroed(&mut self, bytes: usize) -> R<*mut u8> {
        match self.heap.alloc_zeroed(bytes) {
            Some(p) => Ok(p.as_ptr()),
            None => Err(self.memory_error()),
        }
    }

    /// Runs `f` as a critical section on `obj`: no other thread mutates it meanwhile.
    ///
    /// **Threads:** `f` may allocate; it may not block, detach or call Python code.
    #[inline(always)]
    pub fn critical<T>(&mut self, obj: &Header, f: impl FnOnce(&mut Thread) -> T) -> T {
        let (rt, slot): (_, *const Slot) = (self.rt, &self.slot);
        // SAFETY: the slot lives as long as the thread and has interior mutability only.
        heddle_sync::critical::with(&rt.world, unsafe { &*slot }, &obj.word, || f(self))
    }

    /// Runs `f` as a critical section on `obj` that can reach no safepoint: `f` gets no thread, so it cannot allocate.
    /// On an object of this thread it costs one compare.
    #[inline(always)]
    pub fn critical_leaf<T>(&mut self, obj: &Header, f: impl FnOnce() -> T) -> T {
        heddle_sync::critical::leaf(&self.rt.world, &self.slot, &obj.word, f)
    }

    /// Runs `f` as a critical section on two objects.
    #[inline]
    pub fn critical2<T>(&mut self, a: &Header, b: &Header, f: impl FnOnce(&mut Thread) -> T) -> T {
        let (rt, slot): (_, *const Slot) = (self.rt, &self.slot);
        // SAFETY: as above.
        heddle_sync::critical::with_two(&rt.world, unsafe { &*slot }, &a.word, &b.word, || f(self))
    }

    /// Counts one nested call; `Err` when too deep. Pair with [`leave_call`](Thread::leave_call).
    #[inline(always)]
    pub fn enter_call(&mut self, what: &str) -> R<()> {
        self.recursion_remaining -= 1;
        if self.recursion_remaining < 0 || self.native_stack_low() {
            return Err(self.recursion_overflow(what));
        }
        Ok(())
    }

    /// Ends one nested call.
    #[inline(always)]
    pub fn leave_call(&mut self) {
        self.recursion_remaining += 1;
    }

    /// Whether the native stack is nearly used up.
    #[inline(always)]
    pub fn native_stack_low(&self) -> bool {
        let here = 0u8;
        (&here as *const u8 as usize) < self.native_limit
    }

    #[cold]
    #[inline(never)]
    fn recursion_overflow(&mut self, what: &str) -> Raised {
        self.recursion_remaining += 1;
        // Room for the handler itself, as CPython gives.
        self.recursion_remaining += 50;
        let low = self.native_limit;
        self.native_limit = low.saturating_sub(64 << 10);
        let e = self.recursion_error(format_args!("maximum recursion depth exceeded{what}"));
        self.recursion_remaining -= 50;
        self.native_limit = low;
        e
    }

    /// Runs pending eval-breaker work if there is any.
    ///
    /// **Escapes:** yes, when an event is pending.
    #[inline(always)]
    pub fn poll(&mut self) -> R<()> {
        if self.slot.breaker.events() != 0 { (self.hooks.poll)(self) } else { Ok(()) }
    }

    /// Runs `f` detached: it may block and must not touch Python objects.
    pub fn detached<T>(&mut self, f: impl FnOnce() -> T) -> T {
        self.rt.world.detached(&self.slot, f)
    }
}
