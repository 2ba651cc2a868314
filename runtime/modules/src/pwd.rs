//! `pwd` and `grp`: the data bases of users and groups.

use crate::host::{self, path};
use heddle_object::os::user::{self, Group, User};
use heddle_object::types::structseq::{StructSeq, make, make_type};
use heddle_object::types::{List, Module, int};
use heddle_object::{MethodDef, ModuleDef, Params, R, Thread, Value, ops};

static PASSWD: StructSeq = StructSeq {
    name: "pwd.struct_passwd",
    doc: "pwd.struct_passwd: Results from getpw*() routines.\n\nThis object may be accessed either as a tuple of\n  (pw_name,pw_passwd,pw_uid,pw_gid,pw_gecos,pw_dir,pw_shell)\nor via the object attributes as named in the above tuple.",
    fields: &["pw_name", "pw_passwd", "pw_uid", "pw_gid", "pw_gecos", "pw_dir", "pw_shell"],
    visible: 7,
};

static GROUP: StructSeq = StructSeq {
    name: "grp.struct_group",
    doc: "grp.struct_group: Results from getgr*() routines.\n\nThis object may be accessed either as a tuple of\n  (gr_name,gr_passwd,gr_gid,gr_mem)\nor via the object attributes as named in the above tuple.\n",
    fields: &["gr_name", "gr_passwd", "gr_gid", "gr_mem"],
    visible: 4,
};

/// `pwd`
pub static MODULE: ModuleDef = ModuleDef {
    name: "pwd",
    doc: "This module provides access to the Unix password database.\nIt is available on all Unix versions.",
    methods: &[
        MethodDef::one(
            "getpwuid",
            |th, m, v| {
                let i = ops::index(th, v)?;
                let found = match int::to_i64(i) {
                    Some(u) if (-1..=i64::from(u32::MAX)).contains(&u) => {
                        let r = th.detached(|| user::by_uid(u as u32));
                        host::check(th, r)?
                    }
                    _ => None,
                };
                match found {
                    Some(u) => passwd(th, m, &u),
                    None => {
                        let shown = ops::str(th, i)?.to_string_lossy();
                        let text = host::text(th, &format!("getpwuid(): uid not found: {shown}"))?;
                        Err(th.key_error(text))
                    }
                }
            },
            "getpwuid($module, uidobj, /)\n--\n\nReturn the password database entry for the given numeric user ID.",
        ),
        MethodDef::one(
            "getpwnam",
            |th, m, v| {
                host::str_arg(th, v, "getpwnam", "")?;
                let c = path::to_c(th, v)?;
                let r = th.detached(|| user::by_name(&c));
                match host::check(th, r)? {
                    Some(u) => passwd(th, m, &u),
                    None => {
                        let shown = ops::repr(th, v)?.to_string_lossy();
                        let text = host::text(th, &format!("getpwnam(): name not found: {shown}"))?;
                        Err(th.key_error(text))
                    }
                }
            },
            "getpwnam($module, name, /)\n--\n\nReturn the password database entry for the given user name.",
        ),
        MethodDef::noargs(
            "getpwall",
            |th, m| {
                let all = th.detached(user::all_users);
                let l = List::new(th, &[])?;
                for u in &all {
                    let u = passwd(th, m, u)?;
                    l.push(th, u)?;
                }
                Ok(Value::from_ref(l))
            },
            "getpwall($module, /)\n--\n\nReturn a list of all available password database entries, in arbitrary order.",
        ),
    ],
    init: |th, m| keep(th, m, &PASSWD, "struct_passwd"),
    ..ModuleDef::DEFAULT
};

/// `grp`
pub static GRP: ModuleDef = ModuleDef {
    name: "grp",
    doc: "Access to the Unix group database.",
    methods: &[
        MethodDef::kw(
            "getgrgid",
            |th, m, a| {
                let [v] = a.bind(th, "getgrgid", &Params::new(["id"], 1))?;
                let i = ops::index(th, v.unwrap_or_else(Value::none))?;
                let found = match int::to_i64(i) {
                    Some(g) if (-1..=i64::from(u32::MAX)).contains(&g) => {
                        let r = th.detached(|| user::group_by_gid(g as u32));
                        host::check(th, r)?
                    }
                    _ => None,
                };
                match found {
                    Some(g) => group(th, m, &g),
                    None => {
                        let shown = ops::str(th, i)?.to_string_lossy();
                        let text = host::text(th, &format!("getgrgid(): gid not found: {shown}"))?;
                        Err(th.key_error(text))
                    }
                }
            },
            "getgrgid($module, /, id)\n--\n\nReturn the group database entry for the given numeric group ID.",
        ),
        MethodDef::kw(
            "getgrnam",
            |th, m, a| {
                let [v] = a.bind(th, "getgrnam", &Params::new(["name"], 1))?;
                let v = v.unwrap_or_else(Value::none);
                host::str_arg(th, v, "getgrnam", "'name' ")?;
                let c = path::to_c(th, v)?;
                let r = th.detached(|| user::group_by_name(&c));
                match host::check(th, r)? {
                    Some(g) => group(th, m, &g),
                    None => {
                        let shown = ops::repr(th, v)?.to_string_lossy();
                        let text = host::text(th, &format!("getgrnam(): name not found: {shown}"))?;
                        Err(th.key_error(text))
                    }
                }
            },
            "getgrnam($module, /, name)\n--\n\nReturn the group database entry for the given group name.",
        ),
        MethodDef::noargs(
            "getgrall",
            |th, m| {
                let all = th.detached(user::all_groups);
                let l = List::new(th, &[])?;
                for g in &all {
                    let g = group(th, m, g)?;
                    l.push(th, g)?;
                }
                Ok(Value::from_ref(l))
            },
            "getgrall($module, /)\n--\n\nReturn a list of all available group entries, in arbitrary order.",
        ),
    ],
    init: |th, m| keep(th, m, &GROUP, "struct_group"),
    ..ModuleDef::DEFAULT
};

fn keep(th: &mut Thread, m: &'static Module, s: &StructSeq, name: &str) -> R<()> {
    let t = make_type(th, s)?;
    m.state.set(Some(t.value()));
    m.set(th, name, t.value())
}

fn build(th: &mut Thread, m: Value, values: &[Value]) -> R {
    match m.cast::<Module>().and_then(|m| m.state.get()).and_then(|t| t.cast_type()) {
        Some(t) => make(th, t, values),
        None => Err(th.system_error(format_args!("a module has lost its type"))),
    }
}

fn passwd(th: &mut Thread, m: Value, u: &User) -> R {
    let v = [
        host::fs_decode(th, &u.name)?,
        host::fs_decode(th, &u.password)?,
        Value::small_int(i64::from(u.uid)),
        Value::small_int(i64::from(u.gid)),
        host::fs_decode(th, &u.gecos)?,
        host::fs_decode(th, &u.dir)?,
        host::fs_decode(th, &u.shell)?,
    ];
    build(th, m, &v)
}

fn group(th: &mut Thread, m: Value, g: &Group) -> R {
    let l = List::new(th, &[])?;
    for x in &g.members {
        let x = host::fs_decode(th, x)?;
        l.push(th, x)?;
    }
    let v = [
        host::fs_decode(th, &g.name)?,
        host::fs_decode(th, &g.password)?,
        Value::small_int(i64::from(g.gid)),
        Value::from_ref(l),
    ];
    build(th, m, &v)
}
