# str: methods, indexing, slicing, searching.
s = "Hello, World"
print(s[0], s[-1], s[2:5], s[::-1], s[::3], s[-5:], s[:0], s[20:], s[5:2], s[10:2:-2])
print(s.upper(), s.lower(), s.title(), s.swapcase(), s.capitalize(), "ß".upper(), "ǆ".title(), "İ".lower(), "Straße".casefold())
print(s.find("o"), s.find("o", 5), s.find("z"), s.rfind("o"), s.rfind("o", 0, 8), s.index("W"), s.count("l"), s.count(""), "".find(""), s.find("", 20))
print(s.startswith("Hell"), s.endswith(("x", "ld")), s.startswith("World", 7), s.endswith("Hello", 0, 5))
print(s.replace("l", "L"), s.replace("l", "", 2), "aaa".replace("", "-"), "abc".replace("", "-", 2), "aaa".replace("aa", "b"))
print("a,b,,c".split(","), "  a  b ".split(), "a,b,c".split(",", 1), "a b c".rsplit(None, 1), "".split(), "".split(","), "a\nb\r\nc\x0bd\u2028e".splitlines(), "a\nb\n".splitlines(True))
print("key=value=x".partition("="), "key=value=x".rpartition("="), "key".partition("="), "key".rpartition("="))
print("  x ".strip(), "  x ".lstrip() + "|", "  x ".rstrip() + "|", "xxaxx".strip("x"), "abcba".strip("ab"), "prefix-x".removeprefix("prefix-"), "x.py".removesuffix(".py"))
print("a".center(5, "*"), "ab".center(5), "x".ljust(3, ".") + "|", "x".rjust(3) + "|", "-42".zfill(6), "+x".zfill(4), "toolong".zfill(3))
print(",".join("abc"), "".join([]), "-".join(["one"]), "ab" * 3, 3 * "x", "ab" * 0, "a" + "b", "x" "y")
print("abc" < "abd", "a" < "B", "" < "a", "abc" == "abc", "a" != "b", "Z" < "a", "é" > "z", max("hello"), sorted("banana"))
print("\t".expandtabs() + "|", "a\tbc\td".expandtabs(4), "01\t012\t0123".expandtabs(3))
for t in ("abc", "ABC", "123", "a1", "  ", "", "Abc Def", "aBc", "½", "²", "٣", "_x1", "1x", "été", "\n", "a b"):
    print(repr(t), t.isalpha(), t.isdigit(), t.isdecimal(), t.isnumeric(), t.isalnum(), t.isspace(), t.isupper(), t.islower(), t.istitle(), t.isidentifier(), t.isprintable(), t.isascii())
table = str.maketrans({"a": "1", "b": None, ord("c"): "ccc"})
print("abcabc".translate(table), "hello".translate(str.maketrans("el", "ip")), "hello".translate(str.maketrans("l", "L", "h")))
print("lo" in s, "" in "", "x" not in s, len("héllo"), len("😀"), "😀"[0], ord("😀"), chr(128512), "aé😀"[1:], "😀é"[::-1])
print(repr("it's"), repr('say "hi"'), repr("both ' and \""), repr("\n\t\\\x00\x7f\x80é\u200b😀\ud800"), ascii("é😀\n"))
print(list("añb"), tuple("xy"), [c for c in "😀b"], "abc".__contains__("b"), str(b"abc", "ascii"), str(), str(5), str(None))
for f in (lambda: s.index("zz"), lambda: "a" + 1, lambda: 1 + "a", lambda: "a" * "b", lambda: s[50], lambda: s["x"], lambda: "a".join([1]), lambda: "a" < 1, lambda: "a,b".split(""), lambda: chr(-1), lambda: chr(0x110000), lambda: ord("ab"), lambda: "x".foo, lambda: "a" in 5, lambda: 5 in "a", lambda: s.replace(1, 2)):
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)
