# Hot call sites: every kind of callable at one site, argument shapes, redefinition while hot, super, class calls.
def f0(): return 0
def f1(a): return a
def fd(a, b=10): return a + b
def fs(*a): return a
def fk(a, *, k=5): return a * k
def fg(a): yield a
async def fa(a): return a
class C:
    def __init__(self, a): self.a = a
    def m(self, a): return self.a + a
    def __call__(self, a): return ("call", a)
    @classmethod
    def cm(cls, a): return cls.__name__, a
    @staticmethod
    def sm(a): return -a
class N:
    def __new__(cls, a): return ("new", a)
class K(C):
    def __init__(self, a): super().__init__(a * 2)
    def m(self, a): return super().m(a) * 100
class P: pass
class Slot:
    __slots__ = "a"
    def __init__(self, a): self.a = a
import functools
def call(f, n, a):
    for _ in range(n): r = f(a)
    return r
def show(v):
    if hasattr(v, "a"): return type(v).__name__, v.a
    if hasattr(v, "send"): return type(v).__name__
    if isinstance(v, set): return sorted(v)
    return v
coro = []
for f in (f1, fd, fs, fk, fg, C, C(5), C(6).m, C.cm, C.sm, N, K, K(7).m, len, str, abs, tuple, int, bool, [].append, {1: 2}.get, "x".__add__, functools.partial(fd, b=1), lambda a: ("lambda", a), type, isinstance.__class__, list, Slot, repr, functools.lru_cache(f1), max, sorted, reversed, iter, set, str.upper, C(1).__call__, C.m.__get__(C(8)), "{}".format, range):
    arg = "31" if f in (len, str, tuple, int, list, max, sorted, reversed, iter, set, str.upper) or f == "x".__add__ else 1
    try: r = call(f, 40, arg)
    except TypeError as e: r = e
    if hasattr(r, "close") and hasattr(r, "cr_frame"): r.close()
    print(show(r) if not type(r).__name__.endswith("iterator") and not isinstance(r, reversed) else type(r).__name__)
def hot(n):
    t = 0
    for i in range(n): t += helper(i)
    return t
def helper(i): return i
print(hot(300))
def helper(i, k=2): return i * k
print(hot(300)); helper = lambda i: 1; print(hot(300)); helper = abs; print(hot(300)); helper = C(0).m; print(hot(10)); helper = int; print(hot(10))
helper.__class__; del helper
try: hot(1)
except NameError as e: print(e)
def fdef(a, b=1): return a, b
def usedef(n):
    for _ in range(n): r = fdef(1)
    return r
print(usedef(50)); fdef.__defaults__ = (7,); print(usedef(50)); fdef.__code__ = (lambda a, b: (b, a)).__code__; print(usedef(50)); fdef.__defaults__ = None
try: usedef(1)
except TypeError as e: print(e)
def kw(n):
    for i in range(n): r = fk(i, k=i), fd(b=1, a=i), fs(*[i, i]), fd(*(i,), **{"b": 2}), C(a=i).a
    return r
print(kw(60))
class Counter:
    n = 0
    def __init__(self): Counter.n += 1
def make(n, c):
    for _ in range(n): o = c()
    return type(o).__name__
print(make(100, Counter), Counter.n, make(50, P), make(50, Counter)); Counter.__init__ = lambda self: None; print(make(50, Counter), Counter.n); Counter.__new__ = lambda cls: P(); print(make(50, Counter)); P.__init__ = lambda self: setattr(self, "z", 1); print(make(50, P), P().z)
class Bad:
    def __init__(self): return 1
try: make(60, Bad)
except TypeError as e: print(e)
class A:
    def v(self): return 1
class B(A):
    def v(self): return super().v() + 1
class D(B):
    def v(self): return super().v() + 1
d = D(); print(sum(d.v() for _ in range(100))); A.v = lambda self: 10; print(sum(d.v() for _ in range(100))); B.v = A.v; print(d.v())
def isin(n):
    for i in range(n): r = isinstance(i, int), isinstance(i, (str, float)), len([i] * i), type(i) is int, str(i), tuple([i])
    return r
print(isin(50)); import builtins; old = builtins.len; builtins.len = lambda x: "patched"; print(isin(20)); builtins.len = old; print(isin(20)); len = lambda x: "global"; print(isin(20)); del len; print(isin(20))
def fibr(n): return n if n < 2 else fibr(n - 1) + fibr(n - 2)
print(fibr(20))
def even(n): return True if n == 0 else odd(n - 1)
def odd(n): return False if n == 0 else even(n - 1)
print(even(500), odd(333)); print(sum(map(lambda x: x * 2, range(1000))), list(map(fd, range(3), range(3))), sorted(range(5), key=lambda v: -v), max("abc", key=ord))
