//! The types of `None`, `NotImplemented` and `...`.

use crate::core::statics::{ELLIPSIS, NONE, NOT_IMPLEMENTED};
use crate::core::thread::Thread;
use crate::core::ty::{Slots, StaticType, TypeSpec};
use crate::core::value::Value;
use crate::error::R;
use crate::types::Str;

fn no_arguments(th: &mut Thread, what: &str, args: &[Value]) -> R<()> {
    if args.is_empty() {
        Ok(())
    } else {
        Err(th.type_error(format_args!("{what} takes no arguments")))
    }
}

/// `NoneType`
pub static NONE_TYPE: StaticType = StaticType::new(TypeSpec {
    name: "NoneType",
    doc: "The type of the None singleton.",
    slots: Slots {
        repr: Some(|th, _| Str::new(th, "None").map(|s| Value::from_ref(s))),
        bool: Some(|_, _| Ok(false)),
        hash: Some(|_, _| Ok(0xfca8_6420)),
        new: Some(|th, _, args, _| no_arguments(th, "NoneType", args).map(|()| NONE.value())),
        ..Slots::NONE
    },
    ..TypeSpec::DEFAULT
});

/// `NotImplementedType`
pub static NOT_IMPLEMENTED_TYPE: StaticType = StaticType::new(TypeSpec {
    name: "NotImplementedType",
    doc: "The type of the NotImplemented singleton.",
    slots: Slots {
        repr: Some(|th, _| Str::new(th, "NotImplemented").map(|s| Value::from_ref(s))),
        bool: Some(|th, _| {
            Err(th
                .type_error(format_args!("NotImplemented should not be used in a boolean context")))
        }),
        new: Some(|th, _, args, _| {
            no_arguments(th, "NotImplementedType", args).map(|()| NOT_IMPLEMENTED.value())
        }),
        ..Slots::NONE
    },
    methods: &[crate::core::native::MethodDef::noargs(
        "__reduce__",
        |th, _| Str::new(th, "NotImplemented").map(|s| Value::from_ref(s)),
        "",
    )],
    ..TypeSpec::DEFAULT
});

/// `ellipsis`
pub static ELLIPSIS_TYPE: StaticType = StaticType::new(TypeSpec {
    name: "ellipsis",
    doc: "The type of the Ellipsis singleton.",
    slots: Slots {
        repr: Some(|th, _| Str::new(th, "Ellipsis").map(|s| Value::from_ref(s))),
        new: Some(|th, _, args, _| {
            no_arguments(th, "EllipsisType", args).map(|()| ELLIPSIS.value())
        }),
        ..Slots::NONE
    },
    methods: &[crate::core::native::MethodDef::noargs(
        "__reduce__",
        |th, _| Str::new(th, "Ellipsis").map(|s| Value::from_ref(s)),
        "",
    )],
    ..TypeSpec::DEFAULT
});
