import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readLines } from "./read-lines.ts";

/** Options of {@link sortDistinct}. */
export interface SortDistinctOptions {
  /** Where sorted runs are put; they stay there. */
  readonly folder: string;
  /** Strings in memory at once. @defaultValue 100,000 */
  readonly runLength?: number;
}

/**
 * Sorts strings by their UTF-16 code units and gives each once. More than one run of them is sorted on
 * disk, so that memory does not grow with their number.
 */
export async function* sortDistinct(
  values: AsyncIterable<string>,
  options: SortDistinctOptions,
): AsyncGenerator<string, void, undefined> {
  const { folder, runLength = 100_000 } = options;
  const files: string[] = [];
  let run: string[] = [];
  for await (const value of values) {
    run.push(value);
    if (run.length < runLength) continue;
    const file = join(folder, `sort-${files.length}.jsonl`);
    await writeFile(
      file,
      run
        .sort()
        .map((each) => `${JSON.stringify(each)}\n`)
        .join(""),
    );
    files.push(file);
    run = [];
  }
  const sources = [...files.map(readRun), fromArray(run.sort())];
  let last: string | undefined;
  for await (const value of merge(sources)) {
    if (value !== last) yield value;
    last = value;
  }
}

async function* readRun(file: string): AsyncGenerator<string, void, undefined> {
  for await (const { text } of readLines(file)) yield JSON.parse(text);
}

async function* fromArray(values: readonly string[]): AsyncGenerator<string, void, undefined> {
  yield* values;
}

async function* merge(
  sources: readonly AsyncGenerator<string, void, undefined>[],
): AsyncGenerator<string, void, undefined> {
  const heads: { source: AsyncGenerator<string, void, undefined>; value: string }[] = [];
  for (const source of sources) {
    const { value } = await source.next();
    if (value !== undefined) heads.push({ source, value });
  }
  for (let [first] = heads; first !== undefined; [first] = heads) {
    for (const head of heads) if (head.value < first.value) first = head;
    yield first.value;
    const { value } = await first.source.next();
    if (value === undefined) heads.splice(heads.indexOf(first), 1);
    else first.value = value;
  }
}
