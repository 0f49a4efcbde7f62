import { devNull } from "node:os";
import { dirname } from "node:path";
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
  /** The oldest version that will do, by package. */
  readonly minimums: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
  readonly outdated: readonly string[];
  /** Where `device: "auto"` will most likely train. */
  readonly device: "cpu" | "cuda" | "mps";
  /** What mends it, when something is missing or too old: a command. */
  readonly fix?: string;
}

type Report = Omit<PythonReport, "ok" | "fix">;

const reportSchema: z.ZodType<Report> = z.object({
  python: z.string(),
  executable: z.string(),
  packages: z.record(z.string(), z.string().nullable()),
  minimums: z.record(z.string(), z.string()),
  missing: z.array(z.string()),
  outdated: z.array(z.string()),
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
function remedyFor(report: Report, options: FindPythonOptions): string {
  const { executable, minimums } = report;
  const isOurs = options.python === undefined && !process.env.SEMBLANCE_PYTHON;
  if (isOurs) return `Delete ${dirname(dirname(executable))}, then run "${setUpCommand}".`;
  const wanted = [...report.missing, ...report.outdated].map((name) =>
    quote(minimums[name] === undefined ? name : `${name}>=${minimums[name]}`),
  );
  return `${/\s/.test(executable) ? quote(executable) : executable} -m pip install ${wanted.join(" ")}`;
}

function quote(text: string): string {
  return `"${text}"`;
}
