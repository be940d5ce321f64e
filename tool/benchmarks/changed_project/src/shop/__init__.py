"""A shop whose prices are guessed."""

CURRENCY = "EUR"
