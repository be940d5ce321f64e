"""What must be true: pure readings of facts and of probes' answers, one file a topic."""
