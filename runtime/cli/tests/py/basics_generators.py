def count(n):
    i = 0
    while i < n:
        yield i
        i += 1

for v in count(3):
    print(v)
print(list(count(4)), sum(count(5)))
g = count(2)
print(next(g), next(g), next(g, "end"))
print(list(x + 1 for x in count(3)))

def both():
    yield from count(2)
    r = yield "send me"
    print("got", r)

g = both()
print(next(g), next(g), next(g))
try:
    g.send("this")
except StopIteration:
    print("stopped")
