# Template strings (PEP 750).
from string.templatelib import Interpolation, Template, convert

name, n = "World", 42
t = t"Hello {name}, {n:>5} {n + 1!r} end"
print(type(t).__name__, t.strings, t.values)
for part in t:
    if isinstance(part, Interpolation):
        print("interpolation", part.value, part.expression, part.conversion, repr(part.format_spec))
    else:
        print("text", repr(part))
print(t"".strings, t"".interpolations, t"plain".strings, t"{n}".strings, t"{n}{n}".strings)
print([i.expression for i in t"{ n } {n!s} {n=} {n:x}".interpolations])

def render(template):
    out = []
    for part in template:
        if isinstance(part, str):
            out.append(part)
        else:
            out.append(format(convert(part.value, part.conversion), part.format_spec))
    return "".join(out)

print(render(t))
print(render(t"{name!r:>10}|{n:#x}|{n=}"))
both = t"a{1}" + t"b{2}c"
print(both.strings, both.values)
print((t"x{1}" t"y{2}").strings)
print(t"{n:{n}}".interpolations[0].format_spec, rt"\n{n}".strings)
i = Interpolation(5, "five", "r", ">3")
print(i.value, i.expression, i.conversion, i.format_spec)
print(Template("a", i, "b", "c").strings, Template(i, i).strings, Template().strings)
try:
    t"a" + "b"
except TypeError as e:
    print(type(e).__name__)
match i:
    case Interpolation(value, expression, conversion, spec):
        print(value, expression, conversion, spec)
