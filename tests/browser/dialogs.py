"""What the browser asks before it leaves a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page


def agreed_to(page: Page) -> list[str]:
    """Say yes to whatever is asked from now on; gives the kinds of question, as they come."""
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", agree)
    return asked
