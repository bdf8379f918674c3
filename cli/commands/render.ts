/** `render`: policy files -> what an operator applies. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Option, type Command } from "commander";
import { parse, stringify } from "yaml";
import { Failure, fileError, UsageError } from "../policy/errors.ts";
import { Modules } from "../policy/module.ts";
import { readPolicies, userPath } from "../policy/read.ts";
import {
  hashText,
  isObject,
  problemLine,
  type JsonObject,
  type Policy,
  type Problem,
  type RoutePlan,
} from "../policy/types.ts";
import { readYaml } from "../policy/yaml.ts";
import { parseCode, type CodeOption } from "../render/code.ts";
import { checkEnvoyFilter } from "../render/istio-check.ts";
import { overlaps, selectionOf, type Selection } from "../render/istio-policies.ts";
import { renderEnvoyFilter, type IstioCode } from "../render/istio.ts";
import { renderBootstrap, renderEcds, resourceName, type Code } from "../render/plain.ts";
import { PEER_PRINCIPAL, renderWaypoint, waypointTargets, type WaypointKind } from "../render/waypoint.ts";
import type { Run } from "../program.ts";
import { complain, complainAbout, complainOf, print, printJson, streams } from "./output.ts";

interface Options {
  readonly target: "envoy" | "istio";
  readonly out?: string;
  readonly code: string;
  readonly kind: "EnvoyFilter" | WaypointKind;
  readonly allWorkloads?: true;
  readonly routes?: string;
  readonly json?: true;
}

/** A file of the result. */
interface Rendered {
  readonly name: string;
  readonly text: string;
  /** Meant to be changed by who runs it: one that is there already is left alone. */
  readonly starter?: true;
}

/** Where Envoy finds policy files when no folder is written. */
const POLICY_FOLDER = "/etc/envoy/pointduty";

export function registerRender(program: Command, run: Run): void {
  program
    .command("render")
    .description("Make what an operator applies: files for a plain Envoy, EnvoyFilter objects for Istio.")
    .argument("<file...>", "policy files")
    .addOption(
      new Option("--target <target>", "where the policies go").choices(["envoy", "istio"]).makeOptionMandatory(),
    )
    .option("--out <dir>", "write a folder instead of printing")
    .option(
      "--code <source>",
      "the module: inline, file:PATH, http:URL (with the built module's sha256), oci:REF",
      "inline",
    )
    .addOption(
      new Option(
        "--kind <kind>",
        "istio: the object; EnvoyFilter is for sidecars and gateways, the others for waypoints",
      )
        .choices(["EnvoyFilter", "WasmPlugin", "TrafficExtension"])
        .default("EnvoyFilter"),
    )
    .option("--all-workloads", "istio: allow policies that select no workloads: they apply to all of them")
    .option("--routes <file>", "istio: the VirtualService whose routes a HeaderRouting policy steers by")
    .option("--json", "one JSON object: the files' names and texts")
    .addHelpText(
      "after",
      `
envoy: a bootstrap to start from, and for each policy the file that Envoy watches; replace that file by mv.
istio: for each policy one self-contained EnvoyFilter, or with --kind what a waypoint takes (targetRefs say which).
--routes: with binding: header the VirtualService comes out once more, with a rule for each arm; with binding: arms its
weights are checked against the policy's.

Examples:
  pointduty render --target envoy --out mesh policy.yaml
  pointduty render --target istio policy.yaml | kubectl apply -f -
  pointduty render --target istio --code oci:registry.example/retry-budget@sha256:... policy.yaml
  pointduty render --target istio --kind TrafficExtension --code oci:registry.example/authz@sha256:... policy.yaml`,
    )
    .action((files: string[], options: Options) => run(render(files, options)));
}

async function render(files: readonly string[], options: Options): Promise<number> {
  const code = parseCode(options.code);
  if (options.target === "envoy" && (code.from === "http" || code.from === "oci")) {
    throw new UsageError(
      `--code ${options.code}: a plain Envoy has no agent that fetches it; allowed: inline, file:PATH`,
    );
  }
  if (options.target === "envoy" && options.kind !== "EnvoyFilter")
    throw new UsageError("--kind is for --target istio");
  if (options.target === "envoy" && options.routes !== undefined)
    throw new UsageError("--routes is for --target istio");
  if (options.target === "envoy" && options.allWorkloads) throw new UsageError("--all-workloads is for --target istio");
  const modules = new Modules();
  const { policies, problems, remarks } = await readPolicies(files, modules);
  complainOf(remarks);
  const given = options.routes === undefined ? undefined : readRoutes(options.routes);
  const planned = policies.map((policy): Planned => ({ ...policy, plan: policy.routes(given) }));
  for (const { plan, resource } of planned)
    for (const remark of plan?.remarks ?? []) complain(`${resource.name}: ${remark}`);
  const rendered =
    options.target === "envoy"
      ? toEnvoy(planned, modules, code, options)
      : options.kind === "EnvoyFilter"
        ? toIstio(planned, modules, code, options)
        : toWaypoint(planned, modules, code, options.kind);
  const found: readonly Problem[] = [...problems, ...("problems" in rendered ? rendered.problems : [])];
  if (found.length > 0 || "problems" in rendered) {
    if (options.json) printJson({ files: [], problems: found });
    else complainAbout(found);
    return 1;
  }
  if (options.out === undefined) show(rendered.files, options.json === true);
  else write(rendered.files, policies, { out: options.out, json: options.json === true });
  return 0;
}

