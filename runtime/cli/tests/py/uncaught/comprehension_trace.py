# exit: 1
def f(v):
    return [10 // (x - 2) for x in v]
print(f([4, 5]))
print(f(range(5)))
