"""What staff do to the face: change the draft, publish it whole, roll back, write announcements and guides."""

from mall.face.actions.draft import (
    By,
    add_block,
    change_block,
    copy_block,
    discard_draft,
    move_block,
    order_blocks,
    remove_block,
    set_theme,
    take_up,
)
from mall.face.actions.due import cancel_due, publish_due, set_due
from mall.face.actions.publish import publish, roll_back
from mall.face.actions.writing import (
    AnnouncementToPut,
    GuideToPut,
    move_guide,
    publish_announcement,
    publish_guide,
    put_announcement,
    put_guide,
)

__all__ = [
    "AnnouncementToPut",
    "By",
    "GuideToPut",
    "add_block",
    "cancel_due",
    "change_block",
    "copy_block",
    "discard_draft",
    "move_block",
    "move_guide",
    "order_blocks",
    "publish",
    "publish_announcement",
    "publish_due",
    "publish_guide",
    "put_announcement",
    "put_guide",
    "remove_block",
    "roll_back",
    "set_due",
    "set_theme",
    "take_up",
]
