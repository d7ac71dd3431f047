"""Makes small git repositories to fan out over, and tells the workflow where they are.

python scripts/make_repositories.py FOLDER COUNT
"""

import json
import os
import subprocess
import sys
from pathlib import Path


def main(folder: Path, count: int) -> None:
    """Makes the first, and the others as copies of its files; writes the output `repositories`, a JSON list."""
    names = [f"{folder}/service-{number:03d}" for number in range(count)]
    for name in names:
        place = Path(name)
        place.mkdir(parents=True, exist_ok=True)
        (place / "pyproject.toml").write_text(f'[project]\nname = "{place.name}"\nversion = "1"\n', "utf-8")
        if not (place / ".git").exists():
            subprocess.run(["git", "init", "-q", place], check=True)
    with Path(os.environ["HOLDFAST_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write(f"repositories={json.dumps(names)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
