//! Running programs: compiling text, executing it, the end of the process; and events that reach a thread from outside.

use crate::call;
use crate::thread::VmThread;
use crate::types::code::CodeObject;
use crate::types::function::Function;
use crate::types::generator::Generator;
use crate::types::{async_gen, coroutine};
use heddle_compiler::{CompileError, CompileFlags, ErrorKind, Mode};
use heddle_object::names::{intern_str, n};
use heddle_object::types::{Dict, Exception, Module, Str, exceptions as exc};
use heddle_object::{R, Raised, Thread, Value, ops};
use heddle_sync::breaker;
use heddle_sync::ord;
use std::sync::Arc;

/// Raises what the compiler reports.
pub fn raise_compile_error(th: &mut Thread, e: &CompileError, file: &str) -> Raised {
    let ty = match e.kind {
        ErrorKind::Syntax => &exc::SYNTAX_ERROR,
        ErrorKind::Indentation => &exc::INDENTATION_ERROR,
        ErrorKind::Tab => &exc::TAB_ERROR,
        ErrorKind::Incomplete => &exc::INCOMPLETE_INPUT_ERROR,
        ErrorKind::Recursion => return th.recursion_error(format_args!("{}", e.msg)),
        ErrorKind::Memory => return th.raise(&exc::MEMORY_ERROR, format_args!("{}", e.msg)),
        ErrorKind::Overflow => return th.overflow_error(format_args!("{}", e.msg)),
        ErrorKind::Value => return th.value_error(format_args!("{}", e.msg)),
        ErrorKind::Internal => return th.system_error(format_args!("{}", e.msg)),
    };
    let r = th.raise(ty, format_args!("{}", e.msg));
    let x = th.take_exception(r);
    if let Some(s) = x.cast::<Exception>() {
        let filled = (|| -> R<()> {
            let file = Str::new(th, file)?;
            s.fields[1].set(Some(Value::from_ref(file)));
            if e.line != 0 {
                s.fields[2].set(Some(Value::small_int(e.line.into())));
                s.fields[3].set(Some(Value::small_int(e.col_offset.into())));
                s.fields[5].set(Some(Value::small_int(e.end_line.into())));
                s.fields[6].set(Some(Value::small_int(e.end_col.into())));
            }
            if let Some(t) = &e.text {
                let t = Str::new(th, t)?;
                s.fields[4].set(Some(Value::from_ref(t)));
            }
            Ok(())
        })();
        if let Err(e) = filled {
            th.take_exception(e);
        }
    }
    th.restore_exception(x)
}

/// Source bytes to text.
pub fn decode(th: &mut Thread, bytes: &[u8], file: &str) -> R<String> {
    heddle_compiler::decode(bytes).map_err(|e| raise_compile_error(th, &e, file))
}

fn flags(th: &Thread) -> CompileFlags {
    CompileFlags { optimize: th.rt.options.optimize.clamp(0, 2) as u8, ..CompileFlags::default() }
}

/// Compiles text to a code object and issues its warnings.
pub fn compile(
    th: &mut Thread,
    text: &str,
    file: &str,
    mode: Mode,
    flags: CompileFlags,
) -> R<&'static CodeObject> {
    match heddle_compiler::compile(text, file, mode, flags) {
        Ok(done) => {
            for w in &done.warnings {
                syntax_warning(th, &w.message, file, w.loc.line)?;
            }
            CodeObject::new(th, Arc::new(done.image))
        }
        Err(e) => Err(raise_compile_error(th, &e, file)),
    }
}

fn syntax_warning(th: &mut Thread, text: &str, file: &str, line: u32) -> R<()> {
    let Ok(m) = (th.hooks.import)(th, "_warnings") else {
        th.exception = None;
        return Ok(());
    };
    let f = heddle_object::attr::getattr_str(th, m, "warn_explicit")?;
    let text = Value::from_ref(Str::new(th, text)?);
    let file = Value::from_ref(Str::new(th, file)?);
    let args = [text, exc::SYNTAX_WARNING.value(), file, Value::small_int(line.into())];
    ops::call::call(th, f, &args, None).map(|_| ())
}

/// Compiles a module.
pub fn compile_text(th: &mut Thread, text: &str, file: &str) -> R<&'static CodeObject> {
    let flags = flags(th);
    compile(th, text, file, Mode::Exec, flags)
}

