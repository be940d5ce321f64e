"""How the newest set of packages that works is found."""
