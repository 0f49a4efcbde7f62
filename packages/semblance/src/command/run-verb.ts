import { DatasetError, type ItemFailure, SemblanceError } from "@semblance/core";
import { describeError, traceError } from "./display/describe-error.ts";
import { createProgressDisplay, type ProgressDisplay } from "./display/progress-display.ts";
import { withoutControls } from "./display/without-controls.ts";

/** Where a verb writes. */
export interface CommandIo {
  /** Results. */
  readonly stdout: NodeJS.WritableStream;
  /** Progress, notes and errors. */
  readonly stderr: NodeJS.WritableStream & {
    readonly isTTY?: boolean;
    readonly columns?: number | undefined;
  };
}

/** What verbs are added with. */
export interface VerbContext {
  readonly io: CommandIo;
  /** Set by the verb that ran. */
  readonly outcome: { exitCode: number };
}

/** Options that every verb has. */
export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** What a verb's action is given. */
export interface VerbTools {
  readonly onProgress: ProgressDisplay["update"];
  /** Says something to the person at the terminal, on a line of its own. */
  readonly note: (line: string) => void;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What a verb's action gives. */
export interface VerbResult {
  /** With `--json`: this document, with `schema` and `failures` filled in where it has none. */
  readonly document: Readonly<Record<string, unknown>>;
  /** Without: this text. */
  readonly text: string;
  /** Whether the text is a file's content, to be written as it is. @defaultValue false */
  readonly isFile?: boolean;
  readonly failures?: readonly ItemFailure[];
  /** How many there are, where `failures` holds only the first. */
  readonly failureCount?: number;
  /** The file that lists them all, where there is one. */
  readonly failuresFile?: string;
  /** 1 when nothing was done. @defaultValue 0 */
  readonly exitCode?: 0 | 1;
}

const interrupted = 130;

/** Runs a verb's action with its progress display, and writes its document, text or error. */
export async function runVerb(
  context: VerbContext,
  options: OutputOptions,
  action: (tools: VerbTools) => Promise<VerbResult>,
): Promise<void> {
  const { io, outcome } = context;
  const display = createProgressDisplay({ stream: io.stderr, isQuiet: options.quiet ?? false });
  const interrupt = new AbortController();
  const onInterrupt = () => {
    if (interrupt.signal.aborted) {
      display.close();
      writeError(io, options, interruption());
      process.exit(interrupted); // whatever is on disk can be resumed
    }
    interrupt.abort(interruption());
    display.note("Stopping. Press Ctrl-C again to end at once.");
  };
  process.on("SIGINT", onInterrupt);
  try {
    const note = (line: string) => display.note(withoutControls(line));
    const tools = { onProgress: display.update, note, signal: interrupt.signal };
    const result = await action(tools);
    display.close();
    writeResult(io, options, result);
    outcome.exitCode = interrupt.signal.aborted ? interrupted : (result.exitCode ?? 0);
  } catch (error) {
    display.close();
    writeError(io, options, interrupt.signal.aborted ? interruptedBy(error) : error);
    outcome.exitCode = interrupt.signal.aborted ? interrupted : 1;
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}

function writeResult(io: CommandIo, options: OutputOptions, result: VerbResult): void {
  const { document, text, isFile = false, failures = [] } = result;
  if (!options.quiet) writeFailures(io, result);
  if (options.json) writeDocument(io, { schema: 1, failures, ...document });
  else io.stdout.write(isFile ? text : `${withoutControls(text.trimEnd())}\n`);
}

const failuresShown = 5;

function writeFailures(io: CommandIo, result: VerbResult): void {
  const { failures = [], failureCount = failures.length, failuresFile } = result;
  if (failureCount === 0) return;
  const count = failureCount === 1 ? "1 item was" : `${failureCount} items were`;
  io.stderr.write(`${count} left out:\n`);
  for (const { message } of failures.slice(0, failuresShown)) {
    io.stderr.write(`  ${withoutControls(message)}\n`);
  }
  const more = failureCount - failuresShown;
  const place = failuresFile ?? "--json";
  if (more > 0) io.stderr.write(`  and ${more} more; ${place} lists them all\n`);
}

function writeError(io: CommandIo, options: OutputOptions, error: unknown): void {
  const description = describeError(error);
  const { message, fix } = description;
  const failures = DatasetError.isInstance(error) ? error.failures : [];
  if (options.json) writeDocument(io, { schema: 1, failures, error: description });
  const text = `Error: ${message}\n${fix === undefined ? "" : `${fix}\n`}`;
  io.stderr.write(withoutControls(text));
  if (options.verbose) io.stderr.write(withoutControls(`${traceError(error)}\n`));
}

/** Writes the one JSON document that `--json` puts on stdout. */
export function writeDocument(io: CommandIo, document: object): void {
  io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

// An error that the interruption did not cause must not be hidden by it.
function interruptedBy(error: unknown): unknown {
  return SemblanceError.isInstance(error) && error.code !== "ABORTED" ? error : interruption();
}

function interruption(): SemblanceError {
  return new SemblanceError({ code: "INTERRUPTED", message: "Interrupted by Ctrl-C." });
}
