"""Counting words: string splitting, dictionaries of strings, merging under a lock.

Every thread makes and counts a text of its own (so N threads count N times as much) and merges its counts into one
dictionary that all share. The result is fixed for a given number of threads.
"""

from common import Stopwatch, parse, run_threads

SYLLABLES = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "ro", "su", "ta", "ve", "xi", "zo")
STOPS = (".", ",", ";", "!", "?", "", "", "", "", "", "", "")


def make_text(words, seed):
    """Lines of made-up words of two or three syllables, some capitalised, some followed by a stop."""
    lines = []
    line = []
    state = seed * 7919 + 17
    for _ in range(words):
        state = (state * 6364136223846793005 + 1442695040888963407) % 18446744073709551616
        draw = state >> 33
        word = SYLLABLES[draw % 14] + SYLLABLES[draw // 14 % 14]
        if draw % 5 == 0:
            word += SYLLABLES[draw // 196 % 14]
        if draw % 11 == 0:
            word = word.capitalize()
        line.append(word + STOPS[draw // 2744 % 12])
        if len(line) == 12:
            lines.append(" ".join(line))
            line = []
    lines.append(" ".join(line))
    return "\n".join(lines)


def count_words(text):
    counts = {}
    for line in text.splitlines():
        for word in line.split():
            word = word.strip(".,;!?").lower()
            counts[word] = counts.get(word, 0) + 1
    return counts


class Totals:
    """What all threads have counted so far."""

    def __init__(self, threads):
        self.counts = {}
        self.lock = None
        if threads > 1:
            from threading import Lock
            self.lock = Lock()

    def merge(self, counts):
        if self.lock is None:
            return self.add(counts)
        with self.lock:
            self.add(counts)

    def add(self, counts):
        totals = self.counts
        for word, count in counts.items():
            totals[word] = totals.get(word, 0) + count


def main():
    options = parse(small=60_000, medium=600_000, large=4_000_000)
    totals = Totals(options.threads)

    def work(index):
        totals.merge(count_words(make_text(options.amount, index)))

    with Stopwatch("word_count", options):
        run_threads(options.threads, work)
    ranked = sorted(totals.counts.items(), key=lambda item: (-item[1], item[0]))
    print(f"{sum(totals.counts.values())} words, {len(ranked)} different")
    for word, count in ranked[:10]:
        print(f"{count:8d} {word}")


if __name__ == "__main__":
    main()
