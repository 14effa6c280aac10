"""Command: see deltatrain.data.axes."""

from deltatrain.data.axes import main

if __name__ == "__main__":
    main()
