"""Boundaries that change over time or join later: compared, fitted, and what they take along.

`compare` says what became of each unit; `replacement` makes the step of newer boundaries,
`addition` that of further ones.
"""
