#!/usr/bin/env python3
"""How long a running server takes to answer reads: median, 99th percentile and worst, in milliseconds, for each route.

    bench/api/read_latency.py http://127.0.0.1:8000 SECONDS

Run it while an analysis uses all cores, then on the idle server, and compare.
"""

import json
import statistics
import sys
import time
from urllib.request import urlopen

PATHS = ["/api/config", "/api/last_task", "/api/active_tasks", "/api/playlists", "/api/failures", "/api/health"]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    base, end = sys.argv[1].rstrip("/"), time.monotonic() + float(sys.argv[2])
    task = json.load(urlopen(base + "/api/last_task")).get("task_id")
    times = {path: [] for path in PATHS + ([f"/api/status/{task}"] if task else [])}
    while time.monotonic() < end:
        for path, measured in times.items():
            start = time.perf_counter()
            urlopen(base + path).read()
            measured.append(1000 * (time.perf_counter() - start))
        time.sleep(0.01)
    for path, measured in times.items():
        measured.sort()
        print(f"{path[:24]:24} {len(measured):6} reads  median {statistics.median(measured):7.2f}  "
              f"99 % {measured[len(measured) * 99 // 100]:7.2f}  worst {measured[-1]:7.2f}")


if __name__ == "__main__":
    main()
