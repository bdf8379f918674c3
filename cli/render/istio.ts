/** Renders one policy as one EnvoyFilter. The template is in envoy/istio/; why it looks as it does is said there. */
import { readFileSync } from "node:fs";
import type { Half } from "../cases/filter.ts";
import { rootId, vmId } from "../policy/module.ts";
import { resourceName } from "./plain.ts";
import { standInSlots, withStandIn } from "./stand-in.ts";
import { block, fill, repeat } from "./template.ts";
import type { JsonObject } from "../policy/types.ts";

const TEMPLATES = new URL("../../envoy/istio/", import.meta.url);

/** Where proxies take the code from. */
export type IstioCode =
  | { readonly inline: Uint8Array }
  | { readonly file: string }
  /** Fetched by istio-agent (http, https or oci) and checked. */
  | { readonly uri: string; readonly sha256: string };

export type PatchContext = "SIDECAR_INBOUND" | "SIDECAR_OUTBOUND" | "GATEWAY";

/** One policy and where it applies. */
export interface IstioPolicy {
  readonly filter: string;
  /** Which side of the router the filter runs on: the template's name. */
  readonly half: Half;
  /** Of the filters before the router: those with a lower one come first. */
  readonly order: number;
  /** The native filter that stands in while no valid policy was ever received. */
  readonly standIn: string;
  /** Whether the filter reads the facts document. Default false. */
  readonly facts?: boolean;
  /** The native filter that must run in front of a filter before the router, an entry of http_filters. */
  readonly before?: JsonObject | undefined;
  /** Whether the filter steers by headers of its own. Default false. */
  readonly steers?: boolean;
  /** The route that comes first in each virtual host. */
  readonly inserted?: JsonObject | undefined;
  /** What is merged into the platform's route of a name. */
  readonly merged?: { readonly route: string; readonly value: JsonObject } | undefined;
  readonly policy: string;
  /** JSON text. */
  readonly configuration: string;
  readonly code: IstioCode;
  /** The policy hash, in hex. */
  readonly hash: string;
  /** "": the object names none, kubectl's current one is used. */
  readonly namespace: string;
  /** None: all workloads of the namespace, or of the mesh when it is Istio's root namespace. */
  readonly labels: Readonly<Record<string, string>>;
  readonly contexts: readonly PatchContext[];
}

/** The EnvoyFilter as YAML text. Throws TemplateError if template and values do not fit. */
export function renderEnvoyFilter(policy: IstioPolicy): string {
  const labels = Object.entries(policy.labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = readFileSync(new URL(`${policy.half}.yaml`, TEMPLATES), "utf8");
  let template = withStandIn(text, policy.standIn, policy.half, policy.steers);
  const { before, inserted, merged } = policy;
  if (policy.half === "downstream") {
    template = block(template, "early", policy.steers ?? false);
    template = block(template, "inserted", inserted !== undefined);
    template = block(template, "merged", merged !== undefined);
    template = block(template, "facts", policy.facts ?? false);
    template = block(template, "before", before !== undefined);
  }
  template = block(template, "namespace", policy.namespace !== "");
  template = block(template, "selector", labels.length > 0);
  if (labels.length > 0) {
    template = repeat(
      template,
      "label",
      labels.map(([label, value]) => ({ LABEL: label, VALUE: value })),
    );
  }
  template = repeat(
    template,
    "context",
    policy.contexts.map((context) => ({ CONTEXT: context })),
  );
  const { code } = policy;
  template = block(template, "local", !("uri" in code));
  template = block(template, "remote", "uri" in code);
  return fill(template, {
    RESOURCE: resourceName(policy.filter, policy.policy),
    POLICY: policy.policy,
    ROOT_ID: rootId(policy.filter),
    VM_ID: vmId(policy.filter),
    HASH: policy.hash,
    CONFIGURATION: policy.configuration,
    ...codeSlots(code),
    ...(before && { BEFORE: before }),
    ...(inserted && { INSERTED: inserted }),
    ...(merged && { MERGED: merged.value, ROUTE: merged.route }),
    ...standInSlots(policy.standIn),
    ...(policy.half === "downstream" ? { ORDER: policy.order } : {}),
    ...(policy.namespace === "" ? {} : { NAMESPACE: policy.namespace }),
  });
}

function codeSlots(code: IstioCode): Record<string, string> {
  if ("uri" in code) return { CODE: code.uri, CHECKSUM: code.sha256 };
  if ("file" in code) return { CODE_FROM: "filename", CODE: code.file };
  return { CODE_FROM: "inline_bytes", CODE: Buffer.from(code.inline).toString("base64") };
}
