"""Command: see deltatrain.train.backbone."""

from deltatrain.train.backbone import main

if __name__ == "__main__":
    main()
