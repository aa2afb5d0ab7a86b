"""The mall in a real browser."""
