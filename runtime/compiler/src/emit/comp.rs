//! Comprehensions and generator expressions.

use super::block::Kind;
use super::func::Flags;
use super::{Emitter, Res, UnitKind};
use crate::ast::*;
use crate::flow::{Label, Op};
use crate::symtable::{BlockKind, Place, Role, ScopeId, flag};

/// What an inlined comprehension must put back.
struct Inlined {
    /// Saved variables, in the order they were pushed; the flag says that the slot is a free
    /// variable's.
    pushed: Vec<(Sym, bool)>,
    hidden: Vec<Sym>,
    overridden: Vec<(Sym, Option<Place>)>,
    cleanup: Option<Label>,
}

impl<'a> Emitter<'a> {
    pub(crate) fn comprehension(&mut self, c: &'a Comp, loc: Loc) -> Res {
        let scope = self.scope_of(c.id, Role::Main)?;
        let s = &self.table.scopes[scope];
        let Some(first) = c.generators.first() else { return Ok(()) };
        let is_async = s.coroutine && c.kind != CompKind::Generator;
        if s.comp_inlined {
            self.comp_iter(first)?;
            let state = self.enter_inlined(scope, loc)?;
            self.comp_build(c.kind, loc);
            if c.kind != CompKind::Generator {
                self.op(Op::Swap, 2, loc);
            }
            self.comp_loop(c, 0, 0, loc)?;
            return self.leave_inlined(state, loc);
        }
        let name = match c.kind {
            CompKind::List => sym::LISTCOMP,
            CompKind::Set => sym::SETCOMP,
            CompKind::Dict => sym::DICTCOMP,
            CompKind::Generator => sym::GENEXPR,
        };
        self.enter_scope(name, UnitKind::Comprehension, scope, loc.line, None)?;
        self.u().argcount = 1;
        self.comp_build(c.kind, loc);
        self.op(Op::LoadFast, 0, loc);
        self.comp_loop(c, 0, 0, loc)?;
        if c.kind == CompKind::Generator {
            self.wrap_stop_iteration();
        } else {
            self.op0(Op::ReturnValue, loc);
        }
        let free = self.unit().freevars.list.clone();
        let image = self.finish_unit(true)?;
        self.make_closure(image, &free, Flags(0), loc)?;
        self.comp_iter(first)?;
        self.op(Op::Call, 0, loc);
        if is_async {
            self.await_(0, loc);
        }
        Ok(())
    }

    fn comp_iter(&mut self, first: &'a Comprehension) -> Res {
        let loc = first.iter.loc;
        if first.is_async {
            self.expr(&first.iter)?;
            self.op0(Op::GetAiter, loc);
        } else {
            self.iterable(&first.iter)?;
            self.op0(Op::GetIter, loc);
        }
        Ok(())
    }

    fn comp_build(&mut self, kind: CompKind, loc: Loc) {
        match kind {
            CompKind::List => self.op(Op::BuildList, 0, loc),
            CompKind::Set => self.op(Op::BuildSet, 0, loc),
            CompKind::Dict => self.op(Op::BuildMap, 0, loc),
            CompKind::Generator => {}
        }
    }

    /// The loops from `index` on; the outermost iterator is on the stack.
    fn comp_loop(&mut self, c: &'a Comp, index: usize, depth: u32, loc: Loc) -> Res {
        crate::deep(|| {
            if c.generators[index].is_async {
                self.comp_async(c, index, depth, loc)
            } else {
                self.comp_sync(c, index, depth, loc)
            }
        })
    }

    fn comp_sync(&mut self, c: &'a Comp, index: usize, mut depth: u32, loc: Loc) -> Res {
        let g = &c.generators[index];
        let (start, if_cleanup, anchor) = (self.label(), self.label(), self.label());
        let mut looping = true;
        if index > 0 {
            // `for y in [x]` binds a name and needs no loop.
            let single = match &g.iter.kind {
                ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => match &elts[..] {
                    [e] if !e.is_starred() => Some(e),
                    _ => None,
                },
                _ => None,
            };
            if let Some(e) = single {
                self.expr(e)?;
                looping = false;
            } else {
                self.comp_iter(g)?;
            }
        }
        if looping {
            depth += 1;
            self.place(start);
            self.jump(Op::ForIter, anchor, g.iter.loc);
        }
        self.expr(&g.target)?;
        for t in &g.ifs {
            self.jump_if(t, if_cleanup, false)?;
        }
        let eloc = self.comp_element(c, index, depth, loc)?;
        self.place(if_cleanup);
        if looping {
            self.jump(Op::Jump, start, eloc);
            self.place(anchor);
            self.op0(Op::EndFor, Loc::NONE);
            self.op0(Op::PopIter, Loc::NONE);
        }
        Ok(())
    }

    fn comp_async(&mut self, c: &'a Comp, index: usize, depth: u32, loc: Loc) -> Res {
        let g = &c.generators[index];
        let iloc = g.iter.loc;
        let (start, except, if_cleanup, send) =
            (self.label(), self.label(), self.label(), self.label());
        if index > 0 {
            self.comp_iter(g)?;
        }
        self.place(start);
        self.push_block(Kind::ExceptionHandler, start, start, iloc)?;
        self.jump(Op::SetupFinally, except, loc);
        self.op0(Op::GetAnext, loc);
        self.load_none(loc);
        self.yield_from_at(send, true, loc);
        self.op0(Op::PopBlock, loc);
        self.expr(&g.target)?;
        for t in &g.ifs {
            self.jump_if(t, if_cleanup, false)?;
        }
        let eloc = self.comp_element(c, index, depth + 1, loc)?;
        self.place(if_cleanup);
        self.jump(Op::Jump, start, eloc);
        self.pop_block();
        self.place(except);
        self.jump(Op::EndAsyncFor, send, loc);
        Ok(())
    }

