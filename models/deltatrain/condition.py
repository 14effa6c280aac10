"""Command: see deltatrain.train.condition."""

from deltatrain.train.condition import main

if __name__ == "__main__":
    main()
