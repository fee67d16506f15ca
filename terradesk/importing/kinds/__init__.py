"""The kinds of import, one module each."""
