"""How a reward reaches the dealer once it is ordered: a rack with a file a kind (`kinds/`), behind five doors.

line: what was ordered, as an order tells it (`Line`). issued: how far the mall came by itself (`Issued`): done, under
way, or left to people. handed out: what the dealer holds (`HandedOut`): card codes, a top-up's state, a voucher.
vault: the sealed card codes and the batches they came in. top-up: a mobile or fuel account filled by a supplier.
"""
