"""Who writes on which reward of the library."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.catalog.models import Document, Supplier
from mall.dealers.models import OutsideScope, Scope


def may_write(session: Session, scope: Scope, *documents: Document) -> None:
    """Refused: a document that whoever has this scope does not write: of a supplier that is not theirs."""
    own = writes_for(session, scope)
    if own and any(each["supplier"] != own for each in documents):
        raise OutsideScope


def writes_for(session: Session, scope: Scope) -> str:
    """The code of the supplier whose rewards alone this scope writes; '' writes all.

    Refused: whoever is of a region. The library is the whole brand's; a region has its own editions and prices.
    """
    if scope.region:
        raise OutsideScope
    if scope.supplier_id is None:
        return ""
    return session.scalars(select(Supplier.code).where(Supplier.id == scope.supplier_id)).one()
