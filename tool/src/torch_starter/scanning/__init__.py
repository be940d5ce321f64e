"""Searching for secrets: in files, in the history of git, in an image."""
