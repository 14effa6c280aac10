"""What the trained pack can do: measurements, judges, tables and contact sheets.

May import every other part of deltatrain; no other part imports it.
"""
