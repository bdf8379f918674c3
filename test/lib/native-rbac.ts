/**
 * Istio policies as configuration of Envoy's own RBAC filter, as Istio's generator makes it (pilot/pkg/security/authz/model
 * and matcher at eed52ebb66ad): what the module is compared with in the real Envoy.
 */
import type { NativeRules } from "./authz-differential.ts";
import type { OracleConfiguration, OracleRule } from "./authz-oracle.ts";
import type { Message } from "./bootstrap.ts";

type Values = readonly string[];

const JWT = "envoy.filters.http.jwt_authn";

/** The rules of both actions. */
export function nativeRules(configuration: OracleConfiguration): NativeRules {
  const actions = (["DENY", "ALLOW"] as const).map((action) => [action, rulesOf(configuration, action)] as const);
  return Object.fromEntries(actions.filter(([, rules]) => rules !== undefined));
}

/** The rules of one action; undefined: there is no policy of it. */
function rulesOf(configuration: OracleConfiguration, action: "ALLOW" | "DENY"): Message | undefined {
  const policies = configuration.policies.filter(({ spec }) => (spec.action ?? "ALLOW") === action);
  if (policies.length === 0) return undefined;
  const { trustDomain, trustDomainAliases } = configuration.workload;
  const made = policies.flatMap(({ namespace, name, spec }) =>
    (spec.rules ?? []).map((rule, index) => {
      const id = `ns[${namespace}]-policy[${name}]-rule[${index}]`;
      return [id, new Generator(namespace, [trustDomain, ...trustDomainAliases]).policy(rule)] as const;
    }),
  );
  return { action, policies: Object.fromEntries(made) };
}

const OF_PERMISSIONS = ["destination.port", "connection.sni"];
const quote = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
const regex = (source: string): Message => ({ safe_regex: { regex: source } });

/** StringMatcherWithPrefix. */
function stringMatch(value: string, prefix = ""): Message {
  if (value === "*") return regex(".+");
  if (value.startsWith("*")) {
    return prefix === "" ? { suffix: value.slice(1) } : regex(`${prefix}.*${quote(value.slice(1))}`);
  }
  return value.endsWith("*") ? { prefix: prefix + value.slice(0, -1) } : { exact: prefix + value };
}

/** HeaderMatcher and HostMatcher. */
function headerMatch(name: string, value: string, ignoreCase = false): Message {
  if (value === "*") return { header: { name, present_match: true } };
  const matcher: Message = value.startsWith("*")
    ? { suffix: value.slice(1) }
    : value.endsWith("*")
      ? { prefix: value.slice(0, -1) }
      : { exact: value };
  return { header: { name, string_match: { ...matcher, ...(ignoreCase && { ignore_case: true }) } } };
}

class Generator {
  private readonly namespace: string;
  private readonly domains: Values;

  constructor(namespace: string, domains: Values) {
    this.namespace = namespace;
    this.domains = domains;
  }

  policy(rule: OracleRule): Message {
    const when = rule.when ?? [];
    const ofPermissions = when.filter(({ key }) => OF_PERMISSIONS.includes(key));
    const ofPrincipals = when.filter(({ key }) => !OF_PERMISSIONS.includes(key));
    const all = (fields: Readonly<Record<string, Values | undefined>>, more: typeof when, terms: Terms): Message => {
      const names = new Set(
        Object.keys(fields).map((key) => key.replace(/^not(.)/, (_, one: string) => one.toLowerCase())),
      );
      const parts = [
        ...[...names].flatMap((key) => {
          const not = `not${key.charAt(0).toUpperCase()}${key.slice(1)}`;
          return this.terms(key, fields[key], fields[not], terms);
        }),
        ...more.flatMap(({ key, values, notValues }) => this.terms(key, values, notValues, terms)),
      ];
      return terms.and(parts.length > 0 ? parts : [{ any: true }]);
    };
    return {
      permissions: (rule.to ?? [{ operation: {} }]).map(({ operation }) => all(operation, ofPermissions, PERMISSION)),
      principals: (rule.from ?? [{ source: {} }]).map(({ source }) => all(source, ofPrincipals, PRINCIPAL)),
    };
  }

  private terms(key: string, values: Values = [], notValues: Values = [], { or, not }: Terms): Message[] {
    const some = (list: Values): Message => or(list.flatMap((value) => this.term(key, value)));
    return [...(values.length > 0 ? [some(values)] : []), ...(notValues.length > 0 ? [not(some(notValues))] : [])];
  }

