/** What an Envoy's admin interface says, as far as policies are concerned. */

import * as http from "node:http";
import * as https from "node:https";

/** Most milliseconds for one answer: a dump of a large mesh has tens of megabytes. */
const TIMEOUT_MS = 20_000;

/** The answers of one Envoy. */
export interface AdminState {
  /** Counters and gauges by name. */
  readonly stats: ReadonlyMap<string, number>;
  /** Text readouts by name. */
  readonly texts: ReadonlyMap<string, string>;
  /** The sections of /config_dump. */
  readonly dump: readonly unknown[];
  readonly version: string;
  readonly node: string;
  /** The Envoy's own clock, milliseconds since 1970, to the second. */
  readonly nowMs: number;
}

/** The admin interface can't be asked; the message is for the user, one line. */
export class AdminError extends Error {}

/** `127.0.0.1:9901` and `http://127.0.0.1:9901/` -> the URL's origin. Throws an AdminError. */
export function adminUrl(text: string): string {
  const url = /^https?:\/\//.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url)) throw new AdminError(`${text} is no URL; allowed: such as http://127.0.0.1:9901`);
  return new URL(url).origin;
}

/** Asks one Envoy. Rejects with an AdminError. */
export async function askAdmin(origin: string): Promise<AdminState> {
  const info = await getJson<ServerInfo>(origin, "/server_info");
  const dump = await getJson<{ configs?: unknown[] }>(origin, "/config_dump");
  const wanted = "pointduty|update_rejected";
  const { body, date } = await get(origin, `/stats?filter=${encodeURIComponent(wanted)}`);
  const { stats, texts } = readStats(body);
  return {
    stats,
    texts,
    dump: dump.configs ?? [],
    version: (info.version ?? "").split("/")[1] ?? "",
    node: info.node?.id ?? "",
    nowMs: Date.parse(date ?? "") || Date.now(),
  };
}

interface ServerInfo {
  readonly version?: string;
  readonly node?: { readonly id?: string };
}

interface Answer {
  readonly body: string;
  readonly date: string | undefined;
}

/** Not fetch: it refuses ports that browsers must not use. */
function get(origin: string, path: string): Promise<Answer> {
  const ask = origin.startsWith("https:") ? https.get : http.get;
  return new Promise((resolve, reject) => {
    const fail = (message: string): void => reject(new AdminError(`${origin}: ${message}`));
    const request = ask(origin + path, { agent: false, timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (error) => fail(error.message));
      response.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        if (response.statusCode !== 200) fail(`${path} answered with status ${response.statusCode}`);
        else resolve({ body, date: response.headers.date });
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)));
    request.on("error", (error: NodeJS.ErrnoException) => fail(`can't be reached (${error.code ?? error.message})`));
  });
}

async function getJson<T>(origin: string, path: string): Promise<T> {
  const { body } = await get(origin, path);
  try {
    return JSON.parse(body) as T;
  } catch {
    throw new AdminError(`${origin}: ${path} is not what Envoy answers`);
  }
}

function readStats(body: string): { stats: Map<string, number>; texts: Map<string, string> } {
  const stats = new Map<string, number>();
  const texts = new Map<string, string>();
  for (const line of body.split("\n")) {
    const at = line.lastIndexOf(": ");
    const [name, value] = [line.slice(0, at), line.slice(at + 2)];
    if (at > 0 && /^-?\d+$/.test(value)) stats.set(name, Number(value));
    else if (at > 0 && value.startsWith('"')) texts.set(name, value.slice(1, -1));
  }
  return { stats, texts };
}
