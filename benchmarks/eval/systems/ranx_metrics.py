"""The metrics of one run by ranx: https://github.com/AmenRa/ranx.

Prints a line when ready, then one for every line on standard input: see ``system.ts``.
"""

import json
import sys
import time
from pathlib import Path

from ranx import Qrels, Run, evaluate

FAMILIES = ("hit_rate", "recall", "precision", "mrr", "map", "ndcg", "ndcg_burges")
METRICS = ["r-precision", *(f"{family}@{k}" for family in FAMILIES for k in (1, 5, 10))]


def main() -> None:
    tables = json.loads(Path(sys.argv[1]).read_text())
    qrels, run = Qrels(tables["qrels"]), Run(tables["run"])
    print("ready", flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        found = evaluate(qrels, run, METRICS)
        seconds = time.perf_counter() - started
        figures = [float(found[f"hit_rate@{k}"]) for k in (1, 5, 10)]
        print(json.dumps({"seconds": seconds, "memory": 0, "figures": figures}), flush=True)


if __name__ == "__main__":
    main()
