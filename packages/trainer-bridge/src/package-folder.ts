import { fileURLToPath } from "node:url";

/** The Python package and its locks: `python/` beside `src/` in a checkout, beside `dist/` when installed. */
export const pythonFolder: string = fileURLToPath(new URL("../python/", import.meta.url));

/** What `PYTHONPATH` must be for `semblance_trainer` to be found. */
export const pythonPath: string = fileURLToPath(new URL("../python/src", import.meta.url));
