"""From bytes to rows: encoding, layout, columns, values."""
