"""The worker's door: what the mall does by itself, while nobody asks.

Five words: task (a file in tasks/), schedule (when it is due), run (one call of it), queue (what is to
be run), worker (the process that runs it). A task calls verbs by `transact` and has no effect outside them.
"""
