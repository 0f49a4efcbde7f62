import { expect, test } from "vitest";
import { splitOf } from "./split-of.ts";

test.each([
  ["data/test-00000-of-00004-abc.parquet", "test"],
  ["flickr30k_Test_0.tar", "test"],
  ["validation/00.tar", "validation"],
  ["val.parquet", "val"],
  ["my_train2/0.tar", "train"],
  ["latest-000.tar", undefined],
  ["contest/trained.tar", undefined],
  ["00000.tar", undefined],
])("%s is of the split %s", (path, split) => {
  expect(splitOf(path)).toBe(split);
});
