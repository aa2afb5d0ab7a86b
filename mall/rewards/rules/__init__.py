"""Judgements of the rack: how a list of codes is read, which accounts can be filled, when a supplier is asked."""
