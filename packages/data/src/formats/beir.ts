import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { DatasetReader } from "@semblance/core";
import { prefixesIn } from "../source/list-folder.ts";
import { createFormatReader } from "./format-reader.ts";
import { addJudged } from "./judged-dataset.ts";
import { beirJudgements, type JudgedIds, readJudgedIds } from "./judged-ids.ts";

/**
 * A reader named `"beir"` for a folder in BEIR's format: `corpus.jsonl`, `queries.jsonl` (`{ _id, text,
 * title? }` a line) and `qrels/test.tsv` (`query-id`, `corpus-id`, `score` under a header); each file in
 * `qrels` is a split.
 *
 * BEIR is of texts. Here either side may be images: an entry's `image` is a path or an address, or its
 * `text` is the path of a `.jpg`, `.png` or alike. The other side must be texts. As in BEIR a text is
 * `title` and `text` with a space between, the whole corpus is the gallery of every split, and queries
 * without a judgement in a split are not in it. Failures and errors: see {@link addJudged}.
 *
 * @see Thakur et al. 2021, arXiv:2104.08663
 */
export function createBeirReader(): DatasetReader {
  return createFormatReader({
    name: "beir",
    async sniff(source) {
      const files = ["corpus.jsonl", "queries.jsonl"].map((name) => stat(join(source, name)));
      const areThere = (await Promise.allSettled(files)).every(
        ({ status }) => status === "fulfilled",
      );
      return areThere && (await prefixesIn(join(source, "qrels"), ".tsv")).length > 0;
    },
    async read(source, reading, options) {
      const judged: JudgedIds[] = [];
      for (const split of await prefixesIn(join(source, "qrels"), ".tsv")) {
        const file = join(source, "qrels", `${split}.tsv`);
        const lines = readJudgedIds(file, beirJudgements, reading, { ...options, split });
        for await (const line of lines) judged.push(line);
      }
      const files = {
        query: join(source, "queries.jsonl"),
        document: join(source, "corpus.jsonl"),
      };
      await addJudged({ judged, files, folder: source }, reading, options);
    },
  });
}
