"""What is kept for later: one file a cache."""
