# format(), str.format and the format mini-language.
for spec in ("", "d", "5", "<5", ">5", "^5", "05", "+", " ", ",", "_", "x", "#x", "X", "o", "#o", "b", "#010b", "c", "e", ".2f", "%", "*^9", "=+6", "n", "z.1f"):
    try:
        print(repr(spec), repr(format(65, spec)), repr(format(-65, spec)))
    except (ValueError, OverflowError) as e:
        print(repr(spec), e)
for spec in ("", ".2", ".2f", "8.3f", "<8.1f", "e", ".0e", "g", ".3g", "#g", "%", ".1%", ",.2f", "_.3f", "+.1f", "010.2f", "n", "G", "z.0f", "F"):
    print(repr(spec), [format(v, spec) for v in (1234567.891, -0.0004, 0.5, float("inf"), float("nan"))])
for spec in ("", "10", "<10", ">10", "^10", "*^10", ".2", "10.2", "s", "-<4"):
    print(repr(spec), repr(format("héy", spec)))
print("{} {} {}".format(1, "a", None), "{1} {0} {1}".format("x", "y"), "{a} {b!r} {b!s:>4} {c!a}".format(a=1, b="q", c="é"))
print("{0[1]} {1[key]} {1[k2][0]} {2.real} {2.__class__.__name__}".format([10, 20], {"key": "v", "k2": [7]}, 3))
print("{{}} {{{}}}".format(5), "{:{}}|{:{w}.{p}}".format(5, 4, 3.14159, w=8, p=3), "{:>{width}}".format("x", width=4))
print("{:,} {:_} {:,.3f} {:_b} {:_X}".format(1234567, 1234567, 9876.54321, 1023, 2**40))
print(format(True, "d"), format(True), format(None), format([1], ""), format(10**25, ",d"), format(1.5, ".30f"), format(2**70, "e"))
print("{:.3%} {:+d} {: d} {:^+9.2e}".format(0.12345, 5, 5, -12345.678), format(12, "=+08"), format("x", "05"))
print("{x.a} {x.b[0]}".format(x=type("X", (), {"a": 1, "b": [2]})), "{!s}".format("s"), "{:}".format(7))
print("{0}{1}{0}".format("ab", "-"), "{}".format("{}"), "{:d}".format(10**20), "{:>30,}".format(10**20))

class Money:
    def __format__(self, spec):
        return f"<{spec}>"

print(format(Money(), "abc"), f"{Money():x y}", "{:{}}".format(Money(), "zz"), "{:!r}".format(Money()))
for f in (lambda: format("s", "d"), lambda: format(5, ".2d"), lambda: format(5, "s"), lambda: "{} {1}".format(1, 2), lambda: "{".format(), lambda: "}".format(), lambda: "{0}".format(), lambda: "{a}".format(), lambda: "{!x}".format(1), lambda: "{:q}".format(1), lambda: format([], "5"), lambda: format(1.5, "d"), lambda: format("x", "=5"), lambda: format("x", "+"), lambda: format(5, ",x"), lambda: "{0[}".format([1]), lambda: format(5, "10000000000000000000000")):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
