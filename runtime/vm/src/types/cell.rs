//! `cell`: a variable shared between a function and those inside it.

use heddle_object::core::header::Header;
use heddle_object::core::native::Args;
use heddle_object::heap::Tracer;
use heddle_object::types::Str;
use heddle_object::{
    CompareOp, GetSetDef, R, Slot, Slots, StaticType, Thread, TypeSpec, Value, flags, ops, payload,
};

/// One variable, bound or not.
#[repr(C)]
pub struct CellObject {
    /// Cell header.
    pub header: Header,
    content: Slot,
}
payload!(CellObject, CELL);

unsafe fn trace_cell(cell: *mut u8, t: &mut Tracer) {
    // SAFETY: called with a cell of that layout.
    t.word(Value::slot_word(unsafe { &*(cell as *const CellObject) }.content.get()));
}

/// `cell`
pub static CELL: StaticType = StaticType::new(TypeSpec {
    name: "cell",
    basicsize: size_of::<CellObject>(),
    doc: "Create a new cell object.\n\n  contents\n    the contents of the cell. If not specified, the cell will be empty,\n    and \n further attempts to access its cell_contents attribute will\n    raise a ValueError.",
    trace: trace_cell,
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        richcompare: Some(compare),
        hash: Some(ops::hash_not_implemented),
        ..Slots::NONE
    },
    getset: &[GetSetDef::rw("cell_contents", get_contents, set_contents, "")],
    flags: flags::IMMUTABLE,
    ..TypeSpec::DEFAULT
});

impl CellObject {
    /// A cell with or without content.
    pub fn new(th: &mut Thread, v: Option<Value>) -> R<&'static CellObject> {
        th.alloc::<CellObject>(CELL.shape(), 0, |header| CellObject {
            header,
            content: Slot::new(v),
        })
    }
    /// The content, if any.
    #[inline(always)]
    pub fn get(&self) -> Option<Value> {
        self.content.get()
    }
    /// Binds or unbinds.
    #[inline(always)]
    pub fn set(&self, v: Option<Value>) {
        self.content.set(v)
    }
}

fn new(th: &mut Thread, _ty: Value, args: &[Value], kw: Option<Value>) -> R {
    let a = Args::new(args, kw);
    a.no_keywords(th, "cell")?;
    a.positional(th, "cell", 0, 1)?;
    CellObject::new(th, a.pos.first().copied()).map(|c| Value::from_ref(c))
}

fn this(v: Value) -> &'static CellObject {
    // SAFETY: slots of the type are called with its instances only; it has no subclasses.
    unsafe { v.cast_unchecked::<CellObject>() }
}

fn repr(th: &mut Thread, v: Value) -> R {
    let text = match this(v).get() {
        None => format!("<cell at {:#x}: empty>", v.word()),
        Some(c) => {
            let at = if c.is_ptr() { c.word() } else { v.word() };
            format!("<cell at {:#x}: {} object at {at:#x}>", v.word(), c.type_of().name())
        }
    };
    Str::new(th, &text).map(|s| Value::from_ref(s))
}

fn compare(th: &mut Thread, a: Value, b: Value, op: CompareOp) -> R {
    let (Some(x), Some(y)) = (a.cast::<CellObject>(), b.cast::<CellObject>()) else {
        return Ok(Value::not_implemented());
    };
    match (x.get(), y.get()) {
        (Some(x), Some(y)) => ops::compare::compare(th, x, y, op),
        (x, y) => Ok(Value::bool(op.holds(x.is_some().cmp(&y.is_some())))),
    }
}

fn get_contents(th: &mut Thread, v: Value) -> R {
    match this(v).get() {
        Some(c) => Ok(c),
        None => Err(th.value_error(format_args!("cell is empty"))),
    }
}

fn set_contents(_: &mut Thread, v: Value, x: Option<Value>) -> R<()> {
    this(v).set(x);
    Ok(())
}
