// npm test: everything that can be tested, after setting up what that needs.
import { announce, build, installDependencies, node, root, run, setUpPython } from "./set-up.mjs";

installDependencies();
build();
setUpPython(["--dev"]);

const filters = process.argv.slice(2);
announce("TypeScript tests, examples and architecture (vitest)");
const coverage = process.env.CI && filters.length === 0 ? ["--coverage"] : [];
const typescript = run("vitest", ["run", ...coverage, ...filters], { mayFail: true });

announce("Python tests (pytest)");
const python = run(node, [`${root}/tools/run-pytest.ts`], { mayFail: true });
process.exitCode = typescript || python;
