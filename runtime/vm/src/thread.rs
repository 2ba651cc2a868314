//! The interpreter's thread and what all of them share.
//!
//! [`VmThread`] begins with the object crate's thread, which begins with the sync crate's slot: native code gets the
//! former and the vm casts back. Start-up and shutdown of the process are in `start`, those of further threads too.

use crate::dispatch::{self, Handler};
use crate::frame::stack::FrameStack;
use crate::frame::{self, Frame};
use crate::uops::Regs;
use heddle_object::core::module_def::ModuleDef;
use heddle_object::core::native::NativeFn;
use heddle_object::core::runtime::Runtime;
use heddle_object::heap::{RootVec, Tracer};
use heddle_object::types::descr::BuiltinFunction;
use heddle_object::types::{Dict, Module, exceptions as exc};
use heddle_object::{R, Raised, Slot, Thread, Value, attr, names};
use heddle_sync::ord;
use heddle_sync::prim::{AtomicBool, AtomicU64};
use heddle_tlbc::Knobs;
use heddle_tlbc::defs::operands::CommonConstant;

/// A module of the library that is embedded in the program.
pub struct LibraryModule {
    /// Source text.
    pub source: String,
    /// Whether it is a package.
    pub is_package: bool,
    /// Path of its file below the library's folder.
    pub path: &'static str,
}

/// What the command hands in.
pub struct Config {
    /// Native modules.
    pub modules: &'static [&'static ModuleDef],
    /// Finds a module of the embedded library.
    pub library: fn(&str) -> Option<LibraryModule>,
    /// How code specializes and copies.
    pub knobs: Knobs,
}

