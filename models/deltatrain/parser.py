"""Command: see deltatrain.train.parser."""

from deltatrain.train.parser import main

if __name__ == "__main__":
    main()
