-- Three points are held, then captured: two transactions.
\set dealer random(:first, :last)
\set key random(1, 9000000000000000000)
\set salt random(0, 2097151)
\set points 3
BEGIN;
SELECT status, pending, available, held, debt, last_seq, last_seq + 1 AS seq, last_lot, head_hash,
       (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now
  FROM points_account WHERE dealer_id = :dealer AND account_no = 0 FOR UPDATE \gset
SELECT count(*) AS known FROM points_journal
  WHERE dealer_id = :dealer AND source = 'bench' AND idem_key = 'hold/' || :key::text \gset
\set journal (:now / 1000) * 2097152 + :salt
\set available :available - :points
\set held :held + :points
\set until :now + 3600000000
SELECT lot_no, available AS lot_available, held AS lot_held,
       sha256(convert_to(concat_ws('|', 'hold', :key::text, :points::text, :until::text), 'UTF8')) AS request,
       sha256(convert_to(concat_ws('|', 'PL1', :dealer::text, :seq::text, :head_hash::text, :journal::text,
         :key::text, 'hold', :now::text, :pending::text, :available::text, :held::text, :debt::text,
         lot_no, 3, 4, :points::text, 'member:7',
         '{"items":[{"points":3,"quantity":1,"sku":"TEA-250"}],"order":"R2026112200017","what":"redemption"}'), 'UTF8')) AS hash
  FROM points_lot
  WHERE dealer_id = :dealer AND account_no = 0 AND is_open = 1 AND expires_at > :now
  ORDER BY expires_at, lot_no LIMIT 1 \gset
INSERT INTO points_journal (dealer_id, journal_id, account_no, source, idem_key, request_hash, kind, outcome, reason,
    points, ref_journal, transfer_id, effective_at, posted_at, actor, why, result)
  VALUES (:dealer, :journal, 0, 'bench', 'hold/' || :key::text, :request, 'hold', 1, NULL, :points, NULL, NULL,
    :now, :now, 'member:7',
    '{"items":[{"points":3,"quantity":1,"sku":"TEA-250"}],"order":"R2026112200017","what":"redemption"}',
    '{"hash":"' || substr(:hash::text, 3) || '","seq":' || :seq::text || '}');
INSERT INTO points_entry (dealer_id, account_no, seq, prev_seq, journal_id, kind, d_pending, d_available, d_held,
    d_debt, pending, available, held, debt, effective_at, posted_at, prev_hash, hash)
  VALUES (:dealer, 0, :seq, :last_seq, :journal, 'hold', 0, -(:points::bigint), :points, 0, :pending, :available,
    :held, :debt, :now, :now, :head_hash, :hash);
INSERT INTO points_line (dealer_id, account_no, seq, line_no, lot_no, src, dst, points)
  VALUES (:dealer, 0, :seq, 1, :lot_no, 3, 4, :points);
INSERT INTO points_allocation (dealer_id, journal_id, ord, account_no, lot_no, points, open, redeemed, voided, refunded,
    held_until)
  VALUES (:dealer, :journal, 1, 0, :lot_no, :points, :points, 0, 0, 0, :until);
UPDATE points_lot SET available = :lot_available - :points::bigint, held = :lot_held + :points::bigint
  WHERE dealer_id = :dealer AND account_no = 0 AND lot_no = :lot_no;
UPDATE points_account SET available = :available, held = :held, last_seq = :seq, last_posted_at = :now,
    head_hash = :hash
  WHERE dealer_id = :dealer AND account_no = 0 AND last_seq = :last_seq;
COMMIT;
\set hold :journal
\set salt random(0, 2097151)
BEGIN;
SELECT status, pending, available, held, debt, last_seq, last_seq + 1 AS seq, last_lot, head_hash,
       (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now
  FROM points_account WHERE dealer_id = :dealer AND account_no = 0 FOR UPDATE \gset
SELECT count(*) AS known FROM points_journal
  WHERE dealer_id = :dealer AND source = 'bench' AND idem_key = 'capture/' || :key::text \gset
\set journal (:now / 1000) * 2097152 + :salt
\set held :held - :points
SELECT ord, lot_no, open AS allocated FROM points_allocation
  WHERE dealer_id = :dealer AND journal_id = :hold AND open > 0 ORDER BY ord LIMIT 1 \gset
SELECT held AS lot_held, redeemed AS lot_redeemed,
       sha256(convert_to(concat_ws('|', 'capture', :key::text, :hold::text, :points::text), 'UTF8')) AS request,
       sha256(convert_to(concat_ws('|', 'PL1', :dealer::text, :seq::text, :head_hash::text, :journal::text,
         :key::text, 'capture', :now::text, :pending::text, :available::text, :held::text, :debt::text,
         lot_no, 4, 5, :points::text, 'member:7',
         '{"items":[{"points":3,"quantity":1,"sku":"TEA-250"}],"order":"R2026112200017","what":"redemption"}'), 'UTF8')) AS hash
  FROM points_lot WHERE dealer_id = :dealer AND account_no = 0 AND lot_no = :lot_no \gset
INSERT INTO points_journal (dealer_id, journal_id, account_no, source, idem_key, request_hash, kind, outcome, reason,
    points, ref_journal, transfer_id, effective_at, posted_at, actor, why, result)
  VALUES (:dealer, :journal, 0, 'bench', 'capture/' || :key::text, :request, 'capture', 1, NULL, :points, :hold, NULL,
    :now, :now, 'member:7',
    '{"items":[{"points":3,"quantity":1,"sku":"TEA-250"}],"order":"R2026112200017","what":"redemption"}',
    '{"hash":"' || substr(:hash::text, 3) || '","seq":' || :seq::text || '}');
INSERT INTO points_entry (dealer_id, account_no, seq, prev_seq, journal_id, kind, d_pending, d_available, d_held,
    d_debt, pending, available, held, debt, effective_at, posted_at, prev_hash, hash)
  VALUES (:dealer, 0, :seq, :last_seq, :journal, 'capture', 0, 0, -(:points::bigint), 0, :pending, :available, :held,
    :debt, :now, :now, :head_hash, :hash);
INSERT INTO points_line (dealer_id, account_no, seq, line_no, lot_no, src, dst, points)
  VALUES (:dealer, 0, :seq, 1, :lot_no, 4, 5, :points);
UPDATE points_lot SET held = :lot_held - :points::bigint, redeemed = :lot_redeemed + :points::bigint
  WHERE dealer_id = :dealer AND account_no = 0 AND lot_no = :lot_no;
UPDATE points_allocation SET open = :allocated - :points::bigint, redeemed = :points
  WHERE dealer_id = :dealer AND journal_id = :hold AND ord = :ord;
UPDATE points_account SET held = :held, last_seq = :seq, last_posted_at = :now, head_hash = :hash
  WHERE dealer_id = :dealer AND account_no = 0 AND last_seq = :last_seq;
COMMIT;
