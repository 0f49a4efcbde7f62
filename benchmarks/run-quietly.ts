import { spawn } from "node:child_process";

/** Runs a program to its end. @throws Error with the end of its messages when it fails. */
export async function runQuietly(
  program: string,
  parameters: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  const env = { ...process.env, ...environment };
  const child = spawn(program, parameters, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let messages = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    messages = (messages + text).slice(-4000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return output;
  throw new Error(`${program} ended with ${code}: ${messages.trim() || output.slice(-4000)}`);
}
