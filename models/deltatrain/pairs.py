"""Command: see deltatrain.train.pairs."""

from deltatrain.train.pairs import main

if __name__ == "__main__":
    main()
