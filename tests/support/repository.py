"""Where the checkout lies that these tests judge."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
