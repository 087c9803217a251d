#!/usr/bin/env python3
# Searches on from the corpora with libFuzzer: `./dev prove fuzz [SECONDS a target [TARGET …]]`.
import json
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/fuzz"
sys.path.insert(0, str(ROOT / "tests/promql"))
import random_query  # noqa: E402


def queries(folder):
    """Valid queries to search on from, which mutations alone would take long to come to, each with
    some samples behind it; and the words of the language."""
    folder.mkdir(parents=True, exist_ok=True)
    generator, chooser = random_query.Generator(5, 0, 1800), random.Random(5)
    for number in range(2000):
        (folder / str(number)).write_bytes(str(generator.query()).encode() + b"\0" + chooser.randbytes(chooser.randint(0, 200)))
    words = sorted({*random_query.TOKENS, *random_query.OVER, *random_query.MAP, *random_query.FOLD, *random_query.METRICS})
    dictionary = folder.parent / "promql.dict"
    dictionary.write_text("".join(f"{json.dumps(word)}\n" for word in words))
    return [f"-dict={dictionary}", folder]


seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
subprocess.run(["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                "-DCMAKE_C_COMPILER=clang-19", "-DCMAKE_ASM_COMPILER=clang-19", "-DCMAKE_CXX_COMPILER=clang++-19",
                "-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g1 -fsanitize=fuzzer-no-link",
                "-DLAPWING_SANITIZE=address,undefined", "-DLAPWING_LIBFUZZER=ON", "-DLAPWING_WARNINGS_AS_ERRORS=OFF"], check=True)
targets = sys.argv[2:] or sorted(p.stem for p in (ROOT / "tests/fuzz").glob("*.cmake"))
subprocess.run(["ninja", "-C", BUILD, *(f"{t}_fuzz" for t in targets)], check=True)
failed = []
for target in targets:
    found = BUILD / "found" / target
    found.mkdir(parents=True, exist_ok=True)
    more = queries(BUILD / "seeds" / "promql") if target.startswith("promql_") else []
    run = subprocess.run([BUILD / "tests/fuzz" / f"{target}_fuzz", f"-max_total_time={seconds}", "-print_final_stats=1",
                          f"-artifact_prefix={found}/crash-", found, ROOT / "tests/fuzz/corpus" / target, *more])
    if run.returncode != 0:
        failed.append(target)
print(f"{len(targets)} targets, {seconds} s each, failed: {', '.join(failed) or 'none'}")
sys.exit(1 if failed else 0)
