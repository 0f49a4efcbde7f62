import { EncoderError, type ErrorDetails, ModelError, type SemblanceError } from "@semblance/core";
import { move, transferableSymbol, valueSymbol } from "piscina";

/** What a worker thread answers. An error of ours loses its class between threads, so it goes in parts. */
export type WorkerReply<T> =
  | { readonly value: T }
  | { readonly error: ErrorDetails & { readonly kind: string } };

/**
 * The {@link WorkerReply} of a task, whose memory moves to the other thread; what is no error of ours
 * is thrown on.
 */
export async function replyWith(action: () => Promise<Float32Array>): Promise<unknown> {
  try {
    const value = await action();
    return move({ [transferableSymbol]: [value.buffer], [valueSymbol]: { value } });
  } catch (error) {
    if (!EncoderError.isInstance(error) && !ModelError.isInstance(error)) throw error;
    return { error: { kind: error.name, ...detailsOf(error) } };
  }
}

function detailsOf({ code, message, fix, cause }: SemblanceError): ErrorDetails {
  return {
    code,
    message,
    ...(fix !== undefined && { fix }),
    ...(cause !== undefined && { cause }),
  };
}
