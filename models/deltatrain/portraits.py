"""Command: see deltatrain.report.portraits."""

from deltatrain.report.portraits import main

if __name__ == "__main__":
    main()
