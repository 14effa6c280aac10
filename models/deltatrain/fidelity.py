"""Command: see deltatrain.report.fidelity."""

from deltatrain.report.fidelity import main

if __name__ == "__main__":
    main()
