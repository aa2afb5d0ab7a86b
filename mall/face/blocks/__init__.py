"""The kinds of blocks a home page is built from: a file each, and its line here."""

from mall.face.blocks import (
    announcement,
    balance,
    banner,
    quick_grid,
    rich_text,
    search,
    shelf,
    within_reach,
)
from mall.face.blocks.kind import MOST_BLOCKS, BlockKind, Reading

KINDS: dict[str, BlockKind] = {
    file.KIND.what: file.KIND
    for file in (banner, quick_grid, shelf, announcement, rich_text, balance, search, within_reach)
}

__all__ = ["KINDS", "MOST_BLOCKS", "BlockKind", "Reading"]
