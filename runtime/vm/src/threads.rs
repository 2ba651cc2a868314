//! Further threads: start, end, and waiting for them when the program ends.
//!
//! The thread's state is made by its starter, so that its identifier (the address) is known at once; the system thread
//! then enters the world, calls the function, leaves the world and only then tells whoever joins. `ended` and the event
//! in the list of living threads are the last things it does.

use crate::thread::VmThread;
use heddle_object::core::thread::ThreadStart;
use heddle_object::heap::Root;
use heddle_object::types::{Dict, Tuple, exceptions as exc};
use heddle_object::{R, Value, ops};
use heddle_sync::event::Event;
use heddle_sync::prim::Mutex;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Native stack of a thread when the program does not say (address space; what CPython gets from a usual `ulimit -s`).
const STACK_BYTES: usize = 8 << 20;

/// Threads that the end of the program waits for.
pub struct Living(Mutex<Vec<(u64, Arc<Event>)>>);

impl Default for Living {
    fn default() -> Self {
        Living::new()
    }
}

impl Living {
    /// None.
    pub fn new() -> Living {
        Living(Mutex::new(Vec::new()))
    }
    fn add(&self, ident: u64) -> Arc<Event> {
        let e = Arc::new(Event::new());
        self.0.lock().push((ident, e.clone()));
        e
    }
    fn remove(&self, ident: u64) {
        self.0.lock().retain(|(i, _)| *i != ident);
    }
    fn other_than(&self, ident: u64) -> Option<Arc<Event>> {
        self.0.lock().iter().find(|(i, _)| *i != ident).map(|(_, e)| e.clone())
    }
}

/// Starts a thread; gives its identifier.
///
/// **Errors:** RuntimeError when the system or the index pool has no room. **Escapes:** no.
pub fn start(th: &mut VmThread, what: ThreadStart) -> R<u64> {
    let vm = th.vm;
    let Some(new) = VmThread::new(vm, false) else {
        return Err(th.base.runtime_error(format_args!("can't start new thread")));
    };
    let new = Box::leak(new);
    let ident = &raw mut *new as u64;
    new.base.recursion_limit = th.base.recursion_limit;
    new.base.recursion_remaining = th.base.recursion_limit;
    let ThreadStart { function, args, kwargs, daemon, stack_bytes, begun, ended } = what;
    let heap = &vm.rt.heap;
    let function = Root::new(heap, Some(function));
    let args = Root::new(heap, Some(Value::from_ref(args)));
    let kwargs = Root::new(heap, kwargs.map(|k| Value::from_ref(k)));
    begun(&new.base);
    let done = (!daemon).then(|| vm.living.add(ident));
    let body = move || {
        let p = ident as *mut VmThread;
        // SAFETY: leaked above; this system thread is its only user until it frees it.
        let th = unsafe { &mut *p };
        // SAFETY: leaked, so it stays where it is.
        if unsafe { th.start() } {
            run(th, &function, &args, &kwargs);
            drop((function, args, kwargs));
            th.finish();
        }
        // SAFETY: nobody reaches the thread any more: it has left the world's list.
        drop(unsafe { Box::from_raw(p) });
        ended();
        vm.living.remove(ident);
        if let Some(e) = done {
            e.set();
        }
    };
    let bytes = if stack_bytes == 0 { STACK_BYTES } else { stack_bytes.max(1 << 20) };
    match std::thread::Builder::new().stack_size(bytes).spawn(body) {
        Ok(_) => Ok(ident),
        Err(_) => {
            vm.living.remove(ident);
            // SAFETY: the closure was dropped without having run.
            drop(unsafe { Box::from_raw(ident as *mut VmThread) });
            Err(th.base.runtime_error(format_args!("can't start new thread")))
        }
    }
}

/// Calls the thread's function and reports what it raises.
fn run(th: &mut VmThread, function: &Root, args: &Root, kwargs: &Root) {
    let Some(f) = function.get() else { return };
    let args = args.get().and_then(|a| a.cast::<Tuple>());
    let kwargs = kwargs.get().and_then(|k| k.cast::<Dict>());
    let r = match args {
        Some(a) => ops::call_ex(&mut th.base, f, a, kwargs),
        None => ops::call0(&mut th.base, f),
    };
    if let Err(e) = r
        && !th.base.catch(e, &exc::SYSTEM_EXIT)
    {
        (th.base.hooks.unraisable)(
            &mut th.base,
            e,
            "Exception ignored in thread started by",
            Some(f),
        );
    }
    th.base.exception = None;
}

/// Waits for all threads that are not daemons, the caller apart.
///
/// **Errors:** what a signal handler raised. **Escapes:** yes.
pub fn join_all(th: &mut VmThread) -> R<()> {
    let me = &raw mut *th as u64;
    while let Some(e) = th.vm.living.other_than(me) {
        let until = Instant::now() + Duration::from_millis(50);
        e.wait_until(&th.vm.rt.world, &th.base.slot, until);
        th.base.poll()?;
    }
    Ok(())
}
