"""What people ask for: concepts, word lists, the grammar of prompts, the text encoder.

Imports deltatrain.data alone.
"""
