"""What runs inside the target's interpreter: the standard library alone."""
