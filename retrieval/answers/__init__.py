"""Hits -> Answer with Citations, or NotFound.

`annotate` (an article's sentences, once) -> `sentences` (which sentence) -> `spans` (which words of it)
-> `reader` (the best of both, and how sure) -> `compose` (items, citations, or a refusal).
"""
