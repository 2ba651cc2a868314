# Inheritance: MRO, super() in all its uses, diamond, abstract-like methods, mixins, isinstance hooks.
class A:
    def who(self): return ["A"]
    def __init__(self, **kw): self.log = getattr(self, "log", []) + ["A"]; 
class B(A):
    def who(self): return ["B"] + super().who()
    def __init__(self, **kw): super().__init__(**kw); self.log.append("B")
class C(A):
    def who(self): return ["C"] + super().who()
    def __init__(self, **kw): super().__init__(**kw); self.log.append("C")
class D(B, C):
    def who(self): return ["D"] + super().who()
    def __init__(self): super().__init__(); self.log.append("D")
d = D(); print(d.who(), d.log, [k.__name__ for k in D.__mro__], D.mro() == list(D.__mro__))
print(super(B, d).who(), super(D, D).who(d), super(C, d).who(), B.who(d), A.who(d))
try:
    class Bad(A, B): pass
except TypeError as e: print(e)
try:
    class Dup(A, A): pass
except TypeError as e: print(e)
for base in (bool, type(None), type(lambda: 0), range, slice):
    try: type("X", (base,), {})
    except TypeError as e: print(e)
try:
    class Lay(int, str): pass
except TypeError as e: print(e)
class Cls:
    @classmethod
    def make(cls): return [cls.__name__]
    @staticmethod
    def st(): return "st"
    @property
    def prop(self): return "prop"
class Sub(Cls):
    @classmethod
    def make(cls): return super().make() + ["sub"]
    @staticmethod
    def st(): return "sub" + Cls.st()
    @property
    def prop(self): return "sub" + super().prop
print(Sub.make(), Sub().make(), Sub.st(), Sub().prop, super(Sub, Sub).make())
class Base:
    def __init_subclass__(cls, /, tag=None, **kw):
        super().__init_subclass__(**kw)
        cls.tag = tag; print("subclass", cls.__name__, tag)
class S1(Base, tag="one"): pass
class S2(S1): pass
print(S1.tag, S2.tag, [c.__name__ for c in Base.__subclasses__()])
try:
    class S3(Base, other=1): pass
except TypeError as e: print(e)
class MyInt(int):
    def __add__(self, o): return MyInt(int(self) + int(o) + 100)
    def __repr__(self): return f"MyInt({int(self)})"
print(MyInt(5) + 1, 1 + MyInt(5), MyInt(3) * 2, MyInt(5) == 5, hash(MyInt(5)) == hash(5), MyInt("12"), isinstance(MyInt(1), int), int.__repr__(MyInt(9)))
class MyStr(str):
    def __len__(self): return 99
    def shout(self): return self.upper() + "!"
s = MyStr("abc"); print(s, len(s), s.shout(), s + "d", type(s + "d").__name__, s == "abc", {s: 1}["abc"], s[1:], "".join([s]))
class MyExc(ValueError):
    def __init__(self, a, b): super().__init__(f"{a}-{b}"); self.b = b
try: raise MyExc(1, 2)
except ValueError as e: print(e, e.b, e.args, type(e).__mro__[1].__name__)
class MyDict(dict):
    def __setitem__(self, k, v): super().__setitem__(k, v * 2)
m = MyDict(a=1); m["b"] = 1; m.update(c=1); print(m, m["b"])
class Meta(type):
    def __instancecheck__(cls, obj): return obj == 5
    def __subclasscheck__(cls, sub): return sub is str
class Odd(metaclass=Meta): pass
print(isinstance(5, Odd), isinstance(6, Odd), issubclass(str, Odd), issubclass(int, Odd), isinstance(1, (str, int)), isinstance(1, int | str), issubclass(bool, (str, int)))
x = A(); x.__class__ = B; print(x.who()); A.who = lambda self: ["patched"]; print(d.who()); del A.who
try: d.who()
except AttributeError as e: print(e)
class P1:
    def f(self): return "P1"
class P2:
    def f(self): return "P2"
class Ch(P1): pass
c = Ch(); print(c.f()); Ch.__bases__ = (P2,); print(c.f(), Ch.__mro__[1].__name__)
def outside(self): return super().f()
Ch.g = outside
for g in (lambda: c.g(), lambda: super(), lambda: super(int, "x").y, lambda: super(Ch).f, lambda: isinstance(1, 5), lambda: issubclass(1, int), lambda: super(Ch, c).nope, lambda: type("T", (5,), {}), lambda: object.__new__(5), lambda: int.__new__(str)):
    try: print(g())
    except (TypeError, RuntimeError, AttributeError) as e: print(type(e).__name__, e)
