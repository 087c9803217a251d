"""The source tree as the tidy tests see it: which files there are, and what each includes."""
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def files(*patterns):
    """Tracked and new files that match, as paths relative to the root; build output is left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(pathlib.Path(p) for p in set(listed.split("\0")) if p and (ROOT / p).is_file())


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def includes(path):
    """(is_quoted, header) of every #include, in order."""
    return [(quote == '"', header) for quote, header in INCLUDE.findall(text(path))]
