"""Command: see deltatrain.data.parts."""

from deltatrain.data.parts import main

if __name__ == "__main__":
    main()
