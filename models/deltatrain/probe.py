"""Command: see deltatrain.data.probe."""

from deltatrain.data.probe import main

if __name__ == "__main__":
    main()
