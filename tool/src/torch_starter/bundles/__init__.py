"""Bundles: one file that carries packages, models and what starts the tool to a machine without a network."""
