"""What the spec renders to: one file an artifact."""
