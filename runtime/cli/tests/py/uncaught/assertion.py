# exit: 1
def check(n):
    assert n > 0, f"n must be positive, not {n}"
check(1)
check(-1)
