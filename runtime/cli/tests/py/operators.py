# Overloaded operators: forward, reflected, in-place, unary, comparison, NotImplemented, subclass priority.
class V:
    def __init__(self, n): self.n = n
    def __repr__(self): return f"V({self.n})"
for name, sign in {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@", "and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>"}.items():
    setattr(V, f"__{name}__", lambda self, o, s=sign: f"{self} {s} {o!r}")
    setattr(V, f"__r{name}__", lambda self, o, s=sign: f"{o!r} {s} {self} (r)")
for name in ("neg", "pos", "invert", "abs"): setattr(V, f"__{name}__", lambda self, n=name: f"{n} {self}")
v = V(1)
print(v + 1, v - 1, v * 1, v / 1, v // 1, v % 1, v ** 1, v @ 1, v & 1, v | 1, v ^ 1, v << 1, v >> 1)
print(1 + v, 1 - v, 1 * v, 1 / v, 1 // v, 1 % v, 1 ** v, 1 @ v, 1 & v, 1 | v, 1 ^ v, 1 << v, 1 >> v, "s" + v, 2.5 - v, 10**30 * v, sep="; ")
print(-v, +v, ~v, abs(v), divmod(7, 2), v + v, "x" * 2 + v)
x = v; x += 5; print(x)
class Acc:
    def __init__(self): self.items = []
    def __iadd__(self, o): self.items.append(("+=", o)); return self
    def __isub__(self, o): return "replaced"
    def __ior__(self, o): return NotImplemented
    def __or__(self, o): return ("or", o)
a = Acc(); b = a; a += 1; a += 2; print(a is b, a.items); a |= 3; print(a); b -= 1; print(b)
class L:
    def __add__(self, o): print("L.add"); return NotImplemented
class R:
    def __radd__(self, o): print("R.radd"); return "R result"
print(L() + R())
class Base:
    def __add__(self, o): return "base add"
    def __radd__(self, o): return "base radd"
class Derived(Base):
    def __radd__(self, o): return "derived radd"
class Plain(Base): pass
print(Base() + Derived(), Derived() + Base(), Base() + Plain(), Base() + Base())
class Cmp:
    def __init__(self, n): self.n = n
    def __lt__(self, o): print("lt", end=" "); return self.n < o.n
    def __le__(self, o): print("le", end=" "); return NotImplemented
    def __eq__(self, o): print("eq", end=" "); return NotImplemented
print(Cmp(1) < Cmp(2), Cmp(1) > Cmp(2), Cmp(1) == Cmp(1), Cmp(1) != Cmp(1), sorted([Cmp(3), Cmp(1)])[0].n, max(Cmp(1), Cmp(5)).n)
class EqOnly:
    def __eq__(self, o): return "truthy"
print(EqOnly() == 1, EqOnly() != 1, 1 == EqOnly(), [EqOnly()] == [5], EqOnly() in [1])
class Cont:
    def __contains__(self, k): return k
    def __len__(self): return 3
    def __getitem__(self, i): 
        if i > 2: raise IndexError
        return i * 10
print(5 in Cont(), 0 in Cont(), list(Cont()), list(reversed(Cont())), 20 in list(Cont()))
class Seq:
    def __getitem__(self, i): 
        if i > 2: raise IndexError
        return i
print(2 in Seq(), 7 in Seq(), list(Seq()), [*Seq()], max(Seq()))
class Num:
    def __int__(self): return 3
    def __float__(self): return 2.5
    def __index__(self): return 4
    def __round__(self, n=None): return ("round", n)
    def __trunc__(self): return 1
    def __floor__(self): return "floor"
    def __hash__(self): return 2**70
    def __bool__(self): return False
    def __divmod__(self, o): return ("divmod", o)
    def __rdivmod__(self, o): return ("rdivmod", o)
    def __pow__(self, o, m=None): return ("pow", o, m)
n = Num(); print(int(n), float(n), hex(n), [1, 2, 3, 4, 5][n], round(n), round(n, 2), hash(n) == hash(2**70), bool(n), divmod(n, 1), divmod(1, n), pow(n, 2), pow(n, 2, 5), n**7, complex(n), "ab" * n)
for f in (lambda: object() + 1, lambda: L() + 1, lambda: -object(), lambda: Cmp(1) <= Cmp(2), lambda: object() < object(), lambda: object() @ object(), lambda: [] - [], lambda: {} | 1, lambda: 1 in 5, lambda: ~1.5, lambda: "a" - "b", lambda: None < None, lambda: 1 + None, lambda: pow("a", 2), lambda: divmod("a", 1), lambda: 2 ** "x", lambda: (1,) @ (2,), lambda: 1 << 1.0, lambda: abs("x"), lambda: exec("x = 1; x += 'a'"), lambda: exec("x = []; x += 5"), lambda: exec("x = {}; x -= {}"), lambda: exec("x = print; print >> x")):
    try: print(f())
    except TypeError as e: print(e)
