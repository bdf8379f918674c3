/**
 * The schema of a policy file, for editors (`# yaml-language-server: $schema=`). It uses what JSON Schema itself knows:
 * our durations become a pattern, since its own `format: duration` means ISO 8601.
 */
import type { Model, Rule } from "./model.ts";

type Json = Record<string, unknown>;

const NAME: Json = { type: "string", maxLength: 63, pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" };
const DURATION: Json = { type: "string", pattern: "^([0-9]{1,5}(h|m|s|ms)){1,4}$" };
const TEXT: Json = { type: "string", minLength: 1 };

function convert(rule: Rule): Json {
  const { description } = rule;
  switch (rule.type) {
    case "object": {
      const required = rule.fields.filter((field) => field.required).map(({ key }) => key);
      const properties: Json = {};
      for (const { key, rule: inner, default: value } of rule.fields) {
        properties[key] = {
          ...convert(inner),
          ...(value === undefined || inner.type === "object" ? {} : { default: value }),
        };
      }
      return {
        description,
        type: "object",
        additionalProperties: false,
        ...(required.length && { required }),
        properties,
      };
    }
    case "map": {
      const bounds = { minProperties: rule.least, maxProperties: rule.most };
      return { description, type: "object", ...bounds, additionalProperties: convert(rule.items) };
    }
    case "list":
      return { description, type: "array", minItems: rule.least, maxItems: rule.most, items: convert(rule.items) };
    case "number": {
      const type = rule.whole ? "integer" : "number";
      return { description, type, minimum: rule.least, maximum: rule.greatest, multipleOf: rule.step };
    }
    case "enum": {
      const strings = rule.values.filter(({ asString }) => asString).map(({ text }) => text);
      const numbers = rule.values.filter(({ asNumber }) => asNumber).map(({ text }) => Number(text));
      return { description, enum: [...strings, ...numbers] };
    }
    case "period":
      return { description: `${description} From ${rule.minimum} to ${rule.maximum}.`, ...DURATION };
    case "text":
      return { description, type: "string", minLength: Math.min(rule.least, 1), maxLength: rule.most };
    case "name":
      return { description, ...NAME };
    case "switch":
      return { description, type: "boolean" };
  }
}

/** Gateway API's LocalPolicyTargetReferenceWithSectionName and Istio's workload selector. */
const TARGETS: Json = {
  targetRefs: {
    description:
      "What the policy applies to, as in Gateway API: a Service, a Gateway or a route of the same namespace.",
    type: "array",
    minItems: 1,
    maxItems: 16,
    items: {
      type: "object",
      additionalProperties: false,
      required: ["group", "kind", "name"],
      properties: {
        group: { type: "string", description: 'API group, "" for the core one.' },
        kind: { ...TEXT, description: "Kind of the target." },
        name: { ...TEXT, description: "Name of the target." },
        sectionName: { ...TEXT, description: "One listener, port or rule of the target." },
      },
    },
  },
  selector: {
    description: "The workloads that the policy applies to, as in Istio, by their labels.",
    type: "object",
    additionalProperties: false,
    required: ["matchLabels"],
    properties: { matchLabels: { type: "object", minProperties: 1, additionalProperties: { type: "string" } } },
  },
};

/** The schema of one document of a policy file whose `spec` holds the filter's configuration, its name aside. */
export function editorSchema(model: Model): Json {
  const fields = model.root.fields.filter(({ key }) => key !== "name");
  const spec = convert({ ...model.root, fields });
  const metadata = { name: { ...NAME, description: "Name of the policy." }, namespace: NAME };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: model.kind,
    description: model.root.description,
    type: "object",
    additionalProperties: false,
    required: ["apiVersion", "kind", "metadata", "spec"],
    properties: {
      apiVersion: { const: "pointduty.dev/v1alpha1" },
      kind: { const: model.kind },
      metadata: {
        type: "object",
        required: ["name"],
        properties: {
          ...metadata,
          labels: { type: "object", additionalProperties: { type: "string" } },
          annotations: { type: "object", additionalProperties: { type: "string" } },
        },
      },
      spec: { ...spec, properties: { ...TARGETS, ...(spec["properties"] as Json) } },
    },
  };
}