  private term(key: string, value: string): Message[] {
    const header = /^request\.headers\[(.*)\]$/.exec(key)?.[1];
    if (header !== undefined) return [headerMatch(header, value)];
    const authenticated = (principal_name: Message): Message => ({ authenticated: { principal_name } });
    switch (key) {
      case "hosts":
        return [headerMatch(":authority", value, true)];
      case "methods":
        return [headerMatch(":method", value)];
      case "paths":
        return [path(value)];
      case "ports":
      case "destination.port":
        return [{ destination_port: Number(value) }];
      case "connection.sni":
        return [{ requested_server_name: stringMatch(value) }];
      case "ipBlocks":
      case "source.ip":
        return [{ direct_remote_ip: cidr(value) }];
      case "remoteIpBlocks":
      case "remote.ip":
        return [{ remote_ip: cidr(value) }];
      case "requestPrincipals":
      case "request.auth.principal":
        return [requestPrincipal(value)];
      case "request.auth.claims[groups]": {
        const matcher = { string_match: stringMatch(value) };
        return [metadata("groups", { or_match: { value_matchers: [{ list_match: { one_of: matcher } }, matcher] } })];
      }
      case "principals":
      case "source.principal":
        return this.aliases(value).map((one) => authenticated(stringMatch(one, "spiffe://")));
      case "namespaces":
      case "source.namespace":
        return [authenticated(regex(`.*/ns/${value.split("*").map(quote).join(".*")}/.*`))];
      case "serviceAccounts":
      case "source.serviceAccount": {
        const [ns = "", sa = ""] = (value.includes("/") ? value : `${this.namespace}/${value}`).split("/");
        return [authenticated(regex(`spiffe://.+/ns/${quote(ns)}/(.+/|)sa/${quote(sa)}(/.+)?`))];
      }
      case "trustDomains":
      case "source.trustDomain": {
        const all = this.domains.includes(value) ? this.domains : [value];
        return all.map((one) => {
          if (one === "*") return authenticated({ prefix: "spiffe://" });
          if (!one.includes("*")) return authenticated({ prefix: `spiffe://${one}/` });
          return authenticated(regex(`spiffe://${one.split("*").map(quote).join("[^/]*")}/.*`));
        });
      }
      default:
        throw new Error(`no native form of ${key}`);
    }
  }

  /** ReplaceTrustDomainAliases. */
  private aliases(principal: string): Values {
    const [domain = "", ...rest] = principal.split("/");
    if (rest.length !== 4 || domain === "*") return [principal];
    const prefix = (a: string, b: string): boolean => b.endsWith("*") && a.startsWith(b.slice(0, -1));
    const suffix = (a: string, b: string): boolean => b.startsWith("*") && a.endsWith(b.slice(1));
    const known = this.domains.some(
      (one) =>
        one === domain || prefix(domain, one) || prefix(one, domain) || suffix(domain, one) || suffix(one, domain),
    );
    if (!known && domain !== "cluster.local") return [principal];
    return [...new Set(this.domains.map((one) => (suffix(one, domain) ? principal : [one, ...rest].join("/"))))];
  }
}

interface Terms {
  and(all: Message[]): Message;
  or(all: Message[]): Message;
  not(one: Message): Message;
}

const PERMISSION: Terms = {
  and: (rules) => ({ and_rules: { rules } }),
  or: (rules) => ({ or_rules: { rules } }),
  not: (one) => ({ not_rule: one }),
};
const PRINCIPAL: Terms = {
  and: (ids) => ({ and_ids: { ids } }),
  or: (ids) => ({ or_ids: { ids } }),
  not: (one) => ({ not_id: one }),
};

function path(value: string): Message {
  if (!/\{\*{1,2}\}/.test(value)) return { url_path: { path: stringMatch(value) } };
  const type = "type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig";
  const path_template = value.replaceAll("{*}", "*").replaceAll("{**}", "**");
  return { uri_template: { name: "uri-template", typed_config: { "@type": type, path_template } } };
}

function cidr(value: string): Message {
  const [address_prefix = "", bits = value.includes(":") ? "128" : "32"] = value.split("/");
  return { address_prefix, prefix_len: Number(bits) };
}

function metadata(claim: string, value: Message): Message {
  return { metadata: { filter: JWT, path: [{ key: "payload" }, { key: claim }], value } };
}

/** requestPrincipalGenerator. */
function requestPrincipal(value: string): Message {
  const slash = value.lastIndexOf("/");
  const [iss, sub] = slash < 0 ? [value, ""] : [value.slice(0, slash), value.slice(slash + 1)];
  const any = regex(".+");
  const both = (issuer: Message, subject: Message): Message =>
    PRINCIPAL.and([metadata("iss", { string_match: issuer }), metadata("sub", { string_match: subject })]);
  if (value === "*") return both(any, any);
  if (value.startsWith("*")) {
    if (slash < 0) return both(any, { suffix: value.slice(1) });
    return both(iss === "*" ? any : { suffix: iss.slice(1) }, { exact: sub });
  }
  if (value.endsWith("*")) {
    if (slash < 0) return both({ prefix: value.slice(0, -1) }, any);
    return both({ exact: iss }, sub === "*" ? any : { prefix: sub.slice(0, -1) });
  }
  return both({ exact: iss }, { exact: sub });
}
