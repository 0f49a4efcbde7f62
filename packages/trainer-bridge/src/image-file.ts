import { fileURLToPath } from "node:url";
import { z } from "zod";

const position = z.coerce.number().pipe(z.int().nonnegative());
const place = z.object({ offset: position, size: position, name: z.string() });

/** A member of a tar archive that is not compressed: `size` bytes from `offset` on. */
export interface TarMember {
  readonly tar: string;
  readonly offset: number;
  readonly size: number;
  /** For messages. */
  readonly name: string;
}

/**
 * Where an image's bytes lie: a path, or a member of an archive for a URL such as
 * `file:///0.tar#offset=512&size=9000&name=a.jpg`. What names no local file stays as it is.
 */
export function toImageFile(content: string): string | TarMember {
  if (!/^file:/i.test(content)) return content;
  try {
    const url = new URL(content);
    const path = fileURLToPath(url);
    const member = place.safeParse(Object.fromEntries(new URLSearchParams(url.hash.slice(1))));
    return member.success ? { tar: path, ...member.data } : path;
  } catch {
    return content;
  }
}
