"""Text tables and workbooks: encodings, quotes, headers, numbers and dates."""
