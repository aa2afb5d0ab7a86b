"""Suppliers: written, admitted or suspended, and their quality files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import Malformed, NotFound
from mall.base.seal import Seal
from mall.catalog.models import (
    MOST_FILES,
    Admission,
    CodeTaken,
    NoSuchSupplier,
    Supplier,
    SupplierChanged,
    SupplierFile,
    TooManyFiles,
    WrongFile,
)
from mall.catalog.rules.checks import CODE
from mall.catalog.rules.papers import MOST_BYTES, type_of
from mall.dealers.models import WHOLE, Scope


@dataclass(frozen=True, kw_only=True)
class SupplierToPut:
    """A supplier as the back office writes it."""

    code: str
    name: str
    admission: Admission
    admitted_on: date | None = None
    review_on: date | None = None
    notes: str = ""


def put_supplier(
    session: Session,
    now: datetime,
    *,
    put: SupplierToPut,
    revision: int,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> int:
    """Write a supplier, new (`revision` 0) or known by its code; the same sent again changes nothing.

    Gives back its revision. Refused: whoever does not look after the whole brand; a code that is taken, one that is not
    there, one changed since it was looked at, one admitted or suspended without the day of its admission.
    """
    scope.must_be_whole()
    if not CODE.fullmatch(put.code) or not put.name:
        raise Malformed
    if put.admission is not Admission.CANDIDATE and put.admitted_on is None:
        raise Malformed
    row = session.scalar(select(Supplier).where(Supplier.code == put.code).with_for_update())
    before = _facts(row) if row else {}
    if row is not None and before == _facts(put):
        return row.revision
    if row is not None and not revision:
        raise CodeTaken(code=put.code)
    if row is None:
        if revision:
            raise NoSuchSupplier
        row = Supplier(id=new_id(now), code=put.code, revision=0)
        session.add(row)
    elif row.revision != revision:
        raise SupplierChanged(name=row.name)
    row.name, row.admission, row.notes = put.name, put.admission, put.notes
    row.admitted_on, row.review_on = put.admitted_on, put.review_on
    row.revision, row.changed_at, row.changed_by = row.revision + 1, now, actor
    session.flush()
    _note(session, now, "supplier.put", row.id, actor, address, {"before": before, "after": _facts(put)})
    return row.revision


def keep_file(
    session: Session,
    now: datetime,
    *,
    code: str,
    name: str,
    data: bytes,
    seal: Seal,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> int:
    """Keep a quality file of a supplier, sealed, and give back its id; the same file again is the one that is there.

    Its type is found from its content. Refused: whoever does not look after the whole brand; no such supplier, a file
    that is no PDF, JPEG or PNG, too large a one, too many of them.
    """
    scope.must_be_whole()
    supplier = _locked(session, code)
    media_type = type_of(data)
    if media_type is None or len(data) > MOST_BYTES:
        raise WrongFile
    digest = sha256(data).digest()
    known = session.scalar(
        select(SupplierFile).where(SupplierFile.supplier_id == supplier.id, SupplierFile.digest == digest)
    )
    if known is not None and known.removed_at is None:
        return known.id
    mine = (SupplierFile.supplier_id == supplier.id, SupplierFile.removed_at.is_(None))
    if (session.scalar(select(func.count()).where(*mine)) or 0) >= MOST_FILES:
        raise TooManyFiles(most=MOST_FILES)
    if known is not None:
        known.removed_at, known.added_at, known.added_by, file_id = None, now, actor, known.id
    else:
        file_id = new_id(now)
        session.add(
            SupplierFile(
                id=file_id,
                supplier_id=supplier.id,
                name=name[:120],
                media_type=media_type,
                size=len(data),
                digest=digest,
                data_sealed=seal.seal_bytes(data, file_place(file_id)),
                added_at=now,
                added_by=actor,
            )
        )
    session.flush()
    detail = {"file": file_id, "name": name[:120], "sha256": digest.hex(), "bytes": len(data)}
    _note(session, now, "supplier.file", supplier.id, actor, address, detail)
    return file_id


def open_file(
    session: Session,
    now: datetime,
    *,
    code: str,
    file_id: int,
    seal: Seal,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> tuple[str, str, bytes]:
    """A quality file's name, type and content; that it was looked at is written down.

    Refused: whoever does not look after the whole brand, since certificates name people; no such file.
    """
    scope.must_be_whole()
    supplier, found = _file(session, code, file_id)
    _note(session, now, "supplier.look", supplier.id, actor, address, {"file": file_id, "name": found.name})
    return found.name, found.media_type, seal.open_bytes(found.data_sealed, file_place(file_id))


def remove_file(
    session: Session, now: datetime, *, code: str, file_id: int, actor: str, scope: Scope = WHOLE, address: str = ""
) -> None:
    """Take a quality file out of sight; it stays kept. One that is out of sight stays so.

    Refused: whoever does not look after the whole brand; no such file.
    """
    scope.must_be_whole()
    supplier = _locked(session, code)
    found = session.get(SupplierFile, file_id)
    if found is None or found.supplier_id != supplier.id:
        raise NotFound
    if found.removed_at is not None:
        return
    found.removed_at = now
    session.flush()
    _note(session, now, "supplier.file_out", supplier.id, actor, address, {"file": file_id, "name": found.name})


def file_place(file_id: int) -> str:
    """Where a quality file lies sealed."""
    return f"supplier_file:data:{file_id}"


def _locked(session: Session, code: str) -> Supplier:
    found = session.scalar(select(Supplier).where(Supplier.code == code).with_for_update())
    if found is None:
        raise NoSuchSupplier
    return found


def _file(session: Session, code: str, file_id: int) -> tuple[Supplier, SupplierFile]:
    row = session.execute(
        select(Supplier, SupplierFile)
        .join(SupplierFile, SupplierFile.supplier_id == Supplier.id)
        .where(Supplier.code == code, SupplierFile.id == file_id, SupplierFile.removed_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row.Supplier, row.SupplierFile


def _facts(found: Supplier | SupplierToPut) -> dict[str, Any]:
    return {
        "name": found.name,
        "admission": found.admission.value,
        "admitted_on": found.admitted_on.isoformat() if found.admitted_on else None,
        "review_on": found.review_on.isoformat() if found.review_on else None,
        "notes": found.notes,
    }


def _note(
    session: Session, now: datetime, act: str, supplier: int, actor: str, address: str, detail: dict[str, Any]
) -> None:
    note(session, now, actor=actor, act=act, subject=f"supplier:{supplier}", address=address, detail=detail)
