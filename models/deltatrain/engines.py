"""Command: see deltatrain.report.engines."""

from deltatrain.report.engines import main

if __name__ == "__main__":
    main()
