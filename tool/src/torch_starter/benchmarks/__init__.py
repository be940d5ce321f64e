"""What is worth measuring, one file a benchmark: which figures, taken how, and against which limit."""
