"""Rewards as a spreadsheet: its columns, what its cells say, and what becomes of the rows of a reward. Pure.

Five words: column (what a cell is, with its help), word (what stands for a choice, in three languages), read (a row of
the file, a SKU), known (what is known around it), judged (what becomes of a reward's rows).
"""
