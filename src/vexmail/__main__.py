"""``python -m vexmail`` is ``vexmail``."""

from vexmail.app.cli import main

if __name__ == "__main__":
    main()
