"""What runs across the whole mall: it reads everything and writes nothing of the floors below.

Five words: trace (an entry of the audit log as people read it), subject, actor, act, period.
"""
