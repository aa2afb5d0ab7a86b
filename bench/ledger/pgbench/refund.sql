-- Three points of an earlier spend come back into the lot they came from.
\set dealer random(:first, :last)
\set key random(1, 9000000000000000000)
\set salt random(0, 2097151)
\set points 3
BEGIN;
SELECT status, pending, available, held, debt, last_seq, last_seq + 1 AS seq, last_lot, head_hash,
       (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now
  FROM points_account WHERE dealer_id = :dealer AND account_no = 0 FOR UPDATE \gset
SELECT count(*) AS known FROM points_journal
  WHERE dealer_id = :dealer AND source = 'bench' AND idem_key = 'back/' || :key::text \gset
\set journal (:now / 1000) * 2097152 + :salt
\set available :available + :points
SELECT a.journal_id AS spent, a.ord, a.lot_no, a.redeemed, a.refunded
  FROM points_journal j JOIN points_allocation a ON a.dealer_id = j.dealer_id AND a.journal_id = j.journal_id
  WHERE j.dealer_id = :dealer AND j.source = 'bench' AND j.idem_key = 'ground/spend' \gset
SELECT available AS lot_available, redeemed AS lot_redeemed,
       sha256(convert_to(concat_ws('|', 'refund', :key::text, :spent::text, :points::text), 'UTF8')) AS request,
       sha256(convert_to(concat_ws('|', 'PL1', :dealer::text, :seq::text, :head_hash::text, :journal::text,
         :key::text, 'refund', :now::text, :pending::text, :available::text, :held::text, :debt::text,
         lot_no, 5, 3, :points::text, 'member:7',
         '{"order":"R2026112200017","what":"cancellation"}'), 'UTF8')) AS hash
  FROM points_lot
  WHERE dealer_id = :dealer AND account_no = 0 AND lot_no = :lot_no AND expires_at > :now \gset
INSERT INTO points_journal (dealer_id, journal_id, account_no, source, idem_key, request_hash, kind, outcome, reason,
    points, ref_journal, transfer_id, effective_at, posted_at, actor, why, result)
  VALUES (:dealer, :journal, 0, 'bench', 'back/' || :key::text, :request, 'refund', 1, NULL, :points, :spent, NULL,
    :now, :now, 'member:7', '{"order":"R2026112200017","what":"cancellation"}',
    '{"hash":"' || substr(:hash::text, 3) || '","seq":' || :seq::text || '}');
INSERT INTO points_entry (dealer_id, account_no, seq, prev_seq, journal_id, kind, d_pending, d_available, d_held,
    d_debt, pending, available, held, debt, effective_at, posted_at, prev_hash, hash)
  VALUES (:dealer, 0, :seq, :last_seq, :journal, 'refund', 0, :points, 0, 0, :pending, :available, :held,
    :debt, :now, :now, :head_hash, :hash);
INSERT INTO points_line (dealer_id, account_no, seq, line_no, lot_no, src, dst, points)
  VALUES (:dealer, 0, :seq, 1, :lot_no, 5, 3, :points);
UPDATE points_lot SET available = :lot_available + :points::bigint, redeemed = :lot_redeemed - :points::bigint
  WHERE dealer_id = :dealer AND account_no = 0 AND lot_no = :lot_no;
UPDATE points_allocation SET refunded = :refunded + :points::bigint
  WHERE dealer_id = :dealer AND journal_id = :spent AND ord = :ord;
UPDATE points_account SET available = :available, last_seq = :seq, last_posted_at = :now, head_hash = :hash
  WHERE dealer_id = :dealer AND account_no = 0 AND last_seq = :last_seq;
COMMIT;
