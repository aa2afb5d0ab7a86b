"""Why a change to the face is not made."""

from __future__ import annotations

from mall.base.refused import N_, Forbidden, NotFound, Refused


class DraftMoved(Refused):
    """Somebody has changed the draft since the page was opened: `who` and `at` say who and when."""

    code = "draft_moved"
    text = N_("草稿刚被别人改过，你这一步没有保存。请看过最新的草稿再改。")


class WritingMoved(Refused):
    """Somebody has changed the announcement or guide since the form was opened: `who` and `at` say who and when."""

    code = "writing_moved"
    text = N_("这一篇刚被别人改过，你的改动没有保存。请重新打开，看过再改。")


class NoSuchBlock(NotFound):
    """No such block in the draft."""

    text = N_("草稿里没有这个模块，可能刚被别人删掉。")


class NoSuchLayout(NotFound):
    """No such version."""

    text = N_("没有这个版本。")


class NoSuchWriting(NotFound):
    """No such announcement or guide, or not for this dealer."""

    text = N_("这一篇已经撤下，或者不对你开放。")


class BadBlock(Refused):
    """A field of a block holds what it must not."""

    code = "bad_block"
    status = 422
    text = N_("模块里有填错的地方，没有保存。")


class TooManyBlocks(Refused):
    """More blocks than a page can carry, or a second one of a kind of which there is one."""

    code = "too_many_blocks"
    text = N_("首页上这种模块最多 %(most)s 个。")


class NotReady(Refused):
    """The checks before publishing found something that dealers would stumble over."""

    code = "not_ready"
    text = N_("还有 %(count)s 处没有改好，不能发布。")


class NothingNew(Refused):
    """The draft says what is live already."""

    code = "nothing_new"
    text = N_("草稿和线上一样，没有要发布的改动。")


class Overtaken(Refused):
    """Something was published since this was set to go live, and making it live would undo that: `no`, by `who`."""

    code = "overtaken"
    text = N_("定好以后%(who)s又发布了第 %(no)s 版，自动发布会盖掉它，所以没有发布。请看过线上，再重新发布。")


class PoorContrast(Refused):
    """Colours on which words could not be read."""

    code = "poor_contrast"
    status = 422
    text = N_("这组颜色有 %(count)s 处文字看不清，没有保存。")


class SlugTaken(Refused):
    """Another guide has this address."""

    code = "slug_taken"
    text = N_("这个地址已经被另一篇攻略用了，请换一个。")


class OutsideRegion(Forbidden):
    """Regional staff touch what is for their region alone."""

    code = "outside_region"
    text = N_("你只能改面向 %(region)s 的内容；全国的内容请找总部。")
