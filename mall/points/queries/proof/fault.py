"""What a proof finds: one thing that is not as it must be, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mall.base.refused import N_

MOST = 200
"""So many faults are told of an account's chain, and by an invariant of a slice: where everything is wrong, that is
told and not listed."""

RULES: dict[str, tuple[str, str]] = {
    # The chain: every entry from its rows, and each linked to the one before it.
    "hash": ("the hash is not that of the entry, its journal, its lines and its lots", N_("记录与其哈希不符")),
    "link": ("the entry is not linked to the one before it", N_("记录没有接在上一条之后")),
    "entry_missing": ("an entry is missing", N_("缺少记录")),
    "entry_beyond": ("there is an entry after the last one", N_("末条记录之后还有记录")),
    "head": ("the account is not as its last entry left it", N_("账户与末条记录不符")),
    "proven": ("what was proven before is no longer there", N_("以前校验过的记录已不在原处")),
    # An entry beside its journal, its lines and the entry before it.
    "journal": ("the entry is not what its journal says", N_("记录与其凭证不符")),
    "result": ("the journal's answer is not that of its entry", N_("凭证的结果与其记录不符")),
    "lines": ("the changes are not the sums of the lines", N_("变动与明细合计不符")),
    "balance": ("a balance is not the balance before plus the change", N_("余额不等于上一余额加变动")),
    "moved": ("what moved out has not moved in", N_("转出与转入不符")),
    "amount": ("the journal does not say what its lines moved", N_("凭证的积分与明细不符")),
    "posted_back": ("it was posted before the entry that precedes it", N_("入账时间早于上一条记录")),
    "effective_late": ("it took effect after it was posted", N_("生效时间晚于入账时间")),
    # Lots, what spends and holds took of them, and the account they make up.
    "account_lots": ("the account is not the sum of its lots", N_("账户不等于各批次合计")),
    "account_held": ("the account does not hold what its holds have open", N_("账户冻结与未结冻结不符")),
    "account_due": ("a lot is due before the account says", N_("批次到期早于账户所记")),
    "lot_lines": ("the lot is not the sum of its lines", N_("批次与明细合计不符")),
    "lot_born": ("the lot does not name the journal of the entry that made it", N_("批次与产生它的凭证不符")),
    "lot_taken": ("the lot is not what spends and holds took of it", N_("批次与占用明细不符")),
    "reversed": ("what was charged against a purchase's lots is not what was taken back", N_("批次冲销与扣回不符")),
    "taken": ("what a spend or a hold took is not what its lines say", N_("占用明细与记录不符")),
    "taken_by_none": ("points are said to be taken that no entry took", N_("占用明细没有对应记录")),
    "refunded": ("what was given back of it is not what its refunds say", N_("已退积分与退回凭证不符")),
    "resolved": ("what was captured or voided of it is not what its journals say", N_("冻结的结清与凭证不符")),
    # Journals beside each other.
    "journal_entries": ("a posted journal has one entry, a refused one none", N_("凭证应有的记录数不符")),
    "reference": ("the journal refers to one that it cannot refer to", N_("凭证引用了不该引用的凭证")),
    "reinstated": ("more was given back than had been taken", N_("恢复多于扣回")),
    "transfer": ("the two legs of the transfer differ", N_("转让的两方不符")),
    "no_account": ("there are postings of an account that does not exist", N_("积分所属账户不存在")),
    # The signed checkpoints outside the database, and the heads they cover.
    "checkpoint_missing": ("the checkpoint is missing in its folder", N_("缺少存证")),
    "checkpoint_unreadable": ("the checkpoint's file cannot be read", N_("存证文件无法读取")),
    "checkpoint_key": ("the checkpoint was signed with a key that is not known", N_("存证的签名密钥未知")),
    "checkpoint_signature": ("the checkpoint's signature is not that of its key", N_("存证签名无效")),
    "checkpoint_link": ("the checkpoint is not linked to the one before it", N_("存证没有接在上一份之后")),
    "checkpoint_time": ("the checkpoint was taken before the one it follows", N_("存证时间早于上一份")),
    "checkpoint_root": ("the checkpoint's root is not that of its leaves", N_("存证的根与其明细不符")),
    "checkpoint_index": ("the database tells the checkpoint differently from its file", N_("数据库所记存证与文件不符")),
    "checkpoint_cut": ("the account ends before the entry that a checkpoint covers", N_("账户短于存证所载")),
    "checkpoint_hash": ("the entry is not the one that a checkpoint covers", N_("记录与存证不符")),
}
"""Every rule by its code, which stays as it is: how a fault of it is told in English and, translated, on a page."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that does not hold: for which dealer, at which entry or lot, what stands there and what must."""

    code: str
    dealer_id: int
    dealer: str
    """The dealer's code."""
    seq: int | None = None
    lot: int | None = None
    found: str = ""
    expected: str = ""

    @property
    def text(self) -> str:
        """The fault in English, for operators."""
        entry = f", entry {self.seq}" if self.seq is not None else ""
        lot = f", lot {self.lot}" if self.lot is not None else ""
        differ = f": {self.found}, expected {self.expected}" if self.found or self.expected else ""
        return f"{self.dealer}{entry}{lot}: {RULES[self.code][0]}{differ} [{self.code}]"

    def as_dict(self) -> dict[str, Any]:
        """As a proof's record keeps it."""
        return {
            "code": self.code,
            "dealer": self.dealer_id,
            "dealer_code": self.dealer,
            "seq": self.seq,
            "lot": self.lot,
            "found": self.found,
            "expected": self.expected,
            "text": self.text,
        }


def differing(pairs: dict[str, tuple[object, object]]) -> tuple[str, str]:
    """Of pairs of what stands there and what must, those that differ, told side by side; empty if all agree."""
    wrong = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    found, expected = (", ".join(f"{name} {told(pair[side])}" for name, pair in wrong.items()) for side in (0, 1))
    return found, expected


def told(value: object) -> str:
    """A value fit to be read: a hash by its first sixteen digits, nothing as `none`."""
    if isinstance(value, bytes):
        return value.hex()[:16]
    return "none" if value is None else str(value)
