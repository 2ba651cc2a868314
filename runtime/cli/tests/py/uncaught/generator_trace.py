# exit: 1
def inner():
    yield 1
    raise RuntimeError("in generator")
def outer():
    yield from inner()
for v in outer():
    print(v)
