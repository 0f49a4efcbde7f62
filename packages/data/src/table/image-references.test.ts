import { resolve } from "node:path";
import { expect, test } from "vitest";
import { imageReferences } from "./image-references.ts";

const base = resolve("/photos");
const absolute = resolve("/elsewhere/a.jpg");
const pixel = "data:image/png;charset=x;base64,iVBORw0KGgo=";

test.each([
  ["one relative path", "a b.jpg", [resolve(base, "a b.jpg")]],
  ["several paths", "x/a.jpg;../b.jpg", [resolve(base, "x/a.jpg"), resolve("/b.jpg")]],
  [
    "spaces around separators",
    "a b.jpg ; c.jpg",
    [resolve(base, "a b.jpg"), resolve(base, "c.jpg")],
  ],
  ["empty parts", ";a.jpg; ;", [resolve(base, "a.jpg")]],
  ["an absolute path", absolute, [absolute]],
  ["URLs", "https://a.b/c.jpg?d=e;FILE:///f.jpg", ["https://a.b/c.jpg?d=e", "FILE:///f.jpg"]],
  ["a data URI between paths", `a;${pixel};b`, [resolve(base, "a"), pixel, resolve(base, "b")]],
  ["two data URIs", `${pixel};${pixel}`, [pixel, pixel]],
  ["a name with a colon", "12:30.jpg", [resolve(base, "12:30.jpg")]],
  ["nothing", " ", []],
])("understands %s", (_, cell, expected) => {
  expect(imageReferences(cell, base)).toEqual(expected);
});
