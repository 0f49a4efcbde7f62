/**
 * Values by metric, keyed as in `semblance eval --json`: direction, dot, metric, and `@k` where the
 * metric has a cut-off (`"t2i.hit@10"`, `"i2t.mrr"`).
 */
export type Metrics = Readonly<Record<string, number>>;
