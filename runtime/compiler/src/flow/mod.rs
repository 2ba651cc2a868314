//! Blocks of instructions: tidied, laid out, measured.
//!
//! [`finish`] is the road of one code object: blocks are cut ([`graph`]), every instruction learns
//! its handler ([`handlers`]), small rewrites shorten the code ([`peephole`]), dead blocks go and line
//! numbers spread ([`lines`]), unbound locals are found ([`locals`]), handlers move to the end, and the
//! stack is measured ([`depth`]). [`crate::assemble`] makes bytes of the result.

mod depth;
mod graph;
mod handlers;
mod instr;
mod lines;
mod locals;
mod peephole;

use heddle_tlbc::defs::operands::{co, fast};
use heddle_tlbc::image::{CodeImage, Const, PyText};

use crate::ast::{Loc, Names, Sym};
use crate::emit::{Res, Unit, UnitKind};

pub use graph::{Block, Graph, In, NO_BLOCK};
pub use instr::{Instr, Label, Op, Seq};

/// Ends a code object: from instructions with labels to an image.
pub fn finish(unit: Unit<'_>, flags: u32, names: &Names, filename: &PyText) -> Res<CodeImage> {
    let mut unit = unit;
    let mut g = Graph::build(&unit.seq);
    handlers::assign(&mut g)?;

    let nvars = unit.varnames.list.len();
    let nparams = unit.param_count(flags);
    g.remove_unreachable();
    lines::resolve(&mut g);
    peephole::run(&mut g, &mut unit.consts.list);
    g.tidy(true);
    locals::check(&mut g, nvars, nparams);
    peephole::superinstructions(&mut g);
    g.cold_to_end();
    lines::resolve(&mut g);
    g.tidy(false);
    let stacksize = depth::measure(&mut g)?;

    // Cells share the slot of the local with their name.
    let ncells = unit.cellvars.list.len();
    let mut slots: Vec<u32> = Vec::with_capacity(ncells + unit.freevars.list.len());
    let mut local_names: Vec<Sym> = unit.varnames.list.clone();
    let mut kinds = variable_kinds(&unit, flags, nparams);
    let mut made_at_entry: Vec<u32> = Vec::new();
    for &c in &unit.cellvars.list {
        let slot = match unit.varnames.find(c) {
            Some(i) => {
                kinds[i as usize] |= fast::CELL;
                i
            }
            None => {
                local_names.push(c);
                kinds.push(fast::CELL);
                local_names.len() as u32 - 1
            }
        };
        slots.push(slot);
        made_at_entry.push(slot);
    }
    for &f in &unit.freevars.list {
        slots.push(local_names.len() as u32);
        local_names.push(f);
        kinds.push(fast::FREE);
    }
    made_at_entry.sort_unstable();

    let gen_flags = flags & co::ANY_GENERATOR != 0;
    let line = unit.firstlineno;
    let mut prefix: Vec<In> = Vec::new();
    let none = Loc::NONE;
    if !unit.freevars.list.is_empty() {
        prefix.push(In::new(Op::CopyFreeVars, unit.freevars.list.len() as u32, none));
    }
    for slot in made_at_entry {
        prefix.push(In::new(Op::MakeCell, slot, none));
    }
    if gen_flags {
        let at = Loc::line_only(line);
        prefix.push(In::new(Op::ReturnGenerator, 0, at));
        prefix.push(In::new(Op::PopTop, 0, at));
    }
    g.lower(&slots, prefix);
    lines::inherit(&mut g);
    g.normalize_jumps();

    let used = used_consts(&mut g, &mut unit.consts.list, flags & co::HAS_DOCSTRING != 0);
    let text = |s: Sym| PyText::from(names.get(s));
    let (units, exceptiontable, linetable) = crate::assemble::assemble(&g, line as i32)?;
    Ok(CodeImage {
        name: text(unit.name),
        qualname: unit.qualname.into(),
        filename: filename.clone(),
        firstlineno: line as i32,
        argcount: unit.argcount + unit.posonly,
        posonlyargcount: unit.posonly,
        kwonlyargcount: unit.kwonly,
        flags,
        // Room for a generator's own protocol, as an empty code object would have none.
        stacksize: stacksize.max(1),
        localsplusnames: local_names.iter().map(|&s| text(s)).collect(),
        localspluskinds: kinds,
        names: unit.names.list.iter().map(|&s| text(s)).collect(),
        consts: used,
        units,
        exceptiontable,
        linetable,
    })
}

impl Unit<'_> {
    fn param_count(&self, flags: u32) -> usize {
        (self.argcount + self.posonly + self.kwonly) as usize
            + usize::from(flags & co::VARARGS != 0)
            + usize::from(flags & co::VARKEYWORDS != 0)
    }
}

fn variable_kinds(unit: &Unit<'_>, flags: u32, nparams: usize) -> Vec<u8> {
    let pos = unit.posonly as usize;
    let args = pos + unit.argcount as usize;
    let kw = args + unit.kwonly as usize;
    let varargs = kw + usize::from(flags & co::VARARGS != 0);
    let mut kinds = Vec::with_capacity(unit.varnames.list.len() + 4);
    for (i, name) in unit.varnames.list.iter().enumerate() {
        let mut k = fast::LOCAL;
        if i < nparams && !matches!(unit.kind, UnitKind::Module | UnitKind::Class) {
            k |= if i < pos {
                fast::ARG_POS
            } else if i < args {
                fast::ARG_POS | fast::ARG_KW
            } else if i < kw {
                fast::ARG_KW
            } else if i < varargs {
                fast::ARG_VAR | fast::ARG_POS
            } else {
                fast::ARG_VAR | fast::ARG_KW
            };
        }
        if unit.fast_hidden.contains_key(name) {
            k |= fast::HIDDEN;
        }
        kinds.push(k);
    }
    kinds
}

/// Drops constants that no instruction loads; the docstring stays.
fn used_consts(g: &mut Graph, consts: &mut Vec<Const>, has_doc: bool) -> Vec<Const> {
    let mut map = vec![u32::MAX; consts.len()];
    if has_doc && !map.is_empty() {
        map[0] = 0;
    }
    g.each_instr(|i| {
        if i.op == Op::LoadConst {
            map[i.arg as usize] = 0;
        }
    });
    let mut out = Vec::with_capacity(consts.len());
    for (m, c) in map.iter_mut().zip(consts.drain(..)) {
        if *m == 0 {
            *m = out.len() as u32;
            out.push(c);
        }
    }
    g.each_instr(|i| {
        if i.op == Op::LoadConst {
            i.arg = map[i.arg as usize];
        }
    });
    out
}
