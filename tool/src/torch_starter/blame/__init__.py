"""What a failure says of packages: its words, its traceback, what it concerns."""
