"""The nouns of the rack: lines, what is handed out of them, and what is refused."""

from mall.rewards.models.line import HandedOut, Issued, Line, Thing
from mall.rewards.models.refusals import NotReturnable

__all__ = ["HandedOut", "Issued", "Line", "NotReturnable", "Thing"]
