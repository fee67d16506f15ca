"""The one page on which files come in: what a file is, what it means, what would come of it."""
