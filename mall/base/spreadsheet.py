"""Cells as spreadsheets read them."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain(cell: str | int) -> str | int:
    """A cell that no spreadsheet takes for a formula. Numbers stay numbers, those below nought too."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
