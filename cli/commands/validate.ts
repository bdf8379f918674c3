/** `validate`: what the built modules say to policy files, and what a change means for users. */
import { InvalidArgumentError, type Command } from "commander";
import { knownFilters, withDefaults, type KnownFilter } from "../policy/filters.ts";
import { Modules } from "../policy/module.ts";
import { targetText } from "../policy/own.ts";
import { readPolicies, type PolicySet } from "../policy/read.ts";
import { hashText, placeText, problemLine, type JsonObject, type Policy } from "../policy/types.ts";
import type { Run } from "../program.ts";
import { count, print, printJson, remarkText } from "./output.ts";

interface Options {
  readonly against: readonly string[];
  readonly proxies?: number;
  readonly json?: true;
}

/** What changes for users of one policy. */
interface Change {
  readonly policy: string;
  readonly change: string;
}

export function registerValidate(program: Command, run: Run): void {
  program
    .command("validate")
    .description("Check policy files: the built module itself reads them, offline.")
    .argument("<file...>", "policy files (YAML, one or more documents)")
    .option("--against <old>", "say what changes for users, compared with this file (may be repeated)", collect, [])
    .option("--proxies <n>", "say what the floor comes to on so many proxies", wholeNumber)
    .option("--json", "one JSON object")
    .addHelpText(
      "after",
      `
Problems are printed as file:line:column: pointer: message. Exit code 1 if there is one.

Examples:
  pointduty validate policy.yaml
  pointduty validate --proxies 500 policies/*.yaml
  pointduty validate new.yaml --against old.yaml`,
    )
    .action((files: string[], options: Options) => run(validate(files, options)));
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function wholeNumber(value: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(value)) throw new InvalidArgumentError("allowed: a whole number from 1");
  return Number(value);
}

async function validate(files: readonly string[], options: Options): Promise<number> {
  const modules = new Modules();
  const filters = await knownFilters();
  const set = await readPolicies(files, modules);
  const old = options.against.length === 0 ? undefined : await readPolicies(options.against, modules);
  const problems = [...set.problems, ...(old?.problems ?? [])];
  const changes = old && problems.length === 0 ? changesOf(old, set, filters) : [];
  const sums = options.proxies === undefined ? [] : sumsOf(set, options.proxies, filters);
  if (options.json) {
    printJson({
      policies: set.policies.map(describe),
      problems,
      remarks: [...set.remarks.map((remark) => ({ ...remark })), ...sums],
      changes,
    });
    return problems.length > 0 ? 1 : 0;
  }
  for (const problem of problems) print(problemLine(problem));
  for (const remark of set.remarks) print(remarkText(remark));
  for (const { policy, message } of sums) print(`${policy}: ${message}`);
  for (const { policy, change } of changes) print(`${policy}: ${change}`);
  if (old && problems.length === 0 && changes.length === 0) print("nothing changes for users");
  if (problems.length === 0) print(`${count(set.policies.length, "policy", "policies")} valid`);
  return problems.length > 0 ? 1 : 0;
}

function describe({ filter, resource, place, hash, conversion }: Policy): object {
  return {
    file: place.file,
    line: place.line,
    kind: resource.kind,
    name: resource.name,
    ...(resource.namespace === "" ? {} : { namespace: resource.namespace }),
    filter: filter.name,
    hash: hashText(hash),
    configuration: conversion.configuration,
  };
}

/** A policy's name for output: its namespace first, if it has one. */
function title({ resource }: Policy): string {
  return resource.namespace === "" ? resource.name : `${resource.namespace}/${resource.name}`;
}

function filled(
  policy: Policy,
  filters: readonly KnownFilter[],
): { known: KnownFilter; value: JsonObject } | undefined {
  const known = filters.find(({ filter }) => filter.name === policy.filter.name);
  return known && { known, value: withDefaults(known.schema, policy.conversion.configuration) as JsonObject };
}

function sumsOf({ policies }: PolicySet, proxies: number, filters: readonly KnownFilter[]) {
  return policies.flatMap((policy) => {
    const configuration = filled(policy, filters);
    const lines = configuration?.known.converter.remarks(configuration.value, proxies) ?? [];
    return lines.map((message) => ({ policy: title(policy), message }));
  });
}

function changesOf(before: PolicySet, after: PolicySet, filters: readonly KnownFilter[]): Change[] {
  const key = (policy: Policy): string => JSON.stringify([policy.filter.name, title(policy)]);
  const old = new Map(before.policies.map((policy) => [key(policy), policy]));
  const changes: Change[] = [];
  for (const policy of after.policies) {
    const was = old.get(key(policy));
    old.delete(key(policy));
    for (const change of was ? changesBetween(was, policy, filters) : [`new (${placeText(policy.place)})`]) {
      changes.push({ policy: title(policy), change });
    }
  }
  for (const policy of old.values()) {
    changes.push({ policy: title(policy), change: `removed (${placeText(policy.place)}): it no longer applies` });
  }
  return changes;
}

function changesBetween(before: Policy, after: Policy, filters: readonly KnownFilter[]): string[] {
  const targets = [before, after].map(({ conversion, resource }) =>
    conversion.targets
      .map(({ target }) => targetText(target, resource.namespace))
      .sort()
      .join("; "),
  );
  const moved = targets[0] === targets[1] ? [] : [`applies to ${targets[1]}; before: ${targets[0]}`];
  if (before.hash === after.hash) return moved;
  const [a, b] = [filled(before, filters), filled(after, filters)];
  const lines = a && b ? a.known.converter.compare(a.value, b.value) : [];
  return [...moved, ...(lines.length === 0 ? ["the configuration changes"] : lines)];
}
