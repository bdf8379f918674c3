/**
 * An authorization filter in a few lines of TypeScript, written from Istio's generator (pilot/pkg/security/authz/model) and
 * not from ours: regular expressions over texts, no index, no bytes. It is what the module is compared with.
 */
import type { KnownFacts } from "../../cli/host/index.ts";

export interface OracleRequest {
  readonly method: string;
  readonly authority: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly facts: KnownFacts;
}

type Values = readonly string[];
type Json = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, Values | undefined>>;

export interface OracleRule {
  readonly from?: readonly { readonly source: Fields }[];
  readonly to?: readonly { readonly operation: Fields }[];
  readonly when?: readonly { readonly key: string; readonly values?: Values; readonly notValues?: Values }[];
}

/** What our own `claims` may say, one of the four besides the key. */
export interface OracleClaim {
  readonly key: string;
  readonly number?: { readonly min?: number; readonly max?: number };
  readonly boolean?: boolean;
  readonly hasAll?: Values;
  readonly path?: string;
}

export interface OraclePolicy {
  readonly namespace: string;
  readonly name: string;
  readonly claims?: readonly OracleClaim[];
  readonly spec: { readonly action?: "ALLOW" | "DENY"; readonly rules?: readonly OracleRule[] };
}

export interface OracleConfiguration {
  readonly profile: "compat" | "strict";
  readonly workload: {
    readonly trustDomain: string;
    readonly trustDomainAliases: Values;
    readonly pathNormalization: "NONE" | "BASE" | "MERGE_SLASHES" | "DECODE_AND_MERGE_SLASHES";
  };
  readonly policies: readonly OraclePolicy[];
}

/** False, true, or undefined: it can't be said. */
type Truth = boolean | undefined;

/** Who decided: the rule's name as the filter leaves it for the access log, or the word for none. */
export interface OracleVerdict {
  readonly allowed: boolean;
  readonly rule: string;
}