/** A policy, and what it needs of the platform's routes. */
type Planned = Policy & { readonly plan: RoutePlan | undefined };

/** The documents of a file. Throws a UsageError for one that can't be read. */
function readRoutes(file: string): JsonObject[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(userPath(file));
  } catch (error) {
    throw new UsageError(`${file}: ${fileError(error)}`);
  }
  const { documents, problems } = readYaml(file, bytes);
  const [problem] = problems;
  if (problem) throw new UsageError(problemLine(problem));
  return documents.map(({ value }) => value).filter(isObject);
}

type Result = { readonly files: Rendered[] } | { readonly problems: Problem[] };

function toEnvoy(policies: readonly Planned[], modules: Modules, code: CodeOption, { out }: Options): Result {
  const folder = out === undefined ? POLICY_FOLDER : userPath(out);
  const alone = policies.length === 1;
  const problems = policies.flatMap((policy) => [...companionProblems(policy), ...routeProblems(policy)]);
  if (problems.length > 0) return { problems };
  const files = policies.flatMap((policy): Rendered[] => {
    const { filter, resource, text, hash, companion, plan } = policy;
    const name = `${resourceName(filter.name, resource.name)}.yaml`;
    const source: Code = code.from === "file" ? { file: code.path } : { inline: modules.bytes(filter.name) };
    const of = { filter: filter.name, policy: resource.name };
    const bootstrap = renderBootstrap({
      ...of,
      half: filter.half,
      standIn: filter.standIn,
      facts: filter.facts,
      steers: filter.steers,
      before: companion?.filter,
      route: plan?.inserted,
      clusters: companion?.clusters.map(({ cluster }) => cluster),
      nodeId: "envoy-1",
      nodeCluster: "envoy",
      adminPort: 9901,
      listenAddress: "127.0.0.1",
      listenPort: 10000,
      backendAddress: "127.0.0.1",
      backendPort: 8080,
      ecdsFile: join(folder, name),
      edge: false,
    });
    const start = alone ? "bootstrap.yaml" : `bootstrap.${filter.name}.${resource.name}.yaml`;
    return [
      { name: start, text: bootstrap, starter: true },
      { name, text: renderEcds({ ...of, configuration: text, code: source, version: hashText(hash) }) },
    ];
  });
  return { files };
}

function toIstio(policies: readonly Planned[], modules: Modules, code: CodeOption, { allWorkloads }: Options): Result {
  const all = allWorkloads === true;
  const problems: Problem[] = [];
  const chosen: { policy: Planned; selection: Selection }[] = [];
  for (const policy of policies) {
    problems.push(...companionProblems(policy), ...clusterProblems(policy), ...routeProblems(policy));
    const selection = selectionOf(policy, all);
    if ("message" in selection) problems.push(selection);
    else chosen.push({ policy, selection });
  }
  problems.push(...overlaps(chosen));
  if (problems.length > 0) return { problems };
  const files = chosen.flatMap(({ policy, selection }): Rendered[] => {
    const { filter, resource, text, hash, place, companion, plan } = policy;
    const yaml = renderEnvoyFilter({
      filter: filter.name,
      half: filter.half,
      order: filter.order,
      standIn: filter.standIn,
      facts: filter.facts,
      steers: filter.steers,
      before: companion?.filter,
      inserted: plan?.inserted,
      merged: plan?.merged,
      policy: resource.name,
      configuration: text,
      code: istioCode(code, filter.name, modules),
      hash: hashText(hash),
      ...selection,
    });
    for (const message of checkEnvoyFilter(parse(yaml), Buffer.byteLength(yaml), all)) {
      problems.push({ ...place, pointer: "", message });
    }
    return [{ name: `${resourceName(filter.name, resource.name)}.yaml`, text: yaml }, ...routeFiles(policy)];
  });
  return problems.length > 0 ? { problems } : { files };
}

/** The platform's routes as the policy needs them. */
function routeFiles({ plan }: Planned): Rendered[] {
  return (plan?.documents ?? []).map((document) => {
    const { name } = isObject(document["metadata"]) ? document["metadata"] : {};
    return {
      name: `${String(document["kind"])}.${String(name)}.yaml`.toLowerCase(),
      text: stringify(document, { aliasDuplicateObjects: false }),
    };
  });
}

