"""Try patterns with texts of 10,000 and 20,000 characters made from their own loops; print which took more than linear time.

Reads ``[[name, pattern, flags, is_bytes, [method, …]], …]`` and prints a list of names.  A process of its own with a limit
of CPU, since nothing can interrupt a matcher.  Judged is the growth between the two lengths, and only where the longer one
costs ``LEAST`` passes of the plainest loop over the same text: a square of 20,000 costs ten thousand.
"""

import gc
import json
import re
import resource
import sys
import time
from statistics import median

from tests.growth import Automaton

SHORT, LONG = 10_000, 20_000
LEAST = 500
FINEST = 1e-5
"""Seconds; the clock of a process ticks no finer everywhere."""
MOST = 3.0
"""Twice the text may cost this much; its square would cost four times as much."""
TRIES = 7
"""A busy machine makes one reading wrong, not most of them."""
CPU_S = 300
PLAINEST = re.compile(r"[^\x00]*+"), re.compile(rb"[^\x00]*+")
TAILS = ("", "\x00")


def texts(attacks, length):
    for into, around in attacks:
        for tail in TAILS:
            yield into + around * (length // len(around)) + tail
        yield (into + around) * (length // len(into + around))


def seconds(call, text):
    """With the collector off (below): it looks through what a matcher has found so far."""
    begun = time.process_time()
    call(text)
    return time.process_time() - begun


def uses(pattern, methods):
    for name in methods:
        if name == "sub":
            yield lambda text: pattern.sub(lambda found: found[0][:0], text)
        elif name in ("findall", "finditer", "split", "value"):
            yield pattern.findall
        else:
            yield getattr(pattern, name)


def grows(pattern, methods):
    given = pattern.pattern
    is_bytes = isinstance(given, bytes)
    attacks = list(Automaton(given, pattern.flags).attacks())
    for pair in zip(*(texts(attacks, length) for length in (SHORT, LONG)), strict=True):
        short, long = (text.encode("latin-1", "replace") if is_bytes else text for text in pair)
        unit = seconds(PLAINEST[is_bytes].match, long) + FINEST
        for use in uses(pattern, methods):
            if seconds(use, long) > LEAST * unit and median(growths_of(use, short, long)) > MOST:
                return True
    return False


def growths_of(use, short, long):
    for _ in range(TRIES):
        least = [min(seconds(use, text) for _ in range(3)) for text in (short, long)]  # other programs only add to it
        yield least[1] / (least[0] + FINEST)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    gc.disable()
    growing = []
    for name, text, flags, is_bytes, methods in json.load(sys.stdin):
        sys.stderr.write(f"{name}\n")  # the last line names the pattern that ran into the limit
        if grows(re.compile(text.encode("latin-1") if is_bytes else text, flags), methods):
            growing.append(name)
    json.dump(growing, sys.stdout)
