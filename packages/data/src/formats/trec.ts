import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { DatasetReader } from "@semblance/core";
import { readFirstLine } from "../source/read-ends.ts";
import { createFormatReader } from "./format-reader.ts";
import { addJudged } from "./judged-dataset.ts";
import { type JudgedIds, readJudgedIds, trecJudgements } from "./judged-ids.ts";

/**
 * A reader named `"trec"` for TREC's relevance judgements: `query iteration document relevance` a line,
 * in a file with "qrel" in its name. Without splits.
 *
 * Ids mean what files beside it say: `queries.jsonl` or `queries.tsv`, and `corpus.jsonl` or
 * `corpus.tsv` (`{ _id, text, image? }` a line, or an id, a tab and the content). A side without such a
 * file has its ids for contents: documents that are named by their image's path, say. One side must be
 * images, by path or `image`, and the other texts. Failures and errors: see {@link addJudged}.
 *
 * @see https://trec.nist.gov/data/qrels_eng/
 */
export function createTrecReader(): DatasetReader {
  return createFormatReader({
    name: "trec",
    async sniff(source) {
      if (!/qrel/i.test(basename(source))) return false;
      const [, , relevance] = trecJudgements.parse((await readFirstLine(source)) ?? "") ?? [];
      return relevance !== undefined && Number.isFinite(Number(relevance));
    },
    async read(source, reading, options) {
      const judged: JudgedIds[] = [];
      const lines = readJudgedIds(source, trecJudgements, reading, options);
      for await (const line of lines) judged.push(line);
      const folder = dirname(source);
      const files = {
        query: await findContents(folder, "queries"),
        document: await findContents(folder, "corpus"),
      };
      await addJudged({ judged, files, folder }, reading, options);
    },
  });
}

async function findContents(folder: string, name: string): Promise<string | undefined> {
  for (const file of [join(folder, `${name}.jsonl`), join(folder, `${name}.tsv`)]) {
    if (await stat(file).catch(() => undefined)) return file;
  }
  return undefined;
}
