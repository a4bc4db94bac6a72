"""Files as strangers write them, with what they mean: the writer knows nothing of the reader."""
