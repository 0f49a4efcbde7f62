"""What a process does with memory that it has freed: told in one of its own, for it stays so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import semblance_trainer

_PROGRAM = """
import resource, sys
from semblance_trainer.base.memory import keep_freed_memory

if sys.argv[1] == "kept" and not keep_freed_memory():
    sys.exit(3)
for update in range(3):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    parts = [bytearray(48 << 20) for _ in range(4)]
    del parts
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _faults_of_a_later_update(mode: str) -> int:
    source = str(Path(semblance_trainer.__file__).parents[1])
    command = [sys.executable, "-c", _PROGRAM, mode]
    environment = {**os.environ, "PYTHONPATH": source}
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if run.returncode == 3:
        pytest.skip("this C library has no such setting")
    assert run.returncode == 0, run.stderr
    return int(run.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's glibc can be told")
def test_memory_that_an_update_frees_is_there_for_the_next_one() -> None:
    pages = 4 * (48 << 20) // os.sysconf("SC_PAGE_SIZE")
    assert _faults_of_a_later_update("kept") < 0.01 * pages
    assert _faults_of_a_later_update("given back") > 0.5 * pages
