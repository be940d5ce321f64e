"""torch-starter: a PyTorch environment that proves itself."""

__version__ = "0.1.0"
