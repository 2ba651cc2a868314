# Descriptors: data and non-data, __set_name__, precedence, properties, methods as descriptors, __slots__.
class Data:
    def __set_name__(self, owner, name): self.name = name; print("set_name", owner.__name__, name)
    def __get__(self, obj, owner): return f"data {self.name}" if obj is not None else f"class {self.name}"
    def __set__(self, obj, value): print("set", self.name, value); obj.__dict__["_" + self.name] = value
    def __delete__(self, obj): print("delete", self.name)
class NonData:
    def __get__(self, obj, owner): return ("nondata", obj is None, owner.__name__)
class Owner:
    d = Data(); n = NonData()
    value = 1
o = Owner()
print(o.d, Owner.d, o.n, Owner.n); o.d = 5; del o.d
o.__dict__["d"] = "shadow"; o.__dict__["n"] = "shadow"; print(o.d, o.n, sorted(vars(o)))
o.n = 9; print(o.n); del o.n; print(o.n)
class Prop:
    def __init__(self): self._v = 0
    @property
    def v(self): "doc of v"; return self._v
    @v.setter
    def v(self, x): 
        if x < 0: raise ValueError("negative")
        self._v = x
    @v.deleter
    def v(self): self._v = -1
    ro = property(lambda self: "read only")
    w = property(None, lambda self, x: print("write", x))
p = Prop(); p.v = 5; print(p.v, Prop.v.__doc__, Prop.v.fget.__name__, type(Prop.v).__name__, Prop.v.__name__); del p.v; print(p.v); p.w = 3
class SubProp(Prop):
    @Prop.v.getter
    def v(self): return ("sub", self._v)
q = SubProp(); q.v = 3; print(q.v)
for f in (lambda: setattr(p, "v", -1), lambda: setattr(p, "ro", 1), lambda: delattr(p, "ro"), lambda: p.w, lambda: delattr(p, "w"), lambda: setattr(Prop.v, "fget", 1)):
    try: f()
    except (AttributeError, ValueError) as e: print(type(e).__name__, e)
class Slots:
    __slots__ = ("a", "b", "__weakref__")
    c = 3
s = Slots(); s.a = 1; print(s.a, s.c, hasattr(s, "b"), hasattr(s, "__dict__"), type(Slots.a).__name__, Slots.a.__get__(s), Slots.__slots__)
class SubSlots(Slots): 
    __slots__ = ("d",)
class WithDict(Slots): pass
t = SubSlots(); t.a, t.d = 1, 2; u = WithDict(); u.a = 1; u.z = 9; print(t.a + t.d, u.__dict__)
for f in (lambda: s.b, lambda: setattr(s, "z", 1), lambda: setattr(s, "c", 1), lambda: setattr(t, "z", 1), lambda: delattr(s, "b"), lambda: type("X", (), {"__slots__": ("a", "a b")}), lambda: type("X", (), {"__slots__": ("v",), "v": 1}), lambda: Slots.a.__get__(5)):
    try: f()
    except (AttributeError, TypeError, ValueError) as e: print(type(e).__name__, e)
def func(self): return ("bound", self)
print(func.__get__(5)(), func.__get__(None, int) is func, classmethod(lambda c: c).__get__(None, str)(), staticmethod(func)(2))
class Dyn:
    def __getattr__(self, name):
        if name.startswith("x"): return "dyn " + name
        raise AttributeError(f"no {name}", name=name, obj=self)
    def __getattribute__(self, name):
        if name == "always": return "intercepted"
        return super().__getattribute__(name)
    def __setattr__(self, name, v): super().__setattr__(name, ("wrapped", v))
    def __delattr__(self, name): print("del", name); super().__delattr__(name)
    def __dir__(self): return ["z", "a"]
y = Dyn(); y.k = 1; print(y.k, y.xyz, y.always, dir(y)); del y.k
try: y.k
except AttributeError as e: print(e, e.name, e.obj is y)
class Lazy:
    def __init__(self, f): self.f = f
    def __set_name__(self, o, n): self.n = n
    def __get__(self, obj, o=None):
        print("computing"); v = obj.__dict__[self.n] = self.f(obj); return v
class Uses:
    @Lazy
    def big(self): return 42
z = Uses(); print(z.big, z.big)
try:
    class Broken:
        class X:
            def __set_name__(self, o, n): raise ValueError("in set_name")
        x = X()
except ValueError as e: print(e, e.__notes__)
