"""Training of the built-in pack's own parts (see ../faces/README.md).

The code lies in data, text, train and report: each imports only itself and those before
it. The modules beside them are the commands, `python -m deltatrain.NAME`; each calls the
main function of the module of its name.
"""
