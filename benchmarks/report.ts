import type { Row } from "./measure.ts";

/** A finished run: the document that `--json` prints. */
export interface Report {
  readonly schema: 1;
  readonly benchmark: string;
  readonly machine: Machine;
  readonly rows: readonly Row[];
  readonly ratios: Readonly<Record<string, number>>;
}

/** Where and when it ran. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** Of the minute before it started. */
  readonly load: number;
  readonly noisy: boolean;
}

const busy = "The machine was busy: these figures decide nothing.";

/** For a terminal. */
export function formatText({ machine, rows, ratios }: Report): string {
  const lines = rows.map(
    (row) => `${row.system} ${row.case}: ${figure(row.value)} ${row.unit} ${spread(row)}`,
  );
  const compared = Object.entries(ratios).map(
    ([name, ratio]) => `${name}: ${ratio.toFixed(2)} (above 1: ours is better)`,
  );
  return `${[...describe(machine), ...lines, ...compared].join("\n")}\n`;
}

/** A section of `RESULTS.md`. */
export function formatMarkdown(
  { benchmark, machine, rows, ratios }: Report,
  command: string,
): string {
  const figures = rows.map((row) => [
    row.case,
    row.system,
    `${figure(row.value)} ${row.unit}`,
    spread(row),
  ]);
  const compared = Object.entries(ratios).map(([name, ratio]) => [`\`${name}\``, ratio.toFixed(2)]);
  return `${[
    `## ${benchmark}`,
    `\`${command}\` on ${machine.date}: ${describe(machine).join(" ")}`,
    table(["case", "system", "median", "range"], figures),
    ...(compared.length > 0 ? [table(["ratio (above 1: ours is better)", ""], compared)] : []),
  ].join("\n\n")}\n`;
}

function describe({ cpu, cores, memoryGiB, node, load, noisy }: Machine): string[] {
  const machine = `${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, load ${load.toFixed(2)}.`;
  return noisy ? [machine, busy] : [machine];
}

function spread({ min, max, n }: Row): string {
  return `(${figure(min)} to ${figure(max)}, n = ${n})`;
}

/** Three digits; a large number in full. */
function figure(number: number): string {
  return Math.abs(number) >= 1000 ? number.toFixed(0) : number.toPrecision(3);
}

/** A table in Markdown. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
