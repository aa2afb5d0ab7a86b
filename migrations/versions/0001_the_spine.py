"""The spine: dealers, catalogue, the shared points ledger, earning, redemption orders."""

import sqlalchemy as sa
from alembic import op
from mall.base import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("actor", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=64).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("act", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=120).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("detail", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_subject_id", ["subject", "id"], unique=False)

    op.create_table(
        "category",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("icon", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("names", types.Json(), nullable=False),
        sa.Column("position", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("code", name=op.f("uq_category_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "credential",
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("issued_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("phone_index", name=op.f("pk_credential")),
        sqlite_strict=True,
    )
    op.create_table(
        "dealer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("region", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("channel_level", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("suspended_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dealer")),
        sa.UniqueConstraint("code", name=op.f("uq_dealer_code")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("dealer", schema=None) as batch_op:
        batch_op.create_index("ix_dealer_region", ["region"], unique=False)

    op.create_table(
        "job_run",
        sa.Column("name", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=False),
        sa.Column("done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_run")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    op.create_table(
        "partner",
        sa.Column("source", sa.String(length=32).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("key_id", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("unknown_dealers", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("region", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("channel_level", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("shift_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("disabled_at", types.Instant(), nullable=True),
        sa.CheckConstraint("(key_id IS NULL) = (secret_sealed IS NULL)", name=op.f("ck_partner_key")),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_partner")),
        sa.UniqueConstraint("key_id", name=op.f("uq_partner_key_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "partner_nonce",
        sa.Column("key_id", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("nonce", sa.String(length=64).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("seen_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "nonce", name=op.f("pk_partner_nonce")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("partner_nonce", schema=None) as batch_op:
        batch_op.create_index("ix_partner_nonce_seen_at", ["seen_at"], unique=False)

    op.create_table(
        "points_checkpoint",
        sa.Column("no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("taken_at", types.Instant(), nullable=False),
        sa.Column("leaves", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=32).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(root) = 32 AND length(hash) = 32", name=op.f("ck_points_checkpoint_hashes")),
        sa.CheckConstraint("no > 0 AND leaves > 0", name=op.f("ck_points_checkpoint_counts")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_points_checkpoint")),
        sqlite_strict=True,
    )
    op.create_table(
        "points_proof_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("started_at", types.Instant(), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=False),
        sa.Column("scope", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("accounts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("checkpoints", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("faults", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("found", types.Json(), nullable=False),
        sa.CheckConstraint("faults >= 0 AND ended_at >= started_at", name=op.f("ck_points_proof_run_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_proof_run")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("points_proof_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_points_proof_run_ended_at"), ["ended_at"], unique=False)

    op.create_table(
        "points_verified",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "account_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("verified_at", types.Instant(), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_points_verified_hash")),
        sa.PrimaryKeyConstraint("dealer_id", "account_no", name=op.f("pk_points_verified")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("zone", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(length=3).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("grace_days", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("closed_until", types.Instant(), nullable=True),
        sa.Column("approval_points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("approval_points >= 0", name=op.f("ck_programme_approval")),
        sa.CheckConstraint("grace_days >= 0", name=op.f("ck_programme_grace")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sqlite_strict=True,
    )
    op.create_table(
        "rate_limit",
        sa.Column("bucket", sa.String(length=160).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("full_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_rate_limit")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("public_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stage", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("seen_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("device", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=64).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("second_factor_at", types.Instant(), nullable=True),
        sa.CheckConstraint("(member_id IS NULL) <> (staff_id IS NULL)", name=op.f("ck_sign_in_one_principal")),
        sa.CheckConstraint("(member_id IS NULL) = (dealer_id IS NULL)", name=op.f("ck_sign_in_member_of_dealer")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sign_in_public_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_dealer_id_member_id", ["dealer_id", "member_id"], unique=False)
        batch_op.create_index("ix_sign_in_expires_at", ["expires_at"], unique=False)
        batch_op.create_index("ix_sign_in_staff_id", ["staff_id"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("login", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("issued_at", types.Instant(), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_enrolled_at", types.Instant(), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("disabled_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
        sqlite_strict=True,
    )
    op.create_table(
        "address",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("recipient_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("region", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("street_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("preferred_at", types.Instant(), nullable=True),
        sa.Column("removed_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_address_dealer_id")),
        sa.PrimaryKeyConstraint("dealer_id", "id", name=op.f("pk_address")),
        sqlite_strict=True,
    )
    op.create_table(
        "document",
        sa.Column("source", sa.String(length=32).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("external_id", sa.String(length=100).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("payload_hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("detail", types.Json(), nullable=False),
        sa.Column("received_at", types.Instant(), nullable=False),
        sa.Column("posted_at", types.Instant(), nullable=True),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("result", types.Json(), nullable=False),
        sa.CheckConstraint("(state = 'dead') <= (reason IS NOT NULL)", name=op.f("ck_document_reason")),
        sa.CheckConstraint("length(payload_hash) = 32", name=op.f("ck_document_payload_hash")),
        sa.CheckConstraint("revision > 0", name=op.f("ck_document_revision")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_document_dealer_id")),
        sa.ForeignKeyConstraint(["source"], ["partner.source"], name=op.f("fk_document_source")),
        sa.PrimaryKeyConstraint("source", "external_id", "revision", name=op.f("pk_document")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(
            "ix_document_open",
            ["state", "received_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('dead', 'waiting')"),
            postgresql_where=sa.text("state IN ('dead', 'waiting')"),
        )
        batch_op.create_index("ix_document_received_at", ["received_at"], unique=False)

    op.create_table(
        "document_claim",
        sa.Column("source", sa.String(length=32).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("external_id", sa.String(length=100).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_document_claim_dealer_id")),
        sa.PrimaryKeyConstraint("source", "external_id", name=op.f("pk_document_claim")),
        sqlite_strict=True,
    )
    op.create_table(
        "earned",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("source", sa.String(length=32).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("external_id", sa.String(length=100).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=8).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordered_at", types.Instant(), nullable=False),
        sa.Column("returns", sa.String(length=100).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("rule", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("groups", types.Json(), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weight", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("posted", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("points >= 0 AND weight >= 0", name=op.f("ck_earned_worth")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_earned_dealer_id")),
        sa.PrimaryKeyConstraint("dealer_id", "source", "external_id", name=op.f("pk_earned")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    with op.batch_alter_table("earned", schema=None) as batch_op:
        batch_op.create_index(
            "ix_earned_returns",
            ["dealer_id", "source", "returns"],
            unique=False,
            sqlite_where=sa.text("returns IS NOT NULL"),
            postgresql_where=sa.text("returns IS NOT NULL"),
        )

    op.create_table(
        "earning_rule",
        sa.Column(
            "programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("code", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column(
            "version", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("source", sa.String(length=32).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("from_on", types.Day(), nullable=False),
        sa.Column("until_on", types.Day(), nullable=True),
        sa.Column("points_per_yuan", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("minimum_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rounding", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("cap_points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("validity_months", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("categories", types.Json(), nullable=False),
        sa.Column("flags", types.Json(), nullable=False),
        sa.Column("unit_value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fund_code", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.CheckConstraint("cap_points IS NULL OR cap_points >= 0", name=op.f("ck_earning_rule_cap_points")),
        sa.CheckConstraint("minimum_fen >= 0", name=op.f("ck_earning_rule_minimum_fen")),
        sa.CheckConstraint(
            "points_per_yuan >= 0 AND points_per_yuan <= 100000000", name=op.f("ck_earning_rule_points_per_yuan")
        ),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_earning_rule_days")),
        sa.CheckConstraint("validity_months > 0", name=op.f("ck_earning_rule_validity_months")),
        sa.CheckConstraint("version > 0", name=op.f("ck_earning_rule_version")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_earning_rule_programme_id")),
        sa.PrimaryKeyConstraint("programme_id", "code", "version", name=op.f("pk_earning_rule")),
        sqlite_strict=True,
    )
    op.create_table(
        "item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("brand", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("names", types.Json(), nullable=False),
        sa.Column("subtitles", types.Json(), nullable=False),
        sa.Column("descriptions", types.Json(), nullable=False),
        sa.Column("pictures", types.Json(), nullable=False),
        sa.Column("tags", types.Json(), nullable=False),
        sa.Column("list_price_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lowest_points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("highest_points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("limit_per_dealer", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("delivery", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("pick_position", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("shelved_at", types.Instant(), nullable=True),
        sa.CheckConstraint("limit_per_dealer IS NULL OR limit_per_dealer > 0", name=op.f("ck_item_limit")),
        sa.CheckConstraint("lowest_points > 0 AND highest_points >= lowest_points", name=op.f("ck_item_price")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_item_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("code", name=op.f("uq_item_code")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index("ix_item_category_id_lowest_points", ["category_id", "lowest_points", "id"], unique=False)
        batch_op.create_index("ix_item_lowest_points_id", ["lowest_points", "id"], unique=False)
        batch_op.create_index("ix_item_pick_position_id", ["pick_position", "id"], unique=False)
        batch_op.create_index("ix_item_shelved_at_id", ["shelved_at", "id"], unique=False)

    op.create_table(
        "member",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("signed_in_at", types.Instant(), nullable=True),
        sa.Column("disabled_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_member_dealer_id")),
        sa.PrimaryKeyConstraint("dealer_id", "id", name=op.f("pk_member")),
        sa.UniqueConstraint("dealer_id", "phone_index", name=op.f("uq_member_dealer_id_phone_index")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index("ix_member_phone_index", ["phone_index"], unique=False)

    op.create_table(
        "points_account",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "account_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pending", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("available", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("debt", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_lot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_posted_at", types.Instant(), nullable=True),
        sa.Column("next_due_at", types.Instant(), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", types.Instant(), nullable=False),
        sa.CheckConstraint("debt = 0 OR available = 0", name=op.f("ck_points_account_debt_first")),
        sa.CheckConstraint("last_seq >= 0 AND last_lot >= 0", name=op.f("ck_points_account_counters")),
        sa.CheckConstraint("length(head_hash) = 32", name=op.f("ck_points_account_head_hash")),
        sa.CheckConstraint(
            "pending >= 0 AND available >= 0 AND held >= 0 AND debt >= 0", name=op.f("ck_points_account_balances")
        ),
        sa.CheckConstraint("status IN (1, 2, 3)", name=op.f("ck_points_account_status")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_points_account_dealer_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_points_account_programme_id")),
        sa.PrimaryKeyConstraint("dealer_id", "account_no", name=op.f("pk_points_account")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    with op.batch_alter_table("points_account", schema=None) as batch_op:
        batch_op.create_index("ix_points_account_next_due_at", ["next_due_at"], unique=False)
        batch_op.create_index("ix_points_account_programme_id", ["programme_id"], unique=False)

    op.create_table(
        "points_checkpoint_leaf",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "account_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("checkpoint_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_no"], ["points_checkpoint.no"], name=op.f("fk_points_checkpoint_leaf_checkpoint_no")
        ),
        sa.PrimaryKeyConstraint("dealer_id", "account_no", "seq", name=op.f("pk_points_checkpoint_leaf")),
        sqlite_strict=True,
    )
    op.create_table(
        "points_expected_rate",
        sa.Column(
            "programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("from_on", types.Day(), nullable=False),
        sa.Column("no", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("rate_bps", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.String(length=200).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("set_at", types.Instant(), nullable=False),
        sa.Column("set_by", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.CheckConstraint("no > 0", name=op.f("ck_points_expected_rate_no")),
        sa.CheckConstraint("rate_bps > 0 AND rate_bps <= 10000", name=op.f("ck_points_expected_rate_rate")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_points_expected_rate_programme_id")),
        sa.PrimaryKeyConstraint("programme_id", "from_on", "no", name=op.f("pk_points_expected_rate")),
        sqlite_strict=True,
    )
    op.create_table(
        "item_term",
        sa.Column("term", sa.String(length=80, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("weight", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_term_item_id")),
        sa.PrimaryKeyConstraint("term", "item_id", name=op.f("pk_item_term")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("item_term", schema=None) as batch_op:
        batch_op.create_index("ix_item_term_item_id", ["item_id"], unique=False)

    op.create_table(
        "points_journal",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("account_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=32).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("idem_key", sa.String(length=160).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("outcome", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref_journal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("transfer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("effective_at", types.Instant(), nullable=False),
        sa.Column("posted_at", types.Instant(), nullable=False),
        sa.Column("actor", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("checker", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("why", types.Json(), nullable=False),
        sa.Column("result", types.Json(), nullable=False),
        sa.CheckConstraint("(outcome = 2) = (reason IS NOT NULL)", name=op.f("ck_points_journal_reason")),
        sa.CheckConstraint("checker IS NULL OR checker <> actor", name=op.f("ck_points_journal_two_persons")),
        sa.CheckConstraint("length(request_hash) = 32", name=op.f("ck_points_journal_request_hash")),
        sa.CheckConstraint("outcome IN (1, 2)", name=op.f("ck_points_journal_outcome")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_points_journal_points")),
        sa.ForeignKeyConstraint(
            ["dealer_id", "account_no"],
            ["points_account.dealer_id", "points_account.account_no"],
            name=op.f("fk_points_journal_dealer_id_account_no"),
        ),
        sa.ForeignKeyConstraint(
            ["dealer_id", "ref_journal"],
            ["points_journal.dealer_id", "points_journal.journal_id"],
            name="fk_points_journal_ref_journal",
        ),
        sa.PrimaryKeyConstraint("dealer_id", "journal_id", name=op.f("pk_points_journal")),
        sa.UniqueConstraint(
            "dealer_id", "source", "idem_key", name=op.f("uq_points_journal_dealer_id_source_idem_key")
        ),
        sqlite_strict=True,
    )
    with op.batch_alter_table("points_journal", schema=None) as batch_op:
        batch_op.create_index("ix_points_journal_dealer_id_ref_journal", ["dealer_id", "ref_journal"], unique=False)
        batch_op.create_index(
            "ix_points_journal_transfer_id",
            ["transfer_id"],
            unique=False,
            sqlite_where=sa.text("transfer_id IS NOT NULL"),
            postgresql_where=sa.text("transfer_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_points_journal_reinstate_once",
            ["dealer_id", "ref_journal"],
            unique=True,
            sqlite_where=sa.text("kind = 'reinstate'"),
            postgresql_where=sa.text("kind = 'reinstate'"),
        )

    op.create_table(
        "points_lot",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "account_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("lot_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("origin_lot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("source", sa.String(length=32).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("source_ref", sa.String(length=160).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("fund_code", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("rule_version", sa.String(length=60).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("multiplier_bps", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pending", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("available", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("redeemed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expired", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clawed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("settled", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("moved", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reversed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("earned_at", types.Instant(), nullable=False),
        sa.Column("active_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("expiry_month", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_open", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(is_open = 1 AND pending + available > 0) OR (is_open = 0 AND pending + available = 0)",
            name=op.f("ck_points_lot_is_open"),
        ),
        sa.CheckConstraint("active_at < expires_at", name=op.f("ck_points_lot_life")),
        sa.CheckConstraint(
            "pending >= 0 AND available >= 0 AND held >= 0 AND redeemed >= 0 AND expired >= 0 AND clawed >= 0 AND settled >= 0 AND moved >= 0",
            name=op.f("ck_points_lot_counters"),
        ),
        sa.CheckConstraint(
            "points = pending + available + held + redeemed + expired + clawed + settled + moved",
            name=op.f("ck_points_lot_conservation"),
        ),
        sa.CheckConstraint("points > 0", name=op.f("ck_points_lot_points")),
        sa.CheckConstraint("reversed >= 0 AND reversed <= points", name=op.f("ck_points_lot_reversed")),
        sa.ForeignKeyConstraint(
            ["dealer_id", "account_no"],
            ["points_account.dealer_id", "points_account.account_no"],
            name=op.f("fk_points_lot_dealer_id_account_no"),
        ),
        sa.PrimaryKeyConstraint("dealer_id", "account_no", "lot_no", name=op.f("pk_points_lot")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    with op.batch_alter_table("points_lot", schema=None) as batch_op:
        batch_op.create_index(
            "ix_points_lot_fifo",
            ["dealer_id", "account_no", "expires_at", "lot_no"],
            unique=False,
            sqlite_where=sa.text("is_open = 1"),
            postgresql_where=sa.text("is_open = 1"),
        )
        batch_op.create_index("ix_points_lot_source_ref", ["dealer_id", "source", "source_ref"], unique=False)

    op.create_table(
        "sku",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("attributes", types.Json(), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("picture", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column("retired_at", types.Instant(), nullable=True),
        sa.CheckConstraint("points > 0", name=op.f("ck_sku_price")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_sku_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sku")),
        sa.UniqueConstraint("code", name=op.f("uq_sku_code")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("sku", schema=None) as batch_op:
        batch_op.create_index("ix_sku_item_id_position", ["item_id", "position"], unique=False)

    op.create_table(
        "points_allocation",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("ord", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("account_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lot_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("open", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("redeemed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("voided", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refunded", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held_until", types.Instant(), nullable=True),
        sa.CheckConstraint('"open" = 0 OR held_until IS NOT NULL', name=op.f("ck_points_allocation_held")),
        sa.CheckConstraint('points = "open" + redeemed + voided', name=op.f("ck_points_allocation_resolved_once")),
        sa.CheckConstraint(
            'points > 0 AND "open" >= 0 AND redeemed >= 0 AND voided >= 0', name=op.f("ck_points_allocation_counters")
        ),
        sa.CheckConstraint("refunded >= 0 AND refunded <= redeemed", name=op.f("ck_points_allocation_refunded")),
        sa.ForeignKeyConstraint(
            ["dealer_id", "account_no", "lot_no"],
            ["points_lot.dealer_id", "points_lot.account_no", "points_lot.lot_no"],
            name=op.f("fk_points_allocation_dealer_id_account_no_lot_no"),
        ),
        sa.ForeignKeyConstraint(
            ["dealer_id", "journal_id"],
            ["points_journal.dealer_id", "points_journal.journal_id"],
            name=op.f("fk_points_allocation_dealer_id_journal_id"),
        ),
        sa.PrimaryKeyConstraint("dealer_id", "journal_id", "ord", name=op.f("pk_points_allocation")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    with op.batch_alter_table("points_allocation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_points_allocation_held",
            ["held_until"],
            unique=False,
            sqlite_where=sa.text('"open" > 0'),
            postgresql_where=sa.text('"open" > 0'),
        )

    op.create_table(
        "points_correction",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("to_dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("clawback_journal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("note", sa.String(length=120).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("fund_code", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=True),
        sa.Column("unit_value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("threshold", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("counted", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("maker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("checker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_at", types.Instant(), nullable=True),
        sa.Column("answer", sa.String(length=120).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("(kind = 'add') = (expires_at IS NOT NULL)", name=op.f("ck_points_correction_expiry")),
        sa.CheckConstraint(
            "(kind = 'reinstate') = (clawback_journal IS NOT NULL)", name=op.f("ck_points_correction_clawback")
        ),
        sa.CheckConstraint(
            "(kind = 'transfer') = (to_dealer_id IS NOT NULL)", name=op.f("ck_points_correction_receiver")
        ),
        sa.CheckConstraint("(state = 'posted') = (journal_id IS NOT NULL)", name=op.f("ck_points_correction_posted")),
        sa.CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name=op.f("ck_points_correction_settled")),
        sa.CheckConstraint("kind <> 'add' OR fund_code <> ''", name=op.f("ck_points_correction_fund")),
        sa.CheckConstraint("state <> 'declined' OR checker_id IS NOT NULL", name=op.f("ck_points_correction_declined")),
        sa.CheckConstraint(
            "state <> 'posted' OR counted <= threshold OR checker_id IS NOT NULL",
            name=op.f("ck_points_correction_second_person"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('waiting', 'withdrawn') OR checker_id IS NULL", name=op.f("ck_points_correction_unchecked")
        ),
        sa.CheckConstraint(
            "checker_id IS NULL OR checker_id <> maker_id", name=op.f("ck_points_correction_two_persons")
        ),
        sa.CheckConstraint(
            "points > 0 AND counted >= points AND threshold >= 0 AND unit_value >= 0",
            name=op.f("ck_points_correction_amounts"),
        ),
        sa.CheckConstraint(
            "to_dealer_id IS NULL OR to_dealer_id <> dealer_id", name=op.f("ck_points_correction_two_dealers")
        ),
        sa.ForeignKeyConstraint(["checker_id"], ["staff.id"], name=op.f("fk_points_correction_checker_id")),
        sa.ForeignKeyConstraint(
            ["dealer_id", "clawback_journal"],
            ["points_journal.dealer_id", "points_journal.journal_id"],
            name="fk_points_correction_clawback_journal",
        ),
        sa.ForeignKeyConstraint(
            ["dealer_id", "journal_id"],
            ["points_journal.dealer_id", "points_journal.journal_id"],
            name="fk_points_correction_journal_id",
        ),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_points_correction_dealer_id")),
        sa.ForeignKeyConstraint(["maker_id"], ["staff.id"], name=op.f("fk_points_correction_maker_id")),
        sa.ForeignKeyConstraint(["to_dealer_id"], ["dealer.id"], name=op.f("fk_points_correction_to_dealer_id")),
        sa.PrimaryKeyConstraint("dealer_id", "id", name=op.f("pk_points_correction")),
        sa.UniqueConstraint("dealer_id", "key", name=op.f("uq_points_correction_dealer_id_key")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    with op.batch_alter_table("points_correction", schema=None) as batch_op:
        batch_op.create_index("ix_points_correction_id", ["id"], unique=False)
        batch_op.create_index("ix_points_correction_maker_id_id", ["maker_id", "id"], unique=False)
        batch_op.create_index("ix_points_correction_state_id", ["state", "id"], unique=False)
        batch_op.create_index("ix_points_correction_to_dealer_id_id", ["to_dealer_id", "id"], unique=False)
        batch_op.create_index(
            "uq_points_correction_reinstate_once",
            ["dealer_id", "clawback_journal"],
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'posted')"),
            postgresql_where=sa.text("state IN ('waiting', 'posted')"),
        )

    op.create_table(
        "points_entry",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "account_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("prev_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("d_pending", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("d_available", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("d_held", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("d_debt", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pending", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("available", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("debt", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("effective_at", types.Instant(), nullable=False),
        sa.Column("posted_at", types.Instant(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(seq = 1 AND prev_seq IS NULL AND prev_hash IS NULL) OR (seq > 1 AND prev_seq = seq - 1 AND prev_hash IS NOT NULL)",
            name=op.f("ck_points_entry_link"),
        ),
        sa.CheckConstraint("debt = 0 OR available = 0", name=op.f("ck_points_entry_debt_first")),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_points_entry_hash")),
        sa.CheckConstraint(
            "pending >= 0 AND available >= 0 AND held >= 0 AND debt >= 0", name=op.f("ck_points_entry_balances")
        ),
        sa.ForeignKeyConstraint(
            ["dealer_id", "account_no", "prev_seq", "prev_hash"],
            ["points_entry.dealer_id", "points_entry.account_no", "points_entry.seq", "points_entry.hash"],
            name="fk_points_entry_chain",
        ),
        sa.ForeignKeyConstraint(
            ["dealer_id", "account_no"],
            ["points_account.dealer_id", "points_account.account_no"],
            name=op.f("fk_points_entry_dealer_id_account_no"),
        ),
        sa.ForeignKeyConstraint(
            ["dealer_id", "journal_id"],
            ["points_journal.dealer_id", "points_journal.journal_id"],
            name=op.f("fk_points_entry_dealer_id_journal_id"),
        ),
        sa.PrimaryKeyConstraint("dealer_id", "account_no", "seq", name=op.f("pk_points_entry")),
        sa.UniqueConstraint(
            "dealer_id", "account_no", "seq", "hash", name=op.f("uq_points_entry_dealer_id_account_no_seq_hash")
        ),
        sqlite_strict=True,
    )
    with op.batch_alter_table("points_entry", schema=None) as batch_op:
        batch_op.create_index("ix_points_entry_dealer_id_journal_id", ["dealer_id", "journal_id"], unique=False)

    op.create_table(
        "redemption_order",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("no", sa.String(length=20, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("spend_journal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("refund_journal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("remark_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("placed_at", types.Instant(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("cancelled_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL) AND (state = 'cancelled') = (refund_journal IS NOT NULL)",
            name=op.f("ck_redemption_order_cancelled"),
        ),
        sa.CheckConstraint("length(request_hash) = 32", name=op.f("ck_redemption_order_request_hash")),
        sa.CheckConstraint("points > 0", name=op.f("ck_redemption_order_points")),
        sa.ForeignKeyConstraint(
            ["dealer_id", "member_id"],
            ["member.dealer_id", "member.id"],
            name=op.f("fk_redemption_order_dealer_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["dealer_id", "refund_journal"],
            ["points_journal.dealer_id", "points_journal.journal_id"],
            name="fk_redemption_order_refund_journal",
        ),
        sa.ForeignKeyConstraint(
            ["dealer_id", "spend_journal"],
            ["points_journal.dealer_id", "points_journal.journal_id"],
            name="fk_redemption_order_spend_journal",
        ),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_redemption_order_dealer_id")),
        sa.PrimaryKeyConstraint("dealer_id", "id", name=op.f("pk_redemption_order")),
        sa.UniqueConstraint("dealer_id", "key", name=op.f("uq_redemption_order_dealer_id_key")),
        sa.UniqueConstraint("dealer_id", "no", name=op.f("uq_redemption_order_dealer_id_no")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("redemption_order", schema=None) as batch_op:
        batch_op.create_index("ix_redemption_order_dealer_id_placed_at", ["dealer_id", "placed_at", "id"], unique=False)
        batch_op.create_index(
            "ix_redemption_order_dealer_id_state", ["dealer_id", "state", "placed_at", "id"], unique=False
        )
        batch_op.create_index("ix_redemption_order_no", ["no"], unique=False)
        batch_op.create_index("ix_redemption_order_placed_at", ["placed_at", "dealer_id", "id"], unique=False)
        batch_op.create_index("ix_redemption_order_state_due_at", ["state", "due_at", "dealer_id", "id"], unique=False)

    op.create_table(
        "stock",
        sa.Column("sku_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("on_hand", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_on_hand")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_stock_sku_id")),
        sa.PrimaryKeyConstraint("sku_id", name=op.f("pk_stock")),
        postgresql_with={"fillfactor": 70},
        sqlite_strict=True,
    )
    op.create_table(
        "order_event",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "event_no", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("what", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("actor", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("detail", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dealer_id", "order_id"],
            ["redemption_order.dealer_id", "redemption_order.id"],
            name=op.f("fk_order_event_dealer_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("dealer_id", "order_id", "event_no", name=op.f("pk_order_event")),
        sqlite_strict=True,
    )
    op.create_table(
        "order_line",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "line_no", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sku_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_code", sa.String(length=40).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("sku_code", sa.String(length=40, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("names", types.Json(), nullable=False),
        sa.Column("attributes", types.Json(), nullable=False),
        sa.Column("picture", sa.String(length=80).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("delivery", sa.String(length=24).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points_each", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("points_each > 0 AND points = points_each * quantity", name=op.f("ck_order_line_points")),
        sa.CheckConstraint("quantity > 0 AND quantity <= 999", name=op.f("ck_order_line_quantity")),
        sa.ForeignKeyConstraint(
            ["dealer_id", "order_id"],
            ["redemption_order.dealer_id", "redemption_order.id"],
            name=op.f("fk_order_line_dealer_id_order_id"),
        ),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_order_line_sku_id")),
        sa.PrimaryKeyConstraint("dealer_id", "order_id", "line_no", name=op.f("pk_order_line")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.create_index("ix_order_line_dealer_id_item_id", ["dealer_id", "item_id"], unique=False)
        batch_op.create_index("ix_order_line_sku_code", ["sku_code", "dealer_id", "order_id"], unique=False)

    op.create_table(
        "points_line",
        sa.Column(
            "dealer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "account_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column(
            "line_no", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("lot_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("src", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dst", sa.SmallInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(lot_no IS NULL) = (src = 8)", name=op.f("ck_points_line_lot")),
        sa.CheckConstraint("points > 0", name=op.f("ck_points_line_points")),
        sa.CheckConstraint(
            "src * 10 + dst IN (12, 13, 23, 27, 34, 35, 36, 37, 38, 39, 43, 45, 46, 49, 53, 56, 59, 67, 87, 92, 93)",
            name=op.f("ck_points_line_move"),
        ),
        sa.ForeignKeyConstraint(
            ["dealer_id", "account_no", "lot_no"],
            ["points_lot.dealer_id", "points_lot.account_no", "points_lot.lot_no"],
            name=op.f("fk_points_line_dealer_id_account_no_lot_no"),
        ),
        sa.ForeignKeyConstraint(
            ["dealer_id", "account_no", "seq"],
            ["points_entry.dealer_id", "points_entry.account_no", "points_entry.seq"],
            name=op.f("fk_points_line_dealer_id_account_no_seq"),
        ),
        sa.PrimaryKeyConstraint("dealer_id", "account_no", "seq", "line_no", name=op.f("pk_points_line")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("points_line", schema=None) as batch_op:
        batch_op.create_index(
            "ix_points_line_dealer_id_account_no_lot_no", ["dealer_id", "account_no", "lot_no"], unique=False
        )

    make_the_ledger_append_only()


def downgrade() -> None:
    with op.batch_alter_table("points_line", schema=None) as batch_op:
        batch_op.drop_index("ix_points_line_dealer_id_account_no_lot_no")

    op.drop_table("points_line")
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_index("ix_order_line_sku_code")
        batch_op.drop_index("ix_order_line_dealer_id_item_id")

    op.drop_table("order_line")
    op.drop_table("order_event")
    op.drop_table("stock")
    with op.batch_alter_table("redemption_order", schema=None) as batch_op:
        batch_op.drop_index("ix_redemption_order_state_due_at")
        batch_op.drop_index("ix_redemption_order_placed_at")
        batch_op.drop_index("ix_redemption_order_no")
        batch_op.drop_index("ix_redemption_order_dealer_id_state")
        batch_op.drop_index("ix_redemption_order_dealer_id_placed_at")

    op.drop_table("redemption_order")
    with op.batch_alter_table("points_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_points_entry_dealer_id_journal_id")

    op.drop_table("points_entry")
    with op.batch_alter_table("points_correction", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_points_correction_reinstate_once",
            sqlite_where=sa.text("state IN ('waiting', 'posted')"),
            postgresql_where=sa.text("state IN ('waiting', 'posted')"),
        )
        batch_op.drop_index("ix_points_correction_to_dealer_id_id")
        batch_op.drop_index("ix_points_correction_state_id")
        batch_op.drop_index("ix_points_correction_maker_id_id")
        batch_op.drop_index("ix_points_correction_id")

    op.drop_table("points_correction")
    with op.batch_alter_table("points_allocation", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_points_allocation_held", sqlite_where=sa.text('"open" > 0'), postgresql_where=sa.text('"open" > 0')
        )

    op.drop_table("points_allocation")
    with op.batch_alter_table("sku", schema=None) as batch_op:
        batch_op.drop_index("ix_sku_item_id_position")

    op.drop_table("sku")
    with op.batch_alter_table("points_lot", schema=None) as batch_op:
        batch_op.drop_index("ix_points_lot_source_ref")
        batch_op.drop_index(
            "ix_points_lot_fifo", sqlite_where=sa.text("is_open = 1"), postgresql_where=sa.text("is_open = 1")
        )

    op.drop_table("points_lot")
    with op.batch_alter_table("points_journal", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_points_journal_reinstate_once",
            sqlite_where=sa.text("kind = 'reinstate'"),
            postgresql_where=sa.text("kind = 'reinstate'"),
        )
        batch_op.drop_index(
            "ix_points_journal_transfer_id",
            sqlite_where=sa.text("transfer_id IS NOT NULL"),
            postgresql_where=sa.text("transfer_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_points_journal_dealer_id_ref_journal")

    op.drop_table("points_journal")
    with op.batch_alter_table("item_term", schema=None) as batch_op:
        batch_op.drop_index("ix_item_term_item_id")

    op.drop_table("item_term")
    op.drop_table("points_expected_rate")
    op.drop_table("points_checkpoint_leaf")
    with op.batch_alter_table("points_account", schema=None) as batch_op:
        batch_op.drop_index("ix_points_account_programme_id")
        batch_op.drop_index("ix_points_account_next_due_at")

    op.drop_table("points_account")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index("ix_member_phone_index")

    op.drop_table("member")
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_index("ix_item_shelved_at_id")
        batch_op.drop_index("ix_item_pick_position_id")
        batch_op.drop_index("ix_item_lowest_points_id")
        batch_op.drop_index("ix_item_category_id_lowest_points")

    op.drop_table("item")
    op.drop_table("earning_rule")
    with op.batch_alter_table("earned", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_earned_returns",
            sqlite_where=sa.text("returns IS NOT NULL"),
            postgresql_where=sa.text("returns IS NOT NULL"),
        )

    op.drop_table("earned")
    op.drop_table("document_claim")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index("ix_document_received_at")
        batch_op.drop_index(
            "ix_document_open",
            sqlite_where=sa.text("state IN ('dead', 'waiting')"),
            postgresql_where=sa.text("state IN ('dead', 'waiting')"),
        )

    op.drop_table("document")
    op.drop_table("address")
    op.drop_table("staff")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_staff_id")
        batch_op.drop_index("ix_sign_in_expires_at")
        batch_op.drop_index("ix_sign_in_dealer_id_member_id")

    op.drop_table("sign_in")
    op.drop_table("rate_limit")
    op.drop_table("programme")
    op.drop_table("points_verified")
    with op.batch_alter_table("points_proof_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_points_proof_run_ended_at"))

    op.drop_table("points_proof_run")
    op.drop_table("points_checkpoint")
    with op.batch_alter_table("partner_nonce", schema=None) as batch_op:
        batch_op.drop_index("ix_partner_nonce_seen_at")

    op.drop_table("partner_nonce")
    op.drop_table("partner")
    op.drop_table("job_run")
    with op.batch_alter_table("dealer", schema=None) as batch_op:
        batch_op.drop_index("ix_dealer_region")

    op.drop_table("dealer")
    op.drop_table("credential")
    op.drop_table("category")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_subject_id")

    op.drop_table("audit_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS points_append_only()")


def make_the_ledger_append_only() -> None:
    """Triggers as mall/points/models/append_only.py tells; Citus takes none and relies on grants."""
    bind = op.get_bind()
    tables = ("points_journal", "points_entry", "points_line")
    if bind.dialect.name == "sqlite":
        for table in tables:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: {act} on {table} refused'); END"
                )
    elif not bind.scalar(sa.text("SELECT COUNT(*) FROM pg_extension WHERE extname = 'citus'")):
        op.execute("""
CREATE OR REPLACE FUNCTION points_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only: % on % refused', TG_OP, TG_TABLE_NAME;
END $$
""")
        execute = "EXECUTE FUNCTION points_append_only()"
        for table in tables:
            op.execute(f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {execute}")
            op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {execute}")
