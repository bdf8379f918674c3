/**
 * Requests that no client sent: mirrored ones, and those that Envoy makes itself. They pass the filter where it sits in a
 * cluster; they neither deposit nor withdraw. A request of an internal client is a request like any other.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { always, startBackend, type Backend } from "../lib/backend.ts";
import type { Message } from "../lib/bootstrap.ts";
import { waitFor } from "../lib/envoy.ts";
import { arrivals, exact, hits, marked, startMesh, type ListenerOptions, type Mesh } from "./support.ts";

const ORIGINALS = 50;
const API = "type.googleapis.com/envoy";

let backend: Backend;
let other: Backend;
let mesh: Mesh;

/** ext_authz over HTTP, which asks the very cluster that the request then goes to. */
function askFirst(cluster: string, status: number): Message {
  return {
    name: "envoy.filters.http.ext_authz",
    typed_config: {
      "@type": `${API}.extensions.filters.http.ext_authz.v3.ExtAuthz`,
      transport_api_version: "V3",
      http_service: {
        server_uri: { uri: "http://authz.test", cluster, timeout: "5s" },
        path_prefix: "/ask",
        authorization_request: { headers_to_add: [{ key: "x-test-answers", value: JSON.stringify([{ status }]) }] },
      },
    },
  };
}

const INTERNAL: Message = {
  use_remote_address: true,
  internal_address_config: { cidr_ranges: [{ address_prefix: "127.0.0.0", prefix_len: 8 }] },
};
/** As a proxy behind a proxy has it: the header of the hop before is believed. */
const BEHIND: Message = {
  use_remote_address: false,
  internal_address_config: { cidr_ranges: [{ address_prefix: "127.0.0.0", prefix_len: 8 }] },
};

before(async () => {
  backend = await startBackend({ program: always({ status: 503 }), keepHeaders: true });
  other = await startBackend({ program: always({ status: 503 }), keepHeaders: true });
  const policy = exact(20);
  const mirror = (cluster: string): Message => ({ request_mirror_policies: [{ cluster }] });
  // A cluster belongs to the listener whose policy it carries.
  const inClusters = (name: string, more: Omit<ListenerOptions, "clusters" | "policy">): ListenerOptions => ({
    policy,
    inClusters: true,
    clusters: [
      { name: `${name}-main`, to: [backend] },
      { name: `${name}-other`, to: [other] },
    ],
    ...more,
  });
  const inRouter = {
    policy,
    clusters: [
      { name: "main", to: [backend] },
      { name: "other", to: [other] },
    ],
  };
  mesh = await startMesh({
    "router-other": { ...inRouter, action: mirror("other") },
    "router-same": { ...inRouter, action: mirror("main") },
    "cluster-other": inClusters("cluster-other", { action: mirror("cluster-other-other") }),
    "cluster-same": inClusters("cluster-same", { action: mirror("cluster-same-main") }),
    authz: inClusters("authz", { httpFilters: [askFirst("authz-main", 200)] }),
    "authz-fails": inClusters("authz-fails", { httpFilters: [askFirst("authz-fails-main", 503)] }),
    internal: { ...inRouter, hcm: INTERNAL },
    behind: { ...inRouter, hcm: BEHIND },
    "internal-cluster": inClusters("internal-cluster", { hcm: INTERNAL }),
  });
});

after(async () => {
  await mesh.stop();
  await backend.close();
  await other.close();
});

/** Sends failing requests and checks that their retries are 20 percent of them. */
async function outage(listener: string, key: string, headers: Record<string, string> = {}): Promise<void> {
  const line = mesh.line(listener);
  const responses = await line.series(ORIGINALS, `${listener}+`, [], { headers });
  line.close();
  for (const response of responses) assert.deepEqual([response.status, marked(response)], [503, true]);
  const expected = { originals: ORIGINALS, granted: ORIGINALS / 5, denied: ORIGINALS, held: 0 };
  assert.deepEqual(await mesh.events(listener, key), expected);
  assert.deepEqual(await mesh.events(listener), expected, "no other key");
}

/** Waits for arrivals: a mirrored request may come after the answer to the client. */
async function arrived(at: Backend, prefix: string, count: number): Promise<void> {
  await waitFor(`${count} arrivals of ${prefix}`, 5_000, async () =>
    (await arrivals(at, prefix)) >= count ? true : undefined,
  );
  assert.equal(await arrivals(at, prefix), count);
}

for (const place of ["router", "cluster"] as const) {
  const main = place === "router" ? "main" : (name: string) => `${name}-main`;
  const key = (name: string) => (typeof main === "string" ? main : main(name));

  test(`filter in the ${place}, mirror to another cluster: it counts for nothing`, async () => {
    const name = `${place}-other`;
    await outage(name, key(name));
    await arrived(backend, `${name}+`, ORIGINALS + ORIGINALS / 5);
    // One copy of each request, however often that was sent; and nobody retries a copy.
    await arrived(other, `${name}+`, ORIGINALS);
  });

  test(`filter in the ${place}, mirror to the same cluster: only what the client sent counts`, async () => {
    const name = `${place}-same`;
    await outage(name, key(name));
    await arrived(backend, `${name}+`, 2 * ORIGINALS + ORIGINALS / 5);
    const copies = (await backend.events()).filter(
      ({ id, headers }) =>
        id.startsWith(`${name}+`) && headers?.some(([h, v]) => h === "host" && v.includes("-shadow")),
    );
    assert.equal(copies.length, ORIGINALS);
  });
}

test("a request that Envoy makes itself counts for nothing (ext_authz to the same cluster)", async () => {
  await outage("authz", "authz-main");
  const events = await backend.events();
  assert.equal(events.filter(({ path }) => path.startsWith("/ask")).length, ORIGINALS);
  const real = events.filter(({ path }) => !path.startsWith("/ask"));
  assert.equal(
    [...hits(real, "authz+").values()].reduce((sum, n) => sum + n, 0),
    ORIGINALS + ORIGINALS / 5,
  );
});

test("a question of Envoy's own that fails is neither retried, nor counted, nor marked", async () => {
  const line = mesh.line("authz-fails");
  for (const response of await line.series(ORIGINALS, "authz-fails+")) {
    assert.deepEqual([response.status, marked(response)], [403, false]);
  }
  line.close();
  assert.equal(await arrivals(backend, "authz-fails+"), 0, "only the question was sent");
  assert.deepEqual(await mesh.events("authz-fails"), { originals: 0, granted: 0, denied: 0, held: 0 });
});

for (const [name, key, headers] of [
  ["internal", "main", {}],
  ["behind", "main", { "x-forwarded-for": "127.0.0.1" }],
  ["internal-cluster", "internal-cluster-main", {}],
] as const) {
  test(`a request of an internal client counts like any other (${name})`, async () => {
    await outage(name, key, { "x-envoy-internal": "true", ...headers });
    const seen = (await backend.events()).filter(({ id }) => id.startsWith(`${name}+`));
    assert.equal(seen.length, ORIGINALS + ORIGINALS / 5);
    for (const { headers: pairs } of seen) {
      assert.ok(
        pairs?.some(([h, v]) => h === "x-envoy-internal" && v === "true"),
        "the header was there",
      );
    }
  });
}

test("nothing of all that has harmed Envoy", async () => {
  assert.match(await mesh.envoy.admin("/ready"), /^LIVE/);
  assert.doesNotMatch(mesh.envoy.log(), /\[error]|\[critical]/);
});
