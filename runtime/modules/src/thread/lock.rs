//! `lock` and `RLock`.

use super::{Wait, acquire_args, ident, take, this};
use heddle_object::core::payload::{self, Native, Shared, ThreadLock};
use heddle_object::heap::Tracer;
use heddle_object::types::{Str, Tuple};
use heddle_object::{MethodDef, R, Slots, StaticType, Thread, TypeSpec, Value, flags, ops};

/// `_thread.lock`
pub struct Lock(pub ThreadLock);

impl Native for Lock {
    fn static_type() -> &'static StaticType {
        &LOCK
    }
    fn trace(&self, _: &mut Tracer) {}
}

/// `_thread.lock`
pub static LOCK: StaticType = StaticType::new(TypeSpec {
    name: "_thread.lock",
    doc: "A lock object is a synchronization primitive.",
    flags: flags::HAS_WEAKREF,
    slots: Slots {
        new: Some(|th, _, args, _| {
            if !args.is_empty() {
                let k = args.len();
                return Err(th.type_error(format_args!("lock expected 0 arguments, got {k}")));
            }
            new_lock(th)
        }),
        repr: Some(|th, v| {
            let l = this::<Lock>(th, v)?;
            let s = if l.0.is_locked() { "locked" } else { "unlocked" };
            Ok(Value::from_ref(Str::new(
                th,
                &format!("<{s} _thread.lock object at {:#x}>", v.word()),
            )?))
        }),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::kw(
            "acquire",
            |th, v, a| {
                let w = acquire_args(th, a)?;
                let l = this::<Lock>(th, v)?;
                take(th, &l.0, w).map(Value::bool)
            },
            "acquire($self, /, blocking=True, timeout=-1)\n--\n\nLock the lock.",
        ),
        MethodDef::noargs("release", release, "release($self, /)\n--\n\nRelease the lock."),
        MethodDef::noargs(
            "locked",
            |th, v| Ok(Value::bool(this::<Lock>(th, v)?.0.is_locked())),
            "locked($self, /)\n--\n\nReturn whether the lock is in acquired state.",
        ),
        MethodDef::noargs(
            "__enter__",
            |th, v| {
                let l = this::<Lock>(th, v)?;
                take(th, &l.0, Wait::Forever).map(Value::bool)
            },
            "__enter__($self, /)\n--\n\nLock the lock.",
        ),
        MethodDef::fast(
            "__exit__",
            0,
            3,
            |th, v, _| release(th, v),
            "__exit__($self, /, *exc_info)\n--\n\nRelease the lock.",
        ),
        MethodDef::kw(
            "acquire_lock",
            |th, v, a| {
                let w = acquire_args(th, a)?;
                let l = this::<Lock>(th, v)?;
                take(th, &l.0, w).map(Value::bool)
            },
            "An obsolete synonym of acquire().",
        ),
        MethodDef::noargs("release_lock", release, "An obsolete synonym of release()."),
        MethodDef::noargs(
            "locked_lock",
            |th, v| Ok(Value::bool(this::<Lock>(th, v)?.0.is_locked())),
            "An obsolete synonym of locked().",
        ),
        MethodDef::noargs(
            "_at_fork_reinit",
            |th, v| {
                this::<Lock>(th, v)?.0.reset();
                Ok(Value::none())
            },
            "",
        ),
    ],
    ..payload::spec::<Lock>()
});

/// A new lock.
pub fn new_lock(th: &mut Thread) -> R {
    heddle_object::ty::ready_static(th, &LOCK)?;
    payload::alloc(th, LOCK.ty(), Lock(ThreadLock::new()))
}

fn release(th: &mut Thread, v: Value) -> R {
    if this::<Lock>(th, v)?.0.release() {
        Ok(Value::none())
    } else {
        Err(th.runtime_error(format_args!("release unlocked lock")))
    }
}

/// `_thread.RLock`: a lock with its owner and depth.
pub struct RLock {
    lock: ThreadLock,
    owner: Shared,
    depth: Shared,
}

impl Native for RLock {
    fn static_type() -> &'static StaticType {
        &RLOCK
    }
    fn trace(&self, _: &mut Tracer) {}
}

impl RLock {
    /// Whether this thread holds it.
    pub(crate) fn mine(&self, th: &Thread) -> bool {
        self.owner.get() == ident(th) as u64
    }
    /// Not held.
    pub(crate) fn new() -> RLock {
        RLock { lock: ThreadLock::new(), owner: Shared::new(0), depth: Shared::new(0) }
    }
    /// Takes the lock, or counts one more when this thread has it.
    pub(crate) fn enter(&self, th: &mut Thread, w: Wait) -> R<bool> {
        if self.mine(th) {
            self.depth.set(self.depth.get() + 1);
            return Ok(true);
        }
        if !take(th, &self.lock, w)? {
            return Ok(false);
        }
        self.owner.set(ident(th) as u64);
        self.depth.set(1);
        Ok(true)
    }
    /// Undoes one `enter`; RuntimeError when this thread does not hold the lock.
    pub(crate) fn leave(&self, th: &mut Thread) -> R {
        if !self.mine(th) {
            return Err(th.runtime_error(format_args!("cannot release un-acquired lock")));
        }
        let d = self.depth.get() - 1;
        self.depth.set(d);
        if d == 0 {
            self.owner.set(0);
            self.lock.release();
        }
        Ok(Value::none())
    }
}

