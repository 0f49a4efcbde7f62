// npm test: everything that can be tested, after setting up what that needs.
import {
  announce,
  build,
  installDependencies,
  node,
  root,
  run,
  setUpPython,
  startBeside,
} from "./set-up.mjs";

installDependencies();
build();
setUpPython(["--dev"]);

const filters = process.argv.slice(2);
announce("TypeScript tests, examples and architecture (vitest), and beside them Python's (pytest)");
const beside = startBeside(node, [`${root}/tools/run-pytest.ts`]);
const coverage = process.env.CI && filters.length === 0 ? ["--coverage"] : [];
const typescript = run("vitest", ["run", ...coverage, ...filters], { mayFail: true });
const python = await beside;
announce("Python tests (pytest)");
process.stdout.write(python.output);
process.exitCode = typescript || python.code;
