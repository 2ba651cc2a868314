# tuple: building, comparing, unpacking, hashing, named access by subclass.
print((), (1,), (1, 2), 1, *(3, 4)), print(tuple(), tuple("ab"), tuple([1, [2]]))
t = (3, 1, 4, 1, 5)
print(t[0], t[-1], t[1:3], t[::-1], len(t), t.count(1), t.index(4), t.index(1, 2), 5 in t, t + (9,), t * 2, sorted(t), max(t), sum(t))
print((1, 2) == (1, 2), (1, 2) < (1, 2, 0), (2,) > (1, 5), () < (0,), (1, "a") < (1, "b"), hash((1, 2)) == hash((1, 2)), hash(()) == hash(tuple()))
a, b = 1, 2; a, b = b, a; print(a, b)
(a, (b, *c)), d = (1, (2, 3, 4)), 5; print(a, b, c, d)
first, *rest = "hello"; *init, last = range(4); x, *mid, y = (1, 2); print(first, rest, init, last, x, mid, y)
[p, q] = {"k1": 1, "k2": 2}; print(p, q)
i = 0; arr = [0, 0, 0]; i, arr[i] = 1, 5; print(i, arr)
def f(): return 1, 2, *[3, 4]
print(f(), (*f(), 0), *f())
for k, (v, *w) in [("a", (1, 2, 3)), ("b", (4,))]: print(k, v, w)
d = {(1, 2): "pair", (): "empty"}; print(d[1, 2], d[()])
nested = ((1, (2, (3,))),); print(nested, nested[0][1][1][0], repr(("a",)), str((1, None)))
class P(tuple):
    __slots__ = ()
    def __new__(cls, x, y): return super().__new__(cls, (x, y))
    x = property(lambda self: self[0])
    y = property(lambda self: self[1])
p = P(3, 4); print(p, p.x, p.y, p == (3, 4), isinstance(p, tuple), p + (5,), type(p[:]).__name__, {p: 1}[3, 4])
for g in (lambda: (1, 2)[5], lambda: (1, 2).index(9), lambda: (1,) + [2], lambda: hash(([],)), lambda: (1,) < 5, lambda: (1, 2).__setitem__(0, 1), lambda: (1)(2), lambda: tuple(5), lambda: (lambda a, b: 0)(*(1,)), lambda: exec("a, b = 1, 2, 3"), lambda: exec("a, b = (1,)"), lambda: exec("a, *b, c = [1]"), lambda: exec("a, b = 5"), lambda: exec("(1,)[0] = 5"), lambda: exec("del (1, 2)[0]"), lambda: exec("a, b = {1: 2}")):
    try:
        print(g())
    except Exception as e:
        print(type(e).__name__, e)
