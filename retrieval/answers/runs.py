"""Runs of tokens: what answers, as stretches of one sentence."""

from collections.abc import Iterable, Sequence

Cut = tuple[tuple[int, int], ...]
"""Stretches of tokens (first, last), both included, in order."""


def runs(inside: Sequence[float], least: float, gap: int) -> Cut:
    """Return the stretches of tokens whose probability is at least `least`, gaps of up to `gap` tokens closed."""
    found: list[tuple[int, int]] = []
    first, last = -1, -1
    # A sentence has a few dozen tokens: a plain loop takes a fifth of what arrays take.
    for at, probability in enumerate(inside):
        if probability >= least:
            if first < 0:
                first = at
            elif at - last > gap + 1:
                found.append((first, last))
                first = at
            last = at
    return (*found, (first, last)) if first >= 0 else ()


def merged(stretches: Iterable[tuple[int, int]]) -> Cut:
    """Return the stretches in order, those that touch or overlap as one."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(stretches):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)
