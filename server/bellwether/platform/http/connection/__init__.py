"""One connection: what a client may send how slowly, and how an answer leaves."""
