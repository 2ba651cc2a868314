use super::*;
use crate::cache::{Layout as _, LoadAttrCache};
use crate::copies::tests::with_allocations;
use crate::counter::{self, BRANCH_HISTORY, Counter};
use crate::defs::FIRST_INSTRUMENTED;
use crate::dis;
use crate::unit::{Word, encode, instructions};
use crate::write::{self, Written};

const RESUME: usize = 1;
const ATTR: usize = 2;
const BRANCH: usize = 12;
const BACK: usize = 14;

fn image() -> Arc<CodeImage> {
    let mut units = vec![];
    encode(&mut units, Opcode::CopyFreeVars, 1);
    encode(&mut units, Opcode::Resume, 0);
    encode(&mut units, Opcode::LoadAttr, 6);
    encode(&mut units, Opcode::PopJumpIfTrue, 2);
    encode(&mut units, Opcode::JumpBackward, 14);
    encode(&mut units, Opcode::ReturnValue, 0);
    assert_eq!(units[BACK] as u8, Opcode::JumpBackward as u8);
    Arc::new(CodeImage { units, ..CodeImage::default() })
}

fn code() -> Code {
    Code::new(image(), Knobs::DEFAULT)
}

fn at(code: &Code, index: u32, pc: usize) -> *const Unit {
    // SAFETY: `pc` is an index into the copy.
    unsafe { code.base(index).expect("it was made").add(pc) }
}

fn specialize(code: &Code, index: u32, pc: usize) -> Written {
    // SAFETY: a test has one thread, and the instruction is a LOAD_ATTR.
    unsafe {
        write::specialize::<LoadAttrCache>(
            at(code, index, pc),
            Opcode::LoadAttrSlot,
            code.knobs().cooldown,
            |fill| {
                fill.set_version(7).set_aux(24).set_word(0);
            },
        )
    }
}

#[test]
fn the_main_copy_is_the_first_thread_s_and_counts_from_the_start() {
    let code = code();
    assert_eq!(code.base(0), Some(code.main()));
    assert_eq!(code.base(1), None);
    assert_eq!(code.first_traceable(), RESUME);
    let words = code.words(0).expect("the main copy");
    assert_eq!(words[ATTR + 1], Knobs::DEFAULT.warmup.0);
    assert_eq!(words[BRANCH + 1], BRANCH_HISTORY);
    assert_eq!(words[BACK + 1], Knobs::DEFAULT.jump.0);
    let mut report = CopyReport::default();
    code.report(&mut report);
    assert_eq!(report, CopyReport::default(), "one thread never copies");
}

#[test]
fn a_copy_starts_generic_although_the_main_copy_is_specialized() {
    let code = code();
    let graveyard = Graveyard::new();
    assert_eq!(specialize(&code, 0, ATTR), Written::Done);
    // SAFETY: one thread; a backward jump.
    let original = unsafe { write::install_executor(at(&code, 0, BACK), 200) };
    assert_eq!(original, Some(Word::of(Opcode::JumpBackward, 14)));
    let base = code.get_or_create(3, &graveyard);
    assert_eq!(code.get_or_create(3, &graveyard), base, "made once");
    assert_eq!(code.words(3), Some(fresh(&code)));
    assert_eq!(
        names(&code, 0)[2..],
        ["LOAD_ATTR_SLOT", "POP_JUMP_IF_TRUE", "ENTER_EXECUTOR", "RETURN_VALUE"]
    );
    assert_eq!(code.base(1), None);
    let mut report = CopyReport::default();
    code.report(&mut report);
    assert_eq!((report.copies, report.copy_bytes), (1, 2 * code.len()));
    assert_eq!(report.by_index[3], (1, 2 * code.len()));
    // SAFETY: as above.
    unsafe { write::remove_executor(at(&code, 0, BACK), 200, original.expect("above")) };
    assert_eq!(code.words(0).expect("main")[BACK], code.image().units[BACK]);
}

fn names(code: &Code, index: u32) -> Vec<&'static str> {
    dis::names(&code.image().units, &code.words(index).expect("made"))
}

fn fresh(code: &Code) -> Vec<u16> {
    Code::new(code.image().clone(), *code.knobs()).words(0).expect("main")
}

#[test]
fn the_array_grows_and_keeps_every_copy() {
    let code = code();
    let graveyard = Graveyard::new();
    let mut bases = vec![];
    for index in [1, 15, 16, 40, 200, 2] {
        bases.push((index, code.get_or_create(index, &graveyard).expect("memory")));
        for &(index, base) in &bases {
            assert_eq!(code.base(index), Some(base));
        }
    }
    assert_eq!(graveyard.pending(), 3, "16 to 32 to 64 to 256");
    // SAFETY: no thread but this one.
    assert_eq!(unsafe { code.free_copies(|index| index > 15) }, 3);
    assert_eq!(code.base(16), None);
    assert_eq!(code.base(15), Some(bases[1].1));
    code.get_or_create(16, &graveyard).expect("memory");
}

#[test]
fn without_memory_nothing_changes() {
    let code = code();
    let graveyard = Graveyard::new();
    for left in 0..2 {
        assert_eq!(with_allocations(left, || code.get_or_create(1, &graveyard)), Err(OutOfMemory));
        assert_eq!(code.base(1), None);
    }
    with_allocations(2, || code.get_or_create(1, &graveyard)).expect("two are enough");
    assert_eq!(with_allocations(1, || code.get_or_create(16, &graveyard)), Err(OutOfMemory));
    assert!(code.base(1).is_some() && code.base(16).is_none());
    assert_eq!(graveyard.pending(), 0);
}

