"""What routes share: the transaction, pages and fragments, guards, forms, headers, languages.

Imported by doors and routes alone (forms, views, staff, api, cli, jobs); the core never sees it.
"""
