# Star in calls, displays, assignments, for targets, returns; dictionary unpacking; order of evaluation.
a, *b = range(4); *c, d = "xyz"; e, *f, g = [1, 2]; print(a, b, c, d, e, f, g)
(h, i), *j = [(1, 2), 3, 4]; [k, [l, *m]] = 1, (2, 3, 4); print(h, i, j, k, l, m)
print([*range(3), *"ab"], (*[1], *(2,)), {*[1, 2], *{2}} == {1, 2}, {**{"a": 1}, "b": 2, **{"a": 3}}, [*[]], (*(),))
def f(*args, **kw): return args, kw
print(f(*[1, 2], 3, *(4, 5), k=1, **{"z": 2}, y=3, **{"w": 4}), f(*{}, **{}), f(*"ab", *{"c": 1}))
for x, *y in [(1, 2, 3), "ab", [9]]: print(x, y)
for (p, q), r in {(1, 2): 3}.items(): print(p, q, r)
def ret(): return *[1, 2], 3
print(ret()); t = *ret(), 4; print(t)
def gen(): yield *[1, 2], 3
print(next(gen()))
def ev(n): print("eval", n, end="; "); return n
data = {}; data[ev("key")] = ev("value"); print(data)
[ev(1), ev(2)][ev(0)]; print()
x, y = ev(1), ev(2); print(x, y)
f(ev("pos"), *[ev("star")], k=ev("kw"), **{"d": ev("dd")}); print()
{ev("k1"): ev("v1"), ev("k2"): ev("v2")}; print()
class T:
    def __setattr__(self, n, v): print("set", n, v)
    def __getitem__(self, k): print("get", k); return 10
    def __setitem__(self, k, v): print("item", k, v)
o = T(); o.a, o.b = 1, 2; o.c = o.d = 5; o[0], o[1] = "pq"; o[ev("i")] += ev(3)
class It:
    def __init__(self, n): self.n = n
    def __iter__(self):
        for i in range(self.n): print("next", i, end=" "); yield i
u, v = It(2); print(u, v)
try: u, v = It(5)
except ValueError as e: print(e)
try: u, v, w = It(2)
except ValueError as e: print(e)
try: u, *v, w, z = It(2)
except ValueError as e: print(e)
for s in ("a, b = 1", "a, b = None", "x, y = 'abc'", "(a, b), c = [1, 2]", "a, b = {1}", "f(*5)", "f(**5)", "f(*None)", "[*5]", "{**5}", "{*5}", "f(**{1: 2})", "(*5,)"):
    try: exec(s)
    except (TypeError, ValueError) as e: print(s, "->", e)
for s in ("*a = 1", "*a, *b = x", "a, b += 1", "(a, b) : int = 1", "f() = 1", "a + b = 1", "None = 1", "x = *y", "print(*)", "[a, b] += 1", "*x", "del *x", "1 = x", "'a' = 1", "(a for a in b) = 1", "a if b else c = 1", "x = yield = 1", "del f()", "del (a, b), [c], d.e", "*a, = x", "{a} = 1", "for 1 in x: 0", "with a as 1: 0", "import a as b.c", "a := 1", "(a.b := 1)", "lambda: (yield)", "f'{a}' = 1", "True := 1", "a = b = 1 = c"):
    try: compile(s, "s", "exec"); print("ok", s)
    except SyntaxError as e: print(s, "->", e.msg)
