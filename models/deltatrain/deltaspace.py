"""Command: see deltatrain.report.deltaspace."""

from deltatrain.report.deltaspace import main

if __name__ == "__main__":
    main()
