//! Replacement templates, worked out by `re._parser.parse_template`: literals and group numbers in turn.

use super::matching::Match;
use super::subject::{Found, Subject, slice_of};
use heddle_object::core::payload::{self, Native};
use heddle_object::heap::Tracer;
use heddle_object::types::{List, Tuple};
use heddle_object::{R, Slot, StaticType, Thread, TypeSpec, Value, flags, ops};

/// `literal, (group, literal)*` as a tuple.
pub struct Template {
    parts: Slot,
}

impl Native for Template {
    fn static_type() -> &'static StaticType {
        &TEMPLATE
    }
    fn trace(&self, t: &mut Tracer) {
        t.word(Value::slot_word(self.parts.get()));
    }
}

/// `_sre.SRE_Template`
pub static TEMPLATE: StaticType = StaticType::new(TypeSpec {
    name: "re.Template",
    flags: flags::DISALLOW_INSTANTIATION,
    ..payload::spec::<Template>()
});

/// `_sre.template(pattern, parts)`
pub fn new(th: &mut Thread, parts: Value) -> R {
    let t = ops::to_tuple(th, parts)?;
    if t.len() % 2 == 0 || t.len() == 0 {
        return Err(th.type_error(format_args!("invalid template")));
    }
    for g in t.as_slice().iter().skip(1).step_by(2) {
        if g.as_small_int().is_none_or(|g| g < 0) {
            return Err(th.type_error(format_args!("invalid template")));
        }
    }
    payload::alloc(th, TEMPLATE.ty(), Template { parts: Slot::new(Some(Value::from_ref(t))) })
}

impl Template {
    /// The text for a match.
    pub fn expand(&self, th: &mut Thread, s: &Subject, f: &Found) -> R {
        self.fill(th, s.object, |g| match g {
            0 => Some((f.start, f.end)),
            g if g <= f.marks.len() / 2 => Match::span_of(&f.marks, g - 1),
            _ => None,
        })
    }

    /// The text with groups given by their spans; a group without one is empty.
    pub fn fill(
        &self,
        th: &mut Thread,
        object: Value,
        span: impl Fn(usize) -> Option<(usize, usize)>,
    ) -> R {
        let parts =
            self.parts.get().and_then(|t| t.cast::<Tuple>()).map_or(&[][..], |t| t.as_slice());
        let out = List::new(th, &[])?;
        for (i, x) in parts.iter().enumerate() {
            if i % 2 == 0 {
                out.push(th, *x)?;
            } else if let Some((a, b)) = span(x.as_small_int().unwrap_or(0) as usize) {
                let part = slice_of(th, object, a, b)?;
                out.push(th, part)?;
            }
        }
        let empty = slice_of(th, object, 0, 0)?;
        let join = heddle_object::names::intern_str(th, "join")?;
        ops::call_method(th, empty, join, &[Value::from_ref(out)])
    }
}
