# Decorators on functions, classes and methods; order; arguments; stacking with property and classmethod.
def trace(label):
    print("factory", label)
    def deco(f):
        print("apply", label, getattr(f, "__name__", type(f).__name__))
        def wrapper(*a, **k):
            print("->", label, len(a), k); r = f(*a, **k); print("<-", label, r); return r
        wrapper.__name__ = f.__name__; wrapper.__wrapped__ = f
        return wrapper
    return deco
@trace("outer")
@trace("inner")
def add(a, b=1): return a + b
print(add(1, b=2), add.__name__, add.__wrapped__.__wrapped__(5))
def register(reg):
    def deco(c): reg[c.__name__] = c; c.tag = len(reg); return c
    return deco
reg = {}
@register(reg)
class A: pass
@register(reg)
class B(A): pass
print(sorted(reg), A.tag, B.tag)
class Memo:
    def __init__(self, f): self.f, self.cache, self.calls = f, {}, 0
    def __call__(self, *a):
        if a not in self.cache: self.calls += 1; self.cache[a] = self.f(*a)
        return self.cache[a]
    def __get__(self, obj, owner): 
        from functools import partial
        return partial(self, obj) if obj is not None else self
@Memo
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(60), fib.calls)
class C:
    @Memo
    def sq(self, n): return n * n
    @staticmethod
    @trace("static")
    def st(x): return x
    @classmethod
    @trace("cls")
    def cm(cls, x): return cls.__name__ + x
    @property
    @trace("prop")
    def p(self): return "p"
    def bound(f): return lambda self: "bound " + f(self)
    @bound
    def m(self): return "m"
    del bound
c = C(); print(c.sq(4), c.sq(4), C.sq.calls, c.st(1), c.cm("z"), c.p, c.m())
@(lambda f: lambda: "replaced")
def gone(): pass
print(gone())
decos = [lambda f: f() + 1, str]
@decos[1]
@decos[0]
def value(): return 41
print(repr(value))
from functools import wraps, lru_cache, cached_property, singledispatch, partial, reduce, total_ordering
def w(f):
    @wraps(f)
    def inner(*a): "inner doc"; return f(*a)
    return inner
@w
def documented(x: int) -> int: "real doc"; return x
print(documented.__name__, documented.__doc__, documented.__wrapped__(3), documented.__annotations__)
@lru_cache(maxsize=2)
def slow(x): print("computing", x); return x * 2
print(slow(1), slow(1), slow(2), slow(3), slow(1), slow.cache_info())
class Lazy:
    @cached_property
    def v(self): print("once"); return 7
l = Lazy(); print(l.v, l.v, l.__dict__)
@singledispatch
def show(x): return f"object {x}"
@show.register
def _(x: int): return f"int {x}"
@show.register(list)
def _(x): return f"list {len(x)}"
print(show(1), show([1, 2]), show("s"), show(True))
@total_ordering
class T:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v
    def __lt__(self, o): return self.v < o.v
print(T(1) <= T(2), T(3) > T(2), T(2) >= T(2), partial(add.__wrapped__.__wrapped__, 1)(b=5), reduce(lambda a, b: a * b, range(1, 6)))
