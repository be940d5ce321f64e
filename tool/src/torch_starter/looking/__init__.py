"""Reads what profilers have written: pure functions of texts."""
