"""The catalogue's judgements: what a search means, and which SKU a choice of attributes is."""
