// npm run test:slow [words of file names]: the sizes that npm test leaves out.
import { announce, build, installDependencies, node, root, run, setUpPython } from "./set-up.mjs";

installDependencies();
build();
setUpPython(["--dev"]);

announce("Slow tests (vitest); results go to benchmarks/slow-tests.json");
const parameters = [`${root}/tools/slow-tests.ts`, ...process.argv.slice(2)];
process.exitCode = run(node, parameters, { mayFail: true });
