import { expect, test } from "vitest";
import { sourceOptions } from "./uv-sources.ts";

test("uv looks where pip is told to: mirror, further indexes, wheel folders", () => {
  const options = sourceOptions([
    "global.index-url='https://mirror.example/simple'",
    "global.find-links='/old'",
    "global.cert='/etc/cert.pem'",
    ":env:.find-links='/wheels /more'",
    "install.extra-index-url='\\nhttps://a.example\\nhttps://b.example'",
  ]);
  expect(options).toEqual([
    ...["--index-url", "https://mirror.example/simple"],
    ...["--find-links", "/wheels", "--find-links", "/more"],
    ...["--extra-index-url", "https://a.example", "--extra-index-url", "https://b.example"],
    ...["--index-strategy", "unsafe-best-match"],
  ]);
});

test("where pip has no settings uv keeps its own ways", () => {
  expect(sourceOptions(["global.cert='/etc/cert.pem'"])).toEqual([]);
});
