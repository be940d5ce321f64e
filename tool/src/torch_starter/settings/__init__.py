"""What can be turned to make a command faster, one file a setting."""
