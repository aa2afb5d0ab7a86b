"""Who is who: dealer organisations, their members, the staff, and how each signs in.

Five words: dealer (an organisation), member (a person acting for it), staff, sign-in (a session), address.
"""
