"""Command: see deltatrain.data.labelers."""

from deltatrain.data.labelers import main

if __name__ == "__main__":
    main()
