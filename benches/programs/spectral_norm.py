"""The spectral norm of an infinite matrix by the power method: calls of small functions, float division, generators.

The matrix is a(i, j) = 1 / ((i + j)(i + j + 1) / 2 + i + 1), cut off at n rows. Every thread computes the whole norm.
"""

from common import Stopwatch, parse, run_copies


def element(i, j):
    ij = i + j
    return 1.0 / (ij * (ij + 1) // 2 + i + 1)


def times(vector):
    return [sum(element(i, j) * x for j, x in enumerate(vector)) for i in range(len(vector))]


def times_transposed(vector):
    return [sum(element(j, i) * x for j, x in enumerate(vector)) for i in range(len(vector))]


def dot(a, b):
    total = 0.0
    for x, y in zip(a, b):
        total += x * y
    return total


def spectral_norm(n):
    u = [1.0] * n
    v = u
    for _ in range(10):
        v = times_transposed(times(u))
        u = times_transposed(times(v))
    return (dot(u, v) / dot(v, v)) ** 0.5


def main():
    options = parse(small=150, medium=400, large=800)
    with Stopwatch("spectral_norm", options):
        norm = run_copies(options, spectral_norm)
    print(f"{norm:.9f}")


if __name__ == "__main__":
    main()
