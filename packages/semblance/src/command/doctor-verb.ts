import { withoutUndefined } from "@semblance/core";
import { doctorPython } from "@semblance/trainer-bridge";
import type { Command } from "commander";
import { addOutputOptions, type SeedOptions } from "./common-options.ts";
import { formatTable } from "./format-table.ts";
import { runVerb, type VerbContext, type VerbResult } from "./run-verb.ts";

interface DoctorOptions extends SeedOptions {
  /** `true` for the flag alone: the environment that would be used. */
  readonly python: string | true;
}

/** `semblance doctor --python`: whether training and export can run here. */
export function addDoctorVerb(program: Command, context: VerbContext): void {
  const verb = program
    .command("doctor")
    .description("say what is missing, and the command that mends it")
    .requiredOption("--python [path]", "look at the Python environment");
  addOutputOptions(verb);
  verb.action((options: DoctorOptions) => runVerb(context, options, () => runDoctor(options)));
}

async function runDoctor(options: DoctorOptions): Promise<VerbResult> {
  const python = options.python === true ? undefined : options.python;
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
