"""The pictures that the mall brings along, by the keys that templates know them by."""

from __future__ import annotations

import re
from functools import lru_cache

from mall.web.assets import manifest_names

OURS = re.compile(r"pictures/([a-z0-9-]+)-480\.webp")


def library() -> tuple[str, ...]:
    """Their keys in order."""
    return _keys(manifest_names())


@lru_cache(maxsize=2)
def _keys(names: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(told[1] for name in names if (told := OURS.fullmatch(name))))
