import { EncoderError } from "@semblance/core";

/** Something that is loaded on first use, once, and closed at the end. */
export interface Resource<T> {
  /** @throws EncoderError `CLOSED` after `close`, and what loading threw. */
  get(): Promise<T>;
  close(): Promise<void>;
}

/** Defers `load` to the first `get`; calls at the same time share one load. */
export function createResource<T>(options: {
  readonly load: () => Promise<T>;
  readonly close: (value: T) => Promise<void>;
}): Resource<T> {
  let loading: Promise<T> | undefined;
  let isClosed = false;
  return {
    get: async () => {
      if (isClosed) throw closedError();
      loading ??= options.load();
      const value = await loading;
      if (isClosed) throw closedError();
      return value;
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      // A load that failed was reported to whoever asked for it, and left nothing to close.
      const value = await loading?.then((loaded) => ({ loaded })).catch(() => undefined);
      if (value !== undefined) await options.close(value.loaded);
    },
  };
}

function closedError(): EncoderError {
  return new EncoderError({
    code: "CLOSED",
    message: "This encoder has been disposed of.",
    fix: "Create a new one, or keep it open while it is used.",
  });
}