const PYCF_DONT_IMPLY_DEDENT: i64 = 0x200;
const PYCF_ONLY_AST: i64 = 0x400;
const PYCF_TYPE_COMMENTS: i64 = 0x1000;
const PYCF_ALLOW_TOP_LEVEL_AWAIT: i64 = 0x2000;
const PYCF_ALLOW_INCOMPLETE: i64 = 0x4000;
const PYCF_OPTIMIZED_AST: i64 = 0x8400;
const FUTURES: i64 = 0x1fe_0000;

/// `compile()`
pub fn compile_hook(
    th: &mut Thread,
    source: Value,
    file: Value,
    mode: &str,
    wanted: i64,
    inherit: bool,
    optimize: i64,
) -> R {
    let known = PYCF_DONT_IMPLY_DEDENT
        | PYCF_ONLY_AST
        | PYCF_TYPE_COMMENTS
        | PYCF_ALLOW_TOP_LEVEL_AWAIT
        | PYCF_ALLOW_INCOMPLETE
        | PYCF_OPTIMIZED_AST
        | FUTURES;
    if wanted & !known != 0 {
        return Err(th.value_error(format_args!("compile(): unrecognised flags")));
    }
    if !(-1..=2).contains(&optimize) {
        return Err(th.value_error(format_args!("compile(): invalid optimize value")));
    }
    let parsed = match mode {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => {
            return Err(
                th.value_error(format_args!("compile() mode must be 'exec', 'eval' or 'single'"))
            );
        }
    };
    let name = match file.cast::<Str>() {
        Some(f) => f.to_string_lossy().into_owned(),
        None => {
            let b = crate::compat::bytes_of(th, file)?;
            String::from_utf8_lossy(&b).into_owned()
        }
    };
    if wanted & PYCF_ONLY_AST != 0
        || source.type_of().slots().buffer.is_none() && source.cast::<Str>().is_none()
    {
        let m = (th.hooks.import)(th, "_ast")?;
        let f = heddle_object::attr::getattr_str(th, m, "_compile")?;
        let mode = Value::from_ref(Str::new(th, mode)?);
        let args = [source, file, mode, Value::small_int(wanted), Value::small_int(optimize)];
        return ops::call::call(th, f, &args, None);
    }
    let text = match source.cast::<Str>() {
        Some(s) => s.to_string_lossy().into_owned(),
        None => {
            let b = crate::compat::bytes_of(th, source)?;
            decode(th, &b, &name)?
        }
    };
    let mut flags = flags(th);
    if optimize >= 0 {
        flags.optimize = optimize as u8;
    }
    flags.future = (wanted & FUTURES) as u32;
    if inherit
        // SAFETY: null or a live frame of this thread.
        && let Some(f) = unsafe { crate::frame::current(VmThread::of(th)).as_ref() }
    {
        flags.future |= f.code().flags & FUTURES as u32;
    }
    flags.top_level_await = wanted & PYCF_ALLOW_TOP_LEVEL_AWAIT != 0;
    flags.allow_incomplete = wanted & PYCF_ALLOW_INCOMPLETE != 0;
    compile(th, &text, &name, parsed, flags).map(|c| Value::from_ref(c))
}

/// Runs module code in a namespace.
pub fn exec(th: &mut VmThread, code: &'static CodeObject, names: &'static Dict) -> R {
    let globals = Value::from_ref(names);
    let builtins = crate::types::function::builtins_of(&mut th.base, globals)?;
    let f = Function::new(&mut th.base, code, globals, builtins)?;
    call::run_code(th, f, Some(globals))
}

/// The module `__main__`, made when there is none.
pub fn main_module(th: &mut VmThread) -> R<&'static Module> {
    let key = Value::from_ref(n().__main__);
    let Some(all) = crate::import::modules(th) else {
        return Err(th.base.system_error(format_args!("no sys.modules")));
    };
    if let Some(m) = all.get_item(&mut th.base, key)?.and_then(|m| m.cast::<Module>()) {
        return Ok(m);
    }
    let m = Module::new(&mut th.base, "__main__")?;
    let b = import_builtins(th)?;
    m.set(&mut th.base, "__builtins__", b)?;
    all.set_item(&mut th.base, key, Value::from_ref(m))?;
    Ok(m)
}

