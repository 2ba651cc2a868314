def loops(a, b):
    for i in a:
        if i:
            continue
        if b:
            break
    else:
        b()
    while a < b < 10:
        a += 1
    while True:
        if a: return 1
    for x, *y in [1, 2, 3]: pass
    for z in {1, 2}: z
def cond(a, b, c):
    x = a and b or not c
    y = a if b else c
    if a is None or b is not None: return 1
    if not (a and b): return 2
    if a in [1, 2] and b not in {3, 4}: return 3
    if __debug__: return 4
    if 0: return 5
    return 1 < a <= 2
