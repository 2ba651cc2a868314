# type(), isinstance, dir, vars, id, callable, help texts' inputs, names of built-in types and their attributes.
import sys, types
for v in (1, 1.0, "s", b"b", [], (), {}, set(), frozenset(), None, True, ..., range(1), slice(1), 1j, len, [].append, int, type, object(), lambda: 0, (x for x in ()), sys, bytearray(), memoryview(b""), property(), classmethod(len), staticmethod(len), super, int.__add__, (1).__add__, int.real, dict.fromkeys, type.__dict__["__mro__"], NotImplemented, Exception(), zip(), map(str, []), iter([]), {}.keys(), {}.values(), {}.items(), (lambda: 0).__code__, types.SimpleNamespace(a=1), int | str, list[int]):
    print(type(v).__name__, type(v).__module__, type(v).__qualname__, end="; ")
print()
print(len.__name__, len.__module__, [].append.__name__, [].append.__qualname__, int.__add__.__name__, int.__add__.__qualname__, str.join.__objclass__, dict.fromkeys.__self__, len.__self__.__name__, "abc".upper.__self__, type(len).__name__)
print(len, print, int, [].append.__name__, int.__add__, str.join, type(None), types.ModuleType, int.real, types.FunctionType)
print(sys.version_info[:2], sys.version_info.major, sys.byteorder, sys.maxsize == 2**63 - 1, sys.maxunicode, sys.implementation.name != "", sys.float_info.max, sys.int_info.default_max_str_digits, sys.hash_info.modulus, sys.platform, type(sys.argv), sys.getrecursionlimit(), sys.flags.optimize, __debug__)
class A:
    "doc a"
    x = 1
    def m(self, a): "doc m"; return a
    def __dir__(self): return super().__dir__() 
print([n for n in dir(A) if not n.startswith("__")], [n for n in dir(A()) if not n.startswith("__")], A.__doc__, A.m.__doc__, sorted(n for n in A.__dict__ if not n.startswith("__")), type(A.__dict__).__name__)
print(dir(object()) == sorted(dir(object())), "__eq__" in dir(5), [n for n in dir([]) if not n.startswith("_")], [n for n in dir({}) if not n.startswith("_")], [n for n in dir(()) if not n.startswith("_")], [n for n in dir(set) if not n.startswith("_")])
print([n for n in dir("") if not n.startswith("_")]); print([n for n in dir(5) if not n.startswith("_")], [n for n in dir(1.0) if not n.startswith("_")], [n for n in dir(b"") if n.startswith("is")])
print(isinstance(True, int), type(True) is int, issubclass(type, object), isinstance(type, type), isinstance(object, type), type(type) is type, object.__bases__, type.__bases__, type.__mro__, int.__base__)
print(callable(5), callable(A), callable(A().m), id(A) == id(A), A() is A(), hash("a") == hash("a"), object() == object(), hasattr(5, "real"), getattr(5, "nope", "default"))
ns = types.SimpleNamespace(a=1, b="x"); ns.c = 2; print(ns, ns == types.SimpleNamespace(a=1, b="x", c=2), vars(ns)); m = types.ModuleType("mod", "doc"); m.v = 1; print(m.__name__, m.__doc__, m.v, repr(m))
f = types.MethodType(lambda self, x: (self, x), 5); print(f(6), f.__self__); mp = types.MappingProxyType({"a": 1}); print(mp["a"], len(mp), mp, list(mp))
try: mp["b"] = 1
except TypeError as e: print(e)
import inspect
def sig(a, b: int = 2, /, *args, c, d="x", **kw) -> str: ...
print(inspect.signature(sig), inspect.signature(A.m), inspect.signature(lambda x=1: 0), inspect.getdoc(A), inspect.isfunction(sig), inspect.isclass(A), inspect.ismethod(A().m), inspect.isgenerator(x for x in ()), inspect.getmro(bool), inspect.signature(A))
fr = sys._getframe(); print(fr.f_code.co_name, fr.f_lineno > 0, fr.f_globals is globals(), fr.f_back)
def caller(): return sys._getframe(1).f_code.co_name, sys._getframe().f_locals, sys._getframe().f_code.co_name
def here(): return caller()
print(here())
print(repr(A)[:8], object.__repr__(5)[:7], str(type("X", (), {})), repr(type(5)), repr(int.__dict__["real"])[:12], print.__doc__[:6], len.__doc__)
