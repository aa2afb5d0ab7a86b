"""The rack's five doors. Orders call them inside their own transaction, the dealer's account locked already."""

from mall.rewards.actions.doors import handed_out, issue, release, reserve, take_back

__all__ = ["handed_out", "issue", "release", "reserve", "take_back"]
