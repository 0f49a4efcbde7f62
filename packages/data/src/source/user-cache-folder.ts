import { homedir } from "node:os";
import { join } from "node:path";

/** Where this user's caches of Semblance are. */
export function userCacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "semblance", "cache");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "semblance");
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "semblance");
}
