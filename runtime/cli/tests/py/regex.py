# re: syntax, groups, flags, substitution, splitting, errors.
import re
for pat, text in ((r"a+", "caaat"), (r"(\d+)-(\d+)", "10-20"), (r"(?P<y>\d{4})", "in 2024"), (r"^x|y$", "say"), (r"[^abc]+", "abcdefabc"), (r"(a|b)*c", "ababc"), (r"(?:ab){2,3}", "ababababab"), (r"a.*?b", "aXbXb"), (r"\bfoo\b", "a foo b"), (r"(?<=a)b", "ab"), (r"(?<!a)b", "ab cb"), (r"a(?=b)", "ac ab"), (r"a(?!b)", "ab ac"), (r"(\w)\1", "hello"), (r"(?P<q>['\"]).*?(?P=q)", "x 'a\"b' y"), (r"(a)?b(?(1)c|d)", "abc bd"), (r"\s+", "a \t\nb"), (r"[\w.]+@[\w.]+", "mail me@x.org now"), (r"é+", "caféé"), (r"\u4e2d.", "中文"), (r"(?i)HELLO", "say hello"), (r"(?s)a.b", "a\nb"), (r"(?m)^b", "a\nb"), (r"(?x) a  b # c", "ab"), (r"a{,2}b", "aaab"), (r"x*", "aaa"), (r"(a+)+$", "aaaa"), (r"(?>a+)b", "aab"), (r"a++b", "aaab"), (r"[a-z&&x]", "x&"), (r"\Aabc\Z", "abc"), (r"[\d\-x]+", "1-x-2"), (r"(?:(a)|b)+", "ab"), (r"()", ""), (r"(?i:A)b", "ab Ab aB"), (r"\D\W\S", "a b!")):
    m = re.search(pat, text); print(pat, "->", m and (m.group(), m.span(), m.groups(), m.groupdict()))
m = re.match(r"(?P<first>\w+) (?P<second>\w+)(x)?", "hello world"); print(m.group(1, 2), m["first"], m.start("second"), m.end(), m.lastgroup, m.lastindex, m.expand(r"\2 \g<first>"), m.groups("default"), m.string, m.re.pattern, m.regs, m.pos, m.endpos, bool(m), m)
print(re.findall(r"\d", "a1b2"), re.findall(r"(\w)(\d)", "a1b2"), re.findall(r"x*", "axb"), [m.span() for m in re.finditer("a", "banana")], re.fullmatch("a+", "aaa") is not None, re.fullmatch("a+", "aab"), re.match("b", "ab"), re.search("", "x").span())
print(re.sub("a", "X", "banana"), re.sub("a", "X", "banana", count=2), re.subn("(.)n", r"\1\1", "banana"), re.sub(r"(?P<d>\d)", r"<\g<d>>", "a1b2"), re.sub(r"\w+", lambda m: m.group()[::-1], "ab cd"), re.sub("x*", "-", "abxd"), re.sub("", "-", "ab"), re.sub(r"(a)|b", r"[\1]", "ab"), re.sub("a", r"\n\\", "a"))
print(re.split(r"[,;]", "a,b;c"), re.split(r"([,;])", "a,b;c"), re.split(r",", "a,b,c", maxsplit=1), re.split(r"x*", "axbc"), re.split(r"\s+", " a b "), re.escape("a.b*c[d]"), re.escape("é 1"))
p = re.compile(rb"\d+"); print(p.findall(b"1 22 x"), p.pattern, p.flags, re.compile("a", re.I | re.M).flags, re.compile("(?P<n>a)(b)").groupindex, re.compile("(a)(b)").groups, re.compile("a", re.I), re.compile("a") == re.compile("a"), repr(re.compile("x" * 5, re.DOTALL)), re.I | re.M, re.ASCII)
print(re.findall(r"(?a)\w+", "é a"), re.findall(r"\w+", "é_ñ ß"), re.findall("(?i)ß", "ẞß"), re.findall(r"(?i)[a-c]+", "ABcd"), re.search("(?i)straße", "STRAßE").group(), re.findall(r"[^\W\d]+", "a1 b2_"), re.findall(r"[éà]", "été à"))
pos = re.compile("a"); print(pos.search("banana", 2).span(), pos.match("banana", 1).span(), pos.search("banana", 2, 3), pos.findall("banana", 1, 4), re.compile("^a").search("ba", 1), re.compile(r"\ba").search(" ba", 2))
sc = re.Scanner([(r"\d+", lambda s, t: int(t)), (r"\w+", lambda s, t: t), (r"\s+", None)]); print(sc.scan("12 ab 3 !"))
for pat in ("(", ")", "[", "a**", "*a", "(?P<1>a)", "(?P<a>x)(?P<a>y)", "\\", "(?<=a+)b", "(?z)", "[z-a]", "a{2,1}", "(?P=x)", "\\1", "(?(2)a|b)", "x{99999999999}", "(?P<n", "[[:x", "(?i", "\\q", "(?P<é>a)"):
    try: re.compile(pat); print(pat, "ok")
    except (re.error, OverflowError) as e: print(pat, "->", e)
    except Exception as e: print(pat, type(e).__name__)
for f in (lambda: re.match(b"a", "a"), lambda: re.match("a", b"a"), lambda: re.sub("(a)", r"\2", "a"), lambda: m.group(9), lambda: m.group("nope"), lambda: re.compile(5), lambda: re.sub("a", "\\", "a"), lambda: re.match("a", None), lambda: re.sub("a", r"\g<x>", "a")):
    try: print(f())
    except (TypeError, re.error, IndexError) as e: print(type(e).__name__, e)
big = "a" * 100000 + "b"; print(re.match("a*b", big).end(), re.search("(a|c)*b", big).end(), len(re.findall("a", big)), re.match("(?:a?){16}a{16}", "a" * 16) is not None, len(re.sub("a", "bb", big)), re.search("(?:x|a)+$", "a" * 5000) is not None)
text = "The quick brown fox jumps over the lazy dog " * 200; words = re.findall(r"\b[a-z]{4,}\b", text); print(len(words), sorted(set(words)), len(re.split(r"\W+", text)), re.subn(r"(?i)the", "a", text)[1])
