import type { Row } from "../measure.ts";
import { formatMarkdown, type Report, table } from "../report.ts";
import { before, metrics } from "./method-rows.ts";

/** `benchmarks/trainer/RESULTS.md`, from the documents that `--json` printed. */
export function resultsPage({ trainer, methods }: { trainer: Report; methods: Report }): string {
  const startNames = [...new Set(methods.rows.map((row) => row.case.split(".")[0] ?? ""))];
  const tables = startNames.map(
    (start) => `### From ${start}\n\n${methodTable(methods.rows, start)}`,
  );
  const { cpu, cores, memoryGiB, node, date, noisy } = methods.machine;
  const where = `On ${date}: ${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}.`;
  return `${[
    "# Results of fine-tuning",
    "Written by `node benchmarks/trainer/write-results.ts`; what is measured is in [../RESULTS.md](../RESULTS.md).",
    formatMarkdown(trainer, "npm run bench -- trainer").trimEnd(),
    "## Methods",
    `\`npm run bench -- trainer-methods\`. ${where}${noisy ? " The machine was busy: these figures decide nothing." : ""}`,
    "Seconds and images a second are medians over the seeds; hit@k are means over the seeds, in brackets the 95 % interval over test images; kept says for how many seeds the trained weights beat the start.",
    ...tables,
  ].join("\n\n")}\n`;
}

function methodTable(rows: readonly Row[], start: string): string {
  const names = new Set(
    rows.filter((row) => row.case.startsWith(`${start}.`)).map(({ system }) => system),
  );
  const find = (system: string, name: string) =>
    rows.find((row) => row.system === system && row.case === `${start}.${name}`);
  const header = metrics.map(({ direction, metric }) => `${direction} ${metric}`);
  const lines = [...names].map((system) => [
    system === before ? "before" : system,
    rounded(find(system, "seconds"), 1),
    rounded(find(system, "images"), 0),
    kept(find(system, "kept"), find(system, "seconds")),
    ...metrics.map(({ direction, metric }) => withInterval(find(system, `${direction}.${metric}`))),
  ]);
  return table(["method", "s", "images/s", "kept", ...header], lines);
}

function rounded(row: Row | undefined, digits: number): string {
  return row?.value.toFixed(digits) ?? "–";
}

function kept(row: Row | undefined, seeds: Row | undefined): string {
  return row && seeds ? `${row.value} of ${seeds.n}` : "–";
}

function withInterval(row: Row | undefined): string {
  if (!row) return "–";
  const [value, low, high] = [row.value, row.min, row.max].map((figure) => figure.toFixed(3));
  return `${value} (${low} to ${high})`;
}
