"""The shared points ledger: append-only, exact, provable.

Five words: posting (one business event), entry (what it did to one account), line (one move between
two buckets), lot (points of one origin and expiry), book (an account opened under its lock).
"""
