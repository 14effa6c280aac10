"""Command: see deltatrain.train.mapper."""

from deltatrain.train.mapper import main

if __name__ == "__main__":
    main()
