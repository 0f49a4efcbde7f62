import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { readTable } from "./read-table.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");

test.each(["unix.csv", "windows.csv", "tabs.tsv"])(
  "reads %s as Python's csv module does, each row with the line on which it starts",
  async (name) => {
    const path = join(fixtures, name);
    const expected = JSON.parse(await readFile(`${path}.json`, "utf8"));

    const table = await readTable(path);

    expect(Object.keys(table.columns)).toEqual(expected.header);
    const rows = table.lines.map((_, i) => Object.values(table.columns).map((cells) => cells[i]));
    expect(rows).toEqual(
      expected.rows.map((row: string[]) => row.map((cell) => (cell === "" ? null : cell))),
    );
    expect(table.lines).toEqual(expected.lines);
    expect(table.length).toBe(expected.rows.length);
  },
);

test("takes a mixture of line ends, also CR alone, and skips empty lines", async () => {
  await using file = await temporaryFile("t.csv", '\n\na,b\r\n\n1,"x\ny"\r\r3,4\n\n5,6');

  const { columns, lines } = await readTable(file.path);

  expect(columns).toEqual({ a: ["1", "3", "5"], b: ["x\ny", "4", "6"] });
  expect(lines).toEqual([5, 8, 10]);
});

test("keeps every cell as it is written and makes an empty one null", async () => {
  await using file = await temporaryFile("t.csv", 'a,b,c\n 007,"",NaN\n1e3,,null\n');

  const { columns } = await readTable(file.path);

  expect(columns).toEqual({ a: [" 007", "1e3"], b: [null, null], c: ["NaN", "null"] });
});

test("keeps columns that are named like members of an object", async () => {
  await using file = await temporaryFile("t.csv", "__proto__,constructor\n1,2\n");

  const { columns } = await readTable(file.path);

  expect(Object.entries(columns)).toEqual([
    ["__proto__", ["1"]],
    ["constructor", ["2"]],
  ]);
});

test("keeps JSON's strings, numbers, booleans and null, and makes a missing key null", async () => {
  const lines = ['{"a":"007","b":1.5}', "", '{"c":true,"a":null}', '{"b":"","a":"\\u2028"}'];
  await using file = await temporaryFile("t.NDJSON", `\ufeff${lines.join("\r\n")}\n`);

  const table = await readTable(file.path);

  expect(table.columns).toEqual({
    a: ["007", null, "\u2028"],
    b: [1.5, null, ""],
    c: [null, true, null],
  });
  expect(table.lines).toEqual([1, 3, 4]);
});

test("reads by the format that is asked for, against the base folder that is asked for", async () => {
  await using file = await temporaryFile("captions.txt", "a,\tb\n1,2\t3\n");

  const table = await readTable(file.path, { format: "tsv", baseFolder: "photos" });

  expect(table).toMatchObject({ columns: { "a,": ["1,2"], b: ["3"] }, source: file.path });
  expect(table.baseFolder).toBe(resolve("photos"));
  expect((await readTable(file.path, { format: "csv" })).baseFolder).toBe(file.folder);
});

test.each([
  ["t.csv", { because: "a test" }],
  ["t.csv", 0],
  ["t.jsonl", null],
])(
  "stops at an abort while reading %s, also within a record, and rejects with its reason",
  async (name, reason) => {
    const row = name === "t.csv" ? `a,"${"\n".repeat(50)}b"\n` : '{"a":1}\n';
    await using file = await temporaryFile(name, row.repeat(200_000));
    const controller = new AbortController();
    let blocks = 0;
    const onProgress = () => {
      blocks++;
      if (blocks === 2) controller.abort(reason);
    };

    const reading = readTable(file.path, { signal: controller.signal, onProgress });

    await expect(reading).rejects.toBe(reason);
    expect(blocks).toBe(2);
  },
);

test("reports the bytes read so far", async () => {
  await using file = await temporaryFile("t.csv", `a\n${"1234567\n".repeat(100_000)}`);
  const done: number[] = [];

  await readTable(file.path, { onProgress: (progress) => done.push(progress.done) });

  expect(done.length).toBeGreaterThan(1);
  expect(done.at(-1)).toBe(800_002);
});
