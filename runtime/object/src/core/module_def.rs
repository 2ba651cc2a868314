//! Declaration of a native module, and how the module object is made from it.

use super::native::MethodDef;
use super::thread::Thread;
use super::ty::StaticType;
use super::value::Value;
use crate::error::R;
use crate::types::{Module, Str, descr::BuiltinFunction};

/// A native module: one static a file, one word in the registry of `heddle-modules`.
pub struct ModuleDef {
    /// Name as in `sys.modules`.
    pub name: &'static str,
    /// Docstring.
    pub doc: &'static str,
    /// Functions; they get the module as `self`.
    pub methods: &'static [MethodDef],
    /// Types that become attributes under the last part of their name.
    pub types: &'static [&'static StaticType],
    /// Adds whatever else the module has.
    pub init: fn(&mut Thread, &'static Module) -> R<()>,
}

impl ModuleDef {
    /// A module with nothing in it, for struct update syntax.
    pub const DEFAULT: ModuleDef =
        ModuleDef { name: "?", doc: "", methods: &[], types: &[], init: |_, _| Ok(()) };

    /// Makes and fills the module object.
    ///
    /// **Threads:** under the import lock of the module. **Escapes:** only if `init` does.
    pub fn create(&'static self, th: &mut Thread) -> R<&'static Module> {
        let m = Module::new(th, self.name)?;
        let name = Value::from_ref(crate::names::intern_str(th, self.name)?);
        if !self.doc.is_empty() {
            let doc = Str::new(th, self.doc)?;
            m.set(th, "__doc__", Value::from_ref(doc))?;
        }
        for d in self.methods {
            let f = BuiltinFunction::new(th, d, Value::from_ref(m), Some(name))?;
            m.set(th, d.name, f)?;
        }
        for t in self.types {
            crate::ty::ready_static(th, t)?;
            let short = t.spec.name.rsplit('.').next().unwrap_or(t.spec.name);
            m.set(th, short, t.value())?;
        }
        (self.init)(th, m)?;
        Ok(m)
    }
}
