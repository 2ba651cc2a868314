# Annotations (PEP 649/749), type parameters (PEP 695/696), type aliases, generics at run time.
import annotationlib
def f(a: int, b: "str" = "x", *args: list[int], c: undefined_later = 1, **kw: dict) -> None: pass
try: f.__annotations__
except NameError as e: print(e)
print(sorted(annotationlib.get_annotations(f, format=annotationlib.Format.STRING).items()))
undefined_later = float; print(f.__annotations__)
x: int = 5; y: str
print(x, __annotate__(1) if "__annotate__" in globals() else "none", "y" in globals())
class C:
    a: int
    b: "forward" = 1
    def m(self, o: C) -> list[C]: pass
    c: D
class D: pass
print(C.__annotations__, C.b, hasattr(C, "a"), C.m.__annotations__["o"] is C)
def local():
    v: no_such_type = 1
    w: int
    return v
print(local())
def ident[T](v: T) -> T: return v
print(ident(5), ident.__type_params__, ident.__annotations__["v"], type(ident.__type_params__[0]).__name__)
class Box[T, *Ts, **P]:
    def __init__(self, v): self.v = v
    def get[U: (int, str)](self, d: U) -> U: return self.v
print(Box.__type_params__, Box(1).get(2), Box.__parameters__, Box[int, str, [int]].__args__, Box.get.__type_params__[0].__constraints__)
class Def[T = int, U: str = str]: pass
print(Def.__type_params__[0].__default__, Def.__type_params__[1].__bound__, Def.__type_params__[1].has_default())
type Alias[T] = list[T] | dict[str, Alias[T]]
print(Alias, Alias.__name__, Alias.__type_params__, Alias[int], type(Alias).__name__)
type Lazy = NotDefinedYet
try: Lazy.__value__
except NameError as e: print(e)
class NotDefinedYet: pass
print(Lazy.__value__.__name__)
print(list[int], dict[str, list[int]], tuple[int, ...], int | str, int | None, list[int] | None, type[int], (int | str) == (str | int), list[int].__origin__, list[int].__args__, list[int]([1]), isinstance([1], list))
print(list["T"], list[int] == list[int], hash(list[int]) == hash(list[int]), (int | str).__args__, isinstance(5, int | str), issubclass(bool, int | str))
def outer[T](a: T):
    def inner(b: T) -> T: return b
    class K[S]:
        z: S; w: T
    return inner, K
i, K = outer(1); print(i.__annotations__, K.__annotations__)
class Sub[T](Box[T, int, [str]]): pass
print([b.__name__ for b in Sub.__mro__], Sub.__orig_bases__[0].__origin__.__name__)
for g in (lambda: list[int][str], lambda: isinstance([], list[int]), lambda: int[str], lambda: int | 5, lambda: Box[int].nope):
    try: print(g())
    except (TypeError, AttributeError) as e: print(e)
for s in ("def f[T, T](): 0", "class A[T: (yield)]: 0", "type X[T] = (yield)", "def f[T = int, U](): 0", "x: int: str", "(x): int = 1", "x.y: int", "x[0]: int = 1", "f(): int", "def f[*T: int](): 0", "class A[]: 0", "type 5 = 1", "def g():\n x: (yield)", "lambda x: int: 1"):
    try: compile(s, "s", "exec"); print("ok", s)
    except SyntaxError as e: print(s, "->", e.msg)