#[test]
fn without_copies_all_share_and_nothing_counts_down() {
    let knobs = Knobs { copies: false, ..Knobs::DEFAULT };
    let code = Code::new(image(), knobs);
    assert_eq!(code.get_or_create(5, &Graveyard::new()), Ok(code.main()));
    let words = code.words(0).expect("main");
    for i in instructions(&code.image().units) {
        let op = i.opcode().expect("valid");
        if op.is_adaptive() || op == Opcode::JumpBackward {
            assert_eq!(Counter(words[i.at + 1]), Counter::UNREACHABLE);
        }
    }
}

#[test]
fn offsets_are_the_same_in_every_copy() {
    let code = code();
    let to = code.get_or_create(9, &Graveyard::new()).expect("memory");
    // SAFETY: pointers into the copies they name.
    unsafe {
        assert_eq!(code.pc(9, to.add(ATTR)), ATTR);
        assert_eq!(code.pc(0, code.main().add(BACK)), BACK);
        assert_eq!(code.relocate(code.main().add(BACK), code.main(), to), to.add(BACK));
    }
}

#[test]
fn a_form_is_written_with_its_cache_and_given_up_again() {
    let code = code();
    assert_eq!(specialize(&code, 0, ATTR), Written::Done);
    let words = code.words(0).expect("main");
    assert_eq!(Word(words[ATTR]), Word::of(Opcode::LoadAttrSlot, 6));
    assert_eq!(Counter(words[ATTR + 1]), Knobs::DEFAULT.cooldown);
    // SAFETY: one thread; a LOAD_ATTR.
    unsafe {
        let cache = LoadAttrCache::at(at(&code, 0, ATTR));
        assert_eq!((cache.version(), cache.aux()), (7, 24));
        assert_eq!(write::unspecialize(at(&code, 0, ATTR)), Written::Done);
        assert_eq!(counter::load(&*at(&code, 0, ATTR + 1)), Counter::new(1, 1));
        assert_eq!(write::unspecialize(at(&code, 0, ATTR)), Written::Done);
        assert_eq!(counter::load(&*at(&code, 0, ATTR + 1)), Counter::new(6, 2));
    }
    assert_eq!(names(&code, 0)[2], "LOAD_ATTR");
}

#[test]
fn instrumentation_wins_in_every_copy_and_in_those_to_come() {
    let code = code();
    let graveyard = Graveyard::new();
    code.get_or_create(1, &graveyard).expect("memory");
    assert_eq!(specialize(&code, 1, ATTR), Written::Done);
    // SAFETY: one thread.
    let written = unsafe { write::set_form(at(&code, 0, RESUME), Opcode::ResumeCheck) };
    assert_eq!(written, Written::Done);
    let mut edit = code.edit();
    edit.set(RESUME, Opcode::InstrumentedResume);
    edit.set(ATTR, Opcode::InstrumentedLine);
    edit.set(BACK, Opcode::InstrumentedJumpBackward);
    assert_eq!(edit.current(ATTR), Word::of(Opcode::InstrumentedLine, 6));
    edit.publish(256);
    drop(edit);
    code.get_or_create(2, &graveyard).expect("memory");
    for index in 0..3 {
        let words = code.words(index).expect("made");
        assert_eq!(Word(words[RESUME]), Word::of(Opcode::InstrumentedResume, 0));
        assert_eq!(Word(words[ATTR]), Word::of(Opcode::InstrumentedLine, 6));
        assert_eq!(Counter(words[ATTR + 1]), Knobs::DEFAULT.warmup);
        assert_eq!(Word(words[BACK]), Word::of(Opcode::InstrumentedJumpBackward, 14));
        assert_eq!(specialize(&code, index, ATTR), Written::Instrumented);
        // SAFETY: one thread.
        unsafe {
            assert_eq!(write::install_executor(at(&code, index, BACK), 1), None);
            assert_eq!(
                write::set_form(at(&code, index, RESUME), Opcode::ResumeCheck),
                Written::Instrumented
            );
        }
    }
    assert_eq!(code.instrumentation_version(), 256);
    let mut edit = code.edit();
    [RESUME, ATTR, BACK].into_iter().for_each(|pc| edit.restore(pc));
    edit.publish(512);
    drop(edit);
    code.get_or_create(3, &graveyard).expect("memory");
    for index in 0..4 {
        let words = code.words(index).expect("made");
        assert!(words.iter().all(|&w| (w as u8) < FIRST_INSTRUMENTED || w == BRANCH_HISTORY));
    }
    assert_eq!(code.words(3), Some(fresh(&code)));
    assert_eq!(specialize(&code, 1, ATTR), Written::Done);
}

#[test]
fn threads_that_come_at_once_each_get_their_copy() {
    let code = code();
    let graveyard = Graveyard::new();
    std::thread::scope(|scope| {
        for index in 1..40 {
            let (code, graveyard) = (&code, &graveyard);
            scope.spawn(move || {
                let base = code.get_or_create(index, graveyard).expect("memory");
                for _ in 0..1000 {
                    assert_eq!(code.base(index), Some(base));
                }
                assert_eq!(specialize(code, index, ATTR), Written::Done);
            });
        }
    });
    for index in 1..40 {
        assert_eq!(names(&code, index)[2], "LOAD_ATTR_SLOT");
    }
    assert_eq!(names(&code, 0)[2], "LOAD_ATTR");
}

#[test]
fn a_version_is_given_once() {
    let code = code();
    assert_eq!(code.version(), 0);
    assert_eq!(code.version_or(5), 5);
    assert_eq!(code.version_or(6), 5);
    assert_eq!(code.version(), 5);
}
