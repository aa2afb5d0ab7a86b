"""The ground floor: what every other floor stands on.

Five words: Base (tables), types (columns that mean the same on every engine), ids, moments, refusals.
"""
