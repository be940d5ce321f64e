"""How to look inside a running script, one file a profiler."""
