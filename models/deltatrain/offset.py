"""Command: see deltatrain.train.offset."""

from deltatrain.train.offset import main

if __name__ == "__main__":
    main()
