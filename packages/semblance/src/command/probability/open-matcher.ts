import { withoutUndefined } from "@semblance/core";
import { createMatcher, type Matcher } from "@semblance/matcher";
import { createModelProvider } from "../../create-model-provider.ts";
import type { DataOptions, ModelOptions, SeedOptions } from "../common-options.ts";
import type { VerbTools } from "../run-verb.ts";

/** Options of verbs that need the whole predictor. */
export interface MatcherOptions extends SeedOptions, DataOptions, ModelOptions {
  readonly model: string;
  /** The relevance column. */
  readonly label?: string;
}

/**
 * Opens a model as a predictor of pairs in the columns that `--columns` names.
 *
 * @throws {@link ModelError} for a model that cannot be opened.
 */
export async function openMatcher(options: MatcherOptions, tools: VerbTools): Promise<Matcher> {
  const { model, dtype, device, python, offline, batchSize, seed, columns = {} } = options;
  const provider = createModelProvider({ python, dtype, device, hub: { offline } });
  const { signal, onProgress } = tools;
  return createMatcher(
    withoutUndefined({
      provider: { open: (name: string) => provider.open(name, { signal, onProgress }) },
      model,
      query: { column: columns.caption ?? "caption", type: "text" as const },
      response: { column: columns.image ?? "image", type: "image" as const },
      label: options.label ?? columns.relevance,
      seed,
      batchSize,
    }),
  );
}
