"""What all workloads share: options, threads, timing.

Options are read from sys.argv by hand, and `threading` is imported only when more than one thread is asked for, so
that an interpreter that is still young can run the single-threaded form.

    PROGRAM [--threads N] [--size small|medium|large]

Results go to stdout and depend on nothing but the options; the time goes to stderr.
"""

import sys
from time import perf_counter


class Options:
    def __init__(self, threads, size, amount):
        self.threads = threads
        self.size = size
        self.amount = amount    # the program's own measure of work for this size


def usage(message):
    sys.stderr.write(message + "\nusage: PROGRAM [--threads N] [--size small|medium|large]\n")
    raise SystemExit(2)


def parse(small, medium, large):
    """Reads the options; the arguments are the amounts of work for the three sizes."""
    amounts = {"small": small, "medium": medium, "large": large}
    threads = 1
    size = "small"
    words = iter(sys.argv[1:])
    for word in words:
        option, equals, value = word.partition("=")
        if not equals:
            value = next(words, None)
        if value is None:
            usage("value missing after " + option)
        if option == "--threads":
            if not value.isdigit() or int(value) < 1:
                usage("--threads wants a positive number, not " + value)
            threads = int(value)
        elif option == "--size":
            if value not in amounts:
                usage("--size wants small, medium or large, not " + value)
            size = value
        else:
            usage("unknown option " + option)
    return Options(threads, size, amounts[size])


def run_threads(count, work):
    """Runs work(0) .. work(count - 1) at once, each on a thread of its own, and returns their results in order.

    All threads start together behind a barrier. The first exception is raised again here once all have ended.
    """
    if count == 1:
        return [work(0)]
    import threading

    results = [None] * count
    failures = []
    start = threading.Barrier(count)

    def body(index):
        try:
            start.wait()
            results[index] = work(index)
        except BaseException as failure:
            failures.append(failure)
            start.abort()

    threads = [threading.Thread(target=body, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results


def run_copies(options, work):
    """Weak scaling: every thread does the same whole work on its own data; all must agree. Returns what they found."""
    results = run_threads(options.threads, lambda index: work(options.amount))
    for index, result in enumerate(results):
        if result != results[0]:
            raise SystemExit(f"thread {index} found {result!r}, thread 0 found {results[0]!r}")
    return results[0]


class Stopwatch:
    """Writes the time spent inside a with block to stderr."""

    def __init__(self, name, options):
        self.label = f"{name} --threads {options.threads} --size {options.size}"

    def __enter__(self):
        self.start = perf_counter()
        return self

    def __exit__(self, kind, value, traceback):
        if kind is None:
            sys.stderr.write(f"{self.label}: {perf_counter() - self.start:.3f} s\n")
        return False
