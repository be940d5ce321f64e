"""What runs inside the target to be measured, one file a benchmark."""
