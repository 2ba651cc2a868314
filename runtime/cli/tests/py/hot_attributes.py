# Hot attribute sites: instances of many shapes, slots, properties, class attributes, modules, and types changed while hot.
class A:
    cls = "A.cls"
    def __init__(self, x): self.x = x
    def meth(self): return "A.meth"
    @property
    def prop(self): return ("prop", self.x)
class B(A):
    cls = "B.cls"
    def meth(self): return "B." + super().meth()
class Sl:
    __slots__ = ("x", "cls", "prop")
    def __init__(self, x): self.x = x; self.cls = "slot"; self.prop = "slot prop"
    def meth(self): return "Sl.meth"
class G:
    def __getattr__(self, n): return (lambda: "G." + n) if n == "meth" else "G." + n
class GA:
    def __getattribute__(self, n): return (lambda: "GA!") if n == "meth" else "GA." + n
def use(o): return o.x, o.cls, o.prop, o.meth()
objs = [A(1), B(2), Sl(3), G(), GA()]
extra = A(4); extra.y = 1; extra.z = 2; objs.append(extra)
shadow = A(5); shadow.cls = "instance cls"; shadow.meth = lambda: "instance meth"; objs.append(shadow)
deleted = A(6); deleted.q = 1; del deleted.q; deleted.r = 2; objs.append(deleted)
dicted = A(7); dicted.__dict__; objs.append(dicted)
for rounds in (50, 1, 50):
    for o in objs:
        for _ in range(rounds): r = use(o)
        print(r)
def hot(o, n):
    t = 0
    for _ in range(n): t += o.x
    return t
a = A(1); print(hot(a, 500)); a.x = 2; print(hot(a, 500)); a.x = 0.5; print(hot(a, 4)); del a.x
try: hot(a, 5)
except AttributeError as e: print(e)
A.x = 9; print(hot(a, 100)); a.x = 1; print(hot(a, 100)); A.x = property(lambda self: 100); print(hot(a, 100)); del A.x; print(hot(a, 100))
def call(o, n): return [o.meth() for _ in range(n)][-1]
b = B(1); print(call(b, 100)); A.meth = lambda self: "patched A"; print(call(b, 100)); B.meth = lambda self: "patched B"; print(call(b, 100)); del B.meth; print(call(b, 100)); b.meth = lambda: "own"; print(call(b, 100)); del b.meth; B.meth = 5
try: call(b, 1)
except TypeError as e: print(e)
B.meth = classmethod(lambda cls: cls.__name__); print(call(b, 100)); B.meth = staticmethod(lambda: "static"); print(call(b, 100)); b.__class__ = A; print(call(b, 100))
def store(o, n):
    for i in range(n): o.v = i
    return o.v
class Desc:
    def __get__(self, o, t): return "desc"
    def __set__(self, o, v): log.append(v)
log = []; s = A(1); print(store(s, 100)); A.v = Desc(); print(store(s, 3), log); del A.v; print(store(s, 100)); sl = Sl(1)
try: store(sl, 1)
except AttributeError as e: print(e)
class Set:
    def __setattr__(self, n, v): object.__setattr__(self, n, v * 10)
print(store(Set(), 5), store(A(0), 50), store(Set(), 5))
import math, types
def mod(m, n): return [m.pi for _ in range(n)][-1]
m = types.ModuleType("m"); m.pi = 3; print(mod(math, 50), mod(m, 50)); m.pi = 4; print(mod(m, 50)); del m.pi
try: mod(m, 1)
except AttributeError as e: print(e)
m.__getattr__ = lambda n: "module getattr " + n; print(mod(m, 2))
def clsattr(c, n): return [c.cls for _ in range(n)][-1]
print(clsattr(A, 50), clsattr(B, 50)); A.cls = "new A"; del B.cls; print(clsattr(A, 50), clsattr(B, 50))
def many(n):
    out = []
    for i in range(n):
        o = A(i); setattr(o, f"k{i % 40}", i); o.x += 1; out.append(o.x)
    return sum(out)
print(many(400))
class Wide: pass
w = Wide()
for i in range(200): setattr(w, f"f{i}", i)
print(sum(getattr(w, f"f{i}") for i in range(200)), len(vars(w)), w.f150)
for i in range(0, 200, 2): delattr(w, f"f{i}")
print(len(vars(w)), w.f151, hasattr(w, "f150"), list(vars(w))[:3])
