"""What batches refuse."""

from __future__ import annotations

from mall.base.refused import N_, NotFound, Refused


class NoSuchBatch(NotFound):
    """There is no such batch, or it is not within one's rights."""

    text = N_("没有这个批次。")


class NothingChosen(Refused):
    """A batch of no reward at all."""

    code = "nothing_chosen"
    status = 422
    text = N_("没有选中礼品。请回到列表勾选，或者换一个筛选条件。")


class NothingAsked(Refused):
    """A bulk change that changes nothing."""

    code = "nothing_asked"
    status = 422
    text = N_("还没有填要改什么。")


class TooManyChosen(Refused):
    """More rewards than a batch takes."""

    code = "too_many_chosen"
    status = 422
    text = N_("一个批次最多 %(most)s 件礼品，这里有 %(n)s 件。请用筛选分成几批。")


class SelectionMoved(Refused):
    """The list holds more or fewer rewards than it did when it was seen."""

    code = "selection_moved"
    text = N_("列表里现在有 %(n)s 件礼品，你看到时是 %(seen)s 件。请回到列表核对后再选。")


class BatchMoved(Refused):
    """The batch stands elsewhere than the page that was looked at."""

    code = "batch_moved"
    text = N_("这个批次现在是“%(state)s”，不能这样做。请看过现在的状态再定。")


class SecondPersonBatch(Refused):
    """Whoever made a batch does not agree to it in the second person's place."""

    code = "second_person_batch"
    text = N_("这个批次是你自己建的，要由另一个人复核。")


class OthersBatch(Refused):
    """Somebody else's batch, given up by whoever is neither its second person nor the administrator."""

    code = "others_batch"
    status = 403
    text = N_("这个批次是别人建的，由建它的人或管理员放弃。")


class UndoneAlready(Refused):
    """A batch of which an undoing is under way, or over."""

    code = "undone_already"
    text = N_("这个批次已经有撤销批次 %(no)s。")


class NothingToUndo(Refused):
    """A batch that wrote nothing."""

    code = "nothing_to_undo"
    text = N_("这个批次没有写入任何改动，不需要撤销。")


class LimitChanged(Refused):
    """Somebody else has set the limit since the page was opened."""

    code = "limit_changed"
    text = N_("复核线刚被别人改过，你的改动没有保存。请看过现在的数再改。")
