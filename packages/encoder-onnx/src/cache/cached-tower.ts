import {
  type AnyIterable,
  type EncodedBatch,
  type EncodeOptions,
  fromAnyIterable,
  type Tower,
  unlessAborted,
} from "@semblance/core";
import { type CachedTowerOptions, encodeGroup, type ItemGroup } from "./cached-tower-group.ts";

/** Groups that are worked on at once: files of the next are read and decoded while one is in the model. */
const groupsAtOnce = 2;

/** A tower that asks the store before it encodes. It has the id of the tower within: its vectors are the same. */
export function createCachedTower<Input>(options: CachedTowerOptions<Input>): Tower<Input> {
  return {
    id: options.tower.id,
    encode: (items, encodeOptions = {}) => encodeCached(items, options, encodeOptions),
  };
}

async function* encodeCached<Input>(
  items: AnyIterable<Input>,
  options: CachedTowerOptions<Input>,
  { signal, onProgress, ...encodeOptions }: EncodeOptions,
): AsyncGenerator<EncodedBatch, void, undefined> {
  const total = Array.isArray(items) ? { total: items.length } : {};
  const leaving = new AbortController();
  const signals = AbortSignal.any([leaving.signal, ...(signal ? [signal] : [])]);
  const groups = groupItems(items, encodeOptions.batchSize ?? options.groupSize, signals);
  const encodeNext = () => {
    const next = encodeNextGroup(groups, options, { ...encodeOptions, signal: signals });
    // Reported when its turn comes; until then it must not count as unhandled.
    next.catch(() => {});
    return next;
  };
  const underWay = Array.from({ length: groupsAtOnce }, encodeNext);
  try {
    for (let next = underWay.shift(); next !== undefined; next = underWay.shift()) {
      const encoded = await unlessAborted(next, signal);
      if (encoded === undefined) return;
      const { done, batch } = encoded;
      onProgress?.({ stage: options.stage, done, ...total, unit: options.unit });
      yield batch;
      underWay.push(encodeNext());
    }
  } finally {
    leaving.abort();
    // Not awaited: a source that has nothing to give at the moment must not hold back its reader.
    groups.return().catch(() => {});
  }
}

async function encodeNextGroup<Input>(
  groups: AsyncGenerator<ItemGroup<Input>, void, undefined>,
  options: CachedTowerOptions<Input>,
  encodeOptions: EncodeOptions,
): Promise<{ readonly done: number; readonly batch: EncodedBatch } | undefined> {
  const { value: group } = await groups.next();
  if (group === undefined) return undefined;
  const batch = await encodeGroup(group, options, encodeOptions);
  return { done: group.first + group.inputs.length, batch };
}

async function* groupItems<Input>(
  items: AnyIterable<Input>,
  size: number,
  signal: AbortSignal,
): AsyncGenerator<ItemGroup<Input>, void, undefined> {
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(`batchSize must be a whole number above 0, found ${size}.`);
  }
  let first = 0;
  let inputs: Input[] = [];
  for await (const item of fromAnyIterable(items, signal)) {
    inputs.push(item);
    if (inputs.length < size) continue;
    yield { inputs, first };
    first += inputs.length;
    inputs = [];
  }
  if (inputs.length > 0) yield { inputs, first };
}
