"""Reads of orders, shaped for pages. What is a dealer's own takes the dealer, so another's order cannot be found."""
