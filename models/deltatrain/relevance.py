"""Command: see deltatrain.train.relevance."""

from deltatrain.train.relevance import main

if __name__ == "__main__":
    main()
