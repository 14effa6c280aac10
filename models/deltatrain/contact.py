"""Command: see deltatrain.report.contact."""

from deltatrain.report.contact import main

if __name__ == "__main__":
    main()
