# list: methods, slices, assignment through slices, growth while iterating, errors.
a = [3, 1, 2]
a.append(5); a.extend((7, 8)); a.insert(0, 0); a.insert(-1, 6); a.insert(100, 9); a += [10]
print(a, len(a), a[0], a[-1], a.index(5), a.count(1), 6 in a, 99 not in a)
print(a.pop(), a.pop(0), a.pop(-2), a)
a.remove(6); a.reverse(); print(a, a.copy() == a, a.copy() is a)
a.sort(); print(a); a.sort(reverse=True); print(a); a.sort(key=lambda x: -x % 5); print(a)
b = list(range(10))
print(b[2:5], b[:3], b[7:], b[::3], b[::-1], b[8:2:-2], b[-3:], b[:-3], b[20:], b[-20:2])
b[2:5] = ["x"]; print(b)
b[1:1] = [1, 2, 3]; print(b)
b[::2] = [0] * len(b[::2]); print(b)
b[-2:] = []; del b[0]; del b[1:3]; print(b); del b[::2]; print(b); b[:] = "abc"; print(b)
print([1, 2] + [3], [1, 2] * 3, 2 * ["a"], [0] * 0, [] + [], [[]] * 2, [1] * -1)
print([1, 2] == [1, 2], [1, 2] < [1, 3], [1] < [1, 0], [] < [0], [2] > [1, 9], [1, "a"] == [1, "b"])
x = [1]; x.append(x); print(x, x[1] is x, x == x)
m = [[0] * 3 for _ in range(2)]; m[0][1] = 5; print(m)
grow = [1]
for v in grow:
    if len(grow) < 6:
        grow.append(v * 2)
print(grow)
shrink = list(range(8))
for v in shrink:
    if v % 2:
        shrink.remove(v)
print(shrink)
print(list("abc"), list((1, 2)), list({"k": 1}), list(range(3)), list(map(str, [1, 2])), [*"ab", *[1], *range(2)])
print(list(reversed([1, 2, 3])), list(enumerate("ab", 1)), list(zip([1, 2, 3], "ab")), sum([1, 2, 3]), min([3, 1]), max([3, 1]), any([0, 1]), all([]))
it = iter([1, 2]); print(next(it), next(it), next(it, "end"), it.__length_hint__())
print(str([1, "a", None, 2.5, [()]]), repr(["é\n"]), [1, 2].__repr__(), hash((1, 2)) == hash((1, 2)))
class L(list):
    def __getitem__(self, i):
        return ("L", super().__getitem__(i))
l = L([1, 2]); print(l, l[0], len(l), l + [3], type(l + [3]).__name__, list(l))
for f in (lambda: [][0], lambda: [1].index(2), lambda: [].pop(), lambda: [1].remove(5), lambda: [1]["a"], lambda: [1] + (2,), lambda: [1] * 1.5, lambda: [1, 2, 3].__setitem__(slice(0, 3, 2), [1]), lambda: [3, "a"].sort(), lambda: hash([]), lambda: [1] < 5, lambda: [1].foo, lambda: list(5), lambda: [1].insert("a", 1), lambda: [].__delitem__(0), lambda: [1].pop(3), lambda: [1].__setitem__(1, 2), lambda: list(1, 2), lambda: [1, 2][1:2:0]):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
