"""Rate limits: a token bucket in the database, so that they hold across processes."""
