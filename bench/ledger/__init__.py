"""The ledger's own verbs beside the hand-written minimum of the same transactions, in one run, taking turns.

    .venv/bin/python -m bench.ledger                      both engines, 1 and 8 clients, some eight minutes
    .venv/bin/python -m bench.ledger --help               engines, acts, clients, seconds, rounds
    .venv/bin/python -m bench.ledger.profile spend        where the client's time goes
    .venv/bin/python -m bench.ledger.queue                SQLite's writers: who waits how long for a turn
    .venv/bin/python -m bench.ledger.growth               a small and a large ledger side by side

Machines drift threefold within an hour: quote the ratios.
"""
