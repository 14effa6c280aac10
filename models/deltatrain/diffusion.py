"""Command: see deltatrain.train.diffusion."""

from deltatrain.train.diffusion import main

if __name__ == "__main__":
    main()
