//! Warnings, and input that a further line could complete.

use heddle_compiler::{CompileFlags, ErrorKind, Mode, compile};

#[test]
fn incomplete_input() {
    let flags = CompileFlags { allow_incomplete: true, ..CompileFlags::default() };
    for src in ["if x:\n", "(1,", "'''abc", "def f():\n", "x = [\n"] {
        let e = compile(src, "<t>", Mode::Single, flags).unwrap_err();
        assert_eq!(e.kind, ErrorKind::Incomplete, "{src:?}: {}", e.msg);
    }
    let e = compile("x = )", "<t>", Mode::Single, flags).unwrap_err();
    assert_eq!(e.kind, ErrorKind::Syntax);
}

#[test]
fn warnings() {
    let list = |src: &str| {
        let done = compile(src, "<t>", Mode::Exec, CompileFlags::default()).unwrap();
        done.warnings
            .into_iter()
            .map(|w| format!("{} @{}", w.message, w.loc.line))
            .collect::<Vec<_>>()
    };
    assert_eq!(list("x is 1"), ["\"is\" with 'int' literal. Did you mean \"==\"? @1"]);
    assert_eq!(
        list("\nassert (x, 1)"),
        ["assertion is always true, perhaps remove parentheses? @2"]
    );
    assert_eq!(list("1()"), ["'int' object is not callable; perhaps you missed a comma? @1"]);
    assert_eq!(
        list("[1]['a']"),
        ["list indices must be integers or slices, not str; perhaps you missed a comma? @1"]
    );
    assert_eq!(
        list(r"'\d'"),
        [
            r#""\d" is an invalid escape sequence. Such sequences will not work in the future. Did you mean "\\d"? A raw string is also an option. @1"#
        ]
    );
    assert_eq!(
        list("def f():\n try: pass\n finally:\n  return 1"),
        ["'return' in a 'finally' block @4"]
    );
    assert_eq!(list("1or 2"), ["invalid decimal literal @1"]);
    assert_eq!(list(r"x is None; x == 1; r'\d'"), [""; 0]);
}
