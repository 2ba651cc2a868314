# Parameters of every kind, defaults, calls with stars, and the exact errors of wrong calls.
def plain(a, b): return (a, b)
def default(a, b=2, c=3): return (a, b, c)
def star(*args, **kw): return (args, kw)
def kwonly(a, *, b, c=3): return (a, b, c)
def posonly(a, b=2, /, c=3, *, d=4): return (a, b, c, d)
def everything(a, b=2, /, c=3, *args, d, e=5, **kw): return (a, b, c, args, d, e, kw)
def nothing(): return "nothing"

print(plain(1, 2), plain(b=1, a=2), plain(1, b=3), plain(*[1, 2]), plain(**{"a": 1, "b": 2}), plain(*[1], **{"b": 2}))
print(default(1), default(1, 5), default(1, c=5), default(c=1, a=2), default(*range(3)))
print(star(), star(1, 2), star(x=1), star(*[1], 2, *[3], x=1, **{"y": 2}, z=3, **{"w": 4}))
print(kwonly(1, b=2), kwonly(b=1, a=2, c=4), posonly(1), posonly(1, 5, 6, d=7), posonly(1, c=9))
print(everything(1, d=0), everything(1, 2, 3, 4, 5, d=6, e=7, f=8), everything(1, d=2, a=3, b=4))
def shared(x, acc=[]):
    acc.append(x)
    return acc
print(shared(1), shared(2), shared(3, []), shared(4), shared.__defaults__)
def order(a=print("default evaluated once"), *, k=print("then keyword default")): return a, k
print(order(), order(), kwonly.__kwdefaults__, posonly.__defaults__)
print(plain.__name__, plain.__qualname__, plain.__module__, plain.__code__.co_varnames, everything.__code__.co_argcount, everything.__code__.co_posonlyargcount, everything.__code__.co_kwonlyargcount)
f = lambda *a, k=1, **kw: (a, k, kw)
print(f(1, 2, k=3, z=4), (lambda: 5)(), (lambda x, /: x)(6), (lambda x=7: x)())
plain.extra = 1; print(plain.extra, plain.__dict__)
default.__defaults__ = (20, 30); print(default(1)); kwonly.__kwdefaults__ = {"b": 1, "c": 2}; print(kwonly(0))
def swap(a, b): return b, a
plain.__code__ = swap.__code__; print(plain(1, 2))
class It:
    def keys(self): return ["p", "q"]
    def __getitem__(self, k): return k * 2
print(star(**It()), star(*"ab", *{"k": 1}, *(i for i in range(2))))
for call in ("swap()", "swap(1)", "swap(1, 2, 3)", "swap(1, c=2)", "swap(1, 2, a=3)", "swap(a=1)", "nothing(1)", "nothing(x=1)", "kwonly(1, 2)", "posonly(a=1)", "posonly(1, b=2)", "posonly()", "everything(1)", "everything()", "swap(*1)", "swap(**1)", "swap(**{1: 2})", "star(**{'a': 1}, **{'a': 2})", "swap(1, **{'a': 2})", "default(1, 2, 3, 4)", "default(1, 2, 3, 4, x=5)", "nothing.foo", "5()", "len()", "len(1, 2)", "len(x=1)", "print(nosuch=1)", "(lambda: 0)(1)", "'abc'.upper(1)", "[].append()", "int(x=1)", "sorted()", "isinstance(1)", "star(*[1], **[2])", "swap(1, 2, 3, 4, 5)", "kwonly()", "default()", "f(1, 2, k=1, **{'k': 2})", "swap(b=1, c=2, d=3)"):
    try:
        print(call, eval(call))
    except TypeError as e:
        print(call, "->", e)
    except AttributeError as e:
        print(call, "->", e)
for source in ("def f(a, a): 0", "def f(a=1, b): 0", "def f(*, **k): 0", "def f(*a, *b): 0", "def f(**k, a): 0", "def f(/, a): 0", "def f(a, /, b, /): 0", "def f(*): 0", "f(a=1, 2)", "f(**k, *a)", "f(a=1, a=2)", "f(1=2)", "lambda a, a: 0", "f(x for x in y, 1)", "def f(None): 0", "f(a.b=1)"):
    try:
        compile(source, "s", "exec")
        print(source, "ok")
    except SyntaxError as e:
        print(source, "->", e.msg)
