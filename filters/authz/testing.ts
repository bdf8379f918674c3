/** What the specs of the decision share: a configuration, facts and requests in few words. */
import { ascii, at, ByteBuilder } from "../../assembly/bytes";
import * as cfg from "../../assembly/config";
import { headerPairs } from "../../assembly/headers";
import { arrange } from "./arrange";
import { compile } from "./config";
import { Facts, putText, Text } from "./facts";
import { Policy, Rule } from "./model";
import { Decider, Reason, Verdict } from "./policy";
import { Request } from "./request";
import { TABLE } from "./schema.gen";

/** The document that the native filter writes, given as text. */
export class GivenFacts extends Facts {
  document: StaticArray<u8> = ascii("");
  reads: i32 = 0;
  firstUri: string = "";

  protected load(): bool {
    this.reads++;
    return this.readFacts(at(this.document), this.document.length);
  }

  protected loadFirstUri(first: Text): bool {
    const bytes = ascii(this.firstUri);
    putText(first, at(bytes), bytes.length);
    return bytes.length > 0;
  }
}

export const NONE: string = "";
export const KEYS = ["san", "dns", "subject", "tls", "sni", "direct", "remote", "local", "port", "payload"];
export const facts = new GivenFacts();
export const request = new Request();
export let policy: Policy = new Policy();
export let decider: Decider = new Decider(policy, request, facts);
export let pairs: StaticArray<u8> = ascii("");

/** The facts as JSON: those of a plaintext request, but for `changes` (`"san":"x"`). */
export function factsText(changes: string): string {
  let text = "{";
  for (let i = 0; i < KEYS.length; i++) {
    const key = '"' + KEYS[i] + '":';
    let value = KEYS[i] == "port" ? "8080" : "null";
    if (KEYS[i] == "direct" || KEYS[i] == "remote" || KEYS[i] == "local") value = '"127.0.0.1"';
    if (!changes.includes(key)) text += key + value + ",";
  }
  return text + (changes == NONE ? '"header":null' : changes) + "}";
}

/** Facts of a client whose certificate has one URI SAN. */
export function peer(san: string): string {
  return '"san":"' + san + '","subject":"CN=x","tls":"TLSv1.3"';
}

/** What is wrong with a configuration; empty: nothing. */
export function configure(text: string): string {
  const bytes = ascii(text);
  const root = cfg.check(at(bytes), bytes.length, TABLE);
  let compiled: Policy | null = null;
  if (root != cfg.NONE) compiled = compile(root);
  if (compiled === null) return String.UTF8.decodeUnsafe(cfg.messagePtr(), cfg.messageLen());
  arrange(compiled);
  policy = compiled;
  decider = new Decider(policy, request, facts);
  return NONE;
}

/** Loads one policy of namespace foo. @param more further fields of the configuration, with their comma */
export function use(spec: string, profile: string = "compat", more: string = NONE): void {
  const policies = '"policies":[{"namespace":"foo","name":"p","spec":' + spec + "}]";
  const workload = '"workload":{"namespace":"foo","labels":{"app":"a"},"trustDomainAliases":["old"]}';
  expect(
    configure('{"name":"x","profile":"' + profile + '","token":"claimsOnly",' + workload + "," + policies + more + "}"),
  ).toBe(NONE, spec);
}

/** Judges a request. @param headers name, value, ...; `:path` and the like may be among them */
export function judge(path: string, headers: Array<string> = [], changes: string = NONE): Verdict {
  const texts: Array<StaticArray<u8>> = [];
  if (!headers.includes(":method")) (texts.push(ascii(":method")), texts.push(ascii("GET")));
  if (!headers.includes(":authority")) (texts.push(ascii(":authority")), texts.push(ascii("shop.example")));
  if (path != NONE) (texts.push(ascii(":path")), texts.push(ascii(path)));
  for (let i = 0; i < headers.length; i++) texts.push(ascii(headers[i]));
  pairs = headerPairs(texts);
  facts.document = ascii(factsText(changes));
  facts.reset();
  if (!request.read(at(pairs), pairs.length, policy)) return decider.verdict.fail(Reason.HEADERS);
  return decider.decide();
}

export function allows(path: string, headers: Array<string> = [], changes: string = NONE): bool {
  return judge(path, headers, changes).allowed;
}

export function text(bytes: StaticArray<u8>): string {
  return String.UTF8.decodeUnsafe(at(bytes), bytes.length);
}

export function nameOf(rule: Rule): string {
  return text(rule.putName(new ByteBuilder()).copy());
}

export function ruleOf(verdict: Verdict): string {
  const rule = verdict.rule;
  return rule === null ? "none" : nameOf(rule);
}

/** An ALLOW policy with one rule that has one operation. */
export function operation(fields: string): string {
  return '{"rules":[{"to":[{"operation":{' + fields + "}}]}]}";
}

export function source(fields: string): string {
  return '{"rules":[{"from":[{"source":{' + fields + "}}]}]}";
}

export function when(key: string, values: string, action: string = "ALLOW"): string {
  return '{"action":"' + action + '","rules":[{"when":[{"key":"' + key + '",' + values + "}]}]}";
}
