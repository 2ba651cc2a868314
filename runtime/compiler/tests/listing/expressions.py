def expressions(a, b):
    a.b.c(1, *b, x=2, **a)
    a.method(1, k=b)
    print(*a)
    x = [1, 2, 3]; y = {1, 2, 3}; z = (1, "a", (None, ...)); w = {"a": 1, **a, "b": 2}
    a[1], a[1:2], a[b:], a[::2], a[b:1] = a, b, x, y, z
    a[b:] += 1
    a.b -= 1
    a[0] *= 2
    del a[0], a.b, a[b:]
    a, b = b, a
    x, y, z = z, y, x
    f"{a!r:>{b}} {b=} {a:x}" "tail"
    t"{a} and {b!s:>5}"
    "%s is %r" % (a, b)
    (c := a) + 1
    -1 + 2 * 3 ** 2, "ab" * 2, 7 // -2, not 1, 1 << 5
    return -a, ~a, +a, a @ b, a << b, [*a, *b], {**a}, (*a, 1)
def comps(a):
    [x for x in a if x for y in x]
    {x: y for x, y in a}
    {x for x in [1, 2]}
    (x for x in a)
    [[x for x in y] for y in a]
    [lambda: x for x in a]
    all(x for x in a), any(x for x in a), tuple(x for x in a)
    return [y := x for x in a]
[m for m in mod]
