import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withoutUndefined } from "@semblance/core";
import { readLines } from "../source/read-lines.ts";
import { unpackOnce } from "../source/unpack-once.ts";
import type { FormatOptions } from "./format-reader.ts";
import type { Place, Problem } from "./reading.ts";

/** A line of a list of images: where its image was unpacked, or why it has none. */
export type UnpackedImage = { readonly place: Place } & (
  | { readonly id: string; readonly path: string }
  | { readonly problem: Problem }
);

/**
 * The images of a file with an id, a tab and base64 a line. They are decoded once, one by one, to files
 * in `cacheFolder`: see {@link unpackOnce}.
 */
export async function* unpackImages(
  file: string,
  options: FormatOptions & { readonly cacheFolder?: string | undefined },
): AsyncGenerator<UnpackedImage, void, undefined> {
  const { cacheFolder, signal } = options;
  const folder = await unpackOnce({
    file,
    ...withoutUndefined({ cacheFolder, signal }),
    async unpack(unpacked) {
      for await (const image of readImages(file, options)) {
        if ("problem" in image) continue;
        await writeFile(join(unpacked, image.name), Buffer.from(image.base64, "base64"));
      }
    },
  });
  for await (const image of readImages(file, options)) {
    const { place } = image;
    if ("problem" in image) yield { place, problem: image.problem };
    else yield { place, id: image.id, path: join(folder, image.name) };
  }
}

type PackedImage = { readonly place: Place } & (
  | { readonly id: string; readonly name: string; readonly base64: string }
  | { readonly problem: Problem }
);

async function* readImages(
  file: string,
  options: FormatOptions,
): AsyncGenerator<PackedImage, void, undefined> {
  for await (const { line, text } of readLines(file, options)) {
    if (text.trim() === "") continue;
    const place = { index: line - 1, where: `${file}:${line}`, input: text };
    const [, id, base64] = /^([^\t]+)\t\s*([\w+/-]+={0,2})\s*$/.exec(text) ?? [];
    if (id === undefined || base64 === undefined) {
      const message = "expected an id, a tab and an image in base64.";
      yield { place, problem: { code: "INVALID_LINE", message } };
    } else {
      // An id may be no name for a file.
      yield { place, id, base64, name: `${place.index}${extensionOf(base64)}` };
    }
  }
}

const extensions = [
  ["/9j/", ".jpg"],
  ["iVBORw0KGgo", ".png"],
  ["R0lGOD", ".gif"],
  ["UklGR", ".webp"],
] as const;

/** By the file's first bytes, for programs that go by names; none for other formats. */
function extensionOf(base64: string): string {
  return extensions.find(([beginning]) => base64.startsWith(beginning))?.[1] ?? "";
}
