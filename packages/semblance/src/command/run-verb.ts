import { type ItemFailure, SemblanceError } from "@semblance/core";
import { createProgressDisplay, type ProgressDisplay } from "./progress-display.ts";

/** Where a verb writes. */
export interface CommandIo {
  /** Results. */
  readonly stdout: NodeJS.WritableStream;
  /** Progress, notes and errors. */
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
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
  readonly failures?: readonly ItemFailure[];
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
    // The second Ctrl-C ends at once; whatever is on disk is resumable.
    if (interrupt.signal.aborted) process.exit(interrupted);
    interrupt.abort(new Error("Interrupted."));
    display.note("Stopping. Press Ctrl-C again to end at once.");
  };
  process.on("SIGINT", onInterrupt);
  try {
    const tools = { onProgress: display.update, note: display.note, signal: interrupt.signal };
    const result = await action(tools);
    display.close();
    writeResult(io, options, result);
    outcome.exitCode = interrupt.signal.aborted ? interrupted : (result.exitCode ?? 0);
  } catch (error) {
    display.close();
    const wasInterrupted = interrupt.signal.aborted;
    writeError(io, options, wasInterrupted ? interruption() : error);
    outcome.exitCode = wasInterrupted ? interrupted : 1;
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}

function writeResult(io: CommandIo, options: OutputOptions, result: VerbResult): void {
  const { document, text, failures = [] } = result;
  if (!options.quiet) writeFailures(io, failures);
  if (options.json)
    io.stdout.write(`${JSON.stringify({ schema: 1, failures, ...document }, null, 2)}\n`);
  else io.stdout.write(`${text.trimEnd()}\n`);
}

const failuresShown = 5;

function writeFailures(io: CommandIo, failures: readonly ItemFailure[]): void {
  if (failures.length === 0) return;
  const count = failures.length === 1 ? "1 item was" : `${failures.length} items were`;
  io.stderr.write(`${count} left out:\n`);
  for (const { message } of failures.slice(0, failuresShown)) io.stderr.write(`  ${message}\n`);
  const more = failures.length - failuresShown;
  if (more > 0) io.stderr.write(`  and ${more} more; --json lists them all\n`);
}

function writeError(io: CommandIo, options: OutputOptions, error: unknown): void {
  const { code, message, fix } = describeError(error);
  if (options.json) {
    const document = { schema: 1, failures: [], error: { code, message, fix } };
    io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  }
  io.stderr.write(`Error: ${message}\n${fix === undefined ? "" : `${fix}\n`}`);
  if (options.verbose) io.stderr.write(`${stacksOf(error)}\n`);
}

interface ErrorDescription {
  readonly code: string;
  readonly message: string;
  readonly fix?: string | undefined;
}

function describeError(error: unknown): ErrorDescription {
  if (SemblanceError.isInstance(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const isArgument = error instanceof RangeError || error instanceof TypeError;
  if (isArgument) return { code: "ARGUMENT_INVALID", message };
  const fix = "This is not an error that was foreseen: --verbose shows where it happened.";
  return { code: "UNEXPECTED", message, fix };
}

function stacksOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return `${error.stack ?? error.message}${cause === undefined ? "" : `\nCaused by ${stacksOf(cause)}`}`;
}

function interruption(): SemblanceError {
  return new SemblanceError({ code: "INTERRUPTED", message: "Interrupted by Ctrl-C." });
}
