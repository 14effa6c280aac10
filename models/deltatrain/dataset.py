"""Command: see deltatrain.data.dataset."""

from deltatrain.data.dataset import main

if __name__ == "__main__":
    main()
