"""The merchandiser's desk: stock as a ledger, drafts and versions, suppliers, pictures, the face, batches, regions."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from mall.base import types
from mall.base.found import spelled

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what is new, fill it from what is there, then hold the old tables to the new rules."""
    create()
    add()
    fill()
    reshape()


def downgrade() -> None:
    """The old rules and tables; what the desk wrote beside them is lost."""
    shape_back()
    drop()


STRICT = {"sqlite_strict": True}
"""SQLite knows no change of a constraint: there a table is made anew, as strict as it was."""


def create() -> None:
    """The new tables."""
    op.create_table(
        "announcement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("titles", types.Json(), nullable=False),
        sa.Column("texts", types.Json(), nullable=False),
        sa.Column("tiers", types.Json(), nullable=False),
        sa.Column("regions", types.Json(), nullable=False),
        sa.Column("starts_at", types.Instant(), nullable=False),
        sa.Column("ends_at", types.Instant(), nullable=True),
        sa.Column("published_at", types.Instant(), nullable=True),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_announcement_dates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("key", name=op.f("uq_announcement_key")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.create_index("ix_announcement_starts_at", ["starts_at"], unique=False)
    op.create_table(
        "batch_limit",
        sa.Column("id", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("weight", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_batch_limit_one")),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_batch_limit_weight")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_limit")),
        sqlite_strict=True,
    )
    op.create_table(
        "face_draft",
        sa.Column("id", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("based_on", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", types.Json(), nullable=False),
        sa.Column("last_act", sa.String(length=64).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_face_draft_one")),
        sa.CheckConstraint("revision > 0", name=op.f("ck_face_draft_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face_draft")),
        sqlite_strict=True,
    )
    op.create_table(
        "face_due",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("document", types.Json(), nullable=False),
        sa.Column("note", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("draft_revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("live_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("region", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fault", types.Json(), nullable=True),
        sa.CheckConstraint("(state = 'live') = (no IS NOT NULL)", name=op.f("ck_face_due_no")),
        sa.CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_face_due_ended")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face_due")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("face_due", schema=None) as batch_op:
        batch_op.create_index("ix_face_due_state_due_at", ["state", "due_at"], unique=False)
    op.create_table(
        "face_layout",
        sa.Column("no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("document", types.Json(), nullable=False),
        sa.Column("theme_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("draft_revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("restored_from", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("published_at", types.Instant(), nullable=False),
        sa.Column("published_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.CheckConstraint("no > 0 AND theme_no > 0 AND theme_no <= no", name=op.f("ck_face_layout_no")),
        sa.CheckConstraint("restored_from IS NULL OR restored_from < no", name=op.f("ck_face_layout_restored")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_face_layout")),
        sa.UniqueConstraint("draft_revision", name=op.f("uq_face_layout_draft_revision")),
        sqlite_strict=True,
    )
    op.create_table(
        "fruitless_search",
        sa.Column("searched_on", types.Day(), nullable=False),
        sa.Column("words", sa.String(length=40, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("times", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("searched_on", "words", name=op.f("pk_fruitless_search")),
        postgresql_with={"fillfactor": 80},
        sqlite_strict=True,
    )
    op.create_table(
        "guide",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("titles", types.Json(), nullable=False),
        sa.Column("texts", types.Json(), nullable=False),
        sa.Column("position", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("published_at", types.Instant(), nullable=True),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide")),
        sa.UniqueConstraint("slug", name=op.f("uq_guide_slug")),
        sqlite_strict=True,
    )
    op.create_table(
        "item_edition_bounds",
        sa.Column("id", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("down_bps", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("up_bps", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parts", types.Json(), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "down_bps BETWEEN 0 AND 10000 AND up_bps BETWEEN 0 AND 10000", name=op.f("ck_item_edition_bounds_percent")
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_item_edition_bounds_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_edition_bounds")),
        sqlite_strict=True,
    )
    op.create_table(
        "picture",
        sa.Column("key", sa.String(length=27).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=64).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("shape", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("source_width", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_height", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("left", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("top", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cut_width", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cut_height", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("width", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("height", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("widths", types.Json(), nullable=False),
        sa.Column("bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("put_away_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_picture")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.create_index("ix_picture_made_at_key", ["made_at", "key"], unique=False)
    op.create_table(
        "point_value",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("from_on", types.Day(), nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("set_at", types.Instant(), nullable=False),
        sa.Column("set_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("checked_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.CheckConstraint("set_by <> checked_by", name=op.f("ck_point_value_two_persons")),
        sa.CheckConstraint("value > 0 AND value <= 100000000", name=op.f("ck_point_value_value")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_value")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("point_value", schema=None) as batch_op:
        batch_op.create_index("ix_point_value_from_on_id", ["from_on", "id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("what", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=120).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("facts", types.Json(), nullable=False),
        sa.Column("note", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("made_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("decided_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("answer", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_proposal_decided")),
        sa.CheckConstraint(
            "(state IN ('agreed', 'declined')) = (decided_by IS NOT NULL)", name=op.f("ck_proposal_second_person")
        ),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> made_by", name=op.f("ck_proposal_two_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("key", name=op.f("uq_proposal_key")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index("ix_proposal_state_what_id", ["state", "what", "id"], unique=False)
        batch_op.create_index("ix_proposal_subject_id", ["subject", "id"], unique=False)
    op.create_table(
        "search_seen_to",
        sa.Column("words", sa.String(length=40, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("seen_to_at", types.Instant(), nullable=False),
        sa.Column("seen_to_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("words", name=op.f("pk_search_seen_to")),
        sqlite_strict=True,
    )
    op.create_table(
        "supplier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("admission", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("admitted_on", types.Day(), nullable=True),
        sa.Column("review_on", types.Day(), nullable=True),
        sa.Column("notes", sa.String(length=2000).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.CheckConstraint("admission = 'candidate' OR admitted_on IS NOT NULL", name=op.f("ck_supplier_admitted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("code", name=op.f("uq_supplier_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("no", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("asked", types.Json(), nullable=False),
        sa.Column("region", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("looked", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("written", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("skipped", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("failed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weight", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("below_cost", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("most_alone", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fault", types.Json(), nullable=True),
        sa.Column("note", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=64).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("made_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("filled_at", types.Instant(), nullable=True),
        sa.Column("taken_at", types.Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("began_at", types.Instant(), nullable=True),
        sa.Column("done_at", types.Instant(), nullable=True),
        sa.Column("undo_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("(kind = 'undo') = (undo_of IS NOT NULL)", name=op.f("ck_batch_undo")),
        sa.CheckConstraint(
            "state NOT IN ('running', 'done', 'undone') OR (weight <= most_alone AND below_cost = 0) OR decided_by IS NOT NULL",
            name=op.f("ck_batch_second_person"),
        ),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> made_by", name=op.f("ck_batch_two_persons")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_batch_supplier_id")),
        sa.ForeignKeyConstraint(["undo_of"], ["batch.id"], name=op.f("fk_batch_undo_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("key", name=op.f("uq_batch_key")),
        sa.UniqueConstraint("no", name=op.f("uq_batch_no")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index("ix_batch_state_id", ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_batch_undo_of",
            ["undo_of"],
            unique=True,
            sqlite_where=sa.text("state <> 'dropped'"),
            postgresql_where=sa.text("state <> 'dropped'"),
        )
    op.create_table(
        "supplier_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("media_type", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("data_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", types.Instant(), nullable=False),
        sa.Column("added_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("removed_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_file_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_file")),
        sa.UniqueConstraint("supplier_id", "digest", name=op.f("uq_supplier_file_supplier_id_digest")),
        sqlite_strict=True,
    )
    op.create_table(
        "warehouse",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("region", sa.String(length=200).with_variant(sa.Text(), "sqlite"), server_default="", nullable=False),
        sa.Column("position", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("closed_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_warehouse_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouse")),
        sa.UniqueConstraint("code", name=op.f("uq_warehouse_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "batch_file",
        sa.Column(
            "batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("name", sa.String(length=120).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_file_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_batch_file")),
        sqlite_strict=True,
    )
    op.create_table(
        "batch_row",
        sa.Column(
            "batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("outcome", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before", types.Json(), nullable=False),
        sa.Column("after", types.Json(), nullable=False),
        sa.Column("told", types.Json(), nullable=False),
        sa.Column("below_cost", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_row_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "no", name=op.f("pk_batch_row")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    with op.batch_alter_table("batch_row", schema=None) as batch_op:
        batch_op.create_index("ix_batch_row_code", ["batch_id", "code"], unique=False)
        batch_op.create_index("ix_batch_row_outcome", ["batch_id", "outcome", "no"], unique=False)
        batch_op.create_index("ix_batch_row_state", ["batch_id", "state", "no"], unique=False)
    op.create_table(
        "item_draft",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("based_on", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("base", types.Json(), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", types.Json(), nullable=False),
        sa.Column("started_at", types.Instant(), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=True),
        sa.Column("due_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("due_note", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("fault", types.Json(), nullable=True),
        sa.CheckConstraint("revision > 0", name=op.f("ck_item_draft_revision")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_draft_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_draft")),
        sa.UniqueConstraint("code", name=op.f("uq_item_draft_code")),
        sa.UniqueConstraint("item_id", name=op.f("uq_item_draft_item_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("item_draft", schema=None) as batch_op:
        batch_op.create_index("ix_item_draft_due_at", ["due_at"], unique=False)
    op.create_table(
        "item_edition",
        sa.Column("region", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("names", types.Json(), nullable=True),
        sa.Column("subtitles", types.Json(), nullable=True),
        sa.Column("descriptions", types.Json(), nullable=True),
        sa.Column("pictures", types.Json(), nullable=True),
        sa.Column("off_from", types.Instant(), nullable=True),
        sa.Column("off_until", types.Instant(), nullable=True),
        sa.Column("base", types.Json(), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.CheckConstraint("region <> ''", name=op.f("ck_item_edition_region")),
        sa.CheckConstraint(
            "off_until IS NULL OR (off_from IS NOT NULL AND off_until > off_from)", name=op.f("ck_item_edition_off")
        ),
        sa.CheckConstraint("revision > 0", name=op.f("ck_item_edition_revision")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_edition_item_id")),
        sa.PrimaryKeyConstraint("region", "item_id", name=op.f("pk_item_edition")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("item_edition", schema=None) as batch_op:
        batch_op.create_index("ix_item_edition_item_id", ["item_id"], unique=False)
    op.create_table(
        "item_edition_term",
        sa.Column("region", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("term", sa.String(length=80, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("weight", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_edition_term_item_id")),
        sa.PrimaryKeyConstraint("region", "term", "item_id", name=op.f("pk_item_edition_term")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("item_edition_term", schema=None) as batch_op:
        batch_op.create_index("ix_item_edition_term_item_id", ["item_id", "region"], unique=False)
    op.create_table(
        "item_edition_version",
        sa.Column("region", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("document", types.Json(), nullable=False),
        sa.Column("said_at", types.Instant(), nullable=False),
        sa.Column("said_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_edition_version_item_id")),
        sa.PrimaryKeyConstraint("region", "item_id", "no", name=op.f("pk_item_edition_version")),
        sqlite_strict=True,
    )
    op.create_table(
        "item_version",
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("document", types.Json(), nullable=False),
        sa.Column("draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("published_at", types.Instant(), nullable=False),
        sa.Column("published_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_version_item_id")),
        sa.PrimaryKeyConstraint("item_id", "no", name=op.f("pk_item_version")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_item_version_draft_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "list_columns",
        sa.Column(
            "staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("list_key", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("columns", types.Json(), nullable=False),
        sa.Column("chosen_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_list_columns_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "list_key", name=op.f("pk_list_columns")),
        sqlite_strict=True,
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_key", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("asked", types.Json(), nullable=False),
        sa.Column("shared_at", types.Instant(), nullable=True),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_saved_view_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("staff_id", "list_key", "name", name=op.f("uq_saved_view_staff_id_list_key_name")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(
            "ix_saved_view_shared",
            ["list_key"],
            unique=False,
            sqlite_where=sa.text("shared_at IS NOT NULL"),
            postgresql_where=sa.text("shared_at IS NOT NULL"),
        )
    op.create_table(
        "stock_count",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("no", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("remark", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", types.Instant(), nullable=False),
        sa.Column("opened_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("counted_at", types.Instant(), nullable=True),
        sa.Column("counted_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("posted_at", types.Instant(), nullable=True),
        sa.Column("posted_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.CheckConstraint("(state = 'posted') = (posted_at IS NOT NULL)", name=op.f("ck_stock_count_posted")),
        sa.CheckConstraint(
            "value_fen <= 100000 OR posted_by IS NULL OR posted_by <> counted_by",
            name=op.f("ck_stock_count_second_person"),
        ),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_stock_count_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_count")),
        sa.UniqueConstraint("key", name=op.f("uq_stock_count_key")),
        sa.UniqueConstraint("no", name=op.f("uq_stock_count_no")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("stock_count", schema=None) as batch_op:
        batch_op.create_index("ix_stock_count_warehouse_id_state", ["warehouse_id", "state"], unique=False)
    op.create_table(
        "item_draft_save",
        sa.Column(
            "draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("document", types.Json(), nullable=False),
        sa.Column("saved_at", types.Instant(), nullable=False),
        sa.Column("saved_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["item_draft.id"], name=op.f("fk_item_draft_save_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "revision", name=op.f("pk_item_draft_save")),
        sqlite_strict=True,
    )
    op.create_table(
        "stock_at",
        sa.Column("sku_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column(
            "warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("pieces", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("pieces >= 0", name=op.f("ck_stock_at_pieces")),
        sa.ForeignKeyConstraint(["sku_id"], ["stock.sku_id"], name=op.f("fk_stock_at_sku_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_stock_at_warehouse_id")),
        sa.PrimaryKeyConstraint("sku_id", "warehouse_id", name=op.f("pk_stock_at")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    with op.batch_alter_table("stock_at", schema=None) as batch_op:
        batch_op.create_index("ix_stock_at_warehouse_id_sku_id", ["warehouse_id", "sku_id"], unique=False)
    op.create_table(
        "stock_count_line",
        sa.Column(
            "count_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("sku_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("counted", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("counted_at", types.Instant(), nullable=True),
        sa.Column("counted_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("difference", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(counted IS NULL) = (counted_at IS NULL) AND (counted IS NULL) = (seq IS NULL)",
            name=op.f("ck_stock_count_line_moment"),
        ),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_stock_count_line_counted")),
        sa.ForeignKeyConstraint(["count_id"], ["stock_count.id"], name=op.f("fk_stock_count_line_count_id")),
        sa.ForeignKeyConstraint(["sku_id"], ["stock.sku_id"], name=op.f("fk_stock_count_line_sku_id")),
        sa.PrimaryKeyConstraint("count_id", "sku_id", name=op.f("pk_stock_count_line")),
        sqlite_strict=True,
    )
    op.create_table(
        "stock_incoming",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("sku_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("pieces", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("expected_on", types.Day(), nullable=True),
        sa.Column("key", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("arrived", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_at", types.Instant(), nullable=True),
        sa.Column("settled_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.CheckConstraint("(settled_at IS NULL) = (arrived IS NULL)", name=op.f("ck_stock_incoming_settled")),
        sa.CheckConstraint("pieces > 0 AND (arrived IS NULL OR arrived >= 0)", name=op.f("ck_stock_incoming_pieces")),
        sa.ForeignKeyConstraint(["sku_id"], ["stock.sku_id"], name=op.f("fk_stock_incoming_sku_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_stock_incoming_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_incoming")),
        sa.UniqueConstraint("key", name=op.f("uq_stock_incoming_key")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("stock_incoming", schema=None) as batch_op:
        batch_op.create_index("ix_stock_incoming_sku_id_settled_at", ["sku_id", "settled_at"], unique=False)
    op.create_table(
        "stock_level",
        sa.Column("sku_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("safety", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("warning", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lead_days", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pack_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("demand_30", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("demand_90", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alarm", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("alarm_at", types.Instant(), nullable=True),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("lead_days BETWEEN 0 AND 365 AND pack_size >= 1", name=op.f("ck_stock_level_supply")),
        sa.CheckConstraint("safety >= 0 AND warning >= safety", name=op.f("ck_stock_level_levels")),
        sa.ForeignKeyConstraint(["sku_id"], ["stock.sku_id"], name=op.f("fk_stock_level_sku_id")),
        sa.PrimaryKeyConstraint("sku_id", name=op.f("pk_stock_level")),
        postgresql_with={"fillfactor": 80},
        sqlite_strict=True,
    )
    with op.batch_alter_table("stock_level", schema=None) as batch_op:
        batch_op.create_index("ix_stock_level_alarm", ["alarm"], unique=False)
    op.create_table(
        "stock_movement",
        sa.Column("sku_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("pieces", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_hand", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("remark", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("actor", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("at", types.Instant(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'out' OR (warehouse_id IS NOT NULL AND pieces < 0)", name=op.f("ck_stock_movement_out")
        ),
        sa.CheckConstraint(
            "kind <> 'reserve' OR (warehouse_id IS NULL AND pieces < 0)", name=op.f("ck_stock_movement_reserve")
        ),
        sa.CheckConstraint("kind NOT IN ('in', 'release') OR pieces > 0", name=op.f("ck_stock_movement_more")),
        sa.CheckConstraint("on_hand >= 0 AND seq > 0", name=op.f("ck_stock_movement_on_hand")),
        sa.CheckConstraint("pieces <> 0", name=op.f("ck_stock_movement_pieces")),
        sa.ForeignKeyConstraint(["sku_id"], ["stock.sku_id"], name=op.f("fk_stock_movement_sku_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_stock_movement_warehouse_id")),
        sa.PrimaryKeyConstraint("sku_id", "seq", name=op.f("pk_stock_movement")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("stock_movement", schema=None) as batch_op:
        batch_op.create_index("ix_stock_movement_at_sku_id", ["at", "sku_id"], unique=False)
        batch_op.create_index(
            "uq_stock_movement_sku_id_key",
            ["sku_id", "key"],
            unique=True,
            sqlite_where=sa.text("key IS NOT NULL"),
            postgresql_where=sa.text("key IS NOT NULL"),
        )


def add() -> None:
    """New columns, empty or with a default."""
    op.add_column(
        "category", sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
    op.add_column(
        "dealer",
        sa.Column(
            "spelled", sa.String(length=400).with_variant(sa.Text(), "sqlite"), server_default="", nullable=False
        ),
    )
    op.add_column("item", sa.Column("off_at", types.Instant(), nullable=True))
    op.add_column("item", sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
    op.add_column(
        "item",
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
    )
    op.add_column(
        "price_plan",
        sa.Column(
            "bounded", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
    )
    op.add_column(
        "sku",
        sa.Column("held_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
    )
    op.add_column("sku", sa.Column("held_until", types.Instant(), nullable=True))
    op.add_column(
        "staff",
        sa.Column("region", sa.String(length=200).with_variant(sa.Text(), "sqlite"), server_default="", nullable=False),
    )
    op.add_column(
        "staff", sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
    op.add_column(
        "stock",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
    )


def fill() -> None:
    """What is in stock and kept by orders, as the first movements of a ledger; things lie in one warehouse.

    Dealers are found by pinyin.
    """
    now = round(datetime.now(UTC).timestamp() * 1_000_000)
    for statement in FILL:
        op.execute(statement.format(now=now))
    dealers = sa.table("dealer", sa.column("id"), sa.column("name"), sa.column("spelled"))
    link = op.get_bind()
    for number, name in link.execute(sa.select(dealers.c.id, dealers.c.name)).all():
        link.execute(dealers.update().where(dealers.c.id == number).values(spelled=spelled(name)[:400]))


def reshape() -> None:
    """New rules and indexes for old tables."""
    op.create_index("ix_audit_entry_act_id", "audit_entry", ["act", "id"], unique=False)
    op.create_index("ix_audit_entry_actor_id", "audit_entry", ["actor", "id"], unique=False)
    op.create_index("ix_document_dealer_id", "document", ["dealer_id", "received_at"], unique=False)
    with op.batch_alter_table("category", table_kwargs=STRICT) as batch_op:
        batch_op.create_foreign_key(batch_op.f("fk_category_parent_id"), "category", ["parent_id"], ["id"])
    with op.batch_alter_table("item", table_kwargs=STRICT) as batch_op:
        batch_op.create_index("ix_item_brand", ["brand"], unique=False)
        batch_op.create_index("ix_item_created_at_id", ["created_at", "id"], unique=False)
        batch_op.create_index("ix_item_supplier_id", ["supplier_id"], unique=False)
        batch_op.create_index(
            "ix_item_unpictured",
            ["id"],
            unique=False,
            sqlite_where=sa.text("pictures = '[]'"),
            postgresql_where=sa.text("pictures = '[]'"),
        )
        batch_op.create_foreign_key(batch_op.f("fk_item_supplier_id"), "supplier", ["supplier_id"], ["id"])
        batch_op.create_check_constraint(
            op.f("ck_item_off"), "off_at IS NULL OR (shelved_at IS NOT NULL AND off_at > shelved_at)"
        )
    with op.batch_alter_table("price_plan", table_kwargs=STRICT) as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_price_plan_bounded"), "bounded = 0 OR (bounded IN (1, 2) AND region <> '')"
        )
    with op.batch_alter_table("staff", table_kwargs=STRICT) as batch_op:
        batch_op.create_foreign_key(batch_op.f("fk_staff_supplier_id"), "supplier", ["supplier_id"], ["id"])
        batch_op.create_check_constraint(op.f("ck_staff_scope"), "region = '' OR supplier_id IS NULL")


def shape_back() -> None:
    """The old rules and columns."""
    op.drop_index("ix_document_dealer_id", "document")
    op.drop_column("dealer", "spelled")
    op.drop_column("sku", "held_until")
    op.drop_column("sku", "held_fen")
    with op.batch_alter_table("audit_entry", table_kwargs=STRICT) as batch_op:
        batch_op.drop_index("ix_audit_entry_actor_id")
        batch_op.drop_index("ix_audit_entry_act_id")
    with op.batch_alter_table("category", table_kwargs=STRICT) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_category_parent_id"), type_="foreignkey")
        batch_op.drop_column("parent_id")
    with op.batch_alter_table("item", table_kwargs=STRICT) as batch_op:
        batch_op.drop_constraint(op.f("ck_item_off"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_item_supplier_id"), type_="foreignkey")
        batch_op.drop_index(
            "ix_item_unpictured", sqlite_where=sa.text("pictures = '[]'"), postgresql_where=sa.text("pictures = '[]'")
        )
        batch_op.drop_index("ix_item_supplier_id")
        batch_op.drop_index("ix_item_created_at_id")
        batch_op.drop_index("ix_item_brand")
        batch_op.drop_column("version")
        batch_op.drop_column("supplier_id")
        batch_op.drop_column("off_at")
    with op.batch_alter_table("price_plan", table_kwargs=STRICT) as batch_op:
        batch_op.drop_constraint(op.f("ck_price_plan_bounded"), type_="check")
        batch_op.drop_column("bounded")
    with op.batch_alter_table("staff", table_kwargs=STRICT) as batch_op:
        batch_op.drop_constraint(op.f("ck_staff_scope"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_staff_supplier_id"), type_="foreignkey")
        batch_op.drop_column("supplier_id")
        batch_op.drop_column("region")
    with op.batch_alter_table("stock", table_kwargs=STRICT) as batch_op:
        batch_op.drop_column("seq")


def drop() -> None:
    """The new tables."""
    with op.batch_alter_table("stock_movement", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_stock_movement_sku_id_key",
            sqlite_where=sa.text("key IS NOT NULL"),
            postgresql_where=sa.text("key IS NOT NULL"),
        )
        batch_op.drop_index("ix_stock_movement_at_sku_id")
    op.drop_table("stock_movement")
    with op.batch_alter_table("stock_level", schema=None) as batch_op:
        batch_op.drop_index("ix_stock_level_alarm")
    op.drop_table("stock_level")
    with op.batch_alter_table("stock_incoming", schema=None) as batch_op:
        batch_op.drop_index("ix_stock_incoming_sku_id_settled_at")
    op.drop_table("stock_incoming")
    op.drop_table("stock_count_line")
    with op.batch_alter_table("stock_at", schema=None) as batch_op:
        batch_op.drop_index("ix_stock_at_warehouse_id_sku_id")
    op.drop_table("stock_at")
    op.drop_table("item_draft_save")
    with op.batch_alter_table("stock_count", schema=None) as batch_op:
        batch_op.drop_index("ix_stock_count_warehouse_id_state")
    op.drop_table("stock_count")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_saved_view_shared",
            sqlite_where=sa.text("shared_at IS NOT NULL"),
            postgresql_where=sa.text("shared_at IS NOT NULL"),
        )
    op.drop_table("saved_view")
    op.drop_table("list_columns")
    op.drop_table("item_version")
    op.drop_table("item_edition_version")
    with op.batch_alter_table("item_edition_term", schema=None) as batch_op:
        batch_op.drop_index("ix_item_edition_term_item_id")
    op.drop_table("item_edition_term")
    with op.batch_alter_table("item_edition", schema=None) as batch_op:
        batch_op.drop_index("ix_item_edition_item_id")
    op.drop_table("item_edition")
    with op.batch_alter_table("item_draft", schema=None) as batch_op:
        batch_op.drop_index("ix_item_draft_due_at")
    op.drop_table("item_draft")
    with op.batch_alter_table("batch_row", schema=None) as batch_op:
        batch_op.drop_index("ix_batch_row_state")
        batch_op.drop_index("ix_batch_row_outcome")
        batch_op.drop_index("ix_batch_row_code")
    op.drop_table("batch_row")
    op.drop_table("batch_file")
    op.drop_table("warehouse")
    op.drop_table("supplier_file")
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_batch_undo_of",
            sqlite_where=sa.text("state <> 'dropped'"),
            postgresql_where=sa.text("state <> 'dropped'"),
        )
        batch_op.drop_index("ix_batch_state_id")
    op.drop_table("batch")
    op.drop_table("supplier")
    op.drop_table("search_seen_to")
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_index("ix_proposal_subject_id")
        batch_op.drop_index("ix_proposal_state_what_id")
    op.drop_table("proposal")
    with op.batch_alter_table("point_value", schema=None) as batch_op:
        batch_op.drop_index("ix_point_value_from_on_id")
    op.drop_table("point_value")
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.drop_index("ix_picture_made_at_key")
    op.drop_table("picture")
    op.drop_table("item_edition_bounds")
    op.drop_table("guide")
    op.drop_table("fruitless_search")
    op.drop_table("face_layout")
    with op.batch_alter_table("face_due", schema=None) as batch_op:
        batch_op.drop_index("ix_face_due_state_due_at")
    op.drop_table("face_due")
    op.drop_table("face_draft")
    op.drop_table("batch_limit")
    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.drop_index("ix_announcement_starts_at")
    op.drop_table("announcement")


FILL = (
    """
    INSERT INTO warehouse (id, code, name, supplier_id, region, position, revision, created_at, closed_at)
SELECT 1, 'MAIN', '主仓', NULL, '', 10, 1, {now}, NULL WHERE EXISTS (SELECT 1 FROM stock)
    """,
    """
    CREATE TEMPORARY TABLE opening AS
SELECT s.sku_id, s.on_hand, s.supplied, i.kind,
  COALESCE((SELECT SUM(l.quantity - l.returned_quantity) FROM order_line l JOIN redemption_order o ON o.dealer_id = l.dealer_id AND o.id = l.order_id
            WHERE l.sku_id = s.sku_id AND o.state <> 'cancelled'), 0) AS kept,
  COALESCE((SELECT SUM(l.quantity - l.returned_quantity) FROM order_line l JOIN redemption_order o ON o.dealer_id = l.dealer_id AND o.id = l.order_id
            JOIN order_part p ON p.dealer_id = l.dealer_id AND p.order_id = l.order_id AND p.part_no = l.part_no
            WHERE l.sku_id = s.sku_id AND o.state <> 'cancelled' AND p.state IN ('held', 'ready', 'picked')), 0)
  + COALESCE((SELECT SUM(c.quantity) FROM after_sales_line c JOIN after_sales a ON a.dealer_id = c.dealer_id AND a.id = c.claim_id
            JOIN order_line l ON l.dealer_id = a.dealer_id AND l.order_id = a.order_id AND l.line_no = c.line_no
            WHERE l.sku_id = s.sku_id AND a.state = 'resending'), 0) AS waiting
FROM stock s JOIN sku k ON k.id = s.sku_id JOIN item i ON i.id = k.item_id
    """,
    """
    INSERT INTO stock_movement (sku_id, seq, kind, pieces, on_hand, warehouse_id, reason, reference, remark, actor, key, at)
SELECT sku_id, 1, 'in', supplied, supplied, CASE WHEN kind = 'physical' THEN 1 END, 'opening', '', '', 'system', NULL, {now} FROM opening WHERE supplied > 0
    """,
    """
    INSERT INTO stock_movement (sku_id, seq, kind, pieces, on_hand, warehouse_id, reason, reference, remark, actor, key, at)
SELECT sku_id, 2, 'reserve', -kept, supplied - kept, NULL, 'opening', '', '', 'system', NULL, {now} FROM opening WHERE kept > 0
    """,
    """
    INSERT INTO stock_movement (sku_id, seq, kind, pieces, on_hand, warehouse_id, reason, reference, remark, actor, key, at)
SELECT sku_id, 3, 'out', waiting - kept, supplied - kept, 1, 'opening', '', '', 'system', NULL, {now} FROM opening WHERE kind = 'physical' AND kept > waiting
    """,
    """
    INSERT INTO stock_at (sku_id, warehouse_id, pieces)
SELECT sku_id, 1, supplied - kept + waiting FROM opening WHERE kind = 'physical' AND supplied > 0
    """,
    """
    UPDATE stock SET seq = COALESCE((SELECT MAX(seq) FROM stock_movement m WHERE m.sku_id = stock.sku_id), 0)
    """,
    """
    DROP TABLE opening
    """,
)
"""When it came and was kept is not known here: the ledger begins with the moment of its making."""
