import { runCommand } from "./run-command.ts";

const overrides = ["UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_FIND_LINKS"];
const setting = /^(?:global|install|:env:)\.(find-links|index-url|extra-index-url)=(['"])(.*)\2$/;

/**
 * Where pip is configured to look (mirror, wheel folder), as options for uv, which does not read
 * pip's configuration. Nothing when uv has its own, by environment variable.
 */
export async function uvSourcesFromPip(): Promise<string[]> {
  if (overrides.some((name) => process.env[name])) return [];
  const { exitCode, log } = await runCommand({
    program: "python3",
    parameters: ["-m", "pip", "config", "list"],
  });
  return exitCode === 0 ? sourceOptions(log.split("\n")) : [];
}

/** The options for the lines of `pip config list`; as with pip, the last one to name a setting wins. */
export function sourceOptions(lines: readonly string[]): string[] {
  const places = new Map<string, string[]>();
  for (const line of lines) {
    const [, name, , value] = setting.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    places.set(name, value.split(/\s+|\\n/).filter(Boolean));
  }
  const options = [...places].flatMap(([name, values]) =>
    values.flatMap((value) => [`--${name}`, value]),
  );
  // pip takes the best version of all places; uv would stop at the first that has the package.
  return options.length === 0 ? [] : [...options, "--index-strategy", "unsafe-best-match"];
}
