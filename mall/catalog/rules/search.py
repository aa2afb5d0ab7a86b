"""What a reward is found by."""

from __future__ import annotations

from collections.abc import Iterable

from mall.base.found import code_terms, terms


def of_item(
    *,
    names: Iterable[str],
    brand: str,
    subtitles: Iterable[str],
    values: Iterable[str],
    shelf: Iterable[str],
    codes: Iterable[str],
) -> dict[str, int]:
    """The terms of a reward: names, brand, subtitles, its SKUs' attribute values, its category's names, all codes."""
    found = terms(
        [(text, 8) for text in names]
        + [(brand, 8)]
        + [(text, 4) for text in (*subtitles, *values)]
        + [(text, 2) for text in shelf]
    )
    for code in codes:
        for term, weight in code_terms(code).items():
            found[term] = max(found.get(term, 0), weight)
    return found
