"""Building and walking many short-lived binary trees beside one long-lived: allocation and collection.

Every thread builds its own trees.
"""

from common import Stopwatch, parse, run_copies


class Node:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right

    def count(self):
        if self.left is None:
            return 1
        return 1 + self.left.count() + self.right.count()


def build(depth):
    if depth == 0:
        return Node(None, None)
    return Node(build(depth - 1), build(depth - 1))


def exercise(deepest):
    """Lines of the report: how many nodes were counted at each depth."""
    shallowest = 4
    lines = [f"stretch tree of depth {deepest + 1}: {build(deepest + 1).count()}"]
    long_lived = build(deepest)
    for depth in range(shallowest, deepest + 1, 4):
        trees = 1 << (deepest - depth + shallowest)
        total = 0
        for _ in range(trees):
            total += build(depth).count()
        lines.append(f"{trees} trees of depth {depth}: {total}")
    lines.append(f"long lived tree of depth {deepest}: {long_lived.count()}")
    return lines


def main():
    options = parse(small=13, medium=16, large=19)
    with Stopwatch("binary_trees", options):
        lines = run_copies(options, exercise)
    for line in lines:
        print(line)


if __name__ == "__main__":
    main()
