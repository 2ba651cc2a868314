# itertools and operator.
from itertools import *
import operator
print(list(islice(count(5, 2), 4)), list(islice(cycle("ab"), 5)), list(repeat(7, 3)), list(accumulate([1, 2, 3, 4])), list(accumulate([1, 2, 3], operator.mul, initial=10)), list(chain("ab", [1])), list(chain.from_iterable(["ab", "c"])))
print(list(compress("abcd", [1, 0, 1, 1])), list(dropwhile(lambda x: x < 3, [1, 3, 1])), list(takewhile(lambda x: x < 3, [1, 2, 3, 1])), list(filterfalse(lambda x: x % 2, range(5))), list(starmap(pow, [(2, 3), (3, 2)])), list(pairwise("abc")), [list(b) for b in batched("abcde", 2)], list(zip_longest("ab", [1], fillvalue="-")))
print(list(product("ab", [1, 2])), list(product([0, 1], repeat=2)), list(permutations("abc", 2)), list(combinations("abcd", 2)), list(combinations_with_replacement("ab", 2)), len(list(permutations(range(5)))), list(product()), list(combinations("ab", 3)), list(permutations([])))
print([(k, list(g)) for k, g in groupby("aabbbca")], [(k, len(list(g))) for k, g in groupby([1, 3, 2, 4, 5], key=lambda x: x % 2)])
a, b = tee([1, 2, 3]); print(next(a), list(b), list(a)); c, d, e = tee("xy", 3); print(list(c), list(d), list(e))
g = groupby("aab"); k, it = next(g); next(g); print(k, list(it)); print(list(islice("abcdef", 2)), list(islice("abcdef", 1, None, 2)), list(islice("abc", 0)), list(islice(count(), 3, 6)))
print(list(count(1.5, 0.5).__class__(3).__iter__().__next__() for _ in range(2)), next(count(2**70)), repr(count(3)), repr(count(1, 2)), repr(repeat(5)), repr(repeat(5, 2)))
s = 0
for i in takewhile(lambda x: x < 100, accumulate(count(1))): s += i
print(s)
for f in (lambda: islice("a", -1), lambda: list(batched("abc", 0)), lambda: list(combinations("a", -1)), lambda: next(chain()), lambda: list(zip_longest(1)), lambda: repeat(), lambda: list(product(1)), lambda: tee([], -1), lambda: list(batched("abc", 2, strict=True)), lambda: list(starmap(pow, [1])), lambda: count("a"), lambda: permutations("abc", -1)):
    try: print(f())
    except (ValueError, TypeError, StopIteration) as x: print(type(x).__name__, x)
print(operator.add(1, 2), operator.itemgetter(1, 2)("abc"), operator.attrgetter("real", "imag")(3), operator.methodcaller("upper")("x"), operator.contains([1], 1), operator.index(5), operator.concat("a", "b"), operator.truth([]), operator.not_(0), operator.is_(None, None), operator.countOf([1, 1], 1), operator.indexOf("abc", "c"), operator.length_hint([1, 2]), operator.iadd([1], [2]), operator.matmul.__name__, operator.call(len, "abc"), operator.is_none(None))
x = [1, 2, 3]; operator.setitem(x, 0, 9); operator.delitem(x, 1); print(x, operator.getitem(x, 0), operator.itemgetter(slice(1, 2))("abc"), operator.attrgetter("a.b")(type("T", (), {"a": type("U", (), {"b": 5})})))
from functools import *
def log(*a): print("called", a); return sum(a)
p = partial(log, 1, 2); print(p(3), p.func is log, p.args, p.keywords, partial(int, base=2)("101"), partial(p, 9)(10)); print(reduce(operator.add, "abc"), reduce(lambda a, b: a - b, [1, 2, 3], 10), reduce(operator.add, [], "empty"))
try: reduce(operator.add, [])
except TypeError as x: print(x)
@cache
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(80), fib.cache_info().hits > 0, fib.cache_info().currsize); fib.cache_clear(); print(fib.cache_info())
