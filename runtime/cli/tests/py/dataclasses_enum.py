# dataclasses and enum.
from dataclasses import dataclass, field, asdict, astuple, replace, fields, FrozenInstanceError, InitVar, KW_ONLY, make_dataclass
from enum import Enum, IntEnum, Flag, IntFlag, auto, StrEnum, unique
from typing import ClassVar
@dataclass
class P:
    x: int
    y: int = 0
    tags: list = field(default_factory=list, repr=False, compare=False)
    kind: ClassVar[str] = "point"
p = P(1); q = P(1, 0, ["t"]); print(p, p == q, p != P(2), p.tags is not P(1).tags, [f.name for f in fields(P)], asdict(q), astuple(p), replace(p, y=9), P.kind, P.__match_args__)
@dataclass(order=True, frozen=True)
class V:
    major: int
    minor: int = 0
print(V(1, 2) < V(1, 3), sorted([V(2), V(1, 5)]), hash(V(1)) == hash(V(1)), {V(1): "a"}[V(1, 0)], max(V(1), V(0, 9)))
try: V(1).major = 2
except FrozenInstanceError as e: print(e)
@dataclass
class C(P):
    z: int = 5
    init_only: InitVar[int] = 1
    total: int = field(init=False)
    _: KW_ONLY
    kw: str = "k"
    def __post_init__(self, init_only): self.total = self.x + self.z + init_only
print(C(1, z=2, init_only=10), C(1, kw="q").total)
@dataclass(slots=True)
class S: a: int; b: str = "b"
print(S(1), hasattr(S(1), "__dict__"), S.__slots__, S(1) == S(1)); D = make_dataclass("D", [("a", int), ("b", str, "x")]); print(D(1)); print(asdict(P(1, P(2))))
for f in (lambda: P(), lambda: P(1, 2, 3, 4), lambda: dataclass(type("B", (), {"__annotations__": {"a": list}, "a": []})), lambda: C(1, 2, [], 3, 4, "x"), lambda: V(1) < 5):
    try: print(f())
    except (TypeError, ValueError) as e: print(type(e).__name__, e)
class Color(Enum):
    RED = 1; GREEN = 2; ALIAS = 1
    def describe(self): return f"{self.name}={self.value}"
    @property
    def low(self): return self.name.lower()
print(Color.RED, repr(Color.RED), Color(2), Color["GREEN"], list(Color), Color.ALIAS is Color.RED, Color.RED.describe(), Color.GREEN.low, Color.RED in Color, len(Color), Color.RED == 1, {Color.RED: 1}[Color(1)], isinstance(Color.RED, Color), Color.__members__.keys(), Color.RED.__class__.__name__, f"{Color.RED}")
class N(IntEnum): A = auto(); B = auto(); C = 10; D = auto()
print(list(N), N.B + 1, N.C > N.A, N(11), f"{N.A}", repr(N.A), sorted([N.C, N.A]), [10, 20][N.A])
class F(Flag): R = auto(); W = auto(); X = auto(); RW = R | W
print(F.R | F.X, F.RW, F.R in F.RW, ~F.R, F.RW & F.W, bool(F.R & F.W), list(F.RW), F(0), F(5), F.R ^ F.RW, len(F.RW), repr(F.R | F.X))
class T(StrEnum): ONE = auto(); TWO = "2"
print(T.ONE, T.TWO + "x", T("one"), repr(T.ONE)); class_ = IntFlag("Perm", "A B C"); print(class_.A | class_.C, class_(7), int(class_.B))
class Planet(Enum):
    EARTH = (5.97, 6.37); MARS = (0.64, 3.39)
    def __init__(self, mass, radius): self.mass, self.radius = mass, radius
print(Planet.MARS.mass, Planet((5.97, 6.37))); Animal = Enum("Animal", "CAT DOG"); print(list(Animal), Animal.DOG.value)
for f in (lambda: Color(9), lambda: Color["X"], lambda: setattr(Color, "RED", 5), lambda: type("Sub", (Color,), {}), lambda: unique(Color), lambda: Color.BLUE, lambda: Color.RED < Color.GREEN, lambda: F(99), lambda: setattr(Color.RED, "value", 3)):
    try: print(f())
    except (ValueError, KeyError, AttributeError, TypeError) as e: print(type(e).__name__, e)
match Color(2):
    case Color.RED: print("red")
    case Color.GREEN: print("green")
class Miss(Enum):
    A = 1
    @classmethod
    def _missing_(cls, v): return cls.A
print(Miss(99))
