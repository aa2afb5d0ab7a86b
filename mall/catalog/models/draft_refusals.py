"""What writing the catalogue refuses."""

from __future__ import annotations

from mall.base.refused import N_, NotFound, Refused


class NoSuchDraft(NotFound):
    """There is no draft of this reward: it was published, or let go of."""

    text = N_("这件礼品没有草稿，可能已经发布或放弃。")


class NoSuchVersion(NotFound):
    """The reward has no version of this number."""

    text = N_("没有这个版本。")


class CodeTaken(Refused):
    """Another reward, published or being written, has this code."""

    code = "code_taken"
    text = N_("货号 %(code)s 已经有礼品在用，请换一个。")


class DraftMoved(Refused):
    """Somebody else has saved the draft since the form was opened. Nothing of it was written over."""

    code = "draft_moved"
    text = N_("%(who)s 在 %(when)s 保存过这份草稿。你填的都在，下面列出了不同之处，核对后再保存。")


class DraftBehind(Refused):
    """Another version has been published since the draft was begun."""

    code = "draft_behind"
    text = N_("线上已经是第 %(no)s 版，比这份草稿新。请先并入线上的改动，看过再发布。")


class DraftDue(Refused):
    """The draft is set to be published by itself: until then it stays as it was checked."""

    code = "draft_due"
    text = N_("这份草稿定在 %(when)s 自动发布。要改它，请先取消定时。")


class WrongDue(Refused):
    """A moment that is over, or so far off that it is a slip of the finger."""

    code = "wrong_due"
    status = 422
    text = N_("定时发布的时间要晚于现在，最远一年。")


class NotReady(Refused):
    """The document fails what is checked before it is published."""

    code = "not_ready"
    status = 422
    text = N_("还有 %(n)s 项没有通过，没有发布：%(what)s")


class ItemMoved(Refused):
    """The reward was published or taken off the shelf since the page was opened."""

    code = "item_moved"
    text = N_("这件礼品刚被别人改过上下架，你的操作没有执行。请看过现在的状态再定。")


class WrongMoments(Refused):
    """Off the shelf before it is on, or both in the past."""

    code = "wrong_moments"
    status = 422
    text = N_("下架时间要晚于上架时间，也要晚于现在。")


class NoSuchSupplier(NotFound):
    """There is no supplier of this code."""

    text = N_("没有这个供应商。")


class SupplierChanged(Refused):
    """Somebody else has changed the supplier since the form was opened."""

    code = "supplier_changed"
    text = N_("%(name)s 刚被别人改过，你的改动没有保存。请核对后再保存。")


class TooManyFiles(Refused):
    """A supplier has as many quality files as one may have."""

    code = "too_many_files"
    text = N_("一个供应商最多 %(most)s 份质量文件，请先移除旧的。")


class WrongFile(Refused):
    """What came is no PDF, JPEG or PNG, whatever it is called."""

    code = "wrong_file"
    status = 422
    text = N_("只收 PDF、JPEG 和 PNG 文件，这份文件的内容不是。")


class NoSuchCategory(NotFound):
    """There is no category of this code."""

    text = N_("没有这个分类。")


class CategoriesMoved(Refused):
    """Somebody else has ordered the categories since the page was opened."""

    code = "categories_moved"
    text = N_("分类刚被别人调整过，你的调整没有保存。请看过现在的顺序再调。")


class TooDeep(Refused):
    """Categories stand within each other three deep at most, and never within themselves."""

    code = "too_deep"
    status = 422
    text = N_("分类最多 %(most)s 层，也不能放进自己的下级。")


class CategoryInUse(Refused):
    """A category with rewards or categories in it is not taken away."""

    code = "category_in_use"
    text = N_("“%(name)s” 里还有礼品或下级分类，先移走才能删除。")
