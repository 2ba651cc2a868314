l = [3, 1, 2]
l.append(4)
l.sort()
print(l, l[0], l[-1], l[1:3], len(l), 3 in l)
d = {"a": 1, "b": 2}
d["c"] = 3
print(d, d["a"], d.get("x"), list(d.keys()), "b" in d)
del d["a"]
for k, v in d.items():
    print(k, v)
t = (1, "two", 3.0)
a, b, c = t
print(a, b, c, t + (4,))
s = {1, 2, 2, 3}
print(len(s), 2 in s)
print([x * x for x in range(5) if x % 2 == 0], {x: -x for x in range(3)})
