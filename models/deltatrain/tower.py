"""Command: see deltatrain.train.tower."""

from deltatrain.train.tower import main

if __name__ == "__main__":
    main()
