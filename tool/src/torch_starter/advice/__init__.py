"""What makes scripts slow or large, and the edit that mends it: one file each."""
