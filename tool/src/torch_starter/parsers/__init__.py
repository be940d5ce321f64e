"""How container files are read into the model of core/container_files.py, one file a format."""
