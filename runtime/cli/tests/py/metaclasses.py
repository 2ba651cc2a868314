# Metaclasses: __prepare__, __new__, __init__, __call__, conflicts, three-argument type, class keyword arguments.
class Meta(type):
    @classmethod
    def __prepare__(mcls, name, bases, **kw):
        print("prepare", name, [b.__name__ for b in bases], kw); return {"injected": 1}
    def __new__(mcls, name, bases, ns, **kw):
        print("new", name, sorted(k for k in ns if not k.startswith("__")), kw); return super().__new__(mcls, name, bases, ns)
    def __init__(cls, name, bases, ns, **kw):
        print("init", name, kw); super().__init__(name, bases, ns)
    def __call__(cls, *a, **k):
        print("call", cls.__name__, a, k); return super().__call__(*a, **k)
    def __repr__(cls): return f"<{cls.__name__}!>"
    def __len__(cls): return 42
    def __getitem__(cls, k): return (cls.__name__, k)
    def __contains__(cls, k): return k == "in"
    def __iter__(cls): return iter("abc")
    def meta_method(cls): return "mm " + cls.__name__
    @property
    def meta_prop(cls): return "mp"
    def __getattr__(cls, name): return "ga " + name if name != "nope" else super().__getattribute__(name)
class A(metaclass=Meta, flag=True):
    x = 1
    def __init__(self, v): self.v = v
a = A(5)
print(A, len(A), A["k"], "in" in A, list(A), A.meta_method(), A.meta_prop, A.other, A.injected, a.v, a.injected, type(A).__name__)
class B(A): y = 2
print(type(B) is Meta, B(1).v)
for f in (lambda: a.meta_method, lambda: A.nope):
    try: f()
    except AttributeError as e: print(e)
class M2(type): pass
try:
    class C(A, metaclass=M2): pass
except TypeError as e: print(e)
class M3(Meta): pass
class D(A, metaclass=M3): pass
print(type(D).__name__)
T = type("T", (object,), {"f": lambda self: "f", "attr": [1]}); print(T, T().f(), T.attr, T.__module__, T.__dict__["attr"])
def factory(name, bases, ns): print("factory", name); return 5
class N(metaclass=factory): z = 1
print(N)
class Singleton(type):
    _inst = {}
    def __call__(cls, *a):
        if cls not in cls._inst: cls._inst[cls] = super().__call__(*a)
        return cls._inst[cls]
class S(metaclass=Singleton):
    def __init__(self, v): self.v = v
print(S(1) is S(2), S(3).v)
class Entries:
    def __mro_entries__(self, bases): print("mro_entries", len(bases)); return (dict,)
class E(Entries()): pass
print(E.__bases__, E.__orig_bases__[0].__class__.__name__)
class CG:
    def __class_getitem__(cls, item): return f"{cls.__name__}[{item}]"
print(CG[1, 2], CG["x"])
print(type(5), type(type), type(A) is Meta, isinstance(A, type), type.__call__(int, "7"), type.mro(bool), A.__subclasses__())
class Auto(dict):
    def __missing__(self, k):
        if k.startswith("__"): raise KeyError(k)
        v = self[k] = len(self); return v
class EnumMeta(type):
    @classmethod
    def __prepare__(m, n, b): return Auto()
    def __new__(m, n, b, ns): return super().__new__(m, n, b, dict(ns))
class Color(metaclass=EnumMeta):
    RED; GREEN; BLUE
print(Color.GREEN - Color.RED, Color.BLUE - Color.GREEN)
for f in (lambda: type("X"), lambda: type(1, 2, 3), lambda: type("X", 1, {}), lambda: type("X", (), 5), lambda: type("a\0b", (), {}), lambda: type(), lambda: exec("class X(metaclass=5): pass"), lambda: exec("class X(**{'a': 1}): pass"), lambda: exec("class X(int, metaclass=lambda *a: 1, k=2): pass")):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
A.late = lambda self: "late"; print(a.late()); del A.x
print(hasattr(B, "x") and B.x, A.__name__); A.__name__ = "Renamed"; print(A, A.__qualname__)
