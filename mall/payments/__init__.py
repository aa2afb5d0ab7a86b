"""The cash part of a redemption: what a gateway was asked for, what it said, and what goes back.

Five words: gateway (挂账, WeChat Pay, Alipay), payment (one attempt to pay one order), told (what a gateway said of
it), refund, bill (a gateway's own list of a day, against which ours is held).
"""
