"""Pancake flipping over all permutations of 1..n: small lists, slices, integer loops.

Each permutation is flipped (its first `p[0]` elements reversed) until 1 comes first. Prints the alternating sum of the
flip counts and the largest count. Every thread works through all permutations.
"""

from common import Stopwatch, parse, run_copies


def count_flips(permutation):
    """How many flips it takes until the first element is 0; the argument is used up."""
    flips = 0
    first = permutation[0]
    while first:
        permutation[:first + 1] = permutation[first::-1]
        flips += 1
        first = permutation[0]
    return flips


def fannkuch(n):
    """(alternating checksum, maximum) of the flip counts of all permutations of range(n)."""
    permutation = list(range(n))
    rotations = [0] * n         # how often each prefix has been rotated
    checksum = 0
    highest = 0
    sign = 1
    while True:
        if permutation[0]:
            flips = count_flips(permutation[:])
            if flips > highest:
                highest = flips
            checksum += sign * flips
        # The next permutation differs by an odd one, so the sign alternates.
        if sign == 1:
            permutation[0], permutation[1] = permutation[1], permutation[0]
            sign = -1
            continue
        permutation[1], permutation[2] = permutation[2], permutation[1]
        sign = 1
        level = 2
        while True:
            rotations[level] += 1
            if rotations[level] <= level:
                break
            rotations[level] = 0
            level += 1
            if level == n:
                return checksum, highest
            permutation.insert(level, permutation.pop(0))


def main():
    options = parse(small=9, medium=10, large=11)
    with Stopwatch("fannkuch", options):
        checksum, highest = run_copies(options, fannkuch)
    print(checksum)
    print(f"Pfannkuchen({options.amount}) = {highest}")


if __name__ == "__main__":
    main()
