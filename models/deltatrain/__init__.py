"""Training of the built-in pack's own parts (see ../faces/README.md)."""
