"""The networks of the pack and their training, each step a command.

Imports deltatrain.data and deltatrain.text.
"""
