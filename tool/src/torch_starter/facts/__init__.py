"""What a machine is: one file a fact."""
