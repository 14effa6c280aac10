"""Command: see deltatrain.data.annotate."""

from deltatrain.data.annotate import main

if __name__ == "__main__":
    main()
