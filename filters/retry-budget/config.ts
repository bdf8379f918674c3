/** Checked nodes -> compiled policy. Pure. */
import * as cfg from "../../assembly/config";
import { Budget } from "./policy";
import {
  BUDGET,
  BUDGET_INTERVAL,
  BUDGET_PERCENT,
  BURST,
  MIN_RETRY_RATE,
  MIN_RETRY_RATE_COUNT,
  MIN_RETRY_RATE_INTERVAL,
  MODE,
  MODE_SHADOW,
  NAME,
  ON_EXHAUSTED,
  ON_EXHAUSTED_503,
  PER,
} from "./schema.gen";
import { BURST_WITHOUT_FLOOR } from "./texts.gen";

const NANOS_PER_MILLI: u64 = 1_000_000;

/** A policy, ready to use. */
export class Policy {
  name: StaticArray<u8> = new StaticArray<u8>(0);
  budget: Budget = new Budget();
  /** What has a budget of its own: one of the PER_ constants of schema.gen.ts. */
  per: i32 = 0;
  /** A denied response gets status 503 in place of the backend's own. */
  replaceStatus: bool = false;
  shadow: bool = false;
}

/** @returns null after an error, whose message is `cfg.messagePtr()` */
export function compile(root: cfg.Node): Policy | null {
  const policy = new Policy();
  const name = cfg.field(root, NAME);
  policy.name = new StaticArray<u8>(cfg.len(name));
  memory.copy(changetype<usize>(policy.name), cfg.ptr(name), <usize>cfg.len(name));
  const share = cfg.field(root, BUDGET);
  policy.budget.percent = <u64>cfg.milli(cfg.field(share, BUDGET_PERCENT));
  policy.budget.interval = <u64>cfg.millis(cfg.field(share, BUDGET_INTERVAL)) * NANOS_PER_MILLI;
  if (!compileFloor(policy.budget, cfg.field(root, MIN_RETRY_RATE), cfg.field(root, BURST))) return null;
  policy.per = cfg.enumIndex(cfg.field(root, PER));
  policy.replaceStatus = cfg.enumIndex(cfg.field(root, ON_EXHAUSTED)) == ON_EXHAUSTED_503;
  policy.shadow = cfg.enumIndex(cfg.field(root, MODE)) == MODE_SHADOW;
  return policy;
}

function compileFloor(budget: Budget, rate: cfg.Node, burst: cfg.Node): bool {
  const count = <u64>cfg.integer(cfg.field(rate, MIN_RETRY_RATE_COUNT));
  if (count == 0) {
    return burst == cfg.NONE || cfg.error(burst, BURST_WITHOUT_FLOOR);
  }
  const interval = <u64>cfg.millis(cfg.field(rate, MIN_RETRY_RATE_INTERVAL)) * NANOS_PER_MILLI;
  budget.burst = burst == cfg.NONE ? count : <u64>cfg.integer(burst);
  // Rounded up: the floor never earns faster than it says.
  budget.emission = (interval + count - 1) / count;
  budget.floorLimit = (count * budget.interval) / interval + budget.burst;
  return true;
}