export function judge(configuration: OracleConfiguration, request: OracleRequest): OracleVerdict {
  const judged = new Judge(configuration, request);
  if (judged.strict && /[#\x00-\x20\x7f]|%00/.test(request.path)) return { allowed: false, rule: "path" };
  const denied = judged.first("DENY", (truth) => truth !== false);
  if (denied !== undefined) return { allowed: false, rule: denied };
  const allowing = configuration.policies.some(({ spec }) => (spec.action ?? "ALLOW") === "ALLOW");
  if (!allowing) return { allowed: true, rule: "no_policy" };
  const allowed = judged.first("ALLOW", (truth) => truth === true);
  return allowed === undefined ? { allowed: false, rule: "none" } : { allowed: true, rule: allowed };
}

const quote = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
const full = (source: string): RegExp => new RegExp(`^(?:${source})$`);

/** Istio's StringMatcher: what a text must look like. @param star what `*` alone stands for */
function pattern(value: string, star: string, prefix = ""): RegExp {
  if (value === "*") return full(star);
  if (value.startsWith("*")) return full(`${quote(prefix)}.*${quote(value.slice(1))}`);
  if (value.endsWith("*")) return new RegExp(`^${quote(prefix + value.slice(0, -1))}`);
  return full(quote(prefix + value));
}

class Judge {
  readonly strict: boolean;
  private readonly configuration: OracleConfiguration;
  private readonly request: OracleRequest;

  constructor(configuration: OracleConfiguration, request: OracleRequest) {
    this.configuration = configuration;
    this.request = request;
    this.strict = configuration.profile === "strict";
  }

  /** Envoy's order: the names' bytes. */
  first(action: string, counts: (truth: Truth) => boolean): string | undefined {
    const rules = this.configuration.policies
      .filter(({ spec }) => (spec.action ?? "ALLOW") === action)
      .flatMap(({ namespace, name, spec, claims = [] }) =>
        (spec.rules ?? []).map((rule, index) => ({
          rule,
          claims,
          id: `ns[${namespace}]-policy[${name}]-rule[${index}]`,
          shown: `${namespace}/${name}/${index}`,
          namespace,
        })),
      )
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return rules.find(({ rule, namespace, claims }) =>
      counts(and([this.rule(rule, namespace), ...claims.map((one) => this.typed(one))])),
    )?.shown;
  }

  private typed({ key, number, boolean, hasAll, path }: OracleClaim): Truth {
    let claim: unknown = this.request.facts.payload;
    for (const [, name = ""] of key.matchAll(/\[(.*?)\]/g))
      claim = typeof claim === "object" && claim !== null && !Array.isArray(claim) ? (claim as Json)[name] : undefined;
    if (claim === undefined || claim === null) return false;
    if (number !== undefined) {
      // Three decimals, as everywhere in a configuration.
      if (typeof claim !== "number" || Math.round(claim * 1000) / 1000 !== claim) return undefined;
      return claim >= (number.min ?? -Infinity) && claim <= (number.max ?? Infinity);
    }
    if (boolean !== undefined) return typeof claim === "boolean" ? claim === boolean : undefined;
    if (hasAll !== undefined) return Array.isArray(claim) ? hasAll.every((one) => claim.includes(one)) : undefined;
    if (typeof claim !== "string") return undefined;
    const [before = "", after = ""] = (path ?? "").split(/\{\w+\}/);
    const template = full(`${operators(before)}([^/]+)${operators(after)}`);
    const truths = this.paths().map((form): Truth => {
      const segment = template.exec(form)?.[1];
      if (segment === undefined) return false;
      return /[%;\\]/.test(segment) ? undefined : segment === claim;
    });
    return truths.every((truth) => truth === truths[0]) ? truths[0] : undefined;
  }

  private rule(rule: OracleRule, namespace: string): Truth {
    const when = (rule.when ?? []).map(({ key, values, notValues }) =>
      this.condition(key, values, notValues, namespace),
    );
    const fields = (all: Fields): Truth[] =>
      Object.keys(all)
        .map((key) => key.replace(/^not(.)/, (_, letter: string) => letter.toLowerCase()))
        .filter((key, index, keys) => keys.indexOf(key) === index)
        .map((key) =>
          this.condition(key, all[key], all[`not${key.charAt(0).toUpperCase()}${key.slice(1)}`], namespace),
        );
    const to = (rule.to ?? [{ operation: {} }]).map(({ operation }) => and(fields(operation)));
    const from = (rule.from ?? [{ source: {} }]).map(({ source }) => and(fields(source)));
    return and([or(to), or(from), ...when]);
  }

  private condition(key: string, values: Values = [], notValues: Values = [], namespace: string): Truth {
    const { request, strict } = this;
    const { facts } = request;
    const test = (matches: (value: string) => boolean): boolean =>
      (values.length === 0 || values.some(matches)) && !notValues.some(matches);
    const text = (subject: string, star: string): boolean => test((value) => pattern(value, star).test(subject));
    const header = /^request\.headers\[(.*)\]$/.exec(key)?.[1]?.toLowerCase();
    if (header !== undefined) return this.header(header, values, notValues);
    switch (key) {
      case "hosts":
        return this.host(test);
      case "methods":
        return text(request.method, ".*");
      case "paths": {
        const truths = this.paths().map((path) => test((value) => this.path(value).test(path)));
        return truths.every((truth) => truth === truths[0]) ? truths[0] : undefined;
      }
      case "ports":
      case "destination.port":
        return test((value) => Number(value) === (facts.port ?? 8080));
      case "connection.sni":
        return text(facts.sni ?? "", ".+");
      case "ipBlocks":
      case "source.ip":
        return test((value) => inBlock(value, facts.direct ?? "127.0.0.1"));
      case "remoteIpBlocks":
      case "remote.ip":
        return test((value) => inBlock(value, facts.remote ?? facts.direct ?? "127.0.0.1"));
      case "requestPrincipals":
      case "request.auth.principal":
        return test((value) => this.token(value));
      case "request.auth.claims[groups]":
        return test((value) => this.claims("groups").some((claim) => pattern(value, ".+").test(claim)));
      case "principals":
      case "source.principal":
        return this.identity(test, (value) => this.aliases(value).map((one) => pattern(one, ".+", "spiffe://")));
      case "namespaces":
      case "source.namespace":
        if (strict) return this.part(values, notValues, "ns", (value) => value);
        return this.identity(test, (value) => [full(`.*/ns/${value.split("*").map(quote).join(".*")}/.*`)]);
      case "serviceAccounts":
      case "source.serviceAccount": {
        const whole = (value: string): string => (value.includes("/") ? value : `${namespace}/${value}`);
        if (strict) return this.part(values, notValues, "ns/sa", whole);
        return this.identity(test, (value) => {
          const [ns = "", sa = ""] = whole(value).split("/");
          return [full(`spiffe://.+/ns/${quote(ns)}/(.+/|)sa/${quote(sa)}(/.+)?`)];
        });
      }
      case "trustDomains":
      case "source.trustDomain":
        return this.identity(test, (value) => {
          const own = [this.configuration.workload.trustDomain, ...this.configuration.workload.trustDomainAliases];
          const all = own.includes(value) ? own : [value];
          return all.map((one) =>
            one === "*" ? /^spiffe:\/\// : full(`spiffe://${one.split("*").map(quote).join("[^/]*")}/.*`),
          );
        });
      default:
        throw new Error(`the oracle does not know ${key}`);
    }
  }

  private host(test: (matches: (value: string) => boolean) => boolean): Truth {
    const { authority } = this.request;
    const lower = authority.toLowerCase();
    if (!this.strict) return test((value) => pattern(value.toLowerCase(), ".*").test(lower));
    if (/[@%]/.test(lower)) return undefined;
    const [, name = "", port = ""] = /^(.*?)(:\d*)?$/.exec(lower) ?? [];
    const bare = name.replace(/(.)\.$/, "$1");
    return test((value) => {
      const [, wanted = "", own = ""] = /^(.*?)(:\d*)?$/.exec(value.toLowerCase()) ?? [];
      const normal = (value.endsWith("*") ? wanted : wanted.replace(/(.)\.$/, "$1")) + own;
      return pattern(normal, ".*").test(own === "" ? bare : bare + port);
    });
  }

  private header(name: string, values: Values, notValues: Values): Truth {
    const lines = this.request.headers.filter(([key]) => key === name).map(([, value]) => value);
    const some = (list: Values, texts: Values): boolean =>
      list.some((value) => texts.some((text) => pattern(value, ".*").test(text)));
    const crisp = (texts: Values): boolean => (values.length === 0 || some(values, texts)) && !some(notValues, texts);
    if (!this.strict) return crisp(lines);
    const list = ![...values, ...notValues].some((value) => value.includes(","));
    const members = list
      ? lines.flatMap((line) => line.split(",")).map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ""))
      : lines;
    if (members.length === 0) return crisp([]);
    const truths = members.map((member) => crisp([member]));
    return truths.every((truth) => truth === truths[0]) ? truths[0] : undefined;
  }

  /** What servers may take the path for; in compat the mesh's form alone. */
  private paths(): string[] {
    const own = this.request.path.replace(/[?#].*$/s, "");
    const mode = this.configuration.workload.pathNormalization;
    if (!this.strict) return [mode === "NONE" ? own : normal(own, mode !== "BASE", mode.startsWith("DECODE"), false)];
    return [own, normal(own, true, true, false), normal(own, true, true, true)];
  }

  private path(value: string): RegExp {
    if (!/\{\*{1,2}\}/.test(value)) return pattern(value, ".+");
    return full(operators(value));
  }

  private identity(
    test: (matches: (value: string) => boolean) => boolean,
    patterns: (value: string) => RegExp[],
  ): Truth {
    const names = this.names();
    if (names === undefined) return undefined;
    return test((value) => patterns(value).some((one) => names.some((name) => one.test(name))));
  }

  /** Names of the peer; undefined: nobody can say. */
  private names(): Values | undefined {
    const { certificate, tls } = this.request.facts;
    const { uris = [], dns = [], subject = "" } = certificate ?? {};
    if (!this.strict) return certificate || tls ? [...uris, ...dns, subject] : [];
    if (!certificate || (uris.length === 0 && dns.length === 0 && subject === "")) return [];
    const [one = "", more] = uris;
    const id = /^spiffe:\/\/[a-z0-9._-]+(\/[\x21-\x7e]*)?$/.test(one) && !/%|,|\/(\/|\.\.?(\/|$)|$)/.test(one.slice(9));
    const parts = one.split("/").slice(3);
    const keys = parts.filter((_, index) => index % 2 === 0 && index + 1 < parts.length);
    const twice = ["ns", "sa"].some((key) => keys.filter((other) => other === key).length > 1);
    return more === undefined && id && !twice ? [one] : undefined;
  }

  /** strict: parts of the one identity; of a foreign trust domain they are perhaps those that are meant. */
  private part(values: Values, notValues: Values, which: "ns" | "ns/sa", whole: (value: string) => string): Truth {
    const names = this.names();
    if (names === undefined) return undefined;
    const [id] = names;
    const some = (list: Values): Truth => {
      if (id === undefined) return false;
      const [domain = "", ...path] = id.slice(9).split("/");
      const at = (key: string): string | undefined =>
        path.find((_, index) => index % 2 === 1 && path[index - 1] === key);
      const [namespace, account] = [at("ns"), at("sa")];
      const subject = which === "ns" ? namespace : namespace && account && `${namespace}/${account}`;
      const matches =
        subject !== undefined &&
        list.some((value) => full(whole(value).split("*").map(quote).join(".*")).test(subject));
      const { trustDomain, trustDomainAliases } = this.configuration.workload;
      return matches && ![trustDomain, ...trustDomainAliases].includes(domain) ? undefined : matches;
    };
    const wanted = values.length === 0 ? true : some(values);
    const excluded = some(notValues);
    return and([wanted, excluded === undefined ? undefined : !excluded]);
  }

  private aliases(principal: string): string[] {
    const [domain = "", ...rest] = principal.split("/");
    const { trustDomain, trustDomainAliases } = this.configuration.workload;
    const own = [trustDomain, ...trustDomainAliases];
    if (rest.length !== 4 || domain === "*") return [principal];
    const similar = (a: string, b: string): boolean =>
      a === b || (b.endsWith("*") && a.startsWith(b.slice(0, -1))) || (b.startsWith("*") && a.endsWith(b.slice(1)));
    if (domain !== "cluster.local" && !own.some((one) => similar(domain, one) || similar(one, domain)))
      return [principal];
    return own.map((one) =>
      domain.startsWith("*") && one.endsWith(domain.slice(1)) ? principal : [one, ...rest].join("/"),
    );
  }

  private claim(name: string): unknown {
    return (this.request.facts.payload as Readonly<Record<string, unknown>> | undefined)?.[name];
  }

  private claims(name: string): string[] {
    const claim = this.claim(name);
    return (Array.isArray(claim) ? (claim as unknown[]) : [claim]).filter((one) => typeof one === "string");
  }

  private token(value: string): boolean {
    const [iss, sub] = [this.claim("iss"), this.claim("sub")];
    if (typeof iss !== "string" || typeof sub !== "string") return false;
    const slash = value.lastIndexOf("/");
    const [left, right] = slash < 0 ? [value, ""] : [value.slice(0, slash), value.slice(slash + 1)];
    const some = /^.+$/;
    if (value === "*") return some.test(iss) && some.test(sub);
    if (value.startsWith("*")) {
      if (slash < 0) return some.test(iss) && sub.endsWith(value.slice(1));
      return (left === "*" ? some.test(iss) : iss.endsWith(left.slice(1))) && sub === right;
    }
    if (value.endsWith("*")) {
      if (slash < 0) return iss.startsWith(value.slice(0, -1)) && some.test(sub);
      return iss === left && (right === "*" ? some.test(sub) : sub.startsWith(right.slice(0, -1)));
    }
    return iss === left && sub === right;
  }
}

/** A path template as a regular expression. */
function operators(template: string): string {
  const parts = template.split(/(\{\*\}|\{\*\*\})/);
  return parts.map((part) => (part === "{*}" ? "[^/]+" : part === "{**}" ? "[^]*" : quote(part))).join("");
}

function and(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}

function or(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true;
  return truths.includes(undefined) ? undefined : false;
}

/** RFC 3986's normalization as Envoy does it, and what comes on top. */
function normal(path: string, merge: boolean, decode: boolean, cut: boolean): string {
  let out = path.replace(/%([0-9a-f]{2})/gi, (whole, hex: string) => {
    const char = String.fromCharCode(parseInt(hex, 16));
    return /[A-Za-z0-9._~-]/.test(char) || (decode && /[/\\]/.test(char)) ? char : whole;
  });
  out = out.replaceAll("\\", "/");
  if (cut) out = out.replace(/;[^/]*/g, "");
  if (merge) out = out.replace(/\/+/g, "/");
  const kept: string[] = [];
  const segments = out.split("/").slice(1);
  for (const [index, segment] of segments.entries()) {
    const dots = /^(\.\.?)(;.*)?$/.exec(segment)?.[1];
    if (dots === "..") kept.pop();
    if (dots === undefined) kept.push(segment);
    else if (index === segments.length - 1) kept.push("");
  }
  return `/${kept.join("/")}`;
}

function inBlock(block: string, address: string): boolean {
  const [base = "", bits = "32"] = block.split("/");
  const number = (text: string): number | undefined =>
    /^\d+\.\d+\.\d+\.\d+$/.test(text) ? text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0) : undefined;
  const [one, other] = [number(base), number(address)];
  if (one === undefined || other === undefined) return base === address;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(one / size) === Math.floor(other / size);
}