fn import_builtins(th: &mut VmThread) -> R {
    crate::import::import_dotted(th, "builtins")
}

/// Runs the text of a program as `__main__`.
pub fn run_main(th: &mut VmThread, text: &str, file: &str) -> R<()> {
    if file.starts_with('<') {
        // A second program in the same process keeps the first's text.
        let _ = th.vm.main_text.set((file.to_string(), text.to_string()));
    }
    let m = main_module(th)?;
    let code = compile_text(&mut th.base, text, file)?;
    let d = m.namespace(&mut th.base)?;
    exec(th, code, d).map(|_| ())
}

/// Prints the exception that ends a program; the process's exit status. SystemExit decides its own.
pub fn exit_status(th: &mut VmThread, r: R<()>) -> i32 {
    let Err(e) = r else { return 0 };
    let e = th.base.take_exception(e);
    if e.is_instance(&exc::SYSTEM_EXIT) {
        let code = e.cast::<Exception>().and_then(|x| x.field(0)).unwrap_or_else(Value::none);
        if code.is_none() {
            return 0;
        }
        if let Some(i) = heddle_object::types::int::to_i64(code) {
            return i as i32;
        }
        if let Ok(s) = ops::str(&mut th.base, code) {
            let text = format!("{}\n", s.to_string_lossy());
            crate::traceback::write_stderr(&mut th.base, &text);
        }
        return 1;
    }
    let tb = e.cast::<Exception>().and_then(|x| x.traceback.get()).unwrap_or_else(Value::none);
    let hook = match intern_str(&mut th.base, "excepthook") {
        Ok(name) => (th.base.hooks.sys_get)(&mut th.base, name),
        Err(_) => None,
    };
    let printed = match hook {
        Some(h) => {
            ops::call::call(&mut th.base, h, &[e.type_of().value(), e, tb], None).map(|_| ())
        }
        None => crate::traceback::print_exception(&mut th.base, e, tb),
    };
    if let Err(r) = printed {
        th.base.take_exception(r);
        let _ = crate::traceback::print_exception(&mut th.base, e, tb);
    }
    if e.is_instance(&exc::KEYBOARD_INTERRUPT) { 130 } else { 1 }
}

/// The end of the process: waits for threads, runs `atexit`, flushes the standard streams. False when a flush failed.
pub fn shutdown(th: &mut VmThread) -> bool {
    if let Err(e) = join_threads(th) {
        (th.base.hooks.unraisable)(
            &mut th.base,
            e,
            "Exception ignored on threading shutdown",
            None,
        );
    }
    if let Some(all) = crate::import::modules(th)
        && let Ok(key) = intern_str(&mut th.base, "atexit")
        && let Some(m) = all.get_str(key)
        && let Ok(f) = heddle_object::attr::getattr_str(&mut th.base, m, "_run_exitfuncs")
    {
        if let Err(e) = ops::call0(&mut th.base, f) {
            th.base.take_exception(e);
        }
    }
    th.base.exception = None;
    let mut fine = true;
    for name in [n().stdout, n().stderr] {
        let Some(f) = (th.base.hooks.sys_get)(&mut th.base, name).filter(|f| !f.is_none()) else {
            continue;
        };
        if let Err(e) = ops::call::call_method(&mut th.base, f, n().flush, &[]) {
            th.base.take_exception(e);
            fine = false;
        }
    }
    crate::report::write_stats(th);
    // ORDERING: Release; whoever sees it sees what shutdown has done so far.
    th.vm.finalizing.store(true, ord!("vm.finalizing", Release));
    fine
}

/// Waits for threads through `threading`, when the program has it, which may have work of its own to do.
fn join_threads(th: &mut VmThread) -> R<()> {
    if let Some(all) = crate::import::modules(th)
        && let Some(m) = all.get_str(n().threading)
    {
        let f = heddle_object::attr::getattr(&mut th.base, m, n()._shutdown)?;
        ops::call0(&mut th.base, f)?;
    }
    crate::threads::join_all(th)
}

/// Whether shutdown has begun.
pub fn is_finalizing(th: &mut VmThread) -> bool {
    // ORDERING: Acquire; pairs with the Release in `shutdown`.
    th.vm.finalizing.load(ord!("vm.is_finalizing", Acquire))
}

// ---- events