function routeProblems({ plan, problemOf }: Planned): Problem[] {
  return plan?.problems.map(problemOf) ?? [];
}

function companionProblems({ companion, problemOf }: Policy): Problem[] {
  return companion?.problems.map(problemOf) ?? [];
}

/** An EnvoyFilter of ours adds no clusters: Istio would not know them, and its other objects could not be about them. */
function clusterProblems({ companion, problemOf }: Policy): Problem[] {
  const clusters = companion?.clusters ?? [];
  return clusters.map(({ pointer, instead }) =>
    problemOf({
      pointer,
      message: `it takes a cluster of its own, which an EnvoyFilter does not bring; allowed: ${instead}`,
    }),
  );
}

function toWaypoint(policies: readonly Planned[], modules: Modules, code: CodeOption, kind: WaypointKind): Result {
  const problems: Problem[] = [];
  const files = policies.flatMap((policy): Rendered[] => {
    const { filter, resource, problemOf, placeOf, plan } = policy;
    problems.push(...routeProblems(policy));
    if (plan?.inserted ?? plan?.merged) {
      const message = "a waypoint takes no route from us; allowed: binding: header";
      problems.push(problemOf({ pointer: "/binding", message }));
    }
    const targets = waypointTargets(policy);
    if ("message" in targets) {
      problems.push(targets);
      return [];
    }
    const configuration = policy.withProperties(PEER_PRINCIPAL);
    if (configuration === undefined) {
      const message = "it reads what a native filter in front of it writes, which a waypoint does not get from us";
      problems.push({ ...placeOf("/kind"), pointer: "/kind", message });
      return [];
    }
    // What a waypoint can't provide is the module's to say.
    const verdict = modules.configure(filter.name, resource.name, JSON.stringify(configuration));
    if (!verdict.accepted) {
      problems.push(problemOf({ pointer: verdict.pointer ?? "", message: verdict.message }));
      return [];
    }
    const text = renderWaypoint({
      kind,
      filter: filter.name,
      policy: resource.name,
      order: filter.order,
      configuration,
      hash: hashText(verdict.hash),
      namespace: resource.namespace,
      targets,
      ...waypointCode(code, filter.name, modules),
    });
    return [{ name: `${resourceName(filter.name, resource.name)}.yaml`, text }, ...routeFiles(policy)];
  });
  return problems.length > 0 ? { problems } : { files };
}

function waypointCode(
  code: CodeOption,
  filter: string,
  modules: Modules,
): { readonly url: string; readonly sha256: string | undefined } {
  const from = istioCode(code, filter, modules);
  if ("uri" in from) return { url: from.uri, sha256: from.sha256 };
  if ("file" in from) return { url: `file://${from.file}`, sha256: undefined };
  throw new UsageError("--code inline: Istio's own objects don't hold code; allowed: http:URL, oci:REF, file:PATH");
}

function istioCode(code: CodeOption, filter: string, modules: Modules): IstioCode {
  switch (code.from) {
    case "inline":
      return { inline: modules.bytes(filter) };
    case "file":
      return { file: code.path };
    case "http":
      return { uri: code.url, sha256: modules.sha256(filter) };
    case "oci":
      return { uri: code.url, sha256: code.sha256 };
  }
}

/** Prints all files as one YAML stream, or as JSON. */
function show(files: readonly Rendered[], json: boolean): void {
  if (json) printJson({ files: files.map(({ name, text }) => ({ name, text })), problems: [] });
  else if (files.length === 1) streams.out(files[0]?.text ?? "");
  else print(files.map(({ name, text }) => `# ${name}\n${text.trimEnd()}`).join("\n---\n"));
}

function write(files: readonly Rendered[], policies: readonly Policy[], to: { out: string; json: boolean }): void {
  const folder = userPath(to.out);
  const written: string[] = [];
  try {
    mkdirSync(folder, { recursive: true });
    for (const { name, text, starter } of files) {
      const path = join(folder, name);
      if (starter && existsSync(path) && keeps(path, text, policies, `${to.out}/${name}`)) continue;
      // By rename: an Envoy that runs on this folder sees the new file whole.
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
      written.push(name);
    }
  } catch (error) {
    throw new Failure(`${to.out}: ${fileError(error)}`);
  }
  if (to.json) printJson({ out: to.out, files: written.map((name) => ({ name })), problems: [] });
  else for (const name of written) print(`${to.out}/${name}`);
}

/** Whether the bootstrap that is there stays. Says so, and warns when it does not name a policy. */
function keeps(path: string, text: string, policies: readonly Policy[], shown: string): boolean {
  const there = readFileSync(path, "utf8");
  if (there === text) return false;
  const missing = policies.filter(({ filter, resource }) => !there.includes(resourceName(filter.name, resource.name)));
  const but =
    missing.length === 0 ? "" : `; it does not name ${missing.map(({ resource }) => resource.name).join(", ")}`;
  complain(`${shown} is there already and was left as it is${but}`);
  return true;
}
