import { join } from "node:path";

/** The `semblance` command of this checkout, as it is built. */
export const command: string = join(
  import.meta.dirname,
  "../../packages/semblance/bin/semblance.js",
);
