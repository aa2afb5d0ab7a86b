-- An earning of 3 points, good for a year: nine statements, one after another.
\set dealer random(:first, :last)
\set key random(1, 9000000000000000000)
\set salt random(0, 2097151)
\set points 3
BEGIN;
SELECT status, pending, available, held, debt, last_seq, last_seq + 1 AS seq, last_lot + 1 AS lot_no, head_hash,
       next_due_at AS due,
       (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now
  FROM points_account WHERE dealer_id = :dealer AND account_no = 0 FOR UPDATE \gset
\set journal (:now / 1000) * 2097152 + :salt
\set available :available + :points
\set expires :now + 31536000000000
SELECT count(*) AS known,
       sha256(convert_to(concat_ws('|', 'earn', :key::text, :points::text, :expires::text), 'UTF8')) AS request,
       sha256(convert_to(concat_ws('|', 'PL1', :dealer::text, :seq::text, :head_hash::text, :journal::text,
         :key::text, 'earn', :now::text, :pending::text, :available::text, :held::text, :debt::text,
         :lot_no::text, 1, 3, :points::text, 'system',
         '{"base":12800,"rate":"1/100","rounding":"down","tier":"gold","what":"invoice"}'), 'UTF8')) AS hash
  FROM points_journal
  WHERE dealer_id = :dealer AND source = 'bench' AND idem_key = 'invoice/' || :key::text \gset
INSERT INTO points_journal (dealer_id, journal_id, account_no, source, idem_key, request_hash, kind, outcome, reason,
    points, ref_journal, transfer_id, effective_at, posted_at, actor, why, result)
  VALUES (:dealer, :journal, 0, 'bench', 'invoice/' || :key::text, :request, 'earn', 1, NULL, :points, NULL, NULL,
    :now, :now, 'system', '{"base":12800,"rate":"1/100","rounding":"down","tier":"gold","what":"invoice"}',
    '{"hash":"' || substr(:hash::text, 3) || '","seq":' || :seq::text || '}');
INSERT INTO points_lot (dealer_id, account_no, lot_no, journal_id, kind, origin_lot, source, source_ref, fund_code,
    rule_version, multiplier_bps, unit_value, points, pending, available, held, redeemed, expired, clawed, settled,
    moved, reversed, earned_at, active_at, expires_at, expiry_month, is_open)
  VALUES (:dealer, 0, :lot_no, :journal, 'base', NULL, 'bench', 'invoice/' || :key::text, '', 'bench/1', 10000, 0,
    :points, 0, :points, 0, 0, 0, 0, 0, 0, 0, :now, :now, :expires, 202711, 1);
INSERT INTO points_entry (dealer_id, account_no, seq, prev_seq, journal_id, kind, d_pending, d_available, d_held,
    d_debt, pending, available, held, debt, effective_at, posted_at, prev_hash, hash)
  VALUES (:dealer, 0, :seq, :last_seq, :journal, 'earn', 0, :points, 0, 0, :pending, :available, :held, :debt,
    :now, :now, :head_hash, :hash);
INSERT INTO points_line (dealer_id, account_no, seq, line_no, lot_no, src, dst, points)
  VALUES (:dealer, 0, :seq, 1, :lot_no, 1, 3, :points);
UPDATE points_account SET available = :available, last_seq = :seq, last_lot = :lot_no, last_posted_at = :now,
    next_due_at = least(:due::bigint, :expires::bigint), head_hash = :hash
  WHERE dealer_id = :dealer AND account_no = 0 AND last_seq = :last_seq;
COMMIT;