    /// What happens inside the loop `index`: the next loop or the element.
    fn comp_element(&mut self, c: &'a Comp, index: usize, depth: u32, loc: Loc) -> Res<Loc> {
        if index + 1 < c.generators.len() {
            self.comp_loop(c, index + 1, depth, loc)?;
            return Ok(c.elt.loc);
        }
        let mut eloc = c.elt.loc;
        match c.kind {
            CompKind::Generator => {
                self.expr(&c.elt)?;
                self.yield_value(eloc);
                self.op0(Op::PopTop, eloc);
            }
            CompKind::List => {
                self.expr(&c.elt)?;
                self.op(Op::ListAppend, depth + 1, eloc);
            }
            CompKind::Set => {
                self.expr(&c.elt)?;
                self.op(Op::SetAdd, depth + 1, eloc);
            }
            CompKind::Dict => {
                self.expr(&c.elt)?;
                if let Some(v) = &c.value {
                    self.expr(v)?;
                    eloc = eloc.to(v.loc);
                }
                self.op(Op::MapAdd, depth + 1, eloc);
            }
        }
        Ok(eloc)
    }

    /// Isolates the names that the comprehension binds from those around it.
    fn enter_inlined(&mut self, comp: ScopeId, loc: Loc) -> Res<Inlined> {
        let in_class = self.scope().kind == BlockKind::Class && self.unit().in_inlined_comp == 0;
        let function_like = self.scope().is_function_like();
        self.u().in_inlined_comp += 1;
        let mut state = Inlined {
            pushed: Vec::new(),
            hidden: Vec::new(),
            overridden: Vec::new(),
            cleanup: None,
        };
        let entries: Vec<_> = self.table.scopes[comp].symbols.iter().collect();
        for (name, s) in entries {
            if s.flags & flag::PARAM != 0 {
                continue;
            }
            let place = s.place;
            let outer = self.place_of(name);
            let bound_here = s.flags & flag::LOCAL != 0 && s.flags & flag::NONLOCAL == 0;
            if (place != outer
                && place != Place::Free
                && !(place == Place::Cell && outer == Place::Free))
                || in_class
            {
                let old = self.u().overrides.insert(name, place);
                state.overridden.push((name, old));
            }
            if bound_here || in_class {
                if !function_like && self.unit().fast_hidden.get(&name) != Some(&true) && bound_here
                {
                    self.u().fast_hidden.insert(name, true);
                    state.hidden.push(name);
                }
                if bound_here {
                    let free = place == Place::Cell && outer == Place::Free;
                    if free {
                        // The slot holds the function's own cell; it is put aside.
                        let i = self.deref_index(name)?;
                        self.op(Op::LoadCellAndClear, i, loc);
                        self.op(Op::MakeCell, i, loc);
                    } else {
                        let v = self.u().varnames.add(name);
                        self.op(Op::LoadFastAndClear, v, loc);
                        if place == Place::Cell {
                            let i = self.deref_index(name)?;
                            self.op(Op::MakeCell, i, loc);
                        }
                    }
                    state.pushed.push((name, free));
                }
            }
        }
        if !state.pushed.is_empty() {
            self.op(Op::Swap, state.pushed.len() as u32 + 1, loc);
            let cleanup = self.label();
            self.jump(Op::SetupFinally, cleanup, loc);
            state.cleanup = Some(cleanup);
        }
        Ok(state)
    }

    fn leave_inlined(&mut self, state: Inlined, loc: Loc) -> Res {
        self.u().in_inlined_comp -= 1;
        for (name, old) in state.overridden.into_iter().rev() {
            match old {
                Some(p) => self.u().overrides.insert(name, p),
                None => self.u().overrides.remove(&name),
            };
        }
        if let Some(cleanup) = state.cleanup {
            let end = self.label();
            self.op0(Op::PopBlock, Loc::NONE);
            self.jump(Op::Jump, end, Loc::NONE);
            self.place(cleanup);
            // Drops the unfinished result under the exception.
            self.op(Op::Swap, 2, Loc::NONE);
            self.op0(Op::PopTop, Loc::NONE);
            self.restore_inlined(&state.pushed, loc)?;
            self.op(Op::Reraise, 0, Loc::NONE);
            self.place(end);
            self.restore_inlined(&state.pushed, loc)?;
        }
        for name in state.hidden {
            self.u().fast_hidden.insert(name, false);
        }
        Ok(())
    }

    fn restore_inlined(&mut self, pushed: &[(Sym, bool)], loc: Loc) -> Res {
        self.op(Op::Swap, pushed.len() as u32 + 1, loc);
        for &(name, free) in pushed.iter().rev() {
            if free {
                let i = self.deref_index(name)?;
                self.op(Op::StoreCellMaybeNull, i, loc);
            } else {
                let i = self.u().varnames.add(name);
                self.op(Op::StoreFastMaybeNull, i, loc);
            }
        }
        Ok(())
    }
}
