"""Where things lie, for tests at any depth."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
DATA = ROOT / "tests" / "data"
ORACLES = ROOT / "tests" / "oracles"
