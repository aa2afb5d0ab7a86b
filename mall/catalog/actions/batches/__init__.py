"""Batches: many rewards looked at, then changed, some rows a transaction.

A door begins a batch (`begin`), and whoever reads its file hands in rows (`fill_some`, `filled`, `not_readable`). The
worker looks at them (`check_some`); a person says that they be written (`confirm`), a second one agrees where that is
needed (`agree`); the worker writes (`write_some`). `undo` begins a batch that takes another one back.
"""

from mall.catalog.actions.batches.begin import TakenUp, begin, chosen, file_of, fill_some, filled, not_readable, take_up
from mall.catalog.actions.batches.check import check_some
from mall.catalog.actions.batches.decide import agree, confirm, drop, set_limit, undo
from mall.catalog.actions.batches.forget import drop_left, empty_files
from mall.catalog.actions.batches.write import write_some

__all__ = [
    "TakenUp",
    "agree",
    "begin",
    "check_some",
    "chosen",
    "confirm",
    "drop",
    "drop_left",
    "empty_files",
    "file_of",
    "fill_some",
    "filled",
    "not_readable",
    "set_limit",
    "take_up",
    "undo",
    "write_some",
]
