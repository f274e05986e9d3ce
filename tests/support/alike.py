"""Whether two answers say the same, apart from what differs each time: tokens, moments, numbers of requests."""

from __future__ import annotations

import re


def alike(one: bytes, other: bytes, varying: re.Pattern[bytes]) -> bool:
    """Return whether two bodies are the same byte for byte, apart from what a pattern finds in them.

    Only lines that differ are searched: looking for tokens all over two pages takes longer than making them.

    Args:
        one, other: the bodies.
        varying: what may differ; it never spans two lines.
    """
    lines = one.split(b"\n"), other.split(b"\n")
    if len(lines[0]) != len(lines[1]):
        return False
    unlike = (pair for pair in zip(*lines, strict=True) if pair[0] != pair[1])
    return all(varying.sub(b"", mine) == varying.sub(b"", theirs) for mine, theirs in unlike)
