//! Runs unit tests on a real thread of the one runtime of the test process.

use crate::core::runtime::Runtime;
use crate::core::thread::{Hooks, Thread};
use crate::core::value::Value;
use crate::error::{R, Raised};
use crate::ops;
use std::sync::{LazyLock, Mutex};

static HOOKS: Hooks = Hooks::BARE;

static RUNTIME: LazyLock<&'static Runtime> = LazyLock::new(|| {
    let rt: &'static Runtime = Box::leak(Box::new(Runtime::new()));
    rt.heap.install();
    on_thread(rt, |th| {
        // SAFETY: the lock of the lazy cell admits one thread, before all others.
        let r = unsafe { crate::ty::init_types(th) };
        assert!(r.is_ok(), "types could not be made");
    });
    rt
});

/// Stacks are scanned and owners compared, so tests do not share the start-up moment.
static START: Mutex<()> = Mutex::new(());

/// Runs `f` on an attached thread with all types ready.
pub fn with_thread<T>(f: impl FnOnce(&mut Thread) -> T) -> T {
    let rt = {
        let _one = START.lock().unwrap_or_else(|e| e.into_inner());
        *RUNTIME
    };
    on_thread(rt, f)
}

fn on_thread<T>(rt: &'static Runtime, f: impl FnOnce(&mut Thread) -> T) -> T {
    let mut th = Box::new(Thread::new(rt, &HOOKS));
    // SAFETY: boxed, and finished below before it goes away.
    assert!(unsafe { th.start() }, "no thread index is free");
    let r = f(&mut th);
    th.finish();
    r
}

/// The value, or a panic with the repr of the exception.
#[track_caller]
pub fn ok<T>(th: &mut Thread, r: R<T>) -> T {
    match r {
        Ok(v) => v,
        Err(e) => panic!("raised {}", error_text(th, e)),
    }
}

/// `Type: message` of the exception that was raised.
pub fn error_text(th: &mut Thread, e: Raised) -> String {
    let e = th.take_exception(e);
    let s = match ops::str(th, e) {
        Ok(s) => s.to_string_lossy().into_owned(),
        Err(_) => "?".into(),
    };
    format!("{}: {s}", e.type_of().name())
}

/// Fails unless `r` raised `Type: message`.
#[track_caller]
pub fn raises<T>(th: &mut Thread, r: R<T>, want: &str) {
    match r {
        Ok(_) => panic!("did not raise {want}"),
        Err(e) => assert_eq!(error_text(th, e), want),
    }
}

/// Fails unless `repr(v)` is `want`.
#[track_caller]
pub fn check_repr(th: &mut Thread, v: Value, want: &str) {
    let r = ops::repr(th, v);
    let s = ok(th, r);
    assert_eq!(s.to_string_lossy(), want);
}
