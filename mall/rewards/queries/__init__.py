"""Reads of the rack: the vault and its batches for the desk, and top-ups."""
