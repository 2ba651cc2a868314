//! The matcher: runs the code words that `re._compiler` makes, over 8-, 16- or 32-bit subjects.
//!
//! A backtracking machine with its own stacks, so that the native stack does not grow whatever the pattern and the
//! subject. `alts` holds what is left to try, newest last; each entry remembers how long the undo log was, and going
//! back to it undoes what was done since (group marks, repeat counters). A lookaround, atomic group or possessive repeat
//! puts a barrier on `alts`: reaching `SUCCESS` inside throws away what stands above the barrier.
//!
//! The code words and their meaning are those of CPython's `re/_constants.py` and `re/_compiler.py`.

use super::code::*;

/// A code point of a subject.
pub trait Char: Copy {
    /// As a number.
    fn code(self) -> u32;
}
impl Char for u8 {
    #[inline(always)]
    fn code(self) -> u32 {
        self as u32
    }
}
impl Char for u16 {
    #[inline(always)]
    fn code(self) -> u32 {
        self as u32
    }
}
impl Char for u32 {
    #[inline(always)]
    fn code(self) -> u32 {
        self
    }
}

/// Position of a mark that is not set.
pub const UNSET: usize = usize::MAX;

/// Steps between two looks at pending signals (about a millisecond).
const POLL_STEPS: u32 = 1 << 16;

/// Something left to try.
#[derive(Clone, Copy)]
enum Alt {
    /// The next branch of the `BRANCH` whose alternative begins at `pc` (its skip word).
    Branch { pc: u32, ptr: usize },
    /// A greedy single-character repeat that may give back: its tail at `pc`, from `base`, `count` down to `min`.
    Greedy { pc: u32, base: usize, count: usize, min: usize },
    /// A lazy single-character repeat that may take one more; `pc` is that of its skip word.
    Lazy { pc: u32, ptr: usize, count: usize },
    /// A greedy general repeat that may stop: `pc` is that of the `MAX_UNTIL`, `ctx` its counter.
    Stop { pc: u32, ptr: usize, ctx: u32 },
    /// A lazy general repeat that may run its body once more.
    More { ptr: usize, ctx: u32 },
    /// See the module's text.
    Barrier { kind: Barrier, pc: u32, ptr: usize, count: usize },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Barrier {
    /// Lookaround that must match: afterwards the position is as before.
    Assert,
    /// Lookaround that must not match.
    AssertNot,
    /// `(?>...)`
    Atomic,
    /// One iteration of a possessive repeat; `pc` is that of its skip word.
    Possessive,
}

/// What a change was.
#[derive(Clone, Copy)]
enum Undo {
    Mark(u32, usize),
    Last(u32),
    Count(u32, i64),
    LastPtr(u32, usize),
    Ctx(u32),
}

/// Counter of one entry into a general repeat.
#[derive(Clone, Copy)]
struct Ctx {
    /// Skip word of the `REPEAT`.
    pc: u32,
    count: i64,
    last: usize,
    prev: u32,
}

const NO_CTX: u32 = u32::MAX;

/// One matching of a pattern against a subject.
pub struct Engine<'a, C: Char> {
    code: &'a [u32],
    text: &'a [C],
    /// First position that may be looked at (for `^`, `\b` and lookbehind): always the subject's start.
    beginning: usize,
    /// One past the last.
    end: usize,
    /// Group marks: start and end of each.
    pub marks: Vec<usize>,
    /// `lastindex`, 0 for none.
    pub last_index: u32,
    /// Whether the match must end at `end`.
    pub must_end: bool,
    /// Whether an empty match at this position is refused.
    pub must_advance: Option<usize>,
    ctxs: Vec<Ctx>,
    ctx: u32,
    alts: Vec<(Alt, usize)>,
    barriers: Vec<usize>,
    undo: Vec<Undo>,
    steps: u32,
}

/// The poll function asked to stop.
pub struct Stopped;

/// How an attempt ended.
pub enum Outcome {
    /// Matched up to there.
    Match(usize),
    /// No match.
    Fail,
    /// The poll function asked to stop.
    Stopped,
}

