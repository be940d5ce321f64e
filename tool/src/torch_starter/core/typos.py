"""How far two words are apart, and which of many is meant."""

from __future__ import annotations

from collections.abc import Iterable


def distance(one: str, other: str) -> int:
    """Optimal string alignment: insertions, deletions, exchanged letters and swapped neighbours, none edited twice."""
    one, other = stripped(one, other)
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before = before, row
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]


def stripped(one: str, other: str) -> tuple[str, str]:
    """Two words without what they begin and end with alike, which no shortest alignment edits."""
    start, shorter = 0, min(len(one), len(other))
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[start : len(one) - end], other[start : len(other) - end]


def nearest(word: str, candidates: Iterable[str], most: int) -> str:
    """The candidate that is nearest, by at most so many edits; the first by name of several, empty where there is none."""
    letters = set(word)  # an edit exchanges one letter for another at most
    close = [each for each in candidates if abs(len(each) - len(word)) <= most and len(letters ^ set(each)) <= 2 * most]
    near = [(distance(word, each), each) for each in close]
    return min((pair for pair in near if pair[0] <= most), default=(0, ""))[1]
