//! What a pattern is applied to: a string in one of its widths, or the bytes of an object.

use super::engine::{Engine, Outcome};
use super::pattern::Pattern;
use heddle_object::core::native::bytes_like;
use heddle_object::text::StrRef;
use heddle_object::types::{Slice, Str};
use heddle_object::{R, Thread, Value, ops};

/// The text of a subject for one call. Bytes are copied, so that nobody changes them under the matcher.
pub enum Text {
    /// A string.
    Str(StrRef<'static>),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A subject with the range that is searched.
pub struct Subject {
    /// The object, for slices of it.
    pub object: Value,
    /// Its text.
    pub text: Text,
    /// First position.
    pub pos: usize,
    /// One past the last.
    pub end: usize,
}

/// Start, end, group marks and last group of a match.
pub struct Found {
    /// Start.
    pub start: usize,
    /// End.
    pub end: usize,
    /// Start and end of each group.
    pub marks: Vec<usize>,
    /// Last group that closed, 0 for none.
    pub last: u32,
}

/// Which matches count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// At the start.
    Match,
    /// At the start, up to the end.
    Full,
    /// Anywhere.
    Search,
}

impl Subject {
    /// The subject of a call, with TypeErrors for what the pattern cannot be applied to.
    pub fn new(th: &mut Thread, p: &Pattern, object: Value, pos: i64, end: i64) -> R<Subject> {
        let (text, len) = match object.cast::<Str>() {
            Some(s) => {
                if p.is_bytes {
                    return Err(th.type_error(format_args!(
                        "cannot use a bytes pattern on a string-like object"
                    )));
                }
                (Text::Str(s.view()), s.len())
            }
            None => match bytes_like(th, object)? {
                Some(b) => {
                    if !p.is_bytes && p.checks_type {
                        return Err(th.type_error(format_args!(
                            "cannot use a string pattern on a bytes-like object"
                        )));
                    }
                    let n = b.len();
                    (Text::Bytes(b), n)
                }
                None => {
                    let tn = object.type_of().name();
                    return Err(th.type_error(format_args!(
                        "expected string or bytes-like object, got '{tn}'"
                    )));
                }
            },
        };
        let clamp = |i: i64| i.clamp(0, len as i64) as usize;
        let end = clamp(end);
        Ok(Subject { object, text, pos: clamp(pos).min(end.max(clamp(pos))), end })
    }

    /// Runs the pattern from `from`; `no_empty_at`: a position where an empty match does not count.
    pub fn run(
        &self,
        th: &mut Thread,
        p: &Pattern,
        from: usize,
        mode: Mode,
        no_empty_at: Option<usize>,
    ) -> R<Option<Found>> {
        if from > self.end {
            return Ok(None);
        }
        match &self.text {
            Text::Bytes(b) => self.go(th, p, b, from, mode, no_empty_at),
            Text::Str(s) => {
                heddle_object::each_kind!(*s, u => self.go(th, p, u, from, mode, no_empty_at))
            }
        }
    }

    fn go<C: super::engine::Char>(
        &self,
        th: &mut Thread,
        p: &Pattern,
        text: &[C],
        from: usize,
        mode: Mode,
        no_empty_at: Option<usize>,
    ) -> R<Option<Found>> {
        let mut e = Engine::new(&p.code, text, self.end, p.groups);
        e.must_end = mode == Mode::Full;
        e.must_advance = no_empty_at;
        let mut raised = None;
        let found = {
            let mut poll = || match th.poll() {
                Ok(()) => true,
                Err(x) => {
                    raised = Some(x);
                    false
                }
            };
            if mode == Mode::Search {
                e.search(from, &mut poll).unwrap_or(None)
            } else {
                match e.attempt(from, &mut poll) {
                    Outcome::Match(end) => Some((from, end)),
                    _ => None,
                }
            }
        };
        match (raised, found) {
            (Some(x), _) => Err(x),
            (None, None) => Ok(None),
            (None, Some((start, end))) => Ok(Some(Found {
                start,
                end,
                marks: std::mem::take(&mut e.marks),
                last: e.last_index,
            })),
        }
    }

    /// `object[start:end]` as an exact str or bytes.
    pub fn slice(&self, th: &mut Thread, start: usize, end: usize) -> R {
        slice_of(th, self.object, start, end)
    }
}

/// `object[start:end]`
pub fn slice_of(th: &mut Thread, object: Value, start: usize, end: usize) -> R {
    let s = Slice::new(
        th,
        Value::small_int(start as i64),
        Value::small_int(end as i64),
        Value::none(),
    )?;
    match object.cast::<Str>() {
        Some(_) => ops::getitem(th, object, Value::from_ref(s)),
        None => {
            let part = ops::getitem(th, object, Value::from_ref(s))?;
            if part.type_of().name() == "bytes" {
                return Ok(part);
            }
            let b = bytes_like(th, part)?.unwrap_or_default();
            new_bytes(th, &b)
        }
    }
}

/// A bytes object.
pub fn new_bytes(th: &mut Thread, b: &[u8]) -> R {
    heddle_object::types::Bytes::new(th, b).map(|b| Value::from_ref(b))
}
