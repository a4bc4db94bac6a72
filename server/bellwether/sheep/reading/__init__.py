"""The one reader of strangers' tables: bytes to cells, and cells to dates, numbers and words, never by a guess."""
