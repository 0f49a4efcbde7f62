import { expect, test } from "vitest";
import { toImageFile } from "./image-file.ts";

test("a file URL with a place names a member of an archive", () => {
  const url = "file:///a%20b/0.tar#offset=512&size=9000&name=x%26y.jpg";
  expect(toImageFile(url)).toEqual({ tar: "/a b/0.tar", offset: 512, size: 9000, name: "x&y.jpg" });
});

test.each([
  "file:///0.tar",
  "file:///0.tar#offset=512&name=a",
  "file:///0.tar#offset=-1&size=9&name=a",
  "file:///0.tar#offset=1.5&size=9&name=a",
])("%s is a file of its own", (url) => {
  expect(toImageFile(url)).toBe("/0.tar");
});

test.each(["/0.tar#offset=512&size=9&name=a", "https://host/a.jpg", "file://host/a.jpg"])(
  "%s stays as it is",
  (content) => {
    expect(toImageFile(content)).toBe(content);
  },
);