/// `_thread.RLock`
pub static RLOCK: StaticType = StaticType::new(TypeSpec {
    name: "_thread.RLock",
    doc: "",
    flags: flags::BASETYPE | flags::HAS_WEAKREF,
    slots: Slots {
        new: Some(|th, ty, _, _| match ty.cast_type() {
            Some(t) => payload::alloc(
                th,
                t,
                RLock { lock: ThreadLock::new(), owner: Shared::new(0), depth: Shared::new(0) },
            ),
            None => Ok(ty),
        }),
        init: Some(|th, _, args, _| {
            if args.is_empty() {
                return Ok(());
            }
            let k = args.len();
            Err(th.type_error(format_args!("RLock expected 0 arguments, got {k}")))
        }),
        repr: Some(|th, v| {
            let l = this::<RLock>(th, v)?;
            let (o, d) = (l.owner.get(), l.depth.get());
            let s = if d > 0 { "locked" } else { "unlocked" };
            let s =
                format!("<{s} {} object owner={o} count={d} at {:#x}>", "_thread.RLock", v.word());
            Ok(Value::from_ref(Str::new(th, &s)?))
        }),
        ..Slots::NONE
    },
    methods: &[
        MethodDef::kw(
            "acquire",
            |th, v, a| {
                let w = acquire_args(th, a)?;
                this::<RLock>(th, v)?.enter(th, w).map(Value::bool)
            },
            "acquire($self, /, blocking=True, timeout=-1)\n--\n\nLock the lock.",
        ),
        MethodDef::noargs(
            "release",
            |th, v| this::<RLock>(th, v)?.leave(th),
            "release($self, /)\n--\n\nRelease the lock.",
        ),
        MethodDef::noargs(
            "locked",
            |th, v| Ok(Value::bool(this::<RLock>(th, v)?.depth.get() > 0)),
            "locked()\n\nReturn a boolean indicating whether this object is locked right now.",
        ),
        MethodDef::noargs(
            "__enter__",
            |th, v| this::<RLock>(th, v)?.enter(th, Wait::Forever).map(Value::bool),
            "__enter__($self, /)\n--\n\nLock the lock.",
        ),
        MethodDef::fast(
            "__exit__",
            0,
            3,
            |th, v, _| this::<RLock>(th, v)?.leave(th),
            "__exit__($self, /, *exc_info)\n--\n\nRelease the lock.",
        ),
        MethodDef::noargs(
            "_is_owned",
            |th, v| {
                let l = this::<RLock>(th, v)?;
                Ok(Value::bool(l.mine(th)))
            },
            "_is_owned($self, /)\n--\n\nFor internal use by `threading.Condition`.",
        ),
        MethodDef::noargs(
            "_recursion_count",
            |th, v| {
                let l = this::<RLock>(th, v)?;
                Ok(Value::small_int(if l.mine(th) { l.depth.get() as i64 } else { 0 }))
            },
            "_recursion_count($self, /)\n--\n\nFor internal use by reentrancy tests.",
        ),
        MethodDef::noargs(
            "_release_save",
            |th, v| {
                let l = this::<RLock>(th, v)?;
                if !l.mine(th) {
                    return Err(th.runtime_error(format_args!("cannot release un-acquired lock")));
                }
                let (d, o) = (l.depth.get(), l.owner.get());
                l.depth.set(0);
                l.owner.set(0);
                l.lock.release();
                let t = Tuple::new(th, &[Value::small_int(d as i64), Value::small_int(o as i64)])?;
                Ok(Value::from_ref(t))
            },
            "_release_save($self, /)\n--\n\nFor internal use by `threading.Condition`.",
        ),
        MethodDef::one(
            "_acquire_restore",
            |th, v, state| {
                let l = this::<RLock>(th, v)?;
                let t = ops::to_tuple(th, state)?;
                let [d, o] = t.as_slice() else {
                    return Err(th.type_error(format_args!("_acquire_restore() takes a pair")));
                };
                let (d, o) = (ops::index_isize(th, *d)?, ops::index_isize(th, *o)?);
                take(th, &l.lock, Wait::Forever)?;
                l.owner.set(o as u64);
                l.depth.set(d as u64);
                Ok(Value::none())
            },
            "_acquire_restore($self, state, /)\n--\n\nFor internal use by `threading.Condition`.",
        ),
        MethodDef::noargs(
            "_at_fork_reinit",
            |th, v| {
                let l = this::<RLock>(th, v)?;
                l.lock.reset();
                l.owner.set(0);
                l.depth.set(0);
                Ok(Value::none())
            },
            "",
        ),
    ],
    ..payload::spec::<RLock>()
});
