"""``python -m slaflow``: the same command as ``slaflow``."""

from slaflow.cli.main import main

if __name__ == "__main__":
    main()
