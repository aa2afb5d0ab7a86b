"""From a partner's order document to points: rules, documents, dead letters.

Five words: document (what a partner sent), rule (how it becomes points), base, coefficient, dead letter.
"""
