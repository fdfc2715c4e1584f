"""Every test in the form of many machines: rows in PostgreSQL, the cache and the queue in Redis,
files in a store that speaks S3. `make scaled`, or with pytest's own words:

    .venv/bin/python tests/scaled.py -n 2 -m "not browser" tests/gallery
"""

import logging
import os
import subprocess
import sys

from moto.server import ThreadedMotoServer


def main() -> int:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # it tells of each file
    store = ThreadedMotoServer(port=0, verbose=False)
    store.start()
    host, port = store.get_host_and_port()
    command = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    try:
        env = os.environ | {"FLUX_TEST_STORE": f"http://{host}:{port}"}
        return subprocess.run(command, env=env).returncode
    finally:
        store.stop()


if __name__ == "__main__":
    sys.exit(main())
