import { ConfigError } from "@semblance/core";
import { expect, test } from "vitest";
import { resolveColumn } from "./columns.ts";

test.each([
  ["caption", "text"],
  ["title", "text"],
  ["image", "image"],
  ["photo_path", "image"],
  ["image_caption", undefined],
])("the name %s says: %s", (name, type) => {
  if (type === undefined) expect(() => resolveColumn(name)).toThrow(ConfigError);
  else expect(resolveColumn(name)).toEqual({ column: name, type });
});

test("cells decide against a name that only reminds of something", () => {
  const sentences = ["a dog in the snow"];
  for (const name of ["image_description", "photo_title", "image_text"]) {
    expect(resolveColumn(name, sentences).type).toBe("text");
  }
});

test("cells decide where the name says nothing", () => {
  expect(resolveColumn("left", [null, "photos/a.JPG"]).type).toBe("image");
  expect(resolveColumn("right", ["a dog in the snow"]).type).toBe("text");
});
