"""What is not safe in packages and code: pure readings of locks, advisories, settings of indexes, and syntax trees."""
