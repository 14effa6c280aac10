"""Builds what is released: the program with everything it needs, its licences and its SBOM.

    python3 -m deltarelease package --program PROGRAM --dist FOLDER

The standard library and Debian's tools do the work, so that it runs where set-up runs.
Two builds of one commit give the same bytes.
"""
