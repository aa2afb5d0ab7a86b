"""Pure judgement: which rule, how many points, how many of them a return takes back."""