impl<'a, C: Char> Engine<'a, C> {
    /// A machine for a pattern with `groups` groups.
    pub fn new(code: &'a [u32], text: &'a [C], end: usize, groups: usize) -> Engine<'a, C> {
        Engine {
            code,
            text,
            beginning: 0,
            end,
            marks: vec![UNSET; groups * 2],
            last_index: 0,
            must_end: false,
            must_advance: None,
            ctxs: Vec::new(),
            ctx: NO_CTX,
            alts: Vec::new(),
            barriers: Vec::new(),
            undo: Vec::new(),
            steps: 0,
        }
    }

    fn reset(&mut self) {
        self.marks.fill(UNSET);
        self.last_index = 0;
        self.ctxs.clear();
        self.ctx = NO_CTX;
        self.alts.clear();
        self.barriers.clear();
        self.undo.clear();
    }

    fn undo_to(&mut self, len: usize) {
        while self.undo.len() > len {
            match self.undo.pop() {
                Some(Undo::Mark(i, v)) => self.marks[i as usize] = v,
                Some(Undo::Last(v)) => self.last_index = v,
                Some(Undo::Count(c, v)) => self.ctxs[c as usize].count = v,
                Some(Undo::LastPtr(c, v)) => self.ctxs[c as usize].last = v,
                Some(Undo::Ctx(c)) => self.ctx = c,
                None => break,
            }
        }
    }

    fn push(&mut self, a: Alt) {
        self.alts.push((a, self.undo.len()));
    }

    fn set_ctx(&mut self, c: u32) {
        self.undo.push(Undo::Ctx(self.ctx));
        self.ctx = c;
    }
    fn set_count(&mut self, c: u32, v: i64) {
        self.undo.push(Undo::Count(c, self.ctxs[c as usize].count));
        self.ctxs[c as usize].count = v;
    }
    fn set_last(&mut self, c: u32, v: usize) {
        self.undo.push(Undo::LastPtr(c, self.ctxs[c as usize].last));
        self.ctxs[c as usize].last = v;
    }

    #[inline(always)]
    fn at(&self, i: usize) -> u32 {
        self.text[i].code()
    }

    #[inline(always)]
    fn w(&self, pc: u32) -> u32 {
        self.code[pc as usize]
    }

    /// Whether the word at `pc` (an operator for one character) takes the character at `i`.
    #[inline(always)]
    fn one(&self, pc: u32, i: usize) -> bool {
        let c = self.at(i);
        match self.w(pc) {
            ANY => c != '\n' as u32,
            ANY_ALL => true,
            LITERAL => c == self.w(pc + 1),
            NOT_LITERAL => c != self.w(pc + 1),
            IN => charset(self.code, pc + 2, c),
            CATEGORY => category(self.w(pc + 1), c),
            LITERAL_IGNORE => lower_ascii(c) == self.w(pc + 1),
            NOT_LITERAL_IGNORE => lower_ascii(c) != self.w(pc + 1),
            LITERAL_UNI_IGNORE => lower_unicode(c) == self.w(pc + 1),
            NOT_LITERAL_UNI_IGNORE => lower_unicode(c) != self.w(pc + 1),
            LITERAL_LOC_IGNORE => same_locale(c, self.w(pc + 1)),
            NOT_LITERAL_LOC_IGNORE => !same_locale(c, self.w(pc + 1)),
            IN_IGNORE => charset(self.code, pc + 2, lower_ascii(c)),
            IN_UNI_IGNORE => charset(self.code, pc + 2, lower_unicode(c)),
            IN_LOC_IGNORE => {
                charset(self.code, pc + 2, lower_ascii(c))
                    || charset(self.code, pc + 2, upper_ascii(c))
            }
            _ => false,
        }
    }

    /// How many characters from `i` on, at most `max`, the one-character operator at `pc` takes.
    fn run(&self, pc: u32, i: usize, max: usize) -> usize {
        let stop = if max >= self.end - i { self.end } else { i + max };
        match self.w(pc) {
            ANY_ALL => stop - i,
            LITERAL => {
                let want = self.w(pc + 1);
                let mut j = i;
                while j < stop && self.at(j) == want {
                    j += 1;
                }
                j - i
            }
            NOT_LITERAL => {
                let want = self.w(pc + 1);
                let mut j = i;
                while j < stop && self.at(j) != want {
                    j += 1;
                }
                j - i
            }
            ANY => {
                let mut j = i;
                while j < stop && self.at(j) != '\n' as u32 {
                    j += 1;
                }
                j - i
            }
            _ => {
                let mut j = i;
                while j < stop && self.one(pc, j) {
                    j += 1;
                }
                j - i
            }
        }
    }

    /// Tries to match at `start`.
    pub fn attempt(&mut self, start: usize, poll: &mut dyn FnMut() -> bool) -> Outcome {
        self.reset();
        let mut ptr = start;
        let mut pc: u32 = 0;
        // `ok` false: take up the newest alternative.
        loop {
            self.steps += 1;
            if self.steps >= POLL_STEPS {
                self.steps = 0;
                if !poll() {
                    return Outcome::Stopped;
                }
            }
            let ok = match self.w(pc) {
                SUCCESS => match self.barriers.pop() {
                    None => {
                        let fits =
                            (!self.must_end || ptr == self.end) && self.must_advance != Some(ptr);
                        if fits {
                            return Outcome::Match(ptr);
                        }
                        false
                    }
                    Some(at) => {
                        let (entry, undo) = self.alts[at];
                        self.alts.truncate(at);
                        let Alt::Barrier { kind, pc: p, ptr: from, count } = entry else {
                            return Outcome::Fail;
                        };
                        match kind {
                            Barrier::Assert => {
                                ptr = from;
                                pc = p;
                                true
                            }
                            Barrier::Atomic => {
                                pc = p;
                                true
                            }
                            Barrier::AssertNot => {
                                self.undo_to(undo);
                                false
                            }
                            Barrier::Possessive => {
                                let (max, done) = (self.w(p + 2), count + 1);
                                let more = max == MAXREPEAT || done < max as usize;
                                if more && ptr != from {
                                    self.possessive(p, ptr, done);
                                    pc = p + 3;
                                } else {
                                    pc = p + self.w(p) + 1;
                                }
                                true
                            }
                        }
                    }
                },
                FAILURE => false,
                ANY | ANY_ALL => {
                    let ok = ptr < self.end && self.one(pc, ptr);
                    ptr += 1;
                    pc += 1;
                    ok
                }
                LITERAL => {
                    let ok = ptr < self.end && self.at(ptr) == self.w(pc + 1);
                    ptr += 1;
                    pc += 2;
                    ok
                }
                NOT_LITERAL
                | LITERAL_IGNORE
                | NOT_LITERAL_IGNORE
                | LITERAL_UNI_IGNORE
                | NOT_LITERAL_UNI_IGNORE
                | LITERAL_LOC_IGNORE
                | NOT_LITERAL_LOC_IGNORE
                | CATEGORY => {
                    let ok = ptr < self.end && self.one(pc, ptr);
                    ptr += 1;
                    pc += 2;
                    ok
                }
                IN | IN_IGNORE | IN_UNI_IGNORE | IN_LOC_IGNORE => {
                    let ok = ptr < self.end && self.one(pc, ptr);
                    ptr += 1;
                    pc += 1 + self.w(pc + 1);
                    ok
                }
                AT => {
                    let ok = self.position(self.w(pc + 1), ptr);
                    pc += 2;
                    ok
                }
                MARK => {
                    let i = self.w(pc + 1);
                    self.undo.push(Undo::Mark(i, self.marks[i as usize]));
                    self.marks[i as usize] = ptr;
                    if i & 1 != 0 {
                        self.undo.push(Undo::Last(self.last_index));
                        self.last_index = i / 2 + 1;
                    }
                    pc += 2;
                    true
                }
                JUMP => {
                    pc += 1 + self.w(pc + 1);
                    true
                }
                INFO => {
                    pc += 1 + self.w(pc + 1);
                    true
                }
                BRANCH => {
                    pc += 1;
                    self.branch(&mut pc, ptr)
                }
                REPEAT_ONE => {
                    let (skip, min, max) =
                        (self.w(pc + 1), self.w(pc + 2) as usize, self.w(pc + 3));
                    let max = if max == MAXREPEAT { usize::MAX } else { max as usize };
                    let tail = pc + 1 + skip;
                    let n = if ptr <= self.end { self.run(pc + 4, ptr, max) } else { 0 };
                    if n < min {
                        false
                    } else {
                        if n > min {
                            self.push(Alt::Greedy { pc: tail, base: ptr, count: n, min });
                            // The tail's first try is the newest alternative of all: take it through the common way.
                            match self.retake() {
                                Some((p, t)) => {
                                    pc = p;
                                    ptr = t;
                                    true
                                }
                                None => false,
                            }
                        } else {
                            ptr += n;
                            pc = tail;
                            true
                        }
                    }
                }
                POSSESSIVE_REPEAT_ONE => {
                    let (skip, min, max) =
                        (self.w(pc + 1), self.w(pc + 2) as usize, self.w(pc + 3));
                    let max = if max == MAXREPEAT { usize::MAX } else { max as usize };
                    let n = self.run(pc + 4, ptr, max);
                    ptr += n;
                    pc += 1 + skip;
                    n >= min
                }
                MIN_REPEAT_ONE => {
                    let (skip, min) = (self.w(pc + 1), self.w(pc + 2) as usize);
                    let n = if min == 0 { 0 } else { self.run(pc + 4, ptr, min) };
                    if n < min {
                        false
                    } else {
                        ptr += n;
                        self.push(Alt::Lazy { pc: pc + 1, ptr, count: n });
                        pc += 1 + skip;
                        true
                    }
                }
                REPEAT => {
                    let skip = self.w(pc + 1);
                    let id = self.ctxs.len() as u32;
                    self.ctxs.push(Ctx { pc: pc + 1, count: -1, last: UNSET, prev: self.ctx });
                    self.set_ctx(id);
                    pc += 1 + skip;
                    true
                }
                MAX_UNTIL => self.max_until(&mut pc, ptr),
                MIN_UNTIL => self.min_until(&mut pc, ptr),
                POSSESSIVE_REPEAT => {
                    let (p, min, max) = (pc + 1, self.w(pc + 2), self.w(pc + 3));
                    if max == 0 {
                        pc = p + self.w(p) + 1;
                    } else {
                        self.possessive(p, ptr, 0);
                        pc = p + 3;
                    }
                    let _ = min;
                    true
                }
                ATOMIC_GROUP => {
                    let after = pc + 1 + self.w(pc + 1);
                    self.barrier(Barrier::Atomic, after, ptr, 0);
                    pc += 2;
                    true
                }
                op @ (ASSERT | ASSERT_NOT) => {
                    let (skip, back) = (self.w(pc + 1), self.w(pc + 2) as usize);
                    let after = pc + 1 + skip;
                    if ptr - self.beginning < back {
                        // Too near the start to look back: an assertion fails, its negation holds.
                        pc = after;
                        op == ASSERT_NOT
                    } else {
                        let kind = if op == ASSERT { Barrier::Assert } else { Barrier::AssertNot };
                        self.barrier(kind, after, ptr, 0);
                        ptr -= back;
                        pc += 3;
                        true
                    }
                }
                op @ (GROUPREF | GROUPREF_IGNORE | GROUPREF_UNI_IGNORE | GROUPREF_LOC_IGNORE) => {
                    let g = self.w(pc + 1) as usize;
                    pc += 2;
                    self.group_again(op, g, &mut ptr)
                }
                GROUPREF_EXISTS => {
                    let g = self.w(pc + 1) as usize;
                    let (s, e) = (self.marks[2 * g], self.marks[2 * g + 1]);
                    if s != UNSET && e != UNSET && e >= s {
                        pc += 3;
                    } else {
                        pc += 2 + self.w(pc + 2) - 1;
                    }
                    true
                }
                _ => return Outcome::Fail,
            };
            if !ok {
                match self.retake() {
                    Some((p, t)) => {
                        pc = p;
                        ptr = t;
                    }
                    None => return Outcome::Fail,
                }
            }
        }
    }

    fn barrier(&mut self, kind: Barrier, pc: u32, ptr: usize, count: usize) {
        self.barriers.push(self.alts.len());
        self.push(Alt::Barrier { kind, pc, ptr, count });
    }

    /// Begins an iteration of the possessive repeat whose skip word is at `p`.
    fn possessive(&mut self, p: u32, ptr: usize, done: usize) {
        self.barrier(Barrier::Possessive, p, ptr, done);
    }

    /// Enters the alternative at `pc` (a skip word), leaving the one behind it for later.
    fn branch(&mut self, pc: &mut u32, ptr: usize) -> bool {
        loop {
            let skip = self.w(*pc);
            if skip == 0 {
                return false;
            }
            let next = *pc + skip;
            // A first character that cannot match needs no alternative on the stack.
            let first = *pc + 1;
            let hopeless = match self.w(first) {
                LITERAL | IN | NOT_LITERAL => ptr >= self.end || !self.one(first, ptr),
                _ => false,
            };
            if hopeless {
                *pc = next;
                continue;
            }
            if self.w(next) != 0 {
                self.push(Alt::Branch { pc: next, ptr });
            }
            *pc = first;
            return true;
        }
    }

    fn max_until(&mut self, pc: &mut u32, ptr: usize) -> bool {
        let c = self.ctx;
        if c == NO_CTX {
            return false;
        }
        let x = self.ctxs[c as usize];
        let (min, max) = (self.w(x.pc + 1) as i64, self.w(x.pc + 2));
        let count = x.count + 1;
        if count < min {
            self.set_count(c, count);
            *pc = x.pc + 3;
            return true;
        }
        if (max == MAXREPEAT || count < max as i64) && ptr != x.last {
            self.push(Alt::Stop { pc: *pc, ptr, ctx: c });
            self.set_count(c, count);
            self.set_last(c, ptr);
            *pc = x.pc + 3;
            return true;
        }
        self.set_ctx(x.prev);
        *pc += 1;
        true
    }

    fn min_until(&mut self, pc: &mut u32, ptr: usize) -> bool {
        let c = self.ctx;
        if c == NO_CTX {
            return false;
        }
        let x = self.ctxs[c as usize];
        let min = self.w(x.pc + 1) as i64;
        let count = x.count + 1;
        if count < min {
            self.set_count(c, count);
            *pc = x.pc + 3;
            return true;
        }
        self.push(Alt::More { ptr, ctx: c });
        self.set_ctx(x.prev);
        *pc += 1;
        true
    }

    /// Goes back to the newest alternative that has something to offer: its code and position.
    fn retake(&mut self) -> Option<(u32, usize)> {
        loop {
            let (alt, undo) = *self.alts.last()?;
            self.undo_to(undo);
            match alt {
                Alt::Branch { pc, ptr } => {
                    self.alts.pop();
                    let mut p = pc;
                    if self.branch(&mut p, ptr) {
                        return Some((p, ptr));
                    }
                }
                Alt::Greedy { pc, base, mut count, min } => {
                    // A tail that begins with a literal says where it can succeed.
                    let mut found = true;
                    if self.w(pc) == LITERAL {
                        let want = self.w(pc + 1);
                        loop {
                            let i = base + count;
                            if i < self.end && self.at(i) == want {
                                break;
                            }
                            if count == min {
                                found = false;
                                break;
                            }
                            count -= 1;
                        }
                    }
                    if !found {
                        self.alts.pop();
                        continue;
                    }
                    if count == min {
                        self.alts.pop();
                    } else if let Some(top) = self.alts.last_mut() {
                        top.0 = Alt::Greedy { pc, base, count: count - 1, min };
                    }
                    return Some((pc, base + count));
                }
                Alt::Lazy { pc, ptr, count } => {
                    let max = self.w(pc + 2);
                    let room = max == MAXREPEAT || count < max as usize;
                    if !room || ptr >= self.end || !self.one(pc + 3, ptr) {
                        self.alts.pop();
                        continue;
                    }
                    if let Some(top) = self.alts.last_mut() {
                        top.0 = Alt::Lazy { pc, ptr: ptr + 1, count: count + 1 };
                    }
                    return Some((pc + self.w(pc), ptr + 1));
                }
                Alt::Stop { pc, ptr, ctx } => {
                    self.alts.pop();
                    let prev = self.ctxs[ctx as usize].prev;
                    self.set_ctx(prev);
                    return Some((pc + 1, ptr));
                }
                Alt::More { ptr, ctx } => {
                    self.alts.pop();
                    let x = self.ctxs[ctx as usize];
                    let max = self.w(x.pc + 2);
                    let count = x.count + 1;
                    if (max != MAXREPEAT && count >= max as i64) || ptr == x.last {
                        continue;
                    }
                    self.set_count(ctx, count);
                    self.set_last(ctx, ptr);
                    return Some((x.pc + 3, ptr));
                }
                Alt::Barrier { kind, pc, ptr, count } => {
                    self.alts.pop();
                    self.barriers.pop();
                    match kind {
                        Barrier::AssertNot => return Some((pc, ptr)),
                        Barrier::Possessive if count >= self.w(pc + 1) as usize => {
                            return Some((pc + self.w(pc) + 1, ptr));
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    fn group_again(&self, op: u32, g: usize, ptr: &mut usize) -> bool {
        let (s, e) = (self.marks[2 * g], self.marks[2 * g + 1]);
        if s == UNSET || e == UNSET || e < s || self.end - *ptr < e - s {
            return false;
        }
        for i in s..e {
            let (a, b) = (self.at(i), self.at(*ptr));
            let same = match op {
                GROUPREF => a == b,
                GROUPREF_UNI_IGNORE => lower_unicode(a) == lower_unicode(b),
                _ => lower_ascii(a) == lower_ascii(b),
            };
            if !same {
                return false;
            }
            *ptr += 1;
        }
        true
    }

    fn position(&self, at: u32, ptr: usize) -> bool {
        let word = |i: usize, f: fn(u32) -> bool| i < self.end && f(self.at(i));
        let boundary = |f: fn(u32) -> bool| {
            let before = ptr > self.beginning && f(self.at(ptr - 1));
            before != word(ptr, f)
        };
        match at {
            AT_BEGINNING | AT_BEGINNING_STRING => ptr == self.beginning,
            AT_BEGINNING_LINE => ptr == self.beginning || self.at(ptr - 1) == '\n' as u32,
            AT_END => ptr == self.end || (ptr + 1 == self.end && self.at(ptr) == '\n' as u32),
            AT_END_LINE => ptr == self.end || self.at(ptr) == '\n' as u32,
            AT_END_STRING => ptr == self.end,
            AT_BOUNDARY | AT_LOC_BOUNDARY => boundary(is_word_ascii),
            AT_NON_BOUNDARY | AT_LOC_NON_BOUNDARY => !boundary(is_word_ascii),
            AT_UNI_BOUNDARY => boundary(is_word_unicode),
            AT_UNI_NON_BOUNDARY => !boundary(is_word_unicode),
            _ => false,
        }
    }

    /// Looks for the first match that begins in `from..=end`; gives its start and end. `Err`: the poll asked to stop.
    pub fn search(
        &mut self,
        from: usize,
        poll: &mut dyn FnMut() -> bool,
    ) -> Result<Option<(usize, usize)>, Stopped> {
        let hint = Hint::of(self.code);
        let mut i = from;
        loop {
            if i > self.end {
                return Ok(None);
            }
            match self.skip_to(&hint, i) {
                Some(j) => i = j,
                None => return Ok(None),
            }
            match self.attempt(i, poll) {
                Outcome::Match(e) => return Ok(Some((i, e))),
                Outcome::Fail => i += 1,
                Outcome::Stopped => return Err(Stopped),
            }
            // Only the first position may refuse an empty match.
            self.must_advance = None;
        }
    }

    /// The next position where a match can begin.
    fn skip_to(&self, hint: &Hint, from: usize) -> Option<usize> {
        match *hint {
            Hint::None => Some(from),
            Hint::Literal(c) => (from..self.end).find(|i| self.at(*i) == c),
            Hint::Set(pc) => (from..self.end).find(|i| charset(self.code, pc, self.at(*i))),
        }
    }
}

/// What the `INFO` block says about the first character.
enum Hint {
    None,
    Literal(u32),
    Set(u32),
}

impl Hint {
    fn of(code: &[u32]) -> Hint {
        if code.first() == Some(&INFO) && code.len() > 7 {
            let flags = code[2];
            if flags & INFO_PREFIX != 0 && code[5] > 0 {
                return Hint::Literal(code[7]);
            }
            if flags & INFO_CHARSET != 0 {
                return Hint::Set(5);
            }
        }
        Hint::None
    }
}
