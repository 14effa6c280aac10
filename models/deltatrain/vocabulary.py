"""Command: see deltatrain.text.vocabulary."""

from deltatrain.text.vocabulary import main

if __name__ == "__main__":
    main()
