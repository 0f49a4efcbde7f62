// npm run demo: sets up whatever is missing, then shows the main job once through in the terminal.
import { build, installDependencies, node, root, run, setUpPython } from "./set-up.mjs";

installDependencies();
build();
setUpPython();
run(node, [`${root}/examples/pictograms/run-demo.ts`]);
