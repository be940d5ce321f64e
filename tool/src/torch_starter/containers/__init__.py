"""The container engine: what it is asked, and what its answers mean."""
