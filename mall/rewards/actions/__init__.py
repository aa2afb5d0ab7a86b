"""The rack's five doors, which orders call inside their own transaction with the dealer's account locked already; the
vault, and the codes that dealers hold.
"""

from mall.rewards.actions.codes import Shown, replace_code, reveal_code, reveal_to_staff, void_code
from mall.rewards.actions.doors import handed_out, issue, release, reserve, take_back

__all__ = [
    "Shown",
    "handed_out",
    "issue",
    "release",
    "replace_code",
    "reserve",
    "reveal_code",
    "reveal_to_staff",
    "take_back",
    "void_code",
]
