"""Asks whether a locked package has a known weakness: `audit.py LOCK`. Exit 1 when one has.

A registry without such data answers "unknown" for every package. That is no clean result: it is
said, and it is no failure, because nothing in this project can mend it.
"""

import json
import subprocess
import sys
from pathlib import Path


def main(lock: str) -> int:
    command = [str(Path(sys.executable).with_name("pip-audit")), "--format=json", "--disable-pip"]
    audit = subprocess.run(  # noqa: S603 - our own tool and our own file
        [*command, "--require-hashes", "-r", lock], capture_output=True, text=True
    )
    try:
        packages = json.loads(audit.stdout)["dependencies"]
    except ValueError:
        print(f"Audit: NOT CHECKED, no answer. {audit.stderr.strip()[-300:]}")
        return 0
    weak = [package for package in packages if package.get("vulns")]
    known = [package for package in packages if "vulns" in package]
    for package in weak:
        ids = ", ".join(weakness["id"] for weakness in package["vulns"])
        print(f"Audit: {package['name']} {package['version']} has {ids}")
    if not known:
        print("Audit: NOT CHECKED, the registry has no data on weaknesses.")
    else:
        print(
            f"Audit: {len(known)} of {len(packages)} packages checked, {len(weak)} with a weakness."
        )
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
