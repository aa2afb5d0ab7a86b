"""Batches: many rewards looked at, then changed, some rows a transaction.

A door begins a batch (`begin`), and whoever reads its file hands in rows (`fill_some`, `filled`, `not_readable`). The
worker looks at them (`check_some`); a person says that they be written (`confirm`), a second one agrees where that is
needed (`agree`); the worker writes (`write_some`). `undo` begins a batch that takes another one back.
"""

from mall.catalog.actions.batches.begin import begin, chosen, fill_some, filled, not_readable

__all__ = ["begin", "chosen", "fill_some", "filled", "not_readable"]
