"""A segmented sieve of Eratosthenes: bytearrays, slice assignment, segments shared out among threads.

The range is cut into segments; threads take the next one until none is left, so the work is split (strong scaling) and
the output does not depend on their number.
"""

from common import Stopwatch, parse, run_threads

SEGMENT = 1 << 15


def small_primes(limit):
    """All primes up to and including limit, by trial division with the primes found so far."""
    primes = []
    for n in range(2, limit + 1):
        for p in primes:
            if p * p > n:
                primes.append(n)
                break
            if n % p == 0:
                break
        else:
            primes.append(n)
    return primes


def sieve(low, high, primes):
    """What there is to say about the primes in low .. high-1: (count, sum, pairs of twins, last)."""
    composite = bytearray(high - low)
    for p in primes:
        if p * p >= high:
            break
        start = max(p * p, (low + p - 1) // p * p) - low
        composite[start::p] = b"\x01" * len(range(start, high - low, p))
    count = total = twins = last = 0
    for offset, crossed in enumerate(composite):
        if not crossed:
            prime = low + offset
            count += 1
            total += prime
            twins += prime - last == 2 and last > 0
            last = prime
    return count, total, twins, last


class Segments:
    """Hands out segment numbers, each once."""

    def __init__(self, count, threads):
        self.count = count
        self.next = 0
        self.lock = None
        if threads > 1:
            from threading import Lock
            self.lock = Lock()

    def take(self):
        if self.lock is None:
            return self.advance()
        with self.lock:
            return self.advance()

    def advance(self):
        number = self.next
        if number == self.count:
            return None
        self.next = number + 1
        return number


def main():
    options = parse(small=1_000_000, medium=10_000_000, large=100_000_000)
    limit = options.amount
    primes = small_primes(int(limit ** 0.5) + 1)
    segments = Segments((limit + SEGMENT - 1) // SEGMENT, options.threads)
    found = [None] * segments.count

    def work(index):
        done = 0
        while (number := segments.take()) is not None:
            low = max(2, number * SEGMENT)
            found[number] = sieve(low, min(limit, (number + 1) * SEGMENT), primes)
            done += 1
        return done

    with Stopwatch("prime_sieve", options):
        done = run_threads(options.threads, work)
    if sum(done) != segments.count:
        raise SystemExit(f"{sum(done)} segments done, {segments.count} handed out")
    print(f"{sum(part[0] for part in found)} primes below {limit}, the last {found[-1][3]}")
    print(f"sum {sum(part[1] for part in found)}")
    print(f"{sum(part[2] for part in found)} pairs of twins inside one segment")


if __name__ == "__main__":
    main()
