import type { Command } from "commander";
import {
  addDataOptions,
  addOfflineOption,
  addOutputOptions,
  addReaderOption,
  type DataOptions,
  type OfflineOptions,
  type ReaderOptions,
  type SeedOptions,
} from "../common-options.ts";
import { runVerb, type VerbContext } from "../run-verb.ts";
import { runDoctorData } from "./doctor-data.ts";
import { runDoctorPython } from "./doctor-python.ts";

interface DoctorOptions extends SeedOptions, DataOptions, ReaderOptions, OfflineOptions {
  readonly split?: string;
  readonly model?: string;
  readonly mend?: boolean;
  /** `true` for the flag alone: the environment that would be used. */
  readonly python?: string | true;
}

/** `semblance doctor`: what is wrong with data, or missing from Python, and how to mend it. */
export function addDoctorVerb(program: Command, context: VerbContext): void {
  const verb = program
    .command("doctor")
    .description("say what is wrong with data, or what Python lacks, and what mends it")
    .argument("[data...]", "pairs; several tables are the splits of one dataset")
    .option("--split <name>", "only this split (default: all, and what they share)")
    .option("-m, --model <model>", "find the captions that this model would cut")
    .option("--mend", "write NAME.mended.csv beside NAME.csv, without the rows at fault")
    .option("--python [path]", "without data: look at the Python environment");
  addOfflineOption(addReaderOption(addDataOptions(addOutputOptions(verb))));
  verb.action(async (data: string[], options: DoctorOptions) => {
    const python = options.python === true ? undefined : options.python;
    if (data.length > 0) {
      await runVerb(context, options, (tools) =>
        runDoctorData({ ...options, data, python }, tools),
      );
    } else if (options.python === undefined) {
      verb.error("error: give data to look at, or --python");
    } else {
      await runVerb(context, options, () => runDoctorPython(python));
    }
  });
}
