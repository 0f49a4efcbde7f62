import fc from "fast-check";
import { expect, test } from "vitest";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { readTable } from "./read-table.ts";

const cell = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom(",", "\t", '"', "\n", "\r", " ", "a", "\ufeff") }),
);
const rows = fc
  .integer({ min: 1, max: 5 })
  .chain((width) =>
    fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }),
  );
const format = fc.record({
  delimiter: fc.constantFrom(",", "\t"),
  lineEnd: fc.constantFrom("\n", "\r\n", "\r"),
});

test("reads back every table that RFC 4180 can quote, with the line of every row", async () => {
  await fc.assert(
    fc.asyncProperty(rows, format, async (written, { delimiter, lineEnd }) => {
      const header = written[0]?.map((_, i) => `column ${i}`) ?? [];
      const records = [header, ...written].map((row) => row.map(quote).join(delimiter) + lineEnd);
      await using file = await temporaryFile("t.txt", records.join(""));

      const table = await readTable(file.path, { format: delimiter === "," ? "csv" : "tsv" });

      const found = written.map((_, i) => header.map((name) => table.columns[name]?.[i] ?? ""));
      expect(found).toEqual(written);
      const starts = records.map((_, i) => countLines(records.slice(0, i).join("")));
      expect(table.lines).toEqual(starts.slice(1));
    }),
    { seed: 4, numRuns: 200 },
  );
});

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function countLines(text: string): number {
  return text.split(/\r\n|\r|\n/).length;
}
