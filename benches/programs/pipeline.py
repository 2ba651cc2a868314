"""A pipeline over queues: N producers, N workers, one collector, and bounded queues between them.

Every producer puts the same number of items, so the work grows with the number of threads. Items arrive in any order;
the sums that are printed do not depend on it. Each stage ends when it has met one end mark for each thread before it.
"""

import queue
import threading

from common import Stopwatch, parse

END = None
ROOM = 64           # places in each queue: small, so that both sides wait for each other


def collatz_steps(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


def produce(producer, items, numbers):
    for i in range(items):
        numbers.put((producer, i, producer * 1009 + i + 1))


def work(numbers, results):
    while (item := numbers.get()) is not END:
        producer, position, number = item
        results.put((producer, position, collatz_steps(number)))
    results.put(END)


class Summary:
    """Folds results into sums that are the same for every order of arrival."""

    def __init__(self, producers):
        self.received = [0] * producers
        self.steps = [0] * producers
        self.positions = [0] * producers

    def add(self, producer, position, steps):
        self.received[producer] += 1
        self.positions[producer] += position
        self.steps[producer] += steps * (position % 7 + 1)


def collect(results, workers, summary):
    while workers:
        item = results.get()
        if item is END:
            workers -= 1
        else:
            summary.add(*item)


def main():
    options = parse(small=4_000, medium=40_000, large=400_000)
    threads, items = options.threads, options.amount
    numbers = queue.Queue(ROOM)
    results = queue.Queue(ROOM)
    summary = Summary(threads)
    producers = [threading.Thread(target=produce, args=(i, items, numbers)) for i in range(threads)]
    workers = [threading.Thread(target=work, args=(numbers, results)) for _ in range(threads)]

    def end_numbers():
        for producer in producers:
            producer.join()
        for _ in workers:
            numbers.put(END)

    ender = threading.Thread(target=end_numbers)
    with Stopwatch("pipeline", options):
        for thread in producers + workers + [ender]:
            thread.start()
        collect(results, threads, summary)
        for thread in workers + [ender]:
            thread.join()
    if summary.received != [items] * threads or summary.positions != [items * (items - 1) // 2] * threads:
        raise SystemExit(f"items were lost or came twice: {summary.received}")
    print(f"{threads * items} items, weighted steps {sum(summary.steps)}")


if __name__ == "__main__":
    main()
