//! Exception classes that belong to a module, such as `struct.error`.

use heddle_object::types::{Dict, Module, Str, TYPE, Tuple};
use heddle_object::{R, Raised, Thread, Value, ops};
use std::fmt::Arguments;

/// Makes a class and sets it in the module.
///
/// **Errors:** MemoryError. **Escapes:** no.
pub fn define(
    th: &mut Thread,
    module: &'static Module,
    module_name: &str,
    name: &str,
    base: Value,
    doc: &str,
) -> R {
    let namespace = Dict::new(th)?;
    for (key, text) in [("__module__", module_name), ("__doc__", doc)] {
        if !text.is_empty() {
            let key = Value::from_ref(heddle_object::names::intern_str(th, key)?);
            let text = Value::from_ref(Str::new(th, text)?);
            namespace.set_item(th, key, text)?;
        }
    }
    let bases = Value::from_ref(Tuple::new(th, &[base])?);
    let title = Value::from_ref(Str::new(th, name)?);
    let class = ops::call(th, TYPE.value(), &[title, bases, Value::from_ref(namespace)], None)?;
    module.set(th, name, class)?;
    Ok(class)
}

/// Raises the exception class `name` of a native module, with a message.
#[cold]
pub fn raise(th: &mut Thread, module: &str, name: &str, message: Arguments<'_>) -> Raised {
    let made = (|| {
        let module = (th.hooks.import)(th, module)?;
        let class = heddle_object::attr::getattr_str(th, module, name)?;
        let text = Value::from_ref(Str::new(th, &message.to_string())?);
        ops::call1(th, class, text)
    })();
    match made {
        Ok(e) => th.set_exception(e),
        Err(e) => e,
    }
}
