# Classes: attributes, methods, class and static methods, dunder attributes, mutation after creation.
class Point:
    """A point."""
    dims = 2
    registry = []
    def __init__(self, x, y=0):
        self.x, self.y = x, y
        Point.registry.append(x)
    def __repr__(self): return f"Point({self.x}, {self.y})"
    def __eq__(self, other): return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)
    def move(self, dx=0, dy=0):
        self.x += dx; self.y += dy
        return self
    @classmethod
    def origin(cls): return cls(0, 0)
    @staticmethod
    def norm(x, y): return (x * x + y * y) ** 0.5
    @property
    def length(self): return self.norm(self.x, self.y)
p = Point(3, 4)
print(p, p.length, Point.origin(), p.origin(), p.norm(6, 8), p.move(1).move(dy=1), p == Point(4, 5), p != Point(4, 5), Point.registry)
print(Point.__name__, Point.__qualname__, Point.__doc__, Point.__module__, Point.__bases__, type(Point), p.__class__, p.__dict__, Point.dims, p.dims)
p.dims = 3; print(p.dims, Point.dims, vars(p)); del p.dims; print(p.dims)
Point.dims = 5; print(p.dims); Point.extra = lambda self, k: (self.x, k); print(p.extra(9))
m = p.move; print(m(1), m.__self__ is p, m.__func__ is Point.move, Point.move(p, -1), m == p.move, m is p.move, hash(m) == hash(p.move))
print(hasattr(p, "x"), hasattr(p, "q"), getattr(p, "q", "none"), getattr(p, "x")); setattr(p, "q", 1); print(p.q); delattr(p, "q"); print(hasattr(p, "q"))
p.__dict__["w"] = 10; print(p.w, "w" in vars(p)); p.__dict__ = {"x": 1, "y": 1}; print(p)
class Empty: pass
e = Empty(); e.a = 1; e.b = 2; del e.a; e.c = 3; e.a = 4; print(e.__dict__, list(vars(e)))
e.__class__ = Point; e.x = 5; e.y = 6; print(e, isinstance(e, Point), isinstance(e, Empty))
def outer():
    class Inner:
        class Deep: pass
        def f(self): return __class__
    return Inner
I = outer(); print(I.__qualname__, I.Deep.__qualname__, I.f.__qualname__, I().f() is I)
class Body:
    a = 1
    b = a + 1
    for i in range(3): a += i
    if b > 1:
        def cond(self): return "cond"
    del i
    c = [x for x in range(3)]
    print("in body", __qualname__, __module__, sorted(k for k in locals() if not k.startswith("__")))
print(Body.a, Body.b, Body().cond(), hasattr(Body, "i"))
class Callable:
    def __call__(self, *a, **k): return (a, k)
print(Callable()(1, x=2), callable(Callable()), callable(Empty()), callable(Empty), callable(len), callable(lambda: 0))
class New:
    def __new__(cls, *args):
        print("new", cls.__name__, args)
        if args == (0,): return "not an instance"
        return super().__new__(cls)
    def __init__(self, *args): print("init", args)
print(New(1).__class__.__name__, New(0))
class WithInit:
    def __init__(self): return 5
class Sub(Point):
    def __repr__(self): return "Sub" + super().__repr__()
print(Sub(1), Sub.origin(), issubclass(Sub, Point), Sub.__mro__, Sub(1, 2) == Point(1, 2))
for f in (lambda: p.nope, lambda: Point.nope, lambda: Point(), lambda: Point(1, 2, 3), lambda: p.move(1, 2, 3), lambda: p.length.foo, lambda: setattr(p, "length", 1), lambda: delattr(p, "nope"), lambda: WithInit(), lambda: object().x, lambda: setattr(object(), "x", 1), lambda: Empty(1), lambda: object(1), lambda: setattr(5, "x", 1), lambda: setattr(int, "x", 1), lambda: Point.move(), lambda: getattr(p, 5), lambda: hash(p), lambda: Empty() < Empty(), lambda: Empty() + 1, lambda: Empty()[0], lambda: Empty()(), lambda: len(Empty()), lambda: iter(Empty()), lambda: delattr(p, "length")):
    try: print(f())
    except Exception as x: print(type(x).__name__, x)
