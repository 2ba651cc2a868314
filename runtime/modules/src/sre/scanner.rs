//! `_sre.SRE_Scanner`: matches of a subject one after another.

use super::matching::new_match;
use super::pattern::Pattern;
use super::subject::{Mode, Subject};
use heddle_object::core::payload::{self, Native, Shared};
use heddle_object::heap::Tracer;
use heddle_object::{GetSetDef, MethodDef, R, Slot, StaticType, Thread, TypeSpec, Value, flags};

/// Pattern, subject, and where to go on.
pub struct Scanner {
    pattern: Slot,
    string: Slot,
    pos: i64,
    end: i64,
    /// Next start, and one more than the position where an empty match does not count (0: none).
    at: Shared,
    no_empty: Shared,
    over: Shared,
}

impl Native for Scanner {
    fn static_type() -> &'static StaticType {
        &SCANNER
    }
    fn trace(&self, t: &mut Tracer) {
        t.word(Value::slot_word(self.pattern.get()));
        t.word(Value::slot_word(self.string.get()));
    }
}

/// `_sre.SRE_Scanner`
pub static SCANNER: StaticType = StaticType::new(TypeSpec {
    name: "_sre.SRE_Scanner",
    flags: flags::DISALLOW_INSTANTIATION,
    getset: &[GetSetDef::ro(
        "pattern",
        |th, v| Ok(v.expect_native::<Scanner>(th)?.pattern.get().unwrap_or_else(Value::none)),
        "",
    )],
    methods: &[
        MethodDef::noargs("match", |th, v| step(th, v, Mode::Match), "match($self, /)\n--\n\n"),
        MethodDef::noargs("search", |th, v| step(th, v, Mode::Search), "search($self, /)\n--\n\n"),
    ],
    ..payload::spec::<Scanner>()
});

/// A scanner over a subject.
pub fn new(th: &mut Thread, pattern: Value, s: Subject) -> R {
    payload::alloc(
        th,
        SCANNER.ty(),
        Scanner {
            pattern: Slot::new(Some(pattern)),
            string: Slot::new(Some(s.object)),
            pos: s.pos as i64,
            end: s.end as i64,
            at: Shared::new(s.pos as u64),
            no_empty: Shared::new(0),
            over: Shared::new(0),
        },
    )
}

fn step(th: &mut Thread, v: Value, mode: Mode) -> R {
    let c = v.expect_native::<Scanner>(th)?;
    let none = Value::none();
    if c.over.get() != 0 {
        return Ok(none);
    }
    let pv = c.pattern.get().unwrap_or(none);
    let p = pv.expect_native::<Pattern>(th)?;
    let s = Subject::new(th, p, c.string.get().unwrap_or(none), c.pos, c.end)?;
    let no_empty = c.no_empty.get().checked_sub(1).map(|x| x as usize);
    match s.run(th, p, c.at.get() as usize, mode, no_empty)? {
        Some(f) => {
            c.at.set(f.end as u64);
            c.no_empty.set(if f.start == f.end { f.end as u64 + 1 } else { 0 });
            new_match(th, pv, p, &s, f)
        }
        None => {
            c.over.set(1);
            Ok(none)
        }
    }
}
