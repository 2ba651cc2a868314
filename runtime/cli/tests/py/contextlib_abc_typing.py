# contextlib, abc, typing, functools.singledispatchmethod, types, numbers, string annotations at run time.
from contextlib import *
import abc, typing, functools, numbers, types
log = []
@contextmanager
def cm(n):
    log.append(f"in {n}")
    try: yield n
    finally: log.append(f"out {n}")
with ExitStack() as st: st.enter_context(cm(1)); st.callback(log.append, "cb"); st.enter_context(cm(2)); st.push(lambda *e: log.append(e[0] and e[0].__name__))
print(log); log.clear()
with suppress(KeyError, IndexError): {}["x"]
with closing(type("C", (), {"close": lambda s: print("closed")})()) as c: pass
with nullcontext(5) as v: print(v)
try:
    with ExitStack() as st:
        st.enter_context(cm("a")); st.callback(lambda: 1 / 0); raise KeyError("body")
except ZeroDivisionError as e: print(log, repr(e.__context__))
@cm("deco")
def decorated(): return "decorated"
print(decorated()); 
class CD(ContextDecorator):
    def __enter__(self): print("enter"); return self
    def __exit__(self, *a): print("exit")
@CD()
def f(): return 1
print(f())
@contextmanager
def twice(): yield 1; yield 2
@contextmanager
def never():
    if 0: yield
for g in (twice, never):
    try:
        with g(): pass
    except RuntimeError as e: print(e)
stack = ExitStack(); stack.callback(print, "moved"); new = stack.pop_all(); stack.close(); new.close()
class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...
    @property
    @abc.abstractmethod
    def name(self): ...
    def describe(self): return f"{self.name} {self.area()}"
class Sq(Shape):
    name = "square"
    def area(self): return 4
print(Sq().describe(), Shape.__abstractmethods__ == {"area", "name"}, isinstance(Sq(), Shape))
class Half(Shape):
    def area(self): return 1
for c in (Shape, Half):
    try: c()
    except TypeError as e: print(e)
class Duck(abc.ABC):
    @classmethod
    def __subclasshook__(cls, c): return hasattr(c, "quack") or NotImplemented
class Q: quack = 1
@Duck.register
class Reg: pass
print(isinstance(Q(), Duck), issubclass(Reg, Duck), isinstance(5, Duck), issubclass(int, numbers.Integral), isinstance(1.5, numbers.Real), isinstance(1j, numbers.Complex))
T = typing.TypeVar("T"); print(T, typing.List[int], typing.Optional[int], typing.Union[int, str], typing.Callable[[int], str], typing.Dict[str, T][int], typing.get_type_hints(lambda: 0), typing.Any, typing.Literal["a", 1], typing.Tuple[int, ...], typing.get_origin(list[int]), typing.get_args(dict[str, int]), typing.Annotated[int, "meta"], typing.ClassVar[int], typing.cast(int, "x"), typing.NewType("UserId", int)(5), typing.TYPE_CHECKING)
class Node(typing.Generic[T]):
    def __init__(self, v: T): self.v = v
    def get(self) -> "T": return self.v
print(Node[int](5).get(), Node[int], Node.__parameters__, typing.get_type_hints(Node.__init__), Node[int].__origin__ is Node)
class NT(typing.NamedTuple):
    a: int
    b: str = "x"
class TD(typing.TypedDict, total=False):
    k: int
print(NT(1), NT(1)._asdict(), NT.__annotations__, TD(k=1), TD.__total__, TD.__optional_keys__)
@typing.runtime_checkable
class Proto(typing.Protocol):
    def run(self) -> int: ...
class Runner:
    def run(self): return 1
print(isinstance(Runner(), Proto), isinstance(5, Proto))
@typing.overload
def ov(a: int) -> int: ...
def ov(a): return a
@typing.final
class Fin: pass
print(ov(1), Fin.__final__, typing.no_type_check(ov) is ov, typing.assert_type(1, int), typing.reveal_type.__name__)
class SD:
    @functools.singledispatchmethod
    def show(self, x): return "default"
    @show.register
    def _(self, x: int): return "int"
    @functools.cached_property
    def c(self): return "cached"
print(SD().show(1), SD().show("s"), SD().c); print(types.new_class("Dyn", (list,), {}, lambda ns: ns.update(x=1)).x, types.resolve_bases((list,)), types.GenericAlias(list, (int,)), types.CellType(5).cell_contents, types.NoneType, types.EllipsisType, types.UnionType is type(int | str))
async def acm():
    @asynccontextmanager
    async def a(): print("aenter"); yield 1; print("aexit")
    async with a() as v, AsyncExitStack() as s: print(v); s.push_async_callback(cb, "async cb")
async def cb(m): print(m)
try: acm().send(None)
except StopIteration: print("done")
