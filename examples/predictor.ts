// The whole predictor on your own pairs: evaluate, fine-tune, evaluate again, calibrate, predict, search, save and load.
//   node examples/predictor.ts MODEL TABLE RUN    (a table with image, caption and split columns)
import {
  createMatcher,
  datasetFromTable,
  loadMatcher,
  readTable,
  semanticSearch,
  type Table,
} from "@semblance/semblance";

const [model = ".demo/run/start", file = ".demo/pictograms.csv", run = ".demo/predictor"] =
  process.argv.slice(2);

const table = await readTable(file);
const [train, validation, test] = ["train", "val", "test"].map((split) => rowsOf(table, split));
if (!train || !validation || !test)
  throw new Error("The table needs the splits train, val and test.");
process.stdout.write(`${datasetFromTable(table).name}: ${table.length} pairs\n`);

await using matcher = await createMatcher({
  query: { column: "caption", type: "text" },
  response: { column: "image", type: "image" },
  evalMetric: "hit",
  model,
});

const zeroShot = await matcher.evaluate({ data: test, cutoffs: [1, 5, 10] });
process.stdout.write(`before: ${zeroShot.score.toFixed(3)}\n`);

const fit = await matcher.fit({
  trainData: train,
  tuningData: validation,
  timeLimit: Number(process.env.SEMBLANCE_EXAMPLE_SECONDS ?? 60),
  runFolder: `${run}/run`,
});
process.stdout.write(
  `kept ${fit.kept} after ${fit.steps} steps, gain ${fit.gain.value.toFixed(3)}\n`,
);

const tuned = await matcher.evaluate({ data: test, cutoffs: [1, 5, 10] });
process.stdout.write(`after: ${tuned.score.toFixed(3)}\n`);

const { calibration } = await matcher.calibrate({ data: validation });
const { probabilities, prior } = await matcher.predictProba(test);
const [first = 0] = probabilities;
process.stdout.write(
  `the first pair of test matches with ${first?.toFixed(3)} (${calibration.calibration.method}, at a prior of ${prior?.toFixed(4)})\n`,
);

await matcher.save(`${run}/saved`);
await using loaded = await loadMatcher(`${run}/saved`);
const queryData = { caption: ["a red fruit"] };
const [hits = []] = await semanticSearch({
  matcher: loaded,
  queryData,
  responseData: test,
  topK: 3,
});
for (const { id, score, probability = Number.NaN } of hits) {
  process.stdout.write(`  ${id} ${score.toFixed(3)}, a match with ${probability.toFixed(3)}\n`);
}

/** The rows of one split, as a table of its own. */
function rowsOf(whole: Table, split: string): Table {
  const rows = whole.columns.split?.flatMap((cell, row) => (cell === split ? [row] : [])) ?? [];
  const columns = Object.fromEntries(
    Object.entries(whole.columns).map(([name, cells]) => [
      name,
      rows.map((row) => cells[row] ?? null),
    ]),
  );
  return { ...whole, columns, length: rows.length };
}
