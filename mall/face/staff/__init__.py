"""The mall's face at the desk: block editor with its preview, theme, versions, announcements, guides."""

from __future__ import annotations

from flask import Flask

from mall.base.refused import N_
from mall.face.queries.pictures import picture_uses
from mall.face.staff import due, editor, preview, theme, versions, writing
from mall.face.staff.desk import GROUP, desk_face, known, may_dress
from mall.web.lists import keep
from mall.web.pages import desk_link, name_acts
from mall.web.picture_field import tell_uses

__all__ = ["due", "editor", "preview", "register", "theme", "versions", "writing"]

ACTS = {
    "face.block.add": N_("首页加模块"),
    "face.block.copy": N_("首页复制模块"),
    "face.block.remove": N_("首页删模块"),
    "face.block.move": N_("首页移动模块"),
    "face.block.change": N_("首页改模块"),
    "face.order": N_("首页重排模块"),
    "face.theme": N_("修改主题"),
    "face.discard": N_("放弃首页草稿"),
    "face.publish": N_("发布首页"),
    "face.roll_back": N_("首页回到旧版"),
    "face.due.set": N_("首页定时发布"),
    "face.due.cancel": N_("取消首页定时发布"),
    "face.due.take_up": N_("定好的首页放进草稿"),
    "face.due.publish": N_("首页到时发布"),
    "face.due.fail": N_("首页到时没有发布"),
    "announcement.put": N_("编辑公告"),
    "announcement.publish": N_("发布公告"),
    "announcement.withdraw": N_("撤下公告"),
    "guide.put": N_("编辑攻略"),
    "guide.publish": N_("发布攻略"),
    "guide.withdraw": N_("撤下攻略"),
    "guide.move": N_("攻略排序"),
}


def register(app: Flask) -> None:
    """Open the desk's pages of the face."""
    desk_link(app, GROUP, "face", "/desk/face", "layout-grid", N_("首页装修"), may_dress)
    desk_link(app, GROUP, "announcements", "/desk/announcements", "megaphone", N_("公告"), may_dress)
    desk_link(app, GROUP, "guides", "/desk/guides", "file-text", N_("兑换攻略"), may_dress)
    keep(app, writing.ANNOUNCEMENTS, writing.GUIDES)
    name_acts(app, ACTS)
    tell_uses(app, picture_uses)
    app.extensions["face_known"] = known
    app.register_blueprint(desk_face)
