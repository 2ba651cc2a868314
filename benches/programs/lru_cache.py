"""One cache that all threads use: a dictionary and a doubly linked list kept in step under one lock.

Every thread makes the same number of look-ups, most of them for a few popular keys. Which of them hit depends on how
threads interleave, so only what must hold for every interleaving is printed: the sum of the answers, and that the
cache's two halves agree.
"""

from common import Stopwatch, parse, run_threads

CAPACITY = 512


class Entry:
    __slots__ = ("key", "value", "newer", "older")

    def __init__(self, key, value):
        self.key = key
        self.value = value
        self.newer = self
        self.older = self


class LRUCache:
    """At most `capacity` results of a function; the one unused for longest gives way."""

    def __init__(self, function, capacity, lock):
        self.function = function
        self.capacity = capacity
        self.lock = lock
        self.entries = {}
        self.ring = Entry(None, None)       # ring.older is the newest entry, ring.newer the oldest
        self.hits = 0
        self.misses = 0

    def get(self, key):
        with self.lock:
            entry = self.entries.get(key)
            if entry is not None:
                self.hits += 1
                self.unlink(entry)
                self.link_newest(entry)
                return entry.value
            self.misses += 1
        # Computed without the lock: two threads may do so for one key, and the first to come back wins.
        value = self.function(key)
        with self.lock:
            entry = self.entries.get(key)
            if entry is None:
                if len(self.entries) >= self.capacity:
                    oldest = self.ring.newer
                    self.unlink(oldest)
                    del self.entries[oldest.key]
                entry = self.entries[key] = Entry(key, value)
                self.link_newest(entry)
            return entry.value

    def unlink(self, entry):
        entry.newer.older = entry.older
        entry.older.newer = entry.newer

    def link_newest(self, entry):
        newest = self.ring.older
        entry.older = newest
        entry.newer = self.ring
        newest.newer = entry
        self.ring.older = entry

    def check(self):
        """How many entries there are; raises when list and dictionary disagree."""
        count = 0
        entry = self.ring.newer
        while entry is not self.ring:
            if self.entries.get(entry.key) is not entry or entry.newer.older is not entry:
                raise SystemExit(f"the list is broken at {entry.key}")
            count += 1
            entry = entry.newer
        if count != len(self.entries):
            raise SystemExit(f"{count} entries in the list, {len(self.entries)} in the dictionary")
        return count


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


def digits_of(key):
    """Something to remember: the decimal digits of a key's square, summed."""
    return sum(map(int, str(key * key)))


def main():
    options = parse(small=100_000, medium=1_000_000, large=10_000_000)
    cache = LRUCache(digits_of, CAPACITY, make_lock(options.threads))

    def work(index):
        state = index * 2654435761 % 4294967296
        total = 0
        for _ in range(options.amount):
            state = (state * 1664525 + 1013904223) % 4294967296
            key = state >> 12
            key %= 256 if key & 7 else 4096
            total += cache.get(key)
        return total

    with Stopwatch("lru_cache", options):
        totals = run_threads(options.threads, work)
    if cache.hits + cache.misses != options.threads * options.amount:
        raise SystemExit(f"{cache.hits} hits and {cache.misses} misses do not add up")
    print(f"{options.threads * options.amount} look-ups, sum of answers {sum(totals)}")
    print(f"{cache.check()} entries, hits outnumber misses: {cache.hits > cache.misses}")


if __name__ == "__main__":
    main()
