//! The second pass: where each name lives.

use super::{BlockKind, Place, Scope, ScopeId, SymMap, SymTable, flag};
use crate::ast::names::{IntMap, IntSet};
use crate::ast::{CompKind, Names, Sym, sym};
use crate::error::CompileError;

type Set = IntSet<Sym>;
type Places = IntMap<Sym, Place>;

/// Decides the places of all names in all scopes.
pub fn analyze(table: &mut SymTable, names: &Names) -> Result<(), CompileError> {
    let mut free = Set::default();
    let mut global = Set::default();
    let mut type_params = Set::default();
    Pass { table, names }.block(SymTable::TOP, None, &mut free, &mut global, &mut type_params, None)
}

struct Pass<'a> {
    table: &'a mut SymTable,
    names: &'a Names,
}

impl Pass<'_> {
    fn error_at_directive(&self, id: ScopeId, name: Sym, msg: String) -> CompileError {
        let s = &self.table.scopes[id];
        let loc = s.directives.iter().find(|d| d.0 == name).map_or(s.loc, |d| d.1);
        CompileError::at(msg, loc)
    }

    #[allow(clippy::too_many_arguments)]
    fn name(
        &mut self,
        id: ScopeId,
        places: &mut Places,
        name: Sym,
        flags: u32,
        bound: &mut Option<Set>,
        local: &mut Set,
        free: &mut Set,
        global: &mut Set,
        type_params: &mut Set,
        class_entry: Option<ScopeId>,
    ) -> Result<(), CompileError> {
        let place = if flags & flag::GLOBAL != 0 {
            if flags & flag::NONLOCAL != 0 {
                let msg = format!("name '{}' is nonlocal and global", self.names.get(name));
                return Err(self.error_at_directive(id, name, msg));
            }
            global.insert(name);
            if let Some(b) = bound {
                b.remove(&name);
            }
            Place::GlobalExplicit
        } else if flags & flag::NONLOCAL != 0 {
            let Some(b) = bound else {
                let msg = "nonlocal declaration not allowed at module level".to_owned();
                return Err(self.error_at_directive(id, name, msg));
            };
            if !b.contains(&name) {
                let msg = format!("no binding for nonlocal '{}' found", self.names.get(name));
                return Err(self.error_at_directive(id, name, msg));
            }
            if type_params.contains(&name) {
                let msg = format!(
                    "nonlocal binding not allowed for type parameter '{}'",
                    self.names.get(name)
                );
                return Err(self.error_at_directive(id, name, msg));
            }
            self.table.scopes[id].has_free = true;
            free.insert(name);
            Place::Free
        } else if flags & flag::BOUND != 0 {
            local.insert(name);
            global.remove(&name);
            if flags & flag::TYPE_PARAM != 0 {
                type_params.insert(name);
            } else {
                type_params.remove(&name);
            }
            Place::Local
        } else if let Some(p) = self.seen_by_class(class_entry, name) {
            p
        } else if bound.as_ref().is_some_and(|b| b.contains(&name)) {
            self.table.scopes[id].has_free = true;
            free.insert(name);
            Place::Free
        } else {
            Place::GlobalImplicit
        };
        places.insert(name, place);
        Ok(())
    }

    /// A name that the class sees differently from the functions around the class.
    fn seen_by_class(&self, class_entry: Option<ScopeId>, name: Sym) -> Option<Place> {
        let flags = self.table.scopes[class_entry?].symbols.get(name)?.flags;
        if flags & flag::GLOBAL != 0 {
            Some(Place::GlobalExplicit)
        } else if flags & flag::BOUND != 0 && flags & flag::NONLOCAL == 0 {
            Some(Place::GlobalImplicit)
        } else {
            None
        }
    }

    fn block(
        &mut self,
        id: ScopeId,
        mut bound: Option<Set>,
        free: &mut Set,
        global: &mut Set,
        type_params: &mut Set,
        class_entry: Option<ScopeId>,
    ) -> Result<(), CompileError> {
        crate::deep(|| self.block_inner(id, &mut bound, free, global, type_params, class_entry))
    }

    fn block_inner(
        &mut self,
        id: ScopeId,
        bound: &mut Option<Set>,
        free: &mut Set,
        global: &mut Set,
        type_params: &mut Set,
        class_entry: Option<ScopeId>,
    ) -> Result<(), CompileError> {
        let kind = self.table.scopes[id].kind;
        let is_class = kind == BlockKind::Class;
        let function_like = self.table.scopes[id].is_function_like();
        let mut local = Set::default();
        let mut places = Places::default();
        let mut new_free = Set::default();
        let mut inlined_cells = Set::default();
        // A class's own names are not visible in its functions: what is passed down is fixed first.
        let class_outer = is_class.then(|| (bound.clone().unwrap_or_default(), global.clone()));

        let symbols: Vec<(Sym, u32)> =
            self.table.scopes[id].symbols.iter().map(|(n, s)| (n, s.flags)).collect();
        for (n, flags) in symbols {
            self.name(
                id,
                &mut places,
                n,
                flags,
                bound,
                &mut local,
                free,
                global,
                type_params,
                class_entry,
            )?;
        }

        let children = self.table.scopes[id].children.clone();
        let (new_bound, new_global) = match class_outer {
            Some((mut b, g)) => {
                b.extend([sym::CLASS, sym::CLASSDICT, sym::CONDITIONAL_ANNOTATIONS]);
                (b, g)
            }
            None if children.is_empty() => (Set::default(), Set::default()),
            None => {
                let mut b = bound.clone().unwrap_or_default();
                if function_like {
                    b.extend(local.iter().copied());
                }
                (b, global.clone())
            }
        };

        let mut spliced: Option<Vec<ScopeId>> = None;
        for (i, &child) in children.iter().enumerate() {
            let c = &self.table.scopes[child];
            let new_class = if c.can_see_class_scope {
                if is_class { Some(id) } else { class_entry }
            } else {
                None
            };
            let inline = matches!(c.comprehension, Some(k) if k != CompKind::Generator)
                && !self.table.scopes[id].can_see_class_scope;
            let mut child_free = Set::default();
            self.block(
                child,
                Some(new_bound.clone()),
                &mut child_free,
                &mut new_global.clone(),
                &mut type_params.clone(),
                new_class,
            )?;
            if inline {
                self.inline_comprehension(
                    id,
                    child,
                    &mut places,
                    &mut child_free,
                    &mut inlined_cells,
                );
                self.table.scopes[child].comp_inlined = true;
                let list = spliced.get_or_insert_with(|| children[..i].to_vec());
                list.extend(self.table.scopes[child].children.iter().copied());
            } else if let Some(list) = &mut spliced {
                list.push(child);
            }
            new_free.extend(child_free);
        }
        if let Some(list) = spliced {
            self.table.scopes[id].children = list;
        }

        if function_like {
            for (n, p) in places.iter_mut() {
                if *p == Place::Local && (new_free.contains(n) || inlined_cells.contains(n)) {
                    *p = Place::Cell;
                    new_free.remove(n);
                }
            }
        } else if is_class {
            let s = &mut self.table.scopes[id];
            s.needs_class_closure |= new_free.remove(&sym::CLASS);
            s.needs_classdict |= new_free.remove(&sym::CLASSDICT);
            s.has_conditional_annotations |= new_free.remove(&sym::CONDITIONAL_ANNOTATIONS);
        }
        let scope = &mut self.table.scopes[id];
        let class_flag = is_class || scope.can_see_class_scope;
        update(&mut scope.symbols, &places, bound.as_ref(), &new_free, &inlined_cells, class_flag);
        free.extend(new_free);
        Ok(())
    }

    /// Merges the names of a comprehension into the block that it will run in.
    fn inline_comprehension(
        &mut self,
        id: ScopeId,
        comp: ScopeId,
        places: &mut Places,
        comp_free: &mut Set,
        inlined_cells: &mut Set,
    ) {
        let entries: Vec<_> = self.table.scopes[comp].symbols.iter().collect();
        let in_class = self.table.scopes[id].kind == BlockKind::Class;
        let mut removed = Vec::new();
        for (name, s) in entries {
            if s.flags & flag::PARAM != 0 {
                continue;
            }
            let mut place = s.place;
            if place == Place::Cell || s.flags & flag::COMP_CELL != 0 {
                inlined_cells.insert(name);
            }
            let implicit =
                matches!(name, sym::CLASS | sym::CLASSDICT | sym::CONDITIONAL_ANNOTATIONS);
            if place == Place::Free && in_class && implicit {
                // A function inside the comprehension takes it from the class's own cell.
                if self.free_in_child(comp, name) {
                    continue;
                }
                place = Place::GlobalImplicit;
                comp_free.remove(&name);
                removed.push(name);
            }
            match self.table.scopes[id].symbols.get(name) {
                None => {
                    self.table.scopes[id].symbols.entry(name).flags = s.flags;
                    places.insert(name, place);
                }
                Some(outer) => {
                    // A free variable that is the block's own local needs no cell, unless a function
                    // inside the comprehension wants it.
                    if outer.flags & flag::BOUND != 0
                        && !in_class
                        && !self.free_in_child(comp, name)
                    {
                        comp_free.remove(&name);
                    }
                }
            }
        }
        self.table.scopes[comp].has_free = !comp_free.is_empty();
        for name in removed {
            self.table.scopes[comp].symbols.remove(name);
        }
    }

    fn free_in_child(&self, comp: ScopeId, name: Sym) -> bool {
        let free = |s: &Scope| s.place(name) == Place::Free;
        self.table.scopes[comp].children.iter().any(|&c| free(&self.table.scopes[c]))
    }
}

fn update(
    symbols: &mut SymMap,
    places: &Places,
    bound: Option<&Set>,
    free: &Set,
    inlined_cells: &Set,
    class_flag: bool,
) {
    for (name, s) in symbols.list.iter_mut() {
        if inlined_cells.contains(name) {
            s.flags |= flag::COMP_CELL;
        }
        if let Some(&p) = places.get(name) {
            s.place = p;
        }
    }
    let mut free: Vec<Sym> = free.iter().copied().collect();
    free.sort_unstable();
    for name in free {
        if symbols.get(name).is_some() {
            if class_flag {
                symbols.entry(name).flags |= flag::FREE_CLASS;
            }
            continue;
        }
        if bound.is_some_and(|b| !b.contains(&name)) {
            continue;
        }
        symbols.entry(name).place = Place::Free;
    }
}
