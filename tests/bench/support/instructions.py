# What callgrind counts between a program's `measured` begins and ends, against ceilings.
import re
import subprocess


def run(program, *words):
    """(instructions, {what the program printed})"""
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=measured",
                           str(program), *map(str, words)], capture_output=True, text=True, check=True, timeout=240)
    printed = {name: float(value) for name, value in (line.split() for line in done.stdout.splitlines())}
    return int(re.search(r"Collected : (\d+)", done.stderr)[1]), printed


def measure(test, program, what, ceiling):
    """`ceiling`: (instructions, allocations, repetitions)"""
    instructions, allocations, number = ceiling
    total, printed = run(program, what, number)
    each = total / number
    print(f"{what}: {each:,.0f} instructions, " + ", ".join(f"{value:,.1f} {name}" for name, value in printed.items()))
    test.assertGreater(each, 1000, "nothing was measured")
    test.assertLessEqual(each, instructions)
    test.assertLessEqual(printed["allocations"], allocations)
