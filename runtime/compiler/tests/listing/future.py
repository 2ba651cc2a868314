from __future__ import annotations
x: list[int] | None = f(1, *a, k=2)
class C:
    y: lambda a, *b: a if b else -c = 1
def f(a: 'b', *c: d[e:f]) -> (g, h): pass
