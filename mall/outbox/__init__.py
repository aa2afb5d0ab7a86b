"""What must leave the building: written with the act that caused it, delivered afterwards by the worker.

Five words: message, system (ERP, DMS, TMS), chain (a dealer's messages to one system, told in order), lease, dead.
"""
