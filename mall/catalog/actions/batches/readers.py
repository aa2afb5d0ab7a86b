"""Who reads a batch's file: by the name in its `asked["sheet"]`, the rows that it asks for.

A reader gets the session and the file whole. What it has to know of the mall (which categories there are) it reads
before it gives its first row; the transaction may have ended by then. It gives rows one by one, as it comes to them, so
that however long a file is, no more of it is held than a few hundred rows. What it refuses is told of the whole file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from mall.catalog.rules.bulk import Asked

Reader = Callable[[Session, datetime, bytes], Iterator[Asked]]
READERS: dict[str, Reader] = {}
