"""Fails when an include breaks the module table of docs/architecture.md, or when a module reaches into another's detail/."""

import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([a-z_0-9]+)/([^>"]+)[>"]')
ROW = re.compile(r"^\| `([a-z/]+)` \|.*\| ([a-z –-]+) \|$")

# Headers of other people that belong to one module: the adapter that wraps them.
WRAPPED = {
    "sqlite3.h": "store", "curl/": "net", "restinio/": "http", "asio": "http", "taglib/": "library", "libav": "audio",
    "libsw": "audio", "sndfile": "audio", "FLAC/": "audio", "fftw3.h": "dsp", "hwy/": "nn", "Eigen/": "cluster", "seccomp.h": "sandbox",
    "linux/landlock.h": "sandbox", "toml++/": "settings", "CLI/": "apps", "spdlog/": "base", "xxhash.h": "base",
    "nettle/": "base",
}


def read_table(document):
    """Module -> the modules that its row names."""
    table = {}
    for line in document.read_text(encoding="utf-8").splitlines():
        row = ROW.match(line)
        if row:
            table[row[1]] = set() if row[2].strip() in "–-" else set(row[2].split())
    return table


def closure(table, module):
    """The module itself, what its row names, and what stands behind that."""
    seen, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(table[name])
    return seen


def main():
    root = Path(sys.argv[1])
    table = read_table(root / "docs/architecture.md")
    assert len(table) >= 10, "the module table was not found"
    problems = []
    files = sorted(path for path in (root / "src").rglob("*") if path.suffix in {".hpp", ".cpp"})
    assert files, "no sources found"
    for path in files:
        relative = path.relative_to(root / "src")
        module = relative.parts[0]
        if module != "apps" and module not in table:
            problems.append(f"{relative}: {module} is not in the table")
            continue
        allowed = None if module == "apps" else closure(table, module)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = re.match(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
            if not match:
                continue
            header = match[1]
            owner = next((owner for prefix, owner in WRAPPED.items() if header.startswith(prefix)), None)
            if owner and owner != module:
                problems.append(f"src/{relative}:{number}: <{header}> belongs to {owner}")
            target = INCLUDE.match(line)
            if target and target[1] in table:
                if allowed is not None and target[1] not in allowed:
                    problems.append(f"src/{relative}:{number}: {module} may not include <{header}>")
                if target[2].startswith("detail/") and target[1] != module:
                    problems.append(f"src/{relative}:{number}: <{header}> is a detail of {target[1]}")
    print("\n".join(problems) or f"{len(files)} files follow the table")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
