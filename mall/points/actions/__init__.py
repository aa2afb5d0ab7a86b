"""The ledger's verbs: open a book, do things to it, write it.

book = open_book(session, now, dealer_id)     the account's lock; lots due are swept
posting = spend(book, points=300, ...)        judged and noted in memory, or refused
write(session, book)                          a few statements, once
"""

from mall.points.actions.adjust import adjust
from mall.points.actions.book import Book
from mall.points.actions.claw_back import claw_back
from mall.points.actions.drafts import Posting
from mall.points.actions.earn import Part, earn
from mall.points.actions.expire import expire_due
from mall.points.actions.hold import capture, hold, release_due, void
from mall.points.actions.opening import open_book, open_books
from mall.points.actions.programme import close_period
from mall.points.actions.refund import refund
from mall.points.actions.reinstate import reinstate
from mall.points.actions.spend import spend
from mall.points.actions.transfer import transfer
from mall.points.actions.writing import LostUpdate, write

__all__ = [
    "Book",
    "LostUpdate",
    "Part",
    "Posting",
    "adjust",
    "capture",
    "claw_back",
    "close_period",
    "earn",
    "expire_due",
    "hold",
    "open_book",
    "open_books",
    "refund",
    "reinstate",
    "release_due",
    "spend",
    "transfer",
    "void",
    "write",
]
