# bool, None, Ellipsis, NotImplemented; truth of everything; and/or/not; chained comparison.
print(True + True, True * 10, -True, ~False, True & False, True | 2, True ^ True, type(True & True), type(True & 1))
print(True == 1, hash(True), isinstance(True, int), issubclass(bool, int), bool.__mro__)
print(repr(None), repr(...), repr(NotImplemented), type(None), type(...), type(NotImplemented))
for value in (0, 1, 0.0, "", "a", [], [0], {}, {0: 0}, (), (0,), set(), frozenset({1}), None, ..., range(0), range(1), b"", bytearray(), 0j):
    print(repr(value), bool(value), not value)

def show(name, value):
    print("eval", name, end="; ")
    return value

print(show("a", 0) or show("b", "x") or show("c", "y"))
print(show("a", 1) and show("b", "") and show("c", "y"))
print(1 < 2 < 3, 1 < show("m", 5) < 3, 3 > 2 >= 2 != 1, 1 == 1 is True, (1 < 2) == True)
print(0 or None, 1 and [], not [] or 5, None or () or 0)
print("yes" if [] else "no", 1 if True else 1 / 0)

class Length:
    def __init__(self, n):
        self.n = n
    def __len__(self):
        return self.n

class Truth:
    def __bool__(self):
        return False

class Bad:
    def __bool__(self):
        return 1

print(bool(Length(0)), bool(Length(3)), bool(Truth()), bool(object()))
for f in (lambda: bool(Bad()), lambda: bool(Length(-1)), lambda: None + 1, lambda: None.x, lambda: None(), lambda: type("B", (bool,), {}), lambda: bool(1, 2)):
    try:
        f()
    except (TypeError, ValueError, AttributeError) as e:
        print(type(e).__name__, e)
x = None
print(x is None, x is not None, x == None, None in [None], {None: 1}[None])
