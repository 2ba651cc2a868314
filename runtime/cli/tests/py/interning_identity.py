# Identity that programs may rely on: singletons, small constants compared by value, bound methods, class identity.
a, b = None, None; print(a is b, True is True, ... is Ellipsis, () == (), NotImplemented is NotImplemented, type(None)() is None, bool(1) is True, bool([]) is False, not 0 is True, (1 == 1) is True)
x = [1]; y = x; z = x[:]; print(x is y, x is z, x == z, x is not z); f = lambda: 0; g = f; print(f is g, f == g, f != (lambda: 0))
class C:
    def m(self): pass
c = C(); print(c.m == c.m, C.m is C.m, c.m.__func__ is C.m, type(c) is C, c.__class__ is C, C.__dict__ is not C.__dict__ or True, id(c) == id(c), hash(c) == hash(c))
def ids(n): return len({id(o) for o in [object() for _ in range(n)]})
print(ids(1000)); s = "hello"; t = "".join(["hel", "lo"]); print(s == t, hash(s) == hash(t), {s: 1}[t], s in {t}); import sys; print(sys.intern(s) is sys.intern(t))
i = 10**20; j = 10**20 + 0; print(i == j, hash(i) == hash(j), i is i, {i: 1}[j]); n = float("nan"); print(n is n, n == n, n in [n], [n] == [n], {n: 1}[n], (n,) == (n,), float("nan") in [n])
d = {1: "int", 1.0: "float", True: "bool"}; print(d, len({1, 1.0, True}), {0: "a"}[False], {(1, 2): 1}[(1.0, 2.0)])
class E:
    def __init__(self, v): self.v = v
    def __eq__(self, o): print("eq", end=" "); return self.v == o.v
    def __hash__(self): return hash(self.v)
p, q = E(1), E(1); print([p] == [p], [p] == [q], p in [p], p in [q], {p: 1}[q], (p,) == (p,), {p} == {q})
def const(): return (1, 2, "a", None, 1.5)
print(const() == const(), const()[2] == "a"); l = [[]] * 3; l[0].append(1); print(l, l[0] is l[2]); m = [[] for _ in range(3)]; m[0].append(1); print(m)
def default(v=[]): v.append(1); return v
print(default() is default(), default()); w = x; w += [2]; print(x, w is x); w = w + [3]; print(x, w is x); tup = ([],); 
try: tup[0] += [1]
except TypeError as e: print(e, tup)
k = "key"; o = type("O", (), {})(); setattr(o, k, 1); print(o.key, getattr(o, "".join(["k", "ey"]))); r = range(3); print(r == range(3), r is r, iter(r) is not iter(r)); it = iter(x); print(iter(it) is it)
