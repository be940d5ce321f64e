"""The words that all share: types, the seam, the spec, the report."""
