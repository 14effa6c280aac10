"""Command: see deltatrain.train.inverter."""

from deltatrain.train.inverter import main

if __name__ == "__main__":
    main()
