import { z } from "zod";

/** Options of `cacheEncoder`. */
export interface CacheConfig {
  /** Where the vectors are kept; made where it is missing. On a local disk: processes share its memory. */
  readonly folder: string;
  /**
   * Most bytes that the store may take; the vectors that were not used for longest make room for
   * new ones. A vector takes 4 bytes a dimension and about a quarter on top at 512.
   *
   * @defaultValue 4 GiB: about 1.6 million vectors of 512
   */
  readonly maxBytes?: number | undefined;
}

/** {@link CacheConfig} with its defaults filled in. */
export interface CacheSettings {
  readonly folder: string;
  readonly maxBytes: number;
}

/** Schema of {@link CacheConfig}. */
export const cacheConfig: z.ZodType<CacheSettings, CacheConfig> = z.strictObject({
  folder: z.string().min(1).describe("Where the vectors are kept."),
  maxBytes: z
    .int()
    .min(2 ** 20)
    .default(4 * 2 ** 30)
    .describe("Most bytes that the store may take: 1 MiB or more."),
});
