"""Proofs that run: real processes, real databases, and books kept apart to hold the ledger against.

Each file is one proof as a function with figures for an answer. The tests run them short, `make prove` runs them long.
"""
