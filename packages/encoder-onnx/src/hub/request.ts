import { unreachableError } from "./error.ts";
import { TransientError } from "./retry.ts";
import type { HubSettings } from "./settings.ts";

/** One request to the hub. */
export interface HubRequest {
  readonly url: string;
  /** Names what is asked for, in messages. */
  readonly what: string;
  readonly settings: HubSettings;
  readonly method?: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Give back a redirect to another origin in place of following it. @defaultValue `"anywhere"` */
  readonly redirects?: "anywhere" | "origin";
}

/** What came back: the head, and the body as it arrives. */
export interface HubResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Where the last redirect led. */
  readonly url: string;
  /** Gives the body up to its end; leaving early, or `cancel`, closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  cancel(): void;
}

const mostRedirects = 10;
const transientStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Sends a request and follows redirects. The token goes to the endpoint's origin and nowhere else, and
 * a redirect never leads from `https:` to `http:`.
 *
 * @throws TransientError for what another try may mend: no connection, silence beyond the time-out,
 * statuses such as 429 and 503; ModelError `HUB_UNREACHABLE` for what none will, such as a host that
 * does not exist; the signal's reason when it is aborted. Other statuses are returned.
 */
export async function sendHubRequest(request: HubRequest): Promise<HubResponse> {
  const watchdog = startWatchdog(request);
  try {
    const response = await follow(request, watchdog.signal);
    watchdog.reset();
    if (transientStatuses.has(response.status)) throw busy(response);
    return {
      status: response.status,
      headers: response.headers,
      url: response.url,
      body: readBody(response, request, watchdog),
      cancel: watchdog.stop,
    };
  } catch (error) {
    watchdog.stop();
    throw describeFailure(error, request);
  }
}

async function follow(request: HubRequest, signal: AbortSignal): Promise<Response> {
  const { method = "GET", headers = {}, settings, redirects = "anywhere" } = request;
  let url = new URL(request.url);
  for (let i = 0; i <= mostRedirects; i++) {
    const ownHeaders = { "user-agent": "semblance", "accept-encoding": "identity", ...headers };
    const response = await fetch(url, {
      method,
      redirect: "manual",
      signal,
      headers: { ...ownHeaders, ...authorization(url, settings) },
    });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    const next = new URL(location, url);
    if (redirects === "origin" && next.origin !== url.origin) return response;
    if (url.protocol === "https:" && next.protocol !== "https:") {
      throw new RangeError(`${url.host} redirects from https: to ${next.protocol}`);
    }
    await response.body?.cancel();
    url = next;
  }
  throw new RangeError(`more than ${mostRedirects} redirects`);
}

function authorization(url: URL, { endpoint, token }: HubSettings): Record<string, string> {
  const isOwn = token !== undefined && url.origin === new URL(endpoint).origin;
  return isOwn ? { authorization: `Bearer ${token}` } : {};
}

async function* readBody(
  response: Response,
  request: HubRequest,
  watchdog: Watchdog,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response.body ?? []) {
      watchdog.reset();
      yield chunk;
      // The time that the reader took is not the server's.
      watchdog.reset();
    }
  } catch (error) {
    throw describeFailure(error, request);
  } finally {
    watchdog.stop();
  }
}

interface Watchdog {
  readonly signal: AbortSignal;
  /** Something arrived: the time begins anew. */
  reset(): void;
  /** Ends the watch, and the request if it is still open. */
  stop(): void;
}

function startWatchdog({ settings: { timeoutMs }, signal }: HubRequest): Watchdog {
  const controller = new AbortController();
  const onSilence = () => controller.abort(new Error(`nothing came for ${timeoutMs / 1000} s`));
  const timer = setTimeout(onSilence, timeoutMs);
  const signals = signal === undefined ? [] : [signal];
  return {
    signal: AbortSignal.any([controller.signal, ...signals]),
    reset: () => void timer.refresh(),
    stop: () => {
      clearTimeout(timer);
      controller.abort();
    },
  };
}

function busy(response: Response): TransientError {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const pauseMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  return new TransientError(new Error(`it answers ${response.status}`), pauseMs);
}

// fetch throws a TypeError for whatever happens to the connection, and hides the system's code in it.
function describeFailure(error: unknown, { what, url, signal }: HubRequest): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof TransientError) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  // No such host: asking again gives the same answer.
  const isUnknownHost = cause instanceof Error && "code" in cause && cause.code === "ENOTFOUND";
  if (error instanceof RangeError || isUnknownHost)
    return unreachableError({ what, url, cause: error });
  return new TransientError(error);
}
