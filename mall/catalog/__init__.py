"""What can be had for points: categories, rewards, their SKUs, stock, and how they are found.

Five words: item (a reward), sku (a choice of it), stock, category, term (what a search finds it by).
"""
