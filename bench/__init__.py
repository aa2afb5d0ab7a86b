"""What is measured by hand, never in a test: pages in a browser, and the ledger against statements written by hand."""
