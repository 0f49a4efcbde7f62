import { devNull } from "node:os";
import { z } from "zod";
import { type FindPythonOptions, findPython } from "./find-python.ts";
import { parseReply } from "./parse-reply.ts";
import { probePython } from "./probe-python.ts";
import { openPythonBridge } from "./python-bridge.ts";
import { setUpCommand } from "./trainer-failure.ts";

/** What a Python has of what training and export need. */
export interface PythonReport {
  /** Whether everything is there. */
  readonly ok: boolean;
  readonly executable: string;
  /** `"3.12.4"` */
  readonly python: string;
  /** Version by package, `null` where it is missing. */
  readonly packages: Readonly<Record<string, string | null>>;
  readonly missing: readonly string[];
  readonly outdated: readonly {
    readonly name: string;
    readonly version: string;
    readonly minimum: string;
  }[];
  /** Where `device: "auto"` will most likely train. */
  readonly device: "cpu" | "cuda" | "mps";
  /** The command that mends it, when something is missing or too old. */
  readonly fix?: string;
}

const reportSchema = z.object({
  python: z.string(),
  executable: z.string(),
  packages: z.record(z.string(), z.string().nullable()),
  missing: z.array(z.string()),
  outdated: z.array(z.object({ name: z.string(), version: z.string(), minimum: z.string() })),
  device: z.enum(["cpu", "cuda", "mps"]),
});

const callTimeoutMs = 60_000;

/**
 * Looks at the Python that training would use, without importing anything heavy.
 *
 * @throws {@link TrainerError} `PYTHON_NOT_FOUND` when there is none, or it does not run.
 */
export async function doctorPython(options: FindPythonOptions = {}): Promise<PythonReport> {
  const python = findPython(options);
  await probePython(python);
  await using bridge = await openPythonBridge({ python, logFile: devNull, callTimeoutMs });
  const report = parseReply(reportSchema, await bridge.call("doctor"), "report");
  const ok = report.missing.length === 0 && report.outdated.length === 0;
  return ok ? { ok, ...report } : { ok, ...report, fix: remedyFor(report, options) };
}

// An environment of one's own is one's own to mend; ours is made anew.
function remedyFor(
  { executable, missing, outdated }: z.output<typeof reportSchema>,
  options: FindPythonOptions,
): string {
  const isOurs = options.python === undefined && !process.env.SEMBLANCE_PYTHON;
  if (isOurs) return setUpCommand;
  const wanted = [...missing, ...outdated.map(({ name, minimum }) => `${name}>=${minimum}`)];
  return `${executable} -m pip install ${wanted.map((name) => `"${name}"`).join(" ")}`;
}
