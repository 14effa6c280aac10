"""The faces to train on: drawing, measuring, annotating and augmenting them.

Imports no other part of deltatrain.
"""
