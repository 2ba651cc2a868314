# slice objects, indices(), __getitem__ with slices, ranges.
for args in ((None,), (5,), (1, 5), (None, None, -1), (10, 0, -3), (-3, None), (None, -3), (-100, 100, 7)):
    s = slice(*args)
    print(s, s.indices(10), s.indices(0), list(range(10))[s], "0123456789"[s], tuple(range(10))[s], list(range(10)[s]))
print(slice(1, 2) == slice(1, 2), slice(1, 2) < slice(1, 3), slice(1, 2, 3).start, slice("a", "b"), hash(slice(1, 2)) == hash(slice(1, 2)))

class Probe:
    def __getitem__(self, key):
        return key
    def __setitem__(self, key, value):
        print("set", key, value)
    def __delitem__(self, key):
        print("del", key)
    def __len__(self):
        return 100

p = Probe()
print(p[1], p[-1], p[1:2], p[:], p[::], p[1:2:3], p[1, 2], p[1:2, ...], p[()], p[:, 1], p[None], p["k"], p[*[1, 2]], p[0, *"ab"])
p[1:3] = "v"; p[::2] = 2
del p[5:], p[1]
r = range(0, 20, 3)
print(r, len(r), r[2], r[-1], r[1:4], r[::-1], 9 in r, 10 in r, r.index(9), r.count(9), list(reversed(r)), r == range(0, 21, 3), hash(r) == hash(range(0, 21, 3)))
print(list(range(5, 0, -2)), list(range(0)), range(3) == range(0, 3, 1), bool(range(0)), range(10)[3:7][1], range(2**70)[2**69], len(range(0, 2**40, 2**20)))
print(range(-5, 5, 2)[2], range(1, 10, 4).start, range(1, 10, 4).stop, range(1, 10, 4).step, 2.0 in range(5), "a" in range(5))
for f in (lambda: range(1, 2, 0), lambda: range("a"), lambda: range(1.5), lambda: range(3)[5], lambda: slice(), lambda: [1][::0], lambda: range(5).index(9), lambda: len(range(10**30)), lambda: [1, 2][1.0], lambda: "abc"[None:"x"], lambda: slice(1, "a").indices(5), lambda: range(5).start.foo):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)

class Idx:
    def __index__(self):
        return 2
print([10, 20, 30][Idx()], "abcdef"[Idx():], list(range(Idx())), range(10)[Idx()], [0] * Idx(), bytes(Idx()))
