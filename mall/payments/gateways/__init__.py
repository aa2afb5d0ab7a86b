"""A rack: a file a gateway. Those outside the house all have the same shape (`wire.Gateway`), and differ in protocol.

They know no database: a payment as plain values in, what the gateway said out (mall/payments/models/told.py).
"""
