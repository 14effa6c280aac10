"""Command: see deltatrain.report.evaluate."""

from deltatrain.report.evaluate import main

if __name__ == "__main__":
    main()
