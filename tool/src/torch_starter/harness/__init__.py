"""What runs inside the user's own process in a trial, or when a proven profile is applied: standard library alone, Python 3.8."""
