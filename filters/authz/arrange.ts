/** The last step of a configuration: order and lookup of its rules, which need nothing of its text any more. Pure. */
import { ByteBuilder, compareBytes } from "../../assembly/bytes";
import { Policy, Rule, RuleSet } from "./model";

const built = new ByteBuilder();
const other = new ByteBuilder();

/** Makes a compiled policy ready to use. */
export function arrange(policy: Policy): void {
  arrangeSet(policy.allow);
  arrangeSet(policy.deny);
  arrangeSet(policy.audit);
  arrangeSet(policy.dryAllow);
  arrangeSet(policy.dryDeny);
}

function arrangeSet(set: RuleSet): void {
  sort(set.rules);
  set.lookup.build(set.rules);
}

/** Envoy evaluates the rules of one action in the order of their names' bytes. Shell's sort: the rules come nearly sorted. */
function sort(rules: Array<Rule>): void {
  for (let gap = rules.length >> 1; gap > 0; gap >>= 1) {
    for (let i = gap; i < rules.length; i++) {
      const rule = unchecked(rules[i]);
      rule.putId(built);
      let j = i;
      for (; j >= gap && isBefore(built, unchecked(rules[j - gap]).putId(other)); j -= gap)
        unchecked((rules[j] = rules[j - gap]));
      unchecked((rules[j] = rule));
    }
  }
}

function isBefore(a: ByteBuilder, b: ByteBuilder): bool {
  const order = compareBytes(a.address, b.address, min(a.length, b.length));
  return order != 0 ? order < 0 : a.length < b.length;
}
