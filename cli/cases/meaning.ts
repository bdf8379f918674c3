/** What a schema can't say about a case: fields that need or exclude each other. The shape was checked before. */
import { isMap, isScalar, isSeq, type YAMLMap } from "yaml";
import { parseRetryOn } from "../host/router/retry.ts";
import { nameOf, step, type Checker } from "./check.ts";
import type { Filter } from "./filter.ts";

/** Expectations about the requests of the step. */
const OF_REQUESTS = ["status", "headers", "absent", "body", "details", "outcome", "upstream"];
/** Parts of a request that come with the facts document, which only filters before the router can see. */
const FACTS = ["peer", "claims"];
/** Parts of an answer that a fault has not. */
const OF_RESPONSES = ["status", "headers", "body", "trailers"];
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Adds to `checker` what is wrong. */
export function checkMeaning(root: YAMLMap, filter: Filter, checker: Checker): void {
  const only = root.get("only", true);
  const why = root.get("why", true);
  if (only && !why) checker.report(only, "/only", "needs why: the reason, for the summary");
  if (why && !only) checker.report(why, "/why", "has no meaning without only");
  const policy = root.get("policy", true);
  if (filter.named && isMap(policy) && policy.has("name")) {
    const message = "has no meaning in a case: every run gives a fresh name; allowed: leave it out";
    checker.report(policy.get("name", true), "/policy/name", message);
  }
  const env = root.get("env", true);
  const bounded = isMap(env) && checkEnv(env, filter, checker);
  const steps = root.get("steps", true);
  let expects = false;
  let last = 0;
  for (const [index, node] of (isSeq(steps) ? steps.items : []).entries()) {
    if (!isMap(node)) continue;
    const pointer = step("/steps", index);
    checkStep(node, pointer, { filter, bounded }, checker);
    const expect = node.get("expect", true);
    expects ||= isMap(expect) && expect.items.length > 0;
    const at = node.get("at");
    if (typeof at !== "number") continue;
    if (at < last)
      checker.report(node.get("at", true), `${pointer}/at`, `an earlier step is at ${last}; allowed: ${last} or more`);
    last = at;
  }
  if (!expects) checker.report(steps, "/steps", "the case expects nothing");
}

/** @returns whether every attempt ends by a timeout of the environment's own */
function checkEnv(env: YAMLMap, filter: Filter, checker: Checker): boolean {
  if (filter.half === "downstream" && env.get("mirror") === true) {
    const message = `${filter.name} runs before the router, which makes the copies: they never pass it`;
    checker.report(env.get("mirror", true), "/env/mirror", message);
  }
  const retry = env.get("retry", true);
  if (!isMap(retry)) return env.has("timeoutMs");
  const on = retry.get("on", true);
  try {
    parseRetryOn(nameOf(on));
  } catch (error) {
    checker.report(on, "/env/retry/on", error instanceof Error ? error.message : String(error));
  }
  if (retry.get("hedge") === true && !retry.has("perTryTimeoutMs")) {
    checker.report(retry.get("hedge", true), "/env/retry/hedge", "needs perTryTimeoutMs");
  }
  return env.has("timeoutMs") || retry.has("perTryTimeoutMs");
}

function checkStep(
  node: YAMLMap,
  pointer: string,
  about: { filter: Filter; bounded: boolean },
  checker: Checker,
): void {
  const request = node.get("request", true);
  const upstream = node.get("upstream", true);
  const sends = request !== undefined || upstream !== undefined;
  for (const name of sends ? [] : ["repeat", "clients"]) {
    const given = node.get(name, true);
    if (given) checker.report(given, step(pointer, name), "has no meaning without request or upstream");
  }
  if (isMap(request)) checkRequest(request, `${pointer}/request`, about.filter, checker);
  if (isSeq(upstream)) {
    for (const [index, answer] of upstream.items.entries()) {
      checkAnswer(answer, `${pointer}/upstream/${index}`, { alone: upstream.items.length === 1, ...about }, checker);
    }
  }
  const expect = node.get("expect", true);
  if (!isMap(expect)) return;
  for (const name of sends ? [] : OF_REQUESTS) {
    const given = expect.get(name, true);
    if (given) checker.report(given, `${pointer}/expect/${name}`, "has no meaning in a step that sends no request");
  }
  checkCounts(expect, `${pointer}/expect`, checker);
}

function checkRequest(request: YAMLMap, pointer: string, filter: Filter, checker: Checker): void {
  for (const name of filter.facts ? [] : FACTS) {
    const given = request.get(name, true);
    const why = filter.half === "upstream" ? "runs after the router and can't see it" : "reads no facts document";
    if (given) checker.report(given, step(pointer, name), `${filter.name} ${why}`);
  }
  checkNames(request, pointer, checker);
}

/** Names of header pairs. */
function checkNames(message: YAMLMap, pointer: string, checker: Checker): void {
  for (const field of ["headers", "trailers"]) {
    const pairs = message.get(field, true);
    for (const [index, pair] of (isSeq(pairs) ? pairs.items : []).entries()) {
      const name = isSeq(pair) ? pair.items[0] : undefined;
      if (HEADER_NAME.test(nameOf(name))) continue;
      const words = `${JSON.stringify(nameOf(name))} is no header name; allowed: a token such as x-role`;
      checker.report(name, `${pointer}/${field}/${index}/0`, words);
    }
  }
}

function checkAnswer(
  answer: unknown,
  pointer: string,
  { alone, bounded }: { alone: boolean; bounded: boolean },
  checker: Checker,
): void {
  const fault = isMap(answer) ? answer.get("fault") : isScalar(answer) ? answer.value : undefined;
  const node = isMap(answer) ? answer.get("fault", true) : answer;
  if (fault === "timeout" && !bounded) {
    checker.report(node, pointer, "timeout needs env.retry.perTryTimeoutMs or env.timeoutMs");
  }
  if (fault === "connect-failure" && !alone) {
    checker.report(
      node,
      pointer,
      "connect-failure is not allowed among others: all attempts of a request go to one place",
    );
  }
  if (!isMap(answer)) return;
  for (const name of fault === undefined ? [] : OF_RESPONSES) {
    const given = answer.get(name, true);
    if (given) checker.report(given, step(pointer, name), "has no meaning beside fault");
  }
  checkNames(answer, pointer, checker);
}

function checkCounts(expect: YAMLMap, pointer: string, checker: Checker): void {
  checkBounds(expect.get("attempts", true), `${pointer}/attempts`, checker);
  checkEach(expect.get("counters", true), `${pointer}/counters`, checker);
  const keys = expect.get("keys", true);
  for (const { key, value } of isMap(keys) ? keys.items : []) {
    checkEach(value, step(`${pointer}/keys`, nameOf(key)), checker);
  }
}

function checkEach(counts: unknown, pointer: string, checker: Checker): void {
  for (const { key, value } of isMap(counts) ? counts.items : []) {
    checkBounds(value, step(pointer, nameOf(key)), checker);
  }
}

function checkBounds(node: unknown, pointer: string, checker: Checker): void {
  if (!isMap(node)) return;
  const [min, max] = [node.get("min"), node.get("max")];
  if (min === undefined && max === undefined) checker.report(node, pointer, "needs min or max");
  if (typeof min === "number" && typeof max === "number" && min > max) {
    checker.report(node, pointer, `min ${min} is above max ${max}`);
  }
}
