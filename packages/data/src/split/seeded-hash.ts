import { createHash } from "node:crypto";

/**
 * SHA-256 of `[seed, text]` as `JSON.stringify` writes it, in lower-case hex: an order that is
 * random for each seed, the same on every machine, and not one of the rows.
 */
export function seededHash(seed: number, text: string): string {
  return createHash("sha256")
    .update(JSON.stringify([seed, text]))
    .digest("hex");
}

/** The first 48 bits of {@link seededHash} as a number in [0, 1). */
export function seededFraction(seed: number, text: string): number {
  return Number.parseInt(seededHash(seed, text).slice(0, 12), 16) / 2 ** 48;
}
