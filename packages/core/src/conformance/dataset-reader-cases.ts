import type { Dataset, DatasetReader } from "../dataset.ts";
import { DatasetError } from "../errors.ts";
import { type ConformanceCase, expectSame, expectThat, rejectionOf } from "./conformance-case.ts";

/** Sources for the reader under test. */
export interface DatasetReaderFixture {
  /** A source of the reader's format with at least one image that has two texts. */
  readonly source: string;
  /** A source of another format, or of none. */
  readonly foreign: string;
  /** A path at which there is nothing. */
  readonly missing: string;
}

/** The promises of {@link DatasetReader} and of the {@link Dataset}s that it reads. */
export function datasetReaderCases(
  create: () => DatasetReader,
  fixture: DatasetReaderFixture,
): ConformanceCase[] {
  const withDataset = (name: string, check: (dataset: Dataset) => Promise<void>) => ({
    name,
    run: async () => check(await create().read(fixture.source)),
  });
  return [
    {
      name: "recognises its own format and no other, without throwing",
      run: async () => {
        const reader = create();
        const found = [fixture.source, fixture.foreign, fixture.missing].map((source) =>
          reader.sniff(source),
        );
        expectSame(await Promise.all(found), [true, false, false], "sniffed own, foreign, missing");
      },
    },
    {
      name: "rejects with a DatasetError where there is nothing to read",
      run: async () => {
        const found = await rejectionOf(() => create().read(fixture.missing), "a missing source");
        expectThat(
          DatasetError.isInstance(found),
          `rejected with ${String(found)}, not a DatasetError`,
        );
      },
    },
    withDataset(
      "gives every image and text once, and the same again when asked again",
      async (dataset) => {
        for (const modality of ["image", "text"] as const) {
          const ids = await idsOf(dataset, modality);
          expectThat(ids.length > 0, `no ${modality} items`);
          expectSame(new Set(ids).size, ids.length, `distinct ${modality} ids`);
          expectSame(await idsOf(dataset, modality), ids, `${modality} ids the second time`);
        }
      },
    ),
    withDataset("judges only items that it has", async (dataset) => {
      const images = new Set(await idsOf(dataset, "image"));
      const texts = new Set(await idsOf(dataset, "text"));
      let judgements = 0;
      for await (const { image, text } of dataset.judgements()) {
        judgements++;
        expectThat(
          images.has(image) && texts.has(text),
          `a judgement of unknown items ${image}, ${text}`,
        );
      }
      expectThat(judgements > 0, "no judgements");
    }),
    withDataset("gives only the items of the split asked for", async (dataset) => {
      for (const split of dataset.splits) {
        for await (const item of dataset.items("image", { split }))
          expectSame(item.split, split, "split");
      }
    }),
    {
      name: "gives the same data the same hash",
      run: async () => {
        const [first, second] = await Promise.all([
          create().read(fixture.source),
          create().read(fixture.source),
        ]);
        expectSame(first.hash, second.hash, "hash");
        expectThat(first.hash.length > 0, "the hash is empty");
      },
    },
  ];
}

async function idsOf(dataset: Dataset, modality: "image" | "text"): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of dataset.items(modality)) ids.push(id);
  return ids;
}
