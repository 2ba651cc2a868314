# f-strings: nesting, conversions, formats, debug form, quotes of the same kind, lines.
name, n, pi, items = "World", 42, 3.14159, [1, 2, 3]
print(f"Hello {name}!", f"{n}", f"{n:5}|{n:<5}|{n:^5}|{n:05}", f"{pi:.2f} {pi:10.3f}|", f"{n:#x} {n:b} {n:,}")
print(f"{name!r} {name!s} {'é'!a} {name!r:>10}", f"{{literal}} {{{n}}}", f"{n + 1} {n * 2 if n > 40 else 0} {items[0]} {items[-1]:>3}")
print(f"{n=} {n = } {name=!r} {pi=:.1f} {items[1]=} {n+1=}")
print(f"{'nested ' + f'{n} {f"{pi:.1f}"}'}", f"{"same quotes"}", f"{'\n'.join(['a', 'b'])}", f"{", ".join(str(i) for i in items)}")
width, precision = 10, 3
print(f"{pi:{width}.{precision}}|", f"{pi:{width}.{precision}f}|", f"{'x':{'*'}^{width}}", f"{n:{'0'}>{width}}")
print(f"{(lambda x: x * 2)(5)}", f"{ {'a': 1}['a'] }", f"{ {1, 2} == {2, 1} }", f"{[x for x in range(3)]}", f"{n!r:^{width}}")
print(f"""multi
line {n
      + 1} and {
    name  # a comment
}""")
print(f"{n}" "plain {n}" f"{name}", rf"\d{n}\n", fr"{n}\t", f"\x41{n}\u0042\N{BULLET}", F"{n}")
print(f"{None} {True} {1.0} {[]} {()}", f"{'a' 'b'}", f"{x if (x := 7) else 0} {x}")

class Spec:
    def __format__(self, spec):
        return f"[{spec}]"
    def __repr__(self):
        return "Spec()"

s = Spec()
print(f"{s} {s:abc} {s!r} {s!r:>8} {s:{n}} {s:a{n}b{name}c}")
print(f"{'a,b'.split(',')[0]}", f"{n:>{5}}", f"{n!s}", f"{n:}", f"{3.0:g}", f"{-5:+}", f"{1e10:.0f}")
def f(a, /, b=2, *args, c=3, **kw):
    return f"{a}{b}{args}{c}{kw}"
print(f(1), f(1, 5, 6, c=7, d=8))
for source in ("f'{'", "f'}'", "f'{}'", "f'{a b}'", "f'{a!x}'", "f'{a!}'", "f'{*a}'", "f'{a:{b}'", "f'{a'", "f'{lambda x: 1}'", "f'{a = !r:>{'"):
    try:
        compile(source, "<f>", "eval")
        print(source, "ok")
    except SyntaxError as e:
        print(source, "->", e.msg)
for source in ("f'{undefined_name}'", "f'{1:s}'", "f'{\"x\":d}'", "f'{1 / 0}'"):
    try:
        eval(source)
    except Exception as e:
        print(type(e).__name__, e)
