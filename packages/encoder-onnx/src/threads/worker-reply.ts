import { EncoderError, type ErrorDetails, ModelError, type SemblanceError } from "@semblance/core";
import { move, transferableSymbol, valueSymbol } from "piscina";

/** An error of ours in parts: between threads it would lose its class. */
export interface ErrorParts extends ErrorDetails {
  readonly kind: string;
}

/** What a worker thread answers. */
export type WorkerReply<T> = { readonly value: T } | { readonly error: ErrorParts };

/** What a task came to, and what of it goes to the other thread with its memory. */
export interface WorkerResult<T> {
  readonly value: T;
  readonly transfer: readonly ArrayBufferView[];
}

/** The {@link WorkerReply} of a task; what is no error of ours is thrown on. */
export async function replyWith<T>(action: () => Promise<WorkerResult<T>>): Promise<unknown> {
  try {
    const { value, transfer } = await action();
    const buffers = transfer.map(({ buffer }) => buffer);
    return move({ [transferableSymbol]: buffers, [valueSymbol]: { value } });
  } catch (error) {
    return { error: toParts(error) };
  }
}

/** Takes an error of ours apart; throws what is none. */
export function toParts(error: unknown): ErrorParts {
  if (!EncoderError.isInstance(error) && !ModelError.isInstance(error)) throw error;
  const { name: kind, code, message, fix, cause }: SemblanceError = error;
  const hint = fix !== undefined && { fix };
  return { kind, code, message, ...hint, ...(cause !== undefined && { cause }) };
}

/** Puts an error together again. */
export function toError({ kind, ...details }: ErrorParts): EncoderError | ModelError {
  return kind === ModelError.kind ? new ModelError(details) : new EncoderError(details);
}
