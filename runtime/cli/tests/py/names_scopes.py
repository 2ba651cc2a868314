# Name mangling, class scope, dunder names, del in scopes, global in class, keywords as attributes, unicode identifiers.
class A:
    __private = 1
    __dunder__ = 2
    def get(self): return self.__private, self.__dunder__
    def set(self): self.__new = 5; return sorted(vars(self))
    class __Inner: pass
    def local(self): __x = 3; return "_A__x" in locals()
    @staticmethod
    def kw(__a=1): return __a
    def imp(self):
        import os.path as __p; return __p.sep
a = A(); print(a.get(), a.set(), A._A__private, hasattr(A, "__private"), [n for n in vars(A) if "Inner" in n], a.local(), A.kw(), a.imp())
class _B:
    __x = 1
print(_B._B__x); 
class __:
    __y = 2
print(__.__dict__["__y"])
x = "module"
class C:
    x = x + " class"
    def f(self): return x
    y = [x for _ in "a"]
    global g_in_class
    g_in_class = 7
    def __init__(self): self.x = "inst"
print(C.x, C().f(), C.y, g_in_class, C().x, hasattr(C, "g_in_class"))
été, 变量, _ñ = 1, 2, 3; print(été + 变量 + _ñ, "été" in globals()); ﬁ = 9; print(fi)
class K: pass
k = K(); setattr(k, "class", 1); setattr(k, "with space", 2); print(getattr(k, "class"), vars(k))
match, case, type_, _ = 1, 2, 3, 4; print(match, case, _); type = type; print(type(5).__name__)
def shadow(list): return list
print(shadow(1)); int_, int = int, str; print(int(5)); int = int_; del int; print(int("5"))
def f():
    for i in range(2): pass
    with open("/dev/null") as h: pass
    try: raise ValueError
    except ValueError as e: pass
    import sys as s
    class D: pass
    def g(): pass
    (w := 5)
    [t for t in range(3)]
    return sorted(locals())
print(f())
def outer():
    v = 1
    class Inner:
        v = 2
        def m(self): return v
        w = v
    return Inner().m(), Inner.w
print(outer())
def cell_class():
    v = 1
    class Inner:
        u = v
        def n(self):
            nonlocal v
            v += 1; return v
    return Inner.u, Inner().n(), v
print(cell_class())
class Meth:
    def a(self): return __class__
    b = lambda self: __class__.__name__
    def c(self): return [__class__.__name__ for _ in range(1)]
print(Meth().a() is Meth, Meth().b(), Meth().c())
print(__name__, __builtins__ is not None, __doc__, __file__.endswith("names_scopes.py"), __spec__, __package__)
def doc():
    "docstring"
    return doc.__doc__
class Doc:
    """class doc"""
    def m(self): f"not a docstring"
print(doc(), Doc.__doc__, Doc.m.__doc__, (lambda: 0).__doc__)
def gen_scope():
    y = 1; g = (y + i for i in range(2)); y = 10; return list(g)
print(gen_scope(), [f"{a}{b}" for a in "xy" for b in a * 2], (lambda x: (lambda y: x + y))(1)(2))
exec("def late(): return later\nlater = 5"); print(late()); print([n for n in dir() if n == "late"])
for s in ("None = 1", "def True(): 0", "class False: 0", "x.None = 1", "f(None=1)", "import None", "__debug__ = 1", "del __debug__", "def f(__debug__): 0", "for None in x: 0", "with a as True: 0", "lambda None: 0", "x.__debug__ = 1", "from x import y as None", "global None", "except_ = 1; except = 2", "async = 1", "await = 1"):
    try: compile(s, "s", "exec"); print("ok", s)
    except SyntaxError as e: print(s, "->", e.msg)
