"""Command: see deltatrain.train.preview."""

from deltatrain.train.preview import main

if __name__ == "__main__":
    main()
