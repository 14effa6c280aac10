"""Command: see deltatrain.train.response."""

from deltatrain.train.response import main

if __name__ == "__main__":
    main()
