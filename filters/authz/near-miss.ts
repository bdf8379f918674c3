/** For a request that no ALLOW rule matches: the rule that came nearest, for the log and for `eval`. No part of the verdict. Pure. */
import { Matcher } from "./match";
import {
  clauseCount,
  Clauses,
  Condition,
  conditionAt,
  conditionCount,
  firstClause,
  nextClause,
  Policy,
  Rule,
} from "./model";
import { YES } from "./truth";

/** Rules that are looked at. */
const MOST_RULES: i32 = 64;

export class NearMiss {
  rule: Rule | null = null;
  /** Its first condition that fails. */
  condition: Condition | null = null;
  /** What `met` found failing; null: nothing. */
  private failed: Condition | null = null;

  constructor(
    private readonly policy: Policy,
    private readonly matcher: Matcher,
  ) {}

  /** Finds `rule` and `condition`. */
  find(): void {
    const rules = this.policy.allow.rules;
    let most = -1;
    for (let i = 0; i < min(rules.length, MOST_RULES); i++) {
      const rule = unchecked(rules[i]);
      let total = this.met(rule.permissions);
      // Operations that hold are worth as much as one condition more.
      if (this.failed === null) total += this.met(rule.principals) + 1;
      if (total <= most) continue;
      most = total;
      this.rule = rule;
      this.condition = this.failed;
    }
  }

  /** How many conditions hold in the clause that comes nearest; `failed` is the one that does not. */
  private met(clauses: Clauses): i32 {
    let most = -1;
    let clause = firstClause(clauses);
    for (let left = clauseCount(clauses); left > 0; left--) {
      const count = conditionCount(clause);
      let held = 0;
      while (held < count && this.matcher.condition(conditionAt(clause, held)) == YES) held++;
      if (held == count) {
        this.failed = null;
        return held;
      }
      if (held > most) {
        most = held;
        this.failed = conditionAt(clause, held);
      }
      clause = nextClause(clause);
    }
    return most;
  }
}
