//! Scopes: which name is local, global, free or a cell, in every block of a program.
//!
//! Two passes, as the language definition suggests: [`build`] walks the tree and notes how each
//! block uses each name; [`analyze`] then decides, from the outside in and back, where each name
//! lives, and which comprehensions run inside their surrounding frame (PEP 709).

mod analyze;
mod build;

use crate::ast::Loc;
use crate::ast::names::IntMap;
use crate::ast::{NodeId, Sym};

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    Function,
    Class,
    Module,
    /// The body of an `__annotate__` function.
    Annotation,
    /// The value of a `type` statement.
    TypeAlias,
    /// The scope that holds the type parameters of a generic.
    TypeParameters,
    /// Bound or default of a type parameter.
    TypeVariable,
}

/// Flags of a name in a block: how it is used.
pub mod flag {
    pub const GLOBAL: u32 = 1;
    pub const LOCAL: u32 = 1 << 1;
    pub const PARAM: u32 = 1 << 2;
    pub const NONLOCAL: u32 = 1 << 3;
    pub const USE: u32 = 1 << 4;
    pub const FREE_CLASS: u32 = 1 << 6;
    pub const IMPORT: u32 = 1 << 7;
    pub const ANNOT: u32 = 1 << 8;
    pub const COMP_ITER: u32 = 1 << 9;
    pub const TYPE_PARAM: u32 = 1 << 10;
    pub const COMP_CELL: u32 = 1 << 11;
    pub const BOUND: u32 = LOCAL | PARAM | IMPORT | TYPE_PARAM;
}

/// Where a name lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Place {
    /// Not known in this block.
    #[default]
    Unknown,
    Local,
    GlobalExplicit,
    GlobalImplicit,
    Free,
    Cell,
}

/// A name in a block.
#[derive(Clone, Copy, Debug, Default)]
pub struct Symbol {
    pub flags: u32,
    pub place: Place,
}

/// Names of one block in order of first appearance.
#[derive(Clone, Debug, Default)]
pub struct SymMap {
    list: Vec<(Sym, Symbol)>,
    index: IntMap<Sym, u32>,
}

const LINEAR: usize = 8;

impl SymMap {
    fn find(&self, name: Sym) -> Option<usize> {
        if self.list.len() <= LINEAR {
            self.list.iter().position(|e| e.0 == name)
        } else {
            self.index.get(&name).map(|&i| i as usize)
        }
    }

    /// The entry of `name`.
    pub fn get(&self, name: Sym) -> Option<Symbol> {
        self.find(name).map(|i| self.list[i].1)
    }

    /// The entry of `name`, new if need be.
    pub fn entry(&mut self, name: Sym) -> &mut Symbol {
        let i = match self.find(name) {
            Some(i) => i,
            None => {
                self.list.push((name, Symbol::default()));
                let n = self.list.len();
                if n == LINEAR + 1 {
                    self.index =
                        self.list.iter().enumerate().map(|(i, e)| (e.0, i as u32)).collect();
                } else if n > LINEAR {
                    self.index.insert(name, n as u32 - 1);
                }
                n - 1
            }
        };
        &mut self.list[i].1
    }

    /// All entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (Sym, Symbol)> + '_ {
        self.list.iter().copied()
    }

    fn remove(&mut self, name: Sym) {
        if let Some(i) = self.find(name) {
            self.list.remove(i);
            if self.list.len() > LINEAR {
                self.index = self.list.iter().enumerate().map(|(i, e)| (e.0, i as u32)).collect();
            }
        }
    }
}

/// Index of a block in [`SymTable::scopes`].
pub type ScopeId = usize;

/// Kind of comprehension a function block stands for.
pub use crate::ast::CompKind;

/// One block.
#[derive(Clone, Debug)]
pub struct Scope {
    pub name: Sym,
    pub kind: BlockKind,
    pub loc: Loc,
    pub symbols: SymMap,
    /// Parameters in the order of the frame.
    pub varnames: Vec<Sym>,
    pub children: Vec<ScopeId>,
    /// Names of `global` and `nonlocal` statements, for errors found later.
    directives: Vec<(Sym, Loc)>,
    /// Nested in a function, directly or not.
    pub nested: bool,
    pub generator: bool,
    pub coroutine: bool,
    pub comprehension: Option<CompKind>,
    pub varargs: bool,
    pub varkeywords: bool,
    pub has_docstring: bool,
    /// A function written directly in a class body.
    pub method: bool,
    pub needs_class_closure: bool,
    pub needs_classdict: bool,
    /// A comprehension that runs in the surrounding frame.
    pub comp_inlined: bool,
    comp_iter_target: bool,
    comp_iter_expr: u32,
    pub can_see_class_scope: bool,
    pub annotations_used: bool,
    pub has_conditional_annotations: bool,
    in_conditional_block: bool,
    in_unevaluated_annotation: bool,
    pub annotation_block: Option<ScopeId>,
    /// Says what a type variable block is, in errors.
    scope_info: &'static str,
    /// In the type parameters of a class only these names are mangled.
    mangled_names: Option<Vec<Sym>>,
    has_free: bool,
}

impl Scope {
    /// Blocks whose names are fast locals.
    pub fn is_function_like(&self) -> bool {
        !matches!(self.kind, BlockKind::Class | BlockKind::Module)
    }

    /// Where `name` lives here.
    pub fn place(&self, name: Sym) -> Place {
        self.symbols.get(name).map_or(Place::Unknown, |s| s.place)
    }

    /// Whether the mangling of class-private names applies to `name`.
    pub fn mangles(&self, name: Sym) -> bool {
        self.mangled_names.as_ref().is_none_or(|m| m.contains(&name))
    }
}

/// Which of a node's scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Role {
    /// The block itself; the bound of a type variable.
    Main = 0,
    TypeParams = 1,
    /// The annotations of a function.
    Annotations = 2,
    /// The default of a type parameter.
    Default = 3,
}

/// All scopes of a program.
#[derive(Debug)]
pub struct SymTable {
    pub scopes: Vec<Scope>,
    by_node: Vec<u32>,
    /// Features switched on by `from __future__ import`.
    pub future: u32,
}

impl SymTable {
    /// The module's scope.
    pub const TOP: ScopeId = 0;

    /// The scope that a node owns in a role.
    pub fn of(&self, node: NodeId, role: Role) -> Option<ScopeId> {
        match self.by_node.get(node.0 as usize * 4 + role as usize) {
            Some(&i) if i != u32::MAX => Some(i as usize),
            _ => None,
        }
    }
}

pub use build::{Options, build};
