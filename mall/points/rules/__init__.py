"""The ledger's judgements: buckets and allowed moves, the chain's bytes, the order of lots, expiry dates."""
