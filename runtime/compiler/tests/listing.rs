//! The code of many small programs, kept as listings.
//!
//! Each `listing/NAME.py` is compiled and compared with `listing/NAME.txt`. The listings agree with
//! the reference implementation's, apart from what differs on purpose: plain loads for borrowed
//! ones, no `NOT_TAKEN`. After a change that is meant, run with `HEDDLE_BLESS=1` and look at the
//! difference.

use std::path::Path;

use heddle_compiler::{CompileFlags, Mode, compile, verify};
use heddle_tlbc::dis::{Show, listing};

/// Compiles `source` and compares its listing.
fn check(name: &str, source: &str, expected: &str) -> Result<(), String> {
    let done = compile(source, name, Mode::Exec, CompileFlags::default())
        .map_err(|e| format!("{name}: {e}"))?;
    verify::check(&done.image)?;
    let show = Show { nested: true, ..Show::default() };
    let got = listing(&done.image, show);
    if got == expected {
        return Ok(());
    }
    let line = got.lines().zip(expected.lines()).position(|(a, b)| a != b).unwrap_or(0);
    let near =
        |t: &str| t.lines().skip(line.saturating_sub(3)).take(8).collect::<Vec<_>>().join("\n");
    Err(format!(
        "{name} differs at line {}:\n--- got\n{}\n--- expected\n{}",
        line + 1,
        near(&got),
        near(expected)
    ))
}

#[test]
fn listings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/listing");
    let mut failures = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "py") {
            continue;
        }
        count += 1;
        let source = std::fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = path.with_extension("txt");
        if std::env::var_os("HEDDLE_BLESS").is_some() {
            let done = compile(&source, &name, Mode::Exec, CompileFlags::default()).unwrap();
            std::fs::write(&text, listing(&done.image, Show { nested: true, ..Show::default() }))
                .unwrap();
            continue;
        }
        let expected = std::fs::read_to_string(&text).unwrap_or_default();
        if let Err(e) = check(&name, &source, &expected) {
            failures.push(e);
        }
    }
    assert!(count > 5);
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn modes_and_levels() {
    let flags = |optimize| CompileFlags { optimize, ..CompileFlags::default() };
    let text = |src: &str, mode, optimize| {
        let done = compile(src, "<t>", mode, flags(optimize)).unwrap();
        listing(&done.image, Show { nested: true, ..Show::default() })
    };
    assert!(!text("1 + x", Mode::Eval, 0).contains("POP_TOP"));
    assert!(text("x", Mode::Single, 0).contains("INTRINSIC_PRINT"));
    let src = "def f():\n 'doc'\n assert x\n return __debug__\n";
    assert!(text(src, Mode::Exec, 0).contains("AssertionError"));
    assert!(!text(src, Mode::Exec, 1).contains("AssertionError"));
    let done = compile(src, "<t>", Mode::Exec, flags(2)).unwrap();
    let heddle_tlbc::image::Const::Code(f) = &done.image.consts[0] else { panic!("no function") };
    assert!(f.docstring().is_none());
    let done = compile(src, "<t>", Mode::Exec, flags(1)).unwrap();
    let heddle_tlbc::image::Const::Code(f) = &done.image.consts[0] else { panic!("no function") };
    assert_eq!(f.docstring(), Some(&heddle_tlbc::image::Const::Str("doc".into())));
}

/// Programs that nest or grow without bound compile in linear time or are refused.
#[test]
fn long_and_deep() {
    let big = |s: String| {
        compile(&s, "<t>", Mode::Exec, CompileFlags::default()).map(|_| ()).map_err(|e| e.msg)
    };
    assert_eq!(big(format!("x = a{}", "+a".repeat(30_000))), Ok(()));
    assert_eq!(big(format!("x = a{}", ".b".repeat(30_000))), Ok(()));
    assert_eq!(big(format!("x = a{}", "()".repeat(20_000))), Ok(()));
    assert_eq!(big(format!("x = {}1", "-".repeat(5_000))), Ok(()));
    assert_eq!(big(format!("if a: pass\n{}", "elif b: pass\n".repeat(5_000))), Ok(()));
    assert_eq!(big(format!("x = [{}]", "1,".repeat(50_000))), Ok(()));
    assert_eq!(
        big(format!("{}{}", "(".repeat(300), ")".repeat(300))),
        Err("too many nested parentheses".into())
    );
    let steps: String = (0..150).map(|i| format!("{}if a:\n", " ".repeat(i))).collect();
    assert_eq!(big(steps), Err("too many levels of indentation".into()));
    assert!(big(format!("{}1", "-".repeat(100_000))).is_err());
    let loops: String = (0..25).map(|i| format!("{}for a in b:\n", " ".repeat(i))).collect();
    assert_eq!(
        big(loops + &" ".repeat(25) + "pass\n"),
        Err("too many statically nested blocks".into())
    );
}
