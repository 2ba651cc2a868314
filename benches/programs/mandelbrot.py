"""The Mandelbrot set as a bitmap: float and complex arithmetic, a bytearray.

One image, shared: threads take the next row under a lock until none is left, so the work is split (strong scaling) and
the output does not depend on their number. Odd rows are computed with complex numbers, even ones with pairs of floats.
"""

from common import Stopwatch, parse, run_threads

LIMIT = 50          # iterations after which a point counts as inside


def escapes_pair(cr, ci):
    """The iteration at which c leaves the circle of radius 2; LIMIT if it stays."""
    zr = zi = 0.0
    for step in range(LIMIT):
        zr2 = zr * zr
        zi2 = zi * zi
        if zr2 + zi2 > 4.0:
            return step
        zi = 2.0 * zr * zi + ci
        zr = zr2 - zi2 + cr
    return LIMIT


def escapes_complex(c):
    z = 0j
    for step in range(LIMIT):
        if abs(z) > 2.0:
            return step
        z = z * z + c
    return LIMIT


class Image:
    def __init__(self, side):
        self.side = side
        self.row_bytes = (side + 7) // 8
        self.bits = bytearray(self.row_bytes * side)
        self.inside = [0] * side    # points inside, for each row

    def compute_row(self, y):
        side = self.side
        ci = 2.0 * y / side - 1.0
        base = y * self.row_bytes
        for x in range(side):
            cr = 2.0 * x / side - 1.5
            steps = escapes_complex(complex(cr, ci)) if y & 1 else escapes_pair(cr, ci)
            if steps == LIMIT:
                self.bits[base + (x >> 3)] |= 0x80 >> (x & 7)
                self.inside[y] += 1

    def checksum(self):
        """Adler's checksum of the bitmap, modulo the largest prime below 2**16."""
        low, high = 1, 0
        for byte in self.bits:
            low = (low + byte) % 65521
            high = (high + low) % 65521
        return high << 16 | low


class Rows:
    """Hands out row numbers, each once."""

    def __init__(self, count, lock):
        self.next = 0
        self.count = count
        self.lock = lock

    def take(self):
        with self.lock:
            row = self.next
            self.next = row + 1
        return row if row < self.count else None


class NoLock:
    def __enter__(self):
        return self

    def __exit__(self, *failure):
        return False


def make_lock(threads):
    if threads == 1:
        return NoLock()
    from threading import Lock
    return Lock()


def main():
    options = parse(small=240, medium=800, large=2400)
    image = Image(options.amount)
    rows = Rows(image.side, make_lock(options.threads))

    def work(index):
        while (row := rows.take()) is not None:
            image.compute_row(row)

    with Stopwatch("mandelbrot", options):
        run_threads(options.threads, work)
    print(f"P4 {image.side} {image.side}")
    print(f"inside {sum(image.inside)} of {image.side ** 2}")
    print(f"checksum {image.checksum():#010x}")


if __name__ == "__main__":
    main()
