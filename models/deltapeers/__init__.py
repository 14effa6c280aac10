"""Measures the generator beside its peers: the same picture by other programs.

`python -m deltapeers` needs the packages of peers.lock; nothing else here does.
"""
