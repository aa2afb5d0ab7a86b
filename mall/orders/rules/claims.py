"""What may be claimed of which reward, for which reason, and the road that a claim takes."""

from __future__ import annotations

from collections.abc import Collection

from mall.base.refused import N_
from mall.catalog.models import Kind
from mall.orders.models import Claim, ClaimKind, ClaimReason, ClaimState

REASONS_FOR: dict[ClaimKind, frozenset[ClaimReason]] = {
    ClaimKind.REFUND_ONLY: frozenset(ClaimReason) - {ClaimReason.NOT_WANTED},
    ClaimKind.RETURN: frozenset({
        ClaimReason.DAMAGED,
        ClaimReason.WRONG_ITEM,
        ClaimReason.QUALITY,
        ClaimReason.NOT_WANTED,
        ClaimReason.OTHER,
    }),
    ClaimKind.EXCHANGE: frozenset({
        ClaimReason.DAMAGED,
        ClaimReason.WRONG_ITEM,
        ClaimReason.QUALITY,
        ClaimReason.OTHER,
    }),
    ClaimKind.REISSUE: frozenset({ClaimReason.CODE_INVALID, ClaimReason.OTHER}),
}
"""What is not wanted any more is sent back for its points: nobody keeps it and is paid back as well."""
OF_PARCELS = {ClaimReason.DAMAGED, ClaimReason.WRONG_ITEM, ClaimReason.MISSING, ClaimReason.QUALITY}

ROADS: dict[ClaimKind, tuple[tuple[str, frozenset[ClaimState]], ...]] = {
    ClaimKind.REFUND_ONLY: (
        (N_("品牌审核"), frozenset({ClaimState.APPLIED, ClaimState.CHECKING})),
        (N_("退回积分与现金"), frozenset({ClaimState.REFUNDING})),
    ),
    ClaimKind.RETURN: (
        (N_("品牌审核"), frozenset({ClaimState.APPLIED, ClaimState.CHECKING})),
        (N_("寄回"), frozenset({ClaimState.RETURN_AWAITED})),
        (N_("验收退款"), frozenset({ClaimState.RETURNED, ClaimState.REFUNDING, ClaimState.SENDING_HOME})),
    ),
    ClaimKind.EXCHANGE: (
        (N_("品牌审核"), frozenset({ClaimState.APPLIED, ClaimState.CHECKING})),
        (N_("寄回"), frozenset({ClaimState.RETURN_AWAITED})),
        (N_("验收换新"), frozenset({ClaimState.RETURNED, ClaimState.RESENDING, ClaimState.SENDING_HOME})),
    ),
    ClaimKind.REISSUE: ((N_("品牌审核"), frozenset({ClaimState.APPLIED, ClaimState.CHECKING})),),
}
"""The steps between asking and the end, and the states in which a claim stands at each."""


def claims_for(reward: Kind, *, untouched: bool) -> frozenset[ClaimKind]:
    """What may be asked for pieces of a reward. What nobody has begun with is with nobody who could send it back."""
    fits = {ClaimKind.REFUND_ONLY}
    if not untouched and reward.shipped:
        fits |= {ClaimKind.RETURN, ClaimKind.EXCHANGE}
    if not untouched and reward is Kind.CARD_CODE:
        fits.add(ClaimKind.REISSUE)
    return frozenset(fits)


def reasons_for(wanted: ClaimKind, rewards: Collection[Kind], *, at_home: bool) -> list[ClaimReason]:
    """Why that may be asked for such rewards, in the order of the words. `at_home`: no parcel of it has left."""
    fits = set(REASONS_FOR[wanted])
    if not any(reward.shipped for reward in rewards):
        fits -= OF_PARCELS
    if Kind.CARD_CODE not in rewards:
        fits.discard(ClaimReason.CODE_INVALID)
    if at_home and wanted is ClaimKind.REFUND_ONLY:
        fits.add(ClaimReason.NOT_WANTED)
    return [reason for reason in ClaimReason if reason in fits]


def road(claim: Claim) -> list[tuple[str, str]]:
    """The steps of a claim, in words to be translated when told, each `done`, `now` or yet to come."""
    begun = [(N_("已提交"), "done")]
    if not claim.open:
        steps = ROADS[claim.kind] if claim.done else ()
        return [*begun, *((words, "done") for words, _ in steps), (claim.state.name_shown, "now")]
    at = next(place for place, (_, states) in enumerate(ROADS[claim.kind]) if claim.state in states)
    marks = ["done" if place < at else "now" if place == at else "" for place in range(len(ROADS[claim.kind]))]
    ahead = [(words, mark) for (words, _), mark in zip(ROADS[claim.kind], marks, strict=True)]
    return [*begun, *ahead, (ClaimState.DONE.name_shown, "")]