/// Handles the events of the eval breaker.
///
/// **Errors:** what a signal handler or another thread raised. **Escapes:** yes.
#[cold]
#[inline(never)]
pub fn poll(th: &mut VmThread) -> R<()> {
    if th.base.slot.breaker.has(breaker::PLEASE_STOP) {
        th.base.rt.world.poll_stop(&th.base.slot);
    }
    let bits = th.base.slot.breaker.take(
        breaker::GC
            | breaker::SIGNALS
            | breaker::CALLS
            | breaker::ASYNC_EXC
            | breaker::HANDSHAKE
            | breaker::JIT_COLD,
    );
    if bits & breaker::GC != 0 {
        heddle_object::heap::service(&mut th.base);
    }
    if bits & breaker::SIGNALS != 0 {
        crate::signal::handle(th)?;
    }
    if bits & breaker::ASYNC_EXC != 0
        && let Some(e) = th.async_exc.swap(None)
    {
        let e = if e.cast_type().is_some() { ops::call0(&mut th.base, e)? } else { e };
        return Err(th.base.set_exception(e));
    }
    if th.base.slot.breaker.has(breaker::GIL_DROP) {
        th.base.slot.breaker.clear(breaker::GIL_DROP);
        th.base.detached(|| {});
    }
    Ok(())
}

/// `sys._clear_internal_caches()`
///
/// Frees copies of bytecode that no living thread owns. A generator that was suspended by a thread which is gone is moved
/// to the main copy first (CPython leaves it pointing into freed memory).
pub fn clear_caches(th: &mut VmThread) -> R {
    let mut objects = heddle_object::heap::RootVec::new(&th.base);
    let heap = th.base.heap.heap();
    heap.get_objects(&mut th.base.heap, objects.words());
    let me = &raw const th.base.slot;
    let world = &th.base.rt.world;
    // SAFETY: the slot lives as long as the thread; the pause borrows it apart from the thread.
    let pause = world.stop(unsafe { &*me }, heddle_sync::Reason::Caches);
    let mut live = Vec::new();
    pause.for_each_slot(|slot| live.push(slot.index()));
    for v in objects.as_slice() {
        if v.is_exact::<Generator>()
            || v.is_type(&coroutine::COROUTINE)
            || v.is_type(&async_gen::ASYNC_GENERATOR)
        {
            // SAFETY: the three types have this layout; the world is stopped.
            let f = unsafe { &mut *(*v.as_ptr::<Generator>()).frame_ptr() };
            if f.tlbc != 0 && !live.contains(&f.tlbc) {
                let pc = f.pc();
                // SAFETY: copies have the same length.
                f.ip = unsafe { f.code().main.add(pc) };
                f.tlbc = 0;
            }
        }
    }
    for v in objects.as_slice() {
        if let Some(c) = v.cast::<CodeObject>() {
            // SAFETY: the world is paused; frames of living threads run their own or the main copy, and suspended ones
            // of the dead were moved above.
            unsafe { c.code().free_copies(|i| !live.contains(&i)) };
        }
    }
    drop(pause);
    Ok(Value::none())
}

/// Identifier of the main thread.
pub fn main_ident(th: &mut VmThread) -> u64 {
    // ORDERING: Relaxed; written once at start.
    th.vm.main_ident.load(ord!("vm.main_ident", Relaxed))
}

/// Makes a signal pending.
pub fn trip_signal(th: &mut VmThread, signal: i32) {
    crate::signal::trip(th.vm, signal);
}

/// Gives all other threads a new recursion limit.
///
/// **Threads:** stops the world, since the counters belong to their threads.
pub fn recursion_limit_changed(th: &mut VmThread, limit: i32) {
    let me = &raw const th.base.slot;
    let world = &th.base.rt.world;
    // SAFETY: the slot lives as long as the thread; the pause borrows it apart from the thread.
    let pause = world.stop(unsafe { &*me }, heddle_sync::Reason::Other);
    pause.for_each_slot(|slot| {
        let other = slot.user.load(ord!("vm.limit_thread", Relaxed)) as *mut VmThread;
        if std::ptr::eq(slot, me) || other.is_null() {
            return;
        }
        // SAFETY: `Thread::start` put the address of a thread there, which is stopped.
        let t = unsafe { &mut (*other).base };
        let used = t.recursion_limit - t.recursion_remaining;
        t.recursion_limit = limit;
        t.recursion_remaining = limit - used;
    });
}
