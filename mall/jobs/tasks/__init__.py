"""A rack: a file a task, each with `SCHEDULE` (when it is due) and `run()`, which gives how much was done.

A new task needs its file and one line in `mall/jobs/queue.py`. Running a task twice, late or at once is harmless.
"""
