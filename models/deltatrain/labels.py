"""Command: see deltatrain.data.labels."""

from deltatrain.data.labels import main

if __name__ == "__main__":
    main()
