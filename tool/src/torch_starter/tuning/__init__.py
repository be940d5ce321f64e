"""Making a command faster: what binds it, what is worth a try, the search, and the proof."""
