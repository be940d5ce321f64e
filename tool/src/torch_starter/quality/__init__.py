"""What the code of a project must be, one file a member of `all-checks`."""
