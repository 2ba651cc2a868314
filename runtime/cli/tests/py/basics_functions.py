def add(a, b=2):
    return a + b

def fact(n):
    return 1 if n < 2 else n * fact(n - 1)

def outer(x):
    def inner(y):
        nonlocal x
        x += y
        return x
    return inner

print(add(1), add(1, 5), add(b=1, a=3))
print(fact(10), fact(25))
f = outer(10)
print(f(1), f(2))
print((lambda a, *b, **c: (a, b, c))(1, 2, 3, k=4))

def nothing():
    pass

print(nothing())
