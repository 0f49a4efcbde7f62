import { type Encoder, withoutUndefined } from "@semblance/core";
import type { DatasetInspection } from "@semblance/data";
import { createSharpDecoder } from "@semblance/encoder-onnx";
import { createModelProvider } from "../../create-model-provider.ts";
import { shellWord } from "../../shell-word.ts";
import type { DataOptions, OfflineOptions, ReaderOptions } from "../common-options.ts";
import type { VerbResult, VerbTools } from "../run-verb.ts";
import { openInspected } from "./doctor-source.ts";
import { formatInspection } from "./doctor-text.ts";

/** What `semblance doctor DATA` is told. */
export interface DoctorDataOptions extends DataOptions, ReaderOptions, OfflineOptions {
  readonly data: readonly string[];
  readonly split?: string;
  readonly model?: string;
  readonly mend?: boolean;
  readonly python?: string | undefined;
}

/**
 * Inspects data, with a mended copy where it is asked for; exit code 1 where it finds an error.
 *
 * @throws {@link DatasetError} or {@link ModelError} for data or a model that cannot be opened.
 */
export async function runDoctorData(
  options: DoctorDataOptions,
  tools: VerbTools,
): Promise<VerbResult> {
  const source = await openInspected(options, tools);
  const mend = source.mend && mendCommand(options);
  await using encoder = await openEncoder(options, tools);
  const inspection = await source.inspect(
    withoutUndefined({
      split: options.split,
      decoder: createSharpDecoder(),
      textTower: encoder?.text,
      mendCommand: mend,
      onProgress: tools.onProgress,
      signal: tools.signal,
    }),
  );
  const mended = options.mend ? await source.mend?.(inspection.rowsAtFault) : undefined;
  const { counts, findings } = inspection;
  return {
    document: withoutUndefined({ data: options.data, counts, findings, mended }),
    text: formatInspection(inspection, { data: options.data, mendCommand: mend, mended }),
    exitCode: hasErrors(inspection) ? 1 : 0,
  };
}

function hasErrors({ findings }: DatasetInspection): boolean {
  return findings.some(({ severity }) => severity === "error");
}

async function openEncoder(
  { model, python, offline }: DoctorDataOptions,
  tools: VerbTools,
): Promise<Encoder | undefined> {
  if (model === undefined) return undefined;
  const provider = createModelProvider({ python, hub: { offline } });
  return (await provider.open(model, tools)).encoder;
}

/** The same command, to write what is left without the rows at fault. */
function mendCommand(options: DoctorDataOptions): string {
  const { data, columns = {}, baseFolder, reader, split, model } = options;
  const roles = Object.entries(columns).map(([role, column]) => `${role}=${column}`);
  const given = [
    ["--columns", roles.join(",") || undefined],
    ["--base-folder", baseFolder],
    ["--reader", reader],
    ["--split", split],
    ["--model", model],
  ].flatMap(([flag = "", value]) => (value === undefined ? [] : [flag, value]));
  return ["npx @semblance/semblance doctor", ...[...data, ...given].map(shellWord), "--mend"].join(
    " ",
  );
}
