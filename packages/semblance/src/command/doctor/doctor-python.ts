import { withoutUndefined } from "@semblance/core";
import { doctorPython } from "@semblance/trainer-bridge";
import { formatTable } from "../display/format-table.ts";
import type { VerbResult } from "../run-verb.ts";

/** What the Python environment has of what training and export need; exit code 1 where it lacks any. */
export async function runDoctorPython(python: string | undefined): Promise<VerbResult> {
  const report = await doctorPython(withoutUndefined({ python }));
  const packages = Object.entries(report.packages);
  const rows = packages.map(([name, version]) => [name, version ?? "missing"]);
  const lines = [
    `Python ${report.python} at ${report.executable}`,
    "",
    formatTable(["package", "version"], rows),
    "",
    report.ok ? "Training and export can run." : `Mend it: ${report.fix ?? ""}`,
  ];
  const text = lines.join("\n");
  if (report.ok) return { document: { ...report }, text };
  const message = `${report.executable} lacks what training and export need.`;
  const error = { code: "PYTHON_INCOMPLETE", message, fix: report.fix };
  return { document: { ...report, error }, text, exitCode: 1 };
}
