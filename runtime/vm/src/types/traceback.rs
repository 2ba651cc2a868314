//! `traceback`: the frames that an exception came through. The line is found from the instruction when asked for.

use crate::frame::Frame;
use crate::thread::VmThread;
use crate::types::code::CodeObject;
use heddle_object::core::header::Header;
use heddle_object::core::native::{Args, Params};
use heddle_object::heap::Tracer;
use heddle_object::types::{Exception, int};
use heddle_object::{GetSetDef, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, payload};
use heddle_sync::ord;
use heddle_sync::prim::AtomicU64;

/// One frame of a traceback.
#[repr(C)]
pub struct Traceback {
    /// Cell header.
    pub header: Header,
    /// The next one, nearer to where the exception was raised.
    pub next: Slot,
    /// The frame object.
    pub frame: Slot,
    /// Index of the unit, and the line when it was given (-1: to be found).
    lasti: i64,
    line: AtomicU64,
}
payload!(Traceback, TRACEBACK);

unsafe fn trace(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a cell of that layout.
    let tb = unsafe { &*(cell as *const Traceback) };
    t.word(Value::slot_word(tb.next.get()));
    t.word(Value::slot_word(tb.frame.get()));
}

/// `traceback`
pub static TRACEBACK: StaticType = StaticType::new(TypeSpec {
    name: "traceback",
    basicsize: size_of::<Traceback>(),
    doc: "Create a new traceback object.",
    trace,
    slots: Slots { new: Some(new), ..Slots::NONE },
    getset: &[
        GetSetDef::rw(
            "tb_next",
            |_, v| Ok(this(v).next.get().unwrap_or_else(Value::none)),
            set_next,
            "",
        ),
        GetSetDef::ro("tb_frame", |_, v| Ok(this(v).frame.get().unwrap_or_else(Value::none)), ""),
        GetSetDef::ro("tb_lasti", |_, v| Ok(Value::small_int(2 * this(v).lasti)), ""),
        GetSetDef::ro(
            "tb_lineno",
            |_, v| Ok(this(v).line().map_or_else(Value::none, |l| Value::small_int(l))),
            "",
        ),
    ],
    ..TypeSpec::DEFAULT
});

fn this(v: Value) -> &'static Traceback {
    // SAFETY: slots of the type are called with its instances only; it has no subclasses.
    unsafe { v.cast_unchecked::<Traceback>() }
}

impl Traceback {
    /// The line.
    pub fn line(&self) -> Option<i64> {
        // ORDERING: Relaxed; written once before the cell is shared.
        match self.line.load(ord!("traceback.line", Relaxed)) as i64 {
            -1 => self.code().and_then(|c| c.line_at(self.pc())).map(i64::from),
            l => Some(l),
        }
    }
    /// Index of the unit.
    pub fn pc(&self) -> usize {
        self.lasti.max(0) as usize
    }
    /// The frame's code.
    pub fn code(&self) -> Option<&'static CodeObject> {
        self.frame.get().and_then(|f| f.cast::<super::frame::FrameObject>()).map(|f| f.code())
    }
    /// A new entry.
    pub fn make(th: &mut Thread, next: Option<Value>, frame: Value, lasti: i64, line: i64) -> R {
        let tb = th.alloc::<Traceback>(TRACEBACK.shape(), 0, |header| Traceback {
            header,
            next: Slot::new(next.filter(|n| !n.is_none())),
            frame: Slot::new(Some(frame)),
            lasti,
            line: AtomicU64::new(line as u64),
        })?;
        Ok(Value::from_ref(tb))
    }
}

/// Adds the frame to the traceback of the current exception. A failure to do so leaves the exception as it was.
pub fn add(th: &mut VmThread, fp: *mut Frame) {
    let Some(e) = th.base.exception else { return };
    let Some(x) = e.cast::<Exception>() else { return };
    // SAFETY: the running frame.
    let pc = unsafe { &*fp }.pc();
    // Making objects must not disturb the exception.
    th.base.exception = None;
    let made = super::frame::object(th, fp)
        .and_then(|f| Traceback::make(&mut th.base, x.traceback.get(), f, pc as i64, -1));
    th.base.exception = Some(e);
    if let Ok(tb) = made {
        x.traceback.set(Some(tb));
    }
}

const NEW: Params<4> = Params::new(["tb_next", "tb_frame", "tb_lasti", "tb_lineno"], 4);

fn new(th: &mut Thread, _ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let [next, frame, lasti, lineno] = Args::new(args, kw).bind(th, "TracebackType", &NEW)?;
    let next = next.filter(|n| !n.is_none());
    if let Some(n) = next
        && !n.is_exact::<Traceback>()
    {
        let tn = n.type_of().name();
        return Err(th.type_error(format_args!("expected traceback object or None, got '{tn}'")));
    }
    let Some(frame) = frame.filter(|f| f.is_exact::<super::frame::FrameObject>()) else {
        let tn = frame.map_or(String::new(), |f| f.type_of().name());
        return Err(th.type_error(format_args!(
            "TracebackType() argument 'tb_frame' must be frame, not {tn}"
        )));
    };
    let lasti = int::as_i64(th, lasti.unwrap_or(Value::small_int(0)))?;
    let line = int::as_i64(th, lineno.unwrap_or(Value::small_int(0)))?;
    Traceback::make(th, next, frame, lasti / 2, line)
}

fn set_next(th: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    let x = match x {
        None => return Err(th.type_error(format_args!("can't delete tb_next attribute"))),
        Some(x) if x.is_none() => None,
        Some(x) if x.is_exact::<Traceback>() => Some(x),
        Some(x) => {
            let tn = x.type_of().name();
            return Err(th.type_error(format_args!("expected traceback object, got '{tn}'")));
        }
    };
    let mut at = x;
    while let Some(t) = at.and_then(|t| t.cast::<Traceback>()) {
        if Value::from_ref(t) == v {
            return Err(th.value_error(format_args!("traceback loop detected")));
        }
        at = t.next.get();
    }
    this(v).next.set(x);
    Ok(())
}
