//! Syntax errors: kind, message and place, as the reference implementation gives them.

use heddle_compiler::{CompileFlags, Mode, compile};

fn outcome(source: &str) -> String {
    match compile(source, "<t>", Mode::Exec, CompileFlags::default()) {
        Ok(_) => "ok".to_owned(),
        Err(e) => {
            format!(
                "{:?}: {} @{}:{}-{}:{}",
                e.kind, e.msg, e.line, e.col_offset, e.end_line, e.end_col
            )
        }
    }
}

const CASES: &[(&str, &str)] = &[
    ("]", "Syntax: unmatched ']' @1:1-1:1"),
    ("-", "Syntax: invalid syntax @1:2-1:3"),
    ("'", "Syntax: unterminated string literal (detected at line 1) @1:1-1:1"),
    ("\\", "Syntax: unexpected EOF while parsing @1:2-1:-1"),
    ("[", "Syntax: '[' was never closed @1:1-1:0"),
    ("{", "Syntax: '{' was never closed @1:1-1:0"),
    ("}", "Syntax: unmatched '}' @1:1-1:1"),
    ("☃", "Syntax: invalid character '☃' (U+2603) @1:1-1:1"),
    ("&", "Syntax: invalid syntax @1:1-1:2"),
    ("\"", "Syntax: unterminated string literal (detected at line 1) @1:1-1:1"),
    ("𝄠", "Syntax: invalid character '𝄠' (U+1D120) @1:1-1:1"),
    ("¤", "Syntax: invalid character '¤' (U+00A4) @1:1-1:1"),
    ("½", "Syntax: invalid character '½' (U+00BD) @1:1-1:1"),
    (" f", "Indentation: unexpected indent @1:1-1:-1"),
    ("\\t", "Syntax: unexpected character after line continuation character @1:2-1:0"),
    ("\t3", "Indentation: unexpected indent @1:1-1:-1"),
    ("\\g", "Syntax: unexpected character after line continuation character @1:2-1:0"),
    ("3=", "Syntax: cannot assign to literal @1:1-1:2"),
    ("f\"", "Syntax: unterminated f-string literal (detected at line 1) @1:1-1:1"),
    ("f'", "Syntax: unterminated f-string literal (detected at line 1) @1:1-1:1"),
    ("0x", "Syntax: invalid hexadecimal literal @1:2-1:2"),
    ("1d", "Syntax: invalid decimal literal @1:1-1:1"),
    ("t'", "Syntax: unterminated t-string literal (detected at line 1) @1:1-1:1"),
    (
        "04",
        "Syntax: leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers @1:1-1:2",
    ),
    ("0b", "Syntax: invalid binary literal @1:2-1:2"),
    ("0o", "Syntax: invalid octal literal @1:2-1:2"),
    ("1_", "Syntax: invalid decimal literal @1:2-1:2"),
    ("Â¤", "Syntax: invalid character '¤' (U+00A4) @1:2-1:2"),
    ("Â€", "Syntax: invalid character '€' (U+20AC) @1:2-1:2"),
    ("*a", "Syntax: can't use starred expression here @1:1-1:3"),
    ("\\\n", "Syntax: unexpected EOF while parsing @1:2-1:-1"),
    ("[}", "Syntax: closing parenthesis '}' does not match opening parenthesis '[' @1:2-1:2"),
    (
        "01",
        "Syntax: leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers @1:1-1:2",
    ),
    ("20=", "Syntax: cannot assign to literal @1:1-1:3"),
    ("0b2", "Syntax: invalid digit '2' in binary literal @1:3-1:3"),
    ("0o8", "Syntax: invalid digit '8' in octal literal @1:3-1:3"),
    ("0xj", "Syntax: invalid hexadecimal literal @1:2-1:2"),
    ("try", "Syntax: expected ':' @1:4-1:5"),
    ("0B2", "Syntax: invalid digit '2' in binary literal @1:3-1:3"),
    ("0O8", "Syntax: invalid digit '8' in octal literal @1:3-1:3"),
    ("fu''", "Syntax: 'u' and 'f' prefixes are incompatible @1:1-1:3"),
    ("uf''", "Syntax: 'u' and 'f' prefixes are incompatible @1:1-1:3"),
    (
        "'\\N'",
        "Syntax: (unicode error) 'unicodeescape' codec can't decode bytes in position 0-1: malformed \\N character escape @1:1-1:5",
    ),
    ("f'}'", "Syntax: f-string: single '}' is not allowed @1:3-1:3"),
    ("f'{'", "Syntax: f-string: expecting '}' @1:4-1:4"),
    ("C()=", "Syntax: cannot assign to function call @1:1-1:4"),
    (
        "f\"\"\"",
        "Syntax: unterminated triple-quoted f-string literal (detected at line 1) @1:1-1:1",
    ),
    ("f'''", "Syntax: unterminated triple-quoted f-string literal (detected at line 1) @1:1-1:1"),
    ("t'''", "Syntax: unterminated triple-quoted t-string literal (detected at line 1) @1:1-1:1"),
    ("t'{'", "Syntax: t-string: expecting '}' @1:4-1:4"),
    ("t'}'", "Syntax: t-string: single '}' is not allowed @1:3-1:3"),
    ("0b1_", "Syntax: invalid binary literal @1:4-1:4"),
    ("0o1_", "Syntax: invalid octal literal @1:4-1:4"),
    ("try:", "Indentation: expected an indented block after 'try' statement on line 1 @1:5-1:-1"),
    ("123½", "Syntax: invalid character '½' (U+00BD) @1:4-1:4"),
    ("{1:}\n", "Syntax: expression expected after dictionary key and ':' @1:3-1:4"),
    ("b\"Ā\"\n", "Syntax: bytes can only contain ASCII literal characters @1:1-1:5"),
    ("break", "Syntax: 'break' outside loop @1:1-1:6"),
    ("del 1", "Syntax: cannot delete literal @1:5-1:6"),
    ("try:\n", "Indentation: expected an indented block after 'try' statement on line 1 @1:5-1:-1"),
    ("f'{}'", "Syntax: f-string: valid expression required before '}' @1:4-1:5"),
    (
        "'\\N '",
        "Syntax: (unicode error) 'unicodeescape' codec can't decode bytes in position 0-1: malformed \\N character escape @1:1-1:6",
    ),
    ("a!=b=", "Syntax: cannot assign to comparison @1:1-1:5"),
    ("f'x}'", "Syntax: f-string: single '}' is not allowed @1:4-1:4"),
    ("f'{3'", "Syntax: f-string: expecting '}' @1:5-1:5"),
    ("1==2=", "Syntax: cannot assign to comparison @1:1-1:5"),
    ("t''''", "Syntax: unterminated triple-quoted t-string literal (detected at line 1) @1:1-1:1"),
    ("t'{a'", "Syntax: t-string: expecting '}' @1:5-1:5"),
    ("t'{}'", "Syntax: t-string: valid expression required before '}' @1:4-1:5"),
    ("yield", "Syntax: 'yield' outside function @1:1-1:6"),
    ("b''\n", "Syntax: bytes can only contain ASCII literal characters @1:1-1:5"),
    ("０x1p0", "Syntax: invalid character '０' (U+FF10) @1:1-1:1"),
    (
        "1 = 1\n",
        "Syntax: cannot assign to literal here. Maybe you meant '==' instead of '='? @1:1-1:2",
    ),
    ("f(a=)\n", "Syntax: expected argument value expression @1:3-1:5"),
    ("[z=3]\n", "Syntax: invalid syntax. Maybe you meant '==' or ':=' instead of '='? @1:2-1:5"),
    ("{z=3}\n", "Syntax: invalid syntax. Maybe you meant '==' or ':=' instead of '='? @1:2-1:5"),
    ("del +a", "Syntax: cannot delete expression @1:5-1:7"),
    ("return", "Syntax: 'return' outside function @1:1-1:7"),
    ("import", "Syntax: Expected one or more names after 'import' @1:7-1:7"),
    ("f'{!}'", "Syntax: f-string: valid expression required before '!' @1:4-1:5"),
    ("f'{,}'", "Syntax: f-string: expecting a valid expression after '{' @1:4-1:5"),
    ("f'{.}'", "Syntax: f-string: expecting a valid expression after '{' @1:4-1:5"),
    ("def f:\n", "Syntax: expected '(' @1:6-1:7"),
    ("import\n", "Syntax: Expected one or more names after 'import' @1:7-1:7"),
    (
        "f() = 1",
        "Syntax: cannot assign to function call here. Maybe you meant '==' instead of '='? @1:1-1:4",
    ),
    ("del f()", "Syntax: cannot delete function call @1:5-1:8"),
    (
        "\"Σ\"='Σ'",
        "Syntax: cannot assign to literal here. Maybe you meant '==' instead of '='? @1:1-1:4",
    ),
    ("f'{C=]'", "Syntax: f-string: unmatched ']' @1:6-1:6"),
    ("f'{((}'", "Syntax: closing parenthesis '}' does not match opening parenthesis '(' @1:6-1:6"),
    ("f'{)#}'", "Syntax: f-string: unmatched ')' @1:4-1:4"),
    (
        "f\"\\xZZ\"",
        "Syntax: (unicode error) 'unicodeescape' codec can't decode bytes in position 0-1: truncated \\xXX escape @1:3-1:7",
    ),
    ("f'{3!}'", "Syntax: f-string: missing conversion character @1:6-1:7"),
    (
        "f'' = 3",
        "Syntax: cannot assign to f-string expression here. Maybe you meant '==' instead of '='? @1:1-1:4",
    ),
    ("del f''", "Syntax: cannot delete f-string expression @1:5-1:8"),
    ("3*x+15=", "Syntax: cannot assign to expression @1:1-1:7"),
    ("f'{*a}'", "Syntax: can't use starred expression here @1:4-1:6"),
    ("t'{=x}'", "Syntax: t-string: valid expression required before '=' @1:4-1:5"),
    ("t'{x!}'", "Syntax: t-string: missing conversion character @1:6-1:7"),
    ("del [1]", "Syntax: cannot delete literal @1:6-1:7"),
    ("0x1.０p0", "Syntax: invalid character '０' (U+FF10) @1:5-1:5"),
    (
        "f() = 1\n",
        "Syntax: cannot assign to function call here. Maybe you meant '==' instead of '='? @1:1-1:4",
    ),
    ("del f()\n", "Syntax: cannot delete function call @1:5-1:8"),
    (
        "... = 1\n",
        "Syntax: cannot assign to ellipsis here. Maybe you meant '==' instead of '='? @1:1-1:4",
    ),
    ("(mat x)\n", "Syntax: invalid syntax. Perhaps you forgot a comma? @1:2-1:7"),
    ("(): int\n", "Syntax: only single target (not tuple) can be annotated @1:1-1:3"),
    ("[]: int\n", "Syntax: only single target (not list) can be annotated @1:1-1:3"),
    ("+ not 3\n", "Syntax: 'not' after an operator must be parenthesized @1:3-1:8"),
    ("- not 3\n", "Syntax: 'not' after an operator must be parenthesized @1:3-1:8"),
    ("continue", "Syntax: 'continue' not properly in loop @1:1-1:9"),
    ("del None", "Syntax: cannot delete None @1:5-1:9"),
    ("del (*x)", "Syntax: cannot use starred expression here @1:6-1:8"),
    (
        "\"blech\\\"",
        "Syntax: unterminated string literal (detected at line 1); perhaps you escaped the end quote? @1:1-1:1",
    ),
    ("'''blech", "Syntax: unterminated triple-quoted string literal (detected at line 1) @1:1-1:1"),
    (
        "\"\"\"blech",
        "Syntax: unterminated triple-quoted string literal (detected at line 1) @1:1-1:1",
    ),
    (
        "foo(1=2)",
        "Syntax: expression cannot contain assignment, perhaps you meant \"==\"? @1:5-1:7",
    ),
    ("f'{3!:}'", "Syntax: f-string: missing conversion character @1:6-1:7"),
    ("t'{x=!}'", "Syntax: t-string: missing conversion character @1:7-1:8"),
    (
        "t'{x!z}'",
        "Syntax: t-string: invalid conversion character 'z': expected 's', 'r', or 'a' @1:6-1:7",
    ),
    ("[x if y]", "Syntax: expected 'else' after 'if' expression @1:2-1:8"),
    ("None = 0", "Syntax: cannot assign to None @1:1-1:5"),
    (
        "def x():",
        "Indentation: expected an indented block after function definition on line 1 @1:9-1:-1",
    ),
    (
        "class a:",
        "Indentation: expected an indented block after class definition on line 1 @1:9-1:-1",
    ),
    ("None = 1\n", "Syntax: cannot assign to None @1:1-1:5"),
    ("True = 1\n", "Syntax: cannot assign to True @1:1-1:5"),
    ("[1, 2 3]\n", "Syntax: invalid syntax. Perhaps you forgot a comma? @1:5-1:8"),
    (
        "f(x()=2)\n",
        "Syntax: expression cannot contain assignment, perhaps you meant \"==\"? @1:3-1:7",
    ),
    (
        "f() += 1\n",
        "Syntax: 'function call' is an illegal expression for augmented assignment @1:1-1:4",
    ),
    ("A[:(*b)]\n", "Syntax: cannot use starred expression here @1:5-1:7"),
    ("del a, +b", "Syntax: cannot delete expression @1:8-1:10"),
    (
        "r\"blech\\\"",
        "Syntax: unterminated string literal (detected at line 1); perhaps you escaped the end quote? @1:1-1:1",
    ),
    ("continue\n", "Syntax: 'continue' not properly in loop @1:1-1:9"),
    (
        "3*x+15=42",
        "Syntax: cannot assign to expression here. Maybe you meant '==' instead of '='? @1:1-1:7",
    ),
    (
        "f'{1:d\n}'",
        "Syntax: f-string: newlines are not allowed in format specifiers for single quoted f-strings @1:7-1:7",
    ),
    (
        "f'{3!ss}'",
        "Syntax: f-string: invalid conversion character 'ss': expected 's', 'r', or 'a' @1:6-1:8",
    ),
    ("1+2 = \n  ", "Syntax: cannot assign to expression @1:1-1:4"),
    (
        "t'{1:d\n}'",
        "Syntax: t-string: newlines are not allowed in format specifiers for single quoted t-strings @1:7-1:7",
    ),
    ("f(): int\n", "Syntax: illegal target for annotation @1:1-1:4"),
    ("(x,): int", "Syntax: only single target (not tuple) can be annotated @1:1-1:5"),
    (
        "x + 1 = 1",
        "Syntax: cannot assign to expression here. Maybe you meant '==' instead of '='? @1:1-1:6",
    ),
    ("None += 0", "Syntax: 'None' is an illegal expression for augmented assignment @1:1-1:5"),
    (
        "def f():\n",
        "Indentation: expected an indented block after function definition on line 1 @1:9-1:-1",
    ),
    (
        "class X: ",
        "Indentation: expected an indented block after class definition on line 1 @1:10-1:-1",
    ),
    ("yield = 1\n", "Syntax: assignment to yield expression not possible @1:1-1:6"),
    ("f(True=1)\n", "Syntax: cannot assign to True @1:3-1:8"),
    ("([]): int\n", "Syntax: only single target (not list) can be annotated @1:2-1:4"),
    ("nonlocal x", "Syntax: nonlocal declaration not allowed at module level @1:1-1:11"),
    (
        "f\"{x}\\xZZ\"",
        "Syntax: (unicode error) 'unicodeescape' codec can't decode bytes in position 0-1: truncated \\xXX escape @1:6-1:10",
    ),
    (
        "f'{3!ss:}'",
        "Syntax: f-string: invalid conversion character 'ss': expected 's', 'r', or 'a' @1:6-1:8",
    ),
    (
        "f'{0}' = x",
        "Syntax: cannot assign to f-string expression here. Maybe you meant '==' instead of '='? @1:1-1:7",
    ),
    ("f'{a $ b}'", "Syntax: f-string: expecting '=', or '!', or ':', or '}' @1:6-1:7"),
    (
        "t'{num!z}'",
        "Syntax: t-string: invalid conversion character 'z': expected 's', 'r', or 'a' @1:8-1:9",
    ),
    ("t'{x:{;}}'", "Syntax: t-string: expecting a valid expression after '{' @1:7-1:8"),
    ("f(False=1)\n", "Syntax: cannot assign to False @1:3-1:9"),
    ("nonlocal x\n", "Syntax: nonlocal declaration not allowed at module level @1:1-1:11"),
    ("{1: *12+1}\n", "Syntax: cannot use a starred expression in a dictionary value @1:5-1:10"),
    (
        "f(**x, *y)\n",
        "Syntax: iterable argument unpacking follows keyword argument unpacking @1:6-1:10",
    ),
    ("if 0: break", "Syntax: 'break' outside loop @1:7-1:12"),
    ("f'{1==2=}'=", "Syntax: cannot assign to f-string expression @1:1-1:11"),
    ("f'{1!=2=}'=", "Syntax: cannot assign to f-string expression @1:1-1:11"),
    ("(True := 1)\n", "Syntax: cannot use assignment expressions with True @1:2-1:6"),
    ("f(a, b, c=)\n", "Syntax: expected argument value expression @1:9-1:11"),
    (
        "t'{x}' = 42\n",
        "Syntax: cannot assign to t-string expression here. Maybe you meant '==' instead of '='? @1:1-1:7",
    ),
    ("del (a := 5)", "Syntax: cannot delete named expression @1:6-1:12"),
    ("lambda a,a:0", "Syntax: duplicate argument 'a' in function definition @1:10-1:11"),
    ("(x): (yield)", "Syntax: yield expression cannot be used within an annotation @1:7-1:12"),
    (
        "exec f(a+b,c)",
        "Syntax: Missing parentheses in call to 'exec'. Did you mean exec(...)? @1:1-1:14",
    ),
    (
        "f'{lambda :}'",
        "Syntax: f-string: lambda expressions are not allowed without parentheses @1:4-1:12",
    ),
    (
        "t'{lambda:1}'",
        "Syntax: t-string: lambda expressions are not allowed without parentheses @1:4-1:11",
    ),
    ("test: (yield)", "Syntax: yield expression cannot be used within an annotation @1:8-1:13"),
    ("__debug__ = 1", "Syntax: cannot assign to __debug__ @1:1-1:10"),
    ("(x): (y := 3)", "Syntax: named expression cannot be used within an annotation @1:7-1:13"),
    ("f(p, k=1, p2)", "Syntax: positional argument follows keyword argument @1:13-1:14"),
    ("__debug__ = 1\n", "Syntax: cannot assign to __debug__ @1:1-1:10"),
    ("del __debug__\n", "Syntax: cannot delete __debug__ @1:5-1:14"),
    (
        "print f(a+b,c)",
        "Syntax: Missing parentheses in call to 'print'. Did you mean print(...)? @1:1-1:15",
    ),
    ("f'{\"s\"!{\"r\"}}'", "Syntax: f-string: invalid conversion character @1:8-1:9"),
    (
        "f'{lambda :x}'",
        "Syntax: f-string: lambda expressions are not allowed without parentheses @1:4-1:12",
    ),
    ("lambda a,a=1:0", "Syntax: duplicate argument 'a' in function definition @1:10-1:11"),
    ("a = 42 if True\n", "Syntax: expected 'else' after 'if' expression @1:5-1:15"),
    ("{1:2, 3:4, 5:}\n", "Syntax: expression expected after dictionary key and ':' @1:13-1:14"),
    ("f(a=23, a=234)\n", "Syntax: keyword argument repeated: a @1:9-1:14"),
    (
        "{1, 2, 3} = 42\n",
        "Syntax: cannot assign to set display here. Maybe you meant '==' instead of '='? @1:1-1:10",
    ),
    ("lambda x: x = 2", "Syntax: cannot assign to lambda @1:1-1:12"),
    ("(x): (await 42)", "Syntax: await expression cannot be used within an annotation @1:7-1:15"),
    (
        "t'{x}-{y}' = 42\n",
        "Syntax: cannot assign to t-string expression here. Maybe you meant '==' instead of '='? @1:1-1:11",
    ),
    ("import a from b\n", "Syntax: Did you mean to use 'from ... import ...' instead? @1:1-1:16"),
    ("import a as b.c\n", "Syntax: cannot use attribute as import target @1:13-1:16"),
    ("call(\na=1,\na=1\n)", "Syntax: keyword argument repeated: a @3:1-3:4"),
    (
        "exec \"old style\"",
        "Syntax: Missing parentheses in call to 'exec'. Did you mean exec(...)? @1:1-1:17",
    ),
    ("[*x for x in xs]", "Syntax: iterable unpacking cannot be used in comprehension @1:2-1:4"),
    ("(lambda: x := 1)", "Syntax: cannot use assignment expressions with lambda @1:2-1:11"),
    ("type X = (yield)", "Syntax: yield expression cannot be used within a type alias @1:11-1:16"),
    ("[x for x() in a]\n", "Syntax: cannot assign to function call @1:8-1:11"),
    ("f(x for x in L,)\n", "Syntax: Generator expression must be parenthesized @1:3-1:15"),
    (
        "from t import x,\n",
        "Syntax: trailing comma not allowed without surrounding parentheses @1:17-1:18",
    ),
    ("int(base=10, '2')", "Syntax: positional argument follows keyword argument @1:17-1:18"),
    (
        "print \"old style\"",
        "Syntax: Missing parentheses in call to 'print'. Did you mean print(...)? @1:1-1:18",
    ),
    ("def f(/, a): pass", "Syntax: at least one argument must precede / @1:7-1:8"),
    ("lambda /, a: None", "Syntax: at least one argument must precede / @1:8-1:9"),
    ("type X = (y := 3)", "Syntax: named expression cannot be used within a type alias @1:11-1:17"),
    ("a if 1 else b = 1\n", "Syntax: cannot assign to conditional expression @1:1-1:14"),
    ("x = y = yield = 1\n", "Syntax: assignment to yield expression not possible @1:9-1:14"),
    (
        "{1: *12+1, 23: 1}\n",
        "Syntax: cannot use a starred expression in a dictionary value @1:5-1:10",
    ),
    (
        "{1: 2, 3: 4} = 42\n",
        "Syntax: cannot assign to dict literal here. Maybe you meant '==' instead of '='? @1:1-1:13",
    ),
    (
        "type A = (x := 3)\n",
        "Syntax: named expression cannot be used within a type alias @1:11-1:17",
    ),
    ("f(a for a in b, c)", "Syntax: Generator expression must be parenthesized @1:3-1:15"),
    ("((a, b) := (1, 2))", "Syntax: cannot use assignment expressions with tuple @1:2-1:8"),
    ("(x for x in x) = 1\n", "Syntax: cannot assign to generator expression @1:1-1:15"),
    ("lambda *b,*d: None\n", "Syntax: * argument may appear only once @1:11-1:12"),
    (
        "from t import x,y,\n",
        "Syntax: trailing comma not allowed without surrounding parentheses @1:19-1:20",
    ),
    ("import a, a.b as 1\n", "Syntax: cannot use literal as import target @1:18-1:19"),
    (
        "type A = (yield 3)\n",
        "Syntax: yield expression cannot be used within a type alias @1:11-1:18",
    ),
    (
        "type A = (await 3)\n",
        "Syntax: await expression cannot be used within a type alias @1:11-1:18",
    ),
    (
        "f\"a{x}b\\N{NOPE}{y}\"",
        "Syntax: (unicode error) 'unicodeescape' codec can't decode bytes in position 1-8: unknown Unicode character name @1:7-1:16",
    ),
    (
        "type X = (await 42)",
        "Syntax: await expression cannot be used within a type alias @1:11-1:19",
    ),
    (
        "def f(a=1, b): pass",
        "Syntax: parameter without a default follows parameter with a default @1:12-1:13",
    ),
    (
        "if x.a = 3:\n   pass\n",
        "Syntax: cannot assign to attribute here. Maybe you meant '==' instead of '='? @1:4-1:7",
    ),
    ("def f(*, a, /): pass", "Syntax: / must be ahead of * @1:13-1:14"),
    ("lambda *, a, /: None", "Syntax: / must be ahead of * @1:14-1:15"),
    ("type T[A, *A] = None", "Syntax: duplicate type parameter 'A' @1:11-1:13"),
    (
        "[await x for x in y]",
        "Syntax: asynchronous comprehension outside of an asynchronous function @1:1-1:21",
    ),
    (
        "{await x for x in y}",
        "Syntax: asynchronous comprehension outside of an asynchronous function @1:1-1:21",
    ),
    ("def f():\n    await x", "Syntax: 'await' outside async function @2:5-2:12"),
    (
        "x = 1 if 1 else pass\n",
        "Syntax: expected expression after 'else', but statement is given @1:17-1:21",
    ),
    (
        "x = pass if 1 else 1\n",
        "Syntax: expected expression before 'if', but statement is given @1:5-1:9",
    ),
    (
        "lambda a,d=3,c: None\n",
        "Syntax: parameter without a default follows parameter with a default @1:14-1:15",
    ),
    (
        "import a, b,c from b\n",
        "Syntax: Did you mean to use 'from ... import ...' instead? @1:1-1:21",
    ),
    ("import a.b as (a, b)\n", "Syntax: cannot use tuple as import target @1:15-1:21"),
    ("import a.b as 'a', a\n", "Syntax: cannot use literal as import target @1:15-1:18"),
    ("class C[A, *A](): ...", "Syntax: duplicate type parameter 'A' @1:12-1:14"),
    (
        "(x): (__debug__ := 3)",
        "Syntax: named expression cannot be used within an annotation @1:7-1:21",
    ),
    ("del (a if True else b)", "Syntax: cannot delete conditional expression @1:6-1:22"),
    ("def f(x):\n  nonlocal x", "Syntax: name 'x' is parameter and nonlocal @2:3-2:13"),
    ("def f(*, **kwds): pass", "Syntax: named arguments must follow bare * @1:7-1:8"),
    ("f(1, x=2, *(3,4), x=5)", "Syntax: keyword argument repeated: x @1:19-1:22"),
    (
        "type A[T=int, U] = int",
        "Syntax: non-default type parameter 'U' follows default type parameter @1:15-1:16",
    ),
    (
        "[*item for item in l]\n",
        "Syntax: iterable unpacking cannot be used in comprehension @1:2-1:7",
    ),
    ("def f(x):\n    global x\n", "Syntax: name 'x' is parameter and global @2:5-2:13"),
    ("lambda a,/,/,b,c: None\n", "Syntax: / may appear only once @1:12-1:13"),
    (
        "while x.a = 3:\n   pass\n",
        "Syntax: cannot assign to attribute here. Maybe you meant '==' instead of '='? @1:7-1:10",
    ),
    ("a = « hello » « world »", "Syntax: invalid character '«' (U+00AB) @1:5-1:5"),
    ("f-string: expecting '}'", "Syntax: illegal target for annotation @1:1-1:9"),
    ("[(yield x) for x in ()]", "Syntax: 'yield' inside list comprehension @1:3-1:10"),
    ("def f(a, /, c, /): pass", "Syntax: / may appear only once @1:16-1:17"),
    (
        "class C[T=int, U]: pass",
        "Syntax: non-default type parameter 'U' follows default type parameter @1:16-1:17",
    ),
    (
        "x = pass if 1 else pass\n",
        "Syntax: expected expression before 'if', but statement is given @1:5-1:9",
    ),
    ("def foo(*b,*d):\n   pass\n", "Syntax: * argument may appear only once @1:12-1:13"),
    ("def f():\n    nonlocal x\n", "Syntax: no binding for nonlocal 'x' found @2:5-2:15"),
    (
        "type A[T: (x:=3)] = int\n",
        "Syntax: named expression cannot be used within a TypeVar bound @1:12-1:16",
    ),
    (
        "int(**{'base': 10}, '2')",
        "Syntax: positional argument follows keyword argument unpacking @1:24-1:25",
    ),
    ("def f(**kwargs, /): pass", "Syntax: arguments cannot follow var-keyword argument @1:17-1:18"),
    ("lambda **kwargs, /: None", "Syntax: arguments cannot follow var-keyword argument @1:18-1:19"),
    ("def foo(a,d=,c):\n   pass\n", "Syntax: expected default value expression @1:12-1:13"),
    ("def f(x):\n    nonlocal x\n", "Syntax: name 'x' is parameter and nonlocal @2:5-2:15"),
    ("from a import (b as c.d)\n", "Syntax: cannot use attribute as import target @1:21-1:24"),
    (
        "def f[T: (x:=3)](): pass\n",
        "Syntax: named expression cannot be used within a TypeVar bound @1:11-1:15",
    ),
    (
        "class X[T: (yield)]: pass",
        "Syntax: yield expression cannot be used within a TypeVar bound @1:13-1:18",
    ),
    ("def f(a): global a; a = 1", "Syntax: name 'a' is parameter and global @1:11-1:19"),
    (
        "def foo(a,**b=3):\n   pass\n",
        "Syntax: var-keyword argument cannot have default value @1:14-1:15",
    ),
    (
        "def f[T: (yield)](): pass\n",
        "Syntax: yield expression cannot be used within a TypeVar bound @1:11-1:16",
    ),
    (
        "class A[T]((x := 3)): ...\n",
        "Syntax: named expression cannot be used within the definition of a generic @1:13-1:19",
    ),
    ("def f():\n  from _ import *", "Syntax: import * only allowed at module level @2:17-2:18"),
    (
        "[i := 0 for i in range(5)]",
        "Syntax: assignment expression cannot rebind comprehension iteration variable 'i' @1:2-1:3",
    ),
    (
        "{i := 0 for i in range(5)}",
        "Syntax: assignment expression cannot rebind comprehension iteration variable 'i' @1:2-1:3",
    ),
    (
        "def foo(a,*b=3,c):\n   pass\n",
        "Syntax: var-positional argument cannot have default value @1:13-1:14",
    ),
    (
        "type A[T = ((x:=3))] = int\n",
        "Syntax: named expression cannot be used within a TypeVar default @1:14-1:18",
    ),
    (
        "def f[T = (yield)](): pass\n",
        "Syntax: yield expression cannot be used within a TypeVar default @1:12-1:17",
    ),
    (
        "type A[T: (await 3)] = int\n",
        "Syntax: await expression cannot be used within a TypeVar bound @1:12-1:19",
    ),
    (
        "class A[T = (yield)]: pass\n",
        "Syntax: yield expression cannot be used within a TypeVar default @1:14-1:19",
    ),
    (
        "class A[T]((yield 3)): ...\n",
        "Syntax: yield expression cannot be used within the definition of a generic @1:13-1:20",
    ),
    (
        "class A[T]((await 3)): ...\n",
        "Syntax: await expression cannot be used within the definition of a generic @1:13-1:20",
    ),
    (
        "int(**{'base': 10}, *['2'])",
        "Syntax: iterable argument unpacking follows keyword argument unpacking @1:19-1:27",
    ),
    ("try:\n  pass\nexcept*:\n  pass", "Syntax: expected one or more exception types @3:8-3:9"),
    ("def f(p1, *, **k1):\n  pass\n", "Syntax: named arguments must follow bare * @1:11-1:12"),
    ("f(p, k1=50, *(1,2), k1=100)", "Syntax: keyword argument repeated: k1 @1:21-1:27"),
    (
        "[x,y for x,y in range(100)]\n",
        "Syntax: did you forget parentheses around the comprehension target? @1:2-1:5",
    ),
    (
        "{x,y for x,y in range(100)}\n",
        "Syntax: did you forget parentheses around the comprehension target? @1:2-1:5",
    ),
    (
        "from a import (\n  b as f())\n",
        "Syntax: cannot use function call as import target @2:8-2:11",
    ),
    (
        "def f[T = ((x:=3))](): pass\n",
        "Syntax: named expression cannot be used within a TypeVar default @1:13-1:17",
    ),
    (
        "class A[__classdict__]: pass",
        "Syntax: reserved name '__classdict__' cannot be used for type parameter @1:9-1:22",
    ),
    (
        "def f[__classdict__](): pass",
        "Syntax: reserved name '__classdict__' cannot be used for type parameter @1:7-1:20",
    ),
    (
        "[i for i in (i := range(5))]",
        "Syntax: assignment expression cannot be used in a comprehension iterable expression @1:14-1:27",
    ),
    (
        "[i for i in (j := range(5))]",
        "Syntax: assignment expression cannot be used in a comprehension iterable expression @1:14-1:27",
    ),
    (
        "class X[T: (await 42)]: pass",
        "Syntax: await expression cannot be used within a TypeVar bound @1:13-1:21",
    ),
    (
        "def func(x: (await 42)): ...",
        "Syntax: await expression cannot be used within an annotation @1:14-1:22",
    ),
    (
        "def f(x, (y, z), w):\n   pass\n",
        "Syntax: Function parameters cannot be parenthesized @1:10-1:16",
    ),
    (
        "def f((x, y, z, w)):\n   pass\n",
        "Syntax: Function parameters cannot be parenthesized @1:7-1:19",
    ),
    ("from a import (\n  b as [],\n)\n", "Syntax: cannot use list as import target @2:8-2:10"),
    (
        "def f[*Ts = (yield)](): pass\n",
        "Syntax: yield expression cannot be used within a TypeVarTuple default @1:14-1:19",
    ),
    (
        "class A[*Ts = (yield)]: pass\n",
        "Syntax: yield expression cannot be used within a TypeVarTuple default @1:16-1:21",
    ),
    ("from __future__ import braces", "Syntax: not a chance @1:24-1:30"),
    ("def foo(a,d: int=,c):\n   pass\n", "Syntax: expected default value expression @1:17-1:18"),
    ("try:\n    pass\nexcept*:\n    pass", "Syntax: expected one or more exception types @3:8-3:9"),
    (
        "def f():\n    x = 1\n    global x\n",
        "Syntax: name 'x' is assigned to before global declaration @3:5-3:13",
    ),
    (
        "type A[T: ((x:= 3), int)] = int\n",
        "Syntax: named expression cannot be used within a TypeVar constraint @1:13-1:18",
    ),
    ("def f():\n  global x\n  nonlocal x", "Syntax: name 'x' is nonlocal and global @2:3-2:11"),
    ("def g(): [(yield x) for x in ()]", "Syntax: 'yield' inside list comprehension @1:12-1:19"),
    ("def g(): {(yield x) for x in ()}", "Syntax: 'yield' inside set comprehension @1:12-1:19"),
    ("def g(): ((yield x) for x in ())", "Syntax: 'yield' inside generator expression @1:12-1:19"),
    (
        "from a import (\n  b,\n  c as ()\n)\n",
        "Syntax: cannot use tuple as import target @3:8-3:10",
    ),
    (
        "def f[T: ((x:= 3), int)](): pass\n",
        "Syntax: named expression cannot be used within a TypeVar constraint @1:12-1:17",
    ),
    (
        "def f[T: (int, (yield))](): pass\n",
        "Syntax: yield expression cannot be used within a TypeVar constraint @1:17-1:22",
    ),
    (
        "class A[T]((yield from [])): ...\n",
        "Syntax: yield expression cannot be used within the definition of a generic @1:13-1:26",
    ),
    (
        "def f():\n    x: int\n    global x\n",
        "Syntax: annotated name 'x' can't be global @3:5-3:13",
    ),
    (
        "def f():\n    global x\n    x: int\n",
        "Syntax: annotated name 'x' can't be global @3:5-3:11",
    ),
    (
        "type A[T: (int, (yield 3))] = int\n",
        "Syntax: yield expression cannot be used within a TypeVar constraint @1:18-1:25",
    ),
    (
        "try:\n\t1/0\n    \t1/0\nfinally:\n pass\n",
        "Tab: inconsistent use of tabs and spaces in indentation @3:1-3:0",
    ),
    (
        "f\"{value:.\n               {'2f'}}\"",
        "Syntax: f-string: newlines are not allowed in format specifiers for single quoted f-strings @1:11-1:11",
    ),
    (
        "class X[T](y := Sequence[T]): pass",
        "Syntax: named expression cannot be used within the definition of a generic @1:12-1:28",
    ),
    (
        "[i for i in range(10)] = (1, 2, 3)",
        "Syntax: cannot assign to list comprehension here. Maybe you meant '==' instead of '='? @1:1-1:23",
    ),
    (
        "def f():\n    print(x)\n    global x\n",
        "Syntax: name 'x' is used prior to global declaration @3:5-3:13",
    ),
    ("match ...:\n  case 42 as _:\n    ...\n", "Syntax: cannot use '_' as a target @2:14-2:15"),
    (
        "from __future__ import doesnt_exist",
        "Syntax: future feature doesnt_exist is not defined @1:24-1:36",
    ),
    (
        "x=1\nfrom __future__ import division",
        "Syntax: from __future__ imports must occur at the beginning of the file @2:1-2:32",
    ),
    (
        "def f():\n    x: int\n    nonlocal x\n",
        "Syntax: annotated name 'x' can't be nonlocal @3:5-3:15",
    ),
    (
        "def f():\n    nonlocal x\n    x: int\n",
        "Syntax: annotated name 'x' can't be nonlocal @3:5-3:11",
    ),
    ("def g(): {(yield x): x for x in ()}", "Syntax: 'yield' inside dict comprehension @1:12-1:19"),
    ("def g(): {x: (yield x) for x in ()}", "Syntax: 'yield' inside dict comprehension @1:15-1:22"),
    (
        "*a = range(10) # doctest:+ELLIPSIS\n",
        "Syntax: starred assignment target must be in a list or tuple @1:1-1:3",
    ),
    (
        "def f[**P = [(yield), int]](): pass\n",
        "Syntax: yield expression cannot be used within a ParamSpec default @1:15-1:20",
    ),
    (
        "class A[**P = [(yield), int]]: pass\n",
        "Syntax: yield expression cannot be used within a ParamSpec default @1:17-1:22",
    ),
    (
        "if True:\n class h[l:{7for*()in 0}]:2",
        "Syntax: starred assignment target must be in a list or tuple @2:17-2:20",
    ),
    (
        "def f():\n    global x\n    nonlocal x\n",
        "Syntax: name 'x' is nonlocal and global @2:5-2:13",
    ),
    (
        "match ...:\n  case 42 as a.b:\n    ...\n",
        "Syntax: cannot use attribute as pattern target @2:14-2:17",
    ),
    (
        "type T = [(x := 3) for _ in range(2)]",
        "Syntax: assignment expression within a comprehension cannot be used in a type alias @1:12-1:13",
    ),
    (
        "t'{what}-string literal' 'str literal'",
        "Syntax: cannot mix t-string literals with string or bytes literals @1:1-1:39",
    ),
    (
        "'str literal' t'{what}-string literal'",
        "Syntax: cannot mix t-string literals with string or bytes literals @1:1-1:39",
    ),
    (
        "match ...:\n  case 42 as 1+2+4:\n    ...\n",
        "Syntax: cannot use expression as pattern target @2:14-2:19",
    ),
    (
        "{x: y for y, x in ((1, 2), (3, 4))} = 5",
        "Syntax: cannot assign to dict comprehension here. Maybe you meant '==' instead of '='? @1:1-1:36",
    ),
    (
        "match ...:\n  case 42 as (a, b):\n    ...\n",
        "Syntax: cannot use tuple as pattern target @2:14-2:20",
    ),
    (
        "[*b, *c] = range(10) # doctest:+ELLIPSIS\n",
        "Syntax: multiple starred expressions in assignment @1:1-1:9",
    ),
    (
        "a,*b,*c,*d = range(4) # doctest:+ELLIPSIS\n",
        "Syntax: multiple starred expressions in assignment @1:1-1:11",
    ),
    (
        "try:\n  pass\nexcept A, B, C as blech:\n  pass\n",
        "Syntax: multiple exception types must be parenthesized when using 'as' @3:8-3:24",
    ),
    (
        "match ...:\n  case Foo(z=1, y=2, x):\n    ...\n",
        "Syntax: positional patterns follow keyword patterns @2:22-2:23",
    ),
    (
        "match ...:\n  case Foo(z=1, x, y=2):\n    ...\n",
        "Syntax: positional patterns follow keyword patterns @2:17-2:18",
    ),
    (
        "try:\n   pass\nexcept* TypeError as 1:\n   pass\n",
        "Syntax: cannot use except* statement with literal @3:22-3:23",
    ),
    (
        "try:\n  pass\nexcept* A, B, C as blech:\n  pass\n",
        "Syntax: multiple exception types must be parenthesized when using 'as' @3:9-3:25",
    ),
    (
        "def f[T: [(x := 3) for _ in range(2)]](): pass",
        "Syntax: assignment expression within a comprehension cannot be used in a TypeVar bound @1:12-1:13",
    ),
    (
        "class A:\n    def f(self):\n        nonlocal __x\n",
        "Syntax: no binding for nonlocal '_A__x' found @3:9-3:21",
    ),
    (
        "try:\n    pass\nexcept Exception as a.b:\n    pass",
        "Syntax: cannot use except statement with attribute @3:21-3:24",
    ),
    (
        "try:\n    pass\nexcept Exception as a[b]:\n    pass",
        "Syntax: cannot use except statement with subscript @3:21-3:25",
    ),
    (
        "try:\n    pass\nexcept* Exception as a.b:\n    pass",
        "Syntax: cannot use except* statement with attribute @3:22-3:25",
    ),
    (
        "try: pass\nexcept* ValueError: pass\nexcept: pass\n",
        "Syntax: cannot have both 'except' and 'except*' on the same 'try' @3:1-3:7",
    ),
    (
        "try:\n   pass\nexcept TypeError as obj[1]:\n   pass\n",
        "Syntax: cannot use except statement with subscript @3:21-3:27",
    ),
    (
        "try:\n    pass\nexcept* Exception as a[b]:\n    pass",
        "Syntax: cannot use except* statement with subscript @3:22-3:26",
    ),
    (
        "def fn():\n    print(name_use)\n    global name_use\n",
        "Syntax: name 'name_use' is used prior to global declaration @3:5-3:20",
    ),
    (
        "try:\n   pass\nexcept TypeError as obj.attr:\n   pass\n",
        "Syntax: cannot use except statement with attribute @3:21-3:29",
    ),
    (
        "{i for i in range(5) if (j := 0) for j in range(5)}",
        "Syntax: comprehension inner loop cannot rebind assignment expression target 'j' @1:38-1:39",
    ),
    (
        "[i for i in range(5) if (j := 0) for j in range(5)]",
        "Syntax: comprehension inner loop cannot rebind assignment expression target 'j' @1:38-1:39",
    ),
    (
        "try:\n  pass\nexcept:\n  pass\nexcept ValueError:\n  pass",
        "Syntax: default 'except:' must be last @3:1-4:7",
    ),
    (
        "class X[T]([(x := 3) for _ in range(2)] and B): pass",
        "Syntax: assignment expression within a comprehension cannot be used within the definition of a generic @1:14-1:15",
    ),
    (
        "async def foo():\n            yield from 123\n        ",
        "Syntax: 'yield from' inside async function @2:13-2:27",
    ),
    (
        "def fn():\n    name_assign = 1\n    global name_assign\n",
        "Syntax: name 'name_assign' is assigned to before global declaration @3:5-3:23",
    ),
    (
        "if True:\n        print()\n\texec \"mixed tabs and spaces\"",
        "Tab: inconsistent use of tabs and spaces in indentation @3:1-3:0",
    ),
    (
        "try:\n   pass\nexcept* TypeError as (obj, name):\n   pass\n",
        "Syntax: cannot use except* statement with tuple @3:22-3:33",
    ),
    (
        "try: pass\nexcept ValueError: pass\nexcept* TypeError: pass",
        "Syntax: cannot have both 'except' and 'except*' on the same 'try' @3:1-3:8",
    ),
    (
        "def foo():\n                await something()\n            ",
        "Syntax: 'await' outside async function @2:17-2:34",
    ),
    (
        "async def foo():\n                yield from []\n            ",
        "Syntax: 'yield from' inside async function @2:17-2:30",
    ),
    (
        "'baz' codec can't encode character '\\x78' in position 1: foo",
        "Syntax: invalid syntax. Is this intended to be part of the string? @1:7-1:16",
    ),
    (
        "if a % 2 == 0:\n    pass\nelse:\n    pass\nelif a % 2 == 1:\n    pass\n",
        "Syntax: 'elif' block follows an 'else' block @5:1-5:5",
    ),
    (
        "def f():\n    x = 1\n    def g():\n        x = 2\n        nonlocal x\n",
        "Syntax: name 'x' is assigned to before nonlocal declaration @5:9-5:19",
    ),
    (
        "\"The interesting object \"The important object\" is very important\"\n",
        "Syntax: invalid syntax. Is this intended to be part of the string? @1:26-1:46",
    ),
    (
        "async def foo():\n            yield\n            return 123\n        ",
        "Syntax: 'return' with value in async generator @3:13-3:23",
    ),
    (
        "def f():\n    x = 1\n    def g():\n        print(x)\n        nonlocal x\n",
        "Syntax: name 'x' is used prior to nonlocal declaration @5:9-5:19",
    ),
    (
        "[y for y in (1,2)] = 10          # doctest: +IGNORE_EXCEPTION_DETAIL\n",
        "Syntax: cannot assign to list comprehension here. Maybe you meant '==' instead of '='? @1:1-1:19",
    ),
    (
        "func(\n    a=[\"unclosed], # Need a quote in this comment: \"\n    b=2,\n)\n",
        "Syntax: closing parenthesis ')' does not match opening parenthesis '[' on line 2 @4:1-4:1",
    ),
    (
        "class Foo():\n            [(42, 1 + ((( j := i )))) for i in range(5)]\n        ",
        "Syntax: assignment expression within a comprehension cannot be used in a class body @2:27-2:28",
    ),
    (
        "async def foo():\n            if 0:\n                yield\n            return 12\n        ",
        "Syntax: 'return' with value in async generator @4:13-4:22",
    ),
];

#[test]
fn errors() {
    let wrong: Vec<String> = CASES
        .iter()
        .filter_map(|(source, expected)| {
            let got = outcome(source);
            (got != *expected)
                .then(|| format!("{source:?}\n  got      {got}\n  expected {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
