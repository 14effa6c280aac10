"""Command: see deltatrain.train.calibrate."""

from deltatrain.train.calibrate import main

if __name__ == "__main__":
    main()
