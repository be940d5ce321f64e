"""Freeing space: what is wished, who uses what, what goes and what stays, and doing it."""
