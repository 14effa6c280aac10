"""Command: see deltatrain.train.space."""

from deltatrain.train.space import main

if __name__ == "__main__":
    main()
