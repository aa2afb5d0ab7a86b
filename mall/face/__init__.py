"""The mall's face: the home page built of blocks, the brand's colours and names, announcements and guides.

Five words: block (a piece of the home page), layout (all blocks and the theme, published as a whole), draft (the next
layout, shared by those who work on it), audience (whom a block is for, and when), theme (colours, names, icons).
"""
