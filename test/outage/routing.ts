/** The part of `npm start` that shows header-routing: a sticky split, tenants, a preview, and an arm that closes itself. */
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrap } from "../lib/bootstrap.ts";
import { startEnvoy, waitFor, type Envoy } from "../lib/envoy.ts";
import { PolicyFile } from "../lib/policy.ts";
import { Arm, armRoutes, ask, type Pairs } from "../envoy/routing.ts";

const NAME = "checkout";
const ARMS = ["v1", "v2", "cell-2", "pr-7"] as const;
const USERS = 1000;
/** Share of the users that v2 has, and how far a draw of a thousand may be off: three standard deviations. */
const SHARE = 0.3;
const SLACK = 0.045;
const REOPEN_MS = 3_000;

const POLICY = {
  name: NAME,
  facts: "properties",
  arms: ARMS.map((name) => ({ name })),
  rules: [
    {
      name: "previews",
      matches: [{ path: { value: "/preview" } }],
      key: [{ baggage: "preview" }],
      table: { entries: { "7": "pr-7" } },
    },
    {
      name: "tenants",
      matches: [{ path: { value: "/tenant" } }],
      key: [{ header: "x-tenant" }],
      table: { entries: { acme: "cell-2" }, default: "v1" },
    },
    {
      name: "canary",
      key: [{ header: "x-user" }],
      split: {
        salt: "spring",
        default: "v1",
        arms: [{ arm: "v2", percent: SHARE * 100, guard: { maxErrorPercent: 5, window: "10s", reopenAfter: "3s" } }],
        force: [{ arm: "v2", keys: ["tester"] }],
      },
    },
  ],
};

/** What is asked, and where it goes by the policy. */
const REQUESTS: readonly { words: string; path: string; headers: Pairs; arm: string }[] = [
  { words: "user anna", path: "/", headers: [["x-user", "anna"]], arm: "v1" },
  {
    words: "anna forges x-pd-arm: v2",
    path: "/",
    headers: [
      ["x-user", "anna"],
      ["x-pd-arm", "v2"],
    ],
    arm: "v1",
  },
  { words: "tester, who is forced in", path: "/", headers: [["x-user", "tester"]], arm: "v2" },
  { words: "tenant acme", path: "/tenant", headers: [["x-tenant", "acme"]], arm: "cell-2" },
  { words: "tenant unknown", path: "/tenant", headers: [["x-tenant", "x"]], arm: "v1" },
  { words: "baggage preview=7", path: "/preview", headers: [["baggage", "a=b,preview=7"]], arm: "pr-7" },
  { words: "no preview", path: "/preview", headers: [], arm: "v1" },
];

const WIDTHS = [34, 22, 0];
const LOG = `routing %REQ(X-TEST-ID)% %FILTER_STATE(wasm.pointduty.header_routing.${NAME}.rule:PLAIN)%`;

class Show {
  private asked = 0;
  asMeant = true;
  private readonly envoy: Envoy;
  private readonly print: (line: string) => void;

  constructor(envoy: Envoy, print: (line: string) => void) {
    this.envoy = envoy;
    this.print = print;
  }

  row(...cells: readonly string[]): void {
    this.print(cells.map((cell, n) => cell.padEnd(WIDTHS[n] ?? 0)).join(" "));
  }

  /** The arm that answers; what stands before it, for one that fails. */
  async arm(path: string, headers: Pairs): Promise<{ arm: string; id: string }> {
    const id = `route-${this.asked++}`;
    const { body } = await ask(this.envoy.port(), path, [...headers, ["x-test-id", id]]);
    return { arm: body, id };
  }

  /** How the access log says that it was decided. */
  decision(id: string): Promise<string> {
    const line = new RegExp(`^routing ${id} (.*)$`, "m");
    return waitFor(`the access log of ${id}`, 5_000, () => Promise.resolve(line.exec(this.envoy.log())?.[1])).then(
      (said) => (said === "-" ? "the route's own way" : said),
    );
  }

  async one(words: string, path: string, headers: Pairs, wanted: string): Promise<void> {
    const { arm, id } = await this.arm(path, headers);
    this.asMeant &&= arm === wanted;
    this.row(words, arm, await this.decision(id));
  }

  /** Where a thousand users go. */
  async split(): Promise<void> {
    let second = 0;
    for (let n = 0; n < USERS; n++) if ((await this.arm("/", [["x-user", `user-${n}`]])).arm === "v2") second++;
    this.asMeant &&= Math.abs(second / USERS - SHARE) < SLACK;
    this.row(`${USERS} users`, `v1 ${USERS - second}, v2 ${second}`, `canary: ${SHARE * 100} % of the keys to v2`);
  }

  /** An arm that fails is closed after some requests, and open again later. */
  async guard(arm: Arm): Promise<void> {
    const tester: Pairs = [["x-user", "tester"]];
    arm.status = 503;
    const before = arm.seen.length;
    for (let n = 0; n < 60; n++) await this.arm("/", tester);
    const failed = arm.seen.length - before;
    arm.status = 200;
    this.asMeant &&= failed > 0 && failed < 60;
    this.row("v2 begins to fail: 60 requests", `v2 ${failed}, v1 ${60 - failed}`, "guard: closed by its failures");
    await this.one("tester, while v2 is closed", "/", tester, "v1");
    await sleep(REOPEN_MS);
    await waitFor("v2 to open again", 5_000, async () =>
      (await this.arm("/", tester)).arm === "v2" ? true : undefined,
    );
    await this.one("tester, 3 s later", "/", tester, "v2");
  }
}

/** Makes the requests and prints a row for each. False: one went elsewhere than the policy says. */
export async function showRouting(print: (line: string) => void): Promise<boolean> {
  const arms = await Promise.all(ARMS.map((name) => Arm.start(name)));
  const policy = new PolicyFile(POLICY, { filter: "header-routing" });
  const clusters = arms.map((arm) => ({ name: arm.name, to: [arm.port] }));
  const config = bootstrap({ policies: [policy], clusters, routes: armRoutes(ARMS), accessLog: LOG });
  const envoy = await startEnvoy({ bootstrap: config, workers: 1, extensions: [policy.resource] });
  try {
    const show = new Show(envoy, print);
    show.row("request", "went to", "decided by");
    for (const { words, path, headers, arm } of REQUESTS) await show.one(words, path, headers, arm);
    await show.split();
    await show.guard(arms[1] as Arm);
    return show.asMeant;
  } finally {
    await envoy.stop();
    policy.remove();
    await Promise.all(arms.map((arm) => arm.close()));
  }
}
