"""What one person asks for and a second one agrees to (复核): proposals, kept with who, when, what and why.

The feature whose act it is asks, and does the act when a second person agrees, in one transaction with the agreement.
"""
