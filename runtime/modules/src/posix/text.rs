//! Path functions that ask nobody: `fspath`, `_path_normpath`, `_path_splitroot_ex`.

use crate::host::{self, buffer, path};
use heddle_object::text::StrRef;
use heddle_object::types::{Str, Tuple};
use heddle_object::{MethodDef, Params, R, Thread, Value};

pub const METHODS: &[MethodDef] = &[
    MethodDef::kw(
        "fspath",
        |th, _, a| {
            let [p] = a.bind(th, "fspath", &Params::new(["path"], 1))?;
            path::fspath(th, p.unwrap_or_else(Value::none))
        },
        "fspath($module, /, path)\n--\n\nReturn the file system path representation of the object.",
    ),
    MethodDef::kw(
        "_path_normpath",
        |th, _, a| {
            let [p] = a.bind(th, "_path_normpath", &Params::new(["path"], 1))?;
            normpath(th, p.unwrap_or_else(Value::none))
        },
        "_path_normpath($module, /, path)\n--\n\nNormalize path, eliminating double slashes, etc.",
    ),
    MethodDef::kw(
        "_path_splitroot_ex",
        |th, _, a| {
            let [p] = a.bind(th, "_path_splitroot_ex", &Params::new(["p"], 1))?;
            splitroot(th, p.unwrap_or_else(Value::none))
        },
        "_path_splitroot_ex($module, /, p)\n--\n\nSplit a pathname into drive, root and tail.",
    ),
];

const SLASH: u32 = b'/' as u32;

/// Length of the root: 0, 1, or 2 for exactly two slashes.
fn root(at: impl Fn(usize) -> Option<u32>) -> usize {
    let slash = |i| at(i) == Some(SLASH);
    match (slash(0), slash(1), slash(2)) {
        (false, ..) => 0,
        (true, true, false) => 2,
        _ => 1,
    }
}

/// A path as str or bytes.
enum Either {
    Str(&'static Str),
    Bytes(&'static [u8]),
}

fn parts(th: &mut Thread, p: Value) -> R<Either> {
    let p = path::fspath(th, p)?;
    match (p.cast::<Str>(), buffer::bytes_of(p)) {
        (Some(s), _) => Ok(Either::Str(s)),
        (_, Some(b)) => Ok(Either::Bytes(b)),
        _ => Err(th.type_error(format_args!("expected a path"))),
    }
}

fn slice(th: &mut Thread, s: &'static Str, from: usize, to: usize) -> R {
    Str::from_view(th, s.view().slice(from, to)).map(|s| Value::from_ref(s))
}

fn splitroot(th: &mut Thread, p: Value) -> R {
    let three = match parts(th, p)? {
        Either::Str(s) => {
            let k = root(|i| s.view().get(i));
            [host::text(th, "")?, slice(th, s, 0, k)?, slice(th, s, k, s.len())?]
        }
        Either::Bytes(b) => {
            let k = root(|i| b.get(i).map(|c| u32::from(*c)));
            [buffer::bytes(th, b"")?, buffer::bytes(th, &b[..k])?, buffer::bytes(th, &b[k..])?]
        }
    };
    Tuple::new(th, &three).map(|t| Value::from_ref(t))
}

/// Start and end of the components that are left after `.` and `..` were resolved, behind a root of `k`.
fn components(n: usize, k: usize, at: impl Fn(usize) -> u32) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    let dot = u32::from(b'.');
    let dotdot = |(a, b): (usize, usize)| b - a == 2 && at(a) == dot && at(a + 1) == dot;
    let mut i = k;
    while i < n {
        let mut j = i;
        while j < n && at(j) != SLASH {
            j += 1;
        }
        let c = (i, j);
        i = j + 1;
        if c.0 == c.1 || (c.1 - c.0 == 1 && at(c.0) == dot) {
            continue;
        }
        if dotdot(c) {
            match out.last() {
                Some(last) if !dotdot(*last) => {
                    out.pop();
                    continue;
                }
                // Above the root is the root.
                None if k > 0 => continue,
                _ => {}
            }
        }
        out.push(c);
    }
    out
}

fn normpath(th: &mut Thread, p: Value) -> R {
    match parts(th, p)? {
        Either::Str(s) => {
            let v: StrRef<'static> = s.view();
            let k = root(|i| v.get(i));
            let all = components(v.len(), k, |i| v.at(i));
            if all.is_empty() && k == 0 {
                return host::text(th, ".");
            }
            let mut out = heddle_object::text::StrBuilder::with_capacity(v.len());
            out.push_n(SLASH, k);
            for (i, (a, b)) in all.into_iter().enumerate() {
                if i > 0 {
                    out.push(SLASH);
                }
                out.push_ref(v.slice(a, b));
            }
            Str::from_buf(th, &out.finish()).map(|s| Value::from_ref(s))
        }
        Either::Bytes(v) => {
            let k = root(|i| v.get(i).map(|c| u32::from(*c)));
            let all = components(v.len(), k, |i| u32::from(v[i]));
            if all.is_empty() && k == 0 {
                return buffer::bytes(th, b".");
            }
            let mut out = vec![b'/'; k];
            for (i, (a, b)) in all.into_iter().enumerate() {
                if i > 0 {
                    out.push(b'/');
                }
                out.extend_from_slice(&v[a..b]);
            }
            buffer::bytes(th, &out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn norm(s: &str) -> String {
        let v = s.as_bytes();
        let k = root(|i| v.get(i).map(|c| u32::from(*c)));
        let all = components(v.len(), k, |i| u32::from(v[i]));
        let joined: Vec<&str> = all.into_iter().map(|(a, b)| &s[a..b]).collect();
        format!("{}{}", "/".repeat(k), joined.join("/"))
    }

    #[test]
    fn paths_are_normalized() {
        for (from, to) in [
            ("", ""),
            (".", ""),
            ("a/./b//c/", "a/b/c"),
            ("a/../..", ".."),
            ("/..", "/"),
            ("//a", "//a"),
            ("///a", "/a"),
            ("/a/b/../../..", "/"),
            ("../a/..", ".."),
            ("a/b/..", "a"),
        ] {
            assert_eq!(norm(from), to, "{from}");
        }
    }
}
