"""Command: see deltatrain.report.sheet."""

from deltatrain.report.sheet import main

if __name__ == "__main__":
    main()