macro_rules! roots {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// Values that live as long as the process.
        pub struct Roots { $($(#[$doc])* $name: AtomicU64,)* }
        impl Roots {
            fn new() -> Roots {
                Roots { $($name: AtomicU64::new(0),)* }
            }
            fn trace(&self, t: &mut Tracer) {
                $(t.word(self.$name.load(ord!("vm.root_trace", Relaxed)));)*
            }
        }
    };
}

roots! {
    /// Namespace of `builtins`.
    builtins,
    /// `sys.modules`
    modules,
    /// The `sys` module.
    sys,
    /// `len`
    len,
    /// `isinstance`
    isinstance,
    /// `__import__`
    import,
    /// `all`
    all,
    /// `any`
    any,
    /// `super`
    super_type,
    /// `list.append`, the descriptor
    append,
    /// `importlib._bootstrap`, once it runs
    importlib,
}

/// What all threads of the interpreter share. Leaked.
pub struct Vm {
    /// The object crate's part.
    pub rt: &'static Runtime,
    /// How code specializes and copies.
    pub knobs: Knobs,
    /// Whether backward jumps count towards traces.
    pub tracing: bool,
    /// Native modules.
    pub modules: &'static [&'static ModuleDef],
    /// Finds a module of the embedded library.
    pub library: fn(&str) -> Option<LibraryModule>,
    /// Set once shutdown has begun.
    pub finalizing: AtomicBool,
    /// The first thread's slot, which handles signals.
    pub main_ident: AtomicU64,
    /// Threads that the end of the program waits for.
    pub living: crate::threads::Living,
    /// `importlib` is being brought up, or runs.
    booting: AtomicBool,
    /// The program that runs when it is in no file: its name in tracebacks and its text.
    pub main_text: std::sync::OnceLock<(String, String)>,
    roots: Roots,
}

/// A thread of the interpreter. Pinned.
#[repr(C)]
pub struct VmThread {
    /// The part that objects see.
    pub base: Thread,
    /// The running frame.
    pub frame: *mut Frame,
    /// First free word of the frame stack.
    pub top: *mut u64,
    /// Where the frame stack ends.
    pub limit: *mut u64,
    /// Handlers by opcode.
    pub table: *const Handler,
    /// What an evaluator that exits returns.
    pub result: u64,
    /// Registers that a helper hands to the evaluator.
    pub regs: Regs,
    /// Which copy of bytecode this thread runs: its index, or 0 without copies.
    pub tlbc_index: u32,
    /// `sys.set_coroutine_origin_tracking_depth`
    pub origin_depth: u32,
    /// What all threads share.
    pub vm: &'static Vm,
    /// `sys.set_asyncgen_hooks`
    pub asyncgen_firstiter: Slot,
    /// See above.
    pub asyncgen_finalizer: Slot,
    /// An exception that another thread sent (`PyThreadState_SetAsyncExc`).
    pub async_exc: Slot,
    stack: FrameStack,
}

/// Address space for frames of the first thread and of others.
const MAIN_STACK_BYTES: usize = 64 << 20;
/// See above; the recursion limit is met long before.
const THREAD_STACK_BYTES: usize = 16 << 20;

impl VmThread {
    /// The interpreter's thread around an object thread.
    #[inline(always)]
    pub fn of(th: &mut Thread) -> &mut VmThread {
        // SAFETY: every `Thread` of this process is the first field of a `VmThread`.
        unsafe { &mut *(th as *mut Thread as *mut VmThread) }
    }

    /// A thread that does not run yet; nothing when the system grants no address space.
    pub fn new(vm: &'static Vm, main: bool) -> Option<Box<VmThread>> {
        let stack = FrameStack::new(if main { MAIN_STACK_BYTES } else { THREAD_STACK_BYTES })?;
        Some(Box::new(VmThread {
            base: Thread::new(vm.rt, &crate::hooks::HOOKS),
            frame: std::ptr::null_mut(),
            top: stack.base(),
            limit: stack.limit(),
            table: dispatch::plain(),
            result: 0,
            regs: Regs::NONE,
            tlbc_index: 0,
            origin_depth: 0,
            vm,
            asyncgen_firstiter: Slot::empty(),
            asyncgen_finalizer: Slot::empty(),
            async_exc: Slot::empty(),
            stack,
        }))
    }

    /// Enters the world; afterwards the thread may run Python code. False when no index is free.
    ///
    /// # Safety
    /// - The box stays where it is until [`finish`](VmThread::finish).
    pub unsafe fn start(&mut self) -> bool {
        // SAFETY: the caller's promise.
        if !unsafe { self.base.start() } {
            return false;
        }
        self.tlbc_index = if self.vm.knobs.copies { self.base.slot.index() } else { 0 };
        true
    }

    /// Leaves the world.
    pub fn finish(&mut self) {
        self.base.finish();
    }
}

/// Reports the frames of a thread.
fn trace_thread(slot: &heddle_sync::Slot, t: &mut Tracer) {
    let th = slot.user.load(ord!("vm.trace_thread", Relaxed)) as *const VmThread;
    // SAFETY: `Thread::start` put the address of the thread there; the world is stopped.
    let Some(th) = (unsafe { th.as_ref() }) else { return };
    t.word(th.result);
    for s in [&th.asyncgen_firstiter, &th.asyncgen_finalizer, &th.async_exc] {
        t.word(Value::slot_word(s.get()));
    }
    let mut fp = th.frame;
    let mut whole = !t.is_asker(slot);
    // SAFETY: frames of a stopped thread; words up to the frame's end are readable. They are reported
    // conservatively: above the values in use old ones may lie.
    unsafe {
        while let Some(f) = fp.as_ref() {
            for w in [f.code as u64, f.func, f.globals as u64, f.builtins, f.locals, f.frame_obj] {
                t.conservative(w as usize);
            }
            // A call of Python code saves its caller's `sp`. Whoever is in native code, which may have come from the
            // middle of an instruction, has not: there `sp` may lie below words that are still needed.
            let from = f.local_ptr(0);
            let end = if whole {
                (fp as *const u64).add(f.code().frame_words as usize)
            } else {
                f.sp.0 as *const u64
            };
            t.conservative_range(from as *const u8, end as *const u8);
            whole = f.flags & frame::ENTRY != 0;
            if f.flags & frame::GENERATOR != 0 {
                t.interior(fp);
            }
            fp = f.prev;
        }
    }
}

/// The proof that an exception is set; raises SystemError when there is none.
pub fn pending(th: &mut VmThread) -> Raised {
    match th.base.pending() {
        Some(e) => e,
        None => th.base.system_error(format_args!("error return without exception set")),
    }
}

impl Vm {
    /// Makes the runtime and its first thread, with `builtins` and `sys` in place.
    ///
    /// **Errors:** a text for the user. **Threads:** once, on the process's first thread.
    // The reference is to the leaked thread, not into the runtime.
    #[allow(clippy::mut_from_ref)]
    pub fn start(rt: &'static Runtime, config: Config) -> Result<&'static mut VmThread, String> {
        let vm: &'static Vm = Box::leak(Box::new(Vm {
            rt,
            knobs: config.knobs,
            tracing: false,
            modules: config.modules,
            library: config.library,
            finalizing: AtomicBool::new(false),
            main_ident: AtomicU64::new(0),
            living: crate::threads::Living::new(),
            booting: AtomicBool::new(false),
            main_text: std::sync::OnceLock::new(),
            roots: Roots::new(),
        }));
        let th = VmThread::new(vm, true).ok_or("cannot reserve the frame stack")?;
        let th: &'static mut VmThread = Box::leak(th);
        // ORDERING: Relaxed; there is one thread.
        vm.main_ident.store(&raw const *th as u64, ord!("vm.main_ident_set", Relaxed));
        rt.heap.install();
        // SAFETY: leaked, so pinned.
        if !unsafe { th.start() } {
            return Err("no thread index is free".into());
        }
        rt.heap.add_thread_reporter(trace_thread);
        rt.heap.add_reporter(|t| vm.roots.trace(t));
        // SAFETY: once, before other threads exist.
        let ready = unsafe { heddle_object::ty::init_types(&mut th.base) };
        if ready.and_then(|()| vm.populate(th)).is_err() {
            let text = match th.base.exception.take() {
                Some(e) => crate::traceback::describe(&mut th.base, e),
                None => "unknown error".into(),
            };
            return Err(format!("start-up failed: {text}"));
        }
        Ok(th)
    }

    fn populate(&'static self, th: &mut VmThread) -> R<()> {
        for t in crate::types::all() {
            heddle_object::ty::ready_static(&mut th.base, t)?;
        }
        let modules = Dict::new(&mut th.base)?;
        self.set(&self.roots.modules, Value::from_ref(modules));
        for name in ["builtins", "sys"] {
            let Some(def) = self.modules.iter().find(|m| m.name == name) else {
                return Err(th
                    .base
                    .system_error(format_args!("no module named '{name}' among the native ones")));
            };
            let m = def.create(&mut th.base)?;
            let key = names::intern_str(&mut th.base, name)?;
            modules.set_item(&mut th.base, Value::from_ref(key), Value::from_ref(m))?;
            let d = m.namespace(&mut th.base)?;
            if name == "builtins" {
                self.set(&self.roots.builtins, Value::from_ref(d));
                for (root, name) in [
                    (&self.roots.len, "len"),
                    (&self.roots.isinstance, "isinstance"),
                    (&self.roots.import, "__import__"),
                    (&self.roots.all, "all"),
                    (&self.roots.any, "any"),
                    (&self.roots.super_type, "super"),
                ] {
                    let key = names::intern_str(&mut th.base, name)?;
                    if let Some(v) = d.get_str(key) {
                        self.set(root, v);
                    }
                }
                let key = names::intern_str(&mut th.base, "append")?;
                if let Some(v) =
                    heddle_object::ty::lookup(&mut th.base, heddle_object::types::LIST.ty(), key)
                {
                    self.set(&self.roots.append, v);
                }
            } else {
                self.set(&self.roots.sys, Value::from_ref(m));
                m.set(&mut th.base, "modules", Value::from_ref(modules))?;
            }
        }
        for (name, descriptor) in [("stdout", 1), ("stderr", 2)] {
            let Some(sys) = self.sys() else { continue };
            let key = names::intern_str(&mut th.base, name)?;
            let there = sys.namespace(&mut th.base)?.get_str(key).is_some_and(|s| !s.is_none());
            if !there {
                let s = crate::stdio::stream(&mut th.base, descriptor)?;
                sys.set(&mut th.base, name, s)?;
            }
        }
        crate::import::init(th)
    }

    /// The text of the program, when its code has this file name.
    pub fn main_source(&self, file: &str) -> Option<&str> {
        self.main_text.get().filter(|(name, _)| name == file).map(|(_, text)| text.as_str())
    }

    fn set(&self, root: &AtomicU64, v: Value) {
        // ORDERING: Release; pairs with the Acquire in `get`.
        root.store(v.word(), ord!("vm.root_set", Release));
    }

    #[inline(always)]
    fn word(&self, root: &AtomicU64) -> u64 {
        // ORDERING: Acquire; pairs with the Release in `set`.
        root.load(ord!("vm.root_get", Acquire))
    }

    fn get(&self, root: &AtomicU64) -> Option<Value> {
        // SAFETY: 0 or a value, which the collector keeps alive.
        unsafe { Value::from_slot(self.word(root)) }
    }

    /// Namespace of `builtins`.
    pub fn builtins_dict(&self) -> Value {
        self.get(&self.roots.builtins).unwrap_or_else(Value::none)
    }
    /// `sys.modules` as the runtime made it.
    pub fn modules_dict(&self) -> Option<&'static Dict> {
        self.get(&self.roots.modules).and_then(|d| d.cast::<Dict>())
    }
    /// The `sys` module.
    pub fn sys(&self) -> Option<&'static Module> {
        self.get(&self.roots.sys).and_then(|m| m.cast::<Module>())
    }
    /// The built-in `super`.
    #[inline(always)]
    pub fn super_type(&self) -> Value {
        self.get(&self.roots.super_type).unwrap_or_else(Value::none)
    }
    /// Word of the function `len`.
    #[inline(always)]
    pub fn len_function(&self) -> u64 {
        self.word(&self.roots.len)
    }
    /// Word of the function `isinstance`.
    #[inline(always)]
    pub fn isinstance_function(&self) -> u64 {
        self.word(&self.roots.isinstance)
    }
    /// Word of the function `__import__`.
    #[inline(always)]
    pub fn import_function(&self) -> u64 {
        self.word(&self.roots.import)
    }
    /// Word of the descriptor `list.append`.
    #[inline(always)]
    pub fn list_append(&self) -> u64 {
        self.word(&self.roots.append)
    }
    /// `importlib._bootstrap`, when it runs.
    pub fn importlib(&self) -> Option<Value> {
        self.get(&self.roots.importlib)
    }
    /// Marks that `importlib` is being brought up; true when somebody did so before.
    pub fn begin_boot(&self) -> bool {
        // ORDERING: Relaxed; the module itself is published by `set_importlib`.
        self.booting.swap(true, ord!("vm.booting", Relaxed))
    }
    /// After a boot that failed: the next one may try again.
    pub fn end_boot(&self) {
        // ORDERING: Relaxed; as above.
        self.booting.store(false, ord!("vm.booting_end", Relaxed));
    }
    /// Remembers `importlib._bootstrap`.
    pub fn set_importlib(&self, m: Value) {
        self.set(&self.roots.importlib, m)
    }

    /// A constant of `LOAD_COMMON_CONSTANT`.
    pub fn common_constant(&self, a: u32) -> Value {
        let found = match CommonConstant::from_u8(a as u8) {
            Some(CommonConstant::AssertionError) => Some(exc::ASSERTION_ERROR.value()),
            Some(CommonConstant::NotImplementedError) => Some(exc::NOT_IMPLEMENTED_ERROR.value()),
            Some(CommonConstant::Tuple) => Some(heddle_object::types::TUPLE.value()),
            Some(CommonConstant::All) => self.get(&self.roots.all),
            Some(CommonConstant::Any) => self.get(&self.roots.any),
            None => None,
        };
        found.unwrap_or_else(Value::none)
    }

    /// `module.name`, the module imported when needed.
    pub fn hook_value(&self, th: &mut Thread, module: &str, name: &str) -> R {
        let m = (th.hooks.import)(th, module)?;
        attr::getattr_str(th, m, name)
    }
}

/// The native code of a builtin function, for those who call it directly.
pub fn native_code(v: Value) -> Option<(&'static NativeFn, Value)> {
    let f = v.cast::<BuiltinFunction>()?;
    Some((&f.def.func, f.bound_self()))
}

/// A vector of values that the collector sees.
pub fn rooted(th: &Thread, items: &[Value]) -> RootVec {
    RootVec::with(th, items)
}
