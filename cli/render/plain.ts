/**
 * Renders what a plain Envoy needs for one policy: the bootstrap and the extension configuration (ECDS) file.
 * The templates are in envoy/plain/; why they look as they do is said there, in their comments.
 */
import { readFileSync } from "node:fs";
import type { Half } from "../cases/filter.ts";
import { standInSlots, withStandIn } from "./stand-in.ts";
import { block, fill, TemplateError } from "./template.ts";
import type { JsonObject } from "../policy/types.ts";

const TEMPLATES = new URL("../../envoy/plain/", import.meta.url);

/** Where the module's code comes from: its bytes inside the resource, or a file on Envoy's machine. */
export type Code = { inline: Uint8Array } | { file: string };

/** One policy of one filter. */
export interface PolicyResource {
  /** The filter's folder name, which is also the module's name: `retry-budget`. */
  filter: string;
  /** The policy's name, as in its configuration. */
  policy: string;
  /** The configuration, JSON text as the filter reads it. */
  configuration: string;
  code: Code;
  /** Shown by Envoy as the version that is live; the policy's hash in hex when it is known. */
  version: string;
}

/** What is specific to one Envoy. Ports: 0 lets the system choose. */
export interface Bootstrap {
  filter: string;
  /** Which side of the router the filter runs on. */
  half: Half;
  /** The native filter that stands in while no valid policy was ever received. */
  standIn: string;
  policy: string;
  nodeId: string;
  nodeCluster: string;
  adminPort: number;
  listenAddress: string;
  listenPort: number;
  backendAddress: string;
  backendPort: number;
  /** Path of the ECDS file on Envoy's machine. */
  ecdsFile: string;
  /** Whether the filter reads the facts document. Default false. */
  facts?: boolean;
  /** The native filter that must run in front of the policy's, an entry of http_filters. */
  before?: JsonObject | undefined;
  /** Whether the filter steers by headers of its own. Default false. */
  steers?: boolean;
  /** The route that comes before all others. */
  route?: JsonObject | undefined;
  /** Those that the native filter calls. */
  clusters?: readonly JsonObject[] | undefined;
  /** Whether the next hop is a client, which must not see `x-envoy-ratelimited`. */
  edge: boolean;
}

/** Name of the extension configuration: what the listener names and the resource carries. */
export function resourceName(filter: string, policy: string): string {
  return `pointduty.${filter}.${policy}`;
}

function template(file: string): string {
  return readFileSync(new URL(file, TEMPLATES), "utf8");
}

/** The bootstrap as YAML text. Throws TemplateError if template and values do not fit. */
export function renderBootstrap(b: Bootstrap): string {
  let text = block(template("bootstrap.yaml"), "edge", b.edge);
  text = block(text, "facts", b.facts ?? false);
  for (const half of ["downstream", "upstream"]) text = block(text, half, half === b.half);
  const { before, route, clusters = [] } = b;
  text = block(text, "early", b.steers ?? false);
  text = block(text, "route", route !== undefined);
  text = block(text, "before", before !== undefined);
  text = block(text, "clusters", clusters.length > 0);
  return fill(withStandIn(text, b.standIn, b.half, b.steers), {
    ...(before && { BEFORE: before }),
    ...(route && { ROUTE: route }),
    ...(clusters.length > 0 && { CLUSTER: clusters }),
    ...standInSlots(b.standIn),
    NODE_ID: b.nodeId,
    NODE_CLUSTER: b.nodeCluster,
    ADMIN_PORT: b.adminPort,
    LISTEN_ADDRESS: b.listenAddress,
    LISTEN_PORT: b.listenPort,
    BACKEND_ADDRESS: b.backendAddress,
    BACKEND_PORT: b.backendPort,
    ECDS_FILE: b.ecdsFile,
    RESOURCE: resourceName(b.filter, b.policy),
  });
}

/** The ECDS file as YAML text. Throws TemplateError if template and values do not fit. */
export function renderEcds(r: PolicyResource): string {
  const [from, code] =
    "inline" in r.code ? ["inline_bytes", Buffer.from(r.code.inline).toString("base64")] : ["filename", r.code.file];
  // A block of text in YAML can't begin or end with white space, nor hold control characters. JSON never needs to.
  if (r.configuration !== r.configuration.trim() || /[^\P{Cc}\n\t]/u.test(r.configuration)) {
    throw new TemplateError("the configuration begins or ends with white space or holds control characters");
  }
  return fill(template("ecds.yaml"), {
    VERSION: r.version,
    RESOURCE: resourceName(r.filter, r.policy),
    POLICY: r.policy,
    ROOT_ID: r.filter.replaceAll("-", "_"),
    VM_ID: `pointduty.${r.filter}`,
    CONFIGURATION: r.configuration,
    CODE_FROM: from,
    CODE: code,
  });
}
