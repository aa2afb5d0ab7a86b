"""A redemption from wish to done.

Five words: order, line, placing, cancellation, event (what happened to it, for the timeline).
"""
