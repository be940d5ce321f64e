"""What container files must not say, one file a topic: pure readings of core/container_files.py."""
