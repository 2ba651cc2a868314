# dict: order, methods, views, merging, deletion while keeping order, keys of mixed types.
d = {"a": 1, "b": 2, 3: "c", None: 4, (1, 2): 5, 2.5: 6, True: 7}
print(d, len(d), d["a"], d[(1, 2)], d[1], d[1.0], d.get("x"), d.get("x", 0), "a" in d, "z" not in d)
d["new"] = 8; d["a"] = 10; del d["b"]; d[1] = "one"
print(d, list(d), list(d.values())[:3], list(d.items())[-2:])
print(d.pop("new"), d.pop("zz", None), d.popitem(), d.setdefault("s", []), d.setdefault("a", 5), list(d))
d.update({"u": 1}, v=2); d.update([("w", 3)]); print(list(d.items())[-4:])
e = dict(a=1, b=2); f = dict([("b", 3), ("c", 4)]); print(e | f, f | e, {**e, **f, "z": 0}, dict(e, b=9)); e |= f; e |= [("q", 1)]; print(e)
print(dict.fromkeys("abc"), dict.fromkeys([1, 2], 0), dict(zip("ab", [1, 2])), {i: i * i for i in range(4)}, {**{}})
k = e.keys(); print(k, "a" in k, len(k), k & {"a", "x"}, k | {"y"} == {"a", "b", "c", "q", "y"}, k - {"a"} == {"b", "c", "q"}, k ^ {"a"} == {"b", "c", "q"}, k == {"a", "b", "c", "q"}, k >= {"a"}, k.isdisjoint({"z"}))
e["live"] = 1; print("live" in k, e.items() & {("a", 1)}, ("a", 1) in e.items(), list(reversed(e)), list(reversed(e.items()))[0], e.values())
print({1: 2} == {1: 2}, {1: 2} == {1: 3}, {"a": 1, "b": 2} == {"b": 2, "a": 1}, {} == {}, {1: 1} != {1: 1.0}, e.copy() == e, e.copy() is e)
big = {i: str(i) for i in range(1000)}
for i in range(0, 1000, 3): del big[i]
for i in range(0, 30, 3): big[i] = "back"
print(len(big), list(big)[:3], list(big)[-3:], big[999] if 999 in big else None, sum(big))
r = {}; r["self"] = r; print(r)
class Upper(dict):
    def __missing__(self, key):
        return f"<{key}>"
u = Upper(a=1); print(u["a"], u["b"], u.get("b"), u, "b" in u)
class Key:
    def __init__(self, v): self.v = v
    def __hash__(self): return 1
    def __eq__(self, other): return isinstance(other, Key) and self.v == other.v
c = {Key(i): i for i in range(20)}; print(len(c), c[Key(7)], Key(30) in c, c.pop(Key(3)), len(c), Key(3) in c)
for g in (lambda: {}["x"], lambda: {[]: 1}, lambda: {}.popitem(), lambda: d.pop("nope"), lambda: dict([1]), lambda: dict([(1, 2, 3)]), lambda: {} < {}, lambda: {} + {}, lambda: {} | [], lambda: dict(5), lambda: {}.foo, lambda: {1: 2}[[]], lambda: dict(a=1, **{"a": 2}), lambda: {}.__delitem__(1), lambda: dict(**5), lambda: {}.update(5), lambda: hash({})):
    try:
        print(g())
    except Exception as x:
        print(type(x).__name__, x)
def mutate():
    m = {1: 1}
    for q in m: m[q + 1] = 1
try: mutate()
except RuntimeError as x: print(x)
try:
    m = {1: 1, 2: 2}
    for q in m: del m[q]; m[q + 5] = 0
except RuntimeError as x: print(x)
d.clear(); print(d, bool(d))
