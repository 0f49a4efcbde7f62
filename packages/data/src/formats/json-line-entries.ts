import type { RunOptions } from "@semblance/core";
import { membersOf } from "../source/json-values.ts";
import { readLines } from "../source/read-lines.ts";
import type { Entry } from "./json-document.ts";

/**
 * Streams the objects of a file with one a line. A line that is no object has no members, as in a
 * document; empty lines are skipped.
 */
export async function* readJsonLineEntries(
  file: string,
  options: RunOptions,
): AsyncGenerator<Entry, void, undefined> {
  let index = 0;
  for await (const { line, text } of readLines(file, options)) {
    if (text.trim() === "") continue;
    const place = { index: index++, where: `${file}:${line}`, input: text };
    yield { place, members: membersOf(parse(text)) ?? {} };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The reader lists the line as one without the members that it needs.
    return undefined;
  }
}
