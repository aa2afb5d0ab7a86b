"""A dressed mall for the route matrix: two versions, an announcement for each of two dealers' cities, a guide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mall.face.actions import (
    AnnouncementToPut,
    By,
    GuideToPut,
    move_block,
    publish,
    publish_announcement,
    publish_guide,
    put_announcement,
    put_guide,
)
from mall.face.queries.checks import Known

BY = By(actor="system")
ANYWHERE = Known(leads=lambda _path: True, drawn=lambda _key: True)


@dataclass
class Dressed:
    """Ids of what there is: an announcement by dealer's code, a guide; versions 1 and 2; the draft stands at 4."""

    announcements: dict[str, int]
    guide: int


def dress(session: Session, now: datetime) -> Dressed:
    """Put it all there."""
    for revision in (0, 2):
        move_block(session, now, revision=revision, block_id="search", places=1, by=BY)
        publish(session, now, revision=revision + 1, words="", known=ANYWHERE, by=BY)
    announced = {}
    for code, region in (("LA0571", "华东/浙江/杭州"), ("NB0574", "华东/浙江/宁波")):
        texts = {"zh_Hans": "<p>到货了</p>"}
        put = AnnouncementToPut(
            key=f"matrix-{code}", titles={"zh_Hans": "到货"}, texts=texts, starts_at=now, regions=(region,)
        )
        announced[code] = put_announcement(session, now, put=put, revision=0, by=BY)
        publish_announcement(session, now, announcement_id=announced[code], revision=1, wanted=True, by=BY)
    guide = GuideToPut(slug="how-to-redeem", titles={"zh_Hans": "怎么兑换"}, texts={"zh_Hans": "<p>选好再换</p>"})
    guide_id = put_guide(session, now, guide_id=None, put=guide, revision=0, by=BY)
    publish_guide(session, now, guide_id=guide_id, revision=1, wanted=True, by=BY)
    return Dressed(announced, guide_id)
