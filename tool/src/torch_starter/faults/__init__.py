"""What can be wrong with an environment, put into a copy on purpose: one file a topic."""
