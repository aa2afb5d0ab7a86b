"""Checkout: price plans, freight, payments, rewards of every kind, parts of orders, approvals, after-sales."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mall.base import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what is new, fill it from what is there, then hold the old tables to the new rules."""
    create()
    add()
    fill()
    reshape()


def downgrade() -> None:
    """Go back to one price a reward and one parcel an order; what is new is lost."""
    give_room()
    unfill()
    shape_back()
    drop()


STRICT = {"sqlite_strict": True}
"""SQLite knows no change of a constraint: there a table is made anew, as strict as it was."""


def create() -> None:
    """The new tables."""
    op.create_table(
        "bill_day",
        sa.Column("gateway", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("day", types.Day(), nullable=False),
        sa.Column("fetched_at", types.Instant(), nullable=False),
        sa.Column("payments", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("paid_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refunds", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("our_payments", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("our_paid_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("our_refunds", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("our_refunded_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "day", name=op.f("pk_bill_day")),
        sqlite_strict=True,
    )
    op.create_table(
        "bill_difference",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("gateway", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("day", types.Day(), nullable=False),
        sa.Column("kind", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("about", sa.String(length=64, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("line", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("order_no", sa.String(length=20).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("our_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("their_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("our_state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("gateway_no", sa.String(length=64).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("found_at", types.Instant(), nullable=False),
        sa.Column("resolved_at", types.Instant(), nullable=True),
        sa.Column("resolved_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.CheckConstraint("(resolved_at IS NULL) = (resolved_by IS NULL)", name=op.f("ck_bill_difference_resolved")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_difference")),
        sa.UniqueConstraint("gateway", "day", "kind", "about", name=op.f("uq_bill_difference_gateway_day_kind_about")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("bill_difference", schema=None) as batch_op:
        batch_op.create_index(
            "ix_bill_difference_open",
            ["day"],
            unique=False,
            sqlite_where=sa.text("resolved_at IS NULL"),
            postgresql_where=sa.text("resolved_at IS NULL"),
        )
    op.create_table(
        "division",
        sa.Column("code", sa.String(length=12, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("parent", sa.String(length=12, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("level", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(length=160).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("spelt", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_division")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("division", schema=None) as batch_op:
        batch_op.create_index("ix_division_parent", ["parent", "code"], unique=False)
    op.create_table(
        "freight_template",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("rules", types.Json(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freight_template")),
        sa.UniqueConstraint("code", name=op.f("uq_freight_template_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "payment_notice",
        sa.Column("gateway", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("notice_id", sa.String(length=128, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("about", sa.String(length=32, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("said", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("received_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "notice_id", name=op.f("pk_payment_notice")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("payment_notice", schema=None) as batch_op:
        batch_op.create_index("ix_payment_notice_about", ["about"], unique=False)
    op.create_table(
        "rebate_terms",
        sa.Column("no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("points_per_yuan", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("monthly_cap_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("yearly_cap_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("since_at", types.Instant(), nullable=False),
        sa.Column("note", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("set_at", types.Instant(), nullable=False),
        sa.Column("set_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.CheckConstraint("monthly_cap_fen IS NULL OR monthly_cap_fen > 0", name=op.f("ck_rebate_terms_monthly_cap")),
        sa.CheckConstraint("no > 0 AND points_per_yuan > 0", name=op.f("ck_rebate_terms_ratio")),
        sa.CheckConstraint("yearly_cap_fen IS NULL OR yearly_cap_fen > 0", name=op.f("ck_rebate_terms_yearly_cap")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_rebate_terms")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("rebate_terms", schema=None) as batch_op:
        batch_op.create_index("ix_rebate_terms_since_at", ["since_at", "no"], unique=False)
    op.create_table(
        "notice",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("what", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("facts", types.Json(), nullable=False),
        sa.Column("href", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_notice_dealer_id")),
        sa.PrimaryKeyConstraint("dealer_id", "id", name=op.f("pk_notice")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_created_at", ["created_at"], unique=False)
        batch_op.create_index("ix_notice_dealer_id_member_id_id", ["dealer_id", "member_id", "id"], unique=False)
    op.create_table(
        "outbox_message",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("system", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=160).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("body", types.Json(), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("tries", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lease", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("leased_until", types.Instant(), nullable=True),
        sa.Column("last_error", sa.String(length=300).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("tried_at", types.Instant(), nullable=True),
        sa.Column("delivered_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "(state = 'delivered') = (delivered_at IS NOT NULL)", name=op.f("ck_outbox_message_delivered")
        ),
        sa.CheckConstraint("(lease IS NULL) = (leased_until IS NULL)", name=op.f("ck_outbox_message_lease")),
        sa.CheckConstraint("seq > 0 AND tries >= 0", name=op.f("ck_outbox_message_counters")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_outbox_message_dealer_id")),
        sa.PrimaryKeyConstraint("dealer_id", "id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("dealer_id", "system", "key", name=op.f("uq_outbox_message_dealer_id_system_key")),
        sa.UniqueConstraint("dealer_id", "system", "seq", name=op.f("uq_outbox_message_dealer_id_system_seq")),
        postgresql_with={"fillfactor": 80},
        sqlite_strict=True,
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_message_due_at",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index(
            "ix_outbox_message_open",
            ["dealer_id", "system", "seq"],
            unique=False,
            sqlite_where=sa.text("state IN ('waiting', 'dead')"),
            postgresql_where=sa.text("state IN ('waiting', 'dead')"),
        )
        batch_op.create_index("ix_outbox_message_state", ["state", "created_at", "dealer_id", "id"], unique=False)
    op.create_table(
        "payment",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_no", sa.String(length=20, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("no", sa.String(length=32, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("gateway", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("way", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(length=3).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("actor", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("opened_at", types.Instant(), nullable=False),
        sa.Column("closes_at", types.Instant(), nullable=True),
        sa.Column("pressed_at", types.Instant(), nullable=True),
        sa.Column("merchant", sa.String(length=64).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("app", sa.String(length=64).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("ticket", types.Json(), nullable=False),
        sa.Column("ticket_until", types.Instant(), nullable=True),
        sa.Column("paid_at", types.Instant(), nullable=True),
        sa.Column("shut_at", types.Instant(), nullable=True),
        sa.Column("gateway_no", sa.String(length=64, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("refunded_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ask_at", types.Instant(), nullable=True),
        sa.Column("asks", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", types.Instant(), nullable=True),
        sa.Column("billed_on", types.Day(), nullable=True),
        sa.CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name=op.f("ck_payment_paid")),
        sa.CheckConstraint("refunded_fen = 0 OR state = 'paid'", name=op.f("ck_payment_refunded_paid")),
        sa.CheckConstraint("fen > 0", name=op.f("ck_payment_fen")),
        sa.CheckConstraint("length(no) <= 32", name=op.f("ck_payment_no")),
        sa.CheckConstraint("refunded_fen >= 0 AND refunded_fen <= fen", name=op.f("ck_payment_refunded")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_payment_dealer_id")),
        sa.PrimaryKeyConstraint("dealer_id", "id", name=op.f("pk_payment")),
        sa.UniqueConstraint("dealer_id", "no", name=op.f("uq_payment_dealer_id_no")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_payment_ask_at",
            ["ask_at"],
            unique=False,
            sqlite_where=sa.text("ask_at IS NOT NULL"),
            postgresql_where=sa.text("ask_at IS NOT NULL"),
        )
        batch_op.create_index("ix_payment_no", ["no"], unique=False)
        batch_op.create_index("ix_payment_opened_at", ["opened_at", "dealer_id", "id"], unique=False)
        batch_op.create_index("ix_payment_order", ["dealer_id", "order_id"], unique=False)
        batch_op.create_index("ix_payment_paid_at", ["gateway", "paid_at"], unique=False)
    op.create_table(
        "rebate",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_no", sa.String(length=20, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("line_no", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terms_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("returned_quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("returned_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reserved_at", types.Instant(), nullable=False),
        sa.Column("credited_at", types.Instant(), nullable=True),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "(state = 'taken_back') = (returned_quantity = quantity)", name=op.f("ck_rebate_taken_back")
        ),
        sa.CheckConstraint(
            "credited_at IS NOT NULL OR state IN ('reserved', 'released')", name=op.f("ck_rebate_credited")
        ),
        sa.CheckConstraint("points > 0 AND fen > 0 AND quantity > 0", name=op.f("ck_rebate_amounts")),
        sa.CheckConstraint(
            "returned_fen >= 0 AND returned_fen <= fen AND returned_quantity >= 0 AND returned_quantity <= quantity",
            name=op.f("ck_rebate_returned"),
        ),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_rebate_dealer_id")),
        sa.ForeignKeyConstraint(["terms_no"], ["rebate_terms.no"], name=op.f("fk_rebate_terms_no")),
        sa.PrimaryKeyConstraint("dealer_id", "id", name=op.f("pk_rebate")),
        sa.UniqueConstraint("dealer_id", "order_id", "line_no", name=op.f("uq_rebate_dealer_id_order_id_line_no")),
        postgresql_with={"fillfactor": 80},
        sqlite_strict=True,
    )
    with op.batch_alter_table("rebate", schema=None) as batch_op:
        batch_op.create_index("ix_rebate_dealer_id_month", ["dealer_id", "month"], unique=False)
        batch_op.create_index("ix_rebate_month", ["month", "dealer_id"], unique=False)
    op.create_table(
        "top_up",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_no", sa.String(length=20, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("line_no", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("no", sa.String(length=32, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("account_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("account_tail", sa.String(length=4).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("product", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("sent_at", types.Instant(), nullable=True),
        sa.Column("asks", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ask_at", types.Instant(), nullable=True),
        sa.Column("supplier_no", sa.String(length=64).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("receipt", sa.String(length=120).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("told_at", types.Instant(), nullable=True),
        sa.CheckConstraint("(state IN ('done', 'failed')) = (ask_at IS NULL)", name=op.f("ck_top_up_ask_at")),
        sa.CheckConstraint("(state IN ('done', 'failed')) = (ended_at IS NOT NULL)", name=op.f("ck_top_up_ended")),
        sa.CheckConstraint("quantity > 0 AND fen > 0", name=op.f("ck_top_up_fen")),
        sa.CheckConstraint("told_at IS NULL OR ended_at IS NOT NULL", name=op.f("ck_top_up_told")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_top_up_dealer_id")),
        sa.PrimaryKeyConstraint("dealer_id", "id", name=op.f("pk_top_up")),
        sa.UniqueConstraint("dealer_id", "order_id", "line_no", name=op.f("uq_top_up_dealer_id_order_id_line_no")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    with op.batch_alter_table("top_up", schema=None) as batch_op:
        batch_op.create_index("ix_top_up_ask_at", ["ask_at", "dealer_id", "id"], unique=False)
        batch_op.create_index("ix_top_up_no", ["no"], unique=False)
        batch_op.create_index("ix_top_up_state_id", ["state", "id"], unique=False)
        batch_op.create_index("ix_top_up_told_at", ["told_at", "ended_at", "dealer_id", "id"], unique=False)
    op.create_table(
        "voucher",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("no", sa.String(length=20, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("service", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("system", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_no", sa.String(length=20, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("line_no", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("piece_no", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sku_code", sa.String(length=40, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("least_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("issued_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("used_at", types.Instant(), nullable=True),
        sa.Column("reference", sa.String(length=100).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("returned_at", types.Instant(), nullable=True),
        sa.Column("reminded_at", types.Instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'coupon') = (fen > 0) AND fen >= 0 AND least_fen >= 0", name=op.f("ck_voucher_fen")
        ),
        sa.CheckConstraint("(kind = 'service') = (service IS NOT NULL)", name=op.f("ck_voucher_service")),
        sa.CheckConstraint("(state = 'returned') = (returned_at IS NOT NULL)", name=op.f("ck_voucher_returned")),
        sa.CheckConstraint("(state = 'used') = (used_at IS NOT NULL)", name=op.f("ck_voucher_used")),
        sa.CheckConstraint("issued_at < expires_at", name=op.f("ck_voucher_life")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_voucher_dealer_id")),
        sa.PrimaryKeyConstraint("dealer_id", "id", name=op.f("pk_voucher")),
        sa.UniqueConstraint("dealer_id", "no", name=op.f("uq_voucher_dealer_id_no")),
        sa.UniqueConstraint(
            "dealer_id", "order_id", "line_no", "piece_no", name=op.f("uq_voucher_dealer_id_order_id_line_no_piece_no")
        ),
        postgresql_with={"fillfactor": 80},
        sqlite_strict=True,
    )
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.create_index("ix_voucher_dealer_id_state", ["dealer_id", "state", "expires_at", "id"], unique=False)
        batch_op.create_index(
            "ix_voucher_expires_at",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'issued'"),
            postgresql_where=sa.text("state = 'issued'"),
        )
        batch_op.create_index("ix_voucher_no", ["no"], unique=False)
        batch_op.create_index("ix_voucher_state_issued_at", ["state", "issued_at", "dealer_id", "id"], unique=False)
    op.create_table(
        "code",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("purpose", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("code_index", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("tries", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("used_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dealer_id", "member_id"], ["member.dealer_id", "member.id"], name=op.f("fk_code_dealer_id_member_id")
        ),
        sa.PrimaryKeyConstraint("dealer_id", "member_id", "purpose", name=op.f("pk_code")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.create_index("ix_code_expires_at", ["expires_at"], unique=False)
    op.create_table(
        "notice_read",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("read_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dealer_id", "notice_id"],
            ["notice.dealer_id", "notice.id"],
            name=op.f("fk_notice_read_dealer_id_notice_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dealer_id", "notice_id", "member_id", name=op.f("pk_notice_read")),
        sqlite_strict=True,
    )
    op.create_table(
        "refund",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_no", sa.String(length=20, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("no", sa.String(length=32, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=100, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("actor", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("wanted_at", types.Instant(), nullable=False),
        sa.Column("sent_at", types.Instant(), nullable=True),
        sa.Column("done_at", types.Instant(), nullable=True),
        sa.Column("gateway_no", sa.String(length=64, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("ask_at", types.Instant(), nullable=True),
        sa.Column("asks", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("trouble", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("billed_on", types.Day(), nullable=True),
        sa.Column("ended_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("reference", sa.String(length=64).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("remark", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_refund_done")),
        sa.CheckConstraint("fen > 0", name=op.f("ck_refund_fen")),
        sa.ForeignKeyConstraint(
            ["dealer_id", "payment_id"],
            ["payment.dealer_id", "payment.id"],
            name=op.f("fk_refund_dealer_id_payment_id"),
        ),
        sa.PrimaryKeyConstraint("dealer_id", "id", name=op.f("pk_refund")),
        sa.UniqueConstraint("dealer_id", "key", name=op.f("uq_refund_dealer_id_key")),
        sa.UniqueConstraint("dealer_id", "no", name=op.f("uq_refund_dealer_id_no")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.create_index(
            "ix_refund_ask_at",
            ["ask_at"],
            unique=False,
            sqlite_where=sa.text("ask_at IS NOT NULL"),
            postgresql_where=sa.text("ask_at IS NOT NULL"),
        )
        batch_op.create_index("ix_refund_no", ["no"], unique=False)
        batch_op.create_index("ix_refund_order", ["dealer_id", "order_id"], unique=False)
        batch_op.create_index("ix_refund_payment", ["dealer_id", "payment_id"], unique=False)
        batch_op.create_index("ix_refund_state", ["state", "wanted_at"], unique=False)
        batch_op.create_index("ix_refund_wanted_at", ["wanted_at", "dealer_id", "id"], unique=False)
    op.create_table(
        "card_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("sku_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("source_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", types.Instant(), nullable=True),
        sa.Column("actor", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("taken_at", types.Instant(), nullable=True),
        sa.Column("taken", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("faults", types.Json(), nullable=False),
        sa.CheckConstraint("(taken_at IS NULL) = (source_sealed IS NOT NULL)", name=op.f("ck_card_batch_source")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_card_batch_sku_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_batch")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("card_batch", schema=None) as batch_op:
        batch_op.create_index("ix_card_batch_sku_id", ["sku_id", "id"], unique=False)
    op.create_table(
        "price_plan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("sku_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cash_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tier", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("region", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("starts_at", types.Instant(), nullable=False),
        sa.Column("ends_at", types.Instant(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("withdrawn_at", types.Instant(), nullable=True),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_price_plan_dates")),
        sa.CheckConstraint("points > 0 AND cash_fen >= 0", name=op.f("ck_price_plan_price")),
        sa.CheckConstraint("step >= 0 AND (step = 0) = (cash_fen = 0)", name=op.f("ck_price_plan_step")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_price_plan_sku_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_plan")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("price_plan", schema=None) as batch_op:
        batch_op.create_index(
            "ix_price_plan_began",
            ["starts_at", "sku_id"],
            unique=False,
            sqlite_where=sa.text("withdrawn_at IS NULL AND starts_at > created_at"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND starts_at > created_at"),
        )
        batch_op.create_index("ix_price_plan_ends_at", ["ends_at"], unique=False)
        batch_op.create_index(
            "ix_price_plan_narrowed",
            ["region", "tier", "sku_id"],
            unique=False,
            sqlite_where=sa.text("withdrawn_at IS NULL AND (tier IS NOT NULL OR region <> '')"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND (tier IS NOT NULL OR region <> '')"),
        )
        batch_op.create_index("ix_price_plan_sku_id", ["sku_id", "step"], unique=False)
    op.create_table(
        "restock_alert",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("sku_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("asked_at", types.Instant(), nullable=False),
        sa.Column("told_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dealer_id", "member_id"],
            ["member.dealer_id", "member.id"],
            name=op.f("fk_restock_alert_dealer_id_member_id"),
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_restock_alert_sku_id")),
        sa.PrimaryKeyConstraint("dealer_id", "member_id", "sku_id", name=op.f("pk_restock_alert")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("restock_alert", schema=None) as batch_op:
        batch_op.create_index("ix_restock_alert_told_at_sku_id", ["told_at", "sku_id"], unique=False)
    op.create_table(
        "vault_shelf",
        sa.Column("sku_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("warn_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", types.Instant(), nullable=False),
        sa.CheckConstraint("warn_at >= 0", name=op.f("ck_vault_shelf_warn_at")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_vault_shelf_sku_id")),
        sa.PrimaryKeyConstraint("sku_id", name=op.f("pk_vault_shelf")),
        sqlite_strict=True,
    )
    op.create_table(
        "wish",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("sku_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("wished_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dealer_id", "member_id"], ["member.dealer_id", "member.id"], name=op.f("fk_wish_dealer_id_member_id")
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_wish_sku_id")),
        sa.PrimaryKeyConstraint("dealer_id", "sku_id", name=op.f("pk_wish")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("wish", schema=None) as batch_op:
        batch_op.create_index("ix_wish_dealer_id_wished_at", ["dealer_id", "wished_at"], unique=False)
    op.create_table(
        "after_sales",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("no", sa.String(length=24, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_no", sa.String(length=20, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("applied_at", types.Instant(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answer", sa.String(length=300).with_variant(sa.Text(), "sqlite"), server_default="", nullable=False),
        sa.Column("carrier", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("waybill", sa.String(length=40, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("resent_carrier", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column(
            "resent_waybill", sa.String(length=40, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True
        ),
        sa.Column("reminded_at", types.Instant(), nullable=True),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('done', 'declined', 'withdrawn', 'lapsed')) = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (due_at IS NOT NULL)",
            name=op.f("ck_after_sales_ended"),
        ),
        sa.CheckConstraint("checked_by IS NULL OR checked_by <> decided_by", name=op.f("ck_after_sales_two_people")),
        sa.CheckConstraint("length(request_hash) = 32", name=op.f("ck_after_sales_request_hash")),
        sa.CheckConstraint("points >= 0 AND fen >= 0", name=op.f("ck_after_sales_amounts")),
        sa.ForeignKeyConstraint(
            ["dealer_id", "member_id"],
            ["member.dealer_id", "member.id"],
            name=op.f("fk_after_sales_dealer_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["dealer_id", "order_id"],
            ["redemption_order.dealer_id", "redemption_order.id"],
            name=op.f("fk_after_sales_dealer_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("dealer_id", "id", name=op.f("pk_after_sales")),
        sa.UniqueConstraint("dealer_id", "key", name=op.f("uq_after_sales_dealer_id_key")),
        sa.UniqueConstraint("dealer_id", "no", name=op.f("uq_after_sales_dealer_id_no")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("after_sales", schema=None) as batch_op:
        batch_op.create_index("ix_after_sales_dealer_id_applied_at", ["dealer_id", "applied_at", "id"], unique=False)
        batch_op.create_index("ix_after_sales_dealer_id_order_id", ["dealer_id", "order_id"], unique=False)
        batch_op.create_index("ix_after_sales_state_due_at", ["state", "due_at", "dealer_id", "id"], unique=False)
    op.create_table(
        "card_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("sku_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(), nullable=False),
        sa.Column("serial", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("order_no", sa.String(length=20, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("line_no", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("piece_no", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reserved_at", types.Instant(), nullable=True),
        sa.Column("issued_at", types.Instant(), nullable=True),
        sa.Column("revealed_at", types.Instant(), nullable=True),
        sa.Column("revealed_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("void_at", types.Instant(), nullable=True),
        sa.Column("void_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("void_reason", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("replaced_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(state = 'free') = (reserved_at IS NULL AND void_at IS NULL) AND (state IN ('reserved', 'issued')) = (piece_no IS NOT NULL) AND (piece_no IS NULL OR (dealer_id IS NOT NULL AND order_id IS NOT NULL AND line_no IS NOT NULL))",
            name=op.f("ck_card_code_holder"),
        ),
        sa.CheckConstraint(
            "(state = 'void') = (void_at IS NOT NULL) AND (state <> 'issued' OR issued_at IS NOT NULL) AND (revealed_at IS NULL OR issued_at IS NOT NULL)",
            name=op.f("ck_card_code_moments"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["card_batch.id"], name=op.f("fk_card_code_batch_id")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_card_code_sku_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_code")),
        sa.UniqueConstraint("code_index", name=op.f("uq_card_code_code_index")),
        sa.UniqueConstraint(
            "dealer_id",
            "order_id",
            "line_no",
            "piece_no",
            name=op.f("uq_card_code_dealer_id_order_id_line_no_piece_no"),
        ),
        postgresql_with={"fillfactor": 80},
        sqlite_strict=True,
    )
    with op.batch_alter_table("card_code", schema=None) as batch_op:
        batch_op.create_index("ix_card_code_batch_id", ["batch_id", "state"], unique=False)
        batch_op.create_index("ix_card_code_sku_id_state", ["sku_id", "state", "expires_at", "id"], unique=False)
    op.create_table(
        "cart_line",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("sku_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chosen", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False),
        sa.Column(
            "key",
            sa.String(length=64, collation="C").with_variant(sa.Text(), "sqlite"),
            server_default="",
            nullable=False,
        ),
        sa.Column("added_at", types.Instant(), nullable=False),
        sa.CheckConstraint("chosen IN (0, 1)", name=op.f("ck_cart_line_chosen")),
        sa.CheckConstraint("quantity > 0 AND quantity <= 999", name=op.f("ck_cart_line_quantity")),
        sa.ForeignKeyConstraint(
            ["dealer_id", "member_id"], ["member.dealer_id", "member.id"], name=op.f("fk_cart_line_dealer_id_member_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["price_plan.id"], name=op.f("fk_cart_line_plan_id")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_cart_line_sku_id")),
        sa.PrimaryKeyConstraint("dealer_id", "member_id", "sku_id", name=op.f("pk_cart_line")),
        sqlite_strict=True,
    )
    op.create_table(
        "order_part",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "part_no", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("kind", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=True),
        sa.Column("picked_at", types.Instant(), nullable=True),
        sa.Column("shipped_at", types.Instant(), nullable=True),
        sa.Column("done_at", types.Instant(), nullable=True),
        sa.Column("carrier", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("waybill", sa.String(length=40, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.CheckConstraint("(state IN ('held', 'cancelled')) OR due_at IS NOT NULL", name=op.f("ck_order_part_due")),
        sa.CheckConstraint("state <> 'done' OR done_at IS NOT NULL", name=op.f("ck_order_part_done")),
        sa.CheckConstraint("state <> 'shipped' OR shipped_at IS NOT NULL", name=op.f("ck_order_part_shipped")),
        sa.ForeignKeyConstraint(
            ["dealer_id", "order_id"],
            ["redemption_order.dealer_id", "redemption_order.id"],
            name=op.f("fk_order_part_dealer_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("dealer_id", "order_id", "part_no", name=op.f("pk_order_part")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("order_part", schema=None) as batch_op:
        batch_op.create_index(
            "ix_order_part_state_due_at", ["state", "due_at", "dealer_id", "order_id", "part_no"], unique=False
        )
        batch_op.create_index("ix_order_part_waybill", ["waybill"], unique=False)
    op.create_table(
        "after_sales_event",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "event_no", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("actor", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("detail", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dealer_id", "claim_id"],
            ["after_sales.dealer_id", "after_sales.id"],
            name=op.f("fk_after_sales_event_dealer_id_claim_id"),
        ),
        sa.PrimaryKeyConstraint("dealer_id", "claim_id", "event_no", name=op.f("pk_after_sales_event")),
        sqlite_strict=True,
    )
    op.create_table(
        "after_sales_line",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "line_no", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("restocked", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("points >= 0 AND fen >= 0", name=op.f("ck_after_sales_line_amounts")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_after_sales_line_quantity")),
        sa.ForeignKeyConstraint(
            ["dealer_id", "claim_id"],
            ["after_sales.dealer_id", "after_sales.id"],
            name=op.f("fk_after_sales_line_dealer_id_claim_id"),
        ),
        sa.PrimaryKeyConstraint("dealer_id", "claim_id", "line_no", name=op.f("pk_after_sales_line")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("after_sales_line", schema=None) as batch_op:
        batch_op.create_index("ix_after_sales_line_order", ["dealer_id", "order_id", "line_no"], unique=False)
    op.create_table(
        "after_sales_photo",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "position", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("image_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("height", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dealer_id", "claim_id"],
            ["after_sales.dealer_id", "after_sales.id"],
            name=op.f("fk_after_sales_photo_dealer_id_claim_id"),
        ),
        sa.PrimaryKeyConstraint("dealer_id", "claim_id", "position", name=op.f("pk_after_sales_photo")),
        sqlite_strict=True,
    )


def add() -> None:
    """New columns, empty or with a default."""
    op.add_column(
        "address",
        sa.Column("code", sa.String(length=12, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
    )
    op.add_column("address", sa.Column("outlet", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=True))
    op.add_column("address", sa.Column("label", sa.String(length=20).with_variant(sa.Text(), "sqlite"), nullable=True))
    op.add_column(
        "dealer",
        sa.Column(
            "tier", sa.String(length=24).with_variant(sa.Text(), "sqlite"), server_default="base", nullable=False
        ),
    )
    op.add_column(
        "dealer", sa.Column("approval_over", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
    op.add_column(
        "dealer", sa.Column("second_factor_over", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
    op.add_column(
        "item",
        sa.Column(
            "lowest_cash_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
    )
    op.add_column("item", sa.Column("terms", types.Json(), server_default="{}", nullable=False))
    op.add_column(
        "item",
        sa.Column(
            "personal", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
    )
    op.add_column(
        "item", sa.Column("freight_template_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
    op.add_column(
        "member", sa.Column("monthly_cap", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
    op.add_column("member", sa.Column("personal_at", types.Instant(), nullable=True))
    op.add_column(
        "order_line",
        sa.Column(
            "part_no", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False
        ),
    )
    op.add_column(
        "order_line",
        sa.Column(
            "kind", sa.String(length=24).with_variant(sa.Text(), "sqlite"), server_default="physical", nullable=False
        ),
    )
    op.add_column(
        "order_line", sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
    op.add_column("order_line", sa.Column("terms", types.Json(), server_default="{}", nullable=False))
    op.add_column(
        "order_line",
        sa.Column(
            "cash_each_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
    )
    op.add_column(
        "order_line",
        sa.Column("cash_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
    )
    op.add_column("order_line", sa.Column("account_sealed", sa.LargeBinary(), nullable=True))
    op.add_column(
        "order_line",
        sa.Column(
            "returned_quantity",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
    )
    op.add_column("order_line", sa.Column("done_at", types.Instant(), nullable=True))
    op.add_column(
        "redemption_order", sa.Column("ended", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=True)
    )
    op.add_column(
        "redemption_order",
        sa.Column(
            "by_parcel", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), server_default="1", nullable=False
        ),
    )
    op.add_column(
        "redemption_order",
        sa.Column("cash_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
    )
    op.add_column(
        "redemption_order",
        sa.Column(
            "freight_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
    )
    op.add_column(
        "redemption_order", sa.Column("gateway", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=True)
    )
    op.add_column(
        "redemption_order", sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
    )
    op.add_column(
        "redemption_order",
        sa.Column(
            "refunded_points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
    )
    op.add_column(
        "redemption_order",
        sa.Column(
            "refunded_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
    )
    op.add_column(
        "redemption_order",
        sa.Column("region", sa.String(length=200).with_variant(sa.Text(), "sqlite"), server_default="", nullable=False),
    )
    op.add_column("redemption_order", sa.Column("close_at", types.Instant(), nullable=True))
    op.add_column(
        "redemption_order",
        sa.Column("approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    )
    op.add_column("redemption_order", sa.Column("paid_at", types.Instant(), nullable=True))
    op.add_column("redemption_order", sa.Column("received_at", types.Instant(), nullable=True))
    op.add_column("redemption_order", sa.Column("nudged_at", types.Instant(), nullable=True))
    op.add_column(
        "sku",
        sa.Column("cost_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
    )
    op.add_column(
        "stock",
        sa.Column("supplied", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False),
    )


def fill() -> None:
    """What was there, in the new words: a price is a plan, an order has one part and was paid when it was placed."""
    for statement in FILL:
        op.execute(statement)


def reshape() -> None:
    """New rules for old tables, and columns that nobody needs any more."""
    with op.batch_alter_table("item", table_kwargs=STRICT) as batch_op:
        batch_op.create_foreign_key(
            batch_op.f("fk_item_freight_template_id"), "freight_template", ["freight_template_id"], ["id"]
        )
    with op.batch_alter_table("order_line", table_kwargs=STRICT) as batch_op:
        batch_op.create_foreign_key(batch_op.f("fk_order_line_plan_id"), "price_plan", ["plan_id"], ["id"])
        batch_op.create_check_constraint(
            op.f("ck_order_line_cash"), "cash_each_fen >= 0 AND cash_fen = cash_each_fen * quantity"
        )
        batch_op.create_check_constraint(
            op.f("ck_order_line_returned"), "returned_quantity >= 0 AND returned_quantity <= quantity"
        )
    with op.batch_alter_table("redemption_order", table_kwargs=STRICT) as batch_op:
        batch_op.drop_constraint(op.f("ck_redemption_order_cancelled"), type_="check")
        batch_op.drop_index(batch_op.f("ix_redemption_order_state_due_at"))
        batch_op.create_index(
            "ix_redemption_order_dealer_id_member_id", ["dealer_id", "member_id", "placed_at"], unique=False
        )
        batch_op.create_index(
            "ix_redemption_order_state_close_at", ["state", "close_at", "dealer_id", "id"], unique=False
        )
        batch_op.drop_column("kind")
        batch_op.drop_column("due_at")
        batch_op.create_check_constraint(
            op.f("ck_redemption_order_cancelled"),
            "(state = 'cancelled') = (cancelled_at IS NOT NULL) AND (state = 'cancelled') = (refund_journal IS NOT NULL) AND (state = 'cancelled') = (ended IS NOT NULL)",
        )
        batch_op.create_check_constraint(op.f("ck_redemption_order_cash"), "cash_fen >= 0 AND freight_fen >= 0")
        batch_op.create_check_constraint(
            op.f("ck_redemption_order_paid"),
            "state IN ('awaiting_approval', 'awaiting_payment', 'cancelled') OR paid_at IS NOT NULL",
        )
        batch_op.create_check_constraint(
            op.f("ck_redemption_order_refunded_fen"), "refunded_fen >= 0 AND refunded_fen <= cash_fen + freight_fen"
        )
        batch_op.create_check_constraint(
            op.f("ck_redemption_order_refunded_points"), "refunded_points >= 0 AND refunded_points <= points"
        )
        batch_op.create_check_constraint(
            op.f("ck_redemption_order_undecided"),
            "state NOT IN ('awaiting_approval', 'awaiting_payment') OR (close_at IS NOT NULL AND paid_at IS NULL)",
        )
    with op.batch_alter_table("sku", table_kwargs=STRICT) as batch_op:
        batch_op.drop_constraint(op.f("ck_sku_price"), type_="check")
        batch_op.drop_column("points")
        batch_op.create_check_constraint(op.f("ck_sku_cost"), "cost_fen >= 0")


def give_room() -> None:
    """Columns that were dropped, empty for now."""
    op.add_column("redemption_order", sa.Column("due_at", types.Instant(), nullable=True))
    op.add_column(
        "redemption_order", sa.Column("kind", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=True)
    )
    op.add_column("sku", sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))


def unfill() -> None:
    """An order is as its first part."""
    for statement in UNFILL:
        op.execute(statement)


def shape_back() -> None:
    """The old rules."""
    with op.batch_alter_table("address", table_kwargs=STRICT) as batch_op:
        batch_op.drop_column("label")
        batch_op.drop_column("outlet")
        batch_op.drop_column("code")
    with op.batch_alter_table("dealer", table_kwargs=STRICT) as batch_op:
        batch_op.drop_column("second_factor_over")
        batch_op.drop_column("approval_over")
        batch_op.drop_column("tier")
    with op.batch_alter_table("item", table_kwargs=STRICT) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_item_freight_template_id"), type_="foreignkey")
        batch_op.drop_column("freight_template_id")
        batch_op.drop_column("personal")
        batch_op.drop_column("terms")
        batch_op.drop_column("lowest_cash_fen")
    with op.batch_alter_table("member", table_kwargs=STRICT) as batch_op:
        batch_op.drop_column("personal_at")
        batch_op.drop_column("monthly_cap")
    with op.batch_alter_table("order_line", table_kwargs=STRICT) as batch_op:
        batch_op.drop_constraint(op.f("ck_order_line_cash"), type_="check")
        batch_op.drop_constraint(op.f("ck_order_line_returned"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_order_line_plan_id"), type_="foreignkey")
        batch_op.drop_column("done_at")
        batch_op.drop_column("returned_quantity")
        batch_op.drop_column("account_sealed")
        batch_op.drop_column("cash_fen")
        batch_op.drop_column("cash_each_fen")
        batch_op.drop_column("terms")
        batch_op.drop_column("plan_id")
        batch_op.drop_column("kind")
        batch_op.drop_column("part_no")
    with op.batch_alter_table("redemption_order", table_kwargs=STRICT) as batch_op:
        batch_op.drop_constraint(op.f("ck_redemption_order_cancelled"), type_="check")
        batch_op.drop_constraint(op.f("ck_redemption_order_cash"), type_="check")
        batch_op.drop_constraint(op.f("ck_redemption_order_paid"), type_="check")
        batch_op.drop_constraint(op.f("ck_redemption_order_refunded_fen"), type_="check")
        batch_op.drop_constraint(op.f("ck_redemption_order_refunded_points"), type_="check")
        batch_op.drop_constraint(op.f("ck_redemption_order_undecided"), type_="check")
        batch_op.drop_index("ix_redemption_order_state_close_at")
        batch_op.drop_index("ix_redemption_order_dealer_id_member_id")
        batch_op.create_index(
            batch_op.f("ix_redemption_order_state_due_at"), ["state", "due_at", "dealer_id", "id"], unique=False
        )
        batch_op.drop_column("nudged_at")
        batch_op.drop_column("received_at")
        batch_op.drop_column("paid_at")
        batch_op.drop_column("approved_by")
        batch_op.drop_column("close_at")
        batch_op.drop_column("region")
        batch_op.drop_column("refunded_fen")
        batch_op.drop_column("refunded_points")
        batch_op.drop_column("payment_id")
        batch_op.drop_column("gateway")
        batch_op.drop_column("freight_fen")
        batch_op.drop_column("cash_fen")
        batch_op.drop_column("by_parcel")
        batch_op.drop_column("ended")
        batch_op.alter_column("due_at", existing_type=types.Instant(), nullable=False)
        batch_op.alter_column(
            "kind", existing_type=sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False
        )
        batch_op.create_check_constraint(
            op.f("ck_redemption_order_cancelled"),
            "(state = 'cancelled') = (cancelled_at IS NOT NULL) AND (state = 'cancelled') = (refund_journal IS NOT NULL)",
        )
    with op.batch_alter_table("sku", table_kwargs=STRICT) as batch_op:
        batch_op.drop_constraint(op.f("ck_sku_cost"), type_="check")
        batch_op.drop_column("cost_fen")
        batch_op.alter_column(
            "points", existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        )
        batch_op.create_check_constraint(op.f("ck_sku_price"), "points > 0")
    with op.batch_alter_table("stock", table_kwargs=STRICT) as batch_op:
        batch_op.drop_column("supplied")


def drop() -> None:
    """The new tables."""
    op.drop_table("after_sales_photo")
    with op.batch_alter_table("after_sales_line", schema=None) as batch_op:
        batch_op.drop_index("ix_after_sales_line_order")
    op.drop_table("after_sales_line")
    op.drop_table("after_sales_event")
    with op.batch_alter_table("order_part", schema=None) as batch_op:
        batch_op.drop_index("ix_order_part_waybill")
        batch_op.drop_index("ix_order_part_state_due_at")
    op.drop_table("order_part")
    op.drop_table("cart_line")
    with op.batch_alter_table("card_code", schema=None) as batch_op:
        batch_op.drop_index("ix_card_code_sku_id_state")
        batch_op.drop_index("ix_card_code_batch_id")
    op.drop_table("card_code")
    with op.batch_alter_table("after_sales", schema=None) as batch_op:
        batch_op.drop_index("ix_after_sales_state_due_at")
        batch_op.drop_index("ix_after_sales_dealer_id_order_id")
        batch_op.drop_index("ix_after_sales_dealer_id_applied_at")
    op.drop_table("after_sales")
    with op.batch_alter_table("wish", schema=None) as batch_op:
        batch_op.drop_index("ix_wish_dealer_id_wished_at")
    op.drop_table("wish")
    op.drop_table("vault_shelf")
    with op.batch_alter_table("restock_alert", schema=None) as batch_op:
        batch_op.drop_index("ix_restock_alert_told_at_sku_id")
    op.drop_table("restock_alert")
    with op.batch_alter_table("price_plan", schema=None) as batch_op:
        batch_op.drop_index("ix_price_plan_sku_id")
        batch_op.drop_index(
            "ix_price_plan_narrowed",
            sqlite_where=sa.text("withdrawn_at IS NULL AND (tier IS NOT NULL OR region <> '')"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND (tier IS NOT NULL OR region <> '')"),
        )
        batch_op.drop_index("ix_price_plan_ends_at")
        batch_op.drop_index(
            "ix_price_plan_began",
            sqlite_where=sa.text("withdrawn_at IS NULL AND starts_at > created_at"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND starts_at > created_at"),
        )
    op.drop_table("price_plan")
    with op.batch_alter_table("card_batch", schema=None) as batch_op:
        batch_op.drop_index("ix_card_batch_sku_id")
    op.drop_table("card_batch")
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.drop_index("ix_refund_wanted_at")
        batch_op.drop_index("ix_refund_state")
        batch_op.drop_index("ix_refund_payment")
        batch_op.drop_index("ix_refund_order")
        batch_op.drop_index("ix_refund_no")
        batch_op.drop_index(
            "ix_refund_ask_at",
            sqlite_where=sa.text("ask_at IS NOT NULL"),
            postgresql_where=sa.text("ask_at IS NOT NULL"),
        )
    op.drop_table("refund")
    op.drop_table("notice_read")
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.drop_index("ix_code_expires_at")
    op.drop_table("code")
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.drop_index("ix_voucher_state_issued_at")
        batch_op.drop_index("ix_voucher_no")
        batch_op.drop_index(
            "ix_voucher_expires_at",
            sqlite_where=sa.text("state = 'issued'"),
            postgresql_where=sa.text("state = 'issued'"),
        )
        batch_op.drop_index("ix_voucher_dealer_id_state")
    op.drop_table("voucher")
    with op.batch_alter_table("top_up", schema=None) as batch_op:
        batch_op.drop_index("ix_top_up_told_at")
        batch_op.drop_index("ix_top_up_state_id")
        batch_op.drop_index("ix_top_up_no")
        batch_op.drop_index("ix_top_up_ask_at")
    op.drop_table("top_up")
    with op.batch_alter_table("rebate", schema=None) as batch_op:
        batch_op.drop_index("ix_rebate_month")
        batch_op.drop_index("ix_rebate_dealer_id_month")
    op.drop_table("rebate")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index("ix_payment_paid_at")
        batch_op.drop_index("ix_payment_order")
        batch_op.drop_index("ix_payment_opened_at")
        batch_op.drop_index("ix_payment_no")
        batch_op.drop_index(
            "ix_payment_ask_at",
            sqlite_where=sa.text("ask_at IS NOT NULL"),
            postgresql_where=sa.text("ask_at IS NOT NULL"),
        )
    op.drop_table("payment")
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_message_state")
        batch_op.drop_index(
            "ix_outbox_message_open",
            sqlite_where=sa.text("state IN ('waiting', 'dead')"),
            postgresql_where=sa.text("state IN ('waiting', 'dead')"),
        )
        batch_op.drop_index(
            "ix_outbox_message_due_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
    op.drop_table("outbox_message")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_dealer_id_member_id_id")
        batch_op.drop_index("ix_notice_created_at")
    op.drop_table("notice")
    with op.batch_alter_table("rebate_terms", schema=None) as batch_op:
        batch_op.drop_index("ix_rebate_terms_since_at")
    op.drop_table("rebate_terms")
    with op.batch_alter_table("payment_notice", schema=None) as batch_op:
        batch_op.drop_index("ix_payment_notice_about")
    op.drop_table("payment_notice")
    op.drop_table("freight_template")
    with op.batch_alter_table("division", schema=None) as batch_op:
        batch_op.drop_index("ix_division_parent")
    op.drop_table("division")
    with op.batch_alter_table("bill_difference", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_bill_difference_open",
            sqlite_where=sa.text("resolved_at IS NULL"),
            postgresql_where=sa.text("resolved_at IS NULL"),
        )
    op.drop_table("bill_difference")
    op.drop_table("bill_day")


FILL = (
    """
    INSERT INTO price_plan (id, sku_id, step, points, cash_fen, region, starts_at, created_at)
    SELECT sku.id, sku.id, 0, sku.points, 0, '', COALESCE(item.shelved_at, item.created_at), item.created_at
    FROM sku JOIN item ON item.id = sku.item_id
    """,
    """
    INSERT INTO order_part (dealer_id, order_id, part_no, kind, state, due_at, shipped_at, done_at)
    SELECT dealer_id, id, 1, kind,
      CASE state WHEN 'to_ship' THEN 'ready' WHEN 'shipped' THEN 'shipped' WHEN 'cancelled' THEN 'cancelled' ELSE 'done' END,
      due_at,
      CASE WHEN state IN ('shipped', 'received', 'completed') THEN placed_at END,
      CASE WHEN state IN ('received', 'completed') THEN placed_at END
    FROM redemption_order
    """,
    """
    UPDATE redemption_order SET
      by_parcel = CASE WHEN kind = 'physical' THEN 1 ELSE 0 END,
      paid_at = placed_at,
      received_at = CASE WHEN state IN ('received', 'completed') THEN placed_at END,
      ended = CASE WHEN state = 'cancelled' THEN 'by_member' END,
      refunded_points = CASE WHEN state = 'cancelled' THEN points ELSE 0 END
    """,
    """
    UPDATE order_line SET plan_id = sku_id, kind = (
      SELECT kind FROM redemption_order o WHERE o.dealer_id = order_line.dealer_id AND o.id = order_line.order_id)
    """,
    """
    UPDATE stock SET supplied = on_hand + COALESCE((
      SELECT SUM(l.quantity) FROM order_line l
      JOIN redemption_order o ON o.dealer_id = l.dealer_id AND o.id = l.order_id
      WHERE l.sku_id = stock.sku_id AND o.state <> 'cancelled'), 0)
    """,
)
UNFILL = (
    """
    UPDATE redemption_order SET
      kind = (SELECT p.kind FROM order_part p
        WHERE p.dealer_id = redemption_order.dealer_id AND p.order_id = redemption_order.id AND p.part_no = 1),
      due_at = COALESCE((SELECT p.due_at FROM order_part p
        WHERE p.dealer_id = redemption_order.dealer_id AND p.order_id = redemption_order.id AND p.part_no = 1), placed_at)
    """,
    """
    UPDATE sku SET points = (SELECT MIN(p.points) FROM price_plan p WHERE p.sku_id = sku.id AND p.withdrawn_at IS NULL)
    """,
)
