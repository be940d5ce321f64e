"""What you can ask: one file a command."""
