//! `atexit`: what runs at the end.

use heddle_object::types::{Dict, List, Module, Tuple};
use heddle_object::{MethodDef, ModuleDef, R, Thread, Value, ops};

/// The module; its state is the list of (function, args, kwargs), None where one was unregistered.
pub static MODULE: ModuleDef = ModuleDef {
    name: "atexit",
    doc: "allow programmer to define multiple exit functions to be executed\nupon normal program termination.\n\nTwo public functions, register and unregister, are defined.\n",
    methods: &[
        MethodDef::kw(
            "register",
            |th, m, a| {
                let Some((f, rest)) = a.pos.split_first() else {
                    return Err(th.type_error(format_args!(
                        "register() takes at least 1 argument (0 given)"
                    )));
                };
                if !ops::is_callable(*f) {
                    return Err(th.type_error(format_args!("the first argument must be callable")));
                }
                let args = Tuple::new(th, rest)?;
                let kw = ops::kwargs_dict(th, a)?;
                let entry = Tuple::new(th, &[*f, Value::from_ref(args), Value::from_ref(kw)])?;
                list(th, m)?.push(th, Value::from_ref(entry))?;
                Ok(*f)
            },
            "register($module, func, /, *args, **kwargs)\n--\n\nRegister a function to be executed upon normal program termination.",
        ),
        MethodDef::one(
            "unregister",
            unregister,
            "unregister($module, func, /)\n--\n\nUnregister an exit function which was previously registered using atexit.register",
        ),
        MethodDef::noargs(
            "_clear",
            |th, m| {
                let l = list(th, m)?;
                while l.pop_last(th).is_some() {}
                Ok(Value::none())
            },
            "_clear($module, /)\n--\n\nClear the list of previously registered exit functions.",
        ),
        MethodDef::noargs(
            "_run_exitfuncs",
            run,
            "_run_exitfuncs($module, /)\n--\n\nRun all registered exit functions.",
        ),
        MethodDef::noargs(
            "_ncallbacks",
            |th, m| {
                let l = list(th, m)?;
                let n = (0..l.len()).filter(|i| l.get(*i).is_some_and(|e| !e.is_none())).count();
                Ok(Value::small_int(n as i64))
            },
            "_ncallbacks($module, /)\n--\n\nReturn the number of registered exit functions.",
        ),
    ],
    init: |th, m| {
        let l = List::new(th, &[])?;
        m.state.set(Some(Value::from_ref(l)));
        Ok(())
    },
    ..ModuleDef::DEFAULT
};

fn list(th: &mut Thread, m: Value) -> R<&'static List> {
    match m.cast::<Module>().and_then(|m| m.state.get()).and_then(|l| l.cast::<List>()) {
        Some(l) => Ok(l),
        None => Err(th.system_error(format_args!("atexit has lost its list"))),
    }
}

fn unregister(th: &mut Thread, m: Value, f: Value) -> R {
    let l = list(th, m)?;
    for i in 0..l.len() {
        let Some(entry) = l.get(i) else { break };
        if let Some([g, ..]) = entry.cast::<Tuple>().map(|t| t.as_slice())
            && ops::equal(th, *g, f)?
        {
            ops::setitem(th, Value::from_ref(l), Value::small_int(i as i64), Value::none())?;
        }
    }
    Ok(Value::none())
}

/// Runs them, the last one first; one that is registered meanwhile runs too.
fn run(th: &mut Thread, m: Value) -> R {
    let l = list(th, m)?;
    while let Some(entry) = l.pop_last(th) {
        let Some([f, args, kw]) = entry.cast::<Tuple>().map(|t| t.as_slice()) else { continue };
        let Some(args) = args.cast::<Tuple>() else { continue };
        if let Err(e) = ops::call_ex(th, *f, args, kw.cast::<Dict>()) {
            (th.hooks.unraisable)(th, e, "Exception ignored in atexit callback", Some(*f));
        }
    }
    Ok(Value::none())
}
