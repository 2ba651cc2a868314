# match: literals, captures, sequences, mappings, classes, guards, or-patterns, star, as.
class P:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
class Q(P): pass
class NoArgs:
    def __init__(self): self.a = 1
class K: A = 1; B = "b"
def m(v):
    match v:
        case 0 | 1: return "zero or one"
        case -2.5: return "neg float"
        case 3 + 4j: return "complex"
        case "hello": return "greeting"
        case b"raw": return "bytes"
        case None: return "none"
        case True: return "true"
        case K.B: return "const B"
        case []: return "empty seq"
        case [x]: return f"one {x}"
        case [1, 2, *rest]: return f"1 2 rest {rest}"
        case [first, *_, last] if first == last: return f"same ends {first}"
        case (a, (b, c)): return f"nested {a} {b} {c}"
        case [_, *mid, _]: return f"mid {mid}"
        case {"type": "circle", "r": r}: return f"circle {r}"
        case {"k": [a, b], **rest}: return f"map {a} {b} {rest}"
        case {}: return "some map"
        case P(0, 0): return "origin"
        case Q(x=q): return f"Q {q}"
        case P(x, y=yy) if x == yy: return f"diag {x}"
        case P(x, P(y, z)): return f"nested P {x} {y} {z}"
        case P(): return "some P"
        case int(n) if n > 100: return f"big {n}"
        case str() | bytes() as s: return f"text {s!r}"
        case float(f): return f"float {f}"
        case NoArgs(a=1 as one): return f"noargs {one}"
        case _: return f"other {v!r}"
for v in (0, 1, 1.0, True, False, -2.5, 3 + 4j, "hello", b"raw", None, "b", [], (), [5], (1, 2), [1, 2, 3, 4], [7, 8, 7], (1, (2, 3)), [1, 5, 6, 2], {"type": "circle", "r": 2, "z": 1}, {"k": (1, 2), "m": 3}, {}, {"q": 1}, P(0, 0), Q(5, 6), P(3, 3), P(1, P(2, 3)), P(1, 2), 500, 50, "text", b"x", 2.5, NoArgs(), {1, 2}, range(2), range(1), bytearray(b"ab"), "ab"):
    print(m(v) if not isinstance(v, set) else m(v)[:5])
def bind(v):
    match v:
        case {"a": a, "b": {"c": [c, *d]}}: pass
        case [a, b] | {"x": a, "y": b}: c = d = None
        case a: c = d = "whole"
    return a, c, d
print(bind({"a": 1, "b": {"c": [2, 3, 4]}}), bind([1, 2]), bind({"x": 1, "y": 2}), bind(9))
def fall(v):
    match v:
        case 1: r = "one"
        case 2: r = "two"
    return locals().get("r", "unbound")
print(fall(1), fall(2), fall(3))
match 1, 2:
    case 1, x: print("tuple subject", x)
match = {"case": 1}; case = 5; print(match["case"], case); _ = 3
match case:
    case 5: print("soft keywords")
class Map(dict): pass
class Seq(list): pass
print(m(Map(type="circle", r=9)), m(Seq([5])))
def order(v):
    match v:
        case [x, y] if print("guard", x, y): return "first"
        case [x, 2]: return f"second {x}"
print(order([1, 2]))
class Bad: __match_args__ = 5
class Bad2: __match_args__ = (1,)
class One: __match_args__ = ("v",); v = 1
def cls(k, v):
    match v:
        case k(1): return "yes"
    return "no"
for f in (lambda: cls(Bad, Bad()), lambda: cls(Bad2, Bad2()), lambda: cls(NoArgs, NoArgs()), lambda: cls(5, 5), lambda: cls(One, One()), lambda: cls(int, 1), lambda: cls(str, "1"), lambda: cls(dict, {})):
    try: print(f())
    except TypeError as e: print(e)
for s in ("match x:\n case a: 0\n case b: 0", "match x:\n case a | 1: 0", "match x:\n case a | b: 0", "match x:\n case [a, a]: 0", "match x:\n case {'k': 1, 'k': 2}: 0", "match x:\n case [*a, *b]: 0", "match x:\n case P(x=1, x=2): 0", "match x:\n case _ | 1: 0", "match x:\n case {**r, 'a': 1}: 0", "match x:\n case 1 + 1: 0", "match x:\n case f'x': 0", "match x:\n case {**_}: 0", "match x:\n case P(a=1, 2): 0", "match x:\n case x.y | z: 0"):
    try: compile(s, "s", "exec"); print("ok")
    except SyntaxError as e: print(e.msg)
